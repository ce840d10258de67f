/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of SARIF: levels, kinds, locations, fingerprints, suppressions, coverage as notices. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/control.h"
#include "formats/json.h"
#include "report/sarif_parts.h"
#include "report/testing.h"

static struct doc doc;

static char *print(const struct view *v, struct arena *a)
{
    struct diag d = {0};
    struct limits lim = limits_default();
    char *text = shop_print(v, "sarif");
    if (json_parse(str_z(text), JSON_STRICT, &lim, a, &doc, &d))
        fail_msg("line %u column %u: %s", d.line, d.column, d.text);
    return text;
}

static void assert_at(const char *pointer, const char *want)
{
    const struct node *n = doc_find(&doc, str_z(pointer));
    if (!n)
        fail_msg("%s is missing", pointer);
    struct str got = node_text(&doc, n);
    if (!str_eq_z(got, want))
        fail_msg("%s is " STR_FMT ", not %s", pointer, STR_ARG(got), want);
}

#define RESULT "/runs/0/results/"

static void test_results(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct view v = shop_open(SHOP_SQL);
    char *text = print(&v, &a);
    assert_at("/version", "2.1.0");
    assert_at("/runs/0/columnKind", "unicodeCodePoints");
    assert_at(RESULT "0/level", "error");
    assert_at(RESULT "0/kind", "fail");
    assert_at(RESULT "0/rank", "82.6");
    assert_at(RESULT "0/properties/security-severity", "9.5");
    assert_at(RESULT "0/partialFingerprints/stance~1v1", "1a2b3c4d00000001");
    assert_at(RESULT "0/locations/0/physicalLocation/artifactLocation/uri",
              ".claude/settings.json");
    assert_at(RESULT "0/locations/0/physicalLocation/region/startColumn", "5");
    assert_at(RESULT "0/baselineState", "new");
    assert_at(RESULT "0/provenance/firstDetectionTimeUtc", "2023-11-14T22:13:20Z");
    assert_at(RESULT "0/provenance/lastDetectionTimeUtc", "2023-11-14T22:13:20Z");
    /* excepted: a failure that somebody accepted */
    assert_at(RESULT "1/suppressions/0/status", "accepted");
    assert_at(RESULT "1/level", "error");
    assert_at(RESULT "2/level", "warning");
    assert_at(RESULT "2/baselineState", "unchanged");
    assert_at(RESULT "3/level", "note");
    assert_at(RESULT "4/kind", "open");
    assert_at(RESULT "4/level", "none");
    assert_null(doc_find(&doc, STR(RESULT "4/rank")));
    assert_null(doc_find(&doc, STR(RESULT "4/locations/0/physicalLocation")));
    assert_null(doc_find(&doc, STR(RESULT "5")));
    free(text);
    v.closed_too = true;
    text = print(&v, &a);
    assert_at(RESULT "2/baselineState", "absent");
    free(text);
    db_free(v.db);
}

/* A file at a commit has lines; a member of an archive has none that the archive has. */
static void test_lines_of_members(void **state)
{
    static const char *const members[] = {"commit:0123456789ab", "commit:0123456789ab!/a", "a/b"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        AUTO(arena) a = ARENA(0);
        AUTO(buf) sql = BUF_INIT;
        struct diag d = {0};
        struct view v = shop_open(SHOP_SQL);
        buf_addf(&sql, "UPDATE place SET member = '%s'", members[i]);
        assert_int_equal(db_exec(v.db, buf_str(&sql), &d), 0);
        char *text = print(&v, &a);
        assert_at(RESULT "0/properties/member", members[i]);
        if (!i)
            assert_at(RESULT "0/locations/0/physicalLocation/region/startLine", "4");
        else
            assert_null(doc_find(&doc, STR(RESULT "0/locations/0/physicalLocation/region")));
        free(text);
        db_free(v.db);
    }
}

static void test_gaps_are_told(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct view v = shop_open(SHOP_SQL);
    char *text = print(&v, &a);
    assert_at("/runs/0/invocations/0/toolExecutionNotifications/0/descriptor/id",
              "coverage/denied");
    assert_at("/runs/0/invocations/0/toolExecutionNotifications/1/descriptor/id",
              "coverage/partial");
    /* What a rule passes by is told, too, and is no warning. */
    assert_at("/runs/0/invocations/0/toolExecutionNotifications/2/descriptor/id",
              "coverage/skipped");
    assert_at("/runs/0/invocations/0/toolExecutionNotifications/2/level", "note");
    assert_at("/runs/0/invocations/0/startTimeUtc", "2023-11-14T22:13:20Z");
    free(text);
    db_free(v.db);
}

/* Each rule of the tool names requirements that stand in the taxonomy it points to. */
static void test_rules(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct view v = shop_open(SHOP_SQL);
    char *text = print(&v, &a);
    const struct node *rules = doc_find(&doc, STR("/runs/0/tool/driver/rules"));
    int i = 0;
    node_each (&doc, rules, rule) {
        assert_true(str_eq_z(node_text(&doc, node_get(&doc, rule, STR("id"))), CONTROLS[i].id));
        assert_int_equal(sarif_rule_index(str_z(CONTROLS[i].id)), i);
        i++;
    }
    assert_int_equal(i, CONTROL_COUNT);
    free(text);
    db_free(v.db);
}

static void test_uri(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    (void)state;
    sarif_uri(&b, STR("a b/\xc3\xa9%#?:\xff\n.md"));
    assert_string_equal(b.p, "a%20b/%C3%A9%25%23%3F%3A%FF%0A.md");
}

/* A path of the store names the file again; what only looks escaped is taken as it stands. */
static void test_uri_of_the_store(void **state)
{
    static const char *const rows[][2] = {{"e\\\\x1b.py", "e%5Cx1b.py"},
                                          {"n\\xff.py", "n%FF.py"},
                                          {"b\\s.py", "b%5Cs.py"},
                                          {"odd\\x.py", "odd%5Cx.py"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) b = BUF_INIT;
        struct json_writer w;
        json_begin(&w, &b, JSON_COMPACT);
        json_object(&w);
        sarif_artifact(&w, 0, str_z(rows[i][0]));
        json_end(&w);
        assert_int_equal(json_finish(&w), 0);
        assert_true(str_has(buf_str(&b), str_z(rows[i][1])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results),       cmocka_unit_test(test_lines_of_members),
        cmocka_unit_test(test_gaps_are_told), cmocka_unit_test(test_rules),
        cmocka_unit_test(test_uri),           cmocka_unit_test(test_uri_of_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
