/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether servers are found in each shape of configuration file and fully described. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/servers/host_test.h"

extern const struct detector DETECTOR_MCP_CONFIG;

/* Invented values, in pieces so that no whole one stands in the source. */
#define KEY_1                                                                                      \
    "Zx81kq02"                                                                                     \
    "mnP4"
#define KEY_2                                                                                      \
    "Zx81kq02"                                                                                     \
    "mnP5"
#define ACME                                                                                       \
    "acm"                                                                                          \
    "e-Zx81kq02mnP9"

static void says(const char *path, const char *text, const char *expected)
{
    host_says(&DETECTOR_MCP_CONFIG, path, text, expected);
}

/* Every expected line stands in the answer, in this order. NULL ends the list. */
static void has(const char *path, const char *text, const char *first, ...)
{
    AUTO(detector_run) r = host_run(&DETECTOR_MCP_CONFIG, path, text);
    va_list ap;
    detector_dump(&r);
    const char *at = r.text.p;
    va_start(ap, first);
    for (const char *want = first; want; want = va_arg(ap, const char *)) {
        const char *found = strstr(at, want);
        if (!found)
            print_error("missing: %s\nin:\n%s", want, r.text.p);
        assert_non_null(found);
        at = found + strlen(want);
    }
    va_end(ap);
}

static void lacks(const char *path, const char *text, const char *part)
{
    AUTO(detector_run) r = host_run(&DETECTOR_MCP_CONFIG, path, text);
    detector_dump(&r);
    if (strstr(r.text.p, part))
        print_error("should lack %s:\n%s", part, r.text.p);
    assert_null(strstr(r.text.p, part));
}

#define CURSOR "home/ann/.cursor/mcp.json"

static void test_wants(void **state)
{
    (void)state;
    says("src/main.c", "{}", "not wanted\n");
    says("x.cursor/mcp.json", "{}", "not wanted\n");
    says(".cursor/permissions.json", "{}", "not wanted\n"); /* settings alone */
}

static void test_local(void **state)
{
    (void)state;
    says(CURSOR,
         "{\"mcpServers\": {\n"
         "  \"files\": {\"command\": \"npx\",\n"
         "    \"args\": [\"-y\", \"@modelcontextprotocol/server-filesystem@2025.8.21\", "
         "\"/home/ann\"],\n"
         "    \"env\": {\"LOG\": \"1\"}, \"disabled\": false, \"alwaysAllow\": [\"read\"]}}}\n",
         "0 asset agent_host Cursor @file\n"
         "  host = cursor\n"
         "  catalog_row = cursor agent.file .cursor/mcp.json (resolved)\n"
         "  scope = user (resolved)\n"
         "  holds_settings = false\n"
         "  servers = 1\n"
         "  unsaid: approval, project_servers, allow, deny, hooks\n"
         "1 asset mcp_server files @2:12 /mcpServers/files\n"
         "  transport = stdio @2:24 /mcpServers/files/command\n"
         "  url absent\n"
         "  url_scheme absent\n"
         "  url_loopback absent\n"
         "  command = npx @2:24 /mcpServers/files/command\n"
         "  arguments = [\"/home/ann\"] @3:73 /mcpServers/files/args/2\n"
         "  launcher = npx @2:24 /mcpServers/files/command\n"
         "  package = npm:@modelcontextprotocol/server-filesystem @3:20 /mcpServers/files/args/1\n"
         "  package_version = 2025.8.21 @3:20 /mcpServers/files/args/1\n"
         "  version_state = fixed @3:20 /mcpServers/files/args/1\n"
         "  environment = [\"LOG\"] @4:12 /mcpServers/files/env\n"
         "  headers absent\n"
         "  auth absent\n"
         "  secret_literals = 0\n"
         "  file_roots = [\"/home/ann\"] @3:73 /mcpServers/files/args/2\n"
         "  auto_approve = [\"read\"] @4:60 /mcpServers/files/alwaysAllow\n"
         "  enabled = true @4:38 /mcpServers/files/disabled\n"
         "  configured_by = user (resolved)\n"
         "  host = cursor\n"
         "  catalog_row = cursor agent.file .cursor/mcp.json (resolved)\n"
         "2 relation 0 connects 1 (declared) @2:12 /mcpServers/files\n");
}

static void test_remote(void **state)
{
    (void)state;
    says(CURSOR,
         "{\"mcpServers\": {\"r\": {\"type\": \"streamable-http\",\n"
         "  \"url\": \"https://ann:" KEY_1 "@H.example:443/mcp?api_key=" KEY_2 "#f\",\n"
         "  \"headers\": {\"Authorization\": \"Bearer ${T}\"}}}}",
         "0 asset agent_host Cursor @file\n"
         "  host = cursor\n"
         "  catalog_row = cursor agent.file .cursor/mcp.json (resolved)\n"
         "  scope = user (resolved)\n"
         "  holds_settings = false\n"
         "  servers = 1\n"
         "  unsaid: approval, project_servers, allow, deny, hooks\n"
         "1 asset mcp_server r @1:22 /mcpServers/r\n"
         "  transport = http @1:31 /mcpServers/r/type\n"
         "  url = https://h.example/mcp @2:10 /mcpServers/r/url\n"
         "  url_scheme = https @2:10 /mcpServers/r/url\n"
         "  url_loopback = false @2:10 /mcpServers/r/url\n"
         "  command absent\n"
         "  arguments absent\n"
         "  launcher absent\n"
         "  package absent\n"
         "  package_version absent\n"
         "  version_state = remote @2:10 /mcpServers/r/url\n"
         "  environment absent\n"
         "  headers = [\"Authorization\"] @3:14 /mcpServers/r/headers\n"
         "  auth = header @3:32 /mcpServers/r/headers/Authorization\n"
         "  secret_literals = 2\n"
         "  file_roots absent\n"
         "  auto_approve absent\n"
         "  enabled = true (default)\n"
         "  configured_by = user (resolved)\n"
         "  host = cursor\n"
         "  catalog_row = cursor agent.file .cursor/mcp.json (resolved)\n"
         "2 value SECRET url-credentials, 12 characters, in 1 @2:23 /mcpServers/r/url\n"
         "3 value SECRET generic-api-key, 12 characters, in 1 @2:62 /mcpServers/r/url\n"
         "4 relation 0 connects 1 (declared) @1:22 /mcpServers/r\n");
}

/* --- secrets ----------------------------------------------------------------------------- */

#define ENTRY(members) "{\"mcpServers\": {\"s\": {" members "}}}"

static void test_secrets(void **state)
{
    (void)state;
    has(CURSOR, ENTRY("\"command\": \"a\", \"env\": {\"A_TOKEN\": \"" KEY_1 "\"}"),
        "auth = environment", "secret_literals = 1",
        "value SECRET generic-api-key, 12 characters, in 1 @1:59 /mcpServers/s/env/A_TOKEN", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example/mcp?key=" KEY_2 "\""), "secret_literals = 1",
        NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example/mcp?key=a\""), "secret_literals = 0", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"headers\": {\"X-Own\": \"basic ${T}\"}"),
        "auth = header", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"headers\": {\"X-Own\": \"basics of it\"}"),
        "auth absent", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"env\": {\"X\": \"" ACME "\"}"), "secret_literals = 1",
        "value SECRET acme-key, 17 characters, in 1 @1:53 /mcpServers/s/env/X", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"args\": [\"--api-key\", \"" KEY_1 "\", \"-v\"]"),
        "arguments = [\"--api-key\",\"[secret, 12 characters]\",\"-v\"]", "secret_literals = 1",
        NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"args\": [\"--api-key=" KEY_1 "\"]"),
        "arguments = [\"--api-key=[secret, 12 characters]\"]", "secret_literals = 1",
        "/mcpServers/s/args/0", NULL);
    has(CURSOR, ENTRY("\"command\": \"sh\", \"args\": [\"-c\", \"A_TOKEN=" KEY_1 " exec /opt/m\"]"),
        "command = /opt/m (resolved)", "launcher = shell", "environment = [\"A_TOKEN\"]",
        "secret_literals = 1", "in 1 @1:64 /mcpServers/s/args/1", NULL);
    has(CURSOR,
        ENTRY("\"command\": \"docker\", \"args\": [\"run\", \"-e\", \"A_TOKEN=" KEY_1 "\", \"i\"]"),
        "environment = [\"A_TOKEN\"]", "secret_literals = 1", "/mcpServers/s/args/2", NULL);
    has(CURSOR,
        ENTRY("\"url\": \"https://h.example\", \"headers\": {\"X-Api-Key\": \"" KEY_1 "\"}"),
        "auth = header", "secret_literals = 1", "/mcpServers/s/headers/X-Api-Key", NULL);
    has(CURSOR,
        ENTRY("\"command\": \"npx\", \"args\": [\"mcp-remote\", \"https://h.example/sse\", "
              "\"--header\", \"Authorization: Bearer " KEY_1 "\"]"),
        "transport = sse (inferred)", "url = https://h.example/sse",
        "\"Authorization:[secret, 19 characters]\"", "package = npm:mcp-remote",
        "headers = [\"Authorization\"]", "auth = header", "secret_literals = 1",
        "value SECRET generic-api-key, 12 characters", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"env\": {\"A_TOKEN\": \"${A:-" KEY_1 "}\"}"),
        "secret_literals = 1", "12 characters, in 1 @1:64", NULL);
    has(CURSOR,
        ENTRY("\"command\": \"a\", \"env\": {\"DB_PASSWORD\": \"pa$"
              "word9\"}"),
        "secret_literals = 1", "generic-password", NULL);
}

static void test_references(void **state)
{
    (void)state;
    static const char *const values[] = {
        "${A}",        "$A",         "${env:A}",      "${input:a}",
        "Bearer ${A}", "{{a}}",      "%A%",           "op://vault/item/field",
        "${A:-}",      "${A:-${B}}", "your-key-here", "",
        "true"};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        char text[256];
        snprintf(text, sizeof(text), ENTRY("\"command\": \"a\", \"env\": {\"A_TOKEN\": \"%s\"}"),
                 values[i]);
        has(CURSOR, text, "secret_literals = 0", NULL);
        lacks(CURSOR, text, "value SECRET");
    }
    /* Persons in arguments are for the scanner of values. */
    has(CURSOR, ENTRY("\"command\": \"a\", \"args\": [\"ann@h.example\"]"), "secret_literals = 0",
        NULL);
}

/* --- spellings --------------------------------------------------------------------------- */

static void test_spellings(void **state)
{
    (void)state;
    has(CURSOR, ENTRY("\"command\": [\"uvx\", \"a==1.0\"], \"environment\": [\"A=1\", \"B\"]"),
        "package = pypi:a", "package_version = 1.0", "environment = [\"A\",\"B\"]", NULL);
    has(CURSOR,
        ENTRY("\"command\": {\"path\": \"npx\", \"args\": [\"a\"], \"env\": {\"E\": \"1\"}}"),
        "command = npx", "package = npm:a", "environment = [\"E\"]", NULL);
    has(CURSOR, ENTRY("\"command\": \"npx -y a@1.0.0\""), "command = npx",
        "package_version = 1.0.0", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"args\": \"--x 'y z'\""),
        "arguments = [\"--x\",\"y z\"]", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"args\": [\"-p\", 80]"), "arguments = [\"-p\",\"80\"]",
        NULL);
    has(CURSOR, ENTRY("\"serverUrl\": \"http://localhost:1/sse\""), "transport = sse (inferred)",
        "url_loopback = true", NULL);
    has(CURSOR, ENTRY("\"httpUrl\": \"http://127.0.0.2/m\""), "transport = http (inferred)",
        "url_loopback = true", NULL);
    has(CURSOR, ENTRY("\"uri\": \"ws://[::1]:9/m\""), "transport = websocket (inferred)",
        "url_scheme = ws", "url_loopback = true", NULL);
    has(CURSOR, ENTRY("\"url\": \"http://a.localhost/m\", \"type\": \"http\""),
        "url_loopback = true", NULL);
    has(CURSOR, ENTRY("\"url\": \"http://127.example/m\""), "url_loopback = false", NULL);
    has(CURSOR, ENTRY("\"url\": \"http://0.0.0.0:3000/m\""), "url_loopback = true", NULL);
    has(CURSOR, ENTRY("\"url\": \"http://localhost.h.example/m\""), "url_loopback = false", NULL);
    has(CURSOR, ENTRY("\"url\": \"${BASE}/m\""), "url unresolved: the address stands in a variable",
        NULL);
    has(CURSOR, ENTRY("\"url\": \"${BASE:-https://h.example/m}\""), "url = https://h.example/m",
        NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example/${X}/m\""), "url = https://h.example/${X}/m",
        NULL);
    has(CURSOR, ENTRY("\"url\": \"h.example/m\""),
        "url_scheme unresolved: the address does not begin with http, https, ws or wss", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"bearer_token_env_var\": \"T\""),
        "auth = environment", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"oauth\": {\"clientId\": \"x\"}"),
        "auth = oauth", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"oauth\": false"), "auth = none", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"auth\": {\"oauth\": {\"enabled\": true}}"),
        "auth = oauth", NULL);
    has(CURSOR,
        ENTRY("\"url\": \"https://h.example\", \"auth\": {\"oauth\": {\"enabled\": false}}"),
        "auth unresolved: ", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example/m?id=4\""), "auth unresolved: ", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"env_http_headers\": {\"X-Key\": \"V\"}"),
        "headers = [\"X-Key\"]", "auth = header", NULL);
    has(CURSOR, ENTRY("\"url\": \"https://h.example\", \"headersHelper\": \"./h.sh\""),
        "headers absent", "auth = header", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"envFile\": \".env\""),
        "environment unresolved: the variables come from another file", NULL);
    has(CURSOR,
        ENTRY("\"command\": \"npx\", \"args\": "
              "[\"github:o/r#0123456789abcdef0123456789abcdef01234567\"]"),
        "package = git:github.com/o/r",
        "package_version = 0123456789abcdef0123456789abcdef01234567", NULL);
    has(CURSOR, ENTRY("\"image\": \"o/i@sha256:aa\""), "package = oci:o/i",
        "package_version = sha256:aa", "version_state = digest", NULL);
}

static void test_approval(void **state)
{
    (void)state;
    has(CURSOR, ENTRY("\"command\": \"a\", \"autoApprove\": [\"*\"]"), "auto_approve = [\"*\"]",
        NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"autoApprove\": []"), "auto_approve = []", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"trust\": true"), "auto_approve = [\"*\"]",
        "/mcpServers/s/trust", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"trust\": false"), "auto_approve = []", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"default_tools_approval_mode\": \"approve\""),
        "auto_approve = [\"*\"]", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"default_tools_approval_mode\": \"prompt\""),
        "auto_approve = []", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"tools\": {\"t\": {\"approval_mode\": \"approve\"}}"),
        "auto_approve = [\"t\"]", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"tools\": [\"*\"]"), "auto_approve absent", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"disabled\": true"), "enabled = false @", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"enabled\": false"), "enabled = false @", NULL);
    has(CURSOR, ENTRY("\"command\": \"a\", \"disabled\": \"x\""),
        "enabled unresolved: neither true nor false", NULL);
}

static void test_roots(void **state)
{
    (void)state;
    has(CURSOR,
        ENTRY("\"command\": \"docker\", \"args\": [\"run\", \"-v\", \"/home/u:/d\", "
              "\"mcp/filesystem\", \"/d\"]"),
        "arguments = [\"/d\"]", "file_roots = [\"/home/u\"]", NULL);
    has(CURSOR,
        ENTRY("\"command\": \"uvx\", \"args\": [\"mcp-server-git\", \"--repository\", \"/r\"]"),
        "file_roots = [\"/r\"]", NULL);
    has(CURSOR, ENTRY("\"command\": \"npx\", \"args\": [\"other\", \"/r\"]"), "file_roots absent",
        NULL);
    has(CURSOR,
        ENTRY("\"command\": \"npx\", \"args\": [\"@modelcontextprotocol/server-filesystem\", "
              "\"C:\\\\\", \"${HOME}\"]"),
        "file_roots = [\"C:\\\\\",\"${HOME}\"]", NULL);
}

/* --- places ------------------------------------------------------------------------------ */

static void test_files(void **state)
{
    (void)state;
    has(".mcp.json", "{\"$schema\": \"x\", \"a\": {\"command\": \"c\"}, \"n\": {\"x\": 1}}",
        "scope = project\n", "servers = 1", "asset mcp_server a @1:23 /a",
        "configured_by = project\n", NULL);
    has("u/.warp/.mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"c\"}}}", "agent_host Others",
        NULL);
    has("home/a/.claude.json",
        "{\"mcpServers\": {\"a\": {\"command\": \"c\"}}, \"projects\": {\"/p/q\": {\"mcpServers\": "
        "{\"b\": {\"command\": \"d\"}}, \"x\": 1}}}",
        "servers = 2", "mcp_server a", "mcp_server b", "/projects/~1p~1q/mcpServers/b",
        "configured_by = user\n", NULL);
    has(".vscode/mcp.json",
        "{ // c\n \"inputs\": [], \"servers\": {\"a\": {\"command\": \"c\",},},}",
        "mcp_server a @2:", NULL);
    has("app/settings.json",
        "{\"x/y.servers\": {\"a\": {\"command\": \"c\"}}, \"p\": {\"1\": {\"s\": {\"b\": "
        "{\"url\": \"https://h.example\"}}}, \"2\": 3}}",
        "servers = 2", "mcp_server a", "mcp_server b", "/p/1/s/b", NULL);
    has("opencode.json",
        "{\"mcp\": {\"a\": {\"command\": [\"c\"]}, \"servers\": {\"b\": "
        "{\"command\": [\"d\"]}}}}",
        "servers = 2", "mcp_server a", "mcp_server b", NULL);
    lacks("opencode.json", "{\"mcp\": {\"servers\": {\"b\": {\"command\": [\"d\"]}}}}",
          "mcp_server servers");
    has("homes/mac/ann/x/Claude Extensions/id/manifest.json",
        "{\"name\": \"notes\", \"server\": {\"mcp_config\": {\"command\": \"node\", \"args\": "
        "[\"${__dirname}/i.js\"]}}}",
        "mcp_server notes", "configured_by = extension\n", NULL);
    has("root/.cursor/mcp.json", "{}", "scope = user (resolved)", "servers = 0", NULL);
    has("homes/linux/ann/.cursor/mcp.json", "{}", "scope = user (resolved)", NULL);
    has("home/ann/work/.cursor/mcp.json", "{}", "scope = project (inferred)", NULL);
    has(CURSOR, "\xef\xbb\xbf{\r\n\"mcpServers\": {\"a\": {\"command\": \"c\"}}}",
        "mcp_server a @2:21", NULL);
}

static void test_general(void **state)
{
    (void)state;
    says(".vscode/settings.json", "{\"editor.tabSize\": 4}", "");
    has(".vscode/settings.json", "{\"mcp\": {\"servers\": {\"a\": {\"command\": \"c\"}}}}",
        "agent_host Visual Studio Code", "servers = 1", "mcp_server a", NULL);
    says("p/.claude-plugin/plugin.json", "{\"name\": \"p\", \"version\": \"1.0.0\"}",
         "plugin of claude-code @file\n");
    has("p/.claude-plugin/plugin.json", "{\"mcpServers\": \"./.mcp.json\"}",
        "plugin of claude-code", "agent_host Claude Code", NULL);
    lacks("p/.claude-plugin/plugin.json", "", "plugin of");
    lacks("p/.claude-plugin/plugin.json", "[]", "plugin of");
    lacks(".mcp.json", "{}", "plugin of");
    says("p/plugin.json", "{}", "not wanted\n");
    has("p/.claude-plugin/plugin.json", "{\"mcpServers\": {\"a\": {\"command\": \"c\"}}}",
        "agent_host Claude Code", "servers = 1", "mcp_server a", NULL);
}

static void test_yaml_toml(void **state)
{
    (void)state;
    has("u/.config/goose/config.yaml",
        "extensions:\n"
        "  files:\n"
        "    type: stdio\n"
        "    cmd: npx\n"
        "    args: ['-y', '@modelcontextprotocol/server-filesystem', 'C:\\']\n"
        "    envs: {A: b}\n"
        "    enabled: true\n"
        "  memory: {type: builtin, enabled: true}\n",
        "servers = 2", "mcp_server files @2:3",
        "package = npm:@modelcontextprotocol/server-filesystem", "environment = [\"A\"]",
        "file_roots = [\"C:\\\\\"]", "enabled = true @", "mcp_server memory @8:11",
        "transport unresolved", NULL);
    has("u/.continue/config.yaml", "mcpServers: {a: {transport: websocket}}\n",
        "transport = websocket", "gap partial: the entry of a server names neither", NULL);
    lacks("u/.continue/config.yaml", "# nothing yet\n", "gap");
    has("u/.continue/config.yaml", "- a\n", "gap failed: not an object", NULL);
    lacks("u/.config/goose/config.yaml", "extensions:\n  memory: {type: builtin}\n", "gap");
    has("u/.continue/config.yaml",
        "mcpServers:\n"
        "  - name: one\n"
        "    command: uvx\n"
        "    args: [a]\n"
        "  - command: b\n"
        "  - 7\n",
        "servers = 2", "mcp_server one", "/mcpServers/0", "mcp_server server 2", "/mcpServers/1",
        "gap partial: the entry of a server is not a map @6:5 /mcpServers/2", NULL);
    has("u/.continue/config.yaml",
        "x: &s {command: uvx, args: [a], name: n}\nmcpServers:\n  - *s\n", "mcp_server n", "pypi:a",
        NULL);
    has(".codex/config.toml",
        "[mcp_servers.a]\ncommand = \"npx\"\nargs = [\"-y\", \"p@1.0.0\"]\nenv_vars = [\"T\"]\n"
        "[mcp_servers.a.env]\nK = \"v\"\n"
        "[mcp_servers.b]\nurl = \"https://h.example/m\"\nbearer_token_env_var = \"T\"\n"
        "[mcp_servers.b.tools.t]\napproval_mode = \"approve\"\n",
        "servers = 2", "mcp_server a", "package_version = 1.0.0", "environment = [\"K\",\"T\"]",
        "mcp_server b", "auth = environment", "auto_approve = [\"t\"]", NULL);
    has(".vibe/config.toml",
        "[[mcp_servers]]\nname = \"a\"\ntransport = \"streamable-http\"\nurl = "
        "\"https://h.example\"\n"
        "[[mcp_servers]]\nname = \"b\"\ncommand = \"c\"\n",
        "servers = 2", "mcp_server a", "transport = http @", "mcp_server b", NULL);
}

/* --- damage ------------------------------------------------------------------------------ */

static void test_damage(void **state)
{
    (void)state;
    /* One bad entry hides none of its neighbours. */
    has(CURSOR,
        "{\"mcpServers\": {\"a\": 5, \"b\": {\"command\": 7}, \"c\": {}, \"d\": {\"url\": []}, "
        "\"e\": {\"command\": \"x\", \"args\": [{}, \"y\"]}, \"f\": null, \"//\": \"why\"}}",
        "gap partial: the entry of a server is not a map @1:22 /mcpServers/a",
        "gap partial: the command is not text", "gap partial: the entry of a server names neither",
        "url unresolved: the address is not text", "gap partial: the address is not text",
        "mcp_server e", "gap partial: an argument is not text", NULL);
    has(CURSOR, "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b\": {\"comm",
        "gap partial: line 1", "mcp_server a", NULL);
    has(CURSOR, "not json", "gap failed: line 1", "agent_host Cursor",
        "servers unresolved: the file could not be read", NULL);
    has(CURSOR, "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"a\": {\"command\": \"y\"}}}",
        "gap partial: the name stands twice: hosts use the later entry @1:22 /mcpServers/a",
        "command = y", NULL);
    has(CURSOR, "{\"mcpServers\": 7}", "gap partial: the servers are neither a map nor a list",
        NULL);
    static const char *const no_object[] = {"[]", "7", "null", "\"x\"", "[{\"mcpServers\": {}}]"};
    for (size_t i = 0; i < ARRAY_LEN(no_object); i++)
        has(CURSOR, no_object[i], "gap failed: not an object: an agent host refuses such a",
            "agent_host Cursor", "servers unresolved: the file could not be read", NULL);
    has(CURSOR, "", "gap failed", NULL);
    lacks(CURSOR, "{\"mcpServers\": {}}", "gap");
    lacks(CURSOR, "{}", "gap");
}

static void test_memory(void **state)
{
    (void)state;
    AUTO(detector_run) r = host_run(
        &DETECTOR_MCP_CONFIG, CURSOR,
        "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"-y\", \"p\", \"--k=v\"], "
        "\"env\": {\"T\": \"v\"}, \"autoApprove\": [\"t\"]}, \"b\": {\"url\": "
        "\"https://h.example/m?k=v\", \"headers\": {\"H\": \"v\"}}, \"a\": {\"command\": "
        "\"c\"}}}");
    detector_survives_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wants),      cmocka_unit_test(test_local),
        cmocka_unit_test(test_remote),     cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_references), cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_approval),   cmocka_unit_test(test_roots),
        cmocka_unit_test(test_files),      cmocka_unit_test(test_general),
        cmocka_unit_test(test_yaml_toml),  cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
