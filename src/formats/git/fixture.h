/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of git*.c: a repository that is new for each test, and what is expected of it.
 * Include after cmocka.h. Tests are named with T(name) between TESTS and END_TESTS.
 */
#ifndef STANCE_FORMATS_GIT_FIXTURE_H
#define STANCE_FORMATS_GIT_FIXTURE_H

#include "formats/git/testing.h"

struct fix {
    struct testgit git;
    struct gitrepo *repo;
    struct diag d;
};

static inline int setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    assert_non_null(f);
    testgit_make(&f->git);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fix *f = *state;
    gitrepo_close(f->repo);
    testgit_remove(&f->git);
    mem_free(f);
    return 0;
}

static inline struct gitrepo *reopen(struct fix *f)
{
    f->repo = gitrepo_close(f->repo);
    diag_clear(&f->d);
    assert_int_equal(testgit_open(&f->git, &f->repo, &f->d), 0);
    return f->repo;
}

static inline void expect(struct fix *f, const struct git_id *id, enum git_type type,
                          struct str data)
{
    struct git_object o;
    int rc = gitrepo_read(f->repo, id, &o, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    assert_int_equal(o.type, type);
    assert_true(str_eq(o.data, data));
    gitrepo_release(f->repo, &o);
}

static inline void expect_error(struct fix *f, const struct git_id *id, int code, const char *text)
{
    struct git_object o;
    diag_clear(&f->d);
    assert_int_equal(gitrepo_read(f->repo, id, &o, &f->d), code);
    if (!strstr(f->d.text, text))
        print_error("got: %s\n", f->d.text);
    assert_non_null(strstr(f->d.text, text));
}

static inline struct git_id some_commit(struct fix *f, const char *text,
                                        const struct git_id *parent, long time)
{
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, str_z(text));
    struct git_id tree = testgit_tree1(&f->git, "100644", "a.txt", &blob);
    return testgit_commit(&f->git, &tree, parent, parent ? 1 : 0, time);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
