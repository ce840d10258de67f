/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that no column of any table can be changed behind the back of `db check`. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "store/store_testing.h"

#define C "https://c.example/mcp"

static const char *const TABLES[] = {
    "target",     "scan",        "scan_target", "coverage",
    "asset",      "place",       "attribute",   "owner_candidate",
    "data_value", "relation",    "finding",     "asset_risk",
    "action",     "control_run", "change_log",  "turn",
};

static bool is_damaged(struct store *st)
{
    AUTO(buf) report = BUF_INIT;
    struct diag d = {0};

    return store_check(st, &report, &d) == E_PARSE;
}

static bool run(struct store *st, const char *sql)
{
    struct diag d = {0};

    return db_exec(store_db(st), str_z(sql), &d) == 0;
}

/* A row in every table. */
static struct store *full_store(struct fixture *f)
{
    struct store *st = fixture_store(f, NULL);
    struct asset_risk r = {.state = FACT_KNOWN, .score_tenths = 405, .band = BAND_MEDIUM};
    struct world w;
    struct diag d = {0};

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_PARTIAL);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), 0);
    world_commit(&w);
    scan_links(st, 2000, true, 1, COVERAGE_EXAMINED);
    assert_int_equal(db_begin(store_db(st), &d), 0);
    assert_true(run(st, "INSERT INTO action (id, finding, action, status, at, path, plan, backup,"
                        " before_sha256, after_sha256, message) SELECT 1, id, 'pin', 'applied', 5,"
                        " 'a.json', '{}', 'b', 'c', 'd', 'e' FROM finding"));
    assert_int_equal(store_seal_actions(store_db(st), &d), 0);
    assert_int_equal(db_commit(store_db(st), &d), 0);
    return st;
}

/* One more in a number, one more letter in a text. False: the engine itself refused it. */
static bool change(struct store *st, const char *table, const char *column, bool back)
{
    AUTO(buf) value = BUF_INIT;
    char sql[256];
    int64_t number;

    snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE %s IS NOT NULL", column, table, column);
    buf_addz(&value, ask(st, sql));
    if (str_to_i64(buf_str(&value), &number) == 0 || (back && value.n == 0)) {
        buf_clear(&value);
        buf_addf(&value, "UPDATE %s SET %s = %s %c 1", table, column, column, back ? '-' : '+');
        if (run(st, value.p))
            return true;
    }
    buf_clear(&value);
    buf_addf(&value, "UPDATE %s SET %s = ", table, column);
    if (back)
        buf_addf(&value, "substr(%s, 1, length(%s) - 1)", column, column);
    else
        buf_addf(&value, "%s || 'x'", column);
    return run(st, value.p);
}

static unsigned try_columns(struct store *st, const char *table)
{
    struct diag d = {0};
    struct stmt *s;
    char sql[128], name[32][64];
    int n;
    unsigned tried = 0;

    snprintf(sql, sizeof(sql), "SELECT * FROM %s", table);
    assert_int_equal(db_prepare(store_db(st), str_z(sql), &s, &d), 0);
    assert_int_equal(stmt_step(s, &d), 1);
    n = stmt_columns(s);
    for (int i = 0; i < n; i++)
        snprintf(name[i], sizeof(name[i]), STR_FMT,
                 STR_ARG(stmt_is_null(s, i) ? STR("") : stmt_column_name(s, i)));
    stmt_free(s);
    for (int i = 0; i < n; i++) {
        if (!name[i][0] || strcmp(name[i], "id") == 0 || !change(st, table, name[i], false))
            continue;
        tried++;
        if (!is_damaged(st))
            fail_msg("nobody sees that %s.%s was changed", table, name[i]);
        if (!change(st, table, name[i], true))
            fail_msg("%s.%s cannot be put back", table, name[i]);
        if (is_damaged(st))
            fail_msg("%s.%s was not put back by this test", table, name[i]);
    }
    return tried;
}

static void test_every_column(void **state)
{
    struct store *st = full_store(*state);
    unsigned tried = 0;

    assert_sound(st);
    for (size_t i = 0; i < ARRAY_LEN(TABLES); i++)
        tried += try_columns(st, TABLES[i]);
    assert_true(tried > 100);
    store_free(st);
}

static void test_rows_taken_away(void **state)
{
    static const char *const GONE[] = {"action", "asset_risk", "owner_candidate", "control_run"};

    for (size_t i = 0; i < ARRAY_LEN(GONE); i++) {
        struct store *st = full_store(*state);
        char sql[64];

        snprintf(sql, sizeof(sql), "DELETE FROM %s", GONE[i]);
        assert_true(run(st, sql));
        if (!is_damaged(st))
            fail_msg("nobody sees that %s is empty", GONE[i]);
        store_free(st);
        struct fixture *f = *state;
        if (!f->schema[0])
            continue;
        void *p = f;
        fixture_done(&p);
        assert_int_equal(fixture_postgres(state), 0);
    }
}

/* A store in which all that ever was has ended. */
static struct store *ended_store(struct fixture *f)
{
    struct store *st = fixture_store(f, NULL);
    struct world w;

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    add_server(&w, 0, "b.json", B, "1");
    world_store(&w);
    world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    world_commit(&w);
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM place WHERE state = 'gone'"), "2");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding WHERE status = 'gone'"), "1");
    return st;
}

static void test_what_ended(void **state)
{
    static const char *const WITH_ENDED[] = {"asset", "place", "finding", "seal_ended"};
    struct store *st = ended_store(*state);
    unsigned tried = 0;

    assert_sound(st);
    for (size_t i = 0; i < ARRAY_LEN(WITH_ENDED); i++)
        tried += try_columns(st, WITH_ENDED[i]);
    assert_true(tried > 40);
    store_free(st);
}

/* A scan that touches nothing of it does not make good what was changed behind its back. */
static void test_ended_and_scanned(void **state)
{
    struct store *st = ended_store(*state);

    scan_server(st, 3000, "a.json", A, "1"); /* one comes back */
    assert_sound(st);
    assert_string_equal(ask(st, "SELECT count(*) FROM place WHERE state = 'gone'"), "1");
    scan_server(st, 4000, "c.json", C, "1"); /* and goes */
    assert_sound(st);
    assert_true(run(st, "UPDATE asset SET first_seen = 1 WHERE state = 'gone'"));
    scan_server(st, 5000, "c.json", C, "1");
    assert_true(is_damaged(st));
    store_free(st);
}

/* Who changes rows without this library says so; then all that has ended is sealed again. */
static void test_touched(void **state)
{
    struct store *st = ended_store(*state);
    struct diag d = {0};

    assert_true(run(st, "UPDATE asset SET criticality = criticality"));
    assert_int_equal(store_touched(store_db(st), &d), 0);
    assert_string_equal(ask(st, "SELECT count(*) FROM meta WHERE key = 'ended'"), "0");
    scan_server(st, 3000, "c.json", C, "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM meta WHERE key = 'ended'"), "1");
    assert_sound(st);
    store_free(st);
}

/* Each statement that writes to rows that can have ended keeps account of it. */
static void test_each_statement(void **state)
{
    static const struct {
        enum sql sql;
        const char *text;
    } ALL[] = {
#define SQL(name, text) {name, text},
#include "store/statements.h"
#undef SQL
    };
    static const char *const WRITES[] = {"UPDATE asset ",      "UPDATE place ",
                                         "UPDATE finding ",    "DELETE FROM asset ",
                                         "DELETE FROM place ", "DELETE FROM finding "};
    struct store *st = fixture_store(*state, NULL);
    unsigned tried = 0;

    st->scanning = true;
    for (size_t i = 0; i < ARRAY_LEN(ALL); i++)
        for (size_t k = 0; k < ARRAY_LEN(WRITES); k++) {
            if (strncmp(ALL[i].text, WRITES[k], strlen(WRITES[k])) != 0)
                continue;
            struct arg id = I(1);
            id.s = STR("x-1");
            tried++;
            ended_forget(st);
            assert_int_equal(ended_touch(st, ALL[i].sql, &id), 0);
            /* What is seen is reopened, by a statement of its own, when it was closed. */
            if (!st->touched[k % 3].n != (ALL[i].sql == SQL_SEE_FINDING))
                fail_msg("%s", ALL[i].text);
        }
    assert_true(tried > 10);
    ended_forget(st);
    arena_done(&st->mem);
    st->scanning = false;
    store_free(st);
}

/* One server comes and the one before goes, `n` times; what the last time cost. */
static int64_t cost_after(struct store *st, int from, int n)
{
    int64_t before = 0;

    for (int i = from; i < from + n; i++) {
        char path[32], url[64];

        snprintf(path, sizeof(path), "%d.json", i);
        snprintf(url, sizeof(url), "https://a.example/%d", i);
        before = (int64_t)db_steps(store_db(st));
        scan_server(st, 1000 * (i + 1), path, url, "1");
    }
    return (int64_t)db_steps(store_db(st)) - before;
}

/* A scan costs what there is and what changed: hundreds that are gone are passed by. */
static void test_cost(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    int64_t early = cost_after(st, 0, 20), late = cost_after(st, 20, 500);

    assert_string_equal(ask(st, "SELECT count(*) FROM asset WHERE state = 'gone'"), "519");
    if (db_engine(store_db(st)) == DB_SQLITE) {
        assert_true(early > 100);
        if (late > early * 3)
            fail_msg("%lld steps have become %lld", (long long)early, (long long)late);
    }
    assert_sound(st);
    store_free(st);
}

#define LIST(X)                                                                                    \
    X(test_every_column)                                                                           \
    X(test_rows_taken_away)                                                                        \
    X(test_what_ended) X(test_ended_and_scanned) X(test_touched) X(test_each_statement) X(test_cost)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {LIST(BOTH)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
