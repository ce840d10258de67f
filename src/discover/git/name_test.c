/* SPDX-License-Identifier: Apache-2.0 */
/* Names of repositories that no configuration gives: first commits, worktrees, submodules. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/git/testing.h"

/* A repository at `folder`/.git with one commit; its name goes to `ret`. */
static void repository(struct fix *f, const char *folder, const char *text, const char *config,
                       struct git_id *ret)
{
    struct testgit in = f->git;
    char name[160];
    snprintf(name, sizeof(name), "%s/HEAD", folder);
    testgit_file(&f->git, name, STR("ref: refs/heads/main\n"));
    in.fd = openat(f->git.fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(in.fd >= 0);
    testgit_file(&in, "config", str_z(config));
    mkdirat(in.fd, "objects", 0755);
    mkdirat(in.fd, "refs", 0755);
    if (text) {
        struct git_id blob = testgit_object(&in, GIT_BLOB, str_z(text));
        struct git_id tree = testgit_tree1(&in, "100644", "x", &blob);
        struct git_id first = testgit_commit(&in, &tree, NULL, 0, 1);
        struct git_id second = testgit_commit(&in, &tree, &first, 1, 2);
        testgit_ref(&in, "refs/heads/main", &second);
        if (ret)
            *ret = first;
    }
    close(in.fd);
}

/* "path: name" of each repository that has one, "path: reason" of what was passed by. */
static int sink(void *ctx, const struct item_result *it)
{
    struct fix *f = ctx;
    if (it->code)
        buf_addf(&f->said, STR_FMT ": " STR_FMT "\n", STR_ARG(it->path), STR_ARG(it->reason));
    for (size_t i = 0; !it->code && i < it->facts.n; i++)
        if (it->facts.v[i].type == FACT_ORIGIN && it->facts.v[i].pattern.n)
            buf_addf(&f->said, STR_FMT ": " STR_FMT "\n", STR_ARG(it->path),
                     STR_ARG(it->facts.v[i].pattern));
    return 0;
}

static void expect(struct fix *f, const char *want)
{
    target_expect(f, sink, want);
}

#define ORIGIN(name) "[remote \"origin\"]\n\turl = https://h.example/" name "\n"

static void the_first_commit_where_there_is_no_address(void **state)
{
    struct fix *f = *state;
    struct git_id a, b, c;
    AUTO(buf) want = BUF_INIT;
    repository(f, "a/.git", "a", "", &a);
    repository(f, "b/.git", "b", ORIGIN("o/b"), &b);
    repository(f, "c/.git", "c", "[remote \"origin\"]\n\turl = /srv/c.git\n", &c);
    repository(f, "none/.git", NULL, "", NULL);
    buf_addf(&want,
             "a/.git/HEAD: commit:%s\nb/.git/config: https://h.example/o/b\n"
             "c/.git/HEAD: commit:%s\nc/.git/config: /srv/c.git\n",
             git_id_hex(&a).z, git_id_hex(&c).z);
    expect(f, want.p);
    f->options.threads = 4;
    f->options.delay_us = 1000;
    expect(f, want.p);
}

static void above_the_target(void **state)
{
    struct fix *f = *state;
    struct git_id a;
    AUTO(buf) want = BUF_INIT;
    repository(f, ".git", "a", "", &a);
    testgit_file(&f->git, "src/bot/x", STR("x"));
    target_root(f, "src/bot");
    buf_addf(&want, "../../.git/HEAD: commit:%s\n", git_id_hex(&a).z);
    expect(f, want.p);
}

static void worktrees_and_submodules(void **state)
{
    struct fix *f = *state;
    struct git_id main, lib;
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) want = BUF_INIT;
    repository(f, "app/.git", "a", ORIGIN("o/app"), &main);
    repository(f, "app/.git/modules/lib", "l", "", &lib);
    testgit_file(&f->git, "app/lib/.git", STR("gitdir: ../.git/modules/lib\n"));
    testgit_file(&f->git, "app/.git/worktrees/side/HEAD", STR("ref: refs/heads/main\n"));
    buf_addf(&text, "gitdir: %s/app/.git/worktrees/side\n", f->git.dir);
    testgit_file(&f->git, "side/.git", buf_str(&text));
    testgit_file(&f->git, "liar/.git", STR("gitdir: /etc\n"));
    buf_addf(&want,
             "app/.git/config: https://h.example/o/app\n"
             "app/lib/.git: gitdir:\napp/lib/.git/HEAD: commit:%s\n"
             "liar/.git: its git folder does not lie where git would put it: not followed\n"
             "liar/.git: gitdir:\nside/.git: gitdir:\n"
             "side/.git/config: https://h.example/o/app\n",
             git_id_hex(&lib).z);
    expect(f, want.p);
    /* A part of a worktree, and a submodule by itself. */
    target_root(f, "app/lib");
    buf_clear(&want);
    buf_addf(&want, ".git: gitdir:\n.git/HEAD: commit:%s\n", git_id_hex(&lib).z);
    expect(f, want.p);
    testgit_file(&f->git, "side/src/x", STR("x"));
    testgit_file(&f->git, "app/.git/worktrees/side/gitdir", STR("")); /* until it names back... */
    target_root(f, "side/src");
    expect(f, "");
    buf_clear(&text);
    buf_addf(&text, "%s/side/.git\n", f->git.dir);
    testgit_file(&f->git, "app/.git/worktrees/side/gitdir", buf_str(&text));
    expect(f, "../.git/config: https://h.example/o/app\n");
}

static void what_is_damaged_has_no_name(void **state)
{
    struct fix *f = *state;
    struct git_id lost = testgit_name(GIT_COMMIT, STR("lost"));
    repository(f, "a/.git", "a", "", NULL);
    testgit_ref(&f->git, "a/.git/refs/heads/main", &lost);
    repository(f, "b/.git", "b", "[extensions]\n\tobjectformat = sha256\n", NULL);
    expect(f, "");
}

static void lose(struct fix *f, const char *folder, const struct git_id *id)
{
    char path[160];
    AUTO(buf) hex = BUF_INIT;
    buf_addz(&hex, git_id_hex(id).z);
    snprintf(path, sizeof(path), "%s/objects/%.2s/%s", folder, hex.p, hex.p + 2);
    assert_int_equal(unlinkat(f->git.fd, path, 0), 0);
}

static void expect_commits(struct fix *f, const struct git_id *a, const struct git_id *b)
{
    AUTO(buf) want = BUF_INIT;
    if (a)
        buf_addf(&want, "a/.git/HEAD: commit:%s\n", git_id_hex(a).z);
    if (b)
        buf_addf(&want, "b/.git/HEAD: commit:%s\n", git_id_hex(b).z);
    assert_int_equal(buf_result(&want), 0);
    expect(f, want.n ? want.p : "");
}

/* The branch moves to the packed references. */
static void pack_branch(struct fix *f, const char *folder, struct buf *refs)
{
    char path[160], tip[40];
    snprintf(path, sizeof(path), "%s/refs/heads/main", folder);
    int fd = openat(f->git.fd, path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, tip, sizeof(tip)), sizeof(tip));
    close(fd);
    assert_int_equal(unlinkat(f->git.fd, path, 0), 0);
    buf_add(refs, str_n(tip, sizeof(tip)));
    buf_addz(refs, " refs/heads/main\n");
    snprintf(path, sizeof(path), "%s/packed-refs", folder);
    testgit_file(&f->git, path, buf_str(refs));
}

/* Once known, it is asked for again only when HEAD, its branch or the packed references change. */
static void asked_once(void **state)
{
    struct fix *f = *state;
    struct git_id a, b;
    char cache[] = "/tmp/stance-known.XXXXXX";
    AUTO(buf) refs = BUF_INIT;
    assert_non_null(mkdtemp(cache));
    f->options.cache = cache;
    repository(f, "a/.git", "a", "", &a);
    repository(f, "b/.git", "b", "", &b);
    pack_branch(f, "b/.git", &refs);
    usleep(150000); /* what changed just now could change again unseen */
    expect_commits(f, &a, &b);
    lose(f, "a/.git", &a);
    lose(f, "b/.git", &b);
    expect_commits(f, &a, &b);
    expect_commits(f, &a, &b); /* the one that was remembered, again */
    testgit_file(&f->git, "b/.git/packed-refs", buf_str(&refs));
    expect_commits(f, &a, NULL);
    testgit_file(&f->git, "a/.git/shallow", STR(""));
    expect_commits(f, NULL, NULL);
    unlinkat(f->git.fd, "a/.git/shallow", 0);
    testgit_file(&f->git, "a/.git/HEAD", STR("ref: refs/heads/other\n"));
    expect_commits(f, NULL, NULL);
    testgit_empty(AT_FDCWD, cache);
    rmdir(cache);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, target_setup, target_teardown)
    const struct CMUnitTest tests[] = {
        T(the_first_commit_where_there_is_no_address),
        T(above_the_target),
        T(worktrees_and_submodules),
        T(what_is_damaged_has_no_name),
        T(asked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
