/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to assess/: the input rules, applied to one row of a control's statement (query.h). They
 * can only turn a verdict to `unknown` or `error`, never to `pass`.
 *
 *     rules_init(&r, db, now, &arena); rules_load(&r, d)
 *     rules_prepare(&r, control, d)            once a control, connection not guarded
 *     rules_apply(&r, control, stmt, &row, d)  once a row
 *     rules_done(&r)
 */
#ifndef STANCE_ASSESS_RULES_H
#define STANCE_ASSESS_RULES_H

#include "assess/assess.h"
#include "assess/gaps.h"
#include "assess/query.h"

struct rules {
    struct db *db;
    struct arena *arena;
    int64_t now_ms;
    struct gaps gaps;
    int64_t stale_ms;  /* the staleness that `stale` was made for */
    struct map stale;  /* place ids last covered too long ago: when that was */
    struct map blind;  /* targets where an input of some other row is not known: which */
    struct map hidden; /* targets with a gap that could hide an input of the control: which */
    bool on_absence;   /* the control's pass may rest on what is not there */
};

void rules_init(struct rules *r, struct db *db, int64_t now_ms, struct arena *a);
void rules_done(struct rules *r);
int rules_load(struct rules *r, struct diag *d) MUST_CHECK;
int rules_prepare(struct rules *r, const struct control *c, struct diag *d) MUST_CHECK;
int rules_apply(struct rules *r, const struct control *c, const struct stmt *s,
                struct verdict_row *ret, struct diag *d) MUST_CHECK;

#endif
