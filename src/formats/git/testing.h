/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests and fuzz targets: repositories made by hand, byte for byte, also those that no git
 * would make. Include after the test framework.
 *
 *     struct testgit t;
 *     testgit_make(&t);                                    a bare repository in a new folder
 *     struct git_id blob = testgit_object(&t, GIT_BLOB, STR("text"));
 *     struct git_id tree = testgit_tree1(&t, "100644", "a.txt", &blob);
 *     struct git_id c = testgit_commit(&t, &tree, NULL, 0, 1000);
 *     testgit_ref(&t, "refs/heads/main", &c);
 *     testgit_open(&t, &repo, &d);
 *     testgit_remove(&t);
 */
#ifndef STANCE_FORMATS_GIT_TESTING_H
#define STANCE_FORMATS_GIT_TESTING_H

#include <dirent.h>
#include <fcntl.h>
#include <git2.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/git/lib.h"
#include "formats/git/repo.h"

struct testgit {
    char dir[64];
    int fd;
    struct gitlib lib;
};

static inline void testgit_must(bool ok)
{
    if (!ok)
        abort();
}

static inline const char *testgit_type(enum git_type type)
{
    static const char *const names[] = {"", "commit", "tree", "blob", "tag"};
    return names[type];
}

/* Folders above it are made. */
static inline void testgit_file(const struct testgit *t, const char *name, struct str bytes)
{
    char path[4300];
    snprintf(path, sizeof(path), "%s", name);
    for (char *p = path; (p = strchr(p, '/')); p++) {
        *p = 0;
        mkdirat(t->fd, path, 0755);
        *p = '/';
    }
    unlinkat(t->fd, path, 0);
    int fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    testgit_must(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
    close(fd);
}

static inline void testgit_folder(const struct testgit *t, const char *name)
{
    testgit_must(!mkdirat(t->fd, name, 0755));
}

static inline void testgit_load(struct testgit *t)
{
    struct diag d = {0};
    testgit_must(!gitlib_load(&t->lib, &d));
}

static inline void testgit_make_in(struct testgit *t, const char *where)
{
    snprintf(t->dir, sizeof(t->dir), "%s/stance-git.XXXXXX", where);
    testgit_must(mkdtemp(t->dir) != NULL);
    t->fd = open(t->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    testgit_must(t->fd >= 0);
    testgit_folder(t, "objects");
    testgit_folder(t, "objects/pack");
    testgit_folder(t, "refs");
    testgit_file(t, "HEAD", STR("ref: refs/heads/main\n"));
}

static inline void testgit_make(struct testgit *t)
{
    testgit_load(t);
    testgit_make_in(t, "/tmp");
}

static inline void testgit_empty(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (unlinkat(dirfd(dir), e->d_name, 0)) {
            testgit_empty(dirfd(dir), e->d_name);
            unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
        }
    }
    if (dir)
        closedir(dir);
}

static inline void testgit_remove(struct testgit *t)
{
    testgit_empty(AT_FDCWD, t->dir);
    rmdir(t->dir);
    close(t->fd);
}

static inline int testgit_open_with(const struct testgit *t, const struct gitrepo_limits *lim,
                                    struct gitrepo **ret, struct diag *d)
{
    struct gitrepo_folders f = {.git = t->fd, .common = t->fd};
    return gitrepo_open(&t->lib, &f, lim, ret, d);
}

static inline int testgit_open(const struct testgit *t, struct gitrepo **ret, struct diag *d)
{
    struct gitrepo_limits lim = gitrepo_limits_default();
    return testgit_open_with(t, &lim, ret, d);
}

/* --- objects ------------------------------------------------------------------------------- */

/* With its header, as it is named by and as it stands in a loose file. */
static inline void testgit_raw(struct buf *out, enum git_type type, struct str data)
{
    buf_addf(out, "%s %zu", testgit_type(type), data.n);
    buf_addc(out, 0);
    buf_add(out, data);
}

static inline struct git_id testgit_name(enum git_type type, struct str data)
{
    AUTO(buf) raw = BUF_INIT;
    struct git_id id;
    testgit_raw(&raw, type, data);
    SHA1((const unsigned char *)raw.p, raw.n, id.b);
    return id;
}

static inline void testgit_deflate(struct buf *out, struct str bytes)
{
    uLongf n = compressBound((uLong)bytes.n);
    char *room = buf_room(out, n);
    testgit_must(room &&
                 compress2((Bytef *)room, &n, (const Bytef *)bytes.p, (uLong)bytes.n, 1) == Z_OK);
    out->n += n;
    buf_cut(out, out->n);
}

static inline void testgit_loose_path(const struct git_id *id, char out[64])
{
    struct git_id_hex hex = git_id_hex(id);
    snprintf(out, 64, "objects/%.2s/%s", hex.z, hex.z + 2);
}

/* Any bytes, deflated, as the loose object of that name. */
static inline void testgit_loose(const struct testgit *t, const struct git_id *id, struct str raw)
{
    AUTO(buf) file = BUF_INIT;
    char path[64];
    testgit_deflate(&file, raw);
    testgit_loose_path(id, path);
    testgit_file(t, path, buf_str(&file));
}

static inline struct git_id testgit_object(const struct testgit *t, enum git_type type,
                                           struct str data)
{
    AUTO(buf) raw = BUF_INIT;
    struct git_id id = testgit_name(type, data);
    testgit_raw(&raw, type, data);
    testgit_loose(t, &id, buf_str(&raw));
    return id;
}

static inline void testgit_entry(struct buf *tree, const char *mode, struct str name,
                                 const struct git_id *id)
{
    buf_addz(tree, mode);
    buf_addc(tree, ' ');
    buf_add(tree, name);
    buf_addc(tree, 0);
    buf_add(tree, git_id_str(id));
}

static inline struct git_id testgit_tree1(const struct testgit *t, const char *mode,
                                          const char *name, const struct git_id *id)
{
    AUTO(buf) tree = BUF_INIT;
    testgit_entry(&tree, mode, str_z(name), id);
    return testgit_object(t, GIT_TREE, buf_str(&tree));
}

static inline void testgit_commit_text(struct buf *out, const struct git_id *tree,
                                       const struct git_id *parents, size_t n, long time)
{
    buf_addf(out, "tree %s\n", git_id_hex(tree).z);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "parent %s\n", git_id_hex(&parents[i]).z);
    buf_addf(out, "author A <a@example.com> %ld +0000\n", time);
    buf_addf(out, "committer C <c@example.com> %ld +0000\n\nmessage\n", time);
}

static inline struct git_id testgit_commit(const struct testgit *t, const struct git_id *tree,
                                           const struct git_id *parents, size_t n, long time)
{
    AUTO(buf) text = BUF_INIT;
    testgit_commit_text(&text, tree, parents, n, time);
    return testgit_object(t, GIT_COMMIT, buf_str(&text));
}

static inline void testgit_ref(const struct testgit *t, const char *name, const struct git_id *id)
{
    char line[64];
    int n = snprintf(line, sizeof(line), "%s\n", git_id_hex(id).z);
    testgit_file(t, name, str_n(line, (size_t)n));
}

/* --- packs --------------------------------------------------------------------------------- */

#define TESTPACK_MAX 600

struct testpack {
    struct buf bytes;
    struct {
        struct git_id id;
        uint64_t offset;
    } v[TESTPACK_MAX];
    size_t n;
};

static inline void testpack_init(struct testpack *p)
{
    memset(p, 0, sizeof(*p));
    p->bytes = (struct buf)BUF_INIT;
    buf_add(&p->bytes, STR("PACK\0\0\0\2\0\0\0\0"));
}

static inline void testpack_be32(struct buf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_addc(b, (char)(v >> shift));
}

static inline void testpack_head(struct testpack *p, unsigned type, uint64_t size,
                                 const struct git_id *id)
{
    testgit_must(p->n < TESTPACK_MAX);
    p->v[p->n].id = *id;
    p->v[p->n++].offset = p->bytes.n;
    unsigned char c = (unsigned char)(type << 4 | (size & 15));
    for (size >>= 4; size; size >>= 7) {
        buf_addc(&p->bytes, (char)(c | 0x80));
        c = size & 0x7f;
    }
    buf_addc(&p->bytes, (char)c);
}

static inline struct git_id testpack_add(struct testpack *p, enum git_type type, struct str data)
{
    struct git_id id = testgit_name(type, data);
    testpack_head(p, type, data.n, &id);
    testgit_deflate(&p->bytes, data);
    return id;
}

/* A delta against the entry at `offset`, or against a named object. */
static inline void testpack_ofs(struct testpack *p, uint64_t offset, struct str delta,
                                const struct git_id *id)
{
    uint64_t back = p->bytes.n - offset;
    char code[10];
    size_t n = sizeof(code);
    testpack_head(p, 6, delta.n, id);
    code[--n] = (char)(back & 127);
    while (back >>= 7)
        code[--n] = (char)(128 | (--back & 127));
    buf_add(&p->bytes, str_n(code + n, sizeof(code) - n));
    testgit_deflate(&p->bytes, delta);
}

static inline void testpack_ref(struct testpack *p, const struct git_id *base, struct str delta,
                                const struct git_id *id)
{
    testpack_head(p, 7, delta.n, id);
    buf_add(&p->bytes, git_id_str(base));
    testgit_deflate(&p->bytes, delta);
}

static inline void testpack_size(struct buf *delta, uint64_t size)
{
    for (; size > 127; size >>= 7)
        buf_addc(delta, (char)(size | 0x80));
    buf_addc(delta, (char)size);
}

/* A delta that keeps all of its base (at most 64 KiB) and adds a text (at most 127 bytes). */
static inline void testpack_append(struct buf *delta, size_t base, struct str text)
{
    testpack_size(delta, base);
    testpack_size(delta, base + text.n);
    if (base) {
        buf_addc(delta, (char)(0x80 | 0x10 | 0x20));
        buf_addc(delta, (char)base);
        buf_addc(delta, (char)(base >> 8));
    }
    if (text.n)
        buf_addc(delta, (char)text.n);
    buf_add(delta, text);
}

static inline int testpack_cmp(const void *a, const void *b)
{
    return memcmp(a, b, GIT_ID_BYTES); /* the name comes first */
}

static inline void testpack_index(const struct testpack *p, struct buf *out)
{
    unsigned char sum[GIT_ID_BYTES];
    buf_add(out, STR("\377tOc\0\0\0\2"));
    for (unsigned byte = 0, n = 0; byte < 256; byte++) {
        while (n < p->n && p->v[n].id.b[0] <= byte)
            n++;
        testpack_be32(out, n);
    }
    for (size_t i = 0; i < p->n; i++)
        buf_add(out, git_id_str(&p->v[i].id));
    for (size_t i = 0; i < p->n; i++)
        testpack_be32(out, 0); /* checksums are not looked at */
    for (size_t i = 0; i < p->n; i++)
        testpack_be32(out, (uint32_t)p->v[i].offset);
    buf_add(out, str_sub(buf_str(&p->bytes), p->bytes.n - GIT_ID_BYTES, p->bytes.n));
    SHA1((const unsigned char *)out->p, out->n, sum);
    buf_add(out, str_n(sum, sizeof(sum)));
}

static inline void testpack_seal(struct testpack *p)
{
    unsigned char sum[GIT_ID_BYTES];
    for (int i = 0; i < 4; i++)
        p->bytes.p[8 + i] = (char)(p->n >> (24 - 8 * i));
    SHA1((const unsigned char *)p->bytes.p, p->bytes.n, sum);
    buf_add(&p->bytes, str_n(sum, sizeof(sum)));
    qsort(p->v, p->n, sizeof(p->v[0]), testpack_cmp);
}

/* Seals, writes NAME.pack and NAME.idx, and forgets everything. */
static inline void testpack_write(const struct testgit *t, struct testpack *p, const char *name)
{
    AUTO(buf) index = BUF_INIT;
    char path[128];
    testpack_seal(p);
    testpack_index(p, &index);
    snprintf(path, sizeof(path), "objects/pack/%s.pack", name);
    testgit_file(t, path, buf_str(&p->bytes));
    snprintf(path, sizeof(path), "objects/pack/%s.idx", name);
    testgit_file(t, path, buf_str(&index));
    buf_done(&p->bytes);
}

#endif
