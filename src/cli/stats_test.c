/* SPDX-License-Identifier: Apache-2.0 */
/* What --stats tells: every line, in its order, aligned. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/stats.h"

static void every_line(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    struct loop_result r = {
        .discover = {.all = {.files = 12000, .members = 345, .bytes = 3250585},
                     .folders = 321,
                     .workers_lost = 2,
                     .stats = {.list_ns = 100000000,
                               .read_ns = 300000000,
                               .wait_ns = 600000000,
                               .worker_cpu_ns = 1234567890,
                               .worker_bytes = 62914560,
                               .batches = 99,
                               .calls = 101,
                               .unchanged = 12000,
                               .same_content = 3,
                               .spent_ns = {[SPENT_READING] = 100000000,
                                            [SPENT_PREFILTER] = 400000000,
                                            [SPENT_DOCUMENTS] = 50000000,
                                            [SPENT_CODE] = 300000000,
                                            [SPENT_VALUES] = 70000000,
                                            [SPENT_DETECTORS] = 60000000,
                                            [SPENT_REST] = 20000000}}},
        .summary = {.changes = 7},
        .stats = {.nanoseconds = {500000000, 250000000, 125000000, 62500000, 50000000, 12500000},
                  .peak_bytes = 47185920,
                  .worker_peak_bytes = 31457280,
                  .spilled_bytes = 99614720,
                  .resident_bytes = 25165824},
    };
    stats_write(&out, &r, 1048576);
    assert_string_equal(out.p, "time\n"
                               "  discover                         500 ms    50.0 %\n"
                               "  link                             250 ms    25.0 %\n"
                               "  store                            125 ms    12.5 %\n"
                               "  assess                            63 ms     6.3 %\n"
                               "  rank                              50 ms     5.0 %\n"
                               "  commit                            13 ms     1.3 %\n"
                               "  in all                         1,000 ms\n"
                               "discovery\n"
                               "  files                         12,345    24,690/s\n"
                               "  of these, in archives            345\n"
                               "  bytes                        3.1 MiB    6.2 MiB/s\n"
                               "  folders                          321    642/s\n"
                               "  files known by stamp          12,000\n"
                               "  files known by content             3\n"
                               "threads of discovery, together\n"
                               "  listing folders                  100 ms    10.0 %\n"
                               "  reading files                    300 ms    30.0 %\n"
                               "  waiting for workers              600 ms    60.0 %\n"
                               "workers\n"
                               "  processor time                 1,235 ms\n"
                               "  calls                            101\n"
                               "  of these, batches                 99\n"
                               "  lost                               2\n"
                               "requests to workers, together\n"
                               "  reading                          100 ms    10.0 %\n"
                               "  prefilter                        400 ms    40.0 %\n"
                               "  parsing documents                 50 ms     5.0 %\n"
                               "  parsing code                     300 ms    30.0 %\n"
                               "  judging values                    70 ms     7.0 %\n"
                               "  detectors                         60 ms     6.0 %\n"
                               "  the rest                          20 ms     2.0 %\n"
                               "memory\n"
                               "  this process, at most       45.0 MiB\n"
                               "  beside it in a file         95.0 MiB\n"
                               "  of these, resident          24.0 MiB\n"
                               "  one worker, at most         30.0 MiB\n"
                               "  all workers, at the end     60.0 MiB\n"
                               "store\n  changes                            7\n"
                               "  size                         1.0 MiB\n");
}

static void nothing_happened(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    struct loop_result r = {0};
    stats_write(&out, &r, 0);
    assert_int_equal(buf_result(&out), 0);
    assert_non_null(strstr(out.p, "  discover                           0 ms     0.0 %\n"));
    assert_non_null(strstr(out.p, "  files                              0\n"));
    assert_non_null(strstr(out.p, "  size                               -\n"));
    assert_null(strstr(out.p, "nan"));
    assert_null(strstr(out.p, "requests to workers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line),
        cmocka_unit_test(nothing_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
