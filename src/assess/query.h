/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to assess/: the statement that runs a control. It joins the rows of the control's query
 * with what the input rules need:
 *
 *     0 asset  1 verdict  2 reason  3 evidence  4 severity or NULL
 *     5 target  6 path (in an archive "a.zip!/b")  7 labels, NULL when evidence is no place of the
 *       asset
 *     8 collector of the evidence
 *     9 number of all rows of the control
 *     10... the state of each attribute of the control's own kind, in the order of its inputs
 */
#ifndef STANCE_ASSESS_QUERY_H
#define STANCE_ASSESS_QUERY_H

#include "assess/control.h"
#include "base/buf.h"

enum {
    COL_ASSET,
    COL_VERDICT,
    COL_REASON,
    COL_EVIDENCE,
    COL_SEVERITY,
    COL_TARGET,
    COL_PATH,
    COL_LABELS,
    COL_COLLECTOR,
    COL_COUNT,
    COL_INPUTS,
};

/* The input is an attribute of the row itself, so that its state stands in the row. */
bool input_is_own(const struct control *c, const struct control_input *in);

/*
 * QUERY_ROWS joins inside, which engines turn into look-ups by key, and so drops rows whose
 * evidence is no place of the asset. When COL_COUNT, or QUERY_COUNT where it drops all, differs,
 * QUERY_ALL_ROWS gives them all, slowly.
 */
enum query_form { QUERY_ROWS, QUERY_COUNT, QUERY_ALL_ROWS };

/* Parameters and :now become literals. E_PARSE (file and line set), E_NOMEM. */
int control_query(const struct control *c, int64_t now_ms, enum query_form form, struct buf *out,
                  struct diag *d) MUST_CHECK;

#endif
