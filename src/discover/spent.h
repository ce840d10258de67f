/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the time of workers goes to, for --stats: never part of a result. Each moment counts for one
 * thing: what is done inside of another thing is taken off that one.
 *
 *     before = spent_on(it->spent, SPENT_CODE);     it->spent NULL: nobody asked, nothing is done
 *     ...
 *     spent_on(it->spent, before);
 *
 * A worker that was asked to puts what it spent behind each reply; who asked takes it off again.
 */
#ifndef STANCE_DISCOVER_SPENT_H
#define STANCE_DISCOVER_SPENT_H

#include "base/buf.h"
#include "sandbox/sandbox.h"

enum spent {
    SPENT_READING,   /* files that are not in the request, members of archives */
    SPENT_PREFILTER, /* the one pass for literals */
    SPENT_DOCUMENTS, /* parsing JSON, YAML, TOML */
    SPENT_CODE,      /* syntax trees and tokens, and what is looked for in them */
    SPENT_VALUES,    /* keys and personal values: confirming and judging them */
    SPENT_DETECTORS, /* what they do beside all this */
    SPENT_REST,
    SPENT_COUNT,
};

struct stopwatch {
    uint64_t ns[SPENT_COUNT];
    enum spent now;
    uint64_t since; /* clock_ticks */
};

/* From now on time goes to `what`; what it went to before. */
enum spent spent_on(struct stopwatch *s, enum spent what);
/* A call of the handler, timed, with what was spent behind its reply. */
int spent_handle(struct stopwatch *s, worker_fn handler, void *ctx,
                 const struct worker_request *request, struct buf *reply);
/* Take that off the end of a reply and add it to `sums`. E_PARSE: it is not there. */
int spent_take(struct buf *reply, uint64_t *sums) MUST_CHECK;

#endif
