-- id: AISPM-MCP-002
-- title: MCP configuration has a secret written out
-- why: Every program and every copy of the file can read the secret and act as its owner.
-- severity: high
-- kind: mcp_server
-- category: secret-in-config
-- scope: asset
-- inputs:
--   secret_literals: [mcp-config]
-- staleness: 30d
-- labels: keep
-- risk: {proof: static, ease: low-privilege, data: secret, reach: write-own}
-- remediation:
--   summary: Replace the secret by a variable or an input of the host, then rotate it.
SELECT asset,
       CASE WHEN secret_literals > 0 THEN 'fail'
            WHEN secret_literals = 0 OR secret_literals_state = 'absent' THEN 'pass'
            ELSE 'unknown' END AS verdict,
       CASE WHEN secret_literals > 0
            THEN 'server ' || name || ' has ' || CAST(secret_literals AS text)
                 || ' written out in its configuration (secrets in command, environment, headers '
                 || 'or URL)'
            ELSE 'server ' || name || ' has no secret written out' END AS reason,
       place AS evidence
  FROM mcp_servers
