/* SPDX-License-Identifier: Apache-2.0 */
/* Private to discover/: what a worker remembers of the item it is looking at. */
#ifndef STANCE_DISCOVER_ITEM_H
#define STANCE_DISCOVER_ITEM_H

#include "discover/emit.h"

enum doc_state { DOC_UNREAD, DOC_READ, DOC_FAILED };

/* Does it import what the catalogue has names of (catalog/code.h)? */
enum code_roots { ROOTS_UNKNOWN, ROOTS_NONE, ROOTS_SOME };

struct item_cache {
    bool has_text, converted;
    bool told;     /* what could not be read has become a gap, in the current detector */
    int text_code; /* why there is no text */
    struct str text;
    uint8_t doc_state[DOC_TOML + 1];
    struct doc docs[DOC_TOML + 1];
    const char *marked; /* the text in which `mark` belongs to `marked_offset` */
    size_t marked_n, marked_offset;
    struct mark mark, *marks; /* of places at equal distances, once one before `mark` was asked */
    unsigned triggers;        /* groups of literals that the text holds, so far */
    uint64_t import_last;     /* of import_hits; 0: not known */
    enum code_roots roots;
    bool imports; /* anything of the catalogue */
};

/* Bytes at an offset into `to`, over short reads; fewer only at the end of the file. E_IO; what a
 * stream says, and E_LIMIT for what of it is gone. */
int item_read_at(struct item *it, uint64_t offset, char *to, size_t n, size_t *ret_got) MUST_CHECK;
/* `offset`, or where a hole ends in which it lies: a stretch of zeros that takes no room. */
uint64_t item_data_at(const struct item *it, uint64_t offset);
/* Read the head and tell what it begins. */
int item_begin(struct item *it) MUST_CHECK;

#endif
