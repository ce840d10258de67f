-- id: AISPM-SEC-010
-- title: AI provider key is written outside of code
-- why: Every program and every copy of the file can use the key and run up its bill.
-- severity: high
-- kind: credential
-- category: secret-in-config
-- scope: asset
-- inputs:
--   container: [secrets]
--   provider: [secrets]
--   secret_kind: [secrets]
-- staleness: 30d
-- labels: keep
-- risk: {proof: static, ease: low-privilege, data: secret, reach: write-own}
-- remediation:
--   summary: Move the key to a secret store and rotate it.
SELECT asset,
       CASE WHEN container IS NULL THEN 'unknown' ELSE 'fail' END AS verdict,
       CASE container WHEN 'environment-file' THEN name || ' is written in an environment file'
                      WHEN 'agent-config' THEN name || ' is written in the settings of an agent'
                      WHEN 'data' THEN name || ' is written in a data file'
                      WHEN 'other' THEN name || ' is written in a file'
                      ELSE 'what kind of file holds ' || name || ' is not known' END
         || CASE WHEN secret_kind = 'google-api-key' AND provider IS NOT NULL
                 THEN '; it opens Gemini only where its project has that API on'
                 ELSE '' END AS reason,
       place AS evidence,
       CASE WHEN secret_kind = 'google-api-key' THEN 'medium' ELSE 'high' END AS severity
  FROM credentials
 WHERE container IS NULL OR container NOT IN ('source', 'notebook')
