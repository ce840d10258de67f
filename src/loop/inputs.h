/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to loop/: one digest over all that a turn rests on beside the store: this very program,
 * its knowledge, the targets, what was found in them and what could not be looked at. Two turns
 * with one digest on one state of a store end alike.
 *
 *     inputs_begin(&in, &options)
 *     inputs_item(&in, &item)         each item, in order
 *     inputs_end(&in, &report, hex)   empty: turns with these cannot be compared
 */
#ifndef STANCE_LOOP_INPUTS_H
#define STANCE_LOOP_INPUTS_H

#include "base/hash.h"
#include "loop/loop.h"

struct inputs {
    struct sha256 h;
    size_t n_targets;
    bool comparable;
};

/* The linker's digest of this program; empty: it has none. */
struct str inputs_build(void);

int inputs_begin(struct inputs *in, const struct loop_options *o) MUST_CHECK;
void inputs_item(struct inputs *in, const struct item_result *it);
int inputs_end(struct inputs *in, const struct discover_report *r, struct buf *ret) MUST_CHECK;

#endif
