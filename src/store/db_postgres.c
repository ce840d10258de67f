/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how PostgreSQL is spoken to, in batches, and how queries of others are guarded there. */
#include <string.h>

#include "base/mem.h"
#include "store/db_postgres.h"

#define PENDING_MAX 256 /* answers stay far below a socket buffer, so sending never blocks */

static struct pg_db *handle(struct db *db)
{
    return (struct pg_db *)db;
}

static const struct pg_api *api(const struct stmt *s)
{
    return &((const struct pg_db *)s->db)->pg;
}

static bool result_ok(struct pg_db *q, const struct pg_result *res)
{
    int status = res ? q->pg.PQresultStatus(res) : PGRES_FATAL_ERROR;

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/* ---- batches of writes ---- */

/* Take the answers to all queued writes; the first failure wins. */
static int drain(struct pg_db *q, struct diag *d)
{
    int rc = 0, nulls = 0;

    while (nulls < 2) {
        struct pg_result *res = q->pg.PQgetResult(q->h);
        int status = res ? q->pg.PQresultStatus(res) : -1;

        nulls = res ? 0 : nulls + 1;
        if (res && !rc && status != PGRES_PIPELINE_SYNC && status != PGRES_PIPELINE_ABORTED &&
            !result_ok(q, res))
            rc = pg_explain(q, res, d);
        q->pg.PQclear(res);
        if (status == PGRES_PIPELINE_SYNC)
            return rc;
    }
    return rc ? rc : pg_lost(q, d);
}

static int flush(struct pg_db *q, struct diag *d)
{
    int rc;

    if (!q->pending)
        return 0;
    q->pending = 0;
    rc = q->pg.PQpipelineSync(q->h) == 1 ? drain(q, d) : pg_lost(q, d);
    if (q->pg.PQexitPipelineMode(q->h) != 1 && !rc)
        rc = pg_lost(q, d);
    return rc;
}

int pg_simple(struct pg_db *q, const char *sql, struct diag *d)
{
    struct pg_result *res = q->pg.PQexec(q->h, sql);
    int rc = result_ok(q, res) ? 0 : pg_explain(q, res, d);

    q->pg.PQclear(res);
    return rc;
}

/*
 * A session that may not write still needs temporary tables, whose making PostgreSQL counts as
 * writing (SQLite does not).
 */
static bool makes_temporary(const struct pg_db *q, struct str sql)
{
    return q->base.mode == DB_READ_ONLY && !q->in_transaction &&
           str_eq_nocase(str_sub(str_trim(sql), 0, 11), STR("CREATE TEMP"));
}

static int pg_exec(struct db *db, struct str sql, struct diag *d)
{
    struct pg_db *q = handle(db);
    AUTO(buf) b = BUF_INIT;
    bool temporary = makes_temporary(q, sql);
    int rc = flush(q, d);

    if (rc)
        return rc;
    if (temporary)
        buf_addz(&b, "BEGIN READ WRITE;");
    buf_add(&b, sql);
    if (temporary)
        buf_addz(&b, ";COMMIT");
    if ((rc = buf_result(&b)))
        return diag_set(d, rc, "no memory for an SQL text");
    rc = pg_simple(q, b.p, d);
    if (rc && temporary) {
        struct diag quiet = {0};

        (void)!pg_simple(q, "ROLLBACK", &quiet);
    }
    return rc;
}

static void pg_rollback(struct db *db)
{
    struct pg_db *q = handle(db);
    struct diag quiet = {0};

    if (!q->in_transaction)
        return;
    (void)!flush(q, &quiet);
    (void)!pg_simple(q, "ROLLBACK", &quiet);
    q->in_transaction = false;
}

/* One writer a schema, as with SQLite: readers go on, other writers wait five seconds. */
static int pg_begin(struct db *db, struct diag *d)
{
    struct pg_db *q = handle(db);
    int rc = flush(q, d);

    if (!rc && q->in_transaction)
        rc = diag_set(d, E_USAGE, "SQL: a transaction is open already");
    if (!rc)
        rc = pg_simple(q, "BEGIN", d);
    if (rc)
        return rc;
    q->in_transaction = true;
    rc = pg_simple(q, "SELECT pg_advisory_xact_lock(1398034019, hashtext(current_schema()))", d);
    if (rc)
        pg_rollback(db);
    return rc;
}

static int pg_snapshot(struct db *db, struct diag *d)
{
    struct pg_db *q = handle(db);
    int rc = flush(q, d);

    if (!rc && q->in_transaction)
        rc = diag_set(d, E_USAGE, "SQL: a transaction is open already");
    if (!rc)
        rc = pg_simple(q, "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE", d);
    q->in_transaction |= !rc;
    return rc;
}

static int pg_commit(struct db *db, struct diag *d)
{
    struct pg_db *q = handle(db);
    int rc = flush(q, d);

    if (!rc && !q->in_transaction)
        return diag_set(d, E_USAGE, "SQL: there is no transaction to commit");
    if (rc || q->pg.PQtransactionStatus(q->h) == PQTRANS_INERROR) {
        pg_rollback(db);
        return rc ? rc : diag_set(d, E_USAGE, "SQL: an earlier statement failed");
    }
    rc = pg_simple(q, "COMMIT", d);
    q->in_transaction = false;
    return rc;
}

/* ---- statements ---- */

struct param {
    size_t off;
    bool null;
};

struct pg_stmt {
    struct stmt base;
    char name[24];
    int columns, n_params;
    struct pg_result *shape; /* description: names of columns */
    struct pg_result *res;
    int row, rows;
    struct buf text; /* parameters, each with its NUL */
    struct param *params;
    const char **values;
};

static struct pg_stmt *pg_of(const struct stmt *s)
{
    return (struct pg_stmt *)(uintptr_t)s;
}

static void pg_stmt_free(struct stmt *base)
{
    struct pg_stmt *s = pg_of(base);
    struct pg_db *q = handle(base->db);
    struct diag quiet = {0};
    char sql[48];

    q->pg.PQclear(s->res);
    q->pg.PQclear(s->shape);
    if (s->shape && !flush(q, &quiet) && q->pg.PQtransactionStatus(q->h) != PQTRANS_INERROR) {
        snprintf(sql, sizeof(sql), "DEALLOCATE %s", s->name);
        (void)!pg_simple(q, sql, &quiet);
    }
    buf_done(&s->text);
    mem_free(s->params);
    mem_free(s->values);
    mem_free(s);
}

/* After a failed statement of a guarded query: back to the savepoint, under the same limits. */
static int guard_again(struct pg_db *q, int rc)
{
    struct diag quiet = {0};

    if (q->base.guarded) {
        (void)!pg_simple(q, "ROLLBACK TO SAVEPOINT stance_guard", &quiet);
        (void)!pg_simple(q, q->limits, &quiet);
    }
    return rc;
}

static int describe(struct pg_db *q, struct pg_stmt *s, struct diag *d)
{
    s->shape = q->pg.PQdescribePrepared(q->h, s->name);
    if (!result_ok(q, s->shape))
        return pg_explain(q, s->shape, d);
    s->columns = q->pg.PQnfields(s->shape);
    s->n_params = q->pg.PQnparams(s->shape);
    s->params = mem_alloc(sizeof(*s->params) * (size_t)(s->n_params + 1));
    s->values = mem_alloc(sizeof(*s->values) * (size_t)(s->n_params + 1));
    if (!s->params || !s->values)
        return diag_set(d, E_NOMEM, "no memory for a statement");
    for (int i = 0; i < s->n_params; i++)
        s->params[i].null = true;
    return 0;
}

static int prepare_named(struct pg_db *q, struct pg_stmt *s, const char *sql, struct diag *d)
{
    struct pg_result *res;
    int rc;

    snprintf(s->name, sizeof(s->name), "stance_%llu", (unsigned long long)++q->names);
    res = q->pg.PQprepare(q->h, s->name, sql, 0, NULL);
    rc = result_ok(q, res) ? describe(q, s, d) : pg_explain(q, res, d);
    q->pg.PQclear(res);
    return rc;
}

static int pg_prepare(struct db *db, struct str sql, struct stmt **ret, struct diag *d)
{
    struct pg_db *q = handle(db);
    AUTO(buf) text = BUF_INIT;
    struct pg_stmt *s;
    int rc = flush(q, d);

    if (!rc && db->guarded)
        rc = sql_check(sql, db->guard.views_only ? &db->views : NULL, d);
    if (rc)
        return rc;
    sql_to_dollar(sql, &text);
    s = mem_alloc(sizeof(*s));
    if (!s || buf_result(&text)) {
        mem_free(s);
        return diag_set(d, E_NOMEM, "no memory for a statement");
    }
    s->base.db = db;
    s->text = (struct buf)BUF_INIT;
    rc = prepare_named(q, s, text.p, d);
    if (rc) {
        guard_again(q, rc);
        pg_stmt_free(&s->base);
        return rc;
    }
    *ret = &s->base;
    return 0;
}

static int pg_bind_str(struct stmt *base, int index, struct str v, bool lent UNUSED)
{
    struct pg_stmt *s = pg_of(base);

    if (index < 1 || index > s->n_params)
        return E_USAGE;
    s->params[index - 1] = (struct param){s->text.n, false};
    buf_add(&s->text, v);
    buf_addc(&s->text, '\0');
    return buf_result(&s->text);
}

static int pg_bind_int(struct stmt *base, int index, int64_t v)
{
    char number[24];
    int n = snprintf(number, sizeof(number), "%lld", (long long)v);

    return pg_bind_str(base, index, str_n(number, (size_t)n), false);
}

static int pg_bind_null(struct stmt *base, int index)
{
    struct pg_stmt *s = pg_of(base);

    if (index < 1 || index > s->n_params)
        return E_USAGE;
    s->params[index - 1].null = true;
    return 0;
}

static int queue(struct pg_db *q, struct pg_stmt *s, struct diag *d)
{
    if (!q->pending && q->pg.PQenterPipelineMode(q->h) != 1)
        return pg_lost(q, d);
    q->pending++;
    if (q->pg.PQsendQueryPrepared(q->h, s->name, s->n_params, s->values, NULL, NULL, 0) != 1)
        return pg_lost(q, d);
    return q->pending < PENDING_MAX ? 0 : flush(q, d);
}

static int execute(struct pg_db *q, struct pg_stmt *s, struct diag *d)
{
    int rc = flush(q, d);

    if (rc)
        return rc;
    s->res = q->pg.PQexecPrepared(q->h, s->name, s->n_params, s->values, NULL, NULL, 0);
    if (!result_ok(q, s->res)) {
        rc = pg_explain(q, s->res, d);
        q->pg.PQclear(s->res);
        s->res = NULL;
        return guard_again(q, rc);
    }
    s->row = -1;
    s->rows = q->pg.PQntuples(s->res);
    return 0;
}

static int pg_step(struct stmt *base, struct diag *d)
{
    struct pg_stmt *s = pg_of(base);
    struct pg_db *q = handle(base->db);

    if (!s->res) {
        int rc;

        for (int i = 0; i < s->n_params; i++)
            s->values[i] = s->params[i].null ? NULL : s->text.p + s->params[i].off;
        if (!s->columns && q->in_transaction && !base->db->guarded)
            return queue(q, s, d);
        rc = execute(q, s, d);
        if (rc)
            return rc;
    }
    if (++s->row < s->rows)
        return 1;
    q->pg.PQclear(s->res);
    s->res = NULL;
    return 0;
}

static void pg_reset(struct stmt *base)
{
    struct pg_stmt *s = pg_of(base);

    api(base)->PQclear(s->res);
    s->res = NULL;
    buf_clear(&s->text);
    for (int i = 0; i < s->n_params; i++)
        s->params[i].null = true;
}

static int pg_columns(const struct stmt *s)
{
    return pg_of(s)->columns;
}

static struct str pg_column_name(const struct stmt *s, int column)
{
    return str_z(api(s)->PQfname(pg_of(s)->shape, column));
}

static bool pg_is_null(const struct stmt *s, int column)
{
    return !pg_of(s)->res || api(s)->PQgetisnull(pg_of(s)->res, pg_of(s)->row, column);
}

/* Booleans read as in SQLite. */
static struct str pg_str(const struct stmt *base, int column)
{
    struct pg_stmt *s = pg_of(base);
    const struct pg_api *pg = api(base);
    struct str v;

    if (pg_is_null(base, column))
        return STR_NULL;
    v = str_n(pg->PQgetvalue(s->res, s->row, column),
              (size_t)pg->PQgetlength(s->res, s->row, column));
    if (pg->PQftype(s->res, column) == PG_TYPE_BOOL)
        return str_eq(v, STR("t")) ? STR("1") : STR("0");
    return v;
}

static int64_t pg_int(const struct stmt *s, int column)
{
    struct str v = pg_str(s, column), whole, rest;
    int64_t n = 0;

    str_cut(v, '.', &whole, &rest);
    return str_to_i64(whole, &n) ? 0 : n;
}

/* ---- guard ---- */

static int pg_guard(struct db *db, struct diag *d)
{
    struct pg_db *q = handle(db);
    int rc = flush(q, d);

    snprintf(q->limits, sizeof(q->limits),
             "SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = %lld",
             (long long)(db->guard.max_ms > 0 ? db->guard.max_ms : 0));
    q->guard_owns = !q->in_transaction;
    if (!rc && q->guard_owns)
        rc = pg_simple(q, "BEGIN", d);
    if (!rc)
        rc = pg_simple(q, "SAVEPOINT stance_guard", d);
    return rc ? rc : pg_simple(q, q->limits, d);
}

static void pg_unguard(struct db *db)
{
    struct pg_db *q = handle(db);
    struct diag quiet = {0};

    (void)!pg_simple(q,
                     q->guard_owns ? "ROLLBACK"
                                   : "ROLLBACK TO SAVEPOINT stance_guard;"
                                     "RELEASE SAVEPOINT stance_guard",
                     &quiet);
}

static void pg_free(struct db *db)
{
    struct pg_db *q = handle(db);

    if (q->h)
        q->pg.PQfinish(q->h);
    mem_free(q);
}

const struct db_ops PG_OPS = {
    .exec = pg_exec,
    .begin = pg_begin,
    .snapshot = pg_snapshot,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .prepare = pg_prepare,
    .guard = pg_guard,
    .unguard = pg_unguard,
    .free = pg_free,
    .stmt_free = pg_stmt_free,
    .bind_str = pg_bind_str,
    .bind_int = pg_bind_int,
    .bind_null = pg_bind_null,
    .step = pg_step,
    .reset = pg_reset,
    .columns = pg_columns,
    .column_name = pg_column_name,
    .is_null = pg_is_null,
    .col_str = pg_str,
    .col_int = pg_int,
};
