/* SPDX-License-Identifier: Apache-2.0 */
/* Tests calls, every way a worker can end or lie, restarts, threads, and that nothing survives. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sandbox/hostile.h"

struct fixture {
    struct sandbox sb;
    struct worker w;
    struct buf reply;
    struct diag d;
};

static void open_fixture(struct fixture *f, const struct sandbox_config *config)
{
    struct sandbox_config usual = hostile_config();
    *f = (struct fixture){.reply = BUF_INIT};
    assert_int_equal(sandbox_start(&f->sb, config ? config : &usual, &f->d), 0);
    assert_int_equal(sandbox_worker(&f->sb, &f->w, &f->d), 0);
}

static void close_fixture(struct fixture *f)
{
    worker_close(&f->w);
    sandbox_stop(&f->sb);
    buf_done(&f->reply);
}

static int call(struct fixture *f, const char *request)
{
    return hostile_call(&f->w, request, -1, &f->reply, &f->d);
}

/* The worker is gone with these words; the next one works. */
static void assert_lost(struct fixture *f, int error, int expected, const char *words)
{
    if (error != expected || !strstr(f->d.text, words))
        fail_msg("%s: %s, expected %s", err_name(error), f->d.text, words);
    assert_int_equal(f->reply.n, 0);
    assert_int_equal(f->w.sock, -1);
    assert_int_equal(call(f, "echo x"), E_IO);
    assert_int_equal(sandbox_worker(&f->sb, &f->w, &f->d), 0);
    assert_int_equal(call(f, "echo again"), 0);
    assert_true(str_eq_z(buf_str(&f->reply), "again"));
}

static void level_is_reported(void **state)
{
    (void)state;
    static const struct {
        unsigned without;
        enum sandbox_level level;
    } rows[] = {{WITHOUT_LANDLOCK, SANDBOX_SECCOMP}, {WITHOUT_SECCOMP, SANDBOX_NONE}};
    struct sandbox_config config = hostile_config();
    struct diag d = {0};
    struct sandbox sb;
    assert_int_equal(sandbox_start(&sb, &config, &d), 0);
    assert_int_equal(sb.level, hostile_best());
    sandbox_stop(&sb);
    sandbox_stop(&sb); /* harmless */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        config.require = rows[i].level;
        assert_int_equal(sandbox_start_without(&sb, &config, rows[i].without, &d), 0);
        assert_int_equal(sb.level, rows[i].level);
        sandbox_stop(&sb);
        config.require = rows[i].level + 1;
        assert_int_equal(sandbox_start_without(&sb, &config, rows[i].without, &d), E_UNSUPPORTED);
        assert_non_null(strstr(d.text, sandbox_level_name(rows[i].level)));
        assert_true(d.hint[0] != '\0');
    }
    assert_string_equal(sandbox_level_name(SANDBOX_FULL), "full");
    assert_string_equal(sandbox_level_name(SANDBOX_SECCOMP), "seccomp");
    assert_string_equal(sandbox_level_name(SANDBOX_NONE), "none");
}

static void limits_must_be_given(void **state)
{
    (void)state;
    struct diag d = {0};
    struct sandbox sb;
    for (int i = 0; i < 6; i++) {
        struct sandbox_config config = hostile_config();
        if (i == 0)
            config.handler = NULL;
        else if (i == 1)
            config.memory = 0;
        else if (i == 2)
            config.cpu_seconds = 0;
        else if (i == 3)
            config.wall_seconds = 0;
        else
            config.max_frame = i == 4 ? 0 : (size_t)UINT32_MAX + 1;
        assert_int_equal(sandbox_start(&sb, &config, &d), E_USAGE);
        sandbox_stop(&sb);
    }
}

static void calls_carry_bytes_and_descriptors(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    assert_int_equal(call(&f, "echo hello"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "hello"));
    assert_int_equal(call(&f, ""), 0);
    assert_int_equal(f.reply.n, 0);
    assert_int_equal(call(&f, "fd"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "-1"));
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fputs("what it holds", file) < 0 || fflush(file), 0);
    const char *const ways[] = {"read", "map"};
    for (int i = 0; i < 50; i++) { /* more often than a worker may have descriptors */
        assert_int_equal(hostile_call(&f.w, ways[i % 2], fileno(file), &f.reply, &f.d), 0);
        assert_true(str_eq_z(buf_str(&f.reply), "what it holds"));
    }
    assert_int_equal(fcntl(fileno(file), F_GETFD) < 0, 0);
    fclose(file);
    close_fixture(&f);
}

static void long_frames_pass_and_longer_do_not(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    size_t max = f.sb.config.max_frame;
    AUTO(buf)
    big = BUF_INIT;
    buf_addz(&big, "echo ");
    buf_pad(&big, 'y', max - big.n);
    assert_int_equal(worker_call(&f.w, buf_str(&big), -1, &f.reply, &f.d), 0);
    assert_true(str_eq(buf_str(&f.reply), str_sub(buf_str(&big), 5, max)));
    buf_addc(&big, 'y');
    assert_int_equal(worker_call(&f.w, buf_str(&big), -1, &f.reply, &f.d), E_LIMIT);
    assert_int_equal(call(&f, "above-limit 8388608"), 0); /* exactly the limit */
    assert_int_equal(f.reply.n, max);
    assert_int_equal(call(&f, "above-limit 8388609"), E_LIMIT);
    assert_int_equal(f.reply.n, 0);
    AUTO(buf)
    small = BUF_CAPPED(100);
    assert_int_equal(hostile_call(&f.w, "above-limit 101", -1, &small, &f.d), E_LIMIT);
    assert_int_equal(hostile_call(&f.w, "echo in step", -1, &small, &f.d), 0);
    assert_true(str_eq_z(buf_str(&small), "in step"));
    close_fixture(&f);
}

static void failures_of_the_handler_come_through(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    for (int code = -E_NOMEM; code <= -E_BUG; code++) {
        char request[32];
        snprintf(request, sizeof(request), "fail %d", code);
        assert_int_equal(call(&f, request), -code);
        assert_int_equal(f.d.code, -code);
        bool over = -code == E_IO || -code == E_TIMEOUT || -code == E_CANCELLED;
        assert_int_equal(f.w.sock < 0, over);
        if (over)
            assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
    }
    close_fixture(&f);
}

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
        worker_close(&f.w);
        assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
        assert_lost(&f, call(&f, lies[i]), E_CANCELLED, "malformed or oversized");
    }
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
    assert_lost(&f, call(&f, "short"), E_CANCELLED, "ended with status 0");
    assert_lost(&f, call(&f, "short-head"), E_CANCELLED, "ended with status 0");
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
    assert_int_equal(call(&f, "twice"), 0);
    assert_lost(&f, call(&f, "echo x"), E_CANCELLED, "malformed or oversized");
    close_fixture(&f);
}

static void processor_time_is_limited(void **state)
{
    (void)state;
    struct sandbox_config config = hostile_config();
    config.cpu_seconds = 1;
    struct fixture f;
    open_fixture(&f, &config);
    assert_lost(&f, call(&f, "spin"), E_CANCELLED, "took more than 1 s of processor time");
    close_fixture(&f);
}

static void waiting_is_limited(void **state)
{
    (void)state;
    struct sandbox_config config = hostile_config();
    config.wall_seconds = 1;
    struct fixture f;
    open_fixture(&f, &config);
    assert_lost(&f, call(&f, "sleep"), E_TIMEOUT, "took more than 1 s");
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
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
    AUTO(buf)
    big = BUF_INIT;
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
    assert_int_equal(sandbox_worker(&f.sb, &other, &f.d), 0);
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
    assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), E_IO);
    close_fixture(&f);
}

struct pair_thread {
    struct sandbox *sb;
    int number, bad;
};

static void *many_calls(void *arg)
{
    struct pair_thread *t = arg;
    struct worker w = {.sock = -1};
    struct diag d = {0};
    AUTO(buf)
    reply = BUF_INIT;
    for (int i = 0; i < 300 && !t->bad; i++) {
        char request[64];
        if (w.sock < 0)
            t->bad |= sandbox_worker(t->sb, &w, &d) != 0;
        w.delay_us = i % 64 == 0 ? 500 : 0;
        snprintf(request, sizeof(request), "echo thread %d call %d", t->number, i);
        t->bad |= hostile_call(&w, request, -1, &reply, &d) != 0;
        t->bad |= !str_eq_z(buf_str(&reply), request + 5);
        if (i % 50 == 49)
            t->bad |= hostile_call(&w, "exit 1", -1, &reply, &d) != E_CANCELLED;
    }
    worker_close(&w);
    return NULL;
}

static void threads_have_their_own_workers(void **state)
{
    (void)state;
    struct sandbox_config config = hostile_config();
    struct diag d = {0};
    struct sandbox sb;
    pthread_t ids[4];
    struct pair_thread threads[4];
    assert_int_equal(sandbox_start(&sb, &config, &d), 0);
    for (int i = 0; i < 4; i++) {
        threads[i] = (struct pair_thread){.sb = &sb, .number = i};
        assert_int_equal(pthread_create(&ids[i], NULL, many_calls, &threads[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        assert_int_equal(threads[i].bad, 0);
    }
    sandbox_stop(&sb);
}

/* The program of which nothing may survive: says its processes, then works for ever. */
static _Noreturn void doomed_program(int out)
{
    struct sandbox_config config = hostile_config();
    struct sandbox sb;
    struct worker w;
    AUTO(buf)
    reply = BUF_INIT;
    if (sandbox_start(&sb, &config, NULL) || sandbox_worker(&sb, &w, NULL))
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

static int refuse(void *ctx)
{
    return *(int *)ctx;
}

static void prepare_may_refuse(void **state)
{
    (void)state;
    int codes[] = {0, E_NOTFOUND, 5};
    int expected[] = {0, E_NOTFOUND, E_BUG};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        struct sandbox_config config = hostile_config();
        struct sandbox sb;
        struct diag d = {0};
        config.prepare = refuse;
        config.ctx = &codes[i];
        assert_int_equal(sandbox_start(&sb, &config, &d), expected[i]);
        if (codes[i] == 0)
            sandbox_stop(&sb);
    }
}

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    bool failed = false, lost = false, worked = false;
    for (size_t n = 1; n < 12; n++) {
        struct fixture f = {.reply = BUF_INIT};
        struct sandbox_config config = hostile_config();
        mem_fail_after(n); /* zygote and workers inherit the count */
        int error = sandbox_start(&f.sb, &config, &f.d);
        if (!error)
            error = sandbox_worker(&f.sb, &f.w, &f.d);
        mem_fail_after(0);
        if (error) {
            assert_int_equal(error, E_NOMEM);
            failed = true;
        } else {
            error = call(&f, "echo x");
            lost |= error == E_CANCELLED && strstr(f.d.text, "memory limit");
            worked |= error == 0;
            assert_true(error == 0 || error == E_CANCELLED || error == E_NOMEM);
        }
        close_fixture(&f);
    }
    assert_true(failed && lost && worked);
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void descriptors_are_given_back(void **state)
{
    (void)state;
    int before = open_descriptors();
    struct fixture f;
    open_fixture(&f, NULL);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(hostile_call(&f.w, "send-fd", STDERR_FILENO, &f.reply, &f.d), 0);
        assert_lost(&f, call(&f, "exit 1"), E_CANCELLED, "status 1");
    }
    close_fixture(&f);
    assert_int_equal(open_descriptors(), before);
}

static void cost_of_a_call(void **state)
{
    (void)state;
    enum { CALLS = 5000 };
    struct fixture f;
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    uint64_t begin = clock_ticks();
    open_fixture(&f, NULL);
    uint64_t started = clock_ticks();
    for (int i = 0; i < CALLS; i++)
        assert_int_equal(hostile_call(&f.w, "echo 0123456789abcdef", fd, &f.reply, &f.d), 0);
    uint64_t called = clock_ticks();
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, &f.w, &f.d), 0);
    uint64_t replaced = clock_ticks();
    print_message("start %.2f ms, worker replaced in %.2f ms, call with descriptor %.1f us\n",
                  (started - begin) / 1e6, (replaced - called) / 1e6,
                  (called - started) / 1e3 / CALLS);
    close_fixture(&f);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_is_reported),
        cmocka_unit_test(limits_must_be_given),
        cmocka_unit_test(calls_carry_bytes_and_descriptors),
        cmocka_unit_test(long_frames_pass_and_longer_do_not),
        cmocka_unit_test(failures_of_the_handler_come_through),
        cmocka_unit_test(deaths_are_explained),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(processor_time_is_limited),
        cmocka_unit_test(waiting_is_limited),
        cmocka_unit_test(workers_may_die_at_any_step),
        cmocka_unit_test(signals_of_a_terminal_do_not_reach_workers),
        cmocka_unit_test(a_lost_zygote_is_reported),
        cmocka_unit_test(threads_have_their_own_workers),
        cmocka_unit_test(nothing_survives_the_parent),
        cmocka_unit_test(prepare_may_refuse),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(descriptors_are_given_back),
        cmocka_unit_test(cost_of_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
