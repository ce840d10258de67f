/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether each built-in control gives the rows its test expects, on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/testing.h"

static void test_cases(void **state)
{
    struct test_store *t = *state;
    AUTO(buf) report = BUF_INIT;
    size_t failed = 0;
    if (!t)
        skip();
    for (int i = 0; i < CONTROL_COUNT; i++) {
        struct diag d = {0};
        size_t n = 0;
        int rc = cases_run(t->st, &CONTROLS[i], str_z(CONTROL_TESTS[i]), CONTROLS[i].id, &report,
                           &n, &d);
        if (rc)
            print_error("%s:%u: %s\n", d.file, d.line, d.text);
        assert_int_equal(rc, OK);
        failed += n;
    }
    if (failed)
        print_error("%s", report.p);
    assert_int_equal(failed, 0);
}

static bool has_state(const struct graph_asset *a, enum attr_state state)
{
    for (size_t i = 0; i < a->n_attrs; i++)
        if (a->attrs[i].state == state)
            return true;
    for (size_t i = 0; i < a->n_places; i++)
        for (size_t j = 0; j < a->places[i].n_attrs; j++)
            if (a->places[i].attrs[j].state == state)
                return true;
    return false;
}

/* A test that never fails, or never says unknown, proves little. */
static void test_cases_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < CONTROL_COUNT; i++) {
        AUTO(arena) a = ARENA(0);
        struct control_case *cases;
        struct diag d = {0};
        size_t n;
        bool said[VERDICT_COUNT] = {false}, absent = false, unresolved = false, silent = false;
        assert_int_equal(cases_parse(str_z(CONTROL_TESTS[i]), "x", &a, &cases, &n, &d), OK);
        for (size_t j = 0; j < n; j++) {
            const struct graph *g = &cases[j].graph;
            silent |= cases[j].n_rows < g->n_assets;
            for (size_t k = 0; k < cases[j].n_rows; k++)
                said[cases[j].rows[k].verdict] = true;
            for (size_t k = 0; k < g->n_assets; k++) {
                absent |= has_state(&g->assets[k], STATE_ABSENT);
                unresolved |= has_state(&g->assets[k], STATE_UNRESOLVED);
            }
        }
        if (!said[VERDICT_FAIL] || !said[VERDICT_UNKNOWN])
            fail_msg("%s.test.yaml expects no fail or no unknown", CONTROLS[i].id);
        if (!said[VERDICT_PASS] && !silent)
            fail_msg("%s.test.yaml has neither a pass nor a near miss", CONTROLS[i].id);
        if (CONTROLS[i].n_inputs && (!unresolved || !absent))
            fail_msg("%s.test.yaml has no unresolved or no absent input", CONTROLS[i].id);
    }
}

/* What the build wrote is what the files say. */
static void test_built_in_controls_are_the_files(void **state)
{
    (void)state;
    for (int i = 0; i < CONTROL_COUNT; i++) {
        AUTO(arena) a = ARENA(0);
        const struct control *c = &CONTROLS[i];
        static char text[1 << 16];
        struct control want;
        struct diag d = {0};
        FILE *f = fopen(c->file, "rb");
        assert_non_null(f);
        size_t n = fread(text, 1, sizeof(text), f);
        fclose(f);
        assert_int_equal(control_parse(str_n(text, n), c->file, &a, &want, &d), OK);
        assert_string_equal(c->id, want.id);
        assert_string_equal(c->title, want.title);
        assert_string_equal(c->category, want.category);
        assert_string_equal(c->sql, want.sql);
        assert_int_equal(c->line, want.line);
        assert_int_equal(c->severity, want.severity);
        assert_int_equal(c->kind, want.kind);
        assert_int_equal(c->scope, want.scope);
        assert_int_equal(c->keep_severity, want.keep_severity);
        assert_int_equal(c->pass_is_found, want.pass_is_found);
        assert_int_equal(c->staleness_ms, want.staleness_ms);
        assert_int_equal(c->n_inputs, want.n_inputs);
        assert_int_equal(c->n_params, want.n_params);
        assert_true(!c->action == !want.action);
        for (int j = 0; j < c->n_inputs; j++) {
            assert_int_equal(c->inputs[j].attr, want.inputs[j].attr);
            assert_int_equal(c->inputs[j].verb, want.inputs[j].verb);
        }
    }
}

/* One that waits for its collector is named here; all others would be a misspelt collector. */
static void test_built_in_controls_are_collected(void **state)
{
    (void)state;
    for (int i = 0; i < CONTROL_COUNT; i++)
        if (!CONTROLS[i].collected)
            fail_msg("%s: no detector collects one of its inputs", CONTROLS[i].id);
}

static void test_differences_are_reported(void **state)
{
    struct test_store *t = *state;
    AUTO(buf) report = BUF_INIT;
    struct diag d = {0};
    size_t failed = 0;
    const struct control *c = control_find(STR("aispm-Mcp-002"));
    struct str text =
        STR("cases:\n"
            "  - name: wrong\n"
            "    assets:\n"
            "      - {kind: mcp_server, name: a, attributes: {secret_literals: 1}, places: [a]}\n"
            "      - {kind: mcp_server, name: b, attributes: {secret_literals: 1}, places: [b]}\n"
            "    expect:\n"
            "      - {asset: a, path: a, verdict: pass}\n"
            "      - {asset: c, path: c, verdict: fail}\n");
    assert_non_null(c);
    assert_int_equal(cases_run(t->st, c, text, "t.yaml", &report, &failed, &d), OK);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(report.p, "t.yaml:2: wrong: a at a: expected pass, got fail high"));
    assert_non_null(strstr(report.p, "b at b: expected no row, got fail"));
    assert_non_null(strstr(report.p, "c at c: expected fail, got no row"));
}

static void test_bad_files_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "cases: 1\n",
        "case: []\n",
        "cases:\n  - {name: a}\n",
        "cases:\n  - {name: a, assets: [], expect: [{verdict: maybe}]}\n",
        "cases:\n  - {name: a, assets: [{kind: x, name: a, places: []}], expect: []}\n",
        "cases:\n  - {name: a, assets: [{kind: service, name: a, attributes: {no: 1}, places: []}],"
        " expect: []}\n",
        "cases:\n  - {name: a, assets: [], now: later, expect: []}\n",
        "cases:\n  - {name: a, assets: [], relations: [{from: a, to: b, verb: uses}], expect: "
        "[]}\n",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(arena) a = ARENA(0);
        struct control_case *cases;
        struct diag d = {0};
        size_t n;
        if (cases_parse(str_z(bad[i]), "bad.yaml", &a, &cases, &n, &d) != E_PARSE)
            fail_msg("accepted: %s", bad[i]);
        assert_string_equal(d.file, "bad.yaml");
    }
}

int main(void)
{
    const struct CMUnitTest texts[] = {
        cmocka_unit_test(test_cases_are_complete),
        cmocka_unit_test(test_bad_files_are_refused),
        cmocka_unit_test(test_built_in_controls_are_the_files),
        cmocka_unit_test(test_built_in_controls_are_collected),
    };
    const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_differences_are_reported),
    };
    const struct CMUnitTest postgres[] = {cmocka_unit_test(test_cases)};
    int failed = cmocka_run_group_tests_name("texts", texts, NULL, NULL);
    failed += cmocka_run_group_tests_name("sqlite", sqlite, sqlite_store, store_done);
    return failed + cmocka_run_group_tests_name("postgres", postgres, pg_store, store_done);
}
