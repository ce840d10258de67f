/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stance catalog show` and `search`: how what a person types leads to an entry. What leads to none
 * is told with what is near.
 */
#ifndef STANCE_CLI_CATALOG_SEARCH_H
#define STANCE_CLI_CATALOG_SEARCH_H

#include "catalog/catalog.h"
#include "cli/command.h"

/* By id, name or alias, in any case; E_NOTFOUND with what is near, E_USAGE: an alias of several. */
int catalog_find(const struct catalog *c, struct str word, const struct catalog_entry **ret,
                 struct diag *d) MUST_CHECK;
int catalog_show(struct invocation *in, const struct catalog *c, struct diag *d) MUST_CHECK;
int catalog_search(struct invocation *in, const struct catalog *c, struct diag *d) MUST_CHECK;

#endif
