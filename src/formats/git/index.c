/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which paths the index of a working tree names, and what it says of each. */
#include "formats/git/index.h"

#include "base/err.h"

#define HEADER    12u /* "DIRC", version, number of entries */
#define STAT      40u /* times, device, mode, owner, size */
#define MODE_AT   24u
#define EXTENDED  0x4000u /* of the flags: two more bytes */
#define NAME_MASK 0x0fffu
#define ABSENT    0x4000u /* of these: skip-worktree */
/* That so many entries fit tells how long names are. */
#define TRIED 8u

static uint32_t read_32(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static unsigned read_16(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    return (unsigned)b[0] << 8 | b[1];
}

static int broken(struct diag *d, const struct gitindex *x)
{
    return diag_set(d, E_PARSE, "not an index that git writes, from byte %llu on",
                    (unsigned long long)x->at);
}

static bool is_mode(uint32_t mode)
{
    switch (mode & 0170000u) {
    case 0100000u:
    case 0120000u:
    case GITINDEX_LINK:
    case GITINDEX_FOLDER: return mode <= 0177777u;
    default: return false;
    }
}

/* How many bytes of the path before are dropped (version 4). 1, or E_LIMIT: there is more. */
static int read_strip(struct str s, size_t *at, size_t *ret)
{
    size_t n = 0;
    for (unsigned i = 0; i < 5; i++) {
        if (*at >= s.n)
            return E_LIMIT;
        unsigned char c = (unsigned char)s.p[(*at)++];
        n = (i ? (n + 1) << 7 : 0) | (c & 0x7f);
        if (!(c & 0x80)) {
            *ret = n;
            return 1;
        }
    }
    return E_PARSE;
}

/* The path, which ends with a NUL; of versions 2 and 3 eight bytes are made full with more. */
static int read_path(const struct gitindex *x, struct str s, size_t *at, struct str *ret)
{
    size_t end = str_chr(s, 0, *at);
    if (end == SIZE_MAX)
        return s.n - *at > GITINDEX_HEAD / 2 ? E_PARSE : E_LIMIT;
    *ret = str_sub(s, *at, end);
    *at = x->version == 4 ? end + 1 : (end + 8) & ~(size_t)7;
    if (*at > s.n)
        return E_LIMIT;
    for (size_t i = end; i < *at; i++)
        if (s.p[i])
            return E_PARSE;
    return 1;
}

/* 1, or E_LIMIT, E_PARSE; `x` does not change but for its path. */
static int read_entry(const struct gitindex *x, struct str s, struct gitindex_entry *ret,
                      size_t *ret_used)
{
    size_t at = STAT + x->id_bytes, strip = 0;
    struct str path;
    if (s.n < at + 4)
        return E_LIMIT;
    unsigned flags = read_16(s.p + at), more = flags & EXTENDED ? read_16(s.p + at + 2) : 0;
    ret->mode = read_32(s.p + MODE_AT);
    ret->absent = more & ABSENT;
    if (!is_mode(ret->mode) || (flags & EXTENDED && x->version < 3))
        return E_PARSE;
    at += flags & EXTENDED ? 4 : 2;
    int rc = x->version == 4 ? read_strip(s, &at, &strip) : 1;
    if (rc == 1)
        rc = read_path(x, s, &at, &path);
    if (rc != 1)
        return rc;
    if (strip > x->path->n)
        return E_PARSE;
    buf_cut(x->path, x->version == 4 ? x->path->n - strip : 0);
    buf_add(x->path, path);
    if (buf_result(x->path))
        return E_NOMEM;
    ret->path = buf_str(x->path);
    *ret_used = at;
    return (flags & NAME_MASK) == MIN(ret->path.n, (size_t)NAME_MASK) ? 1 : E_PARSE;
}

/* Do the first entries fit? */
static int try_bytes(struct str head, const struct gitindex *like, unsigned bytes)
{
    AUTO(buf) path = BUF_CAPPED(GITINDEX_HEAD);
    struct gitindex x = *like;
    struct gitindex_entry e;
    size_t used = 0, at = HEADER;
    int rc = 1;
    x.id_bytes = bytes;
    x.path = &path;
    for (unsigned i = 0; i < TRIED && i < x.left && rc == 1; i++) {
        rc = read_entry(&x, str_sub(head, at, head.n), &e, &used);
        at += rc == 1 ? used : 0;
    }
    return rc == E_LIMIT && at > HEADER ? 1 : rc;
}

int gitindex_begin(struct str head, struct gitindex *ret, struct diag *d)
{
    struct gitindex x = {.path = ret->path};
    if (head.n < HEADER || !str_starts(head, STR("DIRC")))
        return broken(d, &x);
    x.version = read_32(head.p + 4);
    x.left = read_32(head.p + 8);
    if (x.version < 2 || x.version > 4)
        return diag_set(d, E_UNSUPPORTED, "an index of version %u", x.version);
    int rc = 1;
    const unsigned bytes[] = {20, 32};
    for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
        x.id_bytes = bytes[i];
        rc = try_bytes(head, &x, bytes[i]);
        if (rc == 1 || rc == E_NOMEM)
            break;
    }
    if (rc != 1)
        return rc == E_NOMEM ? diag_set(d, rc, "no memory to read an index") : broken(d, &x);
    x.at = HEADER;
    buf_clear(x.path);
    *ret = x;
    return 0;
}

/* Behind the entries: extensions with a name and a length, then a checksum. */
static int read_end(struct gitindex *x, struct str rest, bool last)
{
    x->split = str_starts(rest, STR("link"));
    return rest.n < 4 && !last ? E_LIMIT : 0;
}

int gitindex_next(struct gitindex *x, struct str rest, bool last, struct gitindex_entry *ret,
                  struct diag *d)
{
    size_t used;
    if (!x->left)
        return read_end(x, rest, last);
    int rc = read_entry(x, rest, ret, &used);
    if (rc == E_NOMEM)
        return diag_set(d, rc, "no memory to read an index");
    if (rc == E_LIMIT && !last)
        return rc;
    if (rc != 1)
        return broken(d, x);
    x->at += used;
    x->left--;
    return 1;
}
