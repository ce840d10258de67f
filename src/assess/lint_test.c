/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the lint refuses what could pass unseen or differ between engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/control.h"
#include "assess/sql_token.h"
#include "base/mem.h"

static const char *const COLLECTOR[] = {"test", NULL};
static const struct control_input INPUTS[] = {
    {ATTR_MCP_SERVER_ENABLED, -1, COLLECTOR},
    {ATTR_MCP_SERVER_ENVIRONMENT, -1, COLLECTOR},
};
static const struct control_input PACKAGE[] = {{ATTR_PACKAGE_CONSTRAINT, -1, COLLECTOR}};
static const struct control_input RELATION[] = {{-1, VERB_GUARDS, COLLECTOR},
                                                {ATTR_AGENT_HOST_APPROVAL, -1, COLLECTOR}};
static const struct control_param PARAMS[] = {{"max", "3"}};

static int lint(struct control c, const char *sql, struct diag *d)
{
    c.id = "AISPM-MCP-900";
    c.file = "c.sql";
    c.line = 10;
    c.sql = sql;
    return control_lint(&c, d);
}

static const struct control ONE = {.kind = KIND_MCP_SERVER, .inputs = INPUTS, .n_inputs = 1};
static const struct control NONE = {.kind = KIND_MCP_SERVER};
static const struct control ANY = {.kind = KIND_ANY};
static const struct control NEAR = {
    .kind = KIND_MCP_SERVER, .scope = SCOPE_NEIGHBOURS, .inputs = RELATION, .n_inputs = 2};
static const struct control LIST = {.kind = KIND_MCP_SERVER, .inputs = INPUTS, .n_inputs = 2};
static const struct control QUOTED = {.kind = KIND_PACKAGE, .inputs = PACKAGE, .n_inputs = 1};
static const struct control PARAM = {
    .kind = KIND_MCP_SERVER, .inputs = INPUTS, .n_inputs = 1, .params = PARAMS, .n_params = 1};

#define HEAD "SELECT asset, 'fail' AS verdict, 'x' AS reason, place AS evidence "
#define FROM HEAD "FROM mcp_servers WHERE enabled = 1 AND "

static void test_accepts(void **state)
{
    static const struct {
        const struct control *c;
        const char *sql;
    } good[] = {
        {&ONE, HEAD "FROM mcp_servers WHERE enabled = 1"},
        {&ONE, HEAD "FROM mcp_servers WHERE enabled_state = 'absent' OR enabled IS NULL"},
        {&ONE, "SELECT s.asset, CASE WHEN s.enabled = 1 THEN 'fail' END AS verdict, s.name AS "
               "reason, s.place AS evidence, 'low' AS severity FROM mcp_servers AS s"},
        {&ONE, FROM "name LIKE '%/_' -- a comment; with ->\n"},
        {&ONE, FROM "lower(name) LIKE 'a%'"},
        {&ONE, FROM "rtrim(replace(lower(name), 'x', ''), '/') || '/' LIKE '%a%'"},
        {&ONE, FROM "length(name) > :now"},
        {&PARAM, FROM "length(name) > :max"},
        {&ONE, "WITH t AS (" HEAD "FROM mcp_servers WHERE enabled = 1) "
               "SELECT asset, verdict, reason, evidence FROM t"},
        {&LIST, HEAD "FROM mcp_servers s WHERE enabled = 1 AND EXISTS (SELECT 1 FROM "
                     "mcp_servers_environment e WHERE e.asset = s.asset AND e.place = s.place "
                     "AND e.value = 'A')"},
        {&QUOTED, HEAD "FROM packages WHERE \"constraint\" IS NULL"},
        {&ANY, "SELECT a.asset AS asset, a.owner_state AS verdict, a.name AS reason, "
               "min(p.place) AS evidence FROM assets a JOIN places p ON p.asset = a.asset "
               "GROUP BY a.asset, a.owner_state, a.name"},
        {&NEAR, "SELECT s.asset, CASE WHEN EXISTS (SELECT 1 FROM relations r JOIN agent_hosts h "
                "ON h.asset = r.from_asset WHERE r.to_asset = s.asset AND r.verb = 'guards' AND "
                "h.approval = 'bypass') THEN 'fail' ELSE 'pass' END AS verdict, s.name AS reason, "
                "s.place AS evidence FROM mcp_servers s"},
        {&NEAR, HEAD "FROM mcp_servers s WHERE NOT EXISTS (SELECT 1 FROM relations g JOIN "
                     "agent_hosts h ON h.asset = g.from_asset JOIN places p ON p.place = h.place "
                     "WHERE g.verb IN ('guards') AND h.approval = 'ask')"},
        {&ONE, FROM "1 = 1 ORDER BY line NULLS LAST LIMIT 3"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct diag d = {0};
        if (lint(*good[i].c, good[i].sql, &d))
            fail_msg("refused: %s\n  line %u: %s", good[i].sql, d.line, d.text);
    }
}

/* Inputs of NEAR, used; then something that is not there. */
#define NO_GUARD                                                                                   \
    HEAD "FROM mcp_servers s WHERE EXISTS (SELECT 1 FROM relations g JOIN agent_hosts h ON "       \
         "h.asset = g.from_asset WHERE g.verb = 'guards' AND h.approval = 'ask') AND NOT EXISTS "  \
         "(SELECT 1 "

static const struct {
    const struct control *c;
    const char *sql, *says;
} REFUSED[] = {
    /* inputs */
    {&NONE, HEAD "FROM mcp_servers WHERE enabled = 1", "not a declared input"},
    {&NONE, HEAD "FROM mcp_servers s WHERE s.enabled = 1", "not a declared input"},
    {&NONE, HEAD "FROM mcp_servers WHERE enabled_state = 'x'", "not a declared input"},
    {&NONE, HEAD "FROM mcp_servers WHERE mcp_server_environment = ''", "not a declared input"},
    {&NONE, HEAD "FROM mcp_servers WHERE COALESCE(url, '') = ''", "not a declared input"},
    {&ONE, HEAD "FROM mcp_servers", "does not read it"},
    {&ONE,
     FROM "EXISTS (SELECT 1 FROM mcp_servers_environment e WHERE e.asset = 'x' AND "
          "e.place = 1)",
     "not a declared input"},
    /* other rows */
    {&ONE, FROM "NOT EXISTS (SELECT 1 FROM mcp_servers b WHERE b.name = 'x')",
     "other rows need scope"},
    {&ONE, FROM "NOT EXISTS (SELECT 1 FROM agent_hosts b WHERE b.name = 'x')",
     "other rows need scope"},
    {&ONE, FROM "NOT EXISTS (SELECT 1 FROM relations WHERE from_asset = 'x')",
     "other rows need scope"},
    {&ONE, FROM "EXISTS (SELECT 1 FROM relations WHERE verb = 'guards')",
     "relation guards is read"},
    {&ONE, HEAD "FROM mcp_servers LEFT JOIN assets a ON a.name = 'x' WHERE enabled = 1",
     "other rows need scope"},
    {&LIST,
     HEAD "FROM mcp_servers s WHERE enabled = 1 AND EXISTS (SELECT 1 FROM "
          "mcp_servers_environment e WHERE e.value = 'A')",
     "tie the list"},
    {&NEAR,
     HEAD "FROM mcp_servers s WHERE EXISTS (SELECT 1 FROM relations WHERE verb = "
          "'guards' OR verb = 'offers')",
     "relation offers is read"},
    {&NEAR, NO_GUARD "FROM relations r WHERE r.to_asset = s.asset)", "no declared verb"},
    {&NEAR, NO_GUARD "FROM relations r WHERE r.verb = 'gua' || 'rds')", "with texts"},
    {&NEAR, NO_GUARD "FROM relations r WHERE lower(r.verb) LIKE 'guard%')", "with texts"},
    {&NEAR, NO_GUARD "FROM relations r WHERE r.verb <> 'guards')", "with texts"},
    {&NEAR, NO_GUARD "FROM relations r WHERE r.verb IN ('guards', s.name))", "with texts"},
    {&NEAR,
     NO_GUARD "FROM relations r JOIN relations q ON q.to_asset = r.to_asset WHERE r.verb = "
              "'guards')",
     "no declared verb"},
    {&NEAR, NO_GUARD "FROM credentials k WHERE k.name = s.name)", "no input of credential"},
    {&NEAR, NO_GUARD "FROM mcp_servers k WHERE k.name <> s.name)", "no input of mcp_server"},
    {&NEAR, NO_GUARD "FROM assets k WHERE k.kind = 'guardrail')", "tie assets"},
    {&NEAR, NO_GUARD "FROM places k WHERE k.path = s.path)", "tie places"},
    /* tables and columns */
    {&ONE, HEAD "FROM asset WHERE 1 = 1", "not a typed view"},
    {&ONE, HEAD "FROM mcp_servers, sqlite_master WHERE enabled = 1", "not a typed view"},
    {&ONE, FROM "speed = 1", "speed is not a column"},
    {&ONE, FROM "name = \"text\"", "is not a column"},
    {&ONE, FROM "b.name = 'x'", "is not a column"},
    {&ONE, HEAD "FROM (SELECT 1)", "is not a column"},
    /* portable */
    {&ONE, FROM "name GLOB 'a*'", "GLOB is not portable"},
    {&ONE, FROM "name ILIKE 'a'", "not portable"},
    {&ONE, FROM "name LIKE 'a%'", "LIKE depends on case"},
    {&ONE, FROM "lower(name) LIKE 'A%'", "lower case"},
    {&ONE, FROM "upper(name) LIKE 'a%'", "LIKE depends on case"},
    {&ONE, FROM "name LIKE '\\_%'", "not portable"},
    {&ONE, FROM "name LIKE path", "needs a text"},
    {&ONE, FROM "name->>'a' = 1", "not portable"},
    {&ONE, FROM "name::text = 'a'", "not portable"},
    {&ONE, FROM "name == 'a'", "not portable"},
    {&ONE, FROM "name IS 'a'", "IS compares with NULL"},
    {&ONE, FROM "name IS NOT DISTINCT FROM 'a'", "IS compares with NULL"},
    {&ONE, FROM "`name` = 'a'", "not portable"},
    {&ONE, FROM "[name] = 'a'", "not portable"},
    {&ONE, FROM "name = ?1", "not portable"},
    {&ONE, FROM "name = :max", "not declared in params"},
    {&ONE, FROM "enabled = true", "booleans are 0 and 1"},
    {&ONE, FROM "instr(name, 'a') > 0", "portable list"},
    {&ONE, FROM "max(line, 1) > 0", "take one value"},
    {&ONE, FROM "line < CURRENT_TIMESTAMP", ":now"},
    {&ONE, FROM "CAST(line AS real) > 0", "CAST to text only"},
    {&ONE, FROM "CAST(name AS integer) > 0", "CAST to text only"},
    {&ONE, FROM "1 = 1 LIMIT 1", "LIMIT without ORDER BY"},
    {&ONE, FROM "1 = 1 ORDER BY line LIMIT 1", "NULLS FIRST or NULLS LAST"},
    {&ONE, FROM "substr(name, -1) = 'x'", "substr counts from 1"},
    {&ONE, FROM "substr(name, 0, 2) = 'x'", "substr counts from 1"},
    {&ONE, FROM "1 = 1;", "without a ';'"},
    {&ONE, FROM "1 = 1 EXCEPT SELECT 1", "not portable"},
    {&ONE, FROM "(1 = 1", "'(' without ')'"},
    {&ONE, FROM "1 = 1)", "')' without '('"},
    {&ONE, FROM "name = 'open", "quote is not closed"},
    {&ONE, FROM "1 = 1 /* open", "comment is not closed"},
    {&ONE, FROM "name = $1", "does not belong"},
    /* output */
    {&ONE, "SELECT asset, 'fail' AS verdict, place AS evidence FROM mcp_servers",
     "column 3 is not 'reason'"},
    {&ONE, "SELECT asset, 'fail', 'x' AS reason, place AS evidence FROM mcp_servers",
     "column 2 is not 'verdict'"},
    {&ONE, "SELECT asset, 'fail' AS verdict, 'x' AS reason FROM mcp_servers", "column 4"},
    {&ONE, HEAD ", 'x' AS other FROM mcp_servers", "column 5 is not 'severity'"},
    {&ONE, "DELETE FROM mcp_servers", "not portable"},
    {&ONE, "", "one SELECT"},
};

static void test_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(REFUSED); i++) {
        struct diag d = {0};
        if (lint(*REFUSED[i].c, REFUSED[i].sql, &d) != E_PARSE)
            fail_msg("accepted: %s", REFUSED[i].sql);
        if (!strstr(d.text, REFUSED[i].says))
            fail_msg("%s\n  said '%s', expected '%s'", REFUSED[i].sql, d.text, REFUSED[i].says);
        assert_string_equal(d.file, "c.sql");
    }
}

static void test_found_refuses_absence(void **state)
{
    static const char *const absent[] = {
        FROM "NOT EXISTS (SELECT 1 FROM mcp_servers b WHERE b.name = 'x')",
        FROM "name NOT IN (SELECT b.name FROM mcp_servers b)",
        FROM "(SELECT count(b.name) FROM mcp_servers b) = 0",
        HEAD "FROM mcp_servers LEFT JOIN mcp_servers b ON b.name = 'x' WHERE enabled = 1",
    };
    struct control c = ONE;
    (void)state;
    c.scope = SCOPE_NEIGHBOURS;
    for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
        struct diag d = {0};
        c.pass_is_found = false;
        assert_int_equal(lint(c, absent[i], &d), OK);
        c.pass_is_found = true;
        assert_int_equal(lint(c, absent[i], &d), E_PARSE);
        assert_non_null(strstr(d.text, "'pass: found'"));
    }
}

static void test_lines(void **state)
{
    struct diag d = {0};
    (void)state;
    assert_int_equal(lint(ONE, "\n" HEAD "\nFROM mcp_servers\nWHERE speed = 1", &d), E_PARSE);
    assert_int_equal(d.line, 13);
}

static void test_tokens(void **state)
{
    AUTO(arena) a = ARENA(0);
    struct sql_tokens t;
    struct diag d = {0};
    (void)state;
    struct str sql = STR("a.\"b\"\"c\" >= (:p || 'x''y') -- z\n/* n\n */ 1.5");
    assert_int_equal(sql_tokenize(sql, &a, &t, &d), OK);
    assert_int_equal(t.n, 10);
    assert_true(str_eq_z(t.v[2].text, "b\"\"c"));
    assert_true(sql_is_op(&t.v[3], ">="));
    assert_int_equal(t.v[4].pair, 8);
    assert_int_equal(t.v[8].pair, 4);
    assert_int_equal(t.v[5].type, SQL_PARAM);
    assert_true(str_eq_z(t.v[5].text, "p"));
    assert_int_equal(t.v[5].depth, 1);
    assert_true(str_eq_z(t.v[7].text, "x''y"));
    assert_int_equal(t.v[9].line, 3);
    assert_int_equal(t.v[10].type, SQL_END);
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        struct diag d = {0};
        mem_fail_after(n);
        int rc = lint(ONE, HEAD "FROM mcp_servers WHERE enabled = 1", &d);
        mem_fail_after(0);
        if (!rc)
            break;
        assert_int_equal(rc, E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_found_refuses_absence),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
