/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of tree-sitter, and what it may do; internal to this folder. The library cannot report
 * that memory is gone, so all it asks for comes from a region with a cap. When the region is full,
 * or the budget of steps is spent, control returns to syntax_memory_run, and what the region holds
 * is forgotten as a whole, whatever state the library was in. Asking for memory costs steps, too:
 * whoever copies long lists again and again spends them.
 *
 *     rc = syntax_memory_run(&m, parse, ctx);      parse() calls tree-sitter; its result, E_LIMIT
 *     ...                                          objects of the library live on in `m`
 *     syntax_memory_clear(&m);                     all of them are gone, one chunk is kept
 *
 * The functions that tree-sitter calls take no context: the region in use is a variable of the
 * thread, set only inside syntax_memory_run.
 */
#ifndef STANCE_MATCH_SYNTAX_MEMORY_H
#define STANCE_MATCH_SYNTAX_MEMORY_H

#include <setjmp.h>

#include "base/compiler.h"
#include "base/err.h"

#define SYNTAX_CLASSES 32 /* of small blocks, by 16 bytes */

struct syntax_chunk;
struct syntax_block;

struct syntax_memory {
    size_t cap, used; /* bytes taken from the heap */
    uint64_t steps, budget;
    struct syntax_chunk *chunks;
    size_t room; /* bytes left in the newest chunk */
    void *free[SYNTAX_CLASSES];
    struct syntax_block *blocks; /* larger than any class */
    jmp_buf back;
};

/* What fn returned; E_LIMIT (cap, steps) or E_NOMEM, after which only syntax_memory_clear may
 * follow. */
int syntax_memory_run(struct syntax_memory *m, int (*fn)(void *ctx), void *ctx) MUST_CHECK;
/* Inside a run: count steps; does not return when that is more than the budget. */
void syntax_memory_spend(struct syntax_memory *m, uint64_t steps);
void syntax_memory_clear(struct syntax_memory *m);
void syntax_memory_done(struct syntax_memory *m);

#endif
