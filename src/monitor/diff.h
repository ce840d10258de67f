/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is different between two snapshots, with the attribute and place that made the difference.
 *
 *     diff_snapshots(&before, &after, print, ctx)
 *
 * Changes come sorted: findings, then assets, then relations, each by id.
 * What lies in a gap of the newer snapshot is `unseen`, not gone: nobody looked. A finding that
 * could not be told before (unknown, error) and fails now is new.
 */
#ifndef STANCE_MONITOR_DIFF_H
#define STANCE_MONITOR_DIFF_H

#include "monitor/snapshot.h"

enum change_kind {
    CHANGE_NEW,
    CHANGE_REOPENED,
    CHANGE_CHANGED,
    CHANGE_FIXED,
    CHANGE_GONE,
    CHANGE_UNSEEN,
};
extern const char *const CHANGE_NAMES[];

struct change_detail {
    struct str attribute;
    struct str before, after; /* p NULL: there was none */
};

struct difference {
    enum change_kind kind;
    struct str subject, id, label;
    struct str severity, verdict, status; /* of findings, the newer one */
    const struct change_detail *details;  /* of what changed */
    size_t n;
};

/* A non-zero result of fn stops and is returned. Slices are valid during the call. */
typedef int (*difference_fn)(void *ctx, const struct difference *c);
int diff_snapshots(const struct snapshot *before, const struct snapshot *after, difference_fn fn,
                   void *ctx) MUST_CHECK;

/* One line for people with the causes below it, or one JSON object in a line. */
void difference_text(const struct difference *c, bool colour, bool details, struct buf *out);
int difference_json(const struct difference *c, struct buf *out) MUST_CHECK;

#endif
