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

/* A manifest that is not read may name people for what lies in and below its folder. */
static void manifests_that_are_not_read(void **state UNUSED)
{
    static const struct {
        const char *path, *member, *folder;
        enum fact_state want;
    } rows[] = {
        {"a/main.rs", "", "a", FACT_UNKNOWN},    {"a/b/main.rs", "", "a", FACT_UNKNOWN},
        {"main.rs", "", "", FACT_UNKNOWN},       {"a/main.rs", "", "", FACT_UNKNOWN},
        {"main.rs", "", "a", FACT_NONE},         {"ab/main.rs", "", "a", FACT_NONE},
        {"a.zip", "b/x", "a.zip", FACT_UNKNOWN}, {"a/b.zip", "x", "a", FACT_UNKNOWN},
        {"a.md", "", "a.zip", FACT_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct inventory inv;
        uint32_t handle;
        struct observation o = {
            .kind = KIND_INSTRUCTION_FILE,
            .name = STR("a"),
            .scope = STR("s"),
            .scope_path = STR("p"),
            .at = {.path = str_z(rows[i].path), .member = str_z(rows[i].member), .offset = -1}};
        assert_int_equal(inventory_init(&inv, 0), 0);
        assert_int_equal(inventory_add(&inv, &o, &handle), 0);
        assert_int_equal(inventory_unheard(&inv, 0, str_z(rows[i].folder)), 0);
        assert_int_equal(inventory_unheard(&inv, 1, STR("")), 0); /* of another target */
        assert_int_equal(inventory_seal(&inv), 0);
        classify_inventory(&inv, &CATALOG);
        if (inv.assets.v[0].owner_state != rows[i].want)
            fail_msg("%s beside %s", rows[i].path, rows[i].folder);
        inventory_done(&inv);
    }
}

/* An owner is known to be missing only when everything that could have named one was read. */
static enum fact_state owner_state_at(const char *place, const char *source, const char *gap,
                                      enum coverage_state state, const char *collectors)
{
    struct inventory inv;
    uint32_t handle;
    struct observation o = {.kind = KIND_APPLICATION,
                            .name = STR("a"),
                            .scope = STR("s"),
                            .at = {.path = str_z(place), .offset = -1}};
    size_t cut = str_find(o.at.path, STR("!/"), 0);
    if (cut != SIZE_MAX) {
        o.at.member = str_sub(o.at.path, cut + 2, o.at.path.n);
        o.at.path = str_sub(o.at.path, 0, cut);
    }
    struct coverage_row row = {.source = str_z(source),
                               .path = str_z(gap),
                               .state = state,
                               .collectors = str_z(collectors)};
    assert_int_equal(inventory_init(&inv, 0), 0);
    assert_int_equal(inventory_add(&inv, &o, &handle), 0);
    assert_int_equal(inventory_cover(&inv, &row), 0);
    assert_int_equal(inventory_seal(&inv), 0);
    classify_inventory(&inv, &CATALOG);
    enum fact_state found = inv.assets.v[0].owner_state;
    inventory_done(&inv);
    return found;
}

static enum fact_state owner_state_with(enum coverage_state state, const char *collectors)
{
    return owner_state_at("package.json", "files", "x", state, collectors);
}

static void missing_owners(void **state UNUSED)
{
    assert_int_equal(owner_state_with(COVERAGE_EXAMINED, ""), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_SKIPPED, ""), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_NOT_LOOKED, "secrets"), FACT_NONE);
    assert_int_equal(owner_state_with(COVERAGE_PARTIAL, "mcp-config codeowners"), FACT_UNKNOWN);
}

/* What was not read hides the owners of what it could have spoken for, and of nothing else. */
static void hidden_owners(void **state UNUSED)
{
    static const struct {
        const char *place, *source, *gap, *collectors;
        enum coverage_state state;
        enum fact_state want;
    } rows[] = {
        {"a/b/x.json", "files", "a/package.json", "npm-manifest secrets", COVERAGE_FAILED,
         FACT_UNKNOWN},
        {"a/x.json", "files", "a/b/package.json", "npm-manifest", COVERAGE_FAILED, FACT_NONE},
        {"ab/x.json", "files", "a/package.json", "npm-manifest", COVERAGE_FAILED, FACT_NONE},
        {"a/x.json", "files", "a/notes.txt", "secrets", COVERAGE_DENIED, FACT_NONE},
        {"a/b/x.json", "files", "a/CODEOWNERS", "codeowners", COVERAGE_PARTIAL, FACT_UNKNOWN},
        {"a/b/x.json", "files", "a/.github/CODEOWNERS", "codeowners", COVERAGE_DENIED,
         FACT_UNKNOWN},
        {"b/x.json", "files", "a/.github/CODEOWNERS", "codeowners", COVERAGE_DENIED, FACT_NONE},
        {"b/x.json", "files", "CODEOWNERS", "codeowners", COVERAGE_DENIED, FACT_UNKNOWN},
        {"a/x.json", "files", "a/.git", "", COVERAGE_DENIED, FACT_UNKNOWN},
        {"a/x.json", "files", "a/docs", "", COVERAGE_DENIED, FACT_UNKNOWN},
        {"a/x.json", "files", "a/lib", "", COVERAGE_DENIED, FACT_NONE},
        {"a/lib/c/x.json", "files", "a/lib", "", COVERAGE_DENIED, FACT_UNKNOWN},
        {"a.zip", "files", "a.zip", "", COVERAGE_PARTIAL, FACT_UNKNOWN},
        {"a.zip!/in/x.json", "files", "a.zip!/package.json", "npm-manifest", COVERAGE_FAILED,
         FACT_UNKNOWN},
        {"b/x.json", "files", "b/a.zip!/package.json", "npm-manifest", COVERAGE_FAILED, FACT_NONE},
        {"b/x.json", "files", "", "", COVERAGE_PARTIAL, FACT_UNKNOWN},
        {"b/x.json", "files", "../CODEOWNERS", "codeowners", COVERAGE_DENIED, FACT_UNKNOWN},
        {"b/x.json", "files", "everything-else", "", COVERAGE_NOT_LOOKED, FACT_UNKNOWN},
        {"b/x.json", "git", "c", "", COVERAGE_FAILED, FACT_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (owner_state_at(rows[i].place, rows[i].source, rows[i].gap, rows[i].state,
                           rows[i].collectors) != rows[i].want)
            fail_msg("%s beside %s", rows[i].place, rows[i].gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment_names), cmocka_unit_test(missing_owners),
        cmocka_unit_test(hidden_owners), cmocka_unit_test(manifests_that_are_not_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
