/* SPDX-License-Identifier: Apache-2.0 */
/* Whose the file at each path is: one asset in files of several owners. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

/* The same server at a.json and b.json; `of_a`, `of_b`: who owns the files, or NULL. */
static void look(struct store *st, int64_t at, bool part, const char *gap, const char *of_a,
                 const char *of_b)
{
    struct world w;

    world_begin(&w, st, at, 1);
    w.part = part;
    cover(&w, 0, part ? "a.json" : "", COVERAGE_EXAMINED);
    if (gap)
        cover(&w, 0, gap, COVERAGE_DENIED);
    add_server(&w, 0, "a.json", A, "1");
    if (!part && !gap)
        add_server(&w, 0, "b.json", A, "1");
    if (of_a)
        assert_int_equal(inventory_path_owner(&w.inv, 0, STR("a.json"), str_z(of_a)), 0);
    if (of_b)
        assert_int_equal(inventory_path_owner(&w.inv, 0, STR("b.json"), str_z(of_b)), 0);
    world_store(&w);
    world_commit(&w);
    assert_sound(st);
}

static const char *rows(struct store *st)
{
    return ask(st, "SELECT coalesce((SELECT owner FROM path_owner WHERE path = 'a.json'), '-')"
                   " || ' ' || coalesce((SELECT owner FROM path_owner WHERE path = 'b.json'), '-')"
                   " || ' ' || (SELECT count(*) FROM path_owner)");
}

static void test_paths(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, false, NULL, "@x", "@y");
    assert_string_equal(rows(st), "@x @y 2");
    look(st, 2000, false, NULL, "@z", "@y");
    assert_string_equal(rows(st), "@z @y 2");
    look(st, 3000, true, NULL, "@x", NULL); /* a part says nothing of the rest */
    assert_string_equal(rows(st), "@x @y 2");
    look(st, 4000, true, NULL, NULL, NULL);
    assert_string_equal(rows(st), "@x @y 2");
    look(st, 5000, false, NULL, "@x", NULL); /* the rule is gone */
    assert_string_equal(rows(st), "@x - 1");
    look(st, 6000, false, NULL, NULL, NULL);
    assert_string_equal(rows(st), "- - 0");
    store_free(st);
}

/* What could not be read keeps its owner with what was found there. */
static void test_gaps(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    look(st, 1000, false, NULL, "@x", "@y");
    look(st, 2000, false, "b.json", "@x", NULL);
    assert_string_equal(rows(st), "@x @y 2");
    look(st, 3000, false, NULL, "@x", NULL);
    assert_string_equal(rows(st), "@x - 1");
    store_free(st);
}

/* A row that somebody changes is found out. */
static void test_sealed(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    AUTO(buf) report = BUF_INIT;
    struct diag d = {0};

    look(st, 1000, false, NULL, "@x", "@y");
    assert_int_equal(db_exec(store_db(st), STR("UPDATE path_owner SET owner = '@w'"), &d), 0);
    assert_int_equal(store_check(st, &report, &d), E_PARSE);
    store_free(st);
}

#define LIST(X) X(test_paths) X(test_gaps) X(test_sealed)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
