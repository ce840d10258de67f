/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the order of relations, values, owners and coverage, and what is a duplicate. */
#include "base/spill.h"
#include "inventory/inventory_build.h"

static int cmp_u64(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int edge_cmp(const struct relation *x, const struct relation *y)
{
    int c = cmp_u64(x->from, y->from);
    if (!c)
        c = cmp_u64(x->verb, y->verb);
    return c ? c : cmp_u64(x->to, y->to);
}

/* What was seen to happen says more than what is written, that more than what is possible. */
static int relation_rank(enum relation_state s)
{
    switch (s) {
    case RELATION_OBSERVED: return 0;
    case RELATION_DECLARED: return 1;
    case RELATION_GRANTED: return 2;
    default: return 3;
    }
}

static int relation_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct relation *x = pa, *y = pb;
    int c = edge_cmp(x, y);
    (void)ctx;
    if (!c)
        c = place_cmp(&x->at, &y->at);
    return c ? c : relation_rank(x->state) - relation_rank(y->state);
}

/* Add a row to the kept one of the same edge; `last` is the row before it. */
static void fold_relation(struct relation *kept, const struct relation *last,
                          const struct relation *r)
{
    kept->seen += place_cmp_key(&last->at, &r->at) != 0;
    if (relation_rank(r->state) < relation_rank(kept->state)) {
        kept->state = r->state;
        kept->at = r->at;
    }
}

int sort_relations(struct inventory *inv, const uint32_t *index)
{
    size_t n = 0;
    for (size_t i = 0; i < inv->relations.n; i++) {
        struct relation r = inv->relations.v[i];
        bool loop = r.from == r.to;
        spill_rest();
        r.from = index[r.from];
        r.to = index[r.to];
        if (r.from != NO_ASSET && r.to != NO_ASSET && (loop || r.from != r.to))
            inv->relations.v[n++] = r;
    }
    inv->relations.n = n;
    int rc = vec_sort(&inv->relations, relation_cmp, NULL);
    if (rc)
        return rc;
    struct relation *v = inv->relations.v, last = {0};
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct relation r = v[i];
        spill_rest();
        if (kept && !edge_cmp(&v[kept - 1], &r))
            fold_relation(&v[kept - 1], &last, &r);
        else
            v[kept++] = r;
        last = r;
    }
    inv->relations.n = kept;
    return OK;
}

static int data_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct data_value *x = pa, *y = pb;
    int c = cmp_u64(x->asset, y->asset);
    (void)ctx;
    if (!c)
        c = cmp_u64(x->class, y->class);
    if (!c)
        c = str_cmp(x->kind, y->kind);
    if (!c)
        c = place_cmp(&x->at, &y->at);
    if (!c)
        c = cmp_u64(x->length, y->length);
    return c ? c : str_cmp(x->fingerprint, y->fingerprint);
}

int sort_values(struct inventory *inv, const uint32_t *index)
{
    vec_each (v, &inv->values) {
        spill_rest();
        v->asset = index[v->asset];
    }
    int rc = vec_sort(&inv->values, data_cmp, NULL);
    if (rc)
        return rc;
    size_t kept = 0;
    for (size_t i = 0; i < inv->values.n; i++) {
        const struct data_value *v = &inv->values.v[i];
        spill_rest();
        if (v->asset != NO_ASSET && (!kept || data_cmp(&inv->values.v[kept - 1], v, NULL)))
            inv->values.v[kept++] = *v;
    }
    inv->values.n = kept;
    return OK;
}

static int candidate_cmp(const struct owner_candidate *x, const struct owner_candidate *y)
{
    int c = -cmp_u64(x->confidence, y->confidence);
    if (!c)
        c = str_cmp(x->name, y->name);
    if (!c)
        c = str_cmp(x->source, y->source);
    return c ? c : place_cmp(&x->at, &y->at);
}

static int owner_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct owner_row *x = pa, *y = pb;
    int c = cmp_u64(x->draft, y->draft);
    (void)ctx;
    return c ? c : candidate_cmp(&x->c, &y->c);
}

/* Owners of one asset, best first; of one name and source only the best stays. */
static int take_owners(struct inventory *inv, const struct owner_row *rows, size_t n,
                       struct asset *a)
{
    AUTO(map) seen = MAP_INIT;
    AUTO(arena) keys = ARENA(0);
    AUTO(buf) key = BUF_INIT;
    seen.keys = &keys;
    a->owners = arena_new_n(&inv->mem, struct owner_candidate, n);
    if (!a->owners)
        return arena_error(&inv->mem);
    for (size_t i = 0; i < n; i++) {
        bool fresh = false;
        buf_clear(&key);
        buf_addf(&key, "%zu ", rows[i].c.name.n);
        buf_add(&key, rows[i].c.name);
        buf_add(&key, rows[i].c.source);
        if (buf_result(&key) || !map_put(&seen, buf_str(&key), &fresh))
            return E_NOMEM;
        if (fresh)
            a->owners[a->n_owners++] = rows[i].c;
    }
    return OK;
}

int sort_owners(struct inventory *inv, const uint32_t *index)
{
    struct inventory_build *b = inv->build;
    vec_each (row, &b->owners) {
        spill_rest();
        row->draft = index[row->draft];
    }
    int rc = vec_sort(&b->owners, owner_cmp, NULL);
    for (size_t i = 0, end; !rc && i < b->owners.n; i = end) {
        const struct owner_row *rows = b->owners.v;
        for (end = i + 1; end < b->owners.n && rows[end].draft == rows[i].draft;)
            end++;
        if (rows[i].draft != NO_ASSET)
            rc = take_owners(inv, rows + i, end - i, &inv->assets.v[rows[i].draft]);
    }
    return rc;
}

static int coverage_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct coverage_row *x = pa, *y = pb;
    int c = cmp_u64(x->target, y->target);
    (void)ctx;
    if (!c)
        c = str_cmp(x->source, y->source);
    if (!c)
        c = cmp_u64(x->state, y->state);
    if (!c)
        c = str_cmp(x->path, y->path);
    if (!c)
        c = str_cmp(x->reason, y->reason);
    return c ? c : str_cmp(x->collectors, y->collectors);
}

int sort_coverage(struct inventory *inv)
{
    struct coverage_row *v = inv->coverage.v;
    int rc = vec_sort(&inv->coverage, coverage_cmp, NULL);
    if (rc)
        return rc;
    size_t kept = 0;
    for (size_t i = 0; i < inv->coverage.n; i++) {
        spill_rest();
        if (!kept || coverage_cmp(&v[kept - 1], &v[i], NULL)) {
            v[kept++] = v[i];
            continue;
        }
        v[kept - 1].files += v[i].files;
        v[kept - 1].bytes += v[i].bytes;
    }
    inv->coverage.n = kept;
    return OK;
}
