/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the errors of PostgreSQL read and which of our codes they are (SQLSTATE classes). */
#include "store/db_postgres.h"

struct sqlstate {
    char prefix[6];
    int code;
    const char *text, *hint;
};

static const struct sqlstate SQLSTATES[] = {
    {"55P03", E_CONFLICT, "another process is writing to the store",
     "wait for the other scan to end, or use another database"},
    {"40", E_CONFLICT, "another process changed the store at the same time", "run again"},
    {"42501", E_DENIED, "the database refused permission",
     "grant this account its own schema, or use another account"},
    {"25006", E_DENIED, "the store cannot be written", "this connection is read-only"},
    {"53100", E_IO, "the disk of the database server is full", "make room, then run again"},
    {"53200", E_NOMEM, "the database server has no memory left", ""},
    {"57014", E_LIMIT, "the query ran longer than it may", "ask for less at once"},
    {"XX00", E_PARSE, "the database is damaged", "restore a backup of the database"},
    {"08", E_IO, "the connection to the database was lost", "check the server, then run again"},
    {"57P", E_IO, "the database server is stopping or starting", "run again when it is up"},
};

/* The first line of a message of the engine. */
struct str pg_first_line(const char *z)
{
    struct str rest = str_z(z), line = STR_NULL;

    return str_line(&rest, &line) ? str_trim(line) : STR_NULL;
}

int pg_explain(struct pg_db *q, const struct pg_result *res, struct diag *d)
{
    const char *state = q->pg.PQresultErrorField(res, PG_DIAG_SQLSTATE);
    struct str line = pg_first_line(q->pg.PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));

    if (!state && q->pg.PQstatus(q->h) != CONNECTION_OK)
        state = "08006";
    for (size_t i = 0; state && i < ARRAY_LEN(SQLSTATES); i++) {
        const struct sqlstate *s = &SQLSTATES[i];

        if (!str_starts(str_z(state), str_z(s->prefix)))
            continue;
        diag_set(d, s->code, "%s: " STR_FMT, s->text, STR_ARG(line));
        if (s->hint[0])
            diag_hint(d, "%s", s->hint);
        diag_at(d, q->base.shown, 0, 0);
        return s->code;
    }
    if (!line.n)
        line = pg_first_line(q->pg.PQerrorMessage(q->h));
    return diag_set(d, E_USAGE, "SQL: " STR_FMT, STR_ARG(line));
}

int pg_lost(struct pg_db *q, struct diag *d)
{
    diag_set(d, E_IO, "the connection to the database failed: " STR_FMT,
             STR_ARG(pg_first_line(q->pg.PQerrorMessage(q->h))));
    diag_at(d, q->base.shown, 0, 0);
    return E_IO;
}
