/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the parent starts its zygote, obtains workers from it and gets rid of them. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spill.h"
#include "sandbox/sandbox_internal.h"

#define SPAWN_TRIES 3

/* The zygote ends by itself when its control socket closes; it kills its workers first. */
enum { STOP_MS = 5000 };
/* A process name has 15 characters, of which "stance-" takes 7. */
enum { CLASS_NAME_MAX = 8 };

const char *sandbox_level_name(enum sandbox_level level)
{
    switch (level) {
    case SANDBOX_FULL: return "full";
    case SANDBOX_SECCOMP: return "seccomp";
    case SANDBOX_NONE: break;
    }
    return "none";
}

int sandbox_control(struct sandbox *sb, struct control *io, const int *fds, int *ret_fd,
                    struct diag *d)
{
    struct sandbox_state *state = sb->lock;
    struct control answer;
    struct iovec ask = {io, sizeof(*io)}, hear = {&answer, sizeof(answer)};
    struct ipc_fds got = {.n = 0};
    if (!state)
        return diag_set(d, E_IO, "the sandbox was stopped");
    pthread_mutex_lock(&state->mutex);
    ssize_t n = ipc_send(sb->control, &ask, 1, fds, io->n_folders, 0);
    if (n == sizeof(*io))
        n = ipc_receive(sb->control, &hear, 1, &got, 0);
    pthread_mutex_unlock(&state->mutex);
    if (n != sizeof(answer) || got.n > 1) {
        ipc_close_fds(&got);
        return diag_set(d, E_IO, "the process that starts workers is gone");
    }
    *io = answer;
    *ret_fd = got.n ? got.v[0] : -1;
    return 0;
}

struct wanted {
    unsigned class;
    const int *folders;
    size_t n_folders;
};

/* `w` has its slot. */
static int spawn_in_slot(struct worker *w, const struct wanted *want, enum sandbox_level *ret_level,
                         struct diag *d)
{
    struct control io = {.op = CONTROL_SPAWN,
                         .class = want->class,
                         .slot = w->slot,
                         .n_folders = (uint32_t)want->n_folders};
    int error = sandbox_control(w->sandbox, &io, want->folders, &w->sock, d);
    if (error)
        return error;
    w->pid = io.pid;
    if (w->sock < 0) {
        errno = io.error ? io.error : EMFILE; /* no room here for the descriptor */
        return diag_errno(d, "cannot start a worker");
    }
    w->cpu_granted = sandbox_cpu_grant(worker_class(w), 0);
    return worker_greeting(w, ret_level, d);
}

/* The worker that was tried at the start, if nobody has it yet. */
static struct worker take_spare(struct sandbox_state *state)
{
    pthread_mutex_lock(&state->mutex);
    struct worker w = state->spare;
    state->spare.sock = -1;
    pthread_mutex_unlock(&state->mutex);
    return w;
}

static int spawn_one(struct sandbox *sb, const struct wanted *want, struct worker *ret,
                     enum sandbox_level *ret_level, struct diag *d)
{
    struct worker w = {.sock = -1, .class = want->class, .sandbox = sb};
    int error = slot_take(sb, &w.slot);
    if (error) {
        struct worker spare = take_spare(sb->lock);
        if (spare.sock >= 0) {
            worker_close(&spare);
            error = slot_take(sb, &w.slot);
        }
    }
    if (error)
        return diag_set(d, error, "there are %u workers already", sb->config.max_workers);
    error = spawn_in_slot(&w, want, ret_level, d);
    if (error)
        worker_close(&w);
    else
        *ret = w;
    return error;
}

/* One that was lost before it had greeted had nothing to read: it is not the item's fault. */
static int worker_spawn(struct sandbox *sb, const struct wanted *want, struct worker *ret,
                        enum sandbox_level *ret_level, struct diag *d)
{
    int error = spawn_one(sb, want, ret, ret_level, d);
    for (int tries = 1; tries < SPAWN_TRIES && error == E_CANCELLED; tries++) {
        diag_clear(d);
        error = spawn_one(sb, want, ret, ret_level, d);
    }
    return error;
}

void worker_close(struct worker *w)
{
    struct control io = {.op = CONTROL_KILL, .pid = w->pid};
    int none;
    if (w->sock >= 0)
        close(w->sock);
    /* When the zygote is gone, the worker is gone with it. */
    bool gone = w->pid <= 0 || (!sandbox_control(w->sandbox, &io, NULL, &none, NULL) && !io.error);
    if (gone && w->sandbox)
        slot_give_back(w->sandbox, w->slot);
    w->sock = -1;
    w->pid = 0;
    w->slot = -1;
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

static int check_wanted(const struct sandbox *sb, const struct wanted *want, struct diag *d)
{
    const struct sandbox_config *c = &sb->config;
    if (want->class >= c->n_classes)
        return diag_set(d, E_USAGE, "there is no class %u of workers", want->class);
    if (want->n_folders > (c->classes[want->class].folders ? WORKER_FOLDERS_MAX : 0))
        return diag_set(d, E_USAGE, "a %s worker cannot have %zu folders",
                        c->classes[want->class].name, want->n_folders);
    for (size_t i = 0; i < want->n_folders; i++) {
        struct stat st;
        if (fstat(want->folders[i], &st))
            return diag_errno(d, "cannot give a folder to a worker");
        if (!S_ISDIR(st.st_mode))
            return diag_set(d, E_USAGE, "what a worker may read must be a folder");
    }
    return 0;
}

int sandbox_worker(struct sandbox *sb, unsigned class, const int *folders, size_t n_folders,
                   struct worker *ret, struct diag *d)
{
    const struct wanted want = {class, folders, n_folders};
    enum sandbox_level level;
    struct worker w;
    int error = check_wanted(sb, &want, d);
    if (error)
        return error;
    if (class == 0 && n_folders == 0) {
        w = take_spare(sb->lock);
        if (w.sock >= 0) {
            *ret = w;
            return 0;
        }
    }
    error = worker_spawn(sb, &want, &w, &level, d);
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
    bool bad = !c->classes || !c->n_classes || !c->max_frame || c->max_frame > UINT32_MAX ||
               c->room > UINT32_MAX || (c->room && !c->max_workers);
    for (unsigned i = 0; i < c->n_classes && !bad; i++) {
        const struct worker_class *k = &c->classes[i];
        bad = !k->name || !k->name[0] || strlen(k->name) > CLASS_NAME_MAX || !k->handler ||
              !k->memory || !k->cpu_seconds || !k->wall_seconds;
    }
    if (bad)
        return diag_set(d, E_USAGE, "a sandbox needs a handler, a name and all of its limits");
    return 0;
}

/* Fork the zygote; sb->control and sb->zygote are set on success. */
static int zygote_fork(struct sandbox *sb, unsigned without, int rooms, struct diag *d)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
        return diag_errno(d, "cannot connect to a worker process");
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        spill_forked();
        zygote_main(&sb->config, without, pair[1], rooms, parent);
    }
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
    int rooms = -1;
    const struct wanted first = {.class = 0};
    error = room_make(state, config, &rooms, d);
    if (!error)
        error = zygote_fork(sb, without, rooms, d);
    if (rooms >= 0)
        close(rooms);
    if (!error)
        error = worker_spawn(sb, &first, &state->spare, &sb->level, d);
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
    room_done(state, &sb->config);
    pthread_mutex_destroy(&state->mutex);
    mem_free(state);
    sb->lock = NULL;
    sb->control = -1;
    sb->zygote = 0;
}
