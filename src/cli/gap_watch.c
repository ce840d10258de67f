/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which gaps of coverage are new and which are over. */
#include "cli/gap_watch.h"

#include "base/buf.h"
#include "report/scope.h"

static const char QUERY[] =
    "SELECT c.target, c.path, c.state, c.reason, CASE WHEN (SELECT count(*) FROM target) > 1 THEN"
    " (" TARGET_SHOWN
    ") ELSE '' END, (SELECT min(y.scan) FROM scan_target y WHERE y.target = c.target)"
    " FROM coverage c JOIN target t ON t.id = c.target WHERE c.state IN"
    " ('denied', 'failed', 'partial', 'unsupported') AND c.scan ="
    " (SELECT max(x.scan) FROM scan_target x WHERE x.target = c.target) ORDER BY c.scan, c.ord";

static void rows_init(struct gap_rows *r)
{
    *r = (struct gap_rows){.mem = ARENA(0), .at = MAP_INIT};
}

static void rows_done(struct gap_rows *r)
{
    vec_free(&r->rows);
    map_done(&r->at);
    arena_done(&r->mem);
}

void gap_watch_init(struct gap_watch *g)
{
    rows_init(&g->known);
    g->learnt = false;
    g->since = 0;
}

void gap_watch_done(struct gap_watch *g)
{
    rows_done(&g->known);
}

/* "shop: sub/.mcp.json"; without a name the path alone. */
static struct str place_of(struct gap_rows *r, struct str name, struct str path)
{
    if (!name.n || !path.n)
        return arena_str(&r->mem, name.n ? name : path.n ? path : STR("the target"));
    return arena_fmt(&r->mem, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(path));
}

static int take(struct gap_rows *r, const struct stmt *s)
{
    bool fresh;
    struct gap_row row = {.first = stmt_int(s, 5),
                          .key = arena_fmt(&r->mem, "%lld " STR_FMT, (long long)stmt_int(s, 0),
                                           STR_ARG(stmt_str(s, 1)))};
    if (!row.key.p)
        return arena_error(&r->mem);
    if (map_get(&r->at, row.key))
        return 0;
    row.place = place_of(r, stmt_str(s, 4), stmt_str(s, 1));
    row.what =
        arena_fmt(&r->mem, STR_FMT ": " STR_FMT, STR_ARG(stmt_str(s, 2)), STR_ARG(stmt_str(s, 3)));
    if (!row.what.p || !row.place.p)
        return arena_error(&r->mem);
    return map_put(&r->at, row.key, &fresh) ? vec_push(&r->rows, row) : E_NOMEM;
}

static int last_scan(struct db *db, int64_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, STR("SELECT coalesce(max(scan), 0) FROM scan_target"), &s, d);
    if (rc)
        return rc;
    if ((rc = stmt_step(s, d)) > 0)
        *ret = stmt_int(s, 0);
    stmt_free(s);
    return MIN(rc, 0);
}

static int read_rows(struct gap_rows *r, struct db *db, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, str_z(QUERY), &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        rc = take(r, s);
        if (rc) {
            diag_set(d, rc, "no memory for the gaps of coverage");
            break;
        }
    }
    stmt_free(s);
    return rc;
}

/* Rows of `v` whose path `other` has not. Targets that nobody looked at up to the scan `since` have
 * no gap that is new. */
static int tell(const struct gap_rows *v, const struct gap_rows *other, enum change_kind kind,
                int64_t since, difference_fn fn, void *ctx)
{
    int rc = 0;
    for (size_t i = 0; i < v->rows.n && !rc; i++) {
        const struct gap_row *row = &v->rows.v[i];
        AUTO(buf) label = BUF_INIT;
        if (map_get(&other->at, row->key) || row->first > since)
            continue;
        if (kind == CHANGE_NEW && str_starts(row->what, STR("partial")))
            buf_addf(&label, STR_FMT " is examined only in part" STR_FMT, STR_ARG(row->place),
                     STR_ARG(str_sub(row->what, strlen("partial"), row->what.n)));
        else if (kind == CHANGE_NEW)
            buf_addf(&label, STR_FMT " is not examined, " STR_FMT, STR_ARG(row->place),
                     STR_ARG(row->what));
        else
            buf_addf(&label, STR_FMT " is no gap any more", STR_ARG(row->place));
        struct difference c = {
            .kind = kind, .subject = STR("gap"), .id = row->place, .label = buf_str(&label)};
        rc = buf_result(&label) ? E_NOMEM : fn(ctx, &c);
    }
    return rc;
}

int gap_watch_turn(struct gap_watch *g, struct db *db, difference_fn fn, void *ctx, struct diag *d)
{
    struct gap_rows now;
    int64_t scan = 0;
    rows_init(&now);
    int rc = last_scan(db, &scan, d);
    if (!rc)
        rc = read_rows(&now, db, d);
    if (!rc && g->learnt) {
        rc = tell(&now, &g->known, CHANGE_NEW, g->since, fn, ctx);
        rc = rc ? rc : tell(&g->known, &now, CHANGE_GONE, INT64_MAX, fn, ctx);
        if (rc)
            diag_set(d, rc, "what is not examined could not be told (%s)", err_name(rc));
    }
    if (rc) {
        rows_done(&now);
        return rc;
    }
    rows_done(&g->known);
    g->known = now;
    g->since = scan;
    g->learnt = true;
    return 0;
}
