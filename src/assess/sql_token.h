/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits the SQL of a control into tokens: enough for the lint and for parameters, no grammar.
 * Comments are dropped. Text is sliced from the input; of strings and quoted names it is what
 * stands between the quotes, doubled quotes included.
 *
 *     struct sql_tokens t;
 *     rc = sql_tokenize(STR("SELECT asset FROM mcp_servers"), &arena, &t, d);
 *     t.v[t.n].type                        always SQL_END
 */
#ifndef STANCE_ASSESS_SQL_TOKEN_H
#define STANCE_ASSESS_SQL_TOKEN_H

#include "base/arena.h"
#include "base/diag.h"

enum sql_type {
    SQL_END,
    SQL_WORD,   /* keyword or name */
    SQL_QUOTED, /* "name" */
    SQL_STRING, /* 'text' */
    SQL_NUMBER,
    SQL_PARAM, /* :name; text without the colon */
    SQL_OP,    /* longest match of <> <= >= != || :: ->> -> ==, else one byte */
};

struct sql_token {
    enum sql_type type;
    struct str text;
    size_t off, end; /* bytes in the input, quotes included */
    unsigned line;   /* 1-based, within the input */
    unsigned depth;  /* open parentheses around it; both ends of a pair have the outer depth */
    uint32_t pair;   /* of "(" and ")": index of the other end */
};

struct sql_tokens {
    struct sql_token *v;
    size_t n;
};

/* E_PARSE (line set): unterminated text or comment, unbalanced parentheses, a byte that is not SQL.
 */
int sql_tokenize(struct str sql, struct arena *a, struct sql_tokens *ret,
                 struct diag *d) MUST_CHECK;

/* The token is the keyword or name `word`, in any case. */
bool sql_is(const struct sql_token *t, const char *word);
bool sql_is_op(const struct sql_token *t, const char *op);

#endif
