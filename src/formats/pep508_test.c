/* SPDX-License-Identifier: Apache-2.0 */
/* Names, extras, specifiers, addresses and markers of Python dependencies. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/pep508.h"

static void check(const char *name, struct str got, const char *want, const char *text)
{
    if (!str_eq_z(got, want))
        fail_msg("%s of \"%s\": \"" STR_FMT "\", not \"%s\"", name, text, STR_ARG(got), want);
}

static void valid(void **state UNUSED)
{
    static const struct {
        const char *text, *name, *extras, *specifier, *url, *marker;
    } rows[] = {
        {"openai", "openai", "", "", "", ""},
        {"  OpenAI.x_y-z  ", "OpenAI.x_y-z", "", "", "", ""},
        {"a[b, c]>=1,<2;os_name=='x'", "a", "b, c", ">=1,<2", "", "os_name=='x'"},
        {"a (>=1, <2) ; m", "a", "", ">=1, <2", "", "m"},
        {"a[] == 1.*", "a", "", "== 1.*", "", ""},
        {"a===what(ever)", "a", "", "===what(ever)", "", ""},
        {"a~=1!2.0+local.1", "a", "", "~=1!2.0+local.1", "", ""},
        {"a>=1,", "a", "", ">=1,", "", ""},
        {"a @ https://h/x;y ; m == '1'", "a", "", "", "https://h/x;y", "m == '1'"},
        {"a[b]@file:///x", "a", "b", "", "file:///x", ""},
        {"a;m", "a", "", "", "", "m"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct pep508 p;
        if (pep508_parse(str_z(rows[i].text), &p))
            fail_msg("refused: %s", rows[i].text);
        check("name", p.name, rows[i].name, rows[i].text);
        check("extras", p.extras, rows[i].extras, rows[i].text);
        check("specifier", p.specifier, rows[i].specifier, rows[i].text);
        check("url", p.url, rows[i].url, rows[i].text);
        check("marker", p.marker, rows[i].marker, rows[i].text);
    }
}

static void invalid(void **state UNUSED)
{
    static const char *const rows[] = {"",         " ",        "-a",       "a-",      "a b",
                                       "a=1",      "a==",      "a>=1 <2",  "a[b",     "a[b/c]",
                                       "a (>=1",   "a(>=1)x",  "a @",      "a @ u v", "a;",
                                       "a==1;",    ">=1",      "a>=1,,<2", "a>=,1",   "a!",
                                       "\xc3\xa4", "a>=1 # c", "a==1 -x",  "a{b}",    "{{ a }}"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct pep508 p = {.name = STR("kept")};
        if (pep508_parse(str_z(rows[i]), &p) != E_PARSE || !str_eq_z(p.name, "kept"))
            fail_msg("accepted: \"%s\"", rows[i]);
    }
}

static void constraints(void **state UNUSED)
{
    static const struct {
        const char *specifier, *constraint, *version;
    } rows[] = {
        {"", "", ""},
        {" == 1.2 ", "==1.2", "1.2"},
        {"===1.2-odd", "===1.2-odd", "1.2-odd"},
        {"==1.*", "==1.*", ""},
        {"==1.2, !=1.3", "==1.2,!=1.3", ""},
        {">= 1 ,\t< 2", ">=1,<2", ""},
        {"~=1.2", "~=1.2", ""},
        {"<=1", "<=1", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) out = BUF_INIT;
        pep508_constraint(str_z(rows[i].specifier), &out);
        assert_string_equal(out.p, rows[i].constraint);
        check("version", pep508_version(str_z(rows[i].specifier)), rows[i].version,
              rows[i].specifier);
    }
}

static void archives(void **state UNUSED)
{
    static const struct {
        const char *address, *name, *version; /* NULL: none */
    } rows[] = {
        {"https://h/p/openai-1.2.0-py3-none-any.whl#sha256=ab", "openai", "1.2.0"},
        {"dist/openai-1.2.0.tar.gz", "openai", "1.2.0"},
        {"lang-chain-0.1.zip?x=/y", "lang-chain", "0.1"},
        {"openai-main.zip", NULL, NULL},
        {"https://h/archive/1.2.0.tar.gz", NULL, NULL},
        {"openai-1.2.0.exe", NULL, NULL},
        {".whl", NULL, NULL},
        {"-1.zip", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str name, version;
        int rc = pep508_archive(str_z(rows[i].address), &name, &version);
        assert_int_equal(rc, rows[i].name ? 0 : E_NOTFOUND);
        if (rc)
            continue;
        check("name", name, rows[i].name, rows[i].address);
        check("version", version, rows[i].version, rows[i].address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(valid), cmocka_unit_test(invalid),
                                       cmocka_unit_test(constraints), cmocka_unit_test(archives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
