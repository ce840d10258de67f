/* SPDX-License-Identifier: Apache-2.0 */
/* Names of targets and repositories: none is shared by chance, and none changes without need. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link/testing.h"

#define URL "git@host.example:org/app.git"

static const struct target TWO[] = {
    {.given = STR("x/app"), .root = STR("/w/x/app"), .name = STR("app")},
    {.given = STR("y/app"), .root = STR("/w/y/app"), .name = STR("app")},
};

static void same(struct str got, const char *want)
{
    if (!str_eq_z(got, want))
        fail_msg("\"" STR_FMT "\" instead of \"%s\"", STR_ARG(got), want);
}

static void two_folders_of_one_name(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, TWO, 2);
    estate_file(&e, 0, "CLAUDE.md");
    estate_file(&e, 1, "CLAUDE.md");
    estate_seal(&e, NULL);
    same(link_target_identity(e.link, 0), "app");
    same(link_target_identity(e.link, 1), "y/app");
    assert_int_equal(estate_count(&e, KIND_INSTRUCTION_FILE), 2);
}

static void names_that_cannot_grow(void **state UNUSED)
{
    const struct target roots[] = {{.root = STR("/"), .name = STR("root")},
                                   {.root = STR("/root"), .name = STR("root")},
                                   {.root = STR("/x/root"), .name = STR("root")}};
    AUTO(estate) e = {0};
    estate_open(&e, roots, 3);
    estate_seal(&e, NULL);
    same(link_target_identity(e.link, 0), "root");
    same(link_target_identity(e.link, 1), "root~1");
    same(link_target_identity(e.link, 2), "x/root");
}

static void two_clones_of_one_repository(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, TWO, 2);
    estate_origin(&e, 0, ".git/config", URL);
    estate_file(&e, 0, "CLAUDE.md");
    estate_origin(&e, 1, ".git/config", URL);
    estate_file(&e, 1, "CLAUDE.md");
    estate_seal(&e, NULL);
    same(link_target_identity(e.link, 0), "host.example/org/app");
    same(link_target_identity(e.link, 1), "host.example/org/app@app");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "CLAUDE.md")->scope, "host.example/org/app");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 1, "CLAUDE.md")->scope,
         "host.example/org/app@app");
}

static void clones_inside_one_target(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, TWO, 1);
    estate_origin(&e, 0, "a/one/.git/config", URL);
    estate_file(&e, 0, "a/one/CLAUDE.md");
    estate_origin(&e, 0, "b/two/.git/config", URL);
    estate_file(&e, 0, "b/two/CLAUDE.md");
    estate_origin(&e, 0, "c/two/.git/config", URL);
    estate_file(&e, 0, "c/two/CLAUDE.md");
    estate_seal(&e, NULL);
    same(link_target_identity(e.link, 0), "app");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "a/one/CLAUDE.md")->scope,
         "host.example/org/app");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "b/two/CLAUDE.md")->scope,
         "host.example/org/app@two");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "c/two/CLAUDE.md")->scope,
         "host.example/org/app@c/two");
}

/* The same file, seen from the repository, from a folder in it, and by itself. */
static void parts_of_a_repository(void **state UNUSED)
{
    const struct target parts[] = {
        {.root = STR("/w/app"), .name = STR("app")},
        {.root = STR("/w/app/src/bot"), .name = STR("bot")},
        {.root = STR("/w/app/src/bot/CLAUDE.md"), .name = STR("CLAUDE.md"), .single_file = true},
    };
    static const struct {
        const char *config, *file, *identity;
    } rows[] = {
        {".git/config", "src/bot/CLAUDE.md", "host.example/org/app"},
        {"../../.git/config", "CLAUDE.md", "host.example/org/app//src/bot"},
        {"../../../.git/config", "CLAUDE.md", "host.example/org/app//src/bot/CLAUDE.md"},
    };
    struct str first = STR("");
    AUTO(arena) mem = ARENA(0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(estate) e = {0};
        estate_open(&e, &parts[i], 1);
        estate_origin(&e, 0, rows[i].config, URL);
        estate_file(&e, 0, rows[i].file);
        estate_seal(&e, NULL);
        same(link_target_identity(e.link, 0), rows[i].identity);
        const struct asset *a = estate_asset(&e, KIND_INSTRUCTION_FILE, 0, rows[i].file);
        if (!i)
            first = arena_str(&mem, a->id);
        assert_true(str_eq(a->id, first));
        /* What stands above is no part of the target. */
        assert_int_equal(e.inv.coverage.v[0].files, i ? 1 : 2);
    }
}

/* Only the configuration of a repository names one. */
static void no_other_file_speaks_for_a_folder(void **state UNUSED)
{
    static const char *const liars[] = {"a/b/evil", "config", ".git/config.d/config",
                                        "../sub/.git/config"};
    AUTO(estate) e = {0};
    estate_open(&e, TWO, 1);
    for (size_t i = 0; i < ARRAY_LEN(liars); i++)
        estate_origin(&e, 0, liars[i], URL);
    estate_file(&e, 0, "a/CLAUDE.md");
    estate_seal(&e, NULL);
    same(link_target_identity(e.link, 0), "app");
    same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "a/CLAUDE.md")->scope, "app");
}

/* ---- with a store ---- */

struct memory {
    const char *root, *identity, *scope;
    bool alive; /* the folder at `root` is still there */
};

static int memory_at(void *ctx, struct str root, struct arena *a, struct str *ret,
                     struct diag *d UNUSED)
{
    const struct memory *m = ctx;
    *ret = str_eq_z(root, m->root) ? arena_str(a, str_z(m->identity)) : STR("");
    return 0;
}

static int memory_taken(void *ctx, struct str identity, struct str root, bool *ret,
                        struct diag *d UNUSED)
{
    const struct memory *m = ctx;
    *ret = m->alive && str_eq_z(identity, m->identity) && !str_eq_z(root, m->root);
    return 0;
}

static int memory_scope(void *ctx, struct str identity UNUSED, struct str folder UNUSED,
                        struct str origin UNUSED, struct arena *a, struct str *ret,
                        struct diag *d UNUSED)
{
    const struct memory *m = ctx;
    *ret = arena_str(a, str_z(m->scope));
    return 0;
}

static struct known_targets known(struct memory *m)
{
    return (struct known_targets){
        .ctx = m, .at = memory_at, .taken = memory_taken, .scope = memory_scope};
}

static void check_known(struct memory m, const char *want)
{
    AUTO(estate) e = {0};
    struct known_targets k = known(&m);
    estate_open(&e, &TWO[1], 1);
    estate_seal(&e, &k);
    same(link_target_identity(e.link, 0), want);
}

static void names_of_other_scans(void **state UNUSED)
{
    check_known((struct memory){"/w/x/app", "app", "", true}, "y/app");
    check_known((struct memory){"/w/x/app", "app", "", false}, "app"); /* moved */
    check_known((struct memory){"/w/y/app", "app", "", true}, "app");
    check_known((struct memory){"/w/y/app", "y/app", "", true}, "y/app");
    /* Another project stood at this path. */
    check_known((struct memory){"/w/y/app", "host.example/org/other", "", true}, "app");
}

/* Clones and worktrees that are there at once are two; one that is gone leaves its name. */
static void clones_of_other_scans(void **state UNUSED)
{
    for (int alive = 0; alive < 2; alive++) {
        struct memory m = {"/w/x/app", "host.example/org/app", "", alive};
        struct known_targets k = known(&m);
        AUTO(estate) e = {0};
        estate_open(&e, &TWO[1], 1);
        estate_origin(&e, 0, ".git/config", URL);
        estate_file(&e, 0, "CLAUDE.md");
        estate_seal(&e, &k);
        const char *want = alive ? "host.example/org/app@app" : "host.example/org/app";
        same(link_target_identity(e.link, 0), want);
        same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "CLAUDE.md")->scope, want);
    }
}

static void a_part_keeps_the_scope_of_the_whole(void **state UNUSED)
{
    struct memory m = {"/w/x/app", "app", "host.example/org/app@two", true};
    struct known_targets k = known(&m);
    for (int part = 0; part < 2; part++) {
        AUTO(estate) e = {0};
        k.part = part;
        estate_open(&e, TWO, 1);
        estate_origin(&e, 0, "b/two/.git/config", URL);
        estate_file(&e, 0, "b/two/CLAUDE.md");
        estate_seal(&e, &k);
        same(estate_asset(&e, KIND_INSTRUCTION_FILE, 0, "b/two/CLAUDE.md")->scope,
             part ? "host.example/org/app@two" : "host.example/org/app");
    }
}

static void memory_runs_out(void **state UNUSED)
{
    int rc = E_NOMEM;
    for (size_t n = 1; rc == E_NOMEM; n++) {
        AUTO(estate) e = {0};
        struct diag d = {0};
        estate_open(&e, TWO, 2);
        estate_origin(&e, 0, ".git/config", URL);
        estate_origin(&e, 1, ".git/config", URL);
        estate_file(&e, 1, "CLAUDE.md");
        mem_fail_after(n);
        rc = link_name(e.link, NULL, &d);
        mem_fail_after(0);
        assert_true(!rc || (rc == E_NOMEM && d.text[0]));
        assert_true(n < 1000);
    }
    assert_int_equal(rc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_folders_of_one_name),
        cmocka_unit_test(names_that_cannot_grow),
        cmocka_unit_test(two_clones_of_one_repository),
        cmocka_unit_test(clones_inside_one_target),
        cmocka_unit_test(parts_of_a_repository),
        cmocka_unit_test(no_other_file_speaks_for_a_folder),
        cmocka_unit_test(names_of_other_scans),
        cmocka_unit_test(clones_of_other_scans),
        cmocka_unit_test(a_part_keeps_the_scope_of_the_whole),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
