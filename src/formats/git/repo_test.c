/* SPDX-License-Identifier: Apache-2.0 */
/* Objects and layouts: as git writes them, damaged, hostile and out of reach. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/fixture.h"

static void names_of_objects(void **state UNUSED)
{
    struct git_id id, prefix;
    assert_true(git_id_parse(STR("0123456789abcdef0123456789ABCDEF01234567"), &id));
    assert_string_equal(git_id_hex(&id).z, "0123456789abcdef0123456789abcdef01234567");
    assert_false(git_id_parse(STR("0123456789abcdef0123456789abcdef0123456"), &id));
    assert_false(git_id_parse(STR("0123456789abcdef0123456789abcdef0123456g"), &id));
    assert_true(git_id_parse_prefix(STR("01234"), &prefix));
    assert_true(git_id_has_prefix(&id, &prefix, 5));
    assert_true(git_id_parse_prefix(STR("01235"), &prefix));
    assert_false(git_id_has_prefix(&id, &prefix, 5));
    assert_true(git_id_has_prefix(&id, &prefix, 4));
    assert_false(git_id_parse_prefix(STR(""), &prefix));
}

static void loose_objects_of_each_type(void **state)
{
    struct fix *f = *state;
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("hello\0world"));
    struct git_id none = testgit_object(&f->git, GIT_BLOB, STR(""));
    struct git_id tree = testgit_tree1(&f->git, "100644", "a", &blob);
    struct git_id tag = testgit_object(&f->git, GIT_TAG, STR("object x\n"));
    reopen(f);
    expect(f, &blob, GIT_BLOB, STR("hello\0world"));
    expect(f, &none, GIT_BLOB, STR(""));
    expect(f, &tag, GIT_TAG, STR("object x\n"));
    struct git_object o;
    assert_int_equal(gitrepo_read_as(f->repo, &tree, GIT_TREE, &o, &f->d), 0);
    gitrepo_release(f->repo, &o);
    assert_int_equal(gitrepo_read_as(f->repo, &tree, GIT_BLOB, &o, &f->d), E_PARSE);
    assert_non_null(strstr(f->d.text, "is a tree where a blob should be"));
}

static void the_empty_tree_need_not_be_stored(void **state)
{
    struct fix *f = *state;
    struct git_id id;
    assert_true(git_id_parse(STR("4b825dc642cb6eb9a060e54bf8d69288fbee4904"), &id));
    reopen(f);
    expect(f, &id, GIT_TREE, STR(""));
}

static void missing_and_damaged_loose_objects(void **state)
{
    struct fix *f = *state;
    struct git_id missing = testgit_name(GIT_BLOB, STR("never written"));
    struct git_id liar = testgit_name(GIT_BLOB, STR("what the name says"));
    struct git_id torn = testgit_name(GIT_BLOB, STR("torn"));
    struct git_id junk = testgit_name(GIT_BLOB, STR("junk"));
    struct git_id odd = testgit_name(GIT_BLOB, STR("odd"));
    char path[64];
    testgit_loose(&f->git, &liar, STR("blob 5\0other"));
    testgit_loose(&f->git, &torn, STR("blob 500\0torn"));
    testgit_loose(&f->git, &odd, STR("blub 3\0odd"));
    testgit_loose_path(&junk, path);
    testgit_file(&f->git, path, STR("this was never deflated"));
    reopen(f);
    expect_error(f, &missing, E_NOTFOUND, "is not in this repository");
    expect_error(f, &liar, E_PARSE, "does not match its name");
    expect_error(f, &torn, E_PARSE, "damaged");
    expect_error(f, &junk, E_PARSE, "damaged");
    expect_error(f, &odd, E_PARSE, "damaged");
}

/* libgit2 would never end. */
static void loose_objects_that_are_cut_off(void **state)
{
    struct fix *f = *state;
    struct git_id id = testgit_name(GIT_BLOB, STR("a blob that is whole"));
    AUTO(buf) raw = BUF_INIT;
    AUTO(buf) file = BUF_INIT;
    AUTO(buf) more = BUF_INIT;
    char path[64];
    testgit_raw(&raw, GIT_BLOB, STR("a blob that is whole"));
    testgit_deflate(&file, buf_str(&raw));
    testgit_loose_path(&id, path);
    for (size_t n = 0; n < file.n; n++) {
        testgit_file(&f->git, path, str_n(file.p, n));
        reopen(f);
        /* Without the sum at its end it is damaged, too. */
        expect_error(f, &id, E_PARSE, "cut off");
    }
    /* The form of git 1.4.3: a byte of type and size stands before what is deflated. */
    testgit_file(&f->git, path, STR("\x31"));
    reopen(f);
    expect_error(f, &id, E_PARSE, "damaged");
    testgit_file(&f->git, path, STR("l\0\5*"));
    reopen(f);
    expect_error(f, &id, E_PARSE, "damaged");
    testgit_loose(&f->git, &id, STR("blob 3\0more than three"));
    reopen(f);
    expect_error(f, &id, E_PARSE, "not the size");
    testgit_loose(&f->git, &id, STR("blob 3"));
    reopen(f);
    expect_error(f, &id, E_PARSE, "no header");
    /* Nothing, but much of it. */
    buf_add(&more, STR("\x78\x01"));
    for (size_t i = 0; i < 300000; i++)
        buf_add(&more, STR("\0\0\0\xff\xff"));
    testgit_file(&f->git, path, buf_str(&more));
    f->repo = gitrepo_close(f->repo);
    struct gitrepo_limits lim = gitrepo_limits_default();
    lim.object = 1000;
    assert_int_equal(testgit_open_with(&f->git, &lim, &f->repo, &f->d), 0);
    expect_error(f, &id, E_LIMIT, "larger than what is read");
}

static void large_loose_objects_are_refused_by_what_they_claim(void **state)
{
    struct fix *f = *state;
    struct git_id bomb = testgit_name(GIT_BLOB, STR("bomb"));
    struct git_id large;
    struct gitrepo_limits lim = gitrepo_limits_default();
    AUTO(buf) text = BUF_INIT;
    buf_pad(&text, 'x', 3000);
    large = testgit_object(&f->git, GIT_BLOB, buf_str(&text));
    testgit_loose(&f->git, &bomb, STR("blob 99999999999\0x"));
    reopen(f);
    expect_error(f, &bomb, E_LIMIT, "larger than what is read");
    expect(f, &large, GIT_BLOB, buf_str(&text));
    f->repo = gitrepo_close(f->repo);
    lim.object = 2999;
    assert_int_equal(testgit_open_with(&f->git, &lim, &f->repo, &f->d), 0);
    expect_error(f, &large, E_LIMIT, "larger than what is read");
}

static void links_among_objects_are_not_followed(void **state)
{
    struct fix *f = *state;
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("elsewhere"));
    struct git_id other = testgit_object(&f->git, GIT_BLOB, STR("here"));
    char path[64], outside[128], to[160];
    testgit_loose_path(&blob, path);
    snprintf(outside, sizeof(outside), "%s.outside", f->git.dir);
    snprintf(to, sizeof(to), "%s/%s", f->git.dir, path);
    assert_int_equal(rename(to, outside), 0);
    assert_int_equal(symlink(outside, to), 0);
    reopen(f);
    expect_error(f, &blob, E_UNSUPPORTED, "behind a link");
    expect(f, &other, GIT_BLOB, STR("here"));
    f->repo = gitrepo_close(f->repo);
    unlink(outside);
    /* The folder of all objects. */
    snprintf(to, sizeof(to), "%s/objects", f->git.dir);
    assert_int_equal(rename(to, outside), 0);
    assert_int_equal(symlink(outside, to), 0);
    assert_int_equal(testgit_open(&f->git, &f->repo, &f->d), E_UNSUPPORTED);
    assert_non_null(strstr(f->d.text, "behind a link"));
    unlink(to);
    assert_int_equal(rename(outside, to), 0);
}

static void alternates_are_read_only_where_they_were_opened(void **state)
{
    struct fix *f = *state;
    struct testgit other;
    const struct gitrepo_gap *gaps;
    const struct str *lines;
    char line[96];
    testgit_make(&other);
    struct git_id id = testgit_object(&other, GIT_BLOB, STR("borrowed"));
    int n = snprintf(line, sizeof(line), "%s/objects\n", other.dir);
    testgit_file(&f->git, "objects/info/alternates", str_n(line, (size_t)n));
    reopen(f);
    expect_error(f, &id, E_NOTFOUND, "is not in this repository");
    assert_int_equal(gitrepo_gaps(f->repo, &gaps), 1);
    assert_true(str_eq_z(gaps[0].path, "objects/info/alternates"));
    assert_int_equal(gitrepo_alternates(f->repo, &lines), 1);
    assert_true(str_eq(lines[0], str_n(line, (size_t)n - 1)));
    f->repo = gitrepo_close(f->repo);

    struct gitrepo_limits lim = gitrepo_limits_default();
    struct gitrepo_folders folders = {.git = f->git.fd, .common = f->git.fd, .n_alternates = 1};
    folders.alternates[0] = openat(other.fd, "objects", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(gitrepo_open(&f->git.lib, &folders, &lim, &f->repo, &f->d), 0);
    expect(f, &id, GIT_BLOB, STR("borrowed"));
    assert_int_equal(gitrepo_gaps(f->repo, &gaps), 0);
    assert_int_equal(gitrepo_alternates(f->repo, &lines), 0);
    f->repo = gitrepo_close(f->repo);
    close(folders.alternates[0]);
    testgit_remove(&other);
}

static void layouts_that_are_not_understood(void **state)
{
    struct fix *f = *state;
    testgit_file(&f->git, "config",
                 STR("[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = "
                     "sha256\n"));
    assert_int_equal(testgit_open(&f->git, &f->repo, &f->d), E_UNSUPPORTED);
    assert_non_null(strstr(f->d.text, "SHA-256"));
    testgit_file(&f->git, "config", STR("[extensions]\n\trefStorage = reftable\n"));
    assert_int_equal(testgit_open(&f->git, &f->repo, &f->d), E_UNSUPPORTED);
    assert_non_null(strstr(f->d.text, "refStorage"));
    testgit_file(&f->git, "config", STR("[extensions]\n\tobjectFormat = sha1\n"));
    reopen(f);
    assert_false(gitrepo_is_partial(f->repo));
    testgit_file(&f->git, "config", STR("[remote \"o\"]\n\tpromisor = true\n"));
    reopen(f);
    assert_true(gitrepo_is_partial(f->repo));
    struct git_id missing = testgit_name(GIT_BLOB, STR("never fetched"));
    expect_error(f, &missing, E_NOTFOUND, "is not in this partial clone");
}

static void hostile_configuration_says_nothing(void **state)
{
    struct fix *f = *state;
    struct git_id c = some_commit(f, "x", NULL, 1), got;
    testgit_ref(&f->git, "refs/heads/main", &c);
    testgit_file(&f->git, "config",
                 STR("[include]\n\tpath = /etc/passwd\n[includeIf \"gitdir:/\"]\n\tpath = /\n"
                     "[core]\n\tfsmonitor = /bin/false\n\thooksPath = /\n\tworktree = /\n"
                     "\tsshCommand = /bin/false\n\talternateRefsCommand = /bin/false\n"
                     "[filter \"x\"]\n\tclean = /bin/false\n\tsmudge = /bin/false\n"
                     "[url \"/etc/\"]\n\tinsteadOf = https://\n[extensions]\n\tworktreeConfig\n"));
    reopen(f);
    assert_int_equal(gitrepo_resolve(f->repo, STR("HEAD"), &got, &f->d), 0);
    assert_true(git_id_eq(&got, &c));
    testgit_file(&f->git, "config", STR("[[[ broken \0 = \n"));
    reopen(f);
    assert_int_equal(gitrepo_resolve(f->repo, STR("HEAD"), &got, &f->d), 0);
    assert_true(git_id_eq(&got, &c));
}

static void no_repository(void **state)
{
    struct fix *f = *state;
    testgit_empty(f->git.fd, "objects");
    unlinkat(f->git.fd, "objects", AT_REMOVEDIR);
    assert_int_equal(testgit_open(&f->git, &f->repo, &f->d), E_NOTFOUND);
    assert_non_null(strstr(f->d.text, "not a git repository"));
}

static void memory_may_run_out_anywhere(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    AUTO(buf) delta = BUF_INIT;
    struct git_id plus = testgit_name(GIT_BLOB, STR("basemore")), c, got;
    testpack_append(&delta, 4, STR("more"));
    testpack_init(&p);
    testpack_add(&p, GIT_BLOB, STR("base"));
    testpack_ofs(&p, 12, buf_str(&delta), &plus);
    testpack_write(&f->git, &p, "pack-1");
    c = some_commit(f, "x", NULL, 1);
    testgit_ref(&f->git, "refs/heads/main", &c);
    testgit_file(&f->git, "objects/info/alternates", STR("/nowhere\n"));
    testgit_file(&f->git, "shallow", STR("0123456789abcdef0123456789abcdef01234567\n"));
    bool done = false;
    for (size_t n = 1; !done; n++) {
        struct git_object o;
        assert_true(n < 500);
        mem_fail_after(n);
        int rc = testgit_open(&f->git, &f->repo, &f->d);
        if (!rc)
            rc = gitrepo_resolve(f->repo, STR("main"), &got, &f->d);
        if (!rc && (rc = gitrepo_read(f->repo, &plus, &o, &f->d)) == 0)
            gitrepo_release(f->repo, &o);
        mem_fail_after(0);
        done = !rc;
        assert_true(!rc || rc == E_NOMEM);
        f->repo = gitrepo_close(f->repo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_objects),
        T(loose_objects_of_each_type),
        T(the_empty_tree_need_not_be_stored),
        T(missing_and_damaged_loose_objects),
        T(loose_objects_that_are_cut_off),
        T(large_loose_objects_are_refused_by_what_they_claim),
        T(links_among_objects_are_not_followed),
        T(alternates_are_read_only_where_they_were_opened),
        T(layouts_that_are_not_understood),
        T(hostile_configuration_says_nothing),
        T(no_repository),
        T(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
