/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that the default limits are those the header promises. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/limits.h"

static void defaults_are_as_documented(void **state)
{
    struct limits lim = limits_default();

    (void)state;
    assert_int_equal(lim.bytes, 64 * 1024 * 1024);
    assert_int_equal(lim.depth, 128);
    assert_int_equal(lim.items, 4 * 1024 * 1024);
    assert_int_equal(lim.string_bytes, 16 * 1024 * 1024);
    assert_int_equal(lim.memory, 256 * 1024 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(defaults_are_as_documented)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
