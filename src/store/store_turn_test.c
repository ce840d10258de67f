/* SPDX-License-Identifier: Apache-2.0 */
/* Tests when a scan may be recorded as a repetition of an earlier one, and what it then leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

/* One server at a.json of a target; `inputs` stands for all that the scan rests on. */
static void look(struct store *st, int64_t at, uint32_t target, const char *inputs,
                 const char *version, enum coverage_state gap)
{
    struct world w;

    world_begin(&w, st, at, 1);
    w.targets[0] = w.targets[target];
    w.inputs = str_z(inputs);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (gap != COVERAGE_EXAMINED)
        cover(&w, 0, "b.json", gap);
    add_server(&w, 0, "a.json", target ? B : A, version);
    w.summary = (struct scan_summary){.assets = 1, .gaps = 2, .failed = {0, 1, 2, 3, 4}};
    world_store(&w);
    world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    world_commit(&w);
}

static int repeat_with(struct store *st, struct scan_info *info, struct scan_summary *ret)
{
    struct store_repeat r;
    struct diag d = {0};
    int rc = store_repeat_begin(st, info, &r, &d);

    ret->finished_ms = info->started_ms + 5;
    if (!rc)
        rc = store_repeat_commit(st, &r, ret, &d);
    return rc;
}

static int repeat(struct store *st, int64_t at, uint32_t target, const char *inputs)
{
    struct scan_target targets[] = {{STR("one"), STR(""), STR("/srv/one")},
                                    {STR("two"), STR(""), STR("/srv/two")}};
    struct scan_info info = {.program = STR("0.1.0"),
                             .knowledge = STR("k1"),
                             .sandbox = STR("full"),
                             .deterministic = true,
                             .targets = targets + target,
                             .n_targets = 1,
                             .started_ms = at,
                             .inputs = str_z(inputs)};
    struct scan_summary sum;

    return repeat_with(st, &info, &sum);
}

static void test_repeated(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct scan_target target = {STR("one"), STR(""), STR("/srv/one")};
    struct scan_info info = {.program = STR("0.1.0"),
                             .knowledge = STR("k1"),
                             .sandbox = STR("full"),
                             .deterministic = true,
                             .targets = &target,
                             .n_targets = 1,
                             .started_ms = 2000,
                             .inputs = STR("i")};
    struct scan_summary sum;

    look(st, 1000, 0, "i", "1", COVERAGE_DENIED);
    assert_int_equal(repeat_with(st, &info, &sum), 0);
    assert_int_equal(sum.assets, 1);
    assert_int_equal(sum.gaps, 2);
    assert_int_equal(sum.failed[SEVERITY_CRITICAL], 4);
    assert_int_equal(sum.changes, 0);
    assert_string_equal(ask(st, "SELECT count(*) FROM coverage WHERE scan = 2"), "2");
    assert_string_equal(ask(st, "SELECT count(*) FROM control_run WHERE scan = 2"), "1");
    assert_string_equal(ask(st, "SELECT repeats FROM turn WHERE scan = 2"), "1");
    assert_string_equal(ask(st, "SELECT last_seen FROM place_seen"), "2000");
    assert_string_equal(ask(st, "SELECT last_seen FROM finding_seen"), "2000");
    assert_string_equal(ask(st, "SELECT finished FROM scan WHERE id = 2"), "2005");
    assert_sound(st);
    /* A repetition can be repeated, and a scan that is made again afterwards changes nothing. */
    assert_int_equal(repeat(st, 3000, 0, "i"), 0);
    look(st, 4000, 0, "i", "1", COVERAGE_DENIED);
    assert_string_equal(ask(st, "SELECT settled FROM turn WHERE scan = 4"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan > 1"), "0");
    assert_sound(st);
    store_free(st);
}

static void test_refused(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct diag d = {0};

    assert_int_equal(repeat(st, 500, 0, "i"), E_NOTFOUND);
    look(st, 1000, 0, "i", "1", COVERAGE_EXAMINED);
    assert_int_equal(repeat(st, 2000, 0, "other"), E_NOTFOUND);
    assert_int_equal(repeat(st, 2000, 0, ""), E_NOTFOUND);
    assert_int_equal(repeat(st, 2000, 1, "i"), E_NOTFOUND); /* another root */
    assert_int_equal(repeat(st, 999, 0, "i"), E_NOTFOUND);  /* the clock was set back */
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "1");
    /* Somebody changed what is stored. */
    assert_int_equal(store_touched(store_db(st), &d), 0);
    assert_int_equal(repeat(st, 2000, 0, "i"), E_NOTFOUND);
    look(st, 2000, 0, "i", "1", COVERAGE_EXAMINED);
    assert_int_equal(repeat(st, 3000, 0, "i"), 0);
    assert_int_equal(store_touched(store_db(st), &d), 0);
    assert_int_equal(repeat(st, 4000, 0, "i"), E_NOTFOUND);
    assert_sound(st);
    store_free(st);
}

/* Targets of one store are repeated as long as none of them changes anything. */
static void test_targets_take_turns(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, 0, "a", "1", COVERAGE_EXAMINED);
    look(st, 2000, 1, "b", "1", COVERAGE_EXAMINED);
    /* The second target is new since: what controls say of the first may be another thing. */
    assert_int_equal(repeat(st, 3000, 0, "a"), E_NOTFOUND);
    look(st, 3000, 0, "a", "1", COVERAGE_EXAMINED);
    assert_int_equal(repeat(st, 4000, 1, "b"), 0);
    assert_int_equal(repeat(st, 5000, 0, "a"), 0);
    /* A gap of the one is read by controls of all. */
    look(st, 6000, 1, "c", "1", COVERAGE_DENIED);
    assert_string_equal(ask(st, "SELECT settled FROM turn WHERE scan = 6"), "0");
    assert_int_equal(repeat(st, 7000, 0, "a"), E_NOTFOUND);
    look(st, 7000, 0, "a", "1", COVERAGE_EXAMINED);
    assert_int_equal(repeat(st, 8000, 1, "c"), 0);
    assert_int_equal(repeat(st, 9000, 1, "b"), E_NOTFOUND);
    assert_sound(st);
    store_free(st);
}

static void test_memory(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, 0, "i", "1", COVERAGE_EXAMINED);
    assert_int_equal(repeat(st, 1500, 0, "i"), 0);
    for (size_t n = 1; n < 80; n++) {
        mem_fail_after(n);
        int rc = repeat(st, 2000 + (int64_t)n, 0, "i");
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
    assert_int_equal(repeat(st, 9000, 0, "i"), 0);
    assert_sound(st);
    store_free(st);
}

#define LIST(X) X(test_repeated) X(test_refused) X(test_targets_take_turns) X(test_memory)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
