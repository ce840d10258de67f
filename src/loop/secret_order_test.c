/* SPDX-License-Identifier: Apache-2.0 */
/* Each secret of a file has a number of its own, whatever its place tells. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "loop/secret_order.h"

static struct attribute text_attr(enum attr a, const char *text, struct place at)
{
    return (struct attribute){.attr = a,
                              .state = STATE_DECLARED,
                              .value = {.type = VALUE_STRING, .text = str_z(text)},
                              .at = at};
}

static void add(struct inventory *inv, const char *kind, const char *fingerprint, struct place at)
{
    at.collector = STR("secrets");
    struct attribute attrs[] = {text_attr(ATTR_CREDENTIAL_SECRET_KIND, kind, at),
                                text_attr(ATTR_CREDENTIAL_FINGERPRINT, fingerprint, at)};
    struct observation o = {.kind = KIND_CREDENTIAL,
                            .name = str_z(kind),
                            .scope = STR("t"),
                            .scope_path = at.path,
                            .at = at,
                            .attrs = attrs,
                            .n_attrs = ARRAY_LEN(attrs)};
    uint32_t handle;
    assert_int_equal(inventory_add(inv, &o, &handle), 0);
}

static void begin(struct inventory *inv)
{
    struct coverage_row all = {.source = STR("files"), .state = COVERAGE_EXAMINED};
    assert_int_equal(inventory_init(inv, 0), 0);
    assert_int_equal(inventory_cover(inv, &all), 0);
}

/* The number of the secret with this fingerprint, and where it stands. */
static uint32_t number(const struct inventory *inv, const struct secret_order *o,
                       const char *fingerprint, size_t place)
{
    for (size_t i = 0; i < inv->assets.n; i++) {
        const struct attribute *f = asset_attr(&inv->assets.v[i], 0, ATTR_CREDENTIAL_FINGERPRINT);
        if (f && str_eq_z(f->value.text, fingerprint))
            return secret_order_of(o, i, place);
    }
    fail_msg("no secret %s", fingerprint);
    return 0;
}

static void by_offset(void **state UNUSED)
{
    struct inventory inv;
    struct secret_order o;
    begin(&inv);
    add(&inv, "groq-key", "ff", (struct place){.path = STR("a"), .line = 1, .offset = 10});
    add(&inv, "groq-key", "aa", (struct place){.path = STR("a"), .line = 1, .offset = 90});
    add(&inv, "groq-key", "bb", (struct place){.path = STR("a"), .line = 1, .offset = 50});
    add(&inv, "other-key", "cc", (struct place){.path = STR("a"), .line = 1, .offset = 60});
    add(&inv, "groq-key", "dd", (struct place){.path = STR("b"), .line = 1, .offset = 70});
    assert_int_equal(inventory_seal(&inv), 0);
    assert_int_equal(secret_order_make(&inv, &o), 0);
    assert_int_equal(number(&inv, &o, "ff", 0), 0);
    assert_int_equal(number(&inv, &o, "bb", 0), 1);
    assert_int_equal(number(&inv, &o, "aa", 0), 2);
    assert_int_equal(number(&inv, &o, "cc", 0), 0);
    assert_int_equal(number(&inv, &o, "dd", 0), 0);
    secret_order_done(&o);
    inventory_done(&inv);
}

/* A text that was converted has no offsets; two on one line are two. */
static void without_offsets(void **state UNUSED)
{
    struct inventory inv;
    struct secret_order o;
    begin(&inv);
    struct place at = {.path = STR("a"), .line = 2, .column = 40, .offset = -1};
    add(&inv, "groq-key", "aa", at);
    at.column = 4;
    add(&inv, "groq-key", "bb", at);
    at.line = 1;
    add(&inv, "groq-key", "cc", at);
    assert_int_equal(inventory_seal(&inv), 0);
    assert_int_equal(secret_order_make(&inv, &o), 0);
    assert_int_equal(number(&inv, &o, "cc", 0), 0);
    assert_int_equal(number(&inv, &o, "bb", 0), 1);
    assert_int_equal(number(&inv, &o, "aa", 0), 2);
    secret_order_done(&o);
    inventory_done(&inv);
}

static void memory(void **state UNUSED)
{
    struct inventory inv;
    begin(&inv);
    for (int i = 0; i < 3; i++)
        add(&inv, "groq-key", "aa",
            (struct place){.path = STR("a"), .line = (unsigned)i + 1, .offset = i});
    assert_int_equal(inventory_seal(&inv), 0);
    for (int n = 1;; n++) {
        struct secret_order o;
        mem_fail_after((size_t)n);
        int rc = secret_order_make(&inv, &o);
        mem_fail_after(0);
        if (!rc) {
            assert_true(n > 2);
            secret_order_done(&o);
            break;
        }
        assert_int_equal(rc, E_NOMEM);
    }
    inventory_done(&inv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_offset),
        cmocka_unit_test(without_offsets),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
