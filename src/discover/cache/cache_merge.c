/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the next file holds: what was put, in the order of the keys, each path once. */
#include "base/spill.h"
#include "base/vec.h"
#include "discover/cache/cache_internal.h"

bool cache_changed(const struct cache *c, uint64_t *ret_entries)
{
    uint64_t seen = 0, added = 0;

    for (size_t i = 0; i <= c->old.entries / 64; i++)
        seen +=
            (unsigned)__builtin_popcountll(atomic_load_explicit(&c->seen[i], memory_order_relaxed));
    for (unsigned i = 0; i < CACHE_STRIPES; i++)
        added += c->stripes[i].n;
    *ret_entries = seen + added;
    return added || seen != c->old.entries;
}

/* --- the runs of new entries ------------------------------------------------------------------ */

static int by_key(const void *a, const void *b, void *ctx UNUSED)
{
    const struct cache_entry *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}

static const struct cache_entry *head(const struct cache_run *r)
{
    return &r->block->entries[r->at];
}

static bool before(const struct cache_run *a, const struct cache_run *b)
{
    uint64_t x = head(a)->key, y = head(b)->key;

    return x < y || (x == y && a->order < b->order);
}

static void sift_down(struct cache_merge *m, size_t i)
{
    struct cache_run r = m->runs[i];

    for (size_t child; (child = 2 * i + 1) < m->n; i = child) {
        child += child + 1 < m->n && before(&m->runs[child + 1], &m->runs[child]);
        if (before(&r, &m->runs[child]))
            break;
        m->runs[i] = m->runs[child];
    }
    m->runs[i] = r;
}

static const struct cache_entry *next_new(const struct cache_merge *m)
{
    return m->n ? head(&m->runs[0]) : NULL;
}

static void drop_new(struct cache_merge *m)
{
    struct cache_run *first = &m->runs[0];

    if (++first->at == first->block->n)
        *first = m->runs[--m->n];
    if (m->n)
        sift_down(m, 0);
}

int cache_merge_init(struct cache_merge *m, struct cache *c)
{
    *m = (struct cache_merge){.c = c};
    for (unsigned i = 0; i < CACHE_STRIPES; i++) {
        for (struct cache_block *b = c->stripes[i].first; b; b = b->next) {
            if (vec_sort_raw(b->entries, b->n, sizeof *b->entries, by_key, NULL))
                return E_NOMEM;
            m->room++;
        }
    }
    m->runs = mem_array(NULL, m->room, sizeof *m->runs);
    if (!m->runs)
        return E_NOMEM;
    cache_merge_rewind(m);
    return 0;
}

void cache_merge_rewind(struct cache_merge *m)
{
    m->old = m->n = 0;
    for (unsigned i = 0; i < CACHE_STRIPES; i++) {
        for (const struct cache_block *b = m->c->stripes[i].first; b; b = b->next, m->n++)
            m->runs[m->n] = (struct cache_run){b, 0, m->n};
    }
    for (size_t i = m->n / 2; i-- > 0;)
        sift_down(m, i);
}

void cache_merge_done(struct cache_merge *m)
{
    mem_free(m->runs);
    *m = (struct cache_merge){0};
}

/* --- with those of the old file --------------------------------------------------------------- */

static const struct cache_entry *next_old(struct cache_merge *m)
{
    for (; m->old < m->c->old.entries; m->old++) {
        uint64_t word = atomic_load_explicit(&m->c->seen[m->old / 64], memory_order_relaxed);
        if (word >> (m->old % 64) & 1)
            return &m->c->old.table[m->old];
    }
    return NULL;
}

/* The address of an old record in place of its offset. */
static bool resolve(const struct cache_merge *m, struct cache_entry *e)
{
    const struct cache_record *r;

    if (!(e->meta & META_RECORD))
        return true;
    r = cache_image_record(&m->c->old, e);
    e->meta = (uintptr_t)r | (e->meta & META_FLAGS);
    return r;
}

bool cache_merge_next(struct cache_merge *m, struct cache_entry *ret)
{
    const struct cache_entry *old, *new = next_new(m);
    struct cache_entry e;

    spill_rest();
    while ((old = next_old(m)) && (!new || old->key < new->key)) {
        e = *old;
        m->old++;
        if (resolve(m, &e)) {
            *ret = e;
            return true;
        }
    }
    if (!new)
        return false;
    if (old && old->key == new->key)
        m->old++;
    do {
        e = *new;
        drop_new(m);
        new = next_new(m);
    } while (new &&new->key == e.key);
    *ret = e;
    return true;
}
