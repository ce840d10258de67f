/* SPDX-License-Identifier: Apache-2.0 */
/* Revisions: every form that is understood, and references that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/fixture.h"

static void expect_rev(struct fix *f, const char *rev, const struct git_id *want)
{
    struct git_id got;
    diag_clear(&f->d);
    int rc = gitrepo_resolve(f->repo, str_z(rev), &got, &f->d);
    if (rc)
        print_error("%s: %s\n", rev, f->d.text);
    assert_int_equal(rc, 0);
    assert_true(git_id_eq(&got, want));
}

static void expect_no_rev(struct fix *f, const char *rev, int code)
{
    struct git_id got;
    diag_clear(&f->d);
    assert_int_equal(gitrepo_resolve(f->repo, str_z(rev), &got, &f->d), code);
    assert_true(f->d.text[0]);
}

static void branches_tags_and_names(void **state)
{
    struct fix *f = *state;
    struct git_id one = some_commit(f, "1", NULL, 1), two = some_commit(f, "2", &one, 2);
    struct git_id merged[2] = {two, one}, tree = testgit_name(GIT_TREE, STR(""));
    struct git_id three = testgit_commit(&f->git, &tree, merged, 2, 3);
    AUTO(buf) tag = BUF_INIT;
    AUTO(buf) packed = BUF_INIT;
    AUTO(buf) branch = BUF_INIT;
    char abbrev[8];
    buf_addf(&tag, "object %s\ntype commit\ntag v2\n\nx\n", git_id_hex(&two).z);
    struct git_id tag_id = testgit_object(&f->git, GIT_TAG, buf_str(&tag));
    buf_addf(&packed, "# pack-refs with: peeled fully-peeled sorted\n%s refs/heads/old\n",
             git_id_hex(&one).z);
    buf_addf(&packed, "%s refs/tags/v2\n^%s\n", git_id_hex(&tag_id).z, git_id_hex(&two).z);
    buf_addf(&packed, "%s refs/heads/main\n", git_id_hex(&one).z);
    testgit_file(&f->git, "packed-refs", buf_str(&packed));
    testgit_ref(&f->git, "refs/heads/main", &three); /* newer than the packed one */
    testgit_ref(&f->git, "refs/heads/feature/x", &two);
    testgit_ref(&f->git, "refs/remotes/origin/dev", &one);
    testgit_file(&f->git, "refs/remotes/origin/HEAD", STR("ref: refs/remotes/origin/dev\n"));
    testgit_file(&f->git, "FETCH_HEAD", STR("x"));
    reopen(f);
    expect_rev(f, "HEAD", &three);
    expect_rev(f, "@", &three);
    expect_rev(f, "main", &three);
    expect_rev(f, "heads/main", &three);
    expect_rev(f, "refs/heads/main", &three);
    expect_rev(f, "feature/x", &two);
    expect_rev(f, "old", &one);
    expect_rev(f, "origin/dev", &one);
    expect_rev(f, "origin", &one);
    expect_rev(f, "v2", &two);
    expect_rev(f, "v2^{commit}", &two);
    expect_rev(f, "v2^{}", &two);
    expect_rev(f, "v2^0", &two);
    expect_rev(f, "HEAD~", &two);
    expect_rev(f, "HEAD^", &two);
    expect_rev(f, "HEAD^2", &one);
    expect_rev(f, "HEAD~2", &one);
    expect_rev(f, "HEAD^^", &one);
    expect_rev(f, "main~1^1", &one);
    expect_rev(f, git_id_hex(&two).z, &two);
    snprintf(abbrev, sizeof(abbrev), "%.7s", git_id_hex(&two).z);
    expect_rev(f, abbrev, &two);
    expect_no_rev(f, "HEAD~9", E_NOTFOUND);
    expect_no_rev(f, "HEAD^3", E_NOTFOUND);
    expect_no_rev(f, "nothing", E_NOTFOUND);
    expect_no_rev(f, "abc", E_NOTFOUND);
    expect_no_rev(f, "FETCH_HEAD", E_PARSE);
    assert_int_equal(gitrepo_head(f->repo, &one, &branch, &f->d), 0);
    assert_string_equal(branch.p, "main");
}

static void forms_that_are_not_understood(void **state)
{
    static const char *const forms[] = {
        "",     "-x",          "HEAD..main",   "HEAD@{1}", "HEAD:a", ":/text",
        "@{u}", "HEAD^{tree}", "HEAD^{commit", "HEAD~x",   "^HEAD",  "HEAD~99999999999999999999"};
    struct fix *f = *state;
    struct git_id c = some_commit(f, "x", NULL, 1);
    testgit_ref(&f->git, "refs/heads/main", &c);
    reopen(f);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        expect_no_rev(f, forms[i], E_USAGE);
}

static void references_that_lie(void **state)
{
    struct fix *f = *state;
    struct git_id c = some_commit(f, "x", NULL, 1),
                  blob = testgit_object(&f->git, GIT_BLOB, STR("b"));
    struct git_id missing = testgit_name(GIT_COMMIT, STR("gone"));
    testgit_ref(&f->git, "refs/heads/main", &c);
    testgit_file(&f->git, "refs/heads/circle", STR("ref: refs/heads/back\n"));
    testgit_file(&f->git, "refs/heads/back", STR("ref: refs/heads/circle\n"));
    testgit_file(&f->git, "refs/heads/up", STR("ref: ../../../../etc/passwd\n"));
    testgit_file(&f->git, "refs/heads/abs", STR("ref: /etc/passwd\n"));
    testgit_file(&f->git, "refs/heads/junk", STR("not a name of an object\n"));
    testgit_file(&f->git, "refs/heads/none", STR(""));
    testgit_ref(&f->git, "refs/tags/blob", &blob);
    testgit_ref(&f->git, "refs/heads/lost", &missing);
    char to[128];
    snprintf(to, sizeof(to), "%s/refs/heads/link", f->git.dir);
    assert_int_equal(symlink("/etc/passwd", to), 0);
    reopen(f);
    expect_no_rev(f, "circle", E_PARSE);
    expect_no_rev(f, "up", E_PARSE);
    expect_no_rev(f, "abs", E_NOTFOUND);
    expect_no_rev(f, "junk", E_PARSE);
    expect_no_rev(f, "none", E_PARSE);
    expect_no_rev(f, "blob", E_PARSE);
    expect_no_rev(f, "lost", E_NOTFOUND);
    expect_no_rev(f, "link", E_NOTFOUND);
    expect_no_rev(f, "config", E_NOTFOUND);
    expect_no_rev(f, "\x1b[2J\xff\n", E_NOTFOUND);
    assert_null(strchr(f->d.text, 0x1b));
    expect_rev(f, "main", &c);
}

static void head_may_be_a_link_or_name_nothing_yet(void **state)
{
    struct fix *f = *state;
    struct git_id c, got;
    AUTO(buf) branch = BUF_INIT;
    char to[128];
    reopen(f);
    assert_int_equal(gitrepo_head(f->repo, &got, &branch, &f->d), E_NOTFOUND);
    assert_string_equal(branch.p, "main");
    c = some_commit(f, "x", NULL, 1);
    testgit_ref(&f->git, "refs/heads/old", &c);
    snprintf(to, sizeof(to), "%s/HEAD", f->git.dir);
    unlink(to);
    assert_int_equal(symlink("refs/heads/old", to), 0);
    expect_rev(f, "HEAD", &c);
    unlink(to);
    testgit_ref(&f->git, "HEAD", &c);
    buf_clear(&branch);
    assert_int_equal(gitrepo_head(f->repo, &got, &branch, &f->d), 0);
    assert_int_equal(branch.n, 0);
}

static void a_worktree_has_its_own_head(void **state)
{
    struct fix *f = *state;
    struct git_id one = some_commit(f, "1", NULL, 1), two = some_commit(f, "2", &one, 2), got;
    AUTO(buf) branch = BUF_INIT;
    testgit_ref(&f->git, "refs/heads/main", &one);
    testgit_ref(&f->git, "refs/heads/side", &two);
    testgit_file(&f->git, "worktrees/side/HEAD", STR("ref: refs/heads/side\n"));
    struct gitrepo_limits lim = gitrepo_limits_default();
    struct gitrepo_folders folders = {.common = f->git.fd};
    folders.git = openat(f->git.fd, "worktrees/side", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(gitrepo_open(&f->git.lib, &folders, &lim, &f->repo, &f->d), 0);
    assert_int_equal(gitrepo_head(f->repo, &got, &branch, &f->d), 0);
    assert_true(git_id_eq(&got, &two));
    assert_string_equal(branch.p, "side");
    expect_rev(f, "main", &one);
    f->repo = gitrepo_close(f->repo);
    close(folders.git);
}

static void short_names_that_are_ambiguous(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    struct git_id c = some_commit(f, "x", NULL, 1), twin = c, got;
    char abbrev[5];
    snprintf(abbrev, sizeof(abbrev), "%.4s", git_id_hex(&c).z);
    testpack_init(&p);
    twin.b[10] ^= 1; /* starts as the commit does; its content is a blob of another name */
    testpack_head(&p, GIT_BLOB, 1, &twin);
    testgit_deflate(&p.bytes, STR("b"));
    testpack_write(&f->git, &p, "pack-twin");
    reopen(f);
    expect_rev(f, abbrev, &c); /* only one of them is a commit */
    /* Two commits with the same first digits, by trial. */
    struct git_id many[600];
    size_t i = 0, k = 0;
    for (bool found = false; !found && i < ARRAY_LEN(many); i++) {
        char text[16];
        snprintf(text, sizeof(text), "%zu", i);
        many[i] = some_commit(f, text, NULL, (long)i);
        for (k = 0; k < i && !found; k++)
            found = many[k].b[0] == many[i].b[0] && many[k].b[1] == many[i].b[1];
        if (found)
            break;
    }
    assert_true(i < ARRAY_LEN(many));
    snprintf(abbrev, sizeof(abbrev), "%.4s", git_id_hex(&many[i]).z);
    assert_int_equal(gitrepo_resolve(f->repo, str_z(abbrev), &got, &f->d), E_CONFLICT);
    assert_non_null(strstr(f->d.text, "ambiguous"));
    assert_true(f->d.hint[0]);
}

static void shallow_clones_say_so(void **state)
{
    struct fix *f = *state;
    struct git_id lost = testgit_name(GIT_COMMIT, STR("not fetched"));
    struct git_id c = some_commit(f, "x", &lost, 5);
    AUTO(buf) line = BUF_INIT;
    buf_addf(&line, "%s\n", git_id_hex(&c).z);
    testgit_ref(&f->git, "refs/heads/main", &c);
    testgit_file(&f->git, "shallow", buf_str(&line));
    reopen(f);
    assert_true(gitrepo_is_shallow(f->repo));
    assert_true(gitrepo_ends_at(f->repo, &c));
    expect_no_rev(f, "HEAD~1", E_NOTFOUND);
    assert_non_null(strstr(f->d.hint, "shallow"));
    expect_no_rev(f, "v1.0", E_NOTFOUND);
    assert_non_null(strstr(f->d.hint, "shallow"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(branches_tags_and_names),     T(forms_that_are_not_understood),
        T(references_that_lie),         T(head_may_be_a_link_or_name_nothing_yet),
        T(a_worktree_has_its_own_head), T(short_names_that_are_ambiguous),
        T(shallow_clones_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
