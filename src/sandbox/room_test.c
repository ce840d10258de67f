/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that requests reach a worker through its room, that it sees no other and writes none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "sandbox/fixture.h"

enum { ROOM = 100000, WORKERS = 4 }; /* a room need not end with a page */

static void with_rooms(struct hostile *h)
{
    h->config.room = ROOM;
    h->config.max_workers = WORKERS;
    h->config.max_frame = 4096;
}

static struct str put(struct worker *w, size_t at, const char *z)
{
    size_t n;
    char *room = worker_room(w, &n);
    assert_non_null(room);
    assert_int_equal(n, ROOM);
    memcpy(room + at, z, strlen(z));
    return str_n(room + at, strlen(z));
}

static int call_in_room(struct fixture *f, size_t at, const char *z)
{
    return worker_call(&f->w, put(&f->w, at, z), -1, &f->reply, &f->d);
}

static void requests_go_through_the_room(void **state)
{
    (void)state;
    struct fixture f;
    size_t n;
    open_fixture(&f, with_rooms);
    const size_t places[] = {0, 1, 4096, 5000, ROOM - 10};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        assert_int_equal(call_in_room(&f, places[i], "echo there"), 0);
        assert_true(str_eq_z(buf_str(&f.reply), "there"));
        assert_int_equal(call(&f, "echo here"), 0); /* both ways in turn */
        assert_true(str_eq_z(buf_str(&f.reply), "here"));
    }
    char *room = worker_room(&f.w, &n);
    memset(room, 'y', n);
    memcpy(room, "count ", 6);
    assert_int_equal(worker_call(&f.w, str_n(room, n), -1, &f.reply, &f.d), 0); /* > max_frame */
    assert_true(str_eq_z(buf_str(&f.reply), "100000 121"));
    assert_int_equal(worker_call(&f.w, str_n(room + 1, n), -1, &f.reply, &f.d), E_USAGE);
    assert_int_equal(worker_call(&f.w, str_n(room + n, 1), -1, &f.reply, &f.d), 0);
    assert_int_equal(f.reply.n, 0); /* beside the room: copied like any other bytes */
    assert_int_equal(worker_call(&f.w, str_n(room + 5, 0), -1, &f.reply, &f.d), 0);
    worker_close(&f.w);
    assert_null(worker_room(&f.w, &n));
    assert_int_equal(n, 0);
    next_worker(&f);
    assert_int_equal(call_in_room(&f, 0, "echo again"), 0);
    close_fixture(&f);
}

static void without_a_room_there_is_none(void **state)
{
    (void)state;
    struct fixture f;
    size_t n = 1;
    open_fixture(&f, NULL);
    assert_null(worker_room(&f.w, &n));
    assert_int_equal(n, 0);
    close_fixture(&f);
}

static void assert_denied(struct fixture *f, const char *request)
{
    assert_int_equal(call_in_room(f, 0, request), 0);
    if (!str_starts(buf_str(&f->reply), STR("denied ")))
        fail_msg("%s: " STR_FMT, request, STR_ARG(buf_str(&f->reply)));
}

static void rooms_are_not_written(void **state)
{
    (void)state;
    struct fixture f;
    const char *died = SANDBOX_SANITIZED ? "" : "killed by signal 11";
    open_fixture(&f, with_rooms);
    assert_denied(&f, "room-unlock"); /* the seal: no mapping of it becomes writable again */
    assert_denied(&f, "room-move");
    assert_lost(&f, call_in_room(&f, 0, "room-write"), E_CANCELLED, died);
    assert_true(str_starts(put(&f.w, 0, "r"), STR("r")));
    close_fixture(&f);
}

/* What a second worker has in its room stands nowhere in the memory of the first. */
static void rooms_of_others_are_not_there(void **state)
{
    (void)state;
    struct fixture f;
    struct worker other;
    char request[64];
    const char *died = SANDBOX_SANITIZED ? "" : "killed by signal 11";
    open_fixture(&f, with_rooms);
    assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &other, &f.d), 0);
    struct str secret = put(&other, 0, "secret");
    struct str own = put(&f.w, 0, "echo mine");
    /* where the parent has them, and where the neighbour would be */
    snprintf(request, sizeof(request), "peek %llu", (unsigned long long)(uintptr_t)secret.p);
    assert_lost(&f, call(&f, request), E_CANCELLED, died);
    snprintf(request, sizeof(request), "peek %llu", (unsigned long long)(uintptr_t)own.p);
    assert_lost(&f, call(&f, request), E_CANCELLED, died);
    for (int fd = WORKER_SOCK + 1; fd < 64; fd++) { /* nor is a descriptor of it left */
        snprintf(request, sizeof(request), "is-open %d", fd);
        assert_int_equal(call(&f, request), 0);
        assert_true(str_eq_z(buf_str(&f.reply), "no"));
    }
    worker_close(&other);
    close_fixture(&f);
}

static void slots_are_given_back(void **state)
{
    (void)state;
    struct fixture f;
    struct worker w[WORKERS + 1];
    size_t n;
    open_fixture(&f, with_rooms);
    worker_close(&f.w);
    for (int again = 0; again < 5; again++) {
        for (int i = 0; i < WORKERS; i++)
            assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[i], &f.d), 0);
        assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[WORKERS], &f.d), E_LIMIT);
        for (int i = 0; i < WORKERS; i++) {
            for (int j = 0; j < i; j++)
                assert_ptr_not_equal(worker_room(&w[i], &n), worker_room(&w[j], &n));
            if (i % 2)
                assert_int_equal(hostile_call(&w[i], "exit 1", -1, &f.reply, &f.d), E_CANCELLED);
            worker_close(&w[i]);
        }
    }
    f.w = (struct worker){.sock = -1};
    close_fixture(&f);
}

/* However a worker went, what the parent wrote for it stays until it is closed. */
static void rooms_outlive_their_workers(void **state)
{
    (void)state;
    static const char *const ends[] = {"exit 1", "fail 11", "oversized"};
    struct fixture f;
    struct worker w[WORKERS];
    open_fixture(&f, with_rooms);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct str kept = put(&f.w, 0, ends[i]);
        assert_int_equal(worker_call(&f.w, kept, -1, &f.reply, &f.d), E_CANCELLED);
        int n = 0;
        for (; n < WORKERS - 1; n++) { /* all that can be had; one room is ours */
            assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[n], &f.d), 0);
            put(&w[n], 0, "something else");
        }
        assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[n], &f.d), E_LIMIT);
        assert_true(str_eq_z(kept, ends[i]));
        while (n > 0)
            worker_close(&w[--n]);
        next_worker(&f);
    }
    close_fixture(&f);
}

/* The worker that was tried at the start makes way for those that are asked for. */
static void the_limit_is_not_spent_on_a_trial(void **state)
{
    (void)state;
    struct hostile h;
    struct sandbox sb;
    struct worker w[WORKERS];
    struct diag d = {0};
    hostile_init(&h);
    with_rooms(&h);
    assert_int_equal(sandbox_start(&sb, &h.config, &d), 0);
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(sandbox_worker(&sb, HOSTILE_FOLDERS, NULL, 0, &w[i], &d), 0);
    for (int i = 0; i < WORKERS; i++)
        worker_close(&w[i]);
    sandbox_stop(&sb);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_go_through_the_room),
        cmocka_unit_test(without_a_room_there_is_none),
        cmocka_unit_test(rooms_are_not_written),
        cmocka_unit_test(rooms_of_others_are_not_there),
        cmocka_unit_test(slots_are_given_back),
        cmocka_unit_test(rooms_outlive_their_workers),
        cmocka_unit_test(the_limit_is_not_spent_on_a_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return hostile_run(run);
}
