/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how libpq is loaded, how a session starts, and what of its URL may be shown. */
#include <dlfcn.h>

#include "base/mem.h"
#include "store/db_postgres.h"

static int load(struct pg_api *pg, struct diag *d)
{
    /* Never closed: the library registers exit handlers of its own. */
    void *lib = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);

    if (!lib) {
        diag_set(d, E_UNSUPPORTED, "the PostgreSQL client library libpq.so.5 is not installed");
        diag_hint(d, "install it (Debian: apt install libpq5), or use a file with --db");
        return E_UNSUPPORTED;
    }
#define LOAD(ret, name, args)                                                                      \
    *(void **)&pg->name = dlsym(lib, #name);                                                       \
    if (!pg->name)                                                                                 \
        return diag_set(d, E_UNSUPPORTED, "libpq.so.5 is too old: it lacks %s", #name);
    PG_FUNCTIONS(LOAD)
#undef LOAD
    return 0;
}

static void no_notices(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* The URL without password and options, for messages. */
static char *shown_url(const char *url)
{
    AUTO(buf) b = BUF_INIT;
    struct str s = str_z(url), scheme, rest, user, host;
    size_t at_sign;

    str_cut(s, '?', &s, &rest);
    at_sign = str_rchr(s, '@');
    scheme = str_sub(s, 0, str_find(s, STR("//"), 0) + 2);
    if (at_sign == SIZE_MAX) {
        buf_add(&b, s);
    } else {
        user = str_sub(s, scheme.n, at_sign);
        host = str_sub(s, at_sign, s.n);
        str_cut(user, ':', &user, &rest);
        buf_add(&b, scheme);
        buf_add(&b, user);
        buf_add(&b, host);
    }
    return buf_detach(&b, NULL);
}

static int connect_url(struct pg_db *q, const char *url, struct diag *d)
{
    const char *const names[] = {"connect_timeout", "client_encoding", "fallback_application_name",
                                 "dbname", NULL};
    const char *const values[] = {"10", "UTF8", "stance", url, NULL};
    int rc;

    q->h = q->pg.PQconnectdbParams(names, values, 1);
    if (!q->h)
        return diag_set(d, E_NOMEM, "no memory to open the store");
    if (q->pg.PQstatus(q->h) != CONNECTION_OK) {
        diag_set(d, E_IO, "cannot connect to the database: " STR_FMT,
                 STR_ARG(pg_first_line(q->pg.PQerrorMessage(q->h))));
        diag_hint(d, "check the server, the account and the URL");
        return E_IO;
    }
    q->pg.PQsetNoticeProcessor(q->h, no_notices, NULL);
    rc = pg_simple(q,
                   "SET standard_conforming_strings = on; SET lock_timeout = 5000;"
                   "SET TimeZone = 'UTC'; SET client_min_messages = warning;"
                   "SET plan_cache_mode = force_generic_plan",
                   d);
    if (!rc && q->base.mode == DB_READ_ONLY)
        rc = pg_simple(q, "SET default_transaction_read_only = on", d);
    return rc;
}

int postgres_open(const char *url, enum db_mode mode, struct db **ret, struct diag *d)
{
    struct pg_db *q = mem_alloc(sizeof(*q));
    int rc;

    if (!q)
        return diag_set(d, E_NOMEM, "no memory to open the store");
    q->base.ops = &PG_OPS;
    q->base.engine = DB_POSTGRES;
    q->base.mode = mode;
    q->base.shown = shown_url(url);
    rc = q->base.shown ? load(&q->pg, d) : diag_set(d, E_NOMEM, "no memory to open the store");
    if (!rc)
        rc = connect_url(q, url, d);
    if (rc) {
        diag_at(d, q->base.shown, 0, 0);
        db_free(&q->base);
        return rc;
    }
    *ret = &q->base;
    return 0;
}
