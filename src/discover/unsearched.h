/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts in which no detector looks for the hosts of AI vendors: pages, queries, build scripts. That
 * none was found says nothing of them, so each kind is a row of coverage with its count.
 *
 *     const struct catalog_unread *kind = unsearched(c, STR("web/index.html"));
 *     if (kind)
 *         counts.texts[kind->text - 1]++;              "pages"
 *
 * Which kinds there are: `texts` in knowledge/walk/unread.yaml. Whether hosts are looked for in a
 * file, the detector says (HOST_SEARCH): what it learns to read is counted no more.
 */
#ifndef STANCE_DISCOVER_UNSEARCHED_H
#define STANCE_DISCOVER_UNSEARCHED_H

#include "catalog/catalog.h"

#define HOST_SEARCH "vendor-hosts"

/* NULL: hosts are looked for in it, or the row of its format says that it is not read. */
const struct catalog_unread *unsearched(const struct catalog *c, struct str path);

#endif
