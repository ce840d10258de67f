/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only door to the heap. mem_fail_after(n) makes the n-th allocation from now (1 = the next)
 * and all later ones fail until mem_fail_after(0): tests use it to walk every failure path.
 */
#ifndef STANCE_BASE_MEM_H
#define STANCE_BASE_MEM_H

#include "base/compiler.h"

void *mem_alloc(size_t n) MUST_CHECK;                           /* zeroed; NULL on failure */
void *mem_realloc(void *p, size_t n) MUST_CHECK;                /* new bytes undefined */
void *mem_array(void *p, size_t count, size_t size) MUST_CHECK; /* checked realloc */
void mem_free(void *p);
void mem_fail_after(size_t n);
void mem_trim(void); /* give back what is free: after much work, before a long wait */

#endif
