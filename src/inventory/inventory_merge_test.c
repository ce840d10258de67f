/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which of several values wins and which keys become one asset. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/inventory.h"

#define TEXT(a, st, s)                                                                             \
    {                                                                                              \
        .attr = (a), .state = STATE_##st, .value = {.text = STR(s)}, .at = {.path = STR("x") }     \
    }
#define NONE(a, st)                                                                                \
    {                                                                                              \
        .attr = (a), .state = STATE_##st, .at = {.path = STR("x") }                                \
    }

/* ---- which value wins ---- */

static void expect_winner(struct attribute a, struct attribute b, enum attr_state state,
                          const char *text)
{
    for (int turn = 0; turn < 2; turn++) {
        struct attribute x[] = {TEXT(ATTR_SERVICE_PROVIDER, DECLARED, "acme"), turn ? b : a};
        struct attribute y[] = {TEXT(ATTR_SERVICE_PROVIDER, DECLARED, "acme"), turn ? a : b};
        struct observation o = {.kind = KIND_SERVICE, .at = {.path = STR("p")}, .n_attrs = 2};
        struct inventory inv;
        uint32_t h;
        assert_int_equal(inventory_init(&inv, 0), OK);
        o.attrs = x;
        assert_int_equal(inventory_add(&inv, &o, &h), OK);
        o.attrs = y;
        assert_int_equal(inventory_add(&inv, &o, &h), OK);
        assert_int_equal(inventory_seal(&inv), OK);
        assert_int_equal(inv.assets.n, 1);
        const struct attribute *got = asset_attr(&inv.assets.v[0], 0, x[1].attr);
        assert_int_equal(got->state, state);
        assert_true(str_eq_z(got->value.text, text));
        inventory_done(&inv);
    }
}

static void test_winner(void **state)
{
    const enum attr A = ATTR_SERVICE_COUNTRY;
    (void)state;
    expect_winner((struct attribute)TEXT(A, DECLARED, "z"),
                  (struct attribute)TEXT(A, RESOLVED, "a"), STATE_DECLARED, "z");
    expect_winner((struct attribute)TEXT(A, RESOLVED, "z"),
                  (struct attribute)TEXT(A, INFERRED, "a"), STATE_RESOLVED, "z");
    expect_winner((struct attribute)TEXT(A, INFERRED, "z"), (struct attribute)NONE(A, UNRESOLVED),
                  STATE_INFERRED, "z");
    /* Somebody set it: neither the default nor its absence may hide that. */
    expect_winner((struct attribute)NONE(A, UNRESOLVED), (struct attribute)TEXT(A, DEFAULT, "a"),
                  STATE_UNRESOLVED, "");
    expect_winner((struct attribute)NONE(A, UNRESOLVED), (struct attribute)NONE(A, ABSENT),
                  STATE_UNRESOLVED, "");
    expect_winner((struct attribute)TEXT(A, DEFAULT, "z"), (struct attribute)NONE(A, ABSENT),
                  STATE_DEFAULT, "z");
    expect_winner((struct attribute)TEXT(A, DECLARED, "b"),
                  (struct attribute)TEXT(A, DECLARED, "a"), STATE_DECLARED, "a");
}

/* ---- merging by place ---- */

static uint32_t add_server(struct inventory *inv, const char *path, const char *name,
                           const char *url, const char *command)
{
    struct attribute attrs[3];
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = str_z(name),
                            .scope = STR("s"),
                            .at = {.path = str_z(path)},
                            .attrs = attrs};
    uint32_t h = 0;
    if (url)
        attrs[o.n_attrs++] = (struct attribute){
            .attr = ATTR_MCP_SERVER_URL, .state = STATE_DECLARED, .value.text = str_z(url)};
    if (command) {
        attrs[o.n_attrs++] = (struct attribute){
            .attr = ATTR_MCP_SERVER_COMMAND, .state = STATE_DECLARED, .value.text = str_z(command)};
        attrs[o.n_attrs++] =
            (struct attribute){.attr = ATTR_MCP_SERVER_ARGUMENTS, .state = STATE_ABSENT};
    }
    assert_int_equal(inventory_add(inv, &o, &h), OK);
    return h;
}

static void test_chain(void **state)
{
    struct inventory inv;
    (void)state;
    /* name -> command (at p) and command -> url (at q): one asset with two aliases. */
    assert_int_equal(inventory_init(&inv, 0), OK);
    uint32_t by_name = add_server(&inv, "p", "n", NULL, NULL);
    uint32_t by_command = add_server(&inv, "p", "n", NULL, "run");
    assert_int_equal(add_server(&inv, "q", "n", NULL, "run"), by_command);
    uint32_t by_url = add_server(&inv, "q", "n", "https://h", NULL);
    assert_true(by_name != by_command && by_command != by_url);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.assets.n, 1);
    assert_int_equal(inv.assets.v[0].n_aliases, 2);
    assert_int_equal(inv.assets.v[0].n_places, 2);
    assert_int_equal(inv.assets.v[0].rule, 0);
    inventory_done(&inv);
}

static void test_doubt_keeps_apart(void **state)
{
    struct inventory inv;
    (void)state;
    /* Two strong assets at one place: the weak one there belongs to neither. */
    assert_int_equal(inventory_init(&inv, 0), OK);
    add_server(&inv, "p", "n", "https://a", NULL);
    add_server(&inv, "p", "n", "https://b", NULL);
    add_server(&inv, "p", "n", NULL, NULL);
    /* One weak asset at two places with different strong ones. */
    add_server(&inv, "q", "n", "https://c", NULL);
    add_server(&inv, "r", "n", "https://d", NULL);
    add_server(&inv, "q", "n", NULL, "run");
    add_server(&inv, "r", "n", NULL, "run");
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.assets.n, 6);
    vec_each (a, &inv.assets)
        assert_int_equal(a->n_aliases, 0);
    inventory_done(&inv);
}

static void test_targets_are_apart(void **state)
{
    struct inventory inv;
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("n"),
                            .scope = STR("s"),
                            .at = {.path = STR("p"), .target = 1}};
    uint32_t h;
    (void)state;
    assert_int_equal(inventory_init(&inv, 0), OK);
    add_server(&inv, "p", "n", "https://a", NULL);
    assert_int_equal(inventory_add(&inv, &o, &h), OK);
    assert_int_equal(inventory_seal(&inv), OK);
    assert_int_equal(inv.assets.n, 2);
    inventory_done(&inv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_winner),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_doubt_keeps_apart),
        cmocka_unit_test(test_targets_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
