/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which identity keys name one asset. */
#include "base/spill.h"
#include "inventory/inventory_build.h"

int seen_group(struct inventory_build *b, bool by_root, uint32_t *ret_order)
{
    uint32_t *next = mem_array(NULL, b->drafts.n + 1, sizeof(*next));
    if (!next)
        return E_NOMEM;
    vec_each (d, &b->drafts)
        d->first = d->count = 0;
    vec_each (s, &b->seen) {
        spill_rest();
        b->drafts.v[by_root ? b->drafts.v[s->draft].root : s->draft].count++;
    }
    uint32_t at = 0;
    for (size_t i = 0; i < b->drafts.n; i++) {
        b->drafts.v[i].first = next[i] = at;
        at += b->drafts.v[i].count;
    }
    for (size_t i = 0; i < b->seen.n; i++) {
        uint32_t d = b->seen.v[i].draft;
        spill_rest();
        ret_order[next[by_root ? b->drafts.v[d].root : d]++] = (uint32_t)i;
    }
    mem_free(next);
    return OK;
}

/* A place of one kind that several drafts may share. */
struct meeting {
    int rule;      /* strongest alternative seen there */
    uint32_t root; /* the one asset that has it, NO_ASSET yet, or AMBIGUOUS */
};

struct meetings {
    struct map ids; /* kind, target, place key -> index */
    struct {
        VEC(struct meeting);
    } v;
    struct arena mem;
    uint32_t *of_seen; /* meeting of each row */
};

static int meet(struct meetings *m, const struct seen *s, const struct draft *d, struct buf *key,
                uint32_t *ret)
{
    bool fresh;
    buf_clear(key);
    buf_addf(key, "%d %u ", (int)d->kind, s->at.target);
    buf_add_place_key(key, &s->at);
    uint64_t *slot = buf_result(key) ? NULL : map_put(&m->ids, buf_str(key), &fresh);
    if (!slot)
        return E_NOMEM;
    if (fresh) {
        struct meeting first = {.rule = d->rule, .root = NO_ASSET};
        *slot = m->v.n;
        if (vec_push(&m->v, first))
            return E_NOMEM;
    }
    struct meeting *at = &m->v.v[*slot];
    at->rule = MIN(at->rule, d->rule);
    *ret = (uint32_t)*slot;
    return OK;
}

/* Only kinds whose assets were named by different alternatives can merge. */
static void mixed_kinds(const struct inventory_build *b, bool *ret)
{
    int first[KIND_COUNT];
    for (int i = 0; i < KIND_COUNT; i++)
        first[i] = -1;
    vec_each (d, &b->drafts) {
        if (first[d->kind] < 0)
            first[d->kind] = d->rule;
        ret[d->kind] |= first[d->kind] != d->rule;
    }
}

static int find_meetings(const struct inventory_build *b, const bool *mixed, struct meetings *m)
{
    AUTO(buf) key = BUF_INIT;
    m->of_seen = mem_array(NULL, b->seen.n + 1, sizeof(*m->of_seen));
    if (!m->of_seen)
        return E_NOMEM;
    for (size_t i = 0; i < b->seen.n; i++) {
        const struct seen *s = &b->seen.v[i];
        const struct draft *d = &b->drafts.v[s->draft];
        spill_rest();
        int rc = mixed[d->kind] ? meet(m, s, d, &key, &m->of_seen[i]) : OK;
        if (rc)
            return rc;
    }
    return OK;
}

/*
 * The root of a draft: the one stronger asset found at its places. Stronger drafts have their roots
 * already. When its places name none, or different ones, it stays an asset of its own: a doubtful
 * merge would hide an asset.
 */
static void choose_root(struct inventory_build *b, uint32_t draft, const uint32_t *order,
                        struct meetings *m)
{
    struct draft *d = &b->drafts.v[draft];
    uint32_t root = NO_ASSET;
    for (uint32_t i = 0; i < d->count; i++) {
        const struct meeting *at = &m->v.v[m->of_seen[order[d->first + i]]];
        spill_rest();
        if (at->rule >= d->rule || at->root == AMBIGUOUS)
            continue;
        root = root == NO_ASSET || root == at->root ? at->root : AMBIGUOUS;
        if (root == AMBIGUOUS)
            break;
    }
    d->root = root == NO_ASSET || root == AMBIGUOUS ? draft : root;
    for (uint32_t i = 0; i < d->count; i++) {
        struct meeting *at = &m->v.v[m->of_seen[order[d->first + i]]];
        spill_rest();
        if (at->rule == d->rule)
            at->root = at->root == NO_ASSET || at->root == d->root ? d->root : AMBIGUOUS;
    }
}

static int choose_roots(struct inventory_build *b, const bool *mixed, const uint32_t *order,
                        struct meetings *m)
{
    int last = 0, rc = find_meetings(b, mixed, m);
    if (rc)
        return rc;
    vec_each (d, &b->drafts)
        last = MAX(last, d->rule);
    for (int rule = 0; rule <= last; rule++)
        for (size_t i = 0; i < b->drafts.n; i++)
            if (b->drafts.v[i].rule == rule && mixed[b->drafts.v[i].kind])
                choose_root(b, (uint32_t)i, order, m);
    return OK;
}

int merge_roots(struct inventory *inv)
{
    struct inventory_build *b = inv->build;
    bool mixed[KIND_COUNT] = {false}, any = false;
    struct meetings m = {.mem = ARENA(0)};
    for (size_t i = 0; i < b->drafts.n; i++)
        b->drafts.v[i].root = (uint32_t)i;
    mixed_kinds(b, mixed);
    for (int i = 0; i < KIND_COUNT; i++)
        any |= mixed[i];
    if (!any)
        return OK;
    uint32_t *order = mem_array(NULL, b->seen.n + 1, sizeof(*order));
    if (!order)
        return E_NOMEM;
    m.ids.keys = &m.mem;
    int rc = seen_group(b, false, order);
    if (!rc)
        rc = choose_roots(b, mixed, order, &m);
    mem_free(order);
    mem_free(m.of_seen);
    vec_free(&m.v);
    map_done(&m.ids);
    arena_done(&m.mem);
    return rc;
}
