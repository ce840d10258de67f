/* SPDX-License-Identifier: Apache-2.0 */
/* Checks values, places, redefinition rules, limits and failures of the TOML reader. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/doc_check.h"
#include "formats/toml.h"
#include "base/mem.h"

static struct arena memory = ARENA(0);
static struct doc doc;
static struct diag diag;

static int parse_with(struct str text, const struct limits *lim)
{
    arena_done(&memory);
    memory = (struct arena)ARENA(lim->memory);
    diag_clear(&diag);
    return toml_parse(text, lim, &memory, &doc, &diag);
}

static int parse(const char *text)
{
    struct limits lim = limits_default();

    return parse_with(str_z(text), &lim);
}

static void accept(const char *text)
{
    if (parse(text))
        fail_msg("%u:%u %s in: %s", diag.line, diag.column, diag.text, text);
    if (!doc_sound(&doc))
        fail_msg("unsound: %s", text);
}

static void refuse(const char *text, unsigned line, unsigned column, const char *says)
{
    int rc = parse(text);

    if (rc != E_PARSE || diag.line != line || diag.column != column ||
        !str_has(str_z(diag.text), str_z(says)))
        fail_msg("%d at %u:%u '%s', want %u:%u '%s' in: %s", rc, diag.line, diag.column, diag.text,
                 line, column, says, text);
}

static const struct node *at(const char *pointer)
{
    const struct node *n = doc_find(&doc, str_z(pointer));

    if (!n)
        fail_msg("no node at %s", pointer);
    return n;
}

static void expect_str(struct str got, const char *want)
{
    if (!str_eq_z(got, want))
        fail_msg("got '" STR_FMT "', want '%s'", STR_ARG(got), want);
}

static void expect(const char *pointer, enum node_type type, const char *text)
{
    const struct node *n = at(pointer);

    if (n->type != type)
        fail_msg("%s has type %d, want %d", pointer, n->type, type);
    expect_str(node_text(&doc, n), text);
}

static void expect_source(const char *pointer, const char *want)
{
    const struct node *n = at(pointer);

    expect_str(str_sub(doc.text, n->off, n->end), want);
}

/* One value on its own: accepted as `type` with its text as written, or refused (type NODE_NULL).
 */
static void value_is(const char *text, enum node_type type)
{
    char line[128];

    snprintf(line, sizeof(line), "k = %s # c\n", text);
    if (type == NODE_NULL) {
        assert_int_equal(parse(line), E_PARSE);
        return;
    }
    accept(line);
    expect("/k", type, text);
    expect_source("/k", text);
}

static void numbers(void **state)
{
    static const char *const good[] = {
        "0",          "-0",          "+99",     "1_000",     "5_349_221", "9223372036854775807",
        "0xDEADBEEF", "0xdead_beef", "0o01234", "0b1101",    "1.0",       "-0.01",
        "5e+22",      "1e06",        "-2E-2",   "6.626e-34", "9_2.3_4",   "inf",
        "+inf",       "-inf",        "nan",     "-nan",      "0e0",       "0.0"};
    static const char *const bad[] = {"01",   "-01",  "1_",  "_1",  "1__0", "0x", "0xg", "0o8",
                                      "0b2",  "+0x1", "1.",  ".5",  "1.e1", "1e", "1e+", "1_.0",
                                      "1._0", "1e_1", "0_1", "0X1", "Inf",  "+",  "-",   "1.2.3",
                                      "03.1", "0x_1", "++1", "e1",  "1 2",  "0b"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        value_is(good[i], NODE_NUMBER);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        value_is(bad[i], NODE_NULL);
}

static void dates(void **state)
{
    static const char *const good[] = {"1979-05-27T07:32:00Z",
                                       "1979-05-27T00:32:00.999999-07:00",
                                       "1979-05-27t07:32:00z",
                                       "1979-05-27 07:32:00+23:59",
                                       "1979-05-27T07:32:00",
                                       "1979-05-27 00:32:00.5",
                                       "1979-05-27",
                                       "2000-02-29",
                                       "2024-02-29",
                                       "07:32:00",
                                       "23:59:60",
                                       "00:32:00.999999"};
    static const char *const bad[] = {"1979-13-01",
                                      "1979-00-01",
                                      "1979-01-00",
                                      "1979-04-31",
                                      "1900-02-29",
                                      "2023-02-29",
                                      "1979-1-01",
                                      "79-01-01",
                                      "24:00:00",
                                      "00:60:00",
                                      "00:00:61",
                                      "07:32",
                                      "07:32:00.",
                                      "1979-05-27T",
                                      "1979-05-27T07:32Z",
                                      "1979-05-27T07:32:00+24:00",
                                      "1979-05-27T07:32:00+0700",
                                      "07:32:00Z",
                                      "1979-05-27  07:32:00",
                                      "1979-05-27 07:32:00 Z",
                                      "1979-05-27x07:32:00",
                                      "1979-05-27T07:32:00-07:60"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        value_is(good[i], NODE_STRING);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        value_is(bad[i], NODE_NULL);
}

static void booleans(void **state)
{
    bool v = false;

    (void)state;
    accept("a = true\nb = false");
    assert_int_equal(node_bool(at("/a"), &v), OK);
    assert_true(v);
    assert_int_equal(node_bool(at("/b"), &v), OK);
    assert_false(v);
    refuse("a = True", 1, 5, "quote it");
    refuse("a = truex", 1, 5, "quote it");
}

static void strings(void **state)
{
    (void)state;
    accept("a = \"x\\b\\t\\n\\f\\r\\\"\\\\\\u00e9\\U0001F600y\"\nb = 'C:\\x\\'\nc = \"\"\nd = ''\n"
           "e = \"\"\"\nl1\n  \"q\" \"\"l2\\\n   \n\t  l3\"\"\"\nf = '''\n'a' ''b''\\'''\n"
           "g = \"\"\"\"two\"\"\"\"\"\nh = ''''x''''\ni = \"\"\"a\\  \n  \"\"\"\nj = "
           "\"caf\xc3\xa9\t#\"\n");
    expect("/a", NODE_STRING, "x\b\t\n\f\r\"\\\xc3\xa9\xf0\x9f\x98\x80y");
    expect("/b", NODE_STRING, "C:\\x\\");
    expect("/c", NODE_STRING, "");
    expect("/d", NODE_STRING, "");
    expect("/e", NODE_STRING, "l1\n  \"q\" \"\"l2l3");
    expect("/f", NODE_STRING, "'a' ''b''\\");
    expect("/g", NODE_STRING, "\"two\"\"");
    expect("/h", NODE_STRING, "'x'");
    expect("/i", NODE_STRING, "a");
    expect("/j", NODE_STRING, "caf\xc3\xa9\t#");
    expect_source("/h", "''''x''''");
    /* Only what had to be decoded is copied. */
    assert_int_equal(at("/a")->flags, NODE_VALUE_COOKED);
    assert_int_equal(at("/f")->flags, 0);
    assert_int_equal(at("/j")->flags, 0);
}

static void malformed_strings(void **state)
{
    (void)state;
    refuse("a = \"x", 1, 5, "not closed");
    refuse("\na = \"x\ny\"", 2, 7, "end of its line");
    refuse("a = 'x\n'", 1, 7, "end of its line");
    refuse("a = \"\"\"x\"\"", 1, 5, "not closed");
    refuse("a = '''x''", 1, 5, "not closed");
    refuse("a = \"\xc3\xa9\\q\"", 1, 7, "unknown escape");
    refuse("a = \"\\x41\"", 1, 6, "unknown escape");
    refuse("a = \"\\u12g4\"", 1, 6, "hexadecimal");
    refuse("a = \"\\u12\"", 1, 6, "hexadecimal");
    refuse("a = \"\\ud800\"", 1, 6, "scalar value");
    refuse("a = \"\\U00110000\"", 1, 6, "scalar value");
    refuse("a = \"\x01\"", 1, 6, "control character");
    refuse("a = '\x7f'", 1, 6, "control character");
    refuse("a = \"x\ry\"", 1, 7, "control character");
    refuse("a = \"\"\"\ny\\ z\"\"\"", 2, 3, "unknown escape");
    refuse("a = \"\"\"x\"\"\"\"\"\"", 1, 14, "end of the line");
    refuse("a = \"\\", 1, 5, "not closed");
    refuse("# \x01", 1, 3, "control character");
    refuse("a = 1 # \x7f", 1, 9, "control character");
    refuse("a = 1\nb = '\xc3\xa9\xff'", 2, 7, "UTF-8");
    refuse("\xed\xa0\x80 = 1", 1, 1, "UTF-8");
}

static void keys(void **state)
{
    (void)state;
    accept("bare_key-1 = 1\n1234 = 2\n\"quo ted\" = 3\n'li\\t' = 4\n\"\" = 5\n\"\\u00e9\" = 6\n"
           "a . \"b.c\" .d = 7\n3.14 = 8\na.x=9\n");
    expect("/bare_key-1", NODE_NUMBER, "1");
    expect("/1234", NODE_NUMBER, "2");
    expect("/quo ted", NODE_NUMBER, "3");
    expect("/li\\t", NODE_NUMBER, "4");
    expect("/", NODE_NUMBER, "5");
    expect("/\xc3\xa9", NODE_NUMBER, "6");
    expect("/a/b.c/d", NODE_NUMBER, "7");
    expect("/3/14", NODE_NUMBER, "8");
    expect("/a/x", NODE_NUMBER, "9");
    expect_str(str_sub(doc.text, at("/a/b.c/d")->key_at, at("/a/b.c/d")->end), "d = 7");
    refuse("= 1", 1, 1, "expected a key");
    refuse("a. = 1", 1, 4, "expected a key");
    refuse(".a = 1", 1, 1, "expected a key");
    refuse("a b = 1", 1, 3, "expected '='");
    refuse("a", 1, 2, "expected '='");
    refuse("a = ", 1, 5, "expected a value");
    refuse("a = # c", 1, 5, "expected a value");
    refuse("a = 1 b = 2", 1, 7, "end of the line");
    refuse("\xc3\xa9 = 1", 1, 1, "expected a key");
    refuse("\"\"\"a\"\"\" = 1", 1, 3, "expected '='");
    refuse("a = 1\r", 1, 6, "end of the line");
    refuse("a = 1\n\r b", 2, 1, "expected a key");
}

static void tables(void **state)
{
    struct mark m;

    (void)state;
    accept(
        "top = 1\n[ a . \"b\" ] # c\nx = 1\n[a]\ny = 2\n[a.b.c]\nz = 3\n[[l]]\nn = 1\n[l.sub]\nq = "
        "1\n"
        "[[l]]\nn = 2\n[[l.deep]]\n[[l.deep]]\nw = 5\n[d]\ne.f.g = 1\ne.f.h = 2\n[d.e.i]\nj = 3\n");
    expect("/top", NODE_NUMBER, "1");
    expect("/a/b/x", NODE_NUMBER, "1");
    expect("/a/y", NODE_NUMBER, "2");
    expect("/a/b/c/z", NODE_NUMBER, "3");
    expect("/l/0/sub/q", NODE_NUMBER, "1");
    expect("/l/1/n", NODE_NUMBER, "2");
    expect("/l/1/deep/1/w", NODE_NUMBER, "5");
    expect("/d/e/f/h", NODE_NUMBER, "2");
    expect("/d/e/i/j", NODE_NUMBER, "3");
    assert_int_equal(at("/l")->type, NODE_ARRAY);
    assert_int_equal(at("/l")->count, 2);
    assert_int_equal(at("")->count, 4);
    expect_source("/a", "[a]");
    expect_source("/a/b", "[ a . \"b\" ]");
    expect_source("/l/1", "[[l]]");
    m = node_mark(&doc, at("/l/1"));
    assert_int_equal(m.line, 12);
    m = node_key_mark(&doc, at("/a/b"));
    assert_int_equal(m.line, 2);
    assert_int_equal(m.column, 7);
    refuse("[a", 1, 3, "expected ']'");
    refuse("[a]]", 1, 4, "end of the line");
    refuse("[[a]", 1, 4, "expected ']]'");
    refuse("[[a] ]", 1, 4, "expected ']]'");
    refuse("[]", 1, 2, "expected a key");
    refuse("[a.]", 1, 4, "expected a key");
    refuse("[a] b = 1", 1, 5, "end of the line");
    refuse("[a\n]", 1, 3, "expected ']'");
}

static void arrays_and_inline_tables(void **state)
{
    (void)state;
    accept("a = [ ]\nb = [1, [2, 'x'], # c\n\n  { k = 1, s.t = [3] } , ] # d\nc = { }\n"
           "d = {e.f = 1, e.g = 2, \"h\" = {}}\ni = [[[[]]]]\r\n");
    assert_int_equal(at("/a")->count, 0);
    assert_int_equal(at("/b")->count, 3);
    expect("/b/1/1", NODE_STRING, "x");
    expect("/b/2/s/t/0", NODE_NUMBER, "3");
    expect("/d/e/g", NODE_NUMBER, "2");
    assert_int_equal(at("/d/h")->type, NODE_OBJECT);
    expect_source("/b/2", "{ k = 1, s.t = [3] }");
    expect_source("/i", "[[[[]]]]");
    refuse("a = [1 2]", 1, 8, "expected ',' or ']'");
    refuse("a = [1,,2]", 1, 8, "expected a value");
    refuse("a = [,]", 1, 6, "expected a value");
    refuse("a = [1\n", 2, 1, "expected ',' or ']'");
    refuse("a = {b = 1,}", 1, 12, "expected a key");
    refuse("a = {b = 1\n}", 1, 11, "same line");
    refuse("a = {\n}", 1, 6, "expected a key");
    refuse("a = {b}", 1, 7, "expected '='");
    refuse("a = {b = 1 c = 2}", 1, 12, "expected ',' or '}'");
    refuse("a = [1]]", 1, 8, "end of the line");
    refuse("a = [1}", 1, 7, "expected ',' or ']'");
}

static void redefinition(void **state)
{
    (void)state;
    refuse("a = 1\na = 2", 2, 1, "line 1");
    refuse("a = 1\n\"\\u0061\" = 2", 2, 1, "line 1");
    refuse("[a]\n[b]\n[a]", 3, 2, "line 1");
    refuse("[a]\nb = 1\n[a.b]", 3, 4, "line 2");
    refuse("[a]\nb = 1\n[a.b.c]", 3, 4, "line 2");
    refuse("[a.b]\n[a]\nb = 1", 3, 1, "line 1");
    refuse("a.b = 1\n[a]", 2, 2, "line 1");
    refuse("[x]\na.b.c = 1\n[x.a.b]", 3, 6, "line 2");
    refuse("[a.b.c]\nz = 1\n[a]\nb.c.t = 2", 4, 3, "line 1");
    refuse("a.b = 1\na = 2", 2, 1, "line 1");
    refuse("a = 1\na.b = 2", 2, 1, "line 1");
    refuse("a = {b = 1}\na.c = 2", 2, 1, "line 1");
    refuse("a = {b = 1}\n[a]", 2, 2, "line 1");
    refuse("a = {b = 1}\n[a.c]", 2, 2, "line 1");
    refuse("a = {b.c = 1, b.c = 2}", 1, 17, "line 1");
    refuse("a = {b = {}, b.c = 2}", 1, 14, "line 1");
    refuse("a = []\n[[a]]", 2, 3, "line 1");
    refuse("a = [{}]\n[a.b]", 2, 2, "line 1");
    refuse("[a]\n[[a]]", 2, 3, "line 1");
    refuse("[[a]]\n[a]", 2, 2, "line 1");
    refuse("[a.b]\n[[a]]", 2, 3, "line 1");
    refuse("[[a.b]]\n[a]\nb.c = 1", 3, 1, "line 1");
    refuse("[a.b.c]\n[a]\nb.x = 1\n[a.b]", 4, 4, "line 1");
    /* Near misses: all of these are allowed. */
    accept("[a.b]\n[a]\nc = 1\n[a.d]\n");
    accept("[a.b.c]\n[a]\nb.x = 1\n");
    accept("[[a]]\n[a.b]\n[[a]]\n[a.b]\n");
    accept("a.b = 1\nc = 2\na.d = 3\n");
    accept("[x]\na.b = 1\n[x.a.c]\nd = 1\n");
    accept("[a]\nb = 1\n[c]\nb = 1\n");
}

static void places(void **state)
{
    (void)state;
    assert_int_equal(parse(""), OK);
    assert_int_equal(at("")->type, NODE_OBJECT);
    accept("\xef\xbb\xbf"
           "a = 1\r\nb = \"\"\"\r\nx\r\ny\"\"\"\r\n");
    assert_int_equal(doc.bom, 3);
    assert_int_equal(at("/a")->key_at, 0);
    expect("/b", NODE_STRING, "x\r\ny");
    accept("k = '\xc3\xa9' # \xe2\x82\xac\n'\xc3\xa9' . x = [ \"\xc3\xa9\" ]\n");
    expect_source("/\xc3\xa9/x/0", "\"\xc3\xa9\"");
    assert_int_equal(node_mark(&doc, at("/\xc3\xa9/x/0")).column, 13);
    expect_source("/\xc3\xa9", "'\xc3\xa9'");
}

static void nested(char *text, size_t n, const char *start, const char *unit)
{
    size_t from = strlen(start);

    memcpy(text, start, from);
    for (size_t i = from; i < n; i++)
        text[i] = unit[(i - from) % strlen(unit)];
    text[n] = 0;
}

static void limits(void **state)
{
    static char text[300000];
    struct limits lim = limits_default();

    (void)state;
    nested(text, sizeof(text) - 1, "a = ", "[");
    assert_int_equal(parse(text), E_LIMIT);
    nested(text, sizeof(text) - 1, "", "a.");
    assert_int_equal(parse(text), E_LIMIT);
    nested(text, sizeof(text) - 1, "[", "a.");
    assert_int_equal(parse(text), E_LIMIT);
    nested(text, sizeof(text) - 1, "a = ", "{a=");
    assert_int_equal(parse(text), E_LIMIT);
    lim.depth = 65535; /* depth costs no stack */
    nested(text, 60000, "a = ", "[");
    assert_int_equal(parse_with(str_z(text), &lim), E_PARSE);
    lim = limits_default();
    lim.depth = 3;
    assert_int_equal(parse_with(STR("a = [[1]]"), &lim), OK);
    assert_int_equal(parse_with(STR("a = [[[1]]]"), &lim), E_LIMIT);
    assert_int_equal(diag.column, 7);
    lim = limits_default();
    lim.items = 3;
    assert_int_equal(parse_with(STR("a = 1\nb = 2"), &lim), OK);
    assert_int_equal(parse_with(STR("a = 1\nb = 2\nc = 3"), &lim), E_LIMIT);
    lim = limits_default();
    lim.string_bytes = 4;
    assert_int_equal(parse_with(STR("a = 'abcd'"), &lim), OK);
    assert_int_equal(parse_with(STR("a = 'abcde'"), &lim), E_LIMIT);
    assert_int_equal(parse_with(STR("a = \"abc\\n\""), &lim), E_LIMIT);
    lim = limits_default();
    lim.bytes = 5;
    assert_int_equal(parse_with(STR("a = 1"), &lim), OK);
    assert_int_equal(parse_with(STR("a = 12"), &lim), E_LIMIT);
    lim = limits_default();
    lim.memory = 600;
    assert_int_equal(parse_with(STR("a = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), &lim),
                     E_LIMIT);
    lim.memory = 50;
    assert_int_equal(parse_with(STR("a = 1"), &lim), E_LIMIT);
}

static const char everything[] = "\xef\xbb\xbf# c \xc3\xa9\r\na = \"x\\u00e9\\n\" # d\nb.\"c "
                                 "d\".'e' = 'lit'\nf = [1, 2.5e3, {g = true, h.i = []},\n"
                                 "# x\n1979-05-27 07:32:00Z,]\n[t.u]\nv = \"\"\"\n\"\"q\\\n  "
                                 "r\"\"\"\"\"\n[[t.w]]\nx = '''\n'y' '''\n[[t.w]]\n"
                                 "[t]\nz = 0xF_f\n[t.w.s]\nd = 07:32:00.5\n";

static void pointers_name_elements(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    accept("[[t]]\na = 1\n[x]\n[[t]]\nb = [1, [2, 3]]\n[[t.u]]\nc = {d = 4}\n");
    for (uint32_t i = 0; i < doc.n; i++) {
        buf_clear(&b);
        node_pointer(&doc, &doc.nodes[i], &b);
        assert_ptr_equal(doc_find(&doc, buf_str(&b)), &doc.nodes[i]);
    }
}

/* Each prefix, in memory of exactly its size, is read or refused without harm. */
static void truncation(void **state)
{
    size_t n = sizeof(everything) - 1, good = 0;

    (void)state;
    for (size_t cut = 0; cut <= n; cut++) {
        char *text = mem_alloc(cut ? cut : 1);
        struct limits lim = limits_default();
        assert_non_null(text);
        memcpy(text, everything, cut);
        int rc = parse_with(str_n(text, cut), &lim);
        assert_true(rc == OK || rc == E_PARSE);
        if (rc == OK)
            assert_true(doc_sound(&doc));
        good += rc == OK;
        mem_free(text);
    }
    assert_true(good > 20 && good < n);
}

static void allocation_failure(void **state)
{
    size_t n = 1;
    int rc = E_NOMEM;

    (void)state;
    for (; rc; n++) {
        arena_done(&memory);
        doc.n = 12345;
        mem_fail_after(n);
        rc = parse(everything);
        mem_fail_after(0);
        assert_true(rc == OK || (rc == E_NOMEM && doc.n == 12345 && diag.code == E_NOMEM));
    }
    assert_true(n > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(dates),
        cmocka_unit_test(booleans),
        cmocka_unit_test(strings),
        cmocka_unit_test(malformed_strings),
        cmocka_unit_test(keys),
        cmocka_unit_test(tables),
        cmocka_unit_test(arrays_and_inline_tables),
        cmocka_unit_test(redefinition),
        cmocka_unit_test(places),
        cmocka_unit_test(pointers_name_elements),
        cmocka_unit_test(limits),
        cmocka_unit_test(truncation),
        cmocka_unit_test(allocation_failure),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_done(&memory);
    return failed;
}
