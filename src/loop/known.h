/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to loop/: what a store knows of targets, as link/ asks for it.
 *
 *     struct known_targets known = known_targets(st, false);
 */
#ifndef STANCE_LOOP_KNOWN_H
#define STANCE_LOOP_KNOWN_H

#include "link/link.h"
#include "store/store.h"

/* `part`: the turn reads only a part of its target. */
struct known_targets known_targets(struct store *st, bool part) MUST_CHECK;

/* What the store holds of the repository at `root`: before the workers start, so that a look at one
 * of its commits can tell what it did not see. */
int known_repository(struct store *st, struct str root, struct arena *a, struct discover_known *ret,
                     struct diag *d) MUST_CHECK;

#endif
