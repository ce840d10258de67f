/* SPDX-License-Identifier: Apache-2.0 */
/* CODEOWNERS patterns as their hosts document them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link/link_internal.h"

static void patterns(void **state UNUSED)
{
    static const struct {
        const char *pattern, *path;
        bool want;
    } rows[] = {
        {"*", "a/b/c.py", true},
        {"*.js", "web/app/x.js", true},
        {"*.js", "web/app/x.jsx", false},
        {"/build/logs/", "build/logs/a/b.txt", true},
        {"/build/logs/", "x/build/logs/b.txt", false},
        {"docs/*", "docs/a.md", true},
        {"docs/*", "docs/sub/a.md", false},
        {"apps/", "x/apps/y/z.c", true},
        {"apps/", "x/apps", false},
        {"/docs", "docs/deep/er.md", true},
        {"/docs", "sub/docs/a.md", false},
        {"**/logs", "deep/er/logs/a", true},
        {"/scripts/**/run.sh", "scripts/a/b/run.sh", true},
        {"CLAUDE.md", "a/CLAUDE.md", true},
        {"/", "anything", true},
        {"", "anything", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (owner_pattern_match(str_z(rows[i].pattern), str_z(rows[i].path)) != rows[i].want)
            fail_msg("%s against %s", rows[i].pattern, rows[i].path);
}

static void roots(void **state UNUSED)
{
    struct str root;
    int rank;
    assert_true(owner_file_root(STR("x/.github/CODEOWNERS"), &root, &rank));
    assert_true(str_eq_z(root, "x") && rank == 0);
    assert_true(owner_file_root(STR("CODEOWNERS"), &root, &rank));
    assert_true(root.n == 0 && rank == 1);
    assert_true(owner_file_root(STR("docs/CODEOWNERS"), &root, &rank));
    assert_true(root.n == 0 && rank == 2);
    assert_false(owner_file_root(STR("CODEOWNERS.md"), &root, &rank));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(patterns), cmocka_unit_test(roots)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
