/* SPDX-License-Identifier: Apache-2.0 */
/* Tests every way a worker can end or lie, restarts, and that nothing survives the parent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/fixture.h"

static void deaths_are_explained(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    if (!SANDBOX_SANITIZED)
        assert_lost(&f, call(&f, "crash"), E_CANCELLED, "killed by signal 11");
    assert_lost(&f, call(&f, "abort"), E_CANCELLED, SANDBOX_SANITIZED ? "" : "killed by signal 6");
    assert_lost(&f, call(&f, "exit 3"), E_CANCELLED, "ended with status 3");
    assert_lost(&f, call(&f, "no-memory"), E_CANCELLED, "memory limit of 1024 MiB");
    assert_lost(&f, call(&f, "hang-up"), E_CANCELLED, "closed its connection");
    if (!SANDBOX_SANITIZED)
        assert_lost(&f, call(&f, "exec"), E_CANCELLED, "forbidden system call");
    close_fixture(&f);
}

static void lies_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    const char *const lies[] = {"oversized", "wrong-number", "good-code", "unknown-code"};
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        next_worker(&f);
        assert_lost(&f, call(&f, lies[i]), E_CANCELLED, "malformed or oversized");
    }
    next_worker(&f);
    assert_lost(&f, call(&f, "short"), E_CANCELLED, "ended with status 0");
    assert_lost(&f, call(&f, "short-head"), E_CANCELLED, "ended with status 0");
    next_worker(&f);
    if (call(&f, "twice") == 0) /* the second frame came too late to be noticed at once */
        assert_lost(&f, call(&f, "echo x"), E_CANCELLED, "malformed or oversized");
    close_fixture(&f);
}

static void little_time(struct hostile *h)
{
    h->class[HOSTILE_PLAIN].cpu_seconds = 1;
}

static void processor_time_is_limited(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, little_time);
    assert_lost(&f, call(&f, "spin"), E_CANCELLED, "took more than 1 s of processor time");
    close_fixture(&f);
}

static void allowance_is_kept_ahead(void **state)
{
    (void)state;
    struct fixture f;
    struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};
    open_fixture(&f, NULL);
    assert_int_equal(prlimit(f.w.pid, RLIMIT_CPU, NULL, &r), 0);
    unsigned seconds = worker_class(&f.w)->cpu_seconds;
    assert_true(r.rlim_cur >= seconds && r.rlim_cur <= f.w.cpu_granted);
    r.rlim_cur = f.w.cpu_granted = seconds; /* as after a long life */
    assert_int_equal(prlimit(f.w.pid, RLIMIT_CPU, &r, NULL), 0);
    for (unsigned i = 0; i < seconds; i++)
        assert_int_equal(call(&f, "echo x"), 0);
    assert_int_equal(prlimit(f.w.pid, RLIMIT_CPU, NULL, &r), 0);
    assert_true(r.rlim_cur > seconds + 1);
    assert_true(r.rlim_cur == MIN(f.w.cpu_granted, r.rlim_max));
    close_fixture(&f);
}

static void little_patience(struct hostile *h)
{
    h->class[HOSTILE_PLAIN].wall_seconds = 1;
}

static void waiting_is_limited(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, little_patience);
    assert_lost(&f, call(&f, "sleep"), E_TIMEOUT, "took more than 1 s");
    next_worker(&f);
    assert_lost(&f, call(&f, "trickle"), E_TIMEOUT, "took more than 1 s");
    close_fixture(&f);
}

/* Kills a worker after a while, from another thread. */
static void *kill_later(void *arg)
{
    usleep(100000);
    kill(*(pid_t *)arg, SIGKILL);
    return NULL;
}

static void workers_may_die_at_any_step(void **state)
{
    (void)state;
    struct fixture f;
    pthread_t id;
    open_fixture(&f, NULL);
    kill(f.w.pid, SIGKILL); /* before the first request */
    assert_lost(&f, call(&f, "echo x"), E_CANCELLED, "killed by signal 9");
    pid_t pid = f.w.pid;
    assert_int_equal(pthread_create(&id, NULL, kill_later, &pid), 0);
    assert_lost(&f, call(&f, "sleep"), E_CANCELLED, "killed by signal 9"); /* at work */
    pthread_join(id, NULL);
    AUTO(buf) big = BUF_INIT;
    buf_pad(&big, 'y', 4 << 20);
    pid = f.w.pid;
    kill(pid, SIGSTOP); /* half of the request is on its way */
    assert_int_equal(pthread_create(&id, NULL, kill_later, &pid), 0);
    assert_lost(&f, worker_call(&f.w, buf_str(&big), -1, &f.reply, &f.d), E_CANCELLED,
                "killed by signal 9");
    pthread_join(id, NULL);
    kill(f.w.pid, SIGKILL); /* after an answer */
    usleep(10000);
    assert_lost(&f, call(&f, "echo x"), E_CANCELLED, "killed by signal 9");
    close_fixture(&f);
}

static void signals_of_a_terminal_do_not_reach_workers(void **state)
{
    (void)state;
    static const int sent[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct fixture f;
    open_fixture(&f, NULL);
    for (size_t i = 0; i < ARRAY_LEN(sent); i++) {
        kill(f.w.pid, sent[i]);
        kill(f.sb.zygote, sent[i]);
        assert_int_equal(call(&f, "echo x"), 0);
    }
    struct worker other;
    assert_int_equal(sandbox_worker(&f.sb, 0, NULL, 0, &other, &f.d), 0);
    worker_close(&other);
    worker_close(&other); /* harmless */
    close_fixture(&f);
}

static void a_lost_zygote_is_reported(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    kill(f.sb.zygote, SIGKILL);
    int error = 0;
    for (int i = 0; i < 100 && !error; i++) {
        error = call(&f, "echo x");
        usleep(10000);
    }
    assert_int_equal(error, E_IO); /* the worker went with the zygote */
    assert_non_null(strstr(f.d.text, "is gone"));
    assert_int_equal(sandbox_worker(&f.sb, 0, NULL, 0, &f.w, &f.d), E_IO);
    close_fixture(&f);
}

/* The program of which nothing may survive: says its processes, then works for ever. */
static _Noreturn void doomed_program(int out)
{
    struct hostile h;
    struct sandbox sb;
    struct worker w;
    AUTO(buf) reply = BUF_INIT;
    hostile_init(&h);
    if (sandbox_start(&sb, &h.config, NULL) || sandbox_worker(&sb, 0, NULL, 0, &w, NULL))
        _exit(1);
    pid_t pids[2] = {sb.zygote, w.pid};
    if (write(out, pids, sizeof(pids)) != sizeof(pids))
        _exit(1);
    _exit(hostile_call(&w, "sleep", -1, &reply, NULL) ? 1 : 0);
}

static void nothing_survives_the_parent(void **state)
{
    (void)state;
    int out[2];
    pid_t pids[3];                 /* zygote, worker, program */
    const int order[] = {2, 0, 1}; /* each orphan comes to us when its parent ended */
    assert_int_equal(pipe(out), 0);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* orphans become ours */
    pids[2] = fork();
    if (pids[2] == 0)
        doomed_program(out[1]);
    assert_int_equal(read(out[0], pids, 2 * sizeof(pid_t)), 2 * sizeof(pid_t));
    usleep(50000);
    kill(pids[2], SIGKILL);
    alarm(20); /* waitpid would hang for a survivor */
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        pid_t pid = pids[order[i]], got = waitpid(pid, NULL, 0);
        /* The zygote may still have reaped its worker itself. */
        assert_true(got == pid || (order[i] == 1 && errno == ECHILD));
    }
    alarm(0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    close(out[0]);
    close(out[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deaths_are_explained),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(processor_time_is_limited),
        cmocka_unit_test(allowance_is_kept_ahead),
        cmocka_unit_test(waiting_is_limited),
        cmocka_unit_test(workers_may_die_at_any_step),
        cmocka_unit_test(signals_of_a_terminal_do_not_reach_workers),
        cmocka_unit_test(a_lost_zygote_is_reported),
        cmocka_unit_test(nothing_survives_the_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
