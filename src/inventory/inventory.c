/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the inventory keeps of each observation, and how a finished one is asked. */
#include "inventory/inventory_build.h"

/* What an identity key takes until and after sealing, beside its text. */
enum { DRAFT_BYTES = sizeof(struct draft) + sizeof(struct map_entry) + sizeof(struct asset) + 128 };

int inventory_init(struct inventory *inv, size_t memory_cap)
{
    *inv = (struct inventory){.mem = ARENA(memory_cap)};
    inv->build = mem_alloc(sizeof(*inv->build));
    if (!inv->build)
        return E_NOMEM;
    inv->build->drafts_by_key = (struct map)MAP_OWNED(&inv->mem);
    inv->build->texts = (struct map)MAP_OWNED(&inv->mem);
    inv->build->scratch = inv->build->full_key = (struct buf)BUF_INIT;
    inv->build->cap = memory_cap;
    return OK;
}

static void build_free(struct inventory_build *b)
{
    if (!b)
        return;
    map_done(&b->drafts_by_key);
    map_done(&b->texts);
    vec_free(&b->drafts);
    vec_free(&b->seen);
    vec_free(&b->owners);
    buf_done(&b->scratch);
    buf_done(&b->full_key);
    mem_free(b);
}

void inventory_done(struct inventory *inv)
{
    build_free(inv->build);
    inv->build = NULL;
    vec_free(&inv->assets);
    vec_free(&inv->relations);
    vec_free(&inv->values);
    vec_free(&inv->coverage);
    vec_free(&inv->path_owners);
    vec_free(&inv->unheard);
    vec_free(&inv->aliases);
    arena_done(&inv->mem);
    inv->sealed = false;
}

/* The draft of the observation's key, made when it is new. */
static int find_draft(struct inventory *inv, const struct observation *o, uint32_t *ret)
{
    struct inventory_build *b = inv->build;
    int rule = 0, rc = identity_key(o, &b->scratch, &rule);
    bool fresh;
    if (rc == E_NOTFOUND) {
        identity_fallback(o, &b->scratch);
        rule = kind_info(o->kind)->identities;
        rc = buf_result(&b->scratch);
    }
    if (rc)
        return rc;
    size_t prefix = strlen(kind_info(o->kind)->name) + 1;
    buf_clear(&b->full_key);
    buf_addz(&b->full_key, kind_info(o->kind)->name);
    buf_addc(&b->full_key, ' ');
    buf_add(&b->full_key, buf_str(&b->scratch));
    if (buf_result(&b->full_key))
        return E_NOMEM;
    uint64_t *slot = map_put(&b->drafts_by_key, buf_str(&b->full_key), &fresh);
    if (!slot)
        return inventory_memory_error(inv);
    if (fresh)
        *slot = NO_ASSET;
    if (*slot == NO_ASSET) {
        const char *entry = (const char *)slot - offsetof(struct map_entry, value);
        struct str key = ((const struct map_entry *)(const void *)entry)->key;
        struct draft d = {.kind = o->kind, .rule = rule, .key = str_sub(key, prefix, key.n)};
        rc = inventory_charge(inv, DRAFT_BYTES);
        if (rc || (rc = vec_push(&b->drafts, d)))
            return rc;
        *slot = b->drafts.n - 1;
    }
    *ret = (uint32_t)*slot;
    return OK;
}

int inventory_add(struct inventory *inv, const struct observation *o, uint32_t *ret_handle)
{
    struct inventory_build *b = inv->build;
    struct seen s = {.labels = o->labels};
    if (!b || !kind_info(o->kind))
        return E_BUG;
    if (b->seen.n >= NO_ASSET - 1)
        return E_LIMIT;
    int rc = inventory_charge(inv, sizeof(s) + sizeof(struct inv_place));
    if (!rc)
        rc = inventory_place(inv, &o->at, &s.at);
    if (!rc)
        rc = inventory_text(inv, o->name, &s.name);
    if (!rc)
        rc = inventory_text(inv, o->scope, &s.scope);
    if (!rc)
        rc = inventory_attrs(inv, o, &s);
    if (!rc)
        rc = find_draft(inv, o, &s.draft);
    if (!rc)
        rc = vec_push(&b->seen, s);
    if (!rc)
        *ret_handle = s.draft;
    return rc;
}

static bool is_handle(const struct inventory *inv, uint32_t handle)
{
    return inv->build && handle < inv->build->drafts.n;
}

int inventory_relate(struct inventory *inv, uint32_t from, enum verb verb, uint32_t to,
                     enum relation_state state, const struct place *at)
{
    static const struct place none = {.offset = -1};
    struct relation r = {.from = from, .to = to, .verb = verb, .state = state, .seen = 1};
    if (!is_handle(inv, from) || !is_handle(inv, to))
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(r));
    if (!rc)
        rc = inventory_place(inv, at ? at : &none, &r.at);
    return rc ? rc : vec_push(&inv->relations, r);
}

int inventory_value(struct inventory *inv, uint32_t holder, const struct data_value *v)
{
    struct data_value copy = *v;
    if (!is_handle(inv, holder))
        return E_BUG;
    copy.asset = holder;
    int rc = inventory_charge(inv, sizeof(copy));
    if (!rc)
        rc = inventory_place(inv, &v->at, &copy.at);
    if (!rc)
        rc = inventory_text(inv, v->kind, &copy.kind);
    if (!rc)
        rc = inventory_text(inv, v->fingerprint, &copy.fingerprint);
    return rc ? rc : vec_push(&inv->values, copy);
}

int inventory_owner(struct inventory *inv, uint32_t handle, const struct owner_candidate *c)
{
    struct owner_row row = {.draft = handle, .c = *c};
    if (!is_handle(inv, handle))
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(row));
    if (!rc)
        rc = inventory_place(inv, &c->at, &row.c.at);
    if (!rc)
        rc = inventory_text(inv, c->name, &row.c.name);
    if (!rc)
        rc = inventory_text(inv, c->source, &row.c.source);
    return rc ? rc : vec_push(&inv->build->owners, row);
}

int inventory_path_owner(struct inventory *inv, uint32_t target, struct str path, struct str name)
{
    struct path_owner row = {.target = target};
    const struct path_owner *last =
        inv->path_owners.n ? &inv->path_owners.v[inv->path_owners.n - 1] : NULL;
    if (!inv->build)
        return E_BUG;
    /* What stands in one file is told one after the other. */
    if (last && last->target == target && str_eq(last->path, path) && str_eq(last->name, name))
        return 0;
    int rc = inventory_charge(inv, sizeof(row));
    if (!rc)
        rc = inventory_text(inv, path, &row.path);
    if (!rc)
        rc = inventory_text(inv, name, &row.name);
    return rc ? rc : vec_push(&inv->path_owners, row);
}

static int path_owner_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct path_owner *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    int order = str_cmp(x->path, y->path);
    return order ? order : str_cmp(x->name, y->name);
}

/* As with the owners of an asset, the first name of equally sure ones. */
static int sort_path_owners(struct inventory *inv)
{
    struct path_owner *v = inv->path_owners.v;
    size_t n = inv->path_owners.n, kept = 0;
    int rc = vec_sort(&inv->path_owners, path_owner_cmp, NULL);
    for (size_t i = 0; i < n && !rc; i++)
        if (!kept || v[kept - 1].target != v[i].target || !str_eq(v[kept - 1].path, v[i].path))
            v[kept++] = v[i];
    inv->path_owners.n = rc ? n : kept;
    return rc;
}

int inventory_cover(struct inventory *inv, const struct coverage_row *row)
{
    struct coverage_row copy = *row;
    if (!inv->build)
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(copy));
    if (!rc)
        rc = inventory_text(inv, row->source, &copy.source);
    if (!rc)
        rc = inventory_text(inv, row->path, &copy.path);
    if (!rc)
        rc = inventory_text(inv, row->reason, &copy.reason);
    if (!rc)
        rc = inventory_text(inv, row->collectors, &copy.collectors);
    return rc ? rc : vec_push(&inv->coverage, copy);
}

int inventory_unheard(struct inventory *inv, uint32_t target, struct str folder)
{
    struct unheard u = {.target = target};
    if (!inv->build)
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(u));
    if (!rc)
        rc = inventory_text(inv, folder, &u.folder);
    return rc ? rc : vec_push(&inv->unheard, u);
}

int inventory_seal(struct inventory *inv)
{
    struct inventory_build *b = inv->build;
    if (!b || inv->sealed)
        return E_BUG;
    uint32_t *index = mem_array(NULL, b->drafts.n + 1, sizeof(*index));
    if (!index)
        return E_NOMEM;
    int rc = merge_roots(inv);
    if (!rc)
        rc = merge_assets(inv, index);
    if (!rc)
        rc = sort_owners(inv, index);
    vec_each (a, &inv->assets)
        a->owner_state = a->n_owners ? FACT_KNOWN : FACT_UNKNOWN;
    if (!rc)
        rc = sort_relations(inv, index);
    if (!rc)
        rc = sort_values(inv, index);
    if (!rc)
        rc = sort_coverage(inv);
    if (!rc)
        rc = sort_path_owners(inv);
    mem_free(index);
    if (rc)
        return rc;
    build_free(b);
    inv->build = NULL;
    inv->sealed = true;
    return OK;
}

const struct attribute *asset_attr(const struct asset *a, size_t place, enum attr attr)
{
    const struct attr_info *info = attr_info(attr);
    bool per_place = info && !info->per_asset;
    if (!info || (per_place && place >= a->n_places))
        return NULL;
    const struct attribute *v = per_place ? a->places[place].attrs : a->attrs;
    size_t low = 0, high = per_place ? a->places[place].n_attrs : a->n_attrs, n = high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (v[mid].attr < attr)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && v[low].attr == attr ? &v[low] : NULL;
}
