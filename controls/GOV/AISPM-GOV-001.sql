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
--   summary: Name a team in CODEOWNERS, or in the metadata of the package.
SELECT a.asset AS asset,
       CASE a.owner_state WHEN 'known' THEN 'pass' WHEN 'none' THEN 'fail' ELSE 'unknown' END
         AS verdict,
       CASE WHEN a.owner_state = 'known' THEN a.name || ' belongs to ' || COALESCE(a.owner, '?')
            WHEN a.owner_state = 'none' THEN 'nothing that was read names an owner of ' || a.name
            ELSE 'what may name an owner of ' || a.name || ' was not read' END AS reason,
       (SELECT p.place FROM places p WHERE p.asset = a.asset
         ORDER BY CASE WHEN lower(p.collector) LIKE '%-lock' THEN 1 ELSE 0 END NULLS LAST,
                  p.target NULLS LAST, p.path NULLS LAST, p.line NULLS LAST, p.place NULLS LAST
         LIMIT 1) AS evidence,
       CASE WHEN a.kind = 'application' THEN 'medium' ELSE 'low' END AS severity
  FROM assets a
 WHERE a.kind IN ('application', 'agent_host', 'model_file')
