-- id: AISPM-GOV-001
-- title: AI asset has no owner
-- why: Nobody will answer for it, fix it or switch it off.
-- severity: medium
-- kind: any
-- category: no-owner
-- scope: asset
-- inputs: {}
-- staleness: 90d
-- risk: {proof: theory, ease: high-privilege, reach: none}
-- remediation:
--   summary: Name a team in CODEOWNERS, in the package metadata or with 'stance own'.
SELECT a.asset AS asset,
       CASE WHEN a.owner_state = 'known' THEN 'pass' ELSE 'fail' END AS verdict,
       CASE WHEN a.owner_state = 'known' THEN a.name || ' belongs to ' || COALESCE(a.owner, '?')
            WHEN a.owner_state = 'none' THEN a.name || ' has no owner'
            ELSE a.name || ' has no owner that any source names' END AS reason,
       COALESCE(min(CASE WHEN lower(p.collector) LIKE '%-lock' THEN NULL ELSE p.place END),
                min(p.place)) AS evidence,
       CASE WHEN a.kind = 'application' THEN 'medium' ELSE 'low' END AS severity
  FROM assets a JOIN places p ON p.asset = a.asset
 WHERE a.kind IN ('application', 'agent_host', 'mcp_server', 'model_file')
 GROUP BY a.asset, a.kind, a.name, a.owner, a.owner_state
