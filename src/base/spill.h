/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large memory lies in a file. What a scan remembers grows with what it looks at: facts, assets,
 * verdicts. While a spill is open, blocks of the heap (mem.h) of SPILL_BLOCK bytes and more are
 * mapped: the first SPILL_START bytes of them as ordinary memory, so that an ordinary scan makes no
 * file, and all others from one file without a name, in one range of addresses. When more than
 * SPILL_RESIDENT bytes of it are resident, all its pages are let go: the bytes stay in the kernel's
 * cache for as long as there is room, else on disk, and come back when they are touched. Pointers
 * stay what they are, so that nobody who uses an arena, an array or a map knows of it.
 *
 *     spill_open("/var/lib/stance")
 *     ... one scan: mem_alloc, mem_realloc, mem_free ...
 *     for each of very many assets: spill_rest()
 *     spill_close()
 *
 * Two look at how much is resident. spill_rest() does so where the caller stands, and bounds
 * whatever the processors are busy with: maps, sorting, growing and the steps of statements call
 * it; loops that touch much beside these do it themselves, at each row. A thread of its own, from
 * the first block in the file on, does so every millisecond, for code that knows nothing of spills:
 * on a busy machine it may come late by hundreds of megabytes, so that nothing may rest on it.
 *
 * One a process, as the heap is. A folder that has no room or allows no file costs only that the
 * blocks stay in memory. Space is reserved before it is handed out: a full disk is never a signal.
 * A child that is forked has the blocks in memory, as ever, and none of those in the file: what
 * workers need must be there before there is much.
 */
#ifndef STANCE_BASE_SPILL_H
#define STANCE_BASE_SPILL_H

#include "base/compiler.h"

#define SPILL_BLOCK    ((size_t)1 << 20)
#define SPILL_START    ((size_t)16 << 20)
#define SPILL_RESIDENT ((size_t)24 << 20)

/* NULL: no file is ever made. */
void spill_open(const char *folder);
void spill_close(void);
/* In a child, first of all: what it allocates from now on is its own. */
void spill_forked(void);
/* At one touch of what lies anywhere in blocks: looks now and then how much is resident. */
void spill_rest(void);
/* memcpy of much. */
void spill_copy(void *to, const void *from, size_t n);

/* The pages of a file that somebody mapped, and only reads, are let go with the blocks until he
 * takes them back, which he must do before he unmaps them. */
void spill_lend(void *p, size_t n);
void spill_take_back(const void *p);

/* For mem.c. Zeroed, aligned to a page; NULL: no spill is open, or there is no room. */
void *spill_alloc(size_t n);
/* Bytes of the block that begins at p; 0: it is none. */
size_t spill_size(const void *p);
/* False: it is none. */
bool spill_free(void *p);
/* For tests: true as when the thread gets no processor, so that only those who rest look. */
void spill_without_thread(bool on);
/* How many bytes lie in the file now, and how much they were at most; how many of them were
 * resident at most when somebody looked: for people and tests. */
size_t spill_bytes(void);
size_t spill_peak(void);
size_t spill_resident_peak(void);

#endif
