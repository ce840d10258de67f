/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which paths stop being examined, and which are again, from one turn of a watch to the next: a
 * settings file that breaks must not fall silent.
 *
 *     struct gap_watch g;
 *     gap_watch_init(&g);
 *     gap_watch_turn(&g, db, print, ctx, d)      the first call only learns what there is
 *     gap_watch_turn(&g, db, print, ctx, d)      what is different since
 *     gap_watch_done(&g);
 *
 * A difference has subject "gap", the path as id (before it the name of the target where the store
 * has several: "shop: .mcp.json"), and is CHANGE_NEW or CHANGE_GONE. Each path is told once,
 * however many rows it has; in the order of coverage, what is gone last. Gaps of a target that was
 * looked at for the first time are learnt, not told.
 */
#ifndef STANCE_CLI_GAP_WATCH_H
#define STANCE_CLI_GAP_WATCH_H

#include "base/map.h"
#include "monitor/diff.h"

struct gap_row {
    struct str key, place, what; /* key: target and path; what: "STATE: REASON" */
    int64_t first;               /* scan of its target */
};

struct gap_rows {
    struct arena mem;
    struct map at;
    struct {
        VEC(struct gap_row);
    } rows;
};

struct gap_watch {
    struct gap_rows known;
    bool learnt;
    int64_t since; /* the last scan then */
};

void gap_watch_init(struct gap_watch *g);
void gap_watch_done(struct gap_watch *g);
int gap_watch_turn(struct gap_watch *g, struct db *db, difference_fn fn, void *ctx,
                   struct diag *d) MUST_CHECK;

#endif
