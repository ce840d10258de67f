/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record `stance/1` (DESIGN section 3, docs/schema/stance-1.schema.json), streamed from the
 * store: one line a row, memory for one asset at a time. Everything is ordered by stable keys, so
 * equal stores give equal bytes, and all of it is of one moment, whatever others scan meanwhile.
 * Values of secrets are not in the store; fingerprints are not printed.
 *
 *     record_write(view, RECORD_ALL, out, d)
 *     record_write(view, RECORD_ASSETS, out, d)      {"assets": [...]}
 */
#ifndef STANCE_REPORT_RECORD_H
#define STANCE_REPORT_RECORD_H

#include "report/report.h"

enum record_part {
    RECORD_SCAN = 1,
    RECORD_COVERAGE = 2,
    RECORD_ASSETS = 4,
    RECORD_RELATIONS = 8,
    RECORD_FINDINGS = 16,
    RECORD_ALL = 31,
};

int record_write(const struct view *v, unsigned parts, FILE *out, struct diag *d) MUST_CHECK;

#endif
