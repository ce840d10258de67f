/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One explanation of one failure: what, where, and what to do. It owns no memory, so it can be
 * filled when memory is gone; text that does not fit is cut at a character boundary.
 *
 *     AUTO-free; callers declare `struct diag d = {0};` and pass &d down.
 *     return diag_set(d, E_PARSE, "expected ',' or ']'");        -> E_PARSE
 *
 * Only the function that knows the subject writes the message; callers above may add the place
 * (diag_at) or the remedy (diag_hint) if these are still empty. A null diag is allowed.
 */
#ifndef STANCE_BASE_DIAG_H
#define STANCE_BASE_DIAG_H

#include "base/compiler.h"
#include "base/err.h"

struct diag {
    int code;        /* enum err, 0 when nothing was said */
    unsigned line;   /* 1-based, 0 unknown */
    unsigned column; /* 1-based, in code points, 0 unknown */
    char file[512];  /* path or other name of the subject */
    char text[512];  /* one sentence, no trailing newline */
    char hint[640];  /* what the user can do, may be empty */
};

/* Write the message (replacing an older one with its place and hint) and return `code`. The
 * arguments may point into *d. */
int diag_set(struct diag *d, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Same for a failed system call: appends the errno text; returns err_from_errno(errno). */
int diag_errno(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Add the place or the remedy where none is known yet. `file` may be NULL (keep). */
void diag_at(struct diag *d, const char *file, unsigned line, unsigned column);
void diag_hint(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Forget everything. */
void diag_clear(struct diag *d);

#endif
