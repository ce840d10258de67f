/* SPDX-License-Identifier: Apache-2.0 */
/* Decides that the literals of the knowledge of the build become one database. */
#include "catalog/compile_internal.h"
#include "match/prefilter.h"

static int make_database(struct catalog_build *b, struct diag *d)
{
    struct catalog *out = &b->catalog;
    struct str *texts = arena_new_n(&b->memory, struct str, (size_t)out->n_literals + 1);

    if (!out->n_literals)
        return OK;
    if (!texts)
        return diag_set(d, E_NOMEM, "no memory for the catalogue");
    for (int i = 0; i < out->n_literals; i++)
        texts[i] = str_z(out->literals[i].text);
    int rc =
        prefilter_compile(texts, (size_t)out->n_literals, &b->literal_db, &out->literal_db_size, d);
    out->literal_db = b->literal_db;
    out->n_compiled = out->n_literals;
    return rc;
}

int catalog_compile(const struct catalog_source *files, size_t n, struct catalog_build *ret,
                    struct diag *d)
{
    struct catalog_build b;
    struct diag unused;
    int rc = compile_all(NULL, files, n, &b, d ? d : &unused);

    if (rc)
        return rc;
    if ((rc = make_database(&b, d ? d : &unused))) {
        catalog_build_done(&b);
        return rc;
    }
    *ret = b;
    return OK;
}
