/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether a store is sound: the file itself, the chain of digests, and whether the change
 * log, replayed from the first row, gives exactly the current state.
 */
#include "base/mem.h"
#include "store/db_engine.h"
#include "store/store_internal.h"

struct check {
    struct store *st;
    struct diag *d;
    struct buf id, json, last, state; /* last, state: the digests of the latest scan */
    struct arena a;
    int64_t scans, changes, rows;
};

static int defect(struct check *c, const char *what, struct str subject, struct str id)
{
    diag_set(c->d, E_PARSE, "the store is damaged: %s (" STR_FMT " " STR_FMT ")", what,
             STR_ARG(subject), STR_ARG(id));
    diag_hint(c->d, "restore a backup, or give another --db and scan again");
    diag_at(c->d, c->st->db->shown, 0, 0);
    return E_PARSE;
}

static int defect_int(struct check *c, const char *what, const char *subject, int64_t id)
{
    buf_clear(&c->id);
    buf_addf(&c->id, "%lld", (long long)id);
    return defect(c, what, str_z(subject), buf_str(&c->id));
}

/* ---- the file ---- */

static int check_file(struct check *c)
{
    struct stmt *s;
    int rc;

    if (db_engine(c->st->db) != DB_SQLITE)
        return 0;
    rc = db_prepare(c->st->db, STR("PRAGMA integrity_check"), &s, c->d);
    if (rc)
        return rc;
    rc = stmt_step(s, c->d);
    if (rc > 0)
        rc = str_eq(stmt_str(s, 0), STR("ok")) ? 0
                                               : defect(c, "the file", STR("is"), stmt_str(s, 0));
    stmt_free(s);
    if (rc)
        return rc;
    rc = db_prepare(c->st->db, STR("PRAGMA foreign_key_check"), &s, c->d);
    if (rc)
        return rc;
    rc = stmt_step(s, c->d);
    if (rc > 0)
        rc = defect(c, "a row refers to one that does not exist", stmt_str(s, 0), stmt_str(s, 1));
    stmt_free(s);
    return rc;
}

/* ---- replay ---- */

static int put_state(struct check *c, struct str subject, struct str id, struct str state)
{
    return store_run(c->st, SQL_CHECK_PUT, ARGS(S(subject), S(id), S(state)), c->d);
}

static int expect_state(struct check *c, struct str subject, struct str id, struct str state,
                        const char *what)
{
    struct stmt *s;
    int rc = store_query(c->st, SQL_CHECK_GET, ARGS(S(subject), S(id)), &s, c->d);

    if (!rc)
        rc = stmt_step(s, c->d);
    if (rc < 0)
        return rc;
    rc = rc > 0 && str_eq(stmt_str(s, 0), state) ? 0 : defect(c, what, subject, id);
    stmt_reset(s);
    return rc;
}

/* ---- attributes that came or went with what has them ---- */

static int put_attribute(struct check *c, struct str id, struct str state)
{
    return put_state(c, STR("attribute"), id, state);
}

static int drop_attribute(struct check *c, struct str id, struct str state)
{
    int rc = expect_state(c, STR("attribute"), id, state, "the change log skips a change");

    return rc ? rc : store_run(c->st, SQL_CHECK_DROP, ARGS(S(STR("attribute")), S(id)), c->d);
}

/* A row without its attributes, which are states of their own. */
static int split_row(struct check *c, struct str subject, struct str id, struct str *row,
                     int (*what)(struct check *c, struct str id, struct str state))
{
    struct change_row r;
    int rc;

    arena_clear(&c->a);
    rc = change_row_read(*row, &c->a, &r);
    if (rc)
        return rc == E_NOMEM ? store_nomem(c->d)
                             : defect(c, "a row of the change log is no JSON", subject, id);
    *row = r.bare;
    node_each (&r.doc, r.attributes, it) {
        buf_clear(&c->id);
        change_row_attribute(&r, subject, id, it, &c->id);
        rc = buf_result(&c->id) ? store_nomem(c->d)
                                : what(c, buf_str(&c->id), str_sub(r.doc.text, it->off, it->end));
        if (rc)
            return rc;
    }
    return 0;
}

static int apply(struct check *c, const struct stmt *s)
{
    struct str subject = stmt_str(s, 1), id = stmt_str(s, 2), row = stmt_str(s, 4);
    bool had = !stmt_is_null(s, 4), has = !stmt_is_null(s, 5);
    int rc = had ? split_row(c, subject, id, &row, drop_attribute) : 0;

    if (!rc && had)
        rc = expect_state(c, subject, id, row, "the change log skips a change");
    c->changes++;
    if (rc)
        return rc;
    if (!has)
        return store_run(c->st, SQL_CHECK_DROP, ARGS(S(subject), S(id)), c->d);
    row = stmt_str(s, 5);
    rc = split_row(c, subject, id, &row, put_attribute);
    return rc ? rc : put_state(c, subject, id, row);
}

/* ---- digests ---- */

static int digest_rows(struct check *c, struct sha256 *h, int64_t scan)
{
    int64_t after = 0;
    struct stmt *s;
    int rc = 0;

    for (bool more = true; more && !rc;) {
        more = false;
        rc = store_query(c->st, SQL_CHECK_CHANGES, ARGS(I(scan), I(after)), &s, c->d);
        while (!rc && (rc = stmt_step(s, c->d)) > 0) {
            const struct change change = {stmt_str(s, 1), stmt_str(s, 2), stmt_str(s, 3),
                                          stmt_str(s, 6), NULL,           NULL};
            struct str old_row = stmt_str(s, 4), new_row = stmt_str(s, 5);

            more = true;
            after = stmt_int(s, 0);
            digest_change(h, after, &change, stmt_is_null(s, 4) ? STR_NULL : old_row,
                          stmt_is_null(s, 5) ? STR_NULL : new_row);
            rc = apply(c, s);
        }
    }
    return rc ? rc : seal_scan(c->st->db, scan, h, c->d);
}

static int check_scan(struct check *c, const struct stmt *s)
{
    AUTO(buf) digest = BUF_INIT;
    AUTO(sha256) h = {0};
    int64_t scan = stmt_int(s, 0);
    const struct digest_head head = {.uid = stmt_str(s, 1),
                                     .program = stmt_str(s, 2),
                                     .knowledge = stmt_str(s, 3),
                                     .sandbox = stmt_str(s, 4),
                                     .started = stmt_int(s, 5),
                                     .deterministic = stmt_int(s, 8),
                                     .previous = stmt_str(s, 7)};
    const struct digest_end end = {.finished = stmt_int(s, 9),
                                   .posture_low = stmt_int(s, 10),
                                   .posture_high = stmt_int(s, 11),
                                   .state = stmt_str(s, 12)};
    int rc = 0;

    c->scans++;
    if (!str_eq(head.previous, buf_str(&c->last)))
        return defect_int(c, "the chain of digests is broken", "scan", scan);
    if (sha256_init(&h))
        return store_nomem(c->d);
    digest_head(&h, &head);
    rc = digest_rows(c, &h, scan);
    digest_end(&h, &end);
    if (!rc && digest_finish(&h, &digest))
        rc = store_nomem(c->d);
    if (!rc && !str_eq(buf_str(&digest), stmt_str(s, 6)))
        rc = defect_int(c, "the digest does not fit the history", "scan", scan);
    buf_clear(&c->last);
    buf_add(&c->last, buf_str(&digest));
    buf_clear(&c->state);
    buf_add(&c->state, end.state);
    return rc ? rc : buf_result(&c->last) || buf_result(&c->state) ? store_nomem(c->d) : 0;
}

static int check_scans(struct check *c)
{
    int64_t after = 0, stray = 0;
    struct stmt *s;
    int rc = store_one(c->st, SQL_CHECK_STRAY, NULL, 0, 0, &stray, c->d);

    if (!rc && stray)
        return defect_int(c, "changes belong to no scan", "change_log", stray);
    for (bool more = true; more && !rc;) {
        more = false;
        rc = store_query(c->st, SQL_CHECK_SCANS, ARGS(I(after)), &s, c->d);
        while (!rc && (rc = stmt_step(s, c->d)) > 0) {
            more = true;
            after = stmt_int(s, 0);
            rc = check_scan(c, s);
        }
    }
    return rc;
}

/* ---- current state ---- */

/* One row of the state: its history must end in the same words. */
static int same_state(struct check *c, const char *subject)
{
    c->rows++;
    if (buf_result(&c->id) || buf_result(&c->json))
        return store_nomem(c->d);
    return expect_state(c, str_z(subject), buf_str(&c->id), buf_str(&c->json),
                        "a row differs from its history");
}

static void set_id(struct check *c, struct str id)
{
    buf_clear(&c->id);
    buf_add(&c->id, id);
}

static int asset_state(struct check *c, const struct stmt *s)
{
    struct asset_row r = {0};

    if (read_asset(s, &c->a, &r))
        return store_nomem(c->d);
    set_id(c, r.id);
    asset_json(&r, &c->json);
    return same_state(c, "asset");
}

static int place_state(struct check *c, const struct stmt *s)
{
    struct place_row r = {0};

    if (read_place(s, &c->a, &r))
        return store_nomem(c->d);
    set_id(c, stmt_str(s, 0));
    place_json(&r, &c->json);
    return same_state(c, "place");
}

static int attr_state(struct check *c, const struct stmt *s)
{
    struct attr_row r = {0};

    if (read_attr(s, &c->a, &r))
        return store_nomem(c->d);
    attr_id(&r, &c->id);
    attr_json(&r, &c->json);
    return same_state(c, "attribute");
}

static int value_state(struct check *c, const struct stmt *s)
{
    struct value_row r = {0};

    if (read_value(s, &c->a, &r))
        return store_nomem(c->d);
    set_id(c, stmt_str(s, 0));
    value_json(&r, &c->json);
    return same_state(c, "value");
}

static int alias_state(struct check *c, const struct stmt *s)
{
    set_id(c, stmt_str(s, 0));
    alias_json(stmt_str(s, 1), &c->json);
    return same_state(c, "alias");
}

static int relation_state(struct check *c, const struct stmt *s)
{
    buf_clear(&c->id);
    buf_addf(&c->id, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(stmt_str(s, 0)),
             STR_ARG(stmt_str(s, 1)), STR_ARG(stmt_str(s, 2)));
    relation_json(stmt_str(s, 3), &c->json);
    return same_state(c, "relation");
}

static int finding_state(struct check *c, const struct stmt *s)
{
    struct finding_row r = {0};

    if (read_finding(s, &c->a, &r))
        return store_nomem(c->d);
    set_id(c, r.id);
    finding_json(&r, &c->json);
    return same_state(c, "finding");
}

/* Each table is read in pages by its key: as many columns as the key has, of these types. */
struct table {
    enum sql sql;
    const char *key; /* s text, i integer */
    int (*state)(struct check *c, const struct stmt *s);
};

static const struct table TABLES[] = {
    {SQL_ALL_ASSETS, "s", asset_state},     {SQL_ALL_ALIASES, "s", alias_state},
    {SQL_ALL_PLACES, "i", place_state},     {SQL_ALL_ATTRS, "sis", attr_state},
    {SQL_ALL_VALUES, "i", value_state},     {SQL_ALL_RELATIONS, "sss", relation_state},
    {SQL_ALL_FINDINGS, "s", finding_state},
};

static int read_page(struct check *c, const struct table *t, struct arg after[3], bool *ret_more)
{
    AUTO(arena) key = ARENA(0);
    size_t n = str_z(t->key).n;
    struct stmt *s;
    int rc = store_query(c->st, t->sql, after, n, &s, c->d);

    *ret_more = false;
    while (!rc && (rc = stmt_step(s, c->d)) > 0) {
        *ret_more = true;
        arena_clear(&c->a);
        arena_clear(&key);
        for (size_t i = 0; i < n; i++)
            after[i] =
                t->key[i] == 'i' ? I(stmt_int(s, (int)i)) : S(arena_str(&key, stmt_str(s, (int)i)));
        rc = t->state(c, s);
    }
    /* Where the next page begins. */
    for (size_t i = 0; i < n && !rc; i++) {
        if (after[i].type == ARG_STR && !(after[i].s = arena_str(&c->st->mem, after[i].s)).p)
            rc = store_nomem(c->d);
    }
    return rc;
}

static int check_table(struct check *c, const struct table *t)
{
    struct arg after[3];
    bool more = true;
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(after); i++)
        after[i] = i < str_z(t->key).n && t->key[i] == 'i' ? I(-1) : S(STR(""));
    while (more && !rc)
        rc = read_page(c, t, after, &more);
    return rc;
}

/* Every row has its history; a history without a row is one too many. */
static int check_rest(struct check *c)
{
    int64_t states = 0;
    int rc = store_one(c->st, SQL_CHECK_COUNT, NULL, 0, 0, &states, c->d);

    if (rc || states == c->rows)
        return rc;
    return defect_int(c, "rows of the history are missing", "count", states - c->rows);
}

/* Columns of which history tells nothing: times, risks, owners, where exactly. */
static int check_state(struct check *c)
{
    AUTO(buf) stored = BUF_INIT;
    AUTO(buf) real = BUF_INIT;
    AUTO(buf) now = BUF_INIT;
    int rc = ended_real(c->st, &real, c->d);

    if (!rc)
        rc = ended_stored(c->st, &stored, c->d);
    if (!rc)
        rc = seal_state(c->st->db, buf_str(&real), &now, c->d);
    if (rc)
        return rc;
    if (str_eq(buf_str(&now), buf_str(&c->state)))
        return str_eq(buf_str(&real), buf_str(&stored))
                   ? 0
                   : defect_int(c, "what has ended is sealed otherwise", "scan", c->scans);
    buf_clear(&now); /* no scan since the schema was another one? */
    rc = seal_state_before(c->st->db, &now, c->d);
    if (!rc && !str_eq(buf_str(&now), buf_str(&c->state)))
        rc = defect_int(c, "the current state is not what the scan left", "scan", c->scans);
    return rc;
}

static int check_seals(struct check *c)
{
    AUTO(buf) actions = BUF_INIT;
    struct stmt *s;
    int rc = c->scans ? check_state(c) : 0;

    if (!rc)
        rc = seal_actions(c->st->db, &actions, c->d);
    if (!rc)
        rc = store_query(c->st, SQL_CHECK_ACTIONS, NULL, 0, &s, c->d);
    if (rc)
        return rc;
    rc = stmt_step(s, c->d);
    if (rc < 0 || (rc == 0 && !c->scans))
        return rc;
    if (rc == 0 || !str_eq(stmt_str(s, 0), buf_str(&actions)))
        return defect(c, "the actions are not those that were made", STR("table"), STR("action"));
    return 0;
}

static int check_all(struct check *c)
{
    int rc = check_scans(c);

    for (size_t i = 0; i < ARRAY_LEN(TABLES) && !rc; i++)
        rc = check_table(c, &TABLES[i]);
    if (!rc)
        rc = check_rest(c);
    return rc ? rc : check_seals(c);
}

/*
 * A scan that commits meanwhile must not look like damage: SQLite gives one snapshot, PostgreSQL
 * lets writers wait.
 */
static int check_snapshot(struct check *c)
{
    struct db *db = c->st->db;
    struct diag quiet = {0};
    int rc = db_exec(db,
                     STR("CREATE TEMP TABLE IF NOT EXISTS check_state (subject TEXT NOT NULL,"
                         " subject_id TEXT NOT NULL, state TEXT NOT NULL,"
                         " PRIMARY KEY (subject, subject_id))"),
                     c->d);

    if (!rc)
        rc = db_exec(db, STR("DELETE FROM check_state"), c->d);
    if (rc)
        return rc;
    rc = db_engine(db) == DB_SQLITE ? db_exec(db, STR("BEGIN"), c->d) : db_begin(db, c->d);
    if (!rc)
        rc = check_all(c);
    store_reset(c->st);
    db_rollback(db);
    for (int i = SQL_CHECK_PUT; i <= SQL_CHECK_COUNT; i++)
        c->st->stmts[i] = stmt_free(c->st->stmts[i]);
    (void)!db_exec(db, STR("DROP TABLE IF EXISTS check_state"), &quiet);
    return rc;
}

int store_check(struct store *st, struct buf *report, struct diag *d)
{
    struct check c = {
        .st = st, .d = d, .id = BUF_INIT, .json = BUF_INIT, .last = BUF_INIT, .state = BUF_INIT};
    int rc;

    if (st->scanning)
        return diag_set(d, E_BUG, "a store is not checked while a scan is open");
    rc = check_file(&c);
    if (!rc)
        rc = check_snapshot(&c);
    if (rc && d)
        buf_addf(report, "damaged: %s\n", d->text);
    else
        buf_addf(report, "sound: %lld scan%s, %lld change%s, %lld row%s\n", (long long)c.scans,
                 c.scans == 1 ? "" : "s", (long long)c.changes, c.changes == 1 ? "" : "s",
                 (long long)c.rows, c.rows == 1 ? "" : "s");
    buf_done(&c.id);
    buf_done(&c.json);
    buf_done(&c.last);
    buf_done(&c.state);
    arena_done(&c.a);
    arena_done(&st->mem);
    return rc;
}
