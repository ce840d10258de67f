/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the engine believes a control only as far as its inputs reach. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/query.h"
#include "assess/testing.h"

#define FRONT(scope, inputs)                                                                       \
    "-- id: AISPM-MCP-900\n-- title: t\n-- why: w\n-- severity: high\n-- kind: mcp_server\n"       \
    "-- category: c\n-- scope: " scope "\n-- inputs: " inputs "\n-- staleness: 30d\n"              \
    "-- params: {name: \"it's\", max: 1}\n-- remediation: {summary: r}\n"

#define ENABLED FRONT("asset", "{enabled: [x]}")

/* Two servers in target 0, one in target 1. */
#define ASSETS                                                                                     \
    "cases:\n  - name: x\n    expect: []\n    assets:\n"                                           \
    "      - {kind: mcp_server, name: a, attributes: {enabled: true}, places: [d/a]}\n"            \
    "      - {kind: mcp_server, name: b, attributes: {enabled: false},"                            \
    " places: [{path: b, labels: [test]}]}\n"                                                      \
    "      - {kind: mcp_server, name: c, attributes: {enabled: true},"                             \
    " places: [{path: c, target: 1}]}\n"

struct result {
    struct arena arena;
    struct control control;
    struct control_case *cases;
    struct assessment got;
    struct row_name *names;
};

static void result_done(struct result *r)
{
    assessment_done(&r->got);
    arena_done(&r->arena);
}

/* Runs the control without its lint: the engine must cope with any query. */
static void run(struct test_store *t, const char *control, const char *graph, struct result *r)
{
    struct diag d = {0};
    size_t n;
    *r = (struct result){.arena = ARENA(0)};
    int rc = control_parse(str_z(control), "c.sql", &r->arena, &r->control, &d);
    if (!rc)
        rc = cases_parse(str_z(graph), "g.yaml", &r->arena, &r->cases, &n, &d);
    if (!rc)
        rc =
            graph_assess(t->st, &r->cases[0].graph, &r->control, &r->arena, &r->got, &r->names, &d);
    if (rc)
        print_error("%s:%u: %s\n", d.file, d.line, d.text);
    assert_int_equal(rc, OK);
    assert_int_equal(r->got.runs.n, 1);
}

static const struct verdict_row *row_of(const struct result *r, const char *asset)
{
    for (size_t i = 0; i < r->got.rows.n; i++)
        if (str_eq_z(r->names[i].asset, asset))
            return &r->got.rows.v[i];
    fail_msg("no row of %s", asset);
    return NULL;
}

static void expect(const struct result *r, const char *asset, enum verdict v, enum severity s,
                   const char *reason)
{
    const struct verdict_row *row = row_of(r, asset);
    if (row->verdict != v || row->severity != s || !str_has(row->reason, str_z(reason)))
        fail_msg("%s: %s %s '%.*s'", asset, VERDICT_NAMES[row->verdict],
                 SEVERITY_NAMES[row->severity], STR_ARG(row->reason));
}

#define SKIP_WITHOUT(t)                                                                            \
    if (!(t))                                                                                      \
    skip()

static void test_rows_and_counts(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    CLEANUP(result_done) struct result r;
    run(t,
        ENABLED "SELECT asset, CASE enabled WHEN 1 THEN 'pass' ELSE 'fail' END AS verdict,"
                " name AS reason, place AS evidence FROM mcp_servers",
        ASSETS, &r);
    assert_int_equal(r.got.rows.n, 3);
    expect(&r, "a", VERDICT_PASS, SEVERITY_HIGH, "a");
    expect(&r, "b", VERDICT_FAIL, SEVERITY_MEDIUM, "b"); /* a test file: one step lower */
    const struct control_run *run = &r.got.runs.v[0];
    assert_int_equal(run->population, 3);
    assert_int_equal(run->passed, 2);
    assert_int_equal(run->failed, 1);
    assert_int_equal(run->error.n, 0);
    assert_int_equal(run->digest.n, 64);
    for (size_t i = 1; i < r.got.rows.n; i++)
        assert_true(str_cmp(r.got.rows.v[i - 1].asset, r.got.rows.v[i].asset) < 0);
}

static void test_worst_of_equal_rows_stays(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    CLEANUP(result_done) struct result r;
    run(t,
        ENABLED "SELECT asset, 'pass' AS verdict, 'p' AS reason, place AS evidence"
                " FROM mcp_servers UNION ALL SELECT asset, 'fail', 'f', place FROM mcp_servers"
                " UNION ALL SELECT asset, 'unknown', 'u', place FROM mcp_servers",
        ASSETS, &r);
    assert_int_equal(r.got.rows.n, 3);
    assert_int_equal(r.got.runs.v[0].population, 3);
    expect(&r, "a", VERDICT_FAIL, SEVERITY_HIGH, "f");
}

static void test_a_failing_query_is_an_error_of_each_asset(void **state)
{
    static const char *const queries[] = {
        ENABLED "SELECT id AS asset, 'pass' AS verdict, 'x' AS reason, 1 AS evidence FROM asset",
        ENABLED "SELECT asset, 'pass' AS verdict, 'x' AS reason, place AS evidence FROM nowhere",
        ENABLED "DELETE FROM asset",
        ENABLED "SELECT asset, 'pass' AS verdict, :none AS reason, place AS evidence"
                " FROM mcp_servers",
        ENABLED "SELECT (",
    };
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        CLEANUP(result_done) struct result r;
        run(t, queries[i], ASSETS, &r);
        assert_int_equal(r.got.rows.n, 3);
        assert_int_equal(r.got.runs.v[0].errors, 3);
        assert_true(r.got.runs.v[0].error.n > 0);
        expect(&r, "a", VERDICT_ERROR, SEVERITY_INFO, "");
        assert_int_equal(row_of(&r, "a")->place, 0);
    }
}

/* Without an asset of its kind a control has nothing to judge: it is listed, its statement is not
 * even prepared. */
static void test_a_kind_without_assets(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    CLEANUP(result_done) struct result r;
    run(t, ENABLED "SELECT asset, 'pass' AS verdict FROM nowhere",
        "cases:\n  - name: x\n    expect: []\n    assets:\n"
        "      - {kind: agent_host, name: a, places: [a]}\n",
        &r);
    assert_int_equal(r.got.rows.n, 0);
    assert_int_equal(r.got.runs.n, 1);
    assert_int_equal(r.got.runs.v[0].population, 0);
    assert_int_equal(r.got.runs.v[0].error.n, 0);
    assert_int_equal(r.got.runs.v[0].digest.n, 64);
}

static void test_nonsense_rows_are_errors(void **state)
{
    static const char *const rows[][2] = {
        {"'maybe' AS verdict, 'x' AS reason, place AS evidence", "'maybe', which is no verdict"},
        {"'excepted' AS verdict, 'x' AS reason, place AS evidence", "is no verdict"},
        {"CAST(NULL AS text) AS verdict, 'x' AS reason, place AS evidence", "is no verdict"},
        {"'pass' AS verdict, 'x' AS reason, 0 AS evidence", "is no place"},
        {"'pass' AS verdict, 'x' AS reason, CAST(NULL AS integer) AS evidence", "is no place"},
        {"'fail' AS verdict, 'x' AS reason, place AS evidence, 'awful' AS severity", "'awful'"},
        {"'fail' AS verdict, 'x' AS reason, place AS evidence, 'info' AS severity", "'info'"},
    };
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLEANUP(result_done) struct result r;
        AUTO(buf) text = BUF_INIT;
        buf_addf(&text, ENABLED "SELECT asset, %s FROM mcp_servers", rows[i][0]);
        run(t, text.p, ASSETS, &r);
        expect(&r, "a", VERDICT_ERROR, SEVERITY_INFO, rows[i][1]);
    }
}

static void test_severity_of_rows(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    CLEANUP(result_done) struct result r;
    run(t,
        ENABLED "SELECT asset, 'fail' AS verdict, 'x' AS reason, place AS evidence,"
                " CASE name WHEN 'a' THEN 'critical' WHEN 'b' THEN 'low' END AS severity"
                " FROM mcp_servers",
        ASSETS, &r);
    expect(&r, "a", VERDICT_FAIL, SEVERITY_CRITICAL, "x");
    expect(&r, "b", VERDICT_FAIL, SEVERITY_LOW, "x"); /* lowered no further */
    expect(&r, "c", VERDICT_FAIL, SEVERITY_HIGH, "x");
}

static void test_parameters_and_with(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    CLEANUP(result_done) struct result r;
    run(t,
        ENABLED "WITH t AS (SELECT asset, name, place FROM mcp_servers WHERE enabled = :max)\n"
                "SELECT asset, CASE WHEN :now = 1767225600000 THEN 'fail' END AS verdict,"
                " :name || name AS reason, place AS evidence FROM t",
        ASSETS, &r);
    assert_int_equal(r.got.rows.n, 2);
    expect(&r, "a", VERDICT_FAIL, SEVERITY_HIGH, "it'sa");
}

/* ---- input rules ---- */

#define ALL_PASS                                                                                   \
    "SELECT asset, CASE WHEN name = 'b' THEN 'fail' ELSE 'pass' END AS verdict, 'x' AS reason,"    \
    " place AS evidence FROM mcp_servers WHERE enabled IS NULL OR enabled >= 0"

static void test_coverage(void **state)
{
    static const struct {
        const char *gap;
        enum verdict a, b;
    } cases[] = {
        {"{path: d/a, state: denied, reason: r}", VERDICT_UNKNOWN, VERDICT_FAIL},
        {"{path: d, state: failed, reason: r}", VERDICT_UNKNOWN, VERDICT_FAIL},
        {"{path: '', state: failed, reason: r}", VERDICT_UNKNOWN, VERDICT_UNKNOWN},
        {"{path: '', state: partial, reason: r}", VERDICT_UNKNOWN, VERDICT_FAIL},
        {"{path: '', state: unsupported, reason: r}", VERDICT_UNKNOWN, VERDICT_FAIL},
        {"{path: '', state: examined, reason: r}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: '', state: skipped, reason: r}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: '', state: not_looked, reason: r}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: d/ab, state: denied, reason: r}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: d/a/b, state: denied, reason: r}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: d/a, state: denied, reason: r, target: 1}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: d, state: partial, reason: r}, {path: '', state: denied, reason: s}",
         VERDICT_UNKNOWN, VERDICT_UNKNOWN},
        /* What failed was told by the collector "test"; a pass may rest on any other. */
        {"{path: b, state: failed, reason: r, collectors: y z}", VERDICT_PASS, VERDICT_FAIL},
        {"{path: b, state: failed, reason: r, collectors: y test}", VERDICT_PASS, VERDICT_UNKNOWN},
        {"{path: b, state: failed, reason: r, collectors: y},"
         " {path: b, state: partial, reason: s, collectors: test}",
         VERDICT_PASS, VERDICT_FAIL},
        {"{path: b, state: failed, reason: r, collectors: test},"
         " {path: b, state: partial, reason: s, collectors: test}",
         VERDICT_PASS, VERDICT_UNKNOWN},
        {"{path: b, state: failed, reason: r, collectors: y}, {path: '', state: denied, reason: s}",
         VERDICT_UNKNOWN, VERDICT_UNKNOWN},
        {"{path: d/a, state: failed, reason: s, collectors: y}", VERDICT_UNKNOWN, VERDICT_FAIL},
        {"{path: d/a, state: partial, reason: r, collectors: y}", VERDICT_UNKNOWN, VERDICT_FAIL},
    };
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(result_done) struct result r;
        AUTO(buf) graph = BUF_INIT;
        buf_addf(&graph, ASSETS "    coverage: [%s]\n", cases[i].gap);
        run(t, ENABLED ALL_PASS, graph.p, &r);
        if (row_of(&r, "a")->verdict != cases[i].a || row_of(&r, "b")->verdict != cases[i].b)
            fail_msg("%s: a %s, b %s", cases[i].gap, VERDICT_NAMES[row_of(&r, "a")->verdict],
                     VERDICT_NAMES[row_of(&r, "b")->verdict]);
        expect(&r, "c", VERDICT_PASS, SEVERITY_HIGH, "x");
    }
}

static void test_staleness(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (int over = 0; over < 2; over++) {
        CLEANUP(result_done) struct result r;
        AUTO(buf) graph = BUF_INIT;
        buf_addf(&graph, ASSETS "    now: 2026-03-01\n    seen: %s\n",
                 over ? "2026-01-29T23:59:59Z" : "2026-01-30");
        run(t, ENABLED ALL_PASS, graph.p, &r);
        expect(&r, "b", over ? VERDICT_UNKNOWN : VERDICT_FAIL,
               over ? SEVERITY_INFO : SEVERITY_MEDIUM, over ? "last examined on 2026-01-29" : "x");
    }
}

/* A server passes when nothing says otherwise: the rest of its target must be known. */
#define GUARDED                                                                                    \
    FRONT("neighbours", "{enabled: [x], agent_host.approval: [x], relation.guards: [x]}")
#define GUARDED_QUERY                                                                              \
    "SELECT s.asset AS asset, CASE WHEN EXISTS (SELECT 1 FROM agent_hosts h WHERE h.approval ="    \
    " 'bypass') THEN 'fail' ELSE 'pass' END AS verdict, 'x' AS reason, s.place AS evidence"        \
    " FROM mcp_servers s"
#define HOST(attributes)                                                                           \
    "      - {kind: agent_host, name: h, attributes: {host: h" attributes "}, places: [h]}\n"

/* What could not be read of one member says nothing of another; of the archive it does. */
static void test_coverage_of_members(void **state)
{
    static const struct {
        const char *path, *gap;
        bool unknown;
    } cases[] = {
        {"x/a.zip!/d/m", "x/a.zip!/d/m", true}, {"x/a.zip!/d/m", "x/a.zip!/d", true},
        {"x/a.zip!/d/m", "x/a.zip", true},      {"x/a.zip!/d/m", "x", true},
        {"x/a.zip!/d/m", "x/a.zip!/e", false},  {"x/a.zip!/d/m", "x/b.zip", false},
        {"x/a.zip", "x/a.zip!/d/m", false},     {"x/a.zip!/b.tar!/m", "x/a.zip!/b.tar", true},
    };
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(result_done) struct result r;
        AUTO(buf) graph = BUF_INIT;
        buf_addf(&graph,
                 "cases:\n  - name: x\n    expect: []\n    assets:\n"
                 "      - {kind: mcp_server, name: a, attributes: {enabled: true}, places:"
                 " [{path: '%s'}]}\n    coverage: [{path: '%s', state: failed, reason: r}]\n",
                 cases[i].path, cases[i].gap);
        run(t, ENABLED ALL_PASS, graph.p, &r);
        if ((row_of(&r, "a")->verdict == VERDICT_UNKNOWN) != cases[i].unknown)
            fail_msg("%s, %s", cases[i].path, cases[i].gap);
    }
}

static void test_absence_needs_a_whole_target(void **state)
{
    static const char *const gaps[] = {"denied", "failed", "partial", "unsupported", "not_looked"};
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i <= ARRAY_LEN(gaps); i++) {
        CLEANUP(result_done) struct result r;
        AUTO(buf) graph = BUF_INIT;
        bool gap = i < ARRAY_LEN(gaps);
        buf_addf(&graph, ASSETS HOST(", approval: ask") "    coverage: [{path: z, state: %s}]\n",
                 gap ? gaps[i] : "skipped");
        run(t, GUARDED GUARDED_QUERY, graph.p, &r);
        expect(&r, "a", gap ? VERDICT_UNKNOWN : VERDICT_PASS, gap ? SEVERITY_INFO : SEVERITY_HIGH,
               gap ? "may stand in z" : "x");
        expect(&r, "c", VERDICT_PASS, SEVERITY_HIGH, "x"); /* another target */
    }
}

static void test_absence_needs_inputs_of_others(void **state)
{
    static const char *const hosts[][2] = {
        {ASSETS HOST(", approval: bypass"), "fail"},
        {ASSETS HOST(", approval: {state: absent}"), "pass"},
        {ASSETS HOST(", approval: {state: unresolved}"), "unknown"},
        {ASSETS HOST(""), "unknown"},
    };
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        CLEANUP(result_done) struct result r;
        run(t, GUARDED GUARDED_QUERY, hosts[i][0], &r);
        assert_string_equal(VERDICT_NAMES[row_of(&r, "a")->verdict], hosts[i][1]);
    }
}

/* ---- tables of the connection ---- */

static int64_t number(struct db *db, const char *sql)
{
    struct stmt *s;
    struct diag d = {0};
    if (db_prepare(db, str_z(sql), &s, &d) || stmt_step(s, &d) != 1)
        fail_msg("%s: %s", sql, d.text);
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

static void test_tables(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    AUTO(arena) a = ARENA(0);
    struct control_case *cases;
    struct diag d = {0};
    struct scan_target target = {STR("a"), STR("a"), STR("/a")};
    struct scan_info info = {.program = STR("p"),
                             .knowledge = STR("k"),
                             .sandbox = STR("s"),
                             .targets = &target,
                             .n_targets = 1,
                             .started_ms = 1767225600000};
    struct inventory inv;
    struct assessment got;
    size_t n, rows = 0;
    assert_int_equal(cases_parse(STR("cases:\n  - name: x\n    expect: []\n    assets:\n"
                                     "      - {kind: mcp_server, name: a, places: [a], attributes:"
                                     " {secret_literals: 1, enabled: true}}\n"),
                                 "g", &a, &cases, &n, &d),
                     OK);
    assert_int_equal(inventory_init(&inv, 1 << 24), OK);
    assert_int_equal(graph_fill(&cases[0].graph, &inv, &d), OK);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(store_scan_begin(t->st, &info, &d), OK);
    assert_int_equal(store_put_inventory(t->st, &inv, &d), OK);
    struct db *db = store_db(t->st);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(assess_run(db, NULL, 0, 1767225600000, &a, &got, &d), OK);
        assert_int_equal(got.runs.n, CONTROL_COUNT);
        assert_int_equal(number(db, "SELECT count(*) FROM control_verdict"), got.rows.n);
        rows = got.rows.n;
        assessment_done(&got);
    }
    assert_int_equal(number(db, "SELECT count(*) FROM control_verdict WHERE verdict = 'fail'"
                                " AND control = 'AISPM-MCP-002' AND severity = 'high'"),
                     1);
    assert_int_equal(assess_derive(db, 1767225600000, &d), OK);
    assert_int_equal(number(db, "SELECT count(*) FROM control_verdict"), rows);
    store_scan_abort(t->st);
    inventory_done(&inv);
}

/* `stance findings` and the like: a connection that may only read derives the same verdicts. */
static void test_derived_on_a_reading_connection(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    AUTO(arena) a = ARENA(0);
    char folder[] = "/tmp/stance-assess-XXXXXX", file[64];
    const char *location = file;
    struct control_case *cases;
    struct scan_summary sum = {.posture_low_tenths = -1, .posture_high_tenths = -1};
    struct diag d = {0};
    struct store *st = NULL;
    struct assessment got;
    struct inventory inv;
    struct db *db;
    size_t n;
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof(file), "%s/s.db", folder);
    if (t->schema[0])
        location = t->location;
    assert_int_equal(cases_parse(STR(ASSETS), "g", &a, &cases, &n, &d), OK);
    assert_int_equal(inventory_init(&inv, 1 << 24), OK);
    assert_int_equal(graph_fill(&cases[0].graph, &inv, &d), OK);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(store_open(location, DB_CREATE, &TEST_CLOCK, &st, &d), OK);
    struct scan_target targets[] = {{STR("a"), STR("a"), STR("/a")},
                                    {STR("b"), STR("b"), STR("/b")}};
    struct scan_info info = {.program = STR("p"),
                             .knowledge = STR("k"),
                             .sandbox = STR("s"),
                             .targets = targets,
                             .n_targets = 2,
                             .started_ms = 1767225600000};
    assert_int_equal(store_scan_begin(st, &info, &d), OK);
    assert_int_equal(store_put_inventory(st, &inv, &d), OK);
    assert_int_equal(assess_run(store_db(st), NULL, 0, 1767225600000, &a, &got, &d), OK);
    assert_int_equal(store_scan_commit(st, &sum, &d), OK);
    store_free(st);
    assert_int_equal(db_open(location, DB_READ_ONLY, &db, &d), OK);
    if (assess_derive(db, 1767225600000, &d))
        fail_msg("%s", d.text);
    assert_int_equal(number(db, "SELECT count(*) FROM control_verdict"), got.rows.n);
    assert_true(got.rows.n > 3);
    db_free(db);
    assessment_done(&got);
    inventory_done(&inv);
    for (int i = 0; i < 3; i++) {
        snprintf(file, sizeof(file), "%s/s.db%s", folder, i == 0 ? "" : i == 1 ? "-wal" : "-shm");
        unlink(file);
    }
    rmdir(folder);
}

static void test_memory_runs_out(void **state)
{
    struct test_store *t = *state;
    SKIP_WITHOUT(t);
    AUTO(arena) a = ARENA(0);
    struct control c;
    struct control_case *cases;
    struct diag d = {0};
    size_t count;
    assert_int_equal(control_parse(STR(GUARDED GUARDED_QUERY), "c", &a, &c, &d), OK);
    assert_int_equal(
        cases_parse(
            STR(ASSETS HOST(", approval: ask") "    coverage: [{path: z, state: partial}]\n"), "g",
            &a, &cases, &count, &d),
        OK);
    for (size_t n = 1; n < 5000; n += 1 + n / 16) {
        AUTO(arena) b = ARENA(0);
        struct assessment got = {0};
        mem_fail_after(n);
        int rc = graph_assess(t->st, &cases[0].graph, &c, &b, &got, NULL, &d);
        mem_fail_after(0);
        for (size_t i = 0; !rc && i < got.rows.n; i++)
            assert_int_not_equal(got.rows.v[i].verdict, VERDICT_FAIL);
        for (size_t i = 0; !rc && i < got.rows.n; i++)
            if (got.rows.v[i].verdict == VERDICT_PASS)
                assert_int_equal(got.runs.v[0].passed, 1); /* that of target 1 */
        assessment_done(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_counts),
        cmocka_unit_test(test_worst_of_equal_rows_stays),
        cmocka_unit_test(test_a_failing_query_is_an_error_of_each_asset),
        cmocka_unit_test(test_a_kind_without_assets),
        cmocka_unit_test(test_nonsense_rows_are_errors),
        cmocka_unit_test(test_severity_of_rows),
        cmocka_unit_test(test_parameters_and_with),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_staleness),
        cmocka_unit_test(test_coverage_of_members),
        cmocka_unit_test(test_absence_needs_a_whole_target),
        cmocka_unit_test(test_absence_needs_inputs_of_others),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_derived_on_a_reading_connection), /* last: it commits */
    };
    const struct CMUnitTest memory[] = {cmocka_unit_test(test_memory_runs_out)};
    int failed = cmocka_run_group_tests_name("sqlite", tests, sqlite_store, store_done);
    failed += cmocka_run_group_tests_name("postgres", tests, pg_store, store_done);
    return failed + cmocka_run_group_tests_name("memory", memory, sqlite_store, store_done);
}
