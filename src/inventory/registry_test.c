/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the generated tables and the views on SQLite. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "formats/json.h"
#include "inventory/registry.h"

static void test_tables(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        const struct kind_info *info = kind_info((enum kind)k);
        assert_int_equal(kind_from_name(str_z(info->name)), k);
        assert_int_equal(kind_from_name(str_z(info->plural)), k);
        assert_true(info->identities > 0 && info->column_count > 0);
        for (int i = 0; i < info->attrs; i++) {
            const struct attr_info *a = attr_info((enum attr)(info->first_attr + i));
            assert_int_equal(a->kind, k);
            assert_int_equal(attr_from_name((enum kind)k, str_z(a->name)), info->first_attr + i);
        }
    }
    assert_null(kind_info((enum kind)KIND_COUNT));
    assert_null(attr_info((enum attr)ATTR_COUNT));
    assert_int_equal(kind_from_name(STR("mcp")), -1);
    assert_int_equal(attr_from_name(KIND_SERVICE, STR("transport")), -1);
    assert_int_equal(attr_from_name(KIND_MCP_SERVER, STR("transport")), ATTR_MCP_SERVER_TRANSPORT);
    assert_int_equal(attr_info(ATTR_MCP_SERVER_URL)->form, FORM_URL);
    assert_int_equal(attr_info(ATTR_MCP_SERVER_ARGUMENTS)->type, VALUE_STRINGS);
    assert_false(attr_info(ATTR_MCP_SERVER_ENABLED)->per_asset);
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(word_index(VERB_NAMES, STR("connects")), VERB_CONNECTS);
    assert_int_equal(word_index(VERB_NAMES, STR("connect")), -1);
    assert_int_equal(word_index(DATA_CLASS_NAMES, STR("SOURCE_CODE")), DATA_SOURCE_CODE);
    assert_int_equal(word_index(COVERAGE_STATE_NAMES, STR("not_looked")), COVERAGE_NOT_LOOKED);
    assert_string_equal(SEVERITY_NAMES[SEVERITY_HIGH], "high");
    assert_null(SEVERITY_NAMES[SEVERITY_COUNT]);
    assert_string_equal(VALUE_TYPE_NAMES[VALUE_STRINGS], "strings");
    assert_int_equal(word_index(attr_info(ATTR_MCP_SERVER_TRANSPORT)->values, STR("websocket")), 3);
}

static void test_schema_is_json(void **state)
{
    struct limits lim = limits_default();
    AUTO(arena) a = ARENA(lim.memory);
    struct diag d = {0};
    struct doc doc;
    (void)state;
    assert_int_equal(json_parse(str_z(REGISTRY_SCHEMA_JSON), JSON_STRICT, &lim, &a, &doc, &d), OK);
    assert_int_equal(doc.duplicates, 0);
    assert_non_null(doc_find(&doc, STR("/$defs/what_mcp_server/properties/url")));
    assert_null(doc_find(&doc, STR("/$defs/where_mcp_server/properties/url")));
    assert_non_null(doc_find(&doc, STR("/$defs/where_mcp_server/properties/enabled")));
    const struct node *n = doc_find(&doc, STR("/$defs/kind/enum"));
    assert_int_equal(n->count, KIND_COUNT);
}

static const char TABLES[] =
    "CREATE TABLE asset(id TEXT PRIMARY KEY, kind TEXT, name TEXT, scope TEXT, owner TEXT,"
    " owner_state TEXT, environment TEXT, criticality TEXT, sanction TEXT, labels TEXT,"
    " state TEXT);"
    "CREATE TABLE place(id INTEGER PRIMARY KEY, asset TEXT, target INTEGER, path TEXT,"
    " member TEXT, pointer TEXT, url TEXT, line INTEGER, col INTEGER, collector TEXT,"
    " labels TEXT, name TEXT, state TEXT);"
    "CREATE TABLE attribute(asset TEXT, place INTEGER, name TEXT, type TEXT, value TEXT,"
    " number INTEGER, state TEXT, PRIMARY KEY(asset, place, name)) WITHOUT ROWID;"
    "CREATE TABLE relation(from_asset TEXT, verb TEXT, to_asset TEXT, state TEXT,"
    " place INTEGER);";

static const char ROWS[] =
    "INSERT INTO asset(id, kind, name, environment, state) VALUES"
    " ('m1', 'mcp_server', 'files', 'test', 'present'),"
    " ('m2', 'mcp_server', 'gone', 'test', 'gone');"
    "INSERT INTO place(id, asset, path, pointer, line, labels, state) VALUES"
    " (1, 'm1', '.mcp.json', '/mcpServers/files', 3, 'test', 'present'),"
    " (2, 'm1', 'b.json', '', 1, '', 'present'), (3, 'm1', 'c.json', '', 1, '', 'gone'),"
    " (4, 'm2', 'd.json', '', 1, '', 'present');"
    "INSERT INTO attribute VALUES"
    " ('m1', 0, 'transport', 'string', 'stdio', NULL, 'declared'),"
    " ('m1', 0, 'arguments', 'strings', '[\"/a\",\"/b\"]', NULL, 'declared'),"
    " ('m1', 0, 'url', 'string', 'https://left.over', NULL, 'absent'),"
    " ('m1', 1, 'enabled', 'boolean', NULL, 1, 'default'),"
    " ('m1', 1, 'environment', 'strings', '[\"KEY\"]', NULL, 'declared'),"
    " ('m1', 2, 'enabled', 'boolean', NULL, 0, 'unresolved');"
    "INSERT INTO relation VALUES ('m1', 'connects', 'm1', 'declared', 1),"
    " ('m1', 'connects', 'm2', 'declared', 1);";

/* All rows of a query as text: columns by '|', rows by newline, NULL as "-". */
static int add_row(void *ctx, int n, char **values, char **names)
{
    (void)names;
    for (int i = 0; i < n; i++) {
        buf_addz(ctx, i ? "|" : "");
        buf_addz(ctx, values[i] ? values[i] : "-");
    }
    buf_addc(ctx, '\n');
    return 0;
}

static void expect(sqlite3 *db, const char *sql, const char *rows)
{
    AUTO(buf) out = BUF_INIT;
    assert_int_equal(sqlite3_exec(db, sql, add_row, &out, NULL), SQLITE_OK);
    assert_string_equal(out.p, rows);
}

static void test_views(void **state)
{
    sqlite3 *db;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, TABLES, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, REGISTRY_VIEWS_SQLITE, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, ROWS, NULL, NULL, NULL), SQLITE_OK);
    expect(db,
           "SELECT place, path, pointer, line, labels, environment, transport, transport_state,"
           " url, url_state, enabled, enabled_state, command_state FROM mcp_servers",
           "1|.mcp.json|/mcpServers/files|3|test|test|stdio|declared|-|absent|1|default|-\n"
           "2|b.json||1||test|stdio|declared|-|absent|-|unresolved|-\n");
    expect(db, "SELECT mcp_server_environment FROM mcp_servers WHERE place = 1", "[\"KEY\"]\n");
    expect(db, "SELECT * FROM mcp_servers_arguments WHERE place = 2", "m1|2|0|/a\nm1|2|1|/b\n");
    expect(db, "SELECT * FROM mcp_servers_environment", "m1|1|0|KEY\n");
    expect(db, "SELECT asset FROM assets", "m1\n");
    expect(db, "SELECT place FROM places", "1\n2\n");
    expect(db, "SELECT * FROM relations", "m1|connects|m1|declared|1\n");
    for (int i = 0; REGISTRY_VIEW_NAMES[i]; i++) {
        AUTO(buf) sql = BUF_INIT;
        buf_addf(&sql, "SELECT * FROM \"%s\" WHERE 1 = 0", REGISTRY_VIEW_NAMES[i]);
        expect(db, sql.p, "");
    }
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_schema_is_json),
        cmocka_unit_test(test_views),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
