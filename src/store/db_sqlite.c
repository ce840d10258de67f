/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how SQLite runs and guards statements, and how its result codes read to users. */
#include <errno.h>
#include <limits.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/db_sqlite.h"

#define GUARD_TICK    1000 /* virtual machine steps between two looks at the limits */
#define GUARD_TEXT    (16 << 20)
#define GUARD_PATTERN 256

struct sqlite_stmt {
    struct stmt base;
    sqlite3_stmt *h;
    bool running;
};

static struct sqlite_db *handle(struct db *db)
{
    return (struct sqlite_db *)db;
}

static sqlite3_stmt *stmt_handle(const struct stmt *s)
{
    return ((const struct sqlite_stmt *)s)->h;
}

static int explain_busy(struct diag *d)
{
    diag_set(d, E_CONFLICT, "another process is writing to the store");
    diag_hint(d, "wait for the other scan to end, or use another --db file");
    return E_CONFLICT;
}

static int explain_full(struct diag *d)
{
    diag_set(d, E_IO, "the disk is full: nothing of this scan was stored");
    diag_hint(d, "make room on the file system of the store, then run again");
    return E_IO;
}

static int explain_read_only(struct diag *d)
{
    diag_set(d, E_DENIED, "the store cannot be written");
    diag_hint(d, "check the permissions of the file and of its folder");
    return E_DENIED;
}

static int explain_corrupt(struct sqlite_db *q, int code, struct diag *d)
{
    if (code == SQLITE_NOTADB)
        diag_set(d, E_PARSE, "this file is not a store (no SQLite database)");
    else
        diag_set(d, E_PARSE, "the store is damaged: %s", sqlite3_errmsg(q->h));
    diag_hint(d, "restore a backup, or give another --db file and scan again");
    return E_PARSE;
}

/* What the system said last: SQLite forgets it when a commit fails, the log beside the file does
 * not. */
static int system_errno(struct sqlite_db *q)
{
    int e = q->h ? sqlite3_system_errno(q->h) : 0;
    sqlite3_file *log = NULL;
    if (e || !q->h)
        return e;
    if (!sqlite3_file_control(q->h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) && log &&
        log->pMethods)
        (void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &e);
    return e;
}

static int explain_io(struct sqlite_db *q, struct diag *d)
{
    int e = system_errno(q);
    if (e == ENOSPC || e == EDQUOT)
        return explain_full(d);
    if (e == EFBIG) {
        diag_set(d, E_IO, "the store may not grow: the limit on the size of a file is reached");
        diag_hint(d, "raise it (`ulimit -f`), then run again: nothing of this scan was stored");
        return E_IO;
    }
    diag_set(d, E_IO, "reading or writing the store failed: %s",
             e ? strerror(e) : sqlite3_errmsg(q->h));
    diag_hint(d, "check the file system and its device, then run again");
    return E_IO;
}

static int explain_stop(struct sqlite_db *q, struct diag *d)
{
    if (!q->limited)
        return diag_set(d, E_CANCELLED, "the query was interrupted");
    if (q->deadline && clock_ticks() > q->deadline)
        return diag_set(d, E_LIMIT, "the query ran longer than %lld ms",
                        (long long)q->base.guard.max_ms);
    return diag_set(d, E_LIMIT, "the query took more than %lld steps",
                    (long long)q->base.guard.max_steps);
}

static int explain_code(struct sqlite_db *q, int code, struct diag *d)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return explain_busy(d);
    case SQLITE_FULL: return explain_full(d);
    case SQLITE_READONLY:
    case SQLITE_PERM: return explain_read_only(d);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return explain_corrupt(q, code & 0xff, d);
    case SQLITE_INTERRUPT: return explain_stop(q, d);
    case SQLITE_NOMEM: return diag_set(d, E_NOMEM, "no memory left for the store");
    case SQLITE_TOOBIG:
        diag_set(d, E_LIMIT, "a text is too long for the store");
        diag_hint(d, "ask for less in one value");
        return E_LIMIT;
    case SQLITE_CANTOPEN:
        diag_set(d, E_DENIED, "cannot open the store or the files beside it");
        diag_hint(d, "check the permissions of the file and of its folder");
        return E_DENIED;
    case SQLITE_IOERR: return explain_io(q, d);
    case SQLITE_AUTH:
        diag_set(d, E_DENIED, "only SELECT on the typed views is allowed here");
        diag_hint(d, "use the views such as mcp_servers, packages, findings");
        return E_DENIED;
    default: return diag_set(d, E_USAGE, "SQL: %s", sqlite3_errmsg(q->h));
    }
}

int sqlite_explain(struct sqlite_db *q, int code, struct diag *d)
{
    int rc = explain_code(q, code, d);

    if (rc != E_USAGE)
        diag_at(d, q->base.shown, 0, 0);
    return rc;
}

/* ---- statements ---- */

static int sqlite_prepare(struct db *db, struct str sql, struct stmt **ret, struct diag *d)
{
    struct sqlite_db *q = handle(db);
    sqlite3_stmt *h = NULL, *more = NULL;
    const char *tail;
    int code;

    if (sql.n > INT32_MAX)
        return diag_set(d, E_LIMIT, "the SQL text is too long");
    code = sqlite3_prepare_v3(q->h, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &h, &tail);
    if (code)
        return sqlite_explain(q, code, d);
    if (!h)
        return diag_set(d, E_USAGE, "SQL: there is no statement");
    code = sqlite3_prepare_v3(q->h, tail, (int)(sql.p + sql.n - tail), 0, &more, NULL);
    if (code || more) {
        sqlite3_finalize(more);
        sqlite3_finalize(h);
        return diag_set(d, E_USAGE, "SQL: only one statement is allowed");
    }
    struct sqlite_stmt *s = mem_alloc(sizeof(*s));
    if (!s) {
        sqlite3_finalize(h);
        return diag_set(d, E_NOMEM, "no memory for a statement");
    }
    s->base.db = db;
    s->h = h;
    *ret = &s->base;
    return 0;
}

static void add_steps(struct db *db, sqlite3_stmt *h)
{
    db->steps += (uint32_t)sqlite3_stmt_status(h, SQLITE_STMTSTATUS_VM_STEP, 1);
}

static void sqlite_stmt_free(struct stmt *s)
{
    add_steps(s->db, stmt_handle(s));
    sqlite3_finalize(stmt_handle(s));
    mem_free(s);
}

static int bind_result(int code)
{
    if (!code)
        return 0;
    return code == SQLITE_NOMEM ? E_NOMEM : E_USAGE;
}

static int sqlite_bind_str(struct stmt *s, int index, struct str v, bool lent)
{
    return bind_result(sqlite3_bind_text64(stmt_handle(s), index, v.n ? v.p : "", v.n,
                                           lent ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8));
}

static int sqlite_bind_int(struct stmt *s, int index, int64_t v)
{
    return bind_result(sqlite3_bind_int64(stmt_handle(s), index, v));
}

static int sqlite_bind_null(struct stmt *s, int index)
{
    return bind_result(sqlite3_bind_null(stmt_handle(s), index));
}

static void restart_limits(struct sqlite_db *q)
{
    q->steps = 0;
    q->limited = false;
    q->deadline =
        q->base.guard.max_ms > 0 ? clock_ticks() + (uint64_t)q->base.guard.max_ms * 1000000 : 0;
}

static int sqlite_step(struct stmt *base, struct diag *d)
{
    struct sqlite_stmt *s = (struct sqlite_stmt *)base;
    struct sqlite_db *q = handle(base->db);
    int code, rc;

    if (!s->running && base->db->guarded)
        restart_limits(q);
    code = sqlite3_step(s->h);
    s->running = code == SQLITE_ROW;
    if (s->running)
        return 1;
    rc = code == SQLITE_DONE ? 0 : sqlite_explain(q, code, d);
    add_steps(base->db, s->h);
    sqlite3_reset(s->h);
    return rc;
}

static void sqlite_reset(struct stmt *base)
{
    struct sqlite_stmt *s = (struct sqlite_stmt *)base;

    s->running = false;
    add_steps(base->db, s->h);
    sqlite3_reset(s->h);
    sqlite3_clear_bindings(s->h);
}

static int sqlite_columns(const struct stmt *s)
{
    return sqlite3_column_count(stmt_handle(s));
}

static struct str sqlite_column_name(const struct stmt *s, int column)
{
    return str_z(sqlite3_column_name(stmt_handle(s), column));
}

static bool sqlite_is_null(const struct stmt *s, int column)
{
    return sqlite3_column_type(stmt_handle(s), column) == SQLITE_NULL;
}

static struct str sqlite_str(const struct stmt *s, int column)
{
    const void *p = sqlite3_column_text(stmt_handle(s), column);

    return p ? str_n(p, (size_t)sqlite3_column_bytes(stmt_handle(s), column)) : STR_NULL;
}

static int64_t sqlite_int(const struct stmt *s, int column)
{
    return sqlite3_column_int64(stmt_handle(s), column);
}

/* ---- transactions ---- */

static int sqlite_exec(struct db *db, struct str sql, struct diag *d)
{
    struct sqlite_db *q = handle(db);
    const char *p = sql.p, *end = sql.p + sql.n;

    while (p < end) {
        sqlite3_stmt *h = NULL;
        const char *tail;
        int code = sqlite3_prepare_v2(q->h, p, (int)(end - p), &h, &tail);

        if (code)
            return sqlite_explain(q, code, d);
        while (h && (code = sqlite3_step(h)) == SQLITE_ROW)
            continue;
        if (h && code != SQLITE_DONE) {
            int rc = sqlite_explain(q, code, d);

            sqlite3_finalize(h);
            return rc;
        }
        if (h)
            add_steps(db, h);
        sqlite3_finalize(h);
        p = tail;
    }
    return 0;
}

static int sqlite_begin(struct db *db, struct diag *d)
{
    return sqlite_exec(db, STR("BEGIN IMMEDIATE"), d);
}

static int sqlite_snapshot(struct db *db, struct diag *d)
{
    return sqlite_exec(db, STR("BEGIN"), d);
}

static void sqlite_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(handle(db)->h))
        sqlite3_exec(handle(db)->h, "ROLLBACK", NULL, NULL, NULL);
}

static int sqlite_commit(struct db *db, struct diag *d)
{
    int rc = sqlite_exec(db, STR("COMMIT"), d);

    if (rc)
        sqlite_rollback(db);
    return rc;
}

/* ---- guard ---- */

/*
 * A table that is read in the text itself, not through a view. Without a column it may as well be
 * the table of a view that was flattened; such a read tells no more than a number of rows.
 */
static int direct_read(const struct sqlite_db *q, struct str table)
{
    if (map_get(&q->base.views, table))
        return SQLITE_OK;
    if (q->base.guard.views_only || str_starts(table, STR("sqlite_")) ||
        str_starts(table, STR("pragma_")))
        return SQLITE_DENY;
    return SQLITE_OK;
}

/* Functions that work long in one step, where no limit stops them, or reach outside. */
static int call(struct str function)
{
    static const char *const REFUSED[] = {"printf", "format", "fts3_tokenizer", "load_extension"};

    for (size_t i = 0; i < ARRAY_LEN(REFUSED); i++)
        if (str_eq_nocase(function, str_z(REFUSED[i])))
            return SQLITE_DENY;
    return SQLITE_OK;
}

/* `inner`: the view, or the common table expression, that reads. */
static int authorize(void *ctx, int action, const char *a, const char *b, const char *schema,
                     const char *inner)
{
    const struct sqlite_db *q = ctx;
    bool in_view = inner && map_get(&q->base.views, str_z(inner));

    (void)schema;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: return call(str_z(b));
    case SQLITE_READ: return in_view || !a || !b || !*b ? SQLITE_OK : direct_read(q, str_z(a));
    default: return SQLITE_DENY;
    }
}

static int progress(void *ctx)
{
    struct sqlite_db *q = ctx;

    q->steps += GUARD_TICK;
    q->limited = (q->base.guard.max_steps > 0 && q->steps > q->base.guard.max_steps) ||
                 (q->deadline && clock_ticks() > q->deadline);
    return q->limited;
}

/* What can hold the machine for long is bounded, too: no step is counted while a text grows. */
static int sqlite_guard(struct db *db, struct diag *d)
{
    (void)d;
    restart_limits(handle(db));
    sqlite3_limit(handle(db)->h, SQLITE_LIMIT_LENGTH, GUARD_TEXT);
    sqlite3_limit(handle(db)->h, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, GUARD_PATTERN);
    sqlite3_set_authorizer(handle(db)->h, authorize, db);
    sqlite3_progress_handler(handle(db)->h, GUARD_TICK, progress, db);
    return 0;
}

static void sqlite_unguard(struct db *db)
{
    sqlite3_set_authorizer(handle(db)->h, NULL, NULL);
    sqlite3_progress_handler(handle(db)->h, 0, NULL, NULL);
    sqlite3_limit(handle(db)->h, SQLITE_LIMIT_LENGTH, INT_MAX);
    sqlite3_limit(handle(db)->h, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, INT_MAX);
}

static void sqlite_free(struct db *db)
{
    sqlite_settled(handle(db));
    sqlite3_close_v2(handle(db)->h);
    mem_free(db);
}

const struct db_ops SQLITE_OPS = {
    .exec = sqlite_exec,
    .begin = sqlite_begin,
    .snapshot = sqlite_snapshot,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .prepare = sqlite_prepare,
    .guard = sqlite_guard,
    .unguard = sqlite_unguard,
    .free = sqlite_free,
    .warm = sqlite_warm,
    .settle = sqlite_settle,
    .stmt_free = sqlite_stmt_free,
    .bind_str = sqlite_bind_str,
    .bind_int = sqlite_bind_int,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .columns = sqlite_columns,
    .column_name = sqlite_column_name,
    .is_null = sqlite_is_null,
    .col_str = sqlite_str,
    .col_int = sqlite_int,
};
