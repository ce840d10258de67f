/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that failure can be asked for exactly, and that sizes are checked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"

static void fails_from_the_nth_allocation_on(void **state)
{
    (void)state;
    mem_fail_after(3);
    void *a = mem_alloc(8), *b = mem_realloc(NULL, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_null(mem_alloc(1));
    assert_null(mem_realloc(b, 16));
    assert_null(mem_array(NULL, 1, 1));
    mem_fail_after(0);
    b = mem_realloc(b, 16);
    assert_non_null(b);
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
}

static void gives_zeroed_memory_and_never_null_for_nothing(void **state)
{
    static const char zeros[64];

    (void)state;
    char *p = mem_alloc(sizeof zeros);
    assert_non_null(p);
    assert_memory_equal(p, zeros, sizeof zeros);
    mem_free(p);
    p = mem_alloc(0);
    assert_non_null(p);
    p = mem_realloc(p, 0);
    assert_non_null(p);
    mem_free(p);
}

static void refuses_a_product_that_overflows(void **state)
{
    (void)state;
    assert_null(mem_array(NULL, SIZE_MAX / 2, 3));
    int *p = mem_array(NULL, 4, sizeof *p);
    assert_non_null(p);
    p[3] = 7;
    p = mem_array(p, 400, sizeof *p);
    assert_non_null(p);
    assert_int_equal(p[3], 7);
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_from_the_nth_allocation_on),
        cmocka_unit_test(gives_zeroed_memory_and_never_null_for_nothing),
        cmocka_unit_test(refuses_a_product_that_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
