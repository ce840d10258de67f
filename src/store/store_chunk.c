/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the stored rows of a chunk of assets are read and put in the order of comparing. */
#include "base/mem.h"
#include "store/store_chunk.h"

static int cmp_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_place(const void *x, const void *y, void *ctx)
{
    const struct place_row *a = x, *b = y;
    int c = cmp_int(a->slot, b->slot);

    (void)ctx;
    if (!c)
        c = cmp_int(a->target, b->target);
    if (!c)
        c = str_cmp(a->key, b->key);
    return c ? c : str_cmp(a->collector, b->collector);
}

static int by_attr(const void *x, const void *y, void *ctx)
{
    const struct attr_row *a = x, *b = y;
    int c = cmp_int(a->slot, b->slot);

    (void)ctx;
    if (!c)
        c = cmp_int(a->place, b->place);
    return c ? c : str_cmp(a->name, b->name);
}

static int by_owner(const void *x, const void *y, void *ctx)
{
    const struct owner_row *a = x, *b = y;
    int c = cmp_int(a->slot, b->slot);

    (void)ctx;
    return c ? c : cmp_int(a->ord, b->ord);
}

static int by_slot(const void *x, const void *y, void *ctx)
{
    (void)ctx;
    return cmp_int(((const struct value_row *)x)->slot, ((const struct value_row *)y)->slot);
}

/* Ask for the rows of all assets of the chunk that are stored. */
static int ask(struct store *st, const struct chunk *c, enum sql which, struct stmt **ret,
               struct diag *d)
{
    int rc = store_stmt(st, which, ret, d);

    for (size_t i = 0; i < CHUNK && !rc; i++) {
        bool known = i < c->n && !st->is_new[c->leaders[i]];

        stmt_bind_str(*ret, (int)i + 1, known ? st->ids[c->leaders[i]] : STR(""));
    }
    return rc;
}

static uint32_t slot_of(const struct chunk *c, const struct stmt *s, int column)
{
    const uint64_t *slot = map_get(&c->slots, stmt_str(s, column));

    return slot ? (uint32_t)*slot : 0;
}

/* Read all rows of `which` into `rows`; `read` and the column of the asset's id differ. */
#define LOAD(rows, type, which, read, column)                                                      \
    do {                                                                                           \
        struct stmt *s;                                                                            \
        rc = rc ? rc : ask(st, c, which, &s, d);                                                   \
        while (!rc && (rc = stmt_step(s, d)) > 0) {                                                \
            type row = {0};                                                                        \
            row.slot = slot_of(c, s, column);                                                      \
            rc = read(s, &c->a, &row) || vec_push(rows, row) ? store_nomem(d) : 0;                 \
        }                                                                                          \
    } while (0)

int chunk_load(struct store *st, struct chunk *c, struct diag *d)
{
    bool any = false;
    int rc = 0;

    for (size_t i = 0; i < c->n && !rc; i++) {
        bool is_new;
        uint64_t *slot = map_put(&c->slots, st->ids[c->leaders[i]], &is_new);

        if (!slot)
            return store_nomem(d);
        *slot = i;
        any |= !st->is_new[c->leaders[i]];
    }
    if (!any)
        return 0;
    LOAD(&c->assets, struct asset_row, SQL_LOAD_ASSETS, read_asset, 0);
    LOAD(&c->places, struct place_row, SQL_LOAD_PLACES, read_place, 1);
    LOAD(&c->attrs, struct attr_row, SQL_LOAD_ATTRS, read_attr, 0);
    LOAD(&c->owners, struct owner_row, SQL_LOAD_OWNERS, read_owner, 0);
    LOAD(&c->values, struct value_row, SQL_LOAD_VALUES, read_value, 1);
    if (!rc && (vec_sort(&c->places, by_place, NULL) || vec_sort(&c->attrs, by_attr, NULL) ||
                vec_sort(&c->owners, by_owner, NULL) || vec_sort(&c->values, by_slot, NULL)))
        rc = store_nomem(d);
    return rc;
}

void chunk_clear(struct chunk *c)
{
    arena_clear(&c->a);
    map_clear(&c->slots);
    c->n = 0;
    c->assets.n = c->places.n = c->attrs.n = c->owners.n = c->values.n = 0;
    c->assets.at = c->places.at = c->attrs.at = c->owners.at = c->values.at = 0;
}

void chunk_done(struct chunk *c)
{
    map_done(&c->slots);
    vec_free(&c->assets);
    vec_free(&c->places);
    vec_free(&c->attrs);
    vec_free(&c->owners);
    vec_free(&c->values);
    arena_done(&c->a);
}
