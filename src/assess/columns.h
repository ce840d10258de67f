/* SPDX-License-Identifier: Apache-2.0 */
/* Private to assess/: names of columns in the typed views (tools/gen/registry_views.c). */
#ifndef STANCE_ASSESS_COLUMNS_H
#define STANCE_ASSESS_COLUMNS_H

#include "base/buf.h"
#include "inventory/registry.h"

/* Columns that every view of a kind has, NULL-terminated. */
extern const char *const KIND_COLUMNS[];

/* The attribute behind a column of the kind's view: "x", "x_state", or "<kind>_x" when a fixed
 * column is called x. -1: none. */
int column_attr(enum kind k, struct str column);
/* The column that holds the state of the attribute. */
void column_state(enum attr a, struct buf *out);

#endif
