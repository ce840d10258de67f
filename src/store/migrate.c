/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a database is a store, which migrations it lacks, and when views are made anew.
 */
#include "base/hash.h"
#include "inventory/registry.h"
#include "store/db_engine.h"
#include "store/migrate.h"

struct found {
    int64_t objects; /* tables in the database */
    int64_t version; /* 0 no store yet */
    bool views;      /* the typed views are those of this program */
    bool foreign;
};

/* The place of each finding, as exact as the attribute that decided it. */
static const char FINDING_PLACE[] =
    "CREATE VIEW finding_place AS"
    " SELECT f.id AS finding, p.id AS id, p.asset AS asset, p.target AS target, p.path AS path,"
    " p.member AS member, CASE WHEN t.line IS NULL THEN p.pointer ELSE t.pointer END AS pointer,"
    " p.url AS url, CASE WHEN t.line IS NULL THEN p.line ELSE t.line END AS line,"
    " CASE WHEN t.line IS NULL THEN p.col ELSE t.col END AS col,"
    " CASE WHEN t.line IS NULL THEN p.byte_offset ELSE t.byte_offset END AS byte_offset,"
    " p.collector AS collector, p.labels AS labels, p.name AS name, p.snippet AS snippet,"
    " p.state AS state, p.first_seen AS first_seen, p.last_seen AS last_seen"
    " FROM finding f JOIN place p ON p.id = f.place LEFT JOIN attribute_at t"
    " ON t.asset = f.asset AND t.place IN (0, f.place) AND t.name = f.attribute"
    " AND t.evidence = f.place;\n";

/* Whose each finding is: of the person in whose home its place lies, of who registered as owner of
 * the asset, of who owns the file, or of who owns the asset. */
static const char FINDING_OWNER_VIEW[] =
    "CREATE VIEW finding_owner AS SELECT f.id AS finding, coalesce((SELECT min(o.name)"
    " FROM place p JOIN owner_candidate o ON o.asset = p.asset AND o.target = p.target"
    " AND o.path = p.path AND o.source = 'home-folder' WHERE p.id = f.place),"
    " (SELECT min(r.name) FROM owner_candidate r WHERE r.asset = f.asset AND r.ord = 0"
    " AND r.source = 'register'), (SELECT w.owner FROM place q JOIN path_owner w"
    " ON w.target = q.target AND w.path = q.path WHERE q.id = f.place), a.owner) AS owner"
    " FROM finding f JOIN asset a ON a.id = f.asset;\n";

/*
 * When everything was last seen, see 002_turns.sql. The last whole scan of a target is found from
 * the latest one backwards.
 */
static const char SEEN[] =
    "CREATE VIEW target_seen AS SELECT t.id AS target, (SELECT s.started FROM scan_target x"
    " JOIN turn y ON y.scan = x.scan JOIN scan s ON s.id = x.scan WHERE x.target = t.id"
    " AND y.whole = 1 ORDER BY x.scan DESC LIMIT 1) AS last_seen FROM target t;\n"
    "CREATE VIEW place_seen AS SELECT p.id AS place, p.asset AS asset,"
    " CASE WHEN p.last_seen > 0 THEN p.last_seen ELSE (SELECT t.last_seen FROM target_seen t"
    " WHERE t.target = p.target) END AS last_seen FROM place p;\n"
    "CREATE VIEW asset_seen AS SELECT a.id AS asset, (SELECT max(p.last_seen) FROM place_seen p"
    " WHERE p.asset = a.id) AS last_seen FROM asset a;\n"
    "CREATE VIEW finding_seen AS SELECT f.id AS finding, CASE WHEN f.last_seen > 0"
    " THEN f.last_seen ELSE (SELECT t.last_seen FROM place p JOIN target_seen t"
    " ON t.target = p.target WHERE p.id = f.place) END AS last_seen FROM finding f;\n";

/* PostgreSQL: 64-bit integers, and text in the order of its bytes, whatever the locale. A column
 * that a view uses keeps its type, so views are made after this. */
static const char WIDEN[] =
    "DO $$ DECLARE r record; BEGIN FOR r IN"
    " SELECT c.table_name AS t, c.column_name AS n, c.data_type AS k"
    " FROM information_schema.columns c JOIN pg_tables p"
    " ON p.schemaname = c.table_schema AND p.tablename = c.table_name"
    " WHERE c.table_schema = current_schema() AND (c.data_type = 'integer'"
    " OR (c.data_type = 'text' AND c.collation_name IS NULL)) LOOP"
    " IF r.k = 'integer' THEN"
    " EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE BIGINT', r.t, r.n);"
    " ELSE EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE TEXT COLLATE \"C\"', r.t, r.n);"
    " END IF; END LOOP; END $$";

static int query_int(struct db *db, struct str sql, int64_t *ret, struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(db, sql, &s, d);

    if (rc)
        return rc;
    rc = stmt_step(s, d);
    if (rc > 0)
        *ret = stmt_int(s, 0);
    stmt_free(s);
    return rc < 0 ? rc : 0;
}

/* 1 found, 0 not, negative error. */
static int read_meta(struct db *db, struct str key, struct buf *ret, struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(db, STR("SELECT value FROM meta WHERE key = ?1"), &s, d);

    if (rc)
        return rc;
    stmt_bind_str(s, 1, key);
    rc = stmt_step(s, d);
    if (rc > 0) {
        buf_add(ret, stmt_str(s, 0));
        rc = buf_result(ret) ? buf_result(ret) : 1;
    }
    stmt_free(s);
    return rc;
}

static int write_meta(struct db *db, struct str key, struct str value, struct diag *d)
{
    struct stmt *s;
    int rc = db_prepare(db,
                        STR("INSERT INTO meta (key, value) VALUES (?1, ?2)"
                            " ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                        &s, d);

    if (rc)
        return rc;
    stmt_bind_str(s, 1, key);
    stmt_bind_str(s, 2, value);
    rc = stmt_step(s, d);
    stmt_free(s);
    return rc;
}

static int views_text(const struct db *db, struct buf *ret, struct diag *d)
{
    buf_addz(ret, FINDING_PLACE);
    buf_addz(ret, FINDING_OWNER_VIEW);
    buf_addz(ret, SEEN);
    buf_addz(ret, db->engine == DB_SQLITE ? REGISTRY_VIEWS_SQLITE : REGISTRY_VIEWS_POSTGRES);
    return buf_result(ret) ? diag_set(d, E_NOMEM, "no memory for the views of the store") : 0;
}

static int views_digest(const struct db *db, struct buf *out, struct diag *d)
{
    AUTO(buf) text = BUF_INIT;
    unsigned char digest[SHA256_BYTES];
    int rc = views_text(db, &text, d);

    if (!rc && !(rc = sha256_of(buf_str(&text), digest))) {
        buf_add_hex(out, digest, sizeof(digest));
        rc = buf_result(out);
    }
    return rc ? diag_set(d, rc, "no memory to compare the views of the store") : 0;
}

static int look_at_tables(struct db *db, struct found *f, bool *ret_meta, struct diag *d)
{
    bool lite = db->engine == DB_SQLITE;
    int64_t application = 0, meta = 0;
    int rc;

    rc = query_int(db,
                   lite ? STR("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
                        : STR("SELECT count(*) FROM pg_tables"
                              " WHERE schemaname = current_schema()"),
                   &f->objects, d);
    if (!rc)
        rc = query_int(db,
                       lite ? STR("SELECT count(*) FROM sqlite_master"
                                  " WHERE type = 'table' AND name = 'meta'")
                            : STR("SELECT count(*) FROM pg_tables"
                                  " WHERE schemaname = current_schema() AND tablename = 'meta'"),
                       &meta, d);
    if (!rc && lite)
        rc = query_int(db, STR("PRAGMA application_id"), &application, d);
    if (rc)
        return rc;
    *ret_meta = meta > 0;
    f->foreign = (f->objects > 0 && !meta) || (lite && application != STORE_APPLICATION_ID &&
                                               (application != 0 || f->objects > 0));
    return 0;
}

static int read_version(struct db *db, struct found *f, struct diag *d)
{
    AUTO(buf) application = BUF_INIT;
    AUTO(buf) schema = BUF_INIT;
    AUTO(buf) views = BUF_INIT;
    AUTO(buf) digest = BUF_INIT;
    int rc = read_meta(db, STR("application"), &application, d);

    if (rc > 0)
        rc = read_meta(db, STR("schema"), &schema, d);
    if (rc > 0)
        rc = read_meta(db, STR("views"), &views, d);
    if (rc < 0)
        return rc;
    if (!str_eq_z(buf_str(&application), STORE_APPLICATION) ||
        str_to_i64(buf_str(&schema), &f->version) || f->version < 1) {
        f->foreign = true;
        return 0;
    }
    rc = views_digest(db, &digest, d);
    if (rc)
        return rc;
    f->views = str_eq(buf_str(&views), buf_str(&digest));
    return 0;
}

static int look(struct db *db, struct found *f, struct diag *d)
{
    bool meta = false;
    int rc;

    *f = (struct found){0};
    rc = look_at_tables(db, f, &meta, d);
    return rc || f->foreign || !meta ? rc : read_version(db, f, d);
}

/* Refuse what cannot be brought up to date. */
static int judge(struct db *db, const struct found *f, bool create, struct diag *d)
{
    int rc = 0;

    if (f->foreign) {
        rc = diag_set(d, E_PARSE, "this is a database of another program, not a store");
        diag_hint(d, "give another --db; nothing was changed here");
    } else if (f->version > MIGRATION_COUNT) {
        rc = diag_set(d, E_PARSE,
                      "the store was written by a newer version of stance (schema %lld, this "
                      "program knows %d)",
                      (long long)f->version, MIGRATION_COUNT);
        diag_hint(d, "update stance, or give another --db file");
    } else if (!f->version && !create) {
        rc = diag_set(d, E_NOTFOUND, "there is no store yet");
        diag_hint(d, "run 'stance scan' first, or give the --db of an earlier scan");
    } else if (f->version < MIGRATION_COUNT && db->mode == DB_READ_ONLY) {
        rc = diag_set(d, E_UNSUPPORTED, "the store has the older schema %lld",
                      (long long)f->version);
        diag_hint(d, "scan into it once with this version to bring it up to date");
    }
    if (rc)
        diag_at(d, db->shown, 0, 0);
    return rc;
}

static int drop_views(struct db *db, struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s;
    int rc = db_prepare(db,
                        db->engine == DB_SQLITE
                            ? STR("SELECT name FROM sqlite_master WHERE type = 'view'")
                            : STR("SELECT viewname FROM pg_views"
                                  " WHERE schemaname = current_schema()"),
                        &s, d);

    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        buf_addf(&sql, "DROP VIEW IF EXISTS \"" STR_FMT "\"%s;", STR_ARG(stmt_str(s, 0)),
                 db->engine == DB_SQLITE ? "" : " CASCADE");
    }
    stmt_free(s);
    if (!rc)
        rc = buf_result(&sql);
    return rc || !sql.n ? rc : db_exec(db, buf_str(&sql), d);
}

static int make_views(struct db *db, struct diag *d)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) digest = BUF_INIT;
    int rc = views_text(db, &text, d);

    if (!rc)
        rc = db_exec(db, buf_str(&text), d);
    if (!rc)
        rc = views_digest(db, &digest, d);
    return rc ? rc : write_meta(db, STR("views"), buf_str(&digest), d);
}

static int finish_schema(struct db *db, struct diag *d)
{
    AUTO(buf) b = BUF_INIT;
    int rc;

    if (db->engine == DB_POSTGRES) {
        rc = db_exec(db, str_z(WIDEN), d);
    } else {
        buf_addf(&b, "PRAGMA application_id = %d", STORE_APPLICATION_ID);
        rc = db_exec(db, buf_str(&b), d);
    }
    buf_clear(&b);
    buf_addf(&b, "%d", MIGRATION_COUNT);
    if (!rc)
        rc = write_meta(db, STR("schema"), buf_str(&b), d);
    return rc ? rc : write_meta(db, STR("application"), STR(STORE_APPLICATION), d);
}

static int run_migration(struct db *db, struct str sql, struct diag *d)
{
    const struct str mark = STR("/* WITHOUT ROWID */");
    AUTO(buf) text = BUF_INIT;
    size_t at;
    int rc;

    if (db->engine != DB_SQLITE)
        return db_exec(db, sql, d);
    while ((at = str_find(sql, mark, 0)) != SIZE_MAX) {
        buf_add(&text, str_sub(sql, 0, at));
        buf_addz(&text, "WITHOUT ROWID");
        sql = str_sub(sql, at + mark.n, sql.n);
    }
    buf_add(&text, sql);
    rc = buf_result(&text);
    return rc ? diag_set(d, rc, "no memory for a migration") : db_exec(db, buf_str(&text), d);
}

/* Under the write lock: look again, for another process may have been faster. */
static int bring_up(struct db *db, bool create, struct diag *d)
{
    struct found f;
    int rc = look(db, &f, d);

    if (!rc)
        rc = judge(db, &f, create, d);
    if (rc || (f.version == MIGRATION_COUNT && f.views))
        return rc;
    rc = drop_views(db, d);
    for (int64_t i = f.version; !rc && i < MIGRATION_COUNT; i++)
        rc = run_migration(db, str_z(MIGRATIONS[i]), d);
    if (!rc && f.version < MIGRATION_COUNT)
        rc = finish_schema(db, d);
    return rc ? rc : make_views(db, d);
}

/* A store that may not be written keeps its older views; this session gets its own. */
static int make_own_views(struct db *db, struct diag *d)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) sql = BUF_INIT;
    struct str rest, create = STR("CREATE VIEW ");
    size_t at;
    int rc = views_text(db, &text, d);

    if (rc)
        return rc;
    rest = buf_str(&text);
    while ((at = str_find(rest, create, 0)) != SIZE_MAX) {
        buf_add(&sql, str_sub(rest, 0, at));
        buf_addz(&sql, "CREATE TEMP VIEW ");
        rest = str_sub(rest, at + create.n, rest.n);
    }
    buf_add(&sql, rest);
    rc = buf_result(&sql);
    return rc ? rc : db_exec(db, buf_str(&sql), d);
}

int store_migrate(struct db *db, bool create, struct diag *d)
{
    struct found f;
    int rc = look(db, &f, d);

    if (!rc)
        rc = judge(db, &f, create, d);
    if (rc || (f.version == MIGRATION_COUNT && f.views))
        return rc;
    if (db->mode == DB_READ_ONLY)
        return make_own_views(db, d);
    rc = db_begin(db, d);
    if (rc)
        return rc;
    rc = bring_up(db, create, d);
    if (!rc)
        return db_commit(db, d);
    db_rollback(db);
    return rc;
}
