/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether any stream of bytes from a worker can mislead the parent, and any stream of
 * requests a worker. Byte 0: which end reads. Byte 1: room of the reader's buffer. Then pieces: a
 * byte with the length and, as its highest bit, whether a descriptor comes along; the bytes. A
 * descriptor ends a read, so pieces arrive one by one.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "sandbox/sandbox_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FRAME = 3000, ROOM = 5000, CALLS = 8, PIECE_FD = 0x80 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* What was sent, and how far the reader has come. */
struct stream {
    char bytes[1 << 16];
    size_t n, at;
};

static bool send_piece(int sock, struct str piece, bool with_fd)
{
    struct iovec iov = {(void *)piece.p, piece.n};
    return ipc_send(sock, &iov, 1, &sock, with_fd, MSG_DONTWAIT) == (ssize_t)piece.n;
}

static void send_all(int sock, const uint8_t *data, size_t size, struct stream *s)
{
    while (size > 1) {
        size_t n = MIN((size_t)(data[0] & ~PIECE_FD), size - 1);
        struct str piece = str_n(data + 1, n);
        if (n > sizeof(s->bytes) - s->n)
            break;
        if (n && !send_piece(sock, piece, data[0] & PIECE_FD))
            break;
        memcpy(s->bytes + s->n, piece.p, n);
        s->n += n;
        data += 1 + n;
        size -= 1 + n;
    }
    shutdown(sock, SHUT_WR);
}

/* True when a whole frame is next. */
static bool next_frame(const struct stream *s, struct wire_head *ret)
{
    if (s->n - s->at < sizeof(*ret))
        return false;
    memcpy(ret, s->bytes + s->at, sizeof(*ret));
    size_t follow = ret->code & WIRE_ROOM ? 0 : ret->length;
    return follow <= s->n - s->at - sizeof(*ret);
}

static bool same(const struct stream *s, struct str bytes)
{
    return bytes.n == 0 || !memcmp(s->bytes + s->at + sizeof(struct wire_head), bytes.p, bytes.n);
}

static bool is_over(int code)
{
    return code == E_CANCELLED || code == E_TIMEOUT || code == E_IO;
}

static void check_reply(const struct stream *s, const struct worker *w, int rc, struct str reply,
                        size_t cap)
{
    struct wire_head h;
    bool whole = s->n - s->at >= sizeof(h);
    if (whole)
        memcpy(&h, s->bytes + s->at, sizeof(h));
    whole = whole && h.length <= s->n - s->at - sizeof(h);
    bool good = whole && h.seq == w->seq && h.length <= MAX_FRAME && h.code <= 0 &&
                h.code >= E_BUG && !h.offset;
    check((w->sock < 0) == is_over(rc));
    check(rc == 0 || reply.n == 0);
    if (w->sock < 0) /* bad, or more than one frame, or the handler said so */
        check(!good || s->n - s->at > sizeof(h) + h.length || is_over(h.code));
    else if (cap && good && h.length > cap)
        check(rc == E_LIMIT);
    else
        check(good && rc == h.code && (rc || (reply.n == h.length && same(s, reply))));
}

static void as_parent(int sock, struct stream *s, size_t cap)
{
    const struct worker_class class = {
        .name = "fuzz", .memory = 1, .cpu_seconds = 100, .wall_seconds = 100};
    struct sandbox sb = {.control = -1,
                         .config = {.classes = &class, .n_classes = 1, .max_frame = MAX_FRAME}};
    struct worker w = {.sock = sock, .sandbox = &sb, .cpu_granted = 1000, .slot = -1};
    AUTO(buf) reply = BUF_CAPPED(cap);
    for (int i = 0; i < CALLS && w.sock >= 0; i++) {
        int rc = worker_call(&w, STR("?"), -1, &reply, NULL);
        check_reply(s, &w, rc, buf_str(&reply), cap);
        struct wire_head h;
        if (w.sock >= 0) {
            memcpy(&h, s->bytes + s->at, sizeof(h));
            s->at += sizeof(h) + h.length;
        }
    }
    if (w.sock >= 0)
        close(w.sock);
}

static void as_worker(int sock, struct stream *s, size_t cap)
{
    cap = cap ? cap : MAX_FRAME; /* a worker has no endless buffer */
    AUTO(buf) bytes = BUF_CAPPED(cap);
    for (;;) {
        struct wire_head h, sent;
        int fd, end = request_receive(sock, ROOM, &bytes, &h, &fd);
        check(end == 0 || end == -1 || end == WORKER_EXIT_NOMEM);
        if (end)
            break;
        check(next_frame(s, &sent) && !memcmp(&sent, &h, sizeof(h)));
        if (h.code & WIRE_ROOM)
            check((uint64_t)h.offset + h.length <= ROOM && bytes.n == 0);
        else
            check(bytes.n == h.length && same(s, buf_str(&bytes)) && bytes.n <= cap);
        s->at += sizeof(h) + bytes.n;
        if (fd >= 0)
            close(fd);
    }
    close(sock);
}

static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);
    check(fd >= 0);
    close(fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct stream s;
    int pair[2], before = lowest_free();
    if (size < 2 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return 0;
    s.n = s.at = 0;
    send_all(pair[1], data + 2, size - 2, &s);
    size_t cap = data[1] * (size_t)16;
    if (data[0] & 1)
        as_worker(pair[0], &s, cap);
    else
        as_parent(pair[0], &s, cap);
    close(pair[1]);
    check(lowest_free() == before); /* no descriptor stays */
    return 0;
}
