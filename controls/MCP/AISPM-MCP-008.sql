-- id: AISPM-MCP-008
-- title: MCP server is reached over plain HTTP
-- why: Anybody on the way can read the traffic, take its tokens and change tool results.
-- severity: high
-- kind: mcp_server
-- category: plain-http
-- scope: asset
-- inputs:
--   url_scheme: [mcp-config]
--   transport: [mcp-config]
--   url_loopback: [mcp-config]
--   enabled: [mcp-config]
-- staleness: 30d
-- risk: {proof: static, ease: high-privilege, reach: write-own}
-- remediation:
--   summary: Use the https address of the server.
SELECT asset,
       CASE WHEN url_scheme IN ('https', 'wss') THEN 'pass'
            WHEN url_loopback = 1 THEN 'pass'
            WHEN url_scheme IN ('http', 'ws') AND url_loopback = 0 THEN 'fail'
            ELSE 'unknown' END AS verdict,
       CASE WHEN url_scheme IN ('https', 'wss') THEN 'server ' || name || ' is reached over TLS'
            WHEN url_loopback = 1 THEN 'server ' || name || ' is on this machine'
            WHEN url_scheme IN ('http', 'ws') AND url_loopback = 0
            THEN 'server ' || name || ' is reached over plain ' || url_scheme
            ELSE 'how server ' || name || ' is reached is not known' END AS reason,
       place AS evidence
  FROM mcp_servers
 WHERE (transport IS NULL OR transport <> 'stdio')
   AND (enabled IS NULL OR enabled <> 0)
