/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when the write-ahead log of a store waits for the disk: beside other work, if it can. */
#include <pthread.h>
#include <stdio.h>

#include "store/db_sqlite.h"

/* With the write lock held, nobody else can make it longer. */
static bool log_is_new(sqlite3 *h)
{
    sqlite3_file *log = NULL;
    sqlite3_int64 size = -1;
    return !sqlite3_file_control(h, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) && log &&
           log->pMethods && !log->pMethods->xFileSize(log, &size) && !size;
}

/* It writes again what stands there. Who else is writing is not waited for. */
static bool write_head(sqlite3 *h, int version, bool waits)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA user_version = %d; COMMIT", version);
    sqlite3_exec(h, waits ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = OFF", NULL, NULL,
                 NULL);
    bool done = !sqlite3_exec(h, "BEGIN IMMEDIATE", NULL, NULL, NULL) && (waits || log_is_new(h)) &&
                !sqlite3_exec(h, sql, NULL, NULL, NULL);
    if (!sqlite3_get_autocommit(h))
        sqlite3_exec(h, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_exec(h, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
    return done;
}

/*
 * The first transaction on a log waits until its head, and the folder that holds it, are on the
 * disk: a new head before frames of an older log would give those a meaning again. A new log has
 * none, and nothing of it counts before a checkpoint, which waits for all of it; so its head is
 * written without waiting, by a small transaction ahead of the first that counts. For another log
 * that transaction waits, beside other work. What fails here fails, or is done, later.
 */
void sqlite_warm(struct db *db)
{
    struct sqlite_db *q = (struct sqlite_db *)db;
    sqlite3_stmt *s = NULL;
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
    sqlite3_busy_timeout(q->h, 0);
    if (!write_head(q->h, version, false))
        write_head(q->h, version, true);
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
