/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which rows of a store belong to a view. */
#include "report/scope.h"

#include "assess/assess.h"

static int no_scan(const struct view *v, struct diag *d)
{
    if (v->scan)
        diag_set(d, E_NOTFOUND, "the store has no scan %lld", (long long)v->scan);
    else
        diag_set(d, E_NOTFOUND, "the store holds no scan yet");
    diag_hint(d, "run `stance scan DIR` first");
    return E_NOTFOUND;
}

static int read_scan(struct scope *s, struct diag *d)
{
    const struct view *v = s->view;
    struct stmt *q;
    int rc = db_prepare(s->db,
                        STR("SELECT id, uid, program, knowledge, sandbox, deterministic, started,"
                            " finished, posture_low, posture_high FROM scan WHERE id = ?1"
                            " OR (?1 = 0 AND id = (SELECT max(id) FROM scan))"),
                        &q, d);
    if (rc)
        return rc;
    stmt_bind_int(q, 1, v->scan);
    rc = stmt_step(q, d);
    if (rc == 1) {
        s->scan = stmt_int(q, 0);
        s->uid = arena_str(&s->mem, stmt_str(q, 1));
        s->program = arena_str(&s->mem, stmt_str(q, 2));
        s->knowledge = arena_str(&s->mem, stmt_str(q, 3));
        s->sandbox = arena_str(&s->mem, stmt_str(q, 4));
        s->deterministic = stmt_int(q, 5) != 0;
        s->started = stmt_int(q, 6);
        s->finished = stmt_is_null(q, 7) ? s->started : stmt_int(q, 7);
        s->posture_low = (int)stmt_int(q, 8);
        s->posture_high = (int)stmt_int(q, 9);
        rc = s->uid.p && s->program.p && s->knowledge.p && s->sandbox.p ? 0 : E_NOMEM;
    } else if (!rc) {
        rc = no_scan(v, d);
    }
    stmt_free(q);
    return rc;
}

/* Was it a look at a part? Then what the last look at all of the target said. */
static int read_whole(struct scope *s, struct diag *d)
{
    struct stmt *q;
    int rc =
        db_prepare(s->db,
                   STR("SELECT s.id, s.posture_low, s.posture_high,"
                       " EXISTS (SELECT 1 FROM coverage c WHERE c.scan = ?1"
                       " AND c.state = 'examined' AND substr(c.path, 1, 9) = '" COVERAGE_REVISION
                       "' AND substr(c.reason, 1, 18) = '" COVERAGE_RANGE "')"
                       " FROM turn t LEFT JOIN scan"
                       " s ON s.id = (SELECT max(x.scan) FROM scan_target x JOIN turn w"
                       " ON w.scan = x.scan WHERE w.whole = 1 AND x.scan < ?1 AND x.target IN"
                       " (SELECT y.target FROM scan_target y WHERE y.scan = ?1))"
                       " WHERE t.scan = ?1 AND t.whole = 0"),
                   &q, d);
    if (rc)
        return rc;
    stmt_bind_int(q, 1, s->scan);
    rc = stmt_step(q, d);
    s->part = rc > 0;
    s->range = rc > 0 && stmt_int(q, 3);
    if (rc > 0 && !s->view->scan && !stmt_is_null(q, 0)) {
        s->whole = stmt_int(q, 0);
        s->posture_low = (int)stmt_int(q, 1);
        s->posture_high = (int)stmt_int(q, 2);
    }
    stmt_free(q);
    return MIN(rc, 0);
}

static int read_narrow(struct scope *s, struct diag *d)
{
    struct stmt *q;
    int rc = db_prepare(s->db, STR("SELECT count(*) FROM target"), &q, d);
    if (rc)
        return rc;
    rc = stmt_step(q, d);
    s->narrow = rc > 0 && stmt_int(q, 0) > (int64_t)s->n_targets;
    stmt_free(q);
    return MIN(rc, 0);
}

static int compare_ids(const void *a, const void *b, void *ctx)
{
    const struct scope *s = ctx;
    int64_t x = s->targets[*(const int *)a].id, y = s->targets[*(const int *)b].id;
    return (x > y) - (x < y);
}

static int sort_targets(struct scope *s)
{
    s->by_id = arena_new_n(&s->mem, int, s->n_targets + 1);
    if (!s->by_id)
        return E_NOMEM;
    for (size_t i = 0; i < s->n_targets; i++)
        s->by_id[i] = (int)i;
    return vec_sort_raw(s->by_id, s->n_targets, sizeof(*s->by_id), compare_ids, s);
}

static int add_target(struct scope *s, struct stmt *q, size_t *alloc)
{
    if (s->n_targets == *alloc) {
        size_t more = *alloc ? *alloc * 2 : 8;
        struct scope_target *t = arena_new_n(&s->mem, struct scope_target, more);
        if (!t)
            return E_NOMEM;
        if (s->n_targets)
            memcpy(t, s->targets, s->n_targets * sizeof(*t));
        s->targets = t;
        *alloc = more;
    }
    struct scope_target *t = &s->targets[s->n_targets++];
    t->id = stmt_int(q, 0);
    t->scan = stmt_int(q, 1);
    t->name = arena_str(&s->mem, stmt_str(q, 2));
    t->identity = arena_str(&s->mem, stmt_str(q, 3));
    t->seen = stmt_int(q, 4);
    t->shown = arena_str(&s->mem, stmt_str(q, 5));
    return t->name.p && t->identity.p && t->shown.p ? 0 : E_NOMEM;
}

static int read_targets(struct scope *s, struct diag *d)
{
    struct stmt *q;
    size_t alloc = 0;
    int rc = db_prepare(
        s->db,
        s->view->all_targets
            ? STR("SELECT t.id, max(x.scan), t.name, t.identity,"
                  " (SELECT n.last_seen FROM target_seen n WHERE n.target = t.id), " TARGET_SHOWN
                  " FROM target t JOIN scan_target x"
                  " ON x.target = t.id WHERE ?1 > 0 GROUP BY t.id, t.name, t.identity ORDER BY "
                  "t.id")
            : STR("SELECT t.id, x.scan, t.name, t.identity,"
                  " (SELECT n.last_seen FROM target_seen n WHERE n.target = t.id), " TARGET_SHOWN
                  " FROM scan_target x JOIN target t"
                  " ON t.id = x.target WHERE x.scan = ?1 ORDER BY x.ord"),
        &q, d);
    if (rc)
        return rc;
    stmt_bind_int(q, 1, s->scan);
    while ((rc = stmt_step(q, d)) > 0 && !(rc = add_target(s, q, &alloc)))
        continue;
    stmt_free(q);
    return rc ? rc : sort_targets(s);
}

int scope_open(const struct view *v, struct scope *ret, struct diag *d)
{
    struct scope s = {.view = v, .db = v->db, .mem = ARENA(0)};
    int rc = read_scan(&s, d);
    if (!rc)
        rc = read_whole(&s, d);
    if (!rc)
        rc = read_targets(&s, d);
    if (!rc)
        rc = read_narrow(&s, d);
    if (rc) {
        scope_done(&s);
        return rc == E_NOMEM ? diag_set(d, rc, "no memory for the report") : rc;
    }
    *ret = s;
    return 0;
}

void scope_done(struct scope *s)
{
    arena_done(&s->mem);
}

int scope_target(const struct scope *s, int64_t target)
{
    size_t low = 0, high = s->n_targets;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->targets[s->by_id[mid]].id < target)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < s->n_targets && s->targets[s->by_id[low]].id == target)
        return s->by_id[low];
    return -1;
}

int64_t scope_seen(const struct scope *s, int64_t target, int64_t last_seen)
{
    int i = last_seen ? -1 : scope_target(s, target);
    return i >= 0 ? s->targets[i].seen : last_seen;
}

void select_done(struct select *q)
{
    buf_done(&q->sql);
}

void select_addz(struct select *q, const char *sql)
{
    buf_addz(&q->sql, sql);
}

void select_bind(struct select *q, struct str value)
{
    if (q->n == SELECT_BINDS)
        return; /* the placeholder is missing: the statement fails */
    q->binds[q->n++] = value;
    buf_addf(&q->sql, "?%d", q->n);
}

int select_prepare(struct select *q, struct db *db, struct stmt **ret, struct diag *d)
{
    int rc = buf_result(&q->sql);
    if (rc)
        return diag_set(d, rc, "no memory for the report");
    rc = db_prepare(db, buf_str(&q->sql), ret, d);
    for (int i = 0; !rc && i < q->n; i++)
        stmt_bind_str(*ret, i + 1, q->binds[i]);
    return rc;
}

static void in_targets(const struct scope *s, struct select *q)
{
    if (!s->view->all_targets)
        buf_addf(&q->sql,
                 " AND p.target IN (SELECT x.target FROM scan_target x WHERE x.scan = %lld)",
                 (long long)s->scan);
}

void scope_places(const struct scope *s, struct select *q)
{
    select_addz(q, "p.state = 'present'");
    in_targets(s, q);
}

void scope_present(const struct scope *s, struct select *q, const char *asset_column)
{
    buf_addf(&q->sql, "EXISTS (SELECT 1 FROM place p WHERE p.asset = %s AND ", asset_column);
    scope_places(s, q);
    select_addz(q, ")");
}

void scope_seen_now(const struct scope *s, struct select *q)
{
    select_addz(q, "EXISTS (SELECT 1 FROM place p WHERE p.asset = a.id AND (p.last_seen = 0 OR"
                   " p.last_seen >= coalesce((SELECT n.last_seen FROM target_seen n"
                   " WHERE n.target = p.target), 0)) AND ");
    scope_places(s, q);
    select_addz(q, ")");
}

void scope_judged(const struct scope *s, struct select *q)
{
    select_addz(q, "(EXISTS (SELECT 1 FROM place p WHERE p.id = v.place AND ");
    scope_places(s, q);
    select_addz(q, ") OR (v.place = 0 AND EXISTS (SELECT 1 FROM place p WHERE p.asset = v.asset"
                   " AND ");
    scope_places(s, q);
    select_addz(q, ")))");
}

void scope_elsewhere(const struct scope *s, struct select *q, const char *asset_column)
{
    buf_addf(&q->sql,
             "EXISTS (SELECT 1 FROM place e WHERE e.asset = %s AND e.state = 'present' AND e.target"
             " NOT IN (SELECT x.target FROM scan_target x WHERE x.scan = %lld))",
             asset_column, (long long)s->scan);
}

static void equals(struct select *q, const char *column, struct str value)
{
    if (!value.n)
        return;
    buf_addf(&q->sql, " AND %s = ", column);
    select_bind(q, value);
}

static void scope_owner(const struct scope *s, struct select *q, const char *owner)
{
    if (str_eq_z(s->view->owner, "none"))
        buf_addf(&q->sql, " AND %s IS NULL", owner);
    else
        equals(q, owner, s->view->owner);
}

void scope_assets(const struct scope *s, struct select *q)
{
    select_addz(q, "a.state = 'present' AND ");
    scope_present(s, q, "a.id");
    equals(q, "a.kind", s->view->kind);
    equals(q, "a.id", s->view->id);
    scope_owner(s, q, "a.owner");
}

static void scope_status(const struct scope *s, struct select *q)
{
    if (s->view->status.n)
        equals(q, "f.status", s->view->status);
    else if (!s->view->closed_too)
        select_addz(q, " AND f.status IN ('open', 'reopened')");
}

/*
 * A finding belongs to the target of its place, or of its asset, also when these are gone. Its
 * place is asked for by key: one asset can stand at very many.
 */
void scope_findings(const struct scope *s, struct select *q)
{
    select_addz(q, "(EXISTS (SELECT 1 FROM place p WHERE p.id = f.place AND p.asset = f.asset");
    in_targets(s, q);
    select_addz(q, ") OR (f.place = 0 AND EXISTS (SELECT 1 FROM place p WHERE p.asset = f.asset");
    in_targets(s, q);
    select_addz(q, ")))");
    scope_status(s, q);
    equals(q, "a.kind", s->view->kind);
    equals(q, "f.control", s->view->control);
    scope_owner(s, q, FINDING_OWNER);
    if (s->view->id.n) {
        select_addz(q, " AND (f.id = ");
        select_bind(q, s->view->id);
        select_addz(q, " OR f.asset = ");
        select_bind(q, s->view->id);
        select_addz(q, ")");
    }
    for (int i = SEVERITY_INFO; i < (int)s->view->min_severity; i++)
        buf_addf(&q->sql, " AND f.severity <> '%s'", SEVERITY_NAMES[i]);
}

void scope_coverage(const struct scope *s, struct select *q)
{
    /* How much was examined is what the last look at all of a target says. */
    if (s->view->all_targets)
        select_addz(q, "c.scan = (SELECT CASE WHEN c.state = 'examined' THEN"
                       " COALESCE(max(CASE WHEN w.whole = 1 THEN x.scan END), max(x.scan))"
                       " ELSE max(x.scan) END FROM scan_target x"
                       " LEFT JOIN turn w ON w.scan = x.scan WHERE x.target = c.target)");
    else if (s->whole && !s->range)
        buf_addf(&q->sql,
                 "((c.scan = %lld AND c.state <> 'examined') OR (c.scan = %lld AND"
                 " c.state = 'examined' AND c.target IN (SELECT x.target FROM scan_target x"
                 " WHERE x.scan = %lld)))",
                 (long long)s->scan, (long long)s->whole, (long long)s->scan);
    else
        buf_addf(&q->sql, "c.scan = %lld", (long long)s->scan);
}

const char SEVERITY_ORDER[] = "CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1"
                              " WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END";

static int has_verdicts(struct db *db, bool *ret, struct diag *d)
{
    struct stmt *q;
    int rc = db_prepare(db,
                        db_engine(db) == DB_SQLITE
                            ? STR("SELECT count(*) FROM sqlite_temp_master"
                                  " WHERE name = 'control_verdict'")
                            : STR("SELECT count(*) FROM pg_class WHERE relname = 'control_verdict'"
                                  " AND relnamespace = pg_my_temp_schema()"),
                        &q, d);
    if (rc)
        return rc;
    rc = stmt_step(q, d);
    if (rc == 1) {
        *ret = stmt_int(q, 0) > 0;
        rc = 0;
    }
    stmt_free(q);
    return rc;
}

int scope_verdicts(const struct scope *s, struct diag *d)
{
    bool there = false;
    int rc = has_verdicts(s->db, &there, d);
    if (!rc && !there)
        rc = assess_derive(s->db, s->view->now_ms, d);
    if (!rc)
        rc = db_exec(s->db,
                     STR("CREATE INDEX IF NOT EXISTS control_verdict_asset"
                         " ON control_verdict (asset)"),
                     d);
    return rc;
}

bool scope_fixable(const struct scope *s, struct str control, struct str member)
{
    const struct control *c = control_find(control);
    if (member.n)
        return false;
    if (s->view->fixable)
        return s->view->fixable(control);
    return c && c->action;
}

int scope_word(const char *const *names, struct str word, int other)
{
    int i = word_index(names, word);
    return i < 0 ? other : i;
}
