/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the JSON reader keeps its limits, says where it failed and keeps what it read. */
#include "formats/json_test.h"

static void errors_say_where(void **state)
{
    struct run *t = *state;

    assert_int_equal(parse(t, STR("{\n  \"\xc3\xa9\xf0\x9f\x98\x80\": x\n}"), JSON_STRICT),
                     E_PARSE);
    assert_int_equal(t->d.line, 2);
    assert_int_equal(t->d.column, 9);
    assert_int_equal(parse(t, STR("[1,\n {\"a\": 1"), JSON_STRICT), E_PARSE);
    assert_int_equal(t->d.line, 2);
    assert_string_equal(t->d.text, "input ends inside an array or object");
    assert_int_equal(parse(t, STR("[1,\n {\"a\": 1 "), JSON_STRICT), E_PARSE);
    assert_string_equal(t->d.text, "input ends inside the object that opens at 2:2");
    assert_int_equal(parse(t, STR("[\n\"abc"), JSON_STRICT), E_PARSE);
    assert_true(t->d.line == 2 && t->d.column == 1);
    assert_int_equal(json_parse(STR("[x"), JSON_STRICT, &t->lim, &t->a, &t->doc, NULL), E_PARSE);
}

/* n times `part`, then `rest`. */
static struct str repeat(struct arena *a, const char *part, size_t n, const char *rest)
{
    size_t each = strlen(part), tail = strlen(rest);
    char *p = arena_alloc(a, each * n + tail + 1);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        memcpy(p + i * each, part, each);
    memcpy(p + n * each, rest, tail);
    return str_n(p, n * each + tail);
}

static void deep_nesting_hits_the_limit(void **state)
{
    struct run *t = *state;
    AUTO(arena) a = ARENA(64 << 20);

    t->lim.depth = 3;
    assert_int_equal(parse(t, STR("[[[1]]]"), JSON_STRICT), 0);
    assert_int_equal(parse(t, STR("[[{\"a\":[]}]]"), JSON_STRICT), E_LIMIT);
    assert_non_null(strstr(t->d.text, "deeper than the limit of 3"));
    assert_int_equal(t->d.column, 8);
    t->lim.depth = SIZE_MAX; /* rows count depth in 16 bits */
    assert_int_equal(parse(t, repeat(&a, "[", 100000, ""), JSON_STRICT), E_LIMIT);
    assert_int_equal(parse(t, repeat(&a, "[{\"a\":", 50000, ""), JSON_STRICT), E_LIMIT);
    assert_int_equal(parse_part(t, repeat(&a, "[", 60000, "")), E_PARSE);
    assert_int_equal(t->doc.n, 60000);
    assert_true(doc_sound(&t->doc));
}

static void limits_are_named(void **state)
{
    struct run *t = *state;

    t->lim.items = 3;
    assert_int_equal(parse(t, STR("[1,2]"), JSON_STRICT), 0);
    assert_int_equal(parse(t, STR("[1,2,3]"), JSON_STRICT), E_LIMIT);
    assert_non_null(strstr(t->d.text, "more items than the limit of 3"));
    t->lim.string_bytes = 4;
    assert_int_equal(parse(t, STR("[\"abcd\",\"ab\\u0041d\"]"), JSON_STRICT), 0);
    assert_int_equal(parse(t, STR("\"abcde\""), JSON_STRICT), E_LIMIT);
    assert_non_null(strstr(t->d.text, "string"));
    assert_int_equal(parse(t, STR("{\"abcde\":1}"), JSON_STRICT), E_LIMIT);
    assert_int_equal(parse(t, STR("\"abcd\\n\""), JSON_STRICT), E_LIMIT);
    assert_int_equal(parse(t, STR("\"\\nabcd\""), JSON_STRICT), E_LIMIT);
    t->lim.bytes = 5;
    assert_int_equal(parse(t, STR("[1,2]"), JSON_STRICT), 0);
    assert_int_equal(parse(t, STR("[1,2] "), JSON_STRICT), E_LIMIT);
    assert_non_null(strstr(t->d.text, "6 bytes, the limit is 5"));
    /* A byte order mark does not count. */
    assert_int_equal(parse(t, STR("\xef\xbb\xbf[1,2]"), JSON_TOLERANT), 0);
}

static void arena_limit_is_named(void **state)
{
    struct run *t = *state;
    AUTO(arena) a = ARENA(1 << 20), small = ARENA(20000);
    struct str text = repeat(&a, "1,\"\\n\",", 1000, "0]");

    memcpy((char *)text.p, "[1,1,1,", 7);
    assert_int_equal(json_parse(text, JSON_STRICT, &t->lim, &small, &t->doc, &t->d), E_LIMIT);
    assert_non_null(strstr(t->d.text, "memory than the limit of 20000"));
    assert_true(t->d.column > 1);
    assert_null(t->doc.nodes);
}

static const char sample[] =
    "{\"servers\": {\"a\\u002fb\": {\"args\": [\"-y\", 1.5e3, true, null], \"\": {}}, "
    "\"k\": \"\\ud83d\\ude00 \xe2\x82\xac\"}, \"n\": -12 }";

static void every_cut_is_an_error(void **state)
{
    struct run *t = *state;
    size_t n = sizeof(sample) - 1;

    assert_int_equal(parse(t, str_z(sample), JSON_STRICT), 0);
    for (size_t cut = 0; cut < n; cut++) {
        struct str head = str_n(sample, cut);
        assert_int_equal(parse(t, head, JSON_STRICT), E_PARSE);
        assert_int_equal(parse(t, head, JSON_TOLERANT), E_PARSE);
        assert_int_equal(parse_part(t, head), E_PARSE);
        assert_true(doc_sound(&t->doc) && t->doc.n <= 11);
        assert_true((cut > 0) == (t->doc.n > 0));
    }
}

static void every_flipped_byte_is_survived(void **state)
{
    struct run *t = *state;
    char copy[256];
    size_t n = sizeof(sample) - 1;

    assert_true(n < sizeof(copy));
    for (size_t i = 0; i < n * 256; i++) {
        memcpy(copy, sample, n);
        copy[i / 256] = (char)(i % 256);
        int rc = parse_part(t, str_n(copy, n));
        assert_true(rc == 0 || rc == E_PARSE);
        assert_true(doc_sound(&t->doc));
    }
}

static void partial_keeps_what_is_complete(void **state)
{
    struct run *t = *state;

    assert_int_equal(
        parse_part(t, STR("{\"a\":{\"x\":1,\"y\":[true,\"z\"]},\"b\":[1,oops],\"c\":3}")), E_PARSE);
    assert_int_equal(t->d.column, 36);
    assert_true(doc_sound(&t->doc));
    assert_str(at(t, "/a/y/1"), "z");
    assert_str(at(t, "/b/0"), "1");
    assert_int_equal(doc_find(&t->doc, STR("/b"))->end, 35);
    assert_null(doc_find(&t->doc, STR("/c")));
    /* A key without its value, half a string and half a number are not complete. */
    assert_int_equal(parse_part(t, STR("{\"a\":1,\"b\":")), E_PARSE);
    assert_int_equal(t->doc.n, 2);
    assert_int_equal(parse_part(t, STR("[1,\"two")), E_PARSE);
    assert_int_equal(t->doc.n, 2);
    assert_int_equal(parse_part(t, STR("[1,2")), E_PARSE);
    assert_int_equal(t->doc.n, 2);
    assert_int_equal(parse_part(t, STR("{\"a\":[1]} rest")), E_PARSE);
    assert_int_equal(t->doc.n, 3);
    assert_int_equal(parse_part(t, STR("oops")), E_PARSE);
    assert_null(doc_root(&t->doc));
}

static void partial_stops_at_limits(void **state)
{
    struct run *t = *state;

    t->lim.items = 4;
    assert_int_equal(parse_part(t, STR("[1,[2,3,4]]")), E_LIMIT);
    assert_int_equal(t->doc.n, 4);
    assert_true(doc_sound(&t->doc));
    t->lim.bytes = 6;
    assert_int_equal(parse_part(t, STR("[1,\"abc\"]")), E_LIMIT);
    assert_int_equal(t->doc.n, 2);
    assert_non_null(strstr(t->d.text, "the limit is 6"));
    assert_int_equal(parse_part(t, STR("[1,2] ]")), E_LIMIT);
    assert_int_equal(t->doc.n, 3);
}

static void duplicates_are_counted(void **state)
{
    struct run *t = *state;
    AUTO(buf) b = BUF_INIT;

    assert_int_equal(
        parse(t, STR("{\"a\":1,\"b\":{\"c\":1,\"\\u0063\":2,\"c\":3},\"a\":4}"), JSON_STRICT), 0);
    assert_int_equal(t->doc.duplicates, 3);
    assert_int_equal(t->doc.first_duplicate, 4);
    assert_str(at(t, "/a"), "4");
    assert_str(at(t, "/b/c"), "3");
    assert_int_equal(parse(t, STR("[{\"a\":1},{\"a\":1},\"a\",\"a\"]"), JSON_STRICT), 0);
    assert_int_equal(t->doc.duplicates, 0);
    /* Large objects take another way. */
    buf_add(&b, STR("{\"k7\":0"));
    for (int i = 0; i < 300; i++)
        buf_addf(&b, ",\"k%d\":%d", i, i);
    buf_add(&b, STR(",\"k\\u0038\":{}}"));
    assert_int_equal(parse(t, buf_str(&b), JSON_STRICT), 0);
    assert_int_equal(t->doc.duplicates, 2);
    assert_int_equal(t->doc.first_duplicate, 9);
    assert_true(node_is(doc_find(&t->doc, STR("/k8")), NODE_OBJECT));
}

static void failed_allocation_is_reported(void **state)
{
    struct run *t = *state;
    AUTO(buf) b = BUF_INIT;
    size_t n = 0;
    int rc = E_NOMEM;

    buf_add(&b, STR("{\"k\":\"\\n\""));
    for (int i = 0; i < 3000; i++)
        buf_addf(&b, ",\"k\\u0030%d\":[%d,{\"deep\":\"\\t\"}]", i, i);
    buf_addc(&b, '}');
    while (rc) {
        AUTO(arena) a = ARENA(0), a2 = ARENA(0);
        struct doc doc = {0}, part = {0};
        struct diag d = {0};
        mem_fail_after(++n);
        rc = json_parse(buf_str(&b), JSON_STRICT, &t->lim, &a, &doc, &d);
        mem_fail_after(n);
        int rc2 = json_parse_partial(buf_str(&b), JSON_STRICT, &t->lim, &a2, &part, &d);
        mem_fail_after(0);
        assert_true(rc == 0 || (rc == E_NOMEM && !doc.nodes && d.code == E_NOMEM));
        assert_true(rc2 == rc && !part.nodes == !!rc);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(errors_say_where, begin, end),
        cmocka_unit_test_setup_teardown(deep_nesting_hits_the_limit, begin, end),
        cmocka_unit_test_setup_teardown(limits_are_named, begin, end),
        cmocka_unit_test_setup_teardown(arena_limit_is_named, begin, end),
        cmocka_unit_test_setup_teardown(every_cut_is_an_error, begin, end),
        cmocka_unit_test_setup_teardown(every_flipped_byte_is_survived, begin, end),
        cmocka_unit_test_setup_teardown(partial_keeps_what_is_complete, begin, end),
        cmocka_unit_test_setup_teardown(partial_stops_at_limits, begin, end),
        cmocka_unit_test_setup_teardown(duplicates_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(failed_allocation_is_reported, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
