-- id: AISPM-SEC-001
-- title: AI provider key is written in source code
-- why: Everybody who can read the code or its history can use the key and run up its bill.
-- severity: critical
-- kind: credential
-- category: secret-in-code
-- scope: asset
-- inputs:
--   beside_pattern: [secrets]
--   container: [secrets]
--   provider: [secrets]
--   secret_kind: [secrets]
-- staleness: 30d
-- labels: keep
-- risk: {proof: static, ease: low-privilege, data: secret, reach: write-own}
-- remediation:
--   summary: Revoke the key at the provider, then read a new one from the environment.
SELECT asset,
       CASE WHEN container IN ('source', 'notebook') AND beside_pattern = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       CASE container WHEN 'source' THEN name || ' is written in source code'
                      WHEN 'notebook' THEN name || ' is written in a notebook'
                      ELSE 'what kind of file holds ' || name || ' is not known' END
         || CASE WHEN beside_pattern = 1
                 THEN ', beside a pattern that finds such keys: a sample, or a real one'
                 ELSE '' END
         || CASE WHEN secret_kind = 'google-api-key' AND provider IS NOT NULL
                 THEN '; it opens Gemini only where its project has that API on'
                 ELSE '' END AS reason,
       place AS evidence,
       CASE WHEN secret_kind = 'google-api-key' THEN 'high' ELSE 'critical' END AS severity
  FROM credentials
 WHERE container IS NULL OR container IN ('source', 'notebook')
