/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an inventory holds before it is sealed: one row an observation, one draft an identity key.
 * Private to this folder. Rows refer to drafts by index (the handle); memory of strings and
 * attributes is the inventory's arena, so that sealing moves rows, not texts.
 */
#ifndef STANCE_INVENTORY_INVENTORY_BUILD_H
#define STANCE_INVENTORY_INVENTORY_BUILD_H

#include "inventory/inventory.h"

#define NO_ASSET  UINT32_MAX
#define AMBIGUOUS (UINT32_MAX - 1) /* several assets where one was asked for */

/* All observations with one identity key. */
struct draft {
    enum kind kind;
    int rule;
    struct str key;
    struct str id;         /* set when sealing */
    uint32_t root;         /* draft it is merged into, itself when none */
    uint32_t first, count; /* its rows, after seen_group */
};

struct seen {
    uint32_t draft;
    uint32_t labels;
    struct place at;
    struct str name, scope;
    struct attribute
        *attrs; /* first those of the place, then those of the asset; by attr, unique */
    uint32_t n_place, n_asset;
};

struct owner_row {
    uint32_t draft;
    struct owner_candidate c;
};

struct inventory_build {
    struct map drafts_by_key; /* kind name, ' ', key -> index */
    struct map texts;         /* interned strings */
    struct {
        VEC(struct draft);
    } drafts;
    struct {
        VEC(struct seen);
    } seen;
    struct {
        VEC(struct owner_row);
    } owners;
    struct buf scratch, full_key;
    size_t cap, charged;                      /* bytes of rows, beside inv->mem */
    const struct attribute *best[ATTR_COUNT]; /* see best_offer */
};

/* Count n more bytes of rows; E_LIMIT when rows and texts pass the cap. */
int inventory_charge(struct inventory *inv, size_t n) MUST_CHECK;
/* E_LIMIT or E_NOMEM, after the arena or a map of it gave NULL. */
int inventory_memory_error(const struct inventory *inv);

/* The inventory's one copy of a text; copies of a place and of the attributes of o, into s. */
int inventory_text(struct inventory *inv, struct str s, struct str *ret) MUST_CHECK;
int inventory_place(struct inventory *inv, const struct place *from, struct place *ret) MUST_CHECK;
int inventory_attrs(struct inventory *inv, const struct observation *o, struct seen *s) MUST_CHECK;

/*
 * The strongest of several values for each attribute of a kind: best_begin, best_offer for each
 * candidate, best_take writes the survivors that are per asset or per place, in order of attr, and
 * returns their number.
 */
void best_begin(struct inventory_build *b, enum kind kind);
void best_offer(struct inventory_build *b, const struct attribute *a);
size_t best_count(const struct inventory_build *b, enum kind kind, bool per_asset);
void best_take(const struct inventory_build *b, enum kind kind, bool per_asset,
               struct attribute *ret);

/* draft.root of every draft: weaker keys that share a place with one stronger asset. */
int merge_roots(struct inventory *inv) MUST_CHECK;
/* inv->assets from the drafts, in final order; ret_index[draft] is its asset. */
int merge_assets(struct inventory *inv, uint32_t *ret_index) MUST_CHECK;
/* Indexes of the rows of seen grouped by draft (or by root), with draft.first and .count set. */
int seen_group(struct inventory_build *b, bool by_root, uint32_t *ret_order) MUST_CHECK;

/* Translate handles to assets, sort, drop duplicates. */
int sort_relations(struct inventory *inv, const uint32_t *index) MUST_CHECK;
int sort_values(struct inventory *inv, const uint32_t *index) MUST_CHECK;
int sort_owners(struct inventory *inv, const uint32_t *index) MUST_CHECK;
int sort_coverage(struct inventory *inv) MUST_CHECK;

#define IDENTITY_ID_SIZE 64
void identity_fallback(const struct observation *o, struct buf *out);
/* "mcp_server-0123456789abcdef", NUL-terminated. E_NOMEM. */
int identity_id(enum kind kind, struct str key, char ret[IDENTITY_ID_SIZE]) MUST_CHECK;

#endif
