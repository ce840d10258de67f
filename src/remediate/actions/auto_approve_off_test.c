/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which settings are switched off, in which form, and what stays as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "remediate/testing.h"

#define ACTION "auto-approve-off"
static const struct plan_case SERVER = {ACTION, "AISPM-MCP-023", ".cursor/mcp.json",
                                        "/mcpServers/a"};
static const struct plan_case CLAUDE = {ACTION, "AISPM-AGT-002", ".claude/settings.json", ""};
static const struct plan_case PROJECT = {ACTION, "AISPM-MCP-019", ".claude/settings.json", ""};
static const struct plan_case CODE = {ACTION, "AISPM-AGT-002", ".vscode/settings.json", ""};
static const struct plan_case CODEX = {ACTION, "AISPM-AGT-002", ".codex/config.toml", ""};
static const struct plan_case ALLOW = {ACTION, "AISPM-AGT-019", ".cursor/permissions.json", ""};
static const struct plan_case GOOSE = {ACTION, "AISPM-MCP-023", "home/u/.config/goose/config.yaml",
                                       "/extensions/a"};

#define IN(rest) "{\"mcpServers\":{\"a\":{\"command\":\"x\"," rest "},\"b\":{\"trust\":true}}}"

static void servers(void **state)
{
    (void)state;
    plan_becomes(&SERVER, "", IN("\"autoApprove\":[\"r\",\"w\"]"), IN("\"autoApprove\":[]"));
    plan_becomes(&SERVER, "", IN("\"alwaysAllow\": [ // all\n \"*\"\n]"),
                 IN("\"alwaysAllow\": []"));
    plan_becomes(&SERVER, "", IN("\"trust\": true"), IN("\"trust\": false"));
    plan_becomes(&SERVER, "", IN("\"autoApprove\":\"*\""), IN("\"autoApprove\":[]"));
    plan_becomes(&SERVER, "", IN("\"autoApprove\":{\"r\":true,\"w\":false}"),
                 IN("\"autoApprove\":{\"r\":false,\"w\":false}"));
    /* Two settings: what stands between them stays. */
    plan_becomes(&SERVER, "", IN("\"trust\":true, /* why */ \"alwaysAllow\":[\"r\"]"),
                 IN("\"trust\":false, /* why */ \"alwaysAllow\":[]"));
    plan_becomes(
        &GOOSE, "",
        "extensions:\n  a:\n    cmd: x\n    alwaysAllow:\n      - r\n      - w\n    b: 1\n",
        "extensions:\n  a:\n    cmd: x\n    alwaysAllow:\n      []\n    b: 1\n");
}

static void settings(void **state)
{
    (void)state;
    plan_becomes(
        &CLAUDE, "",
        "{\r\n  \"permissions\": {\r\n    \"defaultMode\": \"bypassPermissions\", // x\r\n "
        "  \"allow\": []\r\n  }\r\n}\r\n",
        "{\r\n  \"permissions\": {\r\n    \"defaultMode\": \"default\", // x\r\n   "
        "\"allow\": []\r\n  }\r\n}\r\n");
    plan_becomes(&PROJECT, "", "{\"enableAllProjectMcpServers\":true}",
                 "{\"enableAllProjectMcpServers\":false}");
    plan_becomes(&CODE, "",
                 "{\n  // mine\n  \"chat.tools.autoApprove\": true,\n  "
                 "\"chat.tools.global.autoApprove\": true,\n}\n",
                 "{\n  // mine\n  \"chat.tools.autoApprove\": false,\n  "
                 "\"chat.tools.global.autoApprove\": false,\n}\n");
    plan_becomes(&CODEX, "", "approval_policy = \"never\" # x\n[a]\nb = 1\n",
                 "approval_policy = \"on-request\" # x\n[a]\nb = 1\n");
}

static void lists(void **state)
{
    (void)state;
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\":[\"*:*\",\"a:b\"]}",
                 "{\"mcpAllowlist\":[\"a:b\"]}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\"a:b\", \"*:*\"]}",
                 "{\"mcpAllowlist\": [\"a:b\"]}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\"a:b\", \"*:*\", \"c:d\"]}",
                 "{\"mcpAllowlist\": [\"a:b\", \"c:d\"]}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\"*:*\"]}", "{\"mcpAllowlist\": []}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\"a:b\", \"*:*\", \"*\"]}",
                 "{\"mcpAllowlist\": [\"a:b\"]}");
    plan_becomes(&ALLOW, "",
                 "{\"mcpAllowlist\": [\n  \"a:b\", // a\n  \"*:*\", // all\n  \"c:d\"\n]}",
                 "{\"mcpAllowlist\": [\n  \"a:b\", // a\n  // all\n  \"c:d\"\n]}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\n  \"a:b\", // a\n  \"*:*\"\n]}",
                 "{\"mcpAllowlist\": [\n  \"a:b\" // a\n]}");
    plan_becomes(&ALLOW, "", "{\"mcpAllowlist\": [\n  \"a:b\",\n  \"*:*\",\n]}",
                 "{\"mcpAllowlist\": [\n  \"a:b\",\n]}");
    plan_becomes(&ALLOW, "",
                 "{\"permissions\":{\"allow\":[\"Read\",\"mcp__x__y\",\"Bash(ls:*)\"]}}",
                 "{\"permissions\":{\"allow\":[\"Read\",\"Bash(ls:*)\"]}}");
}

static void refusals(void **state)
{
    (void)state;
    plan_refused(&SERVER, "", IN("\"autoApprove\":[]"), E_NOTFOUND, "any more");
    plan_refused(&SERVER, "", IN("\"trust\":false"), E_NOTFOUND, "any more");
    plan_refused(&SERVER, "", "{\"mcpServers\":{\"b\":{}}}", E_NOTFOUND, "not in the file");
    plan_refused(&SERVER, "", IN("\"default_tools_approval_mode\":\"approve\""), E_UNSUPPORTED,
                 "by hand");
    plan_refused(&CLAUDE, "", "{\"permissions\":{\"defaultMode\":\"plan\"}}", E_NOTFOUND,
                 "any more");
    /* A setting of another control is not touched. */
    plan_refused(&CLAUDE, "", "{\"enableAllProjectMcpServers\":true}", E_NOTFOUND, "any more");
    plan_refused(&CLAUDE, "", "[", E_PARSE, "");
    const struct plan_case yaml = {ACTION, "AISPM-AGT-019", "a.yaml", ""};
    plan_refused(&yaml, "", "mcpAllowlist:\n  - a:b\n  - '*:*'\n", E_UNSUPPORTED, "without loss");
    const struct plan_case none = {"no-such-action", "AISPM-AGT-019", "a.yaml", ""};
    plan_refused(&none, "", "a: 1\n", E_BUG, "no such action");
}

static void memory(void **state)
{
    (void)state;
    plan_survives(&ALLOW, "", "{\"mcpAllowlist\": [\"a:b\", \"*:*\", \"c:d\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers),  cmocka_unit_test(settings), cmocka_unit_test(lists),
        cmocka_unit_test(refusals), cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
