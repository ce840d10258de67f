/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the lanes of a run share its targets, and in which order the sink hears of items. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/path.h"
#include "base/spill.h"
#include "discover/detect.h"
#include "discover/git/submodules.h"
#include "discover/git/name.h"
#include "discover/git/worker.h"
#include "discover/lane_internal.h"
#include "discover/source.h"

/* How much longer an archive may take than a file. */
#define ARCHIVE_SECONDS 15u

/* Indexes of packs are mapped as they are, by us and by the library. */
#define GIT_MAPS_BYTES ((size_t)2 << 30)

/* How often progress is shown. */
#define TICK_NS 100000000

struct run {
    const struct discover_options *options;
    struct sandbox sandbox;
    struct worker_class classes[ROLE_COUNT];
    struct detect_worker worker, archives;
    struct git_worker git;
    struct discover_report *report;
    struct lane *lanes;
    unsigned n_lanes;
    atomic_bool stop;

    /* Of the current target. */
    const struct source *source;
    void *source_state;
    struct cache *cache;
    uint64_t expected;
    uint32_t report_target;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned running; /* threads; under the lock */
    bool used;        /* the caller's thread, once */
};

/* --- the current target ------------------------------------------------------------------- */

static const struct source *source_of(const struct run *r, const struct target *t)
{
    AUTO(arena) a = ARENA(0);
    struct stat st;
    char *root = arena_z(&a, t->root);
    if (!root || stat(root, &st))
        return NULL;
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (SOURCES[i]->accepts(r->options, t, &st))
            return SOURCES[i];
    return NULL;
}

static int no_source(const struct target *t, struct diag *d)
{
    AUTO(buf) name = BUF_INIT;
    diag_set(d, E_NOTFOUND, "there is no file or folder here that can be scanned");
    path_show(&name, t->given);
    diag_at(d, name.p, 0, 0);
    return E_NOTFOUND;
}

/* The files of all targets, when each of them is known. */
static void expect_files(struct run *r)
{
    const struct discover_options *o = r->options;
    uint64_t sum = 0;
    for (size_t i = 0; o->progress && o->cache && i < o->n_targets; i++) {
        struct diag d = {0};
        struct cache *c = NULL;
        uint64_t n = o->targets[i].single_file;
        if (!n &&
            !cache_open(str_z(o->cache), o->targets[i].root, str_z(r->worker.cache_key), &c, &d))
            n = cache_files(c);
        cache_close(c);
        if (!n)
            return;
        sum += n;
    }
    r->expected = sum;
}

static int open_target(struct run *r, uint32_t target, struct diag *d)
{
    const struct target *t = &r->options->targets[target];
    r->source = source_of(r, t);
    if (!r->source)
        return no_source(t, d);
    int rc = r->source->open(r->options, target, &r->source_state, d);
    if (rc) {
        r->source = NULL;
        return rc;
    }
    if (r->options->cache && !t->single_file && r->source->stamps)
        rc =
            cache_open(str_z(r->options->cache), t->root, str_z(r->worker.cache_key), &r->cache, d);
    for (unsigned i = 0; i < r->n_lanes; i++)
        r->lanes[i].cache = r->cache;
    return rc;
}

/* The scan is whole without it, but the next one will take as long. */
static void keep_why(struct run *r, struct diag *d)
{
    if (!d->file[0])
        diag_at(d, r->options->cache, 0, 0);
    r->report->cache = *d;
}

static int close_target(struct run *r, bool complete)
{
    struct diag d = {0};
    int rc = r->source ? r->source->close(r->source_state, r->report) : 0;
    r->source = NULL;
    /* A cache that cannot be written costs the next scan time, not this one its result. A look at a
     * part says nothing of the rest, which must not be forgotten. */
    bool whole = complete && !rc && !r->options->only_path.n;
    if (r->cache && whole &&
        (cache_commit(r->cache, &d) || cache_trim(str_z(r->options->cache), CACHE_KEEP_BYTES, &d)))
        keep_why(r, &d);
    r->cache = cache_close(r->cache);
    return rc;
}

/* --- lanes -------------------------------------------------------------------------------- */

struct thread {
    struct run *run;
    struct lane *lane;
    pthread_t id;
};

static void end_run(struct run *r)
{
    atomic_store(&r->stop, true);
    r->source->stop(r->source_state);
}

static void *work(void *arg)
{
    struct thread *t = arg;
    struct run *r = t->run;
    struct lane *l = t->lane;
    int rc;
    do {
        rc = r->source->work(r->source_state, l, &l->diag);
    } while (rc == 1 && !lane_cancelled(l));
    if (rc >= 0 && !lane_cancelled(l))
        rc = lane_flush(l);
    if (rc < 0 && !l->error)
        l->error = rc;
    if (rc < 0)
        end_run(r);
    pthread_mutex_lock(&r->lock);
    r->running--;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void show(struct run *r)
{
    struct discover_progress p = {.expected = r->expected};
    for (unsigned i = 0; i < r->n_lanes; i++) {
        p.files += r->lanes[i].shown.files;
        p.bytes += r->lanes[i].shown.bytes;
        p.folders += r->lanes[i].shown.folders;
        p.assets += r->lanes[i].shown.assets;
    }
    p.path = r->options->targets[r->report_target].given;
    r->options->progress(r->options->progress_ctx, &p);
}

/* The caller's thread, while the lanes work. */
static void wait_for_lanes(struct run *r)
{
    if (r->options->meanwhile && !r->used)
        r->options->meanwhile(r->options->meanwhile_ctx);
    r->used = true;
    pthread_mutex_lock(&r->lock);
    while (r->running) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&r->changed, &r->lock, &until) != ETIMEDOUT)
            continue;
        pthread_mutex_unlock(&r->lock);
        if (r->options->progress)
            show(r);
        if (r->options->cancel && *r->options->cancel)
            end_run(r);
        pthread_mutex_lock(&r->lock);
    }
    pthread_mutex_unlock(&r->lock);
}

static int run_lanes(struct run *r, struct diag *d)
{
    struct thread *t = mem_array(NULL, r->n_lanes, sizeof(*t));
    unsigned started = 0;
    if (!t)
        return E_NOMEM;
    for (; started < r->n_lanes; started++) {
        t[started] = (struct thread){.run = r, .lane = &r->lanes[started]};
        pthread_mutex_lock(&r->lock);
        r->running++;
        pthread_mutex_unlock(&r->lock);
        if (pthread_create(&t[started].id, NULL, work, &t[started])) {
            pthread_mutex_lock(&r->lock);
            r->running--;
            pthread_mutex_unlock(&r->lock);
            break;
        }
    }
    wait_for_lanes(r);
    for (unsigned i = 0; i < started; i++)
        pthread_join(t[i].id, NULL);
    mem_free(t);
    return started ? 0 : diag_set(d, E_NOMEM, "the system gives no thread to read files");
}

static int lanes_error(const struct run *r, struct diag *d)
{
    if (r->options->cancel && *r->options->cancel)
        return diag_set(d, E_CANCELLED, "stopped by the user");
    for (unsigned i = 0; i < r->n_lanes; i++) {
        if (!r->lanes[i].error)
            continue;
        *d = r->lanes[i].diag;
        return r->lanes[i].error;
    }
    return 0;
}

static int run_targets(struct run *r, struct diag *d)
{
    int rc = 0;
    expect_files(r);
    for (uint32_t t = 0; t < r->options->n_targets && !rc; t++) {
        r->report_target = t;
        rc = open_target(r, t, d);
        if (!rc)
            rc = run_lanes(r, d);
        if (!rc)
            rc = lanes_error(r, d);
        int closed = close_target(r, !rc);
        rc = rc ? rc : closed;
    }
    return rc;
}

/* --- results, in order -------------------------------------------------------------------- */

static int result_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct result *x = *(const struct result *const *)a,
                        *y = *(const struct result *const *)b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    int order = str_cmp(x->path, y->path);
    if (!order)
        order = str_cmp(x->frame, y->frame); /* several contents that one path had */
    return order ? order : str_cmp(x->reason, y->reason);
}

/* The frame is a worker's word: it may break the protocol now. */
static int give(const struct result *x, struct arena *a, item_sink sink, void *ctx)
{
    struct diag d = {0};
    struct item_result it = {.target = x->target,
                             .path = x->path,
                             .raw_path = x->path,
                             .size = x->size,
                             .mode = x->mode,
                             .code = x->code,
                             .reason = x->reason,
                             .state = x->state,
                             .frame = x->frame};
    spill_rest();
    int rc = x->code ? 0 : fact_read(it.frame, it.target, &it.path, a, &it.facts, &d);
    if (rc) {
        it.code = rc;
        it.state = COVERAGE_FAILED;
        it.facts = (struct facts){0};
        it.reason = str_z(d.text);
    }
    rc = sink(ctx, &it);
    arena_clear(a);
    return rc;
}

static int give_all(struct run *r, item_sink sink, void *ctx)
{
    struct {
        VEC(const struct result *);
    } all = {0};
    AUTO(arena) a = ARENA(0);
    int rc = 0;
    for (unsigned i = 0; i < r->n_lanes && !rc; i++)
        vec_each (x, &r->lanes[i].results)
            rc = rc ? rc : vec_push(&all, x);
    if (!rc)
        rc = vec_sort(&all, result_cmp, NULL);
    for (size_t i = 0; i < all.n && !rc; i++)
        rc = give(all.v[i], &a, sink, ctx);
    vec_free(&all);
    return rc;
}

static void add_stats(struct discover_stats *to, const struct discover_stats *s)
{
    to->list_ns += s->list_ns;
    to->read_ns += s->read_ns;
    to->wait_ns += s->wait_ns;
    to->worker_cpu_ns += s->worker_cpu_ns;
    to->worker_bytes += s->worker_bytes;
    for (int i = 0; i < SPENT_COUNT; i++)
        to->spent_ns[i] += s->spent_ns[i];
    to->batches += s->batches;
    to->calls += s->calls;
    to->unchanged += s->unchanged;
    to->same_content += s->same_content;
}

static void add_count(struct discover_count *to, const struct discover_count *c)
{
    to->files += c->files;
    to->bytes += c->bytes;
    to->members += c->members;
    to->binaries += c->binaries;
    for (int i = 0; i < CATALOG_TEXTS; i++)
        to->texts[i] += c->texts[i];
}

static int sum_up(struct run *r)
{
    struct discover_report *p = r->report;
    bool watchdog = false;
    p->counts = mem_array(NULL, r->options->n_targets + 1, sizeof(*p->counts));
    if (!p->counts)
        return E_NOMEM;
    memset(p->counts, 0, (r->options->n_targets + 1) * sizeof(*p->counts));
    for (unsigned i = 0; i < r->n_lanes; i++) {
        const struct lane *l = &r->lanes[i];
        p->folders += l->shown.folders;
        p->workers_lost += l->workers_lost;
        watchdog |= l->watchdog;
        add_stats(&p->stats, &l->stats);
        for (size_t t = 0; t < r->options->n_targets; t++) {
            add_count(&p->counts[t], &l->counts[t]);
            add_count(&p->all, &l->counts[t]);
        }
    }
    p->deterministic = !watchdog;
    return 0;
}

/* --- start and end ------------------------------------------------------------------------ */

/* Each folder under way holds a descriptor. */
static void raise_descriptors(void)
{
    struct rlimit n;
    if (!getrlimit(RLIMIT_NOFILE, &n) && n.rlim_cur < n.rlim_max) {
        n.rlim_cur = n.rlim_max;
        setrlimit(RLIMIT_NOFILE, &n);
    }
}

static int start(struct run *r, struct diag *d)
{
    const struct discover_options *o = r->options;
    int rc = detect_worker_init(&r->worker, o, d);
    if (!rc)
        rc = detect_worker_init(&r->archives, o, d);
    if (rc)
        return rc;
    r->archives.archives = true;
    r->classes[ROLE_ITEMS] =
        (struct worker_class){.name = "items",
                              .handler = o->timed ? detect_handle_timed : detect_handle,
                              .prepare = detect_prepare,
                              .ctx = &r->worker,
                              .memory = o->worker_memory,
                              .cpu_seconds = o->cpu_seconds,
                              .wall_seconds = o->wall_seconds};
    /* One item may be thousands of files; its budget in bytes ends it long before these. */
    r->classes[ROLE_ARCHIVES] = r->classes[ROLE_ITEMS];
    r->classes[ROLE_ARCHIVES].name = "archives";
    r->classes[ROLE_ARCHIVES].ctx = &r->archives;
    r->classes[ROLE_ARCHIVES].cpu_seconds *= ARCHIVE_SECONDS;
    r->classes[ROLE_ARCHIVES].wall_seconds *= ARCHIVE_SECONDS;
    r->classes[ROLE_ARCHIVES].folders = true;
    r->git.detect = &r->archives;
    r->classes[ROLE_GIT] = r->classes[ROLE_ARCHIVES];
    r->classes[ROLE_GIT].name = "git";
    r->classes[ROLE_GIT].handler = o->timed ? git_worker_handle_timed : git_worker_handle;
    r->classes[ROLE_GIT].prepare = git_worker_prepare;
    r->classes[ROLE_GIT].ctx = &r->git;
    r->classes[ROLE_GIT].memory += GIT_MAPS_BYTES;
    r->classes[ROLE_GIT].folders = true;
    struct sandbox_config c = {.classes = r->classes,
                               .n_classes = ROLE_COUNT,
                               .room = ROOM_BYTES,
                               .max_workers = r->n_lanes * ROLE_COUNT + 1,
                               .max_frame = 256u << 20,
                               .require = o->require};
    return sandbox_start(&r->sandbox, &c, d);
}

static int make_lanes(struct run *r)
{
    r->lanes = mem_array(NULL, r->n_lanes, sizeof(*r->lanes));
    if (!r->lanes)
        return E_NOMEM;
    memset(r->lanes, 0, r->n_lanes * sizeof(*r->lanes));
    int rc = 0;
    for (unsigned i = 0; i < r->n_lanes && !rc; i++)
        rc = lane_init(&r->lanes[i], r->options, &r->sandbox, &r->stop);
    return rc;
}

static void run_done(struct run *r)
{
    for (unsigned i = 0; r->lanes && i < r->n_lanes; i++)
        lane_done(&r->lanes[i]);
    mem_free(r->lanes);
    sandbox_stop(&r->sandbox);
    detect_worker_done(&r->worker);
    detect_worker_done(&r->archives);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    mem_free(r);
}

static int run_all(struct run *r, item_sink sink, void *ctx, struct diag *d)
{
    raise_descriptors();
    int rc = start(r, d);
    if (rc)
        return rc;
    r->report->level = r->sandbox.level;
    rc = make_lanes(r);
    if (!rc)
        rc = run_targets(r, d);
    for (unsigned i = 0; r->lanes && i < r->n_lanes; i++)
        r->lanes[i].cache = NULL;
    if (!rc)
        rc = git_name_repositories(r->lanes, r->n_lanes, d);
    if (!rc)
        rc = git_submodules_tell(r->lanes, r->n_lanes, d);
    for (unsigned i = 0; r->lanes && i < r->n_lanes; i++)
        lane_rest(&r->lanes[i]);
    if (!rc)
        rc = sum_up(r);
    return rc ? rc : give_all(r, sink, ctx);
}

int discover_run(const struct discover_options *o, item_sink sink, void *ctx,
                 struct discover_report *ret, struct diag *d)
{
    pthread_condattr_t monotonic;
    struct run *r = mem_alloc(sizeof(*r));
    *ret = (struct discover_report){0};
    if (!r)
        return diag_set(d, E_NOMEM, "no memory to start the scan");
    r->options = o;
    r->report = ret;
    r->n_lanes = o->threads ? o->threads : 1;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int rc = run_all(r, sink, ctx, d);
    if (rc == E_NOMEM && !d->text[0])
        diag_set(d, rc, "no memory for what the scan found");
    run_done(r);
    return rc;
}

void discover_report_done(struct discover_report *r)
{
    vec_free(&r->coverage);
    vec_free(&r->looked);
    arena_done(&r->mem);
    mem_free(r->counts);
    r->counts = NULL;
}

int discover_report_row(struct discover_report *r, const struct coverage_row *row)
{
    struct coverage_row kept = *row;
    kept.source = arena_str(&r->mem, row->source);
    kept.path = arena_str(&r->mem, row->path);
    kept.reason = arena_str(&r->mem, row->reason);
    kept.collectors = arena_str(&r->mem, row->collectors);
    if (!kept.source.p || !kept.path.p || !kept.reason.p || !kept.collectors.p)
        return E_NOMEM;
    return vec_push(&r->coverage, kept);
}

int discover_report_looked(struct discover_report *r, struct str path)
{
    struct str kept = arena_str(&r->mem, path);
    return kept.p ? vec_push(&r->looked, kept) : E_NOMEM;
}
