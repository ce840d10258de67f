/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the zygote does: forks workers on request, ends them, and reports how they ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/vec.h"
#include "sandbox/sandbox_internal.h"

/* How long a worker whose socket was closed may take to be gone before it is killed. */
enum { GRACE_MS = 1000 };

struct zygote {
    const struct sandbox_config *config;
    unsigned without;
    pid_t self;
    struct {
        VEC(pid_t);
    } workers;
};

static bool is_fault(int sig)
{
    return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGABRT ||
           sig == SIGTRAP;
}

/*
 * Handlers of the program make no sense here. Signals that a terminal or a supervisor sends to
 * the whole group are for the parent to judge: when it dies, so do we.
 */
static void signals_reset(void)
{
    static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE};
    for (int sig = 1; sig < NSIG; sig++) {
        if (!SANDBOX_SANITIZED || !is_fault(sig))
            signal(sig, SIG_DFL);
    }
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Nothing the parent has open stays open. Standard input and output become a pipe that nobody
 * reads, so that a stray message neither reaches the terminal nor a descriptor of a request.
 */
static void descriptors_reset(int control, int rooms)
{
    int dead[2];
    if (rooms >= 0 && (rooms = fcntl(rooms, F_DUPFD_CLOEXEC, ZYGOTE_ROOMS + 1)) < 0)
        _exit(1);
    if (control != WORKER_SOCK && dup2(control, WORKER_SOCK) < 0)
        _exit(1);
    if (pipe2(dead, O_CLOEXEC))
        _exit(1);
    for (int fd = 0; fd < WORKER_SOCK; fd++) {
        if (fd == STDERR_FILENO && SANDBOX_SANITIZED)
            continue;
        if (dup2(dead[1], fd) < 0)
            _exit(1);
    }
    if (rooms >= 0 && dup3(rooms, ZYGOTE_ROOMS, O_CLOEXEC) < 0)
        _exit(1);
    ipc_close_from(rooms >= 0 ? ZYGOTE_ROOMS + 1 : WORKER_SOCK + 1);
}

static void reply(const struct control *io, int fd)
{
    struct iovec iov = {(void *)io, sizeof(*io)};
    if (ipc_send(WORKER_SOCK, &iov, 1, &fd, fd >= 0, 0) != sizeof(*io))
        _exit(0);
}

/* 0 or an errno value; *ret_sock is the parent's end of the socket of the new worker. */
static int spawn(struct zygote *z, const struct control *io, const struct ipc_fds *folders,
                 pid_t *ret_pid, int *ret_sock)
{
    struct birth birth = {.config = z->config,
                          .class = &z->config->classes[io->class],
                          .without = z->without,
                          .zygote = z->self,
                          .slot = io->slot,
                          .n_folders = folders->n};
    int pair[2];
    if (folders->n != io->n_folders)
        return EMFILE;            /* no room here for the descriptors */
    if (vec_push(&z->workers, 0)) /* first of all, so that no worker is ever forgotten */
        return ENOMEM;
    z->workers.n--;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return errno;
    birth.sock = pair[1];
    memcpy(birth.folders, folders->v, folders->n * sizeof(folders->v[0]));
    pid_t pid = fork();
    if (pid == 0)
        worker_main(&birth);
    int error = pid < 0 ? errno : 0;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return error;
    }
    z->workers.v[z->workers.n++] = pid;
    *ret_pid = pid;
    *ret_sock = pair[0];
    return 0;
}

static void reap(struct zygote *z, struct control *io)
{
    size_t i = 0;
    while (i < z->workers.n && z->workers.v[i] != io->pid)
        i++;
    if (i == z->workers.n) {
        io->error = ESRCH;
        return;
    }
    z->workers.v[i] = z->workers.v[--z->workers.n];
    int status = 0;
    bool forced = false;
    if (ipc_reap(io->pid, io->op == CONTROL_REAP ? GRACE_MS : 0, &status, &forced))
        io->error = ETIMEDOUT;
    io->status = status;
    io->forced = forced;
}

_Noreturn void zygote_main(const struct sandbox_config *config, unsigned without, int control,
                           int rooms, pid_t parent)
{
    struct zygote z = {.config = config, .without = without, .self = getpid()};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(0);
    prctl(PR_SET_NAME, "stance-zygote");
    signals_reset();
    descriptors_reset(control, rooms);
    for (;;) {
        struct control io = {0};
        struct iovec iov = {&io, sizeof(io)};
        struct ipc_fds folders;
        int fd = -1;
        if (ipc_receive(WORKER_SOCK, &iov, 1, &folders, 0) != sizeof(io))
            break; /* the parent is gone or has stopped the sandbox */
        if (io.op == CONTROL_SPAWN)
            io.error = spawn(&z, &io, &folders, &io.pid, &fd);
        else
            reap(&z, &io);
        ipc_close_fds(&folders);
        reply(&io, fd);
        if (fd >= 0)
            close(fd);
    }
    while (z.workers.n > 0) {
        struct control io = {.op = CONTROL_KILL, .pid = z.workers.v[0]};
        reap(&z, &io);
    }
    _exit(0);
}
