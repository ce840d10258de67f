/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the reading commands, from the command line to bytes and exit status. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "formats/json.h"
#include "report/testing.h"

static char folder[64], store[96];
static char *out_text, *err_text;

/* "stance WORD..." with --db where the command has it. */
static int stance(const char *first, ...)
{
    char *argv[16] = {(char *)"stance", (char *)first};
    int argc = 2;
    size_t n;
    va_list words;
    va_start(words, first);
    for (char *w = va_arg(words, char *); w; w = va_arg(words, char *))
        argv[argc++] = w;
    va_end(words);
    free(out_text);
    free(err_text);
    FILE *out = open_memstream(&out_text, &n), *err = open_memstream(&err_text, &n);
    int status = cli_main(argc, argv, out, err);
    fclose(out);
    fclose(err);
    return status;
}

#define DB "--db", store

static void has(const char *part)
{
    if (!strstr(out_text, part))
        fail_msg("\"%s\" is not in:\n%s%s", part, out_text, err_text);
}

static void lacks(const char *part)
{
    if (strstr(out_text, part))
        fail_msg("\"%s\" is in:\n%s", part, out_text);
}

static void says(const char *part)
{
    if (!strstr(err_text, part))
        fail_msg("\"%s\" is not in:\n%s", part, err_text);
}

static void is_json(void)
{
    AUTO(arena) a = ARENA(0);
    struct limits lim = limits_default();
    struct diag d = {0};
    struct doc doc;
    if (json_parse(str_z(out_text), JSON_STRICT, &lim, &a, &doc, &d))
        fail_msg("%u: %s\n%s", d.line, d.text, out_text);
}

static int make_store(void **state)
{
    struct diag d = {0};
    struct db *db = NULL;
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/stance-cli-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(store, sizeof(store), "%s/s.db", folder);
    setenv("SOURCE_DATE_EPOCH", "1700000002", 1);
    setenv("XDG_DATA_HOME", folder, 1);
    if (db_open(store, DB_CREATE, &db, &d) || store_migrate(db, true, &d) ||
        db_exec(db, str_z(SHOP_SQL), &d)) {
        fprintf(stderr, "%s\n", d.text);
        return -1;
    }
    db_free(db);
    return 0;
}

static int remove_store(void **state)
{
    static const char *const names[] = {"s.db",       "s.db-wal",         "s.db-shm", "r.md",
                                        "stance/key", "stance/stance.db", "stance"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        if (unlink(path))
            rmdir(path);
    }
    free(out_text);
    free(err_text);
    return rmdir(folder);
}

static void test_inventory(void **state)
{
    (void)state;
    assert_int_equal(stance("inventory", DB, NULL), 0);
    has("agent_host-1");
    has("82.6");
    has("github");
    lacks("mcp_server-2");
    assert_int_equal(stance("inventory", DB, "--kind", "mcp_servers", NULL), 0);
    has("transport");
    has("stdio");
    lacks("agent_host-1");
    assert_int_equal(stance("inventory", DB, "--owner", "none", "-f", "csv", NULL), 0);
    has("mcp_server-1,mcp_server,github,40.1,medium,2,,");
    lacks("agent_host-1");
    assert_int_equal(stance("inventory", DB, "-f", "json", NULL), 0);
    has("\"assets\"");
    has("\"relations\"");
    is_json();
    assert_int_equal(stance("inventory", DB, "--kind", "dragon", NULL), EXIT_USAGE);
    says("there is no kind \"dragon\"");
    says("mcp_server");
}

static void test_findings(void **state)
{
    (void)state;
    assert_int_equal(stance("findings", DB, NULL), 0);
    has("1a2b3c4d00000001");
    has("excepted");
    lacks("4444444400000005");
    lacks("5555555500000006");
    assert_int_equal(stance("findings", DB, "--unknown", NULL), 0);
    has("4444444400000005");
    assert_int_equal(stance("findings", DB, "--status", "gone", NULL), 0);
    has("5555555500000006");
    lacks("1a2b3c4d00000001");
    assert_int_equal(stance("findings", DB, "-s", "high", "-f", "csv", NULL), 0);
    has(".claude/settings.json:4");
    lacks("2222222200000003");
    assert_int_equal(stance("findings", DB, "--control", "TEST-MCP-3", "-f", "json", NULL), 0);
    is_json();
    lacks("TEST-AGT-1");
    assert_int_equal(stance("findings", DB, "--control", "nothing", NULL), EXIT_USAGE);
    assert_string_equal(out_text, "");
    says("there is no control \"nothing\"");
    assert_int_equal(stance("findings", DB, "--control", "aispm-mcp-002", NULL), 0);
    says("no finding matches");
    assert_int_equal(stance("findings", DB, "-f", "csv", NULL), 0);
    has("id,risk,severity,status,control,asset,target,place,owner,reason");
    has(",shop,");
    assert_int_equal(stance("findings", DB, NULL), 0);
    lacks("target"); /* there is one */
}

static void test_coverage(void **state)
{
    (void)state;
    assert_int_equal(stance("coverage", DB, NULL), 0);
    has("permission denied");
    has("node_modules");
    assert_int_equal(stance("coverage", DB, "--gaps", "-f", "csv", NULL), 0);
    has("partial,shop,big.json,1,90000000,files,larger than 64 MiB");
    lacks("node_modules");
    assert_int_equal(stance("coverage", DB, "--state", "skipped", "-f", "json", NULL), 0);
    is_json();
    has("1204");
    assert_int_equal(stance("coverage", DB, "-f", "json", NULL), 0);
    is_json();
    has("\"posture\"");
}

static void test_explain(void **state)
{
    (void)state;
    assert_int_equal(stance("explain", "mcp_server-1", DB, NULL), 0);
    has("What it is");
    has("unresolved: the variable X is not set");
    has("also known as      mcp_server-0");
    has(".vscode/mcp.json:7:3  /servers/gh  (mcp-config)  labels: example docs");
    has("none: nothing that was read names one");
    has("unknown: no classified value was seen");
    has("40.1 medium, confidence 42 % (aispm-risk/1)");
    has("connects this");
    has("identified by      url; else package and arguments");
    assert_int_equal(stance("explain", "1a2b3c4d00000001", DB, NULL), 0);
    has("Approval prompts of an agent are switched off");
    has("ease               no-login, 30 points");
    has("by hand");
    assert_int_equal(stance("explain", "mcp_server-0", DB, NULL), 0);
    has("mcp_server-1");
    assert_int_equal(stance("explain", "222", DB, "-f", "json", NULL), 0);
    is_json();
    has("2222222200000003");
    assert_int_equal(stance("explain", "1a2b", DB, NULL), EXIT_USAGE);
    says("begins several ids");
    says("give more of one: 1a2b3c4d00000001 (");
    says("), 1a2b");
    assert_int_equal(stance("explain", "mcp_server-", DB, NULL), EXIT_USAGE);
    says("mcp_server-1 (github)");
    assert_int_equal(stance("fix", "1a2b", DB, NULL), EXIT_USAGE);
    says("give more of one: 1a2b3c4d00000001 (");
    says("), 1a2b");
    assert_int_equal(stance("explain", "zzz", DB, NULL), EXIT_USAGE);
    says("no asset and no finding \"zzz\"");
    assert_int_equal(stance("explain", "AISPM-MCP-002", DB, NULL), EXIT_USAGE);
    says("stance controls show AISPM-MCP-002");
    assert_int_equal(stance("explain", "aispm-mcp-002", DB, NULL), EXIT_USAGE);
    says("stance controls show AISPM-MCP-002");
    assert_int_equal(stance("explain", "Claude Code", DB, NULL), 0);
    has("agent_host-1");
    assert_int_equal(stance("explain", "old", DB, NULL), EXIT_USAGE); /* gone */
    assert_int_equal(stance("explain", "555", DB, NULL), 0);
    has("gone since");
    has("fail, while it was open");
    assert_int_equal(stance("explain", "1a2b3c4d00000001", DB, NULL), 0);
    lacks("while it was open");
}

static void test_query(void **state)
{
    (void)state;
    assert_int_equal(stance("query", DB, "SELECT name, transport FROM mcp_servers", NULL), 0);
    has("github  stdio");
    assert_int_equal(stance("query", DB, "-f", "json",
                            "SELECT id, owner FROM findings WHERE verdict = 'fail' ORDER BY id",
                            NULL),
                     0);
    has("{\"id\":\"1a2b3c4d00000001\",\"owner\":\"@acme/platform\"},");
    has("\"owner\":null");
    static const char *const refused[] = {
        "DELETE FROM finding",         "SELECT * FROM asset",
        "SELECT * FROM sqlite_master", "ATTACH DATABASE '/tmp/x' AS x",
        "PRAGMA table_info(asset)",    "SELECT 1; SELECT 2",
        "SELECT load_extension('x')",  "not sql",
    };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (stance("query", DB, refused[i], NULL) != EXIT_USAGE)
            fail_msg("%s: %s%s", refused[i], out_text, err_text);
        says("hint: ");
        if (strstr(err_text, "models"))
            fail_msg("there is no view models: %s", err_text);
    }
    assert_int_equal(stance("query", DB, "SELECT json('{')", NULL), EXIT_USAGE);
    assert_int_equal(stance("query", DB, "--max-time", "1s",
                            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
                            " SELECT count(*) FROM n",
                            NULL),
                     EXIT_FAILED);
    says("longer than 1000 ms");
    assert_int_equal(stance("query", DB, NULL), EXIT_USAGE);
    assert_int_equal(stance("query", DB, "--views", NULL), 0);
    has("mcp_servers\n");
    has("coverage_rows\n");
    assert_int_equal(stance("query", DB, "--views", "-f", "csv", NULL), 0);
    has("findings,severity");
}

static void test_controls(void **state)
{
    (void)state;
    assert_int_equal(stance("controls", NULL), 0);
    has("AISPM-MCP-003");
    assert_int_equal(stance("controls", "show", "AISPM-MCP-003", NULL), 0);
    has("SELECT");
    has("mcp_server.version_state from mcp-config");
    has("owasp-llm-2025");
    assert_int_equal(stance("controls", "show", "aispm-mcp-003", NULL), 0);
    has("AISPM-MCP-003  ");
    lacks("by hand");
    assert_int_equal(stance("controls", "test", "aispm-mcp-003", NULL), 0);
    has("1 controls tested");
    assert_int_equal(stance("controls", "test", "AISPM-MCP-003", NULL), 0);
    has("ok   AISPM-MCP-003");
    has("1 controls tested, 0 cases failed");
    assert_int_equal(stance("controls", "show", "X", NULL), EXIT_USAGE);
    assert_int_equal(stance("controls", "test", "X", NULL), EXIT_USAGE);
    assert_int_equal(stance("controls", "dance", NULL), EXIT_USAGE);
}

static void test_frameworks(void **state)
{
    (void)state;
    assert_int_equal(stance("frameworks", DB, NULL), 0);
    has("owasp-llm-2025");
    assert_int_equal(stance("frameworks", "show", "owasp-llm-2025", DB, NULL), 0);
    has("LLM01");
    has("nothing to judge");
    assert_int_equal(stance("frameworks", "show", "owasp-llm-2025", NULL), 0);
    has("not scanned");
    assert_int_equal(stance("frameworks", "show", "x", DB, NULL), EXIT_USAGE);
}

static void test_report(void **state)
{
    char file[128];
    struct stat st;
    (void)state;
    snprintf(file, sizeof(file), "%s/r.md", folder);
    assert_int_equal(stance("report", "markdown", DB, "--output", file, NULL), 0);
    assert_string_equal(out_text, "");
    assert_int_equal(stat(file, &st), 0);
    assert_true(st.st_size > 100);
    assert_int_equal(st.st_mode & 0111, 0);
    assert_int_equal(stance("report", "sarif", DB, NULL), 0);
    is_json();
    assert_int_equal(stance("report", "poetry", DB, NULL), EXIT_USAGE);
    says("formats: table, json, sarif, markdown");
    assert_int_equal(stance("report", "json", DB, "-O", "/no/such/folder/x", NULL), EXIT_USAGE);
    says("could not be written");
    says("make its folder first");
    assert_int_equal(stance("report", "json", DB, "-O", folder, NULL), EXIT_USAGE);
    says("name a file in it");
    assert_int_equal(stance("report", "json", DB, "-O", "", NULL), EXIT_USAGE);
    says("--output takes a file, not an empty text");
    assert_int_equal(stance("fix", "222", DB, "--to", "", NULL), EXIT_USAGE);
    says("--to takes a version or digest, not an empty text");
}

static void test_small_ones(void **state)
{
    (void)state;
    assert_int_equal(stance("version", NULL), 0);
    has("stance ");
    assert_int_equal(stance("--version", NULL), 0);
    assert_int_equal(stance("help", NULL), 0);
    has("inventory");
    assert_int_equal(stance("help", "query", NULL), 0);
    has("usage: stance query");
    lacks(" \n");
    assert_int_equal(stance("help", "version", NULL), 0);
    has("usage: stance version [OPTION...]\n");
    assert_int_equal(stance("version", "--verbose", NULL), 0);
    has("\nSQLite  ");
    has("\nVectorscan ");
    assert_int_equal(stance("query", "--help", NULL), 0);
    assert_int_equal(stance("help", "nothing", NULL), EXIT_USAGE);
    assert_int_equal(stance("help", "--man", NULL), 0);
    has(".TH STANCE");
    assert_int_equal(stance("completion", "bash", NULL), 0);
    assert_int_equal(stance("completion", "ksh", NULL), EXIT_USAGE);
    assert_int_equal(stance("inventry", NULL), EXIT_USAGE);
    says("did you mean `stance inventory`?");
    assert_int_equal(stance("db", "burn", DB, NULL), EXIT_USAGE);
}

static void test_no_store(void **state)
{
    (void)state;
    static const char *const readers[] = {"inventory", "findings", "coverage"};
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        assert_int_equal(stance(readers[i], NULL), EXIT_USAGE);
        says("there is no store yet");
        says("stance scan");
    }
    assert_int_equal(stance("query", "--views", NULL), 0);
    has("mcp_servers\n");
    assert_int_equal(stance("query", "SELECT 1", NULL), EXIT_USAGE);
    says("there is no store yet");
    assert_int_equal(stance("inventory", "--db", ":memory:", NULL), EXIT_USAGE);
    says("holds no scan");
    says("--db FILE");
    static const char *const others[][2] = {
        {"verify", "x"}, {"fix", "x"}, {"explain", "x"}, {"report", "json"}};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(stance(others[i][0], others[i][1], "--db", ":memory:", NULL), EXIT_USAGE);
        says("holds no scan");
    }
    assert_int_equal(stance("diff", "--db", ":memory:", NULL), EXIT_USAGE);
    says("holds no scan");
    assert_int_equal(stance("inventory", "--db", folder, NULL), EXIT_USAGE);
    says("FOLDER/stance.db");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inventory),  cmocka_unit_test(test_findings),
        cmocka_unit_test(test_coverage),   cmocka_unit_test(test_explain),
        cmocka_unit_test(test_query),      cmocka_unit_test(test_controls),
        cmocka_unit_test(test_frameworks), cmocka_unit_test(test_report),
        cmocka_unit_test(test_small_ones), cmocka_unit_test(test_no_store),
    };
    return cmocka_run_group_tests(tests, make_store, remove_store);
}
