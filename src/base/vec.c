/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how arrays grow and sorts them stably. */
#include <string.h>

#include "base/spill.h"
#include "base/vec.h"

#define FIRST_ELEMENTS 8

int vec_grow(void **v, size_t n, size_t *alloc, size_t size)
{
    size_t more;

    if (n < *alloc)
        return 0;
    if (size_mul_overflow(MAX(n, FIRST_ELEMENTS / 2), 2, &more))
        return E_NOMEM;
    void *p = mem_array(*v, more, size);
    if (!p)
        return E_NOMEM;
    *v = p;
    *alloc = more;
    return 0;
}

struct sort {
    size_t size;
    int (*cmp)(const void *, const void *, void *);
    void *ctx;
};

/* Merge a[0, na) and the nb elements after it into out. */
static void merge(const struct sort *s, const char *a, size_t na, size_t nb, char *out)
{
    const char *b = a + na * s->size, *a_end = b, *b_end = b + nb * s->size;

    spill_rest();
    if (nb == 0 || s->cmp(b - s->size, b, s->ctx) <= 0) {
        spill_copy(out, a, (na + nb) * s->size);
        return;
    }
    while (a < a_end && b < b_end) {
        const char **from = s->cmp(a, b, s->ctx) <= 0 ? &a : &b;
        spill_rest();
        memcpy(out, *from, s->size);
        *from += s->size;
        out += s->size;
    }
    spill_copy(out, a, (size_t)(a_end - a));
    spill_copy(out + (a_end - a), b, (size_t)(b_end - b));
}

int vec_sort_raw(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *, void *),
                 void *ctx)
{
    const struct sort s = {size, cmp, ctx};
    char *from = v, *to, *extra;

    if (n < 2)
        return 0;
    extra = mem_array(NULL, n, size);
    if (!extra)
        return E_NOMEM;
    to = extra;
    for (size_t run = 1; run<n; run = run> n / 2 ? n : run * 2) {
        for (size_t i = 0; i < n; i += MIN(2 * run, n - i)) {
            size_t na = MIN(run, n - i), nb = MIN(run, n - i - na);
            merge(&s, from + i * size, na, nb, to + i * size);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != v)
        spill_copy(v, from, n * size);
    mem_free(extra);
    return 0;
}
