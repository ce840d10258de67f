/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker processes that parse foreign bytes. The parent forks one zygote before it starts a thread;
 * the zygote forks workers on request and hands their sockets back, so a dead worker can be
 * replaced at any time. Each worker enters, in this order: rlimits, no_new_privs, Landlock (no file
 * system, no network, scoped signals where the kernel has them), seccomp (a short allow list;
 * anything else fails with EPERM, dangerous calls kill). Workers get work only as file descriptors.
 *
 *     sandbox_start(&sb, &config, &d)                 before any thread
 *     sandbox_worker(&sb, &w, &d)                     any thread; one worker belongs to one thread
 *     worker_call(&w, request, fd, &reply, &d)        one request, one reply
 *         E_CANCELLED/E_TIMEOUT/E_IO: the worker is gone; sandbox_worker() again for a new one
 *     worker_close(&w); sandbox_stop(&sb)
 *
 * The handler runs in the worker, must not rely on any open descriptor but the one it is given, and
 * answers with one frame. Frames are length-prefixed; a frame above max_frame, a short read or a
 * wrong length is treated as a dead worker. Standard input, output and error of a worker lead
 * nowhere, it cannot get executable memory (no PCRE2 JIT), and terminal signals do not reach it:
 * the parent decides. When the parent dies, by whatever cause, so do zygote and workers.
 *
 * Sources: landlock(7), seccomp(2), Linux 5.13 to 6.18 uapi headers.
 */
#ifndef STANCE_SANDBOX_SANDBOX_H
#define STANCE_SANDBOX_SANDBOX_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/diag.h"

enum sandbox_level {
    SANDBOX_NONE,    /* a separate process with rlimits only */
    SANDBOX_SECCOMP, /* and seccomp */
    SANDBOX_FULL,    /* and Landlock */
};

/* Runs in the worker. `fd` may be -1. Writes the reply; a negative result is sent as a failure. */
typedef int (*worker_fn)(void *ctx, struct str request, int fd, struct buf *reply);

struct sandbox_config {
    worker_fn handler;
    int (*prepare)(void *ctx); /* once a worker, before the sandbox closes; may be NULL */
    void *ctx;
    size_t memory;              /* RLIMIT_AS of a worker in bytes, with what it inherits
                                   (not under ASan/TSan) */
    unsigned cpu_seconds;       /* CPU time one request may use; the watchdog kills beyond */
    unsigned wall_seconds;      /* watchdog; kills, and the record says deterministic: false */
    size_t max_frame;           /* bytes of one request or reply */
    enum sandbox_level require; /* E_UNSUPPORTED when less can be had */
};

struct sandbox {
    int control; /* to the zygote */
    pid_t zygote;
    enum sandbox_level level; /* reached, as reported by a trial worker at start */
    struct sandbox_config config;
    void *lock; /* private */
};

struct worker {
    int sock; /* -1 when the worker is gone */
    pid_t pid;
    struct sandbox *sandbox;
    unsigned delay_us;    /* test aid: wait before each call (delayed workers) */
    uint32_t seq;         /* private: number of the last request */
    uint64_t cpu_granted; /* private: RLIMIT_CPU in force, seconds over its whole life */
};

/*
 * All limits must be set; 0 is E_USAGE. Start from a thread that lives as long as the sandbox:
 * the kernel ends the zygote with the thread that forked it. E_UNSUPPORTED: `require` is not met.
 */
int sandbox_start(struct sandbox *sb, const struct sandbox_config *config,
                  struct diag *d) MUST_CHECK;
void sandbox_stop(struct sandbox *sb);
int sandbox_worker(struct sandbox *sb, struct worker *ret, struct diag *d) MUST_CHECK;
/*
 * 0: reply holds the handler's bytes. Handler failure: its code and an empty reply. Worker death:
 * E_CANCELLED with a diag that says how ("killed by signal 11", "memory limit", "took more than
 * 20 s of processor time"); wall clock: E_TIMEOUT; no zygote any more: E_IO. After these three
 * w->sock is -1, also when the handler itself returned one of them. E_LIMIT: request or reply is
 * too long, the worker lives. The caller keeps `fd`; the worker closes its copy.
 */
int worker_call(struct worker *w, struct str request, int fd, struct buf *reply,
                struct diag *d) MUST_CHECK;
/* Kills it; nothing happens when it is gone already. Before sandbox_stop. */
void worker_close(struct worker *w);
const char *sandbox_level_name(enum sandbox_level level);

#endif
