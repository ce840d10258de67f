/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the directory of a zip tells the truth about where its members lie. */
#include "formats/archive/zip_directory.h"

#define TAIL      ((size_t)16 << 10) /* where libarchive looks for the end, too */
#define END_N     22u
#define END64_N   56u
#define LOCATOR_N 20u
#define ENTRY_N   46u
#define HEADER_N  30u
#define LEAP_N    ((size_t)4 << 10)
#define DATA_END  24u /* of a descriptor behind the data, at most */

/* --- bytes -------------------------------------------------------------------------------- */

static uint64_t le(const char *p, unsigned n)
{
    uint64_t v = 0;
    while (n--)
        v = v << 8 | (unsigned char)p[n];
    return v;
}

static int read_at(const struct archive_source *s, uint64_t offset, char *to, size_t n,
                   size_t *ret_got)
{
    size_t got = 0, one = 1;
    int rc = 0;
    for (; !rc && got < n && one; got += one)
        rc = s->read(s->ctx, offset + got, to + got, n - got, &one);
    if (!rc)
        *ret_got = got;
    return rc;
}

/* A window over the directory that moves forwards. */
struct window {
    const struct archive_source *source;
    uint64_t at; /* of bytes[0] */
    size_t n;
    char bytes[(size_t)256 << 10]; /* an entry has at most 46 + 3 * 65535 */
};

/* n bytes at an offset; NULL when there are not so many. Who goes on gets much at once, who leaps
 * to the next of the large members only what is needed there. */
static int look(struct window *w, uint64_t offset, size_t n, const char **ret)
{
    bool on = offset >= w->at && offset - w->at <= w->n;
    int rc = 0;
    if (!on || w->n - (offset - w->at) < n) {
        w->at = offset;
        w->n = 0;
        rc = read_at(w->source, offset, w->bytes, on ? sizeof(w->bytes) : MAX(n, LEAP_N), &w->n);
    }
    *ret = !rc && w->n - (offset - w->at) >= n ? w->bytes + (offset - w->at) : NULL;
    return rc;
}

/* --- the end ------------------------------------------------------------------------------ */

struct end {
    uint64_t at;           /* of the record that ends the directory */
    uint64_t offset, size; /* of the directory, as that says */
};

static int find_end64(struct window *w, uint64_t locator, struct end *e)
{
    const char *p;
    int rc = look(w, locator, LOCATOR_N, &p);
    if (rc || !p || memcmp(p, "PK\6\7", 4))
        return rc;
    uint64_t at = le(p + 8, 8);
    rc = at < locator ? look(w, at, END64_N, &p) : 0;
    if (rc || !p || at >= locator || memcmp(p, "PK\6\6", 4))
        return rc;
    *e = (struct end){.at = at, .size = le(p + 40, 8), .offset = le(p + 48, 8)};
    return 0;
}

static int find_end(struct window *w, struct end *ret, bool *ret_found)
{
    uint64_t size = w->source->size;
    size_t tail = (size_t)MIN((uint64_t)TAIL, size), i = tail < END_N ? 0 : tail - END_N + 1;
    const char *p;
    int rc = look(w, size - tail, tail, &p);
    if (rc || !p)
        return rc;
    while (i > 0 && memcmp(p + i - 1, "PK\5\6", 4))
        i--;
    if (!i)
        return 0;
    uint64_t at = size - tail + i - 1;
    *ret = (struct end){.at = at, .size = le(p + i - 1 + 12, 4), .offset = le(p + i - 1 + 16, 4)};
    *ret_found = true;
    return at >= LOCATOR_N ? find_end64(w, at - LOCATOR_N, ret) : 0;
}

/* --- entries ------------------------------------------------------------------------------ */

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* Sizes that do not fit into 32 bits stand in an extra field, those that do are left out of it. */
static void read_extra(struct str extra, const char *fixed, struct zip_entry *e)
{
    while (extra.n >= 4) {
        unsigned id = (unsigned)le(extra.p, 2);
        struct str field = str_sub(extra, 4, 4 + le(extra.p + 2, 2));
        extra = str_sub(extra, 4 + field.n, extra.n);
        e->plain &= id != 0x7075; /* another name */
        if (id != 1)
            continue;
        size_t at = le(fixed + 24, 4) == UINT32_MAX ? 8 : 0;
        if (e->packed == UINT32_MAX && field.n >= at + 8) {
            e->packed = le(field.p + at, 8);
            at += 8;
        }
        if (e->offset == UINT32_MAX && field.n >= at + 8)
            e->offset = le(field.p + at, 8);
    }
}

/* The entry at *at, which moves on; 0: there is none. */
static int read_entry(struct window *w, uint64_t *at, struct zip_entry *ret)
{
    const char *p;
    int rc = look(w, *at, ENTRY_N, &p);
    if (rc || !p || memcmp(p, "PK\1\2", 4))
        return rc;
    size_t name = (size_t)le(p + 28, 2), extra = (size_t)le(p + 30, 2);
    size_t all = ENTRY_N + name + extra + (size_t)le(p + 32, 2);
    rc = look(w, *at, all, &p);
    if (rc || !p)
        return rc;
    struct zip_entry e = {.offset = le(p + 42, 4),
                          .packed = le(p + 20, 4),
                          .at = *at,
                          .name_n = (uint32_t)name,
                          .plain = is_ascii(str_n(p + ENTRY_N, name))};
    read_extra(str_n(p + ENTRY_N + name, extra), p, &e);
    *ret = e;
    *at += all;
    return 1;
}

static int entry_cmp(const void *a, const void *b, void *ctx)
{
    const struct zip_entry *x = a, *y = b;
    (void)ctx;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* --- members ------------------------------------------------------------------------------ */

/* Where the data of a member ends, by its own header; 0: there is no header. */
static int end_of_member(struct window *w, const struct zip_entry *e, uint64_t *ret)
{
    const char *p;
    int rc = look(w, e->offset, HEADER_N, &p);
    *ret = 0;
    if (rc || !p || memcmp(p, "PK\3\4", 4))
        return rc;
    uint64_t data = e->offset + HEADER_N + le(p + 26, 2) + le(p + 28, 2);
    *ret = e->packed > UINT64_MAX - data ? UINT64_MAX : data + e->packed;
    return 0;
}

/* Another member begins between `from` and `to`: at once, or behind what describes the data. */
static int is_member_between(struct window *w, uint64_t from, uint64_t to, bool *ret)
{
    const char *p;
    uint64_t room = to - from;
    size_t n = (size_t)MIN(room, (uint64_t)DATA_END + 4);
    int rc = look(w, from, n, &p);
    for (size_t i = 0; !rc && p && i + 4 <= n && room >= HEADER_N + i; i++)
        *ret |= !memcmp(p + i, "PK\3\4", 4);
    return rc;
}

/* Members lie one behind the other, up to the directory at `end`. */
static int check_members(struct zip_directory *z, struct window *w, uint64_t end)
{
    uint64_t free_from = z->n ? z->v[0].offset : end;
    int rc = z->n && free_from ? is_member_between(w, 0, free_from, &z->unlisted) : 0;
    for (size_t i = 0; i < z->n && !rc; i++) {
        uint64_t next = i + 1 < z->n ? z->v[i + 1].offset : end, stop;
        rc = end_of_member(w, &z->v[i], &stop);
        if (rc || !stop)
            continue; /* libarchive tells that there is no header */
        if (stop > next)
            z->overlap = true;
        else
            rc = is_member_between(w, stop, next, &z->unlisted);
    }
    return rc;
}

/* Those that begin at one place are one member to libarchive. */
static void merge_equal(struct zip_directory *z)
{
    size_t n = 0;
    for (size_t i = 0; i < z->n; i++) {
        bool again = n && z->v[n - 1].offset == z->v[i].offset;
        z->overlap |= again;
        if (!again)
            z->v[n++] = z->v[i];
    }
    z->n = n;
}

static int read_all(struct zip_directory *z, struct window *w, uint64_t max)
{
    struct end end;
    struct zip_entry e;
    bool found = false;
    int rc = find_end(w, &end, &found);
    if (rc || !found || end.size > end.at || end.offset > end.at - end.size)
        return rc;
    /* Offsets count from the first member: a program may stand before it. */
    uint64_t start = end.at - end.size, before = start - end.offset, at = start;
    while (!rc && at < end.at && (rc = read_entry(w, &at, &e)) > 0) {
        e.offset += before;
        rc = z->n >= max ? E_LIMIT : e.offset >= start ? 0 : vec_push(z, e);
        z->overlap |= e.offset >= start;
    }
    z->found = !rc && at == end.at;
    if (!rc)
        rc = vec_sort(z, entry_cmp, NULL);
    if (rc)
        return rc;
    merge_equal(z);
    return z->found ? check_members(z, w, start) : 0;
}

int zip_directory_read(const struct archive_source *s, uint64_t max, struct zip_directory *ret)
{
    struct zip_directory z = {0};
    struct window *w = mem_alloc(sizeof(*w));
    if (!w)
        return E_NOMEM;
    w->source = s;
    int rc = read_all(&z, w, max);
    mem_free(w);
    if (rc)
        zip_directory_done(&z);
    else
        *ret = z;
    return rc;
}

void zip_directory_done(struct zip_directory *z)
{
    vec_free(z);
}

bool zip_directory_is_named(const struct zip_directory *z, const struct archive_source *s, size_t i,
                            struct str name, char *to, size_t room, struct str *ret_other)
{
    size_t n = MIN((size_t)z->v[i].name_n, room), got = 0;
    if (read_at(s, z->v[i].at + ENTRY_N, to, n, &got) || got < n)
        return true; /* it could be read a moment ago: the file changes */
    /* Folders may be called with or without a slash. */
    struct str other = str_n(to, n);
    struct str a = str_ends(other, STR("/")) ? str_sub(other, 0, n - 1) : other;
    struct str b = str_ends(name, STR("/")) ? str_sub(name, 0, name.n - 1) : name;
    if (str_eq(a, str_sub(b, 0, room)))
        return true;
    *ret_other = other;
    return false;
}
