/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the statements of a store are prepared once, bound and read. */
#include "store/store_internal.h"

static const struct str TEXTS[] = {
#define SQL(name, text) [name] = {text, sizeof(text) - 1},
#include "store/statements.h"
#undef SQL
};

int store_nomem(struct diag *d)
{
    return diag_set(d, E_NOMEM, "no memory left to store the scan");
}

int store_stmt(struct store *st, enum sql which, struct stmt **ret, struct diag *d)
{
    if (!st->stmts[which]) {
        int rc = db_prepare(st->db, TEXTS[which], &st->stmts[which], d);

        if (rc)
            return rc;
    }
    stmt_reset(st->stmts[which]);
    *ret = st->stmts[which];
    return 0;
}

void store_reset(struct store *st)
{
    for (int i = 0; i < SQL_COUNT; i++)
        if (st->stmts[i])
            stmt_reset(st->stmts[i]);
}

static void bind(struct stmt *s, const struct arg *args, size_t n, bool lend)
{
    for (size_t i = 0; i < n; i++) {
        if (args[i].type == ARG_INT)
            stmt_bind_int(s, (int)i + 1, args[i].i);
        else if (args[i].type == ARG_NULL)
            stmt_bind_null(s, (int)i + 1);
        else if (lend)
            stmt_lend_str(s, (int)i + 1, args[i].s);
        else
            stmt_bind_str(s, (int)i + 1, args[i].s);
    }
}

int store_query(struct store *st, enum sql which, const struct arg *args, size_t n,
                struct stmt **ret, struct diag *d)
{
    int rc = store_stmt(st, which, ret, d);

    if (!rc)
        bind(*ret, args, n, false);
    return rc;
}

int store_run(struct store *st, enum sql which, const struct arg *args, size_t n, struct diag *d)
{
    struct stmt *s;
    int rc = store_stmt(st, which, &s, d);

    if (rc)
        return rc;
    if (ended_touch(st, which, args))
        return store_nomem(d);
    bind(s, args, n, true); /* it ends here */
    return stmt_step(s, d);
}

int store_one(struct store *st, enum sql which, const struct arg *args, size_t n, int64_t fallback,
              int64_t *ret, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, which, args, n, &s, d);

    if (!rc)
        rc = stmt_step(s, d);
    if (rc < 0)
        return rc;
    *ret = rc > 0 && !stmt_is_null(s, 0) ? stmt_int(s, 0) : fallback;
    stmt_reset(s);
    return 0;
}
