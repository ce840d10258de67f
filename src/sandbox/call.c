/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when a worker has answered, when it has failed, and what is said about its end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/frame.h"
#include "sandbox/sandbox_internal.h"

/*
 * Waiting is counted in slices, and a slice counts at most its own length: a program that was
 * stopped and continued together with its workers does not find them late.
 */
enum { SLICE_MS = 500 };

enum end { END_DIED, END_CPU, END_WALL, END_FRAME };

struct watch {
    uint64_t wall_ns;  /* waited so far */
    uint64_t cpu_ns;   /* processor time of the worker when the request was sent */
    uint64_t spent_ns; /* processor time it has used since, as far as was looked */
    enum end end;      /* why waiting was given up */
};

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

uint64_t sandbox_cpu_grant(const struct sandbox_config *config, uint64_t used_seconds)
{
    return used_seconds + 2 * (uint64_t)config->cpu_seconds + 2;
}

/* Processor time the worker has used, in nanoseconds; 0 when it has ended. */
static uint64_t cpu_used(const struct worker *w)
{
    clockid_t id;
    struct timespec t;
    if (clock_getcpuclockid(w->pid, &id) || clock_gettime(id, &t))
        return 0;
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/*
 * RLIMIT_CPU counts over the whole life of a worker and is only there for one that computes while
 * nobody waits; it is kept well ahead of what the watchdog below allows.
 */
static void cpu_grant(struct worker *w, uint64_t used_ns)
{
    uint64_t used = used_ns / NS_PER_S + 1;
    if (used + w->sandbox->config.cpu_seconds < w->cpu_granted)
        return;
    struct rlimit r;
    if (prlimit(w->pid, RLIMIT_CPU, NULL, &r))
        return;
    w->cpu_granted = sandbox_cpu_grant(&w->sandbox->config, used);
    r.rlim_cur = MIN((rlim_t)w->cpu_granted, r.rlim_max);
    prlimit(w->pid, RLIMIT_CPU, &r, NULL);
}

/* Wait until the socket is ready; -1 with watch->end set when time is up. */
static int wait_ready(const struct worker *w, struct watch *watch, short events)
{
    const struct sandbox_config *c = &w->sandbox->config;
    uint64_t wall_max = c->wall_seconds * NS_PER_S, cpu_max = c->cpu_seconds * NS_PER_S;
    while (watch->wall_ns < wall_max && watch->spent_ns < cpu_max) {
        uint64_t left = MIN(cpu_max - watch->spent_ns, wall_max - watch->wall_ns);
        int slice = (int)MIN(left / NS_PER_MS + 1, SLICE_MS);
        uint64_t begin = clock_ticks();
        struct pollfd p = {w->sock, events, 0};
        int n = poll(&p, 1, slice);
        watch->wall_ns += MIN(clock_ticks() - begin, slice * NS_PER_MS);
        if (n > 0)
            return 0;
        uint64_t used = cpu_used(w);
        watch->spent_ns = used > watch->cpu_ns ? used - watch->cpu_ns : 0;
    }
    watch->end = watch->spent_ns >= cpu_max ? END_CPU : END_WALL;
    return -1;
}

static int read_exact(const struct worker *w, struct watch *watch, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = recv(w->sock, p, n, MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (wait_ready(w, watch, POLLIN))
                return -1;
            continue;
        }
        if (got <= 0) {
            watch->end = END_DIED;
            return -1;
        }
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

static int write_request(const struct worker *w, struct watch *watch, struct str request, int fd)
{
    struct wire_head head = {(uint32_t)request.n, w->seq, fd >= 0};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)request.p, request.n}};
    size_t first = 0;
    while (first < ARRAY_LEN(iov)) {
        ssize_t n = ipc_send(w->sock, iov + first, ARRAY_LEN(iov) - first, fd, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (wait_ready(w, watch, POLLOUT))
                return -1;
            continue;
        }
        if (n < 0) {
            watch->end = END_DIED;
            return -1;
        }
        fd = -1; /* went along with the first bytes */
        first = ipc_advance(iov, ARRAY_LEN(iov), first, (size_t)n);
    }
    return 0;
}

static int say_status(int status, const struct sandbox_config *c, struct diag *d)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_NOMEM)
        return diag_set(d, E_CANCELLED, "memory limit of %zu MiB reached", c->memory >> 20);
    if (WIFEXITED(status))
        return diag_set(d, E_CANCELLED, "worker ended with status %d", WEXITSTATUS(status));
    int sig = WTERMSIG(status);
    if (sig == SIGXCPU)
        return diag_set(d, E_CANCELLED, "took more than %u s of processor time", c->cpu_seconds);
    if (sig == SIGSYS)
        return diag_set(d, E_CANCELLED, "killed by signal %d after a forbidden system call", sig);
    return diag_set(d, E_CANCELLED, "killed by signal %d", sig);
}

/* Bring the worker to its end, learn how that was, and say it. */
static int worker_end(struct worker *w, enum end end, struct diag *d)
{
    const struct sandbox_config *c = &w->sandbox->config;
    struct control io = {.op = end == END_DIED ? CONTROL_REAP : CONTROL_KILL, .pid = w->pid};
    int none;
    close(w->sock);
    w->sock = -1;
    w->pid = 0;
    int error = sandbox_control(w->sandbox, &io, &none, d);
    if (error)
        return error;
    if (end == END_CPU)
        return diag_set(d, E_CANCELLED, "took more than %u s of processor time", c->cpu_seconds);
    if (end == END_WALL)
        return diag_set(d, E_TIMEOUT, "took more than %u s", c->wall_seconds);
    if (end == END_FRAME)
        return diag_set(d, E_CANCELLED, "worker sent a malformed or oversized reply");
    if (io.error)
        return diag_set(d, E_CANCELLED, "worker is gone, nobody knows how");
    if (io.forced && WIFSIGNALED(io.status) && WTERMSIG(io.status) == SIGKILL)
        return diag_set(d, E_CANCELLED, "worker closed its connection");
    return say_status(io.status, c, d);
}

/* The reply did not fit into the caller's buffer: keep the stream in step. */
static int skip_bytes(struct worker *w, struct watch *watch, size_t n)
{
    char sink[4096];
    while (n > 0) {
        size_t part = MIN(n, sizeof(sink));
        if (read_exact(w, watch, sink, part))
            return -1;
        n -= part;
    }
    return 0;
}

/* The caller looks at *ret_code only when 0 comes back. */
static int receive(struct worker *w, struct watch *watch, struct buf *reply, int *ret_code)
{
    struct wire_head head;
    if (read_exact(w, watch, &head, sizeof(head)))
        return -1;
    watch->end = END_FRAME;
    bool bad_code = head.code > 0 || head.code < E_BUG;
    if (head.seq != w->seq || head.length > w->sandbox->config.max_frame || bad_code)
        return -1;
    *ret_code = head.code;
    if (head.length == 0)
        return 0;
    char *room = buf_room(reply, head.length);
    if (!room) {
        *ret_code = buf_result(reply);
        return skip_bytes(w, watch, head.length);
    }
    if (read_exact(w, watch, room, head.length))
        return -1;
    reply->n += head.length;
    return 0;
}

int worker_greeting(struct worker *w, enum sandbox_level *ret, struct diag *d)
{
    struct watch watch = {0};
    AUTO(buf) bytes = BUF_CAPPED(16);
    int code = 0;
    if (receive(w, &watch, &bytes, &code))
        return worker_end(w, watch.end, d);
    if (code) {
        worker_close(w);
        return diag_set(d, code, "a worker could not prepare itself (%s)", err_name(code));
    }
    struct frame f = {.rest = buf_str(&bytes)};
    unsigned level = frame_u8(&f);
    if (frame_result(&f) || level > SANDBOX_FULL)
        return worker_end(w, END_FRAME, d);
    *ret = (enum sandbox_level)level;
    return 0;
}

static void delay(unsigned us)
{
    struct timespec t = {us / 1000000, (long)(us % 1000000) * 1000};
    while (us && nanosleep(&t, &t) && errno == EINTR)
        continue;
}

int worker_call(struct worker *w, struct str request, int fd, struct buf *reply, struct diag *d)
{
    buf_clear(reply);
    if (w->sock < 0)
        return diag_set(d, E_IO, "the worker is gone");
    if (request.n > w->sandbox->config.max_frame)
        return diag_set(d, E_LIMIT, "a request of %zu bytes is above the limit of a frame",
                        request.n);
    delay(w->delay_us);
    struct watch watch = {.cpu_ns = cpu_used(w)};
    cpu_grant(w, watch.cpu_ns);
    w->seq++;
    int code = 0;
    if (write_request(w, &watch, request, fd) || receive(w, &watch, reply, &code)) {
        buf_clear(reply);
        return worker_end(w, watch.end, d);
    }
    if (code == 0)
        return 0;
    /* These codes tell the caller to get a new worker, whoever said them. */
    if (code == E_CANCELLED || code == E_TIMEOUT || code == E_IO)
        worker_close(w);
    return diag_set(d, code, "the reader gave up (%s)", err_name(code));
}
