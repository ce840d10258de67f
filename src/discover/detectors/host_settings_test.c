/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether settings that take people out of the loop are seen, each at its key. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/servers/host_test.h"

extern const struct detector DETECTOR_HOST_SETTINGS;

static void says(const char *path, const char *text, const char *expected)
{
    host_says(&DETECTOR_HOST_SETTINGS, path, text, expected);
}

static void has(const char *path, const char *text, const char *line)
{
    AUTO(detector_run) r = host_run(&DETECTOR_HOST_SETTINGS, path, text);
    detector_dump(&r);
    if (!strstr(r.text.p, line))
        print_error("missing: %s\nin:\n%s", line, r.text.p);
    assert_non_null(strstr(r.text.p, line));
}

#define CLAUDE ".claude/settings.json"

static void test_claude(void **state)
{
    (void)state;
    says(CLAUDE,
         "{\"enableAllProjectMcpServers\": true,\n"
         " \"permissions\": {\"defaultMode\": \"bypassPermissions\",\n"
         "  \"allow\": [\"Bash(*)\", \"mcp__db\"], \"deny\": [\"Read(.env)\"]},\n"
         " \"hooks\": {\"Stop\": [{\"hooks\": [{\"command\": \"a\"}, {\"command\": \"b\"}]}],\n"
         "  \"SessionStart\": [{\"matcher\": \"\", \"hooks\": [{\"command\": \"c\"}]}, {}]}}",
         "0 asset agent_host Claude Code @file\n"
         "  host = claude-code\n"
         "  catalog_row = claude-code agent.file .claude/settings.json (resolved)\n"
         "  scope = project (inferred)\n"
         "  holds_settings = true\n"
         "  approval = bypass @2:33 /permissions/defaultMode\n"
         "  project_servers = all @1:32 /enableAllProjectMcpServers\n"
         "  hooks = 3 @4:11 /hooks\n"
         "  allow = [\"Bash(*)\",\"mcp__db\"] @3:12 /permissions/allow\n"
         "  deny = [\"Read(.env)\"] @3:44 /permissions/deny\n"
         "  unsaid: servers\n");
    says("home/ann/.claude/settings.json", "{}",
         "0 asset agent_host Claude Code @file\n"
         "  host = claude-code\n"
         "  catalog_row = claude-code agent.file .claude/settings.json (resolved)\n"
         "  scope = user (resolved)\n"
         "  holds_settings = true\n"
         "  approval absent\n"
         "  project_servers absent\n"
         "  hooks absent\n"
         "  allow absent\n"
         "  deny absent\n"
         "  unsaid: servers\n");
}

static void test_claude_words(void **state)
{
    (void)state;
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": \"default\"}}", "approval = ask @");
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": \"acceptEdits\"}}",
        "approval = accept-edits @");
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": \"plan\"}}", "approval = plan @");
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": \"dontAsk\"}}", "approval = allow-listed @");
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": \"auto\"}}",
        "approval unresolved: the permission mode is not known @");
    has(CLAUDE, "{\"permissions\": {\"defaultMode\": 7}}", "approval unresolved");
    has(CLAUDE, "{\"permissions\": {\"allow\": [\"Read\"]}}", "approval = allow-listed (inferred)");
    has(CLAUDE, "{\"permissions\": {\"allow\": []}}", "allow = []");
    has(CLAUDE, "{\"enableAllProjectMcpServers\": false}", "project_servers = ask @");
    has(CLAUDE, "{\"enableAllProjectMcpServers\": \"yes\"}",
        "project_servers unresolved: neither true nor false @");
    has(CLAUDE, "{\"enabledMcpjsonServers\": [\"a\"]}", "project_servers = all (inferred) @");
    has(".claude/settings.local.json", "{\"enabledMcpjsonServers\": [\"a\"]}",
        "project_servers = ask (inferred) @");
    has(CLAUDE, "{\"enabledMcpjsonServers\": []}", "project_servers absent");
    has(CLAUDE, "{\"disableAllHooks\": true, \"hooks\": {\"Stop\": [{\"hooks\": [{}]}]}}",
        "hooks = 0");
    has("etc/claude-code/managed-settings.json", "{}", "scope = managed\n");
}

static void test_cursor(void **state)
{
    (void)state;
    says(".cursor/permissions.json",
         "{\"mcpAllowlist\": [\"shop-db:*\", \"x\"], \"terminalAllowlist\": [\"npm\"]}",
         "0 asset agent_host Cursor @file\n"
         "  host = cursor\n"
         "  catalog_row = cursor agent.file .cursor/permissions.json (resolved)\n"
         "  scope = project (inferred)\n"
         "  holds_settings = true\n"
         "  approval = allow-listed (inferred) @1:18 /mcpAllowlist\n"
         "  project_servers absent\n"
         "  hooks absent\n"
         "  allow = [\"mcp__shop-db__*\",\"mcp__x__*\",\"Shell(npm)\"] @1:18 /mcpAllowlist\n"
         "  deny absent\n"
         "  unsaid: servers\n");
    has(".cursor/permissions.json", "{\"mcpAllowlist\": [\"*:*\"]}",
        "approval = bypass @1:19 /mcpAllowlist/0");
    has(".cursor/permissions.json", "{\"terminalAllowlist\": [\"*\"]}", "approval = bypass @");
    has(".cursor/permissions.json", "{\"permissions\": {\"deny\": [\"Shell(rm)\"]}}",
        "deny = [\"Shell(rm)\"]");
    has(".cursor/permissions.json", "{\"mcpAllowlist\": []}", "approval absent");
}

#define CODE ".vscode/settings.json"

static void test_code(void **state)
{
    (void)state;
    says(CODE, "{\"editor.tabSize\": 4}", "");
    says(CODE, "{\"chat.tools.global.autoApprove\": true}",
         "0 asset agent_host Visual Studio Code @file\n"
         "  host = vscode\n"
         "  catalog_row = vscode agent.file .vscode/settings.json (resolved)\n"
         "  scope = project\n"
         "  holds_settings = true\n"
         "  approval = bypass @1:35 /chat.tools.global.autoApprove\n"
         "  project_servers absent\n"
         "  hooks absent\n"
         "  allow absent\n"
         "  deny absent\n"
         "  unsaid: servers\n");
    has(CODE, "{\"chat.tools.autoApprove\": true}", "approval = bypass @");
    has(CODE, "{\"chat.tools.autoApprove\": false}", "approval absent");
    has(CODE, "{\"chat.permissions.default\": \"autopilot\"}", "approval = bypass @");
    has(CODE, "{\"chat.permissions.default\": \"default\"}", "approval absent");
    has(CODE,
        "{\"chat.tools.terminal.autoApprove\": {\"npm test\": true, \"rm\": false, \"/.*/\": "
        "{\"approve\": true}, \"x\": null}}",
        "allow = [\"Shell(npm test)\",\"Shell(*)\"]");
    has(CODE, "{\"chat.tools.terminal.autoApprove\": {\"rm\": false}}", "deny = [\"Shell(rm)\"]");
    has(CODE, "{\"chat.tools.terminal.autoApprove\": true}", "allow = [\"Shell(*)\"]");
}

static void test_damage(void **state)
{
    (void)state;
    says("src/.claude/settings.yaml", "{}", "not wanted\n");
    says(".cursor/mcp.json", "{}", "not wanted\n"); /* servers alone */
    has(CLAUDE, "nothing", "gap failed: line 1");
    has(CLAUDE, "nothing", "approval unresolved: the file could not be read");
    has(CLAUDE, "[]", "gap failed: not an object");
    has(CLAUDE, "true", "approval unresolved: the file could not be read");
    has(CLAUDE, "{\"permissions\": []}",
        "gap partial: the permissions are not a map @1:17 /permissions");
    has(CLAUDE, "{\"permissions\": {\"allow\": \"x\"}}", "gap partial: the rules are not a list");
    has(CLAUDE, "{\"permissions\": {\"allow\": [\"a\"], \"de", "allow = [\"a\"]");
    has(CLAUDE, "{\"permissions\": {\"allow\": [\"a\"], \"de", "gap partial: line 1");
}

static void test_memory(void **state)
{
    (void)state;
    AUTO(detector_run) r =
        host_run(&DETECTOR_HOST_SETTINGS, ".cursor/permissions.json",
                 "{\"mcpAllowlist\": [\"a:b\", \"*:*\"], \"terminalAllowlist\": [\"c\"], "
                 "\"permissions\": {\"deny\": [\"d\"]}}");
    detector_survives_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claude), cmocka_unit_test(test_claude_words),
        cmocka_unit_test(test_cursor), cmocka_unit_test(test_code),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}
