/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when the write-ahead log of a store waits for the disk: beside other work, if it can. */
#include <pthread.h>
#include <stdio.h>

#include "store/db_sqlite.h"

/*
 * The first transaction on a new log waits for its head and for the folder that holds it. So a
 * small one goes ahead of the first that counts; it writes again what stands there. Who else is
 * writing is not waited for, and what fails here fails, or is done, later.
 */
void sqlite_warm(struct db *db)
{
    struct sqlite_db *q = (struct sqlite_db *)db;
    sqlite3_stmt *s = NULL;
    char sql[96];
    int version = -1;

    if (db->mode == DB_READ_ONLY)
        return;
    if (!sqlite3_prepare_v2(q->h, "PRAGMA user_version", -1, &s, NULL) &&
        sqlite3_step(s) == SQLITE_ROW)
        version = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    if (version < 0)
        return;
    sqlite3_wal_autocheckpoint(q->h, 0); /* not in the commit: after it (sqlite_settle, close) */
    snprintf(sql, sizeof(sql), "BEGIN IMMEDIATE; PRAGMA user_version = %d; COMMIT", version);
    sqlite3_busy_timeout(q->h, 0);
    if (sqlite3_exec(q->h, sql, NULL, NULL, NULL) && !sqlite3_get_autocommit(q->h))
        sqlite3_exec(q->h, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_busy_timeout(q->h, DB_BUSY_MS);
}

/* On a connection of its own: the store may be read meanwhile. */
static void *write_back(void *path)
{
    sqlite3 *h = NULL;

    /* A connection knows of the log when it has read something. */
    if (!sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) &&
        !sqlite3_exec(h, "PRAGMA user_version", NULL, NULL, NULL))
        sqlite3_wal_checkpoint_v2(h, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    sqlite3_close_v2(h);
    return NULL;
}

void sqlite_settle(struct db *db)
{
    struct sqlite_db *q = (struct sqlite_db *)db;
    const char *path = sqlite3_db_filename(q->h, "main");

    if (q->settling || db->mode == DB_READ_ONLY || !path || !*path)
        return;
    /* SQLite keeps the name as long as the connection. */
    q->settling = !pthread_create(&q->settler, NULL, write_back, (void *)path);
}

void sqlite_settled(struct sqlite_db *q)
{
    if (q->settling)
        pthread_join(q->settler, NULL);
    q->settling = false;
}
