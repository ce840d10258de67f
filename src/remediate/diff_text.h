/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unified diff of two texts, by lines.
 *
 *     diff_text(before, after, 3, show, ctx, &out)
 *
 * Every line passes through `show`, which appends it (without line end) in a form that may be
 * seen. A carriage return before a line feed belongs to the line end and is not shown.
 * Equal lines at both ends are set aside first; the rest is compared by longest common
 * subsequence, or taken whole where that would cost more than 4 million steps.
 *
 * Source: the unified format of POSIX diff -u (XCU, diff).
 */
#ifndef STANCE_REMEDIATE_DIFF_TEXT_H
#define STANCE_REMEDIATE_DIFF_TEXT_H

#include "base/buf.h"

typedef int (*diff_show)(void *ctx, struct str line, struct buf *out);

/* 0 (nothing appended when equal), E_NOMEM, E_LIMIT (a text of 4 G lines), the error of show. */
int diff_text(struct str before, struct str after, unsigned context, diff_show show, void *ctx,
              struct buf *out) MUST_CHECK;
/* Append one foreign line so that a terminal takes no orders from it; tabs stay. */
void show_line(struct buf *out, struct str line);

#endif
