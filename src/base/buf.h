/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct buf: an owned, growable byte string. buf.p is never NULL and always NUL-terminated (the
 * NUL is not counted), so buf.p can go to the operating system when it holds no NUL itself.
 *
 * Appending cannot be forgotten to be checked: a failure (memory, or more than `cap` bytes) makes
 * the buffer sticky-failed, later appends do nothing, and buf_result() says why once at the end.
 *
 *     AUTO(buf) b = BUF_INIT;
 *     buf_add(&b, STR("x = "));
 *     buf_addf(&b, "%d", 1);
 *     return buf_result(&b);           0, E_NOMEM or E_LIMIT
 */
#ifndef STANCE_BASE_BUF_H
#define STANCE_BASE_BUF_H

#include <string.h>

#include "base/str.h"

struct buf {
    char *p;
    size_t n;
    size_t alloc; /* 0: p points to a constant empty string */
    size_t cap;   /* 0: no limit but SIZE_MAX / 2 */
    int error;
};

extern char buf_empty[1];
/* clang-format off */
#define BUF_INIT      {buf_empty, 0, 0, 0, 0}
#define BUF_CAPPED(c) {buf_empty, 0, 0, (c), 0}
/* clang-format on */

void buf_done(struct buf *b);  /* frees; b is BUF_INIT again */
void buf_clear(struct buf *b); /* empties, keeps memory, forgets the error */
static inline void buf_add(struct buf *b, struct str s); /* s is not a part of b itself */
void buf_addz(struct buf *b, const char *z);
static inline void buf_addc(struct buf *b, char c);
void buf_addu(struct buf *b, uint64_t v, unsigned digits); /* decimal, at least so many digits */
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_pad(struct buf *b, char c, size_t count);
void buf_cut(struct buf *b, size_t n); /* shorten to n bytes */
/* Room for n more bytes at b->p + b->n; NULL when it failed. The caller raises b->n; when by less
 * than n, buf_cut(b, b->n) puts the NUL back. */
char *buf_room(struct buf *b, size_t n);
struct str buf_str(const struct buf *b);
int buf_result(const struct buf *b) MUST_CHECK;
/* Hand the bytes to the caller (mem_free); NULL when failed. b is BUF_INIT again. */
char *buf_detach(struct buf *b, size_t *ret_n);

/* Most appends fit: without a call. */
static inline bool buf_fits(const struct buf *b, size_t n)
{
    return n < b->alloc - b->n && b->alloc && !b->cap && !b->error;
}

static inline void buf_add(struct buf *b, struct str s)
{
    char *to = !s.n ? NULL : buf_fits(b, s.n) ? b->p + b->n : buf_room(b, s.n);
    if (!to)
        return;
    memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    b->n += s.n;
}

static inline void buf_addc(struct buf *b, char c)
{
    char *to = buf_fits(b, 1) ? b->p + b->n : buf_room(b, 1);
    if (!to)
        return;
    to[0] = c;
    to[1] = '\0';
    b->n++;
}

#endif
