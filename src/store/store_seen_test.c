/* SPDX-License-Identifier: Apache-2.0 */
/* Tests when things were last seen, which is written only where it differs from its target. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

/* Servers at a.json and b.json, or at one of them; a failing verdict on each that is there. */
static void look(struct store *st, int64_t at, bool part, const char *paths, const char *gap)
{
    struct world w;

    world_begin(&w, st, at, 1);
    w.part = part;
    cover(&w, 0, part ? "a.json" : "", COVERAGE_EXAMINED);
    if (gap)
        cover(&w, 0, gap, COVERAGE_DENIED);
    if (strchr(paths, 'a'))
        add_server(&w, 0, "a.json", A, "1");
    if (strchr(paths, 'b'))
        add_server(&w, 0, "b.json", B, "1");
    world_store(&w);
    if (paths[0])
        world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    if (paths[0] && paths[1])
        world_verdict(&w, "C-1", 1, VERDICT_FAIL);
    world_commit(&w);
}

static void seen_at(struct store *st, const char *path, const char *place, const char *finding)
{
    char sql[256];

    snprintf(sql, sizeof(sql),
             "SELECT s.last_seen FROM place_seen s JOIN place p ON p.id = s.place"
             " WHERE p.path = '%s'",
             path);
    assert_string_equal(ask(st, sql), place);
    snprintf(sql, sizeof(sql),
             "SELECT s.last_seen FROM asset_seen s JOIN place p ON p.asset = s.asset"
             " WHERE p.path = '%s'",
             path);
    assert_string_equal(ask(st, sql), place);
    snprintf(sql, sizeof(sql),
             "SELECT s.last_seen FROM finding_seen s JOIN finding f ON f.id = s.finding"
             " JOIN place p ON p.id = f.place WHERE p.path = '%s'",
             path);
    assert_string_equal(ask(st, sql), finding);
}

static const char *own_times(struct store *st)
{
    return ask(st, "SELECT (SELECT count(*) FROM place WHERE last_seen > 0)"
                   " + (SELECT count(*) FROM finding WHERE last_seen > 0)");
}

static void test_whole_scans(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, false, "ab", NULL);
    seen_at(st, "a.json", "1000", "1000");
    look(st, 2000, false, "ab", NULL);
    seen_at(st, "b.json", "2000", "2000");
    assert_string_equal(own_times(st), "0");
    /* What could not be looked at keeps its time; so does what is gone. */
    look(st, 3000, false, "a", "b.json");
    seen_at(st, "a.json", "3000", "3000");
    seen_at(st, "b.json", "2000", "2000");
    assert_string_equal(own_times(st), "2");
    look(st, 4000, false, "a", NULL);
    seen_at(st, "b.json", "2000", "2000");
    assert_string_equal(ask(st, "SELECT state FROM place WHERE path = 'b.json'"), "gone");
    look(st, 5000, false, "ab", NULL);
    seen_at(st, "b.json", "5000", "5000");
    assert_string_equal(own_times(st), "0");
    look(st, 6000, false, "a", NULL);
    look(st, 7000, false, "a", NULL);
    seen_at(st, "b.json", "5000", "5000");
    assert_sound(st);
    store_free(st);
}

static void test_a_part(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, false, "ab", NULL);
    look(st, 2000, true, "a", NULL);
    seen_at(st, "a.json", "2000", "2000");
    seen_at(st, "b.json", "1000", "1000");
    look(st, 3000, false, "ab", NULL);
    seen_at(st, "a.json", "3000", "3000");
    assert_string_equal(own_times(st), "0");
    look(st, 4000, true, "", NULL);
    assert_string_equal(ask(st, "SELECT state FROM place WHERE path = 'a.json'"), "gone");
    seen_at(st, "a.json", "3000", "3000");
    look(st, 5000, false, "b", NULL);
    seen_at(st, "a.json", "3000", "3000");
    seen_at(st, "b.json", "5000", "5000");
    assert_sound(st);
    store_free(st);
}

/* A target that is not scanned keeps the time of its own last scan. */
static void test_targets_apart(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    look(st, 1000, false, "a", NULL);
    world_begin(&w, st, 2000, 1);
    w.targets[0] = w.targets[1];
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "b.json", B, "1");
    world_store(&w);
    world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    world_commit(&w);
    seen_at(st, "a.json", "1000", "1000");
    seen_at(st, "b.json", "2000", "2000");
    assert_string_equal(own_times(st), "0");
    assert_sound(st);
    store_free(st);
}

#define LIST(X) X(test_whole_scans) X(test_a_part) X(test_targets_apart)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
