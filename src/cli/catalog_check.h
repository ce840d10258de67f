/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stance catalog check [FOLDER]`: whether a pack fits the catalogue, and how much of what is known
 * has a source.
 */
#ifndef STANCE_CLI_CATALOG_CHECK_H
#define STANCE_CLI_CATALOG_CHECK_H

#include "catalog/catalog.h"
#include "cli/command.h"

/* `folder` empty: what is built in. */
int catalog_check(struct invocation *in, struct str folder, struct diag *d);

#endif
