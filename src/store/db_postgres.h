/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the PostgreSQL engine. libpq is loaded when it is needed, so its few functions and
 * constants are declared here (they are its stable ABI, version 5).
 * Source: https://www.postgresql.org/docs/15/libpq.html
 */
#ifndef STANCE_STORE_DB_POSTGRES_H
#define STANCE_STORE_DB_POSTGRES_H

#include "store/db_engine.h"

struct pg_conn;
struct pg_result;

enum { CONNECTION_OK = 0 };
enum { PQTRANS_INERROR = 3 };
enum {
    PGRES_EMPTY_QUERY = 0,
    PGRES_COMMAND_OK = 1,
    PGRES_TUPLES_OK = 2,
    PGRES_FATAL_ERROR = 7,
    PGRES_PIPELINE_SYNC = 10,
    PGRES_PIPELINE_ABORTED = 11,
};
enum { PG_DIAG_SQLSTATE = 'C', PG_DIAG_MESSAGE_PRIMARY = 'M' };
enum { PG_TYPE_BOOL = 16 };

#define PG_FUNCTIONS(X)                                                                            \
    X(struct pg_conn *, PQconnectdbParams, (const char *const *, const char *const *, int))        \
    X(int, PQstatus, (const struct pg_conn *))                                                     \
    X(int, PQtransactionStatus, (const struct pg_conn *))                                          \
    X(char *, PQerrorMessage, (const struct pg_conn *))                                            \
    X(void, PQfinish, (struct pg_conn *))                                                          \
    X(void *, PQsetNoticeProcessor, (struct pg_conn *, void (*)(void *, const char *), void *))    \
    X(struct pg_result *, PQexec, (struct pg_conn *, const char *))                                \
    X(struct pg_result *, PQprepare,                                                               \
      (struct pg_conn *, const char *, const char *, int, const unsigned *))                       \
    X(struct pg_result *, PQdescribePrepared, (struct pg_conn *, const char *))                    \
    X(struct pg_result *, PQexecPrepared,                                                          \
      (struct pg_conn *, const char *, int, const char *const *, const int *, const int *, int))   \
    X(int, PQsendQueryPrepared,                                                                    \
      (struct pg_conn *, const char *, int, const char *const *, const int *, const int *, int))   \
    X(struct pg_result *, PQgetResult, (struct pg_conn *))                                         \
    X(int, PQenterPipelineMode, (struct pg_conn *))                                                \
    X(int, PQexitPipelineMode, (struct pg_conn *))                                                 \
    X(int, PQpipelineSync, (struct pg_conn *))                                                     \
    X(void, PQclear, (struct pg_result *))                                                         \
    X(int, PQresultStatus, (const struct pg_result *))                                             \
    X(char *, PQresultErrorField, (const struct pg_result *, int))                                 \
    X(int, PQntuples, (const struct pg_result *))                                                  \
    X(int, PQnfields, (const struct pg_result *))                                                  \
    X(int, PQnparams, (const struct pg_result *))                                                  \
    X(char *, PQfname, (const struct pg_result *, int))                                            \
    X(unsigned, PQftype, (const struct pg_result *, int))                                          \
    X(char *, PQgetvalue, (const struct pg_result *, int, int))                                    \
    X(int, PQgetlength, (const struct pg_result *, int, int))                                      \
    X(int, PQgetisnull, (const struct pg_result *, int, int))

struct pg_api {
#define DECLARE(ret, name, args) ret(*name) args;
    PG_FUNCTIONS(DECLARE)
#undef DECLARE
};

struct pg_db {
    struct db base;
    struct pg_api pg;
    struct pg_conn *h;
    uint64_t names;   /* of prepared statements so far */
    unsigned pending; /* writes sent whose answers were not read */
    bool in_transaction;
    bool guard_owns;  /* the guard opened the transaction */
    char limits[128]; /* settings of the guard */
};

extern const struct db_ops PG_OPS;

/* Run one text of any number of statements, without parameters. */
int pg_simple(struct pg_db *q, const char *sql, struct diag *d) MUST_CHECK;
/* Put a failed result, or a failed connection, into words; return our code. */
int pg_explain(struct pg_db *q, const struct pg_result *res, struct diag *d);
int pg_lost(struct pg_db *q, struct diag *d);
/* The first line of a message of the engine. */
struct str pg_first_line(const char *z);

#endif
