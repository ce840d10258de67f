-- id: AISPM-MCP-023
-- title: Tools of an MCP server run without asking
-- why: Text that reaches the agent can then use these tools with nobody looking.
-- severity: medium
-- kind: mcp_server
-- category: auto-approve
-- scope: asset
-- inputs:
--   auto_approve: [mcp-config]
--   configured_by: [mcp-config]
--   enabled: [mcp-config]
-- staleness: 30d
-- risk: {proof: static, ease: low-privilege, reach: write-own}
-- remediation:
--   summary: Remove the approval, or keep it for tools that only read.
--   action: auto-approve-off
SELECT s.asset AS asset,
       CASE WHEN EXISTS (SELECT 1 FROM mcp_servers_auto_approve t
                          WHERE t.asset = s.asset AND t.place = s.place) THEN 'fail'
            WHEN s.auto_approve IS NOT NULL OR s.auto_approve_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN EXISTS (SELECT 1 FROM mcp_servers_auto_approve t2
                          WHERE t2.asset = s.asset AND t2.place = s.place)
            THEN 'tools of server ' || s.name || ' run without asking: ' || s.auto_approve
            ELSE 'server ' || s.name || ' has no tool that runs without asking' END AS reason,
       s.place AS evidence,
       CASE WHEN s.configured_by = 'project' THEN 'high'
            WHEN EXISTS (SELECT 1 FROM mcp_servers_auto_approve t3
                          WHERE t3.asset = s.asset AND t3.place = s.place AND t3.value = '*')
            THEN 'medium'
            ELSE 'low' END AS severity
  FROM mcp_servers s
 WHERE s.enabled IS NULL OR s.enabled <> 0
