/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when a worker has answered, when it has failed, and what is said about its end. */
#include <errno.h>
#include <fcntl.h>
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
 * A call that is answered soon costs three system calls: send, poll and receive. (A receive that
 * blocks saves the poll and costs more: the kernel wakes it too when the worker takes its request.)
 * Only when a wait of one slice was in vain is the worker watched: its processor time is looked at
 * after each slice, and counted from the first look. So a request gets what its class allows, and
 * at most half a second more.
 *
 * Waiting is counted in slices, and a slice counts at most its own length: a program that was
 * stopped and continued together with its workers does not find them late.
 */
enum { SLICE_MS = 500 };

/* A first look at the reply takes in that much of it. */
enum { USUAL_BYTES = 4096 };

enum end { END_DIED, END_CPU, END_WALL, END_FRAME };

struct watch {
    bool waited;       /* once; that wait counts only when it was in vain */
    bool looked;       /* cpu_ns is set */
    uint64_t wall_ns;  /* waited so far */
    uint64_t cpu_ns;   /* processor time of the worker at the first look */
    uint64_t spent_ns; /* processor time it has used since, as far as was looked */
    enum end end;      /* why waiting was given up */
};

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

const struct worker_class *worker_class(const struct worker *w)
{
    return &w->sandbox->config.classes[w->class];
}

/* RLIMIT_CPU counts over the whole life of a worker; see cpu_grant. */
uint64_t sandbox_cpu_grant(const struct worker_class *class, uint64_t used_seconds)
{
    return used_seconds + 4 * ((uint64_t) class->cpu_seconds + 1);
}

uint64_t worker_cpu_ns(const struct worker *w)
{
    clockid_t id;
    struct timespec t;
    if (w->sock < 0 || w->pid <= 0 || clock_getcpuclockid(w->pid, &id) || clock_gettime(id, &t))
        return 0;
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t worker_memory(const struct worker *w)
{
    char path[40], text[96];
    unsigned long long resident, shared;
    if (w->sock < 0 || w->pid <= 0)
        return 0;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)w->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[MAX(n, 0)] = '\0';
    if (sscanf(text, "%*u %llu %llu", &resident, &shared) != 2 || shared > resident)
        return 0;
    return (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/*
 * RLIMIT_CPU is only there for a worker that computes while nobody waits; it is kept well ahead of
 * what the watch below allows. A call that is not watched takes less than a second, so looking once
 * in `cpu_seconds` calls and at each first look is enough.
 */
static void cpu_grant(struct worker *w, uint64_t used_ns)
{
    const struct worker_class *class = worker_class(w);
    uint64_t used = used_ns / NS_PER_S + 1, more = w->more_seconds;
    if (used + more + 3 * ((uint64_t) class->cpu_seconds + 1) < w->cpu_granted)
        return;
    struct rlimit r;
    if (prlimit(w->pid, RLIMIT_CPU, NULL, &r))
        return;
    w->cpu_granted = sandbox_cpu_grant(class, used) + more;
    r.rlim_cur = MIN((rlim_t)w->cpu_granted, r.rlim_max);
    prlimit(w->pid, RLIMIT_CPU, &r, NULL);
}

static void look(struct worker *w, struct watch *watch)
{
    uint64_t used = worker_cpu_ns(w);
    if (!watch->looked) {
        watch->looked = true;
        watch->cpu_ns = used;
        cpu_grant(w, used);
    }
    watch->spent_ns = used > watch->cpu_ns ? used - watch->cpu_ns : 0;
}

/* Wait until the socket is ready; -1 with watch->end set when time is up. */
static int wait_ready(struct worker *w, struct watch *watch, short events)
{
    const struct worker_class *c = worker_class(w);
    uint64_t wall_max = ((uint64_t)c->wall_seconds + w->more_seconds) * NS_PER_S;
    uint64_t cpu_max = ((uint64_t)c->cpu_seconds + w->more_seconds) * NS_PER_S;
    while (watch->wall_ns < wall_max && watch->spent_ns < cpu_max) {
        uint64_t left = MIN(cpu_max - watch->spent_ns, wall_max - watch->wall_ns);
        int slice = (int)MIN(left / NS_PER_MS + 1, SLICE_MS);
        uint64_t begin = watch->waited ? clock_ticks() : 0;
        struct pollfd p = {w->sock, events, 0};
        int n = poll(&p, 1, slice);
        if (begin)
            watch->wall_ns += MIN(clock_ticks() - begin, slice * NS_PER_MS);
        else if (n == 0)
            watch->wall_ns += slice * NS_PER_MS;
        watch->waited = true;
        if (n > 0)
            return 0;
        look(w, watch);
    }
    watch->end = watch->spent_ns >= cpu_max ? END_CPU : END_WALL;
    return -1;
}

/* At least one byte. */
static ssize_t receive_some(struct worker *w, struct watch *watch, struct iovec *iov, size_t n_iov)
{
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n_iov}; /* descriptors are dropped */
    for (;;) {
        ssize_t n = recvmsg(w->sock, &msg, MSG_DONTWAIT);
        if (n > 0)
            return n;
        if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            watch->end = END_DIED;
            return -1;
        }
        if (errno != EINTR && wait_ready(w, watch, POLLIN))
            return -1;
    }
}

static int receive_all(struct worker *w, struct watch *watch, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        struct iovec iov = {p, n};
        ssize_t got = receive_some(w, watch, &iov, 1);
        if (got < 0)
            return -1;
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

struct question {
    struct str bytes;
    uint32_t flags, offset;
    int fd;
};

static int send_request(struct worker *w, struct watch *watch, const struct question *q)
{
    struct wire_head head = {(uint32_t)q->bytes.n, w->seq, (int32_t)q->flags, q->offset};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)q->bytes.p, q->bytes.n}};
    size_t first = 0, n_iov = q->flags & WIRE_ROOM || !q->bytes.n ? 1 : 2, n_fds = q->fd >= 0;
    while (first < n_iov) {
        ssize_t n = ipc_send(w->sock, iov + first, n_iov - first, &q->fd, n_fds, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (wait_ready(w, watch, POLLOUT))
                return -1;
            continue;
        }
        if (n < 0) {
            watch->end = END_DIED;
            return -1;
        }
        n_fds = 0; /* it went along with the first bytes */
        first = ipc_advance(iov, n_iov, first, (size_t)n);
    }
    return 0;
}

static int say_cpu(const struct worker *w, struct diag *d)
{
    return diag_set(d, E_CANCELLED, "took more than %u s of processor time",
                    worker_class(w)->cpu_seconds + w->more_seconds);
}

static int say_status(int status, const struct worker *w, struct diag *d)
{
    const struct worker_class *c = worker_class(w);
    if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_NOMEM)
        return diag_set(d, E_CANCELLED, "memory limit of %zu MiB reached", c->memory >> 20);
    if (WIFEXITED(status))
        return diag_set(d, E_CANCELLED, "worker ended with status %d", WEXITSTATUS(status));
    int sig = WTERMSIG(status);
    if (sig == SIGXCPU)
        return say_cpu(w, d);
    if (sig == SIGSYS)
        return diag_set(d, E_CANCELLED, "killed by signal %d after a forbidden system call", sig);
    return diag_set(d, E_CANCELLED, "killed by signal %d", sig);
}

/* Bring the worker to its end, learn how that was, and say it. */
static int worker_end(struct worker *w, enum end end, struct diag *d)
{
    const struct worker_class *c = worker_class(w);
    struct control io = {.op = end == END_DIED ? CONTROL_REAP : CONTROL_KILL, .pid = w->pid};
    int none;
    close(w->sock);
    w->sock = -1;
    w->pid = 0;
    int error = sandbox_control(w->sandbox, &io, NULL, &none, d);
    if (error || io.error)
        w->slot = -1; /* it may still live: nobody else gets its room */
    if (error)
        return error;
    if (end == END_CPU)
        return say_cpu(w, d);
    if (end == END_WALL)
        return diag_set(d, E_TIMEOUT, "took more than %u s", c->wall_seconds + w->more_seconds);
    if (end == END_FRAME)
        return diag_set(d, E_CANCELLED, "worker sent a malformed or oversized reply");
    if (io.error)
        return diag_set(d, E_CANCELLED, "worker is gone, nobody knows how");
    if (io.forced && WIFSIGNALED(io.status) && WTERMSIG(io.status) == SIGKILL)
        return diag_set(d, E_CANCELLED, "worker closed its connection");
    return say_status(io.status, w, d);
}

/* The reply did not fit into the caller's buffer: keep the stream in step. */
static int skip_bytes(struct worker *w, struct watch *watch, size_t n)
{
    char sink[4096];
    while (n > 0) {
        size_t part = MIN(n, sizeof(sink));
        if (receive_all(w, watch, sink, part))
            return -1;
        n -= part;
    }
    return 0;
}

/* The bytes of a reply, `got` of which have arrived behind its head. */
static int receive_rest(struct worker *w, struct watch *watch, struct buf *reply, size_t length,
                        size_t got, int *ret_code)
{
    reply->n = got;
    char *room = buf_room(reply, length - got);
    if (!room) {
        *ret_code = buf_result(reply);
        return skip_bytes(w, watch, length - got);
    }
    if (receive_all(w, watch, room, length - got))
        return -1;
    reply->n = length;
    return 0;
}

/* Room for the first look at a reply; none when there is no memory, which is said later. */
static size_t usual_room(struct buf *reply)
{
    size_t cap = reply->cap ? reply->cap : SIZE_MAX;
    if (!buf_room(reply, MIN(USUAL_BYTES, cap)))
        buf_clear(reply);
    return reply->alloc ? MIN(reply->alloc - 1, cap) : 0;
}

/* `reply` is empty. The caller looks at *ret_code only when 0 comes back. */
static int receive(struct worker *w, struct watch *watch, struct buf *reply, int *ret_code)
{
    struct wire_head head;
    struct iovec iov[2] = {{&head, sizeof(head)}, {NULL, usual_room(reply)}};
    iov[1].iov_base = reply->p;
    ssize_t n = wait_ready(w, watch, POLLIN) ? -1 : receive_some(w, watch, iov, ARRAY_LEN(iov));
    if (n < 0)
        return -1;
    size_t got = (size_t)n, body = got > sizeof(head) ? got - sizeof(head) : 0;
    if (got < sizeof(head) && receive_all(w, watch, (char *)&head + got, sizeof(head) - got))
        return -1;
    watch->end = END_FRAME;
    bool bad_code = head.code > 0 || head.code < E_BUG;
    if (head.seq != w->seq || head.length > w->sandbox->config.max_frame || bad_code ||
        head.offset || body > head.length)
        return -1;
    *ret_code = head.code;
    return receive_rest(w, watch, reply, head.length, body, ret_code);
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

static int check_request(const struct worker *w, struct str request, int fd, struct question *ret,
                         struct diag *d)
{
    if (w->sock < 0)
        return diag_set(d, E_IO, "the worker is gone");
    *ret = (struct question){.bytes = request, .flags = fd >= 0 ? WIRE_FD : 0, .fd = fd};
    int in_room = room_offset(w, request, &ret->offset);
    if (in_room < 0)
        return diag_set(d, E_USAGE, "a request reaches beyond the room of its worker");
    if (in_room)
        ret->flags |= WIRE_ROOM;
    else if (request.n > w->sandbox->config.max_frame)
        return diag_set(d, E_LIMIT, "a request of %zu bytes is above the limit of a frame",
                        request.n);
    return 0;
}

int worker_call(struct worker *w, struct str request, int fd, struct buf *reply, struct diag *d)
{
    struct question q;
    struct watch watch = {0};
    int code = check_request(w, request, fd, &q, d);
    buf_clear(reply);
    if (code)
        return code;
    delay(w->delay_us);
    if (w->seq++ % worker_class(w)->cpu_seconds == worker_class(w)->cpu_seconds - 1)
        cpu_grant(w, worker_cpu_ns(w));
    if (send_request(w, &watch, &q) || receive(w, &watch, reply, &code)) {
        buf_clear(reply);
        return worker_end(w, watch.end, d);
    }
    if (code == 0)
        return 0;
    buf_clear(reply);
    /* These codes tell the caller to get a new worker, whoever said them. */
    if (code == E_CANCELLED || code == E_TIMEOUT || code == E_IO)
        (void)!worker_end(w, END_WALL, NULL);
    return diag_set(d, code, "the reader gave up (%s)", err_name(code));
}
