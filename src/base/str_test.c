/* SPDX-License-Identifier: Apache-2.0 */
/* Tests comparing, finding, splitting and converting of slices, with NUL bytes and empty ends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define assert_str(s, lit) assert_true(str_eq((s), STR(lit)))

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
    assert_true(str_eq(STR_NULL, STR("")));
    assert_true(str_eq(str_z(NULL), STR_NULL));
    assert_true(str_eq_z(STR("ab"), "ab"));
    assert_false(str_eq_z(STR("ab"), "abc"));
    assert_true(str_eq_nocase(STR("AbZ@["), STR("aBz@[")));
    assert_false(str_eq_nocase(STR("@"), STR("`")));
    assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_true(str_cmp(STR_NULL, STR("a")) < 0);
    assert_int_equal(str_cmp(STR("ab"), str_n("ab", 2)), 0);
    assert_true(str_cmp_z(STR("a"), "ab") < 0);
    assert_true(str_cmp_z(STR("b"), "ab") > 0);
    assert_true(str_cmp_z(STR("\xff"), "a") > 0);
    assert_true(str_cmp_z(STR("a\0"), "a") > 0);
    assert_true(str_cmp_z(STR_NULL, "a") < 0);
    assert_int_equal(str_cmp_z(STR("ab"), "ab"), 0);
    assert_int_equal(str_cmp_z(STR_NULL, ""), 0);
}

static void parts_are_found(void **state)
{
    struct str s = STR("a/b\0/b");

    (void)state;
    assert_true(str_starts(s, STR("a/")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_starts(STR_NULL, STR_NULL));
    assert_true(str_ends(s, STR("\0/b")));
    assert_false(str_ends(STR("b"), STR("ab")));
    assert_true(str_ends(s, STR("")));
    assert_true(str_has(s, STR("b\0/")));
    assert_false(str_has(s, STR("ba")));
    assert_int_equal(str_find(s, STR("/b"), 0), 1);
    assert_int_equal(str_find(s, STR("/b"), 2), 4);
    assert_true(str_find(s, STR("/b"), 5) == SIZE_MAX);
    assert_true(str_find(s, STR("/b"), 99) == SIZE_MAX);
    assert_int_equal(str_find(s, STR(""), 6), 6);
    assert_true(str_find(s, STR(""), 7) == SIZE_MAX);
    assert_int_equal(str_chr(s, 'b', 3), 5);
    assert_true(str_chr(s, 'b', 6) == SIZE_MAX);
    assert_true(str_chr(STR_NULL, 'b', 0) == SIZE_MAX);
    assert_int_equal(str_rchr(s, 'b'), 5);
    assert_true(str_rchr(STR_NULL, 'b') == SIZE_MAX);
}

static void sub_clamps(void **state)
{
    (void)state;
    assert_str(str_sub(STR("abc"), 1, 2), "b");
    assert_str(str_sub(STR("abc"), 1, SIZE_MAX), "bc");
    assert_str(str_sub(STR("abc"), 5, 9), "");
    assert_str(str_sub(STR("abc"), 2, 1), "");
    assert_str(str_sub(STR_NULL, 1, 2), "");
}

static void cut_splits_at_the_first(void **state)
{
    struct str head, tail;

    (void)state;
    assert_true(str_cut(STR("a=b=c"), '=', &head, &tail));
    assert_str(head, "a");
    assert_str(tail, "b=c");
    assert_false(str_cut(STR("abc"), '=', &head, &tail));
    assert_str(head, "abc");
    assert_int_equal(tail.n, 0);
    assert_false(str_cut(STR_NULL, '=', &head, &tail));
    assert_str(head, "");
}

static void lines_end_with_lf_or_crlf(void **state)
{
    struct str rest = STR("one\r\n\ntwo\rtwo\nlast\r"), line = STR("?");

    (void)state;
    assert_true(str_line(&rest, &line));
    assert_str(line, "one");
    assert_true(str_line(&rest, &line));
    assert_str(line, "");
    assert_true(str_line(&rest, &line));
    assert_str(line, "two\rtwo");
    assert_true(str_line(&rest, &line));
    assert_str(line, "last\r");
    assert_false(str_line(&rest, &line));
    rest = STR("x\n");
    assert_true(str_line(&rest, &line));
    assert_false(str_line(&rest, &line));
    assert_str(line, "x");
    rest = STR("");
    assert_false(str_line(&rest, &line));
}

static size_t count_fields(struct str s)
{
    size_t n = 0;
    struct str field;

    while (str_field(&s, ',', &field))
        n++;
    return n;
}

static void fields_may_be_empty(void **state)
{
    struct str rest = STR("a,,b,"), field;

    (void)state;
    assert_true(str_field(&rest, ',', &field));
    assert_str(field, "a");
    assert_true(str_field(&rest, ',', &field));
    assert_str(field, "");
    assert_true(str_field(&rest, ',', &field));
    assert_str(field, "b");
    assert_true(str_field(&rest, ',', &field));
    assert_str(field, "");
    assert_false(str_field(&rest, ',', &field));
    assert_int_equal(count_fields(STR("a,,b")), 3);
    assert_int_equal(count_fields(STR("")), 1);
    assert_int_equal(count_fields(STR_NULL), 0);
}

static void trim_takes_ascii_white_space(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n\v\fa b \n")), "a b");
    assert_str(str_trim(STR(" \n ")), "");
    assert_str(str_trim(STR_NULL), "");
    assert_str(str_trim(STR("\0 ")), "\0");
}

static void numbers_fill_the_whole_slice(void **state)
{
    int64_t i = 42;
    uint64_t u = 42;

    (void)state;
    assert_int_equal(str_to_u64(STR("18446744073709551615"), &u), 0);
    assert_true(u == UINT64_MAX);
    assert_int_equal(str_to_u64(STR("18446744073709551616"), &u), E_LIMIT);
    assert_int_equal(str_to_u64(STR("99999999999999999999999"), &u), E_LIMIT);
    assert_int_equal(str_to_u64(STR("99999999999999999999999x"), &u), E_PARSE);
    assert_true(u == UINT64_MAX);
    assert_int_equal(str_to_u64(STR("-1"), &u), E_PARSE);
    assert_int_equal(str_to_u64(STR(""), &u), E_PARSE);
    assert_int_equal(str_to_u64(STR("1 "), &u), E_PARSE);
    assert_int_equal(str_to_u64(STR("007"), &u), 0);
    assert_int_equal(u, 7);
    assert_int_equal(str_to_i64(STR("-9223372036854775808"), &i), 0);
    assert_true(i == INT64_MIN);
    assert_int_equal(str_to_i64(STR("-9223372036854775809"), &i), E_LIMIT);
    assert_int_equal(str_to_i64(STR("9223372036854775808"), &i), E_LIMIT);
    assert_true(i == INT64_MIN);
    assert_int_equal(str_to_i64(STR("9223372036854775807"), &i), 0);
    assert_true(i == INT64_MAX);
    assert_int_equal(str_to_i64(STR("-0"), &i), 0);
    assert_int_equal(i, 0);
    assert_int_equal(str_to_i64(STR("-"), &i), E_PARSE);
    assert_int_equal(str_to_i64(STR("+1"), &i), E_PARSE);
    assert_int_equal(str_to_i64(STR("--1"), &i), E_PARSE);
    assert_int_equal(str_to_i64(STR_NULL, &i), E_PARSE);
}

static void the_hash_depends_on_bytes_and_seed(void **state)
{
    (void)state;
    assert_true(str_hash(STR("abc"), 1) == str_hash(str_n("abc", 3), 1));
    assert_true(str_hash(STR("abc"), 1) != str_hash(STR("abc"), 2));
    assert_true(str_hash(STR("abc"), 1) != str_hash(STR("abd"), 1));
    assert_true(str_hash(STR_NULL, 1) == str_hash(STR(""), 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(sub_clamps),
        cmocka_unit_test(cut_splits_at_the_first),
        cmocka_unit_test(lines_end_with_lf_or_crlf),
        cmocka_unit_test(fields_may_be_empty),
        cmocka_unit_test(trim_takes_ascii_white_space),
        cmocka_unit_test(numbers_fill_the_whole_slice),
        cmocka_unit_test(the_hash_depends_on_bytes_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
