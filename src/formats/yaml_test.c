/* SPDX-License-Identifier: Apache-2.0 */
/* Checks types, texts, places, aliases, limits and failures of the YAML reader. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <yaml.h>

#include "formats/doc_check.h"
#include "formats/yaml.h"
#include "formats/yaml_scalar.h"
#include "base/mem.h"

static struct arena memory = ARENA(0);
static struct doc doc;
static struct diag diag;

static int parse_with(struct str text, const struct limits *lim)
{
    arena_done(&memory);
    memory = (struct arena)ARENA(lim->memory);
    diag_clear(&diag);
    return yaml_parse(text, lim, &memory, &doc, &diag);
}

static int parse(const char *text)
{
    struct limits lim = limits_default();

    return parse_with(str_z(text), &lim);
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

/* The bytes of the input that a node covers. */
static void expect_source(const char *pointer, const char *want)
{
    const struct node *n = at(pointer);

    expect_str(str_sub(doc.text, n->off, n->end), want);
}

static void resolves(const char *text, enum node_type type)
{
    bool truth = false;
    enum node_type got = yaml_resolve(str_z(text), &truth);

    if (got != type)
        fail_msg("'%s' has type %d, want %d", text, got, type);
}

static void core_schema(void **state)
{
    static const char *const numbers[] = {"0",       "-0",    "+12",   "9223372036854775808",
                                          "0x1fF",   "0o17",  "1.",    ".5",
                                          "-1.5e+3", "1e3",   "01.5",  "12E03",
                                          ".inf",    "-.Inf", "+.INF", ".nan",
                                          ".NaN",    ".NAN",  "0.0"};
    static const char *const strings[] = {
        "no",  "yes",  "on",  "off", "y",   "tRUE", "nULL",  "0777", "-012", "0x",    "0xg",
        "0o8", "+0x1", "1e",  "1e+", ".",   "-",    "+",     "-.",   ".e1",  ".nan1", "-.nan",
        "1_0", "1:30", "0b1", "1 ",  "inf", "nan",  "1.2.3", "0o",   "--1",  "nil"};
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        resolves(numbers[i], NODE_NUMBER);
    for (size_t i = 0; i < ARRAY_LEN(strings); i++)
        resolves(strings[i], NODE_STRING);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        resolves(words[i], NODE_BOOL);
    for (size_t i = 0; i < ARRAY_LEN(nulls); i++)
        resolves(nulls[i], NODE_NULL);
}

static void types_and_texts(void **state)
{
    bool v = false;
    int64_t n;

    (void)state;
    assert_int_equal(parse("a: x y \nb: True\nc: false\nd: ~\ne:\nf: 0x1F\ng: \"12\"\nh: 'it''s'\n"
                           "i: \"a\\tb\\u00e9\"\nj: |\n  l1\n  l2\nk: >-\n  f1\n  f2\nl: 'no'\n"
                           "m: ''\n"),
                     OK);
    assert_true(doc_sound(&doc));
    expect("/a", NODE_STRING, "x y");
    assert_int_equal(node_bool(at("/b"), &v), OK);
    assert_true(v);
    assert_int_equal(node_bool(at("/c"), &v), OK);
    assert_false(v);
    expect("/d", NODE_NULL, "~");
    expect("/e", NODE_NULL, "");
    assert_int_equal(node_i64(&doc, at("/f"), &n), OK);
    assert_int_equal(n, 31);
    expect("/g", NODE_STRING, "12");
    expect("/h", NODE_STRING, "it's");
    expect("/i", NODE_STRING, "a\tb\xc3\xa9");
    expect("/j", NODE_STRING, "l1\nl2\n");
    expect("/k", NODE_STRING, "f1 f2");
    expect("/l", NODE_STRING, "no");
    expect("/m", NODE_STRING, "");
    assert_int_equal(at("")->count, 13);
    /* What stands verbatim in the input is not copied. */
    assert_int_equal(at("/a")->flags, 0);
    assert_int_equal(at("/g")->flags, 0);
    assert_int_equal(at("/h")->flags, NODE_VALUE_COOKED);
}

static void tags(void **state)
{
    (void)state;
    assert_int_equal(
        parse("[!!str 12, !!int \"3\", !!float 1.5, !!bool \"yes\", !!null '', ! 12,\n"
              " !Ref name, !<tag:yaml.org,2002:int> 7, !!binary aGk=, !x [1], !y {a: 1}]"),
        OK);
    expect("/0", NODE_STRING, "12");
    expect("/1", NODE_NUMBER, "3");
    expect("/2", NODE_NUMBER, "1.5");
    expect("/3", NODE_STRING, "yes"); /* not a boolean of the core schema */
    expect("/4", NODE_NULL, "");
    expect("/5", NODE_STRING, "12");
    expect("/6", NODE_STRING, "name");
    expect("/7", NODE_NUMBER, "7");
    expect("/8", NODE_STRING, "aGk=");
    expect_source("/6", "name");
    expect_source("/7", "7");
    expect_source("/9", "[1]");
    expect_source("/10", "{a: 1}");
}

static void places_are_bytes(void **state)
{
    struct mark m;

    (void)state;
    assert_int_equal(
        parse("# \xc3\xa9\xe2\x82\xac\n\"k\xc3\xa9\": \"\xf0\x9f\x98\x80\" \n"
              "list: [\xc3\xa9, {x: 1}]\nblock:\n  - p: q # c\n  - r\n\n# end\nlast: |\n"
              "  t\n"),
        OK);
    expect_source("/k\xc3\xa9", "\"\xf0\x9f\x98\x80\"");
    m = node_mark(&doc, at("/k\xc3\xa9"));
    assert_int_equal(m.line, 2);
    assert_int_equal(m.column, 7);
    expect_str(str_sub(doc.text, at("/k\xc3\xa9")->key_at, at("/k\xc3\xa9")->off),
               "\"k\xc3\xa9\": ");
    expect_source("/list", "[\xc3\xa9, {x: 1}]");
    expect_source("/list/0", "\xc3\xa9");
    expect_source("/list/1", "{x: 1}");
    expect_source("/list/1/x", "1");
    expect_source("/block", "- p: q # c\n  - r");
    expect_source("/block/0", "p: q");
    expect_source("/block/0/p", "q");
    expect_source("/last", "|\n  t\n");
    m = node_key_mark(&doc, at("/block"));
    assert_int_equal(m.line, 4);
    assert_int_equal(m.column, 1);
    /* A document whose collections have anchors, tags and comments before them. */
    assert_int_equal(parse("a: &x # c\n  !t\n  k: v\nb: &y\n- 1\n- &z zz: 1\nc: &e\nd: !t \"q\"\n"),
                     OK);
    expect_source("/a", "k: v");
    expect_source("/b", "- 1\n- &z zz: 1");
    expect_source("/b/1", "&z zz: 1");
    assert_int_equal(text_mark(doc.text, at("/b/1/zz")->key_at).column, 6);
    expect_source("/c", "");
    expect_source("/d", "\"q\"");
}

static void carriage_returns_and_bom(void **state)
{
    (void)state;
    assert_int_equal(parse("\xef\xbb\xbf"
                           "a: 1\r\nb:\r\n  - \"x\r\n    y\"\r\nc: |\r\n  1\r\n  2\r\n"),
                     OK);
    assert_int_equal(doc.bom, 3);
    expect("/a", NODE_NUMBER, "1");
    expect("/b/0", NODE_STRING, "x y");
    expect("/c", NODE_STRING, "1\n2\n");
    assert_int_equal(at("/a")->key_at, 0);
    assert_int_equal(node_mark(&doc, at("/b/0")).line, 3);
    expect_source("/b/0", "\"x\r\n    y\"");
}

static void aliases(void **state)
{
    (void)state;
    assert_int_equal(parse("base: &b {x: 1}\nuse: *b\n<<: *b\nagain: &b 2\nsecond: *b\n"
                           "&k key: *k\nmissing: *nowhere\nround: &r [*r, [*r]]\n*b : y\n"),
                     OK);
    assert_true(doc_sound(&doc));
    expect("/use", NODE_NULL, "b");
    assert_int_equal(at("/use")->flags, NODE_ALIAS);
    assert_ptr_equal(yaml_target(&doc, at("/use")), at("/base"));
    assert_ptr_equal(yaml_target(&doc, at("/<<")), at("/base"));
    assert_ptr_equal(yaml_target(&doc, at("/second")), at("/again"));
    assert_null(yaml_target(&doc, at("/key")));
    assert_null(yaml_target(&doc, at("/missing")));
    assert_null(yaml_target(&doc, at("/round/0")));
    assert_null(yaml_target(&doc, at("/round/1/0")));
    assert_ptr_equal(yaml_target(&doc, at("/base")), at("/base"));
    assert_null(yaml_target(&doc, NULL));
    expect("/*b", NODE_STRING, "y");
    expect_source("/use", "*b");
    assert_int_equal(doc.n_aliases, 3);
}

static void keys(void **state)
{
    (void)state;
    assert_int_equal(parse("? [a, {b: c}]\n: 1\n{x: y}: 2\n? - p\n  - q # c\n\n: 3\n\"t\\n\": 4\n"
                           "12: 5\n? bare\n? |\n  lit\n: 6\n?\n: 7\n"),
                     OK);
    assert_true(doc_sound(&doc));
    expect("/[a, {b: c}]", NODE_NUMBER, "1");
    expect("/{x: y}", NODE_NUMBER, "2");
    expect("/- p\n  - q", NODE_NUMBER, "3");
    expect("/t\n", NODE_NUMBER, "4");
    expect("/12", NODE_NUMBER, "5");
    expect("/bare", NODE_NULL, "");
    expect("/lit\n", NODE_NUMBER, "6");
    expect("/", NODE_NUMBER, "7");
    assert_int_equal(at("")->count, 8);
    /* A template leaves nested mappings as keys: the text is what a person sees. */
    assert_int_equal(parse("name: {{ .Values.name }}\n"), OK);
    expect("/name/{ .Values.name }", NODE_NULL, "");
    assert_int_equal(parse("a: 1\nb: 2\na: 3\n"), OK);
    assert_int_equal(doc.duplicates, 1);
    expect("/a", NODE_NUMBER, "3");
}

static void streams(void **state)
{
    (void)state;
    assert_int_equal(parse(""), OK);
    expect("", NODE_NULL, "");
    assert_int_equal(parse("# only a comment\n"), OK);
    expect("", NODE_NULL, "");
    assert_int_equal(parse("---\n...\n"), OK);
    expect("", NODE_NULL, "");
    assert_int_equal(
        parse("%YAML 1.2\n---\na: &x 1\n---\nb: *x\n---\n? [z, *x]\n: {y: [&q 1, *q]}\n--- s\n"),
        OK);
    assert_true(doc_sound(&doc));
    assert_int_equal(doc.n, 2);
    expect("/a", NODE_NUMBER, "1");
    assert_int_equal(parse("just text"), OK);
    expect("", NODE_STRING, "just text");
    assert_int_equal(parse("a: 1\n---\nb: [1\n"), E_PARSE); /* the rest is validated */
    assert_int_equal(diag.line, 4);
    assert_int_equal(yaml_parse(STR_NULL, &(struct limits){1, 1, 1, 1, 4096}, &memory, &doc, NULL),
                     OK);
}

static void malformed(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *says;
    } cases[] = {
        {"a: [1, 2\nb: 3\n", 2, 2, "flow sequence"},
        {"a: b: c\n", 1, 5, "mapping values are not allowed"},
        {"a: 1\n b: 2\n", 2, 3, "mapping values are not allowed"},
        {"\xc3\xa9: \"x\n", 2, 1, "quoted scalar"},
        {"a: \"\\q\"\n", 1, 5, "unknown escape"},
        {"a: @x\n", 1, 4, "cannot start any token"},
        {"\xc3\xa9\xc3\xa9: [\xc3\xa9}\n", 1, 7, "expected ',' or ']'"},
        {"a: \x01\n", 1, 4, "control characters"},
        {"a: \xff\n", 1, 4, "UTF-8"},
        {"\xc3\xa9: \xed\xa0\x80\n", 1, 4, "Unicode"},
        {"- a\nb: c\n", 2, 1, "expected '-' indicator"},
        {"\ta: 1\n", 1, 1, "cannot start any token"},
        {"a: !<x\n", 1, 7, "tag"},
        {"%YAML 3.0\n---\n", 1, 1, "incompatible"},
        {"}", 1, 1, "did not find expected node content"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int rc = parse(cases[i].text);
        if (rc != E_PARSE || diag.line != cases[i].line || diag.column != cases[i].column ||
            !str_has(str_z(diag.text), str_z(cases[i].says)))
            fail_msg("case %zu: %d at %u:%u %s", i, rc, diag.line, diag.column, diag.text);
    }
    assert_int_equal(parse_with(str_n("\xff\xfe"
                                      "a\0",
                                      4),
                                &(struct limits){9, 9, 9, 9, 9999}),
                     E_PARSE);
    assert_int_equal(parse_with(STR("a\0b"), &(struct limits){9, 9, 9, 9, 9999}), E_PARSE);
}

static void nested(char *text, size_t n, const char *unit)
{
    for (size_t i = 0; i < n; i++)
        text[i] = unit[i % strlen(unit)];
    text[n] = 0;
}

/* libyaml needs seconds for these when it may read them to the end. */
static void bombs(void **state)
{
    static const char *const units[] = {"[", "{a: ", "- ", "? ", "[{", "[\n", "{? "};
    static char text[200000];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        nested(text, sizeof(text) - 1, units[i]);
        assert_int_equal(parse(text), E_LIMIT);
        assert_non_null(strstr(diag.text, "deeper"));
    }
    nested(text, sizeof(text) - 1, "[");
    memcpy(text, "a\n---\n", 6); /* in a document that is not kept */
    assert_int_equal(parse(text), E_LIMIT);
    memcpy(text, "? x\n? ", 6); /* in a key */
    assert_int_equal(parse(text), E_LIMIT);
    nested(text, sizeof(text) - 1, "%TAG !a! b\n");
    assert_int_equal(parse(text), E_LIMIT);
    assert_int_equal(diag.line, 65);
}

static void limits(void **state)
{
    struct limits lim = limits_default();

    (void)state;
    lim.depth = 3;
    assert_int_equal(parse_with(STR("[[[1]]]"), &lim), OK);
    assert_int_equal(parse_with(STR("[[[[1]]]]"), &lim), E_LIMIT);
    assert_int_equal(diag.column, 4);
    assert_int_equal(parse_with(STR("{[[1]]: 1}"), &lim), OK);
    assert_int_equal(parse_with(STR("{[[[1]]]: 1}"), &lim), E_LIMIT);
    lim = limits_default();
    lim.items = 4;
    assert_int_equal(parse_with(STR("[1, 2, 3]"), &lim), OK);
    assert_int_equal(parse_with(STR("[1, 2, 3, 4]"), &lim), E_LIMIT);
    lim = limits_default();
    lim.string_bytes = 4;
    assert_int_equal(parse_with(STR("abcd: efgh"), &lim), OK);
    assert_int_equal(parse_with(STR("abcd: efghi"), &lim), E_LIMIT);
    assert_int_equal(diag.column, 7);
    assert_int_equal(parse_with(STR("abcde: f"), &lim), E_LIMIT);
    assert_int_equal(parse_with(STR("\"ab\\ncd\""), &lim), E_LIMIT);
    lim = limits_default();
    lim.bytes = 4;
    assert_int_equal(parse_with(STR("[1]\n"), &lim), OK);
    assert_int_equal(parse_with(STR("[1]\n\n"), &lim), E_LIMIT);
    lim = limits_default();
    lim.memory = 1024;
    assert_int_equal(parse_with(STR("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"), &lim),
                     E_LIMIT);
}

static const char everything[] =
    "\xef\xbb\xbf%YAML 1.2\n%TAG !e! tag:e.org,2000:\n--- # c\nbase: &b {\"x\\n\": 'it''s', y: [1, "
    "2]}\n"
    "use: *b\n<<: *b\n? [k, *b]\n: !e!t v\nlit: |+\n  a\n\n  \xe2\x82\xac\n\nfold: >-\n  b\n  "
    "c\nd: !!int \"7\"\n"
    "seq:\n- - 1\n  - 2\n- &n\n- plain\n  more\n...\n---\nz: &b [*b]\n";

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

/* libyaml's own door to the heap, taken over so that it can be shut. */
void *yaml_malloc(size_t size);
void *yaml_realloc(void *p, size_t size);
void yaml_free(void *p);
yaml_char_t *yaml_strdup(const yaml_char_t *s);

static size_t libyaml_left = SIZE_MAX;

void *yaml_malloc(size_t size)
{
    if (!libyaml_left)
        return NULL;
    libyaml_left--;
    return malloc(size ? size : 1);
}

void *yaml_realloc(void *p, size_t size)
{
    if (!libyaml_left)
        return NULL;
    libyaml_left--;
    return realloc(p, size ? size : 1);
}

void yaml_free(void *p)
{
    free(p);
}

yaml_char_t *yaml_strdup(const yaml_char_t *s)
{
    size_t n = s ? strlen((const char *)s) + 1 : 0;
    yaml_char_t *copy = s ? yaml_malloc(n) : NULL;

    if (copy)
        memcpy(copy, s, n);
    return copy;
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
        assert_true(rc == OK || (rc == E_NOMEM && doc.n == 12345));
    }
    assert_true(n > 4);
    rc = E_NOMEM;
    for (n = 0; rc; n++) {
        libyaml_left = n;
        rc = parse(everything);
        libyaml_left = SIZE_MAX;
        assert_true(rc == OK || rc == E_NOMEM);
    }
    if (n == 1)
        print_message("libyaml does not let its allocator be replaced\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(core_schema),
        cmocka_unit_test(types_and_texts),
        cmocka_unit_test(tags),
        cmocka_unit_test(places_are_bytes),
        cmocka_unit_test(carriage_returns_and_bom),
        cmocka_unit_test(aliases),
        cmocka_unit_test(keys),
        cmocka_unit_test(streams),
        cmocka_unit_test(malformed),
        cmocka_unit_test(bombs),
        cmocka_unit_test(limits),
        cmocka_unit_test(truncation),
        cmocka_unit_test(allocation_failure),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_done(&memory);
    return failed;
}
