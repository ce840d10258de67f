/* SPDX-License-Identifier: Apache-2.0 */
/* Tests appending, the sticky failure, the cap and the hand-over of a buffer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

static void appends_and_stays_terminated(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    assert_string_equal(b.p, "");
    buf_add(&b, STR("x = "));
    buf_addf(&b, "%d", 1);
    buf_addz(&b, "; ");
    buf_addz(&b, NULL);
    buf_addc(&b, '!');
    buf_pad(&b, '.', 3);
    buf_pad(&b, '.', 0);
    assert_int_equal(buf_result(&b), 0);
    assert_string_equal(b.p, "x = 1; !...");
    buf_cut(&b, 99);
    assert_int_equal(b.n, 11);
    buf_cut(&b, 5);
    assert_string_equal(b.p, "x = 1");
    buf_clear(&b);
    assert_string_equal(b.p, "");
    assert_true(str_eq(buf_str(&b), STR("")));
}

static void long_text_is_formatted_whole(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    for (size_t n = 100; n < 160; n++) {
        buf_clear(&b);
        buf_addf(&b, "%*d|", (int)n, 7);
        assert_int_equal(b.n, n + 1);
        assert_int_equal(strlen(b.p), n + 1);
        assert_string_equal(b.p + n - 2, " 7|");
    }
}

static void room_is_written_by_the_caller(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    char *p = buf_room(&b, 3);
    assert_non_null(p);
    memcpy(p, "abc", 3);
    b.n += 3;
    assert_string_equal(b.p, "abc");
    p = buf_room(&b, 100);
    assert_non_null(p);
    p[0] = 'd';
    b.n += 1;
    buf_cut(&b, b.n);
    assert_string_equal(b.p, "abcd");
}

static void the_cap_is_exact_and_failure_sticks(void **state)
{
    AUTO(buf) b = BUF_CAPPED(4);

    (void)state;
    buf_add(&b, STR("abcd"));
    assert_int_equal(buf_result(&b), 0);
    buf_add(&b, STR(""));
    assert_int_equal(buf_result(&b), 0);
    buf_addc(&b, 'e');
    assert_int_equal(buf_result(&b), E_LIMIT);
    buf_cut(&b, 0);
    buf_addc(&b, 'f');
    assert_int_equal(b.n, 0);
    assert_int_equal(buf_result(&b), E_LIMIT);
    buf_clear(&b);
    buf_addc(&b, 'g');
    assert_int_equal(buf_result(&b), 0);
    assert_string_equal(b.p, "g");
    assert_null(buf_room(&b, SIZE_MAX));
    assert_int_equal(buf_result(&b), E_LIMIT);
}

static void no_size_overflows(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    buf_addc(&b, 'a');
    assert_null(buf_room(&b, SIZE_MAX));
    assert_int_equal(buf_result(&b), E_LIMIT);
    buf_clear(&b);
    buf_pad(&b, 'x', SIZE_MAX / 2 + 1);
    assert_int_equal(buf_result(&b), E_LIMIT);
}

static void lost_memory_is_reported_once_and_keeps_the_text(void **state)
{
    AUTO(buf) b = BUF_INIT;

    (void)state;
    mem_fail_after(1);
    buf_addc(&b, 'a');
    assert_int_equal(buf_result(&b), E_NOMEM);
    assert_string_equal(b.p, "");
    mem_fail_after(0);
    buf_clear(&b);
    buf_addz(&b, "abc");
    mem_fail_after(1);
    buf_addf(&b, "%500d", 1);
    buf_pad(&b, 'x', 500);
    buf_addz(&b, "d");
    mem_fail_after(0);
    assert_int_equal(buf_result(&b), E_NOMEM);
    assert_string_equal(b.p, "abc");
    assert_null(buf_detach(&b, NULL));
    assert_int_equal(b.alloc, 0);
}

static void detach_hands_over(void **state)
{
    struct buf b = BUF_INIT;
    size_t n = 99;

    (void)state;
    buf_addz(&b, "abc");
    char *p = buf_detach(&b, &n);
    assert_string_equal(p, "abc");
    assert_int_equal(n, 3);
    assert_string_equal(b.p, "");
    mem_free(p);
    p = buf_detach(&b, &n);
    assert_string_equal(p, "");
    assert_int_equal(n, 0);
    mem_free(p);
    mem_fail_after(1);
    n = 99;
    assert_null(buf_detach(&b, &n));
    mem_fail_after(0);
    assert_int_equal(n, 99);
    buf_done(&b);
}

static void a_zeroed_buffer_works(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_cut(&b, 0);
    buf_clear(&b);
    buf_addz(&b, "abc");
    assert_string_equal(b.p, "abc");
    buf_done(&b);
    buf_done(&b);
    assert_string_equal(b.p, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_stays_terminated),
        cmocka_unit_test(long_text_is_formatted_whole),
        cmocka_unit_test(room_is_written_by_the_caller),
        cmocka_unit_test(the_cap_is_exact_and_failure_sticks),
        cmocka_unit_test(no_size_overflows),
        cmocka_unit_test(lost_memory_is_reported_once_and_keeps_the_text),
        cmocka_unit_test(detach_hands_over),
        cmocka_unit_test(a_zeroed_buffer_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
