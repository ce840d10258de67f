/* SPDX-License-Identifier: Apache-2.0 */
/* Cache files are hostile, also with checks that fit: looking in them ends well, and what goes over
 * into the next file is found there. */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "discover/cache/cache_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The seeds know these, with this stamp; the digest is that of paths[3]. */
static const char *const paths[] = {"a", "b/c", "d.py", "e.json", "f", "g", "h", "i"};
static const struct file_stamp stamp = {1, 2, 3, 4000000001, 5000000001, 0100644};
static const unsigned char sha256[SHA256_BYTES] = {3};

#define NOW INT64_C(9000000000)

static struct path_hash hash(const struct cache *c, size_t i)
{
    return cache_hash_path(c->seed, str_z(paths[i]));
}

/* So that what is inside is reached. */
static void fix_checks(unsigned char *p, size_t n)
{
    struct cache_header *h = (void *)p;
    size_t table, index;

    if (n < sizeof *h || !cache_section_sizes(h->entries, h->bits, &table, &index))
        return;
    if (table <= n - sizeof *h && index <= n - sizeof *h - table) {
        h->record_bytes = n - sizeof *h - table - index;
        h->table_check = cache_check_table(p + sizeof *h, table + index);
    }
    h->check = cache_check_header(h);
}

static void fix_records(const struct cache *c)
{
    for (size_t i = 0; i < ARRAY_LEN(paths); i += 2) {
        const struct cache_entry *e = cache_image_find(&c->old, hash(c, i).key);
        const struct cache_record *r = e ? cache_image_record(&c->old, e) : NULL;
        if (r)
            ((struct cache_record *)r)->check = cache_check_record(hash(c, i), r);
    }
}

static uint64_t touch(const struct cached *facts)
{
    uint64_t sum = facts->bytes_read;

    for (size_t i = 0; i < facts->frame.n; i++)
        sum += (unsigned char)facts->frame.p[i];
    return sum;
}

/* A table in disorder may lose what is in it, never more. */
static bool in_order(const struct cache_image *m)
{
    for (size_t i = 1; i < m->entries; i++) {
        if (m->table[i - 1].key > m->table[i].key)
            return false;
    }
    return true;
}

/* What is found is put again, the rest anew, every other time with another stamp. */
static void rescan(struct cache *c, struct cached facts[])
{
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct file_stamp now = stamp;
        const unsigned char *digest = NULL;
        facts[i] = (struct cached){STR("new"), i, i % 2};
        if (cache_find_content(c, str_z(paths[i]), sha256, &facts[i])) {
            digest = sha256;
            now.mode += i % 2;
        } else if (!cache_find(c, str_z(paths[i]), &stamp, &facts[i])) {
            now.mode++;
        }
        touch(&facts[i]);
        if (cache_put(c, str_z(paths[i]), &now, digest, &facts[i]))
            abort();
    }
}

static void write_and_look(struct cache *c, const struct cached facts[])
{
    struct cache_image next = {0};
    AUTO(cache_merge) m = {0};
    struct cache again = {.seed = c->seed};
    int fd = memfd_create("cache", MFD_CLOEXEC);
    struct stat st;
    uint64_t entries;

    (void)cache_changed(c, &entries);
    if (fd < 0 || cache_merge_init(&m, c) || cache_write(&m, fd, entries) || fstat(fd, &st))
        abort();
    unsigned char *p = mem_alloc((size_t)st.st_size);
    if (!p || pread(fd, p, (size_t)st.st_size, 0) != st.st_size ||
        !cache_image_read(p, (size_t)st.st_size, c->key, &next, &again.seed))
        abort();
    again.old = next;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct file_stamp other = stamp;
        struct cached is;
        other.mode++;
        if (!cache_find(&again, str_z(paths[i]), &stamp, &is) &&
            !cache_find(&again, str_z(paths[i]), &other, &is)) {
            if (in_order(&c->old))
                abort();
            continue;
        }
        if (touch(&is) != touch(&facts[i]) || is.binary != facts[i].binary)
            abort();
    }
    cache_image_done(&again.old);
    close(fd);
}

static void look(unsigned char *p, size_t n)
{
    struct cached facts[ARRAY_LEN(paths)];
    struct cache c = {.now_ns = NOW, .folder = -1, .file = -1};

    if (n >= sizeof(struct cache_header))
        memcpy(c.key, ((const struct cache_header *)p)->key, sizeof c.key);
    for (unsigned i = 0; i < CACHE_STRIPES; i++)
        pthread_mutex_init(&c.stripes[i].lock, NULL);
    if (cache_image_read(p, n, c.key, &c.old, &c.seed)) {
        fix_records(&c);
        c.seen = mem_alloc((c.old.entries / 64 + 1) * sizeof *c.seen);
        if (!c.seen)
            abort();
        rescan(&c, facts);
        write_and_look(&c, facts);
        mem_free((void *)c.seen);
    }
    for (unsigned i = 0; i < CACHE_STRIPES; i++) {
        arena_done(&c.stripes[i].memory);
        pthread_mutex_destroy(&c.stripes[i].lock);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *p = mem_alloc(size);

    if (!p)
        return 0;
    memcpy(p, data, size);
    look(p, size);
    fix_checks(p, size);
    look(p, size);
    mem_free(p);
    return 0;
}
