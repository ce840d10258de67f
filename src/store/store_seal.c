/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which rows a digest covers, so that nobody can change one without being found out. */
#include "store/store_internal.h"

/* A table in the order of its key: its first columns, 's' text or 'i' integer. */
struct sealed {
    const char *table, *key, *types;
    const char *from; /* the first column of the key begins after this; NULL: anywhere */
    const char *each; /* target by target: what its rows have beside the key */
    bool newer; /* than the first schema: where it has no row, digests are as they were before */
};

/* What is true now, but for what has ended: words of that come before these. */
static const struct sealed STATE[] = {
    {"target", "id", "i"},
    {"asset", "state, kind, scope, id", "ssss", .from = "present"},
    {"asset_alias", "alias", "s"},
    {"place", "id", "i", .each = "state = 'present' AND target"},
    {"attribute", "asset, place, name", "sis"},
    {"attribute_at", "asset, place, name", "sis"},
    {"owner_candidate", "asset, ord", "si"},
    {"data_value", "id", "i"},
    {"relation", "from_asset, verb, to_asset", "sss"},
    {"finding", "status, id", "ss", .from = "open"},
    {"asset_risk", "asset", "s"},
    {"path_owner", "target, path", "is", .newer = true},
};
/* The same with what has ended. */
static const struct sealed STATE_BEFORE[] = {
    {"target", "id", "i"},
    {"asset", "id", "s"},
    {"asset_alias", "alias", "s"},
    {"place", "id", "i"},
    {"attribute", "asset, place, name", "sis"},
    {"attribute_at", "asset, place, name", "sis"},
    {"owner_candidate", "asset, ord", "si"},
    {"data_value", "id", "i"},
    {"relation", "from_asset, verb, to_asset", "sss"},
    {"finding", "id", "s"},
    {"asset_risk", "asset", "s"},
    {"path_owner", "target, path", "is", .newer = true},
};
/* What one scan wrote once. */
static const struct sealed SCAN[] = {
    {"scan_target", "ord", "i"},
    {"coverage", "ord", "i"},
    {"control_run", "control", "s"},
    {"turn", "scan", "i", .newer = true},
};
static const struct sealed ACTIONS = {"action", "id", "i"};

/* Rows come in pages, for PostgreSQL holds the rows of a query in memory. */
#define PAGE 4096

/* ?1... are the key of the last row of the page before; the last number is the scan or target. */
static int page_text(const struct sealed *t, bool of_one, struct buf *out)
{
    size_t n = str_z(t->types).n;

    buf_addf(out, "SELECT %s, x.* FROM %s x WHERE (%s) > (", t->key, t->table, t->key);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%s?%zu", i ? ", " : "", i + 1);
    buf_addz(out, ")");
    if (of_one)
        buf_addf(out, " AND %s = ?%zu", t->each ? t->each : "scan", n + 1);
    buf_addf(out, " ORDER BY %s LIMIT %d", t->key, PAGE);
    return buf_result(out);
}

void seal_row(struct sha256 *h, const struct stmt *s, size_t first)
{
    for (int i = (int)first; i < stmt_columns(s); i++) {
        struct str value = stmt_str(s, i);

        sha256_add(h, value.p ? STR("+") : STR("-"));
        sha256_field(h, value);
    }
}

/* The key of the row, for the next page. */
static int keep_key(const struct sealed *t, const struct stmt *s, struct arena *a, struct arg *key)
{
    for (int i = 0; t->types[i]; i++) {
        key[i] = t->types[i] == 'i' ? I(stmt_int(s, i)) : S(arena_str(a, stmt_str(s, i)));
        if (key[i].type == ARG_STR && !key[i].s.p)
            return arena_error(a);
    }
    return 0;
}

static void bind(struct stmt *s, const struct arg *key, size_t n, int64_t of)
{
    stmt_reset(s);
    for (size_t i = 0; i < n; i++) {
        if (key[i].type == ARG_STR)
            stmt_bind_str(s, (int)i + 1, key[i].s);
        else
            stmt_bind_int(s, (int)i + 1, key[i].i);
    }
    if (of)
        stmt_bind_int(s, (int)n + 1, of);
}

/* The name of the table goes before its rows. */
static int add_pages(struct stmt *s, const struct sealed *t, int64_t of, struct sha256 *h,
                     struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct arg key[4];
    size_t n = str_z(t->types).n, rows = PAGE;
    bool named = !t->newer;
    int rc = 0;

    if (named)
        sha256_field(h, str_z(t->table));
    for (size_t i = 0; i < n; i++)
        key[i] = t->types[i] == 'i' ? I(INT64_MIN) : S(STR(""));
    if (t->from)
        key[0] = S(str_z(t->from));
    while (rows == PAGE && !rc) {
        rows = 0;
        bind(s, key, n, of);
        while (!rc && (rc = stmt_step(s, d)) > 0) {
            if (!named)
                sha256_field(h, str_z(t->table));
            named = true;
            seal_row(h, s, n);
            rc = ++rows == PAGE ? keep_key(t, s, &a, key) : 0;
        }
    }
    return rc == E_NOMEM ? store_nomem(d) : rc;
}

static int add_table(struct db *db, const struct sealed *t, int64_t of, struct sha256 *h,
                     struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s = NULL;
    int rc = page_text(t, of != 0, &sql);

    if (rc)
        return store_nomem(d);
    rc = db_prepare(db, buf_str(&sql), &s, d);
    if (!rc)
        rc = add_pages(s, t, of, h, d);
    stmt_free(s);
    return rc;
}

int seal_scan(struct db *db, int64_t scan, struct sha256 *h, struct diag *d)
{
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(SCAN) && !rc; i++)
        rc = add_table(db, &SCAN[i], scan, h, d);
    return rc;
}

static int add_targets(struct db *db, const struct sealed *t, struct sha256 *h, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, STR("SELECT id FROM target ORDER BY id"), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0)
        rc = add_table(db, t, stmt_int(s, 0), h, d);
    stmt_free(s);
    return rc;
}

static int seal_tables(struct db *db, const struct sealed *t, size_t n, struct str ended,
                       struct buf *ret, struct diag *d)
{
    AUTO(sha256) h = {0};
    int rc = sha256_init(&h);

    if (rc)
        return store_nomem(d);
    for (size_t i = 0; i < n && !rc; i++)
        rc = t[i].each ? add_targets(db, &t[i], &h, d) : add_table(db, &t[i], 0, &h, d);
    if (ended.n)
        sha256_field(&h, ended);
    return rc ? rc : digest_finish(&h, ret) ? store_nomem(d) : 0;
}

int seal_state(struct db *db, struct str ended, struct buf *ret, struct diag *d)
{
    return seal_tables(db, STATE, ARRAY_LEN(STATE), ended, ret, d);
}

int seal_state_before(struct db *db, struct buf *ret, struct diag *d)
{
    return seal_tables(db, STATE_BEFORE, ARRAY_LEN(STATE_BEFORE), STR(""), ret, d);
}

int seal_actions(struct db *db, struct buf *ret, struct diag *d)
{
    return seal_tables(db, &ACTIONS, 1, STR(""), ret, d);
}

int store_seal_actions(struct db *db, struct diag *d)
{
    AUTO(buf) digest = BUF_INIT;
    struct stmt *s = NULL;
    int rc = seal_actions(db, &digest, d);

    if (!rc)
        rc = db_prepare(db,
                        STR("INSERT INTO meta (key, value) VALUES ('actions', ?1)"
                            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, buf_str(&digest));
    rc = stmt_step(s, d);
    stmt_free(s);
    return rc;
}
