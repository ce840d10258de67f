/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which assets a scan need not write again, and what makes it write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

/* Two servers, each at one place of target 0; the second one also at one of target 1. */
struct look {
    int64_t at;
    const char *first, *second; /* versions; NULL: it is not there */
    const char *other;          /* of the second server in target 1 */
    enum coverage_state gap;    /* of the file of the first one; 0: it was examined */
    size_t n_targets;
    bool part;
    const char *build;
};

static void begin(struct world *w, struct store *st, const struct look *l)
{
    world_begin(w, st, l->at, l->n_targets ? l->n_targets : 1);
    w->part = l->part;
    w->build = str_z(l->build ? l->build : "this program");
    cover(w, 0, "", COVERAGE_EXAMINED);
    if (w->n_targets > 1)
        cover(w, 1, "", COVERAGE_EXAMINED);
    if (l->gap != COVERAGE_EXAMINED)
        cover(w, 0, "a.json", l->gap);
    if (l->first)
        add_server(w, 0, "a.json", A, l->first);
    if (l->second)
        add_server(w, 0, "b.json", B, l->second);
    if (l->other)
        add_server(w, 1, "c.json", B, l->other);
}

static void look(struct store *st, struct look l)
{
    struct world w;

    begin(&w, st, &l);
    world_store(&w);
    world_commit(&w);
}

/* Who compares finds this out; who knows that nothing changed does not look. */
static void mark(struct store *st)
{
    struct diag d = {0};

    assert_int_equal(db_exec(store_db(st), STR("UPDATE asset SET name = 'marked'"), &d), 0);
}

static const char *marked(struct store *st)
{
    return ask(st, "SELECT count(*) FROM asset WHERE name = 'marked'");
}

static const char *kept(struct store *st)
{
    return ask(st, "SELECT count(*) FROM asset_facts");
}

static void test_same_is_not_compared(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, (struct look){.at = 1000, .first = "1", .second = "1"});
    assert_string_equal(kept(st), "2");
    mark(st);
    look(st, (struct look){.at = 2000, .first = "1", .second = "2"});
    assert_string_equal(marked(st), "1");
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers WHERE name = 'marked'"), A);
    assert_string_equal(ask(st, "SELECT count(*) FROM place_seen WHERE last_seen = 2000"), "2");
    assert_string_equal(kept(st), "2");
    store_free(st);
}

static void test_findings_of_what_is_kept(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct look l = {.at = 1000, .first = "1", .second = "1"};
    struct world w;

    look(st, l);
    begin(&w, st, &l);
    w.at = 2000;
    world_store(&w);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t asset, place;
        int64_t id = st->place_ids[st->first_place[i]];

        assert_true(id > 0);
        assert_int_equal(store_place_index(st, id, &asset, &place), 0);
        assert_int_equal(asset, i);
        assert_int_equal(place, 0);
        world_verdict(&w, "C-1", i, VERDICT_FAIL);
    }
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM finding f JOIN place p ON p.id = f.place"
                                " AND p.asset = f.asset"),
                        "2");
    assert_sound(st);
    store_free(st);
}

/* Whatever changes rows of an asset outside of comparing makes the next scan compare. */
static void test_forgotten(void **state)
{
    const struct look same = {.at = 3000, .first = "1", .second = "1"};
    const struct {
        struct look look;
        const char *kept;
    } events[] = {
        {{.at = 2000, .second = "1"}, "1"},                             /* gone */
        {{.at = 2000, .second = "1", .gap = COVERAGE_DENIED}, "1"},     /* not seen */
        {{.at = 2000, .first = "1", .second = "1", .part = true}, "0"}, /* a time of its own */
        {{.at = 2000, .first = "1", .second = "1", .build = ""}, "0"},  /* nobody counted */
        {{.at = 2000, .first = "1", .second = "1", .other = "1", .n_targets = 2}, "2"},
    };

    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        struct store *st = fixture_store(*state, NULL);
        struct diag d = {0};

        if (i)
            assert_int_equal(
                db_exec(store_db(st),
                        STR("DELETE FROM finding; DELETE FROM attribute_at; DELETE FROM attribute;"
                            "DELETE FROM place; DELETE FROM asset_facts; DELETE FROM asset;"
                            "DELETE FROM change_log; DELETE FROM coverage; DELETE FROM turn;"
                            "DELETE FROM scan_target; DELETE FROM scan; DELETE FROM target"),
                        &d),
                0);
        look(st, (struct look){.at = 1000, .first = "1", .second = "1"});
        look(st, events[i].look);
        assert_string_equal(kept(st), events[i].kept);
        look(st, same);
        assert_string_equal(ask(st, "SELECT count(*) FROM asset WHERE state = 'present'"), "2");
        assert_string_equal(ask(st, "SELECT count(*) FROM place_seen WHERE last_seen = 3000"), "2");
        assert_string_equal(ask(st, "SELECT count(*) FROM attribute WHERE place > 0"),
                            events[i].look.other ? "6" : "4");
        assert_sound(st);
        store_free(st);
    }
}

/* What stands in another target, too, is not all from one scan. */
static void test_two_targets(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    const struct look both = {
        .at = 1000, .first = "1", .second = "1", .other = "1", .n_targets = 2};

    look(st, both);
    assert_string_equal(kept(st), "2");
    look(st, (struct look){.at = 2000, .first = "1", .second = "1"});
    assert_string_equal(kept(st), "1");
    look(st, (struct look){.at = 3000, .first = "1", .second = "1"});
    assert_string_equal(kept(st), "1");
    assert_sound(st);
    store_free(st);
}

static void test_touched(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct diag d = {0};

    look(st, (struct look){.at = 1000, .first = "1", .second = "1"});
    mark(st);
    assert_int_equal(store_touched(store_db(st), &d), 0);
    look(st, (struct look){.at = 2000, .first = "1", .second = "1"});
    assert_string_equal(marked(st), "0");
    mark(st);
    look(st, (struct look){.at = 3000, .first = "1", .second = "1", .build = "another"});
    assert_string_equal(marked(st), "0");
    mark(st);
    look(st, (struct look){.at = 4000, .first = "1", .second = "1", .build = "another"});
    assert_string_equal(marked(st), "2");
    store_free(st);
}

static void test_memory(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct look l = {.at = 2000, .first = "1", .second = "2"};
    bool failed = false;

    look(st, (struct look){.at = 1000, .first = "1", .second = "1"});
    for (size_t n = 1; n < 400; n += 3) {
        struct world w;
        struct scan_info info = {.targets = w.targets, .n_targets = 1, .started_ms = 1500};

        begin(&w, st, &l);
        info.build = w.build;
        assert_int_equal(inventory_seal(&w.inv), 0);
        assert_int_equal(store_scan_begin(st, &info, &w.d), 0);
        mem_fail_after(n);
        int rc = store_put_inventory(st, &w.inv, &w.d);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
        failed |= rc != 0;
        store_scan_abort(st);
        inventory_done(&w.inv);
    }
    assert_true(failed);
    look(st, l);
    assert_sound(st);
    store_free(st);
}

#define LIST(X)                                                                                    \
    X(test_same_is_not_compared)                                                                   \
    X(test_findings_of_what_is_kept)                                                               \
    X(test_forgotten) X(test_two_targets) X(test_touched) X(test_memory)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
