/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests only: a store filled by SQL, so that reports are tested without a scan, and outputs
 * compared with files of testdata/ (written anew when STANCE_GOLDEN is set). Controls are invented,
 * so that the goldens do not change with the controls.
 */
#ifndef STANCE_REPORT_TESTING_H
#define STANCE_REPORT_TESTING_H

#include <string.h>

#include "base/mem.h"
#include "report/report.h"
#include "store/migrate.h"

#define INSERT_COVERAGE                                                                            \
    "INSERT INTO coverage (scan, ord, source, target, path, state, reason, files, bytes,"          \
    " collectors) VALUES "

static const char SHOP_SQL[] =
    "INSERT INTO target VALUES (1, 'git.example/acme/shop', 'shop', '.', '/home/me/shop');"
    "INSERT INTO scan VALUES (1, 'feedfacefeedface', '0.1.0', 'k1', 'full', 1, 1700000000000,"
    " 1700000001000, 'd', '', 412, 634, '');"
    "INSERT INTO scan_target VALUES (1, 1, 0);" INSERT_COVERAGE
    "(1, 0, 'files', 1, '', 'examined', '', 412, 3250585, '');" INSERT_COVERAGE
    "(1, 1, 'files', 1, 'vault', 'denied', 'permission denied', 0, 0, "
    "'');" INSERT_COVERAGE "(1, 2, 'files', 1, 'big.json', 'partial',"
    " 'larger than 64 MiB', 1, 90000000, '');" INSERT_COVERAGE
    "(1, 3, 'files', 1, 'node_modules', 'skipped',"
    " 'installed packages', 1204, 0, '');"
    "INSERT INTO asset VALUES ('agent_host-1', 'agent_host', 'Claude Code', 's', '@acme/platform',"
    " 'known', 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1700000000000, 1700000000000);"
    "INSERT INTO asset VALUES ('mcp_server-1', 'mcp_server', 'github', 's', NULL, 'none',"
    " 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1600000000000, 1700000000000);"
    "INSERT INTO asset VALUES ('mcp_server-2', 'mcp_server', 'old', 's', NULL, 'none',"
    " 'unknown', 'unknown', 'unknown', '', 'gone', 'k', 1600000000000, 1600000000000);"
    "INSERT INTO asset VALUES ('credential-1', 'credential', 'openai-project-key', 's', NULL,"
    " 'unknown', 'unknown', 'high', 'unknown', 'test', 'present', 'k', 1700000000000,"
    " 1700000000000);"
    "INSERT INTO asset_alias VALUES ('mcp_server-0', 'mcp_server-1');"
    "INSERT INTO place VALUES (1, 'agent_host-1', 1, '.claude/settings.json', '', '', '', 4, 5, -1,"
    " 'agent-settings', '', 'Claude Code', '', 'present', 'a', 1700000000000, 1700000000000);"
    "INSERT INTO place VALUES (2, 'mcp_server-1', 1, '.mcp.json', '', '/mcpServers/github', '', 3,"
    " 5, 22, 'mcp-config', '', 'github', 'npx -y server-github', 'present', 'b', 1600000000000,"
    " 1700000000000);"
    "INSERT INTO place VALUES (3, 'mcp_server-1', 1, '.vscode/mcp.json', '', '/servers/gh', '', 7,"
    " 3, 80, 'mcp-config', 'example docs', 'gh', '', 'present', 'c', 1700000000000,"
    " 1700000000000);"
    "INSERT INTO place VALUES (4, 'mcp_server-2', 1, 'old.json', '', '', '', 1, 1, 0,"
    " 'mcp-config', '', 'old', '', 'gone', 'd', 1600000000000, 1600000000000);"
    "INSERT INTO place VALUES (5, 'credential-1', 1, '.env', '', '', '', 2, 16, 40, 'secrets', "
    "'test', 'openai-project-key', '', 'present', 'e', 1700000000000, 1700000000000);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 0, 'transport', 'string', 'stdio', NULL,"
    " 'inferred', '', 2);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 0, 'arguments', 'strings', '[\"--a\",\"b c\"]',"
    " NULL, 'declared', '', 2);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 2, 'package_version', 'string', NULL, NULL,"
    " 'absent', '', 2);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 3, 'package_version', 'string', '1.2.3', NULL,"
    " 'declared', '', 3);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 2, 'enabled', 'boolean', 'true', 1,"
    " 'default', '', 2);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 3, 'enabled', 'boolean', 'true', 1,"
    " 'default', '', 3);"
    "INSERT INTO attribute VALUES ('mcp_server-1', 2, 'auth', 'string', NULL, NULL,"
    " 'unresolved', 'the variable X is not set', 2);"
    "INSERT INTO attribute VALUES ('credential-1', 0, 'length', 'integer', '164', 164,"
    " 'declared', '', 5);"
    "INSERT INTO owner_candidate VALUES ('agent_host-1', 0, '@acme/platform', 'codeowners', 90, 1,"
    " 'CODEOWNERS', 3);"
    "INSERT INTO data_value VALUES (1, 'credential-1', 'SECRET', 'openai-project-key', 164,"
    " 'fingerprintfingerprint', 1, '.env', '', '', '', 2, 16, 40, 'secrets');"
    "INSERT INTO relation VALUES ('agent_host-1', 'connects', 'mcp_server-1', 'declared', 2, 2);"
    "INSERT INTO relation VALUES ('agent_host-1', 'connects', 'mcp_server-2', 'declared', 4, 1);"
    "INSERT INTO finding VALUES ('1a2b3c4d00000001', 'TEST-AGT-1', 'auto-approve', 'agent_host-1',"
    " 1, 'critical', 'fail', 'open', 826, 57, 'Approval prompts of an agent are switched off',"
    " 'the repository switches the approval prompts of Claude Code off', '',"
    " '[{\"factor\":\"ease\",\"value\":\"no-login\",\"points\":30}]', 1700000000000,"
    " 1700000000000, 1700000000000, NULL, '', '');"
    "INSERT INTO finding VALUES ('1a2b3c4d00000002', 'TEST-MCP-3', 'unpinned-package',"
    " 'mcp_server-1', 2, 'medium', 'fail', 'open', 401, 42, 'MCP server is not pinned',"
    " 'server-github is started without a version', '', '[]', 1600000000000, 1700000000000,"
    " 1600000000000, NULL, '', '');"
    "INSERT INTO finding VALUES ('2222222200000003', 'TEST-MCP-3', 'unpinned-package',"
    " 'mcp_server-1', 3, 'low', 'fail', 'open', 301, 42, 'MCP server is not pinned',"
    " 'gh is started without a version', '', '[]', 1700000000000, 1700000000000,"
    " 1700000000000, NULL, '', '');"
    "INSERT INTO finding VALUES ('3333333300000004', 'TEST-SEC-1', 'secret-in-config',"
    " 'credential-1', 5, 'high', 'excepted', 'open', 700, 42, 'Key in a file',"
    " 'accepted until May', '', '[]', 1700000000000, 1700000000000, 1700000000000, NULL, '', '');"
    "INSERT INTO finding VALUES ('4444444400000005', 'TEST-MCP-4', 'no-auth', 'mcp_server-1', 0,"
    " 'info', 'unknown', 'open', -1, 0, 'No authentication', 'auth is unresolved', '', '',"
    " 1700000000000, 1700000000000, 1700000000000, NULL, '', '');"
    "INSERT INTO finding VALUES ('5555555500000006', 'TEST-MCP-5', 'plain-http', 'mcp_server-2', 4,"
    " 'high', 'fail', 'gone', 650, 42, 'Plain HTTP', 'old is reached over http', '', '[]',"
    " 1600000000000, 1600000000000, 1600000000000, 1700000000000, 'asset gone', '');"
    "INSERT INTO asset_risk VALUES ('agent_host-1', 'known', 826, 'critical', 57,"
    " '[{\"factor\":\"finding\",\"value\":\"TEST-AGT-1\",\"points\":82.6}]');"
    "INSERT INTO asset_risk VALUES ('mcp_server-1', 'known', 401, 'medium', 42, '[]');"
    "INSERT INTO control_run VALUES (1, 'TEST-AGT-1', 1, 0, 1, 0, 0, '', 0);"
    "INSERT INTO control_run VALUES (1, 'TEST-MCP-3', 2, 0, 2, 1, 0, '', 0);"
    "CREATE TEMPORARY TABLE control_verdict (control TEXT NOT NULL, asset TEXT NOT NULL,"
    " place BIGINT NOT NULL, verdict TEXT NOT NULL, severity TEXT NOT NULL,"
    " reason TEXT NOT NULL);"
    "INSERT INTO control_verdict VALUES ('TEST-AGT-1', 'agent_host-1', 1, 'fail', 'critical',"
    " 'off');"
    "INSERT INTO control_verdict VALUES ('TEST-MCP-3', 'mcp_server-1', 2, 'pass', 'medium', 'ok');"
    "INSERT INTO control_verdict VALUES ('TEST-MCP-3', 'mcp_server-1', 3, 'fail', 'low',"
    " 'gh is started without a version');"
    "INSERT INTO control_verdict VALUES ('TEST-MCP-4', 'mcp_server-1', 2, 'unknown', 'info',"
    " 'auth is unresolved');"
    "INSERT INTO control_verdict VALUES ('TEST-MCP-9', 'mcp_server-1', 2, 'pass', 'info', '');";

static inline bool never_fixable(struct str control)
{
    return str_eq_z(control, "TEST-MCP-3");
}

/* A view of a new store; `sql` may be NULL. */
static inline struct view shop_open(const char *sql)
{
    struct diag d = {0};
    struct view v = {.width = 100, .now_ms = 1700000002000, .fixable = never_fixable};
    if (db_open(":memory:", DB_CREATE, &v.db, &d) || store_migrate(v.db, true, &d) ||
        (sql && db_exec(v.db, str_z(sql), &d)))
        fail_msg("%s", d.text);
    return v;
}

/* What a format writes, in memory of the heap. */
static inline char *shop_print(const struct view *v, const char *format)
{
    struct diag d = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    const struct report_format *f = report_format(str_z(format));
    if (!f || f->write(v, out, &d))
        fail_msg("%s: %s", format, d.text);
    fclose(out);
    char *copy = strdup(text); /* the compiler takes `text` for a dangling local */
    free(text);
    assert_non_null(copy);
    return copy;
}

static inline void shop_golden(const char *text, const char *file)
{
    AUTO(buf) path = BUF_INIT;
    char was[65536];
    buf_addf(&path, "src/report/testdata/%s", file);
    if (getenv("STANCE_GOLDEN")) {
        FILE *f = fopen(path.p, "w");
        assert_non_null(f);
        fputs(text, f);
        fclose(f);
    }
    FILE *f = fopen(path.p, "r");
    if (!f)
        fail_msg("%s is missing", path.p);
    size_t n = fread(was, 1, sizeof(was) - 1, f);
    fclose(f);
    was[n] = '\0';
    assert_string_equal(text, was);
}

#endif
