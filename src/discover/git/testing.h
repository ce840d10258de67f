/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of repositories as a run meets them: a folder that is the target, and what discover_run
 * says of it, as text. Include after cmocka.h.
 *
 *     static int setup(void **state) { return target_setup(state); }
 *     testgit_file(&f->git, "a/.git/HEAD", ...);
 *     target_root(f, "a");                          the target is a folder below
 *     target_expect(f, sink, "what the sink wrote into f->said");
 */
#ifndef STANCE_DISCOVER_GIT_TESTING_H
#define STANCE_DISCOVER_GIT_TESTING_H

#include "formats/git/testing.h" /* first: it includes git2.h */

#include "discover/discover.h"

struct fix {
    struct testgit git; /* its folder is the target */
    char root[128];
    struct target target;
    struct discover_options options;
    struct buf said;
    struct diag d;
};

static inline void target_root(struct fix *f, const char *below)
{
    snprintf(f->root, sizeof(f->root), "%s%s%s", f->git.dir, *below ? "/" : "", below);
    f->target.root = str_z(f->root);
}

static inline int target_setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    assert_non_null(f);
    testgit_make(&f->git);
    testgit_empty(AT_FDCWD, f->git.dir);
    f->target = (struct target){.given = STR("t"), .name = STR("t")};
    target_root(f, "");
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

static inline int target_teardown(void **state)
{
    struct fix *f = *state;
    testgit_remove(&f->git);
    buf_done(&f->said);
    mem_free(f);
    return 0;
}

static inline void target_expect(struct fix *f, item_sink sink, const char *want)
{
    struct discover_report report;
    buf_clear(&f->said);
    int rc = discover_run(&f->options, sink, f, &report, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    assert_string_equal(buf_result(&f->said) ? "no memory" : f->said.n ? f->said.p : "", want);
    discover_report_done(&report);
}

#endif
