/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an entry of the catalogue says, fact by fact, and which of its cells are empty.
 *
 *     catalog_facts(c, entry, take, ctx)            packages, npm, openai ... in a fixed order
 *     catalog_cell(c, entry, "packages")            CELL_SOURCED
 */
#ifndef STANCE_CATALOG_FACTS_H
#define STANCE_CATALOG_FACTS_H

#include "catalog/catalog.h"

struct catalog_fact {
    const char *group, *sub; /* sub: NULL where the member is a list */
    const char *text;
};

/* Ends with what `take` returns when that is not 0. `entry` is an index. */
int catalog_facts(const struct catalog *c, int entry,
                  int (*take)(void *ctx, const struct catalog_fact *f), void *ctx);

/* Facts of an entry of `before` that no entry of `now` says any more, as above. */
int catalog_lost(const struct catalog *before, int entry, const struct catalog *now,
                 int (*take)(void *ctx, const struct catalog_fact *f), void *ctx);

/* "packages" and "packages.npm" of a source say npm packages; "packages.pypi" does not. */
bool catalog_says(const char *claim, const struct catalog_fact *f);

/* The source that speaks most of this fact alone: a page of its name before one that names the
 * part, before one that names the group. NULL: none does. Terms of data have sources of their
 * own. */
const struct catalog_reference *catalog_source(const struct catalog *c, int entry,
                                               const struct catalog_fact *f);
/* Terms are: they could not stand there otherwise. */
bool catalog_is_sourced(const struct catalog *c, int entry, const struct catalog_fact *f);

enum catalog_cell {
    CELL_EMPTY,     /* nobody looked, or nobody found */
    CELL_NONE,      /* looked for: there is nothing */
    CELL_UNSOURCED, /* facts, but no source says at least one part of them */
    CELL_SOURCED,
};

/* `group` is one of CATALOG_GROUPS. */
enum catalog_cell catalog_cell(const struct catalog *c, int entry, const char *group);
/* One looks for this group in entries of its category. */
bool catalog_expects(const struct catalog *c, int entry, const char *group);
/* Every cell that it has, and those that one looks for, are sourced or none. */
bool catalog_is_complete(const struct catalog *c, int entry);

extern const char *const HOST_ROLE_NAMES[HOST_ROLE_COUNT + 1]; /* NULL-terminated */
extern const char *const DATA_TRAINING_NAMES[];                /* likewise */

#endif
