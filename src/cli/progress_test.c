/* SPDX-License-Identifier: Apache-2.0 */
/* What a line of progress tells, in any width, and how its rate follows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/progress.h"
#include "report/text.h"

static void is_line(const struct progress_view *v, size_t width, const char *want)
{
    AUTO(buf) out = BUF_INIT;
    progress_line(&out, v, width, false);
    if (strcmp(out.n ? out.p : "", want) != 0)
        fail_msg("%zu columns: \"%s\"", width, out.n ? out.p : "");
    if (text_width(buf_str(&out)) > width)
        fail_msg("\"%s\" is wider than %zu", out.p, width);
}

static void discovery(void **state UNUSED)
{
    struct progress_view v = {.files = 12345,
                              .bytes = 3250585,
                              .assets = 120,
                              .expected = 20000,
                              .files_per_s = 1000,
                              .bytes_per_s = 260000,
                              .path = STR("src/app/main.py")};
    is_line(&v, 120,
            "12,345 of 20,000 files  3.1 MiB  1,000 files/s  120 assets  0:07 left"
            "  src/app/main.py");
    is_line(&v, 83,
            "12,345 of 20,000 files  3.1 MiB  1,000 files/s  120 assets  0:07 left"
            "  ...p/main.py");
    is_line(&v, 79, "12,345 of 20,000 files  3.1 MiB  1,000 files/s  120 assets  0:07 left");
    is_line(&v, 60, "12,345 of 20,000 files  3.1 MiB  120 assets  0:07 left");
    is_line(&v, 50, "12,345 of 20,000 files  3.1 MiB  120 assets");
    is_line(&v, 36, "12,345 of 20,000 files  120 assets");
    is_line(&v, 30, "12,345 of 20,000 files");
    is_line(&v, 10, "120 assets");
    is_line(&v, 3, "");
    is_line(&v, 0, "");
    v.expected = 12345; /* there are more than last time: nobody knows */
    v.assets = 1;
    v.bytes_per_s = UINT64_C(3) << 30;
    is_line(&v, 70, "12,345 files  3.1 MiB  3.0 GiB/s  1 asset  src/app/main.py");
    v = (struct progress_view){.files = 1};
    is_line(&v, 70, "1 file  0 bytes");
    v = (struct progress_view){.files = 10, .expected = 100000, .files_per_s = 10};
    is_line(&v, 70, "10 of 100,000 files  0 bytes  10 files/s  2:46:39 left");
    v = (struct progress_view){.files = 10, .expected = 100}; /* no rate: no time */
    is_line(&v, 70, "10 of 100 files  0 bytes");
}

static void phases(void **state UNUSED)
{
    const struct progress_view v = {
        .phase = "assessing", .assets = 1200, .findings = 1, .seconds = 75};
    is_line(&v, 79, "assessing  1,200 assets  1 finding  1:15");
    is_line(&v, 24, "assessing  1 finding");
}

static void names_are_inert(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    struct progress_view v = {.files = 2,
                              .path = STR("a\033[31m\n\xe2\x80\xae/\xff\xe6\xbc\xa2\xe5\xad\x97")};
    is_line(&v, 100, "2 files  0 bytes  a\\x1b[31m\\x0a\\u{202e}/\\xff\xe6\xbc\xa2\xe5\xad\x97");
    is_line(&v, 33, "2 files  0 bytes  ...2e}/\\xff\xe6\xbc\xa2\xe5\xad\x97");
    v.path = STR("src/x");
    progress_line(&out, &v, 100, true);
    assert_string_equal(out.p, "2 files  0 bytes  \033[2msrc/x\033[0m");
}

static void rates(void **state UNUSED)
{
    struct progress_rate r = {0};
    uint64_t second = UINT64_C(1000000000), now = second, files = 100;
    progress_rate_add(&r, now, 0, 0);
    assert_true(!r.known);
    progress_rate_add(&r, now + second / 100, 1000, 0); /* too soon to tell */
    assert_true(!r.known);
    for (int i = 0; i < 10; i++, files += 50, now += second / 2)
        progress_rate_add(&r, now + second, files, files * 1000);
    assert_int_equal((int)(r.files_per_s + 0.5), 100);
    assert_int_equal((int)(r.bytes_per_s + 0.5), 100000);
    /* One hiccup is no new rate, ten seconds are. */
    progress_rate_add(&r, now + second, files - 50, (files - 50) * 1000);
    assert_true(r.files_per_s > 80 && r.files_per_s < 100);
    now += second;
    for (int i = 0; i < 20; i++, files += 500)
        progress_rate_add(&r, now += second / 2, files, files * 1000);
    assert_true(r.files_per_s > 900 && r.files_per_s <= 1000);
    progress_rate_add(&r, now + second, 0, 0); /* the next target begins */
    assert_true(r.files_per_s > 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(discovery),
        cmocka_unit_test(phases),
        cmocka_unit_test(names_are_inert),
        cmocka_unit_test(rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
