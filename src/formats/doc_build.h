/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct doc_build: how the readers of JSON, YAML and TOML fill the node table of a struct doc.
 * Internal to this folder. It enforces bytes, depth, items, string_bytes and memory, sets the diag
 * when it fails, and counts duplicate keys. Rows move when the table grows: hold indexes.
 *
 * A reader whose input nests (JSON, YAML) uses the cursor: rows become children of the innermost
 * open container.
 *
 *     AUTO(doc_build) b = {0};
 *     if ((rc = doc_build_init(&b, text, lim, a, d)))
 *         return rc;
 *     doc_build_open(&b, NODE_OBJECT, 0);              {"k": "v\n"}
 *     doc_build_key(&b, 2, 1, 1, 0);                   not cooked: a slice of the input
 *     if (!(at = doc_build_cook(&b, 2, 6)))               room for at most 2 bytes
 *         return b.rc;
 *     at[0] = 'v', at[1] = '\n';
 *     doc_build_add(&b, NODE_STRING, 6, 11);           becomes row b.n - 1
 *     doc_build_value(&b, doc_build_cooked(&b, 2), 2, NODE_VALUE_COOKED);
 *     doc_build_close(&b, 12);
 *     return doc_build_finish(&b, &doc);
 *
 * A reader whose input comes back to earlier tables (TOML) appends rows under any earlier row with
 * doc_build_row, fills them, and calls doc_build_link once before doc_build_finish.
 *
 * Every function that returns int gives 0 or the code that b.rc holds too; after a failure the
 * rows written so far are sound and doc_build_finish may still be called (partial reading).
 */
#ifndef STANCE_FORMATS_DOC_BUILD_H
#define STANCE_FORMATS_DOC_BUILD_H

#include "base/map.h"
#include "formats/doc.h"

struct doc_build {
    struct str text;
    const struct limits *lim;
    struct arena *a;
    struct diag *d;
    int rc; /* first failure */

    struct node *v;
    uint32_t n, alloc;
    uint32_t depth; /* open containers */
    uint32_t open;  /* innermost open container, when depth > 0 */
    uint32_t last;  /* its last child, 0: none yet */

    uint32_t key_off, key_len, key_at; /* of the next row */
    uint8_t key_flags;

    char *cooked;
    size_t cooked_n, cooked_alloc;

    uint32_t duplicates, first_duplicate;
    struct map seen; /* keys of one large object */
};

/* E_LIMIT when text is longer than lim->bytes. The pointers must outlive b. */
int doc_build_init(struct doc_build *b, struct str text, const struct limits *lim, struct arena *a,
                   struct diag *d) MUST_CHECK;
void doc_build_done(struct doc_build *b);

/* Set b->rc and the diag with line and column of byte `off` of the text. Returns the code. */
int doc_build_fail(struct doc_build *b, int code, size_t off, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Key of the next row. flags: 0 or NODE_KEY_COOKED; `at` is the offset of the key token. */
static inline void doc_build_key(struct doc_build *b, uint32_t off, uint32_t len, uint32_t at,
                                 uint8_t flags)
{
    b->key_off = off;
    b->key_len = len;
    b->key_at = at;
    b->key_flags = flags;
}

/* Make room for one row: E_LIMIT (items, memory) or E_NOMEM. */
int doc_build_grow(struct doc_build *b, size_t off) MUST_CHECK;

/* Append a child of the open container (or the root) and use up the key. It is row b->n - 1. */
static inline int doc_build_add(struct doc_build *b, enum node_type type, uint32_t off,
                                uint32_t end)
{
    if (b->n == b->alloc && doc_build_grow(b, off))
        return b->rc;
    uint32_t i = b->n++;
    struct node *n = &b->v[i];
    *n = (struct node){.off = off,
                       .end = end,
                       .key_off = b->key_len ? b->key_off
                                  : b->depth ? b->v[b->open].count
                                             : 0,
                       .key_len = b->key_len,
                       .key_at = b->key_at,
                       .flags = b->key_flags,
                       .type = (uint8_t)type,
                       .depth = (uint16_t)b->depth,
                       .parent = b->open};
    b->key_off = b->key_len = b->key_at = b->key_flags = 0;
    if (!b->depth)
        return OK;
    if (b->last)
        b->v[b->last].next = i;
    else
        b->v[b->open].first = i;
    b->last = i;
    b->v[b->open].count++;
    return OK;
}

/* Text of the row added last. flags: NODE_VALUE_COOKED, NODE_TRUE, NODE_ALIAS. */
static inline void doc_build_value(struct doc_build *b, uint32_t off, uint32_t len, uint8_t flags)
{
    struct node *n = &b->v[b->n - 1];
    n->val_off = off;
    n->val_len = len;
    n->flags |= flags;
}

/* Append a NODE_ARRAY or NODE_OBJECT and enter it; E_LIMIT when it would nest too deep. */
int doc_build_open(struct doc_build *b, enum node_type type, uint32_t off) MUST_CHECK;
/* Leave the innermost open container, which ends at byte `end`; counts its duplicate keys. */
int doc_build_close(struct doc_build *b, uint32_t end) MUST_CHECK;

/*
 * Room for `n` bytes of decoded text (n at most lim->string_bytes, else E_LIMIT), or NULL with
 * b->rc set. Write there, then doc_build_cooked(b, used) keeps `used` bytes and returns their
 * offset; `off` is the place in the text for the diag. doc_build_cook_add copies s in one go.
 */
char *doc_build_cook(struct doc_build *b, size_t n, size_t off) MUST_CHECK;
static inline uint32_t doc_build_cooked(struct doc_build *b, size_t used)
{
    uint32_t off = (uint32_t)b->cooked_n;
    b->cooked_n += used;
    return off;
}
int doc_build_cook_add(struct doc_build *b, struct str s, size_t off, uint32_t *ret_off) MUST_CHECK;

/*
 * Append a row under `parent` (any earlier row; ignored for the first row, the root) that is not
 * linked to its siblings yet. The caller fills the text and end. E_LIMIT when too deep.
 */
int doc_build_row(struct doc_build *b, uint32_t parent, enum node_type type, uint32_t off,
                  uint32_t *ret_row) MUST_CHECK;
/* Set first, next and count of all rows from their parents, in row order. */
void doc_build_link(struct doc_build *b);

/* Close what is open and fill *ret (E_NOMEM when that fails). bom is left 0. */
int doc_build_finish(struct doc_build *b, struct doc *ret) MUST_CHECK;

#endif
