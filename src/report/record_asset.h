/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to report/: places and attributes of one asset, read into the arena of the row, and how
 * the values of many places become one entry of `what`.
 */
#ifndef STANCE_REPORT_RECORD_ASSET_H
#define STANCE_REPORT_RECORD_ASSET_H

#include "report/record_row.h"

#define OWNER_NONE       "nothing that was read names an owner"
#define OWNER_UNKNOWN    "no source that was read names an owner"
#define DATA_UNKNOWN     "no classified value was seen; what flows through it was not observed"
#define CONTROLS_NONE    "no control judges this kind of asset"
#define CONTROLS_UNKNOWN "no control had all its inputs"

struct asset_value {
    int attr;           /* enum attr */
    int place;          /* index into places; -1: of the asset */
    int evidence;       /* index into places; -1: not in the view */
    struct str pointer; /* with line, column and offset: where exactly; line 0: as the place */
    int64_t line, column, offset;
    enum attr_state state;
    struct str text, reason;
    int64_t number;
    bool null;
};

struct asset_rows {
    struct evidence *places; /* in the order of the record */
    size_t n_places;
    struct asset_value *values; /* by attribute, then place */
    size_t n_values;
};

int asset_rows_read(struct record *r, struct str asset, struct str kind, struct asset_rows *ret,
                    struct diag *d) MUST_CHECK;
/* The member `what` of the asset. */
void asset_rows_what(struct json_writer *w, const struct asset_rows *rows, bool all);
/* The member `what` of one place; nothing when it has no attribute. */
void asset_rows_at(struct json_writer *w, const struct asset_rows *rows, int place);

#endif
