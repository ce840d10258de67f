/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the JSON writer escapes, separates and refuses as it says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "formats/json.h"

static void write_sample(struct json_writer *w)
{
    json_object(w);
    json_kstr(w, "s", STR("a\"b"));
    json_kint(w, "n", -7);
    json_kbool(w, "t", true);
    json_kopen_array(w, "list");
    json_int(w, 0);
    json_tenths(w, 826);
    json_null(w);
    json_array(w);
    json_end(w);
    json_object(w);
    json_end(w);
    json_end(w);
    json_kopen_object(w, "o");
    json_key(w, STR("raw"));
    json_raw(w, STR("{\"x\":1}"));
    json_key(w, STR("f"));
    json_bool(w, false);
    json_end(w);
    json_end(w);
}

static void assert_written(enum json_style style, const char *want)
{
    AUTO(buf) out = BUF_INIT;
    struct json_writer w;

    json_begin(&w, &out, style);
    write_sample(&w);
    assert_int_equal(json_finish(&w), 0);
    assert_string_equal(out.p, want);
}

static void both_styles(void **state)
{
    (void)state;
    assert_written(JSON_COMPACT,
                   "{\"s\":\"a\\\"b\",\"n\":-7,\"t\":true,\"list\":[0,82.6,null,[],{}],"
                   "\"o\":{\"raw\":{\"x\":1},\"f\":false}}");
    assert_written(JSON_PRETTY, "{\n"
                                "  \"s\": \"a\\\"b\",\n"
                                "  \"n\": -7,\n"
                                "  \"t\": true,\n"
                                "  \"list\": [\n"
                                "    0,\n"
                                "    82.6,\n"
                                "    null,\n"
                                "    [],\n"
                                "    {}\n"
                                "  ],\n"
                                "  \"o\": {\n"
                                "    \"raw\": {\"x\":1},\n"
                                "    \"f\": false\n"
                                "  }\n"
                                "}");
}

static void written_text_reads_back(void **state)
{
    struct limits lim = limits_default();
    AUTO(arena) a = ARENA(lim.memory);
    AUTO(buf) out = BUF_INIT;
    struct json_writer w;
    struct doc doc;
    int64_t n = 0;

    (void)state;
    json_begin(&w, &out, JSON_PRETTY);
    write_sample(&w);
    assert_int_equal(json_finish(&w), 0);
    assert_int_equal(json_parse(buf_str(&out), JSON_STRICT, &lim, &a, &doc, NULL), 0);
    assert_true(str_eq(node_str(&doc, doc_root(&doc), STR("s")), STR("a\"b")));
    assert_int_equal(node_i64(&doc, doc_find(&doc, STR("/n")), &n), 0);
    assert_int_equal(n, -7);
    assert_int_equal(doc_find(&doc, STR("/list"))->count, 5);
}

static void assert_literal(struct str s, struct str want)
{
    AUTO(buf) out = BUF_INIT;

    buf_add_json(&out, s);
    assert_int_equal(buf_result(&out), 0);
    if (!str_eq(buf_str(&out), want))
        fail_msg("got " STR_FMT ", want " STR_FMT, STR_ARG(buf_str(&out)), STR_ARG(want));
}

static void escapes_are_the_shortest(void **state)
{
    (void)state;
    assert_literal(STR_NULL, STR("\"\""));
    assert_literal(STR("plain/text and more of it"), STR("\"plain/text and more of it\""));
    assert_literal(STR("\b\f\n\r\t\"\\"), STR("\"\\b\\f\\n\\r\\t\\\"\\\\\""));
    assert_literal(STR("a\0b\x1f\x7f"), STR("\"a\\u0000b\\u001f\x7f\""));
    assert_literal(STR("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
                   STR("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\""));
}

static void invalid_utf8_is_replaced_bytewise(void **state)
{
    (void)state;
    assert_literal(STR("a\xff"
                       "b"),
                   STR("\"a\xef\xbf\xbd"
                       "b\""));
    assert_literal(STR("\xc2\x9b"
                       "31m\u202e\ufeff\U000e0041\u00e9"),
                   STR("\"\\u009b31m\\u202e\\ufeff\\udb40\\udc41\u00e9\""));
    assert_literal(STR("\xe2\x82"), STR("\"\xef\xbf\xbd\xef\xbf\xbd\""));
    assert_literal(STR("\xed\xa0\x80"), STR("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""));
}

static void assert_number(int64_t v, bool tenths, const char *want)
{
    AUTO(buf) out = BUF_INIT;
    struct json_writer w;

    json_begin(&w, &out, JSON_COMPACT);
    if (tenths)
        json_tenths(&w, v);
    else
        json_int(&w, v);
    assert_int_equal(json_finish(&w), 0);
    assert_string_equal(out.p, want);
}

static void numbers_at_the_edges(void **state)
{
    (void)state;
    assert_number(0, false, "0");
    assert_number(INT64_MAX, false, "9223372036854775807");
    assert_number(INT64_MIN, false, "-9223372036854775808");
    assert_number(826, true, "82.6");
    assert_number(830, true, "83");
    assert_number(5, true, "0.5");
    assert_number(-5, true, "-0.5");
    assert_number(0, true, "0");
    assert_number(INT64_MIN, true, "-922337203685477580.8");
}

/* Each letter is one call: { [ object array, } end, k key, v value. */
static int write_calls(const char *calls, struct buf *out)
{
    struct json_writer w;

    json_begin(&w, out, JSON_COMPACT);
    for (; *calls; calls++) {
        switch (*calls) {
        case '{': json_object(&w); break;
        case '[': json_array(&w); break;
        case '}': json_end(&w); break;
        case 'k': json_key(&w, STR("k")); break;
        default: json_int(&w, 1); break;
        }
    }
    return json_finish(&w);
}

static void mistakes_are_noticed(void **state)
{
    static const char *const wrong[] = {"",    "{",     "}",   "[v",   "{v}", "{k}",
                                        "{kk", "[k}",   "k",   "vv",   "{}}", "{}{}",
                                        "{}v", "{kvv}", "{kv", "{k{}", "[[}"};
    static const char *const right[] = {"v", "{}", "[}", "{kvkv}", "[vv[}{}}", "{k{k[v}}}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        AUTO(buf) out = BUF_INIT;
        if (write_calls(wrong[i], &out) != E_BUG)
            fail_msg("taken: %s", wrong[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(right); i++) {
        AUTO(buf) out = BUF_INIT;
        if (write_calls(right[i], &out))
            fail_msg("refused: %s", right[i]);
    }
}

static void depth_is_bounded(void **state)
{
    char calls[2 * JSON_WRITER_DEPTH + 1] = {0};
    AUTO(buf) out = BUF_INIT;

    (void)state;
    memset(calls, '[', JSON_WRITER_DEPTH - 1);
    memset(calls + JSON_WRITER_DEPTH - 1, '}', JSON_WRITER_DEPTH - 1);
    assert_int_equal(write_calls(calls, &out), 0);
    memset(calls, '[', JSON_WRITER_DEPTH);
    memset(calls + JSON_WRITER_DEPTH, '}', JSON_WRITER_DEPTH);
    assert_int_equal(write_calls(calls, &out), E_BUG);
}

static void buffer_failures_are_reported(void **state)
{
    AUTO(buf) capped = BUF_CAPPED(20);
    struct json_writer w;
    int rc = E_NOMEM;

    (void)state;
    json_begin(&w, &capped, JSON_COMPACT);
    write_sample(&w);
    assert_int_equal(json_finish(&w), E_LIMIT);
    for (size_t n = 1; rc; n++) {
        AUTO(buf) out = BUF_INIT;
        mem_fail_after(n);
        json_begin(&w, &out, JSON_PRETTY);
        write_sample(&w);
        rc = json_finish(&w);
        mem_fail_after(0);
        assert_true(rc == 0 || (rc == E_NOMEM && n < 100));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_styles),
        cmocka_unit_test(written_text_reads_back),
        cmocka_unit_test(escapes_are_the_shortest),
        cmocka_unit_test(invalid_utf8_is_replaced_bytewise),
        cmocka_unit_test(numbers_at_the_edges),
        cmocka_unit_test(mistakes_are_noticed),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(buffer_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
