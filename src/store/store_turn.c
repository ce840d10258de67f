/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether a scan left everything that later ones rest on as it was, and records a scan that
 * found nothing but what an earlier one has stored already.
 */
#include "base/mem.h"
#include "store/store_internal.h"

/* ---- settled ---- */

/* What controls may read of a target's coverage; counts of what was examined move all the time. */
static int gaps_digest(struct store *st, int64_t scan, int64_t target,
                       unsigned char ret[SHA256_BYTES], struct diag *d)
{
    AUTO(sha256) h = {0};
    struct stmt *s;
    int rc = sha256_init(&h);

    if (rc)
        return store_nomem(d);
    rc = store_query(st, SQL_GAPS_OF, ARGS(I(scan), I(target)), &s, d);
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        rc = 0;
        for (int i = 0; i < 4; i++)
            sha256_field(&h, stmt_str(s, i));
    }
    return rc ? rc : sha256_end(&h, ret) ? store_nomem(d) : 0;
}

/* The target's gaps are those of the scan of it before. */
static int same_gaps(struct store *st, int64_t target, bool *ret, struct diag *d)
{
    unsigned char now[SHA256_BYTES], then[SHA256_BYTES];
    int64_t before;
    int rc = store_one(st, SQL_SCAN_BEFORE, ARGS(I(target), I(st->scan)), 0, &before, d);

    *ret = false;
    if (rc || !before)
        return rc;
    rc = gaps_digest(st, st->scan, target, now, d);
    if (!rc)
        rc = gaps_digest(st, before, target, then, d);
    *ret = !rc && memcmp(now, then, sizeof(now)) == 0;
    return rc;
}

static int is_settled(struct store *st, struct str state, bool *ret, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_STATE_BEFORE, ARGS(I(st->scan)), &s, d);

    if (!rc)
        rc = stmt_step(s, d);
    if (rc < 0)
        return rc;
    *ret = rc > 0 && str_eq(stmt_str(s, 0), state);
    stmt_reset(s);
    rc = 0;
    for (size_t i = 0; i < st->n_targets && *ret && !rc; i++)
        rc = same_gaps(st, st->targets[i], ret, d);
    return rc;
}

static int end_turn(struct store *st, const struct scan_summary *s, bool settled, struct diag *d)
{
    AUTO(buf) failed = BUF_INIT;

    for (int i = 0; i < SEVERITY_COUNT; i++) {
        if (i)
            buf_addc(&failed, ' ');
        buf_addu(&failed, s->failed[i], 1);
    }
    if (buf_result(&failed))
        return store_nomem(d);
    return store_run(st, SQL_END_TURN,
                     ARGS(I(st->scan), I(settled), I(s->assets), I(s->gaps), S(buf_str(&failed))),
                     d);
}

int store_end_turn(struct store *st, const struct scan_summary *s, struct str state, struct diag *d)
{
    bool settled = false;
    int rc = is_settled(st, state, &settled, d);

    return rc ? rc : end_turn(st, s, settled, d);
}

int store_touched(struct db *db, struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(db,
                        STR("INSERT INTO meta (key, value) SELECT 'touched',"
                            " CAST(COALESCE(max(id), 0) AS TEXT) FROM scan WHERE 1 = 1"
                            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                        &s, d);

    if (rc)
        return rc;
    rc = stmt_step(s, d);
    stmt_free(s);
    return rc ? rc
              : db_exec(db, STR("DELETE FROM asset_facts; DELETE FROM meta WHERE key = 'ended'"),
                        d);
}

/* ---- repeating ---- */

static int read_failed(struct str text, struct scan_summary *ret)
{
    struct str word;

    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (!str_field(&text, ' ', &word) || str_to_u64(word, &ret->failed[i]))
            return E_NOTFOUND;
    return 0;
}

/* The latest whole scan that rests on the same, when nothing is different since. */
static int find_repeated(struct store *st, struct str inputs, struct store_repeat *ret,
                         struct diag *d)
{
    struct stmt *s;
    int64_t unsettled, touched;
    struct store_repeat r = {0};
    int rc = store_query(st, SQL_FIND_REPEATED, ARGS(S(inputs)), &s, d);

    if (!rc)
        rc = stmt_step(s, d);
    if (rc <= 0)
        return rc ? rc : E_NOTFOUND;
    r.scan = stmt_int(s, 0);
    r.started_ms = stmt_int(s, 1);
    r.summary.posture_low_tenths = (int)stmt_int(s, 2);
    r.summary.posture_high_tenths = (int)stmt_int(s, 3);
    r.state = arena_str(&st->mem, stmt_str(s, 4));
    r.summary.assets = (uint64_t)stmt_int(s, 5);
    r.summary.gaps = (uint64_t)stmt_int(s, 6);
    rc = r.state.p ? read_failed(stmt_str(s, 7), &r.summary) : store_nomem(d);
    stmt_reset(s);
    if (!rc)
        rc = store_one(st, SQL_LAST_UNSETTLED, NULL, 0, 0, &unsettled, d);
    if (!rc)
        rc = store_one(st, SQL_LAST_TOUCHED, NULL, 0, 0, &touched, d);
    if (!rc && (r.scan < unsettled || r.scan <= touched))
        rc = E_NOTFOUND;
    *ret = r;
    return rc;
}

/* The targets of that scan; their roots must still be known by the same names. */
static int same_targets(struct store *st, int64_t scan, struct scan_target *targets, size_t n,
                        struct diag *d)
{
    struct stmt *s;
    size_t i = 0;
    int rc = store_query(st, SQL_TARGETS_OF, ARGS(I(scan)), &s, d);

    if (rc)
        return rc;
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        rc = 0;
        if (i == n || stmt_int(s, 0) != stmt_int(s, 4) ||
            !str_eq(stmt_str(s, 2), store_text(st, targets[i].given)) ||
            !str_eq(stmt_str(s, 3), store_text(st, targets[i].root)))
            rc = E_NOTFOUND;
        else if (!(targets[i++].identity = arena_str(&st->mem, stmt_str(s, 1))).p)
            rc = store_nomem(d);
    }
    stmt_reset(s);
    return rc ? rc : i == n ? 0 : E_NOTFOUND;
}

static int begin_repeat(struct store *st, const struct scan_info *info, struct store_repeat *ret,
                        struct diag *d)
{
    struct scan_info named = *info;
    struct scan_target *targets = arena_new_n(&st->mem, struct scan_target, info->n_targets + 1);
    struct stmt *s;
    int rc = targets ? find_repeated(st, info->inputs, ret, d) : store_nomem(d);

    /* What the latest scan left is what that one left; a clock that was set back proves nothing. */
    if (!rc)
        rc = store_query(st, SQL_LAST_STATE, NULL, 0, &s, d);
    if (!rc && (rc = stmt_step(s, d)) >= 0) {
        rc = rc && str_eq(stmt_str(s, 0), ret->state) && stmt_int(s, 1) <= info->started_ms
                 ? 0
                 : E_NOTFOUND;
        stmt_reset(s);
    }
    if (rc)
        return rc;
    for (size_t i = 0; i < info->n_targets; i++)
        targets[i] = info->targets[i];
    named.targets = targets;
    rc = same_targets(st, ret->scan, targets, info->n_targets, d);
    return rc ? rc : store_add_scan(st, &named, d);
}

int store_repeat_begin(struct store *st, const struct scan_info *info, struct store_repeat *ret,
                       struct diag *d)
{
    int rc;

    if (st->scanning)
        return diag_set(d, E_BUG, "a scan is open already");
    if (!info->inputs.n || info->part)
        return E_NOTFOUND;
    rc = db_begin(st->db, d);
    if (rc)
        return rc;
    st->scanning = true;
    st->at = info->started_ms;
    st->changes = 0;
    rc = begin_repeat(st, info, ret, d);
    if (rc)
        store_scan_abort(st);
    return rc;
}

int store_repeat_commit(struct store *st, const struct store_repeat *r, struct scan_summary *s,
                        struct diag *d)
{
    struct scan_summary all = r->summary;
    int rc;

    if (!st->scanning || st->inv)
        return diag_set(d, E_BUG, "no scan is open that could be a repetition");
    all.finished_ms = s->finished_ms;
    rc = store_run(st, SQL_COPY_COVERAGE, ARGS(I(st->scan), I(r->scan)), d);
    if (!rc)
        rc = store_run(st, SQL_COPY_RUNS, ARGS(I(st->scan), I(r->scan)), d);
    if (!rc)
        rc = store_run(st, SQL_ADD_TURN, ARGS(I(st->scan), I(1), I(r->scan), S(st->inputs)), d);
    if (!rc)
        rc = end_turn(st, &all, true, d);
    if (!rc)
        rc = store_end_scan(st, &all, r->state, d);
    if (rc) {
        store_scan_abort(st);
        return rc;
    }
    *s = all;
    return 0;
}
