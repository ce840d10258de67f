/* SPDX-License-Identifier: Apache-2.0 */
/* Tests damage, failures, versions and access of stores. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/migrate.h"
#include "store/store_testing.h"

/* Equal scans give equal digests; one byte of history or state changed is found. */
static void test_tampering(void **state)
{
    static const char *const TAMPER[] = {
        "UPDATE asset SET name = 'y'",
        "UPDATE place SET path = 'c.json'",
        "UPDATE attribute SET value = 'zzz' WHERE name = 'url'",
        "DELETE FROM attribute WHERE name = 'url'",
        "UPDATE change_log SET cause = 'x' WHERE id = 1",
        "DELETE FROM change_log WHERE id = 2",
        "UPDATE scan SET digest = 'ab' WHERE id = 1",
        "UPDATE scan SET started = 7 WHERE id = 1",
        "UPDATE coverage SET state = 'denied'",
        "UPDATE finding SET status = 'fixed'",
        "DELETE FROM finding",
    };
    struct store *st = fixture_store(*state, NULL);
    struct db *db = store_db(st);

    scan_verdict(st, 1000, FAIL);
    scan_verdict(st, 2000, FAIL);
    assert_sound(st);
    for (size_t i = 0; i < ARRAY_LEN(TAMPER); i++) {
        AUTO(buf) report = BUF_INIT;
        struct diag d = {0};

        assert_int_equal(db_exec(db, str_z(TAMPER[i]), &d), 0);
        if (store_check(st, &report, &d) != E_PARSE)
            fail_msg("not found: %s", TAMPER[i]);
        assert_true(d.hint[0] != 0);
        assert_int_equal(db_exec(db, STR("CREATE TABLE t (a INTEGER); DROP TABLE t"), &d), 0);
        /* Start again from a fresh store. */
        store_free(st);
        struct fixture *f = *state;
        if (f->schema[0]) {
            void *p = f;
            fixture_done(&p);
            assert_int_equal(fixture_postgres(state), 0);
            f = *state;
        }
        st = fixture_store(*state, NULL);
        db = store_db(st);
        scan_verdict(st, 1000, FAIL);
        scan_verdict(st, 2000, FAIL);
    }
    store_free(st);
}

static void test_abort(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    scan_server(st, 1000, "a.json", A, "1");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    world_store(&w);
    store_scan_abort(st);
    inventory_done(&w.inv);
    assert_string_equal(ask(st, "SELECT state FROM asset"), "present");
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "1");
    scan_server(st, 3000, "a.json", A, "1");
    assert_sound(st);
    store_free(st);
}

static void test_misuse(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct scan_summary s = {0};
    struct inventory inv;
    struct diag d = {0};

    assert_int_equal(inventory_init(&inv, 0), 0);
    assert_int_equal(store_put_inventory(st, &inv, &d), E_BUG);
    assert_int_equal(store_put_findings(st, NULL, 0, &d), E_BUG);
    assert_int_equal(store_scan_commit(st, &s, &d), E_BUG);
    inventory_done(&inv);
    store_free(st);
}

/* Every allocation that fails ends the scan cleanly, and the store is as before. */
static void test_allocation(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct scan_target target = {STR("one"), STR("org/one"), STR("/srv/one")};
    struct scan_info info = {.program = STR("1"), .targets = &target, .n_targets = 1};
    struct world w;
    int rc = E_NOMEM;

    scan_server(st, 1000, "a.json", A, "1");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 0, "*.x", COVERAGE_SKIPPED);
    add_server(&w, 0, "b.json", B, "1");
    add_file(&w, "AGENTS.md", 5);
    assert_int_equal(inventory_seal(&w.inv), 0);
    for (size_t n = 1; rc && n < 400; n++) {
        struct scan_summary s = {0};

        mem_fail_after(n);
        rc = store_scan_begin(st, &info, &w.d);
        rc = rc ? rc : store_put_inventory(st, &w.inv, &w.d);
        rc = rc ? rc : store_put_findings(st, NULL, 0, &w.d);
        rc = rc ? rc : store_scan_commit(st, &s, &w.d);
        mem_fail_after(0);
        store_scan_abort(st);
        if (rc && rc != E_NOMEM)
            fail_msg("after %zu: %d %s", n, rc, w.d.text);
    }
    assert_int_equal(rc, 0);
    inventory_done(&w.inv);
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "2");
    assert_sound(st);
    store_free(st);
}

/* A session that may only read still makes its temporary tables, on PostgreSQL, too. */
static void test_read_only_session(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_store(f, NULL);
    const struct clock clock = {1};
    struct diag d = {0};

    scan_server(st, 1000, "a.json", A, "1");
    if (f->schema[0]) {
        st = store_free(st);
        assert_int_equal(store_open(f->location, DB_READ_ONLY, &clock, &st, &d), 0);
        assert_int_equal(db_exec(store_db(st), STR("DELETE FROM meta"), &d), E_DENIED);
    }
    assert_int_equal(db_exec(store_db(st), STR("CREATE TEMPORARY TABLE v (a TEXT)"), &d), 0);
    assert_int_equal(db_exec(store_db(st), STR("INSERT INTO v VALUES ('x')"), &d), 0);
    assert_string_equal(ask(st, "SELECT a FROM v"), "x");
    assert_sound(st);
    assert_sound(st);
    store_free(st);
}

/* ---- files ---- */

static void store_path(struct buf *b)
{
    buf_addf(b, "%s/store.db", test_folder());
}

static int open_path(const char *path, enum db_mode mode, struct store **ret, struct diag *d)
{
    const struct clock clock = {1};

    diag_clear(d);
    return store_open(path, mode, &clock, ret, d);
}

static void change_file(const char *path, const char *sql)
{
    struct diag d = {0};
    struct db *db;

    assert_int_equal(db_open(path, DB_READ_WRITE, &db, &d), 0);
    assert_int_equal(db_exec(db, str_z(sql), &d), 0);
    db_free(db);
}

static void test_versions(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_READ_ONLY, &st, &d), E_NOTFOUND);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    assert_string_equal(ask(st, "PRAGMA application_id"), "1398033987");
    assert_string_equal(ask(st, "PRAGMA journal_mode"), "wal");
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    change_file(path.p, "UPDATE meta SET value = '99' WHERE key = 'schema'");
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), E_PARSE);
    assert_non_null(strstr(d.text, "99"));
    assert_non_null(strstr(d.hint, "update stance"));
    assert_string_equal(d.file, path.p);
    change_file(path.p, "UPDATE meta SET value = '6' WHERE key = 'schema'");
    /* Other views: made anew, or for this session only when nothing may be written. */
    change_file(path.p, "UPDATE meta SET value = 'old' WHERE key = 'views'; DROP VIEW mcp_servers;"
                        "DROP VIEW finding_place");
    assert_int_equal(open_path(path.p, DB_READ_ONLY, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers"), A);
    assert_string_equal(ask(st, "SELECT count(*) FROM finding_place"), "0");
    assert_sound(st);
    st = store_free(st);
    assert_int_equal(open_path(path.p, DB_READ_WRITE, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers"), A);
    assert_string_equal(ask(st, "SELECT count(*) FROM finding_place"), "0");
    st = store_free(st);
    unlink(path.p);
}

/* A store as an older program left it, opened again by this one. */
static struct store *from_older(const struct buf *path, bool scanned, const char *changes)
{
    struct store *st = NULL;
    struct diag d = {0};

    unlink(path->p);
    assert_int_equal(open_path(path->p, DB_CREATE, &st, &d), 0);
    if (scanned)
        scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    change_file(path->p, changes);
    assert_int_equal(open_path(path->p, DB_READ_ONLY, &st, &d), E_UNSUPPORTED);
    assert_int_equal(open_path(path->p, DB_READ_WRITE, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT value FROM meta WHERE key = 'schema'"), "6");
    return st;
}

/* Only a scan can have written what the second schema added: without one this is the first. */
static void test_first_schema(void **state)
{
    AUTO(buf) path = BUF_INIT;

    (void)state;
    store_path(&path);
    struct store *st =
        from_older(&path, false,
                   "UPDATE meta SET value = '1' WHERE key = 'schema'; DROP TABLE turn;"
                   "DROP TABLE asset_facts;"
                   "DROP VIEW finding_owner; DROP TABLE seal_ended; DROP TABLE path_owner; "
                   "DROP INDEX place_asset;"
                   "DROP INDEX scan_target_target; DROP INDEX place_own_time");
    scan_server(st, 1000, "a.json", A, "1");
    assert_string_equal(ask(st, "SELECT last_seen FROM place_seen"), "1000");
    assert_sound(st);
    st = store_free(st);
    unlink(path.p);
}

/* A store of the schema before is sound as it is, and goes on. */
static void test_schema_5(void **state)
{
    AUTO(buf) path = BUF_INIT;

    (void)state;
    store_path(&path);
    struct store *st = from_older(&path, true,
                                  "UPDATE meta SET value = '5' WHERE key = 'schema';"
                                  "DROP VIEW finding_owner; DROP TABLE path_owner");
    assert_string_equal(ask(st, "SELECT count(*) FROM path_owner"), "0");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding_owner"), "0");
    assert_sound(st);
    scan_server(st, 2000, "a.json", A, "2");
    assert_sound(st);
    st = store_free(st);
    unlink(path.p);
}

static void test_foreign_file(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) wal = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    struct db *db;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(db_exec(db, STR("CREATE TABLE songs (name TEXT)"), &d), 0);
    assert_int_equal(db_exec(db, STR("PRAGMA journal_mode = DELETE"), &d), 0);
    db_free(db);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), E_PARSE);
    assert_non_null(strstr(d.text, "another program"));
    assert_string_equal(d.file, path.p);
    buf_addf(&wal, "%s-wal", path.p);
    assert_int_equal(access(wal.p, F_OK), -1);
    unlink(path.p);
}

/* A store whose pages were overwritten is refused or found by the check, never believed. */
static void test_corrupt_file(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) report = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    char junk[2048];
    int fd, rc;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    memset(junk, 0x5a, sizeof(junk));
    fd = open(path.p, O_WRONLY);
    for (off_t at = 4096 * 3; at < 4096 * 40; at += 4096)
        assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
    close(fd);
    rc = open_path(path.p, DB_READ_ONLY, &st, &d);
    if (!rc)
        rc = store_check(st, &report, &d);
    assert_int_equal(rc, E_PARSE);
    assert_true(d.hint[0] != 0);
    store_free(st);
    unlink(path.p);
}

/* kill -9 in the middle of a scan: the state before it, and the next scan works. */
static void test_killed(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    int ready[2], status;
    char c;
    pid_t pid;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (!pid) {
        struct world w;

        if (open_path(path.p, DB_CREATE, &st, &d))
            _exit(1);
        world_begin(&w, st, 2000, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        for (int i = 0; i < 500; i++) {
            char name[32];

            snprintf(name, sizeof(name), "f%d.md", i);
            add_file(&w, name, i);
        }
        world_store(&w);
        (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "1");
    assert_sound(st);
    scan_server(st, 3000, "a.json", A, "2");
    assert_sound(st);
    store_free(st);
    unlink(path.p);
}

/* Exit status of a child that may not write: which expectation failed, 0 none. */
static int read_only_child(const char *path, const char *new_path)
{
    struct store *st = NULL;
    struct diag d = {0};

    if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
        return 1;
    if (open_path(new_path, DB_CREATE, &st, &d) != E_DENIED || !d.hint[0])
        return 2;
    if (open_path(path, DB_CREATE, &st, &d) != E_DENIED || !d.hint[0] || strcmp(d.file, path))
        return 3;
    if (open_path(path, DB_READ_ONLY, &st, &d))
        return 4;
    if (strcmp(ask(st, "SELECT url FROM mcp_servers"), A))
        return 5;
    if (db_exec(store_db(st), STR("DELETE FROM meta"), &d) != E_DENIED)
        return 6;
    store_free(st);
    return 0;
}

/* A store in a folder and file that this account may only read (as on read-only media). */
static void test_read_only(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) new_path = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    int status;
    pid_t pid;

    (void)state;
    store_path(&path);
    buf_addf(&new_path, "%s/other.db", test_folder());
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    assert_int_equal(chmod(path.p, 0444) | chmod(test_folder(), 0555), 0);
    pid = fork();
    if (!pid)
        _exit(read_only_child(path.p, new_path.p));
    waitpid(pid, &status, 0);
    assert_int_equal(chmod(test_folder(), 0700), 0);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    unlink(path.p);
}

#define LIST(X)                                                                                    \
    X(test_tampering) X(test_abort) X(test_misuse) X(test_allocation) X(test_read_only_session)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST(BOTH) cmocka_unit_test(test_versions),
        cmocka_unit_test(test_first_schema),
        cmocka_unit_test(test_schema_5),
        cmocka_unit_test(test_foreign_file),
        cmocka_unit_test(test_corrupt_file),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_read_only),
    };

    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
