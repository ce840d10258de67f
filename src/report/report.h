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
    bool closed_too;   /* findings that are fixed or gone */
    bool evidence_all; /* --evidence all */
    struct str kind;   /* only assets of this kind, or empty */
    struct str owner;  /* only this owner, or empty */
    struct str id;     /* only this asset or finding, or empty */
    int width;         /* of the table */
    bool colour;
    int64_t now_ms;
};

struct report_format {
    const char *name, *title, *mime, *extension;
    int (*write)(const struct view *v, FILE *out, struct diag *d);
};
extern const struct report_format *const REPORT_FORMATS[];
extern const int REPORT_FORMAT_COUNT;
const struct report_format *report_format(struct str name);

#endif
