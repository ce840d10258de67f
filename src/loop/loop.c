/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the order of one turn of the loop and what its summary says. */
#include <sys/resource.h>

#include "loop/loop.h"

#include "assess/assess.h"
#include "base/log.h"
#include "base/spill.h"
#include "classify/classify.h"
#include "loop/inputs.h"
#include "loop/known.h"
#include "loop/part.h"
#include "loop/version.gen.h"

struct loop_options loop_defaults(void)
{
    struct loop_options o = {0};
    o.discover.threads = 1;
    o.discover.require = SANDBOX_FULL;
    /* Two workers at work, each with an item of this size, stay below 160 MiB. */
    o.discover.item_bytes = 32u << 20;
    o.discover.item_memory = 56u << 20;
    o.discover.worker_memory = 240u << 20;
    o.discover.cpu_seconds = 20;
    o.discover.wall_seconds = 120;
    return o;
}

const char *const LOOP_PHASE_NAMES[] = {"discover", "link",   "store", "assess",
                                        "rank",     "commit", NULL};

static bool is_gap(enum coverage_state s)
{
    return s == COVERAGE_DENIED || s == COVERAGE_FAILED || s == COVERAGE_PARTIAL ||
           s == COVERAGE_UNSUPPORTED;
}

/* Everything that one turn holds while it runs. */
struct turn {
    const struct loop_options *options;
    const struct clock *clock;
    struct arena mem;
    struct link *link;
    struct inputs inputs;
    struct buf digest; /* of the inputs; empty: unknown */
    struct inventory inv;
    struct assessment assessment;
    struct scan_target *targets;
    struct loop_result *result;
    uint64_t ticks;       /* when the running phase began */
    struct store *opened; /* while files were read: */
    bool tried;
    int open_rc;
    struct diag open_diag;
};

/* On a thread that waits for others; the workers come from a process that is older. */
static void open_meanwhile(void *ctx)
{
    struct turn *t = ctx;
    t->tried = true;
    t->open_rc = store_open(t->options->location, DB_CREATE, t->clock, &t->opened, &t->open_diag);
    if (!t->open_rc)
        db_warm(store_db(t->opened));
}

/* The store of this turn, unless the caller brought it. */
static int open_store(struct turn *t, struct store **ret, struct diag *d)
{
    if (!t->tried)
        return store_open(t->options->location, DB_CREATE, t->clock, ret, d);
    if (t->open_rc)
        *d = t->open_diag;
    else
        *ret = t->opened;
    return t->open_rc;
}

static int sink(void *ctx, const struct item_result *item)
{
    struct turn *t = ctx;
    inputs_item(&t->inputs, item);
    return link_item(t->link, item);
}

/* What went by since the last call was spent in `phase`. */
static void spent(struct turn *t, enum loop_phase phase)
{
    uint64_t now = clock_ticks();
    t->result->stats.nanoseconds[phase] += now - t->ticks;
    t->ticks = now;
}

static void begin(struct turn *t, enum loop_phase phase)
{
    const struct loop_options *o = t->options;
    const struct loop_progress now = {phase, t->result->assets, t->result->findings};
    if (o->progress)
        o->progress(o->progress_ctx, &now);
}

static uint64_t peak_of(int who)
{
    struct rusage u;
    return getrusage(who, &u) ? 0 : (uint64_t)u.ru_maxrss * 1024;
}

/* Workers that run with fewer walls than asked are a gap of the scan as a whole. */
static int weak_sandbox(struct turn *t)
{
    enum sandbox_level level = t->result->discover.level;
    if (level == SANDBOX_FULL || t->options->allow_weak_sandbox)
        return 0;
    const char *why = level == SANDBOX_SECCOMP ? "there is no Landlock here"
                                               : "filters of system calls are refused here";
    struct coverage_row row = {.source = STR("sandbox"),
                               .path = STR("worker-sandbox"),
                               .state = COVERAGE_PARTIAL,
                               .reason = arena_fmt(&t->mem, "workers reach only level %s: %s",
                                                   sandbox_level_name(level), why)};
    return row.reason.p ? inventory_cover(&t->inv, &row) : arena_error(&t->mem);
}

/* A store of the last scan is opened and closed before there are workers. */
static int look_back(struct turn *t, struct discover_options *o, struct diag *d)
{
    const struct loop_options *lo = t->options;
    struct store *st = lo->store;
    struct discover_known *known;
    if ((!o->rev.n && !o->since.n) || (!st && str_eq_z(str_z(lo->location), ":memory:")))
        return 0;
    if (!(known = arena_new(&t->mem, struct discover_known)))
        return arena_error(&t->mem);
    int rc = st ? 0 : store_open(lo->location, DB_CREATE, t->clock, &st, d);
    if (!rc)
        rc = known_repository(st, o->targets[0].root, &t->mem, known, d);
    if (!lo->store)
        store_free(st);
    o->known = known;
    return rc;
}

static int observe(struct turn *t, struct diag *d)
{
    const struct discover_options *o = &t->options->discover;
    struct discover_options with_key = *o;
    int rc = 0;
    if (!o->key.n && t->options->location && !str_eq_z(str_z(t->options->location), ":memory:"))
        rc = installation_key(t->options->key_file, true, &t->mem, &with_key.key, d);
    else if (t->options->key_file)
        rc = installation_key(t->options->key_file, true, &t->mem, &with_key.key, d);
    if (!rc)
        rc = look_back(t, &with_key, d);
    if (!t->options->store) {
        with_key.meanwhile = open_meanwhile;
        with_key.meanwhile_ctx = t;
    }
    if (!rc)
        rc = link_new(o->targets, o->n_targets, walk_rules_catalog(o->rules), &t->link);
    if (!rc)
        rc = inputs_begin(&t->inputs, t->options);
    if (!rc)
        rc = (t->options->find ? t->options->find : discover_run)(&with_key, sink, t,
                                                                  &t->result->discover, d);
    t->result->unexamined = rc && rc != E_IO; /* that is for want of workers, memory or a disk */
    if (!rc)
        rc = inputs_end(&t->inputs, &t->result->discover, &t->digest);
    const struct discover_count *counts = t->result->discover.counts;
    for (uint32_t i = 0; !rc && counts && i < o->n_targets; i++)
        link_counts(t->link, i, &counts[i]);
    log_debug("discover: sandbox %s", sandbox_level_name(t->result->discover.level));
    spent(t, LOOP_DISCOVER);
    return rc;
}

/* Does the turn look at some paths of its target only? */
static bool is_part(const struct turn *t)
{
    return t->options->discover.only_path.n || t->result->discover.part;
}

static struct part part_of(const struct turn *t)
{
    const struct discover_report *r = &t->result->discover;
    if (t->options->discover.only_path.n)
        return (struct part){&t->options->discover.only_path, 1,
                             "one path of the target was asked for"};
    return (struct part){r->looked.v, r->looked.n, "only what a range of commits changed was read"};
}

/* What the store calls the targets decides what belongs to the same asset. */
static int name_targets(struct turn *t, struct store *st, struct diag *d)
{
    const struct discover_options *o = &t->options->discover;
    struct known_targets known = known_targets(st, is_part(t));
    int rc = link_name(t->link, &known, d);
    if (rc)
        return rc;
    t->targets = arena_new_n(&t->mem, struct scan_target, o->n_targets);
    for (size_t i = 0; t->targets && i < o->n_targets; i++)
        t->targets[i] = (struct scan_target){.given = o->targets[i].given,
                                             .identity = link_target_identity(t->link, (uint32_t)i),
                                             .root = o->targets[i].root};
    return t->targets ? 0 : arena_error(&t->mem);
}

static int join(struct turn *t, struct diag *d)
{
    int rc = inventory_init(&t->inv, 0);
    if (!rc)
        rc = link_finish(t->link, &t->inv, d);
    vec_each (row, &t->result->discover.coverage) {
        if (!rc)
            rc = inventory_cover(&t->inv, row);
    }
    return rc;
}

/* With the store at hand: what is known of what was not looked at. */
static int complete(struct turn *t, struct store *st, struct diag *d)
{
    begin(t, LOOP_LINK);
    int rc = name_targets(t, st, d);
    if (!rc)
        rc = join(t, d);
    struct part part = part_of(t);
    if (!rc && is_part(t))
        rc = part_cover(st, t->targets[0].identity, &part, &t->inv, d);
    if (!rc)
        rc = weak_sandbox(t);
    if (!rc)
        rc = inventory_seal(&t->inv);
    if (!rc)
        classify_inventory(&t->inv, walk_rules_catalog(t->options->discover.rules));
    vec_each (row, &t->inv.coverage) {
        t->result->gaps += is_gap(row->state);
    }
    t->result->assets = t->inv.assets.n;
    log_debug("inventory: %zu assets, %zu relations, %zu rows of coverage", t->inv.assets.n,
              t->inv.relations.n, t->inv.coverage.n);
    spent(t, LOOP_LINK);
    return rc;
}

/* Which controls ran and what they counted: the store keeps this instead of each `pass`. */
static int put_runs(struct turn *t, struct store *st, struct diag *d)
{
    size_t n = t->assessment.runs.n;
    struct store_run_row *rows = arena_new_n(&t->mem, struct store_run_row, n + 1);
    if (!rows)
        return arena_error(&t->mem);
    for (size_t i = 0; i < n; i++) {
        const struct control_run *r = &t->assessment.runs.v[i];
        rows[i] = (struct store_run_row){.control = str_z(r->control->id),
                                         .population = r->population,
                                         .passed = r->passed,
                                         .failed = r->failed,
                                         .unknown = r->unknown,
                                         .errors = r->errors,
                                         .hidden = r->hidden,
                                         .digest = r->digest};
    }
    return store_put_runs(st, rows, n, d);
}

static int assess_and_rank(struct turn *t, struct store *st, struct diag *d)
{
    struct ranked ranked;
    begin(t, LOOP_ASSESS);
    int rc = assess_run(store_db(st), NULL, 0, t->clock->now_ms, &t->mem, &t->assessment, d);
    log_debug("assess: %zu controls, %zu verdicts", t->assessment.runs.n, t->assessment.rows.n);
    spent(t, LOOP_ASSESS);
    begin(t, LOOP_RANK);
    if (!rc)
        rc = rank_findings(st, &t->inv, &t->assessment, t->targets, t->result->gaps, &t->mem,
                           &ranked, d);
    spent(t, LOOP_RANK);
    for (size_t i = 0; !rc && i < ranked.n_findings; i++) {
        spill_rest();
        if (ranked.findings[i].verdict == VERDICT_FAIL) {
            t->result->findings++;
            t->result->by_severity[ranked.findings[i].severity]++;
        }
    }
    begin(t, LOOP_STORE);
    if (!rc)
        rc = put_runs(t, st, d);
    if (!rc)
        rc = store_put_findings(st, ranked.findings, ranked.n_findings, d);
    if (!rc)
        rc = store_put_risks(st, ranked.risks, t->inv.assets.n, d);
    spent(t, LOOP_STORE);
    if (rc)
        return rc;
    /* A part of a target says nothing about the posture of the whole. */
    bool part = is_part(t);
    struct scan_summary *s = &t->result->summary;
    s->posture_low_tenths = part ? -1 : ranked.posture_low_tenths;
    s->posture_high_tenths = part ? -1 : ranked.posture_high_tenths;
    s->assets = t->result->assets;
    s->gaps = t->result->gaps;
    memcpy(s->failed, t->result->by_severity, sizeof(s->failed));
    return 0;
}

static struct scan_info info_of(const struct turn *t, const struct scan_target *targets)
{
    return (struct scan_info){.program = STR(STANCE_VERSION),
                              .knowledge =
                                  str_z(walk_rules_catalog(t->options->discover.rules)->digest),
                              .sandbox = str_z(sandbox_level_name(t->result->discover.level)),
                              .deterministic = t->result->discover.deterministic,
                              .targets = targets,
                              .n_targets = t->options->discover.n_targets,
                              .started_ms = t->clock->now_ms,
                              .part = is_part(t),
                              .inputs = buf_str(&t->digest),
                              .build = t->options->relink ? STR("") : inputs_build()};
}

static int64_t finished_ms(const struct turn *t)
{
    uint64_t begun = t->options->begun;
    return t->clock->now_ms + (begun ? (int64_t)((clock_ticks() - begun) / 1000000) : 0);
}

static int record(struct turn *t, struct store *st, struct diag *d)
{
    struct loop_result *r = t->result;
    struct scan_info info = info_of(t, t->targets);
    begin(t, LOOP_STORE);
    int rc = store_scan_begin(st, &info, d);
    if (rc)
        return rc;
    rc = store_put_inventory(st, &t->inv, d);
    spent(t, LOOP_STORE);
    if (!rc)
        rc = assess_and_rank(t, st, d);
    r->summary.finished_ms = finished_ms(t);
    begin(t, LOOP_COMMIT);
    if (!rc)
        rc = store_scan_commit(st, &r->summary, d);
    spent(t, LOOP_COMMIT);
    log_debug("store: %llu changes", (unsigned long long)r->summary.changes);
    if (rc)
        store_scan_abort(st);
    return rc;
}

/*
 * The facts are those of an earlier scan, and the store is as that one left it: linking, writing
 * and assessing would end where they ended then. E_NOTFOUND: not so.
 */
static int repeat(struct turn *t, struct store *st, struct diag *d)
{
    struct loop_result *r = t->result;
    struct scan_target *targets =
        arena_new_n(&t->mem, struct scan_target, t->options->discover.n_targets + 1);
    struct store_repeat before;
    bool lasts = false;
    if (!targets)
        return arena_error(&t->mem);
    for (size_t i = 0; i < t->options->discover.n_targets; i++)
        targets[i] = (struct scan_target){.given = t->options->discover.targets[i].given,
                                          .root = t->options->discover.targets[i].root};
    struct scan_info info = info_of(t, targets);
    int rc = store_repeat_begin(st, &info, &before, d);
    if (!rc)
        rc = assess_lasts(store_db(st), before.started_ms, info.started_ms, &lasts, d);
    if (!rc && !lasts) {
        store_scan_abort(st);
        return E_NOTFOUND;
    }
    r->summary.finished_ms = finished_ms(t);
    if (!rc)
        rc = store_repeat_commit(st, &before, &r->summary, d);
    if (rc)
        return rc;
    r->assets = r->summary.assets;
    r->gaps = r->summary.gaps;
    memcpy(r->by_severity, r->summary.failed, sizeof(r->by_severity));
    for (int i = 0; i < SEVERITY_COUNT; i++)
        r->findings += r->by_severity[i];
    log_debug("store: as scan %lld", (long long)before.scan);
    spent(t, LOOP_COMMIT);
    return 0;
}

static int finish(struct turn *t, struct store *st, struct diag *d)
{
    int rc = t->options->relink ? E_NOTFOUND : repeat(t, st, d);
    if (rc != E_NOTFOUND)
        return rc;
    rc = complete(t, st, d);
    return rc ? rc : record(t, st, d);
}

int loop_run(const struct loop_options *o, const struct clock *clock, struct loop_result *ret,
             struct diag *d)
{
    struct turn t = {.options = o,
                     .clock = clock,
                     .mem = ARENA(0),
                     .digest = BUF_INIT,
                     .result = ret,
                     .ticks = clock_ticks()};
    struct store *st = o->store;
    *ret = (struct loop_result){0};
    int rc = store_spill(o->location, d);
    if (!rc)
        rc = observe(&t, d);
    if (!rc && !st)
        rc = open_store(&t, &st, d);
    else if (rc)
        store_free(t.opened);
    spent(&t, LOOP_STORE);
    if (!rc)
        rc = finish(&t, st, d);
    if (rc && !d->text[0])
        diag_set(d, rc, "the scan failed: %s", err_name(rc));
    assessment_done(&t.assessment);
    inventory_done(&t.inv);
    link_free(t.link);
    buf_done(&t.digest);
    arena_done(&t.mem);
    ret->stats.spilled_bytes = spill_peak();
    ret->stats.resident_bytes = spill_resident_peak();
    spill_close();
    if (rc && !o->store)
        st = store_free(st);
    if (!rc && !o->store)
        db_settle(store_db(st));
    ret->store = o->store ? NULL : st;
    ret->stats.peak_bytes = peak_of(RUSAGE_SELF);
    ret->stats.worker_peak_bytes = peak_of(RUSAGE_CHILDREN);
    if (rc)
        loop_result_done(ret);
    return rc;
}

void loop_result_done(struct loop_result *r)
{
    r->store = store_free(r->store);
    discover_report_done(&r->discover);
}
