/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests only: a fresh database on either engine, and a folder that goes away. PostgreSQL is
 * used when STANCE_TEST_PG holds a postgres:// URL of an account that may create schemas; each
 * fixture has its own schema. Without it fixture_postgres gives a NULL state: the test skips.
 */
#ifndef STANCE_STORE_TESTING_H
#define STANCE_STORE_TESTING_H

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/db.h"

struct fixture {
    struct db *db;
    char location[512];
    char schema[64]; /* "" SQLite */
};

static char test_folder_name[64];

static inline const char *test_folder(void)
{
    return test_folder_name;
}

static inline int test_folder_make(void **state)
{
    (void)state;
    snprintf(test_folder_name, sizeof(test_folder_name), "/tmp/stance-store-XXXXXX");
    return mkdtemp(test_folder_name) ? 0 : -1;
}

static inline int test_folder_remove(void **state)
{
    char file[96];
    static const char *const NAMES[] = {
        "new.db",   "text.db",      "locked.db",    "locked.db-wal",  "locked.db-shm",
        "store.db", "store.db-wal", "store.db-shm", "new.db-wal",     "new.db-shm",
        "copy.db",  "old_log.db",   "limited.db",   "limited.db-wal", "limited.db-shm",
        "warm.db",  "warm.db-wal",  "warm.db-shm"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        snprintf(file, sizeof(file), "%s/%s", test_folder_name, NAMES[i]);
        unlink(file);
    }
    return rmdir(test_folder_name);
}

static inline int fixture_sqlite(void **state)
{
    struct fixture *f = mem_alloc(sizeof(*f));

    if (!f)
        return -1;
    snprintf(f->location, sizeof(f->location), ":memory:");
    *state = f;
    return db_open(f->location, DB_CREATE, &f->db, NULL);
}

static inline int fixture_postgres(void **state)
{
    static unsigned serial;
    const char *url = getenv("STANCE_TEST_PG");
    struct fixture *f;
    struct db *admin = NULL;
    char sql[128];
    int rc;

    *state = NULL;
    if (!url || !*url)
        return 0;
    f = mem_alloc(sizeof(*f));
    if (!f || db_open(url, DB_CREATE, &admin, NULL))
        return -1;
    snprintf(f->schema, sizeof(f->schema), "stance_test_%d_%u", (int)getpid(), serial++);
    snprintf(sql, sizeof(sql), "CREATE SCHEMA %s", f->schema);
    rc = db_exec(admin, str_z(sql), NULL);
    db_free(admin);
    snprintf(f->location, sizeof(f->location), "%s%coptions=-csearch_path%%3D%s", url,
             strchr(url, '?') ? '&' : '?', f->schema);
    *state = f;
    return rc ? rc : db_open(f->location, DB_CREATE, &f->db, NULL);
}

static inline int fixture_done(void **state)
{
    struct fixture *f = *state;
    char sql[128];

    if (!f)
        return 0;
    if (f->schema[0] && f->db) {
        db_rollback(f->db);
        snprintf(sql, sizeof(sql), "DROP SCHEMA %s CASCADE", f->schema);
        (void)!db_exec(f->db, str_z(sql), NULL);
    }
    db_free(f->db);
    mem_free(f);
    return 0;
}

/*
 * Tests of both engines: LIST(X) names them, LIST(SKIPPING) defines what skips without PostgreSQL,
 * and LIST(BOTH) are the rows of the table of tests.
 */
#define SKIPPING(test)                                                                             \
    static void pg_##test(void **state)                                                            \
    {                                                                                              \
        if (!*state)                                                                               \
            skip();                                                                                \
        test(state);                                                                               \
    }
#define BOTH(test)                                                                                 \
    {#test " (sqlite)", test, fixture_sqlite, fixture_done, NULL},                                 \
        {#test " (postgres)", pg_##test, fixture_postgres, fixture_done, NULL},

#endif
