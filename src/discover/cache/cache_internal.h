/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache file and the parts of the cache that share it. Everything is native: a file of another
 * byte order or version is an empty cache.
 *
 *     header | table: entries by key | index: 2^bits + 1 starts | records in the table's order
 *
 * The first 20 bits of a key are a hash of the folder, the others one of the path: what a walk asks
 * for one after another lies together, and so do its facts. `index[b]` is the first entry whose key
 * begins with the bits b. A file that said nothing, and was not hashed, is its entry alone; others
 * have a record. All hashes are XXH3 with the seed of the file, which is random and stays when the
 * file is replaced (so entries and records are carried over as they are): paths cannot be chosen to
 * collide. A second hash of the path seeds that of the stamp and the check of the record, so that
 * two paths are the same only when more than 100 bits are.
 *
 * The header has a check, table and index have one (both are looked at when the file is opened),
 * each record has its own (looked at when it is found): a torn file is noticed. Checks are no
 * signature: every number is held against the bounds where it is used.
 */
#ifndef STANCE_DISCOVER_CACHE_INTERNAL_H
#define STANCE_DISCOVER_CACHE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "discover/cache/cache.h"

#define CACHE_MAGIC      "stancefc"
#define CACHE_VERSION    1u
#define CACHE_BYTE_ORDER 0x01020304u
#define CACHE_BITS_MAX   30u /* of the index */
#define CACHE_STRIPES    16u /* a lock each; one path is always in the same */
#define CACHE_SEGMENT    ((size_t)256 << 10)
#define CACHE_NAME       (2 * SHA256_BYTES + 1) /* with its NUL */
#define CACHE_TEMP_NAME  (CACHE_NAME + sizeof ".0123456789abcdef.new")

struct cache_header {
    char magic[8];
    uint32_t version, byte_order;
    uint64_t seed;
    unsigned char key[SHA256_BYTES]; /* digest of root and key */
    uint64_t entries, bits, record_bytes;
    uint64_t table_check; /* of table and index */
    uint64_t check;       /* of all above */
};

/* The low bits of `meta`; above them, as a multiple of 8: the offset of the record (of entries that
 * are not written yet, its address), or the number of bytes read. */
#define META_RECORD UINT64_C(1)
#define META_RACY   UINT64_C(2) /* found by content only */
#define META_BINARY UINT64_C(4)
#define META_FLAGS  UINT64_C(7)

struct cache_entry {
    uint64_t key, stamp, meta;
};

/* Followed by the frame and zeros up to a multiple of 8. */
struct cache_record {
    uint64_t check; /* of all below and the frame */
    uint64_t bytes_read, bytes;
    unsigned char sha256[SHA256_BYTES]; /* zero: unknown */
};

struct path_hash {
    uint64_t key, other;
};

/* A cache file in memory. Zero: an empty one. */
struct cache_image {
    unsigned char *p;
    size_t n;
    bool mapped;
    const struct cache_entry *table;
    const uint32_t *index;
    const unsigned char *records;
    size_t entries, record_bytes;
    unsigned bits;
};

/* cache_image.c: reads untrusted bytes. */
struct path_hash cache_hash_path(uint64_t seed, struct str path);
uint64_t cache_hash_stamp(struct path_hash h, const struct file_stamp *s);
uint64_t cache_check_record(struct path_hash h, const struct cache_record *r);
uint64_t cache_check_header(const struct cache_header *h);
/* A chain over segments, so that a writer needs no more than one; `check` is 0 for the first. */
uint64_t cache_check_add(uint64_t check, const void *p, size_t n);
uint64_t cache_check_table(const unsigned char *p, size_t n);
/* Bytes of a record with its padding; false when that is no number. */
bool cache_record_size(uint64_t frame_bytes, size_t *ret);
struct str cache_record_frame(const struct cache_record *r);
/* Bytes of table and of index with its padding. */
bool cache_section_sizes(uint64_t entries, uint64_t bits, size_t *ret_table, size_t *ret_index);
/* False, and nothing is written, when the bytes are not a whole cache file of this key. The image
 * refers to the bytes, which are aligned to 8. */
bool cache_image_read(unsigned char *p, size_t n, const unsigned char key[SHA256_BYTES],
                      struct cache_image *ret, uint64_t *ret_seed);
const struct cache_entry *cache_image_find(const struct cache_image *m, uint64_t key);
/* The record of an entry that has one, NULL when it does not lie in the file. */
const struct cache_record *cache_image_record(const struct cache_image *m,
                                              const struct cache_entry *e);
/* The same, NULL also when it is damaged or that of another path. */
const struct cache_record *cache_image_checked(const struct cache_image *m,
                                               const struct cache_entry *e, struct path_hash h);
void cache_image_done(struct cache_image *m);

/* cache_folder.c: where files lie and whom they belong to. Descriptors or negative. */
int cache_folder_open(struct str folder, struct diag *d) MUST_CHECK;
/* Opens the file when it is ours alone, and reads or maps it. -1: there is none to use. The
 * descriptor keeps cache_trim away from it. */
int cache_file_load(int folder, const char *name, unsigned char **ret, size_t *ret_n,
                    bool *ret_mapped) MUST_CHECK;
/* A new file with a name of its own in ret_temp, held like the one above. */
int cache_temp_open(int folder, const char *name, char ret_temp[CACHE_TEMP_NAME],
                    struct diag *d) MUST_CHECK;

/* New entries, in order of their puts; cache_commit sorts them. */
struct cache_block {
    struct cache_block *next;
    size_t n, room;
    struct cache_entry entries[];
};

struct cache_stripe {
    pthread_mutex_t lock;
    struct arena memory;
    struct cache_block *first, *last;
    size_t n;
};

struct cache {
    struct cache_image old;
    _Atomic uint64_t *seen; /* a bit an old entry: put again, all the same */
    uint64_t seed;
    int64_t now_ns; /* when it was opened */
    unsigned char key[SHA256_BYTES];
    char name[CACHE_NAME];
    int folder, file; /* -1: none */
    struct diag why;  /* there is no folder */
    struct cache_stripe stripes[CACHE_STRIPES];
};

int cache_open_at(struct str folder, struct str root, struct str key, int64_t now_ns,
                  struct cache **ret, struct diag *d) MUST_CHECK;

/* cache_merge.c: what the next file holds, in the order of its table. New ones are a run for each
 * block, so that nothing is copied to sort them. */
struct cache_run {
    const struct cache_block *block;
    size_t at, order; /* later puts have a higher one */
};
struct cache_merge {
    const struct cache *c;
    size_t old;
    struct cache_run *runs; /* a heap: the least is first */
    size_t n, room;
};
/* How many entries there are at most, and whether one is different. */
bool cache_changed(const struct cache *c, uint64_t *ret_entries);
int cache_merge_init(struct cache_merge *m, struct cache *c) MUST_CHECK;
void cache_merge_rewind(struct cache_merge *m);
/* The record of an entry that has one is at the address in `meta`. */
bool cache_merge_next(struct cache_merge *m, struct cache_entry *ret);
void cache_merge_done(struct cache_merge *m);

/* cache_commit.c: the next file; there are no more than `entries`. 0 or an errno. */
int cache_write(struct cache_merge *m, int fd, uint64_t entries) MUST_CHECK;

#endif
