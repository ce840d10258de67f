/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody has in hand, as it stands in a log, a manifest or a command: an address, a host
 * with its port, an image with tag and digest, coordinates of a package; which facts know it.
 *
 *     catalog_lookup(c, STR("https://api.openai.com:443/v1/chat"), take, ctx)
 *                                         openai, hosts.api, "api.openai.com"
 *
 * Packages: "pkg:npm/%40ai-sdk/openai@1.0" (package URL specification), "npm:openai", "openai@4",
 * "openai[voice]==1.0" (PEP 508), "group:artifact:1.0", "github.com/openai/openai-go/v3@v3.1.0". A
 * name without an ecosystem is looked up in all of them.
 */
#ifndef STANCE_CATALOG_LOOKUP_H
#define STANCE_CATALOG_LOOKUP_H

#include "catalog/facts.h"

/* In a fixed order, each once; ends with what `take` returns when that is not 0. `entry` is an
 * index. */
int catalog_lookup(const struct catalog *c, struct str text,
                   int (*take)(void *ctx, int entry, const struct catalog_fact *f), void *ctx);

/*
 * The entry that a person calls so: by its id, else its name, else an alias, in any case. NULL with
 * *ret_more: an alias of several, of which this is another.
 */
const struct catalog_entry *catalog_called(const struct catalog *c, struct str word,
                                           const struct catalog_entry *ret_more[2]);

#endif
