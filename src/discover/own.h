/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the program itself: the store with what SQLite lays beside it, the installation key, the
 * files of the facts cache. They may lie in a target; what a scan writes there is nothing that it
 * should find.
 *
 *     const struct str own[] = {STR("/srv/app/s.db"), STR("/srv/app/.cache/")};
 *     own_holds(own, 2, STR("/srv/app/s.db-wal"))          true
 *     own_holds(own, 2, STR("/srv/app/.cache/6a99...3a49"))  true: 64 hex digits
 *     own_holds(own, 2, STR("/srv/app/.cache/x"))          false: the folder may hold others, too
 *     own_holds(own, 2, STR("/srv/app/s.db2"))             false
 *
 * A "/" at the end says the folder of the cache. Paths are absolute, or all relative to the same
 * folder, which is "/" when it is the one of the cache; an empty one holds nothing. Names beside
 * the store: https://www.sqlite.org/tempfiles.html
 */
#ifndef STANCE_DISCOVER_OWN_H
#define STANCE_DISCOVER_OWN_H

#include "base/str.h"

#define OWN_MAX 4

bool own_holds(const struct str *own, size_t n, struct str path);

#endif
