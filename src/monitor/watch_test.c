/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what is heard of a changing tree: nothing missed, nothing of our own, no more than told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "base/testing.h"
#include "monitor/watch_internal.h"

#define LONG_ENOUGH 20000 /* ms: an interval that is reached says that nothing was heard */

struct tree {
    char root[64];
    struct target target;
    struct watch_options options;
    struct watch *watch;
    struct watch_change change;
    volatile int cancel;
    struct str ignored;
    struct diag d;
};

static void in_tree(const struct tree *t, const char *name, char *ret, size_t room)
{
    snprintf(ret, room, "%s/%s", t->root, name);
}

static void make(const struct tree *t, const char *name)
{
    char path[256];
    in_tree(t, name, path, sizeof(path));
    assert_int_equal(mkdir(path, 0755), 0);
}

static void put(const struct tree *t, const char *name)
{
    char path[256];
    in_tree(t, name, path, sizeof(path));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0 && write(fd, "x", 1) == 1);
    close(fd);
}

static void put_away(const struct tree *t, const char *from, const char *to)
{
    char a[256], b[256];
    in_tree(t, from, a, sizeof(a));
    in_tree(t, to, b, sizeof(b));
    assert_int_equal(rename(a, b), 0);
}

static int set_up(void **state)
{
    struct tree *t = mem_alloc(sizeof(*t));
    *state = t;
    snprintf(t->root, sizeof(t->root), "/tmp/stance-watch-XXXXXX");
    if (!mkdtemp(t->root))
        return -1;
    t->target = (struct target){.given = str_z(t->root), .root = str_z(t->root), .name = STR("x")};
    t->options = (struct watch_options){.targets = &t->target,
                                        .n_targets = 1,
                                        .settle_ms = 30,
                                        .interval_ms = LONG_ENOUGH,
                                        .quiet_ms = LONG_ENOUGH,
                                        .cancel = &t->cancel};
    make(t, "a");
    make(t, "a/b");
    make(t, "node_modules");
    make(t, ".git");
    return 0;
}

static int tear_down(void **state)
{
    struct tree *t = *state;
    watch_free(t->watch);
    (void)test_folder_end(t->root);
    mem_free(t);
    return 0;
}

static void begin(struct tree *t)
{
    assert_int_equal(watch_open(&t->options, &t->watch, &t->d), 0);
}

static void heard(struct tree *t, enum watch_cause cause, const char *path)
{
    assert_int_equal(watch_wait(t->watch, &t->change, &t->d), 0);
    if (t->change.cause != cause || !str_eq_z(t->change.path, path))
        fail_msg("cause %d, path \"%.*s\"", t->change.cause, STR_ARG(t->change.path));
}

static void silent(struct tree *t)
{
    usleep(20000);
    assert_int_equal(watch_hear(t->watch, &t->d), 0);
    assert_false(t->watch->heard[0].any);
}

static void files(void **state)
{
    struct tree *t = *state;
    begin(t);
    assert_int_equal(watch_folders(t->watch), 4); /* root, a, a/b, .git */
    assert_false(watch_blind(t->watch));
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    put(t, "a/g");
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a");
    put(t, "h");
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "");
    char path[256];
    in_tree(t, "a/b/f", path, sizeof(path));
    assert_int_equal(chmod(path, 0600), 0);
    heard(t, WATCH_CHANGE, "a/b");
    assert_int_equal(unlink(path), 0);
    heard(t, WATCH_CHANGE, "a/b");
    silent(t);
}

/* What is made in a folder before it could be watched is inside the folder that is told. */
static void new_folders(void **state)
{
    struct tree *t = *state;
    begin(t);
    make(t, "a/n");
    make(t, "a/n/m");
    put(t, "a/n/m/f");
    heard(t, WATCH_CHANGE, "a");
    put(t, "a/n/m/f");
    heard(t, WATCH_CHANGE, "a/n/m");
    put_away(t, "a/n", "c");
    heard(t, WATCH_CHANGE, "");
    put(t, "c/m/f");
    heard(t, WATCH_CHANGE, "c/m"); /* under its new name */
}

static void rules(void **state)
{
    struct tree *t = *state;
    char store[128];
    snprintf(store, sizeof(store), "%s/s.db", t->root);
    t->ignored = str_z(store);
    t->options.ignored = &t->ignored;
    t->options.n_ignored = 1;
    begin(t);
    put(t, "node_modules/f");
    put(t, ".git/index");
    put(t, "s.db");
    put(t, "s.db-wal");
    put(t, "s.db-journal");
    silent(t);
    put(t, "s.db2");
    heard(t, WATCH_CHANGE, "");
    put(t, ".git/config"); /* whose files they are */
    heard(t, WATCH_CHANGE, "");
    put(t, "a/b/CODEOWNERS");
    heard(t, WATCH_CHANGE, "");
}

static void one_file(void **state)
{
    struct tree *t = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/f", t->root);
    put(t, "f");
    t->target = (struct target){.root = str_z(path), .name = STR("f"), .single_file = true};
    begin(t);
    put(t, "other");
    silent(t);
    put(t, "f");
    heard(t, WATCH_CHANGE, "");
}

static void no_more_watches(void **state)
{
    struct tree *t = *state;
    t->options.watches_max = 2;
    t->options.interval_ms = 50;
    begin(t);
    assert_true(watch_blind(t->watch));
    assert_int_equal(watch_folders(t->watch), 2);
    heard(t, WATCH_INTERVAL, "");
    heard(t, WATCH_INTERVAL, "");
}

static void lost_events(void **state)
{
    struct tree *t = *state;
    begin(t);
    /* More events than the kernel keeps, of names that differ so that they are not joined. */
    long most = 16384;
    FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    if (f && fscanf(f, "%ld", &most) != 1)
        most = 16384;
    if (f)
        fclose(f);
    if (most > 100000)
        skip();
    char one[256], two[256];
    in_tree(t, "a/one", one, sizeof(one));
    in_tree(t, "a/two", two, sizeof(two));
    put(t, "a/one");
    for (long i = 0; i < most; i++)
        assert_int_equal(i % 2 ? rename(two, one) : rename(one, two), 0);
    heard(t, WATCH_OVERFLOW, "");
    put(t, "a/b/f"); /* and the watches are whole again */
    heard(t, WATCH_CHANGE, "a/b");
}

/* What happened while the caller looked at a part is heard before it is called quiet. */
static void changes_before_quiet(void **state)
{
    struct tree *t = *state;
    t->options.quiet_ms = 1;
    begin(t);
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    put(t, "a/g");
    usleep(5000);
    t->options.settle_ms = 0;
    t->watch->cost = 0;
    assert_int_equal(watch_wait(t->watch, &t->change, &t->d), 0);
    assert_false(t->watch->heard[0].any);
    silent(t);
}

static void stopped(void **state)
{
    struct tree *t = *state;
    begin(t);
    t->cancel = 1;
    assert_int_equal(watch_wait(t->watch, &t->change, &t->d), E_CANCELLED);
}

static void remove_file(const struct tree *t, const char *name)
{
    char path[256];
    in_tree(t, name, path, sizeof(path));
    assert_int_equal(remove(path), 0);
}

/* Parts were told: all of it once more, when it has become quiet; then nothing. */
static void all_when_quiet(void **state)
{
    struct tree *t = *state;
    t->options.settle_ms = 5;
    t->options.interval_ms = 0;
    begin(t);
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    put(t, "a/g");
    heard(t, WATCH_CHANGE, "a");
    t->options.quiet_ms = 0; /* ten times settle_ms */
    heard(t, WATCH_QUIET, "");
    t->options.interval_ms = 300;
    heard(t, WATCH_INTERVAL, "");
}

/* What could not be looked at is told again, with what came meanwhile, later each time. */
static void again(void **state)
{
    struct tree *t = *state;
    begin(t);
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    watch_again(t->watch, &t->change);
    uint64_t first = t->watch->pause;
    heard(t, WATCH_CHANGE, "a/b");
    watch_again(t->watch, &t->change);
    assert_true(t->watch->pause == 2 * first);
    put(t, "a/g");
    heard(t, WATCH_CHANGE, "a");
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    assert_true(t->watch->pause == 0);
    const struct watch_change all = {.cause = WATCH_INTERVAL};
    watch_again(t->watch, &all);
    heard(t, WATCH_CHANGE, "");
}

static void target_removed_and_made_again(void **state)
{
    struct tree *t = *state;
    char other[80], aside[80];
    snprintf(other, sizeof(other), "%s-other", t->root);
    snprintf(aside, sizeof(aside), "%s-aside", t->root);
    begin(t);
    assert_int_equal(rename(t->root, aside), 0);
    heard(t, WATCH_CHANGE, "");
    watch_again(t->watch, &t->change);
    assert_int_equal(mkdir(other, 0755), 0);
    assert_int_equal(rmdir(other), 0);
    assert_int_equal(rename(aside, t->root), 0);
    heard(t, WATCH_CHANGE, "");
    while (t->watch->stale || t->watch->heard[0].any)
        heard(t, WATCH_CHANGE, "");
    put(t, "a/b/f"); /* and it is watched again */
    heard(t, WATCH_CHANGE, "a/b");
}

/* A folder that could not be read, and one that was passed by for its marker. */
static void folders_that_open(void **state)
{
    struct tree *t = *state;
    char path[256];
    make(t, "v");
    make(t, "v/lib");
    put(t, "v/pyvenv.cfg");
    in_tree(t, "a", path, sizeof(path));
    assert_int_equal(chmod(path, 0), 0);
    begin(t);
    assert_false(watch_blind(t->watch));
    put(t, "v/lib/f");
    silent(t);
    assert_int_equal(chmod(path, 0755), 0);
    heard(t, WATCH_CHANGE, "");
    put(t, "a/b/f");
    heard(t, WATCH_CHANGE, "a/b");
    remove_file(t, "v/pyvenv.cfg");
    heard(t, WATCH_CHANGE, "v");
    put(t, "v/lib/f");
    heard(t, WATCH_CHANGE, "v/lib");
}

/* Folders that come and go leave nothing behind. */
static void nothing_grows(void **state)
{
    struct tree *t = *state;
    begin(t);
    size_t room = 0;
    for (int i = 0; i < 400; i++) {
        make(t, "a/n");
        assert_int_equal(watch_hear(t->watch, &t->d), 0);
        remove_file(t, "a/n");
        assert_int_equal(watch_hear(t->watch, &t->d), 0);
        room = MAX(room, t->watch->folders.n);
    }
    assert_int_equal(watch_folders(t->watch), 4);
    assert_true(room < 20);
}

/* Writing that never ends does not put off the answer for ever. */
static void patience(void **state)
{
    struct tree *t = *state;
    begin(t);
    pid_t pid = fork();
    if (!pid) {
        for (int i = 0; i < 2000; i++) {
            put(t, "a/f");
            usleep(5000);
        }
        _exit(0);
    }
    heard(t, WATCH_CHANGE, "a");
    kill(pid, SIGKILL);
    int status;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it was still writing */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(files),
        TEST(new_folders),
        TEST(rules),
        TEST(one_file),
        TEST(no_more_watches),
        TEST(lost_events),
        TEST(changes_before_quiet),
        TEST(stopped),
        TEST(patience),
        TEST(all_when_quiet),
        TEST(again),
        TEST(target_removed_and_made_again),
        TEST(folders_that_open),
        TEST(nothing_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
