/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is scanned again when something changes, and what of it is told. */
#include "base/mem.h"
#include "base/path.h"
#include "cli/first_look.h"
#include "cli/gap_watch.h"
#include "cli/observe.h"
#include "cli/progress.h"
#include "cli/stats.h"
#include "monitor/diff.h"
#include "monitor/watch.h"

static const struct option_spec options[] = {
    OPTIONS_OBSERVE,
    {.name = "interval",
     .type = OPT_DURATION,
     .argument = "TIME",
     .help = "also look at everything this often, as 10m (for network file systems)"},
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "table|json",
     .initial = "table",
     .help = "how to print: a line each, or a JSON object each"},
    {.name = "settle-ms",
     .type = OPT_INT,
     .argument = "N",
     .initial = "300",
     .min = 1,
     .max = 60000,
     .hidden = true,
     .help = "wait so long for more changes"},
    {.name = "watches-max",
     .type = OPT_INT,
     .argument = "N",
     .min = 0,
     .max = 1000000000,
     .hidden = true,
     .help = "as if the kernel gave no more watches"},
    {.name = "turns",
     .type = OPT_INT,
     .argument = "N",
     .min = 0,
     .max = 1000000,
     .hidden = true,
     .help = "stop after so many scans"},
    {0},
};

struct watching {
    struct invocation *in;
    struct loop_options loop;
    struct store *memory; /* the store of :memory:, else NULL */
    int64_t last;         /* the scan up to which all was told; 0: none yet */
    int64_t turns;
    struct gap_watch gaps;
    struct first_look first; /* during a turn */
    struct diag *diag;       /* then, of print */
    struct clock clock;
    bool json;
    bool begun;   /* one turn was whole */
    bool failing; /* the last turn; said once */
    bool blind;   /* said */
    bool warned;  /* that facts cannot be kept */
};

/* --- telling ------------------------------------------------------------------------------ */

/* Findings that matter, assets that come and go, and what is not examined any more. */
static bool is_told(const struct difference *c)
{
    if (str_eq_z(c->subject, "asset"))
        return c->kind != CHANGE_CHANGED;
    if (str_eq_z(c->subject, "gap"))
        return true;
    return str_eq_z(c->subject, "finding") && str_eq_z(c->verdict, "fail");
}

static void print_json(struct watching *w, const struct difference *c, struct buf *out)
{
    AUTO(buf) one = BUF_INIT;
    buf_addz(out, "{\"at\":\"");
    buf_add_time(out, w->clock.now_ms);
    buf_addz(out, "\",");
    if (!difference_json(c, &one))
        buf_add(out, str_sub(buf_str(&one), 1, one.n));
}

static int print(void *ctx, const struct difference *c)
{
    struct watching *w = ctx;
    AUTO(buf) out = BUF_INIT;
    int first = is_told(c) ? first_look_has(&w->first, c, w->diag) : 1;
    if (first)
        return MIN(first, 0);
    if (w->json) {
        print_json(w, c, &out);
    } else {
        buf_add_time(&out, w->clock.now_ms);
        buf_addz(&out, "  ");
        difference_text(c, w->in->colour, false, &out);
    }
    int rc = buf_result(&out);
    if (!rc)
        fputs(out.p, w->in->out);
    return rc;
}

static int scan_id(struct db *db, int64_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, STR("SELECT max(id) FROM scan"), &s, d);
    if (rc)
        return rc;
    rc = stmt_step(s, d);
    *ret = rc > 0 && !stmt_is_null(s, 0) ? stmt_int(s, 0) : 0;
    stmt_free(s);
    return MIN(rc, 0);
}

/* Where a watch begins: what there is now. What was found in targets that nobody looked at before
 * is not new. */
static void say_state(struct watching *w, const struct loop_result *r)
{
    AUTO(buf) first = BUF_INIT;
    if (w->first.names.n) {
        buf_addz(&first, "first look at ");
        path_show(&first, buf_str(&w->first.names));
        buf_addz(&first, ": ");
    }
    fprintf(w->in->err,
            "%s%llu asset%s, %llu open finding%s, %llu gap%s; what changes is told from"
            " here on\n",
            buf_result(&first) || !first.n ? "" : first.p, (unsigned long long)r->assets,
            r->assets == 1 ? "" : "s", (unsigned long long)r->findings, r->findings == 1 ? "" : "s",
            (unsigned long long)r->gaps, r->gaps == 1 ? "" : "s");
}

static int tell(struct watching *w, struct db *db, const struct loop_result *r, struct diag *d)
{
    struct snapshot before, after;
    int64_t now = 0;
    snapshot_init(&before);
    snapshot_init(&after);
    int rc = scan_id(db, &now, d);
    w->diag = d;
    if (!rc)
        rc = first_look_open(&w->first, db, w->last, d);
    if (!rc && !w->begun)
        say_state(w, r);
    if (!rc && w->last)
        rc = snapshot_log(db, w->last, now, 0, &before, &after, d);
    if (!rc)
        rc = snapshot_seal(&before, d);
    if (!rc)
        rc = snapshot_seal(&after, d);
    if (!rc)
        rc = diff_snapshots(&before, &after, print, w);
    if (!rc)
        rc = gap_watch_turn(&w->gaps, db, print, w, d);
    snapshot_done(&before);
    snapshot_done(&after);
    first_look_done(&w->first);
    if (!rc && (fflush(w->in->out) || ferror(w->in->out)))
        rc = diag_set(d, E_IO, "the output could not be written");
    if (!rc)
        w->last = now;
    return rc;
}

/* --- scanning ----------------------------------------------------------------------------- */

/* What was stored before is where telling begins. */
static int begin(struct watching *w, struct diag *d)
{
    struct store *st = NULL;
    struct diag none = {0};
    if (str_eq_z(str_z(w->loop.location), ":memory:"))
        return 0;
    int rc = store_open(w->loop.location, DB_READ_ONLY, &w->clock, &st, &none);
    if (rc)
        return 0; /* no store yet; a broken one is told by the scan */
    rc = scan_id(store_db(st), &w->last, d);
    if (!rc && w->last)
        rc = gap_watch_turn(&w->gaps, store_db(st), print, w, d);
    store_free(st);
    return rc;
}

static int scan(struct watching *w, const struct target *targets, size_t n, struct str path,
                struct diag *d)
{
    struct loop_options o = w->loop;
    struct loop_result r;
    o.discover.targets = targets;
    o.discover.n_targets = n;
    o.discover.only_path = path;
    o.store = w->memory;
    int rc = clock_init(&w->clock, d);
    o.begun = o.begun ? clock_ticks() : 0;
    fflush(w->in->out); /* nothing buffered may be written twice by a worker */
    progress_begin(w->in, &o);
    if (!rc)
        rc = loop_run(&o, &w->clock, &r, d);
    progress_end(w->in);
    w->in->unexamined = r.unexamined;
    if (rc)
        return rc;
    rc = tell(w, store_db(w->memory ? w->memory : r.store), &r, d);
    if (!rc)
        stats_print(w->in, &r, w->loop.location);
    if (!w->warned)
        stats_warn(w->in, &r);
    w->warned |= r.discover.cache.code != 0;
    if (!w->memory && str_eq_z(str_z(w->loop.location), ":memory:")) {
        w->memory = r.store;
        r.store = NULL;
    }
    loop_result_done(&r);
    return rc;
}

/* A store that is busy, a folder that is gone for a moment, a full disk, a worker process that was
 * killed: no reason to stop watching. At the beginning people want to know what is wrong. */
static bool will_pass(const struct watching *w, int rc)
{
    if (!rc || ferror(w->in->out))
        return false;
    if (!w->begun)
        return rc == E_CONFLICT || rc == E_TIMEOUT;
    if (rc == E_CANCELLED) /* a worker that is lost, too */
        return !*w->loop.discover.cancel;
    return rc != E_PARSE && rc != E_USAGE && rc != E_BUG;
}

static int turn(struct watching *w, struct watch *watch, const struct watch_change *c,
                struct diag *d)
{
    const struct discover_options *o = &w->loop.discover;
    int rc;
    if (c->cause == WATCH_INTERVAL || c->cause == WATCH_QUIET)
        rc = scan(w, o->targets, o->n_targets, STR(""), d);
    else
        rc = scan(w, &o->targets[c->target], 1, c->path, d);
    mem_trim(); /* or the largest turn that ever was is what the wait takes */
    w->begun |= !rc;
    if (!will_pass(w, rc)) {
        w->failing = false;
        return rc;
    }
    AUTO(buf) text = BUF_INIT;
    path_show(&text, str_z(d->text));
    if (!w->failing)
        fprintf(w->in->err, "stance: %s; it is tried again\n", text.p);
    w->failing = true;
    diag_clear(d);
    watch_again(watch, c);
    return 0;
}

/* There may be more folders later, or fewer watches. */
static void say_blind(struct watching *w, const struct watch *watch)
{
    if (watch_blind(watch) && !w->blind)
        fprintf(w->in->err,
                "stance: not every folder can be watched (see fs.inotify.max_user_watches);\n"
                "  everything is scanned again every %lld s instead\n",
                (long long)watch_interval_ms(watch) / 1000);
    w->blind = watch_blind(watch);
}

static int follow(struct watching *w, struct watch *watch, struct diag *d)
{
    struct watch_change c;
    int rc = 0;
    while (!rc && !(w->turns && --w->turns == 0)) {
        rc = watch_wait(watch, &c, d);
        say_blind(w, watch);
        if (!rc)
            rc = turn(w, watch, &c, d);
    }
    return rc;
}

static int run_watch(struct invocation *in, struct diag *d)
{
    struct watching w = {.in = in, .clock = in->clock};
    struct watch *watch = NULL;
    gap_watch_init(&w.gaps);
    int rc = observe_options(in, &w.loop, d);
    if (rc)
        return rc;
    w.json = str_eq_z(option_str(in, "format"), "json");
    w.turns = option_int(in, "turns");
    struct watch_options o = {.targets = w.loop.discover.targets,
                              .n_targets = w.loop.discover.n_targets,
                              .rules = w.loop.discover.rules,
                              .settle_ms = option_int(in, "settle-ms"),
                              .interval_ms = option_int(in, "interval"),
                              .ignored = w.loop.discover.own,
                              .n_ignored = w.loop.discover.n_own,
                              .cancel = w.loop.discover.cancel,
                              .watches_max = (size_t)option_int(in, "watches-max")};
    rc = watch_open(&o, &watch, d);
    if (!rc) {
        size_t n = watch_folders(watch);
        fprintf(in->err, "watching %zu folder%s; Ctrl-C stops\n", n, n == 1 ? "" : "s");
        say_blind(&w, watch);
        rc = begin(&w, d);
    }
    const struct watch_change all = {.cause = WATCH_INTERVAL, .path = STR("")};
    if (!rc)
        rc = turn(&w, watch, &all, d);
    if (!rc)
        rc = follow(&w, watch, d);
    watch_free(watch);
    store_free(w.memory);
    gap_watch_done(&w.gaps);
    return rc == E_CANCELLED ? EXIT_CLEAN : rc;
}

const struct command COMMAND_WATCH = {
    .name = "watch",
    .usage = "[OPTION...] [TARGET...]",
    .summary = "scan again what changes, and tell new, fixed and reopened findings",
    .description =
        "Watches every folder of each TARGET (default: the current one), scans once, and then "
        "scans\nthe part in which something changed. Findings and assets that come, go, are fixed "
        "or come back\nare told in a line each, as are files that cannot be examined any more; "
        "what a "
        "first look\nat a TARGET finds is counted, not told. "
        "Ctrl-C stops it; the store is whole at any moment.",
    .examples = "  stance watch ~/src/app                 # while you work\n"
                "  stance watch -f json ~ | jq .label     # for programs\n"
                "  stance watch --interval 10m /mnt/share # what other machines change there",
    .options = options,
    .max_args = -1,
    .run = run_watch,
};
