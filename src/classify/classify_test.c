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

/* An owner is known to be missing only when everything that could have named one was read. */
static enum fact_state owner_state_with(enum coverage_state state, const char *collectors)
{
    struct inventory inv;
    uint32_t handle;
    struct observation o = {.kind = KIND_APPLICATION,
                            .name = STR("a"),
                            .scope = STR("s"),
                            .at = {.path = STR("package.json"), .offset = -1}};
    struct coverage_row row = {
        .source = STR("files"), .path = STR("x"), .state = state, .collectors = str_z(collectors)};
    assert_int_equal(inventory_init(&inv, 0), 0);
    assert_int_equal(inventory_add(&inv, &o, &handle), 0);
    assert_int_equal(inventory_cover(&inv, &row), 0);
    assert_int_equal(inventory_seal(&inv), 0);
    classify_inventory(&inv);
    enum fact_state found = inv.assets.v[0].owner_state;
    inventory_done(&inv);
    return found;
}

static void missing_owners(void **state UNUSED)
{
    assert_int_equal(owner_state_with(COVERAGE_EXAMINED, ""), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_SKIPPED, ""), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_DENIED, ""), FACT_UNKNOWN);
    assert_int_equal(owner_state_with(COVERAGE_NOT_LOOKED, "secrets"), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_PARTIAL, "mcp-config codeowners"), FACT_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(environment_names),
                                       cmocka_unit_test(missing_owners)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
