/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs: one file a format in formats/, a const descriptor on top, its name in formats/LIST. A
 * report reads the store only, through a `struct view`: which targets or scan, which filters.
 * Everything is streamed; memory does not grow with the number of rows beyond one asset.
 */
#ifndef STANCE_REPORT_REPORT_H
#define STANCE_REPORT_REPORT_H

#include <stdio.h>

#include "base/clock.h"
#include "store/store.h"

struct view {
    struct db *db;
    int64_t scan;     /* scan id; 0: the latest */
    bool all_targets; /* every target of the store, not only those of the scan */
    enum severity min_severity;
    bool closed_too;    /* findings that are fixed or gone */
    bool evidence_all;  /* --evidence all */
    struct str kind;    /* only assets of this kind, or empty */
    struct str owner;   /* only this owner, or empty */
    struct str id;      /* only this asset or finding, or empty */
    struct str control; /* only findings of this control, or empty */
    struct str status;  /* only findings of this status; empty: what is open, see closed_too */
    /* Says whether `stance fix` has an action for a control; NULL: the control's own word. The
     * actions live beside this layer, so the caller lends them. */
    bool (*fixable)(struct str control);
    struct str store; /* what the user gave as --db, for the commands that the table proposes */
    int width;        /* of the table; 0: 100 */
    bool colour;
    int64_t now_ms;
};

/*
 * A connection that a report reads may hold the temporary table control_verdict (assess.h) from the
 * scan; where it does not, the controls run again. A read-only PostgreSQL connection cannot hold
 * it: open it for writing.
 */

struct report_format {
    const char *name, *title, *mime, *extension;
    int (*write)(const struct view *v, FILE *out, struct diag *d);
};
extern const struct report_format *const REPORT_FORMATS[];
extern const int REPORT_FORMAT_COUNT;
const struct report_format *report_format(struct str name);

#endif
