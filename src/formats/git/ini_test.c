/* SPDX-License-Identifier: Apache-2.0 */
/* Git configuration: sections, values, escapes, and where reading stops. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/git/ini.h"

static int add(void *ctx, const struct gitini_entry *e)
{
    struct buf *out = ctx;
    buf_addf(out, "%u:%u@%zu " STR_FMT "|" STR_FMT "|" STR_FMT, e->line, e->column, e->offset,
             STR_ARG(e->section), STR_ARG(e->subsection), STR_ARG(e->name));
    if (!e->bare)
        buf_addf(out, "=" STR_FMT, STR_ARG(e->value));
    buf_addc(out, '\n');
    return 0;
}

static int says(struct str text, const char *expected, struct diag *d)
{
    AUTO(arena) a = ARENA(1 << 16);
    AUTO(buf) out = BUF_INIT;
    struct limits lim = limits_default();
    int rc = gitini_parse(text, &lim, &a, add, &out, d);
    assert_string_equal(out.p, expected);
    return rc;
}

static void sections(void **state UNUSED)
{
    assert_int_equal(says(STR(""), "", NULL), 0);
    assert_int_equal(says(STR("\xef\xbb\xbf# c\n; d\n[Core]\r\n\tBare = true\r\n[a.B]x\n"
                              "[remote \"My \\\"o\\x\"] url = u ; c\n[c] \n"),
                          "4:2@20 core||bare=true\n5:6@38 a|b|x\n6:21@60 remote|My \"ox|url=u\n",
                          NULL),
                     0);
}

static void values(void **state UNUSED)
{
    assert_int_equal(says(STR("[s]\na =  x  y  # c\nb=\"  q # \" z ;c\nc=\nd = p\\\n  q\n"
                              "e=\\\\\\n\\t\\b\\\"\nf\ng # c\nh = \"a\\\nb\"\n"),
                          "2:1@4 s||a=x  y\n3:1@19 s||b=  q #  z\n4:1@35 s||c=\n5:1@38 s||d=p  q\n"
                          "7:1@49 s||e=\\\n\t\b\"\n8:1@62 s||f\n9:1@64 s||g\n10:1@70 s||h=ab\n",
                          NULL),
                     0);
}

static void damage(void **state UNUSED)
{
    static const struct {
        struct str text;
        unsigned line, column;
        const char *said;
    } rows[] = {
        {STR("a=1"), 1, 1, "a variable stands before the first section"},
        {STR("[s]\n=1"), 2, 1, "expected a name, a section or a comment"},
        {STR("[s]\n1a=1"), 2, 1, "expected a name, a section or a comment"},
        {STR("[s]\na b"), 2, 3, "expected '=' behind a name"},
        {STR("[s]\na_b=1"), 2, 2, "expected '=' behind a name"},
        {STR("[s]\na=\\q"), 2, 4, "unknown escape in a value"},
        {STR("[s]\na=\\"), 2, 4, "unknown escape in a value"},
        {STR("[s]\na=\"q\nb=1"), 2, 5, "a quoted value does not end"},
        {STR("[]"), 1, 2, "a section has no name"},
        {STR("[s"), 1, 3, "expected ']' at the end of a section header"},
        {STR("[s t]"), 1, 4, "expected '\"' or ']' in a section header"},
        {STR("[s \"t]\n"), 1, 7, "the name of a subsection does not end"},
        {STR("[s \"t\\"), 1, 7, "the name of a subsection does not end"},
        {STR("[s]\na\0"), 2, 2, "expected '=' behind a name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct diag d = {0};
        assert_int_equal(says(rows[i].text, "", &d), E_PARSE);
        assert_string_equal(d.text, rows[i].said);
        assert_int_equal(d.line, rows[i].line);
        assert_int_equal(d.column, rows[i].column);
    }
    assert_int_equal(says(STR("[s]a=1\n["), "1:4@3 s||a=1\n", NULL), E_PARSE);
}

static int stop(void *ctx, const struct gitini_entry *e UNUSED)
{
    ++*(int *)ctx;
    return E_CANCELLED;
}

static void limits(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct limits lim = limits_default();
    struct diag d = {0};
    const struct str text = STR("[s \"t\"]\na=1\nb=2\n");
    int seen = 0;
    assert_int_equal(gitini_parse(text, &lim, &a, stop, &seen, &d), E_CANCELLED);
    assert_int_equal(seen, 1);
    AUTO(buf) out = BUF_INIT;
    lim.items = 1;
    assert_int_equal(gitini_parse(text, &lim, &a, add, &out, &d), E_LIMIT);
    assert_string_equal(d.text, "more than 1 variables");
    lim.items = 2;
    assert_int_equal(gitini_parse(text, &lim, &a, add, &out, &d), 0);
    lim.bytes = 3;
    assert_int_equal(gitini_parse(text, &lim, &a, add, &out, &d), E_LIMIT);
    lim.bytes = 100;
    int rc = E_NOMEM;
    for (size_t n = 1; rc; n++) {
        AUTO(arena) small = ARENA(0);
        AUTO(buf) said = BUF_INIT;
        mem_fail_after(n);
        rc = gitini_parse(text, &lim, &small, add, &said, &d);
        mem_fail_after(0);
        assert_true(rc == E_NOMEM || (rc == 0 && n > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sections), cmocka_unit_test(values),
                                       cmocka_unit_test(damage), cmocka_unit_test(limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
