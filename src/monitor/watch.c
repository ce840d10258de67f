/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when changes that were heard are told, and as which part of which target. */
#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "monitor/watch_internal.h"

#define MS         UINT64_C(1000000) /* nanoseconds */
#define SLICE_MS   200               /* how soon an interruption is seen */
#define PATIENCE   10                /* times settle_ms */
#define EVENT_ROOM 65536

/* --- what was heard ----------------------------------------------------------------------- */

void heard_add(struct heard *h, struct str path)
{
    if (!h->any) {
        h->any = true;
        buf_clear(&h->path);
        buf_add(&h->path, path);
        return;
    }
    struct str common = buf_str(&h->path);
    while (common.n && !path_is_below(path, common))
        common = path_dir(common);
    buf_cut(&h->path, common.n);
}

static bool is_ours(const struct watch *w, uint32_t target, struct str folder, struct str name)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    AUTO(buf) path = BUF_INIT;
    const struct target *t = &w->options->targets[target];
    path_join(&path, t->single_file ? path_dir(t->root) : t->root, folder);
    buf_addc(&path, '/');
    buf_add(&path, name);
    for (size_t i = 0; i < w->options->n_ignored; i++)
        for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
            struct str own = w->options->ignored[i], s = buf_str(&path);
            if (str_starts(s, own) && str_eq_z(str_sub(s, own.n, s.n), ends[k]))
                return true;
        }
    return false;
}

/* By the user's own globs: the file, or the folder of this name. */
static bool is_excluded(const struct watch *w, struct str folder, struct str name)
{
    AUTO(buf) path = BUF_INIT;
    path_join(&path, folder, name);
    return !buf_result(&path) && walk_rules_file(w->options->rules, buf_str(&path)) != RULE_NONE;
}

static bool counts(const struct watch *w, const struct watched *at, struct str name)
{
    const struct target *t = &w->options->targets[at->target];
    if (t->single_file)
        return str_eq(name, t->name);
    /* Of a repository's own data only the origin matters. */
    int rule = at->path.n ? walk_rules_folder(w->options->rules, at->path) : RULE_NONE;
    if (rule != RULE_NONE)
        return walk_rules_keeps(w->options->rules, rule, name);
    return !is_ours(w, at->target, at->path, name) && !is_excluded(w, at->path, name);
}

/* A change of whose files they are, or of whom they belong to, concerns everything. */
static bool concerns_all(const struct watched *at, struct str name)
{
    return str_eq_z(path_base(at->path), ".git") || str_eq_z(name, "CODEOWNERS");
}

static int hear_one(struct watch *w, const struct inotify_event *e, struct diag *d)
{
    if (e->mask & IN_Q_OVERFLOW) {
        for (size_t i = 0; i < w->options->n_targets; i++)
            w->heard[i].any = w->heard[i].all = w->heard[i].overflow = true;
        w->stale = true;
        return 0;
    }
    const struct watched *at = watch_find(w, e->wd);
    struct str name = e->len ? str_z(e->name) : STR("");
    if (!at || (e->mask & IN_IGNORED))
        return 0;
    struct heard *h = &w->heard[at->target];
    bool folder = e->mask & IN_ISDIR;
    if (e->mask & (IN_MOVE_SELF | IN_DELETE_SELF)) {
        w->stale |= (e->mask & IN_MOVE_SELF) != 0;
        heard_add(h, at->path);
        return 0;
    }
    if (!counts(w, at, name))
        return 0;
    heard_add(h, at->path);
    h->all |= concerns_all(at, name);
    if (folder && (e->mask & IN_MOVED_FROM))
        w->stale = true;
    if (!folder || !(e->mask & (IN_CREATE | IN_MOVED_TO)))
        return 0;
    AUTO(buf) path = BUF_INIT;
    uint32_t target = at->target;
    path_join(&path, at->path, name);
    return buf_result(&path) ? diag_set(d, E_NOMEM, "no memory to watch")
                             : watch_add_tree(w, target, buf_str(&path), d);
}

int watch_hear(struct watch *w, struct diag *d)
{
    char room[EVENT_ROOM] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n;
    int rc = 0;
    while (!rc && w->fd >= 0 && (n = read(w->fd, room, sizeof(room))) > 0)
        for (ssize_t at = 0; at < n && !rc;) {
            const struct inotify_event *e = (const void *)(room + at);
            rc = hear_one(w, e, d);
            at += (ssize_t)(sizeof(*e) + e->len);
        }
    return rc;
}

/* --- waiting ------------------------------------------------------------------------------ */

static bool any_heard(const struct watch *w)
{
    for (size_t i = 0; i < w->options->n_targets; i++)
        if (w->heard[i].any)
            return true;
    return false;
}

static bool cancelled(const struct watch *w)
{
    return w->options->cancel && *w->options->cancel;
}

/* Wait for events at most `ms`; 1 when some came. */
static int wait_events(struct watch *w, int64_t ms, struct diag *d)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    int n = poll(&p, w->fd >= 0, (int)MAX(MIN(ms, SLICE_MS), 0));
    if (n < 0 && errno != EINTR)
        return diag_errno(d, "cannot wait for changes");
    if (n <= 0)
        return 0;
    int rc = watch_hear(w, d);
    return rc ? rc : 1;
}

static int settle(struct watch *w, struct diag *d)
{
    uint64_t quiet = (uint64_t)w->options->settle_ms * MS;
    uint64_t now = clock_ticks(), end = now + quiet, latest = now + PATIENCE * quiet;
    while (now < MIN(end, latest) && !cancelled(w)) {
        int rc = wait_events(w, (int64_t)((MIN(end, latest) - now) / MS) + 1, d);
        if (rc < 0)
            return rc;
        now = clock_ticks();
        if (rc)
            end = now + quiet;
    }
    return 0;
}

static bool due(const struct watch *w)
{
    return w->options->interval_ms && clock_ticks() >= w->next_interval;
}

static void put_off(struct watch *w)
{
    w->next_interval = clock_ticks() + (uint64_t)w->options->interval_ms * MS;
}

/* The next target of which something was heard. */
static void tell(struct watch *w, struct watch_change *ret)
{
    for (size_t i = 0; i < w->options->n_targets; i++) {
        struct heard *h = &w->heard[i];
        if (!h->any)
            continue;
        *ret = (struct watch_change){.cause = h->overflow ? WATCH_OVERFLOW : WATCH_CHANGE,
                                     .target = (uint32_t)i,
                                     .path = h->all || buf_result(&h->path) ? STR("")
                                                                            : buf_str(&h->path)};
        h->any = h->all = h->overflow = false;
        return;
    }
}

int watch_wait(struct watch *w, struct watch_change *ret, struct diag *d)
{
    int rc = 0;
    bool fresh = !any_heard(w);
    while (fresh && rc >= 0 && !any_heard(w)) {
        if (cancelled(w))
            return diag_set(d, E_CANCELLED, "stopped by the user");
        if (due(w)) {
            put_off(w);
            *ret = (struct watch_change){.cause = WATCH_INTERVAL, .path = STR("")};
            return 0;
        }
        rc = wait_events(w, SLICE_MS, d);
    }
    if (rc >= 0 && fresh)
        rc = settle(w, d);
    if (rc >= 0 && w->stale) { /* what was heard while watches were laid is looked at, too */
        rc = watch_lay(w, d);
        for (size_t i = 0; i < w->options->n_targets; i++)
            w->heard[i].any = w->heard[i].all = true;
    }
    if (rc < 0)
        return rc;
    if (cancelled(w))
        return diag_set(d, E_CANCELLED, "stopped by the user");
    tell(w, ret);
    return 0;
}

/* --- life --------------------------------------------------------------------------------- */

int watch_open(const struct watch_options *o, struct watch **ret, struct diag *d)
{
    struct watch *w = mem_alloc(sizeof(*w));
    if (!w)
        return diag_set(d, E_NOMEM, "no memory to watch");
    w->options = o;
    w->fd = -1;
    w->mem = (struct arena)ARENA(0);
    w->heard = mem_alloc(o->n_targets * sizeof(*w->heard));
    for (size_t i = 0; w->heard && i < o->n_targets; i++)
        w->heard[i].path = (struct buf)BUF_INIT;
    int rc = w->heard ? watch_lay(w, d) : diag_set(d, E_NOMEM, "no memory to watch");
    if (rc) {
        watch_free(w);
        return rc;
    }
    put_off(w);
    *ret = w;
    return 0;
}

struct watch *watch_free(struct watch *w)
{
    if (!w)
        return NULL;
    for (size_t i = 0; w->heard && i < w->options->n_targets; i++)
        buf_done(&w->heard[i].path);
    if (w->fd >= 0)
        close(w->fd);
    vec_free(&w->folders);
    mem_free(w->heard);
    arena_done(&w->mem);
    mem_free(w);
    return NULL;
}

size_t watch_folders(const struct watch *w)
{
    return w->folders.n;
}

bool watch_blind(const struct watch *w)
{
    return w->blind;
}
