/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the SQLite engine: its connection, shared by opening (db_sqlite_open.c) and use. */
#ifndef STANCE_STORE_DB_SQLITE_H
#define STANCE_STORE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_engine.h"

struct sqlite_db {
    struct db base;
    sqlite3 *h;
    int64_t steps;     /* of the running guarded statement */
    uint64_t deadline; /* clock_ticks, 0 none */
    bool limited;      /* the progress handler stopped a statement */
};

extern const struct db_ops SQLITE_OPS;

/* Make the file of a new store, if nothing has that name. Two processes may do so at once. */
int sqlite_new_file(const char *path, struct diag *d) MUST_CHECK;
/* Put an SQLite result code into words; returns our code. */
int sqlite_explain(struct sqlite_db *q, int code, struct diag *d);

#endif
