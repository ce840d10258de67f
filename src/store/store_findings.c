/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides the life of findings: new ones open, known ones stay, closed ones that come back reopen,
 * and one closes only because its control ran and passed where it was read again, or because its
 * place or asset is gone.
 */
#include "base/mem.h"
#include "store/store_internal.h"

struct known {
    VEC(struct finding_row);
};

struct work {
    struct store *st;
    struct diag *d;
    struct arena a; /* of one chunk or page */
    struct map reported;
    struct known known;
};

static bool is_open(const struct finding_row *r)
{
    return str_eq(r->status, STR("open")) || str_eq(r->status, STR("reopened"));
}

static bool is_problem(struct str verdict)
{
    return str_eq(verdict, STR("fail")) || str_eq(verdict, STR("excepted"));
}

static int log_finding(struct work *w, const struct finding_row *old, const struct finding_row *r,
                       struct str what, struct str cause)
{
    struct store *st = w->st;
    const struct change c = {.subject = STR("finding"),
                             .id = r->id,
                             .what = what,
                             .old_row = old ? &st->json_old : NULL,
                             .new_row = &st->json_new,
                             .cause = cause};

    if (old)
        finding_json(old, &st->json_old);
    finding_json(r, &st->json_new);
    return store_log(st, &c, w->d);
}

/* ---- runs ---- */

static int note_run(struct store *st, struct str control, uint64_t errors)
{
    struct str copy;
    bool is_new;

    st->runs_known = true;
    if (errors)
        return 0;
    copy = arena_str(&st->mem, control);
    return copy.p && map_put(&st->controls, copy, &is_new) ? 0 : E_NOMEM;
}

int store_put_runs(struct store *st, const struct store_run_row *runs, size_t n, struct diag *d)
{
    int rc = 0;

    if (!st->scanning)
        return diag_set(d, E_BUG, "no scan is open");
    st->runs_known = true;
    for (size_t i = 0; i < n && !rc; i++) {
        const struct store_run_row *r = &runs[i];

        rc = store_run(st, SQL_ADD_RUN,
                       ARGS(I(st->scan), S(r->control), I(r->population), I(r->passed),
                            I(r->failed), I(r->unknown), I(r->errors), S(r->digest), I(r->hidden)),
                       d);
        if (!rc && note_run(st, r->control, r->errors))
            rc = store_nomem(d);
    }
    return rc;
}

static int has_verdicts(struct store *st, bool *ret, struct diag *d)
{
    struct str sql = db_engine(st->db) == DB_SQLITE
                         ? STR("SELECT 1 FROM sqlite_temp_master WHERE name = 'control_verdict'")
                         : STR("SELECT 1 WHERE to_regclass('pg_temp.control_verdict')"
                               " IS NOT NULL");
    struct stmt *s;
    int rc = db_prepare(st->db, sql, &s, d);

    if (rc)
        return rc;
    rc = stmt_step(s, d);
    stmt_free(s);
    *ret = rc > 0;
    return rc < 0 ? rc : 0;
}

/* Nobody said which controls ran: every one that gave a verdict did. */
static int derive_runs(struct store *st, struct diag *d)
{
    struct {
        VEC(struct store_run_row);
    } runs = {0};
    bool there = false;
    struct stmt *s;
    int rc = has_verdicts(st, &there, d);

    if (rc || !there)
        return rc;
    rc = store_query(st, SQL_RUNS_OF_VERDICTS, NULL, 0, &s, d);
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct store_run_row r = {.control = arena_str(&st->mem, stmt_str(s, 0)),
                                  .population = (uint64_t)stmt_int(s, 1),
                                  .passed = (uint64_t)stmt_int(s, 2),
                                  .failed = (uint64_t)stmt_int(s, 3),
                                  .unknown = (uint64_t)stmt_int(s, 4),
                                  .errors = (uint64_t)stmt_int(s, 5)};

        rc = !r.control.p || vec_push(&runs, r) ? store_nomem(d) : 0;
    }
    if (!rc)
        rc = store_put_runs(st, runs.v, runs.n, d);
    vec_free(&runs);
    return rc;
}

/* ---- what was reported ---- */

static int64_t place_of(const struct store *st, const struct finding *f)
{
    if (f->place >= st->inv->assets.v[f->asset].n_places)
        return 0;
    return st->place_ids[st->first_place[f->asset] + f->place];
}

static int load(struct work *w, enum sql which, const struct str *ids, size_t n)
{
    struct stmt *s;
    int rc = store_stmt(w->st, which, &s, w->d);

    for (size_t i = 0; i < CHUNK && !rc; i++)
        stmt_bind_str(s, (int)i + 1, i < n ? ids[i] : STR(""));
    while (!rc && (rc = stmt_step(s, w->d)) > 0) {
        struct finding_row r = {0};

        rc = read_finding(s, &w->a, &r) || vec_push(&w->known, r) ? store_nomem(w->d) : 0;
    }
    return rc;
}

/* What is known of the control at the very place: under another id, since ids can change. */
static int load_at(struct work *w, const struct finding *f)
{
    struct stmt *s;
    int rc =
        store_query(w->st, SQL_FINDINGS_AT,
                    ARGS(S(w->st->ids[f->asset]), I(place_of(w->st, f)), S(f->control)), &s, w->d);

    while (!rc && (rc = stmt_step(s, w->d)) > 0) {
        struct finding_row r = {0};

        rc = read_finding(s, &w->a, &r) || vec_push(&w->known, r) ? store_nomem(w->d) : 0;
    }
    return rc;
}

/* Known findings by id; for those that have none, by what they are about. */
static int load_known(struct work *w, const struct finding *f, size_t n)
{
    struct str ids[CHUNK];
    AUTO(map) found = MAP_INIT;
    bool is_new;
    int rc;

    for (size_t i = 0; i < n; i++)
        ids[i] = f[i].id;
    rc = load(w, SQL_LOAD_FINDINGS, ids, n);
    for (size_t i = 0; i < w->known.n && !rc; i++)
        if (!map_put(&found, w->known.v[i].id, &is_new))
            rc = store_nomem(w->d);
    for (size_t i = 0; i < n && !rc; i++)
        if (!map_get(&found, f[i].id) && !w->st->is_new[f[i].asset])
            rc = load_at(w, &f[i]);
    return rc;
}

static const struct finding_row *find(const struct work *w, const struct finding *f,
                                      struct str asset, int64_t place)
{
    const struct finding_row *same = NULL;

    for (size_t i = 0; i < w->known.n; i++) {
        const struct finding_row *r = &w->known.v[i];

        if (str_eq(r->id, f->id))
            return r;
        if (str_eq(r->control, f->control) && str_eq(r->asset, asset) && r->place == place &&
            !map_get(&w->reported, r->id) && (!same || is_open(r)))
            same = r;
    }
    return same;
}

static struct str json_or_empty(struct str s)
{
    return s.n ? s : STR("[]");
}

/* The time of a finding without a place cannot be that of its target. */
static int64_t seen_now(const struct store *st, const struct finding_row *r)
{
    return r->place ? store_seen_now(st) : st->at;
}

static int open_finding(struct work *w, const struct finding *f, const struct finding_row *r)
{
    struct store *st = w->st;
    int rc = store_run(st, SQL_ADD_FINDING,
                       ARGS(S(r->id), S(r->control), S(r->category), S(r->asset), I(r->place),
                            S(r->severity), S(r->verdict), S(r->status), I(f->risk_tenths),
                            I(f->confidence_pct), S(store_text(st, f->title)),
                            S(store_text(st, f->reason)), S(json_or_empty(f->steps)),
                            S(json_or_empty(f->factors)), I(st->at), S(STR("seen")),
                            S(f->attribute.p ? f->attribute : STR("")), I(seen_now(st, r))),
                       w->d);

    return rc ? rc : log_finding(w, NULL, r, STR("opened"), STR("seen"));
}

static int see_finding(struct work *w, const struct finding *f, struct finding_row *r,
                       const struct finding_row *old)
{
    struct store *st = w->st;
    bool back = !is_open(old);
    int rc = store_run(st, SQL_SEE_FINDING,
                       ARGS(S(r->id), S(r->category), S(r->asset), I(r->place), S(r->severity),
                            S(r->verdict), I(f->risk_tenths), I(f->confidence_pct),
                            S(store_text(st, f->title)), S(store_text(st, f->reason)),
                            S(json_or_empty(f->steps)), S(json_or_empty(f->factors)),
                            I(seen_now(st, r)), S(f->attribute.p ? f->attribute : STR(""))),
                       w->d);

    if (rc)
        return rc;
    r->status = old->status;
    if (back) {
        r->status = is_problem(r->verdict) ? STR("reopened") : STR("open");
        rc = store_run(st, SQL_REOPEN_FINDING,
                       ARGS(S(r->id), S(r->status), I(st->at), S(STR("seen-again"))), w->d);
        return rc ? rc : log_finding(w, old, r, STR("reopened"), STR("seen-again"));
    }
    if (str_eq(r->category, old->category) && str_eq(r->asset, old->asset) &&
        r->place == old->place && str_eq(r->severity, old->severity) &&
        str_eq(r->verdict, old->verdict))
        return 0;
    return log_finding(w, old, r, STR("changed"), STR("evaluated"));
}

static int put_finding(struct work *w, const struct finding *f)
{
    struct store *st = w->st;
    int64_t place = place_of(st, f);
    const struct finding_row *old = find(w, f, st->ids[f->asset], place);
    struct finding_row r = {.id = old ? old->id : f->id,
                            .control = f->control,
                            .category = f->category,
                            .asset = st->ids[f->asset],
                            .place = place,
                            .severity = str_z(SEVERITY_NAMES[f->severity]),
                            .verdict = str_z(VERDICT_NAMES[f->verdict]),
                            .status = STR("open")};
    struct str id = arena_str(&st->mem, r.id);
    bool is_new;

    if (!id.p || !map_put(&w->reported, id, &is_new))
        return store_nomem(w->d);
    if (!is_new)
        return diag_set(w->d, E_BUG, "finding " STR_FMT " was reported twice", STR_ARG(id));
    return old ? see_finding(w, f, &r, old) : open_finding(w, f, &r);
}

static int put_all(struct work *w, const struct finding *f, size_t n)
{
    int64_t any = 0;
    int rc = store_one(w->st, SQL_ANY_FINDING, NULL, 0, 0, &any, w->d);

    for (size_t i = 0; i < n && !rc; i += CHUNK) {
        size_t count = MIN((size_t)CHUNK, n - i);

        w->known.n = 0;
        arena_clear(&w->a);
        for (size_t k = 0; k < count; k++)
            if (f[i + k].asset >= w->st->inv->assets.n)
                return diag_set(w->d, E_BUG, "a finding names no asset of the inventory");
        if (any)
            rc = load_known(w, f + i, count);
        for (size_t k = 0; k < count && !rc; k++)
            rc = put_finding(w, &f[i + k]);
    }
    return rc;
}

/* ---- what was not ---- */

/* The place (or the asset, for a finding without one) was read by this scan, whole. */
static bool was_read(const struct store *st, const struct finding_row *r)
{
    uint32_t asset, place;

    if (!r->place)
        return map_get(&st->by_id, r->asset) != NULL;
    if (store_place_index((struct store *)(uintptr_t)st, r->place, &asset, &place))
        return false;
    const struct place *at = &st->inv->assets.v[asset].places[place].at;
    return store_is_covered(st, store_target(st, at->target), at->path, at->member);
}

/* It was not reported: a time that was its target's stands still from now on. */
static int keep_time(struct work *w, const struct finding_row *r)
{
    struct store *st = w->st;
    int64_t target = 0, seen;
    int rc =
        r->last_seen ? 0 : store_one(st, SQL_FINDING_TARGET, ARGS(I(r->place)), 0, &target, w->d);

    if (rc || r->last_seen)
        return rc;
    seen = store_seen_before(st, target);
    if (!seen)
        rc = store_one(st, SQL_TARGET_SEEN, ARGS(I(target)), 0, &seen, w->d);
    return rc ? rc : store_run(st, SQL_SET_FINDING_SEEN, ARGS(S(r->id), I(seen)), w->d);
}

static int close_finding(struct work *w, const struct finding_row *old, const char *status,
                         const char *cause)
{
    struct finding_row r = *old;
    int rc;

    r.status = str_z(status);
    rc = store_run(w->st, SQL_CLOSE_FINDING,
                   ARGS(S(r.id), S(r.status), I(w->st->at), S(str_z(cause))), w->d);
    if (!rc)
        rc = keep_time(w, old);
    return rc ? rc : log_finding(w, old, &r, r.status, str_z(cause));
}

/* Open, but its place was not looked at by this scan of its target. */
static int keep_open(struct work *w, const struct finding_row *r)
{
    int64_t target = 0;
    int rc = 0;

    if (r->last_seen || w->st->part)
        return 0;
    rc = store_one(w->st, SQL_FINDING_TARGET, ARGS(I(r->place)), 0, &target, w->d);
    return rc || !store_seen_before(w->st, target) ? rc : keep_time(w, r);
}

static int consider(struct work *w, const struct finding_row *r)
{
    struct store *st = w->st;
    bool asset_gone, place_gone;
    struct stmt *s;
    int rc;

    if (map_get(&w->reported, r->id))
        return 0;
    if (map_get(&st->controls, r->control) && was_read(st, r))
        return is_problem(r->verdict) ? close_finding(w, r, "fixed", "passing")
                                      : close_finding(w, r, "gone", "evaluated");
    rc = store_query(st, SQL_WHERE_STANDS, ARGS(S(r->asset), I(r->place)), &s, w->d);
    if (!rc)
        rc = stmt_step(s, w->d);
    if (rc < 0)
        return rc;
    asset_gone = rc == 0 || str_eq(stmt_str(s, 0), STR("gone"));
    place_gone = rc > 0 && r->place && (stmt_is_null(s, 1) || str_eq(stmt_str(s, 1), STR("gone")));
    stmt_reset(s);
    if (asset_gone)
        return close_finding(w, r, "gone", "asset-gone");
    return place_gone ? close_finding(w, r, "gone", "place-gone") : keep_open(w, r);
}

static int close_others(struct work *w)
{
    struct str after = STR("");
    int rc = 0;

    do {
        struct stmt *s;
        AUTO(buf) last = BUF_INIT;

        w->known.n = 0;
        buf_add(&last, after);
        arena_clear(&w->a);
        rc = store_query(w->st, SQL_OPEN_FINDINGS, ARGS(S(buf_str(&last))), &s, w->d);
        while (!rc && (rc = stmt_step(s, w->d)) > 0) {
            struct finding_row r = {0};

            rc = read_finding(s, &w->a, &r) || vec_push(&w->known, r) ? store_nomem(w->d) : 0;
        }
        for (size_t i = 0; i < w->known.n && !rc; i++)
            rc = consider(w, &w->known.v[i]);
        if (w->known.n)
            after = w->known.v[w->known.n - 1].id;
    } while (w->known.n && !rc);
    return rc;
}

int store_put_findings(struct store *st, const struct finding *f, size_t n, struct diag *d)
{
    struct work w = {.st = st, .d = d, .a = ARENA(0), .reported = MAP_INIT};
    int rc;

    if (!st->scanning || !st->inv)
        return diag_set(d, E_BUG, "findings are stored after the inventory of an open scan");
    rc = st->runs_known ? 0 : derive_runs(st, d);
    if (!rc)
        rc = put_all(&w, f, n);
    if (!rc)
        rc = close_others(&w);
    if (!rc && st->text_error)
        rc = store_nomem(d);
    map_done(&w.reported);
    vec_free(&w.known);
    arena_done(&w.a);
    return rc;
}

int store_put_risks(struct store *st, const struct asset_risk *r, size_t n, struct diag *d)
{
    int rc = 0;

    if (!st->scanning || !st->inv)
        return diag_set(d, E_BUG, "risks are stored after the inventory of an open scan");
    for (size_t i = 0; i < n && !rc; i++) {
        if (r[i].asset >= st->inv->assets.n)
            return diag_set(d, E_BUG, "a risk names no asset of the inventory");
        rc = store_run(st, SQL_PUT_RISK,
                       ARGS(S(st->ids[r[i].asset]), S(str_z(FACT_STATE_NAMES[r[i].state])),
                            I(r[i].score_tenths), S(str_z(BAND_NAMES[r[i].band])),
                            I(r[i].confidence_pct), S(json_or_empty(r[i].factors))),
                       d);
    }
    return rc;
}
