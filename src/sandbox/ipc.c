/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how messages and descriptors cross process borders and how a child is brought to an end.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

/* A killed process that is still there after this long sits in an uninterruptible call. */
enum { KILLED_MS = 2000 };

union fd_control {
    struct cmsghdr head; /* for its alignment */
    char bytes[CMSG_SPACE(WORKER_FOLDERS_MAX * sizeof(int))];
};

ssize_t ipc_send(int sock, const struct iovec *iov, size_t n_iov, const int *fds, size_t n_fds,
                 int flags)
{
    union fd_control control = {0};
    struct msghdr msg = {.msg_iov = (struct iovec *)iov, .msg_iovlen = n_iov};
    if (n_fds > 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
    }
    ssize_t n;
    do {
        n = sendmsg(sock, &msg, flags | MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n;
}

size_t ipc_advance(struct iovec *iov, size_t n_iov, size_t first, size_t n)
{
    while (first < n_iov && n >= iov[first].iov_len)
        n -= iov[first++].iov_len;
    if (first < n_iov) {
        iov[first].iov_base = (char *)iov[first].iov_base + n;
        iov[first].iov_len -= n;
    }
    return first;
}

ssize_t ipc_receive(int sock, struct iovec *iov, size_t n_iov, struct ipc_fds *ret, int flags)
{
    union fd_control control = {0};
    struct msghdr msg = {.msg_iov = iov,
                         .msg_iovlen = n_iov,
                         .msg_control = control.bytes,
                         .msg_controllen = CMSG_LEN(sizeof(ret->v))};
    ssize_t got;
    do {
        got = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    ret->n = 0;
    if (got < 0)
        return got;
    const struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        ret->n = MIN((c->cmsg_len - CMSG_LEN(0)) / sizeof(int), ARRAY_LEN(ret->v));
        memcpy(ret->v, CMSG_DATA(c), ret->n * sizeof(int));
    }
    return got;
}

void ipc_close_fds(struct ipc_fds *fds)
{
    while (fds->n > 0)
        close(fds->v[--fds->n]);
}

/* True when the child of this pidfd ended within `ms`. */
static bool ended(int pidfd, int ms)
{
    struct pollfd p = {pidfd, POLLIN, 0};
    int n;
    do {
        n = poll(&p, 1, ms);
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

int ipc_reap(pid_t pid, int grace_ms, int *ret_status, bool *ret_forced)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool forced = false;
    if (pidfd < 0 || !ended(pidfd, grace_ms)) { /* without pidfds (before Linux 5.3): no grace */
        kill(pid, SIGKILL);
        forced = pidfd >= 0;
    }
    bool gone = pidfd < 0 || ended(pidfd, KILLED_MS);
    if (pidfd >= 0)
        close(pidfd);
    if (!gone)
        return -1;
    pid_t got;
    do {
        got = waitpid(pid, ret_status, 0);
    } while (got < 0 && errno == EINTR);
    *ret_forced = forced;
    return got == pid ? 0 : -1;
}

void ipc_close_from(unsigned first)
{
    if (!close_range(first, ~0U, 0))
        return;
    struct rlimit r; /* before Linux 5.9 */
    unsigned last = getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur > 65536 ? 65536 : r.rlim_cur;
    for (unsigned fd = first; fd < last; fd++)
        close((int)fd);
}
