/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large memory lies in a file. What a scan remembers grows with what it looks at: facts, assets,
 * verdicts. While a spill is open, blocks of the heap (mem.h) of SPILL_BLOCK bytes and more are
 * mapped: the first SPILL_START bytes of them as ordinary memory, so that an ordinary scan makes no
 * file, and all others from files without a name in one folder. When more than SPILL_RESIDENT bytes
 * of them are resident, their pages are let go: the bytes stay in the kernel's cache for as long as
 * there is room, else on disk, and come back when they are touched. Pointers stay what they are, so
 * that nobody who uses an arena, an array or a map knows of it.
 *
 *     spill_open("/var/lib/stance")
 *     ... one scan: mem_alloc, mem_realloc, mem_free ...
 *     for each of very many assets: spill_rest()
 *     spill_close()
 *
 * One a process, as the heap is. A folder that has no room or allows no file costs only that the
 * blocks stay in memory. Space is reserved before it is mapped: a full disk is never a signal.
 * A child that is forked has the blocks in memory, as ever, and none of those in files: what
 * workers need must be there before there is much.
 */
#ifndef STANCE_BASE_SPILL_H
#define STANCE_BASE_SPILL_H

#include "base/compiler.h"

#define SPILL_BLOCK    ((size_t)1 << 20)
#define SPILL_START    ((size_t)16 << 20)
#define SPILL_RESIDENT ((size_t)32 << 20)

/* NULL: no file is ever made. */
void spill_open(const char *folder);
void spill_close(void);
/* In a child, first of all: what it allocates from now on is its own. */
void spill_forked(void);
/* For loops over much: looks now and then how much is resident. New blocks, and sorting, do it by
 * themselves. */
void spill_rest(void);

/* For mem.c. Zeroed, aligned to a page; NULL: no spill is open, or there is no room. */
void *spill_alloc(size_t n);
/* Bytes of the block that begins at p; 0: it is none. */
size_t spill_size(const void *p);
/* False: it is none. */
bool spill_free(void *p);
/* How many bytes lie in files now, and how much they were at most: for people and tests. */
size_t spill_bytes(void);
size_t spill_peak(void);

#endif
