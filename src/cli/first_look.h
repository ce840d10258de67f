/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets that a store has known only since some scan: what was found in them was found by a first
 * look, and there is nothing before it that it could be new against.
 *
 *     struct first_look f;
 *     rc = first_look_open(&f, db, since, d);     f.names: "shop, bot"; empty: there are none
 *     rc = first_look_has(&f, difference, d);     1: it stands in such targets alone
 *     first_look_done(&f);
 */
#ifndef STANCE_CLI_FIRST_LOOK_H
#define STANCE_CLI_FIRST_LOOK_H

#include "monitor/diff.h"
#include "store/db.h"

struct first_look {
    int64_t since;
    struct stmt *asset, *finding; /* NULL: all targets are known */
    struct buf names;
};

/* `since`: the last scan before; targets that it, or an earlier one, looked at are known. */
int first_look_open(struct first_look *f, struct db *db, int64_t since, struct diag *d) MUST_CHECK;
/* 1, 0 or negative. */
int first_look_has(struct first_look *f, const struct difference *c, struct diag *d) MUST_CHECK;
void first_look_done(struct first_look *f);

#endif
