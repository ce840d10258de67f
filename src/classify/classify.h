/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adds meaning to a sealed inventory: environment from paths and file names, criticality when
 * known, data classes that reach an asset. Classification never guesses: what no rule decides is
 * `unknown`. The catalogue, which has to outlive the inventory, says who issued a key.
 */
#ifndef STANCE_CLASSIFY_CLASSIFY_H
#define STANCE_CLASSIFY_CLASSIFY_H

#include "catalog/catalog.h"
#include "inventory/inventory.h"

void classify_inventory(struct inventory *inv, const struct catalog *c);
/* environment of one path: ".env.production" -> production; unknown without a clear mark. */
enum environment environment_of_path(struct str path);

/* Part of it: who issued a key that opens more than AI. */
void classify_keys(struct inventory *inv, const struct catalog *c);

#endif
