/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the SQLite engine: its connection, shared by opening (db_sqlite_open.c) and use. */
#ifndef STANCE_STORE_DB_SQLITE_H
#define STANCE_STORE_DB_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>

#include "store/db_engine.h"

struct sqlite_db {
    struct db base;
    sqlite3 *h;
    int64_t steps;     /* of the running guarded statement */
    uint64_t deadline; /* clock_ticks, 0 none */
    bool limited;      /* the progress handler stopped a statement */
    pthread_t settler; /* writes the log back */
    bool settling;
};

extern const struct db_ops SQLITE_OPS;

/* Make the file of a new store, if nothing has that name. Two processes may do so at once. */
int sqlite_new_file(const char *path, struct diag *d) MUST_CHECK;
/* db_warm, db_settle; wait for what the latter began. */
void sqlite_warm(struct db *db);
void sqlite_settle(struct db *db);
void sqlite_settled(struct sqlite_db *q);
/* Put an SQLite result code into words; returns our code. */
int sqlite_explain(struct sqlite_db *q, int code, struct diag *d);

#endif
