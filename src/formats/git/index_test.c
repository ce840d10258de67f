/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a working tree: its versions, both lengths of names, in parts, and damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "formats/git/index.h"
#include "formats/git/index_testing.h"

/* "mode path" of each entry, "!" when it is absent; then the result. `step`: bytes at once. */
static void says(struct str all, size_t step, const char *want)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) said = BUF_INIT;
    struct gitindex x = {.path = &path};
    struct gitindex_entry e;
    struct diag d = {0};
    size_t n = MIN(all.n, MAX(step, (size_t)512));
    int rc = gitindex_begin(str_sub(all, 0, n), &x, &d);
    while (!rc || rc == 1) {
        bool last = n == all.n;
        rc = gitindex_next(&x, str_sub(all, x.at, n), last, &e, &d);
        if (rc == 1)
            buf_addf(&said, "%o " STR_FMT "%s\n", e.mode, STR_ARG(e.path), e.absent ? "!" : "");
        else if (!rc)
            break;
        if (rc == E_LIMIT) {
            assert_false(last);
            n = MIN(all.n, n + step);
            rc = 0;
        }
    }
    if (rc)
        buf_addf(&said, "%s: %s\n", err_name(rc), d.text);
    else if (x.split)
        buf_addz(&said, "split\n");
    assert_string_equal(said.n ? said.p : "", want);
}

static void versions(void **state UNUSED)
{
    const unsigned bytes[] = {20, 32};
    for (unsigned version = 2; version <= 4; version++)
        for (size_t i = 0; i < 2; i++) {
            AUTO(buf) b = BUF_INIT;
            testindex_begin(&b, version, 2);
            testindex_entry(&b, version, bytes[i], 0100644, 0, "a/b");
            testindex_entry(&b, version, bytes[i], 0160000, 0, "a/bc");
            buf_pad(&b, 0, bytes[i]);
            const char *want =
                version < 4 ? "100644 a/b\n160000 a/bc\n" : "100644 a/b\n160000 a/ba/bc\n";
            if (version == 4) { /* the path before it is kept; say so in the flags */
                b.p[b.n - bytes[i] - 6 - 1] = 7;
            }
            says(buf_str(&b), 1, want);
            says(buf_str(&b), 1000, want);
        }
}

static void compressed_paths(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    AUTO(buf) longer = BUF_INIT;
    AUTO(buf) want = BUF_INIT;
    buf_pad(&longer, 'x', 300);
    testindex_begin(&b, 4, 3);
    testindex_entry(&b, 4, 20, 0100644, 0, longer.p);
    for (unsigned i = 0; i < 2; i++) {
        buf_pad(&b, 7, 24);
        testindex_32(&b, 0100644);
        buf_pad(&b, 7, 32);
        testindex_flags(&b, 0, i ? 3 : 2);
        /* 299 is kept as one less than git's: 0x80 | (299 >> 7) - 1, 299 & 0x7f */
        buf_add(&b, i ? STR("\0") : str_n("\x81\x2b", 2));
        buf_addz(&b, "y");
        buf_addc(&b, 0);
    }
    buf_pad(&b, 0, 20);
    buf_addf(&want, "100644 %s\n100644 xy\n100644 xyy\n", longer.p);
    says(buf_str(&b), 4000, want.p);
}

static void what_is_left_out(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    testindex_begin(&b, 3, 3);
    testindex_entry(&b, 3, 20, 0100755, 0x4000, "a");
    testindex_entry(&b, 3, 20, 0120000, 0x2000, "b"); /* to be added */
    testindex_entry(&b, 3, 20, 0040000, 0x4000, "c/");
    buf_addz(&b, "TREE");
    buf_pad(&b, 0, 24);
    says(buf_str(&b), 1000, "100755 a!\n120000 b\n40000 c/!\n");
}

static void a_split_one(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    testindex_begin(&b, 2, 1);
    testindex_entry(&b, 2, 20, 0100644, 0, "");
    buf_addz(&b, "link");
    buf_pad(&b, 0, 64);
    says(buf_str(&b), 1000, "100644 \nsplit\n");
    buf_cut(&b, 12);
    b.p[11] = 0;
    buf_addz(&b, "link");
    says(buf_str(&b), 1, "split\n");
}

static void damaged(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    says(STR(""), 1, "parse: not an index that git writes, from byte 0 on\n");
    says(STR("DIRC"), 1, "parse: not an index that git writes, from byte 0 on\n");
    says(str_n("DIRC\0\0\0\5\0\0\0\1", 12), 1, "unsupported: an index of version 5\n");
    says(str_n("DIRC\0\0\0\1\0\0\0\1", 12), 1, "unsupported: an index of version 1\n");
    says(str_n("DIRC\0\0\0\2\0\0\0\0", 12), 1, "");
    says(str_n("DIRC\0\0\0\2\377\377\377\377", 12), 1,
         "parse: not an index that git writes, from byte 0 on\n");
    testindex_begin(&b, 2, 3);
    testindex_entry(&b, 2, 20, 0100644, 0, "a");
    testindex_entry(&b, 2, 20, 0100644, 0, "b");
    says(buf_str(&b), 10, /* one is missing */
         "100644 a\n100644 b\nparse: not an index that git writes, from byte 140 on\n");
    b.p[12 + 64 + 24] = 1; /* a mode that nothing has */
    says(buf_str(&b), 10, "parse: not an index that git writes, from byte 0 on\n");
}

static void names_that_lie(void **state UNUSED)
{
    static const unsigned char strips[][5] = {{2}, {0xff, 0xff, 0xff, 0xff, 0xff}, {0x80, 0x00}};
    for (size_t i = 0; i < ARRAY_LEN(strips); i++) {
        AUTO(buf) b = BUF_INIT;
        testindex_begin(&b, 4, 1);
        buf_pad(&b, 7, 24);
        testindex_32(&b, 0100644);
        buf_pad(&b, 7, 32);
        testindex_flags(&b, 0, 1);
        buf_add(&b, str_n(strips[i], sizeof(strips[i])));
        buf_addz(&b, "y");
        buf_pad(&b, 0x7a, 60);
        says(buf_str(&b), 1000, "parse: not an index that git writes, from byte 0 on\n");
    }
    AUTO(buf) endless = BUF_INIT;
    testindex_begin(&endless, 2, 1);
    buf_pad(&endless, 7, 24);
    testindex_32(&endless, 0100644);
    buf_pad(&endless, 7, 32);
    testindex_flags(&endless, 0, 0xfff);
    buf_pad(&endless, 'x', 3 * GITINDEX_HEAD);
    says(buf_str(&endless), 4 * GITINDEX_HEAD,
         "parse: not an index that git writes, from byte 0 on\n");
}

static void without_memory(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    testindex_begin(&b, 2, 1);
    testindex_entry(&b, 2, 20, 0100644, 0, "a");
    buf_pad(&b, 0, 20);
    for (unsigned i = 1; i < 9; i++) {
        AUTO(buf) path = BUF_INIT;
        struct gitindex x = {.path = &path};
        struct gitindex_entry e;
        struct diag d = {0};
        mem_fail_after(i);
        int rc = gitindex_begin(buf_str(&b), &x, &d);
        if (!rc)
            rc = gitindex_next(&x, str_sub(buf_str(&b), x.at, b.n), true, &e, &d);
        mem_fail_after(0);
        assert_true(rc == 1 || rc == E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions),         cmocka_unit_test(compressed_paths),
        cmocka_unit_test(what_is_left_out), cmocka_unit_test(a_split_one),
        cmocka_unit_test(damaged),          cmocka_unit_test(names_that_lie),
        cmocka_unit_test(without_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
