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
/* In the zygote: the memory of all rooms, when there are rooms. */
#define ZYGOTE_ROOMS 4
/* In a worker: the first of its folders. */
#define WORKER_FOLDERS 4
/* Exit status of a worker whose own loop got no memory. */
#define WORKER_EXIT_NOMEM 77

/* Before the bytes of each request and reply, in the byte order of the machine. */
struct wire_head {
    uint32_t length; /* of the bytes, at most max_frame; they follow unless they lie in the room */
    uint32_t seq;    /* of the request; 0 for the first frame of a worker, its greeting */
    int32_t code;    /* reply: 0 or a code of enum err; request: bits of enum wire_flag */
    uint32_t offset; /* in the room; 0 without WIRE_ROOM */
};

enum wire_flag { WIRE_FD = 1, WIRE_ROOM = 2 };

enum control_op { CONTROL_SPAWN = 1, CONTROL_REAP, CONTROL_KILL };

struct control {
    int32_t op;
    int32_t pid;        /* of the worker asked about or made */
    int32_t error;      /* errno of a failed spawn, ESRCH for a pid that is no worker, 0 */
    int32_t status;     /* as of waitpid */
    int32_t forced;     /* 1 when the zygote had to kill */
    uint32_t class;     /* spawn: index in config.classes */
    int32_t slot;       /* spawn: number of its room */
    uint32_t n_folders; /* spawn: that many descriptors come along */
};

/* Behind sandbox.lock. The trial worker of sandbox_start is the first that sandbox_worker gives. */
struct sandbox_state {
    pthread_mutex_t mutex;
    struct worker spare; /* sock -1 when there is none */
    bool *slots;         /* config.max_workers of them: taken */
    char *rooms;         /* NULL without */
    size_t stride;       /* from one room to the next: config.room in whole pages */
};

/* What a new worker is told by the zygote. */
struct birth {
    const struct sandbox_config *config;
    const struct worker_class *class;
    unsigned without;
    int sock;
    pid_t zygote;
    int slot;
    int folders[WORKER_FOLDERS_MAX];
    size_t n_folders;
};

/* What to leave out, to try what a machine without it would see. */
enum sandbox_without { WITHOUT_LANDLOCK = 1, WITHOUT_SECCOMP = 2 };

int sandbox_start_without(struct sandbox *sb, const struct sandbox_config *config, unsigned without,
                          struct diag *d) MUST_CHECK;

/* ipc.c */

/* Descriptors that come with a message. */
struct ipc_fds {
    int v[WORKER_FOLDERS_MAX];
    size_t n;
};

/* Send the bytes as one message, with descriptors; EINTR and SIGPIPE never show. */
ssize_t ipc_send(int sock, const struct iovec *iov, size_t n_iov, const int *fds, size_t n_fds,
                 int flags);
/* Of iov[first..], `n` bytes were sent: the next index to send, n_iov when all is done. */
size_t ipc_advance(struct iovec *iov, size_t n_iov, size_t first, size_t n);
/* Receive bytes and the descriptors that came along (close-on-exec). EINTR never shows. */
ssize_t ipc_receive(int sock, struct iovec *iov, size_t n_iov, struct ipc_fds *ret, int flags);
void ipc_close_fds(struct ipc_fds *fds);
/* Wait `grace_ms` for the end of a child, then kill it. 0, or -1 when it cannot be killed. */
int ipc_reap(pid_t pid, int grace_ms, int *ret_status, bool *ret_forced);
/* Close every descriptor from `first` on. */
void ipc_close_from(unsigned first);

/* room.c: memory shared with workers, and how many of them there may be. */

/* The memory of all rooms; *ret_fd is for the zygote, -1 without rooms. */
int room_make(struct sandbox_state *state, const struct sandbox_config *config, int *ret_fd,
              struct diag *d) MUST_CHECK;
void room_done(struct sandbox_state *state, const struct sandbox_config *config);
/* A number below max_workers; -1 without a limit. E_LIMIT: all are taken. */
int slot_take(struct sandbox *sb, int *ret_slot) MUST_CHECK;
void slot_give_back(struct sandbox *sb, int slot);
/* In a worker: its own room, read-only; NULL when it cannot be had. */
const char *room_map(const struct sandbox_config *config, int slot);
/* Where in the room a request lies. 0: not there. 1: *ret. E_USAGE: it reaches over the end. */
int room_offset(const struct worker *w, struct str request, uint32_t *ret) MUST_CHECK;

/* One request to the zygote under the lock; `fds` go along. *ret_fd may be -1. E_IO: the zygote is
 * gone. */
int sandbox_control(struct sandbox *sb, struct control *io, const int *fds, int *ret_fd,
                    struct diag *d) MUST_CHECK;
const struct worker_class *worker_class(const struct worker *w);

/* call.c */

/* The first frame of a new worker, which is gone when this fails. */
int worker_greeting(struct worker *w, enum sandbox_level *ret, struct diag *d) MUST_CHECK;
/* RLIMIT_CPU for a worker that has used so many seconds. */
uint64_t sandbox_cpu_grant(const struct worker_class *class, uint64_t used_seconds);

/* zygote.c, worker.c: the lives of the two other processes. */
_Noreturn void zygote_main(const struct sandbox_config *config, unsigned without, int control,
                           int rooms, pid_t parent);
_Noreturn void worker_main(struct birth *birth);

/* request.c: the worker's end of its socket. */

/* The next request; its bytes follow in `bytes`, or lie in the room as the head says. 0, -1 when
 * nobody asks any more or what was asked makes no sense, WORKER_EXIT_NOMEM. */
int request_receive(int sock, size_t room, struct buf *bytes, struct wire_head *ret,
                    int *ret_fd) MUST_CHECK;
/* 0, or -1 when nobody listens. */
int request_answer(int sock, uint32_t seq, int code, struct str bytes) MUST_CHECK;

/* landlock.c */

/* ABI of the running kernel, 0 when Landlock is missing or switched off. */
int landlock_abi(void);
/* Rights that a ruleset of this ABI can handle: linux/landlock.h up to ABI 7. */
struct landlock_rights {
    uint64_t fs, net, scoped;
};
struct landlock_rights landlock_rights(int abi);
/* No file system but reading below the folders, no TCP, no signal or abstract socket beyond this
 * process. E_UNSUPPORTED. */
int landlock_close(const int *folders, size_t n_folders) MUST_CHECK;

/* seccomp.c: load the allow list for this process; the socket is WORKER_SOCK. `folders`: it may
 * open files to read. E_UNSUPPORTED. */
int seccomp_close(bool folders) MUST_CHECK;

#endif
