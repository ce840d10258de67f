/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where an arena's bytes come from: chunks of 16 KiB growing to 1 MiB, or one of their own.
 */
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define RED_ZONE 16
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define RED_ZONE                          0
#endif

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

#define CHUNK_MIN ((size_t)16 << 10)
#define CHUNK_MAX ((size_t)1 << 20)
#define OWN_CHUNK (CHUNK_MAX / 4) /* allocations above this do not share */
#define ALIGN     alignof(max_align_t)

/* Invariant: bytes from `pos` on are zero (and poisoned under ASan). */
struct arena_chunk {
    struct arena_chunk *next;
    size_t size, pos;
    alignas(max_align_t) char bytes[];
};

static void chunk_free(struct arena_chunk *c)
{
    ASAN_UNPOISON_MEMORY_REGION(c->bytes, c->size);
    mem_free(c);
}

static struct arena_chunk *chunk_new(size_t size)
{
    size_t all;

    if (size_add_overflow(size, sizeof(struct arena_chunk), &all))
        return NULL;
    struct arena_chunk *c = mem_alloc(all);
    if (!c)
        return NULL;
    c->size = size;
    ASAN_POISON_MEMORY_REGION(c->bytes, size);
    return c;
}

/* n bytes of chunk c at a multiple of align, or NULL when they do not fit. */
static void *chunk_take(struct arena_chunk *c, size_t n, size_t align)
{
    size_t at = (c->pos + align - 1) & ~(align - 1);

    if (at > c->size || n > c->size - at || n + RED_ZONE > c->size - at)
        return NULL;
    c->pos = at + n + RED_ZONE;
    ASAN_UNPOISON_MEMORY_REGION(c->bytes + at, n);
    return c->bytes + at;
}

static size_t next_size(const struct arena *a, size_t n)
{
    size_t size = a->head ? a->head->size * 2 : CHUNK_MIN;

    size = MAX(CHUNK_MIN, MIN(size, CHUNK_MAX));
    while (size < n + RED_ZONE)
        size *= 2;
    return size;
}

/* A chunk with room for n: shared ones become the head, lone ones hide behind it. */
static struct arena_chunk *add_chunk(struct arena *a, size_t n)
{
    bool lone = n > OWN_CHUNK;
    size_t size;

    if (!lone)
        size = next_size(a, n);
    else if (size_add_overflow(n, RED_ZONE, &size))
        return NULL;
    struct arena_chunk *c = chunk_new(size);
    if (!c)
        return NULL;
    if (lone && a->head) {
        c->next = a->head->next;
        a->head->next = c;
    } else {
        c->next = a->head;
        a->head = c;
    }
    return c;
}

static void *fail(struct arena *a, int error)
{
    a->error = error;
    return NULL;
}

static void *take(struct arena *a, size_t n, size_t align)
{
    size_t used;
    void *p = NULL;

    if (size_add_overflow(a->used, n, &used) || (a->cap && used > a->cap))
        return fail(a, E_LIMIT);
    if (!n)
        n = 1; /* a pointer of its own */
    if (a->head)
        p = chunk_take(a->head, n, align);
    if (!p) {
        struct arena_chunk *c = add_chunk(a, n);
        if (!c)
            return fail(a, E_NOMEM);
        p = chunk_take(c, n, align);
    }
    a->used = used;
    return p;
}

/* The chunk that holds nothing but these bytes: its link, or NULL. */
static struct arena_chunk **chunk_of(struct arena *a, const void *p, size_t n)
{
    for (struct arena_chunk **c = &a->head; p && *c; c = &(*c)->next)
        if ((*c)->bytes == p && (*c)->pos == n + RED_ZONE)
            return c;
    return NULL;
}

/* The chunk moves as a whole: the system may do so without copying, and nothing is left behind. */
static void *chunk_grow(struct arena *a, struct arena_chunk **link, size_t old, size_t n)
{
    struct arena_chunk *c = *link;
    size_t used = a->used - old, all;

    if (size_add_overflow(n, RED_ZONE + sizeof(*c), &all) || size_add_overflow(used, n, &used) ||
        (a->cap && used > a->cap))
        return fail(a, E_LIMIT);
    ASAN_UNPOISON_MEMORY_REGION(c->bytes, c->size);
    c = mem_realloc(c, all);
    if (!c) {
        ASAN_POISON_MEMORY_REGION((*link)->bytes + (*link)->pos, (*link)->size - (*link)->pos);
        return fail(a, E_NOMEM);
    }
    *link = c;
    c->size = c->pos = n + RED_ZONE;
    memset(c->bytes + old, 0, c->size - old);
    ASAN_POISON_MEMORY_REGION(c->bytes + n, RED_ZONE);
    a->used = used;
    return c->bytes;
}

void *arena_grow(struct arena *a, void *p, size_t old, size_t n)
{
    struct arena_chunk **link = old > OWN_CHUNK ? chunk_of(a, p, old) : NULL;

    if (link)
        return chunk_grow(a, link, old, n);
    void *to = arena_alloc(a, n);
    if (to && old)
        memcpy(to, p, old);
    return to;
}

void arena_done(struct arena *a)
{
    for (struct arena_chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        chunk_free(c);
    }
    *a = (struct arena)ARENA(a->cap);
}

void arena_clear(struct arena *a)
{
    struct arena_chunk *keep = a->head;

    if (!keep || keep->size > CHUNK_MAX) {
        arena_done(a);
        return;
    }
    a->head = keep->next;
    arena_done(a);
    ASAN_UNPOISON_MEMORY_REGION(keep->bytes, keep->size);
    memset(keep->bytes, 0, MIN(keep->pos, keep->size));
    ASAN_POISON_MEMORY_REGION(keep->bytes, keep->size);
    keep->pos = 0;
    keep->next = NULL;
    a->head = keep;
}

void *arena_alloc(struct arena *a, size_t n)
{
    return take(a, n, ALIGN);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n;

    if (size_mul_overflow(count, size, &n))
        return fail(a, E_LIMIT);
    return arena_alloc(a, n);
}

/* Text needs no alignment, but ASan can only guard what starts at a multiple of 8. */
static char *take_text(struct arena *a, size_t n)
{
    return take(a, n, RED_ZONE ? ALIGN : 1);
}

struct str arena_str(struct arena *a, struct str s)
{
    if (!s.n)
        return STR("");
    char *p = take_text(a, s.n);
    if (!p)
        return STR_NULL;
    memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

char *arena_z(struct arena *a, struct str s)
{
    size_t n;

    if (size_add_overflow(s.n, 1, &n))
        return fail(a, E_LIMIT);
    char *p = take_text(a, n);
    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
    char small[256], *p = NULL;
    va_list ap, again;
    struct str ret;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n < 0) {
        fail(a, E_LIMIT);
        ret = STR_NULL;
    } else {
        p = take_text(a, (size_t)n + 1);
        if (p && (size_t)n < sizeof small)
            memcpy(p, small, (size_t)n + 1);
        else if (p)
            vsnprintf(p, (size_t)n + 1, fmt, again);
        ret = p ? (struct str){p, (size_t)n} : STR_NULL;
    }
    va_end(again);
    return ret;
}

int arena_error(const struct arena *a)
{
    return a->error;
}
