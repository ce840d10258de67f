/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker that was taken over would break the protocol, or itself. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/hostile.h"

/* Send a frame of the worker's own making. */
static void raw(uint32_t length, uint32_t seq, int code, const char *bytes)
{
    struct wire_head head = {length, seq, code, 0};
    struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)bytes, strlen(bytes)}};
    if (writev(WORKER_SOCK, iov, 2) < 0)
        _exit(1);
}

/* The first `n` bytes of a frame of which `length` bytes were promised, and no more. */
static _Noreturn void die_after(size_t n, uint32_t length)
{
    struct buf frame = BUF_INIT;
    const struct wire_head head = {length, 1, 0, 0};
    buf_add(&frame, str_n(&head, sizeof(head)));
    buf_addz(&frame, "hello");
    buf_pad(&frame, 'x', length - 5);
    for (size_t at = 0; at < n;) {
        ssize_t sent = write(WORKER_SOCK, frame.p + at, n - at);
        if (sent < 0)
            break;
        at += (size_t)sent;
    }
    for (;;)
        syscall(SYS_tgkill, getpid(), gettid(), SIGKILL);
}

static _Noreturn void spin(void)
{
    for (volatile unsigned i = 0;; i++)
        continue;
}

/* One byte of a frame at a time, for ever. */
static _Noreturn void trickle(void)
{
    raw(1000, 1, 0, "x");
    for (;;) {
        usleep(20000);
        if (write(WORKER_SOCK, "x", 1) != 1)
            _exit(0);
    }
}

int hostile_misbehave(struct str name, int64_t arg, struct buf *reply)
{
    if (str_eq_z(name, "crash"))
        *(volatile char *)(uintptr_t)(arg + 8) = 1;
    else if (str_eq_z(name, "abort"))
        abort();
    else if (str_eq_z(name, "exit"))
        _exit((int)arg);
    else if (str_eq_z(name, "no-memory"))
        _exit(WORKER_EXIT_NOMEM);
    else if (str_eq_z(name, "spin"))
        spin();
    else if (str_eq_z(name, "sleep"))
        sleep(60);
    else if (str_eq_z(name, "trickle"))
        trickle();
    else if (str_eq_z(name, "die-after"))
        die_after((size_t)arg, 5);
    else if (str_eq_z(name, "die-within"))
        die_after((size_t)arg, 1 << 20);
    else if (str_eq_z(name, "oversized"))
        raw(0xffffffff, 1, 0, "x");
    else if (str_eq_z(name, "above-limit"))
        buf_pad(reply, 'x', (size_t)arg);
    else if (str_eq_z(name, "short"))
        raw(1000, 1, 0, "only this");
    else if (str_eq_z(name, "short-head") && write(WORKER_SOCK, "xx", 2) != 2)
        _exit(1);
    else if (str_eq_z(name, "twice"))
        raw(1, 1, 0, "x");
    else if (str_eq_z(name, "wrong-number"))
        raw(1, 7, 0, "x");
    else if (str_eq_z(name, "good-code"))
        raw(1, 1, 5, "x");
    else if (str_eq_z(name, "unknown-code"))
        raw(1, 1, -99, "x");
    else if (str_eq_z(name, "hang-up") && !close(WORKER_SOCK))
        sleep(60);
    else if (str_eq_z(name, "fail"))
        return -(int)arg;
    if (str_starts(name, STR("short")))
        _exit(0);
    return 0;
}
