/* SPDX-License-Identifier: Apache-2.0 */
/* Decides who answers for what lies in the folder of an application whose manifest names people. */
#include "base/path.h"
#include "link/link_internal.h"

/* Of the manifest of a folder above: less sure than a manifest's own word. */
#define INHERITED_CONFIDENCE 25

struct person {
    struct owner_candidate c;
    bool of_application; /* not only of the folder */
};

/* The people that manifests of one folder name. */
struct manifest_owners {
    uint32_t item; /* index of the first item that speaks for the folder */
    struct str folder;
    struct {
        VEC(struct person);
    } people;
};

struct inheritance {
    struct link *l;
    struct inventory *inv;
    struct map at; /* folder -> index of its manifests */
    struct {
        VEC(struct manifest_owners);
    } manifests;
};

static int take_owner(struct inheritance *h, uint32_t item, const struct fact *f)
{
    const struct linked_item *it = &h->l->items.v[item];
    if (f->from != FACT_NONE && it->facts.v[f->from].asset.kind != KIND_APPLICATION)
        return 0;
    struct str path = place_path(h->l, &f->at), folder = path_dir(path);
    uint64_t *slot;
    if (!path.p)
        return arena_error(&h->l->mem);
    int rc = folder_put(&h->at, it->target, folder, &slot);
    if (rc)
        return rc;
    if (*slot == FACT_NONE) {
        *slot = h->manifests.n;
        rc = vec_push(&h->manifests, ((struct manifest_owners){.item = item, .folder = folder}));
    }
    struct person person = {.c = {.name = f->owners[0],
                                  .source = f->source,
                                  .confidence = MIN(f->confidence, INHERITED_CONFIDENCE),
                                  .at = f->at},
                            .of_application = f->from != FACT_NONE};
    return rc ? rc : vec_push(&h->manifests.v[*slot].people, person);
}

/* A repository inside another answers for itself. */
static int same_scope(struct inheritance *h, uint32_t target, struct str a, struct str b, bool *ret)
{
    struct scope of_a, of_b;
    int rc = scope_of(h->l, target, a, &of_a);
    if (!rc)
        rc = scope_of(h->l, target, b, &of_b);
    *ret = !rc && str_eq(of_a.id, of_b.id);
    return rc;
}

/* `speaks`: the place is a manifest that was heard for its own folder. */
static int inherit(struct inheritance *h, const struct place *at, bool speaks, uint32_t handle)
{
    struct str path = place_path(h->l, at);
    bool same;
    uint32_t index;
    if (!path.p)
        return arena_error(&h->l->mem);
    int rc = folder_find(&h->at, at->target, path_dir(path), &index);
    if (rc || index == FACT_NONE)
        return rc;
    const struct manifest_owners *m = &h->manifests.v[index];
    bool own = str_eq(m->folder, path_dir(path));
    rc = same_scope(h, at->target, at->path, h->l->items.v[m->item].path, &same);
    for (size_t k = 0; !rc && same && k < m->people.n; k++) {
        const struct person *p = &m->people.v[k];
        if (!(own && speaks && p->of_application)) /* its own word, taken already */
            rc = inventory_owner(h->inv, handle, &p->c);
    }
    return rc;
}

static int inherit_fact(struct inheritance *h, const struct linked_item *it, size_t i)
{
    const struct observation *o = &it->facts.v[i].asset;
    return inherit(h, &it->facts.v[i].at, o->kind == KIND_APPLICATION, it->handles[i]);
}

static int inherit_all(struct inheritance *h)
{
    int rc = 0;
    for (uint32_t k = 0; k < h->l->items.n && !rc; k++) {
        struct linked_item *it = &h->l->items.v[k];
        if (!item_has(it, FACT_OWNER))
            continue;
        rc = item_open(h->l, it);
        for (size_t i = 0; i < it->facts.n && !rc; i++)
            if (it->facts.v[i].type == FACT_OWNER)
                rc = take_owner(h, k, &it->facts.v[i]);
    }
    for (uint32_t k = 0; k < h->l->items.n && !rc && h->manifests.n; k++) {
        struct linked_item *it = &h->l->items.v[k];
        if (!item_has(it, FACT_ASSET))
            continue;
        rc = item_open(h->l, it);
        for (size_t i = 0; i < it->facts.n && !rc; i++)
            if (it->facts.v[i].type == FACT_ASSET && it->facts.v[i].asset.kind != KIND_PACKAGE)
                rc = inherit_fact(h, it, i); /* a package is shared by those who use it */
    }
    vec_each (m, &h->l->made)
        if (!rc && h->manifests.n)
            rc = inherit(h, &m->at, false, m->handle);
    return rc;
}

int owners_inherit(struct link *l, struct inventory *inv)
{
    struct inheritance h = {.l = l, .inv = inv, .at = MAP_OWNED(&l->mem)};
    int rc = inherit_all(&h);
    vec_each (m, &h.manifests)
        vec_free(&m->people);
    vec_free(&h.manifests);
    map_done(&h.at);
    return rc;
}
