/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small catalogue of agent hosts for detector tests, so that they do not move with knowledge/.
 * Include after discover/detector_test.h; host_setup and host_teardown are the group's fixtures.
 *
 *     host_says(&DETECTOR_MCP_CONFIG, ".cursor/mcp.json", text, expected)
 */
#ifndef STANCE_DISCOVER_HOST_TEST_H
#define STANCE_DISCOVER_HOST_TEST_H

#include "catalog/compile.h"
#include "discover/detector_test.h"

#define HOST_SOURCE "sources: [{url: \"https://h.example\", read: 2026-11-23}]\n"

static const char HOST_KINDS[] = "kinds:\n"
                                 "  - {kind: generic-password, class: SECRET, means: p}\n"
                                 "  - {kind: generic-api-key, class: SECRET, means: k}\n"
                                 "  - {kind: url-credentials, class: SECRET, means: u}\n"
                                 "  - {kind: acme-key, class: SECRET, means: a}\n"
                                 "  - {kind: email, class: PII, means: e}\n";

static const char HOST_KEYS[] =
    "id: general\n" HOST_SOURCE "keys:\n"
    "  - kind: acme-key\n"
    "    keywords: [\"acme-\"]\n"
    "    pattern: 'acme-[A-Za-z0-9]{12}'\n"
    "    examples: {match: ['acme-{alnum:12}'], no_match: ['acme-1']}\n"
    "  - kind: url-credentials\n"
    "    keywords: [\"https://\"]\n"
    "    pattern: 'https://[a-z]+:\\K[^\\s:/@]{4,}(?=@)'\n"
    "    examples: {match: ['https://u:{alnum:12}@h'], no_match: ['https://h']}\n"
    "  - kind: email\n"
    "    keywords: [\"@h.example\"]\n"
    "    pattern: '[a-z]+@h\\.example'\n"
    "    before: 32\n"
    "    examples: {match: ['ann@h.example'], no_match: ['@h.example']}\n";

static const char HOST_CURSOR[] =
    "id: cursor\nname: Cursor\ncategory: chat\nmaker: Anysphere\nruns: own\n" HOST_SOURCE
    "agent:\n files:\n"
    "  - {path: .cursor/mcp.json, scope: by-place, format: jsonc, servers: [/mcpServers]}\n"
    "  - {path: .cursor/permissions.json, scope: by-place, format: jsonc, settings: cursor}\n"
    " instructions:\n"
    "  - {path: .cursorrules, name: cursor-legacy-rules}\n"
    "  - {path: .cursor/rules/**/*.mdc, name: cursor-rule}\n"
    "  - {path: '*.mdc', name: cursor-rule-library, library: true}\n"
    "  - {path: cursor.md, name: cursor-page, outside_docs: true}\n";

static const char HOST_CLAUDE[] =
    "id: claude-code\nname: Claude Code\ncategory: chat\nmaker: Anthropic\nruns: own\n" HOST_SOURCE
    "agent:\n files:\n"
    "  - {path: .mcp.json, scope: project, format: json, servers: [/mcpServers], flat: true}\n"
    "  - {path: .claude.json, scope: user, format: json, servers: [/mcpServers],\n"
    "     projects: /projects}\n"
    "  - {path: .claude-plugin/plugin.json, scope: by-place, format: json,\n"
    "     servers: [/mcpServers]}\n"
    "  - {path: .claude/settings.json, scope: by-place, format: json, settings: claude-code}\n"
    "  - {path: .claude/settings.local.json, scope: by-place, format: json,\n"
    "     settings: claude-code}\n"
    "  - {path: etc/claude-code/managed-settings.json, scope: managed, format: json,\n"
    "     settings: claude-code}\n"
    " instructions:\n"
    "  - {path: CLAUDE.md, name: claude-memory}\n"
    "  - {path: AGENTS.md, name: agents}\n";

static const char HOST_VSCODE[] =
    "id: vscode\nname: Visual Studio Code\ncategory: chat\nmaker: Microsoft\nruns: "
    "own\n" HOST_SOURCE "agent:\n files:\n"
    "  - {path: .vscode/mcp.json, scope: project, format: jsonc, servers: [/servers]}\n"
    "  - {path: .vscode/settings.json, scope: project, format: jsonc,\n"
    "     servers: [/mcp/servers], settings: vscode}\n";

static const char HOST_OTHERS[] =
    "id: others\nname: Others\ncategory: chat\nmaker: O\nruns: own\n" HOST_SOURCE
    "agent:\n files:\n"
    "  - {path: .warp/.mcp.json, scope: user, format: json, servers: [/mcpServers]}\n"
    "  - {path: .config/goose/config.yaml, scope: user, format: yaml, servers: [/extensions]}\n"
    "  - {path: .continue/config.yaml, scope: user, format: yaml, servers: [/mcpServers]}\n"
    "  - {path: .codex/config.toml, scope: by-place, format: toml, servers: [/mcp_servers]}\n"
    "  - {path: .vibe/config.toml, scope: by-place, format: toml, servers: [/mcp_servers]}\n"
    "  - {path: opencode.json, scope: project, format: jsonc, servers: [/mcp, /mcp/servers]}\n"
    "  - {path: app/settings.json, scope: user, format: json, servers: [/x~1y.servers, /p/*/s]}\n"
    "  - {path: Claude Extensions/*/manifest.json, scope: user, format: json,\n"
    "     servers: [/server/mcp_config]}\n";

static struct catalog_build host_build;
static struct values *host_values;

static UNUSED int host_setup(void **state)
{
    (void)state;
    const struct catalog_source files[] = {
        {STR("categories.yaml"), STR("categories: [{category: chat, means: chat}]\n")},
        {STR("patterns/kinds.yaml"), str_z(HOST_KINDS)},
        {STR("patterns/general.yaml"), str_z(HOST_KEYS)},
        {STR("entries/cursor.yaml"), str_z(HOST_CURSOR)},
        {STR("entries/claude-code.yaml"), str_z(HOST_CLAUDE)},
        {STR("entries/vscode.yaml"), str_z(HOST_VSCODE)},
        {STR("entries/others.yaml"), str_z(HOST_OTHERS)},
    };
    struct diag d = {0};
    int rc = catalog_compile(files, ARRAY_LEN(files), &host_build, &d);
    if (!rc)
        rc = values_new(&host_build.catalog, STR(""), &host_values, &d);
    if (rc)
        print_error("%s:%u: %s\n", d.file, d.line, d.text);
    return rc;
}

static UNUSED int host_teardown(void **state)
{
    (void)state;
    host_values = values_free(host_values);
    catalog_build_done(&host_build);
    return 0;
}

static UNUSED struct detector_run host_run(const struct detector *det, const char *path,
                                           const char *content)
{
    return (struct detector_run){.detector = det,
                                 .path = path,
                                 .content = str_z(content),
                                 .catalog = &host_build.catalog,
                                 .values = host_values};
}

static UNUSED void host_says(const struct detector *det, const char *path, const char *content,
                             const char *expected)
{
    AUTO(detector_run) r = host_run(det, path, content);
    detector_dump(&r);
    assert_int_equal(buf_result(&r.text), 0);
    assert_string_equal(r.text.p, expected);
}

#endif
