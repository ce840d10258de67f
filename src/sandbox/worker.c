/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker gives up its rights and how it answers requests afterwards. */
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__has_include) && __has_include(<sanitizer/common_interface_defs.h>)
#include <sanitizer/common_interface_defs.h>
#endif

#include "sandbox/frame.h"
#include "sandbox/sandbox_internal.h"

/* Memory above this goes back to the system after a request. */
enum { KEEP_BYTES = 1 << 20 };

static int limit(int resource, rlim_t soft)
{
    struct rlimit r;
    if (getrlimit(resource, &r))
        return E_IO;
    r.rlim_cur = MIN(soft, r.rlim_max);
    if (resource != RLIMIT_CPU) /* the parent raises this one from outside */
        r.rlim_max = r.rlim_cur;
    return setrlimit(resource, &r) ? E_IO : 0;
}

/* What prepare may use up as well. */
static int limits_first(const struct worker_class *class)
{
    int error = limit(RLIMIT_CORE, 0);
    if (!error)
        error = limit(RLIMIT_CPU, sandbox_cpu_grant(class, 0));
    if (!error && !SANDBOX_SANITIZED)
        error = limit(RLIMIT_AS, class->memory);
    return error;
}

static int limits_last(bool folders)
{
    int error = limit(RLIMIT_NOFILE, folders ? 256 : 16);
    if (!error)
        error = limit(RLIMIT_MEMLOCK, 0);
    if (!error)
        error = limit(RLIMIT_MSGQUEUE, 0);
    if (error || SANDBOX_SANITIZED)
        return error;
    error = limit(RLIMIT_NPROC, 0);
    return error ? error : limit(RLIMIT_FSIZE, 0);
}

/*
 * A scan may run as root; its workers are then root without a single capability. Only one that
 * Landlock keeps within its folders may read there what root may read.
 */
static int capabilities_drop(bool keep_reading)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct caps[2] = {0};
    if (keep_reading && !syscall(SYS_capget, &head, caps))
        caps[0].effective &= CAP_TO_MASK(CAP_DAC_READ_SEARCH);
    else
        caps[0].effective = 0;
    caps[0].permitted = caps[0].effective;
    caps[0].inheritable = 0;
    caps[1] = (struct __user_cap_data_struct){0};
    return syscall(SYS_capset, &head, caps) ? E_IO : 0;
}

/* The level reached, or a negative result. */
static int close_doors(const struct birth *b)
{
#if SANDBOX_SANITIZED && defined(SANITIZER_COMMON_INTERFACE_DEFS_H)
    __sanitizer_sandbox_on_notify(NULL); /* reads the memory map while it can */
#endif
    bool landlock = !(b->without & WITHOUT_LANDLOCK) && !landlock_close(b->folders, b->n_folders);
    int error = capabilities_drop(landlock && b->n_folders > 0);
    if (error)
        return error;
    bool seccomp = !(b->without & WITHOUT_SECCOMP) && !seccomp_close(b->class->folders);
    if (!seccomp)
        return SANDBOX_NONE;
    return landlock ? SANDBOX_FULL : SANDBOX_SECCOMP;
}

/* Its folders get the descriptors that follow the socket. They come in rising order, so none is
 * overwritten before it was moved. */
static int take_folders(struct birth *b)
{
    for (size_t i = 0; i < b->n_folders; i++) {
        int to = WORKER_FOLDERS + (int)i;
        if (b->folders[i] < to || dup2(b->folders[i], to) < 0)
            return E_IO;
        b->folders[i] = to;
    }
    ipc_close_from((unsigned)(WORKER_FOLDERS + b->n_folders));
    return 0;
}

/* Everything between fork and the first request: the level reached, or a negative result. */
static int enter(struct birth *b, const char **ret_room)
{
    *ret_room = NULL;
    if (b->config->room && !(*ret_room = room_map(b->config, b->slot)))
        return E_NOMEM;
    int error = take_folders(b);
    if (!error)
        error = limits_first(b->class);
    if (error)
        return error;
    error = b->class->prepare ? b->class->prepare(b->class->ctx) : 0;
    if (error)
        return error < 0 ? error : E_BUG;
    ipc_close_from((unsigned)(WORKER_FOLDERS + b->n_folders));
    error = limits_last(b->class->folders);
    if (error)
        return error;
    /* No core of what a scan read, and no peeking by other processes of the same user. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return E_IO;
    return close_doors(b);
}

static void trim(struct buf *b, size_t cap)
{
    if (b->alloc > KEEP_BYTES) {
        buf_done(b);
        b->cap = cap;
    } else {
        buf_clear(b);
    }
}

static int handle(const struct birth *b, struct str bytes, int fd, struct buf *reply)
{
    const struct worker_request request = {bytes, fd, b->folders, b->n_folders};
    int code = b->class->handler(b->class->ctx, &request, reply);
    return code < 0 ? code : buf_result(reply);
}

static _Noreturn void serve(const struct birth *b, const char *room)
{
    size_t cap = b->config->max_frame;
    struct buf request = BUF_CAPPED(cap), reply = BUF_CAPPED(cap);
    for (;;) {
        struct wire_head head;
        int fd;
        int end = request_receive(WORKER_SOCK, b->config->room, &request, &head, &fd);
        if (end)
            _exit(end < 0 ? 0 : end);
        struct str bytes = buf_str(&request);
        if (head.code & WIRE_ROOM)
            bytes = str_n(room + head.offset, head.length);
        int code = E_IO; /* the descriptor got lost on the way */
        if (!(head.code & WIRE_FD) || fd >= 0)
            code = handle(b, bytes, fd, &reply);
        if (request_answer(WORKER_SOCK, head.seq, code, code ? STR_NULL : buf_str(&reply)))
            _exit(0); /* the parent no longer listens */
        if (fd >= 0)
            close(fd);
        trim(&request, cap);
        trim(&reply, cap);
    }
}

static void name_process(const char *class)
{
    char name[16];
    snprintf(name, sizeof(name), "stance-%s", class);
    prctl(PR_SET_NAME, name);
}

_Noreturn void worker_main(struct birth *b)
{
    const char *room;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != b->zygote || dup2(b->sock, WORKER_SOCK) < 0)
        _exit(0);
    name_process(b->class->name);
    int level = enter(b, &room);
    AUTO(buf) greeting = BUF_INIT;
    frame_put_u8(&greeting, (uint8_t)level);
    int error = level < 0 ? level : buf_result(&greeting);
    if (request_answer(WORKER_SOCK, 0, error, error ? STR_NULL : buf_str(&greeting)) || error)
        _exit(0);
    serve(b, room);
}
