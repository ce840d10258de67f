/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which one of its kind a secret in a file is. */
#include "loop/secret_order.h"

#include "base/spill.h"
#include "base/vec.h"

struct row {
    const struct place *at;
    struct str kind;
    uint32_t index; /* in `nth` */
};

struct rows {
    VEC(struct row);
};

struct str secret_kind(const struct asset *a)
{
    const struct attribute *kind = asset_attr(a, 0, ATTR_CREDENTIAL_SECRET_KIND);
    return kind ? kind->value.text : STR("");
}

static int cmp_u64(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int cmp_group(const struct row *x, const struct row *y)
{
    int c = cmp_u64(x->at->target, y->at->target);
    c = c ? c : str_cmp(x->at->path, y->at->path);
    return c ? c : str_cmp(x->kind, y->kind);
}

/* In a converted text there are no offsets: lines and columns tell. */
static int cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct row *x = a, *y = b;
    int c = cmp_group(x, y);
    if (!c && x->at->offset != y->at->offset)
        return x->at->offset < y->at->offset ? -1 : 1;
    c = c ? c : cmp_u64(x->at->line, y->at->line);
    c = c ? c : cmp_u64(x->at->column, y->at->column);
    c = c ? c : place_cmp(x->at, y->at);
    return c ? c : cmp_u64(x->index, y->index);
}

static int collect(const struct inventory *inv, uint32_t *first, struct rows *rows)
{
    for (size_t i = 0; i < inv->assets.n; i++) {
        const struct asset *a = &inv->assets.v[i];
        size_t n = a->kind == KIND_CREDENTIAL ? a->n_places : 0;
        spill_rest();
        if (rows->n + n >= UINT32_MAX)
            return E_LIMIT;
        first[i] = (uint32_t)rows->n;
        for (size_t k = 0; k < n; k++) {
            struct row row = {&a->places[k].at, secret_kind(a), (uint32_t)rows->n};
            if (vec_push(rows, row))
                return E_NOMEM;
        }
    }
    return 0;
}

static void number(const struct rows *rows, uint32_t *nth)
{
    uint32_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n = i && !cmp_group(&rows->v[i - 1], &rows->v[i]) ? n + 1 : 0;
        nth[rows->v[i].index] = n;
    }
}

int secret_order_make(const struct inventory *inv, struct secret_order *ret)
{
    struct rows rows = {0};
    struct secret_order o = {.first = mem_array(NULL, inv->assets.n + 1, sizeof(*o.first))};
    int rc = o.first ? collect(inv, o.first, &rows) : E_NOMEM;
    if (!rc && !(o.nth = mem_array(NULL, rows.n + 1, sizeof(*o.nth))))
        rc = E_NOMEM;
    rc = rc ? rc : vec_sort(&rows, cmp, NULL);
    if (!rc)
        number(&rows, o.nth);
    vec_free(&rows);
    if (rc)
        secret_order_done(&o);
    else
        *ret = o;
    return rc;
}

uint32_t secret_order_of(const struct secret_order *o, size_t asset, size_t place)
{
    return o->nth[o->first[asset] + place];
}

void secret_order_done(struct secret_order *o)
{
    mem_free(o->first);
    mem_free(o->nth);
    *o = (struct secret_order){0};
}
