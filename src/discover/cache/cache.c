/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when what is remembered of a file still holds, and what is remembered next. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spill.h"
#include "discover/cache/cache_internal.h"

#define SECOND_NS   INT64_C(1000000000)
#define FINE_WINDOW (SECOND_NS / 10)
/* FAT keeps two seconds, ext3 and HFS+ one, exFAT ten milliseconds. */
#define COARSE_WINDOW (2 * SECOND_NS)
#define COARSE_UNIT   INT64_C(1000000)

#define BLOCK_MIN 64u
#define BLOCK_MAX 4096u

static const unsigned char no_sha256[SHA256_BYTES];

static int64_t to_ns(const struct timespec *t)
{
    int64_t ns;

    if (__builtin_mul_overflow((int64_t)t->tv_sec, SECOND_NS, &ns) ||
        __builtin_add_overflow(ns, (int64_t)t->tv_nsec, &ns))
        return t->tv_sec < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

struct file_stamp file_stamp(const struct stat *st)
{
    return (struct file_stamp){
        .dev = st->st_dev,
        .ino = st->st_ino,
        .size = (uint64_t)st->st_size,
        .mtime_ns = to_ns(&st->st_mtim),
        .ctime_ns = to_ns(&st->st_ctim),
        .mode = st->st_mode,
    };
}

/*
 * The kernel never stamps a change with an earlier time than its coarse clock showed before. So a
 * ctime before cache_open, which was before the file was read, differs from that of every change
 * after the reading; the windows are for clocks of coarser units, and for the steps of clocks.
 */
static bool is_racy(const struct cache *c, const struct file_stamp *s)
{
    int64_t window = s->ctime_ns % COARSE_UNIT ? FINE_WINDOW : COARSE_WINDOW, limit;

    if (s->ctime_ns <= 0 || __builtin_sub_overflow(c->now_ns, window, &limit))
        return true;
    return s->ctime_ns >= limit;
}

/* --- open and close --------------------------------------------------------------------------- */

/* The file is named by its target alone, so that another key replaces it; the digest in it also has
 * the root, so that a file which got another name holds nothing. */
static int name_file(struct cache *c, struct str root, struct str key)
{
    AUTO(buf) hex = BUF_INIT;
    unsigned char digest[SHA256_BYTES];
    struct sha256 h;
    int rc = sha256_of(root, digest);

    if (rc || (rc = sha256_init(&h)))
        return rc;
    sha256_field(&h, root);
    sha256_field(&h, key);
    rc = sha256_end(&h, c->key);
    buf_add_hex(&hex, digest, sizeof digest);
    if (rc || (rc = buf_result(&hex)))
        return rc;
    memcpy(c->name, hex.p, sizeof c->name);
    return 0;
}

static void load(struct cache *c)
{
    unsigned char *p;
    size_t n;
    bool mapped;

    c->file = cache_file_load(c->folder, c->name, &p, &n, &mapped);
    if (c->file < 0)
        return;
    if (!cache_image_read(p, n, c->key, &c->old, &c->seed))
        c->old = (struct cache_image){.p = p, .n = n, .mapped = mapped};
    c->old.mapped = mapped;
    if (!c->old.entries)
        cache_image_done(&c->old);
}

static int prepare(struct cache *c, struct str folder, struct str root, struct str key,
                   struct diag *d)
{
    int rc = name_file(c, root, key);

    if (rc)
        return diag_set(d, rc, "no memory for the cache");
    if (getrandom(&c->seed, sizeof c->seed, 0) != sizeof c->seed)
        return diag_errno(d, "cannot get random bytes for the cache");
    c->folder = cache_folder_open(folder, &c->why);
    if (c->folder >= 0)
        load(c);
    c->seen = mem_alloc((c->old.entries / 64 + 1) * sizeof *c->seen);
    return c->seen ? 0 : diag_set(d, E_NOMEM, "no memory for the cache");
}

int cache_open_at(struct str folder, struct str root, struct str key, int64_t now_ns,
                  struct cache **ret, struct diag *d)
{
    struct cache *c = mem_alloc(sizeof *c);

    if (!c)
        return diag_set(d, E_NOMEM, "no memory for the cache");
    c->folder = c->file = -1;
    c->now_ns = now_ns;
    for (unsigned i = 0; i < CACHE_STRIPES; i++)
        pthread_mutex_init(&c->stripes[i].lock, NULL);
    int rc = prepare(c, folder, root, key, d);
    if (rc)
        cache_close(c);
    else
        *ret = c;
    return rc;
}

int cache_open(struct str folder, struct str root, struct str key, struct cache **ret,
               struct diag *d)
{
    struct timespec t = {0};

    /* The clock of file stamps. Without it no stamp is trusted. */
    if (clock_gettime(CLOCK_REALTIME_COARSE, &t))
        t.tv_sec = 0;
    return cache_open_at(folder, root, key, to_ns(&t), ret, d);
}

struct cache *cache_close(struct cache *c)
{
    if (!c)
        return NULL;
    for (unsigned i = 0; i < CACHE_STRIPES; i++) {
        arena_done(&c->stripes[i].memory);
        pthread_mutex_destroy(&c->stripes[i].lock);
    }
    cache_image_done(&c->old);
    mem_free((void *)c->seen);
    if (c->file >= 0)
        close(c->file);
    if (c->folder >= 0)
        close(c->folder);
    mem_free(c);
    return NULL;
}

uint64_t cache_files(const struct cache *c)
{
    return c->old.entries;
}

/* --- find ------------------------------------------------------------------------------------- */

static struct cached recall(const struct cache_entry *e, const struct cache_record *r)
{
    bool binary = e->meta & META_BINARY;

    if (!r)
        return (struct cached){STR(""), e->meta / (META_FLAGS + 1), binary};
    return (struct cached){cache_record_frame(r), r->bytes_read, binary};
}

bool cache_find(const struct cache *c, struct str path, const struct file_stamp *now,
                struct cached *ret)
{
    struct path_hash h = cache_hash_path(c->seed, path);
    const struct cache_entry *e = cache_image_find(&c->old, h.key);
    const struct cache_record *r = NULL;

    if (!e || (e->meta & META_RACY) || e->stamp != cache_hash_stamp(h, now))
        return false;
    if ((e->meta & META_RECORD) && !(r = cache_image_checked(&c->old, e, h)))
        return false;
    *ret = recall(e, r);
    return true;
}

bool cache_knows_content(const struct cache *c, struct str path)
{
    struct path_hash h = cache_hash_path(c->seed, path);
    const struct cache_entry *e = cache_image_find(&c->old, h.key);
    const struct cache_record *r = e ? cache_image_checked(&c->old, e, h) : NULL;

    return r && memcmp(r->sha256, no_sha256, SHA256_BYTES) != 0;
}

bool cache_find_content(const struct cache *c, struct str path,
                        const unsigned char sha256[SHA256_BYTES], struct cached *ret)
{
    struct path_hash h = cache_hash_path(c->seed, path);
    const struct cache_entry *e = cache_image_find(&c->old, h.key);
    const struct cache_record *r = e ? cache_image_checked(&c->old, e, h) : NULL;

    if (!r || memcmp(r->sha256, sha256, SHA256_BYTES) != 0 ||
        memcmp(no_sha256, sha256, SHA256_BYTES) == 0)
        return false;
    *ret = recall(e, r);
    return true;
}

/* --- put -------------------------------------------------------------------------------------- */

static int add_entry(struct cache_stripe *s, struct cache_entry e)
{
    struct cache_block *b = s->last;

    if (!b || b->n == b->room) {
        size_t room = b ? MIN((size_t)BLOCK_MAX, 2 * b->room) : BLOCK_MIN;
        b = arena_alloc(&s->memory, sizeof *b + room * sizeof *b->entries);
        if (!b)
            return E_NOMEM;
        b->room = room;
        *(s->last ? &s->last->next : &s->first) = b;
        s->last = b;
    }
    b->entries[b->n++] = e;
    s->n++;
    return 0;
}

static const struct cache_record *add_record(struct cache_stripe *s, struct path_hash h,
                                             const unsigned char *sha256,
                                             const struct cached *facts)
{
    size_t size;

    if (!cache_record_size(facts->frame.n, &size))
        return NULL;
    struct cache_record *r = arena_alloc(&s->memory, size);
    if (!r)
        return NULL;
    r->bytes_read = facts->bytes_read;
    r->bytes = facts->frame.n;
    memcpy(r->sha256, sha256, SHA256_BYTES);
    if (facts->frame.n)
        memcpy(r + 1, facts->frame.p, facts->frame.n);
    r->check = cache_check_record(h, r);
    return r;
}

static bool record_is(const struct cache_record *r, const unsigned char *sha256,
                      const struct cached *facts)
{
    struct str frame = cache_record_frame(r);

    return memcmp(r->sha256, sha256, SHA256_BYTES) == 0 && r->bytes_read == facts->bytes_read &&
           frame.n == facts->frame.n && (frame.p == facts->frame.p || str_eq(frame, facts->frame));
}

static void mark(const struct cache *c, const struct cache_entry *old)
{
    size_t i = (size_t)(old - c->old.table);
    uint64_t bit = UINT64_C(1) << (i % 64);

    if (!(atomic_load_explicit(&c->seen[i / 64], memory_order_relaxed) & bit))
        atomic_fetch_or_explicit(&c->seen[i / 64], bit, memory_order_relaxed);
}

/* All but the record is in `e`; `r` is the one it has, if it is known. */
static int put_new(struct cache *c, struct cache_entry e, struct path_hash h,
                   const struct cache_record *r, const unsigned char *sha256,
                   const struct cached *facts)
{
    struct cache_stripe *s = &c->stripes[h.other % CACHE_STRIPES];
    int rc = 0;

    spill_rest();
    pthread_mutex_lock(&s->lock);
    if ((e.meta & META_RECORD) && !r && !(r = add_record(s, h, sha256, facts)))
        rc = E_NOMEM;
    if (r)
        e.meta |= (uintptr_t)r;
    if (!rc)
        rc = add_entry(s, e);
    pthread_mutex_unlock(&s->lock);
    return rc;
}

/*
 * What is in the old file, all the same, costs a bit. A stamp that was trusted when it was put
 * stays trusted; a record that holds the same is carried over even when the stamp is another.
 */
int cache_put(struct cache *c, struct str path, const struct file_stamp *stamp,
              const unsigned char *sha256, const struct cached *facts)
{
    struct path_hash h = cache_hash_path(c->seed, path);
    struct cache_entry e = {.key = h.key, .stamp = cache_hash_stamp(h, stamp)};
    const struct cache_entry *old = cache_image_find(&c->old, h.key);
    const struct cache_record *was = old ? cache_image_checked(&c->old, old, h) : NULL;
    bool same_stamp = old && old->stamp == e.stamp, trusted;

    trusted = (same_stamp && !(old->meta & META_RACY)) || !is_racy(c, stamp);
    if (!sha256)
        sha256 = same_stamp && was ? was->sha256 : no_sha256;
    e.meta = (trusted ? 0 : META_RACY) | (facts->binary ? META_BINARY : 0);
    if (facts->frame.n || memcmp(sha256, no_sha256, SHA256_BYTES) != 0 ||
        facts->bytes_read > UINT64_MAX / (META_FLAGS + 1))
        e.meta |= META_RECORD;
    else
        e.meta |= facts->bytes_read * (META_FLAGS + 1);
    if (was && (!(e.meta & META_RECORD) || !record_is(was, sha256, facts)))
        was = NULL;
    if (same_stamp && (was ? (old->meta & META_FLAGS) : old->meta) == e.meta &&
        (was || !(e.meta & META_RECORD))) {
        mark(c, old);
        return 0;
    }
    return put_new(c, e, h, was, sha256, facts);
}
