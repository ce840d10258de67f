/* SPDX-License-Identifier: Apache-2.0 */
/* Names that say an environment, and names that only look as if they did. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "classify/classify.h"

static void environment_names(void **state UNUSED)
{
    static const struct {
        const char *path;
        enum environment want;
    } rows[] = {
        {".env.production", ENVIRONMENT_PRODUCTION},
        {"app/prod.env", ENVIRONMENT_PRODUCTION},
        {"chart/values-staging.yaml", ENVIRONMENT_STAGING},
        {"overlays/dev/app.yaml", ENVIRONMENT_DEVELOPMENT},
        {"deploy/Production/mcp.json", ENVIRONMENT_PRODUCTION},
        {"tests/dev/app.yaml", ENVIRONMENT_UNKNOWN},
        {"prod/app.py", ENVIRONMENT_UNKNOWN},
        {".env", ENVIRONMENT_UNKNOWN},
        {".env.example", ENVIRONMENT_UNKNOWN},
        {"values.yaml", ENVIRONMENT_UNKNOWN},
        {"", ENVIRONMENT_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(environment_of_path(str_z(rows[i].path)), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(environment_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
