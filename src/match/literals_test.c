/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that each occurrence of a literal is reported, and nothing else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/literals.h"

static const struct str TEXTS[] = {{"abc", 3}, {"ab", 2}, {"bc\xff", 3}, {"aaa", 3}};

static int note(void *ctx, unsigned literal, uint64_t end)
{
    struct buf *b = ctx;

    if (literal == 3 && end > 90)
        return 7;
    buf_addf(b, "%u@%d ", literal, (int)end);
    return 0;
}

static void expect(struct str text, const char *hits, int code)
{
    AUTO(buf) b = BUF_INIT;
    struct literals *l;

    assert_int_equal(literals_new(TEXTS, ARRAY_LEN(TEXTS), &l, NULL), OK);
    buf_add(&b, STR(""));
    assert_int_equal(literals_scan(l, text, note, &b), code);
    assert_int_equal(buf_result(&b), OK);
    assert_string_equal(b.p ? b.p : "", hits);
    literals_free(l);
}

static void test_hits(void **state UNUSED)
{
    expect(STR(""), "", 0);
    expect(STR("a"), "", 0);
    expect(STR("xabcx"), "0@4 1@3 ", 0);
    expect(STR("ab"), "1@2 ", 0);
    expect(STR("aab\xff"), "1@3 ", 0);
    expect(STR("abc\xff"), "0@3 1@2 2@4 ", 0);
    expect(STR("aaaa"), "3@3 3@4 ", 0);
    expect(STR("ABC acb"), "", 0);
}

static void test_stop(void **state UNUSED)
{
    char text[100];

    memset(text, 'x', sizeof(text));
    memcpy(text + 95, "aaa", 3);
    expect(str_n(text, sizeof(text)), "", 7);
}

static void test_refused(void **state UNUSED)
{
    struct literals *l = NULL;
    struct diag d;
    int rc = E_NOMEM;

    assert_int_equal(literals_new(&STR("a"), 1, &l, &d), E_USAGE);
    for (size_t after = 1; rc == E_NOMEM; after++) {
        mem_fail_after(after);
        rc = literals_new(TEXTS, ARRAY_LEN(TEXTS), &l, &d);
        mem_fail_after(0);
        assert_true(after < 10);
    }
    assert_int_equal(rc, OK);
    literals_free(l);
    assert_null(literals_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hits),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
