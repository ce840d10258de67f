-- id: AISPM-MCP-022
-- title: Remote MCP server is configured without authentication
-- why: If the server asks for no login, everybody who reaches it can use its tools and data.
-- severity: low
-- kind: mcp_server
-- category: no-auth
-- scope: asset
-- inputs:
--   auth: [mcp-config]
--   transport: [mcp-config]
--   url_scheme: [mcp-config]
--   url_loopback: [mcp-config]
--   enabled: [mcp-config]
-- staleness: 30d
-- risk: {proof: theory, ease: low-privilege}
-- remediation:
--   summary: Use OAuth or a token from a secret store, or probe the server to see that it refuses.
SELECT asset,
       CASE WHEN auth IN ('header', 'oauth', 'environment') THEN 'pass'
            WHEN auth = 'none' OR auth_state = 'absent' THEN 'fail'
            ELSE 'unknown' END AS verdict,
       CASE WHEN auth IN ('header', 'oauth', 'environment')
            THEN 'server ' || name || ' gets a credential (' || auth || ')'
            WHEN auth = 'none' OR auth_state = 'absent'
            THEN 'the configuration of server ' || name || ' names no credential; whether the '
                 || 'server asks for a login when it is reached, only a probe can tell'
            ELSE 'how server ' || name || ' is authenticated is not known' END AS reason,
       place AS evidence,
       CASE WHEN url_scheme IN ('http', 'ws') THEN 'medium' ELSE 'low' END AS severity
  FROM mcp_servers
 WHERE (transport IS NULL OR transport <> 'stdio')
   AND (url_loopback IS NULL OR url_loopback = 0)
   AND (enabled IS NULL OR enabled <> 0)
