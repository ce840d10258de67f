/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when a lane has a worker, and what it does when one dies. */
#include "discover/lane_internal.h"

#include <unistd.h>

#include "base/clock.h"

#define NS_PER_S UINT64_C(1000000000)
/* So much of a file earns its worker another second; most are read at ten times that. */
#define BYTES_PER_SECOND (UINT64_C(32) << 20)
#define DAY_SECONDS      86400u
/* How often a worker is started before the run ends for the lack of one. */
#define START_ATTEMPTS 3

void lane_leave(struct lane *l, enum worker_role role)
{
    if (!l->has[role])
        return;
    l->stats.worker_cpu_ns += worker_cpu_ns(&l->workers[role]);
    l->stats.worker_bytes += worker_memory(&l->workers[role]);
    worker_close(&l->workers[role]);
    l->has[role] = false;
}

static bool is_gone(int rc)
{
    return rc == E_CANCELLED || rc == E_TIMEOUT || rc == E_IO;
}

/* Descriptors are closed and used again for other folders: their numbers tell nothing. */
static int identify(const int *folders, size_t n, struct lane_folders *ret, struct diag *d)
{
    *ret = (struct lane_folders){.n = n};
    if (n > ARRAY_LEN(ret->v))
        return diag_set(d, E_USAGE, "more folders than a worker may have");
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        if (fstat(folders[i], &st))
            return diag_errno(d, "cannot give a folder to a worker");
        ret->v[i] = (struct lane_folder){st.st_dev, st.st_ino};
    }
    return 0;
}

static bool same_folders(const struct lane_folders *a, const struct lane_folders *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; i < a->n && same; i++)
        same = a->v[i].dev == b->v[i].dev && a->v[i].ino == b->v[i].ino;
    return same;
}

/* One that died keeps its room until it is replaced here: what lies there may still be needed. */
int lane_worker(struct lane *l, enum worker_role role, const int *folders, size_t n, struct diag *d)
{
    bool alive = l->has[role] && l->workers[role].sock >= 0;
    struct lane_folders wanted;
    int rc = identify(folders, n, &wanted, d);
    if (rc || (alive && same_folders(&l->folders[role], &wanted)))
        return rc;
    lane_leave(l, role);
    /* It may be killed from outside before it said a word. */
    rc = E_IO;
    for (int attempt = 0; attempt < START_ATTEMPTS && is_gone(rc); attempt++)
        rc = sandbox_worker(l->sandbox, role, folders, n, &l->workers[role], d);
    if (is_gone(rc))
        diag_set(d, rc, "no worker can be started: %s", d->text);
    if (rc)
        return rc;
    l->has[role] = true;
    l->workers[role].delay_us = l->options->delay_us;
    l->folders[role] = wanted;
    return 0;
}

/* Holes are passed over, and earn nothing. */
static unsigned more_seconds(int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return 0;
    uint64_t blocks = (uint64_t)st.st_blocks * 512, size = (uint64_t)st.st_size;
    return (unsigned)MIN(MIN(blocks, size) / BYTES_PER_SECOND, (uint64_t)DAY_SECONDS);
}

int lane_ask_once(struct lane *l, enum worker_role role, struct str request, int fd,
                  struct buf *reply, bool *ret_late, struct diag *d)
{
    const struct worker_class *class = &l->sandbox->config.classes[role];
    uint64_t begin = clock_ticks();
    l->workers[role].more_seconds = more_seconds(fd);
    int rc = worker_call(&l->workers[role], request, fd, reply, d);
    uint64_t took = clock_ticks() - begin;
    l->stats.calls++;
    l->stats.wait_ns += took;
    if (!rc && l->options->timed && spent_take(reply, l->stats.spent_ns))
        rc = diag_set(d, E_PARSE, "a worker sent a frame that breaks the protocol");
    *ret_late = false;
    if (!is_gone(rc))
        return rc;
    /* Processor time passes no faster than time: a death before that was not the watchdog's. */
    *ret_late = rc == E_TIMEOUT || took >= class->cpu_seconds * NS_PER_S;
    l->workers_lost++;
    return rc;
}

int lane_ask(struct lane *l, enum worker_role role, const int *folders, size_t n_folders,
             struct str request, int fd, struct buf *reply, struct diag *d)
{
    bool late = false;
    int rc = 0;
    for (int attempt = 0; attempt < 2; attempt++) {
        rc = lane_worker(l, role, folders, n_folders, d);
        if (rc)
            return l->error = rc; /* this ends the run, not only the item */
        rc = lane_ask_once(l, role, request, fd, reply, &late, d);
        if (!is_gone(rc) || late)
            break;
    }
    l->watchdog |= late;
    return rc;
}

int lane_call(struct lane *l, enum worker_role role, const int *folders, size_t n_folders,
              struct str request, int fd, struct buf *reply, struct diag *d)
{
    int rc = role == ROLE_ITEMS ? lane_flush(l) : 0;
    if (rc) {
        *d = l->diag;
        return l->error = rc;
    }
    return lane_ask(l, role, folders, n_folders, request, fd, reply, d);
}
