/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a worker which was taken over gets nothing, and that Landlock alone holds too. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "sandbox/hostile.h"

struct fixture {
    struct hostile hostile;
    struct sandbox sb;
    struct worker w;
    struct buf reply;
    struct diag d;
    FILE *file; /* readable and writable */
};

static void open_fixture(struct fixture *f, unsigned without)
{
    *f = (struct fixture){.reply = BUF_INIT};
    hostile_init(&f->hostile);
    assert_int_equal(sandbox_start_without(&f->sb, &f->hostile.config, without, &f->d), 0);
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
    f->file = tmpfile();
    assert_non_null(f->file);
    assert_int_equal(fputs("content", f->file) < 0 || fflush(f->file), 0);
}

static void close_fixture(struct fixture *f)
{
    worker_close(&f->w);
    sandbox_stop(&f->sb);
    buf_done(&f->reply);
    fclose(f->file);
}

/* The result of one call; a worker that died is replaced. */
static int attack(struct fixture *f, const char *name)
{
    char request[64];
    snprintf(request, sizeof(request), "%s %d", name, (int)getpid());
    int error = hostile_call(&f->w, request, fileno(f->file), &f->reply, &f->d);
    if (f->w.sock < 0) {
        worker_close(&f->w);
        assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
    }
    return error;
}

static void assert_repelled(struct fixture *f, const struct attack *a)
{
    int error = attack(f, a->name);
    struct str said = buf_str(&f->reply);
    if (a->end == ENDS && !SANDBOX_SANITIZED) {
        if (error != E_CANCELLED || !strstr(f->d.text, "killed by signal"))
            fail_msg("%s: %d, " STR_FMT, a->name, error, STR_ARG(said));
    } else if (error || !str_starts(said, STR("denied "))) {
        /* the 32-bit door ends a worker under sanitizers too */
        if (a->end == FAILS || error != E_CANCELLED)
            fail_msg("%s: %d, %s, " STR_FMT, a->name, error, f->d.text, STR_ARG(said));
    }
}

static void every_attack_is_repelled(void **state)
{
    (void)state;
    const unsigned levels[] = {0, WITHOUT_LANDLOCK};
    for (size_t l = 0; l < ARRAY_LEN(levels); l++) {
        struct fixture f;
        open_fixture(&f, levels[l]);
        for (size_t i = 0; i < n_attacks; i++)
            assert_repelled(&f, &attacks[i]);
        assert_int_equal(attack(&f, "echo"), 0); /* and we are still here */
        close_fixture(&f);
    }
    assert_int_equal(access("stance-was-here", F_OK), -1);
}

static void assert_denied(struct fixture *f, const char *name, int error)
{
    char expected[32];
    snprintf(expected, sizeof(expected), "denied %d", error);
    assert_int_equal(attack(f, name), 0);
    if (!str_eq_z(buf_str(&f->reply), expected))
        fail_msg("%s: " STR_FMT ", not %s", name, STR_ARG(buf_str(&f->reply)), expected);
}

static void landlock_holds_alone(void **state)
{
    (void)state;
    if (!landlock_abi())
        skip();
    struct fixture f;
    open_fixture(&f, WITHOUT_SECCOMP);
    assert_int_equal(f.sb.level, SANDBOX_NONE); /* one fence is less than was promised */
    assert_denied(&f, "open", EACCES);
    assert_denied(&f, "old-open", access("/etc/passwd", F_OK) ? ENOENT : EACCES);
    assert_denied(&f, "create", EACCES);
    assert_denied(&f, "openat2", EACCES);
    assert_denied(&f, "mkdir", EACCES);
    if (landlock_abi() >= 6)
        assert_denied(&f, "kill", EPERM);
    if (getegid() != 54321)
        assert_denied(&f, "setgid", EPERM); /* root without capabilities */
    close_fixture(&f);
    assert_int_equal(access("stance-was-here", F_OK), -1);
}

static void attacks_would_work_without_a_sandbox(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, WITHOUT_SECCOMP | WITHOUT_LANDLOCK);
    const char *const names[] = {"open",        "openat2", "socket",      "socketpair",
                                 "kill",        "tgkill",  "pidfd",       "map-fd",
                                 "map-fd-turn", "memfd",   "exec-memory", "make-executable",
                                 "dumpable",    "outlive"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(attack(&f, names[i]), 0);
        if (!str_starts(buf_str(&f.reply), STR("ok ")))
            fail_msg("%s: " STR_FMT, names[i], STR_ARG(buf_str(&f.reply)));
    }
    close_fixture(&f);
}

static void memory_ends_at_the_limit(void **state)
{
    (void)state;
    if (SANDBOX_SANITIZED)
        skip();
    struct fixture f;
    open_fixture(&f, 0);
    assert_int_equal(hostile_call(&f.w, "memory 2147483648", -1, &f.reply, &f.d), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "denied 12"));
    assert_int_equal(hostile_call(&f.w, "memory 1048576", -1, &f.reply, &f.d), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "ok 1048576"));
    close_fixture(&f);
}

static void rights_grow_with_the_abi(void **state)
{
    (void)state;
    static const struct {
        int abi;
        struct landlock_rights rights;
    } rows[] = {
        {0, {0, 0, 0}},      {1, {0x1fff, 0, 0}}, {2, {0x3fff, 0, 0}}, {3, {0x7fff, 0, 0}},
        {4, {0x7fff, 3, 0}}, {5, {0xffff, 3, 0}}, {6, {0xffff, 3, 3}}, {99, {0xffff, 3, 3}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct landlock_rights r = landlock_rights(rows[i].abi);
        assert_true(r.fs == rows[i].rights.fs);
        assert_true(r.net == rows[i].rights.net);
        assert_true(r.scoped == rows[i].rights.scoped);
    }
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_attack_is_repelled),
        cmocka_unit_test(landlock_holds_alone),
        cmocka_unit_test(attacks_would_work_without_a_sandbox),
        cmocka_unit_test(memory_ends_at_the_limit),
        cmocka_unit_test(rights_grow_with_the_abi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return hostile_run(run);
}
