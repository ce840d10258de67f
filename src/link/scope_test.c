/* SPDX-License-Identifier: Apache-2.0 */
/* Origins, homes and labels of paths. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/git/origin.h"
#include "link/testing.h"

static void origins(void **state UNUSED)
{
    static const struct {
        const char *url, *want; /* NULL: not an origin */
    } rows[] = {
        {"git@github.com:Org/Repo.git", "github.com/Org/Repo"},
        {"https://user:pw@GitHub.com/Org/Repo/", "github.com/Org/Repo"},
        {"ssh://git@host.example:2222/team/repo.git", "host.example/team/repo"},
        {"https://gitlab.example/a/b/c.git", "gitlab.example/a/b/c"},
        {"https://user:p@ss@host.example/o/r.git", "host.example/o/r"},
        {"https://host.example/o/r.git?private_token=abc#x", "host.example/o/r"},
        {"host.example:o/r", "host.example/o/r"},
        {"git@host.example:team@home/r", "host.example/team@home/r"},
        {"C:\\work\\r", NULL},
        {"./a:b/c", NULL},
        {"/srv/git/repo.git", NULL},
        {"file:///srv/git/repo.git", NULL},
        {"../other", NULL},
        {"https://host.example/", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) out = BUF_INIT;
        int rc = origin_normalise(str_z(rows[i].url), &out);
        if (!rows[i].want)
            assert_int_equal(rc, E_NOTFOUND);
        else
            assert_string_equal(out.p, rows[i].want);
    }
}

static void check_scope(struct link *l, const char *path, const char *id, const char *rest)
{
    struct scope s;
    assert_int_equal(scope_of(l, 0, str_z(path), &s), 0);
    if (!str_eq_z(s.id, id) || !str_eq_z(s.path, rest))
        fail_msg("%s: " STR_FMT " " STR_FMT, path, STR_ARG(s.id), STR_ARG(s.path));
}

static void scopes(void **state UNUSED)
{
    struct target t = {.given = STR("."), .root = STR("/x/estate"), .name = STR("estate")};
    AUTO(estate) e = {0};
    estate_open(&e, &t, 1);
    estate_origin(&e, 0, "repos/a/.git/config", "https://github.com/o/a");
    estate_seal(&e, NULL);
    struct link *l = e.link;
    check_scope(l, "repos/a/src/x.py", "github.com/o/a", "src/x.py");
    check_scope(l, "repos/ab/x.py", "estate", "repos/ab/x.py");
    check_scope(l, "home/bob/.claude.json", "home:estate/home/bob", ".claude.json");
    check_scope(l, "lt/homes/macos/eve/.cursor/mcp.json", "home:estate/lt/homes/macos/eve",
                ".cursor/mcp.json");
    check_scope(l, "home/bob", "estate", "home/bob");
    check_scope(l, "AGENTS.md", "estate", "AGENTS.md");
    /* A folder called home makes no home of a part of a repository, settings in it do. */
    check_scope(l, "repos/a/pages/home/hero/AGENTS.md", "github.com/o/a",
                "pages/home/hero/AGENTS.md");
    check_scope(l, "repos/a/image/home/bob/.claude.json", "home:estate/repos/a/image/home/bob",
                ".claude.json");
    check_scope(l, "repos/a/Users/eve/AppData/Roaming/Claude/x.json",
                "home:estate/repos/a/Users/eve", "AppData/Roaming/Claude/x.json");
}

static void check_person(struct link *l, const char *path, const char *person)
{
    struct scope s;
    assert_int_equal(scope_of(l, 0, str_z(path), &s), 0);
    if (!str_eq_z(s.person, person))
        fail_msg("%s: " STR_FMT, path, STR_ARG(s.person));
}

static void people(void **state UNUSED)
{
    struct target folder = {.given = STR("."), .root = STR("/x/estate"), .name = STR("estate")};
    struct target home = {.given = STR("~"), .root = STR("/home/ann"), .name = STR("ann")};
    AUTO(estate) e = {0};
    AUTO(estate) h = {0};
    estate_open(&e, &folder, 1);
    estate_origin(&e, 0, "home/bob/src/a/.git/config", "https://github.com/o/a");
    estate_seal(&e, NULL);
    check_person(e.link, "home/bob/.claude.json", "bob");
    check_person(e.link, "home/bob/src/a/AGENTS.md", "");
    check_person(e.link, "AGENTS.md", "");
    estate_open(&h, &home, 1);
    estate_seal(&h, NULL);
    check_person(h.link, ".claude.json", "ann");
}

static void labels(void **state UNUSED)
{
    assert_int_equal(labels_of_path(STR("src/app.py")), 0);
    assert_int_equal(labels_of_path(STR("tests/x/app.py")), 1u << LABEL_TEST);
    assert_int_equal(labels_of_path(STR("Docs/examples/a.md")),
                     1u << LABEL_DOCS | 1u << LABEL_EXAMPLE);
    assert_int_equal(labels_of_path(STR("third-party/x/build/a.js")),
                     1u << LABEL_VENDORED | 1u << LABEL_GENERATED);
    assert_int_equal(labels_of_path(STR("a/.ipynb_checkpoints/n.ipynb")), 1u << LABEL_GENERATED);
    assert_int_equal(labels_of_path(STR("test")), 0); /* a file of that name */
    assert_int_equal(labels_of_path(STR("latest/contest/a")), 0);
    /* Folders of several parts are whole parts, too. */
    assert_int_equal(labels_of_path(STR("x/bundle/a.rb")), 0);
    assert_int_equal(labels_of_path(STR("Vendor/Bundle/a.rb")), 1u << LABEL_VENDORED);
    static const char *const words[][2] = {
        {"test", "test"},
        {"tests", "test"},
        {"testing", "test"},
        {"testdata", "test"},
        {"fixtures", "test"},
        {"__tests__", "test"},
        {"spec", "test"},
        {"e2e", "test"},
        {"example", "example"},
        {"examples", "example"},
        {"sample", "example"},
        {"samples", "example"},
        {"demo", "example"},
        {"demos", "example"},
        {"cookbook", "example"},
        {"docs", "docs"},
        {"doc", "docs"},
        {"vendor", "vendored"},
        {"vendored", "vendored"},
        {"third_party", "vendored"},
        {"node_modules", "vendored"},
        {"site-packages", "vendored"},
        {"dist", "generated"},
        {"generated", "generated"},
        {"build", "generated"},
        {"out", "generated"},
        {"target", "generated"},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        AUTO(buf) path = BUF_INIT;
        buf_addf(&path, "a/%s/b/c.txt", words[i][0]);
        int label = word_index(LABEL_NAMES, str_z(words[i][1]));
        assert_int_equal(labels_of_path(buf_str(&path)), 1u << label);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(origins), cmocka_unit_test(scopes),
                                       cmocka_unit_test(labels), cmocka_unit_test(people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
