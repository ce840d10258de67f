/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the time of a request is divided, and how that travels. */
#include "discover/spent.h"

#include "base/clock.h"
#include "sandbox/frame.h"

enum spent spent_on(struct stopwatch *s, enum spent what)
{
    if (!s)
        return what;
    enum spent before = s->now;
    uint64_t now = clock_ticks();
    s->ns[before] += now - s->since;
    s->now = what;
    s->since = now;
    return before;
}

int spent_handle(struct stopwatch *s, worker_fn handler, void *ctx,
                 const struct worker_request *request, struct buf *reply)
{
    *s = (struct stopwatch){.now = SPENT_REST, .since = clock_ticks()};
    int rc = handler(ctx, request, reply);
    spent_on(s, SPENT_REST);
    for (int i = 0; i < SPENT_COUNT && !rc; i++)
        frame_put_i64(reply, (int64_t)s->ns[i]);
    return rc;
}

int spent_take(struct buf *reply, uint64_t *sums)
{
    size_t n = SPENT_COUNT * sizeof(int64_t);
    if (reply->n < n)
        return E_PARSE;
    struct frame f = {.rest = str_sub(buf_str(reply), reply->n - n, reply->n)};
    for (int i = 0; i < SPENT_COUNT; i++)
        sums[i] += (uint64_t)frame_i64(&f);
    buf_cut(reply, reply->n - n);
    return 0;
}
