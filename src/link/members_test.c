/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in archives has a scope path and labels of its own, and no say over the target. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/archives/members.h"
#include "link/testing.h"

static const struct target TARGET = {
    .given = {".", 1}, .root = {"/x/estate", 9}, .name = {"estate", 6}};

static struct place in_archive(const char *member)
{
    return (struct place){.member = str_z(member), .line = 1, .offset = -1};
}

static void asset_in(struct estate *e, enum kind kind, const char *member)
{
    emit_asset(&e->emit, kind, STR("n"), in_archive(member));
}

/* The only asset of a kind at a member of the archive. */
static const struct asset *at(const struct estate *e, enum kind kind, const char *path,
                              const char *member)
{
    const struct asset *found = NULL;
    vec_each (a, &e->inv.assets) {
        for (size_t i = 0; i < a->n_places; i++)
            if (a->kind == kind && str_eq_z(a->places[i].at.path, path) &&
                str_eq_z(a->places[i].at.member, member))
                found = a;
    }
    assert_non_null(found);
    return found;
}

static void applications_are_folders_of_archives(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, &TARGET, 1);
    estate_begin(&e);
    asset_in(&e, KIND_APPLICATION, "a/package.json");
    asset_in(&e, KIND_APPLICATION, "a/pyproject.toml");
    asset_in(&e, KIND_APPLICATION, "b/package.json");
    asset_in(&e, KIND_APPLICATION, "package.json");
    asset_in(&e, KIND_APPLICATION, "in.tar!/a/package.json");
    /* Layers of an image lie above one another. */
    asset_in(&e, KIND_APPLICATION, "sha256:0123456789ab/srv/package.json");
    asset_in(&e, KIND_APPLICATION, "sha256:ba9876543210/srv/pyproject.toml");
    estate_item(&e, 0, "x/a.zip");
    estate_begin(&e);
    asset_in(&e, KIND_APPLICATION, "a/package.json");
    estate_item(&e, 0, "x/b.zip");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_APPLICATION), 6);
    assert_ptr_equal(at(&e, KIND_APPLICATION, "x/a.zip", "a/package.json"),
                     at(&e, KIND_APPLICATION, "x/a.zip", "a/pyproject.toml"));
    assert_ptr_equal(at(&e, KIND_APPLICATION, "x/a.zip", "sha256:0123456789ab/srv/package.json"),
                     at(&e, KIND_APPLICATION, "x/a.zip", "sha256:ba9876543210/srv/pyproject.toml"));
}

static void labels_come_from_the_whole_path(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, &TARGET, 1);
    estate_begin(&e);
    asset_in(&e, KIND_INSTRUCTION_FILE, "docs/AGENTS.md");
    asset_in(&e, KIND_INSTRUCTION_FILE, "AGENTS.md");
    estate_item(&e, 0, "tests/a.zip");
    estate_seal(&e, NULL);
    assert_int_equal(at(&e, KIND_INSTRUCTION_FILE, "tests/a.zip", "AGENTS.md")->places[0].labels,
                     1u << LABEL_TEST);
    assert_int_equal(
        at(&e, KIND_INSTRUCTION_FILE, "tests/a.zip", "docs/AGENTS.md")->places[0].labels,
        1u << LABEL_TEST | 1u << LABEL_DOCS);
}

/* Neither a .git/config nor a CODEOWNERS file in an archive speaks for the target. */
static void no_say_over_the_target(void **state UNUSED)
{
    AUTO(estate) e = {0};
    struct str evil = STR("@evil");
    estate_open(&e, &TARGET, 1);
    estate_begin(&e);
    emit_origin(&e.emit, STR("https://github.com/evil/x"), in_archive(".git/config"));
    emit_owner_rule(&e.emit, STR("*"), &evil, 1, in_archive("CODEOWNERS"));
    asset_in(&e, KIND_INSTRUCTION_FILE, "AGENTS.md");
    estate_item(&e, 0, ".git/config"); /* whatever the file around it is called */
    estate_begin(&e);
    emit_owner_rule(&e.emit, STR("*"), &evil, 1, in_archive("CODEOWNERS"));
    estate_item(&e, 0, "CODEOWNERS");
    estate_file(&e, 0, "AGENTS.md");
    estate_owner(&e, 0, "docs/CODEOWNERS", "*.zip", "@good");
    estate_begin(&e);
    asset_in(&e, KIND_INSTRUCTION_FILE, "AGENTS.md");
    estate_item(&e, 0, "lib/a.zip");
    estate_seal(&e, NULL);
    const struct asset *file = estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "AGENTS.md");
    assert_true(str_eq_z(file->scope, "estate"));
    assert_int_equal(file->n_owners, 0);
    /* But who owns the archive owns what is in it. */
    const struct asset *member = at(&e, KIND_INSTRUCTION_FILE, "lib/a.zip", "AGENTS.md");
    assert_int_equal(member->n_owners, 1);
    assert_true(str_eq_z(member->owners[0].name, "@good"));
}

/* People that a manifest in an archive names answer for what lies beside it there, no further. */
static void manifests_speak_for_their_archive(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, &TARGET, 1);
    estate_begin(&e);
    uint32_t app = emit_asset(&e.emit, KIND_APPLICATION, STR("n"), in_archive("a/package.json"));
    emit_owner(&e.emit, app, STR("Ann"), "package-metadata", 40, in_archive("a/package.json"));
    asset_in(&e, KIND_INSTRUCTION_FILE, "a/sub/AGENTS.md");
    asset_in(&e, KIND_INSTRUCTION_FILE, "b/AGENTS.md");
    estate_item(&e, 0, "x/a.zip");
    estate_file(&e, 0, "x/AGENTS.md");
    estate_seal(&e, NULL);
    assert_int_equal(at(&e, KIND_INSTRUCTION_FILE, "x/a.zip", "a/sub/AGENTS.md")->n_owners, 1);
    assert_int_equal(at(&e, KIND_INSTRUCTION_FILE, "x/a.zip", "b/AGENTS.md")->n_owners, 0);
    assert_int_equal(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "x/AGENTS.md")->n_owners, 0);
}

static const struct coverage_row *row(const struct estate *e, const char *path)
{
    vec_each (r, &e->inv.coverage)
        if (str_eq_z(r->path, path))
            return r;
    fail_msg("no row for %s", path);
    return NULL;
}

static void gaps_have_the_path_of_the_member(void **state UNUSED)
{
    AUTO(estate) e = {0};
    struct place archive = {.collector = STR(MEMBERS_COLLECTOR), .offset = -1};
    estate_open(&e, &TARGET, 1);
    estate_begin(&e);
    emit_gap(&e.emit, COVERAGE_PARTIAL, in_archive("d/package.json"), "line 1: bad");
    emit_gap(&e.emit, COVERAGE_PARTIAL, archive, "cut");
    emit_rule(&e.emit, archive, STR("**/node_modules/**"), 17, "installed");
    estate_item(&e, 0, "x/[a].zip");
    estate_seal(&e, NULL);
    assert_true(str_has(row(&e, "x/[a].zip!/d/package.json")->collectors, STR("npm-manifest")));
    assert_int_equal(row(&e, "x/[a].zip!/d/package.json")->bytes, 0);
    assert_int_equal(row(&e, "x/[a].zip")->collectors.n, 0); /* it could have held anything */
    const struct coverage_row *rule = row(&e, "x/[[]a].zip!/**/node_modules/**");
    assert_int_equal(rule->files, 17);
    assert_int_equal(rule->state, COVERAGE_SKIPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applications_are_folders_of_archives),
        cmocka_unit_test(labels_come_from_the_whole_path),
        cmocka_unit_test(no_say_over_the_target),
        cmocka_unit_test(manifests_speak_for_their_archive),
        cmocka_unit_test(gaps_have_the_path_of_the_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
