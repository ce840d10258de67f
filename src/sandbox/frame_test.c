/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that fields survive the way and that no length is believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "sandbox/frame.h"

static void fields_come_back(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    frame_put_u8(&b, 200);
    frame_put_u32(&b, 0xfedcba98);
    frame_put_i64(&b, INT64_MIN);
    frame_put_i64(&b, -1);
    frame_put_str(&b, STR("a\0b"));
    frame_put_str(&b, STR_NULL);
    assert_int_equal(buf_result(&b), 0);
    assert_int_equal(b.n, 1 + 4 + 8 + 8 + 4 + 3 + 4);
    struct frame f = {.rest = buf_str(&b)};
    assert_int_equal(frame_u8(&f), 200);
    assert_true(frame_u32(&f) == 0xfedcba98);
    assert_true(frame_i64(&f) == INT64_MIN);
    assert_true(frame_i64(&f) == -1);
    assert_true(str_eq(frame_str(&f), STR("a\0b")));
    assert_int_equal(frame_result(&f), E_PARSE); /* one field is left */
    assert_true(str_eq(frame_str(&f), STR_NULL));
    assert_int_equal(frame_result(&f), 0);
}

static void layout_is_little_endian(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    frame_put_u32(&b, 0x04030201);
    frame_put_str(&b, STR("x"));
    assert_true(str_eq(buf_str(&b), STR("\1\2\3\4\1\0\0\0x")));
}

static void short_fields_fail_for_good(void **state)
{
    (void)state;
    struct frame f = {.rest = STR("\1\2\3")};
    assert_int_equal(frame_u32(&f), 0);
    assert_true(f.failed);
    assert_int_equal(frame_u8(&f), 0); /* although one byte would be there */
    assert_int_equal(frame_i64(&f), 0);
    assert_int_equal(frame_str(&f).n, 0);
    assert_int_equal(frame_count(&f, 1), 0);
    assert_int_equal(frame_result(&f), E_PARSE);
}

static void lengths_are_not_believed(void **state)
{
    (void)state;
    struct frame huge = {.rest = STR("\xff\xff\xff\xffxy")};
    assert_int_equal(frame_str(&huge).n, 0);
    assert_int_equal(frame_result(&huge), E_PARSE);
    struct frame by_one = {.rest = STR("\3\0\0\0xy")};
    assert_int_equal(frame_str(&by_one).n, 0);
    assert_int_equal(frame_result(&by_one), E_PARSE);
    struct frame exact = {.rest = STR("\2\0\0\0xy")};
    assert_true(str_eq(frame_str(&exact), STR("xy")));
    assert_int_equal(frame_result(&exact), 0);
}

static void counts_must_fit(void **state)
{
    (void)state;
    struct frame fits = {.rest = STR("\2\0\0\0abcdefgh")};
    assert_int_equal(frame_count(&fits, 4), 2);
    assert_false(fits.failed);
    struct frame above = {.rest = STR("\3\0\0\0abcdefgh")};
    assert_int_equal(frame_count(&above, 4), 0);
    assert_true(above.failed);
    struct frame wrap = {.rest = STR("\xff\xff\xff\xff")};
    assert_int_equal(frame_count(&wrap, SIZE_MAX), 0);
    assert_true(wrap.failed);
    struct frame free_of_charge = {.rest = STR("\xff\xff\xff\xff")};
    assert_int_equal(frame_count(&free_of_charge, 0), 0);
    assert_true(free_of_charge.failed);
    struct frame none = {.rest = STR("\0\0\0\0")};
    assert_int_equal(frame_count(&none, 4), 0);
    assert_int_equal(frame_result(&none), 0);
}

static void memory_and_caps_stick(void **state)
{
    (void)state;
    AUTO(buf) capped = BUF_CAPPED(6);
    frame_put_str(&capped, STR("abc"));
    assert_int_equal(buf_result(&capped), E_LIMIT);
    AUTO(buf) starved = BUF_INIT;
    mem_fail_after(1);
    frame_put_i64(&starved, 1);
    mem_fail_after(0);
    assert_int_equal(buf_result(&starved), E_NOMEM);
    AUTO(buf) long_one = BUF_INIT;
    frame_put_str(&long_one, (struct str){"", (size_t)UINT32_MAX + 1});
    assert_int_equal(buf_result(&long_one), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_come_back),
        cmocka_unit_test(layout_is_little_endian),
        cmocka_unit_test(short_fields_fail_for_good),
        cmocka_unit_test(lengths_are_not_believed),
        cmocka_unit_test(counts_must_fit),
        cmocka_unit_test(memory_and_caps_stick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
