/* SPDX-License-Identifier: Apache-2.0 */
/* Which folders and files a walk passes by, and how options change it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/path.h"
#include "base/vec.h"
#include "discover/rules.h"

static const struct walk_rules *made(struct arena *a, const struct walk_choice *choice)
{
    const struct walk_rules *r = NULL;
    struct diag d = {0};
    if (walk_rules_new(&CATALOG, choice, a, &r, &d))
        fail_msg("%s", d.text);
    return r;
}

static const char *hides(const struct walk_rules *r, const char *folder)
{
    int rule = walk_rules_folder(r, str_z(folder));
    return rule == RULE_NONE ? "" : walk_rules_hides(r, rule);
}

static void folders(void **state UNUSED)
{
    static const struct {
        const char *path, *hides;
    } rows[] = {
        {".git", "**/.git/[!c]**"},
        {"a/b/.git", "**/.git/[!c]**"},
        {"node_modules", "node_modules"},
        {"web/node_modules", "node_modules"},
        {".yarn/cache", "**/.yarn/cache"},
        {"a/.yarn/cache", "**/.yarn/cache"},
        {".m2/repository", "**/.m2/repository"},
        {"a/.venv", ".venv"},
        /* Near misses: what people wrote is read. */
        {"cache", ""},
        {"x.yarn/cache", ""},
        {".yarn/releases", ""},
        {".m2", ""},
        {".gradle", ""},
        {".terraform", ""},
        {"node_modules2", ""},
        {"my_node_modules", ""},
        {"Node_Modules", ""}, /* no tool makes it */
        {".github", ""},
        {"vendor", ""},
        {"dist", ""},
        {"target", ""},
        {".ipynb_checkpoints", ""},
        {".cache", ""},
        {".cache/huggingface", ""},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(hides(NULL, rows[i].path), rows[i].hides) != 0)
            fail_msg("%s: %s", rows[i].path, hides(NULL, rows[i].path));
    assert_true(walk_rules_hide(NULL, STR("a/node_modules/b/c")));
    assert_true(walk_rules_hide(NULL, STR("node_modules")));
    assert_false(walk_rules_hide(NULL, STR("a/b/c")));
    assert_false(walk_rules_hide(NULL, STR("")));
}

static void markers(void **state UNUSED)
{
    int venv = walk_rules_marker(NULL, STR("pyvenv.cfg"));
    int conda = walk_rules_marker(NULL, STR("conda-meta"));
    assert_true(venv != RULE_NONE && conda != RULE_NONE && venv != conda);
    assert_string_equal(walk_rules_hides(NULL, venv), "virtual-environment");
    assert_int_equal(walk_rules_marker(NULL, STR("CACHEDIR.TAG")), RULE_NONE);
    assert_int_equal(walk_rules_marker(NULL, STR("PYVENV.CFG")), RULE_NONE);
    /* An environment that was made in the folder of a project is not one alone. */
    assert_true(walk_rules_holds(NULL, venv, STR("lib64")));
    assert_false(walk_rules_holds(NULL, venv, STR("app.py")));
    assert_false(walk_rules_holds(NULL, venv, STR("src")));
    assert_true(walk_rules_holds(NULL, conda, STR("compiler_compat")));
    assert_int_equal(walk_rules_marker(walk_rules_none(), STR("pyvenv.cfg")), RULE_NONE);
}

static void kept(void **state UNUSED)
{
    int git = walk_rules_folder(NULL, STR(".git"));
    int modules = walk_rules_folder(NULL, STR("node_modules"));
    assert_true(walk_rules_keeps(NULL, git, STR("config")));
    assert_true(walk_rules_keeps(NULL, git, STR_NULL));
    assert_false(walk_rules_keeps(NULL, git, STR("HEAD")));
    assert_false(walk_rules_keeps(NULL, git, STR("")));
    assert_false(walk_rules_keeps(NULL, modules, STR_NULL));
    assert_false(walk_rules_keeps(NULL, modules, STR("package.json")));
    /* What is kept is not hidden, the rest of the folder is. */
    const char *row = walk_rules_hides(NULL, git);
    assert_false(path_glob(str_z(row), STR("a/.git/config")));
    assert_true(path_glob(str_z(row), STR("a/.git/HEAD")));
    assert_true(path_glob(str_z(row), STR(".git/hooks/pre-commit")));
    assert_false(path_glob(str_z(row), STR("a/git/hooks/x")));
}

static void switched_off(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    const struct str ids[] = {STR("node-modules"), STR("virtual-environment")};
    const struct walk_choice some = {.read = ids, .n_read = 2}, all = {.all = true};
    const struct walk_rules *r = made(&a, &some);
    assert_string_equal(hides(r, "node_modules"), "");
    assert_string_equal(hides(r, ".venv"), "");
    assert_int_equal(walk_rules_marker(r, STR("pyvenv.cfg")), RULE_NONE);
    assert_string_equal(hides(r, "site-packages"), "site-packages");
    assert_true(walk_rules_marker(r, STR("conda-meta")) != RULE_NONE);
    assert_non_null(walk_rules_named(r, STR("kernel-file-systems")));
    r = made(&a, &all);
    for (int i = 0; i < CATALOG.n_walk_folders; i++)
        assert_string_equal(hides(r, CATALOG.walk_folders[i].path), "");
    assert_null(walk_rules_named(r, STR("kernel-file-systems")));
    assert_non_null(walk_rules_named(r, STR("symbolic-links"))); /* whatever is chosen */
    assert_null(walk_rules_named(NULL, STR("git-ignored")));
    assert_null(walk_rules_named(NULL, STR("nothing")));
}

static void excluded(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    const struct str globs[] = {STR("data/*.csv"), STR("**/old/"), STR("./big/**"), STR(".git")};
    const struct walk_choice choice = {.all = true, .exclude = globs, .n_exclude = 4};
    const struct walk_rules *r = made(&a, &choice);
    int rule = walk_rules_file(r, STR("data/x.csv"));
    assert_string_equal(walk_rules_hides(r, rule), "data/*.csv");
    assert_string_equal(walk_rules_reason(r, rule), EXCLUDED_REASON);
    assert_true(walk_rules_is_exclude(r, rule));
    assert_false(walk_rules_keeps(r, rule, STR_NULL));
    assert_int_equal(walk_rules_file(r, STR("data/a/x.csv")), RULE_NONE);
    assert_int_equal(walk_rules_file(r, STR("more/data/x.csv")), RULE_NONE);
    assert_string_equal(hides(r, "a/b/old"), "**/old");
    assert_string_equal(hides(r, "old"), "**/old");
    assert_string_equal(hides(r, "olds"), "");
    assert_string_equal(hides(r, "big"), "big");
    assert_true(walk_rules_hide(r, STR("big/a/b")));
    assert_string_equal(hides(r, ".git"), ".git"); /* all of it, whatever the rule keeps */
    assert_false(walk_rules_keeps(r, walk_rules_folder(r, STR(".git")), STR_NULL));
    assert_int_equal(walk_rules_count(r), walk_rules_count(NULL) + 4);
    for (int i = 0; i < walk_rules_count(r); i++)
        assert_true(walk_rules_hides(r, i)[0] && walk_rules_reason(r, i)[0]);
}

static void mistakes(void **state UNUSED)
{
    static const struct {
        const char *read, *exclude, *says, *hint;
    } rows[] = {
        {"nodemodules", NULL, "--read nodemodules: there is no such rule", "node-modules"},
        {"", NULL, "--read \"\": there is no such rule", "stance rules"},
        {"git-ignored", NULL, "read anyway", "virtual-environment"},
        {"tests", NULL, "read anyway", "linter-cache"},
        {"symbolic-links", NULL, "cannot be turned off", "compiler-cache"},
        {NULL, "", "--exclude \"\": nothing would be left", "data/*.csv"},
        {NULL, "**", "nothing would be left", ""},
        {NULL, "./", "nothing would be left", ""},
        {NULL, "/etc", "absolute path", ""},
        {NULL, "a/../b", "no path has", ""},
        {NULL, "a//b", "no path has", ""},
        {NULL, "\033[31m/../x", "\\x1b", ""},
        {NULL, "[", "--exclude [: \"[\" begins a set", "[a-z]"},
        {NULL, "[]", "no \"]\" ends", "[[]"},
        {NULL, "a/b[c/d]", "--exclude a/b[c/d]: \"[\" begins a set", "[abc]"},
        {NULL, "[a][!]", "no \"]\" ends", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena) a = ARENA(0);
        const struct walk_rules *r = NULL;
        struct str word = str_z(rows[i].read ? rows[i].read : rows[i].exclude);
        const struct walk_choice choice = {.read = &word,
                                           .n_read = rows[i].read != NULL,
                                           .exclude = &word,
                                           .n_exclude = rows[i].exclude != NULL};
        struct diag d = {0};
        int rc = walk_rules_new(&CATALOG, &choice, &a, &r, &d);
        if (rc != E_USAGE || r || !strstr(d.text, rows[i].says) || !strstr(d.hint, rows[i].hint))
            fail_msg("row %zu: %d %s (%s)", i, rc, d.text, d.hint);
    }
}

static void no_memory(void **state UNUSED)
{
    const struct str glob = STR("a/**");
    const struct walk_choice choice = {.exclude = &glob, .n_exclude = 1};
    int rc = E_NOMEM;
    for (size_t n = 1; rc == E_NOMEM; n++) {
        AUTO(arena) a = ARENA(0);
        const struct walk_rules *r = NULL;
        struct diag d = {0};
        mem_fail_after(n);
        rc = walk_rules_new(&CATALOG, &choice, &a, &r, &d);
        mem_fail_after(0);
        assert_true(n < 50);
        assert_int_equal(r != NULL, rc == 0);
    }
    assert_int_equal(rc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders),      cmocka_unit_test(markers),  cmocka_unit_test(kept),
        cmocka_unit_test(switched_off), cmocka_unit_test(excluded), cmocka_unit_test(mistakes),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
