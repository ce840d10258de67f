/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of models: what a name comes to without what providers put around it, which family it is
 * of, and what is known of that very model.
 *
 *     AUTO(model_names) m = {0};
 *     model_names_init(&m, &CATALOG, d)
 *     model_names_normal(&m, STR("us.anthropic.claude-sonnet-4-6"), &out)     claude-sonnet-4-6
 *     model_names_family(&m, buf_str(&out))                                   Claude
 *     model_names_find(&m, buf_str(&out))                                     or NULL
 *
 * Forms and families are data (knowledge/models): see catalog.h.
 */
#ifndef STANCE_CATALOG_MODEL_NAMES_H
#define STANCE_CATALOG_MODEL_NAMES_H

#include "base/buf.h"
#include "catalog/catalog.h"

struct regex;

struct model_names {
    const struct catalog *catalog;
    struct regex **forms, **families;
};

/* E_NOMEM; E_PARSE for a pattern that is none. */
int model_names_init(struct model_names *m, const struct catalog *c, struct diag *d) MUST_CHECK;
void model_names_done(struct model_names *m);
/* Lower case, without forms. Names over 512 bytes come to nothing (E_LIMIT). */
int model_names_normal(const struct model_names *m, struct str name, struct buf *ret) MUST_CHECK;
/* Of a normal name; NULL: unknown. */
const struct catalog_family *model_names_family(const struct model_names *m, struct str normal);
/* By its id or an alias. */
const struct catalog_model *model_names_find(const struct model_names *m, struct str normal);

#endif
