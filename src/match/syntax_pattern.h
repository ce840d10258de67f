/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is looked for in syntax trees, as tables: written from knowledge/queries at build
 * (tools/gen/queries.c), walked by syntax_match.c. Numbers only, so that start-up has nothing to
 * relocate, and nothing to compile.
 *
 * A pattern is a run of steps in the order in which its nodes stand in the query file. A step whose
 * depth is that of a step before it is a later sibling of that node; other siblings may stand
 * between the two. Texts lie one after another in SYNTAX_TEXT.
 */
#ifndef STANCE_MATCH_SYNTAX_PATTERN_H
#define STANCE_MATCH_SYNTAX_PATTERN_H

#include "match/syntax.h"

#define SYNTAX_STEPS_MAX 12 /* of one pattern */

struct syntax_step {
    uint16_t symbols, n_symbols; /* kinds of the node; none: any that has a name and is no error */
    uint16_t texts, n_texts;     /* one of these is its text; none: any text */
    uint16_t field, without;     /* that it is in its parent; that it must not have; 0: no such */
    uint8_t depth;               /* below the node where the pattern begins; 0: here one begins */
    int8_t capture;              /* enum syntax_name, or -1 */
    bool first;                  /* no node with a name stands before it in its parent */
    bool other;                  /* its text is none of the texts */
};

struct syntax_word {
    uint16_t at, n; /* in SYNTAX_TEXT */
};

/* Of one language, in the order of SYNTAX_LANGUAGES; n_steps 0: nothing is looked for. */
struct syntax_patterns {
    uint16_t steps, n_steps;
    uint16_t words, n_words; /* every node where a pattern begins holds one of these */
};

extern const struct syntax_patterns SYNTAX_PATTERNS[];
extern const struct syntax_step SYNTAX_STEPS[];
extern const uint16_t SYNTAX_SYMBOLS[];
extern const struct syntax_word SYNTAX_WORDS[];
extern const char SYNTAX_TEXT[];

#endif
