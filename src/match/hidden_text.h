/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds runs of invisible characters that can carry text which people do not see and models read.
 *
 *     struct hidden_text h;
 *     rc = hidden_text_scan(text, arena, &h);
 *     h.runs, h.kind, h.first (offset of the first run), h.text (what they spell)
 *
 * What counts:
 *   tag          U+E0000..E007F, but not the subdivision flags (U+1F3F4, 3 to 6 tags, U+E007F)
 *   zero-width   three or more of U+180E, 200B..200D, 2060..2064, FEFF in a row; up to four between
 *                letters of joining or Indic scripts or emoji are how these are written; also many
 *                single ones of two sorts between plain letters
 *   bidi         U+202A, B, D, E and U+2066..2068 with no right-to-left letter in reach; the marks
 *                U+200E and U+200F never
 *   variation    four or more selectors in a row, or one of U+E0100..E01EF not behind an ideograph
 * One U+FEFF at the start of the text is its byte order mark.
 *
 * Sources: Unicode 16 (chapters 23.2 to 23.5), UTS 51 (flags), UAX 9, UTS 37, CVE-2021-42574.
 */
#ifndef STANCE_MATCH_HIDDEN_TEXT_H
#define STANCE_MATCH_HIDDEN_TEXT_H

#include "base/arena.h"
#include "base/err.h"

/* Strongest last. */
enum hidden_kind {
    HIDDEN_NONE,
    HIDDEN_VARIATION,
    HIDDEN_BIDI,
    HIDDEN_ZERO_WIDTH,
    HIDDEN_TAG,
};

#define HIDDEN_TEXT_MAX 4096 /* bytes of what is spelled out */

struct hidden_text {
    uint32_t runs;
    enum hidden_kind kind; /* the strongest */
    size_t first;          /* byte offset of the first run */
    struct str text;       /* decoded runs, one a line; empty: they spell nothing that prints */
};

extern const char *const HIDDEN_KIND_NAMES[]; /* "none", "variation", ... */

/* 0, E_NOMEM, E_LIMIT (arena). Invalid UTF-8 is skipped byte by byte. */
int hidden_text_scan(struct str text, struct arena *a, struct hidden_text *ret) MUST_CHECK;

#endif
