/* SPDX-License-Identifier: Apache-2.0 */
/* Test aid: a sandbox with one worker. Include after cmocka.h. */
#ifndef STANCE_SANDBOX_FIXTURE_H
#define STANCE_SANDBOX_FIXTURE_H

#include "sandbox/hostile.h"

struct fixture {
    struct hostile hostile;
    struct sandbox sb;
    struct worker w;
    struct buf reply;
    struct diag d;
};

/* Another worker of the same class. */
static UNUSED void next_worker(struct fixture *f)
{
    worker_close(&f->w);
    assert_int_equal(sandbox_worker(&f->sb, f->w.class, NULL, 0, &f->w, &f->d), 0);
}

/* `change` of the usual limits may be NULL. */
static UNUSED void open_fixture(struct fixture *f, void (*change)(struct hostile *h))
{
    *f = (struct fixture){.reply = BUF_INIT};
    hostile_init(&f->hostile);
    if (change)
        change(&f->hostile);
    assert_int_equal(sandbox_start(&f->sb, &f->hostile.config, &f->d), 0);
    assert_int_equal(sandbox_worker(&f->sb, HOSTILE_PLAIN, NULL, 0, &f->w, &f->d), 0);
}

static UNUSED void close_fixture(struct fixture *f)
{
    worker_close(&f->w);
    sandbox_stop(&f->sb);
    buf_done(&f->reply);
}

static UNUSED int call(struct fixture *f, const char *request)
{
    return hostile_call(&f->w, request, -1, &f->reply, &f->d);
}

/* The worker is gone with these words; the next one works. */
static UNUSED void assert_lost(struct fixture *f, int error, int expected, const char *words)
{
    if (error != expected || !strstr(f->d.text, words))
        fail_msg("%s: %s, expected %s", err_name(error), f->d.text, words);
    assert_int_equal(f->reply.n, 0);
    assert_int_equal(f->w.sock, -1);
    assert_int_equal(call(f, "echo x"), E_IO);
    next_worker(f);
    assert_int_equal(call(f, "echo again"), 0);
    assert_true(str_eq_z(buf_str(&f->reply), "again"));
}

#endif
