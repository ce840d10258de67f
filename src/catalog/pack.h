/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pack: a folder of knowledge that is added to what is built in, in the form of knowledge/ (see
 * catalog.h), but with entries/ID.yaml and patterns/ID.yaml alone: rules of the walk, formats and
 * categories are those of the program. An entry whose id is built in replaces that entry whole.
 *
 *     AUTO(pack) p = {0};
 *     if ((rc = pack_read("acme", &p, d)) ||
 *         (rc = catalog_extend(&CATALOG, p.files, p.n, &build, d)))
 *         return rc;                              d: file, line, column and what is wrong
 *
 * Anything else in the folder is an error, for whoever put it there thinks that it is used: a name
 * that ends in .yml, a folder rules/. Only what is hidden, README, LICENSE, *.md and *.txt may
 * stand beside, and `serial` (cli/catalog_update.h).
 *
 * Whose pack it is, is not asked here. Links are followed: a pack belongs to who runs the program.
 */
#ifndef STANCE_CATALOG_PACK_H
#define STANCE_CATALOG_PACK_H

#include "catalog/compile.h"

#define PACK_FILES 4096u
#define PACK_BYTES (16u << 20) /* of all files together */

struct pack {
    struct arena memory;
    struct catalog_source *files;
    size_t n;
};

/* E_NOTFOUND: no such folder; E_PARSE: nothing of a pack in it, or something else;
 * E_LIMIT, E_IO, E_NOMEM. */
int pack_read(const char *folder, struct pack *ret, struct diag *d) MUST_CHECK;
void pack_done(struct pack *p);

#endif
