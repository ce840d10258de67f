/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a tree along the tables of syntax_pattern.h; internal to this folder. Only nodes that hold
 * one of the words of their language are entered: what imports nothing costs nothing.
 */
#ifndef STANCE_MATCH_SYNTAX_MATCH_H
#define STANCE_MATCH_SYNTAX_MATCH_H

#include "match/syntax_memory.h"
#include "match/syntax_pattern.h"
#include "tree_sitter/api.h"

/*
 * In a run of `m`, which every node that is looked at costs a step: every match of every pattern,
 * node by node in text order, at one node pattern by pattern. A result of fn that is not 0 ends it.
 */
int syntax_match(struct syntax_memory *m, const TSTree *tree, const struct syntax_patterns *p,
                 struct str text, syntax_fn fn, void *ctx) MUST_CHECK;

#endif
