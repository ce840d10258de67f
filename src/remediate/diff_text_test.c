/* SPDX-License-Identifier: Apache-2.0 */
/* Tests unified diffs against what diff -u prints, and lines that a terminal must not obey. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/mem.h"
#include "remediate/diff_text.h"

static int show(void *ctx, struct str line, struct buf *out)
{
    (void)ctx;
    show_line(out, line);
    return 0;
}

static void differs(const char *before, const char *after, unsigned context, const char *expected)
{
    AUTO(buf) out = BUF_INIT;
    assert_int_equal(diff_text(str_z(before), str_z(after), context, show, NULL, &out), 0);
    assert_string_equal(out.p, expected);
}

static void hunks(void **state)
{
    (void)state;
    differs("", "", 3, "");
    differs("a\n", "a\n", 3, "");
    differs("", "a\n", 3, "@@ -0,0 +1 @@\n+a\n");
    differs("a\n", "", 3, "@@ -1 +0,0 @@\n-a\n");
    differs("a\nb\nc\n", "a\nx\nc\n", 3, "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    differs("a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n", 1, "@@ -2,3 +2,3 @@\n b\n-c\n+X\n d\n");
    /* Two changes far apart, and two near enough to share their context. */
    differs("1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n", 1,
            "@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -6,2 +6,2 @@\n 6\n-7\n+y\n");
    differs("1\n2\n3\n4\n", "x\n2\n3\ny\n", 1, "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n-4\n+y\n");
    /* Lines that moved: the longest common part stays. */
    differs("a\nb\nc\n", "b\nc\na\n", 3, "@@ -1,3 +1,3 @@\n-a\n b\n c\n+a\n");
}

static void line_ends(void **state)
{
    (void)state;
    differs("a\r\nb\r\n", "a\r\nc\r\n", 3, "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    differs("a", "b", 3,
            "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n");
    differs("a", "a\n", 3, "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

static void terminals_are_safe(void **state)
{
    (void)state;
    AUTO(buf) out = BUF_INIT;
    show_line(&out, STR("\ta\033[2J\xe2\x80\xae"
                        "b\xff"));
    assert_string_equal(out.p, "\ta\\x1b[2J\\u{202e}b\\xff");
}

static void large_texts(void **state)
{
    (void)state;
    AUTO(buf) a = BUF_INIT;
    AUTO(buf) b = BUF_INIT;
    AUTO(buf) out = BUF_INIT;
    for (int i = 0; i < 5000; i++) {
        buf_addf(&a, "a%d\n", i);
        buf_addf(&b, "b%d\n", i);
    }
    /* Too many steps for a comparison: the whole is replaced. */
    assert_int_equal(diff_text(buf_str(&a), buf_str(&b), 3, show, NULL, &out), 0);
    assert_true(str_starts(buf_str(&out), STR("@@ -1,5000 +1,5000 @@\n-a0\n-a1\n")));
}

static void lack_of_memory(void **state)
{
    (void)state;
    for (size_t i = 1; i < 100; i++) {
        AUTO(buf) out = BUF_INIT;
        mem_fail_after(i);
        int rc = diff_text(STR("a\nb\n"), STR("a\nc\n"), 3, show, NULL, &out);
        mem_fail_after(0);
        if (!rc)
            return;
        assert_int_equal(rc, E_NOMEM);
    }
    fail_msg("never enough memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hunks),
        cmocka_unit_test(line_ends),
        cmocka_unit_test(terminals_are_safe),
        cmocka_unit_test(large_texts),
        cmocka_unit_test(lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
