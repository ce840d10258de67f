/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line on the terminal's error stream that says how far a turn of the loop has come:
 *
 *     12,345 of 20,000 files  1.2 GiB  3,456 files/s  120 assets  0:42 left  src/app
 *     assessing  120 assets  3 s
 *
 *     progress_begin(in, &loop_options)    quiet when nobody looks: a pipe, TERM=dumb
 *     loop_run(...)
 *     progress_end(in)                     the line is cleared: before any message
 *
 * Names from targets are made inert (path_show); the line never wraps. What takes less than a
 * moment is not shown at all. After discovery, when the workers are gone, a thread of its own keeps
 * the line moving; progress_end joins it.
 */
#ifndef STANCE_CLI_PROGRESS_H
#define STANCE_CLI_PROGRESS_H

#include "cli/command.h"
#include "loop/loop.h"

/* What a line tells; 0 where nothing is to be said. */
struct progress_view {
    const char *phase; /* NULL: discovery */
    uint64_t files, bytes, assets, findings, expected;
    uint64_t files_per_s, bytes_per_s;
    uint64_t seconds; /* of the phase so far */
    struct str path;
};

/* Append the line in at most `width` columns: what matters least is left out first. */
void progress_line(struct buf *out, const struct progress_view *v, size_t width, bool colour);

/* A rate that follows changes within seconds and does not jump: one sample after the other. */
struct progress_rate {
    uint64_t at, files, bytes; /* of the latest sample */
    double files_per_s, bytes_per_s;
    bool known;
};
void progress_rate_add(struct progress_rate *r, uint64_t now_ns, uint64_t files, uint64_t bytes);

void progress_begin(struct invocation *in, struct loop_options *o);
void progress_end(struct invocation *in);

#endif
