/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the node table grows, which limit stops it and which keys count as duplicates. */
#include <stdarg.h>

#include "formats/doc_build.h"

#define FIRST_ROWS   8
#define BYTES_A_ROW  256 /* of thin input: the first table is a sample */
#define FIRST_COOKED 256
#define SMALL_OBJECT 48 /* members compared with each other instead of through a map */
#define FILTER_BITS  1024
#define DEPTH_MAX    UINT16_MAX /* of struct node */

int doc_build_init(struct doc_build *b, struct str text, const struct limits *lim, struct arena *a,
                   struct diag *d)
{
    *b = (struct doc_build){.text = text, .lim = lim, .a = a, .d = d, .seen = MAP_INIT};
    if (text.n > lim->bytes || text.n >= UINT32_MAX)
        return b->rc = diag_set(d, E_LIMIT, "input has %zu bytes, the limit is %zu", text.n,
                                MIN(lim->bytes, (size_t)UINT32_MAX - 1));
    return OK;
}

void doc_build_done(struct doc_build *b)
{
    map_done(&b->seen);
    *b = (struct doc_build){.seen = MAP_INIT};
}

int doc_build_fail(struct doc_build *b, int code, size_t off, const char *fmt, ...)
{
    struct mark at = text_mark(b->text, off);
    char text[sizeof(b->d->text)];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diag_set(b->d, code, "%s", text);
    diag_at(b->d, NULL, at.line, at.column);
    if (!b->rc)
        b->rc = code;
    return code;
}

static int no_memory(struct doc_build *b, size_t off)
{
    if (arena_error(b->a) == E_LIMIT)
        return doc_build_fail(b, E_LIMIT, off, "document needs more memory than the limit of %zu",
                              b->a->cap);
    return doc_build_fail(b, E_NOMEM, off, "out of memory");
}

/*
 * How many units (rows, cooked bytes) the whole text will need when its first `off` bytes needed
 * `have`: a table of the right size at once, because an arena keeps the outgrown ones. At least
 * half as many again as now, a quarter when memory is short.
 */
static size_t next_alloc(const struct doc_build *b, size_t have, size_t off, size_t unit)
{
    double whole = (double)have * (double)b->text.n / (double)MAX(off, (size_t)1);
    size_t least = have + have / 2 + FIRST_ROWS;
    size_t want = (size_t)MIN(whole * 17 / 16 + FIRST_ROWS, (double)UINT32_MAX);

    if (b->a->cap && want > (b->a->cap - b->a->used) / unit)
        return have + have / 4 + FIRST_ROWS;
    return MAX(want, least);
}

int doc_build_grow(struct doc_build *b, size_t off)
{
    size_t most = MIN(b->lim->items, (size_t)UINT32_MAX - 1);
    size_t want = FIRST_ROWS + b->text.n / BYTES_A_ROW;

    if (b->n >= most)
        return doc_build_fail(b, E_LIMIT, off, "document has more items than the limit of %zu",
                              most);
    if (b->alloc)
        want = next_alloc(b, b->alloc, off, sizeof(*b->v));
    want = MIN(want, most);
    struct node *v = arena_new_n(b->a, struct node, want);
    if (!v)
        return no_memory(b, off);
    if (b->n)
        memcpy(v, b->v, b->n * sizeof(*v));
    b->v = v;
    b->alloc = (uint32_t)want;
    return OK;
}

static int too_deep(struct doc_build *b, size_t depth, size_t off)
{
    size_t most = MIN(b->lim->depth, (size_t)DEPTH_MAX);

    if (depth < most)
        return OK;
    return doc_build_fail(b, E_LIMIT, off, "document nests deeper than the limit of %zu levels",
                          most);
}

int doc_build_open(struct doc_build *b, enum node_type type, uint32_t off)
{
    if (too_deep(b, b->depth, off) || doc_build_add(b, type, off, off))
        return b->rc;
    b->open = b->n - 1;
    b->last = 0;
    b->depth++;
    return OK;
}

static struct str key_of(const struct doc_build *b, const struct node *n)
{
    const char *base = n->flags & NODE_KEY_COOKED ? b->cooked : b->text.p;

    return str_n(n->key_len ? base + n->key_off : "", n->key_len);
}

static void count_duplicate(struct doc_build *b, uint32_t row)
{
    if (!b->first_duplicate || row < b->first_duplicate)
        b->first_duplicate = row;
    b->duplicates++;
}

/* True when an earlier sibling of `row` has its key. */
static bool seen_before(const struct doc_build *b, uint32_t object, uint32_t row)
{
    struct str key = key_of(b, &b->v[row]);

    for (uint32_t i = b->v[object].first; i != row; i = b->v[i].next)
        if (b->v[i].key_len == key.n && str_eq(key_of(b, &b->v[i]), key))
            return true;
    return false;
}

/* Cheap mix of length and both ends of a key, to skip most comparisons. */
static unsigned key_filter(struct str key)
{
    unsigned char c[4] = {0};

    if (key.n)
        c[0] = key.p[0], c[1] = key.p[key.n / 2], c[2] = key.p[key.n - 1];
    return (key.n * 0x9e37u + c[0] * 0x85ebu + c[1] * 0xc2b3u + c[2] * 0x27d5u) % FILTER_BITS;
}

static void count_in_small(struct doc_build *b, uint32_t object)
{
    uint64_t filter[FILTER_BITS / 64] = {0};

    for (uint32_t i = b->v[object].first; i; i = b->v[i].next) {
        unsigned bit = key_filter(key_of(b, &b->v[i]));
        uint64_t mask = (uint64_t)1 << bit % 64;
        if (filter[bit / 64] & mask && seen_before(b, object, i))
            count_duplicate(b, i);
        filter[bit / 64] |= mask;
    }
}

static int count_in_large(struct doc_build *b, uint32_t object)
{
    /* Clearing costs what the largest object cost: a much larger table is not worth it. */
    if (b->seen.alloc / 8 > b->v[object].count)
        map_done(&b->seen);
    map_clear(&b->seen);
    for (uint32_t i = b->v[object].first; i; i = b->v[i].next) {
        bool fresh;
        if (!map_put(&b->seen, key_of(b, &b->v[i]), &fresh))
            return doc_build_fail(b, E_NOMEM, b->v[i].off, "out of memory");
        if (!fresh)
            count_duplicate(b, i);
    }
    return OK;
}

int doc_build_close(struct doc_build *b, uint32_t end)
{
    uint32_t row = b->open;
    struct node *n = &b->v[row];

    n->end = end;
    b->open = n->parent;
    b->last = row;
    b->depth--;
    if (n->type != NODE_OBJECT || n->count < 2)
        return OK;
    if (n->count > SMALL_OBJECT)
        return count_in_large(b, row);
    count_in_small(b, row);
    return OK;
}

char *doc_build_cook(struct doc_build *b, size_t n, size_t off)
{
    size_t need = b->cooked_n + n, want = FIRST_COOKED;

    if (n > b->lim->string_bytes) {
        doc_build_fail(b, E_LIMIT, off, "a string has more bytes than the limit of %zu",
                       b->lim->string_bytes);
        return NULL;
    }
    if (need <= b->cooked_alloc && b->cooked)
        return b->cooked + b->cooked_n;
    if (need >= UINT32_MAX) {
        doc_build_fail(b, E_LIMIT, off, "decoded strings have more than 4 GiB");
        return NULL;
    }
    if (b->cooked)
        want = next_alloc(b, b->cooked_alloc, off, 1);
    want = MIN(MAX(want, need), (size_t)UINT32_MAX);
    char *p = arena_alloc(b->a, want);
    if (!p) {
        no_memory(b, off);
        return NULL;
    }
    if (b->cooked_n)
        memcpy(p, b->cooked, b->cooked_n);
    b->cooked = p;
    b->cooked_alloc = want;
    return p + b->cooked_n;
}

int doc_build_cook_add(struct doc_build *b, struct str s, size_t off, uint32_t *ret_off)
{
    char *p = doc_build_cook(b, s.n, off);

    if (!p)
        return b->rc;
    if (s.n)
        memcpy(p, s.p, s.n);
    *ret_off = doc_build_cooked(b, s.n);
    return OK;
}

int doc_build_row(struct doc_build *b, uint32_t parent, enum node_type type, uint32_t off,
                  uint32_t *ret_row)
{
    size_t depth = b->n ? (size_t)b->v[parent].depth + 1 : 0;

    if (type >= NODE_ARRAY && too_deep(b, depth, off))
        return b->rc;
    if (b->n == b->alloc && doc_build_grow(b, off))
        return b->rc;
    *ret_row = b->n++;
    b->v[*ret_row] = (struct node){.off = off,
                                   .end = off,
                                   .parent = *ret_row ? parent : 0,
                                   .type = (uint8_t)type,
                                   .depth = (uint16_t)depth};
    return OK;
}

void doc_build_link(struct doc_build *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        b->v[i].first = b->v[i].next = b->v[i].count = 0;
    for (uint32_t i = b->n; i-- > 1;) {
        struct node *parent = &b->v[b->v[i].parent];
        b->v[i].next = parent->first;
        parent->first = i;
    }
    for (uint32_t i = 1; i < b->n; i++) {
        struct node *parent = &b->v[b->v[i].parent];
        if (!b->v[i].key_len)
            b->v[i].key_off = parent->count;
        parent->count++;
    }
}

int doc_build_finish(struct doc_build *b, struct doc *ret)
{
    while (b->depth) {
        int rc = doc_build_close(b, (uint32_t)b->text.n);
        if (rc)
            return rc;
    }
    *ret = (struct doc){.text = b->text,
                        .nodes = b->v,
                        .n = b->n,
                        .cooked = b->cooked ? b->cooked : "",
                        .duplicates = b->duplicates,
                        .first_duplicate = b->first_duplicate};
    return OK;
}
