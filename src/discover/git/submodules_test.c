/* SPDX-License-Identifier: Apache-2.0 */
/* Submodules that are not checked out: empty and missing folders, and paths that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/testing.h"

#include "discover/discover.h"

struct fix {
    struct testgit git; /* its folder is the target */
    char root[128];
    struct target target;
    struct discover_options options;
    struct buf said;
    struct diag d;
};

static int setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    assert_non_null(f);
    testgit_make(&f->git);
    testgit_empty(AT_FDCWD, f->git.dir);
    snprintf(f->root, sizeof(f->root), "%s", f->git.dir);
    f->target = (struct target){.given = STR("t"), .root = str_z(f->root), .name = STR("t")};
    f->options = (struct discover_options){.targets = &f->target,
                                           .n_targets = 1,
                                           .threads = 2,
                                           .require = SANDBOX_NONE,
                                           .worker_memory = (size_t)1 << 30,
                                           .cpu_seconds = 20,
                                           .wall_seconds = 60};
    f->said = (struct buf)BUF_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fix *f = *state;
    testgit_remove(&f->git);
    buf_done(&f->said);
    mem_free(f);
    return 0;
}

static int sink(void *ctx, const struct item_result *it)
{
    struct fix *f = ctx;
    if (it->state != COVERAGE_NOT_LOOKED)
        return 0;
    assert_true(str_find(it->reason, STR("git submodule update --init"), 0) != SIZE_MAX);
    buf_addf(&f->said, "[" STR_FMT "]", STR_ARG(it->path));
    return 0;
}

/* Folders that are no part of what was read. */
static void expect(struct fix *f, const char *want)
{
    struct discover_report report;
    buf_clear(&f->said);
    buf_addz(&f->said, "");
    int rc = discover_run(&f->options, sink, f, &report, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    assert_string_equal(f->said.n ? f->said.p : "", want);
    discover_report_done(&report);
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
    snprintf(f->root, sizeof(f->root), "%s/src", f->git.dir);
    f->target.root = str_z(f->root);
    expect(f, "[lib]");
    snprintf(f->root, sizeof(f->root), "%s/src/lib", f->git.dir);
    f->target.root = str_z(f->root);
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

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {T(empty_and_missing), T(only_the_target), T(paths_that_lie)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
