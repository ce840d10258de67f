/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a written graph becomes observations of an inventory. */
#include "assess/graph.h"

#define ATTRS_MAX 64

static int out_of_memory(struct diag *d)
{
    return diag_set(d, E_NOMEM, "memory ran out");
}

static bool place_says(const struct graph_place *pl, enum attr a)
{
    for (size_t i = 0; i < pl->n_attrs; i++)
        if (pl->attrs[i].attr == a)
            return true;
    return false;
}

static size_t add_attrs(const struct graph_attr *from, size_t n, const struct graph_place *unless,
                        struct place at, struct attribute *to, size_t used)
{
    for (size_t i = 0; i < n && used < ATTRS_MAX; i++) {
        if (from[i].dropped || (unless && place_says(unless, from[i].attr)))
            continue;
        to[used++] = (struct attribute){
            .attr = from[i].attr, .state = from[i].state, .value = from[i].value, .at = at};
    }
    return used;
}

/* "a.zip!/b" is the member b of an archive. */
static struct place place_of(const struct graph_place *pl)
{
    size_t end = str_find(pl->path, STR("!/"), 0);
    struct str member = end == SIZE_MAX ? STR("") : str_sub(pl->path, end + 2, pl->path.n);
    return (struct place){.target = pl->target,
                          .offset = -1,
                          .path = str_sub(pl->path, 0, end),
                          .member = member,
                          .pointer = pl->pointer,
                          .collector = STR("test")};
}

static int fill_place(const struct graph_asset *asset, const struct graph_place *pl,
                      struct inventory *inv, uint32_t *ret_handle, struct diag *d)
{
    struct attribute attrs[ATTRS_MAX];
    struct observation o = {.kind = asset->kind,
                            .name = asset->name,
                            .scope = asset->scope.n ? asset->scope : STR("test"),
                            .at = place_of(pl),
                            .labels = pl->labels,
                            .attrs = attrs};
    o.n_attrs = add_attrs(asset->attrs, asset->n_attrs, pl, o.at, attrs, 0);
    o.n_attrs = add_attrs(pl->attrs, pl->n_attrs, NULL, o.at, attrs, o.n_attrs);
    int rc = inventory_add(inv, &o, ret_handle);
    if (rc)
        return diag_set(d, rc, "the graph's asset " STR_FMT " cannot be added: %s",
                        STR_ARG(asset->name), err_name(rc));
    if (!asset->owner.n)
        return OK;
    struct owner_candidate c = {
        .name = asset->owner, .source = STR("codeowners"), .confidence = 90, .at = o.at};
    return inventory_owner(inv, *ret_handle, &c) ? out_of_memory(d) : OK;
}

static int fill_relations(const struct graph *g, const uint32_t *handles, struct inventory *inv,
                          struct diag *d)
{
    for (size_t i = 0; i < g->n_relations; i++) {
        const struct graph_relation *r = &g->relations[i];
        if (handles[r->from] == UINT32_MAX || handles[r->to] == UINT32_MAX)
            continue;
        struct place at = place_of(&g->assets[r->from].places[0]);
        if (inventory_relate(inv, handles[r->from], r->verb, handles[r->to], r->state, &at))
            return out_of_memory(d);
    }
    return OK;
}

static int fill_coverage(const struct graph *g, struct inventory *inv, struct diag *d)
{
    for (size_t i = 0; i < g->n_gaps; i++) {
        struct coverage_row row = {.source = STR("files"),
                                   .target = g->gaps[i].target,
                                   .path = g->gaps[i].path,
                                   .state = g->gaps[i].state,
                                   .reason = g->gaps[i].reason,
                                   .collectors = g->gaps[i].collectors};
        if (inventory_cover(inv, &row))
            return out_of_memory(d);
    }
    return OK;
}

int graph_fill(const struct graph *g, struct inventory *inv, struct diag *d)
{
    AUTO(arena) a = ARENA(1 << 20);
    uint32_t *handles = arena_new_n(&a, uint32_t, g->n_assets + 1);
    if (!handles)
        return out_of_memory(d);
    for (size_t i = 0; i < g->n_assets; i++) {
        handles[i] = UINT32_MAX;
        for (size_t j = 0; j < g->assets[i].n_places; j++) {
            const struct graph_place *pl = &g->assets[i].places[j];
            int rc = pl->dropped ? OK : fill_place(&g->assets[i], pl, inv, &handles[i], d);
            if (rc)
                return rc;
        }
    }
    int rc = fill_relations(g, handles, inv, d);
    return rc ? rc : fill_coverage(g, inv, d);
}
