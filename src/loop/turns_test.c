/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A property of turns: whatever changes between them, a store whose turns may repeat earlier ones,
 * and need not write again what was linked the same, holds the same rows as one whose turns link,
 * write and assess everything each time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/testing.h"
#include "store/testing.h"

#define DAY_MS 86400000

/* Every row that a turn may write, in an order that does not depend on how it was written. */
static const char *const TABLES[] = {
    "target ORDER BY id",
    "asset ORDER BY id",
    "asset_alias ORDER BY alias",
    "place ORDER BY id",
    "attribute ORDER BY asset, place, name",
    "attribute_at ORDER BY asset, place, name",
    "owner_candidate ORDER BY asset, ord",
    "data_value ORDER BY id",
    "relation ORDER BY from_asset, verb, to_asset",
    "finding ORDER BY id",
    "asset_risk ORDER BY asset",
    "coverage ORDER BY scan, ord",
    "control_run ORDER BY scan, control",
    "scan_target ORDER BY scan, ord",
    "change_log ORDER BY id",
    "place_seen ORDER BY place",
    "asset_seen ORDER BY asset",
    "finding_seen ORDER BY finding",
};
/* Digests of a scan tell whether it was a repetition. */
static const char SCANS[] = "SELECT s.id, s.program, s.knowledge, s.sandbox, s.deterministic,"
                            " s.started, s.finished, s.posture_low, s.posture_high, s.state,"
                            " t.whole, t.settled, t.inputs, t.assets, t.gaps, t.failed"
                            " FROM scan s JOIN turn t ON t.scan = s.id ORDER BY s.id";

struct twins {
    struct store *repeating, *linking;
    struct model model;
    int64_t now;
    unsigned steps;
};

static void dump(struct store *st, const char *sql, struct buf *out)
{
    struct stmt *s;
    struct diag d = {0};
    int rc;
    buf_clear(out);
    if (db_prepare(store_db(st), str_z(sql), &s, &d))
        fail_msg("%s: %s", sql, d.text);
    while ((rc = stmt_step(s, &d)) > 0) {
        for (int i = 0; i < stmt_columns(s); i++) {
            buf_add(out, stmt_is_null(s, i) ? STR("-") : stmt_str(s, i));
            buf_addc(out, '|');
        }
        buf_addc(out, '\n');
    }
    assert_int_equal(rc, 0);
    stmt_free(s);
}

/* The first line in which two dumps differ. */
static void differ(const struct twins *w, const char *what, struct str a, struct str b)
{
    struct str x = STR(""), y = STR("");
    while (str_field(&a, '\n', &x) && str_field(&b, '\n', &y) && str_eq(x, y))
        continue;
    fail_msg("step %u: %s: repeating " STR_FMT ", linking " STR_FMT, w->steps, what, STR_ARG(x),
             STR_ARG(y));
}

static void same_rows(const struct twins *w)
{
    AUTO(buf) sql = BUF_INIT;
    AUTO(buf) a = BUF_INIT;
    AUTO(buf) b = BUF_INIT;
    for (size_t i = 0; i <= ARRAY_LEN(TABLES); i++) {
        buf_clear(&sql);
        buf_addf(&sql, "SELECT * FROM %s", i < ARRAY_LEN(TABLES) ? TABLES[i] : "");
        const char *text = i < ARRAY_LEN(TABLES) ? sql.p : SCANS;
        dump(w->repeating, text, &a);
        dump(w->linking, text, &b);
        if (!str_eq(buf_str(&a), buf_str(&b)))
            differ(w, text, buf_str(&a), buf_str(&b));
    }
}

static void sound(struct store *st)
{
    AUTO(buf) report = BUF_INIT;
    struct diag d = {0};
    if (store_check(st, &report, &d))
        fail_msg("%s", d.text);
}

static int64_t ask(struct store *st, const char *sql)
{
    AUTO(buf) out = BUF_INIT;
    int64_t n = -1;
    dump(st, sql, &out);
    assert_int_equal(str_to_i64(str_sub(buf_str(&out), 0, out.n - 2), &n), 0);
    return n;
}

/* One turn of both; what it says must be the same, too. */
static void turn(struct twins *w, const struct target *targets, size_t n, const char *only)
{
    struct loop_result r[2];
    struct diag d = {0};
    struct clock clock = {w->now};
    model = &w->model;
    for (int i = 0; i < 2; i++) {
        struct loop_options o = loop_defaults();
        o.discover.targets = targets;
        o.discover.n_targets = n;
        o.discover.only_path = str_z(only);
        o.find = model_find;
        o.store = i ? w->linking : w->repeating;
        o.relink = i;
        if (loop_run(&o, &clock, &r[i], &d))
            fail_msg("step %u: %s", w->steps, d.text);
        loop_result_done(&r[i]);
    }
    assert_int_equal(r[0].assets, r[1].assets);
    assert_int_equal(r[0].findings, r[1].findings);
    assert_int_equal(r[0].gaps, r[1].gaps);
    assert_memory_equal(r[0].by_severity, r[1].by_severity, sizeof(r[0].by_severity));
    assert_int_equal(r[0].summary.posture_low_tenths, r[1].summary.posture_low_tenths);
    assert_int_equal(r[0].summary.posture_high_tenths, r[1].summary.posture_high_tenths);
}

/* Mostly nothing changes between two turns, as in life. */
static void step(struct twins *w)
{
    static const struct target targets[] = {{STR("one"), STR("/nowhere/x/one"), STR("one"), false},
                                            {STR("two"), STR("/nowhere/x/two"), STR("two"), false},
                                            {STR("one"), STR("/nowhere/x/one"), STR("one"), false}};
    struct model *m = &w->model;
    uint32_t what = model_random(m, 10);
    w->steps++;
    w->now += 1000 + model_random(m, 2000);
    if (model_random(m, 15) == 0)
        w->now += (int64_t)model_random(m, 40) * DAY_MS;
    if (model_random(m, 3) == 0)
        model_change(m, 1 + model_random(m, 3));
    if (what < 4)
        turn(w, targets, 1, "");
    else if (what < 7)
        turn(w, targets + 1, 1, "");
    else if (what < 9)
        turn(w, targets + what % 2, 2, "");
    else
        turn(w, targets + model_random(m, 2), 1, MODEL_PATHS[model_random(m, MODEL_FILES)].path);
}

/* What all runs together must have met, or the comparison proves little. */
struct met {
    int64_t aliases, fixed, gone, kept;
};

static void run(struct fixture *a, struct fixture *b, uint64_t seed, unsigned steps,
                struct met *met)
{
    struct clock clock = {1000};
    struct diag d = {0};
    struct twins w = {.model = {.random = seed}, .now = 1700000000000};
    if (store_open(a->location, DB_CREATE, &clock, &w.repeating, &d) ||
        store_open(b->location, DB_CREATE, &clock, &w.linking, &d))
        fail_msg("%s", d.text);
    model_change(&w.model, 30);
    while (w.steps < steps) {
        step(&w);
        same_rows(&w);
    }
    sound(w.repeating);
    sound(w.linking);
    int64_t repeated = ask(w.repeating, "SELECT count(*) FROM turn WHERE repeats > 0");
    assert_true(repeated >= steps / 20 && repeated < steps);
    assert_int_equal(ask(w.linking, "SELECT count(*) FROM turn WHERE repeats > 0"), 0);
    assert_int_equal(ask(w.linking, "SELECT count(*) FROM asset_facts"), 0);
    met->kept += ask(w.repeating, "SELECT count(*) FROM asset_facts");
    met->aliases += ask(w.linking, "SELECT count(*) FROM asset_alias");
    met->fixed += ask(w.linking, "SELECT count(*) FROM finding WHERE status = 'fixed'");
    met->gone += ask(w.linking, "SELECT count(*) FROM asset WHERE state = 'gone'");
    store_free(w.repeating);
    store_free(w.linking);
}

static void random_changes_sqlite(void **state UNUSED)
{
    struct fixture f = {.location = ":memory:"};
    struct met met = {0};
    const char *more = getenv("STANCE_SEEDS"); /* to look for longer */
    uint64_t seeds = more ? strtoull(more, NULL, 10) : 4;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        run(&f, &f, seed * 0x9e3779b97f4a7c15u, 80, &met);
    assert_true(met.aliases && met.fixed && met.gone && met.kept);
}

static void random_changes_postgres(void **state UNUSED)
{
    void *a = NULL, *b = NULL;
    struct met met = {0};
    if (fixture_postgres(&a) || fixture_postgres(&b))
        fail();
    if (!a || !b)
        skip();
    run(a, b, 77, 30, &met);
    fixture_done(&a);
    fixture_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes_sqlite),
        cmocka_unit_test(random_changes_postgres),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
