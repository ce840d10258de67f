/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which allocations succeed: all the heap can give, less those a test asked to fail. */
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/spill.h"

/* Allocations left until failure begins, plus one; 0: never, 1: now and from now on. */
static _Atomic size_t fail_countdown;

static bool must_fail(void)
{
    size_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);

    while (left > 1) {
        if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
            return false;
    }
    return left == 1;
}

void *mem_alloc(size_t n)
{
    if (must_fail())
        return NULL;
    void *large = n >= SPILL_BLOCK ? spill_alloc(n) : NULL;
    return large ? large : calloc(1, n ? n : 1);
}

/* Between the heap and a spill, or inside one: n bytes with those of p. NULL: no spill. */
static void *move(void *p, size_t was, size_t n)
{
    void *to = n >= SPILL_BLOCK ? spill_alloc(n) : NULL;

    if (!to && was && spill_size(p))
        to = malloc(n ? n : 1);
    if (to && p)
        spill_copy(to, p, MIN(was, n));
    if (to)
        mem_free(p);
    return to;
}

void *mem_realloc(void *p, size_t n)
{
    if (must_fail())
        return NULL;
    size_t block = spill_size(p);
    if (block && block >= n && block / 4 <= n)
        return p;
    if (!block && n < SPILL_BLOCK)
        return realloc(p, n ? n : 1);
    void *moved = move(p, block ? block : malloc_usable_size(p), n);
    return moved || block ? moved : realloc(p, n);
}

void *mem_array(void *p, size_t count, size_t size)
{
    size_t n;

    if (size_mul_overflow(count, size, &n))
        return NULL;
    return mem_realloc(p, n);
}

void mem_free(void *p)
{
    if (!spill_free(p))
        free(p);
}

void mem_fail_after(size_t n)
{
    atomic_store(&fail_countdown, n);
}

void mem_trim(void)
{
    malloc_trim(0);
}
