/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds and hides classified values (secrets first) in text. A match needs the literal of its row,
 * the pattern at that place, a boundary on both sides, the entropy bound and the check of its row,
 * and must not be a placeholder ("your-key-here", "xxxx", one repeated character, text from
 * documentation).
 *
 *     values_new(&CATALOG, key, &v, d)               once a worker, before the sandbox closes
 *     values_scan(v, text, fn, ctx)                  every value, in text order, no overlap
 *     values_redact(v, text, &out)                   text with each value replaced by
 *                                                    "[openai-project-key, 164 characters]"
 *
 * The value itself never leaves: callers get kind, span and fingerprint (HMAC-SHA-256 under the
 * installation key, 32 hex digits; empty without a key).
 *
 * Text inside other text is understood as far as its delimiters go: a value after "\n", "\u003d" or
 * "%3D" in a JSON string or URL is found. Where two values overlap, one of a known vendor wins over
 * one that only its name gives away, then the longer one.
 *
 * Scanning allocates plain memory only. One object belongs to one thread.
 */
#ifndef STANCE_VALUES_VALUES_H
#define STANCE_VALUES_VALUES_H

#include "base/buf.h"
#include "base/vec.h"
#include "catalog/catalog.h"
#include "inventory/registry.h"

struct catalog_example;
struct values;

struct value_hit {
    enum data_class class;
    const char *kind;
    int entry;              /* catalogue entry or -1 */
    size_t start, end;      /* byte offsets in the text */
    size_t length;          /* characters */
    struct str fingerprint; /* valid during the call */
    bool named;             /* of a key that opens more than AI: its line names the AI vendor */
};

/* Literals of the catalogue in a text, in order of their ends. */
struct literal_hit {
    uint32_t literal; /* index into catalog.literals */
    uint64_t end;
};

struct literal_hits {
    VEC(struct literal_hit);
    unsigned groups; /* set of enum literal_group */
    const struct catalog *catalog;
    bool too_many; /* not all are in the list: the text has to be searched again */
};

/* A non-zero result stops the scan and is returned. During values_scan it may call values_redact of
 * the same object, and nothing else of it. */
typedef int (*value_fn)(void *ctx, const struct value_hit *hit);

/* `key`: 32 bytes or empty. */
int values_new(const struct catalog *c, struct str key, struct values **ret,
               struct diag *d) MUST_CHECK;
struct values *values_free(struct values *v);
/* E_LIMIT: every hit was given, but a pattern reached its limit somewhere; E_NOMEM. */
int values_scan(struct values *v, struct str text, value_fn fn, void *ctx) MUST_CHECK;
/* The one pass over a text. *ret_hits belongs to the object, until its next search. E_NOMEM. */
int values_search(struct values *v, struct str text,
                  const struct literal_hits **ret_hits) MUST_CHECK;
/* values_scan for a text that was searched. */
int values_scan_hits(struct values *v, struct str text, const struct literal_hits *hits,
                     value_fn fn, void *ctx) MUST_CHECK;
/* Also masks what only looks secret: passwords in URLs, values of options and assignments whose
 * name says key, token, secret or password, long random words. Appends to out. */
int values_redact(struct values *v, struct str text, struct buf *out) MUST_CHECK;
/* For a NAME=value pair: is the value a literal secret? References (${X}, $X, op://…), placeholders
 * and empty text are not; of ${X:-default} the default is judged. *ret_kind is the data class kind
 * ("generic-password" when only the name says so). */
bool value_is_literal_secret(struct values *v, struct str name, struct str text,
                             const char **ret_kind);

/* Stands for a value that is kept elsewhere: "${X}", "$X", "%X%", "{{x}}", "op://…", "<…>". */
bool value_is_reference(struct str text);
/* Nobody's value: "changeme", "your-key", "xxxx", "12345678", a redaction of ours. */
bool value_is_placeholder(struct str text);
/* Shannon entropy in hundredths of a bit a byte; 0 for empty text. */
int value_entropy(struct str text);

/* Names that `check` of a catalogue key may have: "random" (looks generated, and the name it is
 * assigned to says secret where it is assigned), "password" (not the name of its user), "basic"
 * (base64 of user:password). */
bool value_check_known(struct str name);
/* Every example of the keys against the scanner itself; E_PARSE and the place of the first wrong
 * one. Also refuses unknown checks (for the build and user packs). */
int values_check_examples(const struct catalog *c, const struct catalog_example *examples, size_t n,
                          struct diag *d) MUST_CHECK;

#endif
