/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that each moment counts for one thing, and how the sums travel. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "discover/spent.h"

#define MS 1000000

static void pass(long ms)
{
    struct timespec t = {0, ms * MS};
    nanosleep(&t, NULL);
}

static int handler(void *ctx, const struct worker_request *request UNUSED, struct buf *reply)
{
    struct stopwatch *s = ctx;
    if (!s)
        return E_LIMIT;
    buf_addz(reply, "said");
    enum spent before = spent_on(s, SPENT_DETECTORS);
    assert_int_equal(before, SPENT_REST);
    pass(4);
    before = spent_on(s, SPENT_DOCUMENTS);
    assert_int_equal(before, SPENT_DETECTORS);
    pass(8);
    spent_on(s, before);
    spent_on(s, SPENT_REST);
    return 0;
}

static void divided(void **state UNUSED)
{
    struct stopwatch s = {.ns = {7}}; /* of a call before */
    struct worker_request request = {.fd = -1};
    AUTO(buf) reply = BUF_INIT;
    uint64_t sums[SPENT_COUNT] = {[SPENT_DOCUMENTS] = 1};
    assert_int_equal(spent_handle(&s, handler, &s, &request, &reply), 0);
    assert_int_equal(reply.n, 4 + 8 * SPENT_COUNT);
    assert_int_equal(spent_take(&reply, sums), 0);
    assert_string_equal(reply.p, "said");
    assert_true(sums[SPENT_DETECTORS] >= 4 * MS);
    assert_true(sums[SPENT_DOCUMENTS] > 8 * MS);
    assert_int_equal(sums[SPENT_READING], 0);
    assert_int_equal(sums[SPENT_CODE], 0);
    assert_int_equal(spent_take(&reply, sums), E_PARSE);
    assert_string_equal(reply.p, "said");
    buf_clear(&reply);
    assert_int_equal(spent_handle(&s, handler, NULL, &request, &reply), E_LIMIT);
    assert_int_equal(reply.n, 0);
}

static void nobody_asked(void **state UNUSED)
{
    assert_int_equal(spent_on(NULL, SPENT_CODE), SPENT_CODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divided),
        cmocka_unit_test(nobody_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
