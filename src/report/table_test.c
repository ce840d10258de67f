/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the first screen: what it says, what it never hides, what cannot reach the terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/testing.h"
#include "report/text.h"

/* The line of frameworks changes with the frameworks. */
static void drop_line(char *text, const char *start)
{
    char *at = strstr(text, start);
    char *end = at ? strchr(at, '\n') : NULL;
    if (end)
        memmove(at, end + 1, strlen(end + 1) + 1);
}

static void test_golden(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    char *text = shop_print(&v, "table");
    drop_line(text, "Frameworks");
    shop_golden(text, "table.txt");
    free(text);
    db_free(v.db);
}

/* Places in a document of one line differ by where in it they are. */
static void test_one_line(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    struct diag d = {0};
    assert_int_equal(db_exec(v.db, STR("UPDATE place SET line = 1"), &d), 0);
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, ".mcp.json:1 /mcpServers/github (+1)"));
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "`.mcp.json:1 /mcpServers/github` (+1)"));
    free(text);
    db_free(v.db);
}

static void each_line_fits(const char *text, size_t width)
{
    struct str rest = str_z(text), line;
    while (str_line(&rest, &line))
        if (text_width(line) > width)
            fail_msg("%zu columns: " STR_FMT, text_width(line), STR_ARG(line));
}

static void test_width(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    static const int widths[] = {72, 80, 100, 140, 200};
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        v.width = widths[i];
        char *text = shop_print(&v, "table");
        each_line_fits(text, (size_t)widths[i]);
        assert_non_null(strstr(text, "stance explain 1a2b3c4d00000001"));
        assert_non_null(strstr(text, "stance fix 1a2b3c4d00000002"));
        free(text);
    }
    db_free(v.db);
}

static void test_colour_only_when_asked(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    char *text = shop_print(&v, "table");
    assert_null(strchr(text, '\033'));
    free(text);
    v.colour = true;
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "\033[1;31m"));
    free(text);
    db_free(v.db);
}

static void put(struct view *v, const char *sql)
{
    struct diag d = {0};
    if (db_exec(v->db, str_z(sql), &d))
        fail_msg("%s", d.text);
}

static void test_empty(void **state)
{
    (void)state;
    static const char base[] =
        "INSERT INTO target VALUES (1, 'x', 'shop', '.', '/x');"
        "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'seccomp', 0, 1700000000000,"
        " 1700000001000, 'd', '', -1, -1, '');"
        "INSERT INTO scan_target VALUES (1, 1, 0);" INSERT_COVERAGE
        "(1, 0, 'files', 1, '', 'examined', '', 7, 900, '');";
    struct view v = shop_open(base);
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "7 files were examined and no AI asset was recognised in them."));
    put(&v, "UPDATE coverage SET files = 1");
    free(text);
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "1 file was examined and no AI asset was recognised in it."));
    assert_non_null(strstr(text, "nothing: every file below the target was read"));
    assert_non_null(strstr(text, "not assessed"));
    assert_null(strstr(text, "Frameworks"));
    assert_non_null(strstr(text, "sandbox only \"seccomp\""));
    assert_null(strstr(text, "clean"));
    free(text);
    struct diag d = {0};
    assert_int_equal(db_exec(v.db,
                             STR(INSERT_COVERAGE "(1, 1, 'files', 1, 'a', 'failed',"
                                                 " 'broken', 1, 1, '')"),
                             &d),
                     0);
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "may hold some"));
    assert_non_null(strstr(text, "failed      a  broken"));
    free(text);
    db_free(v.db);
}

/* Counts stand under each other, whatever a kind is called, and nothing gets two plurals. */
static void test_kinds(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v,
        "INSERT INTO asset SELECT 'deployment-' || n, 'deployment', 'Flow ' || n, 's', NULL,"
        " 'none', 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1700000000000,"
        " 1700000000000 FROM (SELECT 1 AS n UNION SELECT 2);"
        "INSERT INTO place SELECT 70 + n, 'deployment-' || n, 1, 'a.yaml', '', '/s/' || n, '', 1,"
        " 5, 22, 'container-images', '', 'x', '', 'present', 'k', 1700000000000, 1700000000000"
        " FROM (SELECT 1 AS n UNION SELECT 2);");
    for (v.width = 72; v.width <= 140; v.width += 68) {
        char *text = shop_print(&v, "table");
        assert_non_null(strstr(text, "  MCP server                     1  github\n"));
        assert_non_null(strstr(text, "  AI software in containers      2  Flow 1, Flow 2\n"));
        each_line_fits(text, (size_t)v.width);
        free(text);
    }
    db_free(v.db);
}

/* `fix` and `watch` look at a part: how much there is, and the posture, are those of the whole. */
static void test_part(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, "INSERT INTO scan VALUES (2, 'b', '0.1.0', 'k1', 'full', 0, 1700000002000,"
            " 1700000003000, 'd', '', -1, -1, ''); INSERT INTO scan_target VALUES (2, 1, 0);"
            "INSERT INTO turn VALUES (1, 1, 1, 0, '', 3, 0, ''), (2, 0, 0, 0, '', 3, 0, "
            "'');" INSERT_COVERAGE "(2, 0, 'files', 1, 'a.json', 'examined', '', 1, 70, '')");
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "412 files"));
    assert_non_null(strstr(text, "41 to 63 of 100"));
    assert_non_null(strstr(text, "of scan 1, the last of the whole target"));
    free(text);
    v.scan = 2;
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "1 file, 70 bytes"));
    assert_non_null(strstr(text, "not assessed: only a part of the target was looked at"));
    free(text);
    db_free(v.db);
}

/* A range of commits has figures of its own, whatever was scanned before; posture is of all. */
static void test_range(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, INSERT_COVERAGE
        "(1, 90, 'git', 1, 'revision:0123456789ab', 'examined', 'the files of this commit', 0, 0,"
        " '');"
        "INSERT INTO scan VALUES (2, 'b', '0.1.0', 'k1', 'full', 0, 1700000002000,"
        " 1700000003000, 'd', '', -1, -1, ''); INSERT INTO scan_target VALUES (2, 1, 0);"
        "INSERT INTO turn VALUES (1, 1, 1, 0, '', 3, 0, ''), (2, 0, 0, 0, '', 3, 0, "
        "'');" INSERT_COVERAGE "(2, 0, 'files', 1, 'changed-files', 'examined', '', 2, 70, ''),"
        "(2, 1, 'git', 1, 'revision:ba9876543210', 'examined',"
        " 'its changes since 0123456789ab, in 3 commits (side)', 0, 0, '')");
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "2 files, 70 bytes"));
    assert_non_null(strstr(text, "ba9876543210: its changes since 0123456789ab"));
    assert_null(strstr(text, "commit 0123456789ab"));
    assert_non_null(strstr(text, "of scan 1, the last of the whole target"));
    free(text);
    db_free(v.db);
}

/* 99.6 is not all. */
static void test_nearly_all(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, "UPDATE scan SET posture_low = 996, posture_high = 996");
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "     99 of 100"));
    free(text);
    put(&v,
        "UPDATE scan SET posture_low = 852, posture_high = 854"); /* no rounding hides a range */
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "     85.2 to 85.4 of 100: unknown counted as failed"));
    free(text);
    put(&v, "UPDATE scan SET posture_low = 1000, posture_high = 1000");
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "     100 of 100"));
    free(text);
    db_free(v.db);
}

#define RUN(scan)                                                                                  \
    "INSERT INTO control_run (scan, control, population, passed, failed, unknown, errors, hidden," \
    " digest) VALUES (" scan ", 'AISPM-MCP-003', 1, 0, 1, 0, 0, 0, '');"

/* What controls said of another target of the store is nothing of this one. */
static void test_frameworks_of_another_target(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, RUN("1"));
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "Frameworks  failing"));
    free(text);
    put(&v, "INSERT INTO target VALUES (2, 'x', 'empty', '.', '/x');"
            "INSERT INTO scan VALUES (2, 'b', '0.1.0', 'k1', 'full', 0, 1700000002000,"
            " 1700000003000, 'd', '', -1, -1, ''); INSERT INTO scan_target VALUES (2, 2, "
            "0);" INSERT_COVERAGE "(2, 0, 'files', 2, '', 'examined', '', 1, 70, '')");
    text = shop_print(&v, "table");
    assert_null(strstr(text, "Frameworks"));
    assert_non_null(strstr(text, "no control reached a verdict"));
    free(text);
    db_free(v.db);
}

/* The rest of a target, or a submodule, that was not looked at must not read as "everything". */
static void test_elsewhere(void **state)
{
    (void)state;
    static const char base[] =
        "INSERT INTO target VALUES (1, 'x', 'shop', '.', '/x');"
        "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'full', 1, 1700000000000,"
        " 1700000001000, 'd', '', -1, -1, '');"
        "INSERT INTO scan_target VALUES (1, 1, 0);" INSERT_COVERAGE
        "(1, 0, 'files', 1, '', 'examined', '', 7, 900, '');" INSERT_COVERAGE
        "(1, 1, 'files', 1, 'binary-content', 'not_looked', 'not text', 3, 0, '');";
    struct view v = shop_open(base);
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "every file that the rules allow was read"));
    free(text);
    put(&v, INSERT_COVERAGE "(1, 2, 'git', 1, 'vendor/x', 'not_looked', 'a submodule', 1, 0, '')");
    text = shop_print(&v, "table");
    assert_null(strstr(text, "was read"));
    assert_non_null(strstr(text, "not all that belongs to the target was looked at"));
    free(text);
    db_free(v.db);
}

/* Two targets hold the same path: nothing else tells the rows apart. */
static void test_two_targets(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, "INSERT INTO target VALUES (2, 'x', 'empty', '.', '/x');"
            "INSERT INTO scan_target VALUES (1, 2, 1);" INSERT_COVERAGE
            "(1, 7, 'files', 2, '', 'examined', '', 8, 0, '');" INSERT_COVERAGE
            "(1, 8, 'files', 2, 'in-archives', 'examined', '', 80, 0, '');" INSERT_COVERAGE
            "(1, 9, 'files', 2, 'big.json', 'partial', 'too large', 1, 1, '');" INSERT_COVERAGE
            "(1, 10, 'files', 2, 'lib', 'not_looked', 'a submodule', 1, 0, '');" INSERT_COVERAGE
            "(1, 11, 'files', 2, 'node_modules', 'skipped', 'installed packages', 1, 0, '');");
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "Scanned shop, empty: 500 files, 80 of them in archives, 3.1"));
    assert_non_null(strstr(text, "\n    shop: .mcp.json:3 (+1)  "));
    assert_non_null(strstr(text, "  partial     shop: big.json  larger"));
    assert_non_null(strstr(text, "  partial     empty: big.json  too large"));
    assert_non_null(strstr(text, "  not_looked  lib  a submodule\n"));
    assert_non_null(strstr(text, "  skipped     node_modules 1,205\n"));
    each_line_fits(text, 100);
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "500 files, 80 of them in archives, 3.1 MiB examined"));
    assert_non_null(strstr(text, "| `shop: .mcp.json:3` (+1) |"));
    assert_non_null(strstr(text, "- partial: `empty: big.json`, too large"));
    assert_non_null(strstr(text, "- not_looked: `lib`, 1 file, a submodule"));
    assert_non_null(strstr(text, "- skipped: `node_modules`, 1,205 times, installed packages"));
    free(text);
    db_free(v.db);
}

/* One habit does not fill the screen, but how much of it there is must be told. */
static void test_folded(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, "DELETE FROM finding WHERE id <> '1a2b3c4d00000002';"
            "UPDATE finding SET severity = 'critical', risk = 900;"
            "INSERT INTO asset SELECT x.id, a.kind, x.id, a.scope, a.owner, a.owner_state,"
            " a.environment, a.criticality, a.sanction, a.labels, a.state, x.id, a.first_seen,"
            " a.last_seen FROM asset a JOIN (SELECT 'm1' AS id UNION SELECT 'm2' UNION SELECT 'm3'"
            " UNION SELECT 'm4' UNION SELECT 'm5') x WHERE a.id = 'mcp_server-1';"
            "INSERT INTO place SELECT 10 + substr(x.id, 2), x.id, 1, x.id, '', '', '', 3, 5, 22,"
            " 'mcp-config', '', x.id, '', 'present', x.id, 1, 1 FROM asset x WHERE x.id LIKE 'm_';"
            "INSERT INTO finding SELECT 'f' || x.id || '00000000', 'TEST-MCP-3', 'c', x.id,"
            " 10 + substr(x.id, 2), CASE WHEN x.id < 'm5' THEN 'critical' ELSE 'high' END, 'fail',"
            " 'open', 800, 42, 't', 'r', '', '[]', 1, 1, 1, NULL, '', '' FROM asset x"
            " WHERE x.id LIKE 'm_'");
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "5 critical, 1 high"));
    assert_non_null(strstr(text, "    and 2 critical, 1 high more of this kind: stance findings"
                                 " --control TEST-MCP-3\n"));
    assert_null(strstr(text, "others"));
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "\nAnd 2 critical, 1 high more of this kind ("));
    assert_non_null(strstr(text, "`stance findings --control TEST-MCP-3`."));
    free(text);
    v.width = 72;
    text = shop_print(&v, "table");
    each_line_fits(text, 72);
    assert_non_null(strstr(text, "    and 2 critical, 1 high more of this kind\n"));
    free(text);
    db_free(v.db);
}

/* What the last scan did not look at is not worst: posture and exit status are without it. */
static void test_remembered(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    put(&v, "INSERT INTO turn VALUES (1, 1, 1, 0, '', 3, 2, '');"
            "UPDATE finding SET last_seen = 1600000000000 WHERE id = '1a2b3c4d00000001'");
    char *text = shop_print(&v, "table");
    assert_null(strstr(text, "critical"));
    assert_non_null(strstr(text, "1 medium, 1 low; 1 could not"));
    assert_non_null(strstr(text, "  not in these: 1 finding of earlier scans, where this one did "
                                 "not look: stance findings\n"));
    free(text);
    text = shop_print(&v, "markdown");
    assert_null(strstr(text, "critical"));
    assert_non_null(strstr(text, "\nNot in these: 1 of earlier scans, where this one did not"));
    free(text);
    static const char *const formats[] = {"json", "sarif"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        text = shop_print(&v, formats[i]);
        const char *first = strstr(text, "\"remembered\":true");
        assert_non_null(first);
        assert_null(strstr(first + 1, "\"remembered\""));
        free(text);
    }
    /* Nor are its assets there: they are counted apart. */
    put(&v, "UPDATE place SET last_seen = 1600000000000 WHERE asset = 'agent_host-1'");
    text = shop_print(&v, "table");
    assert_non_null(
        strstr(text, "  2 assets; 1 of earlier scans not looked at this time\n  MCP server "));
    assert_null(strstr(text, "Agent host"));
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "\n1 asset of earlier scans was not looked at this time.\n"));
    free(text);
    /* As late as the last whole scan, or later, when a part was looked at since. */
    put(&v, "UPDATE finding SET last_seen = 1700000000001 WHERE id = '1a2b3c4d00000001'");
    text = shop_print(&v, "table");
    assert_non_null(strstr(text, "1 critical, 1 medium"));
    assert_null(strstr(text, "not in these"));
    free(text);
    db_free(v.db);
}

/* What was not looked for in a text is told in one line; all the same it was read. */
static void test_texts(void **state)
{
    (void)state;
    static const char base[] =
        "INSERT INTO target VALUES (1, 'x', 'shop', '.', '/x');"
        "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'full', 1, 1700000000000,"
        " 1700000001000, 'd', '', -1, -1, '');"
        "INSERT INTO scan_target VALUES (1, 1, 0);" INSERT_COVERAGE
        "(1, 0, 'files', 1, '', 'examined', '', 7, 900, '');" INSERT_COVERAGE
        "(1, 1, 'files', 1, 'no-host-search:pages', 'not_looked', 'hosts are not looked for in"
        " pages', 2, 0, 'vendor-hosts');" INSERT_COVERAGE
        "(1, 2, 'files', 1, 'no-host-search:prose', 'not_looked', 'hosts are not looked for in"
        " prose', 1200, 0, 'vendor-hosts');";
    struct view v = shop_open(base);
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "every file below the target was read, but not for everything:"));
    assert_non_null(strstr(text, "not_looked  hosts not looked for in: prose 1,200, pages 2\n"));
    assert_null(strstr(text, "Formats without a reader"));
    assert_null(strstr(text, "nothing: "));
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "- not_looked: `no-host-search:pages`, 2 files, hosts are not"));
    assert_null(strstr(text, "Nothing: every"));
    free(text);
    db_free(v.db);
}

/* Formats that nobody reads must not look like "nothing found". */
static void test_no_reader(void **state)
{
    (void)state;
    static const char base[] =
        "INSERT INTO target VALUES (1, 'x', 'shop', '.', '/x');"
        "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'full', 1, 1700000000000,"
        " 1700000001000, 'd', '', -1, -1, '');"
        "INSERT INTO scan_target VALUES (1, 1, 0);" INSERT_COVERAGE
        "(1, 0, 'files', 1, '', 'examined', '', 7, 900, '');" INSERT_COVERAGE
        "(1, 1, 'files', 1, 'no-reader:go-modules', 'not_looked', 'no reader in this version: Go"
        " modules (go.mod); lost', 1200, 3, 'unread-formats');" INSERT_COVERAGE
        "(1, 2, 'files', 1, 'no-reader:gguf', 'not_looked', 'no reader in this version: GGUF', 1,"
        " 9, 'unread-formats');";
    struct view v = shop_open(base);
    char *text = shop_print(&v, "table");
    assert_non_null(strstr(text, "Formats without a reader in this version were passed over"));
    assert_non_null(strstr(text, "not_looked  no reader: go-modules 1,200, gguf 1\n"));
    assert_null(strstr(text, "was read"));
    assert_null(strstr(text, "nothing"));
    assert_null(strstr(text, "skipped"));
    free(text);
    text = shop_print(&v, "markdown");
    assert_non_null(strstr(text, "- not_looked: `no-reader:go-modules`, 1,200 files, no reader"));
    assert_null(strstr(text, "Nothing: every"));
    free(text);
    text = shop_print(&v, "sarif");
    assert_non_null(strstr(text, "no-reader:gguf was not looked at (1): no reader in this"));
    free(text);
    db_free(v.db);
}

static void test_no_scan(void **state)
{
    (void)state;
    struct diag d = {0};
    struct view v = shop_open(NULL);
    FILE *out = fopen("/dev/null", "w");
    for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
        assert_int_equal(REPORT_FORMATS[i]->write(&v, out, &d), E_NOTFOUND);
        assert_non_null(strstr(d.hint, "stance scan"));
    }
    v.scan = 7;
    assert_int_equal(REPORT_FORMATS[0]->write(&v, out, &d), E_NOTFOUND);
    fclose(out);
    db_free(v.db);
}

static void test_hostile_names(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    struct diag d = {0};
    assert_int_equal(
        db_exec(v.db,
                STR("UPDATE asset SET name = 'x' || char(27) || ']0;own' || char(7) || char(10) ||"
                    " 'fake line' || char(8238), owner = 'o' || char(13) || 'wned';"
                    "UPDATE place SET path = 'a' || char(10) || 'b' || char(27) || '[2J.json';"
                    "UPDATE finding SET reason = 'r' || char(155) || '31m', title = 't' ||"
                    " char(9) || 'x';"
                    "UPDATE coverage SET path = 'p' || char(10), reason = 'c' || char(0x200b);"
                    "UPDATE target SET name = 'n' || char(27) || '[31m'"),
                &d),
        0);
    char *text = shop_print(&v, "table");
    for (const unsigned char *p = (unsigned char *)text; *p; p++)
        if (*p < 0x20 && *p != '\n')
            fail_msg("byte %02x reached the terminal", *p);
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_null(strstr(text, "\nfake line"));
    assert_non_null(strstr(text, "\\x1b]0;own\\x07\\x0afake line"));
    each_line_fits(text, 100);
    free(text);
    db_free(v.db);
}

static void test_memory(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    FILE *out = fopen("/dev/null", "w");
    int done = 0;
    for (size_t n = 1; n < 4000 && !done; n += 1 + n / 16) {
        struct diag d = {0};
        mem_fail_after(n);
        int rc = REPORT_FORMATS[0]->write(&v, out, &d);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
        done = rc == 0;
    }
    assert_true(done);
    fclose(out);
    db_free(v.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),     cmocka_unit_test(test_folded),
        cmocka_unit_test(test_one_line),   cmocka_unit_test(test_remembered),
        cmocka_unit_test(test_width),      cmocka_unit_test(test_colour_only_when_asked),
        cmocka_unit_test(test_empty),      cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_part),       cmocka_unit_test(test_range),
        cmocka_unit_test(test_nearly_all), cmocka_unit_test(test_frameworks_of_another_target),
        cmocka_unit_test(test_elsewhere),  cmocka_unit_test(test_two_targets),
        cmocka_unit_test(test_no_reader),  cmocka_unit_test(test_texts),
        cmocka_unit_test(test_no_scan),    cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
