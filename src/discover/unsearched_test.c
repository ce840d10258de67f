/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of which texts nobody can say that they name no host of a vendor. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector.h"
#include "discover/unsearched.h"

static const char *kind_of(const char *path)
{
    const struct catalog_unread *kind = unsearched(&CATALOG, str_z(path));

    return kind ? kind->id : "";
}

static void kinds(void **state UNUSED)
{
    static const struct {
        const char *path, *kind;
    } rows[] = {{"a/index.html", "pages"},
                {"INDEX.HTML", "pages"},
                {"q.sql", "queries"},
                {"a/x.xml", "xml"},
                {"Makefile", "build-scripts"},
                {"lib/CMakeLists.txt", "build-scripts"},
                {"a.csv", "data"},
                {"a.jl", "other-code"},
                {"README", "prose"},
                {"README.md", "prose"},
                {"package.json", "lists"},
                {"requirements-dev.txt", "lists"},
                {"a.unheard-of", "other-texts"},
                {"unheard-of", "other-texts"},
                {".gitignore", "other-texts"}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(kind_of(rows[i].path), rows[i].kind))
            fail_msg("%s is \"%s\"", rows[i].path, kind_of(rows[i].path));
}

/* Hosts are looked for in them, or another row says that they are not read. */
static void none(void **state UNUSED)
{
    static const char *const paths[] = {"a.py",    "b/a.ts", ".env",    "x.yaml", "main.tf",
                                        "pom.xml", "go.mod", "Gemfile", "m.gguf", "Jenkinsfile"};

    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (*kind_of(paths[i]))
            fail_msg("%s is \"%s\"", paths[i], kind_of(paths[i]));
}

static void no_kinds(void **state UNUSED)
{
    const struct catalog c = {0};

    assert_null(unsearched(&c, STR("a.html")));
}

static void last_is_any_other(void **state UNUSED)
{
    int texts = 0;

    for (int i = 0; i < CATALOG.n_unread; i++)
        texts += CATALOG.unread[i].text > 0;
    assert_in_range(texts, 2, CATALOG_TEXTS);
    assert_int_equal(CATALOG.unread[CATALOG.n_unread - 1].text, texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds), cmocka_unit_test(none),
                                       cmocka_unit_test(no_kinds),
                                       cmocka_unit_test(last_is_any_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
