/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the next cache file is written: whole, under another name, then renamed. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "discover/cache/cache_internal.h"

/* Errors stick, like those of a buf. */
struct output {
    int fd;
    int error; /* errno */
    unsigned char *segment;
    size_t used;
    uint64_t check; /* of what was flushed */
};

static int write_at(int fd, const void *p, size_t n, off_t at)
{
    while (n) {
        ssize_t done = pwrite(fd, p, n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done ? errno : EIO;
        p = (const char *)p + done;
        n -= (size_t)done;
        at += done;
    }
    return 0;
}

static void flush(struct output *o)
{
    size_t n = o->used;
    const unsigned char *p = o->segment;

    o->check = n ? cache_check_add(o->check, p, n) : o->check;
    while (n && !o->error) {
        ssize_t done = write(o->fd, p, n);
        if (done < 0 && errno != EINTR)
            o->error = errno;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    o->used = 0;
}

static void add(struct output *o, const void *p, size_t n)
{
    while (n) {
        size_t part = MIN(n, CACHE_SEGMENT - o->used);
        memcpy(o->segment + o->used, p, part);
        o->used += part;
        p = (const char *)p + part;
        n -= part;
        if (o->used == CACHE_SEGMENT)
            flush(o);
    }
}

/* A start for each eight to sixteen entries: halving goes on from there. */
static unsigned index_bits(uint64_t entries)
{
    unsigned bits = 0;

    while (entries >> bits > 16 && bits < CACHE_BITS_MAX)
        bits++;
    return bits;
}

static const struct cache_record *record_of(const struct cache_entry *e)
{
    return e->meta & META_RECORD ? (const void *)(uintptr_t)(e->meta & ~META_FLAGS) : NULL;
}

/* Entries with the offsets that write_records gives their records; fills index and sums. */
static void write_table(struct cache_merge *m, struct output *o, uint32_t *index,
                        struct cache_header *h)
{
    struct cache_entry e;
    size_t next = 0, last = (size_t)1 << h->bits;

    while (cache_merge_next(m, &e)) {
        const struct cache_record *r = record_of(&e);
        size_t bucket = h->bits ? e.key >> (64 - h->bits) : 0, size;
        while (next <= bucket)
            index[next++] = (uint32_t)h->entries;
        if (r && cache_record_size(r->bytes, &size)) {
            e.meta = h->record_bytes | (e.meta & META_FLAGS);
            h->record_bytes += size;
        }
        add(o, &e, sizeof e);
        h->entries++;
    }
    while (next <= last)
        index[next++] = (uint32_t)h->entries;
}

static void write_records(struct cache_merge *m, struct output *o)
{
    struct cache_entry e;

    while (cache_merge_next(m, &e)) {
        const struct cache_record *r = record_of(&e);
        static const char zeros[8];
        size_t size;
        if (!r || !cache_record_size(r->bytes, &size))
            continue;
        add(o, r, sizeof *r + r->bytes);
        add(o, zeros, size - sizeof *r - r->bytes);
    }
}

static int write_sections(struct cache_merge *m, struct output *o, uint32_t *index,
                          size_t index_bytes, struct cache_header *h)
{
    if (lseek(o->fd, sizeof *h, SEEK_SET) < 0)
        return errno;
    write_table(m, o, index, h);
    add(o, index, index_bytes);
    flush(o);
    h->table_check = o->check;
    cache_merge_rewind(m);
    write_records(m, o);
    flush(o);
    h->check = cache_check_header(h);
    return o->error ? o->error : write_at(o->fd, h, sizeof *h, 0);
}

int cache_write(struct cache_merge *m, int fd, uint64_t entries)
{
    struct cache_header h = {
        .magic = CACHE_MAGIC,
        .version = CACHE_VERSION,
        .byte_order = CACHE_BYTE_ORDER,
        .seed = m->c->seed,
        .bits = index_bits(entries),
    };
    struct output o = {.fd = fd, .segment = mem_alloc(CACHE_SEGMENT)};
    size_t table_bytes, index_bytes;
    uint32_t *index = NULL;
    int error = ENOMEM;

    memcpy(h.key, m->c->key, sizeof h.key);
    if (!cache_section_sizes(entries, h.bits, &table_bytes, &index_bytes))
        error = EFBIG;
    else
        index = mem_alloc(index_bytes);
    if (index && o.segment)
        error = write_sections(m, &o, index, index_bytes, &h);
    mem_free(index);
    mem_free(o.segment);
    return error;
}

static int failed(struct diag *d, int error)
{
    if (error == ENOMEM)
        return diag_set(d, E_NOMEM, "no memory to write the cache");
    errno = error;
    return diag_errno(d, "cannot write the cache");
}

/* The old file stays mapped as long as its facts are in use. */
static int replace(struct cache *c, struct cache_merge *m, uint64_t entries, struct diag *d)
{
    char temp[CACHE_TEMP_NAME];
    int fd = cache_temp_open(c->folder, c->name, temp, d);

    if (fd < 0)
        return fd;
    int error = fchmod(fd, 0600) ? errno : cache_write(m, fd, entries);
    if (!error && renameat(c->folder, temp, c->folder, c->name))
        error = errno;
    if (error) {
        unlinkat(c->folder, temp, 0);
        close(fd);
        return failed(d, error);
    }
    if (c->file >= 0)
        close(c->file);
    c->file = fd;
    return 0;
}

int cache_commit(struct cache *c, struct diag *d)
{
    AUTO(cache_merge) m = {0};
    uint64_t entries;
    int rc;

    if (!cache_changed(c, &entries))
        return 0;
    if (c->folder < 0) {
        if (d)
            *d = c->why;
        return c->folder;
    }
    rc = cache_merge_init(&m, c);
    return rc ? failed(d, ENOMEM) : replace(c, &m, entries, d);
}
