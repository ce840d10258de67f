/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of Markdown: its golden page, and text that tries to leave its cell. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/markup.h"
#include "report/testing.h"

static void assert_text(const char *raw, const char *want)
{
    AUTO(buf) b = BUF_INIT;
    markdown_text(&b, str_z(raw));
    assert_string_equal(b.p, want);
}

static void assert_code(const char *raw, const char *want)
{
    AUTO(buf) b = BUF_INIT;
    markdown_code(&b, str_z(raw));
    assert_string_equal(b.p, want);
}

static void test_text(void **state)
{
    (void)state;
    assert_text("plain words, 1.2", "plain words, 1.2");
    assert_text("a|b <b>*x*</b> [l](u) `c` $m$", "a\\|b \\<b\\>\\*x\\*\\</b\\> \\[l\\](u) \\`c\\`"
                                                 " \\$m\\$");
    assert_text("line\nnext", "line\\\\x0anext");
    assert_text("ask @acme/team now", "ask `@acme/team` now");
    assert_text("see https://evil.example/x|y", "see `https://evil.example/x\\|y`");
    assert_text("", "");
}

static void test_code(void **state)
{
    (void)state;
    assert_code("a/b.json:4", "`a/b.json:4`");
    assert_code("a|b", "`a\\|b`");
    assert_code("``", "``` `` ```");
    assert_code("a``b", "```a``b```");
    assert_code("", "` `");
    assert_code("\033[2J", "`\\x1b[2J`");
}

static void drop_section(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from), *end = at ? strstr(at, to) : NULL;
    if (end)
        memmove(at, end, strlen(end) + 1);
}

static void test_golden(void **state)
{
    (void)state;
    struct view v = shop_open(SHOP_SQL);
    char *text = shop_print(&v, "markdown");
    drop_section(text, "### Frameworks", "### Not looked at");
    shop_golden(text, "first.md");
    free(text);
    db_free(v.db);
}

/* Whatever the names hold, a table keeps its number of columns. */
static void test_cells(void **state)
{
    (void)state;
    struct diag d = {0};
    struct view v = shop_open(SHOP_SQL);
    assert_int_equal(db_exec(v.db,
                             STR("UPDATE asset SET name = 'a|b`|' || char(10) || '|', owner = '|';"
                                 "UPDATE finding SET title = '|x|', reason = '`|`' || char(10);"
                                 "UPDATE place SET path = '|`' || char(13) || '|'"),
                             &d),
                     0);
    char *text = shop_print(&v, "markdown");
    struct str rest = str_z(text), line;
    int width = 0;
    while (str_line(&rest, &line)) {
        int bars = 0;
        for (size_t i = 0; i < line.n; i++)
            bars += line.p[i] == '|' && (!i || line.p[i - 1] != '\\');
        if (line.n && line.p[0] == '|')
            assert_true(!width || bars == width);
        width = line.n && line.p[0] == '|' ? bars : 0;
    }
    free(text);
    db_free(v.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
