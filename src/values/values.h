/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds and hides classified values (secrets first) in text. A match needs the literal of its row,
 * the pattern at that place, the entropy bound and the validator of its kind, and must not be a
 * placeholder ("your-key-here", "xxxx", one repeated character, text from documentation).
 *
 *     values_new(&CATALOG, key, &v, d)               once a worker, before the sandbox closes
 *     values_scan(v, text, fn, ctx)                  every value, in text order, no overlap
 *     values_redact(v, text, &out)                   text with each value replaced by
 *                                                    "[openai-project-key, 164 characters]"
 *
 * The value itself never leaves: callers get kind, span and fingerprint (HMAC-SHA-256 under the
 * installation key, 32 hex digits; empty without a key).
 */
#ifndef STANCE_VALUES_VALUES_H
#define STANCE_VALUES_VALUES_H

#include "catalog/catalog.h"
#include "inventory/registry.h"

struct values;

struct value_hit {
    enum data_class class;
    const char *kind;
    int entry;           /* catalogue entry or -1 */
    size_t start, end;   /* byte offsets in the text */
    size_t length;       /* characters */
    struct str fingerprint;
};

/* A non-zero result stops the scan and is returned. */
typedef int (*value_fn)(void *ctx, const struct value_hit *hit);

/* `key`: 32 bytes or empty. */
int values_new(const struct catalog *c, struct str key, struct values **ret, struct diag *d)
    MUST_CHECK;
struct values *values_free(struct values *v);
int values_scan(struct values *v, struct str text, value_fn fn, void *ctx) MUST_CHECK;
/* Windows of one large text: `base` is the offset of the window; matches across borders are found
 * because the last VALUES_OVERLAP bytes are kept; offsets count from the start of the text. */
#define VALUES_OVERLAP 4096
int values_begin(struct values *v) MUST_CHECK;
int values_feed(struct values *v, struct str window, bool last, value_fn fn, void *ctx) MUST_CHECK;
/* Also masks what only looks secret: passwords in URLs, values of options and assignments whose
 * name says key, token, secret or password, long random words. Appends to out. */
int values_redact(struct values *v, struct str text, struct buf *out) MUST_CHECK;
/* For a NAME=value pair: is the value a literal secret? References (${X}, $X, op://…), placeholders
 * and empty text are not. *ret_kind is the data class kind ("generic-password" when only the name
 * says so). */
bool value_is_literal_secret(struct values *v, struct str name, struct str text,
                             const char **ret_kind);

#endif
