-- id: AISPM-AGT-012
-- title: Instruction file has hidden text
-- why: The agent obeys characters that no reviewer can see.
-- severity: high
-- kind: instruction_file
-- category: hidden-unicode
-- scope: asset
-- inputs:
--   hidden_runs: [instruction-file]
--   hidden_kind: [instruction-file]
-- staleness: 30d
-- labels: keep
-- risk: {proof: static, ease: low-privilege, reach: write-own}
-- remediation:
--   summary: Remove the invisible characters and review the commit that brought them.
SELECT asset,
       CASE WHEN hidden_runs > 0 THEN 'fail'
            WHEN hidden_runs = 0 OR hidden_runs_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN hidden_runs > 0
            THEN name || ' has invisible text: ' || CAST(hidden_runs AS text)
                 || CASE WHEN hidden_runs = 1
                         THEN ' run of ' || COALESCE(hidden_kind, 'invisible') || ' characters'
                         ELSE ' runs, the worst of ' || COALESCE(hidden_kind, 'invisible')
                              || ' characters' END
            ELSE name || ' has no invisible text' END AS reason,
       place AS evidence,
       CASE WHEN hidden_kind = 'tag' THEN 'critical' ELSE 'high' END AS severity
  FROM instruction_files
