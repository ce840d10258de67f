/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of npm dependency maps: aliases, ranges, one version. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/npm_spec.h"

static void specs(void **state UNUSED)
{
    static const struct {
        const char *key, *value, *name, *range, *version;
        bool catalog;
    } rows[] = {
        {"openai", "^4.1.0", "openai", "^4.1.0", "", false},
        {"openai", " 4.1.0 ", "openai", "4.1.0", "4.1.0", false},
        {"openai", "=v4.1.0-rc.1+b-2", "openai", "=v4.1.0-rc.1+b-2", "4.1.0-rc.1+b-2", false},
        {"openai", "4.1", "openai", "4.1", "", false},
        {"openai", "4.1.x", "openai", "4.1.x", "", false},
        {"openai", "4.1.0 - 5.0.0", "openai", "4.1.0 - 5.0.0", "", false},
        {"openai", "4.1.0 || 5", "openai", "4.1.0 || 5", "", false},
        {"openai", "4.1.0.2", "openai", "4.1.0.2", "", false},
        {"openai", "", "openai", "", "", false},
        {"openai", "*", "openai", "*", "", false},
        {"openai", "latest", "openai", "latest", "", false},
        {"openai", "file:../x", "openai", "file:../x", "", false},
        {"x", "npm:openai@^4", "openai", "^4", "", false},
        {"x", "npm:openai@4.1.0", "openai", "4.1.0", "4.1.0", false},
        {"x", "npm:@scope/pkg@1.0.0", "@scope/pkg", "1.0.0", "1.0.0", false},
        {"x", "npm:@scope/pkg", "@scope/pkg", "", "", false},
        {"x", "npm:openai", "openai", "", "", false},
        {"openai", "npm:^4.0.0", "openai", "^4.0.0", "", false},
        {"openai", "npm:v4.0.0", "openai", "v4.0.0", "4.0.0", false},
        {"openai", "npm:", "openai", "npm:", "", false},
        {"openai", "catalog:ai", "openai", "catalog:ai", "", true},
        {"", "", "", "", "", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct npm_spec s = npm_spec(str_z(rows[i].key), str_z(rows[i].value));
        if (!str_eq_z(s.name, rows[i].name) || !str_eq_z(s.range, rows[i].range) ||
            !str_eq_z(s.version, rows[i].version) || s.catalog != rows[i].catalog)
            fail_msg("%s: %s: " STR_FMT "|" STR_FMT "|" STR_FMT, rows[i].key, rows[i].value,
                     STR_ARG(s.name), STR_ARG(s.range), STR_ARG(s.version));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(specs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
