/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests: makes archives with libarchive, which is loaded as the readers load it. Include after
 * cmocka.h.
 *
 *     struct pack_member files[] = {{"a/b.txt", STR("text")}, {.path = "l", .link = "b.txt"}};
 *     AUTO(buf) zip = BUF_INIT;
 *     pack(&zip, "zip", NULL, files, 2);              format, filter ("gzip", "xz", ...)
 *     struct memory_source m = {.bytes = buf_str(&zip)};
 *     struct archive_source s = memory_source(&m);
 */
#ifndef STANCE_FORMATS_ARCHIVE_TESTING_H
#define STANCE_FORMATS_ARCHIVE_TESTING_H

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/archive/archive.h"

struct pack_member {
    const char *path;
    struct str content;
    const char *link, *hardlink;
    unsigned type;     /* AE_IFREG when 0 */
    bool unknown_size; /* as a writer that streams has it */
    int64_t hole;      /* zeros before the content, as a sparse file */
};

#define PACK_CALLS(X)                                                                              \
    X(write_new)                                                                                   \
    X(write_free)                                                                                  \
    X(write_close)                                                                                 \
    X(write_set_format_by_name)                                                                    \
    X(write_add_filter_by_name)                                                                    \
    X(write_set_options)                                                                           \
    X(write_set_passphrase)                                                                        \
    X(write_set_bytes_in_last_block)                                                               \
    X(write_open_memory)                                                                           \
    X(write_header)                                                                                \
    X(write_data)                                                                                  \
    X(entry_new)                                                                                   \
    X(entry_free)                                                                                  \
    X(entry_set_pathname)                                                                          \
    X(entry_set_size)                                                                              \
    X(entry_set_filetype)                                                                          \
    X(entry_set_perm)                                                                              \
    X(entry_set_symlink)                                                                           \
    X(entry_set_hardlink)                                                                          \
    X(entry_sparse_add_entry)

struct packer {
#define X(name) __typeof__(archive_##name) *name;
    PACK_CALLS(X)
#undef X
};

static inline void packer_load(struct packer *p)
{
    void *lib = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    assert_non_null(lib);
#define X(name)                                                                                    \
    {                                                                                              \
        void *call = dlsym(lib, "archive_" #name);                                                 \
        assert_non_null(call);                                                                     \
        memcpy(&p->name, &call, sizeof(call));                                                     \
    }
    PACK_CALLS(X)
#undef X
}

static inline void pack_one(const struct packer *p, struct archive *a, const struct pack_member *m)
{
    struct archive_entry *e = p->entry_new();
    p->entry_set_pathname(e, m->path);
    p->entry_set_filetype(e, m->type ? m->type : m->link ? AE_IFLNK : AE_IFREG);
    p->entry_set_perm(e, 0644);
    if (!m->unknown_size)
        p->entry_set_size(e, m->hole + (int64_t)m->content.n);
    if (m->link)
        p->entry_set_symlink(e, m->link);
    if (m->hardlink)
        p->entry_set_hardlink(e, m->hardlink);
    if (m->hole)
        p->entry_sparse_add_entry(e, m->hole, (int64_t)m->content.n);
    assert_int_equal(p->write_header(a, e), ARCHIVE_OK);
    static const char zeros[4096];
    for (int64_t left = m->hole; left;) {
        la_ssize_t n = p->write_data(a, zeros, (size_t)MIN(left, (int64_t)sizeof(zeros)));
        assert_true(n > 0);
        left -= n;
    }
    if (m->content.n)
        assert_int_equal(p->write_data(a, m->content.p, m->content.n), m->content.n);
    p->entry_free(e);
}

/* `options` as in archive_write_set_options(3), or NULL. */
static inline void pack_with(struct buf *out, const char *format, const char *filter,
                             const char *options, const struct pack_member *m, size_t n)
{
    struct packer p;
    size_t used = 0, room = (size_t)1 << 20;
    for (size_t i = 0; i < n; i++)
        room += 4096 + m[i].content.n * 2 + (size_t)m[i].hole;
    packer_load(&p);
    char *to = mem_alloc(room);
    struct archive *a = p.write_new();
    assert_true(to && a);
    assert_int_equal(p.write_set_format_by_name(a, format), ARCHIVE_OK);
    if (filter)
        assert_int_equal(p.write_add_filter_by_name(a, filter), ARCHIVE_OK);
    if (options)
        assert_int_equal(p.write_set_options(a, options), ARCHIVE_OK);
    p.write_set_passphrase(a, "test");
    p.write_set_bytes_in_last_block(a, 1);
    assert_int_equal(p.write_open_memory(a, to, room, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++)
        pack_one(&p, a, &m[i]);
    assert_int_equal(p.write_close(a), ARCHIVE_OK);
    p.write_free(a);
    buf_add(out, str_n(to, used));
    assert_int_equal(buf_result(out), 0);
    mem_free(to);
}

static inline void pack(struct buf *out, const char *format, const char *filter,
                        const struct pack_member *m, size_t n)
{
    pack_with(out, format, filter, NULL, m, n);
}

struct memory_source {
    struct str bytes;
    bool streamed; /* cannot be read out of order */
    uint64_t next;
    uint64_t total; /* bytes that were read */
};

static inline int memory_read(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct memory_source *m = ctx;
    assert_true(!m->streamed || offset == m->next);
    struct str part = str_sub(m->bytes, (size_t)MIN(offset, (uint64_t)m->bytes.n), m->bytes.n);
    *ret_got = MIN(n, part.n);
    if (*ret_got)
        memcpy(to, part.p, *ret_got);
    m->next = offset + *ret_got;
    m->total += *ret_got;
    return 0;
}

static inline struct archive_source memory_source(struct memory_source *m)
{
    return (struct archive_source){
        .read = memory_read, .ctx = m, .size = m->bytes.n, .seekable = !m->streamed};
}

#endif
