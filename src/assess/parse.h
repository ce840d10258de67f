/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to assess/: reading small YAML files of our own with messages that name file, line and
 * remedy. All text is copied into the arena as NUL-terminated strings, so the document may go.
 */
#ifndef STANCE_ASSESS_PARSE_H
#define STANCE_ASSESS_PARSE_H

#include "assess/control.h"
#include "formats/doc.h"

struct parse {
    const char *file;
    const struct doc *doc;
    struct arena *arena;
    struct diag *diag;
    unsigned query_line; /* of a control: where its SQL begins */
    int error;           /* of the arena, sticky */
};

/* Parse `text` (which must outlive the doc); the root must be a map. */
int parse_yaml(struct parse *p, struct str text, struct doc *ret) MUST_CHECK;
/* Sets file, line and text; returns E_PARSE. `n` NULL: no line. */
int parse_error(struct parse *p, const struct node *n, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* E_PARSE when the map has a key outside the NULL-terminated list, or one twice. */
int parse_keys(struct parse *p, const struct node *map, const char *const *keys) MUST_CHECK;
/* The member, or NULL after an error that names it. */
const struct node *parse_need(struct parse *p, const struct node *map, const char *key);
int parse_word(struct parse *p, const struct node *n, const char *what, const char *const *words,
               int *ret) MUST_CHECK;
/* A list of texts as a NULL-terminated array. */
int parse_strings(struct parse *p, const struct node *n, const char *what,
                  const char *const **ret) MUST_CHECK;
/* A copy; "" and p->error on failure. */
const char *parse_z(struct parse *p, struct str s);

#endif
