/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that stand in front of the typed views say what the views say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/tables.h"
#include "assess/testing.h"

#define GRAPH                                                                                      \
    "cases:\n  - name: x\n    expect: []\n    assets:\n"                                           \
    "      - {kind: mcp_server, name: a, places: [d/a, d/b], attributes:"                          \
    " {enabled: true, transport: stdio, file_roots: [\"/\", \"~\"], secret_literals: 2}}\n"        \
    "      - {kind: mcp_server, name: b, places: [{path: b, labels: [test]}], attributes:"         \
    " {enabled: {state: unresolved}, transport: {state: absent}}}\n"                               \
    "      - {kind: agent_host, name: c, places: [c], attributes: {approval: bypass}}\n"           \
    "      - {kind: package, name: p, places: [{path: c, target: 1}], attributes:"                 \
    " {ecosystem: npm, direct: true}}\n"

/* Each '@' of the text is the name. */
static int64_t number(struct db *db, const char *text, const char *name)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s;
    struct diag d = {0};
    for (; *text; text++) {
        if (*text == '@')
            buf_addz(&sql, name);
        else
            buf_addc(&sql, *text);
    }
    if (db_prepare(db, buf_str(&sql), &s, &d) || stmt_step(s, &d) != 1)
        fail_msg("%s: %s", sql.p, d.text);
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* A store with the graph in it, in an open scan. */
static struct store *filled(struct arena *a)
{
    struct scan_target targets[] = {{STR("a"), STR("a"), STR("/a")},
                                    {STR("b"), STR("b"), STR("/b")}};
    struct scan_info info = {.program = STR("p"),
                             .knowledge = STR("k"),
                             .sandbox = STR("s"),
                             .targets = targets,
                             .n_targets = 2,
                             .started_ms = 1767225600000};
    static struct inventory inv;
    struct control_case *cases;
    struct store *st;
    struct diag d = {0};
    size_t n;
    if (cases_parse(STR(GRAPH), "g", a, &cases, &n, &d))
        fail_msg("%u: %s", d.line, d.text);
    assert_int_equal(inventory_init(&inv, 1 << 24), OK);
    assert_int_equal(graph_fill(&cases[0].graph, &inv, &d), OK);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(store_open(":memory:", DB_CREATE, &TEST_CLOCK, &st, &d), OK);
    assert_int_equal(store_scan_begin(st, &info, &d), OK);
    assert_int_equal(store_put_inventory(st, &inv, &d), OK);
    inventory_done(&inv);
    return st;
}

static int64_t difference(struct db *db, const char *view)
{
    static const char first[] = "SELECT count(*) FROM (SELECT * FROM main.@"
                                " EXCEPT SELECT * FROM temp.@)";
    static const char second[] = "SELECT count(*) FROM (SELECT * FROM temp.@"
                                 " EXCEPT SELECT * FROM main.@)";
    return number(db, first, view) + number(db, second, view);
}

static void same_columns(struct db *db, const char *view)
{
    struct stmt *s[2];
    struct diag d = {0};
    for (int i = 0; i < 2; i++) {
        AUTO(buf) sql = BUF_INIT;
        buf_addf(&sql, "SELECT * FROM %s.\"%s\"", i ? "temp" : "main", view);
        if (db_prepare(db, buf_str(&sql), &s[i], &d))
            fail_msg("%s", d.text);
    }
    assert_int_equal(stmt_columns(s[0]), stmt_columns(s[1]));
    for (int i = 0; i < stmt_columns(s[0]); i++)
        if (!str_eq(stmt_column_name(s[0], i), stmt_column_name(s[1], i)))
            fail_msg("%s: column %d", view, i);
    stmt_free(s[0]);
    stmt_free(s[1]);
}

/* Asked for everything, the table of each kind is the view of that kind. */
static void tables_are_their_views(void **state)
{
    AUTO(arena) a = ARENA(0);
    AUTO(buf) sql = BUF_INIT;
    struct diag d = {0};
    struct store *st = filled(&a);
    struct db *db = store_db(st);
    (void)state;
    buf_addz(&sql, "SELECT *");
    for (int k = 0; k < KIND_COUNT; k++)
        buf_addf(&sql, ", %s", kind_info((enum kind)k)->plural);
    struct control c = {.sql = sql.p, .kind = KIND_ANY};
    const struct control *only = &c;
    if (tables_make(db, &only, 1, &d))
        fail_msg("%s", d.text);
    int64_t rows = 0;
    for (int k = 0; k < KIND_COUNT; k++) {
        const char *view = kind_info((enum kind)k)->plural;
        same_columns(db, view);
        if (difference(db, view))
            fail_msg("%s differs", view);
        rows += number(db, "SELECT count(*) FROM temp.@", view);
    }
    assert_int_equal(rows, 5);
    assert_int_equal(number(db, "SELECT count(*) FROM mcp_servers WHERE enabled = 1", ""), 2);
    store_scan_abort(st);
    store_free(st);
}

/* Made again without the old ones in the way, and only with what is named. */
static void only_what_is_named(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct diag d = {0};
    struct store *st = filled(&a);
    struct db *db = store_db(st);
    struct control c = {.sql = "SELECT Enabled FROM mcp_servers", .kind = KIND_ANY};
    const struct control *only = &c;
    static const char tables[] = "SELECT count(*) FROM sqlite_temp_master WHERE type = 'table'";
    static const char columns[] = "SELECT count(*) FROM pragma_table_info('mcp_servers', 'temp')"
                                  " WHERE cid > 11";
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tables_make(db, &only, 1, &d), OK);
        assert_int_equal(number(db, tables, ""), 1);
        assert_int_equal(number(db, columns, ""), 2); /* enabled, enabled_state */
    }
    assert_int_equal(tables_drop(db, &d), OK);
    assert_int_equal(number(db, tables, ""), 0);
    c.sql = "SELECT 'not closed FROM mcp_servers"; /* says so when it runs */
    assert_int_equal(tables_make(db, &only, 1, &d), OK);
    store_scan_abort(st);
    store_free(st);
}

static void memory_runs_out(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct store *st = filled(&a);
    struct db *db = store_db(st);
    struct control c = {.sql = "SELECT enabled FROM mcp_servers", .kind = KIND_MCP_SERVER};
    const struct control *only = &c;
    (void)state;
    for (size_t n = 1; n < 60; n++) {
        struct diag d = {0};
        mem_fail_after(n);
        int rc = tables_make(db, &only, 1, &d);
        mem_fail_after(0);
        if (rc) {
            assert_int_equal(rc, E_NOMEM);
            assert_true(d.text[0]);
        }
    }
    store_scan_abort(st);
    store_free(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_their_views),
        cmocka_unit_test(only_what_is_named),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
