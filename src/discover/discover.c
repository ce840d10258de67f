/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how items travel from sources through workers to the sink, always in path order. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "discover/detect.h"
#include "discover/source.h"

#define NS_PER_S UINT64_C(1000000000)

/* Items that may be under way or waiting for their turn; bounds memory, not results. */
#define SLOTS 128u

struct slot {
    bool ready;
    struct arena mem;
    struct buf frame;
    struct item_result item;
};

struct run {
    const struct discover_options *options;
    struct sandbox sandbox;
    struct discover_report *report;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: the walk, and who may take the next slot. */
    uint32_t target;
    const struct source *source;
    void *source_state;
    uint64_t taken, given; /* items handed to threads, items given to the sink */
    bool ended;
    int error;
    struct diag diag;
    struct slot slots[SLOTS];
    unsigned workers_lost;
    bool watchdog;
};

static bool cancelled(const struct run *r)
{
    return r->options->cancel && *r->options->cancel;
}

static void stop_run(struct run *r, int code, const struct diag *d)
{
    if (!r->error) {
        r->error = code;
        if (d)
            r->diag = *d;
    }
    r->ended = true;
}

/* The source that reads a target; NULL when none does. */
static const struct source *source_of(const struct target *t, struct arena *a)
{
    struct stat st;
    char *root = arena_z(a, t->root);
    if (!root || stat(root, &st))
        return NULL;
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (SOURCES[i]->accepts(&st))
            return SOURCES[i];
    return NULL;
}

/* Open the next target's source. 1 opened, 0 no target left, negative. */
static int next_target(struct run *r, struct diag *d)
{
    if (r->target >= r->options->n_targets)
        return 0;
    AUTO(arena) a = ARENA(0);
    const struct target *t = &r->options->targets[r->target];
    r->source = source_of(t, &a);
    if (!r->source) {
        diag_set(d, E_NOTFOUND, "there is no file or folder here that can be scanned");
        AUTO(buf) name = BUF_INIT;
        path_show(&name, t->given);
        diag_at(d, name.p, 0, 0);
        return E_NOTFOUND;
    }
    int rc = r->source->open(r->options, r->target, &r->source_state, d);
    return rc ? rc : 1;
}

static int close_source(struct run *r)
{
    int rc = r->source ? r->source->close(r->source_state, r->report) : 0;
    r->source = NULL;
    r->source_state = NULL;
    return rc;
}

/* Under the lock: the next item of any target. 1 item, 0 end, negative. */
static int take_item(struct run *r, struct source_item *it, struct diag *d)
{
    for (;;) {
        if (cancelled(r))
            return diag_set(d, E_CANCELLED, "stopped by the user");
        if (!r->source) {
            int rc = next_target(r, d);
            if (rc <= 0)
                return rc;
        }
        int rc = r->source->next(r->source_state, it, d);
        if (rc)
            return rc;
        rc = close_source(r);
        if (rc)
            return rc;
        r->target++;
    }
}

/* --- one thread with one worker ----------------------------------------------------------- */

struct feeder {
    struct run *run;
    struct worker worker;
    bool has_worker;
};

static void give_up(struct item_result *it, struct slot *s, int code, const struct diag *d)
{
    it->code = code;
    it->state = COVERAGE_FAILED;
    it->reason = arena_str(&s->mem, str_z(d->text[0] ? d->text : err_name(code)));
    it->facts = (struct facts){0};
}

/* One call of the worker. *ret_again: it died, but not because time was up. */
static int ask(struct feeder *f, struct str request, int fd, struct buf *reply, bool *ret_again,
               struct diag *d)
{
    struct run *r = f->run;
    *ret_again = false;
    if (!f->has_worker) {
        int rc = sandbox_worker(&r->sandbox, 0, NULL, 0, &f->worker, d);
        if (rc)
            return rc;
        f->has_worker = true;
        f->worker.delay_us = r->options->delay_us;
    }
    uint64_t begin = clock_ticks();
    int rc = worker_call(&f->worker, request, fd, reply, d);
    if (rc != E_CANCELLED && rc != E_TIMEOUT && rc != E_IO)
        return rc;
    /* Processor time passes no faster than time: a death before that was not the watchdog's. */
    bool late = rc == E_TIMEOUT || clock_ticks() - begin >= r->options->cpu_seconds * NS_PER_S;
    worker_close(&f->worker);
    f->has_worker = false;
    pthread_mutex_lock(&r->lock);
    r->workers_lost++;
    r->watchdog |= late;
    pthread_mutex_unlock(&r->lock);
    *ret_again = !late;
    return rc;
}

/* A worker that dies is replaced and the item tried once more: it may have been killed from
 * outside. The second death costs the item. */
static void examine(struct feeder *f, struct slot *s, int fd)
{
    struct item_result *it = &s->item;
    struct diag d = {0};
    AUTO(buf) request = BUF_INIT;
    bool again = false;
    detect_request(&request, it->target, it->path);
    int rc = buf_result(&request);
    if (!rc)
        rc = ask(f, buf_str(&request), fd, &s->frame, &again, &d);
    if (again)
        rc = ask(f, buf_str(&request), fd, &s->frame, &again, &d);
    it->frame = buf_str(&s->frame);
    if (!rc)
        rc = fact_read(it->frame, it->target, &it->path, &s->mem, &it->facts, &d);
    if (rc)
        give_up(it, s, rc, &d);
}

/* A slot keeps no more than this between items: one large file must not cost its size for ever. */
#define SLOT_KEPT ((size_t)64 << 10)

static void empty_slot(struct slot *s)
{
    s->item = (struct item_result){0};
    if (s->mem.used > SLOT_KEPT)
        arena_done(&s->mem);
    else
        arena_clear(&s->mem);
    if (s->frame.alloc > SLOT_KEPT)
        buf_done(&s->frame);
    else
        buf_clear(&s->frame);
}

/* Copy what the source said of an item into the next slot. */
static int fill_slot(struct run *r, const struct source_item *it, struct slot *s, struct diag *d)
{
    s->ready = false;
    s->item = (struct item_result){.target = r->target,
                                   .path = arena_str(&s->mem, it->path),
                                   .size = it->size,
                                   .mode = it->mode,
                                   .state = it->state};
    s->item.raw_path = s->item.path;
    if (it->fd < 0) {
        s->item.code = it->state == COVERAGE_DENIED ? E_DENIED : E_IO;
        s->item.reason = arena_str(&s->mem, str_z(it->reason));
    }
    if (s->item.path.p && (it->fd >= 0 || s->item.reason.p))
        return 0;
    if (it->fd >= 0)
        close(it->fd);
    return diag_set(d, E_NOMEM, "no memory for a path");
}

/* Wait for a free slot, then take the next item into it. NULL at the end. */
static struct slot *claim(struct run *r, int *ret_fd)
{
    struct source_item it = {0};
    struct diag d = {0};
    struct slot *s = NULL;
    pthread_mutex_lock(&r->lock);
    while (!r->ended && r->taken - r->given >= SLOTS)
        pthread_cond_wait(&r->changed, &r->lock);
    int rc = r->ended ? 0 : take_item(r, &it, &d);
    if (rc == 1) {
        s = &r->slots[r->taken % SLOTS];
        rc = fill_slot(r, &it, s, &d);
    }
    if (rc < 0)
        stop_run(r, rc, &d);
    if (rc || !s) {
        s = NULL;
        r->ended = true;
        pthread_cond_broadcast(&r->changed);
    } else {
        r->taken++;
        *ret_fd = it.fd;
    }
    pthread_mutex_unlock(&r->lock);
    return s;
}

static void *feed(void *arg)
{
    struct feeder *f = arg;
    struct run *r = f->run;
    struct slot *s;
    int fd = -1;
    while ((s = claim(r, &fd))) {
        if (fd >= 0) {
            examine(f, s, fd);
            close(fd);
        }
        pthread_mutex_lock(&r->lock);
        s->ready = true;
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
    if (f->has_worker)
        worker_close(&f->worker);
    return NULL;
}

/* --- the caller's thread: in order to the sink -------------------------------------------- */

static void count(struct run *r, const struct item_result *it)
{
    r->report->files++;
    r->report->bytes += it->facts.bytes_read;
    if (r->options->progress)
        r->options->progress(r->options->progress_ctx, r->report->files, r->report->bytes,
                             it->path);
}

static int drain(struct run *r, item_sink sink, void *ctx)
{
    int rc = 0;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        struct slot *s = &r->slots[r->given % SLOTS];
        while (!(r->given < r->taken && s->ready) && !(r->ended && r->given == r->taken))
            pthread_cond_wait(&r->changed, &r->lock);
        if (r->given == r->taken)
            break;
        pthread_mutex_unlock(&r->lock);
        count(r, &s->item);
        if (!rc)
            rc = sink(ctx, &s->item);
        empty_slot(s);
        pthread_mutex_lock(&r->lock);
        if (rc)
            stop_run(r, rc, NULL);
        s->ready = false;
        r->given++;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int run_threads(struct run *r, item_sink sink, void *ctx)
{
    unsigned n = r->options->threads ? r->options->threads : 1, started = 0;
    struct feeder *f = mem_alloc(n * sizeof(*f));
    pthread_t *t = mem_alloc(n * sizeof(*t));
    int rc = f && t ? 0 : E_NOMEM;
    for (; !rc && started < n; started++) {
        f[started].run = r;
        if (pthread_create(&t[started], NULL, feed, &f[started]))
            break;
    }
    if (!rc && !started)
        rc = E_NOMEM;
    if (!rc)
        rc = drain(r, sink, ctx);
    for (unsigned i = 0; i < started; i++)
        pthread_join(t[i], NULL);
    mem_free(f);
    mem_free(t);
    return rc;
}

static int start(struct run *r, struct detect_worker *w, struct worker_class *class, struct diag *d)
{
    const struct discover_options *o = r->options;
    *w = (struct detect_worker){.catalog = &CATALOG, .key = o->key, .limits = limits_default()};
    if (o->item_bytes)
        w->limits.bytes = o->item_bytes;
    w->limits.memory = o->worker_memory / 2;
    w->arena = (struct arena)ARENA(o->worker_memory / 2);
    *class = (struct worker_class){.name = "items",
                                   .handler = detect_handle,
                                   .prepare = detect_prepare,
                                   .ctx = w,
                                   .memory = o->worker_memory,
                                   .cpu_seconds = o->cpu_seconds,
                                   .wall_seconds = o->wall_seconds};
    struct sandbox_config c = {
        .classes = class, .n_classes = 1, .max_frame = 256u << 20, .require = o->require};
    return sandbox_start(&r->sandbox, &c, d);
}

int discover_run(const struct discover_options *o, item_sink sink, void *ctx,
                 struct discover_report *ret, struct diag *d)
{
    struct detect_worker worker;
    struct worker_class class;
    struct run *r = mem_alloc(sizeof(*r));
    *ret = (struct discover_report){0};
    if (!r)
        return diag_set(d, E_NOMEM, "no memory to start the scan");
    r->options = o;
    r->report = ret;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    for (unsigned i = 0; i < SLOTS; i++) {
        r->slots[i].mem = (struct arena)ARENA(0);
        r->slots[i].frame = (struct buf)BUF_INIT;
    }
    int rc = start(r, &worker, &class, d);
    if (!rc) {
        ret->level = r->sandbox.level;
        rc = run_threads(r, sink, ctx);
        sandbox_stop(&r->sandbox);
    }
    if (!rc && r->error) {
        rc = r->error;
        *d = r->diag;
    }
    int closed = close_source(r);
    rc = rc ? rc : closed;
    ret->deterministic = !r->watchdog;
    ret->workers_lost = r->workers_lost;
    for (unsigned i = 0; i < SLOTS; i++) {
        arena_done(&r->slots[i].mem);
        buf_done(&r->slots[i].frame);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
    return rc;
}

void discover_report_done(struct discover_report *r)
{
    vec_free(&r->coverage);
}
