/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether bytes are a cache file, and where in it a path lies. */
#include <string.h>
#include <sys/mman.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/spill.h"
#include "discover/cache/cache_internal.h"

#define PATH_BITS 44 /* two of a million files in one folder hardly ever share them */
#define PATH_MASK ((UINT64_C(1) << PATH_BITS) - 1)

_Static_assert(sizeof(struct cache_header) % 8 == 0, "the table is aligned");
_Static_assert(sizeof(struct cache_entry) == 24, "a file costs this much");
_Static_assert(sizeof(struct cache_record) % 8 == 0, "records are aligned");

struct path_hash cache_hash_path(uint64_t seed, struct str path)
{
    XXH128_hash_t h = XXH3_128bits_withSeed(path.n ? path.p : "", path.n, seed);
    struct str folder = path_dir(path);
    uint64_t f = XXH3_64bits_withSeed(folder.n ? folder.p : "", folder.n, seed);

    return (struct path_hash){f >> PATH_BITS << PATH_BITS | (h.low64 & PATH_MASK), h.high64};
}

uint64_t cache_hash_stamp(struct path_hash h, const struct file_stamp *s)
{
    const uint64_t all[] = {
        s->dev, s->ino, s->size, (uint64_t)s->mtime_ns, (uint64_t)s->ctime_ns, s->mode,
    };

    return XXH3_64bits_withSeed(all, sizeof all, h.other);
}

uint64_t cache_check_record(struct path_hash h, const struct cache_record *r)
{
    size_t skip = sizeof r->check;

    return XXH3_64bits_withSeed((const char *)r + skip, sizeof *r - skip + r->bytes, h.other);
}

uint64_t cache_check_header(const struct cache_header *h)
{
    return XXH3_64bits(h, offsetof(struct cache_header, check));
}

uint64_t cache_check_add(uint64_t check, const void *p, size_t n)
{
    return XXH3_64bits_withSeed(p, n, check);
}

uint64_t cache_check_table(const unsigned char *p, size_t n)
{
    uint64_t check = 0;

    for (size_t part; n; p += part, n -= part) {
        part = MIN(n, CACHE_SEGMENT);
        check = cache_check_add(check, p, part);
    }
    return check;
}

bool cache_record_size(uint64_t frame_bytes, size_t *ret)
{
    size_t n;

    if (size_add_overflow(frame_bytes, sizeof(struct cache_record) + 7, &n))
        return false;
    *ret = n & ~(size_t)7;
    return true;
}

struct str cache_record_frame(const struct cache_record *r)
{
    return (struct str){(const char *)(r + 1), r->bytes};
}

bool cache_section_sizes(uint64_t entries, uint64_t bits, size_t *ret_table, size_t *ret_index)
{
    size_t table;

    if (entries > UINT32_MAX || bits > CACHE_BITS_MAX ||
        size_mul_overflow(entries, sizeof(struct cache_entry), &table))
        return false;
    *ret_table = table;
    *ret_index = ((((size_t)1 << bits) + 1) * sizeof(uint32_t) + 7) & ~(size_t)7;
    return true;
}

static bool header_fits(const struct cache_header *h, size_t n,
                        const unsigned char key[SHA256_BYTES])
{
    return n >= sizeof *h && memcmp(h->magic, CACHE_MAGIC, sizeof h->magic) == 0 &&
           h->version == CACHE_VERSION && h->byte_order == CACHE_BYTE_ORDER &&
           memcmp(h->key, key, SHA256_BYTES) == 0 && h->check == cache_check_header(h);
}

bool cache_image_read(unsigned char *p, size_t n, const unsigned char key[SHA256_BYTES],
                      struct cache_image *ret, uint64_t *ret_seed)
{
    const struct cache_header *h = (const void *)p;
    size_t table, index, sections, all;

    if (!header_fits(h, n, key) || !cache_section_sizes(h->entries, h->bits, &table, &index) ||
        size_add_overflow(table, index, &sections) ||
        size_add_overflow(sections, sizeof *h, &all) ||
        size_add_overflow(all, h->record_bytes, &all) || all != n ||
        cache_check_table(p + sizeof *h, sections) != h->table_check)
        return false;
    *ret = (struct cache_image){
        .p = p,
        .n = n,
        .table = (const void *)(p + sizeof *h),
        .index = (const void *)(p + sizeof *h + table),
        .records = p + sizeof *h + sections,
        .entries = (size_t)h->entries,
        .record_bytes = (size_t)h->record_bytes,
        .bits = (unsigned)h->bits,
    };
    *ret_seed = h->seed;
    return true;
}

const struct cache_entry *cache_image_find(const struct cache_image *m, uint64_t key)
{
    if (!m->entries)
        return NULL;
    spill_rest();
    size_t bucket = m->bits ? key >> (64 - m->bits) : 0;
    size_t from = m->index[bucket], to = m->index[bucket + 1];
    if (from >= to || to > m->entries)
        return NULL;
    const struct cache_entry *e = m->table + from;
    for (size_t n = to - from, half; n > 1; n -= half) {
        half = n / 2;
        e += e[half].key <= key ? half : 0;
    }
    return e->key == key ? e : NULL;
}

const struct cache_record *cache_image_record(const struct cache_image *m,
                                              const struct cache_entry *e)
{
    uint64_t at = e->meta & ~META_FLAGS;
    size_t size;

    if (!(e->meta & META_RECORD) || at > m->record_bytes ||
        m->record_bytes - at < sizeof(struct cache_record))
        return NULL;
    const struct cache_record *r = (const void *)(m->records + at);
    if (!cache_record_size(r->bytes, &size) || size > m->record_bytes - at)
        return NULL;
    return r;
}

const struct cache_record *cache_image_checked(const struct cache_image *m,
                                               const struct cache_entry *e, struct path_hash h)
{
    const struct cache_record *r = cache_image_record(m, e);

    return r && cache_check_record(h, r) == r->check ? r : NULL;
}

void cache_image_done(struct cache_image *m)
{
    if (m->mapped)
        spill_take_back(m->p);
    if (m->mapped)
        munmap(m->p, m->n);
    else
        mem_free(m->p);
    *m = (struct cache_image){0};
}
