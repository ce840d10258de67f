/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the names of the codes and their errno origins. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/err.h"

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    assert_string_equal(err_name(OK), "ok");
    assert_string_equal(err_name(E_NOMEM), "no-memory");
    assert_string_equal(err_name(E_PARSE), "parse");
    assert_string_equal(err_name(E_LIMIT), "limit");
    assert_string_equal(err_name(E_NOTFOUND), "not-found");
    assert_string_equal(err_name(E_UNSUPPORTED), "unsupported");
    assert_string_equal(err_name(E_BUG), "bug");
    assert_string_equal(err_name(E_BUG - 1), "unknown");
    assert_string_equal(err_name(1), "unknown");
    assert_string_equal(err_name(INT32_MIN), "unknown");
    for (int a = E_BUG; a <= 0; a++) {
        for (int b = a + 1; b <= 0; b++)
            assert_string_not_equal(err_name(a), err_name(b));
    }
}

static void errno_values_map_to_codes(void **state)
{
    (void)state;
    assert_int_equal(err_from_errno(ENOENT), E_NOTFOUND);
    assert_int_equal(err_from_errno(ENOTDIR), E_NOTFOUND);
    assert_int_equal(err_from_errno(EACCES), E_DENIED);
    assert_int_equal(err_from_errno(EPERM), E_DENIED);
    assert_int_equal(err_from_errno(EEXIST), E_EXISTS);
    assert_int_equal(err_from_errno(ENOMEM), E_NOMEM);
    assert_int_equal(err_from_errno(ETIMEDOUT), E_TIMEOUT);
    assert_int_equal(err_from_errno(EIO), E_IO);
    assert_int_equal(err_from_errno(EISDIR), E_IO);
    assert_int_equal(err_from_errno(0), E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(errno_values_map_to_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
