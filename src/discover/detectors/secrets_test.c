/* SPDX-License-Identifier: Apache-2.0 */
/* Values in texts of any kind, at the borders of windows, and beside what others knew. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "catalog/compile.h"
#include "discover/detector_test.h"

extern const struct detector DETECTOR_SECRETS;
#define DET &DETECTOR_SECRETS

static struct values *scanner;

static int set_up(void **state UNUSED)
{
    struct diag d = {0};
    return values_new(&CATALOG, STR("0123456789abcdef0123456789abcdef"), &scanner, &d);
}

static int tear_down(void **state UNUSED)
{
    values_free(scanner);
    return 0;
}

/* No whole key stands in this file: {class:n} is expanded. */
static void expand(struct buf *b, const char *text)
{
    assert_int_equal(catalog_expand(str_z(text), b, NULL), 0);
}

static void says(const char *path, const char *text, const char *expected)
{
    AUTO(buf) b = BUF_INIT;
    expand(&b, text);
    AUTO(detector_run) r = {
        .detector = DET, .path = path, .content = buf_str(&b), .values = scanner};
    detector_dump(&r);
    assert_string_equal(r.text.p, expected);
}

static void any_file(void **state UNUSED)
{
    static const char *const paths[] = {"a.py", ".env", "notes", "tests/x.md", "a.min.js"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        says(paths[i], "a\n\xc3\xa4 KEY=sk-ant-api03-{word:93}AA\n",
             "0 value SECRET anthropic-api-key, 108 characters, in item @2:7\n");
    says("a", "x sk-ant-api03-{word:93}AA\ny sk-ant-api03-{word:93}AA z\n",
         "0 value SECRET anthropic-api-key, 108 characters, in item @1:3\n"
         "1 value SECRET anthropic-api-key, 108 characters, in item @2:3\n");
}

static void near_misses(void **state UNUSED)
{
    says("a", "", "");
    says("a", "sk-ant-api03-your-key-here sk-ant-api03-{word:40}\n", "");
    says("a", "Task-based risk-management-framework\n", "");
}

/* One hit is said once and at its place, wherever the border of two windows lies. */
static void check_border(const struct buf *text, size_t border, size_t start)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct emit e;
    emit_init(&e, &a, scanner);
    struct item it = {.path = STR("a"), .arena = &a, .values = scanner, .emit = &e};
    struct scan_window one = {.text = str_sub(buf_str(text), 0, border + SCAN_OVERLAP),
                              .limit = border,
                              .line = 1,
                              .column = 1};
    struct place next = place_window(&it, &one, border);
    struct scan_window two = {.text = str_sub(buf_str(text), border, text->n),
                              .limit = text->n - border,
                              .base = border,
                              .line = next.line,
                              .column = next.column};
    assert_int_equal(DETECTOR_SECRETS.on_window(&it, &e, &one), 0);
    assert_int_equal(DETECTOR_SECRETS.on_window(&it, &e, &two), 0);
    if (e.facts.n != 1)
        fail_msg("value at %zu, border at %zu: %zu facts", start, border, e.facts.n);
    struct mark m = text_mark(buf_str(text), start);
    assert_int_equal(e.facts.v[0].at.offset, start);
    assert_int_equal(e.facts.v[0].at.line, m.line);
    assert_int_equal(e.facts.v[0].at.column, m.column);
    emit_done(&e);
}

static void borders(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    for (int i = 0; i < 300; i++)
        buf_addz(&text, "one line of words\n");
    size_t name = text.n;
    expand(&text, "service_api_key = \"{alnum:40}\"\n");
    for (int i = 0; i < 600; i++)
        buf_addz(&text, "one line of words\n");
    /* Every place around the name, the value, and the part a window answers for. */
    for (size_t border = name - 700; border < name + 80; border++)
        check_border(&text, border, name + strlen("service_api_key = \""));
}

static void known_structure(void **state UNUSED)
{
    AUTO(arena) a = ARENA(1 << 20);
    AUTO(buf) text = BUF_INIT;
    struct emit e;
    expand(&text, "{{\"key\": \"sk-ant-api03-{word:93}AA\"}");
    emit_init(&e, &a, scanner);
    struct item it = {.path = STR("a"), .arena = &a, .values = scanner, .emit = &e};
    struct value_hit hit = {.class = DATA_SECRET, .kind = "anthropic-api-key", .end = 108};
    struct place at = place_item(&it);
    at.offset = 9;
    uint32_t host = emit_asset(&e, KIND_AGENT_HOST, STR("h"), at);
    emit_value(&e, host, &hit, at);
    struct scan_window w = {.text = buf_str(&text), .limit = text.n, .line = 1, .column = 1};
    assert_int_equal(DETECTOR_SECRETS.on_window(&it, &e, &w), 0);
    assert_int_equal(e.facts.n, 2);
    assert_int_equal(e.facts.v[1].from, host);
    emit_done(&e);
}

static void scans(const char *text, const char *vendor)
{
    const struct literal_hits *hits;
    AUTO(arena) a = ARENA(1 << 20);
    struct emit e;
    assert_int_equal(values_search(scanner, str_z(text), &hits), 0);
    emit_init(&e, &a, scanner);
    struct item it = {
        .path = STR("a.go"), .arena = &a, .values = scanner, .emit = &e, .catalog = &CATALOG};
    struct scan_window w = {
        .text = str_z(text), .hits = hits, .limit = strlen(text), .line = 1, .column = 1};
    assert_int_equal(DETECTOR_SECRETS.on_window(&it, &e, &w), 0);
    if (e.facts.n != (vendor ? 1u : 0u) ||
        (vendor && (e.facts.v[0].type != FACT_PATTERN || !str_eq_z(e.facts.v[0].source, vendor))))
        fail_msg("%s: %zu facts", text, e.facts.n);
    emit_done(&e);
}

/* What finds keys, and what only names their beginning. */
static void patterns(void **state UNUSED)
{
    scans("x = `\\b(gsk_[a-zA-Z0-9]{52})\\b`", "groq");
    scans("x = `pcsk_([A-Za-z0-9]{5,6})_[A-Za-z0-9]{63}`", "pinecone");
    scans("x = `lsv2_(?:pt|sk)_[a-f0-9]{32}`", "langsmith");
    scans("x = `gsk_\\w{20,}` + `gsk_\\w+`", "groq");
    scans("if s.startswith('gsk_'): keys[0] = s", NULL);
    scans("gsk_keys[i]{1} gsk_keys[0]+1 gsk_[a-z] gsk_[a-z]) gsk_\\n", NULL);
    scans("gsk_ [a-z]{40}", NULL);
    scans("gsk_[a-z", NULL);
    scans("gsk_", NULL);
}

static void survives(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    expand(&b, "a sk-ant-api03-{word:93}AA\n");
    AUTO(detector_run) r = {
        .detector = DET, .path = "a", .content = buf_str(&b), .values = scanner};
    detector_survives_run(&r);
    assert_int_equal(r.facts.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_file), cmocka_unit_test(near_misses),     cmocka_unit_test(borders),
        cmocka_unit_test(patterns), cmocka_unit_test(known_structure), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
