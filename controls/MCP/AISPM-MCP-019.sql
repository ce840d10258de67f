-- id: AISPM-MCP-019
-- title: Servers that a repository brings start without asking
-- why: Opening a repository is then enough to run the programs that its author chose.
-- severity: high
-- kind: agent_host
-- category: repo-auto-approve
-- scope: asset
-- inputs:
--   project_servers: [host-settings]
--   scope: [host-settings]
--   holds_settings: [mcp-config, host-settings]
-- staleness: 30d
-- risk: {proof: static, ease: low-privilege, reach: write-own}
-- remediation:
--   summary: Let the host ask before it starts servers of a project.
--   action: auto-approve-off
SELECT asset,
       CASE WHEN project_servers = 'all' THEN 'fail'
            WHEN project_servers = 'ask' OR project_servers_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN project_servers = 'all' AND agent_host_scope = 'project'
            THEN 'the repository switches its own servers on for ' || name
            WHEN project_servers = 'all' THEN name || ' starts the servers of every repository'
            ELSE name || ' asks before it starts servers of a repository' END AS reason,
       place AS evidence,
       CASE WHEN agent_host_scope = 'project' THEN 'high' ELSE 'medium' END AS severity
  FROM agent_hosts
 WHERE holds_settings IS NULL OR holds_settings <> 0
