/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers for what lies below a manifest that names people. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link/testing.h"

static const struct target ESTATE[] = {
    {.given = STR("."), .root = STR("/w/estate"), .name = STR("estate")},
    {.given = STR("."), .root = STR("/w/other"), .name = STR("other")}};
static const struct place FILE_PLACE = {.offset = -1};

static void manifest(struct estate *e, const char *path, const char *owner)
{
    estate_begin(e);
    uint32_t self = emit_asset(&e->emit, KIND_APPLICATION, STR("bot"), FILE_PLACE);
    if (owner)
        emit_owner(&e->emit, self, str_z(owner), "package-metadata", 40, FILE_PLACE);
    estate_item(e, 0, path);
}

static void check(const struct estate *e, uint32_t target, enum kind kind, const char *path,
                  const char *owner, unsigned confidence)
{
    const struct asset *a = estate_asset(e, kind, target, path);
    assert_true(a != NULL);
    if (!owner) {
        assert_int_equal(a->n_owners, 0);
        return;
    }
    assert_int_equal(a->n_owners, 1);
    assert_true(str_eq_z(a->owners[0].name, owner));
    assert_true(str_eq_z(a->owners[0].source, "package-metadata"));
    assert_int_equal(a->owners[0].confidence, confidence);
}

static void innermost_manifest(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 2);
    estate_file(&e, 0, "r/CLAUDE.md"); /* before the manifest in order */
    manifest(&e, "r/package.json", "Ann");
    manifest(&e, "r/own/package.json", "Bob");
    manifest(&e, "r/silent/package.json", NULL);
    estate_file(&e, 0, "r/own/x/CLAUDE.md");
    estate_file(&e, 0, "r/silent/CLAUDE.md");
    estate_file(&e, 0, "rest/CLAUDE.md");
    estate_file(&e, 1, "r/CLAUDE.md");
    estate_seal(&e, NULL);
    check(&e, 0, KIND_INSTRUCTION_FILE, "r/CLAUDE.md", "Ann", 25);
    check(&e, 0, KIND_INSTRUCTION_FILE, "r/own/x/CLAUDE.md", "Bob", 25);
    check(&e, 0, KIND_INSTRUCTION_FILE, "r/silent/CLAUDE.md", "Ann", 25);
    check(&e, 0, KIND_INSTRUCTION_FILE, "rest/CLAUDE.md", NULL, 0);
    check(&e, 1, KIND_INSTRUCTION_FILE, "r/CLAUDE.md", NULL, 0);
    check(&e, 0, KIND_APPLICATION, "r/package.json", "Ann", 40);
    check(&e, 0, KIND_APPLICATION, "r/own/package.json", "Bob", 40);
    check(&e, 0, KIND_APPLICATION, "r/silent/package.json", "Ann", 25);
}

/* A repository inside another, and a code owner, come first. */
static void borders(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    manifest(&e, "package.json", "Ann");
    estate_origin(&e, 0, "sub/.git/config", "https://host.example/o/sub");
    estate_owner(&e, 0, "CODEOWNERS", "/owned/", "@team");
    estate_file(&e, 0, "sub/CLAUDE.md");
    estate_file(&e, 0, "owned/CLAUDE.md");
    estate_seal(&e, NULL);
    check(&e, 0, KIND_INSTRUCTION_FILE, "sub/CLAUDE.md", NULL, 0);
    const struct asset *owned = estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "owned/CLAUDE.md");
    assert_true(str_eq_z(owned->owners[0].name, "@team"));
}

/* An application that only code speaks of lies below a manifest like any other. */
static void of_code(void **state UNUSED)
{
    AUTO(estate) e = {0};
    const struct catalog_import *row = catalog_import(&CATALOG, STR("python"), STR("openai"));
    estate_open(&e, ESTATE, 1);
    manifest(&e, "r/pyproject.toml", "Ann");
    for (int i = 0; i < 2; i++) {
        estate_begin(&e);
        emit_project(&e.emit, "python", true, STR(""), FILE_PLACE);
        estate_item(&e, 0, i ? "alone/requirements.txt" : "r/evals/requirements.txt");
        estate_begin(&e);
        emit_import(&e.emit, row, true, FILE_PLACE);
        estate_item(&e, 0, i ? "alone/run.py" : "r/evals/run.py");
    }
    estate_seal(&e, NULL);
    check(&e, 0, KIND_APPLICATION, "r/evals/run.py", "Ann", 25);
    check(&e, 0, KIND_APPLICATION, "alone/run.py", NULL, 0);
}

/* People of a manifest without AI answer for its folder, where no application names any. */
static void without_application(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    estate_begin(&e);
    emit_owner(&e.emit, FACT_NONE, STR("Ann"), "package-metadata", 40, FILE_PLACE);
    estate_item(&e, 0, "r/package.json");
    manifest(&e, "r/requirements.txt", NULL);
    manifest(&e, "r/own/package.json", "Bob");
    estate_file(&e, 0, "r/x/CLAUDE.md");
    estate_seal(&e, NULL);
    check(&e, 0, KIND_APPLICATION, "r/requirements.txt", "Ann", 25);
    check(&e, 0, KIND_APPLICATION, "r/own/package.json", "Bob", 40);
    check(&e, 0, KIND_INSTRUCTION_FILE, "r/x/CLAUDE.md", "Ann", 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(innermost_manifest),
                                       cmocka_unit_test(borders), cmocka_unit_test(of_code),
                                       cmocka_unit_test(without_application)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
