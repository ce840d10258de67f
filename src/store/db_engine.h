/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: what one engine supplies to db.c. An engine embeds struct db and struct stmt
 * as first members of its own. db.c has checked the arguments: texts are valid UTF-8 without NUL,
 * exec never runs under a guard.
 */
#ifndef STANCE_STORE_DB_ENGINE_H
#define STANCE_STORE_DB_ENGINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "store/db.h"

#define DB_BUSY_MS 5000

struct db_ops {
    int (*exec)(struct db *db, struct str sql, struct diag *d);
    int (*begin)(struct db *db, struct diag *d);
    int (*snapshot)(struct db *db, struct diag *d);
    int (*commit)(struct db *db, struct diag *d);
    void (*rollback)(struct db *db);
    int (*prepare)(struct db *db, struct str sql, struct stmt **ret, struct diag *d);
    int (*guard)(struct db *db, struct diag *d);
    void (*unguard)(struct db *db);
    void (*free)(struct db *db);
    void (*warm)(struct db *db); /* these two may be NULL */
    void (*settle)(struct db *db);

    void (*stmt_free)(struct stmt *s);
    int (*bind_str)(struct stmt *s, int index, struct str v, bool lent);
    int (*bind_int)(struct stmt *s, int index, int64_t v);
    int (*bind_null)(struct stmt *s, int index);
    int (*step)(struct stmt *s, struct diag *d);
    void (*reset)(struct stmt *s);
    int (*columns)(const struct stmt *s);
    struct str (*column_name)(const struct stmt *s, int column);
    bool (*is_null)(const struct stmt *s, int column);
    struct str (*col_str)(const struct stmt *s, int column);
    int64_t (*col_int)(const struct stmt *s, int column);
};

struct db {
    const struct db_ops *ops;
    enum db_engine engine;
    enum db_mode mode;
    char *shown;    /* for messages: the path, or the URL without password and options */
    uint64_t steps; /* of finished statements */
    bool guarded;
    struct db_guard guard;
    struct arena names; /* of views; names of `views` live here */
    struct map views;
    bool views_known; /* no statement was run since that could have made one */
};

struct stmt {
    struct db *db;
    int error; /* of a binding; reported by the next step */
};

int sqlite_open(const char *path, enum db_mode mode, struct db **ret, struct diag *d) MUST_CHECK;
int postgres_open(const char *url, enum db_mode mode, struct db **ret, struct diag *d) MUST_CHECK;

/* Numbered placeholders ?1 become $1, except in literals, quoted names and comments. */
void sql_to_dollar(struct str sql, struct buf *out);
/*
 * Refuse (E_DENIED) what is not one SELECT on `views` and common table expressions with portable
 * functions. Stricter than the grammar: what it does not understand it refuses. `views` NULL allows
 * every table but those of the engine.
 */
int sql_check(struct str sql, const struct map *views, struct diag *d) MUST_CHECK;

#endif
