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

/* The lines that count, as one by one from the first to the last would find them. */
static void expect_rules(struct link *l, struct owner_file *f, struct str path)
{
    struct owner_hits hits = {0};
    uint32_t want[64];
    size_t n = 0, last = SIZE_MAX;
    for (size_t i = 0; i <= f->rules.n; i++) {
        bool end = i == f->rules.n || str_starts(f->rules.v[i].pattern, STR("["));
        if (end && last != SIZE_MAX)
            want[n++] = (uint32_t)last;
        if (end)
            last = SIZE_MAX;
        else if (owner_pattern_match(f->rules.v[i].pattern, path))
            last = i;
    }
    (void)l;
    assert_int_equal(owner_rules_find(f, path, &hits), 0);
    assert_int_equal(hits.n, n);
    if (n)
        assert_memory_equal(hits.v, want, n * sizeof(want[0]));
    vec_free(&hits);
}

static void lines_are_found_as_if_read_one_by_one(void **state UNUSED)
{
    static const char *const words[] = {
        "*",     "*.js", "/a/",     "a/",  "a",      "/a", "a/b",  "a/b/",   "/a/b", "b",
        "b/",    "b.js", "/b.js",   "a/*", "**/b",   "/",  "",     "[One]",  "[two", "c/a",
        "a/b/c", "c/",   "/c/**/b", "a?",  "a/b.js", "/c", "a//b", "b/c.js", "//",   "c"};
    static const char *const parts[] = {"a", "b", "c", "b.js", "ab"};
    static const struct target t = {.root = STR("/w/t"), .name = STR("t")};
    unsigned seed = 7;
    for (int round = 0; round < 3000; round++) {
        struct link *l;
        struct owner_file f = {0};
        char path[32] = "";
        size_t at = 0;
        assert_int_equal(link_new(&t, 1, &CATALOG, &l), 0);
        for (int i = 0; i < 12; i++) {
            seed = seed * 1103515245u + 12345;
            struct owner_rule r = {.pattern = str_z(words[(seed >> 16) % ARRAY_LEN(words)])};
            assert_int_equal(owner_rule_add(l, &f, &r), 0);
        }
        for (int i = 0; i < 4; i++) {
            seed = seed * 1103515245u + 12345;
            at += (size_t)snprintf(path + at, sizeof(path) - at, "%s%s", i ? "/" : "",
                                   parts[(seed >> 16) % ARRAY_LEN(parts)]);
            expect_rules(l, &f, str_z(path));
        }
        owner_rules_free(&f);
        link_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(patterns), cmocka_unit_test(roots),
                                       cmocka_unit_test(lines_are_found_as_if_read_one_by_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
