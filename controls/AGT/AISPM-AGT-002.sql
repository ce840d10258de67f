-- id: AISPM-AGT-002
-- title: Approval prompts of an agent are switched off
-- why: The agent then runs commands and edits files with nobody looking.
-- severity: high
-- kind: agent_host
-- category: auto-approve
-- scope: asset
-- inputs:
--   approval: [host-settings]
--   scope: [host-settings]
--   holds_settings: [mcp-config, host-settings]
-- staleness: 30d
-- risk: {proof: static, ease: low-privilege, reach: write-own}
-- remediation:
--   summary: Remove the setting and allow only tools that read.
--   action: auto-approve-off
SELECT asset,
       CASE WHEN approval = 'bypass' THEN 'fail'
            WHEN approval IS NOT NULL OR approval_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN approval = 'bypass' AND agent_host_scope = 'project'
            THEN 'the repository switches the approval prompts of ' || name || ' off'
            WHEN approval = 'bypass' THEN name || ' never asks before a tool runs'
            ELSE name || ' asks before tools run (' || COALESCE(approval, 'default') || ')' END
         AS reason,
       place AS evidence,
       CASE WHEN agent_host_scope = 'project' THEN 'critical' ELSE 'high' END AS severity
  FROM agent_hosts
 WHERE holds_settings IS NULL OR holds_settings <> 0
