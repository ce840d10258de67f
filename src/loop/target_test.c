/* SPDX-License-Identifier: Apache-2.0 */
/* What may be a target, which targets are one, and the files of an installation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/loop.h"

static char folder[64];

static const char *in(const char *name)
{
    static char paths[4][256];
    static unsigned at;
    char *p = paths[at++ % 4];
    snprintf(p, 256, "%s/%s", folder, name);
    return p;
}

static int setup(void **state UNUSED)
{
    snprintf(folder, sizeof(folder), "/tmp/stance-target.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state UNUSED)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
        _exit(1);
    }
    return pid < 0 || waitpid(pid, NULL, 0) != pid;
}

static void make_file(const char *name, const char *text, mode_t mode)
{
    int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int resolve(const char *given, struct arena *a, struct target *t, struct diag *d)
{
    *d = (struct diag){0};
    return target_resolve(str_z(given), a, t, d);
}

static void what_is_a_target(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct target t;
    struct diag d;
    assert_int_equal(mkdir(in("app"), 0755), 0);
    make_file("app/x.json", "{}", 0644);
    assert_int_equal(symlink("app", in("link")), 0);
    assert_int_equal(symlink("loop", in("loop")), 0);
    assert_int_equal(mkfifo(in("pipe"), 0644), 0);
    assert_int_equal(resolve(in("link/../link/"), &a, &t, &d), 0);
    assert_true(str_eq_z(t.root, in("app")) && str_eq_z(t.name, "app") && !t.single_file);
    assert_int_equal(resolve(in("app/x.json"), &a, &t, &d), 0);
    assert_true(str_eq_z(t.name, "x.json") && t.single_file);
    assert_int_equal(resolve("/", &a, &t, &d), 0);
    assert_true(str_eq_z(t.root, "/") && str_eq_z(t.name, "root"));
    static const struct {
        const char *name;
        int code;
    } bad[] = {{"nothing", E_NOTFOUND}, {"pipe", E_UNSUPPORTED}, {"app/x.json/y", 0}, {"loop", 0}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int rc = resolve(in(bad[i].name), &a, &t, &d);
        assert_true(rc < 0 && (!bad[i].code || rc == bad[i].code));
        assert_true(d.text[0] && d.hint[0]);
        assert_string_equal(d.file, in(bad[i].name));
    }
    assert_int_equal(resolve("", &a, &t, &d), E_USAGE);
    assert_true(strstr(d.text, "empty") && strstr(d.hint, "current folder"));
    int pipes[2];
    char text[32];
    assert_int_equal(pipe(pipes), 0);
    snprintf(text, sizeof(text), "/dev/fd/%d", pipes[0]); /* as /dev/stdin is */
    assert_int_equal(resolve(text, &a, &t, &d), E_UNSUPPORTED);
    assert_non_null(strstr(d.hint, "copy its content to a file"));
    close(pipes[0]);
    close(pipes[1]);
}

static void which_targets_are_read_together(void **state UNUSED)
{
    static const struct {
        const char *first, *second;
        bool first_is_file, all;
        size_t want_first, want_second;
    } rows[] = {
        {"/w/a", "/w/a", false, false, SIZE_MAX, 0},
        {"/w/a", "/w/a/b", false, false, SIZE_MAX, 0},
        {"/w/a/b/c", "/w/a", false, false, 1, SIZE_MAX},
        {"/w/a", "/w/ab", false, false, SIZE_MAX, SIZE_MAX},
        {"/", "/w", false, false, SIZE_MAX, 0},
        {"/w/a", "/w/a/node_modules/b", false, false, SIZE_MAX, SIZE_MAX},
        {"/w/a", "/w/a/node_modules/b", false, true, SIZE_MAX, 0},
        {"/w/node_modules/a", "/w/node_modules/a/b", false, false, SIZE_MAX, 0},
        {"/w/a.json", "/w/a.json", true, false, SIZE_MAX, 0},
        {"/w/a.json", "/w", true, false, 1, SIZE_MAX},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct target t[] = {{.root = str_z(rows[i].first), .single_file = rows[i].first_is_file},
                             {.root = str_z(rows[i].second)}};
        const struct walk_rules *rules = rows[i].all ? walk_rules_none() : NULL;
        if (target_inside(t, 2, 0, rules) != rows[i].want_first ||
            target_inside(t, 2, 1, rules) != rows[i].want_second)
            fail_msg("%s and %s", rows[i].first, rows[i].second);
    }
}

static void the_key_of_an_installation(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct str first, again;
    struct diag d = {0};
    struct stat st;
    assert_int_equal(installation_key(in("none"), false, &a, &first, &d), E_NOTFOUND);
    assert_true(d.hint[0]);
    assert_int_equal(installation_key(in("key"), true, &a, &first, &d), 0);
    assert_int_equal(first.n, 32);
    assert_int_equal(stat(in("key"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(installation_key(in("key"), true, &a, &again, &d), 0);
    assert_true(str_eq(first, again));
    assert_int_equal(installation_key(in("other"), true, &a, &again, &d), 0);
    assert_false(str_eq(first, again));
    assert_int_equal(chmod(in("key"), 0640), 0);
    assert_int_equal(installation_key(in("key"), true, &a, &again, &d), E_DENIED);
    assert_true(d.hint[0]);
    make_file("short", "too short", 0600);
    assert_int_equal(installation_key(in("short"), true, &a, &again, &d), E_PARSE);
    assert_true(d.hint[0]);
    assert_string_equal(d.file, in("short"));
}

static void the_data_folder(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct str path;
    struct diag d = {0};
    struct stat st;
    assert_int_equal(setenv("XDG_DATA_HOME", in("x/data"), 1), 0);
    assert_int_equal(data_folder(&a, &path, &d), 0);
    assert_true(str_eq_z(path, in("x/data/stance")));
    assert_int_equal(stat(in("x/data/stance"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(setenv("XDG_DATA_HOME", "relative", 1), 0);
    assert_int_equal(setenv("HOME", in("h"), 1), 0);
    assert_int_equal(data_folder(&a, &path, &d), 0);
    assert_true(str_eq_z(path, in("h/.local/share/stance")));
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(data_folder(&a, &path, &d), E_NOTFOUND);
    assert_true(d.hint[0]);
    make_file("flat", "", 0644);
    assert_int_equal(setenv("XDG_DATA_HOME", in("flat"), 1), 0);
    assert_true(data_folder(&a, &path, &d) < 0);
    assert_true(d.hint[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_a_target, setup, teardown),
        cmocka_unit_test(which_targets_are_read_together),
        cmocka_unit_test_setup_teardown(the_key_of_an_installation, setup, teardown),
        cmocka_unit_test_setup_teardown(the_data_folder, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
