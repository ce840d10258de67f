-- id: AISPM-MCP-011
-- title: File server is granted a home, a root or a folder of secrets
-- why: Any text that reaches the agent can make it read keys and private files, or overwrite them.
-- severity: high
-- kind: mcp_server
-- category: authority-scope
-- scope: asset
-- inputs:
--   file_roots: [mcp-config]
--   enabled: [mcp-config]
-- staleness: 30d
-- risk: {proof: static, ease: low-privilege, data: confidential, reach: write-own}
-- remediation:
--   summary: Grant only the folders that the task needs.
SELECT s.asset AS asset,
       CASE WHEN EXISTS (
              SELECT 1 FROM mcp_servers_file_roots r
               WHERE r.asset = s.asset AND r.place = s.place
                 AND (rtrim(replace(r.value, '\', '/'), '/') IN ('', '~', '/root', '/home', '/Users')
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) IN (
                        '$home', '${home}', '${env:home}', '${userhome}', '%userprofile%',
                        '$env:userprofile', '${env:userprofile}', '/etc', '/var/run', '/mnt/c')
                   OR rtrim(replace(r.value, '\', '/'), '/') LIKE '_:'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) LIKE '_:/users'
                   OR (lower(rtrim(replace(r.value, '\', '/'), '/')) LIKE '_:/users/%'
                  AND lower(rtrim(replace(r.value, '\', '/'), '/')) NOT LIKE '_:/users/%/%')
                   OR (lower(rtrim(replace(r.value, '\', '/'), '/')) LIKE '/home/%'
                  AND lower(rtrim(replace(r.value, '\', '/'), '/')) NOT LIKE '/home/%/%')
                   OR (lower(rtrim(replace(r.value, '\', '/'), '/')) LIKE '/users/%'
                  AND lower(rtrim(replace(r.value, '\', '/'), '/')) NOT LIKE '/users/%/%')
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.ssh/%'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.aws/%'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.gnupg/%'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.kube/%'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.azure/%'
                   OR lower(rtrim(replace(r.value, '\', '/'), '/')) || '/' LIKE '%/.config/gcloud/%'))
            THEN 'fail'
            WHEN s.file_roots IS NOT NULL THEN 'pass'
            ELSE 'unknown' END AS verdict,
       'server ' || s.name || ' is granted ' || COALESCE(s.file_roots, 'unknown folders') AS reason,
       s.place AS evidence
  FROM mcp_servers s
 WHERE (s.file_roots_state IS NULL OR s.file_roots_state <> 'absent')
   AND (s.enabled IS NULL OR s.enabled <> 0)
