/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct map: byte-string keys to one 64-bit value or pointer. Iteration is in order of first
 * insertion, so hash order never shows; the hash is seeded per map against chosen keys. Keys are
 * borrowed unless the map has an arena, which then gets the copies.
 *
 *     AUTO(map) m = MAP_INIT;
 *     uint64_t *slot = map_put(&m, STR("key"), &was_new);    NULL: E_NOMEM (or arena_error)
 *     const uint64_t *hit = map_get(&m, STR("key"));         NULL: absent
 *     map_each(e, &m) use(e->key, e->value);
 */
#ifndef STANCE_BASE_MAP_H
#define STANCE_BASE_MAP_H

#include "base/arena.h"

struct map_entry {
    struct str key;
    uint64_t value;
    uint64_t hash;
};

struct map {
    struct map_entry *entries;
    size_t n, alloc;
    uint32_t *table; /* index + 1, 0 = free */
    size_t mask;
    uint64_t seed;
    struct arena *keys;
};

/* clang-format off */
#define MAP_INIT      {NULL, 0, 0, NULL, 0, 0, NULL}
#define MAP_OWNED(a)  {NULL, 0, 0, NULL, 0, 0, (a)}
/* clang-format on */

void map_done(struct map *m);
void map_clear(struct map *m);
/* The value slot of `key`, added with value 0 when new; valid until the next map_put. */
uint64_t *map_put(struct map *m, struct str key, bool *ret_new) MUST_CHECK;
const uint64_t *map_get(const struct map *m, struct str key);
#define map_each(it, m)                                                                            \
    for (const struct map_entry *it = (m)->entries; it && it < (m)->entries + (m)->n; it++)

#endif
