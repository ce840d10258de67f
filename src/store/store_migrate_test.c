/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a store of schema 4 with a history tells the same after its migration, and goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "store/migrate.h"
#include "store/store_testing.h"

#define ROWS "src/store/schema_4_test.sql"
#define C    "https://c.example/mcp"

/* What 005_live.sql and 006_owners.sql did, undone. */
static const char SCHEMA_4[] =
    "DROP VIEW finding_owner; DROP TABLE path_owner; DROP TABLE seal_ended; DROP INDEX place_asset;"
    "DROP INDEX asset_kind; CREATE INDEX asset_kind ON asset (kind, scope);"
    "DROP INDEX place_own_time;"
    "CREATE INDEX place_own_time ON place (last_seen) WHERE last_seen > 0;"
    "DROP INDEX finding_status; CREATE INDEX finding_status ON finding (status);"
    "DELETE FROM meta;";

/* Every table of schema 4 but meta, and an order of its rows. */
static const char *const TABLES[][2] = {
    {"target", "id"},
    {"scan", "id"},
    {"scan_target", "scan, ord"},
    {"coverage", "scan, ord"},
    {"asset", "id"},
    {"asset_alias", "alias"},
    {"place", "id"},
    {"attribute", "asset, place, name"},
    {"attribute_at", "asset, place, name"},
    {"owner_candidate", "asset, ord"},
    {"data_value", "id"},
    {"relation", "from_asset, verb, to_asset"},
    {"finding", "id"},
    {"asset_risk", "asset"},
    {"control_run", "scan, control"},
    {"change_log", "id"},
    {"action", "id"},
    {"turn", "scan"},
    {"asset_facts", "asset"},
};

/* What views said of these rows in the version that wrote them. */
static const struct {
    const char *sql, *rows;
} TOLD[] = {
    {"SELECT last_seen FROM place_seen ORDER BY place", "3000 3000 2000 5000 4000 4000 5000 5000 "},
    {"SELECT last_seen FROM finding_seen ORDER BY finding", "3000 5000 2000 4000 2000 2000 4000 "},
    {"SELECT last_seen FROM asset_seen ORDER BY asset", "5000 3000 5000 2000 4000 5000 "},
    {"SELECT url FROM mcp_servers ORDER BY url",
     "https://c.example/mcp https://d.example/mcp https://e.example/mcp "},
    {"SELECT path FROM mcp_servers ORDER BY path", "c.json d.json e.json "},
    {"SELECT path FROM instruction_files", "docs/AGENTS.md "},
    {"SELECT count(*) FROM relations", "1 "},
    {"SELECT path, line, pointer FROM finding_place WHERE finding = 'C-1fc714d0482b1f0d8'",
     "c.json 3 /mcpServers/x "},
};

static void read_rows(struct buf *ret)
{
    FILE *f = fopen(ROWS, "rb");
    char part[4096];
    size_t n;

    if (!f)
        fail_msg("no " ROWS ": run this in the root of the project");
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(ret, str_n(part, n));
    fclose(f);
    assert_true(buf_result(ret) == 0 && ret->n > 10000);
}

/* All columns of all rows as one text. */
static void tell(struct db *db, const char *sql, struct buf *ret)
{
    struct diag d = {0};
    struct stmt *s;
    int rc;

    if (db_prepare(db, str_z(sql), &s, &d))
        fail_msg("%s: %s", sql, d.text);
    while ((rc = stmt_step(s, &d)) > 0)
        for (int i = 0; i < stmt_columns(s); i++) {
            buf_add(ret, stmt_is_null(s, i) ? STR("NULL") : stmt_str(s, i));
            buf_addc(ret, ' ');
        }
    assert_int_equal(rc, 0);
    stmt_free(s);
    assert_int_equal(buf_result(ret), 0);
}

static void tell_tables(struct db *db, struct buf *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++) {
        char sql[96];
        size_t before = ret->n;

        snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY %s", TABLES[i][0], TABLES[i][1]);
        buf_addz(ret, TABLES[i][0]);
        tell(db, sql, ret);
        assert_true(ret->n > before + 10); /* not one of them is empty */
    }
}

static struct store *open_store(const char *location, enum db_mode mode)
{
    const struct clock clock = {1000};
    struct store *st = NULL;
    struct diag d = {0};

    if (store_open(location, mode, &clock, &st, &d))
        fail_msg("store_open: %s", d.text);
    return st;
}

/* A file, or the schema of the fixture. */
static void place_of(struct fixture *f, struct buf *ret)
{
    if (f->schema[0])
        buf_addz(ret, f->location);
    else
        buf_addf(ret, "%s/store.db", test_folder());
    if (!f->schema[0])
        unlink(ret->p);
}

static void fill(const char *location)
{
    AUTO(buf) rows = BUF_INIT;
    struct diag d = {0};
    struct store *st = open_store(location, DB_CREATE);

    read_rows(&rows);
    if (db_exec(store_db(st), str_z(SCHEMA_4), &d) || db_exec(store_db(st), buf_str(&rows), &d))
        fail_msg("%s", d.text);
    store_free(st);
}

static void assert_told(struct store *st)
{
    for (size_t i = 0; i < ARRAY_LEN(TOLD); i++) {
        AUTO(buf) now = BUF_INIT;

        tell(store_db(st), TOLD[i].sql, &now);
        assert_string_equal(now.p, TOLD[i].rows);
    }
}

/* The store before its migration, only read: it is left as it is. */
static void read_before(const char *location, struct buf *ret)
{
    const struct clock clock = {1000};
    struct store *st = NULL;
    struct diag d = {0};
    struct db *db;

    assert_int_equal(store_open(location, DB_READ_ONLY, &clock, &st, &d), E_UNSUPPORTED);
    assert_int_equal(db_open(location, DB_READ_WRITE, &db, &d), 0);
    tell(db, "SELECT value FROM meta WHERE key = 'schema'", ret);
    assert_string_equal(ret->p, "4 ");
    buf_clear(ret);
    tell_tables(db, ret);
    db_free(db);
}

static void test_same_after(void **state)
{
    AUTO(buf) location = BUF_INIT, before = BUF_INIT, after = BUF_INIT, again = BUF_INIT;
    struct store *st;

    place_of(*state, &location);
    fill(location.p);
    read_before(location.p, &before);
    st = open_store(location.p, DB_READ_WRITE);
    assert_string_equal(ask(st, "SELECT value FROM meta WHERE key = 'schema'"), "6");
    tell_tables(store_db(st), &after);
    assert_string_equal(before.p, after.p);
    assert_told(st);
    assert_sound(st);
    store_free(st);
    st = open_store(location.p, DB_READ_ONLY);
    tell_tables(store_db(st), &again);
    assert_string_equal(before.p, again.p);
    assert_told(st);
    assert_sound(st);
    store_free(st);
}

/* Nothing keeps account of what has ended yet: all of it is compared, as the old version did. */
static void test_damage_before_a_scan(void **state)
{
    static const char *const CHANGES[][2] = {
        {"UPDATE asset SET first_seen = first_seen + 1 WHERE state = 'gone'",
         "UPDATE asset SET first_seen = first_seen - 1 WHERE state = 'gone'"},
        {"UPDATE place SET last_seen = last_seen + 1 WHERE state = 'gone'",
         "UPDATE place SET last_seen = last_seen - 1 WHERE state = 'gone'"},
        {"UPDATE finding SET closed = closed + 1 WHERE status = 'fixed'",
         "UPDATE finding SET closed = closed - 1 WHERE status = 'fixed'"},
    };
    AUTO(buf) location = BUF_INIT;
    struct store *st;

    place_of(*state, &location);
    fill(location.p);
    st = open_store(location.p, DB_READ_WRITE);
    for (size_t i = 0; i < ARRAY_LEN(CHANGES); i++) {
        AUTO(buf) report = BUF_INIT;
        struct diag d = {0};

        assert_int_equal(db_exec(store_db(st), str_z(CHANGES[i][0]), &d), 0);
        assert_int_equal(store_check(st, &report, &d), E_PARSE);
        assert_int_equal(db_exec(store_db(st), str_z(CHANGES[i][1]), &d), 0);
        assert_sound(st);
    }
    store_free(st);
}

/* C as the last scan saw it, and A, which was gone. */
static void scan_again(struct store *st, int64_t at)
{
    struct world w;
    uint32_t a, c;

    world_begin(&w, st, at, 1);
    w.build = STR("build-4");
    cover(&w, 0, "", COVERAGE_EXAMINED);
    a = add_server(&w, 0, "a.json", A, "2");
    c = add_server(&w, 0, "c.json", C, "");
    add_file(&w, "docs/AGENTS.md", 7);
    world_store(&w);
    world_verdict(&w, "C-1", a, VERDICT_FAIL);
    world_verdict(&w, "C-1", c, VERDICT_FAIL);
    world_verdict(&w, "C-2", c, VERDICT_PASS);
    world_commit(&w);
}

static void test_scan_after(void **state)
{
    AUTO(buf) location = BUF_INIT, before = BUF_INIT, after = BUF_INIT, report = BUF_INIT;
    struct diag d = {0};
    struct store *st;

    place_of(*state, &location);
    fill(location.p);
    st = open_store(location.p, DB_READ_WRITE);
    tell(store_db(st), "SELECT * FROM change_log ORDER BY id", &before);
    scan_again(st, 6000);
    assert_sound(st);
    /* The same ids as before it went. */
    assert_string_equal(ask(st, "SELECT first_seen FROM asset WHERE state = 'present' AND id ="
                                " 'mcp_server-69bb3ad7eecef922'"),
                        "1000");
    assert_string_equal(ask(st, "SELECT status FROM finding WHERE id = 'C-169bb3ad7eecef922'"),
                        "reopened");
    assert_string_equal(ask(st, "SELECT count(*) FROM place WHERE state = 'gone'"), "4");
    /* Of what has ended account is kept from now on. */
    assert_string_equal(ask(st, "SELECT value FROM meta WHERE key = 'ended'"), "1");
    assert_string_equal(ask(st, "SELECT count(DISTINCT part) FROM seal_ended"), "3");
    tell(store_db(st), "SELECT * FROM change_log WHERE scan <= 5 ORDER BY id", &after);
    assert_string_equal(before.p, after.p);
    scan_again(st, 7000);
    assert_sound(st);
    assert_int_equal(db_exec(store_db(st),
                             STR("UPDATE finding SET closed = closed + 1 WHERE status = 'gone'"),
                             &d),
                     0);
    assert_int_equal(store_check(st, &report, &d), E_PARSE);
    store_free(st);
}

/* That SCHEMA_4 undoes all of it: the same tables and indexes as the first four migrations make. */
static void test_undone(void **state UNUSED)
{
    static const char OF[] = "SELECT name, CASE type WHEN 'index' THEN sql END FROM sqlite_master"
                             " WHERE type IN ('index', 'table') AND name NOT LIKE 'sqlite%'"
                             " ORDER BY name";
    AUTO(buf) undone = BUF_INIT, made = BUF_INIT;
    struct diag d = {0};
    struct store *st = open_store(":memory:", DB_CREATE);
    struct db *db;

    assert_int_equal(db_exec(store_db(st), str_z(SCHEMA_4), &d), 0);
    tell(store_db(st), OF, &undone);
    store_free(st);
    assert_int_equal(db_open(":memory:", DB_CREATE, &db, &d), 0);
    assert_int_equal(MIGRATION_COUNT, 6);
    for (int i = 0; i < 4; i++)
        assert_int_equal(db_exec(db, str_z(MIGRATIONS[i]), &d), 0);
    tell(db, OF, &made);
    db_free(db);
    assert_string_equal(undone.p, made.p);
}

#define LIST(X) X(test_same_after) X(test_damage_before_a_scan) X(test_scan_after)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH) cmocka_unit_test(test_undone)};

    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
