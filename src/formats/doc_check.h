/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doc_sound(): the invariants of struct doc, for tests and fuzz targets. Touches every slice, so
 * that a sanitizer sees those that point outside.
 *
 *     assert_true(doc_sound(&doc));
 */
#ifndef STANCE_FORMATS_DOC_CHECK_H
#define STANCE_FORMATS_DOC_CHECK_H

#include "formats/doc.h"

static inline bool slice_touch(struct str s)
{
    UNUSED volatile unsigned char sum = 0;

    for (size_t i = 0; i < s.n; i++)
        sum ^= (unsigned char)s.p[i];
    return s.p != NULL;
}

static inline bool node_sound(const struct doc *doc, uint32_t row, uint32_t *children)
{
    const struct node *n = &doc->nodes[row];
    uint32_t count = 0, before = row;

    if (n->off > n->end || n->end > doc->text.n || n->key_at > doc->text.n)
        return false;
    if (!slice_touch(node_key(doc, n)) || !slice_touch(node_text(doc, n)))
        return false;
    for (uint32_t i = n->first; i; i = doc->nodes[i].next) {
        const struct node *child = &doc->nodes[i];
        if (i <= before || i >= doc->n || child->parent != row || child->depth != n->depth + 1)
            return false;
        before = i;
        count++;
    }
    *children += count;
    return count == n->count && (n->type >= NODE_ARRAY || !count);
}

static inline bool doc_sound(const struct doc *doc)
{
    uint32_t children = 0;

    for (uint32_t i = 0; i < doc->n; i++)
        if (!node_sound(doc, i, &children))
            return false;
    return (!doc->n || children == doc->n - 1) && doc->duplicates <= doc->n &&
           !doc->duplicates == !doc->first_duplicate;
}

#endif
