/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A query file, compiled against its grammar; internal to this folder and to the generator that
 * embeds the files. All memory is of the region in use (syntax_memory.h).
 */
#ifndef STANCE_MATCH_SYNTAX_QUERY_H
#define STANCE_MATCH_SYNTAX_QUERY_H

#include "match/syntax.h"
#include "match/syntax_memory.h"
#include "tree_sitter/api.h"

/* Generated: the texts of knowledge/queries by SYNTAX_LANGUAGES, "" where there is none. */
extern const char *const SYNTAX_QUERIES[];

#define SYNTAX_CAPTURES_MAX 32

struct syntax_query {
    TSQuery *query;
    int8_t names[SYNTAX_CAPTURES_MAX]; /* enum syntax_name of a capture, -1: for predicates */
};

/* E_PARSE: the diag says line and column in the query. */
int syntax_query_compile(struct syntax_memory *m, const struct syntax_language *l, struct str text,
                         struct syntax_query *ret, struct diag *d) MUST_CHECK;
/* Do the predicates of the pattern hold for this match? */
bool syntax_query_holds(const struct syntax_query *q, const TSQueryMatch *m, struct str text);
const char *syntax_name_text(enum syntax_name name);

#endif
