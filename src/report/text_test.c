/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of measured text: cuts never break a character and never pass a width. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/text.h"

static void assert_fit(const char *raw, size_t width, enum fit fit, const char *want)
{
    AUTO(buf) b = BUF_INIT;
    size_t used = text_fit(&b, str_z(raw), width, fit);
    assert_string_equal(b.p, want);
    assert_int_equal(used, text_width(buf_str(&b)));
    assert_true(used <= width);
}

static void test_fit(void **state)
{
    (void)state;
    assert_fit("short", 10, FIT_START_KEPT, "short");
    assert_fit("exactly", 7, FIT_END_KEPT, "exactly");
    assert_fit("a long sentence", 10, FIT_START_KEPT, "a long ...");
    assert_fit("deep/in/a/path.json", 12, FIT_END_KEPT, "...path.json");
    assert_fit("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, FIT_START_KEPT, "\xe6\x97\xa5...");
    assert_fit("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5, FIT_END_KEPT, "...\xe8\xaa\x9e");
    assert_fit("abcde\xcc\x81"
               "f",
               4, FIT_END_KEPT, "...f");
    assert_fit("abc", 2, FIT_START_KEPT, "..");
    assert_fit("abc", 0, FIT_START_KEPT, "");
    assert_fit("\xff\033", 20, FIT_START_KEPT, "\\xff\\x1b");
}

static void test_cell(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    text_cell(&b, STR("e\xcc\x81"), 3, FIT_START_KEPT);
    buf_addc(&b, '|');
    assert_string_equal(b.p, "e\xcc\x81  |");
}

static void test_numbers(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    text_count(&b, 0);
    buf_addc(&b, ' ');
    text_count(&b, 999);
    buf_addc(&b, ' ');
    text_count(&b, 1000);
    buf_addc(&b, ' ');
    text_count(&b, 18446744073709551615u);
    assert_string_equal(b.p, "0 999 1,000 18,446,744,073,709,551,615");
    buf_clear(&b);
    text_bytes(&b, 1023);
    buf_addc(&b, ' ');
    text_bytes(&b, 1024);
    buf_addc(&b, ' ');
    text_bytes(&b, 3250585);
    buf_addc(&b, ' ');
    text_bytes(&b, UINT64_MAX);
    assert_string_equal(b.p, "1023 bytes 1.0 KiB 3.1 MiB 16.0 EiB");
    buf_clear(&b);
    text_tenths(&b, 826);
    text_tenths(&b, -1);
    assert_string_equal(b.p, "82.6-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_cell),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
