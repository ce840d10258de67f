/* SPDX-License-Identifier: Apache-2.0 */
/* Tests starting, levels, calls with bytes and descriptors, threads and lack of memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sandbox/fixture.h"

static void level_is_reported(void **state)
{
    (void)state;
    static const struct {
        unsigned without;
        enum sandbox_level level;
    } rows[] = {{WITHOUT_LANDLOCK, SANDBOX_SECCOMP}, {WITHOUT_SECCOMP, SANDBOX_NONE}};
    struct hostile h;
    struct diag d = {0};
    struct sandbox sb;
    hostile_init(&h);
    assert_int_equal(sandbox_start(&sb, &h.config, &d), 0);
    assert_int_equal(sb.level, hostile_best());
    sandbox_stop(&sb);
    sandbox_stop(&sb); /* harmless */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        h.config.require = rows[i].level;
        assert_int_equal(sandbox_start_without(&sb, &h.config, rows[i].without, &d), 0);
        assert_int_equal(sb.level, rows[i].level);
        sandbox_stop(&sb);
        h.config.require = rows[i].level + 1;
        assert_int_equal(sandbox_start_without(&sb, &h.config, rows[i].without, &d), E_UNSUPPORTED);
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
    for (int i = 0; i < 13; i++) {
        struct hostile h;
        hostile_init(&h);
        struct worker_class *last = &h.class[HOSTILE_CLASSES - 1];
        switch (i) {
        case 0: last->handler = NULL; break;
        case 1: last->memory = 0; break;
        case 2: last->cpu_seconds = 0; break;
        case 3: last->wall_seconds = 0; break;
        case 4: last->name = NULL; break;
        case 5: last->name = ""; break;
        case 6: last->name = "far-too-l"; break;
        case 7: h.config.max_frame = 0; break;
        case 8: h.config.max_frame = (size_t)UINT32_MAX + 1; break;
        case 9: h.config.classes = NULL; break;
        case 10: h.config.n_classes = 0; break;
        case 11: h.config.room = 1; break; /* for how many? */
        default: h.config.room = (size_t)UINT32_MAX + 1; h.config.max_workers = 1;
        }
        assert_int_equal(sandbox_start(&sb, &h.config, &d), E_USAGE);
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
    AUTO(buf) big = BUF_INIT;
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
    AUTO(buf) small = BUF_CAPPED(100);
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
            next_worker(&f);
    }
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
    AUTO(buf) reply = BUF_INIT;
    for (int i = 0; i < 300 && !t->bad; i++) {
        char request[64];
        if (w.sock < 0)
            t->bad |= sandbox_worker(t->sb, 0, NULL, 0, &w, &d) != 0;
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
    struct hostile h;
    struct diag d = {0};
    struct sandbox sb;
    pthread_t ids[4];
    struct pair_thread threads[4];
    hostile_init(&h);
    assert_int_equal(sandbox_start(&sb, &h.config, &d), 0);
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
        struct hostile h;
        struct sandbox sb;
        struct diag d = {0};
        hostile_init(&h);
        h.class[0].prepare = refuse;
        h.class[0].ctx = &codes[i];
        assert_int_equal(sandbox_start(&sb, &h.config, &d), expected[i]);
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
        hostile_init(&f.hostile);
        mem_fail_after(n); /* zygote and workers inherit the count */
        int error = sandbox_start(&f.sb, &f.hostile.config, &f.d);
        if (!error)
            error = sandbox_worker(&f.sb, 0, NULL, 0, &f.w, &f.d);
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
    next_worker(&f);
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
        cmocka_unit_test(threads_have_their_own_workers),
        cmocka_unit_test(prepare_may_refuse),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(descriptors_are_given_back),
        cmocka_unit_test(cost_of_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
