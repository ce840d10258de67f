/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: RFC 8259 reader into a struct doc, and a streaming writer.
 *
 * The reader validates everything (grammar, UTF-8, escapes, lone surrogates refused, depth). In
 * JSON_TOLERANT mode it also takes what JSONC files contain: // and slash-star comments, trailing
 * commas, a leading BOM. It refuses anything else: an error is E_PARSE with line and column, and
 * crossing a limit is E_LIMIT.
 *
 * The writer keeps a small state stack, so that forgetting a comma is impossible and closing the
 * wrong bracket is E_BUG:
 *
 *     struct json_writer w;
 *     json_begin(&w, &buf, JSON_PRETTY);
 *     json_object(&w);
 *     json_key(&w, STR("n")); json_int(&w, 1);
 *     json_end(&w);
 *     return json_finish(&w);
 *
 * Strings are written with the shortest escapes; invalid UTF-8 bytes become U+FFFD.
 */
#ifndef STANCE_FORMATS_JSON_H
#define STANCE_FORMATS_JSON_H

#include "formats/doc.h"

enum json_mode { JSON_STRICT, JSON_TOLERANT };

/* 0, E_PARSE, E_LIMIT or E_NOMEM. `text` may be up to 4 GiB - 1. */
int json_parse(struct str text, enum json_mode mode, const struct limits *lim, struct arena *a,
               struct doc *ret, struct diag *d) MUST_CHECK;

/*
 * Read what can be read of a damaged file: on E_PARSE or E_LIMIT *ret holds all complete values
 * before the error (open containers closed there; n is 0 when there is none). Of a text longer than
 * lim->bytes it reads that many and says E_LIMIT. Detectors use it so that one bad entry does not
 * hide its neighbours; the caller reports the item as partial.
 */
int json_parse_partial(struct str text, enum json_mode mode, const struct limits *lim,
                       struct arena *a, struct doc *ret, struct diag *d) MUST_CHECK;

enum json_style { JSON_COMPACT, JSON_PRETTY };

#define JSON_WRITER_DEPTH 64
struct json_writer {
    struct buf *out;
    enum json_style style;
    int error;
    unsigned depth;
    bool after_key;
    struct {
        char close;
        bool used;
    } stack[JSON_WRITER_DEPTH];
};

void json_begin(struct json_writer *w, struct buf *out, enum json_style style);
void json_object(struct json_writer *w);
void json_array(struct json_writer *w);
void json_end(struct json_writer *w); /* closes the innermost container */
void json_key(struct json_writer *w, struct str key);
void json_str(struct json_writer *w, struct str s);
void json_int(struct json_writer *w, int64_t v);
void json_tenths(struct json_writer *w, int64_t tenths); /* 826 is written 82.6, 830 is 83 */
void json_bool(struct json_writer *w, bool v);
void json_null(struct json_writer *w);
void json_raw(struct json_writer *w, struct str valid_json);
/* Members in one line: key then value. */
void json_kstr(struct json_writer *w, const char *key, struct str s);
void json_kint(struct json_writer *w, const char *key, int64_t v);
void json_kbool(struct json_writer *w, const char *key, bool v);
void json_kopen_object(struct json_writer *w, const char *key);
void json_kopen_array(struct json_writer *w, const char *key);
/* 0, E_NOMEM, E_LIMIT (buffer cap) or E_BUG (unbalanced). */
int json_finish(struct json_writer *w) MUST_CHECK;

/* Append one string as a JSON literal, quotes included. Code points that a terminal may obey or
 * that nobody can see are escaped; what is not UTF-8 becomes U+FFFD. */
void buf_add_json(struct buf *b, struct str s);

#endif
