/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a loose object is whole, and no larger than it may be. */
#include <errno.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "formats/git/loose.h"

#define WINDOW ((size_t)16 << 10)
/* "commit 18446744073709551615" and its NUL. */
#define HEADER_MAX 32u
/* What deflating may add to what cannot be made smaller. */
#define SLACK ((uint64_t)1 << 20)

struct loose {
    int fd;
    bool ended;
    uint64_t max, stored; /* bytes of the object; of the file, so far */
    z_stream z;
    unsigned char in[WINDOW], out[WINDOW];
};

static int damaged(struct diag *d, const char *how)
{
    return diag_set(d, E_PARSE, "is damaged: %s", how);
}

static int too_large(const struct loose *l, struct diag *d)
{
    return diag_set(d, E_LIMIT, "is larger than what is read of one object (%llu bytes)",
                    (unsigned long long)l->max);
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

static int refill(struct loose *l, struct diag *d)
{
    ssize_t n;
    do
        n = read(l->fd, l->in, sizeof(l->in));
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n ? diag_errno(d, "cannot be read") : damaged(d, "it is cut off");
    l->z.next_in = l->in;
    l->z.avail_in = (uInt)n;
    l->stored += (uint64_t)n;
    return l->stored > l->max + SLACK ? too_large(l, d) : 0;
}

/* Up to n bytes; less only at the end. */
static int unpack(struct loose *l, size_t n, size_t *ret_got, struct diag *d)
{
    l->z.next_out = l->out;
    l->z.avail_out = (uInt)n;
    while (l->z.avail_out && !l->ended) {
        int rc = l->z.avail_in ? 0 : refill(l, d);
        if (rc)
            return rc;
        rc = inflate(&l->z, Z_NO_FLUSH);
        l->ended = rc == Z_STREAM_END;
        if (rc == Z_MEM_ERROR)
            return diag_set(d, E_NOMEM, "no memory for an object");
        if (rc != Z_OK && rc != Z_STREAM_END)
            return damaged(d, "it cannot be inflated");
    }
    *ret_got = n - l->z.avail_out;
    return 0;
}

/* "blob 12": the size; what follows is not read. */
static bool read_header(struct str head, uint64_t *ret_size)
{
    static const char *const types[] = {"commit ", "tree ", "blob ", "tag "};
    struct str digits = STR("");
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_starts(head, str_z(types[i])))
            digits = str_sub(head, strlen(types[i]), head.n);
    return !str_to_u64(digits, ret_size);
}

static int check(struct loose *l, struct diag *d)
{
    size_t got;
    uint64_t size;
    int rc = unpack(l, HEADER_MAX, &got, d);
    if (rc)
        return rc;
    struct str head = str_n((const char *)l->out, got);
    size_t end = str_chr(head, 0, 0);
    if (end == SIZE_MAX || !read_header(str_sub(head, 0, end), &size))
        return damaged(d, "it has no header");
    if (size > l->max)
        return too_large(l, d);
    uint64_t seen = got - end - 1;
    while (!rc && seen <= size && !l->ended) {
        rc = unpack(l, (size_t)MIN((uint64_t)WINDOW, size - seen + 1), &got, d);
        seen += rc ? 0 : got;
    }
    return rc ? rc : seen != size ? damaged(d, "it has not the size that it says") : 0;
}

int gitloose_check(int fd, uint64_t max, struct diag *d)
{
    struct loose *l = mem_alloc(sizeof(*l));
    if (!l)
        return diag_set(d, E_NOMEM, "no memory for an object");
    l->fd = fd;
    l->max = MIN(max, UINT64_MAX - SLACK);
    l->z.zalloc = zlib_alloc;
    l->z.zfree = zlib_free;
    int rc = inflateInit(&l->z) == Z_OK ? 0 : diag_set(d, E_NOMEM, "no memory for an object");
    if (!rc) {
        rc = check(l, d);
        inflateEnd(&l->z);
    }
    mem_free(l);
    return rc;
}
