/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query files of tree-sitter as the tables of match/syntax_pattern.h.
 *
 *     struct patterns p = {.of = &PATTERNS_IMPORTS};
 *     patterns_add(&p, language, text, d)     in the order of SYNTAX_LANGUAGES; "" for none
 *     patterns_write(&p, &c)                  C, for syntax_pattern.h
 *     patterns_done(&p)
 *
 * Of the language of queries it knows: nodes by kind and (_), fields, !field, the anchor before a
 * first child, [alternatives] without children, captures, #eq? and #any-of? and their not- forms.
 * A comment "; words: A B" names what stands in each node where a pattern begins.
 */
#ifndef STANCE_TOOLS_GEN_PATTERNS_H
#define STANCE_TOOLS_GEN_PATTERNS_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/vec.h"
#include "match/code.h"
#include "match/syntax_pattern.h"

/* What captures may be called, and what is asked of a file. */
struct patterns_of {
    const char *const *inner; /* names of captures of nodes in a pattern */
    int n_inner, first_inner; /* and the number of the first */
    const char *const *outer; /* those behind a pattern */
    int n_outer;
    bool words;  /* a comment on top says where patterns begin */
    bool shapes; /* as match/code_shape.h: one pattern a kind of node, and one level deep */
    const char *prefix, *header, *source; /* of the tables in C */
};
extern const struct patterns_of PATTERNS_IMPORTS, PATTERNS_SHAPES;

struct patterns {
    const struct patterns_of *of;
    struct {
        VEC(struct syntax_patterns);
    } languages;
    struct {
        VEC(struct syntax_step);
    } steps;
    struct {
        VEC(uint16_t);
    } symbols;
    struct {
        VEC(struct syntax_word);
    } words;
    struct buf text; /* uncapped */
};

/* E_PARSE: the diag says line and column. */
int patterns_add(struct patterns *p, const struct syntax_language *l, struct str text,
                 struct diag *d) MUST_CHECK;
/* E_PARSE with the line and column of a byte. */
int patterns_fail(struct str text, size_t at, struct diag *d, const char *what);
int patterns_write(const struct patterns *p, struct buf *out) MUST_CHECK;
void patterns_done(struct patterns *p);

#endif
