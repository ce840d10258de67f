/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what one asset shows of its observations: values, places, name, aliases. */
#include "base/spill.h"
#include "inventory/inventory_build.h"

static int state_rank(enum attr_state s)
{
    switch (s) {
    case STATE_DECLARED: return 0;
    case STATE_RESOLVED: return 1;
    case STATE_INFERRED: return 2;
    case STATE_UNRESOLVED: return 3;
    case STATE_DEFAULT: return 4;
    default: return 5;
    }
}

static int attr_cmp(const struct attribute *a, const struct attribute *b)
{
    int c = state_rank(a->state) - state_rank(b->state);
    if (!c)
        c = place_cmp(&a->at, &b->at);
    if (!c)
        c = value_cmp(&a->value, &b->value);
    return c ? c : str_cmp(a->reason, b->reason);
}

void best_begin(struct inventory_build *b, enum kind kind)
{
    const struct kind_info *k = kind_info(kind);
    memset(&b->best[k->first_attr], 0, (size_t)k->attrs * sizeof(b->best[0]));
}

void best_offer(struct inventory_build *b, const struct attribute *a)
{
    const struct attribute **slot = &b->best[a->attr];
    if (!*slot || attr_cmp(a, *slot) < 0)
        *slot = a;
}

size_t best_count(const struct inventory_build *b, enum kind kind, bool per_asset)
{
    const struct kind_info *k = kind_info(kind);
    size_t n = 0;
    for (int i = k->first_attr; i < k->first_attr + k->attrs; i++)
        n += b->best[i] && REGISTRY_ATTRS[i].per_asset == per_asset;
    return n;
}

void best_take(const struct inventory_build *b, enum kind kind, bool per_asset,
               struct attribute *ret)
{
    const struct kind_info *k = kind_info(kind);
    for (int i = k->first_attr; i < k->first_attr + k->attrs; i++)
        if (b->best[i] && REGISTRY_ATTRS[i].per_asset == per_asset)
            *ret++ = *b->best[i];
}

/* Write the survivors of `per_asset` to fresh memory. */
static int best_keep(struct inventory *inv, enum kind kind, bool per_asset, struct attribute **ret,
                     size_t *ret_n)
{
    size_t n = best_count(inv->build, kind, per_asset);
    struct attribute *v = NULL;
    if (n && !(v = arena_new_n(&inv->mem, struct attribute, n)))
        return arena_error(&inv->mem);
    best_take(inv->build, kind, per_asset, v);
    *ret = v;
    *ret_n = n;
    return OK;
}

static int seen_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct inventory_build *b = ctx;
    const struct seen *x = &b->seen.v[*(const uint32_t *)pa];
    const struct seen *y = &b->seen.v[*(const uint32_t *)pb];
    int c = place_cmp(&x->at, &y->at);
    if (!c)
        c = str_cmp(x->name, y->name);
    return c ? c : str_cmp(x->scope, y->scope);
}

/* Merge the rows [from, to) of `rows`, which have the same place. */
static int make_place(struct inventory *inv, enum kind kind, const uint32_t *rows, size_t n,
                      struct inv_place *p)
{
    struct inventory_build *b = inv->build;
    const struct seen *first = &b->seen.v[rows[0]];
    spill_rest();
    *p = (struct inv_place){.at = first->at,
                            .labels = first->labels,
                            .attrs = first->n_place ? first->attrs : NULL,
                            .n_attrs = first->n_place,
                            .name = first->name};
    if (n == 1)
        return OK;
    best_begin(b, kind);
    for (size_t i = 0; i < n; i++) {
        const struct seen *s = &b->seen.v[rows[i]];
        p->labels |= s->labels;
        if (!p->name.n)
            p->name = s->name;
        for (uint32_t j = 0; j < s->n_place; j++)
            best_offer(b, &s->attrs[j]);
    }
    return best_keep(inv, kind, false, &p->attrs, &p->n_attrs);
}

static int make_places(struct inventory *inv, const uint32_t *rows, size_t n, struct asset *a)
{
    struct inventory_build *b = inv->build;
    size_t places = 0;
    for (size_t i = 0; i < n; i++) {
        spill_rest();
        places += !i || place_cmp_key(&b->seen.v[rows[i - 1]].at, &b->seen.v[rows[i]].at);
    }
    a->places = arena_new_n(&inv->mem, struct inv_place, places);
    if (!a->places)
        return arena_error(&inv->mem);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n; end++)
            if (place_cmp_key(&b->seen.v[rows[i]].at, &b->seen.v[rows[end]].at))
                break;
        int rc = make_place(inv, a->kind, rows + i, end - i, &a->places[a->n_places++]);
        if (rc)
            return rc;
    }
    return OK;
}

static int make_attrs(struct inventory *inv, const uint32_t *rows, size_t n, struct asset *a)
{
    struct inventory_build *b = inv->build;
    const struct seen *first = &b->seen.v[rows[0]];
    if (n == 1) {
        a->attrs = first->n_asset ? first->attrs + first->n_place : NULL;
        a->n_attrs = first->n_asset;
        return OK;
    }
    best_begin(b, a->kind);
    for (size_t i = 0; i < n; i++) {
        const struct seen *s = &b->seen.v[rows[i]];
        spill_rest();
        for (uint32_t j = 0; j < s->n_asset; j++)
            best_offer(b, &s->attrs[s->n_place + j]);
    }
    return best_keep(inv, a->kind, true, &a->attrs, &a->n_attrs);
}

/* Name and scope: of the first place that carries no label, else of the first that has one. */
static void choose_names(const struct inventory_build *b, const uint32_t *rows, size_t n,
                         struct asset *a)
{
    bool plain_name = false, plain_scope = false;
    a->labels = ~0u;
    for (size_t i = 0; i < a->n_places; i++)
        a->labels &= a->places[i].labels;
    for (size_t i = 0; i < n; i++) {
        const struct seen *s = &b->seen.v[rows[i]];
        bool plain = !s->labels;
        spill_rest();
        if (s->name.n && (!a->name.n || (plain && !plain_name))) {
            a->name = s->name;
            plain_name = plain;
        }
        if (s->scope.n && (!a->scope.n || (plain && !plain_scope))) {
            a->scope = s->scope;
            plain_scope = plain;
        }
    }
}

static int make_ids(struct inventory *inv)
{
    vec_each (d, &inv->build->drafts) {
        char id[IDENTITY_ID_SIZE];
        spill_rest();
        int rc = identity_id(d->kind, d->key, id);
        if (rc)
            return rc;
        d->id = arena_str(&inv->mem, str_z(id));
        if (!d->id.p)
            return arena_error(&inv->mem);
    }
    return OK;
}

static int draft_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct inventory_build *b = ctx;
    const struct draft *x = &b->drafts.v[*(const uint32_t *)pa];
    const struct draft *y = &b->drafts.v[*(const uint32_t *)pb];
    int c = (int)x->kind - (int)y->kind;
    if (!c)
        c = str_cmp(x->id, y->id);
    return c ? c : str_cmp(x->key, y->key);
}

static int make_asset(struct inventory *inv, const struct draft *d, uint32_t *order)
{
    struct inventory_build *b = inv->build;
    struct asset a = {.id = d->id, .kind = d->kind, .key = d->key, .rule = d->rule};
    uint32_t *rows = order + d->first;
    int rc = vec_sort_raw(rows, d->count, sizeof(*rows), seen_cmp, b);
    if (!rc)
        rc = make_places(inv, rows, d->count, &a);
    if (!rc)
        rc = make_attrs(inv, rows, d->count, &a);
    if (rc)
        return rc;
    choose_names(b, rows, d->count, &a);
    return vec_push(&inv->assets, a);
}

static int alias_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct inventory_alias *x = pa, *y = pb;
    int c = str_cmp(x->id, y->id);
    (void)ctx;
    return c ? c : x->asset < y->asset ? -1 : x->asset > y->asset;
}

/* Give each asset the ids of the drafts merged into it. */
static int make_aliases(struct inventory *inv, const uint32_t *index)
{
    struct inventory_build *b = inv->build;
    for (size_t i = 0; i < b->drafts.n; i++) {
        struct inventory_alias alias = {b->drafts.v[i].id, index[i]};
        spill_rest();
        if (b->drafts.v[i].root == i || index[i] == NO_ASSET)
            continue;
        inv->assets.v[index[i]].n_aliases++;
        if (vec_push(&inv->aliases, alias))
            return E_NOMEM;
    }
    int rc = vec_sort(&inv->aliases, alias_cmp, NULL);
    if (rc)
        return rc;
    vec_each (a, &inv->assets) {
        spill_rest();
        if (a->n_aliases && !(a->aliases = arena_new_n(&inv->mem, struct str, a->n_aliases)))
            return arena_error(&inv->mem);
        a->n_aliases = 0;
    }
    vec_each (alias, &inv->aliases) {
        struct asset *a = &inv->assets.v[alias->asset];
        a->aliases[a->n_aliases++] = alias->id;
    }
    return OK;
}

static int make_assets(struct inventory *inv, uint32_t *order, uint32_t *roots, uint32_t *ret_index)
{
    struct inventory_build *b = inv->build;
    size_t n = 0;
    for (size_t i = 0; i < b->drafts.n; i++) {
        ret_index[i] = NO_ASSET;
        if (b->drafts.v[i].count)
            roots[n++] = (uint32_t)i;
    }
    int rc = vec_sort_raw(roots, n, sizeof(*roots), draft_cmp, b);
    for (size_t i = 0; !rc && i < n; i++) {
        ret_index[roots[i]] = (uint32_t)inv->assets.n;
        rc = make_asset(inv, &b->drafts.v[roots[i]], order);
    }
    for (size_t i = 0; i < b->drafts.n; i++)
        ret_index[i] = ret_index[b->drafts.v[i].root];
    return rc ? rc : make_aliases(inv, ret_index);
}

int merge_assets(struct inventory *inv, uint32_t *ret_index)
{
    struct inventory_build *b = inv->build;
    uint32_t *order = mem_array(NULL, b->seen.n + 1, sizeof(*order));
    uint32_t *roots = mem_array(NULL, b->drafts.n + 1, sizeof(*roots));
    int rc = order && roots ? make_ids(inv) : E_NOMEM;
    if (!rc)
        rc = seen_group(b, true, order);
    if (!rc)
        rc = make_assets(inv, order, roots, ret_index);
    mem_free(order);
    mem_free(roots);
    return rc;
}
