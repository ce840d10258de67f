/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run indexed jobs on a few threads. Each job writes only to its own slot, so results do not
 * depend on the order in which jobs ran.
 *
 *     parallel_run(jobs, 4, fn, ctx)   calls fn(ctx, worker, i) for each i in [0, jobs)
 *
 * A job that returns non-zero stops the taking of further jobs; the error of the lowest index that
 * failed is returned. threads <= 1 runs on the caller's thread. `worker` is in [0, threads).
 */
#ifndef STANCE_BASE_THREAD_H
#define STANCE_BASE_THREAD_H

#include "base/compiler.h"
#include "base/err.h"

typedef int (*parallel_fn)(void *ctx, unsigned worker, size_t index);

/* 0, the error of a job, or E_NOMEM/E_IO when threads could not be started. */
int parallel_run(size_t jobs, unsigned threads, parallel_fn fn, void *ctx) MUST_CHECK;

/* Number of processors this process may use, at least 1. */
unsigned thread_cpus(void);

#endif
