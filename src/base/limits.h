/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one parser may spend on one input. Limits count bytes, nodes and steps, never time, so that
 * the same input always ends the same way. 0 is not "no limit": use limits_default() and change
 * fields. Crossing a limit is E_LIMIT with a diag that names the limit.
 */
#ifndef STANCE_BASE_LIMITS_H
#define STANCE_BASE_LIMITS_H

#include "base/compiler.h"

struct limits {
    size_t bytes;        /* of the input */
    size_t depth;        /* nesting levels */
    size_t items;        /* nodes, members, rows */
    size_t string_bytes; /* of one decoded string */
    size_t memory;       /* of the arena that holds the result */
};

/* 64 MiB input, depth 128, 4 M items, 16 MiB strings, 256 MiB memory. */
struct limits limits_default(void);

#endif
