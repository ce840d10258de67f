/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that every job runs once, and that the lowest error wins whatever the schedule. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"

#define JOBS 5000

struct jobs {
    unsigned char done[JOBS]; /* written by the one job with that index */
    unsigned threads;
    size_t fail_from; /* jobs at or above fail with -(index % 7) - 1 */
    _Atomic size_t ran;
    atomic_bool bad_worker;
};

static int run_job(void *ctx, unsigned worker, size_t i)
{
    struct jobs *j = ctx;

    j->done[i]++;
    atomic_fetch_add(&j->ran, 1);
    if (worker >= j->threads)
        atomic_store(&j->bad_worker, true);
    if (i % 50 == 0)
        sched_yield();
    return i >= j->fail_from ? -(int)(i % 7) - 1 : 0;
}

static void every_job_runs_once(void **state)
{
    static const unsigned threads[] = {0, 1, 2, 4, 16};

    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(threads); t++) {
        struct jobs j = {.threads = threads[t] ? threads[t] : 1, .fail_from = SIZE_MAX};
        assert_int_equal(parallel_run(JOBS, threads[t], run_job, &j), 0);
        for (size_t i = 0; i < JOBS; i++)
            assert_int_equal(j.done[i], 1);
        assert_false(atomic_load(&j.bad_worker));
    }
}

static void the_lowest_error_is_returned(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct jobs j = {.threads = 1 + round % 5, .fail_from = round * 20};
        int rc = parallel_run(JOBS, j.threads, run_job, &j);
        assert_int_equal(rc, -(int)(j.fail_from % 7) - 1);
        for (size_t i = 0; i <= j.fail_from; i++)
            assert_int_equal(j.done[i], 1);
        /* Each worker may have had one job in hand, no more are taken. */
        assert_true(atomic_load(&j.ran) <= j.fail_from + j.threads);
    }
}

static int slow_low_job(void *ctx, unsigned worker, size_t i)
{
    (void)ctx;
    (void)worker;
    if (i == 0)
        usleep(20000);
    return i == 0 ? E_PARSE : i == 1 ? E_LIMIT : 0;
}

static void a_slow_low_job_wins_over_a_quick_high_one(void **state)
{
    (void)state;
    assert_int_equal(parallel_run(2, 2, slow_low_job, NULL), E_PARSE);
}

static int which_thread(void *ctx, unsigned worker, size_t i)
{
    (void)i;
    return worker == 0 && pthread_equal(*(pthread_t *)ctx, pthread_self()) ? 0 : E_BUG;
}

static void one_thread_is_the_caller(void **state)
{
    pthread_t self = pthread_self();

    (void)state;
    assert_int_equal(parallel_run(10, 1, which_thread, &self), 0);
    assert_int_equal(parallel_run(10, 0, which_thread, &self), 0);
    assert_int_equal(parallel_run(1, 8, which_thread, &self), 0);
}

static void no_jobs_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(parallel_run(0, 4, slow_low_job, NULL), 0);
    assert_int_equal(parallel_run(0, 0, slow_low_job, NULL), 0);
}

static int allocate(void *ctx, unsigned worker, size_t i)
{
    (void)ctx;
    (void)worker;
    void *p = mem_alloc(i + 1);
    if (!p)
        return E_NOMEM;
    mem_free(p);
    return 0;
}

static void lost_memory_reaches_the_caller(void **state)
{
    (void)state;
    mem_fail_after(1);
    assert_int_equal(parallel_run(10, 2, allocate, NULL), E_NOMEM);
    mem_fail_after(100);
    assert_int_equal(parallel_run(98, 4, allocate, NULL), 0);
    mem_fail_after(100);
    assert_int_equal(parallel_run(1000, 4, allocate, NULL), E_NOMEM);
    mem_fail_after(0);
    assert_int_equal(parallel_run(1000, 4, allocate, NULL), 0);
}

static void there_is_a_processor(void **state)
{
    (void)state;
    assert_in_range(thread_cpus(), 1, 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_runs_once),
        cmocka_unit_test(the_lowest_error_is_returned),
        cmocka_unit_test(a_slow_low_job_wins_over_a_quick_high_one),
        cmocka_unit_test(one_thread_is_the_caller),
        cmocka_unit_test(no_jobs_is_no_error),
        cmocka_unit_test(lost_memory_reaches_the_caller),
        cmocka_unit_test(there_is_a_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
