/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the record says of one asset: its six facts, each with state and reason. */
#include "report/record_asset.h"

const char RECORD_ASSET_COLUMNS[] =
    "a.id, a.kind, a.name, a.owner, a.owner_state, a.environment, a.criticality, a.sanction,"
    " a.labels, a.first_seen, (SELECT n.last_seen FROM asset_seen n WHERE n.asset = a.id)";

/* Columns and tables before and after what the view lets through, of one asset ?1. */
static int prepare_scoped(struct record *r, const char *head, const char *tail, struct stmt **ret,
                          struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, head);
    scope_places(&r->scope, &q);
    select_addz(&q, tail);
    return select_prepare(&q, r->scope.db, ret, d);
}

#define VALUES_FROM                                                                                \
    " FROM attribute t LEFT JOIN attribute_at x ON x.asset = t.asset AND x.place = t.place"        \
    " AND x.name = t.name"

static int open_batch(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, "SELECT " VALUE_COLUMNS VALUES_FROM " WHERE t.asset = ?1 AND t.place IN (");
    for (int i = 0; i < PLACES_AT_ONCE; i++)
        buf_addf(&q.sql, "%s?%d", i ? ", " : "", i + 2);
    select_addz(&q, ")");
    return select_prepare(&q, r->scope.db, &r->at, d);
}

static int open_places(struct record *r, struct diag *d)
{
    int rc = prepare_scoped(r, "SELECT " EVIDENCE_COLUMNS " FROM place p WHERE p.asset = ?1 AND ",
                            " ORDER BY " EVIDENCE_ORDER, &r->places, d);
    if (!rc)
        rc = prepare_scoped(r, "SELECT " EVIDENCE_COLUMNS " FROM place p WHERE p.id = ?1 AND ", "",
                            &r->place, d);
    if (!rc) /* in any order: record_what.c knows the ranks of places */
        rc = record_prepare(r, "SELECT " VALUE_COLUMNS VALUES_FROM " WHERE t.asset = ?1",
                            &r->attributes, d);
    if (rc || !r->scope.view->evidence_all)
        return rc;
    rc = open_batch(r, d);
    if (!rc)
        rc = prepare_scoped(r,
                            "SELECT " VALUE_COLUMNS ", " EVIDENCE_COLUMNS VALUES_FROM
                            " JOIN place p ON p.id = CASE WHEN t.place = 0 THEN t.evidence"
                            " ELSE t.place END WHERE t.asset = ?1 AND t.name = ?2 AND ",
                            " ORDER BY CASE WHEN t.place = 0 THEN 0 ELSE 1 END, " EVIDENCE_ORDER,
                            &r->alike, d);
    return rc;
}

/* Of the places of the view only; and whether there are others. */
static int open_verdicts(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    AUTO(select) shared = SELECT_INIT;
    select_addz(&q, "SELECT v.control, v.verdict, v.reason, v.place FROM control_verdict v"
                    " LEFT JOIN place p ON p.id = v.place WHERE v.asset = ?1");
    if (r->scope.narrow) {
        select_addz(&q, " AND ");
        scope_judged(&r->scope, &q);
    }
    select_addz(&q,
                " ORDER BY v.control, CASE WHEN p.id IS NULL THEN 0 ELSE 1 END, " EVIDENCE_ORDER);
    int rc = select_prepare(&q, r->scope.db, &r->verdicts, d);
    if (rc || !r->scope.narrow)
        return rc;
    select_addz(&shared, "SELECT 1 WHERE ");
    scope_elsewhere(&r->scope, &shared, "?1");
    return select_prepare(&shared, r->scope.db, &r->shared, d);
}

int record_asset_open(struct record *r, struct diag *d)
{
    int rc = open_places(r, d);
    if (!rc)
        rc = record_prepare(
            r, "SELECT alias FROM asset_alias WHERE asset = ?1 AND alias <> ?1 ORDER BY alias",
            &r->aliases, d);
    if (!rc)
        rc = record_prepare(r,
                            "SELECT name, source, confidence, target, path, line"
                            " FROM owner_candidate WHERE asset = ?1 ORDER BY ord",
                            &r->owners, d);
    if (!rc)
        rc = record_prepare(r,
                            "SELECT class, kind, id, target, path, member, pointer, url, line, col,"
                            " byte_offset, collector, '', '', '', 0 FROM data_value"
                            " WHERE asset = ?1 ORDER BY class, kind, target, path, member, pointer,"
                            " line, col, id",
                            &r->values, d);
    if (!rc)
        rc = open_verdicts(r, d);
    if (!rc)
        rc = record_prepare(r, "SELECT score, confidence, factors FROM asset_risk WHERE asset = ?1",
                            &r->risk, d);
    return rc;
}

/* ---- owner ---- */

/* `seen`: when the asset was, for candidates and values have no time of their own. */
static void write_candidate(struct record *r, int64_t seen)
{
    struct json_writer *w = &r->w;
    const struct stmt *q = r->owners;
    int target = scope_target(&r->scope, stmt_int(q, 3));
    struct evidence e = {.target = target,
                         .path = stmt_str(q, 4),
                         .line = stmt_int(q, 5),
                         .offset = -1,
                         .collector = stmt_str(q, 1),
                         .seen_at = seen};
    json_object(w);
    json_kstr(w, "name", stmt_str(q, 0));
    json_kstr(w, "source", stmt_str(q, 1));
    json_kint(w, "confidence", stmt_int(q, 2));
    if (target >= 0 && e.path.n) {
        json_kopen_array(w, "evidence");
        evidence_write(w, &e);
        json_end(w);
    }
    json_end(w);
}

static void write_owner_head(struct record *r, const struct stmt *row, bool candidate)
{
    struct json_writer *w = &r->w;
    bool known = str_eq_z(stmt_str(row, 4), "known") && !stmt_is_null(row, 3);
    bool same = candidate && str_eq(stmt_str(r->owners, 0), stmt_str(row, 3));
    if (known) {
        json_kstr(w, "state", STR("known"));
        json_kstr(w, "name", stmt_str(row, 3));
        json_kstr(w, "source", same ? stmt_str(r->owners, 1) : STR("register"));
        json_kint(w, "confidence", same ? stmt_int(r->owners, 2) : 100);
    } else if (str_eq_z(stmt_str(row, 4), "none")) {
        json_kstr(w, "state", STR("none"));
        json_kstr(w, "reason", STR(OWNER_NONE));
    } else {
        json_kstr(w, "state", STR("unknown"));
        json_kstr(w, "reason", STR(OWNER_UNKNOWN));
    }
}

static int write_owner(struct record *r, const struct stmt *row, struct diag *d)
{
    struct json_writer *w = &r->w;
    stmt_reset(r->owners);
    stmt_bind_str(r->owners, 1, stmt_str(row, 0));
    int rc = stmt_step(r->owners, d);
    if (rc < 0)
        return rc;
    json_kopen_object(w, "owner");
    write_owner_head(r, row, rc > 0);
    json_kopen_array(w, "candidates");
    for (; rc > 0; rc = stmt_step(r->owners, d))
        write_candidate(r, stmt_int(row, 10));
    json_end(w);
    json_end(w);
    return rc;
}

/* ---- data ---- */

/* One class and kind, whose rows stand together. */
struct data_group {
    struct str class, kind;
    int64_t count;
    bool open;
};

static void end_group(struct json_writer *w, struct data_group *g)
{
    if (!g->open)
        return;
    json_end(w);
    json_kint(w, "count", g->count);
    json_end(w);
    g->open = false;
}

static int value_row(struct record *r, struct data_group *g, int64_t seen)
{
    struct json_writer *w = &r->w;
    const struct stmt *q = r->values;
    struct evidence e;
    evidence_read(&r->scope, q, 2, &e);
    e.seen_at = seen;
    if (e.target < 0)
        return 0;
    if (!g->open || !str_eq(g->class, stmt_str(q, 0)) || !str_eq(g->kind, stmt_str(q, 1))) {
        end_group(w, g);
        *g = (struct data_group){.class = arena_str(&r->mem, stmt_str(q, 0)),
                                 .kind = arena_str(&r->mem, stmt_str(q, 1)),
                                 .open = true};
        if (!g->class.p || !g->kind.p)
            return E_NOMEM;
        json_object(w);
        json_kstr(w, "class", g->class);
        json_kstr(w, "kind", g->kind);
        json_kstr(w, "state", STR("declared"));
        json_kopen_array(w, "evidence");
    }
    if (g->count++ < EVIDENCE_SAMPLE || r->scope.view->evidence_all)
        evidence_write(w, &e);
    return 0;
}

static int write_data(struct record *r, struct str asset, int64_t seen, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct data_group g = {0};
    int rc, any = 0;
    json_kopen_object(w, "data");
    json_kopen_array(w, "items");
    stmt_reset(r->values);
    stmt_bind_str(r->values, 1, asset);
    while ((rc = stmt_step(r->values, d)) > 0) {
        if (value_row(r, &g, seen))
            return diag_set(d, E_NOMEM, "no memory for the report");
        any |= g.open;
    }
    end_group(w, &g);
    json_end(w);
    json_kstr(w, "state", any ? STR("known") : STR("unknown"));
    if (!any)
        json_kstr(w, "reason", STR(DATA_UNKNOWN));
    json_end(w);
    return rc;
}

/* ---- controls and risk ---- */

static int badness(int verdict)
{
    static const enum verdict order[] = {VERDICT_PASS, VERDICT_EXCEPTED, VERDICT_UNKNOWN,
                                         VERDICT_ERROR, VERDICT_FAIL};
    for (int i = 0; i < (int)ARRAY_LEN(order); i++)
        if ((int)order[i] == verdict)
            return i;
    return -1;
}

/* The worst verdict of one control over the places of the asset. */
struct verdict_group {
    struct str control, reason;
    int64_t place;
    int verdict; /* -1: none yet */
    int reached, open;
};

/* The place that was judged: what the verdict, `pass` too, rests on. */
static int write_judged(struct record *r, const struct asset_rows *rows, int64_t place,
                        struct diag *d)
{
    struct evidence e;
    int rc = asset_place(r, rows, place, &e, d);
    if (rc <= 0)
        return rc;
    json_kopen_array(&r->w, "evidence");
    evidence_write(&r->w, &e);
    json_end(&r->w);
    return 0;
}

static int end_verdict(struct record *r, const struct asset_rows *rows, struct verdict_group *g,
                       struct diag *d)
{
    struct json_writer *w = &r->w;
    if (g->verdict < 0)
        return 0;
    bool reached = g->verdict == VERDICT_PASS || g->verdict == VERDICT_FAIL;
    g->reached += reached;
    g->open += !reached;
    json_object(w);
    json_kstr(w, "id", g->control);
    json_kstr(w, "verdict", str_z(VERDICT_NAMES[g->verdict]));
    if (g->reason.n)
        json_kstr(w, "reason", g->reason);
    int rc = write_judged(r, rows, g->place, d);
    json_end(w);
    g->verdict = -1;
    return rc;
}

static int verdict_row(struct record *r, const struct asset_rows *rows, struct verdict_group *g,
                       struct diag *d)
{
    const struct stmt *q = r->verdicts;
    int verdict = word_index(VERDICT_NAMES, stmt_str(q, 1)), rc = 0;
    if (badness(verdict) < 0)
        return 0;
    if (g->verdict >= 0 && !str_eq(g->control, stmt_str(q, 0)))
        rc = end_verdict(r, rows, g, d);
    if (rc || badness(verdict) <= badness(g->verdict))
        return rc;
    g->verdict = verdict;
    g->place = stmt_int(q, 3);
    g->control = arena_str(&r->mem, stmt_str(q, 0));
    g->reason = arena_str(&r->mem, stmt_str(q, 2));
    return g->control.p && g->reason.p ? 0 : diag_set(d, E_NOMEM, "no memory for the report");
}

static int write_controls(struct record *r, struct str asset, const struct asset_rows *rows,
                          int *ret_open, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct verdict_group g = {.verdict = -1};
    int rc;
    json_kopen_object(w, "controls");
    json_kopen_array(w, "items");
    stmt_reset(r->verdicts);
    stmt_bind_str(r->verdicts, 1, asset);
    while ((rc = stmt_step(r->verdicts, d)) > 0)
        if ((rc = verdict_row(r, rows, &g, d)))
            return rc;
    if (!rc)
        rc = end_verdict(r, rows, &g, d);
    json_end(w);
    json_kstr(w, "state", g.reached ? STR("known") : g.open ? STR("unknown") : STR("none"));
    if (!g.reached)
        json_kstr(w, "reason", g.open ? STR(CONTROLS_UNKNOWN) : STR(CONTROLS_NONE));
    json_end(w);
    *ret_open = g.open;
    return rc;
}

static int write_risk(struct record *r, struct str asset, int open, struct diag *d)
{
    const char *reason = open ? CONTROLS_UNKNOWN : CONTROLS_NONE;
    stmt_reset(r->risk);
    stmt_bind_str(r->risk, 1, asset);
    int rc = stmt_step(r->risk, d);
    if (rc > 0)
        json_risk(&r->w, (int)stmt_int(r->risk, 0), (int)stmt_int(r->risk, 1), stmt_str(r->risk, 2),
                  reason);
    else if (!rc)
        json_risk(&r->w, -1, 0, STR_NULL, reason);
    return rc < 0 ? rc : 0;
}

/* ---- the asset ---- */

/* Other ids, then the other names it was seen under, each once. */
static int write_aliases(struct record *r, const struct stmt *row, const struct asset_rows *rows,
                         struct diag *d)
{
    int rc;
    json_kopen_array(&r->w, "aliases");
    stmt_reset(r->aliases);
    stmt_bind_str(r->aliases, 1, stmt_str(row, 0));
    while ((rc = stmt_step(r->aliases, d)) > 0)
        json_str(&r->w, stmt_str(r->aliases, 0));
    vec_each (name, &rows->names)
        if (!str_eq(*name, stmt_str(row, 2)))
            json_str(&r->w, *name);
    json_end(&r->w);
    return rc;
}

static void write_place(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                        int64_t rank, const struct evidence *e)
{
    struct json_writer *w = &r->w;
    json_object(w);
    if (e->name.n)
        json_kstr(w, "name", e->name);
    json_kwords(w, "labels", e->labels);
    asset_rows_at(r, rows, b, rank);
    json_key(w, STR("evidence"));
    evidence_write(w, e);
    json_end(w);
}

static int write_batch(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                       struct diag *d)
{
    int rc = place_batch_read(r, rows, b, d);
    for (size_t i = 0; i < b->n && !rc; i++) {
        write_place(r, rows, b, b->rank + (int64_t)i, &b->v[i]);
        record_flush(r);
    }
    place_batch_clear(b);
    return rc;
}

static int write_all_places(struct record *r, const struct asset_rows *rows, struct diag *d)
{
    struct place_batch b = {.mem = ARENA(0)};
    int rc;
    stmt_reset(r->places);
    stmt_bind_str(r->places, 1, rows->asset);
    while ((rc = stmt_step(r->places, d)) > 0) {
        struct evidence e;
        evidence_read(&r->scope, r->places, 0, &e);
        if (e.target < 0)
            continue;
        rc = place_batch_put(&b, &e);
        if (rc)
            diag_set(d, rc, "no memory for the places of an asset");
        else if (b.n == PLACES_AT_ONCE)
            rc = write_batch(r, rows, &b, d);
        if (rc)
            break;
    }
    if (!rc)
        rc = write_batch(r, rows, &b, d);
    place_batch_done(&b);
    return rc;
}

static int write_shared(struct record *r, struct str asset, struct diag *d)
{
    if (!r->shared)
        return 0;
    stmt_reset(r->shared);
    stmt_bind_str(r->shared, 1, asset);
    int rc = stmt_step(r->shared, d);
    if (rc > 0)
        json_kbool(&r->w, "shared", true);
    return MIN(rc, 0);
}

static int write_where(struct record *r, const struct asset_rows *rows, struct diag *d)
{
    int rc = 0;
    json_kopen_array(&r->w, "where");
    if (r->scope.view->evidence_all)
        rc = write_all_places(r, rows, d);
    else
        for (int64_t i = 0; !rc && i < MIN(rows->n_places, EVIDENCE_SAMPLE); i++)
            write_place(r, rows, NULL, i, &rows->first[i]);
    json_end(&r->w);
    json_kint(&r->w, "places", rows->n_places);
    return rc;
}

int record_asset(struct record *r, const struct stmt *row, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct str id = stmt_str(row, 0);
    struct asset_rows rows;
    int open = 0;
    int rc = asset_rows_read(r, id, stmt_str(row, 1), &rows, d);
    if (rc)
        return rc;
    json_object(w);
    json_kstr(w, "id", id);
    json_kstr(w, "kind", stmt_str(row, 1));
    json_kstr(w, "name", stmt_str(row, 2));
    rc = write_aliases(r, row, &rows, d);
    if (!rc)
        rc = asset_rows_what(r, &rows, d);
    if (!rc)
        rc = write_where(r, &rows, d);
    if (!rc)
        rc = write_shared(r, id, d);
    if (!rc)
        rc = write_owner(r, row, d);
    if (!rc)
        rc = write_data(r, id, stmt_int(row, 10), d);
    if (!rc)
        rc = write_controls(r, id, &rows, &open, d);
    asset_rows_done(&rows);
    if (!rc)
        rc = write_risk(r, id, open, d);
    json_kstr(w, "sanction", stmt_str(row, 7));
    json_kstr(w, "environment", stmt_str(row, 5));
    json_kstr(w, "criticality", stmt_str(row, 6));
    json_kwords(w, "labels", stmt_str(row, 8));
    json_ktime(w, "first_seen", stmt_int(row, 9));
    json_ktime(w, "last_seen", stmt_int(row, 10));
    json_end(w);
    return rc;
}
