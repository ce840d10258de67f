/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: up to 64 assets that are compared with the store and written together, so that
 * a scan asks the store a few questions for many assets and needs memory for a few at a time. A
 * slot is the index of an asset in its chunk; rows are sorted by slot, and each slot is visited in
 * turn.
 */
#ifndef STANCE_STORE_STORE_CHUNK_H
#define STANCE_STORE_STORE_CHUNK_H

#include "store/store_internal.h"

#define ROWS(type)                                                                                 \
    struct {                                                                                       \
        VEC(type);                                                                                 \
        size_t at; /* first row of the slot that is visited */                                     \
    }

/* What was linked of the asset in a slot. */
struct facts {
    char digest[2 * SHA256_BYTES]; /* hex */
    bool kept;                     /* another one of the asset is stored */
};

struct chunk {
    struct arena a; /* texts of stored rows and of new ones */
    uint32_t leaders[CHUNK];
    struct facts facts[CHUNK];
    size_t n;
    uint32_t slot; /* visited */
    struct map slots;
    ROWS(struct asset_row) assets;
    ROWS(struct place_row) places;
    ROWS(struct attr_row) attrs;
    size_t attrs_end; /* of the slot that is visited: asked for at each of its places */
    ROWS(struct owner_row) owners;
    ROWS(struct value_row) values;
    const uint32_t *value_order; /* values of the inventory by asset */
    const size_t *value_first;
};

/* A place of the inventory; several that differ only in line are one. */
struct new_place {
    struct place_row row;
    uint32_t asset, place; /* in the inventory */
    size_t order;
    const struct place_row *stored;
};

/* One asset while it is written. */
struct writing {
    struct store *st;
    struct chunk *c;
    struct diag *d;
    uint32_t leader;
    struct str id;
    const struct asset_row *stored; /* NULL: a new asset */
    bool elsewhere;                 /* it still stands at places that this scan did not look at */
    bool mixed;                     /* not all that is stored of it comes from this inventory */
    struct {
        VEC(struct attr_row);
    } attrs; /* new attributes of the asset or of the place that is written */
    struct {
        VEC(struct new_place);
    } places;
    struct {
        VEC(struct owner_row);
    } owners;
    struct {
        VEC(struct value_row);
    } values;
};

/* Rows of one kind that belong to the visited slot: [*ret_from, return). */
#define slot_end(rows, slot_nr)                                                                    \
    ({                                                                                             \
        size_t end_ = (rows)->at;                                                                  \
        while (end_ < (rows)->n && (rows)->v[end_].slot == (slot_nr))                              \
            end_++;                                                                                \
        end_;                                                                                      \
    })

int chunk_load(struct store *st, struct chunk *c, struct diag *d) MUST_CHECK;
void chunk_done(struct chunk *c);
void chunk_clear(struct chunk *c);

/* Assets of which is to be found out whether they must be written. */
struct batch {
    struct arena mem;
    uint32_t leaders[CHUNK];
    struct str digest[CHUNK], places[CHUNK]; /* stored; no digest: none */
    size_t n;
};

/*
 * store_facts.c: the assets of a batch that must be written go into the chunk (whenever that is
 * full, `full` is called to empty it), the others count as seen. Then the batch is empty.
 */
int facts_begin(struct store *st, struct diag *d) MUST_CHECK;
int facts_sift(struct store *st, struct chunk *c, struct batch *b, int (*full)(void *ctx),
               void *ctx, struct diag *d) MUST_CHECK;
/* After the asset was written. */
int facts_keep(struct writing *w) MUST_CHECK;

int write_places(struct writing *w) MUST_CHECK;
int gather_places(struct writing *w) MUST_CHECK;
int gather_asset_attrs(struct writing *w) MUST_CHECK;
int gather_place_attrs(struct writing *w, size_t from, size_t to) MUST_CHECK;
/* Compare the stored rows [from, to) of the chunk with w->attrs and write the difference. */
int write_attrs(struct writing *w, int64_t place, size_t from, size_t to) MUST_CHECK;
/* Insert w->attrs; history has them in the row of their asset or place. */
int insert_attrs(struct writing *w, int64_t place) MUST_CHECK;
int gather_owners(struct writing *w) MUST_CHECK;
int write_owners(struct writing *w) MUST_CHECK;
int write_values(struct writing *w) MUST_CHECK;

#endif
