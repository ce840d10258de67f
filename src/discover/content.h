/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of content an item has, by its first bytes and never by its name: known binary formats
 * by their magic, the rest by shape. A text stays a text when a few bytes of it are not: a NUL put
 * into a settings file must not hide what stands behind it.
 *
 * Sources: the file format specifications (APPNOTE.TXT, RFC 1952, RFC 8878, PNG, ELF, ...), The
 * Unicode Standard 23.8 (byte order mark).
 */
#ifndef STANCE_DISCOVER_CONTENT_H
#define STANCE_DISCOVER_CONTENT_H

#include "base/str.h"

enum content {
    CONTENT_TEXT,         /* UTF-8, or any other text of single bytes */
    CONTENT_UTF16_LITTLE, /* with or without a mark */
    CONTENT_UTF16_BIG,
    CONTENT_BINARY,
};

/* `head`: the first 4096 bytes, or all of them. Empty content is text. */
enum content content_of(struct str head);

#endif
