-- id: AISPM-MCP-003
-- title: MCP server is launched from a package that is not fixed to a version
-- why: The next start may run other code than the one that was reviewed.
-- severity: medium
-- kind: mcp_server
-- category: unpinned-package
-- scope: asset
-- inputs:
--   version_state: [mcp-config]
--   enabled: [mcp-config]
-- staleness: 30d
-- risk: {proof: static, ease: high-privilege, reach: write-own}
-- remediation:
--   summary: Write the exact version or image digest into the command line.
--   action: pin-mcp-package
SELECT asset,
       CASE WHEN version_state IN ('floating', 'range') THEN 'fail'
            WHEN version_state IN ('fixed', 'digest') THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE version_state
            WHEN 'floating' THEN 'server ' || name || ' starts whatever version is newest'
            WHEN 'range' THEN 'server ' || name || ' starts any version of a range'
            WHEN 'fixed' THEN 'server ' || name || ' starts one exact version'
            WHEN 'digest' THEN 'server ' || name || ' starts one exact content'
            ELSE 'the version that server ' || name || ' starts is not known' END AS reason,
       place AS evidence
  FROM mcp_servers
 WHERE (version_state IS NULL OR version_state NOT IN ('local', 'remote'))
   AND (enabled IS NULL OR enabled <> 0)
