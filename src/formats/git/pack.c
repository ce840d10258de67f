/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which pack indexes are sound, and which objects can be restored within limits. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/git/pack.h"

#define FANOUT_AT  8u
#define IDS_AT     (FANOUT_AT + 256u * 4u)
#define TRAILER    (2u * GIT_ID_BYTES)
#define OFS_DELTA  6u
#define REF_DELTA  7u
#define LARGE      0x80000000u
#define OFFSET_MAX ((uint64_t)INT64_MAX)

/* Longest head of an object: type and size, then a base, then the start of a deflated delta. */
#define HEAD_BYTES 96u

/* Objects that were checked, by offset: chains share their bases. A power of two. */
#define KNOWN_SLOTS 4096u

struct known {
    uint64_t offset, work, size; /* offset 0: free (a pack begins with its header) */
    uint8_t type;
    uint16_t steps;
};

struct gitpack_known {
    struct known slots[KNOWN_SLOTS];
    struct known chain[GITPACK_CHAIN_MAX]; /* of the check under way */
};

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t fanout(const struct gitpack *p, unsigned byte)
{
    return be32(p->index + FANOUT_AT + 4u * byte);
}

static const unsigned char *id_at(const struct gitpack *p, uint32_t i)
{
    return p->index + IDS_AT + (size_t)i * GIT_ID_BYTES;
}

/* --- opening ------------------------------------------------------------------------------- */

/* All sizes in 64 bits: a count that wraps around must not pass. */
static int check_index(struct gitpack *p, struct diag *d)
{
    static const unsigned char magic[] = {0xff, 't', 'O', 'c'};
    if (p->index_bytes < IDS_AT + TRAILER)
        return diag_set(d, E_PARSE, "the index is too short");
    if (memcmp(p->index, magic, sizeof(magic)))
        return diag_set(d, E_UNSUPPORTED, "an index of version 1, or none at all, is not read");
    if (be32(p->index + 4) != 2)
        return diag_set(d, E_UNSUPPORTED, "an index of version %u is not read", be32(p->index + 4));
    for (unsigned i = 1; i < 256; i++)
        if (fanout(p, i) < fanout(p, i - 1))
            return diag_set(d, E_PARSE, "the index is damaged: its counts fall");
    p->count = fanout(p, 255);
    uint64_t least = IDS_AT + TRAILER + (uint64_t)p->count * (GIT_ID_BYTES + 4 + 4);
    uint64_t most = least + (p->count ? ((uint64_t)p->count - 1) * 8 : 0);
    if (p->index_bytes < least || p->index_bytes > most || (p->index_bytes - least) % 8)
        return diag_set(d, E_PARSE, "the index is damaged: its size does not fit its counts");
    return 0;
}

static int map_index(int folder, const char *name, struct gitpack *p, struct diag *d)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return diag_errno(d, "the index cannot be opened");
    int rc = fstat(fd, &st) ? E_IO : 0;
    if (!rc && !S_ISREG(st.st_mode))
        rc = diag_set(d, E_UNSUPPORTED, "the index is no regular file");
    if (!rc && st.st_size < (off_t)(IDS_AT + TRAILER))
        rc = diag_set(d, E_PARSE, "the index is too short");
    if (!rc) {
        p->index_bytes = (size_t)st.st_size;
        void *map = mmap(NULL, p->index_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map == MAP_FAILED)
            rc = diag_set(d, E_LIMIT, "the index is larger than a worker may map");
        else
            p->index = map;
    }
    close(fd);
    return rc;
}

/* "pack-x.pack" for "pack-x.idx". */
static char *pack_name(const char *index_name)
{
    AUTO(buf) b = BUF_INIT;
    struct str name = str_z(index_name);
    buf_add(&b, str_sub(name, 0, name.n - strlen(".idx")));
    buf_addz(&b, ".pack");
    return buf_detach(&b, NULL);
}

int gitpack_open(int folder, const char *index_name, struct gitpack *ret, struct diag *d)
{
    struct gitpack p = {.folder = folder, .fd = -1};
    if (!str_ends(str_z(index_name), STR(".idx")))
        return diag_set(d, E_USAGE, "an index ends in .idx");
    int rc = map_index(folder, index_name, &p, d);
    if (!rc)
        rc = check_index(&p, d);
    if (!rc && !(p.pack_name = pack_name(index_name)))
        rc = diag_set(d, E_NOMEM, "no memory for a pack");
    if (rc)
        gitpack_close(&p);
    else
        *ret = p;
    return rc;
}

void gitpack_rest(struct gitpack *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    mem_free(p->known);
    p->known = NULL;
    if (p->inflate) {
        inflateEnd(p->inflate);
        mem_free(p->inflate);
        p->inflate = NULL;
    }
}

void gitpack_close(struct gitpack *p)
{
    gitpack_rest(p);
    mem_free(p->pack_name);
    p->pack_name = NULL;
    if (p->index)
        munmap((void *)p->index, p->index_bytes);
    p->index = NULL;
    p->count = 0;
}

static void *zlib_alloc(void *ctx UNUSED, uInt n, uInt size)
{
    size_t bytes;
    return size_mul_overflow(n, size, &bytes) ? NULL : mem_alloc(bytes);
}

static void zlib_free(void *ctx UNUSED, void *p)
{
    mem_free(p);
}

static int wake(struct gitpack *p, struct diag *d)
{
    struct stat st;
    if (p->fd >= 0)
        return 0;
    int fd = openat(p->folder, p->pack_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return diag_errno(d, "the pack cannot be opened");
    z_stream *z = mem_alloc(sizeof(*z));
    p->known = mem_alloc(sizeof(*p->known));
    int rc = z && p->known ? 0 : E_NOMEM;
    if (!rc) {
        z->zalloc = zlib_alloc;
        z->zfree = zlib_free;
        rc = inflateInit(z) == Z_OK ? 0 : E_NOMEM;
    }
    if (!rc && (fstat(fd, &st) || !S_ISREG(st.st_mode)))
        rc = E_IO;
    if (!rc) {
        p->inflate = z;
        p->bytes = (uint64_t)st.st_size;
        p->fd = fd;
        return 0;
    }
    mem_free(z);
    mem_free(p->known);
    p->known = NULL;
    close(fd);
    return diag_set(d, rc, rc == E_IO ? "the pack is no regular file" : "no memory for a pack");
}

/* --- finding ------------------------------------------------------------------------------- */

static bool offset_of(const struct gitpack *p, uint32_t i, uint64_t *ret)
{
    const unsigned char *offsets = p->index + IDS_AT + (size_t)p->count * (GIT_ID_BYTES + 4);
    const unsigned char *large = offsets + (size_t)p->count * 4;
    uint32_t v = be32(offsets + (size_t)i * 4);
    if (!(v & LARGE)) {
        *ret = v;
        return true;
    }
    size_t n = (size_t)(p->index + p->index_bytes - TRAILER - large) / 8;
    if ((v & ~LARGE) >= n)
        return false;
    large += (size_t)(v & ~LARGE) * 8;
    *ret = (uint64_t)be32(large) << 32 | be32(large + 4);
    return *ret <= OFFSET_MAX;
}

/* The first place whose name is not smaller. */
static uint32_t lower_bound(const struct gitpack *p, const struct git_id *id)
{
    uint32_t from = id->b[0] ? fanout(p, id->b[0] - 1u) : 0, to = fanout(p, id->b[0]);
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (memcmp(id_at(p, mid), id->b, GIT_ID_BYTES) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

bool gitpack_find(const struct gitpack *p, const struct git_id *id, uint64_t *ret_offset)
{
    uint32_t i = p->count ? lower_bound(p, id) : 0;
    return i < p->count && !memcmp(id_at(p, i), id->b, GIT_ID_BYTES) && offset_of(p, i, ret_offset);
}

uint32_t gitpack_first(const struct gitpack *p, const struct git_id *prefix)
{
    return p->count ? lower_bound(p, prefix) : 0;
}

bool gitpack_next(const struct gitpack *p, const struct git_id *prefix, size_t digits, uint32_t *at,
                  struct git_id *ret)
{
    struct git_id id;
    if (*at >= p->count)
        return false;
    memcpy(id.b, id_at(p, *at), GIT_ID_BYTES);
    if (!git_id_has_prefix(&id, prefix, digits))
        return false;
    ++*at;
    *ret = id;
    return true;
}

/* --- what an object costs ------------------------------------------------------------------ */

struct head {
    unsigned type;   /* as in the pack: 1 to 4, OFS_DELTA, REF_DELTA */
    uint64_t size;   /* inflated */
    uint64_t base;   /* of a delta: its offset */
    uint64_t result; /* of a delta: size of what it makes */
};

static int damaged(struct diag *d, const char *how)
{
    return diag_set(d, E_PARSE, "the pack is damaged: %s", how);
}

/* Seven bits a byte, the lowest first. */
static bool get_size(const unsigned char *p, size_t n, size_t *at, unsigned shift, uint64_t *size)
{
    for (bool more = true; more; shift += 7) {
        if (*at >= n || shift > 56)
            return false;
        more = p[*at] & 0x80;
        *size |= (uint64_t)(p[(*at)++] & 0x7f) << shift;
    }
    return true;
}

static bool get_ofs_base(const unsigned char *p, size_t n, size_t *at, uint64_t offset,
                         uint64_t *ret)
{
    uint64_t back = 0;
    for (bool more = true, first = true; more; first = false) {
        if (*at >= n || back > OFFSET_MAX >> 8)
            return false;
        more = p[*at] & 0x80;
        back = ((first ? back : back + 1) << 7) | (p[(*at)++] & 0x7f);
    }
    if (!back || back >= offset)
        return false;
    *ret = offset - back;
    return true;
}

/* The two sizes at the start of a deflated delta. */
static bool get_result(struct gitpack *p, const unsigned char *in, size_t n, uint64_t *ret)
{
    unsigned char out[20];
    z_stream *z = p->inflate;
    if (inflateReset(z) != Z_OK)
        return false;
    z->next_in = (unsigned char *)in;
    z->avail_in = (uInt)n;
    z->next_out = out;
    z->avail_out = sizeof(out);
    int rc = inflate(z, Z_SYNC_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return false;
    size_t got = sizeof(out) - z->avail_out, at = 0;
    uint64_t base = 0, result = 0;
    if (!get_size(out, got, &at, 0, &base) || !get_size(out, got, &at, 0, &result))
        return false;
    *ret = result;
    return true;
}

/* A dynamic code can push the first bytes of a delta far back: then more of it is read. */
static int read_result(struct gitpack *p, uint64_t at, const unsigned char *head, size_t n,
                       uint64_t *ret, struct diag *d)
{
    unsigned char more[1024];
    if (get_result(p, head, n, ret))
        return 0;
    ssize_t got = pread(p->fd, more, sizeof(more), (off_t)at);
    if (got < 0)
        return diag_errno(d, "the pack cannot be read");
    return get_result(p, more, (size_t)got, ret) ? 0 : damaged(d, "a delta cannot be inflated");
}

static int read_head(struct gitpack *p, uint64_t offset, struct head *ret, struct diag *d)
{
    unsigned char b[HEAD_BYTES];
    struct head h = {0};
    size_t at = 1;
    if (!offset || offset >= p->bytes || p->bytes - offset <= GIT_ID_BYTES)
        return damaged(d, "an object lies outside of it");
    ssize_t got = pread(p->fd, b, sizeof(b), (off_t)offset);
    if (got <= 0)
        return got < 0 ? diag_errno(d, "the pack cannot be read") : damaged(d, "it ends early");
    size_t n = (size_t)got;
    h.type = b[0] >> 4 & 7;
    h.size = b[0] & 15;
    if (b[0] & 0x80 && !get_size(b, n, &at, 4, &h.size))
        return damaged(d, "an object has no size");
    if (h.type == OFS_DELTA) {
        if (!get_ofs_base(b, n, &at, offset, &h.base))
            return damaged(d, "a delta has no base");
    } else if (h.type == REF_DELTA) {
        struct git_id id;
        if (n - at < GIT_ID_BYTES)
            return damaged(d, "a delta has no base");
        memcpy(id.b, b + at, GIT_ID_BYTES);
        at += GIT_ID_BYTES;
        if (!gitpack_find(p, &id, &h.base))
            return damaged(d, "the base of a delta is not in it");
    } else if (h.type < GIT_COMMIT || h.type > GIT_TAG) {
        return damaged(d, "an object of no known type");
    }
    int rc = 0;
    if (h.type == OFS_DELTA || h.type == REF_DELTA)
        rc = read_result(p, offset + at, b + at, n - at, &h.result, d);
    if (!rc)
        *ret = h;
    return rc;
}

static struct known *slot_of(const struct gitpack *p, uint64_t offset)
{
    return &p->known->slots[(offset * 0x9e3779b97f4a7c15u >> 40) % KNOWN_SLOTS];
}

static int too_large(struct diag *d, uint64_t size)
{
    return diag_set(d, E_LIMIT, "an object of %llu bytes is larger than what is read",
                    (unsigned long long)size);
}

/* From the base up: type, size and sum of the work of each object on the chain. */
static int add_up(struct gitpack *p, size_t n, const struct known *base,
                  const struct gitpack_limits *lim, struct diag *d)
{
    struct known below = *base;
    for (size_t i = n; i-- > 0;) {
        struct known *k = &p->known->chain[i];
        if (__builtin_add_overflow(k->work, below.work, &k->work) || k->work > lim->work)
            return diag_set(d, E_LIMIT, "restoring an object from its deltas takes too much work");
        k->type = below.type;
        k->steps = (uint16_t)(below.steps + 1);
        if (k->steps > GITPACK_CHAIN_MAX)
            return diag_set(d, E_LIMIT, "a chain of more than %d deltas", GITPACK_CHAIN_MAX);
        *slot_of(p, k->offset) = *k;
        below = *k;
    }
    return 0;
}

int gitpack_check(struct gitpack *p, uint64_t offset, const struct gitpack_limits *lim,
                  struct gitpack_object *ret, struct diag *d)
{
    struct known base = {0};
    size_t n = 0;
    int rc = wake(p, d);
    while (!rc && !base.offset) {
        const struct known *k = slot_of(p, offset);
        struct head h;
        if (offset && k->offset == offset) {
            base = *k;
            break;
        }
        if ((rc = read_head(p, offset, &h, d)))
            break;
        if (h.size > lim->object || h.result > lim->object)
            return too_large(d, MAX(h.size, h.result));
        struct known now = {.offset = offset, .work = h.size + h.result, .size = h.size};
        if (h.type <= GIT_TAG) {
            now.type = (uint8_t)h.type;
            *slot_of(p, offset) = base = now;
            break;
        }
        if (n == GITPACK_CHAIN_MAX)
            return diag_set(d, E_LIMIT, "a chain of more than %d deltas", GITPACK_CHAIN_MAX);
        now.size = h.result;
        p->known->chain[n++] = now;
        offset = h.base;
    }
    if (!rc)
        rc = add_up(p, n, &base, lim, d);
    if (rc)
        return rc;
    const struct known *top = n ? &p->known->chain[0] : &base;
    *ret = (struct gitpack_object){.type = (enum git_type)top->type, .size = top->size};
    return 0;
}
