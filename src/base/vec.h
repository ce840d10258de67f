/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VEC(T): a growable array on the heap.
 *
 *     struct { VEC(int); } v = {0};   or   struct ints { VEC(int); };
 *     if (vec_push(&v, 7)) return E_NOMEM;
 *     for (size_t i = 0; i < v.n; i++) use(v.v[i]);
 *     vec_free(&v);
 *
 * vec_push returns 0 or E_NOMEM. Elements move when the array grows: hold indexes, not pointers.
 */
#ifndef STANCE_BASE_VEC_H
#define STANCE_BASE_VEC_H

#include "base/compiler.h"
#include "base/err.h"

#define VEC(T)                                                                                     \
    T *v;                                                                                          \
    size_t n, alloc

/* Make room for n + 1 elements of `size`; 0 or E_NOMEM. */
int vec_grow(void **v, size_t n, size_t *alloc, size_t size) MUST_CHECK;

#define vec_push(vec, item)                                                                        \
    (vec_grow((void **)&(vec)->v, (vec)->n, &(vec)->alloc, sizeof(*(vec)->v))                      \
         ? E_NOMEM                                                                                 \
         : ((vec)->v[(vec)->n++] = (item), 0))
#define vec_free(vec) (mem_free((vec)->v), (vec)->v = NULL, (vec)->n = 0, (vec)->alloc = 0)
#define vec_each(it, vec)                                                                          \
    for (typeof(*(vec)->v) *it = (vec)->v; it && it < (vec)->v + (vec)->n; it++)
/* Stable merge sort with E_NOMEM; cmp gets pointers to elements and ctx. */
int vec_sort_raw(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *, void *),
                 void *ctx) MUST_CHECK;
#define vec_sort(vec, cmp, ctx) vec_sort_raw((vec)->v, (vec)->n, sizeof(*(vec)->v), (cmp), (ctx))

#include "base/mem.h"

#endif
