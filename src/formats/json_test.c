/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the JSON reader takes exactly RFC 8259, keeps its limits and says where it
 * failed. */
#include "formats/json_test.h"

static const char *const valid[] = {
    "[[]   ]",
    "[\"\"]",
    "[]",
    "[\"a\"]",
    "[false]",
    "[null, 1, \"1\", {}]",
    "[null]",
    "[1\n]",
    " [1]",
    "[1,null,null,null,2]",
    "[2] ",
    "[123e65]",
    "[0e+1]",
    "[0e1]",
    "[ 4]",
    "[-0.0000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "[20e1]",
    "[-0]",
    "[-123]",
    "[-1]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123e45]",
    "[123.456e78]",
    "[1e-2]",
    "[1e+2]",
    "[123]",
    "[123.456789]",
    "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}",
    "{\"asd\":\"sdf\"}",
    "{\"a\":\"b\",\"a\":\"c\"}",
    "{}",
    "{\"\":0}",
    "{\"foo\\u0000bar\": 42}",
    "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
    "{\"a\":[]}",
    "{\n\"a\": \"b\"\n}",
    "[\"\\u0060\\u012a\\u12AB\"]",
    "[\"\\uD801\\udc37\"]",
    "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\\\u0000\"]",
    "[\"\\\"\"]",
    "[\"a/*b*/c/*d//e\"]",
    "[\"\\\\a\"]",
    "[\"\\\\n\"]",
    "[\"\\u0012\"]",
    "[\"\\uFFFF\"]",
    "[\"\xf4\x8f\xbf\xbf\"]",
    "[\"\xef\xbf\xbf\"]",
    "[\"\\u0000\"]",
    "[\"\\u002c\"]",
    "[\"\xcf\x80\"]",
    "[\"\xf0\x9b\xbf\xbf\"]",
    "[\"\xe2\x80\xa8\"]",
    "[\"\x7f\"]",
    "\" \"",
    "\"\"",
    "42",
    "-0.1",
    "null",
    "false",
    "true",
    "\t[true]\r\n",
};

static void takes_what_the_standard_takes(void **state)
{
    struct run *t = *state;

    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        int rc = parse(t, str_z(valid[i]), JSON_STRICT);
        if (rc || !doc_sound(&t->doc))
            fail_msg("%s: %s", valid[i], t->d.text);
        assert_int_equal(t->d.code, 0);
        assert_int_equal(parse(t, str_z(valid[i]), JSON_TOLERANT), 0);
    }
}

static const char *const invalid[] = {
    "",
    " ",
    "[",
    "]",
    "[1 true]",
    "[a\xe5]",
    "[\"\": 1]",
    "[\"\"],",
    "[,1]",
    "[1,,2]",
    "[\"x\",,]",
    "[\"x\"]]",
    "[\"x\"",
    "[x",
    "[3[4]]",
    "[1:2]",
    "[,]",
    "[-]",
    "[   , \"\"]",
    "[\"a\",\n4\n,1,",
    "[\"\va\"\\f]",
    "[*]",
    "[1,\n1\n,1",
    "[{}",
    "[fals]",
    "[nul]",
    "[tru]",
    "[True]",
    "[truE]",
    "[++1234]",
    "[+1]",
    "[+Inf]",
    "[-01]",
    "[-1.0.]",
    "[-2.]",
    "[-NaN]",
    "[.-1]",
    "[.2e-3]",
    "[0.1.2]",
    "[0.3e+]",
    "[0.3e]",
    "[0.e1]",
    "[0E+]",
    "[0E]",
    "[1.0e+]",
    "[1.0e-]",
    "[1.0e]",
    "[1 000.0]",
    "[1eE2]",
    "[2.e+3]",
    "[2.e3]",
    "[9.e+]",
    "[Inf]",
    "[NaN]",
    "[\xef\xbc\x91]",
    "[1+2]",
    "[0x1]",
    "[0x42]",
    "[Infinity]",
    "[-Infinity]",
    "[-foo]",
    "[- 1]",
    "[-012]",
    "[-.123]",
    "[1ea]",
    "[1.]",
    "[.123]",
    "[1.2a-3]",
    "[1.8011670033376514H-308]",
    "[012]",
    "[00]",
    "{\"x\", null}",
    "{\"x\"::\"b\"}",
    "{\xf0\x9f\x87\xa8}",
    "{\"a\":\"a\" 123}",
    "{key: 'value'}",
    "{\"a\":\"a",
    "{\"a\" b}",
    "{:\"b\"}",
    "{\"a\" \"b\"}",
    "{\"a\":",
    "{\"a\"",
    "{1:1}",
    "{9999E9999:1}",
    "{null:null,null:null}",
    "{\"id\":0,,,,,}",
    "{'a':0}",
    "{\"a\":\"b\",,\"c\":\"d\"}",
    "{a: \"b\"}",
    "{\"a\":\"b\"}#",
    "{\"a\":1}{\"b\":2}",
    "[\"\\uD800\\\"]",
    "[\"\\uD800\\u\"]",
    "[\"\\uD800\\u1\"]",
    "[\"\\uD800\\u1x\"]",
    "[\"\\uD800\"]",
    "[\"\\uD800x\"]",
    "[\"\\uD800\\n\"]",
    "[\"\\uD800\\uD800\"]",
    "[\"\\uDC00\"]",
    "[\"\\uDFAA\\uD800\"]",
    "[\xc3\xa9]",
    "[\"\\x00\"]",
    "[\"\\\\\\\"]",
    "[\"\\\t\"]",
    "[\"\\\xf0\x9f\x8c\x80\"]",
    "[\"\\\"]",
    "[\"\\u00A\"]",
    "[\"\\u00G0\"]",
    "[\"\\uqqqq\"]",
    "[\"\\a\"]",
    "[\"\\U0041\"]",
    "[\\u0020\"asd\"]",
    "[\\n]",
    "\"",
    "['single quote']",
    "abc",
    "[\"\n\"]",
    "[\"\t\"]",
    "[\"\x1f\"]",
    "\"x\" y",
    "<.>",
    "[<null>]",
    "[1]x",
    "[1]]",
    "{}}",
    "1]",
    "[\"\xff\"]",
    "[\"\x81\"]",
    "[\"\xc0\xaf\"]",
    "[\"\xe0\x80\xaf\"]",
    "[\"\xed\xa0\x80\"]",
    "[\"\xf0\x80\x80\xaf\"]",
    "[\"\xf4\x90\x80\x80\"]",
    "[\"\xf8\x88\x80\x80\x80\"]",
    "[\"\xe2\x82\"]",
    "[\"\xe2(\xa1\"]",
    "[\f]",
    "[\xc2\xa0]",
    "[\xe2\x81\xa0]",
    "/",
    "[1]/",
    "[1/",
    "/* x",
    "[1 /* x]",
    "[1 / 2]",
};

static void refuses_all_else_in_both_modes(void **state)
{
    struct run *t = *state;

    for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
        for (int mode = JSON_STRICT; mode <= JSON_TOLERANT; mode++) {
            if (parse(t, str_z(invalid[i]), mode) != E_PARSE || t->d.code != E_PARSE)
                fail_msg("taken: %s", invalid[i]);
            assert_true(t->d.line >= 1 && t->d.column >= 1 && t->d.text[0]);
            assert_null(t->doc.nodes);
        }
        assert_int_equal(parse_part(t, str_z(invalid[i])), E_PARSE);
        assert_true(doc_sound(&t->doc));
    }
}

static void nul_byte_is_refused(void **state)
{
    struct run *t = *state;

    assert_int_equal(parse(t, STR("[1,\0 2]"), JSON_STRICT), E_PARSE);
    assert_int_equal(parse(t, STR("[\"a\0b\"]"), JSON_STRICT), E_PARSE);
    assert_int_equal(parse(t, STR("{}\0"), JSON_STRICT), E_PARSE);
}

static void tolerant_takes_jsonc(void **state)
{
    struct run *t = *state;
    struct str text = STR("\xef\xbb\xbf// head\n{ /* \" } */ \"a\": [1, 2, /**/ ], // end\n"
                          "\"u\": \"http://x\" /***/ , \n}\n// no newline after this");

    assert_int_equal(parse(t, text, JSON_TOLERANT), 0);
    assert_true(doc_sound(&t->doc));
    assert_int_equal(t->doc.n, 5);
    assert_int_equal(t->doc.bom, 3);
    assert_str(at(t, "/a/1"), "2");
    assert_str(at(t, "/u"), "http://x");
    assert_int_equal(node_mark(&t->doc, doc_root(&t->doc)).line, 2);
    assert_int_equal(node_mark(&t->doc, doc_root(&t->doc)).column, 1);
}

static void strict_refuses_jsonc(void **state)
{
    struct run *t = *state;

    assert_int_equal(parse(t, STR("[1,]"), JSON_STRICT), E_PARSE);
    assert_int_equal(t->d.column, 3);
    assert_int_equal(parse(t, STR("{\"a\":1,}"), JSON_STRICT), E_PARSE);
    assert_int_equal(parse(t, STR("[1] // x"), JSON_STRICT), E_PARSE);
    assert_int_equal(parse(t, STR("/* x */ [1]"), JSON_STRICT), E_PARSE);
    assert_int_equal(parse(t, STR("\xef\xbb\xbf[1]"), JSON_STRICT), E_PARSE);
    assert_non_null(strstr(t->d.text, "byte order mark"));
}

static void utf16_gets_a_clear_message(void **state)
{
    static const struct str wide[] = {
        {"\xff\xfe{\0}\0", 6}, {"\xfe\xff\0{\0}", 6},      {"{\0}\0", 4},
        {"\0{\0}", 4},         {"\0\0\xfe\xff\0\0\0{", 8}, {"{\0\0\0}\0\0\0", 8},
    };
    struct run *t = *state;

    for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
        assert_int_equal(parse(t, wide[i], JSON_TOLERANT), E_PARSE);
        assert_non_null(strstr(t->d.text, "UTF-16"));
        assert_true(t->d.hint[0]);
    }
}

static void escapes_are_decoded(void **state)
{
    struct run *t = *state;

    assert_int_equal(
        parse(t,
              STR("[\"\\\"\\\\\\/\\b\\f\\n\\r\\tz\", \"a\\u00e9\\u20AC\\ud83d\\ude00b\","
                  "\"plain\", \"x\\u0000y\", {\"k\\u0065y\": \"\\\\\"}]"),
              JSON_STRICT),
        0);
    assert_str(at(t, "/0"), "\"\\/\b\f\n\r\tz");
    assert_str(at(t, "/1"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                            "b");
    assert_str(at(t, "/2"), "plain");
    assert_true(str_eq(at(t, "/3"), STR("x\0y")));
    assert_str(at(t, "/4/key"), "\\");
    /* Text without escapes is a slice of the input. */
    assert_ptr_equal(at(t, "/2").p, memmem(t->exact, t->doc.text.n, "plain", 5));
}

static void offsets_hold_quotes_and_brackets(void **state)
{
    struct run *t = *state;

    assert_int_equal(parse(t, STR(" {\"a\" : [ \"x\\n\" , 12 ] } "), JSON_STRICT), 0);
    const struct node *n = doc_root(&t->doc), *a = doc_find(&t->doc, STR("/a"));
    assert_true(n->off == 1 && n->end == 24);
    assert_true(a->off == 8 && a->end == 22 && a->key_at == 2);
    assert_true(node_first(&t->doc, a)->off == 10 && node_first(&t->doc, a)->end == 15);
    n = node_next(&t->doc, node_first(&t->doc, a));
    assert_true(n->off == 18 && n->end == 20 && n->depth == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_what_the_standard_takes, begin, end),
        cmocka_unit_test_setup_teardown(refuses_all_else_in_both_modes, begin, end),
        cmocka_unit_test_setup_teardown(nul_byte_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(tolerant_takes_jsonc, begin, end),
        cmocka_unit_test_setup_teardown(strict_refuses_jsonc, begin, end),
        cmocka_unit_test_setup_teardown(utf16_gets_a_clear_message, begin, end),
        cmocka_unit_test_setup_teardown(escapes_are_decoded, begin, end),
        cmocka_unit_test_setup_teardown(offsets_hold_quotes_and_brackets, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
