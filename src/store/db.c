/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which engine serves a location, and what may pass to any engine: texts, guarded SQL. */
#include <string.h>

#include "base/mem.h"
#include "base/spill.h"
#include "store/db_engine.h"

bool db_is_postgres(const char *location)
{
    struct str s = str_z(location);

    return str_starts(s, STR("postgres://")) || str_starts(s, STR("postgresql://"));
}

int db_open(const char *location, enum db_mode mode, struct db **ret, struct diag *d)
{
    if (!location || !*location)
        return diag_set(d, E_USAGE, "the location of the store is empty");
    if (db_is_postgres(location))
        return postgres_open(location, mode, ret, d);
    return sqlite_open(location, mode, ret, d);
}

struct db *db_free(struct db *db)
{
    if (!db)
        return NULL;
    map_done(&db->views);
    arena_done(&db->names);
    mem_free(db->shown);
    db->ops->free(db);
    return NULL;
}

enum db_engine db_engine(const struct db *db)
{
    return db->engine;
}

int db_exec(struct db *db, struct str sql, struct diag *d)
{
    if (db->guarded)
        return diag_set(d, E_DENIED, "this connection only answers queries now");
    db->views_known = false;
    return db->ops->exec(db, sql, d);
}

int db_begin(struct db *db, struct diag *d)
{
    return db->ops->begin(db, d);
}

int db_snapshot(struct db *db, struct diag *d)
{
    return db->ops->snapshot(db, d);
}

int db_commit(struct db *db, struct diag *d)
{
    return db->ops->commit(db, d);
}

void db_warm(struct db *db)
{
    if (db->ops->warm && !db->guarded)
        db->ops->warm(db);
}

void db_settle(struct db *db)
{
    if (db->ops->settle)
        db->ops->settle(db);
}

void db_rollback(struct db *db)
{
    db->ops->rollback(db);
}

uint64_t db_steps(const struct db *db)
{
    return db->steps;
}

static bool is_text(struct str s)
{
    return !s.n || (!memchr(s.p, '\0', s.n) && str_is_utf8(s));
}

int db_prepare(struct db *db, struct str sql, struct stmt **ret, struct diag *d)
{
    if (!is_text(sql))
        return diag_set(d, E_USAGE, "the SQL text is not valid UTF-8");
    return db->ops->prepare(db, sql, ret, d);
}

struct stmt *stmt_free(struct stmt *s)
{
    if (s)
        s->db->ops->stmt_free(s);
    return NULL;
}

static void note(struct stmt *s, int rc)
{
    if (rc && !s->error)
        s->error = rc;
}

void stmt_bind_str(struct stmt *s, int index, struct str v)
{
    note(s, is_text(v) ? s->db->ops->bind_str(s, index, v, false) : E_PARSE);
}

void stmt_lend_str(struct stmt *s, int index, struct str v)
{
    note(s, is_text(v) ? s->db->ops->bind_str(s, index, v, true) : E_PARSE);
}

void stmt_bind_int(struct stmt *s, int index, int64_t v)
{
    note(s, s->db->ops->bind_int(s, index, v));
}

void stmt_bind_null(struct stmt *s, int index)
{
    note(s, s->db->ops->bind_null(s, index));
}

int stmt_step(struct stmt *s, struct diag *d)
{
    int rc = s->error;

    spill_rest(); /* all loops over much that is stored step */
    if (!rc)
        return s->db->ops->step(s, d);
    if (rc == E_NOMEM)
        return diag_set(d, rc, "no memory for the parameters of a statement");
    if (rc == E_PARSE)
        return diag_set(d, E_USAGE, "a parameter is not valid UTF-8 text or holds a NUL");
    return diag_set(d, rc, "a parameter does not fit its statement");
}

void stmt_reset(struct stmt *s)
{
    s->error = 0;
    s->db->ops->reset(s);
}

int stmt_columns(const struct stmt *s)
{
    return s->db->ops->columns(s);
}

struct str stmt_column_name(const struct stmt *s, int column)
{
    return s->db->ops->column_name(s, column);
}

bool stmt_is_null(const struct stmt *s, int column)
{
    return s->db->ops->is_null(s, column);
}

struct str stmt_str(const struct stmt *s, int column)
{
    return s->db->ops->col_str(s, column);
}

int64_t stmt_int(const struct stmt *s, int column)
{
    return s->db->ops->col_int(s, column);
}

static int read_view_names(struct db *db, struct diag *d)
{
    struct str sql = db->engine == DB_SQLITE
                         ? STR("SELECT name FROM sqlite_master WHERE type = 'view'"
                               " UNION SELECT name FROM sqlite_temp_master WHERE type = 'view'")
                         : STR("SELECT viewname FROM pg_views WHERE schemaname = current_schema()"
                               " OR schemaname = pg_my_temp_schema()::regnamespace::text");
    struct stmt *s;
    int rc = db->views_known ? 0 : db->ops->prepare(db, sql, &s, d);

    if (rc || db->views_known)
        return rc;
    map_clear(&db->views);
    arena_clear(&db->names);
    db->views.keys = &db->names;
    while ((rc = stmt_step(s, d)) > 0) {
        bool is_new;

        if (!map_put(&db->views, stmt_str(s, 0), &is_new)) {
            rc = diag_set(d, E_NOMEM, "no memory for the names of views");
            break;
        }
    }
    stmt_free(s);
    db->views_known = !rc;
    return rc;
}

int db_guard(struct db *db, const struct db_guard *g, struct diag *d)
{
    int rc;

    if (db->guarded)
        db_unguard(db);
    rc = read_view_names(db, d);
    if (rc)
        return rc;
    db->guard = *g;
    rc = db->ops->guard(db, d);
    db->guarded = rc == 0;
    return rc;
}

void db_unguard(struct db *db)
{
    if (!db->guarded)
        return;
    db->guarded = false;
    db->ops->unguard(db);
}
