/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what names of models come to; the examples of the knowledge are checked at build. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/compile.h"
#include "catalog/model_names.h"

static struct model_names names;

static int set_up(void **state UNUSED)
{
    return model_names_init(&names, &CATALOG, NULL);
}

static int tear_down(void **state UNUSED)
{
    model_names_done(&names);
    return 0;
}

static void expect(const char *name, const char *normal, const char *family)
{
    AUTO(buf) b = BUF_INIT;

    assert_int_equal(model_names_normal(&names, str_z(name), &b), OK);
    if (!str_eq_z(buf_str(&b), normal))
        fail_msg("%s comes to " STR_FMT, name, STR_ARG(buf_str(&b)));
    const struct catalog_family *f = model_names_family(&names, buf_str(&b));
    if (strcmp(f ? f->id : "", family))
        fail_msg("%s is of %s", name, f ? f->id : "no family");
}

static void test_names(void **state UNUSED)
{
    expect("GPT-5", "gpt-5", "gpt");
    expect("  gpt-5\n", "gpt-5", "gpt");
    expect("ft:gpt-4o-mini-2024-07-18:acme:shop:AbC123", "gpt-4o-mini-2024-07-18", "gpt");
    expect("bedrock/eu.anthropic.claude-sonnet-4-6-v1:0", "claude-sonnet-4-6", "claude");
    expect("models/models/gemini-2.0-flash", "gemini-2.0-flash", "gemini");
    expect("openrouter/anthropic/claude-sonnet-4.5:thinking", "claude-sonnet-4.5", "claude");
    expect("vertex_ai/claude-opus-4@20250514", "claude-opus-4@20250514", "claude");
    expect("azure/gpt-35-turbo", "gpt-35-turbo", "gpt");
    expect("openai/gpt-oss-120b", "gpt-oss-120b", "gpt-oss");
    expect("amazon.nova-pro-v1:0", "nova-pro", "nova");
    expect("meta.llama3-2-11b-instruct-v1:0", "llama3-2-11b-instruct", "llama");
    expect("codellama-7b", "codellama-7b", "");
    expect("claude", "claude", "");
    expect("models/", "models/", "");
    expect("", "", "");
}

static void test_models(void **state UNUSED)
{
    const struct catalog_model *m = model_names_find(&names, STR("gpt-5"));

    assert_non_null(m);
    assert_string_equal(m->id, "gpt-5-2025-08-07");
    assert_string_equal(m->retired, "2026-12-11");
    assert_int_equal(m->context, 400000);
    assert_string_equal(m->input[1], "image");
    assert_string_equal(m->weights, "closed");
    assert_string_equal(CATALOG.families[m->family].entry, "openai");
    assert_null(model_names_find(&names, STR("gpt-5-2025")));
}

static void test_limits(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    char text[600];

    memset(text, 'a', sizeof(text));
    assert_int_equal(model_names_normal(&names, str_n(text, sizeof(text)), &b), E_LIMIT);
    for (size_t i = 0; i + 3 < 512; i += 3)
        memcpy(text + i, "ft:", 3);
    assert_int_equal(model_names_normal(&names, str_n(text, 512), &b), OK);
}

static void test_no_memory(void **state UNUSED)
{
    struct model_names m;
    struct diag d;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        mem_fail_after(n);
        rc = model_names_init(&m, &CATALOG, &d);
        mem_fail_after(0);
        assert_true(n < 1000);
    }
    assert_int_equal(rc, OK);
    model_names_done(&m);
}

#define SRC          "sources: [{url: \"https://a.example/x\", read: 2026-11-23}]"
#define ENTRY        "id: acme\nname: Acme\ncategory: chat\nruns: vendor\n" SRC "\n"
#define FORM(rest)   "forms:\n  - {id: f, means: m, " SRC ", " rest "}\n"
#define FAMILY(rest) "id: x\nname: X\nentry: acme\npattern: 'x-[0-9]'\n" SRC "\n" rest
#define SHOWN        "examples: {match: [x-1], no_match: [y]}\n"

static void test_refused(void **state UNUSED)
{
    static const struct {
        const char *forms, *family, *why;
    } rows[] = {
        {FORM("before: 'p/', examples: [{name: p/a, is: a}]"), FAMILY(SHOWN), NULL},
        {FORM("before: 'p/', examples: [{name: p/a, is: p/a}]"), FAMILY(SHOWN), "comes to 'a'"},
        {FORM("before: 'p/'"), FAMILY(SHOWN), "examples are missing"},
        {FORM("examples: [{name: a, is: a}]"), FAMILY(SHOWN), "either before"},
        {FORM("before: a, behind: b, examples: [{name: c, is: c}]"), FAMILY(SHOWN),
         "either before"},
        {FORM("before: '(', examples: [{name: a, is: a}]"), FAMILY(SHOWN), "missing"},
        {NULL, FAMILY(""), "examples are missing"},
        {NULL, FAMILY("examples: {match: [y-1], no_match: [y]}\n"), "is of no family"},
        {NULL, FAMILY("examples: {match: [x-1], no_match: [x-2]}\n"), "is of x"},
        {NULL, FAMILY(SHOWN "models: [{id: y-1}]\n"), "is of no family"},
        {NULL, FAMILY(SHOWN "models: [{id: X-1}]\n"), "comes to 'x-1'"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1}, {id: x-1}]\n"), "claimed twice"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1}, {id: x-2, aliases: [x-1]}]\n"), "claimed twice"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, retired: soon}]\n"), "must be a date"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, released: then}]\n"), "must be a date"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, context: 0}]\n"), "number of tokens"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, context: big}]\n"), "number of tokens"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, input: [smell]}]\n"), "not a known input"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, weights: half}]\n"), "not a known weights"},
        {NULL, FAMILY(SHOWN "models: [{id: x-1, source: {url: x}}]\n"), ""},
        {NULL,
         FAMILY(SHOWN "models: [{id: x-1, released: 2026-01-02, context: 1, input: [text],\n"
                      "  output: [audio], weights: open, licence: MIT,\n"
                      "  source: {url: \"https://a.example/x\", read: 2026-11-23}}]\n"),
         NULL},
        {NULL, FAMILY(SHOWN "context: 1\n"), "unknown member"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct catalog_source files[] = {
            {STR("categories.yaml"), STR("categories: [{category: chat, means: m}]\n")},
            {STR("entries/acme.yaml"), STR(ENTRY)},
            {STR("models/x.yaml"), str_z(rows[i].family)},
            {STR("models/forms.yaml"), str_z(rows[i].forms)},
        };
        struct catalog_build b;
        struct diag d = {0};
        int rc = catalog_compile(files, rows[i].forms ? 4 : 3, &b, &d);
        if (!rc)
            catalog_build_done(&b);
        if (!rc != !rows[i].why || (rc && !strstr(d.text, rows[i].why)))
            fail_msg("row %zu: %s:%u: %s", i, d.file, d.line, d.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),   cmocka_unit_test(test_models),
        cmocka_unit_test(test_limits),  cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
