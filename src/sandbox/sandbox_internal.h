/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share. Nobody outside it includes this header, tests excepted.
 *
 * Three kinds of process, one road between each two:
 *
 *     parent --control--> zygote     SOCK_SEQPACKET, one struct control each way, under a lock
 *     parent --sock-----> worker     SOCK_STREAM, struct wire_head and bytes; WORKER_SOCK there
 *     zygote --fork-----> worker     the zygote alone kills and reaps, so a pid is never stale
 *
 * Nothing survives the parent: PDEATHSIG kills the zygote with the thread that forked it, and the
 * workers with the zygote.
 */
#ifndef STANCE_SANDBOX_SANDBOX_INTERNAL_H
#define STANCE_SANDBOX_SANDBOX_INTERNAL_H

#include <pthread.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "sandbox/sandbox.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#if !defined(SANDBOX_SANITIZED) && (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
#define SANDBOX_SANITIZED 1
#endif
/* 1: shadow memory rules out RLIMIT_AS, and standard error stays open for the reports. */
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/* Descriptor of the only socket, in the zygote (control) and in each worker (requests). */
#define WORKER_SOCK 3
/* Exit status of a worker whose own loop got no memory. */
#define WORKER_EXIT_NOMEM 77

/* Before the bytes of each request and reply, in the byte order of the machine. */
struct wire_head {
    uint32_t length; /* of the bytes that follow, at most max_frame */
    uint32_t seq;    /* of the request; 0 for the first frame of a worker, its greeting */
    int32_t code;    /* reply: 0 or a code of enum err; request: 1 when a descriptor comes along */
};

enum control_op { CONTROL_SPAWN = 1, CONTROL_REAP, CONTROL_KILL };

struct control {
    int32_t op;
    int32_t pid;    /* of the worker asked about or made */
    int32_t error;  /* errno of a failed spawn, ESRCH for a pid that is no worker, 0 */
    int32_t status; /* as of waitpid */
    int32_t forced; /* 1 when the zygote had to kill */
};

/* Behind sandbox.lock. The trial worker of sandbox_start is the first that sandbox_worker gives. */
struct sandbox_state {
    pthread_mutex_t mutex;
    struct worker spare; /* sock -1 when there is none */
};

/* What to leave out, to try what a machine without it would see. */
enum sandbox_without { WITHOUT_LANDLOCK = 1, WITHOUT_SECCOMP = 2 };

int sandbox_start_without(struct sandbox *sb, const struct sandbox_config *config, unsigned without,
                          struct diag *d) MUST_CHECK;

/* ipc.c */

/* Send `n` bytes as one message, with `fd` unless it is -1; EINTR and SIGPIPE never show. */
ssize_t ipc_send(int sock, const struct iovec *iov, size_t n_iov, int fd, int flags);
/* Of iov[first..], `n` bytes were sent: the next index to send, n_iov when all is done. */
size_t ipc_advance(struct iovec *iov, size_t n_iov, size_t first, size_t n);
/* Receive at most `n` bytes; *ret_fd is the descriptor that came along (close-on-exec) or -1. */
ssize_t ipc_receive(int sock, void *p, size_t n, int *ret_fd, int flags);
/* Wait `grace_ms` for the end of a child, then kill it. 0, or -1 when it cannot be killed. */
int ipc_reap(pid_t pid, int grace_ms, int *ret_status, bool *ret_forced);
/* Close every descriptor above WORKER_SOCK. */
void ipc_close_rest(void);

/* One request to the zygote under the lock. *ret_fd may be -1. E_IO: the zygote is gone. */
int sandbox_control(struct sandbox *sb, struct control *io, int *ret_fd, struct diag *d) MUST_CHECK;

/* call.c: the first frame of a new worker, which is gone when this fails. */
int worker_greeting(struct worker *w, enum sandbox_level *ret, struct diag *d) MUST_CHECK;
/* RLIMIT_CPU for a worker that has used so many seconds. */
uint64_t sandbox_cpu_grant(const struct sandbox_config *config, uint64_t used_seconds);

/* zygote.c, worker.c: the lives of the two other processes. */
_Noreturn void zygote_main(const struct sandbox_config *config, unsigned without, int control,
                           pid_t parent);
_Noreturn void worker_main(const struct sandbox_config *config, unsigned without, int sock,
                           pid_t zygote);

/* landlock.c */

/* ABI of the running kernel, 0 when Landlock is missing or switched off. */
int landlock_abi(void);
/* Rights that a ruleset of this ABI can handle: linux/landlock.h up to ABI 7. */
struct landlock_rights {
    uint64_t fs, net, scoped;
};
struct landlock_rights landlock_rights(int abi);
/* No file system, no TCP, no signal or abstract socket beyond this process. E_UNSUPPORTED. */
int landlock_close(void) MUST_CHECK;

/* seccomp.c: load the allow list for this process; the socket is WORKER_SOCK. E_UNSUPPORTED. */
int seccomp_close(void) MUST_CHECK;

#endif
