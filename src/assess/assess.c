/* SPDX-License-Identifier: Apache-2.0 */
/* Decides in which order controls run and what becomes of their rows, verdicts and counts. */
#include "assess/rules.h"
#include "assess/tables.h"
#include "base/hash.h"

#define GUARD_MS    600000
#define GUARD_STEPS 20000000000

struct run {
    struct db *db;
    struct rules rules;
    struct arena *arena;
    struct assessment *out;
    struct diag *diag;
    struct {
        VEC(const struct control *);
    } todo; /* there is something that they judge */
};

static int out_of_memory(struct run *r)
{
    return diag_set(r->diag, E_NOMEM, "no memory for the verdicts");
}

static void count_row(struct control_run *run, enum verdict v)
{
    run->population++;
    run->passed += v == VERDICT_PASS;
    run->failed += v == VERDICT_FAIL;
    run->unknown += v == VERDICT_UNKNOWN;
    run->errors += v == VERDICT_ERROR;
}

static int keep_row(struct run *r, const struct verdict_row *row)
{
    return !row->asset.p || vec_push(&r->out->rows, *row) ? out_of_memory(r) : OK;
}

/* Runs one statement of the control; *ret_n counts the rows it gave, *ret_all all it has. */
static int read_rows(struct run *r, const struct control *c, enum query_form form, uint64_t *ret_n,
                     uint64_t *ret_all, struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s = NULL;
    int rc = control_query(c, r->rules.now_ms, form, &sql, d);
    if (!rc)
        rc = db_prepare(r->db, buf_str(&sql), &s, d);
    for (*ret_n = 0; !rc && (rc = stmt_step(s, d)) > 0; ++*ret_n) {
        struct verdict_row row;
        *ret_all = (uint64_t)stmt_int(s, COL_COUNT);
        rc = rules_apply(&r->rules, c, s, &row, d);
        if (!rc && row.verdict != VERDICT_NOT_APPLICABLE)
            rc = keep_row(r, &row);
    }
    stmt_free(s);
    return rc;
}

static int count_rows(struct run *r, const struct control *c, uint64_t *ret, struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s = NULL;
    int rc = control_query(c, r->rules.now_ms, QUERY_COUNT, &sql, d);
    if (!rc)
        rc = db_prepare(r->db, buf_str(&sql), &s, d);
    if (!rc)
        rc = stmt_step(s, d);
    *ret = rc > 0 ? (uint64_t)stmt_int(s, 0) : 0;
    stmt_free(s);
    return MIN(rc, 0);
}

/* E_NOMEM ends the assessment, all else is the control's own failure. */
static int collect(struct run *r, const struct control *c, struct diag *d)
{
    struct db_guard guard = {.views_only = true, .max_ms = GUARD_MS, .max_steps = GUARD_STEPS};
    size_t first = r->out->rows.n;
    uint64_t read, all = 0;
    int rc = db_guard(r->db, &guard, d);
    if (rc)
        return rc;
    rc = read_rows(r, c, QUERY_ROWS, &read, &all, d);
    if (!rc && !read)
        rc = count_rows(r, c, &all, d);
    if (!rc && read != all) {
        r->out->rows.n = first;
        rc = read_rows(r, c, QUERY_ALL_ROWS, &read, &all, d);
    }
    db_unguard(r->db);
    return rc;
}

/* One `error` row for each asset that the control would have judged. */
static int add_errors(struct run *r, const struct control *c, struct str message)
{
    struct stmt *s;
    int rc = db_prepare(r->db,
                        c->kind == KIND_ANY ? STR("SELECT asset FROM assets")
                                            : STR("SELECT asset FROM assets WHERE kind = ?1"),
                        &s, r->diag);
    if (rc)
        return rc;
    if (c->kind != KIND_ANY)
        stmt_bind_str(s, 1, str_z(kind_info((enum kind)c->kind)->name));
    while ((rc = stmt_step(s, r->diag)) > 0) {
        struct verdict_row row = {.control = c,
                                  .asset = arena_str(r->arena, stmt_str(s, 0)),
                                  .verdict = VERDICT_ERROR,
                                  .severity = SEVERITY_INFO,
                                  .reason = message};
        rc = keep_row(r, &row);
        if (rc)
            break;
    }
    stmt_free(s);
    return rc;
}

/* Worse verdicts first, so that the first of equal places stays. */
static int badness(enum verdict v)
{
    static const enum verdict order[] = {VERDICT_FAIL, VERDICT_ERROR, VERDICT_UNKNOWN,
                                         VERDICT_PASS};
    for (int i = 0; i < (int)ARRAY_LEN(order); i++)
        if (order[i] == v)
            return i;
    return (int)ARRAY_LEN(order);
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
    (void)ctx;
    const struct verdict_row *x = a, *y = b;
    int by = str_cmp(x->asset, y->asset);
    if (!by)
        by = (x->place > y->place) - (x->place < y->place);
    if (!by)
        by = badness(x->verdict) - badness(y->verdict);
    if (!by)
        by = (y->severity > x->severity) - (y->severity < x->severity);
    return by ? by : str_cmp(x->reason, y->reason);
}

/* Sorts the rows from `first` and keeps the worst of each asset and place. */
static int settle(struct run *r, size_t first, struct control_run *run)
{
    struct verdict_row *v = r->out->rows.v;
    size_t n = first;
    if (r->out->rows.n > first &&
        vec_sort_raw(v + first, r->out->rows.n - first, sizeof(*v), compare_rows, NULL))
        return out_of_memory(r);
    for (size_t i = first; i < r->out->rows.n; i++) {
        bool again =
            n > first && str_eq(v[n - 1].asset, v[i].asset) && v[n - 1].place == v[i].place;
        if (again)
            continue;
        v[n++] = v[i];
        count_row(run, v[i].verdict);
    }
    r->out->rows.n = n;
    return OK;
}

/* The evidence of a control's verdicts in one digest: a pass can be derived again and compared. */
static int digest_rows(struct run *r, size_t first, struct str *ret)
{
    struct sha256 h;
    unsigned char sum[SHA256_BYTES];
    AUTO(buf) hex = BUF_INIT;
    int rc = sha256_init(&h);
    if (rc)
        return rc;
    for (size_t i = first; i < r->out->rows.n; i++) {
        const struct verdict_row *row = &r->out->rows.v[i];
        sha256_field(&h, row->asset);
        sha256_field(&h, str_z(VERDICT_NAMES[row->verdict]));
        sha256_field(&h, row->reason);
    }
    rc = sha256_end(&h, sum);
    sha256_done(&h);
    buf_add_hex(&hex, sum, sizeof(sum));
    *ret = arena_str(r->arena, buf_str(&hex));
    return rc || !ret->p ? E_NOMEM : buf_result(&hex);
}

static int run_control(struct run *r, const struct control *c, bool judges)
{
    struct control_run run = {
        .control = c, .hidden = gaps_count(&r->rules.gaps, c), .error = STR("")};
    struct diag failure = {0};
    size_t first = r->out->rows.n;
    int rc = judges ? rules_prepare(&r->rules, c, r->diag) : OK;
    if (rc)
        return rc;
    rc = judges ? collect(r, c, &failure) : OK;
    if (rc == E_NOMEM)
        return out_of_memory(r);
    if (rc) {
        r->out->rows.n = first;
        run.error = arena_str(r->arena, str_z(failure.text));
        rc = run.error.p ? add_errors(r, c, run.error) : out_of_memory(r);
        if (rc)
            return rc;
    }
    rc = settle(r, first, &run);
    if (rc)
        return rc;
    if (digest_rows(r, first, &run.digest))
        return out_of_memory(r);
    return vec_push(&r->out->runs, run) ? out_of_memory(r) : OK;
}

static int prepare_table(struct db *db, struct diag *d)
{
    return db_exec(
        db,
        STR("CREATE TEMPORARY TABLE IF NOT EXISTS control_verdict (control TEXT NOT NULL,"
            " asset TEXT NOT NULL, place BIGINT NOT NULL, verdict TEXT NOT NULL,"
            " severity TEXT NOT NULL, reason TEXT NOT NULL);"
            "DELETE FROM control_verdict"),
        d);
}

static int store_rows(struct run *r)
{
    struct stmt *s;
    int rc = prepare_table(r->db, r->diag);
    if (!rc)
        rc = db_prepare(r->db, STR("INSERT INTO control_verdict VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
                        &s, r->diag);
    if (rc)
        return rc;
    for (size_t i = 0; !rc && i < r->out->rows.n; i++) {
        const struct verdict_row *row = &r->out->rows.v[i];
        stmt_reset(s);
        stmt_bind_str(s, 1, str_z(row->control->id));
        stmt_bind_str(s, 2, row->asset);
        stmt_bind_int(s, 3, row->place);
        stmt_bind_str(s, 4, str_z(VERDICT_NAMES[row->verdict]));
        stmt_bind_str(s, 5, str_z(SEVERITY_NAMES[row->severity]));
        stmt_bind_str(s, 6, row->reason);
        rc = stmt_step(s, r->diag);
    }
    stmt_free(s);
    return rc;
}

/* 1: there is an asset of the control's kind; 0: its statement need not even be prepared. */
static int judges_any(const struct control *c, struct stmt *of_kind, struct diag *d)
{
    if (c->kind == KIND_ANY)
        return 1;
    stmt_reset(of_kind);
    stmt_bind_str(of_kind, 1, str_z(kind_info((enum kind)c->kind)->name));
    return stmt_step(of_kind, d);
}

static int choose(struct run *r, const struct control *controls, size_t n, bool all)
{
    struct stmt *s;
    int rc =
        db_prepare(r->db, STR("SELECT 1 FROM asset WHERE state = 'present' AND kind = ?1 LIMIT 1"),
                   &s, r->diag);
    if (rc)
        return rc;
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        if (!controls[i].collected && !all)
            continue;
        rc = judges_any(&controls[i], s, r->diag);
        if (rc > 0 && vec_push(&r->todo, &controls[i]))
            rc = out_of_memory(r);
    }
    stmt_free(s);
    return MIN(rc, 0);
}

static int run_all(struct run *r, const struct control *controls, size_t n, bool all)
{
    size_t next = 0;
    int rc = tables_make(r->db, r->todo.v, r->todo.n, r->diag);
    for (size_t i = 0; !rc && i < n; i++) {
        bool judges = next < r->todo.n && r->todo.v[next] == &controls[i];
        next += judges;
        if (controls[i].collected || all)
            rc = run_control(r, &controls[i], judges);
    }
    return rc ? rc : tables_drop(r->db, r->diag);
}

int assess_run(struct db *db, const struct control *controls, size_t n, int64_t now_ms,
               struct arena *a, struct assessment *ret, struct diag *d)
{
    struct assessment out = {0};
    struct run r = {.db = db, .arena = a, .out = &out, .diag = d};
    bool built_in = !controls;
    if (built_in) {
        controls = CONTROLS;
        n = (size_t)CONTROL_COUNT;
    }
    rules_init(&r.rules, db, now_ms, a);
    int rc = rules_load(&r.rules, d);
    if (!rc)
        rc = choose(&r, controls, n, !built_in);
    if (!rc)
        rc = run_all(&r, controls, n, !built_in);
    if (!rc)
        rc = store_rows(&r);
    rules_done(&r.rules);
    vec_free(&r.todo);
    if (rc)
        assessment_done(&out);
    else
        *ret = out;
    return rc;
}

int assess_derive(struct db *db, int64_t now_ms, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct assessment out = {0};
    int rc = assess_run(db, NULL, 0, now_ms, &a, &out, d);
    assessment_done(&out);
    return rc;
}

/* Some place became too old for a staleness between the two times. */
static int grew_stale(struct db *db, int64_t from_ms, int64_t to_ms, int64_t staleness, bool *ret,
                      struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(
        db,
        STR("SELECT 1 FROM place WHERE last_seen > 0 AND state = 'present' AND last_seen >= ?1"
            " AND last_seen < ?2 UNION ALL SELECT 1 FROM target_seen"
            " WHERE last_seen >= ?1 AND last_seen < ?2 LIMIT 1"),
        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, from_ms - staleness);
    stmt_bind_int(s, 2, to_ms - staleness);
    rc = stmt_step(s, d);
    stmt_free(s);
    *ret = rc > 0;
    return MIN(rc, 0);
}

int assess_lasts(struct db *db, int64_t from_ms, int64_t to_ms, bool *ret, struct diag *d)
{
    int64_t asked = -1;
    bool stale = false;
    int rc = 0;
    for (int i = 0; !rc && !stale && i < CONTROL_COUNT; i++) {
        const struct control *c = &CONTROLS[i];
        if (!c->collected || c->staleness_ms == asked)
            continue;
        asked = c->staleness_ms;
        rc = grew_stale(db, from_ms, to_ms, asked, &stale, d);
    }
    for (int i = 0; i < CONTROL_COUNT; i++) /* a query that asks what time it is */
        stale |= CONTROLS[i].collected && str_has(str_z(CONTROLS[i].sql), STR(":now"));
    *ret = !rc && !stale && from_ms <= to_ms;
    return rc;
}

void assessment_done(struct assessment *r)
{
    vec_free(&r->rows);
    vec_free(&r->runs);
}

const struct framework *framework_find(struct str id)
{
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        if (str_eq_nocase(id, str_z(FRAMEWORKS[i].id)))
            return &FRAMEWORKS[i];
    return NULL;
}

const struct control *control_find(struct str id)
{
    for (int i = 0; i < CONTROL_COUNT; i++)
        if (str_eq_nocase(id, str_z(CONTROLS[i].id)))
            return &CONTROLS[i];
    return NULL;
}
