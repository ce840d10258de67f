/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether control and framework files are read as written and refused with a place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/control.h"
#include "base/buf.h"
#include "base/mem.h"

static const char GOOD[] = "-- id: AISPM-MCP-900\n"
                           "-- title: A title\n"
                           "-- why: Because.\n"
                           "-- severity: high\n"
                           "-- kind: mcp_server\n"
                           "-- category: some-noun\n"
                           "-- scope: neighbours\n"
                           "-- inputs:\n"
                           "--   enabled: [mcp-config, other]\n"
                           "--   agent_host.approval: [settings]\n"
                           "--   relation.guards: [links]\n"
                           "-- staleness: 12h\n"
                           "-- params: {max: 3, word: it's}\n"
                           "-- labels: keep\n"
                           "-- pass: found\n"
                           "-- risk: {exposure: internet, people: high-risk}\n"
                           "-- remediation: {summary: Do it., action: do-it}\n"
                           "\n"
                           "SELECT 1\n";

static int parse(const char *text, struct arena *a, struct control *ret, struct diag *d)
{
    return control_parse(str_z(text), "c.sql", a, ret, d);
}

static void test_all_fields(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct control c;
    struct diag d = {0};
    (void)state;
    int rc = parse(GOOD, &a, &c, &d);
    if (rc)
        print_error("%s:%u: %s\n", d.file, d.line, d.text);
    assert_int_equal(rc, OK);
    assert_string_equal(c.id, "AISPM-MCP-900");
    assert_string_equal(c.area, "MCP");
    assert_string_equal(c.title, "A title");
    assert_string_equal(c.category, "some-noun");
    assert_int_equal(c.severity, SEVERITY_HIGH);
    assert_int_equal(c.kind, KIND_MCP_SERVER);
    assert_int_equal(c.scope, SCOPE_NEIGHBOURS);
    assert_int_equal(c.staleness_ms, 12 * 3600000);
    assert_true(c.keep_severity);
    assert_true(c.pass_is_found);
    assert_int_equal(c.n_inputs, 3);
    assert_int_equal(c.inputs[0].attr, ATTR_MCP_SERVER_ENABLED);
    assert_int_equal(c.inputs[0].verb, -1);
    assert_string_equal(c.inputs[0].collectors[1], "other");
    assert_null(c.inputs[0].collectors[2]);
    assert_int_equal(c.inputs[1].attr, ATTR_AGENT_HOST_APPROVAL);
    assert_int_equal(c.inputs[2].verb, VERB_GUARDS);
    assert_int_equal(c.n_params, 2);
    assert_string_equal(c.params[0].literal, "3");
    assert_string_equal(c.params[1].literal, "'it''s'");
    assert_string_equal(c.risk.exposure, "internet");
    assert_string_equal(c.risk.people, "high-risk");
    assert_null(c.risk.data);
    assert_string_equal(c.action, "do-it");
    assert_int_equal(c.line, 18);
    assert_string_equal(c.sql, "\nSELECT 1\n");
}

/* GOOD with line `line` (1-based) replaced; NULL takes it out. */
static char *changed(unsigned line, const char *with, struct arena *a)
{
    AUTO(buf) b = BUF_INIT;
    struct str rest = str_z(GOOD), l;
    for (unsigned i = 1; str_line(&rest, &l); i++) {
        if (i == line && !with)
            continue;
        buf_add(&b, i == line ? str_z(with) : l);
        buf_addc(&b, '\n');
    }
    return arena_z(a, buf_str(&b));
}

static void test_bad_values(void **state)
{
    static const struct bad {
        unsigned line;
        const char *with, *says;
    } cases[] = {
        {1, "-- id: mcp-1", "capitals"},
        {1, "-- id: AISPM", "PREFIX-AREA-NUMBER"},
        {1, NULL, "'id' is missing"},
        {2, "-- title: \"\"", "'title' must be a text"},
        {3, "-- why: [a]", "'why' must be a text"},
        {4, "-- severity: awful", "'awful' is not a value of 'severity'"},
        {5, "-- kind: toaster", "not a kind"},
        {6, "-- kategory: x", "unknown key 'kategory'"},
        {6, "-- title: again", "stands twice"},
        {7, "-- scope: asset", "needs scope neighbours"},
        {7, "-- scope: galaxy", "not a value of 'scope'"},
        {9, "--   speed: [x]", "neither an attribute"},
        {9, "--   enabled: []", "at least one collector"},
        {9, "--   enabled: mcp-config", "a list of collectors"},
        {10, "--   toaster.approval: [x]", "neither an attribute"},
        {11, "--   relation.hugs: [x]", "neither an attribute"},
        {12, "-- staleness: soon", "a duration"},
        {13, "-- params: {now: 1}", "cannot be set"},
        {13, "-- params: {max: [1]}", "integer or a text"},
        {13, "-- params: {max: 1.5}", "integer or a text"},
        {14, "-- labels: drop", "can only be 'keep'"},
        {15, "-- pass: always", "can only be 'found'"},
        {16, "-- risk: {exposure: moon}", "not a value of risk factor exposure"},
        {16, "-- risk: {mood: bad}", "not a risk factor"},
        {17, "-- remediation: {action: x}", "needs a summary"},
        {2, "--title: x", "front matter lines start"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(arena) a = ARENA(0);
        struct control c;
        struct diag d = {0};
        char *text = changed(cases[i].line, cases[i].with, &a);
        if (parse(text, &a, &c, &d) != E_PARSE)
            fail_msg("accepted: %s", cases[i].with);
        if (!strstr(d.text, cases[i].says))
            fail_msg("%s: said '%s'", cases[i].with, d.text);
        assert_string_equal(d.file, "c.sql");
        if (cases[i].with && d.line && cases[i].line != 7 && cases[i].line != 2 &&
            cases[i].line != 6)
            assert_int_equal(d.line, cases[i].line);
    }
}

static void test_no_front_matter_or_query(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct control c;
    struct diag d = {0};
    (void)state;
    assert_int_equal(parse("SELECT 1", &a, &c, &d), E_PARSE);
    assert_int_equal(parse("", &a, &c, &d), E_PARSE);
    assert_int_equal(parse("-- id: [\n", &a, &c, &d), E_PARSE);
    assert_int_equal(parse("-- just words\n", &a, &c, &d), E_PARSE);
    char *text = changed(19, " ", &a);
    assert_int_equal(parse(text, &a, &c, &d), E_PARSE);
    assert_non_null(strstr(d.text, "query is missing"));
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        AUTO(arena) a = ARENA(0);
        struct control c;
        struct diag d = {0};
        mem_fail_after(n);
        int rc = parse(GOOD, &a, &c, &d);
        mem_fail_after(0);
        if (!rc)
            break;
        if (rc != E_NOMEM)
            fail_msg("allocation %zu: %s", n, d.text);
    }
}

/* ---- frameworks ---- */

static const char FRAMEWORK[] =
    "id: f\ntitle: F\nversion: \"1\"\nsource: s\nlicence: l\nrequirements:\n"
    "  - {id: A, title: Group, heading: true}\n"
    "  - {id: A.1, title: One, parent: A, mode: assisted, controls: [AISPM-MCP-900]}\n"
    "  - {id: A.2, title: Two, parent: A, mode: manual, controls: [], gap: None.}\n";

static void test_framework(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct framework f;
    struct diag d = {0};
    (void)state;
    assert_int_equal(framework_parse(str_z(FRAMEWORK), "f.yaml", &a, &f, &d), OK);
    assert_int_equal(f.n, 3);
    assert_true(f.requirements[0].heading);
    assert_string_equal(f.requirements[1].parent, "A");
    assert_int_equal(f.requirements[1].mode, TEST_ASSISTED);
    assert_string_equal(f.requirements[1].controls[0], "AISPM-MCP-900");
    assert_null(f.requirements[2].controls[0]);
    assert_string_equal(f.requirements[2].gap, "None.");
}

static void test_bad_framework(void **state)
{
    static const char *const rows[][2] = {
        {"{id: B, title: x, mode: manual, controls: []}", "say why in 'gap'"},
        {"{id: B, title: x, mode: assisted, controls: []}", "say why in 'gap'"},
        {"{id: B, title: x, mode: guess, controls: []}", "not a value of 'mode'"},
        {"{id: A.1, title: x, mode: manual, controls: [], gap: y}", "stands twice"},
        {"{id: B, title: x, parent: C, heading: true}", "must be a heading"},
        {"{id: B, title: x, parent: A.1, heading: true}", "must be a heading"},
        {"{id: B, mode: manual}", "'title' is missing"},
        {"{id: 4, title: x, heading: true}", "quote numbers"},
        {"text", "is a map"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena) a = ARENA(0);
        AUTO(buf) text = BUF_INIT;
        struct framework f;
        struct diag d = {0};
        buf_addf(&text, "%s  - %s\n", FRAMEWORK, rows[i][0]);
        assert_int_equal(framework_parse(buf_str(&text), "f.yaml", &a, &f, &d), E_PARSE);
        if (!strstr(d.text, rows[i][1]))
            fail_msg("%s: said '%s'", rows[i][0], d.text);
        assert_int_equal(d.line, 10);
    }
}

/* The published lists, counted. */
static void test_frameworks_are_whole(void **state)
{
    static const struct {
        const char *id;
        int requirements;
    } want[] = {{"owasp-llm-2025", 10}, {"nist-ai-rmf-1.0", 72}, {"iso42001-2023", 38 + 27}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        const struct framework *f = framework_find(str_z(want[i].id));
        int n = 0;
        assert_non_null(f);
        for (int j = 0; j < f->n; j++)
            n += !f->requirements[j].heading;
        if (n != want[i].requirements)
            fail_msg("%s has %d requirements, expected %d", f->id, n, want[i].requirements);
    }
    assert_null(framework_find(STR("nothing")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_fields),
        cmocka_unit_test(test_bad_values),
        cmocka_unit_test(test_no_front_matter_or_query),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_framework),
        cmocka_unit_test(test_bad_framework),
        cmocka_unit_test(test_frameworks_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
