/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: brings a store to the schema of this program. A new store gets all migrations,
 * an older one the missing ones, in one transaction; a newer one is refused. Afterwards the typed
 * views are made again when their generated text changed.
 */
#ifndef STANCE_STORE_MIGRATE_H
#define STANCE_STORE_MIGRATE_H

#include "store/db.h"

#define STORE_APPLICATION_ID 0x53544e43 /* "STNC", in the header of an SQLite file */
#define STORE_APPLICATION    "stance"   /* row `application` of table meta */

/*
 * `create`: an empty database becomes a store; else it is E_NOTFOUND. E_PARSE: written by a newer
 * program, or a database of something else. Read-only connections are checked only; an
 * older schema or older views are E_UNSUPPORTED there.
 */
int store_migrate(struct db *db, bool create, struct diag *d) MUST_CHECK;

/* The texts of migrations/, in order: MIGRATIONS[i] brings schema i to i + 1. */
extern const char *const MIGRATIONS[];
extern const int MIGRATION_COUNT;

#endif
