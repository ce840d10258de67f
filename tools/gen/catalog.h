/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a compiled catalogue as C tables. */
#ifndef STANCE_TOOLS_GEN_CATALOG_H
#define STANCE_TOOLS_GEN_CATALOG_H

#include "base/buf.h"
#include "catalog/catalog.h"

void catalog_write_c(const struct catalog *c, struct buf *out);

#endif
