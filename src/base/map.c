/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a key stands: entries in order of insertion, found through a table of indexes. */
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/spill.h"

#define FIRST_ENTRIES 8

/* The table has twice as many slots as `entries` has room, so probing always ends. */
static size_t find_slot(const struct map *m, struct str key, uint64_t hash)
{
    size_t slot = hash & m->mask;

    for (; m->table[slot]; slot = (slot + 1) & m->mask) {
        const struct map_entry *e = &m->entries[m->table[slot] - 1];
        if (e->hash == hash && str_eq(e->key, key))
            break;
    }
    return slot;
}

/* The kernel gives each program 16 random bytes: a map must not cost a system call. */
static uint64_t new_seed(const struct map *m)
{
    unsigned char bytes[16] = {0};
    struct timespec t = {0};
    const void *given = (const void *)(uintptr_t)getauxval(AT_RANDOM);

    if (given)
        memcpy(bytes, given, sizeof bytes);
    else if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) < 0)
        clock_gettime(CLOCK_MONOTONIC, &t); /* hard to guess is good enough for a table */
    return str_hash(str_n((const char *)bytes, sizeof bytes),
                    (uint64_t)(uintptr_t)m + (uint64_t)t.tv_nsec);
}

static bool grow(struct map *m)
{
    size_t alloc = m->alloc ? m->alloc * 2 : FIRST_ENTRIES, slots, bytes;

    if (alloc > UINT32_MAX / 2 || size_mul_overflow(alloc, 2, &slots) ||
        size_mul_overflow(slots, sizeof *m->table, &bytes))
        return false;
    uint32_t *table = mem_alloc(bytes);
    if (!table)
        return false;
    struct map_entry *entries = mem_array(m->entries, alloc, sizeof *entries);
    if (!entries) {
        mem_free(table);
        return false;
    }
    if (!m->table)
        m->seed = new_seed(m);
    mem_free(m->table);
    m->table = table;
    m->mask = slots - 1;
    m->entries = entries;
    m->alloc = alloc;
    for (size_t i = 0; i < m->n; i++) {
        size_t slot = entries[i].hash & m->mask;
        spill_rest();
        while (table[slot])
            slot = (slot + 1) & m->mask;
        table[slot] = (uint32_t)i + 1;
    }
    return true;
}

void map_done(struct map *m)
{
    mem_free(m->entries);
    mem_free(m->table);
    *m = (struct map)MAP_OWNED(m->keys);
}

void map_clear(struct map *m)
{
    if (m->table)
        memset(m->table, 0, (m->mask + 1) * sizeof *m->table);
    m->n = 0;
}

uint64_t *map_put(struct map *m, struct str key, bool *ret_new)
{
    uint64_t hash;
    size_t slot;

    if (!m->table && !grow(m))
        return NULL;
    spill_rest();
    hash = str_hash(key, m->seed);
    slot = find_slot(m, key, hash);
    bool is_new = !m->table[slot];
    if (is_new) {
        if (m->n == m->alloc) {
            if (!grow(m))
                return NULL;
            slot = find_slot(m, key, hash);
        }
        if (m->keys)
            key = arena_str(m->keys, key);
        if (m->keys && !key.p)
            return NULL;
        m->entries[m->n] = (struct map_entry){key, 0, hash};
        m->table[slot] = (uint32_t)++m->n;
    }
    if (ret_new)
        *ret_new = is_new;
    return &m->entries[m->table[slot] - 1].value;
}

const uint64_t *map_get(const struct map *m, struct str key)
{
    if (!m->n)
        return NULL;
    spill_rest();
    size_t slot = find_slot(m, key, str_hash(key, m->seed));
    return m->table[slot] ? &m->entries[m->table[slot] - 1].value : NULL;
}
