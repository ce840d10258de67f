/* SPDX-License-Identifier: Apache-2.0 */
/* A key that opens more than AI is the AI service's where the same target uses the service. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "classify/classify.h"

static struct attribute text(enum attr a, const char *v)
{
    return (struct attribute){.attr = a,
                              .state = v ? STATE_DECLARED : STATE_UNRESOLVED,
                              .value = {.type = VALUE_STRING, .text = str_z(v)},
                              .at = {.offset = -1}};
}

static void add(struct inventory *inv, enum kind kind, uint32_t target, struct attribute *attrs,
                size_t n)
{
    uint32_t handle;
    struct observation o = {.kind = kind,
                            .name = STR("x"),
                            .scope = STR("s"),
                            .scope_path = STR("a"),
                            .at = {.target = target, .path = STR("a"), .offset = -1},
                            .attrs = attrs,
                            .n_attrs = n};
    assert_int_equal(inventory_add(inv, &o, &handle), 0);
}

/* State of the provider of a key in target 0. */
static enum attr_state provider(const char *kind, const char *service, uint32_t service_target)
{
    struct inventory inv;
    struct attribute key[] = {text(ATTR_CREDENTIAL_SECRET_KIND, kind),
                              text(ATTR_CREDENTIAL_PROVIDER, NULL)};
    struct attribute of[] = {text(ATTR_SERVICE_PROVIDER, service)};
    assert_int_equal(inventory_init(&inv, 0), 0);
    add(&inv, KIND_CREDENTIAL, 0, key, 2);
    if (service)
        add(&inv, KIND_SERVICE, service_target, of, 1);
    assert_int_equal(inventory_seal(&inv), 0);
    classify_inventory(&inv, &CATALOG);
    const struct attribute *found = NULL;
    vec_each (a, &inv.assets)
        if (a->kind == KIND_CREDENTIAL)
            found = asset_attr(a, SIZE_MAX, ATTR_CREDENTIAL_PROVIDER);
    assert_non_null(found);
    enum attr_state state = found->state;
    if (state == STATE_RESOLVED)
        assert_true(str_eq_z(found->value.text, "google-ai"));
    inventory_done(&inv);
    return state;
}

static void shared_keys(void **state UNUSED)
{
    assert_int_equal(provider("google-api-key", "google-ai", 0), STATE_RESOLVED);
    assert_int_equal(provider("google-api-key", "google-ai", 1), STATE_UNRESOLVED);
    assert_int_equal(provider("google-api-key", "openai", 0), STATE_UNRESOLVED);
    assert_int_equal(provider("google-api-key", NULL, 0), STATE_UNRESOLVED);
    assert_int_equal(provider("groq-key", "google-ai", 0), STATE_UNRESOLVED);
    assert_int_equal(provider("no-such-kind", "google-ai", 0), STATE_UNRESOLVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shared_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
