/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when changes that were heard are told, and as which part of which target. */
#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "discover/own.h"
#include "monitor/watch_internal.h"

#define MS         UINT64_C(1000000) /* nanoseconds */
#define SLICE_MS   200               /* how soon an interruption is seen */
#define PATIENCE   10                /* times settle_ms */
#define PAUSE      3                 /* after the first failure: times settle_ms */
#define PAUSE_MAX  (30000 * MS)      /* after many */
#define SHARE      10                /* of the time, at most so much is spent on whole looks */
#define NEVER      30                /* it does not become quiet: times what is waited for that */
#define BLIND_MS   60000
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
    AUTO(buf) path = BUF_INIT;
    const struct target *t = &w->options->targets[target];
    path_join(&path, t->single_file ? path_dir(t->root) : t->root, folder);
    buf_addc(&path, '/');
    buf_add(&path, name);
    return own_holds(w->options->ignored, w->options->n_ignored, buf_str(&path));
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
    struct str path = str_z(at->path);
    int rule = path.n ? walk_rules_folder(w->options->rules, path) : RULE_NONE;
    if (rule != RULE_NONE)
        return walk_rules_keeps(w->options->rules, rule, name);
    return !is_ours(w, at->target, path, name) && !is_excluded(w, path, name);
}

/* A change of whose files they are, or of whom they belong to, concerns everything. */
static bool concerns_all(const struct watched *at, struct str name)
{
    return str_eq_z(path_base(str_z(at->path)), ".git") || str_eq_z(name, "CODEOWNERS");
}

/* Nothing of what is known of the watches holds any more. */
static void lost(struct watch *w, bool overflow)
{
    for (size_t i = 0; i < w->options->n_targets; i++) {
        w->heard[i].any = w->heard[i].all = true;
        w->heard[i].overflow |= overflow;
    }
    w->stale = true;
}

/* Folders that are new, can be read again, or are no longer passed by for what they hold. */
static int follow(struct watch *w, const struct watched *at, const struct inotify_event *e,
                  struct str name, struct diag *d)
{
    AUTO(buf) path = BUF_INIT;
    uint32_t target = at->target;
    bool folder = e->mask & IN_ISDIR;
    buf_add(&path, str_z(at->path));
    if (!at->shut && walk_rules_marker(w->options->rules, name) == RULE_NONE) {
        if (!folder || !(e->mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)))
            return 0;
        buf_clear(&path);
        path_join(&path, str_z(at->path), name);
    } else if (!(e->mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO))) {
        return 0;
    }
    return buf_result(&path) ? diag_set(d, E_NOMEM, "no memory to watch")
                             : watch_add_tree(w, target, buf_str(&path), d);
}

static int hear_one(struct watch *w, const struct inotify_event *e, struct diag *d)
{
    if (e->mask & IN_Q_OVERFLOW) {
        lost(w, true);
        return 0;
    }
    const struct watched *at = watch_find(w, e->wd);
    struct str name = e->len ? str_z(e->name) : STR("");
    if (!at)
        return 0;
    if (e->mask & IN_IGNORED) {
        watch_forget(w, e->wd);
        return 0;
    }
    struct heard *h = &w->heard[at->target];
    if (e->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_UNMOUNT)) {
        w->stale |= (e->mask & IN_MOVE_SELF) != 0;
        heard_add(h, str_z(at->path));
        return 0;
    }
    if (!counts(w, at, name))
        return 0;
    heard_add(h, str_z(at->path));
    h->all |= concerns_all(at, name);
    if ((e->mask & IN_ISDIR) && (e->mask & IN_MOVED_FROM))
        w->stale = true;
    return follow(w, at, e, name, d);
}

static int hear_above(struct watch *w, const struct inotify_event *e, struct diag *d UNUSED)
{
    if (e->mask & IN_Q_OVERFLOW)
        lost(w, true);
    for (size_t i = 0; i < w->options->n_targets; i++)
        if (w->heard[i].above == e->wd && e->len &&
            str_eq_z(path_base(w->options->targets[i].root), e->name))
            lost(w, false);
    return 0;
}

static int hear(struct watch *w, int fd,
                int (*one)(struct watch *, const struct inotify_event *, struct diag *),
                struct diag *d)
{
    char room[EVENT_ROOM] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n;
    int rc = 0;
    while (!rc && fd >= 0 && (n = read(fd, room, sizeof(room))) > 0)
        for (ssize_t at = 0; at < n && !rc;) {
            const struct inotify_event *e = (const void *)(room + at);
            rc = one(w, e, d);
            at += (ssize_t)(sizeof(*e) + e->len);
        }
    return rc;
}

int watch_hear(struct watch *w, struct diag *d)
{
    int rc = hear(w, w->fd, hear_one, d);
    return rc ? rc : hear(w, w->above, hear_above, d);
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
    struct pollfd p[2] = {{.fd = w->fd, .events = POLLIN}, {.fd = w->above, .events = POLLIN}};
    int n = poll(p, ARRAY_LEN(p), (int)MAX(MIN(ms, SLICE_MS), 0)); /* -1 is passed by */
    if (n < 0 && errno != EINTR)
        return diag_errno(d, "cannot wait for changes");
    if (n <= 0)
        return 0;
    int rc = watch_hear(w, d);
    w->last_event = clock_ticks();
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

int64_t watch_interval_ms(const struct watch *w)
{
    return w->options->interval_ms ? w->options->interval_ms : w->blind ? BLIND_MS : 0;
}

static bool due(const struct watch *w, uint64_t now)
{
    int64_t ms = watch_interval_ms(w);
    return ms && now >= w->next_interval + (uint64_t)ms * MS;
}

/* Parts were told; the whole is due when nothing came for a while, or when that takes for ever. */
static bool is_quiet(const struct watch *w, uint64_t now)
{
    uint64_t ms = (uint64_t)w->options->settle_ms * PATIENCE;
    if (w->options->quiet_ms)
        ms = (uint64_t)w->options->quiet_ms;
    uint64_t wait = MAX(ms * MS, SHARE * w->cost);
    return w->part && (now - w->last_event >= wait || now - w->first_part >= NEVER * wait);
}

static int tell_all(struct watch *w, enum watch_cause cause, struct watch_change *ret)
{
    w->next_interval = clock_ticks();
    w->whole = true;
    w->part = false;
    for (size_t i = 0; i < w->options->n_targets; i++)
        w->heard[i].any = w->heard[i].all = w->heard[i].overflow = false;
    *ret = (struct watch_change){.cause = cause, .path = STR("")};
    return 0;
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
        break;
    }
    w->whole = w->options->n_targets == 1 && !ret->path.n;
    if (!w->whole && !w->part)
        w->first_part = clock_ticks();
    w->part = !w->whole;
}

/* What the caller did since something was told. */
static void account(struct watch *w)
{
    uint64_t now = clock_ticks();
    if (!w->again_at)
        w->pause = 0;
    if (w->whole && !w->again_at)
        w->cost = now - w->told;
    w->whole = false;
    w->last_event = MAX(w->last_event, w->told);
}

/* Until it may be tried again. */
static int pause_for(struct watch *w, struct diag *d)
{
    int rc = 0;
    bool stale = w->stale;
    for (uint64_t now; rc >= 0 && !cancelled(w) && (now = clock_ticks()) < w->again_at;) {
        rc = wait_events(w, (int64_t)((w->again_at - now) / MS) + 1, d);
        if (w->stale && !stale)
            break; /* the target is there again */
    }
    w->again_at = 0;
    return MIN(rc, 0);
}

void watch_again(struct watch *w, const struct watch_change *c)
{
    bool one = c->cause == WATCH_CHANGE || c->cause == WATCH_OVERFLOW;
    for (size_t i = one ? c->target : 0; i < (one ? c->target + 1 : w->options->n_targets); i++) {
        AUTO(buf) root = BUF_INIT;
        buf_add(&root, w->options->targets[i].root);
        struct heard *h = &w->heard[i];
        if (c->path.n && h->path.n == c->path.n && c->path.p == h->path.p)
            h->any = true; /* its own text */
        else
            heard_add(h, c->path);
        h->all |= !c->path.n;
        h->overflow |= c->cause == WATCH_OVERFLOW;
        w->stale |= buf_result(&root) || access(root.p, F_OK) != 0;
    }
    w->pause =
        w->pause ? MIN(2 * w->pause, PAUSE_MAX) : PAUSE * (uint64_t)w->options->settle_ms * MS;
    w->again_at = clock_ticks() + w->pause;
}

/* 1: it is time to look at everything, *cause says why; 0: something was heard. */
static int wait_any(struct watch *w, enum watch_cause *cause, struct diag *d)
{
    int rc = 0;
    while (rc >= 0 && !any_heard(w) && !cancelled(w)) {
        uint64_t now = clock_ticks();
        *cause = due(w, now) ? WATCH_INTERVAL : WATCH_QUIET;
        if (*cause == WATCH_INTERVAL || is_quiet(w, now))
            return 1;
        rc = wait_events(w, SLICE_MS, d);
    }
    return MIN(rc, 0);
}

/* 1: tell all, 0: tell what was heard. */
static int wait_change(struct watch *w, enum watch_cause *cause, struct diag *d)
{
    int rc = wait_events(w, 0, d); /* what came while the caller looked */
    bool fresh = rc > 0;
    if (rc < 0)
        return rc;
    rc = 0;
    if (w->again_at) {
        rc = pause_for(w, d);
    } else {
        if (!any_heard(w)) {
            rc = wait_any(w, cause, d);
            fresh = true;
        }
        if (!rc && fresh)
            rc = settle(w, d);
    }
    if (rc || !w->stale)
        return rc;
    rc = watch_lay(w, d);
    lost(w, false); /* what happened while watches were laid is looked at, too */
    w->stale = false;
    return rc;
}

int watch_wait(struct watch *w, struct watch_change *ret, struct diag *d)
{
    enum watch_cause cause = WATCH_CHANGE;
    account(w);
    int rc = wait_change(w, &cause, d);
    if (rc < 0)
        return rc;
    if (cancelled(w))
        return diag_set(d, E_CANCELLED, "stopped by the user");
    w->told = clock_ticks();
    /* Never quiet: what was heard meanwhile is in the whole. */
    if (!rc && w->part && is_quiet(w, w->told)) {
        cause = WATCH_QUIET;
        rc = 1;
    }
    if (rc)
        return tell_all(w, cause, ret);
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
    w->fd = w->above = -1;
    w->told = w->next_interval = w->last_event = clock_ticks();
    w->whole = true; /* the caller looks at everything first */
    w->heard = mem_alloc(o->n_targets * sizeof(*w->heard));
    for (size_t i = 0; w->heard && i < o->n_targets; i++)
        w->heard[i].path = (struct buf)BUF_INIT;
    int rc = w->heard ? watch_lay(w, d) : diag_set(d, E_NOMEM, "no memory to watch");
    if (rc) {
        watch_free(w);
        return rc;
    }
    *ret = w;
    return 0;
}

struct watch *watch_free(struct watch *w)
{
    if (!w)
        return NULL;
    for (size_t i = 0; w->heard && i < w->options->n_targets; i++)
        buf_done(&w->heard[i].path);
    watch_drop_all(w);
    vec_free(&w->folders);
    mem_free(w->heard);
    mem_free(w);
    return NULL;
}

size_t watch_folders(const struct watch *w)
{
    return w->folders.n - w->gone;
}

bool watch_blind(const struct watch *w)
{
    return w->blind;
}
