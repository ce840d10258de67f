/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQL connection, SQLite or PostgreSQL, behind the same calls. SQL texts are portable and use
 * numbered placeholders ?1, ?2 (rewritten to $1 for PostgreSQL). libpq is loaded when the first
 * postgres:// location is opened, so that other commands do not pay for it.
 *
 *     struct stmt *s;
 *     rc = db_prepare(db, STR("SELECT name FROM asset WHERE kind = ?1"), &s, d);
 *     stmt_bind_str(s, 1, kind);
 *     while ((rc = stmt_step(s, d)) > 0)
 *         use(stmt_str(s, 0));          valid until the next step
 *     stmt_free(s);
 *
 * Errors: E_CONFLICT (locked by another process), E_DENIED (read-only, authorizer), E_IO (disk full
 * or failing; the diag says which), E_PARSE (not a store, corrupt), E_LIMIT (step or time limit of
 * a guarded query), E_USAGE (SQL error).
 *
 * On PostgreSQL writes inside a transaction travel in batches: their failure may show in a later
 * call, at the latest in db_commit. Rows of a query are held in memory there.
 */
#ifndef STANCE_STORE_DB_H
#define STANCE_STORE_DB_H

#include "base/diag.h"
#include "base/str.h"

enum db_engine { DB_SQLITE, DB_POSTGRES };
enum db_mode { DB_READ_WRITE, DB_READ_ONLY, DB_CREATE };

struct db;
struct stmt;

/* A file path, ":memory:", or "postgres://…" / "postgresql://…". */
bool db_is_postgres(const char *location); /* else a file, or ":memory:" */
int db_open(const char *location, enum db_mode mode, struct db **ret, struct diag *d) MUST_CHECK;
struct db *db_free(struct db *db); /* NULL-safe; returns NULL */
enum db_engine db_engine(const struct db *db);

/*
 * What the connection did so far, in steps of SQLite's virtual machine: a measure of work that does
 * not depend on the machine. 0 on PostgreSQL, which does not tell.
 */
uint64_t db_steps(const struct db *db);

int db_exec(struct db *db, struct str sql,
            struct diag *d) MUST_CHECK;                 /* any number of statements */
int db_begin(struct db *db, struct diag *d) MUST_CHECK; /* takes the write lock */
/* What is read until db_commit or db_rollback is of one moment, whatever others write meanwhile.
 * Temporary tables may be written. */
int db_snapshot(struct db *db, struct diag *d) MUST_CHECK;
int db_commit(struct db *db, struct diag *d) MUST_CHECK;
/* What the first transaction would wait for the disk, waited for now; outside of transactions. From
 * then on no commit brings anything to its place: db_settle does, at last db_free. */
void db_warm(struct db *db);
/* After a commit, when little is written any more: bring it to its place beside what is read now.
 * db_free would do so, and waits for it. */
void db_settle(struct db *db);
void db_rollback(struct db *db);

int db_prepare(struct db *db, struct str sql, struct stmt **ret, struct diag *d) MUST_CHECK;
struct stmt *stmt_free(struct stmt *s);
/* Binding never fails by itself: a failure shows in the next stmt_step. */
void stmt_bind_str(struct stmt *s, int index, struct str v);
/* Not copied: the text must live until the statement has given its last row, or is reset. */
void stmt_lend_str(struct stmt *s, int index, struct str v);
void stmt_bind_int(struct stmt *s, int index, int64_t v);
void stmt_bind_null(struct stmt *s, int index);
int stmt_step(struct stmt *s, struct diag *d) MUST_CHECK; /* 1 row, 0 done, negative error */
void stmt_reset(struct stmt *s);                          /* also clears bindings */
int stmt_columns(const struct stmt *s);
struct str stmt_column_name(const struct stmt *s, int column);
bool stmt_is_null(const struct stmt *s, int column);
struct str stmt_str(const struct stmt *s, int column);
int64_t stmt_int(const struct stmt *s, int column);

/*
 * Guard a connection for SQL written by others (controls, `stance query`): only SELECT on the typed
 * views, no writes, no attach, no pragma; `max_ms` of wall time and `max_steps` virtual machine
 * steps (SQLite) or statement_timeout (PostgreSQL). A statement that fails under the guard leaves
 * an open transaction usable. Until db_unguard only read: other writes are undone on PostgreSQL.
 */
struct db_guard {
    bool views_only; /* base tables, too, are refused */
    int64_t max_ms;
    int64_t max_steps;
};
int db_guard(struct db *db, const struct db_guard *g, struct diag *d) MUST_CHECK;
void db_unguard(struct db *db);

#endif
