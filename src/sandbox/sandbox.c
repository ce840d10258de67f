/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the parent starts its zygote, obtains workers from it and gets rid of them. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/sandbox_internal.h"

/* The zygote ends by itself when its control socket closes; it kills its workers first. */
enum { STOP_MS = 5000 };

const char *sandbox_level_name(enum sandbox_level level)
{
    switch (level) {
    case SANDBOX_FULL: return "full";
    case SANDBOX_SECCOMP: return "seccomp";
    case SANDBOX_NONE: break;
    }
    return "none";
}

int sandbox_control(struct sandbox *sb, struct control *io, int *ret_fd, struct diag *d)
{
    struct sandbox_state *state = sb->lock;
    struct iovec iov = {io, sizeof(*io)};
    struct control answer;
    int fd = -1;
    if (!state)
        return diag_set(d, E_IO, "the sandbox was stopped");
    pthread_mutex_lock(&state->mutex);
    ssize_t n = ipc_send(sb->control, &iov, 1, -1, 0);
    if (n == sizeof(*io))
        n = ipc_receive(sb->control, &answer, sizeof(answer), &fd, 0);
    pthread_mutex_unlock(&state->mutex);
    if (n != sizeof(answer)) {
        if (fd >= 0)
            close(fd);
        return diag_set(d, E_IO, "the process that starts workers is gone");
    }
    *io = answer;
    *ret_fd = fd;
    return 0;
}

static int worker_spawn(struct sandbox *sb, struct worker *ret, enum sandbox_level *ret_level,
                        struct diag *d)
{
    struct control io = {.op = CONTROL_SPAWN};
    struct worker w = {.sock = -1, .sandbox = sb};
    int error = sandbox_control(sb, &io, &w.sock, d);
    if (error)
        return error;
    w.pid = io.pid;
    if (w.sock < 0) {
        worker_close(&w);
        errno = io.error ? io.error : EMFILE; /* no room here for the descriptor */
        return diag_errno(d, "cannot start a worker");
    }
    w.cpu_granted = sandbox_cpu_grant(&sb->config, 0);
    error = worker_greeting(&w, ret_level, d);
    if (!error)
        *ret = w;
    return error;
}

void worker_close(struct worker *w)
{
    struct control io = {.op = CONTROL_KILL, .pid = w->pid};
    int none;
    if (w->sock >= 0)
        close(w->sock);
    /* When the zygote is gone, the worker is gone with it. */
    int gone = w->pid > 0 ? sandbox_control(w->sandbox, &io, &none, NULL) : 0;
    (void)gone;
    w->sock = -1;
    w->pid = 0;
}

static int check_level(const struct sandbox *sb, enum sandbox_level level, struct diag *d)
{
    if (level >= sb->config.require)
        return 0;
    diag_set(d, E_UNSUPPORTED, "sandbox level '%s' was asked for, only '%s' can be had",
             sandbox_level_name(sb->config.require), sandbox_level_name(level));
    diag_hint(d, "needs a kernel with Landlock (5.13 or later) and seccomp switched on");
    return E_UNSUPPORTED;
}

int sandbox_worker(struct sandbox *sb, struct worker *ret, struct diag *d)
{
    struct sandbox_state *state = sb->lock;
    pthread_mutex_lock(&state->mutex);
    struct worker w = state->spare;
    state->spare.sock = -1;
    pthread_mutex_unlock(&state->mutex);
    if (w.sock >= 0) {
        *ret = w;
        return 0;
    }
    enum sandbox_level level;
    int error = worker_spawn(sb, &w, &level, d);
    if (error)
        return error;
    error = check_level(sb, level, d);
    if (error)
        worker_close(&w);
    else
        *ret = w;
    return error;
}

static int check_config(const struct sandbox_config *c, struct diag *d)
{
    if (!c->handler || !c->memory || !c->cpu_seconds || !c->wall_seconds || !c->max_frame ||
        c->max_frame > UINT32_MAX)
        return diag_set(d, E_USAGE, "a sandbox needs a handler and all of its limits");
    return 0;
}

/* Fork the zygote; sb->control and sb->zygote are set on success. */
static int zygote_fork(struct sandbox *sb, unsigned without, struct diag *d)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return diag_errno(d, "cannot connect to a worker process");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        zygote_main(&sb->config, without, pair[1], parent);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return diag_errno(d, "cannot start a worker process");
    }
    sb->control = pair[0];
    sb->zygote = pid;
    return 0;
}

int sandbox_start_without(struct sandbox *sb, const struct sandbox_config *config, unsigned without,
                          struct diag *d)
{
    *sb = (struct sandbox){.control = -1, .config = *config};
    int error = check_config(config, d);
    if (error)
        return error;
    struct sandbox_state *state = mem_alloc(sizeof(*state));
    if (!state)
        return diag_set(d, E_NOMEM, "memory ran out");
    state->spare.sock = -1;
    pthread_mutex_init(&state->mutex, NULL);
    sb->lock = state;
    error = zygote_fork(sb, without, d);
    if (!error)
        error = worker_spawn(sb, &state->spare, &sb->level, d);
    if (!error)
        error = check_level(sb, sb->level, d);
    if (error)
        sandbox_stop(sb);
    return error;
}

int sandbox_start(struct sandbox *sb, const struct sandbox_config *config, struct diag *d)
{
    return sandbox_start_without(sb, config, 0, d);
}

void sandbox_stop(struct sandbox *sb)
{
    struct sandbox_state *state = sb->lock;
    if (!state)
        return;
    if (sb->control >= 0)
        close(sb->control);
    if (state->spare.sock >= 0)
        close(state->spare.sock);
    int status;
    bool forced;
    if (sb->zygote > 0 && ipc_reap(sb->zygote, STOP_MS, &status, &forced))
        forced = true; /* somebody else waited for it, or it cannot be killed yet */
    pthread_mutex_destroy(&state->mutex);
    mem_free(state);
    sb->lock = NULL;
    sb->control = -1;
    sb->zygote = 0;
}
