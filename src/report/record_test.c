/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the record: its bytes, its filters, and that damaged rows cannot break it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/json.h"
#include "report/record.h"
#include "report/testing.h"

/* Parsed strictly, so that every test also proves that the output is JSON. */
static void parse(const char *text, struct arena *a, struct doc *ret)
{
    struct diag d = {0};
    struct limits lim = limits_default();
    if (json_parse(str_z(text), JSON_STRICT, &lim, a, ret, &d))
        fail_msg("line %u column %u: %s", d.line, d.column, d.text);
}

static struct str at(const struct doc *doc, const char *pointer)
{
    const struct node *n = doc_find(doc, str_z(pointer));
    if (!n)
        fail_msg("%s is missing", pointer);
    return node_text(doc, n);
}

static uint32_t count(const struct doc *doc, const char *pointer)
{
    const struct node *n = doc_find(doc, str_z(pointer));
    return n ? n->count : 0;
}

static void test_golden(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct view v = shop_open(SHOP_SQL);
    char *text = shop_print(&v, "json");
    parse(text, &a, &doc);
    shop_golden(text, "record.json");
    free(text);
    db_free(v.db);
}

static char *part(const struct view *v, unsigned parts)
{
    struct diag d = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (record_write(v, parts, out, &d))
        fail_msg("%s", d.text);
    fclose(out);
    char *copy = strdup(text);
    free(text);
    assert_non_null(copy);
    return copy;
}

static void test_facts(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct view v = shop_open(SHOP_SQL);
    char *text = shop_print(&v, "json");
    parse(text, &a, &doc);
    /* mcp_server stands before agent_host in the registry; the gone one is not there. */
    assert_int_equal(count(&doc, "/assets"), 3);
    assert_true(str_eq_z(at(&doc, "/assets/0/id"), "mcp_server-1"));
    assert_true(str_eq_z(at(&doc, "/assets/0/what/package_version/value"), "1.2.3"));
    assert_true(str_eq_z(at(&doc, "/assets/0/what/package_version/differs"), "true"));
    assert_null(doc_find(&doc, STR("/assets/0/what/enabled/differs")));
    assert_null(doc_find(&doc, STR("/assets/0/what/auth/value")));
    assert_true(str_eq_z(at(&doc, "/assets/0/what/auth/reason"), "the variable X is not set"));
    assert_true(str_eq_z(at(&doc, "/assets/0/owner/state"), "none"));
    assert_true(str_eq_z(at(&doc, "/assets/0/data/state"), "unknown"));
    /* The worst place decides; a pass stands only here. */
    assert_int_equal(count(&doc, "/assets/0/controls/items"), 3);
    assert_true(str_eq_z(at(&doc, "/assets/0/controls/items/0/verdict"), "fail"));
    assert_true(str_eq_z(at(&doc, "/assets/0/controls/items/2/verdict"), "pass"));
    assert_true(str_eq_z(at(&doc, "/assets/1/owner/source"), "codeowners"));
    assert_true(str_eq_z(at(&doc, "/assets/2/risk/band"), "unassessed"));
    assert_true(str_eq_z(at(&doc, "/assets/2/data/items/0/kind"), "openai-project-key"));
    assert_int_equal(count(&doc, "/relations"), 1);
    assert_int_equal(count(&doc, "/findings"), 5);
    assert_true(str_eq_z(at(&doc, "/findings/4/evidence/0/path"), ".mcp.json"));
    assert_null(strstr(text, "fingerprintfingerprint"));
    assert_null(strstr(text, "/home/me"));
    free(text);
    db_free(v.db);
}

static void test_filters(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct view v = shop_open(SHOP_SQL);
    v.kind = STR("mcp_server");
    char *text = part(&v, RECORD_ASSETS | RECORD_FINDINGS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/assets"), 1);
    assert_int_equal(count(&doc, "/findings"), 3);
    free(text);
    v.closed_too = true;
    v.min_severity = SEVERITY_MEDIUM;
    text = part(&v, RECORD_FINDINGS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/findings"), 2);
    assert_true(str_eq_z(at(&doc, "/findings/0/status"), "gone"));
    free(text);
    v = (struct view){.db = v.db, .owner = STR("none")};
    text = part(&v, RECORD_ASSETS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/assets"), 2);
    free(text);
    v = (struct view){.db = v.db, .id = STR("credential-1"), .status = STR("open")};
    text = part(&v, RECORD_FINDINGS | RECORD_RELATIONS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/findings"), 1);
    assert_int_equal(count(&doc, "/relations"), 0);
    assert_true(str_eq_z(at(&doc, "/findings/0/class"), "SECRET"));
    free(text);
    db_free(v.db);
}

/* Whose a finding is, all say alike, and what is asked for by owner is what they show. */
static void test_owner_of_finding(void **state)
{
    (void)state;
    static const char *const formats[] = {"json", "sarif", "table", "markdown"};
    AUTO(arena) a = ARENA(0);
    struct diag d = {0};
    struct doc doc;
    struct view v = shop_open(SHOP_SQL);
    assert_int_equal(db_exec(v.db,
                             STR("INSERT INTO owner_candidate VALUES ('mcp_server-1', 0, 'bruno',"
                                 " 'home-folder', 50, 1, '.mcp.json', 0);"
                                 "UPDATE asset SET owner = 'alice' WHERE id = 'mcp_server-1'"),
                             &d),
                     0);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        char *text = shop_print(&v, formats[i]);
        assert_non_null(strstr(text, "bruno"));
        free(text);
    }
    v.owner = STR("bruno");
    char *text = part(&v, RECORD_FINDINGS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/findings"), 1);
    assert_true(str_eq_z(at(&doc, "/findings/0/id"), "1a2b3c4d00000002"));
    assert_true(str_eq_z(at(&doc, "/findings/0/owner"), "bruno"));
    free(text);
    v.owner = STR("alice");
    text = part(&v, RECORD_FINDINGS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/findings"), 2); /* elsewhere, and of the asset as a whole */
    assert_true(str_eq_z(at(&doc, "/findings/1/owner"), "alice"));
    free(text);
    db_free(v.db);
}

/* Rows of another version, half-written JSON and odd bytes must not break the document. */
static void test_damaged_rows(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct diag d = {0};
    struct view v = shop_open(SHOP_SQL);
    assert_int_equal(
        db_exec(v.db,
                STR("UPDATE finding SET steps = '[{\"collector\":\"x\",\"target\":0}]',"
                    " factors = '[1' WHERE id = '1a2b3c4d00000001';"
                    "UPDATE asset_risk SET factors = '}';"
                    "UPDATE attribute SET value = '[\"open' WHERE name = 'arguments';"
                    "INSERT INTO attribute VALUES ('mcp_server-1', 0, 'no_such', 'string', 'x',"
                    " NULL, 'declared', '', 2);"
                    "INSERT INTO attribute VALUES ('mcp_server-1', 99, 'auth', 'string', 'x',"
                    " NULL, 'declared', '', 2);"
                    "UPDATE place SET path = 'a\"' || char(10) || char(27) WHERE id = 2"),
                &d),
        0);
    char *text = shop_print(&v, "json");
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/findings/0/evidence"), 2);
    assert_int_equal(count(&doc, "/findings/0/risk/factors"), 0);
    assert_int_equal(count(&doc, "/assets/0/what/arguments/value"), 0);
    assert_null(doc_find(&doc, STR("/assets/0/what/no_such")));
    assert_true(str_eq(at(&doc, "/assets/0/where/1/evidence/path"), STR("a\"\n\033")));
    free(text);
    db_free(v.db);
}

static void test_sample_and_all(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct diag d = {0};
    struct view v = shop_open(SHOP_SQL);
    for (int i = 10; i < 20; i++) {
        AUTO(buf) sql = BUF_INIT;
        buf_addf(&sql,
                 "INSERT INTO place VALUES (%d, 'mcp_server-1', 1, 'p%d', '', '', '', 0, 0, -1,"
                 " 'c', '', 'github', '', 'present', 'k%d', 1, 1);"
                 "INSERT INTO attribute VALUES ('mcp_server-1', %d, 'package_version', 'string',"
                 " '%s', NULL, '%s', '', %d)",
                 i, i, i, i, i % 2 ? "1.2.3" : "3.2.1", i == 17 ? "resolved" : "inferred", i);
        assert_int_equal(db_exec(v.db, buf_str(&sql), &d), 0);
    }
    char *text = part(&v, RECORD_ASSETS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/assets/0/where"), 5);
    assert_true(str_eq_z(at(&doc, "/assets/0/places"), "12"));
    assert_true(str_eq_z(at(&doc, "/assets/0/where/4/what/package_version/value"), "3.2.1"));
    assert_int_equal(count(&doc, "/assets/0/what/package_version/evidence"), 1);
    free(text);
    /* The best comes first, then all others that say the same. */
    v.evidence_all = true;
    text = part(&v, RECORD_ASSETS);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/assets/0/where"), 12);
    assert_true(str_eq_z(at(&doc, "/assets/0/where/10/what/package_version/value"), "3.2.1"));
    assert_true(str_eq_z(at(&doc, "/assets/0/where/11/what/package_version/value"), "1.2.3"));
    assert_true(str_eq_z(at(&doc, "/assets/0/what/package_version/differs"), "true"));
    assert_int_equal(count(&doc, "/assets/0/what/package_version/evidence"), 6);
    assert_true(
        str_eq_z(at(&doc, "/assets/0/what/package_version/evidence/0/path"), ".vscode/mcp.json"));
    free(text);
    /* The best is none of the first places. */
    assert_int_equal(db_exec(v.db, STR("DELETE FROM attribute WHERE place = 3"), &d), 0);
    v.evidence_all = false;
    text = part(&v, RECORD_ASSETS);
    parse(text, &a, &doc);
    assert_true(str_eq_z(at(&doc, "/assets/0/what/package_version/evidence/0/path"), "p17"));
    free(text);
    db_free(v.db);
}

/* A second target: indexes follow scan.targets, and a view of one scan leaves the other out. */
static void test_targets(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(0);
    struct doc doc;
    struct diag d = {0};
    struct view v = shop_open(SHOP_SQL);
    assert_int_equal(
        db_exec(v.db,
                STR("INSERT INTO target VALUES (2, 'y', 'other', 'y', '/y');"
                    "INSERT INTO scan VALUES (2, 'beef', '0.1.0', 'k1', 'full', 1, 1800000000000,"
                    " NULL, 'd', '', -1, -1, '');"
                    "INSERT INTO scan_target VALUES (2, 2, 0);" INSERT_COVERAGE
                    "(2, 0, 'files', 2, '', 'examined', '', 1, 1, '');"
                    "INSERT INTO place VALUES (50, 'mcp_server-1', 2, 'z.json', '', '', '', 1, 1,"
                    " 0, 'mcp-config', '', 'github', '', 'present', 'z', 1, 1);"),
                &d),
        0);
    char *text = part(&v, RECORD_ALL);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/assets"), 1);
    assert_true(str_eq_z(at(&doc, "/assets/0/where/0/evidence/target"), "0"));
    assert_true(str_eq_z(at(&doc, "/assets/0/where/0/evidence/path"), "z.json"));
    assert_int_equal(count(&doc, "/coverage"), 1);
    assert_true(str_eq_z(at(&doc, "/scan/posture/state"), "unknown"));
    free(text);
    v.all_targets = true;
    text = part(&v, RECORD_ALL);
    parse(text, &a, &doc);
    assert_int_equal(count(&doc, "/scan/targets"), 2);
    assert_int_equal(count(&doc, "/assets"), 3);
    assert_int_equal(count(&doc, "/coverage"), 5);
    assert_true(str_eq_z(at(&doc, "/assets/0/where/2/evidence/target"), "1"));
    free(text);
    db_free(v.db);
}

static void test_failures(void **state)
{
    (void)state;
    struct diag d = {0};
    struct view v = shop_open(SHOP_SQL);
    FILE *full = fopen("/dev/full", "w");
    setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(record_write(&v, RECORD_ALL, full, &d), E_IO);
    fclose(full);
    FILE *out = fopen("/dev/null", "w");
    bool done = false;
    for (size_t n = 1; n < 9000 && !done; n += 1 + n / 16) {
        mem_fail_after(n);
        int rc = record_write(&v, RECORD_ALL, out, &d);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
        done = rc == 0;
    }
    assert_true(done);
    fclose(out);
    db_free(v.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),       cmocka_unit_test(test_facts),
        cmocka_unit_test(test_filters),      cmocka_unit_test(test_owner_of_finding),
        cmocka_unit_test(test_damaged_rows), cmocka_unit_test(test_sample_and_all),
        cmocka_unit_test(test_targets),      cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
