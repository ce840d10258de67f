/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to assess/: what the latest scan of each target could not examine, for the question
 * "may a verdict on this place be believed?".
 *
 *     gaps_init(&g); gaps_load(&g, db, &arena, d)
 *     const struct gap *hit = gaps_at(&g, target, path, STR(""));   NULL: it was examined
 *     gaps_done(&g)
 */
#ifndef STANCE_ASSESS_GAPS_H
#define STANCE_ASSESS_GAPS_H

#include "assess/control.h"
#include "base/map.h"
#include "base/vec.h"
#include "inventory/registry.h"
#include "store/db.h"

struct gap {
    enum coverage_state state;
    int64_t target;
    struct str path, reason;
    struct str collectors; /* that would have read it; empty: any */
    uint32_t before;       /* another one at the same place: its index and one; 0: none */
};

struct gaps {
    struct {
        VEC(struct gap);
    } list;
    struct map at; /* target and path: index of its last gap */
    struct arena *arena;
};

void gaps_init(struct gaps *g, struct arena *a);
void gaps_done(struct gaps *g);
int gaps_load(struct gaps *g, struct db *db, struct diag *d) MUST_CHECK;

/* Denied or failed (worst first), partial or unsupported, at the path or above it; with a collector
 * only what hindered this one: a key is seen in settings that nobody can parse. */
const struct gap *gaps_at(const struct gaps *g, int64_t target, struct str path,
                          struct str collector);
/*
 * Anything that was not examined, not_looked included, and that a collector of the control's inputs
 * would have read: *ret maps each target that has such a gap to its index in the list. E_NOMEM.
 */
int gaps_of_control(const struct gaps *g, const struct control *c, struct map *ret) MUST_CHECK;
/* How many items that were not examined a collector of the control's inputs would have read. */
uint64_t gaps_count(const struct gaps *g, const struct control *c);
/* A number (target, place) as the key of a map. */
struct str gaps_number_key(int64_t number, char text[24]);
/* The place itself could not be read, so that nothing about it is known. */
bool gap_hides(const struct gap *g);

#endif
