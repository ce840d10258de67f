/* SPDX-License-Identifier: Apache-2.0 */
/* Tests keys of places and order and text of values. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "inventory/observation.h"

static void expect_key(struct place p, struct str key)
{
    AUTO(arena) a = ARENA(1 << 16);
    struct str got = place_key(&p, &a);
    assert_true(str_eq(got, key));
}

static void test_place_key(void **state)
{
    (void)state;
    expect_key((struct place){.path = STR("a/b.py"),
                              .line = 7,
                              .column = 2,
                              .offset = 9,
                              .target = 3,
                              .collector = STR("x")},
               STR("a/b.py"));
    expect_key((struct place){.path = STR("a.zip"), .member = STR("m"), .pointer = STR("/k")},
               STR("a.zip|m|/k"));
    expect_key((struct place){.path = STR("a.json"), .pointer = STR("/k")}, STR("a.json||/k"));
    expect_key((struct place){.url = STR("https://x")}, STR("|||https://x"));
    expect_key((struct place){0}, STR(""));
    expect_key((struct place){.path = STR("a|b\\c\0d")}, STR("a\\|b\\\\c\\0d"));
}

static void test_place_key_memory(void **state)
{
    struct place p = {.path = STR("a/b.py")};
    (void)state;
    AUTO(arena) small = ARENA(1);
    assert_null(place_key(&p, &small).p);
    assert_int_equal(arena_error(&small), E_LIMIT);
    for (size_t n = 1; n <= 2; n++) {
        AUTO(arena) a = ARENA(0);
        mem_fail_after(n);
        struct str key = place_key(&p, &a);
        mem_fail_after(0);
        assert_null(key.p);
        assert_int_equal(arena_error(&a), E_NOMEM);
    }
}

static void test_place_order(void **state)
{
    struct place a = {.path = STR("a"), .line = 9}, b = {.path = STR("b"), .line = 1};
    (void)state;
    assert_true(place_cmp(&a, &b) < 0);
    assert_true(place_cmp_key(&a, &b) < 0);
    b.path = a.path;
    assert_int_equal(place_cmp_key(&a, &b), 0);
    assert_true(place_cmp(&a, &b) > 0);
    b.line = 9;
    assert_int_equal(place_cmp(&a, &b), 0);
    b.target = 1;
    assert_true(place_cmp_key(&a, &b) < 0);
}

static void expect_text(struct value v, const char *text)
{
    AUTO(buf) out = BUF_INIT;
    value_text(&v, &out);
    assert_string_equal(out.p, text);
}

static void test_value_text(void **state)
{
    const struct str list[] = {STR("a\"b"), STR("")};
    (void)state;
    expect_text((struct value){.type = VALUE_STRING, .text = STR("a\"b")}, "a\"b");
    expect_text((struct value){.type = VALUE_INTEGER, .number = INT64_MIN}, "-9223372036854775808");
    expect_text((struct value){.type = VALUE_BOOLEAN, .number = 1}, "true");
    expect_text((struct value){.type = VALUE_BOOLEAN}, "false");
    expect_text((struct value){.type = VALUE_STRINGS, .list = list, .n = 2}, "[\"a\\\"b\",\"\"]");
    expect_text((struct value){.type = VALUE_STRINGS}, "[]");
}

static void test_value_order(void **state)
{
    const struct str ab[] = {STR("a"), STR("b")}, ac[] = {STR("a"), STR("c")};
    struct value x = {.type = VALUE_STRINGS, .list = ab, .n = 2};
    struct value y = {.type = VALUE_STRINGS, .list = ac, .n = 2};
    struct value one = {.type = VALUE_INTEGER, .number = 1};
    struct value two = {.type = VALUE_INTEGER, .number = 2};
    (void)state;
    assert_true(value_cmp(&x, &y) < 0 && value_cmp(&y, &x) > 0);
    y = x;
    assert_int_equal(value_cmp(&x, &y), 0);
    y.n = 1;
    assert_true(value_cmp(&y, &x) < 0);
    assert_true(value_cmp(&one, &two) < 0 && value_cmp(&two, &one) > 0);
    assert_int_equal(value_cmp(&one, &one), 0);
    assert_true(value_cmp(&one, &x) < 0);
}

static void test_attr(void **state)
{
    struct attribute attrs[] = {{.attr = ATTR_SERVICE_PROVIDER, .state = STATE_DECLARED}};
    struct observation o = {.kind = KIND_SERVICE, .attrs = attrs, .n_attrs = 1};
    (void)state;
    assert_ptr_equal(observation_attr(&o, ATTR_SERVICE_PROVIDER), attrs);
    assert_null(observation_attr(&o, ATTR_SERVICE_ROLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_key),   cmocka_unit_test(test_place_key_memory),
        cmocka_unit_test(test_place_order), cmocka_unit_test(test_value_text),
        cmocka_unit_test(test_value_order), cmocka_unit_test(test_attr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
