-- id: AISPM-AGT-019
-- title: A repository pre-approves tools for the people who open it
-- why: Its author decides what runs unasked on the machine of everybody who works in it.
-- severity: high
-- kind: agent_host
-- category: repo-auto-approve
-- scope: asset
-- inputs:
--   allow: [host-settings]
--   scope: [host-settings]
--   holds_settings: [mcp-config, host-settings]
-- staleness: 30d
-- risk: {proof: static, ease: low-privilege, reach: write-own}
-- remediation:
--   summary: Take tools of servers and unlimited shells out of the project's allow list.
--   action: auto-approve-off
SELECT h.asset AS asset,
       CASE WHEN EXISTS (
              SELECT 1 FROM agent_hosts_allow r
               WHERE r.asset = h.asset AND r.place = h.place
                 AND (r.value IN ('*', '*:*', 'Bash', 'Bash(*)', 'Bash(*:*)', 'Bash(:*)', 'Write',
                                  'Write(*)', 'Write(**)', 'Write(/**)', 'Edit(/**)', 'Shell(*)')
                   OR substr(lower(r.value), 1, 5) = 'mcp__'))
            THEN 'fail'
            WHEN h.allow IS NOT NULL OR h.allow_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN h.allow IS NOT NULL
            THEN 'the repository allows ' || h.name || ' unasked: ' || h.allow
            ELSE 'the repository allows ' || h.name || ' nothing unasked' END AS reason,
       h.place AS evidence
  FROM agent_hosts h
 WHERE (h.holds_settings IS NULL OR h.holds_settings <> 0)
   AND (h.agent_host_scope IS NULL OR h.agent_host_scope = 'project')
