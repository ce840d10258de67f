/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the life of findings and risks, on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

static void test_finding_life(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_verdict(st, 1000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    scan_verdict(st, 2000, FAIL);
    assert_string_equal(ask(st, "SELECT last_seen FROM finding_seen"), "2000");
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    scan_verdict(st, 3000, PASS);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "fixed");
    assert_string_equal(ask(st, "SELECT closed FROM finding"), "3000");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "passing");
    scan_verdict(st, 4000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "reopened");
    assert_string_equal(ask(st, "SELECT first_seen FROM finding"), "1000");
    assert_string_equal(ask(st, "SELECT opened FROM finding"), "4000");
    assert_string_equal(ask(st, "SELECT closed FROM finding"), "");
    scan_verdict(st, 5000, ABSENT);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "gone");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "asset-gone");
    scan_verdict(st, 6000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "reopened");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding"), "1");
    assert_sound(st);
    store_free(st);
}

/* Nothing that merely hides a failure closes it. */
static void test_finding_stays(void **state)
{
    static const enum step HIDING[] = {NOT_RUN, DENIED, HALF, BESIDE, UNKNOWN, ERROR};
    struct store *st = fixture_store(*state, NULL);

    scan_verdict(st, 1000, FAIL);
    for (size_t i = 0; i < ARRAY_LEN(HIDING); i++) {
        scan_verdict(st, 2000 + (int64_t)i, HIDING[i]);
        assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    }
    assert_string_equal(ask(st, "SELECT verdict FROM finding"), "error");
    scan_verdict(st, 3000, PASS);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "gone");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "evaluated");
    scan_verdict(st, 4000, UNKNOWN);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    assert_sound(st);
    store_free(st);
}

/* Without store_put_runs the verdicts of the connection tell which controls ran. */
static void test_derived_runs(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct diag d = {0};
    struct world w;

    scan_verdict(st, 1000, FAIL);
    assert_int_equal(db_exec(store_db(st),
                             STR("CREATE TEMP TABLE control_verdict (control TEXT, asset TEXT,"
                                 " place INTEGER, verdict TEXT, reason TEXT);"
                                 "INSERT INTO control_verdict VALUES"
                                 " ('C-1', 'x', 1, 'pass', ''), ('C-9', 'x', 1, 'error', '')"),
                             &d),
                     0);
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "fixed");
    assert_string_equal(ask(st, "SELECT passed FROM control_run WHERE control = 'C-1'"
                                " AND scan = 2"),
                        "1");
    store_free(st);
}

static void test_risks(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct asset_risk r = {.state = FACT_KNOWN, .score_tenths = 405, .band = BAND_MEDIUM};
    struct world w;

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), 0);
    r.score_tenths = 500;
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), 0);
    r.asset = 9;
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), E_BUG);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT score FROM asset_risk"), "500");
    assert_string_equal(ask(st, "SELECT factors FROM asset_risk"), "[]");
    store_free(st);
}

#define LIST(X) X(test_finding_life) X(test_finding_stays) X(test_derived_runs) X(test_risks)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
