/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which thread runs which job: each takes the next index until one fails. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"

struct run {
    parallel_fn fn;
    void *ctx;
    size_t jobs;
    _Atomic size_t next;
    atomic_bool stop;
};

struct worker {
    struct run *run;
    pthread_t id;
    unsigned number;
    int error; /* of the job `index`, 0: none failed here */
    size_t index;
};

/*
 * `stop` is looked at before a job is taken, never after: so every index below a failed one runs,
 * and the lowest failure is the same with any number of threads.
 */
static void *work(void *arg)
{
    struct worker *w = arg;
    struct run *run = w->run;

    while (!atomic_load(&run->stop)) {
        size_t i = atomic_fetch_add(&run->next, 1);
        if (i >= run->jobs)
            break;
        int error = run->fn(run->ctx, w->number, i);
        if (error) {
            w->error = error;
            w->index = i;
            atomic_store(&run->stop, true);
        }
    }
    return NULL;
}

static int first_error(const struct worker *w, unsigned n)
{
    const struct worker *first = NULL;

    for (unsigned i = 0; i < n; i++) {
        if (w[i].error && (!first || w[i].index < first->index))
            first = &w[i];
    }
    return first ? first->error : 0;
}

/* Worker 0 is the calling thread. */
static int run_workers(struct run *run, struct worker *w, unsigned threads)
{
    unsigned started = 1;
    int refused = 0;

    for (unsigned i = 0; i < threads; i++)
        w[i] = (struct worker){.run = run, .number = i};
    for (; started < threads && !refused; started += !refused)
        refused = pthread_create(&w[started].id, NULL, work, &w[started]);
    if (refused)
        atomic_store(&run->stop, true);
    else
        work(&w[0]);
    for (unsigned i = 1; i < started; i++)
        pthread_join(w[i].id, NULL);
    return refused ? err_from_errno(refused) : first_error(w, threads);
}

int parallel_run(size_t jobs, unsigned threads, parallel_fn fn, void *ctx)
{
    struct run run = {.fn = fn, .ctx = ctx, .jobs = jobs};
    struct worker self = {0}, *w;
    size_t count = MIN((size_t)MAX(threads, 1u), jobs);

    if (count <= 1)
        return run_workers(&run, &self, 1);
    w = mem_array(NULL, count, sizeof *w);
    if (!w)
        return E_NOMEM;
    int rc = run_workers(&run, w, (unsigned)count);
    mem_free(w);
    return rc;
}

unsigned thread_cpus(void)
{
    cpu_set_t set;
    long n;

    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (unsigned)MAX(CPU_COUNT(&set), 1);
    n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}
