/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a worker may be killed at every step of the protocol: the parent gets an error, hangs
 * nowhere, loses no descriptor and no room, and the next worker works. */
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
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/fixture.h"

/* What the next workers do while they prepare themselves; in memory shared with them. */
struct plan {
    enum { WORK, GREET_AND_DIE, HANG, KILL_ZYGOTE } deed;
    size_t bytes; /* of the greeting */
};

static void die(void)
{
    syscall(SYS_tgkill, getpid(), gettid(), SIGKILL);
}

static int act(void *ctx)
{
    const struct plan *p = ctx;
    const char greeting[sizeof(struct wire_head) + 1] = {1};
    if (p->deed == WORK)
        return 0;
    if (p->deed == HANG)
        sleep(60);
    if (p->deed == KILL_ZYGOTE)
        kill(getppid(), SIGKILL);
    for (size_t i = 0; i < p->bytes; i++) { /* byte by byte: each may be the last one seen */
        if (write(WORKER_SOCK, greeting + i, 1) != 1)
            return E_IO;
    }
    die();
    return E_BUG;
}

/* One worker at a time: what is not given back is missed at once. */
static void one_at_a_time(struct hostile *h)
{
    h->config.max_workers = 1;
    h->config.room = 4096;
    for (size_t i = 0; i < HOSTILE_CLASSES; i++) {
        h->class[i].prepare = act;
        h->class[i].ctx = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        h->class[i].wall_seconds = 2;
        assert_ptr_not_equal(h->class[i].ctx, MAP_FAILED);
    }
}

static struct plan *plan_of(struct fixture *f)
{
    return f->hostile.class[HOSTILE_PLAIN].ctx;
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static int setup(void **state)
{
    static struct fixture f;
    open_fixture(&f, one_at_a_time);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    close_fixture(f);
    for (size_t i = 0; i < HOSTILE_CLASSES; i++)
        munmap(f->hostile.class[i].ctx, sizeof(struct plan));
    return 0;
}

/* Dies when so many bytes of its reply "hello" are written; "end-after": exits instead. */
static void while_it_answers(void **state)
{
    struct fixture *f = *state;
    enum { WHOLE = sizeof(struct wire_head) + 5 };
    int before = open_descriptors();
    for (int n = 0; n < WHOLE; n++) {
        char request[32];
        snprintf(request, sizeof(request), "die-after %d", n);
        assert_lost(f, call(f, request), E_CANCELLED, "killed by signal 9");
        next_worker(f);
        assert_int_equal(open_descriptors(), before);
    }
    char request[32];
    snprintf(request, sizeof(request), "die-after %d", (int)WHOLE);
    assert_int_equal(call(f, request), 0); /* after its answer */
    assert_true(str_eq_z(buf_str(&f->reply), "hello"));
    assert_lost(f, call(f, "echo x"), E_CANCELLED, "killed by signal 9");
    next_worker(f);
    assert_lost(f, call(f, "die-within 300000"), E_CANCELLED, "killed by signal 9");
    assert_int_equal(open_descriptors(), before);
}

static void *kill_soon(void *arg)
{
    usleep(50000);
    kill(*(pid_t *)arg, SIGKILL);
    return NULL;
}

/* It is stopped, so that nothing is read of what it is sent, and then killed. */
static void call_of_the_doomed(struct fixture *f, struct str request, int fd)
{
    pthread_t id;
    pid_t pid = f->w.pid;
    kill(pid, SIGSTOP);
    assert_int_equal(pthread_create(&id, NULL, kill_soon, &pid), 0);
    assert_lost(f, worker_call(&f->w, request, fd, &f->reply, &f->d), E_CANCELLED,
                "killed by signal 9");
    pthread_join(id, NULL);
}

static void with_a_request_on_its_way(void **state)
{
    struct fixture *f = *state;
    int before = open_descriptors(), ends[2];
    char byte;
    size_t n;
    AUTO(buf) big = BUF_INIT;
    buf_pad(&big, 'y', 4 << 20);
    assert_int_equal(pipe(ends), 0);
    call_of_the_doomed(f, STR("echo x"), ends[1]);
    call_of_the_doomed(f, buf_str(&big), ends[1]);
    char *room = worker_room(&f->w, &n);
    memcpy(room, "echo x", 6);
    call_of_the_doomed(f, str_n(room, 6), ends[1]);
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody else holds the other end any more */
    close(ends[0]);
    assert_int_equal(open_descriptors(), before);
}

static void with_a_descriptor_in_its_hands(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    assert_lost(f, hostile_call(&f->w, "die-after 7", ends[1], &f->reply, &f->d), E_CANCELLED,
                "killed by signal 9");
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static void while_it_is_born(void **state)
{
    struct fixture *f = *state;
    struct plan *p = plan_of(f);
    int before = open_descriptors();
    for (size_t n = 0; n <= sizeof(struct wire_head); n++) {
        worker_close(&f->w);
        *p = (struct plan){GREET_AND_DIE, n};
        int error = sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d);
        if (error != E_CANCELLED ||
            !strstr(f->d.text, n < sizeof(struct wire_head) ? "signal 9" : ""))
            fail_msg("%zu bytes: %s, %s", n, err_name(error), f->d.text);
        p->deed = WORK;
        assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
        assert_int_equal(call(f, "echo x"), 0);
        assert_int_equal(open_descriptors(), before);
    }
    worker_close(&f->w);
    p->deed = HANG;
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), E_TIMEOUT);
    p->deed = WORK;
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
    assert_int_equal(open_descriptors(), before);
}

static void when_the_zygote_goes_too(void **state)
{
    struct fixture *f = *state;
    struct plan *p = plan_of(f);
    worker_close(&f->w);
    int before = open_descriptors();
    p->deed = KILL_ZYGOTE;
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), E_IO);
    assert_int_equal(f->w.sock, -1);
    assert_int_equal(open_descriptors(), before);
    p->deed = WORK;
    sandbox_stop(&f->sb);
    assert_int_equal(sandbox_start(&f->sb, &f->hostile.config, &f->d), 0); /* and a new one works */
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
    assert_int_equal(call(f, "echo x"), 0);
}

int main(void)
{
#define STEP(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        STEP(while_it_answers),
        STEP(with_a_request_on_its_way),
        STEP(with_a_descriptor_in_its_hands),
        STEP(while_it_is_born),
        STEP(when_the_zygote_goes_too),
    };
    alarm(100); /* a hang is a failure */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
