/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct toml: state of the TOML reader, shared by its four files and by nobody else.
 *
 *     toml.c         lines, headers, and the nesting of arrays and inline tables
 *     toml_table.c   which keys and tables may be defined when others exist already
 *     toml_value.c   numbers, booleans, dates and times
 *     toml_string.c  strings, keys, comments
 *
 * Each function reads at t->at, leaves t->at behind what it read, and returns 0 or a negative code
 * with the diag set; after a failure the reader is abandoned.
 */
#ifndef STANCE_FORMATS_TOML_READ_H
#define STANCE_FORMATS_TOML_READ_H

#include "base/map.h"
#include "base/vec.h"
#include "formats/doc_build.h"

/* How a row came to be decides who may add to it. */
enum toml_made {
    TOML_CLOSED,  /* scalar, array or inline table: complete where it stands */
    TOML_IMPLIED, /* table that a header passed through: [a.b] makes a */
    TOML_HEADER,  /* table with its own header, element of an array of tables, root */
    TOML_DOTTED,  /* table made by a dotted key */
    TOML_TABLES,  /* array of tables: grows with each [[header]] */
};

struct toml_row {
    uint32_t last; /* of TOML_TABLES: its newest element */
    uint8_t made;
};

struct toml_key {
    uint32_t at, end;  /* the token in the text */
    uint32_t off, len; /* decoded */
    uint8_t flags;     /* NODE_KEY_COOKED */
};

struct toml {
    struct doc_build b;
    size_t at;
    uint32_t table; /* row that key = value lines go to */
    struct {
        VEC(struct toml_row);
    } rows; /* one for each row of b */
    struct {
        VEC(uint32_t);
    } open;              /* arrays and inline tables around the reader */
    struct map keys;     /* parent row and key -> row */
    struct arena memory; /* of the keys of that map */
    struct buf probe;    /* one such key */
};

int toml_fail(struct toml *t, size_t at, const char *message);
int toml_nomem(struct toml *t);

/* The byte at t->at + ahead, -1 past the end. */
static inline int toml_peek(const struct toml *t, size_t ahead)
{
    size_t at = t->at + ahead;

    return at < t->b.text.n ? (unsigned char)t->b.text.p[at] : -1;
}

/* toml_string.c */
bool toml_newline(struct toml *t); /* LF or CRLF */
void toml_blank(struct toml *t);   /* spaces and tabs */
int toml_comment(struct toml *t) MUST_CHECK;
int toml_space(struct toml *t) MUST_CHECK; /* blanks, new lines and comments */
int toml_key(struct toml *t, struct toml_key *ret) MUST_CHECK;
/* At a quote: the decoded text, and whether it stands in the cooked pool. */
int toml_string(struct toml *t, uint32_t *ret_off, uint32_t *ret_len, bool *ret_cooked) MUST_CHECK;

/* toml_value.c: the type of the bare token at t->at, which ends at *ret_end. */
int toml_token(struct toml *t, enum node_type *ret_type, size_t *ret_end) MUST_CHECK;

/* toml_table.c */
int toml_root(struct toml *t) MUST_CHECK;
/* Add a member or (key NULL) an element; E_PARSE when the key exists. */
int toml_add(struct toml *t, uint32_t parent, const struct toml_key *key, enum node_type type,
             enum toml_made made, uint32_t *ret) MUST_CHECK;
/* Step into a table on the way of a header, or of a dotted key. */
int toml_pass(struct toml *t, uint32_t parent, const struct toml_key *key,
              uint32_t *ret) MUST_CHECK;
int toml_dot(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret) MUST_CHECK;
/* The last part of [header] and of [[header]]: the table to fill. */
int toml_table(struct toml *t, uint32_t parent, const struct toml_key *key,
               uint32_t *ret) MUST_CHECK;
int toml_element(struct toml *t, uint32_t parent, const struct toml_key *key,
                 uint32_t *ret) MUST_CHECK;

#endif
