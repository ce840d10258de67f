/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what the registry generator accepts and how it tells a mistake. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/yaml.h"
#include "registry.h"

/* A valid file whose line `at` (from 1) is replaced; 0: none. */
static const char *const LINES[] = {
    "kinds:",                                                               /* 1 */
    "  box:",                                                               /* 2 */
    "    title: Box",                                                       /* 3 */
    "    plural: boxes",                                                    /* 4 */
    "    category: models",                                                 /* 5 */
    "    means: A box.",                                                    /* 6 */
    "    identity: [[size, tags], [\"@scope\", \"@path\"]]",                /* 7 */
    "    columns: [size]",                                                  /* 8 */
    "    attributes:",                                                      /* 9 */
    "      size: {type: integer, per: asset, unit: byte, means: How big.}", /* 10 */
    "      tags: {type: strings, per: asset, means: Words on it.}",         /* 11 */
    "      owner: {type: string, values: [me, you], means: Whose it is.}",  /* 12 */
    "verbs: {uses: a uses b}",                                              /* 13 */
    "relation_states: [declared]",
    "attribute_states: [declared]",
    "coverage_states: [examined]",
    "verdicts: [pass]",
    "finding_statuses: [open]",
    "severities: [info]",
    "fact_states: [known]",
    "bands: [info]",
    "labels: [test]",
    "environments: [unknown]",
    "criticalities: [unknown]",
    "sanctions: [unknown]",
    "data_classes: [PII]",
};

static int load(size_t at, const char *line, struct arena *a, struct registry *ret, struct diag *d)
{
    struct limits lim = limits_default();
    AUTO(buf) text = BUF_INIT;
    struct doc doc;
    for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
        buf_addz(&text, i + 1 == at ? line : LINES[i]);
        buf_addc(&text, '\n');
    }
    struct str copy = arena_str(a, buf_str(&text));
    assert_int_equal(yaml_parse(copy, &lim, a, &doc, d), OK);
    return registry_load(&doc, "k.yaml", a, ret, d);
}

static void test_good(void **state)
{
    AUTO(arena) a = ARENA(0);
    AUTO(buf) column = BUF_INIT;
    struct diag d = {0};
    struct registry r;
    (void)state;
    assert_int_equal(load(0, NULL, &a, &r, &d), OK);
    assert_int_equal(r.n_kinds, 1);
    assert_int_equal(r.kinds[0].n_attrs, 3);
    assert_int_equal(r.kinds[0].n_rules, 2);
    assert_int_equal(r.kinds[0].rules[0].attr[1], 1);
    assert_int_equal(r.kinds[0].rules[1].attr[0], -1);
    column_name(&r.kinds[0], &r.kinds[0].attrs[2], &column);
    assert_string_equal(column.p, "box_owner");
}

static void test_mistakes(void **state)
{
    static const struct {
        size_t at;
        const char *line;
        unsigned line_no, column;
        const char *text, *hint;
    } rows[] = {
        {1, "kind:", 1, 1, "unknown key 'kind'", "kinds, verbs"},
        {2, "  Box:", 2, 3, "bad kind name", "lower-case"},
        {3, "    titel: Box", 3, 5, "unknown key 'titel'", "title"},
        {3, "    title: 3", 3, 12, "'title' is not a text", "quote"},
        {5, "    category: stuff", 5, 15, "'stuff' is not a valid category", "third-parties"},
        {4, "    plural: places", 2, 3, "already taken", "another name"},
        {4, "    title: Box", 4, 5, "stands twice", "remove"},
        {7, "    identity: [[weight]]", 7, 17, "unknown part 'weight'", "@scope"},
        {7, "    identity: [[owner]]", 7, 17, "differs from place to place", "per: asset"},
        {7, "    identity: [[tags]]", 7, 16, "lists only", "never empty"},
        {7, "    identity: []", 2, 3, "'identity' is missing", "strongest first"},
        {7, "    identity: [[size, size, size, size, size]]", 7, 16, "1 to 4 parts", "part"},
        {8, "    columns: [weight]", 8, 15, "unknown column 'weight'", "attribute"},
        {10, "      size: {type: number, means: x}", 10, 20, "'number' is not a valid type",
         "integer"},
        {10, "      size: {type: integer}", 10, 7, "'means' is missing", "every entry"},
        {10, "      size: {type: integer, per: asset, values: [a], means: x}", 10, 13,
         "on a number", "only string"},
        {10, "      size: 3", 10, 13, "an attribute is a mapping", "type: string"},
        {10, "      size: {type: integer, per: asset, means: x, sensitive: maybe}", 10, 62,
         "'sensitive' is not a boolean", "true or false"},
        {11, "      size_state: {type: string, per: asset, means: x}", 11, 7, "already taken",
         "another name"},
        {12, "      owner: {type: string, values: [me, me], means: x}", 12, 42, "stands twice",
         "remove"},
        {12, "      owner: {type: string, values: [true], means: x}", 12, 38, "not a text",
         "quote"},
        {13, "verbs: {count: x}", 13, 9, "already taken", "another name"},
        {13, "verbs: {\"a b\": x}", 13, 16, "is not a word", "letters"},
        {13, "", 1, 1, "'verbs' is missing", "list of words"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena) a = ARENA(0);
        struct diag d = {0};
        struct registry r;
        assert_int_equal(load(rows[i].at, rows[i].line, &a, &r, &d), E_PARSE);
        if (!strstr(d.text, rows[i].text) || !strstr(d.hint, rows[i].hint) ||
            d.line != rows[i].line_no || d.column != rows[i].column)
            fail_msg("%s -> %u:%u %s (%s)", rows[i].line, d.line, d.column, d.text, d.hint);
        assert_string_equal(d.file, "k.yaml");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
