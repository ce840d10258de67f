/* SPDX-License-Identifier: Apache-2.0 */
/* Tests where a version is written into the command line of a server, and what stays as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "remediate/testing.h"

static const struct plan_case JSON = {"pin-mcp-package", "AISPM-MCP-003", ".cursor/mcp.json",
                                      "/mcpServers/a"};
static const struct plan_case TOML = {"pin-mcp-package", "AISPM-MCP-003", ".codex/config.toml",
                                      "/mcp_servers/a"};
static const struct plan_case YAML = {"pin-mcp-package", "AISPM-MCP-003",
                                      "home/u/.config/goose/config.yaml", "/extensions/a"};

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void args(const char *command, const char *before, const char *version, const char *after)
{
    char from[1024], to[1024];
    snprintf(from, sizeof(from), "{\"mcpServers\":{\"a\":{\"command\":\"%s\",\"args\":[%s]}}}",
             command, before);
    snprintf(to, sizeof(to), "{\"mcpServers\":{\"a\":{\"command\":\"%s\",\"args\":[%s]}}}", command,
             after);
    plan_becomes(&JSON, version, from, to);
}

static void every_launcher(void **state)
{
    (void)state;
    args("npx", "\"-y\",\"@s/a\",\"x\"", "1.2.3", "\"-y\",\"@s/a@1.2.3\",\"x\"");
    args("npx", "\"a@latest\"", "1.2.3-rc.1+b", "\"a@1.2.3-rc.1+b\"");
    args("npx", "\"-y\",\"a@^1.0.0\",\"a\"", "1.2.3", "\"-y\",\"a@1.2.3\",\"a\"");
    args("npx", "\"-p\",\"@s/a\",\"a\"", "1.2.3", "\"-p\",\"@s/a@1.2.3\",\"a\"");
    args("npx", "\"--package=@s/a\",\"a\"", "1.2.3", "\"--package=@s/a@1.2.3\",\"a\"");
    args("bunx", "\"a\"", "1.2.3", "\"a@1.2.3\"");
    args("pnpm", "\"dlx\",\"a\"", "1.2.3", "\"dlx\",\"a@1.2.3\"");
    args("yarn", "\"dlx\",\"a\"", "1.2.3", "\"dlx\",\"a@1.2.3\"");
    args("uvx", "\"mcp-a\"", "0.6.2", "\"mcp-a@0.6.2\"");
    args("uvx", "\"mcp-a@latest\"", "0.6.2", "\"mcp-a@0.6.2\"");
    args("uvx", "\"--from\",\"My_Pkg[x]>=1,<2\",\"cmd\"", "1.4.post1",
         "\"--from\",\"My_Pkg[x]==1.4.post1\",\"cmd\"");
    args("pipx", "\"run\",\"mcp-a\"", "1!2.0rc1", "\"run\",\"mcp-a==1!2.0rc1\"");
    args("docker", "\"run\",\"-i\",\"--rm\",\"ghcr.io/o/a:latest\",\"x\"", DIGEST,
         "\"run\",\"-i\",\"--rm\",\"ghcr.io/o/a@" DIGEST "\",\"x\"");
    args("docker", "\"run\",\"localhost:5000/a\"", DIGEST,
         "\"run\",\"localhost:5000/a@" DIGEST "\"");
    args("deno", "\"run\",\"-A\",\"npm:@s/a\"", "1.2.3", "\"run\",\"-A\",\"npm:@s/a@1.2.3\"");
}

static void lines(void **state)
{
    (void)state;
    plan_becomes(&JSON, "1.2.3", "{\"mcpServers\":{\"a\":{\"command\":\"npx -y @s/a --x\"}}}",
                 "{\"mcpServers\":{\"a\":{\"command\":\"npx -y @s/a@1.2.3 --x\"}}}");
    args("bash", "\"-c\",\"cd /x && npx -y @s/a\"", "1.2.3",
         "\"-c\",\"cd /x && npx -y @s/a@1.2.3\"");
    args("cmd", "\"/c\",\"npx\",\"a\"", "1.2.3", "\"/c\",\"npx\",\"a@1.2.3\"");
    /* The command of the package has its name, too: only the package is changed. */
    args("bash", "\"-c\",\"npx -p a a\"", "1.2.3", "\"-c\",\"npx -p a@1.2.3 a\"");
}

static void the_rest_stays(void **state)
{
    (void)state;
    plan_becomes(
        &JSON, "1.2.3",
        "\xef\xbb\xbf{\r\n  // of a team\r\n  \"mcpServers\" : {\r\n\t\"b\": {\"command\": "
        "\"npx\", \"args\": [\"a\"]},\r\n    \"a\": { /* x */ \"args\": [ \"-y\" , \"a\" "
        "/* y */, ],\r\n \"command\": \"npx\" },\r\n  },\r\n}",
        "\xef\xbb\xbf{\r\n  // of a team\r\n  \"mcpServers\" : {\r\n\t\"b\": {\"command\": "
        "\"npx\", \"args\": [\"a\"]},\r\n    \"a\": { /* x */ \"args\": [ \"-y\" , "
        "\"a@1.2.3\" /* y */, ],\r\n \"command\": \"npx\" },\r\n  },\r\n}");
}

/* The finding may name the word itself. */
static void a_part_of_the_entry(void **state)
{
    (void)state;
    struct plan_case word = JSON;
    word.pointer = "/mcpServers/a/args/1";
    plan_becomes(&word, "1.2.3",
                 "{\"mcpServers\":{\"a\":{\"command\":\"npx\",\"args\":[\"-y\",\"b\"]}}}",
                 "{\"mcpServers\":{\"a\":{\"command\":\"npx\",\"args\":[\"-y\",\"b@1.2.3\"]}}}");
    word.pointer = "/mcpServers/a/args/7";
    plan_refused(&word, "1.2.3", "{\"mcpServers\":{\"a\":{\"command\":\"npx\",\"args\":[]}}}",
                 E_NOTFOUND, "not in the file");
}

static void escapes(void **state)
{
    (void)state;
    struct plan_case odd = JSON;
    /* The word stands verbatim among escapes. */
    args("bash", "\"-c\",\"X=\\\"1\\\" npx a\"", "1.2.3", "\"-c\",\"X=\\\"1\\\" npx a@1.2.3\"");
    /* The word itself is escaped: the string is written anew. */
    args("npx", "\"\\u0040s/a\"", "1.2.3", "\"@s/a@1.2.3\"");
    odd.pointer = "/mcpServers/x~1y~0z";
    plan_becomes(&odd, "1.2.3",
                 "{\"mcpServers\":{\"x/y~z\":{\"command\":\"npx\",\"args\":[\"a\"]}}}",
                 "{\"mcpServers\":{\"x/y~z\":{\"command\":\"npx\",\"args\":[\"a@1.2.3\"]}}}");
}

static void other_formats(void **state)
{
    (void)state;
    plan_becomes(&TOML, "1.2.3",
                 "# c\n[mcp_servers.a]\ncommand = 'npx'\nargs = ['-y', '@s/a'] # why\n",
                 "# c\n[mcp_servers.a]\ncommand = 'npx'\nargs = ['-y', '@s/a@1.2.3'] # why\n");
    plan_becomes(&YAML, "1.2.3",
                 "extensions:\n  a: # c\n    cmd: npx\n    args:\n      - -y\n      - pkg  # why\n",
                 "extensions:\n  a: # c\n    cmd: npx\n    args:\n      - -y\n      - pkg@1.2.3  # "
                 "why\n");
    plan_becomes(&YAML, "1.2.3", "extensions:\n  a:\n    cmd: npx\n    args: ['@s/a', \"x\"]\n",
                 "extensions:\n  a:\n    cmd: npx\n    args: ['@s/a@1.2.3', \"x\"]\n");
}

#define SERVER(rest) "{\"mcpServers\":{\"a\":{" rest "}}}"

static void refusals(void **state)
{
    (void)state;
    const char *floating = SERVER("\"command\":\"npx\",\"args\":[\"a\"]");
    plan_refused(&JSON, "", floating, E_USAGE, "which version of a");
    plan_refused(&JSON, "1.2", floating, E_USAGE, "exact version");
    plan_refused(&JSON, "v1.2.3", floating, E_USAGE, "exact version");
    plan_refused(&JSON, "01.2.3", floating, E_USAGE, "exact version");
    plan_refused(&JSON, "^1.2.3", floating, E_USAGE, "exact version");
    plan_refused(&JSON, "1.2.3\",\"--evil", floating, E_USAGE, "exact version");
    plan_refused(&JSON, "1.2.3", SERVER("\"command\":\"npx\",\"args\":[\"a@1.0.0\"]"), E_NOTFOUND,
                 "already");
    plan_refused(&JSON, "1.2.3", SERVER("\"command\":\"node\",\"args\":[\"./a.js\"]"), E_NOTFOUND,
                 "not started from a package");
    plan_refused(&JSON, "1.2.3", SERVER("\"command\":\"npx\",\"args\":[\"github:o/r\"]"),
                 E_UNSUPPORTED, "git");
    plan_refused(&JSON, "1.2.3", SERVER("\"command\":\"npx\",\"args\":[\"${P}\"]"), E_UNSUPPORTED,
                 "variable");
    plan_refused(&JSON, "1.2.3", SERVER("\"command\":\"sh\",\"args\":[\"-c\",\"npx a; npx b\"]"),
                 E_UNSUPPORTED, "more than one");
    plan_refused(&JSON, "1.2.3", "{\"mcpServers\":{}}", E_NOTFOUND, "not in the file");
    plan_refused(&JSON, "1.2.3", "{\"mcpServers\":{\"a\":[]}}", E_NOTFOUND, "not in the file");
    plan_refused(&JSON, "1.2.3", "{\"mcpServers\":", E_PARSE, "");
    plan_refused(&JSON, "1.2.3",
                 "{\"mcpServers\":{\"a\":{\"command\":\"npx\",\"args\":[\"a\"],\"args\":[\"a\"]}}}",
                 E_UNSUPPORTED, "twice");
    plan_refused(&JSON, "1.2.3", "\xff\xfe{\0", E_UNSUPPORTED, "UTF-16");
    plan_refused(&JSON, "1.0", SERVER("\"command\":\"docker\",\"args\":[\"run\",\"a\"]"), E_USAGE,
                 "a tag can be moved");
    plan_refused(&JSON, "", SERVER("\"command\":\"docker\",\"args\":[\"run\",\"a\"]"), E_USAGE,
                 "which digest");
    plan_refused(&JSON, "1.0-1", SERVER("\"command\":\"uvx\",\"args\":[\"a\"]"), E_USAGE,
                 "exact version");
    plan_refused(&YAML, "1.2.3", "b: &b\n  cmd: npx\n  args: [a]\nextensions:\n  a: *b\n",
                 E_UNSUPPORTED, "alias");
    const struct plan_case other = {"pin-mcp-package", "AISPM-MCP-003", "a.txt", "/x"};
    plan_refused(&other, "1.2.3", "x", E_UNSUPPORTED, "not edited");
}

static void memory(void **state)
{
    (void)state;
    plan_survives(&JSON, "1.2.3", SERVER("\"command\":\"npx\",\"args\":[\"-y\",\"@s/a\"]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_launcher), cmocka_unit_test(lines),
        cmocka_unit_test(the_rest_stays), cmocka_unit_test(a_part_of_the_entry),
        cmocka_unit_test(escapes),        cmocka_unit_test(other_formats),
        cmocka_unit_test(refusals),       cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
