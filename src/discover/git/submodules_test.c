/* SPDX-License-Identifier: Apache-2.0 */
/* Submodules that are not checked out: empty and missing folders, and paths that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/git/testing.h"
#include "formats/git/index.h"
#include "formats/git/index_testing.h"

static int sink(void *ctx, const struct item_result *it)
{
    struct fix *f = ctx;
    if (it->state == COVERAGE_SKIPPED && str_ends(it->path, STR("index")))
        buf_addf(&f->said, "[odd " STR_FMT "]", STR_ARG(it->path));
    if (it->state != COVERAGE_NOT_LOOKED)
        return 0;
    bool lost = str_find(it->reason, STR("without a line in .gitmodules"), 0) != SIZE_MAX;
    assert_true(lost || str_find(it->reason, STR("git submodule update --init"), 0) != SIZE_MAX);
    buf_addf(&f->said, "[%s" STR_FMT "]", lost ? "lost " : "", STR_ARG(it->path));
    return 0;
}

/* Folders that are no part of what was read. */
static void expect(struct fix *f, const char *want)
{
    target_expect(f, sink, want);
}

static void make_folder(struct fix *f, const char *path)
{
    assert_int_equal(mkdirat(f->git.fd, path, 0755), 0);
}

#define MODULE(path) "[submodule \"" path "\"]\n\tpath = " path "\n\turl = ../x.git\n"

static void empty_and_missing(void **state)
{
    struct fix *f = *state;
    testgit_file(&f->git, ".gitmodules",
                 STR(MODULE("lib") MODULE("full") MODULE("gone/x") MODULE("lib/") MODULE("a")));
    testgit_file(&f->git, "full/x", STR("x"));
    testgit_file(&f->git, "a", STR("a file\n"));
    make_folder(f, "lib");
    expect(f, "[lib]"); /* a copy without ".git": who knows what was meant to be there */
    testgit_file(&f->git, ".git/HEAD", STR("ref: refs/heads/main\n"));
    expect(f, "[gone/x][lib]");
    testgit_file(&f->git, "lib/.git", STR("gitdir: ../.git/modules/lib\n"));
    expect(f, "[gone/x]");
}

static void only_the_target(void **state)
{
    struct fix *f = *state;
    testgit_file(&f->git, ".git/HEAD", STR("ref: refs/heads/main\n"));
    testgit_file(&f->git, ".git/config", STR("[core]\n"));
    testgit_file(&f->git, ".gitmodules", STR(MODULE("src/lib") MODULE("other") MODULE("src-2")));
    testgit_file(&f->git, "src/x", STR("x"));
    make_folder(f, "src/lib");
    make_folder(f, "other");
    make_folder(f, "src-2");
    target_root(f, "src");
    expect(f, "[lib]");
    target_root(f, "src/lib");
    expect(f, "[]"); /* the target itself */
}

static void paths_that_lie(void **state)
{
    struct fix *f = *state;
    testgit_file(&f->git, "in/.git/HEAD", STR("ref: refs/heads/main\n"));
    testgit_file(&f->git, "in/.gitmodules",
                 STR(MODULE("../out") MODULE("/tmp") MODULE(".") MODULE("x/../../out")
                         MODULE("link") MODULE("link/deep") MODULE("node_modules/x")));
    make_folder(f, "out");
    make_folder(f, "in/node_modules");
    make_folder(f, "in/node_modules/x");
    assert_int_equal(symlinkat("../out", f->git.fd, "in/link"), 0);
    expect(f, "");
}

/* The index of a worktree: gitlinks of these, and a file. */
static void write_index(struct fix *f, const char *name, const char *const *links, unsigned n)
{
    AUTO(buf) b = BUF_INIT;
    testindex_begin(&b, 2, n + 1);
    for (unsigned i = 0; i < n; i++)
        testindex_entry(&b, 2, 20, GITINDEX_LINK, 0, links[i]);
    testindex_entry(&b, 2, 20, 0100644, 0, "z");
    buf_pad(&b, 0, 20);
    testgit_file(&f->git, name, buf_str(&b));
}

static const char *const LINKS[] = {"a/lost", "deep/gone", "in/full", "lib", "../out", "x/.git"};

static void make_worktree(struct fix *f, const char *folder)
{
    char path[160];
    snprintf(path, sizeof(path), "%s.git/HEAD", folder);
    testgit_file(&f->git, path, STR("ref: refs/heads/main\n"));
    snprintf(path, sizeof(path), "%s.git/config", folder);
    testgit_file(&f->git, path, STR("[remote \"origin\"]\n\turl = https://h.example/o/a\n"));
    snprintf(path, sizeof(path), "%s.git/index", folder);
    write_index(f, path, LINKS, ARRAY_LEN(LINKS));
    snprintf(path, sizeof(path), "%sin/full/x", folder);
    testgit_file(&f->git, path, STR("x"));
    snprintf(path, sizeof(path), "%sa/x", folder);
    testgit_file(&f->git, path, STR("x"));
    snprintf(path, sizeof(path), "%sa/lost", folder);
    make_folder(f, path);
}

static void without_a_line(void **state)
{
    struct fix *f = *state;
    make_worktree(f, "");
    testgit_file(&f->git, ".gitmodules", STR(MODULE("lib")));
    make_folder(f, "lib");
    expect(f, "[lost a/lost][lost deep/gone][lib]");
    target_root(f, "a");
    expect(f, "[lost lost]");
    f->options.only_path = STR("lost");
    expect(f, "[lost lost]");
    f->options.only_path = STR("other");
    expect(f, "");
}

static void in_linked_worktrees(void **state)
{
    struct fix *f = *state;
    AUTO(buf) text = BUF_INIT;
    make_worktree(f, "app/");
    testgit_file(&f->git, "app/.git/worktrees/side/HEAD", STR("ref: refs/heads/main\n"));
    static const char *const links[] = {"other"};
    write_index(f, "app/.git/worktrees/side/index", links, 1);
    buf_addf(&text, "gitdir: %s/app/.git/worktrees/side\n", f->git.dir);
    testgit_file(&f->git, "side/.git", buf_str(&text));
    target_root(f, "side");
    buf_clear(&text);
    buf_addf(&text, "%s/side/.git\n", f->git.dir);
    testgit_file(&f->git, "app/.git/worktrees/side/gitdir", buf_str(&text));
    expect(f, "[lost other]");
}

/* What an index said is known as long as it does not change. */
static void read_once(void **state)
{
    struct fix *f = *state;
    char cache[] = "/tmp/stance-index.XXXXXX";
    assert_non_null(mkdtemp(cache));
    f->options.cache = cache;
    make_worktree(f, "");
    usleep(150000); /* what changed just now could change again unseen */
    for (unsigned i = 0; i < 3; i++)
        expect(f, "[lost a/lost][lost deep/gone][lost lib]");
    static const char *const links[] = {"new"};
    write_index(f, ".git/index", links, 1);
    expect(f, "[lost new]");
    testgit_file(&f->git, ".git/index", STR("")); /* nothing is checked in */
    expect(f, "");
    unlinkat(f->git.fd, ".git/index", 0);
    expect(f, "");
    assert_int_equal(mkdirat(f->git.fd, ".git/index", 0755), 0);
    expect(f, "[odd .git/index]");
    testgit_empty(AT_FDCWD, cache);
    rmdir(cache);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, target_setup, target_teardown)
    const struct CMUnitTest tests[] = {T(empty_and_missing),   T(only_the_target),
                                       T(paths_that_lie),      T(without_a_line),
                                       T(in_linked_worktrees), T(read_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
