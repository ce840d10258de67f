/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that what is gone or closed is sealed right after scans of every kind, on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "store/store_testing.h"

#define SCANS 80

/* So many that their places fill several buckets, of which most scans touch a few only. */
static const char *const PATHS[] = {
    "a.json",   "b.json",   "c.json",   "d.json",   "e.json",   "f.json",   "g.json",   "h.json",
    "s/a.json", "s/b.json", "s/c.json", "s/d.json", "s/e.json", "s/f.json", "s/g.json", "s/h.json",
    "t/a.json", "t/b.json", "t/c.json", "t/d.json", "t/e.json", "t/f.json", "t/g.json", "t/h.json"};

struct dice {
    uint64_t state;
};

static unsigned roll(struct dice *r, unsigned sides)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(r->state >> 33) % sides;
}

/* Known by its place only, until a url makes it another one's. */
static uint32_t add_weak(struct world *w, uint32_t target, const char *path)
{
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("x"),
                            .scope = STR("org/one"),
                            .scope_path = str_z(path),
                            .at = place_at(target, path, "/mcpServers/x", 3)};
    uint32_t handle;

    assert_int_equal(inventory_add(&w->inv, &o, &handle), 0);
    return handle;
}

static void add_place(struct world *w, struct dice *r, uint32_t target, const char *path)
{
    static const char *const URLS[] = {A, B, "https://c.example/mcp", "https://d.example/mcp"};
    static const char *const VERSIONS[] = {"", "1", "2"};

    switch (roll(r, 6)) {
    case 0:
    case 1: return; /* nothing there */
    case 2: add_weak(w, target, path); return;
    case 3:
        add_weak(w, target, path); /* and the same place with a url: they become one */
        add_server(w, target, path, URLS[roll(r, 4)], "1");
        return;
    default:
        add_labelled_server(w, target, path, URLS[roll(r, 4)], VERSIONS[roll(r, 3)],
                            roll(r, 5) ? 0 : 1);
    }
}

/* A target: whole, with a gap, or one of its files only. */
static void add_target(struct world *w, struct dice *r, uint32_t target)
{
    size_t only = w->part ? roll(r, ARRAY_LEN(PATHS)) : SIZE_MAX;
    size_t gap = roll(r, 3) ? SIZE_MAX : roll(r, ARRAY_LEN(PATHS));

    cover(w, target, w->part ? PATHS[only] : "", COVERAGE_EXAMINED);
    if (gap != SIZE_MAX && !w->part)
        cover(w, target, PATHS[gap], roll(r, 2) ? COVERAGE_DENIED : COVERAGE_PARTIAL);
    for (size_t i = 0; i < ARRAY_LEN(PATHS); i++)
        if (i != gap && (only == SIZE_MAX || i == only))
            add_place(w, r, target, PATHS[i]);
    if (!w->part && !target && roll(r, 3))
        add_file(w, roll(r, 2) ? "AGENTS.md" : "docs/AGENTS.md", 70 + roll(r, 2));
}

static void judge(struct world *w, struct dice *r)
{
    static const enum verdict VERDICTS[] = {VERDICT_FAIL, VERDICT_FAIL, VERDICT_PASS,
                                            VERDICT_UNKNOWN, VERDICT_ERROR};

    for (uint32_t i = 0; i < w->inv.assets.n; i++) {
        if (w->st->next_same[i] != NO_ID) /* the last one stands for all that are the same */
            continue;
        world_verdict(w, "C-1", i, VERDICTS[roll(r, ARRAY_LEN(VERDICTS))]);
        if (roll(r, 2))
            world_verdict(w, "C-2", i, VERDICTS[roll(r, 3)]);
    }
}

static void scan_any(struct store *st, struct dice *r, int64_t at)
{
    struct world w;
    unsigned which = roll(r, 4); /* mostly both targets */

    world_begin(&w, st, at, which < 2 ? 2 : 1);
    if (which == 2)
        w.targets[0] = w.targets[1];
    w.part = roll(r, 4) != 0;
    for (uint32_t t = 0; t < w.n_targets; t++)
        add_target(&w, r, t);
    world_store(&w);
    judge(&w, r);
    world_commit(&w);
}

/* What the scans kept account of is what the rows say. */
static void assert_sealed(struct store *st, unsigned seed, int scan)
{
    AUTO(buf) stored = BUF_INIT, real = BUF_INIT;
    struct diag d = {0};

    assert_int_equal(ended_stored(st, &stored, &d), 0);
    assert_int_equal(ended_real(st, &real, &d), 0);
    arena_done(&st->mem);
    if (!str_eq(buf_str(&stored), buf_str(&real)))
        fail_msg("seed %u: a seal is not that of its rows after scan %d", seed, scan);
}

static void scan_often(struct store *st, unsigned seed)
{
    struct dice r = {seed};
    struct diag d = {0};

    for (int i = 1; i <= SCANS; i++) {
        if (roll(&r, 20) == 0)
            assert_int_equal(store_touched(store_db(st), &d), 0);
        scan_any(st, &r, 1000 * i);
        assert_sealed(st, seed, i);
    }
    assert_sound(st);
}

/* Rows of each table ended and came back: else this shows nothing. */
static void assert_busy(struct store *st)
{
    static const char *const WHAT[] = {
        "asset gone",     "asset returned", "asset renamed", "asset removed", "place gone",
        "place returned", "place removed",  "finding gone",  "finding fixed", "finding reopened"};

    for (size_t i = 0; i < ARRAY_LEN(WHAT); i++) {
        char sql[128];

        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM change_log WHERE subject || ' ' || what = '%s'", WHAT[i]);
        if (strcmp(ask(st, sql), "0") == 0)
            fail_msg("no %s", WHAT[i]);
    }
}

static void test_any_scans(void **state)
{
    struct fixture *f = *state;
    unsigned seeds = f->schema[0] ? 1 : 12;

    for (unsigned seed = 1; seed <= seeds; seed++) {
        struct store *st = fixture_store(f, NULL);

        scan_often(st, seed);
        assert_busy(st);
        store_free(st);
    }
}

/* The same scans leave the same digests on either engine: of the state, and of what has ended. */
static void test_same_seals(void **state)
{
    static const char SEALS[] = "SELECT part, bucket, digest FROM seal_ended ORDER BY part, bucket";
    struct fixture *f = *state, lite = {.location = ":memory:"};
    struct store *both[] = {fixture_store(f, NULL), fixture_store(&lite, NULL)};
    struct stmt *s[2];
    struct diag d = {0};
    int rc;

    for (size_t i = 0; i < 2; i++) {
        struct dice r = {99};

        for (int k = 1; k <= 20; k++)
            scan_any(both[i], &r, 1000 * k);
        assert_int_equal(db_prepare(store_db(both[i]), str_z(SEALS), &s[i], &d), 0);
    }
    do {
        rc = stmt_step(s[0], &d);
        assert_int_equal(stmt_step(s[1], &d), rc);
        for (int c = 0; c < 3 && rc > 0; c++)
            assert_true(str_eq(stmt_str(s[0], c), stmt_str(s[1], c)));
    } while (rc > 0);
    assert_int_equal(rc, 0);
    stmt_free(s[0]);
    stmt_free(s[1]);
    assert_string_equal(ask(both[0], "SELECT state FROM scan WHERE id = 20"),
                        ask(both[1], "SELECT state FROM scan WHERE id = 20"));
    store_free(both[0]);
    store_free(both[1]);
}

#define LIST(X) X(test_any_scans) X(test_same_seals)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
