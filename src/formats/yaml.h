/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML 1.2 core schema into a struct doc, over libyaml's events (libyaml 0.2.5 is quadratic on
 * nested flow collections, hence the depth cap is applied to its events as they come).
 *
 * Scalars are resolved here by the 1.2 core schema (null, true/false, integers, floats; plain "no",
 * "on" and "0777" stay strings); quoted scalars are strings, and so are those with a tag outside
 * the core schema. Aliases are not expanded: an alias is a NODE_NULL with NODE_ALIAS and its name
 * as text, and yaml_target gives the node it stands for.
 * "<<" is an ordinary key. A key that is a collection or an alias has its text as it is written.
 * Only the first document of a stream is read; the rest is validated.
 * Offsets are bytes into the input, which must be UTF-8; they leave out anchors and tags. A block
 * collection ends where its last scalar ends.
 */
#ifndef STANCE_FORMATS_YAML_H
#define STANCE_FORMATS_YAML_H

#include "formats/doc.h"

/* 0, E_PARSE (line and column set), E_LIMIT, E_NOMEM. Empty input gives a NODE_NULL root. */
int yaml_parse(struct str text, const struct limits *lim, struct arena *a, struct doc *ret,
               struct diag *d) MUST_CHECK;

/*
 * The node an alias stands for: an earlier one that does not hold the alias, so following never
 * goes round. NULL when there is none such: no anchor before the alias, or only one on a key or on
 * a collection around it. Other nodes give themselves. Following all aliases of a document may
 * visit exponentially many nodes: count steps.
 */
const struct node *yaml_target(const struct doc *doc, const struct node *n);

#endif
