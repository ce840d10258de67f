/* SPDX-License-Identifier: Apache-2.0 */
/* Indexes of working trees: submodules, what is not checked out, and what cannot be read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"
#include "formats/git/index.h"
#include "formats/git/index_testing.h"

extern const struct detector DETECTOR_GIT_INDEX;
#define DET &DETECTOR_GIT_INDEX

static void says(const struct buf *index, const char *want)
{
    AUTO(detector_run) r = {.detector = DET, .path = "a/.git/index", .content = buf_str(index)};
    detector_dump(&r);
    assert_string_equal(r.text.p, want);
}

static void submodules(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    testindex_begin(&b, 3, 5);
    testindex_entry(&b, 3, 20, 0100644, 0, "a");
    testindex_entry(&b, 3, 20, GITINDEX_LINK, 0, "lib/x y");
    testindex_entry(&b, 3, 20, GITINDEX_LINK, 0x4000, "left-out");
    testindex_entry(&b, 3, 20, GITINDEX_FOLDER, 0x4000, "s/");
    testindex_entry(&b, 3, 20, GITINDEX_LINK, 0, "\xff");
    buf_pad(&b, 0, 20);
    says(&b, "origin submodule:lib/x y @file\norigin submodule:\xff @file\n"
             "gap not_looked: 2 files or folders are not checked out (sparse checkout): `git "
             "sparse-checkout disable`, and scan again @file\n");
}

static void larger_than_a_window(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    AUTO(buf) want = BUF_INIT;
    char path[600];
    const unsigned n = 3000;
    testindex_begin(&b, 2, n);
    for (unsigned i = 0; i < n; i++) {
        int m = snprintf(path, sizeof(path), "%06u/", i);
        memset(path + m, 'x', i % 500);
        path[(unsigned)m + i % 500] = '\0';
        testindex_entry(&b, 2, 20, i % 100 ? 0100644 : GITINDEX_LINK, 0, path);
        if (i % 100 == 0)
            buf_addf(&want, "origin submodule:%s @file\n", path);
    }
    buf_pad(&b, 0, 20);
    says(&b, want.p);
}

static void others(void **state UNUSED)
{
    AUTO(buf) split = BUF_INIT;
    testindex_begin(&split, 2, 0);
    buf_addz(&split, "link");
    buf_pad(&split, 0, 40);
    says(&split, "gap not_looked: a split index: submodules without a line in .gitmodules are not "
                 "known @file\n");
    detector_says(DET, ".git/index", "", "");
    detector_says(DET, ".git/index", "DIRC",
                  "gap partial: not an index that git writes, from byte 0 on @file\n");
    AUTO(buf) newer = BUF_INIT;
    testindex_begin(&newer, 9, 0);
    says(&newer, "gap not_looked: an index of version 9: submodules without a line in .gitmodules "
                 "are not known @file\n");
    detector_says(DET, "index", "", "not wanted\n");
    detector_says(DET, ".git/index.lock", "", "not wanted\n");
    detector_says(DET, "x.git/index", "", "not wanted\n");
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, ".git/index", "DIRC, but not more than that");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(submodules),
                                       cmocka_unit_test(larger_than_a_window),
                                       cmocka_unit_test(others), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
