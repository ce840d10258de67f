/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text on a terminal: what the store says of scanned files is made inert (path_show_kept: no
 * control, bidi or invalid byte passes), measured in columns (wide and combining characters count
 * right) and cut to the width that is left. All appends go to a buf whose result the caller checks
 * once.
 *
 *     text_fit(&line, path, 30, FIT_END_KEPT);        "...agents/settings.json"
 *     text_column(&line, 48);                         spaces up to column 48
 */
#ifndef STANCE_REPORT_TEXT_H
#define STANCE_REPORT_TEXT_H

#include "base/buf.h"

enum fit { FIT_START_KEPT, FIT_END_KEPT };

/* Columns that shown text takes (no escapes in it). */
size_t text_width(struct str shown);
/* Make inert and append at most `width` columns, cut with "...". Returns the columns it took. */
size_t text_fit(struct buf *out, struct str raw, size_t width, enum fit fit);
/* The same padded with spaces to `width`. */
void text_cell(struct buf *out, struct str raw, size_t width, enum fit fit);
/* 1234567 as "1,234,567". */
void text_count(struct buf *out, uint64_t n);
/* 3250585 as "3.1 MiB". */
void text_bytes(struct buf *out, uint64_t n);
/* 826 as "82.6"; negative as "-". */
void text_tenths(struct buf *out, int64_t tenths);

enum tone { TONE_PLAIN, TONE_HEAD, TONE_DIM, TONE_CRITICAL, TONE_HIGH, TONE_MEDIUM, TONE_LOW };
/* Escape sequences around a part of a line; nothing when `colour` is false. */
void text_tone(struct buf *out, bool colour, enum tone tone);
void text_plain(struct buf *out, bool colour);

#endif
