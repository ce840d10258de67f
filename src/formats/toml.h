/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML 1.0.0 (https://toml.io/en/v1.0.0) into a struct doc. Dates and times are NODE_STRING with
 * their text as written; integers and floats are NODE_NUMBER as written; arrays of tables are
 * NODE_ARRAY of NODE_OBJECT. Redefinition of a key or table is E_PARSE as the specification asks.
 * Node offsets point to the value (tables: to their header, or to the dotted key that made them;
 * the root covers the input). A leading BOM is skipped; CRLF inside strings stays as written.
 * Siblings stand in the order of their first mention.
 */
#ifndef STANCE_FORMATS_TOML_H
#define STANCE_FORMATS_TOML_H

#include "formats/doc.h"

/* 0, E_PARSE (line and column set), E_LIMIT, E_NOMEM. */
int toml_parse(struct str text, const struct limits *lim, struct arena *a, struct doc *ret,
               struct diag *d) MUST_CHECK;

#endif
