/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker processes that parse foreign bytes. The parent forks one zygote before it starts a thread;
 * the zygote forks workers on request and hands their sockets back, so a dead worker can be
 * replaced at any time. Each worker enters, in this order: rlimits, no_new_privs, Landlock (no file
 * system but the folders it was given, read only; no network; scoped signals where the kernel has
 * them), seccomp (a short allow list; anything else fails with EPERM, dangerous calls kill).
 *
 *     sandbox_start(&sb, &config, &d)                 before any thread
 *     sandbox_worker(&sb, CLASS, NULL, 0, &w, &d)     any thread; one worker belongs to one thread
 *     room = worker_room(&w, &n)                      build the request there: it is not copied
 *     worker_call(&w, request, fd, &reply, &d)        one request, one reply
 *         E_CANCELLED/E_TIMEOUT/E_IO: the worker is gone; what lies in its room stays until
 *         worker_close(&w); then sandbox_worker() for a new one
 *     worker_close(&w); sandbox_stop(&sb)
 *
 * Workers come in classes: what they load before the sandbox closes, what they may use, and whether
 * they see files. A class without `folders` works on descriptors and on bytes alone. One with them
 * is for readers that need paths (git, image layouts): it may open files below the folders that
 * sandbox_worker was given, to read: by openat, or by fchdir and a relative path. It opens nothing
 * else and changes nothing. (It can learn whether another path exists, and where a link points:
 * Landlock has no right for that. Without Landlock it can read whatever the user can, and the level
 * says so.) A library that only one class needs is loaded by its `prepare` with dlopen.
 *
 * The handler runs in the worker, must not rely on any open descriptor but the one it is given and
 * those of its folders, and answers with one frame. Frames are length-prefixed; a frame above
 * max_frame, a short read or a wrong length is treated as a dead worker. Standard input, output and
 * error of a worker lead nowhere, it cannot get executable memory (no PCRE2 JIT), and terminal
 * signals do not reach it: the parent decides. When the parent dies, by whatever cause, so do
 * zygote and workers.
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

/* What a handler is called with. The request may lie in the room that is shared with the parent:
 * read-only, and unchanged until the reply. */
struct worker_request {
    struct str bytes;
    int fd;             /* -1: none */
    const int *folders; /* descriptors of its folders, in the order they were given */
    size_t n_folders;
};

/* Runs in the worker. Writes the reply; a negative result is sent as a failure. */
typedef int (*worker_fn)(void *ctx, const struct worker_request *request, struct buf *reply);

struct worker_class {
    const char *name; /* of the process: "stance-NAME", at most 8 characters */
    worker_fn handler;
    int (*prepare)(void *ctx); /* once a worker, before the sandbox closes; may be NULL */
    void *ctx;
    size_t memory;         /* RLIMIT_AS of a worker in bytes, with what it inherits
                              (not under ASan/TSan) */
    unsigned cpu_seconds;  /* CPU time one request may use; killed soon beyond */
    unsigned wall_seconds; /* watchdog; kills, and the record says deterministic: false */
    bool folders;          /* may be given folders to read */
};

#define WORKER_FOLDERS_MAX 4

struct sandbox_config {
    const struct worker_class *classes; /* live as long as the sandbox */
    unsigned n_classes;
    size_t room;                /* bytes shared with each worker, 0: none */
    unsigned max_workers;       /* alive at a time; 0 with room 0: no limit */
    size_t max_frame;           /* bytes of one request or reply */
    enum sandbox_level require; /* E_UNSUPPORTED when less can be had */
};

struct sandbox {
    int control; /* to the zygote */
    pid_t zygote;
    enum sandbox_level level; /* reached, as reported by a trial worker of class 0 at start */
    struct sandbox_config config;
    void *lock; /* private */
};

struct worker {
    int sock; /* -1 when the worker is gone */
    pid_t pid;
    unsigned class;
    struct sandbox *sandbox;
    /* Time on top of that of its class, both kinds, for a request that holds much. */
    unsigned more_seconds;
    unsigned delay_us;    /* test aid: wait before each call (delayed workers) */
    uint32_t seq;         /* private: number of the last request */
    uint64_t cpu_granted; /* private: RLIMIT_CPU in force, seconds over its whole life */
    int slot;             /* private: of its room */
};

/*
 * All limits must be set; 0 is E_USAGE. Start from a thread that lives as long as the sandbox:
 * the kernel ends the zygote with the thread that forked it. E_UNSUPPORTED: `require` is not met.
 */
int sandbox_start(struct sandbox *sb, const struct sandbox_config *config,
                  struct diag *d) MUST_CHECK;
void sandbox_stop(struct sandbox *sb);
/* `folders`: descriptors of folders (the caller keeps them; O_PATH will do), only for a class that
 * may have them. E_LIMIT: more than max_workers. */
int sandbox_worker(struct sandbox *sb, unsigned class, const int *folders, size_t n_folders,
                   struct worker *ret, struct diag *d) MUST_CHECK;
/* The memory shared with this worker; NULL without one. Only the parent can write there: the kernel
 * refuses it to the worker (before Linux 5.1 a worker that was taken over could, so nothing is ever
 * read back). It is not emptied between workers. */
char *worker_room(const struct worker *w, size_t *ret_n);
/*
 * 0: reply holds the handler's bytes. Handler failure: its code and an empty reply. Worker death:
 * E_CANCELLED with a diag that says how ("killed by signal 11", "memory limit", "took more than
 * 20 s of processor time"); wall clock: E_TIMEOUT; no zygote any more: E_IO. After these three
 * w->sock is -1, also when the handler itself returned one of them. E_LIMIT: request or reply is
 * too long, the worker lives. The caller keeps `fd`; the worker closes its copy. A request that
 * lies in the worker's room is not copied and not limited by max_frame.
 */
int worker_call(struct worker *w, struct str request, int fd, struct buf *reply,
                struct diag *d) MUST_CHECK;
/* Processor time the worker has used so far, in nanoseconds; 0 when it is gone. */
uint64_t worker_cpu_ns(const struct worker *w);
/* Memory that it has now and that is no file, in bytes; 0 when nobody may tell. */
uint64_t worker_memory(const struct worker *w);
/* Kills it, when it is not gone already, and gives its room to others. Before sandbox_stop. */
void worker_close(struct worker *w);
const char *sandbox_level_name(enum sandbox_level level);

#endif
