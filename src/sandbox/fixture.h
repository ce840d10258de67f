/* SPDX-License-Identifier: Apache-2.0 */
/* Test aid: a sandbox with one worker. Include after cmocka.h. */
#ifndef STANCE_SANDBOX_FIXTURE_H
#define STANCE_SANDBOX_FIXTURE_H

#include "sandbox/hostile.h"

struct fixture {
    struct sandbox sb;
    struct worker w;
    struct buf reply;
    struct diag d;
};

static UNUSED void open_fixture(struct fixture *f, const struct sandbox_config *config)
{
    struct sandbox_config usual = hostile_config();
    *f = (struct fixture){.reply = BUF_INIT};
    assert_int_equal(sandbox_start(&f->sb, config ? config : &usual, &f->d), 0);
    assert_int_equal(sandbox_worker(&f->sb, &f->w, &f->d), 0);
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
    assert_int_equal(sandbox_worker(&f->sb, &f->w, &f->d), 0);
    assert_int_equal(call(f, "echo again"), 0);
    assert_true(str_eq_z(buf_str(&f->reply), "again"));
}

#endif
