/* SPDX-License-Identifier: Apache-2.0 */
/* Which host's rules a CODEOWNERS file follows, by its place and its text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_CODEOWNERS;
#define DET &DETECTOR_CODEOWNERS

static void hosts(void **state UNUSED)
{
    static const char text[] = "* @org/all # c\n!x @a\n[Docs] @d\n/docs/\n";
    static const char github[] = "rule * -> @org/all @1:1\nrule /docs/ -> @4:1\n";
    static const char gitlab[] = "rule * -> @org/all @1:1\nrule x -> @2:1\n"
                                 "rule [Docs] -> @3:1\nrule /docs/ -> @d @4:1\n";
    detector_says(DET, ".github/CODEOWNERS", text, github);
    detector_says(DET, "repos/a/.github/CODEOWNERS", text, github);
    detector_says(DET, ".gitlab/CODEOWNERS", text, gitlab);
    detector_says(DET, "docs/CODEOWNERS", text, gitlab);
    detector_says(DET, "CODEOWNERS", text, gitlab);
    detector_says(DET, "CODEOWNERS", "!x @a\n* @b\n", "rule * -> @b @2:1\n");
    detector_says(DET, "CODEOWNERS", "", "");
    detector_says(DET, "CODEOWNERS", "# none\nword\n", "rule word -> @2:1\n");
    detector_says(DET, "CODEOWNERS.md", text, "not wanted\n");
    detector_says(DET, "OWNERS", text, "not wanted\n");
}

static void too_large(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    while (text.n <= 3u << 20)
        buf_addf(&text, "/some/folder/that/is/here/ @org/team # %0400d\n", 1);
    AUTO(detector_run) r = {.detector = DET, .path = "CODEOWNERS", .content = buf_str(&text)};
    detector_dump(&r);
    assert_string_equal(
        r.text.p, "gap partial: larger than the 3 MiB that GitHub loads: no rule applies @file\n");
    r.path = ".gitlab/CODEOWNERS";
    r.limits = limits_default();
    r.limits.items = 100;
    detector_dump(&r);
    assert_string_equal(r.text.p, "failed: limit\ngap partial: more than 100 rules @file\n");
    r.limits = limits_default();
    detector_dump(&r);
    assert_true(r.facts.n > 7000);
    assert_int_equal(r.facts.v[r.facts.n - 1].at.line, r.facts.n);
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, ".gitlab/CODEOWNERS", "* @a @b\n[S] @c\n/x\n!/y\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hosts), cmocka_unit_test(too_large),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
