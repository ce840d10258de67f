/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stance catalog check [FILE | FOLDER]`: whether what a scan would load fits together, or a pack,
 * a bundle or one file of a pack fits that; how much of it has a source, and what it takes away.
 */
#ifndef STANCE_CLI_CATALOG_CHECK_H
#define STANCE_CLI_CATALOG_CHECK_H

#include "catalog/catalog.h"
#include "cli/command.h"

int catalog_check(struct invocation *in, struct diag *d);
/* How many facts of an entry no entry of `now` says any more; -1: it was none. */
int catalog_losses(const struct catalog *before, const struct catalog *now, struct str id);

#endif
