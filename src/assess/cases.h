/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of controls (graph.h says how they are written), for `stance controls test` and
 * for the unit tests. Each graph goes through inventory and store like a scan, and is rolled back.
 *
 *     store_open(":memory:", DB_CREATE, &clock, &st, d)    or an empty PostgreSQL schema
 *     cases_run(st, control, text, "ID.test.yaml", &report, &failed, d)
 */
#ifndef STANCE_ASSESS_CASES_H
#define STANCE_ASSESS_CASES_H

#include "assess/assess.h"
#include "assess/graph.h"
#include "store/store.h"

/* Scan the graph into the store, assess one control, roll back. Rows and their texts belong to the
 * arena and assessment; `names` (may be NULL) gets one entry a row: asset name, path and pointer.
 */
struct row_name {
    struct str asset, path, pointer;
};
int graph_assess(struct store *st, const struct graph *g, const struct control *c, struct arena *a,
                 struct assessment *ret, struct row_name **ret_names, struct diag *d) MUST_CHECK;

/* One line "file:line: case: what differs" to `report` for each difference. *ret_failed counts
 * cases. Errors are those of the store and E_PARSE of the file. */
int cases_run(struct store *st, const struct control *c, struct str text, const char *file,
              struct buf *report, size_t *ret_failed, struct diag *d) MUST_CHECK;

#endif
