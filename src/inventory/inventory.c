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
    vec_free(&inv->aliases);
    arena_done(&inv->mem);
    inv->sealed = false;
}

int inventory_charge(struct inventory *inv, size_t n)
{
    struct inventory_build *b = inv->build;
    size_t sum;
    if (!b)
        return E_BUG;
    if (size_add_overflow(b->charged, n, &b->charged) ||
        size_add_overflow(b->charged, inv->mem.used, &sum))
        return E_LIMIT;
    return b->cap && sum > b->cap ? E_LIMIT : OK;
}

static int memory_error(const struct inventory *inv)
{
    return arena_error(&inv->mem) ? arena_error(&inv->mem) : E_NOMEM;
}

/* The inventory's one copy of a text. */
static int intern(struct inventory *inv, struct str s, struct str *ret)
{
    struct map *m = &inv->build->texts;
    bool fresh;
    if (!s.n) {
        *ret = STR("");
        return OK;
    }
    uint64_t *slot = map_put(m, s, &fresh);
    if (!slot)
        return memory_error(inv);
    if (fresh) {
        *slot = m->n - 1;
        int rc = inventory_charge(inv, sizeof(struct map_entry) + 2 * sizeof(uint32_t));
        if (rc)
            return rc;
    }
    *ret = m->entries[*slot].key;
    return OK;
}

/* Same for a text that is often the very slice of `like`, whose copy is known. */
static int intern_like(struct inventory *inv, struct str s, struct str like, struct str copy,
                       struct str *ret)
{
    if (s.p == like.p && s.n == like.n && s.n) {
        *ret = copy;
        return OK;
    }
    return intern(inv, s, ret);
}

static int copy_place(struct inventory *inv, const struct place *from, const struct place *like,
                      const struct place *like_copy, struct place *ret)
{
    static const struct place none;
    struct place p = *from;
    like = like ? like : &none;
    like_copy = like_copy ? like_copy : &none;
    int rc = intern_like(inv, from->path, like->path, like_copy->path, &p.path);
    if (!rc)
        rc = intern_like(inv, from->member, like->member, like_copy->member, &p.member);
    if (!rc)
        rc = intern_like(inv, from->pointer, like->pointer, like_copy->pointer, &p.pointer);
    if (!rc)
        rc = intern_like(inv, from->url, like->url, like_copy->url, &p.url);
    if (!rc)
        rc = intern_like(inv, from->collector, like->collector, like_copy->collector, &p.collector);
    if (!rc)
        rc = intern_like(inv, from->snippet, like->snippet, like_copy->snippet, &p.snippet);
    if (!rc)
        *ret = p;
    return rc;
}

static int copy_list(struct inventory *inv, struct value *v)
{
    if (!v->n) {
        v->list = NULL;
        return OK;
    }
    struct str *list = arena_new_n(&inv->mem, struct str, v->n);
    if (!list)
        return memory_error(inv);
    for (size_t i = 0; i < v->n; i++) {
        int rc = intern(inv, v->list[i], &list[i]);
        if (rc)
            return rc;
    }
    v->list = list;
    return OK;
}

static int copy_attr(struct inventory *inv, struct attribute *a, const struct place *like,
                     const struct place *like_copy)
{
    int rc = copy_place(inv, &a->at, like, like_copy, &a->at);
    if (!rc)
        rc = intern(inv, a->reason, &a->reason);
    if (!rc && (a->state == STATE_ABSENT || a->state == STATE_UNRESOLVED))
        a->value = (struct value){.type = a->value.type};
    if (!rc && a->value.type == VALUE_STRING)
        rc = intern(inv, a->value.text, &a->value.text);
    if (!rc && a->value.type == VALUE_STRINGS)
        rc = copy_list(inv, &a->value);
    return rc;
}

static bool attr_fits(const struct attribute *a, enum kind kind)
{
    const struct attr_info *info = attr_info(a->attr);
    bool valued = a->state != STATE_ABSENT && a->state != STATE_UNRESOLVED;
    return info && info->kind == kind && (!valued || info->type == a->value.type);
}

static int copy_attrs(struct inventory *inv, const struct observation *o, struct seen *s)
{
    struct inventory_build *b = inv->build;
    best_begin(b, o->kind);
    for (size_t i = 0; i < o->n_attrs; i++) {
        if (!attr_fits(&o->attrs[i], o->kind))
            return E_BUG;
        best_offer(b, &o->attrs[i]);
    }
    s->n_place = (uint32_t)best_count(b, o->kind, false);
    s->n_asset = (uint32_t)best_count(b, o->kind, true);
    size_t n = (size_t)s->n_place + s->n_asset;
    if (!n)
        return OK;
    int limit = inventory_charge(inv, n * sizeof(struct attribute));
    if (limit)
        return limit;
    s->attrs = arena_new_n(&inv->mem, struct attribute, n);
    if (!s->attrs)
        return memory_error(inv);
    best_take(b, o->kind, false, s->attrs);
    best_take(b, o->kind, true, s->attrs + s->n_place);
    for (size_t i = 0; i < n; i++) {
        int rc = copy_attr(inv, &s->attrs[i], &o->at, &s->at);
        if (rc)
            return rc;
    }
    return OK;
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
        return memory_error(inv);
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
        rc = copy_place(inv, &o->at, NULL, NULL, &s.at);
    if (!rc)
        rc = intern(inv, o->name, &s.name);
    if (!rc)
        rc = intern(inv, o->scope, &s.scope);
    if (!rc)
        rc = copy_attrs(inv, o, &s);
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
        rc = copy_place(inv, at ? at : &none, NULL, NULL, &r.at);
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
        rc = copy_place(inv, &v->at, NULL, NULL, &copy.at);
    if (!rc)
        rc = intern(inv, v->kind, &copy.kind);
    if (!rc)
        rc = intern(inv, v->fingerprint, &copy.fingerprint);
    return rc ? rc : vec_push(&inv->values, copy);
}

int inventory_owner(struct inventory *inv, uint32_t handle, const struct owner_candidate *c)
{
    struct owner_row row = {.draft = handle, .c = *c};
    if (!is_handle(inv, handle))
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(row));
    if (!rc)
        rc = copy_place(inv, &c->at, NULL, NULL, &row.c.at);
    if (!rc)
        rc = intern(inv, c->name, &row.c.name);
    if (!rc)
        rc = intern(inv, c->source, &row.c.source);
    return rc ? rc : vec_push(&inv->build->owners, row);
}

int inventory_cover(struct inventory *inv, const struct coverage_row *row)
{
    struct coverage_row copy = *row;
    if (!inv->build)
        return E_BUG;
    int rc = inventory_charge(inv, sizeof(copy));
    if (!rc)
        rc = intern(inv, row->source, &copy.source);
    if (!rc)
        rc = intern(inv, row->path, &copy.path);
    if (!rc)
        rc = intern(inv, row->reason, &copy.reason);
    return rc ? rc : vec_push(&inv->coverage, copy);
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
    if (!rc)
        rc = sort_relations(inv, index);
    if (!rc)
        rc = sort_values(inv, index);
    if (!rc)
        rc = sort_coverage(inv);
    mem_free(index);
    if (rc)
        return rc;
    build_free(b);
    inv->build = NULL;
    inv->sealed = true;
    return OK;
}

static const struct asset *find_alias(const struct inventory *inv, struct str id)
{
    size_t low = 0, high = inv->aliases.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (str_cmp(inv->aliases.v[mid].id, id) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == inv->aliases.n || !str_eq(inv->aliases.v[low].id, id))
        return NULL;
    return &inv->assets.v[inv->aliases.v[low].asset];
}

const struct asset *inventory_find(const struct inventory *inv, struct str id)
{
    size_t low = 0, high = inv->assets.n, dash = str_rchr(id, '-');
    int kind = dash == SIZE_MAX ? -1 : kind_from_name(str_sub(id, 0, dash));
    if (kind < 0 || !inv->sealed)
        return NULL;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct asset *a = &inv->assets.v[mid];
        if (a->kind < (enum kind)kind || (a->kind == (enum kind)kind && str_cmp(a->id, id) < 0))
            low = mid + 1;
        else
            high = mid;
    }
    if (low < inv->assets.n && str_eq(inv->assets.v[low].id, id))
        return &inv->assets.v[low];
    return find_alias(inv, id);
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
