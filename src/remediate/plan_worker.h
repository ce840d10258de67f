/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a plan happens in the worker: parse the file, let the action find its edit, parse the
 * result, see that the finding is gone from it, and write the diff with its values masked.
 * Private to remediate/.
 *
 *     parent                                 worker
 *     plan_request_write(&rq, &request)      plan_handle(ctx, request, reply)
 *     plan_reply_read(reply, size, a, &r)
 */
#ifndef STANCE_REMEDIATE_PLAN_WORKER_H
#define STANCE_REMEDIATE_PLAN_WORKER_H

#include "remediate/fix.h"
#include "values/values.h"

struct plan_request {
    struct str action, path, pointer, control, version;
};

struct plan_reply {
    int code; /* 0, or why there is no edit: the texts of d say it */
    struct edit edit;
    struct str diff;
    struct diag d;
};

struct plan_worker {
    const struct catalog *catalog;
    struct str key;
    struct values *values;
};

void plan_request_write(const struct plan_request *rq, struct buf *out);
/* `size`: of the file. E_PARSE when the worker lies. Texts are made safe to show. */
int plan_reply_read(struct str frame, size_t size, struct arena *a,
                    struct plan_reply *ret) MUST_CHECK;

int plan_prepare(void *ctx); /* ctx: struct plan_worker */
int plan_handle(void *ctx, const struct worker_request *request, struct buf *reply);
/* The same without a worker around it. */
int plan_edit(struct plan_worker *w, const struct plan_request *rq, struct str text,
              struct arena *a, struct edit *ret, struct str *ret_diff, struct diag *d) MUST_CHECK;

#endif
