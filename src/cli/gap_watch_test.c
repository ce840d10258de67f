/* SPDX-License-Identifier: Apache-2.0 */
/* What of coverage is told from one turn to the next. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/gap_watch.h"
#include "report/testing.h"

#define COVER(ord, path, state)                                                                    \
    INSERT_COVERAGE "(1, " #ord ", 'files', 1, '" path "', '" state "', 'why', 1, 1, '');"

static int print(void *ctx, const struct difference *c)
{
    struct buf *out = ctx;
    buf_addf(out, "%s " STR_FMT " " STR_FMT "\n", CHANGE_NAMES[c->kind], STR_ARG(c->subject),
             STR_ARG(c->label));
    return buf_result(out);
}

static void becomes(struct gap_watch *g, struct db *db, const char *sql, const char *expected)
{
    AUTO(buf) out = BUF_INIT;
    struct diag d = {0};
    buf_addz(&out, "");
    assert_int_equal(db_exec(db, str_z(sql), &d), 0);
    assert_int_equal(gap_watch_turn(g, db, print, &out, &d), 0);
    assert_string_equal(out.n ? out.p : "", expected);
}

static void turns(void **state UNUSED)
{
    struct gap_watch g;
    struct view v = shop_open("INSERT INTO target VALUES (1, 'x', 'shop', '.', '/x');"
                              "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'full', 1, 1, 1,"
                              " 'd', '', -1, -1, '');"
                              "INSERT INTO scan_target VALUES (1, 1, 0);");
    gap_watch_init(&g);
    becomes(&g, v.db, COVER(0, "", "examined") COVER(1, "old.json", "partial"), "");
    becomes(&g, v.db, COVER(2, ".mcp.json", "partial") COVER(3, ".mcp.json", "failed"),
            "new gap .mcp.json is examined only in part: why\n");
    becomes(&g, v.db, COVER(4, "x", "skipped") COVER(5, "no-reader:cargo", "not_looked"), "");
    becomes(&g, v.db, "DELETE FROM coverage WHERE ord IN (1, 2)",
            "gone gap old.json is no gap any more\n");
    becomes(&g, v.db, "DELETE FROM coverage WHERE ord = 3",
            "gone gap .mcp.json is no gap any more\n");
    becomes(&g, v.db, COVER(6, "", "denied"), "new gap the target is not examined, denied: why\n");
    becomes(&g, v.db,
            "INSERT INTO target VALUES (2, 'y', 'depot', '.', '/y');"
            "INSERT INTO scan_target VALUES (1, 2, 1);" INSERT_COVERAGE
            "(1, 7, 'files', 2, '.mcp.json', 'failed', 'why', 1, 1, '');" COVER(
                8, ".mcp.json", "failed") "DELETE FROM coverage WHERE ord = 6",
            "new gap depot: .mcp.json is not examined, failed: why\n"
            "new gap shop: .mcp.json is not examined, failed: why\n"
            "gone gap the target is no gap any more\n");
    becomes(&g, v.db, "DELETE FROM coverage WHERE ord = 8",
            "gone gap shop: .mcp.json is no gap any more\n");
    gap_watch_done(&g);
    db_free(v.db);
}

static void memory(void **state UNUSED)
{
    struct view v = shop_open(SHOP_SQL);
    int rc = E_NOMEM;
    for (size_t n = 1; rc == E_NOMEM; n++) {
        AUTO(buf) out = BUF_INIT;
        struct diag d = {0};
        struct gap_watch g;
        gap_watch_init(&g);
        g.learnt = true;
        mem_fail_after(n);
        rc = gap_watch_turn(&g, v.db, print, &out, &d);
        mem_fail_after(0);
        gap_watch_done(&g);
        assert_true(n < 1000);
    }
    assert_int_equal(rc, 0);
    db_free(v.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(turns), cmocka_unit_test(memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
