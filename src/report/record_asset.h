/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to report/: places and attributes of one asset, and how the values of many places become
 * one entry of `what`.
 *
 * An asset can stand at a million places. Held of each is its id and its rank in the order of the
 * record, of the first EVIDENCE_SAMPLE all; what else is written is read again, some at a time: a
 * database that is far away is asked once for all values of these.
 */
#ifndef STANCE_REPORT_RECORD_ASSET_H
#define STANCE_REPORT_RECORD_ASSET_H

#include "base/map.h"
#include "base/vec.h"
#include "report/record_row.h"

#define OWNER_NONE       "nothing that was read names an owner"
#define OWNER_UNKNOWN    "no source that was read names an owner"
#define DATA_UNKNOWN     "no classified value was seen; what flows through it was not observed"
#define CONTROLS_NONE    "no control judges this kind of asset"
#define CONTROLS_UNKNOWN "no control had all its inputs"

struct asset_value {
    int attr;           /* enum attr */
    int64_t rank;       /* of its place; -1: of the asset */
    int64_t evidence;   /* id of a place, which need not be in view */
    struct str pointer; /* with line, column and offset: where exactly; line 0: as the place */
    int64_t line, column, offset;
    enum attr_state state;
    struct str text, reason;
    int64_t number;
    bool null;
};

struct asset_attr {
    struct asset_value best; /* inventory.h: the strongest state, then the first place */
    bool differs;            /* not all places say the same */
};

struct place_rank {
    int64_t id, rank;
};

struct asset_rows {
    struct str asset;
    enum kind kind;
    struct evidence first[EVIDENCE_SAMPLE];
    int64_t n_places;
    struct {
        VEC(struct place_rank);
    } ranks; /* by id */
    struct {
        VEC(struct asset_attr);
    } attrs; /* by attribute */
    struct {
        VEC(struct asset_value);
    } values; /* of the first places, by attribute */
    struct {
        VEC(struct str);
    } names; /* under which it was seen, each once */
    struct map known;
};

/* Places that follow each other, with the values that stand at them. */
#define PLACES_AT_ONCE 64
struct place_batch {
    struct arena mem;
    struct evidence v[PLACES_AT_ONCE];
    size_t n;
    int64_t rank; /* of the first */
    struct {
        VEC(struct asset_value);
    } values; /* by rank and attribute, of places that are none of the first */
    size_t next;
};

/* What the statements of values begin with, of an attribute t with its attribute_at x. */
#define VALUE_COLUMNS                                                                              \
    "t.name, t.place, t.type, t.value, t.number, t.state, t.reason, t.evidence, x.pointer,"        \
    " x.line, x.col, x.byte_offset"
#define VALUE_COUNT 12

/* `asset` must outlive it. After an error there is nothing to be done with it. */
int asset_rows_read(struct record *r, struct str asset, struct str kind, struct asset_rows *ret,
                    struct diag *d) MUST_CHECK;
void asset_rows_done(struct asset_rows *rows);
/* 1, or 0 for a place that is not the asset's or not in view; valid until the next call. */
int asset_place(struct record *r, const struct asset_rows *rows, int64_t id, struct evidence *ret,
                struct diag *d) MUST_CHECK;
/* The member `what` of the asset. */
int asset_rows_what(struct record *r, const struct asset_rows *rows, struct diag *d) MUST_CHECK;
int place_batch_put(struct place_batch *b, const struct evidence *e) MUST_CHECK; /* copies */
int place_batch_read(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                     struct diag *d) MUST_CHECK;
/* For the places after these. */
void place_batch_clear(struct place_batch *b);
void place_batch_done(struct place_batch *b);
/* The member `what` of the place of that rank; nothing when it has no attribute. `b` NULL: it is
 * one of the first; else called for each place of the batch in its order. */
void asset_rows_at(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                   int64_t rank);

#endif
