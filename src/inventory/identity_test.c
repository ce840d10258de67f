/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which alternative gives the key and what the key holds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/inventory.h"
#include "inventory/inventory_build.h"

#define TEXT(a, s)                                                                                 \
    {                                                                                              \
        .attr = (a), .state = STATE_DECLARED, .value = {.text = STR(s) }                           \
    }

static struct observation server(struct attribute *attrs, size_t n)
{
    return (struct observation){.kind = KIND_MCP_SERVER,
                                .name = STR("files"),
                                .scope = STR("repo"),
                                .at = {.path = STR(".mcp.json"), .pointer = STR("/s/files")},
                                .attrs = attrs,
                                .n_attrs = n};
}

static void expect(const struct observation *o, int rule, const char *key)
{
    AUTO(buf) out = BUF_INIT;
    int got = -1;
    assert_int_equal(identity_key(o, &out, &got), OK);
    assert_string_equal(out.p, key);
    assert_int_equal(got, rule);
}

static void test_precedence(void **state)
{
    const struct str args[] = {STR("-y"), STR("a\"b")};
    struct attribute attrs[] = {
        TEXT(ATTR_MCP_SERVER_COMMAND, "npx"),
        {.attr = ATTR_MCP_SERVER_ARGUMENTS,
         .state = STATE_DECLARED,
         .value = {.type = VALUE_STRINGS, .list = args, .n = 2}},
        TEXT(ATTR_MCP_SERVER_PACKAGE, "npm:files"),
        TEXT(ATTR_MCP_SERVER_URL, "https://user@Host:443/mcp?key=1"),
    };
    struct observation o = server(attrs, 4);
    (void)state;
    expect(&o, 0, "url=\"https://host/mcp\"");
    o.n_attrs = 3;
    expect(&o, 1, "package=\"npm:files\" arguments=[\"-y\"\"a\\\"b\"]");
    o.n_attrs = 2;
    expect(&o, 2, "command=\"npx\" arguments=[\"-y\"\"a\\\"b\"]");
    o.n_attrs = 1;
    expect(&o, 3, "@scope=\"repo\" @path=\".mcp.json\" @name=\"files\"");
}

static void test_unknown_parts(void **state)
{
    struct attribute attrs[] = {
        TEXT(ATTR_MCP_SERVER_URL, "https://host"),
        TEXT(ATTR_MCP_SERVER_PACKAGE, "npm:files"),
        {.attr = ATTR_MCP_SERVER_ARGUMENTS, .state = STATE_ABSENT},
    };
    struct observation o = server(attrs, 3);
    (void)state;
    attrs[0].state = STATE_UNRESOLVED;
    expect(&o, 1, "package=\"npm:files\" arguments=[]");
    attrs[0].state = STATE_ABSENT;
    expect(&o, 1, "package=\"npm:files\" arguments=[]");
    attrs[0] = (struct attribute)TEXT(ATTR_MCP_SERVER_URL, "");
    expect(&o, 1, "package=\"npm:files\" arguments=[]");
    attrs[2].state = STATE_UNRESOLVED;
    expect(&o, 3, "@scope=\"repo\" @path=\".mcp.json\" @name=\"files\"");
    o.scope = STR_NULL;
    AUTO(buf) out = BUF_INIT;
    int rule = -7;
    assert_int_equal(identity_key(&o, &out, &rule), E_NOTFOUND);
    assert_int_equal(rule, -7);
    identity_fallback(&o, &out);
    assert_string_equal(out.p,
                        "@target=0 @scope=\"\" @path=\".mcp.json\" @pointer=\"/s/files\"\"\" "
                        "@name=\"files\"");
}

static void test_place_parts(void **state)
{
    struct attribute attrs[] = {TEXT(ATTR_CREDENTIAL_SECRET_KIND, "openai-project-key")};
    struct observation o = {.kind = KIND_CREDENTIAL,
                            .scope = STR("home"),
                            .at = {.path = STR("a.zip"), .member = STR("b.env"), .line = 4},
                            .attrs = attrs,
                            .n_attrs = 1};
    (void)state;
    expect(&o, 1,
           "@scope=\"home\" @path=\"a.zip\" @member=\"b.env\" "
           "secret_kind=\"openai-project-key\"");
    o.at.pointer = STR("/K");
    expect(&o, 1,
           "@scope=\"home\" @path=\"a.zip\" @member=\"b.env\" @pointer=\"/K\"\"\" "
           "secret_kind=\"openai-project-key\"");
    o.kind = KIND_APPLICATION;
    o.at = (struct place){.path = STR("")};
    o.n_attrs = 0;
    expect(&o, 0, "@scope=\"home\" @path=\"\"");
}

static void test_hostile_names(void **state)
{
    struct observation o = {.kind = KIND_APPLICATION, .scope = STR("r")};
    (void)state;
    o.at.path = STR("a\n\xff\\x\x7f\" \xc3\xa4\xef\xbf\xbd");
    expect(&o, 0, "@scope=\"r\" @path=\"a\\x0a\\xff\\\\x\\x7f\\\" \xc3\xa4\xef\xbf\xbd\"");
    /* A name that looks like the next part does not become one. */
    o.scope = STR("r\" @path=\"x");
    o.at.path = STR("");
    expect(&o, 0, "@scope=\"r\\\" @path=\\\"x\" @path=\"\"");
}

static void test_id(void **state)
{
    char id[IDENTITY_ID_SIZE], other[IDENTITY_ID_SIZE];
    (void)state;
    /* SHA-256 of both fields, each after its length in eight bytes, big-endian. */
    assert_int_equal(identity_id(KIND_SERVICE, STR("provider=\"openai\""), id), OK);
    assert_string_equal(id, "service-f32b4eeef71950df");
    assert_int_equal(identity_id(KIND_MODEL_FILE, STR("provider=\"openai\""), other), OK);
    assert_string_not_equal(strrchr(id, '-'), strrchr(other, '-'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence),  cmocka_unit_test(test_unknown_parts),
        cmocka_unit_test(test_place_parts), cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
