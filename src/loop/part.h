/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to loop/: what a turn that reads one path of a target may say of the rest. The rest is
 * known from the scans before: their gaps are carried into this one, so that what could not be told
 * stays untold. Only the path itself is examined: nothing else may count as gone.
 */
#ifndef STANCE_LOOP_PART_H
#define STANCE_LOOP_PART_H

#include "loop/loop.h"

/* Before the inventory is sealed. `only`: the path below target 0; `identity`: of that target. */
int part_cover(struct store *st, struct str identity, struct str only, struct inventory *inv,
               struct diag *d) MUST_CHECK;

#endif
