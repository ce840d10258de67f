/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how texts, places and attributes are copied once and counted against the cap. */
#include "inventory/inventory_build.h"

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

int inventory_memory_error(const struct inventory *inv)
{
    return arena_error(&inv->mem) ? arena_error(&inv->mem) : E_NOMEM;
}

/* The inventory's one copy of a text. */
int inventory_text(struct inventory *inv, struct str s, struct str *ret)
{
    struct map *m = &inv->build->texts;
    bool fresh;
    if (!s.n) {
        *ret = STR("");
        return OK;
    }
    uint64_t *slot = map_put(m, s, &fresh);
    if (!slot)
        return inventory_memory_error(inv);
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
    return inventory_text(inv, s, ret);
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

int inventory_place(struct inventory *inv, const struct place *from, struct place *ret)
{
    return copy_place(inv, from, NULL, NULL, ret);
}

static int copy_list(struct inventory *inv, struct value *v)
{
    if (!v->n) {
        v->list = NULL;
        return OK;
    }
    struct str *list = arena_new_n(&inv->mem, struct str, v->n);
    if (!list)
        return inventory_memory_error(inv);
    for (size_t i = 0; i < v->n; i++) {
        int rc = inventory_text(inv, v->list[i], &list[i]);
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
        rc = inventory_text(inv, a->reason, &a->reason);
    if (!rc && (a->state == STATE_ABSENT || a->state == STATE_UNRESOLVED))
        a->value = (struct value){.type = a->value.type};
    if (!rc && a->value.type == VALUE_STRING)
        rc = inventory_text(inv, a->value.text, &a->value.text);
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

int inventory_attrs(struct inventory *inv, const struct observation *o, struct seen *s)
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
        return inventory_memory_error(inv);
    best_take(b, o->kind, false, s->attrs);
    best_take(b, o->kind, true, s->attrs + s->n_place);
    for (size_t i = 0; i < n; i++) {
        int rc = copy_attr(inv, &s->attrs[i], &o->at, &s->at);
        if (rc)
            return rc;
    }
    return OK;
}
