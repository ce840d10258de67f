/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether taking something away can make a control look better. For every control and every
 * graph of its test, each declared input is removed, made unresolved and cut short, each place is
 * denied, failed, partial, stale and removed, each relation is removed: no row may become `pass`,
 * and the posture (passes among rows and gaps, unknown counted as failed) may not rise. No declared
 * input may be left out because no test mentions it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/testing.h"
#include "base/path.h"

struct outcome {
    struct assessment got;
    struct row_name *names;
    uint64_t passed, counted; /* rows and gaps */
};

struct probe {
    struct test_store *t;
    const struct control *control;
    const struct control_case *test;
    struct graph graph; /* to be changed and put back */
    struct outcome base;
    struct buf *report;
    unsigned runs, violations;
    bool *met; /* by declared input: some graph has it */
};

static void measure(struct probe *p, struct arena *a, struct outcome *ret)
{
    struct diag d = {0};
    *ret = (struct outcome){0};
    int rc = graph_assess(p->t->st, &p->graph, p->control, a, &ret->got, &ret->names, &d);
    if (rc)
        fail_msg("%s: %s: %s", p->control->id, p->test->name, d.text);
    const struct control_run *run = &ret->got.runs.v[0];
    ret->passed = run->passed;
    ret->counted = run->population;
    for (size_t i = 0; i < p->graph.n_gaps; i++) {
        enum coverage_state s = p->graph.gaps[i].state;
        ret->counted += s == COVERAGE_DENIED || s == COVERAGE_FAILED || s == COVERAGE_PARTIAL ||
                        s == COVERAGE_UNSUPPORTED;
    }
    p->runs++;
}

static enum verdict verdict_of(const struct outcome *o, const struct row_name *name)
{
    for (size_t i = 0; i < o->got.rows.n; i++)
        if (str_eq(o->names[i].asset, name->asset) && str_eq(o->names[i].path, name->path) &&
            str_eq(o->names[i].pointer, name->pointer))
            return o->got.rows.v[i].verdict;
    return VERDICT_NOT_APPLICABLE;
}

static void complain(struct probe *p, const char *change, const char *what)
{
    p->violations++;
    buf_addf(p->report, "%s: %s: %s: %s\n", p->control->id, p->test->name, change, what);
}

/* Assess the changed graph. `gone` tells that a place left without a gap in its stead. */
static void check(struct probe *p, const char *change, bool gone)
{
    AUTO(arena) a = ARENA(0);
    struct outcome now;
    measure(p, &a, &now);
    for (size_t i = 0; i < now.got.rows.n; i++)
        if (now.got.rows.v[i].verdict == VERDICT_PASS &&
            verdict_of(&p->base, &now.names[i]) != VERDICT_PASS)
            complain(p, change, "a row became pass");
    /* passed / counted, where nothing counted is whole */
    uint64_t was = p->base.counted ? p->base.passed : 1, was_of = MAX(p->base.counted, 1u);
    uint64_t is = now.counted ? now.passed : 1, is_of = MAX(now.counted, 1u);
    if (!gone && is * was_of > was * is_of)
        complain(p, change, "the posture rose");
    assessment_done(&now.got);
}

static bool is_input(const struct probe *p, enum attr a)
{
    for (int i = 0; i < p->control->n_inputs; i++)
        if (p->control->inputs[i].attr == (int)a)
            return p->met[i] = true;
    return false;
}

static void probe_gap(struct probe *p, const struct graph_place *at, struct str path,
                      enum coverage_state state, bool *drop);

/* Half of a list was read, and coverage says that the place is partial. */
static void probe_cut(struct probe *p, struct graph_attr *attr, const struct graph_place *at)
{
    struct graph_attr old = *attr;
    if (old.value.type != VALUE_STRINGS || !at)
        return;
    while (attr->value.n) {
        attr->value.n--;
        probe_gap(p, at, at->path, COVERAGE_PARTIAL, NULL);
    }
    *attr = old;
}

static void probe_attrs(struct probe *p, struct graph_attr *v, size_t n,
                        const struct graph_place *at)
{
    for (size_t i = 0; i < n; i++) {
        struct graph_attr old = v[i];
        v[i].dropped = true;
        check(p, attr_info(old.attr)->name, false);
        v[i] = old;
        if (!is_input(p, old.attr))
            continue;
        probe_cut(p, &v[i], at);
        v[i].state = STATE_UNRESOLVED;
        check(p, attr_info(old.attr)->name, false);
        v[i] = old;
    }
}

/* With one more gap at `path`; `drop` (may be NULL) leaves at the same time. */
static void probe_gap(struct probe *p, const struct graph_place *at, struct str path,
                      enum coverage_state state, bool *drop)
{
    struct graph_gap more[32], *old = p->graph.gaps;
    size_t n = p->graph.n_gaps;
    assert_true(n + 1 < ARRAY_LEN(more));
    for (size_t i = 0; i < n; i++)
        more[i] = old[i];
    more[n] = (struct graph_gap){
        .target = at->target, .path = path, .reason = STR("probe"), .state = state};
    p->graph.gaps = more;
    p->graph.n_gaps++;
    if (drop)
        *drop = true;
    check(p, COVERAGE_STATE_NAMES[state], false);
    if (drop)
        *drop = false;
    p->graph.gaps = old;
    p->graph.n_gaps--;
}

static void probe_place(struct probe *p, struct graph_place *pl)
{
    static const enum coverage_state states[] = {COVERAGE_DENIED, COVERAGE_FAILED, COVERAGE_PARTIAL,
                                                 COVERAGE_UNSUPPORTED};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        probe_gap(p, pl, pl->path, states[i], NULL);
        probe_gap(p, pl, path_dir(pl->path), states[i], NULL);
    }
    probe_gap(p, pl, pl->path, COVERAGE_DENIED, &pl->dropped);
    probe_gap(p, pl, pl->path, COVERAGE_FAILED, &pl->dropped);
    pl->dropped = true;
    check(p, "place removed", true);
    pl->dropped = false;
    probe_attrs(p, pl->attrs, pl->n_attrs, pl);
}

static void probe_relations(struct probe *p)
{
    struct graph_relation *v = p->graph.relations;
    for (size_t i = 0; i < p->graph.n_relations; i++) {
        struct graph_relation old = v[i];
        for (int j = 0; j < p->control->n_inputs; j++)
            p->met[j] |= p->control->inputs[j].verb == (int)old.verb;
        struct graph_place *at = &p->graph.assets[old.from].places[0];
        v[i] = v[p->graph.n_relations - 1];
        p->graph.n_relations--;
        probe_gap(p, at, at->path, COVERAGE_NOT_LOOKED, NULL);
        p->graph.n_relations++;
        v[i] = old;
    }
}

static void probe_staleness(struct probe *p)
{
    AUTO(arena) a = ARENA(0);
    struct outcome now;
    int64_t old = p->graph.now_ms;
    p->graph.now_ms += p->control->staleness_ms + 1;
    measure(p, &a, &now);
    for (size_t i = 0; i < now.got.rows.n; i++)
        if (now.got.rows.v[i].verdict != VERDICT_UNKNOWN)
            complain(p, "stale", "a row is not unknown");
    assessment_done(&now.got);
    p->graph.now_ms = old;
}

static void probe_case(struct probe *p)
{
    AUTO(arena) a = ARENA(0);
    p->graph = p->test->graph;
    measure(p, &a, &p->base);
    for (size_t i = 0; i < p->graph.n_assets; i++) {
        struct graph_asset *asset = &p->graph.assets[i];
        probe_attrs(p, asset->attrs, asset->n_attrs, asset->n_places ? asset->places : NULL);
        for (size_t j = 0; j < asset->n_places; j++)
            probe_place(p, &asset->places[j]);
    }
    probe_relations(p);
    probe_staleness(p);
    assessment_done(&p->base.got);
}

static void probe_control(struct test_store *t, const struct control *c, struct str text,
                          struct probe *ret, struct buf *report)
{
    AUTO(arena) a = ARENA(0);
    struct control_case *cases;
    struct diag d = {0};
    size_t n;
    bool met[32] = {false};
    assert_true(c->n_inputs <= (int)ARRAY_LEN(met));
    assert_int_equal(cases_parse(text, c->id, &a, &cases, &n, &d), OK);
    for (size_t i = 0; i < n; i++) {
        struct probe p = {.t = t, .control = c, .test = &cases[i], .report = report, .met = met};
        probe_case(&p);
        ret->runs += p.runs;
        ret->violations += p.violations;
    }
    for (int i = 0; i < c->n_inputs; i++)
        if (!met[i])
            fail_msg("%s.test.yaml never has input %d, so that nothing removes it", c->id, i + 1);
}

static void test_nothing_gets_better(void **state)
{
    struct test_store *t = *state;
    if (!t)
        skip();
    for (int i = 0; i < CONTROL_COUNT; i++) {
        AUTO(buf) report = BUF_INIT;
        struct probe sum = {0};
        probe_control(t, &CONTROLS[i], str_z(CONTROL_TESTS[i]), &sum, &report);
        if (sum.violations)
            print_error("%s", report.p);
        assert_int_equal(sum.violations, 0);
        assert_true(sum.runs > 20);
    }
}

/* Controls that get better when something is missing: the probe must see it. */
static void test_the_probe_sees(void **state)
{
    static const char front[] = "-- id: AISPM-MCP-900\n-- title: t\n-- why: w\n-- severity: high\n"
                                "-- kind: mcp_server\n-- category: c\n-- staleness: 30d\n"
                                "-- remediation: {summary: r}\n";
    static const char *const bad[] = {
        /* the row leaves the population */
        "-- scope: asset\n-- inputs: {enabled: [x]}\n"
        "SELECT asset, CASE enabled WHEN 1 THEN 'fail' ELSE 'pass' END AS verdict, 'x' AS reason,"
        " place AS evidence FROM mcp_servers WHERE enabled >= 0",
        /* an undeclared input */
        "-- scope: asset\n-- inputs: {}\n"
        "SELECT asset, CASE enabled WHEN 1 THEN 'fail' ELSE 'pass' END AS verdict, 'x' AS reason,"
        " place AS evidence FROM mcp_servers",
        /* rests on an absence but says otherwise */
        "-- scope: neighbours\n-- pass: found\n-- inputs: {enabled: [x]}\n"
        "SELECT a.asset AS asset, CASE WHEN EXISTS (SELECT 1 FROM mcp_servers b WHERE b.enabled = "
        "1)"
        " THEN 'fail' ELSE 'pass' END AS verdict, 'x' AS reason, a.place AS evidence"
        " FROM mcp_servers a",
    };
    static const char graph[] =
        "cases:\n  - name: x\n    expect: []\n    assets:\n"
        "      - {kind: mcp_server, name: a, attributes: {enabled: true}, places: [a]}\n"
        "      - {kind: mcp_server, name: b, attributes: {enabled: false}, places: [b]}\n";
    struct test_store *t = *state;
    if (!t)
        skip();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(arena) a = ARENA(0);
        AUTO(buf) text = BUF_INIT;
        AUTO(buf) report = BUF_INIT;
        struct control c;
        struct diag d = {0};
        struct probe sum = {0};
        buf_addf(&text, "%s%s", front, bad[i]);
        if (control_parse(buf_str(&text), "c.sql", &a, &c, &d))
            fail_msg("%s", d.text);
        probe_control(t, &c, str_z(graph), &sum, &report);
        if (!sum.violations)
            fail_msg("not seen: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_probe_sees),
        cmocka_unit_test(test_nothing_gets_better),
    };
    int failed = cmocka_run_group_tests_name("sqlite", tests, sqlite_store, store_done);
    return failed + cmocka_run_group_tests_name("postgres", tests, pg_store, store_done);
}
