/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker gives up its rights and how it answers requests afterwards. */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
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
static int limits_first(const struct sandbox_config *config)
{
    int error = limit(RLIMIT_CORE, 0);
    if (!error)
        error = limit(RLIMIT_CPU, sandbox_cpu_grant(config, 0));
    if (!error && !SANDBOX_SANITIZED)
        error = limit(RLIMIT_AS, config->memory);
    return error;
}

static int limits_last(void)
{
    int error = limit(RLIMIT_NOFILE, 16);
    if (!error)
        error = limit(RLIMIT_MEMLOCK, 0);
    if (!error)
        error = limit(RLIMIT_MSGQUEUE, 0);
    if (error || SANDBOX_SANITIZED)
        return error;
    error = limit(RLIMIT_NPROC, 0);
    return error ? error : limit(RLIMIT_FSIZE, 0);
}

/* A scan may run as root; its workers are then root without a single capability. */
static int capabilities_drop(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    return syscall(SYS_capset, &head, none) ? E_IO : 0;
}

static enum sandbox_level close_doors(unsigned without)
{
#if SANDBOX_SANITIZED && defined(SANITIZER_COMMON_INTERFACE_DEFS_H)
    __sanitizer_sandbox_on_notify(NULL); /* reads the memory map while it can */
#endif
    bool landlock = !(without & WITHOUT_LANDLOCK) && !landlock_close();
    bool seccomp = !(without & WITHOUT_SECCOMP) && !seccomp_close();
    if (!seccomp)
        return SANDBOX_NONE;
    return landlock ? SANDBOX_FULL : SANDBOX_SECCOMP;
}

/* Everything between fork and the first request. */
static int enter(const struct sandbox_config *config, unsigned without, enum sandbox_level *ret)
{
    int error = limits_first(config);
    if (!error && config->prepare)
        error = config->prepare(config->ctx);
    if (error)
        return error < 0 ? error : E_BUG;
    ipc_close_rest();
    error = limits_last();
    if (!error)
        error = capabilities_drop();
    if (error)
        return error;
    /* No core of what a scan read, and no peeking by other processes of the same user. */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return E_IO;
    *ret = close_doors(without);
    return 0;
}

static void answer(uint32_t seq, int code, struct str bytes)
{
    struct wire_head head = {(uint32_t)bytes.n, seq, code};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)bytes.p, bytes.n}};
    size_t first = 0;
    while (first < ARRAY_LEN(iov)) {
        ssize_t n = writev(WORKER_SOCK, iov + first, (int)(ARRAY_LEN(iov) - first));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(0); /* the parent no longer listens */
        first = ipc_advance(iov, ARRAY_LEN(iov), first, (size_t)n);
    }
}

static void read_all(void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = read(WORKER_SOCK, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            _exit(0);
        p += got;
        n -= (size_t)got;
    }
}

static void next_request(struct buf *request, struct wire_head *ret_head, int *ret_fd)
{
    ssize_t got = ipc_receive(WORKER_SOCK, ret_head, sizeof(*ret_head), ret_fd, MSG_WAITALL);
    if (got <= 0)
        _exit(0);
    read_all((char *)ret_head + got, sizeof(*ret_head) - (size_t)got);
    buf_clear(request);
    if (ret_head->length == 0)
        return;
    char *room = buf_room(request, ret_head->length);
    if (!room)
        _exit(WORKER_EXIT_NOMEM);
    read_all(room, ret_head->length);
    request->n += ret_head->length;
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

static _Noreturn void serve(const struct sandbox_config *config)
{
    struct buf request = BUF_CAPPED(config->max_frame), reply = BUF_CAPPED(config->max_frame);
    for (;;) {
        struct wire_head head;
        int fd;
        next_request(&request, &head, &fd);
        int code = E_IO; /* the descriptor got lost on the way */
        if (head.code == 0 || fd >= 0)
            code = config->handler(config->ctx, buf_str(&request), fd, &reply);
        if (code >= 0)
            code = buf_result(&reply);
        answer(head.seq, code, code ? STR_NULL : buf_str(&reply));
        if (fd >= 0)
            close(fd);
        trim(&request, config->max_frame);
        trim(&reply, config->max_frame);
    }
}

_Noreturn void worker_main(const struct sandbox_config *config, unsigned without, int sock,
                           pid_t zygote)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != zygote || dup2(sock, WORKER_SOCK) < 0)
        _exit(0);
    prctl(PR_SET_NAME, "stance-worker");
    ipc_close_rest();
    enum sandbox_level level = SANDBOX_NONE;
    int error = enter(config, without, &level);
    AUTO(buf) greeting = BUF_INIT;
    frame_put_u8(&greeting, (uint8_t)level);
    if (!error)
        error = buf_result(&greeting);
    answer(0, error, error ? STR_NULL : buf_str(&greeting));
    if (error)
        _exit(0);
    serve(config);
}
