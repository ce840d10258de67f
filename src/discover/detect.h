/* SPDX-License-Identifier: Apache-2.0 */
/* Private to discover/: what a worker holds, and the request that names an item. */
#ifndef STANCE_DISCOVER_DETECT_H
#define STANCE_DISCOVER_DETECT_H

#include "base/hash.h"
#include "discover/discover.h"
#include "discover/archives/members.h"
#include "discover/spent.h"

struct detect_worker {
    const struct catalog *catalog;
    struct str key;            /* installation key or empty */
    struct values *values;     /* made by detect_prepare, once a worker */
    struct syntax *syntax;     /* likewise */
    struct model_names models; /* made when they are asked for */
    struct limits limits;
    struct arena arena; /* of one item; emptied after each */
    struct buf frame;   /* its facts */
    struct buf window;  /* of a text that is read in parts */
    bool timed;         /* replies end with what was spent */
    struct stopwatch spent;
    bool archives; /* may open containers: detect_prepare loads what that takes */
    struct containers containers;
    char cache_key[2 * SHA256_BYTES + 1];
};

int detect_worker_init(struct detect_worker *w, const struct discover_options *o,
                       struct diag *d) MUST_CHECK;
void detect_worker_done(struct detect_worker *w);

/* Does any detector know a file by this path? (Not those that search every text.) */
bool detect_wants(const struct catalog *c, struct str path);

int detect_prepare(void *ctx); /* struct detect_worker * */
/* Requests as in request.h: one answer for each item. */
int detect_handle(void *ctx, const struct worker_request *request, struct buf *reply);
int detect_handle_timed(void *ctx, const struct worker_request *request, struct buf *reply);

#endif
