/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a buffer grows and when appending fails for good. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define FIRST_ALLOC 64

/* Never written: every write goes through buf_room, which allocates. */
char buf_empty[1];

void buf_done(struct buf *b)
{
    if (b->alloc)
        mem_free(b->p);
    *b = (struct buf)BUF_INIT;
}

void buf_clear(struct buf *b)
{
    b->error = 0;
    b->n = 0;
    if (b->alloc)
        b->p[0] = '\0';
}

static char *fail(struct buf *b, int error)
{
    b->error = error;
    return NULL;
}

char *buf_room(struct buf *b, size_t n)
{
    size_t need, cap = b->cap ? b->cap : SIZE_MAX / 2;

    if (b->error)
        return NULL;
    if (size_add_overflow(b->n, n, &need) || need > cap || need > SIZE_MAX / 2)
        return fail(b, E_LIMIT);
    if (need >= b->alloc) {
        size_t alloc = MAX(need + 1, MAX(b->alloc * 2, FIRST_ALLOC));
        char *p = mem_realloc(b->alloc ? b->p : NULL, alloc);
        if (!p)
            return fail(b, E_NOMEM);
        b->p = p;
        b->alloc = alloc;
        p[b->n] = '\0';
    }
    b->p[need] = '\0';
    return b->p + b->n;
}

void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, str_z(z));
}

void buf_addu(struct buf *b, uint64_t v, unsigned digits)
{
    char out[24], *end = out + sizeof out, *p = end;

    do
        *--p = (char)('0' + v % 10);
    while ((v /= 10) || (unsigned)(end - p) < MIN(digits, 20u));
    buf_add(b, (struct str){p, (size_t)(end - p)});
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    char small[128];
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->error = b->error ? b->error : E_LIMIT;
    } else if ((size_t)n < sizeof small) {
        buf_add(b, (struct str){small, (size_t)n});
    } else {
        char *to = buf_room(b, (size_t)n);
        if (to) {
            vsnprintf(to, (size_t)n + 1, fmt, again);
            b->n += (size_t)n;
        }
    }
    va_end(again);
}

void buf_pad(struct buf *b, char c, size_t count)
{
    char *to = count ? buf_room(b, count) : NULL;

    if (!to)
        return;
    memset(to, c, count);
    b->n += count;
}

void buf_cut(struct buf *b, size_t n)
{
    if (!b->alloc || n > b->n)
        return;
    b->n = n;
    b->p[n] = '\0';
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->p, b->n};
}

int buf_result(const struct buf *b)
{
    return b->error;
}

char *buf_detach(struct buf *b, size_t *ret_n)
{
    char *p = NULL;

    if (buf_room(b, 0)) {
        p = b->p;
        p[b->n] = '\0';
        if (ret_n)
            *ret_n = b->n;
        b->alloc = 0;
    }
    buf_done(b);
    return p;
}
