/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a worker with folders reads what lies below them, and nothing else, and writes
 * nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/hostile.h"

/*
 * root/in/file  root/in/sub/deep            what it may read
 * root/out/secret                           what it may not
 * root/in/{up,away,dir}                     links: ../out/secret, the same absolute, ../out
 */
struct tree {
    char root[64];
    struct hostile hostile;
    struct sandbox sb;
    struct worker w;
    struct buf reply;
    struct diag d;
    int in; /* O_PATH */
};

static void in_root(const struct tree *t, const char *path, char ret[256])
{
    snprintf(ret, 256, "%s/%s", t->root, path);
}

static void make_file(const struct tree *t, const char *path)
{
    char full[256];
    in_root(t, path, full);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_int_equal(fputs("content", f) < 0 || fclose(f), 0);
}

static void make_link(const struct tree *t, const char *to, const char *path)
{
    char full[256];
    in_root(t, path, full);
    assert_int_equal(symlink(to, full), 0);
}

static void make_tree(struct tree *t)
{
    static const char *const folders[] = {"in", "in/sub", "out"};
    char path[256];
    snprintf(t->root, sizeof(t->root), "/tmp/stance-folders-XXXXXX");
    assert_non_null(mkdtemp(t->root));
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        in_root(t, folders[i], path);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    make_file(t, "in/file");
    make_file(t, "in/sub/deep");
    make_file(t, "out/secret");
    make_link(t, "../out/secret", "in/up");
    in_root(t, "out/secret", path);
    make_link(t, path, "in/away");
    make_link(t, "../out", "in/dir");
    in_root(t, "in", path);
    t->in = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(t->in >= 0);
}

static void remove_tree(struct tree *t)
{
    static const char *const paths[] = {
        "in/up",        "in/away",    "in/dir",     "in/file", "in/sub/deep",
        "in/sub",       "in/renamed", "in/linked",  "in/new",  "in/newer",
        "in/symlinked", "in",         "out/secret", "out",     ""};
    char path[256];
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        in_root(t, paths[i], path);
        (void)!remove(path);
    }
    assert_int_equal(access(t->root, F_OK), -1);
    close(t->in);
}

static void open_tree(struct tree *t, unsigned without)
{
    *t = (struct tree){.reply = BUF_INIT};
    make_tree(t);
    hostile_init(&t->hostile);
    assert_int_equal(sandbox_start_without(&t->sb, &t->hostile.config, without, &t->d), 0);
    assert_int_equal(sandbox_worker(&t->sb, HOSTILE_FOLDERS, &t->in, 1, &t->w, &t->d), 0);
}

static void close_tree(struct tree *t)
{
    worker_close(&t->w);
    sandbox_stop(&t->sb);
    buf_done(&t->reply);
    remove_tree(t);
}

static bool works(struct tree *t, const char *deed, const char *path)
{
    char request[300];
    snprintf(request, sizeof(request), "%s %s", deed, path);
    if (hostile_call(&t->w, request, -1, &t->reply, &t->d))
        fail_msg("%s: %s", request, t->d.text);
    return str_starts(buf_str(&t->reply), STR("ok "));
}

static void expect(struct tree *t, const char *deed, const char *path, bool expected)
{
    if (works(t, deed, path) != expected)
        fail_msg("%s %s: " STR_FMT, deed, path, STR_ARG(buf_str(&t->reply)));
}

static void what_lies_below_is_read(void **state)
{
    (void)state;
    const unsigned levels[] = {0, WITHOUT_LANDLOCK, WITHOUT_SECCOMP};
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        struct tree t;
        open_tree(&t, levels[i]);
        for (int again = 0; again < 300; again++) /* more often than it may have descriptors */
            expect(&t, "read", "file", true);
        assert_true(str_eq_z(buf_str(&t.reply), "ok 7"));
        expect(&t, "read", "sub/deep", true);
        expect(&t, "read", "sub/../file", true);
        expect(&t, "read-there", "sub/deep", true);
        expect(&t, "list", ".", true);
        assert_true(str_eq_z(buf_str(&t.reply), "ok 7"));
        expect(&t, "map", "file", true);
        expect(&t, "stat", "up", true);
        expect(&t, "readlink", "up", true);
        close_tree(&t);
    }
}

/* Every way out of the folder. */
static void ways_out(struct tree *t, bool open)
{
    char outside[256];
    in_root(t, "out/secret", outside);
    const char *const files[] = {"../out/secret", "sub/../../out/secret", "up",
                                 "away",          "dir/secret",           outside,
                                 "/etc/passwd"};
    const char *const folders[] = {"..", "../out", "dir", "/", "/proc/self"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        expect(t, "read", files[i], open);
        expect(t, "read-there", files[i], open);
        expect(t, "map", files[i], open);
    }
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        expect(t, "list", folders[i], open);
}

static void nothing_else_is_read(void **state)
{
    (void)state;
    const unsigned levels[] = {0, WITHOUT_SECCOMP};
    struct tree t;
    if (!landlock_abi())
        skip();
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        open_tree(&t, levels[i]);
        ways_out(&t, false);
        close_tree(&t);
    }
    open_tree(&t, WITHOUT_LANDLOCK); /* and the level says so */
    assert_int_equal(t.sb.level, SANDBOX_SECCOMP);
    ways_out(&t, true);
    close_tree(&t);
}

static const char *target_of(const char *deed)
{
    if (!strcmp(deed, "make"))
        return "new";
    return strcmp(deed, "mkdir") ? "file" : "newer";
}

static bool a_write(size_t i)
{
    return file_attacks[i].kind == WRITES;
}

static void nothing_is_written(void **state)
{
    (void)state;
    const unsigned levels[] = {0, WITHOUT_LANDLOCK};
    struct tree t;
    for (size_t l = 0; l < ARRAY_LEN(levels); l++) {
        open_tree(&t, levels[l]);
        for (size_t i = 0; i < n_file_attacks; i++) {
            if (a_write(i))
                expect(&t, file_attacks[i].name, target_of(file_attacks[i].name), false);
        }
        expect(&t, "list", ".", true); /* and no file came or went */
        assert_true(str_eq_z(buf_str(&t.reply), "ok 7"));
        close_tree(&t);
    }
}

/* Each on a fresh tree: some remove what others need. */
static void writes_would_work_without_a_sandbox(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_file_attacks; i++) {
        struct tree t;
        open_tree(&t, WITHOUT_LANDLOCK | WITHOUT_SECCOMP);
        assert_int_equal(t.sb.level, SANDBOX_NONE);
        if (a_write(i))
            expect(&t, file_attacks[i].name, target_of(file_attacks[i].name), true);
        close_tree(&t);
    }
}

static void landlock_alone_forbids_changes(void **state)
{
    (void)state;
    static const char *const deeds[] = {"open-write", "open-both", "make",    "mkdir",    "remove",
                                        "rename",     "link",      "symlink", "map-write"};
    struct tree t;
    if (!landlock_abi())
        skip();
    open_tree(&t, WITHOUT_SECCOMP);
    for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
        expect(&t, deeds[i], target_of(deeds[i]), false);
    close_tree(&t);
}

/* Root gives up all it may do but this, and only where Landlock says which files are meant. */
static void root_reads_what_belongs_to_others(void **state)
{
    (void)state;
    struct tree t;
    if (geteuid() || !landlock_abi())
        skip();
    for (int bare = 0; bare < 2; bare++) {
        open_tree(&t, bare ? WITHOUT_LANDLOCK : 0);
        char path[256];
        in_root(&t, "in/sub", path);
        assert_int_equal(chown(path, 65534, 65534), 0); /* mode 0700 */
        expect(&t, "read", "sub/deep", !bare);
        expect(&t, "make", "sub/new", false);
        close_tree(&t);
    }
}

static void folders_are_checked(void **state)
{
    (void)state;
    struct tree t;
    struct worker w = {.sock = -1};
    open_tree(&t, 0);
    int many[WORKER_FOLDERS_MAX + 1] = {t.in, t.in, t.in, t.in, t.in};
    int file = openat(t.in, "file", O_RDONLY | O_CLOEXEC), closed = dup(t.in);
    close(closed);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_PLAIN, &t.in, 1, &w, &t.d), E_USAGE);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_FOLDERS, many, 5, &w, &t.d), E_USAGE);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_FOLDERS, &file, 1, &w, &t.d), E_USAGE);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_FOLDERS, &closed, 1, &w, &t.d), E_IO);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_CLASSES, NULL, 0, &w, &t.d), E_USAGE);
    assert_int_equal(w.sock, -1);
    worker_close(&t.w);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_FOLDERS, many, 4, &t.w, &t.d), 0);
    expect(&t, "read", "file", true); /* through the last one */
    worker_close(&t.w);
    assert_int_equal(sandbox_worker(&t.sb, HOSTILE_FOLDERS, NULL, 0, &t.w, &t.d), 0);
    assert_int_equal(hostile_call(&t.w, "read file", -1, &t.reply, &t.d), E_USAGE);
    close(file);
    close_tree(&t);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_below_is_read),
        cmocka_unit_test(nothing_else_is_read),
        cmocka_unit_test(nothing_is_written),
        cmocka_unit_test(writes_would_work_without_a_sandbox),
        cmocka_unit_test(landlock_alone_forbids_changes),
        cmocka_unit_test(root_reads_what_belongs_to_others),
        cmocka_unit_test(folders_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return hostile_run(run);
}
