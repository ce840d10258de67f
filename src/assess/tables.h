/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to assess/: the rows that the controls of one run read, gathered once.
 *
 *     tables_make(db, controls, n, d)     before the controls run
 *     tables_drop(db, d)                  after them
 *
 * SQLite takes a typed view apart column by column each time a statement is prepared, and looks
 * each of its columns up each time an expression names it: with fifteen controls most of the work
 * of assessing. Here each view of a kind that a control reads becomes a temporary table of the same
 * name, which stands in front of the view: same rows, same names, only columns that no control
 * names are missing. On PostgreSQL, which plans views well, nothing is made.
 */
#ifndef STANCE_ASSESS_TABLES_H
#define STANCE_ASSESS_TABLES_H

#include "assess/control.h"
#include "base/buf.h"
#include "base/map.h"
#include "store/db.h"

int tables_make(struct db *db, const struct control *const *controls, size_t n,
                struct diag *d) MUST_CHECK;
int tables_drop(struct db *db, struct diag *d) MUST_CHECK;

/* What the controls name, in lower case. `all`: one asks for every column by '*'. */
struct table_words {
    struct map names;
    bool all;
};

/* The two statements that make the table of a kind. */
void table_text(enum kind k, const struct table_words *w, struct buf *out);

#endif
