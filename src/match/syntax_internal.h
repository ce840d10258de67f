/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of one text, for those in this folder who read it. */
#ifndef STANCE_MATCH_SYNTAX_INTERNAL_H
#define STANCE_MATCH_SYNTAX_INTERNAL_H

#include "match/syntax.h"
#include "match/syntax_memory.h"
#include "tree_sitter/api.h"

struct syntax {
    struct syntax_memory tree_memory;
    TSTree *tree;
    const struct syntax_language *language;
    struct str text;
    bool damaged;
};

#endif
