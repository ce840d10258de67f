/* SPDX-License-Identifier: Apache-2.0 */
/* Comes first in every source of tree-sitter (-include): all of its memory is counted and can be
 * taken back at once, see src/match/syntax_memory.h. */
#ifndef STANCE_TREE_SITTER_MEMORY_H
#define STANCE_TREE_SITTER_MEMORY_H

#include <stdlib.h>

void *syntax_malloc(size_t n);
void *syntax_calloc(size_t count, size_t n);
void *syntax_realloc(void *p, size_t n);
void syntax_free_block(void *p);

#define malloc  syntax_malloc
#define calloc  syntax_calloc
#define realloc syntax_realloc
#define free    syntax_free_block

#endif
