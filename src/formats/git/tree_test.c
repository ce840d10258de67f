/* SPDX-License-Identifier: Apache-2.0 */
/* Trees: listings in pages, names that no file has, trees that name themselves, differences. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/fixture.h"
#include "formats/git/tree.h"

struct seen {
    struct buf text;
    int each; /* entries of one page; 0: all */
    int n, fail;
};

static int on_entry(void *ctx, const struct gitentry *e)
{
    static const char kinds[] = {'f', 'l', 's', 'd', '!'};
    struct seen *s = ctx;
    buf_addc(&s->text, kinds[e->kind]);
    buf_addc(&s->text, ' ');
    buf_add(&s->text, e->path);
    if (e->kind == GITENTRY_BAD)
        buf_addf(&s->text, " (%s)", e->reason);
    buf_addc(&s->text, '\n');
    s->n++;
    if (s->fail && s->n == s->fail)
        return E_IO;
    return s->each && s->n % s->each == 0;
}

static int list(struct fix *f, const struct git_id *tree, struct seen *s)
{
    AUTO(buf) cursor = BUF_INIT;
    int rc, pages = 0;
    s->text = (struct buf)BUF_INIT;
    s->n = 0;
    diag_clear(&f->d);
    do {
        rc = gittree_list(f->repo, tree, &cursor, on_entry, s, &f->d);
        assert_true(++pages < 1000);
    } while (!rc && cursor.n);
    return rc;
}

static void expect_list(struct fix *f, const struct git_id *tree, const char *want)
{
    for (int each = 0; each < 4; each++) {
        struct seen s = {.each = each};
        assert_int_equal(list(f, tree, &s), 0);
        assert_string_equal(s.text.p, want);
        buf_done(&s.text);
    }
}

static struct git_id blob_of(struct fix *f, const char *text)
{
    return testgit_object(&f->git, GIT_BLOB, str_z(text));
}

static void files_in_folders(void **state)
{
    struct fix *f = *state;
    struct git_id blob = blob_of(f, "x"), inner, mid;
    AUTO(buf) tree = BUF_INIT;
    AUTO(buf) lib = BUF_INIT;
    testgit_entry(&lib, "100644", STR("one.c"), &blob);
    testgit_entry(&lib, "100755", STR("two.c"), &blob);
    inner = testgit_object(&f->git, GIT_TREE, buf_str(&lib));
    mid = testgit_tree1(&f->git, "40000", "src", &inner);
    testgit_entry(&tree, "100644", STR("a"), &blob);
    testgit_entry(&tree, "40000", STR("lib"), &mid);
    testgit_entry(&tree, "120000", STR("link"), &blob);
    testgit_entry(&tree, "160000", STR("sub"), &blob);
    testgit_entry(&tree, "100664", STR("z"), &blob);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree)), got;
    struct gitentry e;
    reopen(f);
    expect_list(f, &root, "f a\nf lib/src/one.c\nf lib/src/two.c\nl link\ns sub\nf z\n");
    assert_int_equal(gittree_folder(f->repo, &root, STR("lib/src"), &got, &f->d), 0);
    expect_list(f, &got, "f one.c\nf two.c\n");
    assert_int_equal(gittree_folder(f->repo, &root, STR("lib/none"), &got, &f->d), E_NOTFOUND);
    assert_int_equal(gittree_folder(f->repo, &root, STR("a"), &got, &f->d), E_NOTFOUND);
    assert_int_equal(gittree_find(f->repo, &root, STR("lib/src/two.c"), &e, &f->d), 0);
    assert_int_equal(e.mode, 0100755);
    assert_int_equal(gittree_find(f->repo, &root, STR("a/b"), &e, &f->d), E_NOTFOUND);
    /* A caller that gives up ends the listing with its own code. */
    struct seen s = {.fail = 2};
    assert_int_equal(list(f, &root, &s), E_IO);
    assert_int_equal(s.n, 2);
    buf_done(&s.text);
}

static void names_that_no_file_has(void **state)
{
    static const char *const names[] = {"..", ".",         ".git", ".GIT",        "a/b",
                                        "",   "\033[2J\n", "x y",  "caf\xc3\xa9", "\xff\xfe"};
    struct fix *f = *state;
    struct git_id blob = blob_of(f, "x"), folder = testgit_tree1(&f->git, "100644", "f", &blob);
    AUTO(buf) tree = BUF_INIT;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        testgit_entry(&tree, "100644", str_z(names[i]), &blob);
    testgit_entry(&tree, "40000", STR(".."), &folder);
    testgit_entry(&tree, "40000", STR(".git"), &folder);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    reopen(f);
#define NO_NAME "(a tree has an entry with a name that no file of a commit may have)\n"
    expect_list(f, &root,
                "! .. " NO_NAME "! . " NO_NAME "! .git " NO_NAME "! .GIT " NO_NAME
                "! a/b (a tree has an entry with '/' in its name)\n!  " NO_NAME
                "f \033[2J\n\nf x y\nf caf\xc3\xa9\nf \xff\xfe\n! .. " NO_NAME "! .git " NO_NAME);
}

static void damage_is_an_entry_and_the_rest_is_listed(void **state)
{
    struct fix *f = *state;
    struct git_id blob = blob_of(f, "x"), torn, lost = testgit_name(GIT_TREE, STR("lost"));
    AUTO(buf) tree = BUF_INIT;
    AUTO(buf) half = BUF_INIT;
    testgit_entry(&half, "100644", STR("good"), &blob);
    buf_addz(&half, "100644 bad");
    torn = testgit_object(&f->git, GIT_TREE, buf_str(&half));
    testgit_entry(&tree, "40000", STR("blob"), &blob);
    testgit_entry(&tree, "40000", STR("lost"), &lost);
    testgit_entry(&tree, "70000", STR("odd"), &blob);
    testgit_entry(&tree, "40000", STR("torn"), &torn);
    testgit_entry(&tree, "100644", STR("z"), &blob);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct seen s = {0};
    reopen(f);
    assert_int_equal(list(f, &root, &s), 0);
    assert_non_null(strstr(s.text.p, "! blob (object "));
    assert_non_null(strstr(s.text.p, "is a blob where a tree should be"));
    assert_non_null(strstr(s.text.p, "! lost (object "));
    assert_non_null(strstr(s.text.p, "! odd (a tree has an entry of no known kind)\n"));
    assert_non_null(strstr(s.text.p, "f torn/good\n! torn (a tree is damaged: it ends early)\n"));
    assert_non_null(strstr(s.text.p, "\nf z\n"));
    buf_done(&s.text);
    assert_int_equal(list(f, &lost, &s), E_NOTFOUND);
    buf_done(&s.text);
}

/* Ten entries that are all the same tree, twenty levels: 10^20 files in 20 objects. */
static void a_tree_that_names_itself_ends(void **state)
{
    struct fix *f = *state;
    struct git_id id = blob_of(f, "x");
    struct gitrepo_limits lim = gitrepo_limits_default();
    for (int level = 0; level < 20; level++) {
        AUTO(buf) tree = BUF_INIT;
        char name[2] = "a";
        for (; name[0] < 'k'; name[0]++)
            testgit_entry(&tree, level ? "40000" : "100644", str_z(name), &id);
        id = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    }
    lim.entries = 5000;
    assert_int_equal(testgit_open_with(&f->git, &lim, &f->repo, &f->d), 0);
    for (int each = 0; each < 100; each += 50) {
        struct seen s = {.each = each};
        assert_int_equal(list(f, &id, &s), E_LIMIT);
        assert_non_null(strstr(f->d.text, "holds more than 5000 entries"));
        assert_true(s.n > 4000 && s.n <= 5000);
        buf_done(&s.text);
    }
}

static void deep_folders_end(void **state)
{
    struct fix *f = *state;
    struct git_id id = blob_of(f, "x");
    struct seen s = {0};
    for (int level = 0; level < 300; level++)
        id = testgit_tree1(&f->git, level ? "40000" : "100644", "d", &id);
    reopen(f);
    assert_int_equal(list(f, &id, &s), 0);
    assert_int_equal(s.n, 1);
    assert_non_null(strstr(s.text.p, "nested deeper than what is read"));
    buf_done(&s.text);
}

static void cursors_of_another_tree_are_refused(void **state)
{
    struct fix *f = *state;
    struct git_id blob = blob_of(f, "x"), root = testgit_tree1(&f->git, "100644", "f", &blob);
    static const struct str cursors[] = {
        {"x", 1},
        {"\0\0\0\0\0\0\0\0", 8},
        {"\0\0\0\0\0\0\0\0\0\0\0", 11},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16},
        {"\0\0\0\0\0\0\0\0\377\377\377\377\0\0\0\0", 16},
    };
    reopen(f);
    for (size_t i = 0; i < ARRAY_LEN(cursors); i++) {
        AUTO(buf) cursor = BUF_INIT;
        struct seen s = {.text = BUF_INIT};
        buf_add(&cursor, cursors[i]);
        assert_int_equal(gittree_list(f->repo, &root, &cursor, on_entry, &s, &f->d), E_PARSE);
        buf_done(&s.text);
    }
}

/* --- differences --------------------------------------------------------------------------- */

static int on_change(void *ctx, const struct gitchange *c)
{
    struct seen *s = ctx;
    buf_addc(&s->text, c->gone ? '-' : c->entry.kind == GITENTRY_BAD ? '!' : c->had ? '~' : '+');
    buf_add(&s->text, c->entry.path);
    buf_addc(&s->text, '\n');
    return 0;
}

static void expect_diff(struct fix *f, const struct git_id *from, const struct git_id *to,
                        const char *want)
{
    struct seen s = {.text = BUF_INIT};
    uint64_t budget = 100000;
    assert_int_equal(gittree_diff(f->repo, from, to, &budget, on_change, &s, &f->d), 0);
    assert_string_equal(s.text.p, want);
    buf_done(&s.text);
}

static struct git_id tree_of(struct fix *f, const char *const (*rows)[3], size_t n)
{
    AUTO(buf) tree = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        struct git_id id = blob_of(f, rows[i][2]);
        testgit_entry(&tree, rows[i][0], str_z(rows[i][1]), &id);
    }
    return testgit_object(&f->git, GIT_TREE, buf_str(&tree));
}

static void added_changed_and_gone(void **state)
{
    struct fix *f = *state;
    static const char *const a[][3] = {{"100644", "both", "1"},
                                       {"100644", "changed", "1"},
                                       {"100644", "gone", "1"},
                                       {"100644", "mode", "1"},
                                       {"100644", "turned", "1"}};
    static const char *const b[][3] = {{"100644", "both", "1"},
                                       {"100644", "changed", "2"},
                                       {"100755", "mode", "1"},
                                       {"100644", "new", "1"}};
    struct git_id one = tree_of(f, a, ARRAY_LEN(a)), two = tree_of(f, b, ARRAY_LEN(b));
    struct git_id blob = blob_of(f, "1"), sub = testgit_tree1(&f->git, "100644", "in", &blob);
    AUTO(buf) tree = BUF_INIT;
    reopen(f);
    expect_diff(f, &one, &two, "~changed\n-gone\n~mode\n+new\n-turned\n");
    expect_diff(f, &one, &one, "");
    expect_diff(f, NULL, &two, "+both\n+changed\n+mode\n+new\n");
    /* A file becomes a folder, and back. */
    testgit_entry(&tree, "100644", STR("both"), &blob);
    testgit_entry(&tree, "40000", STR("turned"), &sub);
    struct git_id three = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    expect_diff(f, &one, &three, "-changed\n-gone\n-mode\n+turned/in\n-turned\n");
    expect_diff(f, &three, &one, "+changed\n+gone\n+mode\n+turned\n-turned/in\n");
}

/* Entries out of order, or twice: nothing that is new is passed by. */
static void trees_that_are_not_sorted_hide_nothing(void **state)
{
    struct fix *f = *state;
    static const char *const a[][3] = {{"100644", "b", "1"}, {"100644", "a", "1"}};
    static const char *const b[][3] = {{"100644", "z", "9"},
                                       {"100644", "b", "1"},
                                       {"100644", "a", "2"},
                                       {"100644", "a", "1"},
                                       {"100644", "b", "3"}};
    struct git_id one = tree_of(f, a, ARRAY_LEN(a)), two = tree_of(f, b, ARRAY_LEN(b));
    reopen(f);
    expect_diff(f, &one, &two, "~a\n~b\n+z\n");
}

static void what_cannot_be_read_is_told_and_nothing_is_gone(void **state)
{
    struct fix *f = *state;
    static const char *const a[][3] = {{"100644", "a", "1"}, {"100644", "b", "1"}};
    struct git_id blob = blob_of(f, "1"), blob2 = blob_of(f, "2");
    struct git_id one = tree_of(f, a, ARRAY_LEN(a)), lost = testgit_name(GIT_TREE, STR("lost"));
    AUTO(buf) half = BUF_INIT;
    testgit_entry(&half, "100644", STR("a"), &blob2);
    buf_addz(&half, "100644 b");
    struct git_id torn = testgit_object(&f->git, GIT_TREE, buf_str(&half));
    struct git_id was = testgit_tree1(&f->git, "40000", "dir", &one);
    struct git_id now_lost = testgit_tree1(&f->git, "40000", "dir", &lost);
    struct git_id now_torn = testgit_tree1(&f->git, "40000", "dir", &torn);
    reopen(f);
    expect_diff(f, &was, &now_lost, "!dir\n");
    expect_diff(f, &was, &now_torn, "!dir\n~dir/a\n");
    expect_diff(f, &now_lost, &was, "+dir/a\n+dir/b\n");
    (void)blob;
}

static void a_budget_ends_a_comparison(void **state)
{
    struct fix *f = *state;
    static const char *const a[][3] = {{"100644", "a", "1"}, {"100644", "b", "1"}};
    struct git_id one = tree_of(f, a, ARRAY_LEN(a));
    struct seen s = {.text = BUF_INIT};
    uint64_t budget = 1;
    reopen(f);
    assert_int_equal(gittree_diff(f->repo, NULL, &one, &budget, on_change, &s, &f->d), E_LIMIT);
    assert_int_equal(budget, 0);
    buf_done(&s.text);
}

static void memory_may_run_out_anywhere(void **state)
{
    struct fix *f = *state;
    struct git_id blob = blob_of(f, "x"), in = testgit_tree1(&f->git, "100644", "f", &blob);
    AUTO(buf) tree = BUF_INIT;
    testgit_entry(&tree, "40000", STR("b"), &in);
    testgit_entry(&tree, "100644", STR("a"), &blob);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    reopen(f);
    for (size_t n = 1, done = 0; !done; n++) {
        struct seen s = {.each = 1, .text = BUF_INIT};
        AUTO(buf) cursor = BUF_INIT;
        uint64_t budget = 100;
        assert_true(n < 200);
        mem_fail_after(n);
        int rc = gittree_list(f->repo, &root, &cursor, on_entry, &s, &f->d);
        if (!rc)
            rc = gittree_diff(f->repo, NULL, &root, &budget, on_change, &s, &f->d);
        mem_fail_after(0);
        done = !rc && !s.text.error;
        assert_true(!rc || rc == E_NOMEM);
        buf_done(&s.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(files_in_folders),
        T(names_that_no_file_has),
        T(damage_is_an_entry_and_the_rest_is_listed),
        T(a_tree_that_names_itself_ends),
        T(deep_folders_end),
        T(cursors_of_another_tree_are_refused),
        T(added_changed_and_gone),
        T(trees_that_are_not_sorted_hide_nothing),
        T(what_cannot_be_read_is_told_and_nothing_is_gone),
        T(a_budget_ends_a_comparison),
        T(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
