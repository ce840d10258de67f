/* SPDX-License-Identifier: Apache-2.0 */
/* Checks matches, refused patterns, limits and lack of memory of the confirming matcher. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "match/regex.h"

static struct regex *compiled(struct str pattern)
{
    struct regex *r = NULL;
    struct diag d = {0};

    assert_int_equal(regex_new(pattern, &r, &d), OK);
    return r;
}

static void expect_span(struct str pattern, struct str text, size_t from, size_t start, size_t end)
{
    struct regex *r = compiled(pattern);
    size_t s = 99, e = 99;

    assert_int_equal(regex_match(r, text, from, &s, &e), 1);
    assert_int_equal(s, start);
    assert_int_equal(e, end);
    regex_free(r);
}

static void expect_none(struct str pattern, struct str text, size_t from)
{
    struct regex *r = compiled(pattern);
    size_t s = 99, e = 99;

    assert_int_equal(regex_match(r, text, from, &s, &e), 0);
    assert_int_equal(s, 99); /* written only on success */
    assert_int_equal(e, 99);
    regex_free(r);
}

static void test_span(void **state UNUSED)
{
    expect_span(STR("k-[0-9]{3}"), STR("a k-123 b"), 0, 2, 7);
    expect_span(STR("k-[0-9]{3}"), STR("k-123 k-456"), 1, 6, 11);
    expect_span(STR("x="), STR("x="), 0, 0, 2);
    expect_span(STR("^$"), STR(""), 0, 0, 0);
    expect_span(STR("a\\x00b"), STR("-a\0b"), 0, 1, 4);
    expect_span(STR("[\\x80-\\xff]+"), STR("a\xff\x80z"), 0, 1, 3); /* bytes, not UTF-8 */
}

static void test_anchors(void **state UNUSED)
{
    expect_span(STR("\\Gkey=\\K\\w+"), STR("a key=abc"), 2, 6, 9);
    expect_none(STR("\\Gkey=\\K\\w+"), STR("a key=abc"), 1);
    expect_span(STR("(?<=a)b"), STR("ab"), 1, 1, 2); /* sees the text before `from` */
    expect_none(STR("b"), STR("ab"), 3);             /* from past the end */
}

static void test_near_miss(void **state UNUSED)
{
    expect_none(STR("k-[0-9]{3}"), STR("k-12a k-1"), 0);
    expect_none(STR("\\w"), STR("\xc3\xa9"), 0);
}

static void test_refused(void **state UNUSED)
{
    static const char *const bad[] = {"a(", "[z-a]", "(*UTF)a", "a\\C", "(?<=a+)b", "(?=a\\K)"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct regex *r = NULL;
        struct diag d = {0};
        assert_int_equal(regex_new(str_z(bad[i]), &r, &d), E_PARSE);
        assert_null(r);
        assert_true(str_has(str_z(d.text), STR("at byte")));
    }
}

static void test_limit(void **state UNUSED)
{
    static char text[200];
    struct regex *r = compiled(STR("(?:a|aa|a?)+$"));
    size_t s, e;

    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = 'b';
    assert_int_equal(regex_match(r, str_n(text, sizeof(text)), 0, &s, &e), E_LIMIT);
    regex_free(r);
}

static void test_no_memory(void **state UNUSED)
{
    size_t s, e;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        struct regex *r = NULL;
        mem_fail_after(n);
        rc = regex_new(STR("[a-z]+[0-9]"), &r, NULL);
        if (!rc)
            rc = regex_match(r, STR("ab1"), 0, &s, &e);
        mem_fail_after(0);
        regex_free(r);
        assert_true(n < 50);
    }
    assert_int_equal(rc, 1);
    assert_null(regex_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span),      cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_near_miss), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limit),     cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
