/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests only: an empty store on either engine. PostgreSQL is used when STANCE_TEST_PG holds a
 * postgres:// URL of an account that may create schemas; each store has its own schema. Without it
 * pg_store gives a NULL state: the test skips.
 */
#ifndef STANCE_ASSESS_TESTING_H
#define STANCE_ASSESS_TESTING_H

#include <unistd.h>

#include "assess/cases.h"
#include "base/mem.h"

struct test_store {
    struct store *st;
    const char *url;
    char schema[64]; /* "" SQLite */
    char location[512];
};

static const struct clock TEST_CLOCK = {1767225600000};

static inline int sqlite_store(void **state)
{
    struct test_store *t = mem_alloc(sizeof(*t));
    struct diag d = {0};
    *state = t;
    if (t && store_open(":memory:", DB_CREATE, &TEST_CLOCK, &t->st, &d) == OK)
        return 0;
    fprintf(stderr, "store: %s\n", d.text);
    return -1;
}

static inline int pg_admin(const char *url, const char *verb, const char *schema, const char *how)
{
    char sql[160];
    struct db *admin = NULL;
    snprintf(sql, sizeof(sql), "%s SCHEMA %s%s", verb, schema, how);
    int rc = db_open(url, DB_CREATE, &admin, NULL);
    if (!rc)
        rc = db_exec(admin, str_z(sql), NULL);
    db_free(admin);
    return rc;
}

static inline int pg_store(void **state)
{
    static unsigned serial;
    const char *url = getenv("STANCE_TEST_PG");
    struct diag d = {0};
    *state = NULL;
    if (!url || !*url)
        return 0;
    struct test_store *t = mem_alloc(sizeof(*t));
    if (!t)
        return -1;
    t->url = url;
    snprintf(t->schema, sizeof(t->schema), "stance_assess_%d_%u", (int)getpid(), serial++);
    snprintf(t->location, sizeof(t->location), "%s%coptions=-csearch_path%%3D%s", url,
             strchr(url, '?') ? '&' : '?', t->schema);
    *state = t;
    if (!pg_admin(url, "CREATE", t->schema, "") &&
        store_open(t->location, DB_CREATE, &TEST_CLOCK, &t->st, &d) == OK)
        return 0;
    fprintf(stderr, "store: %s\n", d.text);
    return -1;
}

static inline int store_done(void **state)
{
    struct test_store *t = *state;
    if (!t)
        return 0;
    store_free(t->st);
    int rc = t->schema[0] ? pg_admin(t->url, "DROP", t->schema, " CASCADE") : 0;
    mem_free(t);
    return rc;
}

#endif
