/* SPDX-License-Identifier: Apache-2.0 */
/* Tests decoding against the limits of RFC 3629, over every code point. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/str.h"

static void every_code_point_survives_a_round_trip(void **state)
{
    char bytes[4];

    (void)state;
    for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
        size_t n = rune_encode(rune, bytes), pos = 0;
        struct str s = {bytes, n};
        uint32_t want = rune >= 0xd800 && rune <= 0xdfff ? 0xfffd : rune;
        if (str_rune(s, &pos) != want || pos != n || !str_is_utf8(s))
            fail_msg("U+%04X", rune);
    }
    assert_int_equal(rune_encode(0x110000, bytes), 3);
    assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
    assert_int_equal(rune_encode(0x10ffff, bytes), 4);
    assert_int_equal(rune_encode(0x7ff, bytes), 2);
}

static void malformed_sequences_are_refused(void **state)
{
    static const char *const bad[] = {
        "\x80",         "\xbf",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff",         "\xc3",         "\xe2\x82",         "\xf0\x9f\x98",     "\xc3(",
        "\xe2(\xa1",    "\xf0\x9f(\x80"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        size_t pos = 0;
        assert_false(str_is_utf8(str_z(bad[i])));
        assert_int_equal(str_rune(str_z(bad[i]), &pos), 0xfffd);
        assert_int_equal(pos, 1);
    }
    /* Behind and before the eight bytes that are looked at together. */
    assert_false(str_is_utf8(STR("12345678\xff")));
    assert_false(str_is_utf8(STR("1234567\xff"
                                 "12345678")));
    assert_true(str_is_utf8(STR("1234567\xc3\xa4"
                                "12345678\0")));
    assert_true(str_is_utf8(STR_NULL));
}

static void the_end_is_not_passed(void **state)
{
    size_t pos = 1;

    (void)state;
    assert_int_equal(str_rune(STR("a"), &pos), 0);
    assert_int_equal(pos, 1);
    /* A cut character must not read the byte behind the slice. */
    pos = 0;
    assert_int_equal(str_rune(str_n("\xc3\xa4", 1), &pos), 0xfffd);
    assert_int_equal(pos, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_survives_a_round_trip),
        cmocka_unit_test(malformed_sequences_are_refused),
        cmocka_unit_test(the_end_is_not_passed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
