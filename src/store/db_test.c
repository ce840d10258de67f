/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of connections: the same cases on SQLite and, with STANCE_TEST_PG, on PostgreSQL. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/db_engine.h"
#include "store/testing.h"

static int run(struct db *db, const char *sql, struct diag *d)
{
    return db_exec(db, str_z(sql), d);
}

static int64_t one_int(struct db *db, const char *sql)
{
    struct diag d = {0};
    struct stmt *s;
    int64_t v = INT64_MIN;

    if (db_prepare(db, str_z(sql), &s, &d))
        fail_msg("%s: %s", sql, d.text);
    if (stmt_step(s, &d) == 1)
        v = stmt_int(s, 0);
    stmt_free(s);
    return v;
}

static void test_rows(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *in, *out;

    assert_int_equal(run(f->db, "CREATE TABLE t (a INTEGER, b TEXT, c INTEGER)", &d), 0);
    assert_int_equal(db_prepare(f->db, STR("INSERT INTO t VALUES (?1, ?2, ?3)"), &in, &d), 0);
    for (int i = 1; i <= 3; i++) {
        stmt_reset(in);
        stmt_bind_int(in, 1, i);
        stmt_bind_str(in, 2, i == 2 ? STR("") : STR("it's ?1 \"x\" \xc3\xa9"));
        if (i != 3)
            stmt_bind_int(in, 3, -7);
        assert_int_equal(stmt_step(in, &d), 0);
    }
    stmt_free(in);
    assert_int_equal(
        db_prepare(f->db, STR("SELECT a AS first, b, c, '?1' FROM t WHERE a >= ?1 ORDER BY a"),
                   &out, &d),
        0);
    assert_int_equal(stmt_columns(out), 4);
    assert_true(str_eq(stmt_column_name(out, 0), STR("first")));
    stmt_bind_int(out, 1, 2);
    assert_int_equal(stmt_step(out, &d), 1);
    assert_int_equal(stmt_int(out, 0), 2);
    assert_false(stmt_is_null(out, 1));
    assert_int_equal(stmt_str(out, 1).n, 0);
    assert_int_equal(stmt_int(out, 2), -7);
    assert_true(str_eq(stmt_str(out, 3), STR("?1")));
    assert_int_equal(stmt_step(out, &d), 1);
    assert_true(str_eq(stmt_str(out, 1), STR("it's ?1 \"x\" \xc3\xa9")));
    assert_true(stmt_is_null(out, 2));
    assert_int_equal(stmt_step(out, &d), 0);
    stmt_bind_int(out, 1, 99);
    assert_int_equal(stmt_step(out, &d), 0);
    stmt_free(out);
}

static void test_bad_text(void **state)
{
    struct fixture *f = *state;
    const struct str bad[] = {STR("a\0b"), STR("\xff"), STR("\xed\xa0\x80")};
    struct stmt *s;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct diag d = {0};

        assert_int_equal(db_prepare(f->db, STR("SELECT lower(?1)"), &s, &d), 0);
        stmt_bind_str(s, 1, bad[i]);
        assert_int_equal(stmt_step(s, &d), E_USAGE);
        stmt_reset(s);
        stmt_bind_str(s, 1, STR("OK"));
        assert_int_equal(stmt_step(s, &d), 1);
        assert_true(str_eq(stmt_str(s, 0), STR("ok")));
        stmt_free(s);
    }
}

static void test_sql_errors(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *s;

    assert_int_equal(db_prepare(f->db, STR("SELEC 1"), &s, &d), E_USAGE);
    assert_true(d.text[0] != 0);
    assert_int_equal(db_prepare(f->db, STR("SELECT 1; SELECT 2"), &s, &d), E_USAGE);
    assert_int_equal(db_prepare(f->db, STR("SELECT \"no such column\""), &s, &d), E_USAGE);
    assert_int_equal(db_prepare(f->db, STR("SELECT lower(?1)"), &s, &d), 0);
    stmt_bind_int(s, 9, 1);
    assert_int_equal(stmt_step(s, &d), E_USAGE);
    stmt_free(s);
    assert_int_equal(run(f->db, "CREATE TABLE t (a INTEGER PRIMARY KEY); BAD", &d), E_USAGE);
}

static void test_transactions(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *s;

    assert_int_equal(run(f->db, "CREATE TABLE t (a INTEGER PRIMARY KEY)", &d), 0);
    assert_int_equal(db_begin(f->db, &d), 0);
    assert_int_equal(db_prepare(f->db, STR("INSERT INTO t VALUES (?1)"), &s, &d), 0);
    for (int i = 0; i < 1000; i++) {
        stmt_reset(s);
        stmt_bind_int(s, 1, i);
        assert_int_equal(stmt_step(s, &d), 0);
    }
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM t"), 1000);
    db_rollback(f->db);
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_begin(f->db, &d), 0);
    stmt_reset(s);
    stmt_bind_int(s, 1, 5);
    assert_int_equal(stmt_step(s, &d), 0);
    assert_int_equal(db_commit(f->db, &d), 0);
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM t"), 1);
    stmt_free(s);
}

/* What others commit meanwhile is not seen before the end; temporary tables may be made. */
static void test_snapshot(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct db *a = NULL, *b = NULL;
    char file[96];
    snprintf(file, sizeof(file), "%s/store.db", test_folder());
    const char *location = db_engine(f->db) == DB_SQLITE ? file : f->location;

    assert_int_equal(db_open(location, DB_CREATE, &a, &d), 0);
    assert_int_equal(db_open(location, DB_CREATE, &b, &d), 0);
    assert_int_equal(run(a, "CREATE TABLE t (a INTEGER)", &d), 0);
    assert_int_equal(db_snapshot(a, &d), 0);
    assert_int_equal(one_int(a, "SELECT count(*) FROM t"), 0);
    assert_int_equal(run(b, "INSERT INTO t VALUES (1)", &d), 0);
    assert_int_equal(one_int(b, "SELECT count(*) FROM t"), 1);
    assert_int_equal(run(a, "CREATE TEMPORARY TABLE seen (n INTEGER)", &d), 0);
    assert_int_equal(run(a, "INSERT INTO seen SELECT count(*) FROM t", &d), 0);
    assert_int_equal(one_int(a, "SELECT n FROM seen"), 0);
    assert_int_not_equal(db_snapshot(a, &d), 0); /* one at a time */
    assert_int_equal(db_commit(a, &d), 0);
    assert_int_equal(one_int(a, "SELECT count(*) FROM t"), 1);
    assert_int_equal(one_int(a, "SELECT n FROM seen"), 0);
    db_free(a);
    db_free(b);
}

/* A write that breaks a constraint shows at the latest in the commit, and nothing stays. */
static void test_late_failure(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *s;
    int rc = 0;

    assert_int_equal(run(f->db, "CREATE TABLE t (a INTEGER PRIMARY KEY)", &d), 0);
    assert_int_equal(db_begin(f->db, &d), 0);
    assert_int_equal(db_prepare(f->db, STR("INSERT INTO t VALUES (?1)"), &s, &d), 0);
    for (int i = 0; i < 2 && !rc; i++) {
        stmt_reset(s);
        stmt_bind_int(s, 1, 1);
        rc = stmt_step(s, &d);
    }
    stmt_free(s);
    if (!rc)
        rc = db_commit(f->db, &d);
    assert_int_equal(rc, E_USAGE);
    assert_true(d.text[0] != 0);
    db_rollback(f->db);
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM t"), 0);
}

static void test_nested_reads(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *outer, *inner;
    int64_t sum = 0;

    assert_int_equal(
        run(f->db, "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2), (3)", &d), 0);
    assert_int_equal(db_prepare(f->db, STR("SELECT a FROM t"), &outer, &d), 0);
    assert_int_equal(db_prepare(f->db, STR("SELECT sum(a) FROM t WHERE a <= ?1"), &inner, &d), 0);
    while (stmt_step(outer, &d) == 1) {
        stmt_reset(inner);
        stmt_bind_int(inner, 1, stmt_int(outer, 0));
        assert_int_equal(stmt_step(inner, &d), 1);
        sum += stmt_int(inner, 0);
    }
    assert_int_equal(sum, 1 + 3 + 6);
    stmt_free(outer);
    stmt_free(inner);
}

static void make_views(struct fixture *f)
{
    struct diag d = {0};

    assert_int_equal(run(f->db,
                         "CREATE TABLE base (a INTEGER, b TEXT);"
                         "INSERT INTO base VALUES (1, 'x'), (2, 'y');"
                         "CREATE VIEW things AS SELECT a AS asset, b FROM base",
                         &d),
                     0);
}

static int guarded(struct fixture *f, const char *sql)
{
    struct diag d = {0};
    struct stmt *s;
    int rc = db_prepare(f->db, str_z(sql), &s, &d);

    if (rc)
        return rc;
    while ((rc = stmt_step(s, &d)) > 0)
        continue;
    stmt_free(s);
    return rc;
}

static void test_guard_allows(void **state)
{
    struct fixture *f = *state;
    const struct db_guard g = {true, 5000, 1000000};
    struct diag d = {0};
    const char *const good[] = {
        "SELECT asset, b FROM things WHERE b = 'x;--' -- ; DROP\n",
        "SELECT count(*) FROM things t JOIN things u ON t.asset = u.asset, things",
        "WITH a AS (SELECT asset FROM things), b (n) AS (SELECT count(*) FROM a)"
        " SELECT a.asset, b.n FROM a, b ORDER BY 1;",
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9)"
        " SELECT max(n) FROM r",
        "SELECT CASE WHEN b IN ('x', 'y') THEN 'fail' ELSE 'pass' END AS verdict FROM things"
        " WHERE EXISTS (SELECT 1 FROM (SELECT asset FROM things) z WHERE z.asset = things.asset)"
        " UNION SELECT lower(b) FROM things",
        "SELECT \"b\" FROM \"things\" GROUP BY \"b\" HAVING count(*) > 0",
    };

    make_views(f);
    assert_int_equal(db_guard(f->db, &g, &d), 0);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (guarded(f, good[i]))
            fail_msg("refused: %s", good[i]);
    db_unguard(f->db);
    assert_int_equal(run(f->db, "INSERT INTO base VALUES (3, 'z')", &d), 0);
}

static void test_guard_refuses(void **state)
{
    struct fixture *f = *state;
    const struct db_guard g = {true, 5000, 1000000};
    struct diag d = {0};
    const char *const bad[] = {
        "SELECT * FROM base",
        "SELECT base.a FROM things, base",
        "SELECT 1 FROM things t JOIN base b ON b.a = 1",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM base WHERE a > 0)",
        "SELECT 1 FROM (SELECT a FROM base) z WHERE a > 0",
        "WITH base AS (SELECT * FROM base) SELECT * FROM base",
        "WITH x AS (SELECT a FROM base) SELECT a FROM x",
        "INSERT INTO base VALUES (9, 'n')",
        "DELETE FROM base",
        "UPDATE base SET a = 1",
        "DROP VIEW things",
        "DROP TABLE base",
        "CREATE TABLE z (a INTEGER)",
        "CREATE TEMP TABLE z (a INTEGER)",
        "SELECT 1; SELECT 2",
    };
    const char *const engine[2][4] = {
        {"PRAGMA user_version = 3", "ATTACH '/tmp/x' AS x", "SELECT * FROM sqlite_master",
         "SELECT * FROM pragma_table_info('base')"},
        {"SELECT pg_sleep(1)", "SELECT * FROM pg_class", "TABLE base",
         "SELECT * FROM information_schema.tables"},
    };

    make_views(f);
    assert_int_equal(db_guard(f->db, &g, &d), 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!guarded(f, bad[i]))
            fail_msg("allowed: %s", bad[i]);
    for (size_t i = 0; i < 4; i++)
        if (!guarded(f, engine[db_engine(f->db) == DB_POSTGRES][i]))
            fail_msg("allowed: %s", engine[db_engine(f->db) == DB_POSTGRES][i]);
    assert_int_equal(run(f->db, "SELECT 1", &d), E_DENIED);
    db_unguard(f->db);
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM base"), 2);
}

/* A guarded failure inside a transaction leaves the transaction usable. */
static void test_guard_in_transaction(void **state)
{
    struct fixture *f = *state;
    const struct db_guard g = {true, 5000, 1000000};
    struct diag d = {0};

    make_views(f);
    assert_int_equal(db_begin(f->db, &d), 0);
    assert_int_equal(run(f->db, "INSERT INTO base VALUES (3, 'z')", &d), 0);
    assert_int_equal(db_guard(f->db, &g, &d), 0);
    assert_true(guarded(f, "SELECT nothing FROM things") < 0);
    assert_int_equal(guarded(f, "SELECT asset FROM things"), 0);
    db_unguard(f->db);
    assert_int_equal(run(f->db, "INSERT INTO base VALUES (4, 'w')", &d), 0);
    assert_int_equal(db_commit(f->db, &d), 0);
    assert_int_equal(one_int(f->db, "SELECT count(*) FROM base"), 4);
}

static void test_guard_limits(void **state)
{
    struct fixture *f = *state;
    const struct db_guard g = {false, 300, 2000000};
    const char *endless = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
                          " SELECT count(*) FROM r";
    struct diag d = {0};

    assert_int_equal(db_guard(f->db, &g, &d), 0);
    assert_int_equal(guarded(f, endless), E_LIMIT);
    assert_int_equal(guarded(f, "SELECT 1"), 0);
    if (db_engine(f->db) == DB_SQLITE) {
        assert_int_equal(guarded(f, "SELECT length(zeroblob(100000000))"), E_LIMIT);
        assert_int_equal(guarded(f, "SELECT printf('%.*c', 1000000000, 'x')"), E_USAGE);
    }
    db_unguard(f->db);
}

static void test_sql_check_words(void **state)
{
    AUTO(map) views = MAP_INIT;
    bool is_new;
    const char *const bad[] = {
        "SELECT 1 FROM things WINDOW base AS (ORDER BY 1)",
        "SELECT x FROM things WHERE (WITH base AS (SELECT 1) SELECT 1) = 1",
        "SELECT 1 INTO z FROM things",
        "SELECT E'\\'' FROM things",
        "SELECT $$a$$ FROM things",
        "SELECT 1 FROM things FOR UPDATE",
        "SELECT 1 FROM public.base",
        "SELECT 1 FROM (things CROSS JOIN base)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT \"lo_import\"('/etc/passwd')",
        "SELECT 1 /* /* */ */ FROM base",
        "SELECT 'open",
        "VALUES (1)",
        "",
        ")",
        "SELECT (((((",
        "WITH x AS (DELETE FROM things) SELECT 1",
        "SELECT 1 FROM LATERAL (SELECT 1) z",
    };
    const char *const good[] = {
        "SELECT 1 FROM (things CROSS JOIN things t)",
        "SELECT 'it''s', \"a\"\"b\" FROM things -- base, FROM base",
        "SELECT /* FROM base /* nested */ */ 1",
        "WITH a AS MATERIALIZED (SELECT 1 FROM things), b AS (SELECT 1 FROM a) SELECT 1 FROM b",
    };

    (void)state;
    assert_non_null(map_put(&views, STR("things"), &is_new));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!sql_check(str_z(bad[i]), &views, NULL) && i != 15)
            fail_msg("allowed: %s", bad[i]);
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (sql_check(str_z(good[i]), &views, NULL))
            fail_msg("refused: %s", good[i]);
}

static void test_sql_to_dollar(void **state)
{
    AUTO(buf) out = BUF_INIT;

    (void)state;
    sql_to_dollar(STR("SELECT ?1, '?2', \"?3\", ?12 -- ?4\n, /* ?5 */ a ? b"), &out);
    assert_string_equal(out.p, "SELECT $1, '?2', \"?3\", $12 -- ?4\n, /* ?5 */ a ? b");
}

/* ---- files ---- */

static void path_in(struct buf *b, const char *name)
{
    buf_clear(b);
    buf_addf(b, "%s/%s", test_folder(), name);
    assert_int_equal(buf_result(b), 0);
}

static void test_file_modes(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL;
    struct stat st;

    (void)state;
    path_in(&path, "new.db");
    assert_int_equal(db_open(path.p, DB_READ_WRITE, &db, &d), E_NOTFOUND);
    assert_string_equal(d.file, path.p);
    assert_true(d.hint[0] != 0);
    umask(0);
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(stat(path.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(run(db, "CREATE TABLE t (a INTEGER)", &d), 0);
    buf_addz(&path, "-wal");
    assert_int_equal(stat(path.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_cut(&path, path.n - 4);
    db_free(db);
    assert_int_equal(db_open(path.p, DB_READ_ONLY, &db, &d), 0);
    assert_int_equal(run(db, "INSERT INTO t VALUES (1)", &d), E_DENIED);
    db_free(db);
    assert_int_equal(db_open("", DB_CREATE, &db, &d), E_USAGE);
    assert_int_equal(db_open(test_folder(), DB_READ_WRITE, &db, &d), E_USAGE);
    assert_true(db_open("/proc/stance.db", DB_CREATE, &db, &d) < 0);
    assert_true(db_open("/no/such/folder/stance.db", DB_CREATE, &db, &d) == E_NOTFOUND);
}

static void test_not_a_database(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL;
    int fd;

    (void)state;
    path_in(&path, "text.db");
    fd = open(path.p, O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 500; i++)
        assert_int_equal(write(fd, "this is a text\n", 15), 15);
    close(fd);
    assert_int_equal(db_open(path.p, DB_READ_WRITE, &db, &d), E_PARSE);
    assert_string_equal(d.file, path.p);
    assert_true(d.hint[0] != 0);
}

static void test_disk_full(void **state)
{
    struct diag d = {0};
    struct db *db = NULL;

    (void)state;
    assert_int_equal(db_open(":memory:", DB_CREATE, &db, &d), 0);
    assert_int_equal(run(db, "PRAGMA max_page_count = 3; CREATE TABLE t (a TEXT)", &d), 0);
    assert_int_equal(run(db, "INSERT INTO t VALUES (replace(hex(zeroblob(9000)), '0', 'a'))", &d),
                     E_IO);
    assert_non_null(strstr(d.text, "disk is full"));
    db_free(db);
}

/* A file may not grow: the limit is named, and what was committed stays. */
static void test_size_limit(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL;
    struct rlimit all, few;

    (void)state;
    path_in(&path, "limited.db");
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(run(db, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('kept')", &d), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
    few = (struct rlimit){65536, all.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    int rc = run(db, "INSERT INTO t VALUES (hex(randomblob(90000)))", &d);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(rc, E_IO);
    if (!strstr(d.text, "size of a file"))
        fail_msg("%s", d.text);
    assert_string_equal(d.file, path.p);
    assert_non_null(strstr(d.hint, "ulimit"));
    assert_int_equal(one_int(db, "SELECT count(*) FROM t"), 1);
    db_free(db);
}

static off_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) ? -1 : st.st_size;
}

/* Ahead of the first transaction, and behind the last one: nothing changes but when the disk is
 * waited for. */
static void test_warm_and_settle(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) log = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL, *other = NULL;

    (void)state;
    path_in(&path, "warm.db");
    path_in(&log, "warm.db-wal");
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(run(db, "PRAGMA user_version = 7; CREATE TABLE t (a INTEGER)", &d), 0);
    assert_null(db_free(db));
    assert_int_equal(size_of(log.p), -1);
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    db_warm(db);
    assert_true(size_of(log.p) > 0);
    assert_int_equal(one_int(db, "PRAGMA user_version"), 7);
    assert_int_equal(one_int(db, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(one_int(db, "PRAGMA synchronous"), 1);
    /* Who writes is not waited for. */
    assert_int_equal(db_open(path.p, DB_CREATE, &other, &d), 0);
    assert_int_equal(db_begin(other, &d), 0);
    assert_int_equal(run(other, "INSERT INTO t VALUES (1)", &d), 0);
    db_warm(db);
    assert_int_equal(db_commit(other, &d), 0);
    assert_int_equal(run(db, "INSERT INTO t VALUES (2)", &d), 0);
    db_settle(db);
    db_settle(db);
    assert_int_equal(one_int(db, "SELECT count(*) FROM t"), 2); /* meanwhile */
    assert_null(db_free(other));
    assert_null(db_free(db));
    assert_int_equal(size_of(log.p), -1);
    assert_int_equal(db_open(path.p, DB_READ_ONLY, &db, &d), 0);
    db_warm(db);
    db_settle(db);
    assert_int_equal(one_int(db, "SELECT sum(a) FROM t"), 3);
    db_free(db);
    assert_int_equal(db_open(":memory:", DB_CREATE, &db, &d), 0);
    db_warm(db);
    db_settle(db);
    db_free(db);
}

static int syncs;

/* In place of those of the C library, for SQLite too: counts how often a disk is waited for. */
int fdatasync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fsync, fd);
}

/* A log that begins again would give meaning to the frames behind its new head: that head is on
 * the disk before anything else is. A new log has no frames, and waits for nothing. */
static void test_warm_waits_for_an_old_log(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL;

    (void)state;
    path_in(&path, "old_log.db");
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(run(db, "CREATE TABLE t (a INTEGER)", &d), 0);
    assert_null(db_free(db));
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    syncs = 0;
    db_warm(db);
    assert_int_equal(syncs, 0);
    assert_int_equal(run(db, "INSERT INTO t VALUES (1)", &d), 0);
    assert_int_equal(one_int(db, "PRAGMA wal_checkpoint"), 0);
    syncs = 0;
    db_warm(db);
    assert_true(syncs > 0);
    assert_null(db_free(db));
}

/* Another process holds the write lock: five seconds, then the file is named. */
static void test_locked(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct db *db = NULL;
    int ready[2], done[2];
    char c;
    pid_t pid;

    (void)state;
    path_in(&path, "locked.db");
    assert_int_equal(pipe(ready) | pipe(done), 0);
    pid = fork();
    if (!pid) {
        if (db_open(path.p, DB_CREATE, &db, &d) || run(db, "CREATE TABLE t (a INTEGER)", &d) ||
            db_begin(db, &d) || write(ready[1], "x", 1) != 1)
            _exit(1);
        close(done[1]);
        (void)!read(done[0], &c, 1);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_int_equal(db_open(path.p, DB_READ_WRITE, &db, &d), 0);
    assert_int_equal(one_int(db, "SELECT count(*) FROM t"), 0);
    assert_int_equal(db_begin(db, &d), E_CONFLICT);
    assert_string_equal(d.file, path.p);
    close(done[1]);
    waitpid(pid, NULL, 0);
    assert_int_equal(db_begin(db, &d), 0);
    db_rollback(db);
    db_free(db);
}

static void test_allocation(void **state)
{
    struct fixture *f = *state;
    struct diag d = {0};
    struct stmt *s;
    int rc = E_NOMEM;

    for (size_t n = 1; n < 50 && rc; n++) {
        mem_fail_after(n);
        rc = db_prepare(f->db, STR("SELECT lower(?1)"), &s, &d);
        if (!rc) {
            stmt_bind_str(s, 1, STR("A"));
            rc = stmt_step(s, &d) == 1 ? 0 : E_NOMEM;
            stmt_free(s);
        }
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
    assert_int_equal(rc, 0);
}

static void test_postgres_url(void **state)
{
    struct diag d = {0};
    struct db *db = NULL;
    int rc = db_open("postgres://me:hunter2@127.0.0.1:1/x?password=hunter3", DB_CREATE, &db, &d);

    (void)state;
    assert_true(rc == E_IO || rc == E_UNSUPPORTED);
    assert_null(strstr(d.text, "hunter"));
    assert_null(strstr(d.file, "hunter"));
    assert_non_null(strstr(d.file, "me@127.0.0.1"));
}

#define LIST(X)                                                                                    \
    X(test_rows)                                                                                   \
    X(test_bad_text)                                                                               \
    X(test_sql_errors)                                                                             \
    X(test_transactions)                                                                           \
    X(test_snapshot)                                                                               \
    X(test_late_failure)                                                                           \
    X(test_nested_reads)                                                                           \
    X(test_guard_allows)                                                                           \
    X(test_guard_refuses) X(test_guard_in_transaction) X(test_guard_limits) X(test_allocation)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST(BOTH) cmocka_unit_test(test_sql_check_words),
        cmocka_unit_test(test_sql_to_dollar),
        cmocka_unit_test(test_file_modes),
        cmocka_unit_test(test_not_a_database),
        cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_size_limit),
        cmocka_unit_test(test_warm_and_settle),
        cmocka_unit_test(test_warm_waits_for_an_old_log),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_postgres_url),
    };

    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
