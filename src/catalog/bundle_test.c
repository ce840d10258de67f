/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that bundles come back as they were, and that what is none is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/bundle.h"

static struct diag d;

static void test_round(void **state UNUSED)
{
    struct catalog_source files[] = {
        {STR("entries/a.yaml"), STR("id: a\nx: |\n  y\n\n# é\n\n")},
        {STR("entries/b-2.yaml"), STR("  indented: 1\n\"quoted\": '#'\n")},
        {STR("patterns/kinds.yaml"), STR("\n---\n...\n")},
    };
    const struct bundle b = {"acme-1", 7, files, ARRAY_LEN(files)};
    AUTO(arena) a = ARENA(0);
    AUTO(buf) text = BUF_INIT;
    struct bundle again;

    if (bundle_write(&b, &text, &d) || bundle_read(buf_str(&text), &a, &again, &d))
        fail_msg("%s\n%s", d.text, text.p ? text.p : "");
    assert_string_equal(again.name, "acme-1");
    assert_int_equal(again.serial, 7);
    assert_int_equal(again.n, b.n);
    for (size_t i = 0; i < b.n; i++) {
        assert_true(str_eq(again.files[i].path, files[i].path));
        assert_true(str_eq(again.files[i].text, files[i].text));
    }
}

static void test_not_written(void **state UNUSED)
{
    static const struct {
        const char *name, *path, *text;
        int64_t serial;
        int code;
    } rows[] = {
        {"Acme", "entries/a.yaml", "x\n", 1, E_USAGE},
        {"", "entries/a.yaml", "x\n", 1, E_USAGE},
        {"a", "entries/a.yaml", "x\n", 0, E_USAGE},
        {"a", "entries/../a.yaml", "x\n", 1, E_PARSE},
        {"a", "entries/.yaml", "x\n", 1, E_PARSE},
        {"a", "walk/rules.yaml", "x\n", 1, E_PARSE},
        {"a", "entries/a.yaml", "x\r\ny\n", 1, E_PARSE},
        {"a", "entries/a.yaml", "x\001\n", 1, E_PARSE},
        {"a", "entries/a.yaml", "x", 1, E_PARSE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct catalog_source file = {str_z(rows[i].path), str_z(rows[i].text)};
        const struct bundle b = {rows[i].name, rows[i].serial, &file, 1};
        AUTO(buf) text = BUF_INIT;
        if (bundle_write(&b, &text, &d) != rows[i].code)
            fail_msg("row %zu: %s", i, d.text);
        assert_int_equal(text.n, 0);
    }
}

static void test_not_read(void **state UNUSED)
{
    static const char *const rows[] = {
        "",
        "x",
        "pack: a\nserial: 1\n",
        "pack: a\nserial: 1\nfiles: {}\n",
        "pack: a\nserial: 0\nfiles: {entries/a.yaml: x}\n",
        "pack: a\nserial: x\nfiles: {entries/a.yaml: x}\n",
        "pack: ../a\nserial: 1\nfiles: {entries/a.yaml: x}\n",
        "pack: 7\nserial: 1\nfiles: {entries/a.yaml: x}\n",
        "pack: a\nserial: 1\nfiles: {entries/a.yaml: 1}\n",
        "pack: a\nserial: 1\nfiles: {/etc/a.yaml: x}\n",
        "pack: a\nserial: 1\nfiles: {entries/../../a.yaml: x}\n",
        "pack: a\nserial: 1\nfiles: {entries/a.yaml: x}\nmore: 1\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena) a = ARENA(0);
        struct bundle b;
        if (bundle_read(str_z(rows[i]), &a, &b, &d) != E_PARSE)
            fail_msg("read: %s", rows[i]);
    }
    AUTO(arena) a = ARENA(0);
    struct bundle b;
    d = (struct diag){0};
    assert_int_equal(bundle_read(str_z(rows[ARRAY_LEN(rows) - 1]), &a, &b, &d), E_PARSE);
    assert_string_equal(d.text, "a bundle has 'pack', 'serial' and 'files', not 'more'");
    assert_int_equal(d.line, 4);
}

static void test_key(void **state UNUSED)
{
    static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
                              "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                              "-----END PUBLIC KEY-----\n";
    unsigned char key[32];

    assert_int_equal(bundle_public_key(str_z(pem), key, &d), OK);
    assert_int_equal(key[0], 0xd7);
    assert_int_equal(key[1], 0x5a);
    assert_int_equal(key[31], 0x1a);
    assert_int_equal(bundle_public_key(str_n(pem, 60), key, &d), E_PARSE);
    assert_int_equal(bundle_public_key(STR("x"), key, &d), E_PARSE);
    char other[sizeof(pem)];
    memcpy(other, pem, sizeof(pem));
    other[30] = 'B'; /* another algorithm */
    assert_int_equal(bundle_public_key(str_z(other), key, &d), E_PARSE);
    memcpy(other, pem, sizeof(pem));
    other[50] = '-';
    assert_int_equal(bundle_public_key(str_z(other), key, &d), E_PARSE);
}

static void test_no_memory(void **state UNUSED)
{
    struct catalog_source file = {STR("entries/a.yaml"), STR("id: a\n")};
    const struct bundle b = {"a", 1, &file, 1};
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        AUTO(buf) text = BUF_INIT;
        mem_fail_after(n);
        rc = bundle_write(&b, &text, &d);
        mem_fail_after(0);
        assert_true(n < 500);
    }
    assert_int_equal(rc, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),     cmocka_unit_test(test_not_written),
        cmocka_unit_test(test_not_read),  cmocka_unit_test(test_key),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
