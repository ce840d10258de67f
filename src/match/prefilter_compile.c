/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the literals become a database: for any processor, one for each way to scan. */
#include <hs/hs.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/prefilter.h"
#include "match/prefilter_db.h"

/* The arrays hs_compile_lit_multi wants. */
struct columns {
    const char **text;
    size_t *length;
    unsigned *flags, *ids;
    unsigned n;
};

static void columns_done(struct columns *c)
{
    mem_free(c->text);
    mem_free(c->length);
    mem_free(c->flags);
    mem_free(c->ids);
}

static int columns_init(struct columns *c, const struct str *literals, size_t n, struct diag *d)
{
    if (!n || n > INT32_MAX)
        return diag_set(d, E_USAGE, "a literal database needs at least one literal");
    c->n = (unsigned)n;
    c->text = mem_array(NULL, n, sizeof(*c->text));
    c->length = mem_array(NULL, n, sizeof(*c->length));
    c->flags = mem_array(NULL, n, sizeof(*c->flags));
    c->ids = mem_array(NULL, n, sizeof(*c->ids));
    if (!c->text || !c->length || !c->flags || !c->ids)
        return diag_set(d, E_NOMEM, "no memory for the literals");
    for (unsigned i = 0; i < c->n; i++) {
        if (!literals[i].n)
            return diag_set(d, E_USAGE, "literal %u is empty", i);
        c->text[i] = literals[i].p;
        c->length[i] = literals[i].n;
        c->flags[i] = 0;
        c->ids[i] = i;
    }
    return OK;
}

/* Append one serialised database; *ret_n is its size. */
static int add_database(struct buf *out, const struct columns *c, unsigned mode, uint32_t *ret_n,
                        struct diag *d)
{
    const hs_platform_info_t generic = {0};
    hs_compile_error_t *error = NULL;
    hs_database_t *db = NULL;
    char *bytes = NULL;
    size_t n = 0;
    int rc;

    if (hs_compile_lit_multi(c->text, c->flags, c->ids, c->length, c->n, mode, &generic, &db,
                             &error)) {
        rc = diag_set(d, E_PARSE, "literal %d: %s", error->expression, error->message);
        hs_free_compile_error(error);
        return rc;
    }
    rc = hs_serialize_database(db, &bytes, &n);
    hs_free_database(db);
    if (rc || n > UINT32_MAX)
        return diag_set(d, E_NOMEM, "the literal database cannot be serialised");
    buf_add(out, (struct str){bytes, n});
    free(bytes);
    *ret_n = (uint32_t)n;
    return buf_result(out);
}

int prefilter_compile(const struct str *literals, size_t n, char **ret_bytes, size_t *ret_n,
                      struct diag *d)
{
    struct prefilter_head head = {.magic = PREFILTER_MAGIC, .literals = (uint32_t)n};
    AUTO(columns) c = {0};
    AUTO(buf) out = BUF_INIT;
    int rc;

    if ((rc = columns_init(&c, literals, n, d)))
        return rc;
    buf_add(&out, (struct str){(char *)&head, sizeof(head)});
    if ((rc = add_database(&out, &c, HS_MODE_BLOCK, &head.block_bytes, d)) ||
        (rc = add_database(&out, &c, HS_MODE_STREAM, &head.stream_bytes, d)))
        return rc;
    memcpy(out.p, &head, sizeof(head));
    *ret_bytes = buf_detach(&out, ret_n);
    return OK;
}
