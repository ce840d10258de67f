/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker reads a request, how it answers, and when it stops to listen. */
#include <errno.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

/* Requests up to this length arrive in one system call. */
enum { USUAL_BYTES = 4096 };

static int read_all(int sock, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = read(sock, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

/* What is left of the bytes that follow the head; `got` of them are there. */
static int rest(int sock, struct buf *bytes, size_t length, size_t got)
{
    bytes->n = got;
    char *room = buf_room(bytes, length - got);
    if (!room)
        return WORKER_EXIT_NOMEM;
    if (read_all(sock, room, length - got))
        return -1;
    bytes->n = length;
    return 0;
}

static bool makes_sense(const struct wire_head *h, size_t room, size_t got)
{
    if (h->code & ~(WIRE_FD | WIRE_ROOM))
        return false;
    if (h->code & WIRE_ROOM)
        return got == 0 && h->offset <= room && h->length <= room - h->offset;
    return got <= h->length;
}

int request_receive(int sock, size_t room, struct buf *bytes, struct wire_head *ret, int *ret_fd)
{
    buf_clear(bytes);
    if (!buf_room(bytes, bytes->cap ? MIN(USUAL_BYTES, bytes->cap) : USUAL_BYTES))
        return WORKER_EXIT_NOMEM;
    struct wire_head head;
    struct iovec iov[2] = {{&head, sizeof(head)}, {bytes->p, bytes->alloc - 1}};
    struct ipc_fds fds;
    /* One who waits in a receive is also woken when the parent takes the last reply. */
    struct pollfd ready = {sock, POLLIN, 0};
    while (poll(&ready, 1, -1) < 0 && errno == EINTR)
        continue;
    ssize_t n = ipc_receive(sock, iov, ARRAY_LEN(iov), &fds, 0);
    if (n <= 0)
        return -1;
    size_t got = (size_t)n, body = got > sizeof(head) ? got - sizeof(head) : 0;
    int end = 0;
    if (got < sizeof(head))
        end = read_all(sock, (char *)&head + got, sizeof(head) - got);
    if (!end && !makes_sense(&head, room, body))
        end = -1;
    if (!end && !(head.code & WIRE_ROOM))
        end = rest(sock, bytes, head.length, body);
    if (end || fds.n > 1) {
        ipc_close_fds(&fds);
        return end ? end : -1;
    }
    *ret = head;
    *ret_fd = fds.n ? fds.v[0] : -1;
    return 0;
}

int request_answer(int sock, uint32_t seq, int code, struct str bytes)
{
    struct wire_head head = {(uint32_t)bytes.n, seq, code, 0};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)bytes.p, bytes.n}};
    size_t first = 0, n_iov = bytes.n ? 2 : 1;
    while (first < n_iov) {
        ssize_t n = writev(sock, iov + first, (int)(n_iov - first));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        first = ipc_advance(iov, n_iov, first, (size_t)n);
    }
    return 0;
}
