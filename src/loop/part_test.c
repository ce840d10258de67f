/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what a scan of one path says of the rest of its target. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/part.h"

static struct store *history(const char *rows)
{
    struct clock clock = {.now_ms = 1};
    struct store *st = NULL;
    struct diag d = {0};
    assert_int_equal(store_open(":memory:", DB_CREATE, &clock, &st, &d), 0);
    AUTO(buf) sql = BUF_INIT;
    buf_addz(&sql, "INSERT INTO target VALUES (1, 'app', 'app', 'app', '/x');");
    if (*rows)
        buf_addf(&sql,
                 "INSERT INTO scan (id, uid, program, knowledge, sandbox, deterministic, started,"
                 " digest, previous, posture_low, posture_high)"
                 " VALUES (1, 'u', '', '', '', 1, 1, '', '', 0, 0);"
                 "INSERT INTO scan_target VALUES (1, 1, 0);"
                 "INSERT INTO coverage (scan, ord, source, target, path, state, reason, collectors,"
                 " files, bytes) VALUES %s;",
                 rows);
    if (db_exec(store_db(st), buf_str(&sql), &d))
        fail_msg("%s", d.text);
    return st;
}

static void own(struct inventory *inv, const char *path, enum coverage_state state, uint64_t files)
{
    struct coverage_row row = {.source = STR("files"),
                               .path = str_z(path),
                               .state = state,
                               .reason = STR("r"),
                               .files = files};
    assert_int_equal(inventory_cover(inv, &row), 0);
}

/* "path state files" for each row of the ledger. */
static void expect(const char *rows, const char *only, const char *expected)
{
    struct store *st = history(rows);
    struct inventory inv;
    struct diag d = {0};
    AUTO(buf) out = BUF_INIT;
    assert_int_equal(inventory_init(&inv, 0), 0);
    own(&inv, "", COVERAGE_EXAMINED, 1);
    own(&inv, "a-rule", COVERAGE_SKIPPED, 1);
    own(&inv, "x/new", COVERAGE_PARTIAL, 1);
    struct str paths[4], rest = str_z(only);
    struct part part = {.paths = paths, .rest = "some of the target was asked for"};
    while (part.n < ARRAY_LEN(paths) && str_field(&rest, '|', &paths[part.n]))
        part.n++;
    assert_int_equal(part_cover(st, STR("app"), &part, &inv, &d), 0);
    assert_int_equal(inventory_seal(&inv), 0);
    vec_each (r, &inv.coverage) {
        buf_addf(&out, STR_FMT " %s %d\n", STR_ARG(r->path), COVERAGE_STATE_NAMES[r->state],
                 (int)r->files);
    }
    assert_string_equal(out.p, expected);
    inventory_done(&inv);
    store_free(st);
}

static void gaps_stay(void **state)
{
    (void)state;
    expect("(1, 0, 'files', 1, '', 'examined', '', '', 9, 9),"
           "(1, 1, 'files', 1, 'd', 'denied', 'no', '', 1, 0),"
           "(1, 2, 'files', 1, 'x/old', 'failed', 'no', '', 1, 0),"
           "(1, 3, 'files', 1, 'xy', 'failed', 'no', '', 1, 0),"
           "(1, 4, 'files', 1, 'a-rule', 'skipped', 'r', '', 5, 0),"
           "(1, 5, 'files', 1, 'binary', 'not_looked', 'r', 'secrets', 7, 0)",
           "x",
           "x examined 1\nx/new partial 1\nd denied 1\nxy failed 1\na-rule skipped 5\n"
           "binary not_looked 7\n");
}

/* What this scan was the first to pass by, and what it passes by no more. */
static void rules_come_and_go(void **state)
{
    (void)state;
    expect("(1, 0, 'files', 1, '', 'examined', '', '', 9, 9),"
           "(1, 1, 'files', 1, 'x/env', 'skipped', 'r', '', 1, 0),"
           "(1, 2, 'files', 1, 'y/env', 'skipped', 'r', '', 1, 0)",
           "x", "x examined 1\nx/new partial 1\na-rule skipped 1\ny/env skipped 1\n");
}

/* Of a range of commits: what is beside and between the paths stays as it was known. */
static void several_paths(void **state)
{
    (void)state;
    expect("(1, 0, 'files', 1, '', 'examined', '', '', 9, 9),"
           "(1, 1, 'files', 1, 'a/b', 'failed', 'r', '', 1, 0),"
           "(1, 2, 'files', 1, 'a/b/c', 'failed', 'r', '', 1, 0),"
           "(1, 3, 'files', 1, 'a', 'failed', 'r', '', 1, 0),"
           "(1, 4, 'files', 1, 'm', 'denied', 'r', '', 1, 0),"
           "(1, 5, 'files', 1, 'x', 'partial', 'r', '', 1, 0)",
           "a/b|x",
           "a/b examined 0\nchanged-files examined 1\nx examined 0\nx/new partial 1\n"
           "m denied 1\na failed 1\na-rule skipped 1\n");
}

/* What is carried does not grow from one scan of a path to the next. */
static void names_that_are_escaped(void **state)
{
    (void)state;
    expect("(1, 0, 'files', 1, 'x\\x0a', 'failed', 'no', '', 1, 0),"
           "(1, 1, 'files', 1, 'y\\x0a', 'failed', 'no', '', 1, 0)",
           "x\n", "x\n examined 1\nx/new partial 1\ny\n failed 1\na-rule skipped 1\n");
}

static void nothing_is_known(void **state)
{
    (void)state;
    expect("", "x",
           "x examined 1\nx/new partial 1\na-rule skipped 1\neverything-else not_looked 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_stay),        cmocka_unit_test(rules_come_and_go),
        cmocka_unit_test(several_paths),    cmocka_unit_test(names_that_are_escaped),
        cmocka_unit_test(nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
