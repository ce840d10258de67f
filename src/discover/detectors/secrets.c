/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which classified values stand in a text, whatever its name. */
#include "discover/detector.h"

/*
 * A value is judged with what stands before it (the name it is assigned to). Each window therefore
 * answers for what starts up to CONTEXT bytes behind its limit, and its successor for the rest; a
 * value has SCAN_OVERLAP - CONTEXT bytes to end in.
 */
#define CONTEXT 512u

struct scan {
    struct item *it;
    struct emit *e;
    struct scan_window rest; /* from the last hit on: lines are counted once */
    size_t from, to;         /* what this window answers for */
    size_t done;             /* offset of `rest` in the window */
};

static int on_value(void *ctx, const struct value_hit *hit)
{
    struct scan *s = ctx;
    if (hit->start < s->from || hit->start >= s->to)
        return 0;
    struct place at = place_window(s->it, &s->rest, hit->start - s->done);
    s->rest.text = str_sub(s->rest.text, hit->start - s->done, s->rest.text.n);
    s->rest.base = (uint64_t)at.offset;
    s->rest.line = at.line;
    s->rest.column = at.column;
    s->done = hit->start;
    if (s->it->doc)
        at = place_pointed(s->it, s->it->doc, at);
    emit_value(s->e, FACT_NONE, hit, at);
    return emit_result(s->e);
}

static int scan_secrets(struct item *it, struct emit *e, const struct scan_window *w)
{
    bool last = w->limit == w->text.n;
    struct scan s = {.it = it,
                     .e = e,
                     .rest = *w,
                     .from = w->base ? CONTEXT : 0,
                     .to = last ? w->text.n : w->limit + CONTEXT};
    int rc = values_scan_hits(it->values, w->text, w->hits, on_value, &s);
    if (rc)
        emit_gap(e, COVERAGE_PARTIAL, place_window(it, w, 0),
                 rc == E_LIMIT ? "a pattern reached its limit"
                               : "needs more memory than one item may use");
    return rc == E_LIMIT ? emit_result(e) : rc;
}

const struct detector DETECTOR_SECRETS = {
    .id = "secrets",
    .title = "Keys, secrets and personal values in text",
    .version = 3,
    .need = ITEM_SCAN,
    .on_window = scan_secrets,
};
