/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the injected clock, and times and durations over the whole calendar. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"

static void assert_time(int64_t ms, const char *text)
{
    AUTO(buf) b = BUF_INIT;

    buf_add_time(&b, ms);
    assert_int_equal(buf_result(&b), 0);
    assert_string_equal(b.p, text);
}

static void the_environment_fixes_the_clock(void **state)
{
    static const char *const bad[] = {
        "", "x", "-1", "1.5", " 1", "253402300800", "99999999999999999999"};
    struct clock c = {.now_ms = 5};
    struct diag d = {0};

    (void)state;
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    assert_int_equal(clock_init(&c, &d), 0);
    assert_true(c.now_ms == 1700000000000);
    setenv("SOURCE_DATE_EPOCH", "253402300799", 1);
    assert_int_equal(clock_init(&c, NULL), 0);
    assert_time(c.now_ms, "9999-12-31T23:59:59Z");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        c.now_ms = 5;
        setenv("SOURCE_DATE_EPOCH", bad[i], 1);
        assert_int_equal(clock_init(&c, &d), E_PARSE);
        assert_int_equal(c.now_ms, 5);
        assert_non_null(strstr(d.text, "SOURCE_DATE_EPOCH"));
        assert_string_equal(d.hint, "unset it, or set it to the output of: date +%s");
    }
    unsetenv("SOURCE_DATE_EPOCH");
    assert_int_equal(clock_init(&c, &d), 0);
    assert_in_range(c.now_ms / 1000, (uint64_t)time(NULL) - 5, (uint64_t)time(NULL) + 5);
}

static void ticks_go_forward(void **state)
{
    (void)state;
    uint64_t a = clock_ticks(), b = clock_ticks();
    assert_true(a > 0 && b >= a);
}

static void times_are_written_in_utc(void **state)
{
    (void)state;
    assert_time(0, "1970-01-01T00:00:00Z");
    assert_time(1, "1970-01-01T00:00:00.001Z");
    assert_time(-1, "1969-12-31T23:59:59.999Z");
    assert_time(951782400000, "2000-02-29T00:00:00Z");
    assert_time(-2203891200000, "1900-03-01T00:00:00Z");
    assert_time(INT64_MIN, "0000-01-01T00:00:00Z");
    assert_time(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

/* The C library is the other opinion. */
static void every_day_agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -200000; day < 2000000; day += 97) {
        AUTO(buf) b = BUF_INIT;
        time_t t = (time_t)(day * 86400);
        char text[64];
        struct tm tm;
        int64_t ms = 5;

        assert_non_null(gmtime_r(&t, &tm));
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        buf_add_time(&b, day * 86400000);
        assert_string_equal(b.p, text);
        assert_int_equal(time_parse(buf_str(&b), &ms), 0);
        assert_true(ms == day * 86400000);
    }
}

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1970-01-01", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:01z", 1000},
        {"1970-01-01 00:00:01.5Z", 1500},
        {"1970-01-01T00:00:00.123456789Z", 123},
        {"1970-01-01T00:00:00.9999999999999999999999Z", 999},
        {"1970-01-01T01:00:00+01:00", 0},
        {"1970-01-01T00:00:00-01:30", 5400000},
        {"1970-01-01T00:00:00+0130", -5400000},
        {"2016-12-31T23:59:60Z", 1483228800000},
        {"2000-02-29", 951782400000},
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        ms = 77;
        assert_int_equal(time_parse(str_z(good[i].text), &ms), 0);
        assert_true(ms == good[i].ms);
    }
}

static void malformed_times_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "1970",
                                      "1970-1-1",
                                      "1970-13-01",
                                      "1970-00-01",
                                      "1970-01-00",
                                      "1970-02-29",
                                      "1900-02-29",
                                      "1970-04-31",
                                      "1970-01-01T",
                                      "1970-01-01Z",
                                      "1970-01-01T00:00Z",
                                      "1970-01-01T00:00:00",
                                      "1970-01-01T24:00:00Z",
                                      "1970-01-01T00:60:00Z",
                                      "1970-01-01T00:00:61Z",
                                      "1970-01-01T00:00:00.Z",
                                      "1970-01-01T00:00:00+1:00",
                                      "1970-01-01T00:00:00+24:00",
                                      "1970-01-01T00:00:00+00:60",
                                      "1970-01-01T00:00:00ZZ",
                                      "1970-01-01T00:00:00Z ",
                                      " 1970-01-01",
                                      "+970-01-01",
                                      "1970/01/01",
                                      "1970-01-01T-1:00:00Z"};
    int64_t ms = 77;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (time_parse(str_z(bad[i]), &ms) != E_PARSE)
            fail_msg("%s", bad[i]);
    }
    assert_int_equal(time_parse(STR_NULL, &ms), E_PARSE);
    assert_int_equal(ms, 77);
}

static void durations_have_one_unit(void **state)
{
    static const char *const bad[] = {"",
                                      "d",
                                      "30",
                                      "30w",
                                      "-1d",
                                      "1.5h",
                                      "1d ",
                                      "1dd",
                                      "99999999999999999999d",
                                      "106751991168d",
                                      "1 d"};
    int64_t ms = 0;

    (void)state;
    assert_int_equal(duration_parse(STR("30d"), &ms), 0);
    assert_true(ms == 2592000000);
    assert_int_equal(duration_parse(STR("12h"), &ms), 0);
    assert_int_equal(ms, 43200000);
    assert_int_equal(duration_parse(STR("90m"), &ms), 0);
    assert_int_equal(ms, 5400000);
    assert_int_equal(duration_parse(STR("45s"), &ms), 0);
    assert_int_equal(ms, 45000);
    assert_int_equal(duration_parse(STR("0s"), &ms), 0);
    assert_int_equal(ms, 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (duration_parse(str_z(bad[i]), &ms) != E_PARSE)
            fail_msg("%s", bad[i]);
    }
    assert_int_equal(ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_fixes_the_clock),
        cmocka_unit_test(ticks_go_forward),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(malformed_times_are_refused),
        cmocka_unit_test(durations_have_one_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
