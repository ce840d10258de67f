/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to loop/: what a turn that reads some paths of a target may say of the rest. The rest is
 * known from the scans before: their gaps are carried into this one, so that what could not be told
 * stays untold. Only these paths are examined: nothing else may count as gone.
 */
#ifndef STANCE_LOOP_PART_H
#define STANCE_LOOP_PART_H

#include "loop/loop.h"

struct part {
    const struct str *paths; /* below target 0: that is all that was looked at */
    size_t n;
    const char *rest; /* why nothing else was, for people */
};

/* Before the inventory is sealed. `identity`: of target 0. */
int part_cover(struct store *st, struct str identity, const struct part *part,
               struct inventory *inv, struct diag *d) MUST_CHECK;

#endif
