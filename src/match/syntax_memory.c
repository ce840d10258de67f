/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where the memory of tree-sitter comes from and what happens when there is no more. */
#include "match/syntax_memory.h"

#include "base/mem.h"
#include "tree_sitter_memory.h"
#undef malloc
#undef calloc
#undef realloc
#undef free

#define CHUNK_BYTES ((size_t)256 << 10)
#define BYTES_STEP  64u /* memory that costs one step */
/* Sanitizers shall see every block by itself. */
#if defined(__SANITIZE_ADDRESS__)
#define SMALL_MAX 8u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMALL_MAX 8u
#endif
#endif
#ifndef SMALL_MAX
#define SMALL_MAX (SYNTAX_CLASSES * 16u - 8u)
#endif

/* Every block begins at a multiple of 16, its size stands in the eight bytes before. */
struct header {
    size_t size;
};

struct syntax_chunk {
    struct syntax_chunk *next;
    size_t pad[2]; /* the first header ends at a multiple of 16 */
    char bytes[];
};

struct syntax_block {
    struct syntax_block *prev, *next;
    size_t pad;
    struct header head;
    char bytes[];
};

_Static_assert(sizeof(struct header) == 8 && sizeof(struct syntax_chunk) % 16 == 8 &&
                   sizeof(struct syntax_block) % 16 == 0,
               "blocks are aligned");

static _Thread_local struct syntax_memory *current;

static void leave(struct syntax_memory *m, int code) __attribute__((noreturn));
static void leave(struct syntax_memory *m, int code)
{
    longjmp(m->back, code);
}

void syntax_memory_spend(struct syntax_memory *m, uint64_t steps)
{
    m->steps += steps;
    if (m->steps > m->budget)
        leave(m, E_LIMIT);
}

int syntax_memory_run(struct syntax_memory *m, int (*fn)(void *ctx), void *ctx)
{
    int rc;

    if (current)
        return E_BUG; /* regions do not nest */
    current = m;
    rc = setjmp(m->back);
    if (!rc)
        rc = fn(ctx);
    current = NULL;
    return rc;
}

/* Account for n more bytes, or leave. */
static void take(struct syntax_memory *m, size_t n)
{
    if (n > m->cap || m->used > m->cap - n)
        leave(m, E_LIMIT);
    m->used += n;
}

static struct header *header_of(void *p)
{
    return (struct header *)p - 1;
}

static struct syntax_block *block_of(void *p)
{
    return (struct syntax_block *)((char *)p - offsetof(struct syntax_block, bytes));
}

static void block_link(struct syntax_memory *m, struct syntax_block *b)
{
    b->prev = NULL;
    b->next = m->blocks;
    if (b->next)
        b->next->prev = b;
    m->blocks = b;
}

static void block_unlink(struct syntax_memory *m, struct syntax_block *b)
{
    if (b->prev)
        b->prev->next = b->next;
    else
        m->blocks = b->next;
    if (b->next)
        b->next->prev = b->prev;
}

static void *new_block(struct syntax_memory *m, size_t n)
{
    size_t all;

    if (size_add_overflow(n, sizeof(struct syntax_block), &all))
        leave(m, E_LIMIT);
    take(m, all);
    struct syntax_block *b = mem_alloc(all);
    if (!b)
        leave(m, E_NOMEM);
    b->head.size = n;
    block_link(m, b);
    return b->bytes;
}

static void new_chunk(struct syntax_memory *m)
{
    take(m, CHUNK_BYTES);
    struct syntax_chunk *c = mem_alloc(CHUNK_BYTES);
    if (!c)
        leave(m, E_NOMEM);
    c->next = m->chunks;
    m->chunks = c;
    m->room = CHUNK_BYTES - sizeof(*c);
}

/* Class i holds blocks of 16 i + 8 bytes, the header not counted. */
static size_t class_of(size_t n)
{
    return n <= 8 ? 0 : (n + 7) / 16;
}

static void *new_small(struct syntax_memory *m, size_t class)
{
    void *p = m->free[class];
    size_t size = class * 16 + 8;

    if (p) {
        memcpy(&m->free[class], p, sizeof(void *));
        return p;
    }
    if (m->room < size + sizeof(struct header))
        new_chunk(m);
    struct header *h = (struct header *)((char *)m->chunks + CHUNK_BYTES - m->room);
    m->room -= size + sizeof(*h);
    h->size = size;
    return h + 1;
}

void *syntax_malloc(size_t n)
{
    syntax_memory_spend(current, n / BYTES_STEP);
    return n > SMALL_MAX ? new_block(current, n) : new_small(current, class_of(n));
}

void *syntax_calloc(size_t count, size_t size)
{
    size_t n;

    if (size_mul_overflow(count, size, &n))
        leave(current, E_LIMIT);
    void *p = syntax_malloc(n);
    if (n <= SMALL_MAX) /* blocks are zero already */
        memset(p, 0, n);
    return p;
}

/* A large block grows in place where the heap can. */
static void *grow_block(struct syntax_memory *m, void *p, size_t n)
{
    struct syntax_block *b = block_of(p);
    size_t all;

    if (size_add_overflow(n, sizeof(*b), &all))
        leave(m, E_LIMIT);
    take(m, n - b->head.size);
    syntax_memory_spend(m, n / BYTES_STEP);
    block_unlink(m, b);
    struct syntax_block *grown = mem_realloc(b, all);
    if (!grown) {
        block_link(m, b);
        leave(m, E_NOMEM);
    }
    grown->head.size = n;
    block_link(m, grown);
    return grown->bytes;
}

void *syntax_realloc(void *p, size_t n)
{
    if (!p)
        return syntax_malloc(n);
    size_t size = header_of(p)->size;
    if (n <= size)
        return p;
    if (size > SMALL_MAX)
        return grow_block(current, p, n);
    void *q = syntax_malloc(n);
    memcpy(q, p, size);
    syntax_free_block(p);
    return q;
}

void syntax_free_block(void *p)
{
    struct syntax_memory *m = current;

    if (!p)
        return;
    size_t size = header_of(p)->size;
    if (size > SMALL_MAX) {
        block_unlink(m, block_of(p));
        m->used -= size + sizeof(struct syntax_block);
        mem_free(block_of(p));
        return;
    }
    memcpy(p, &m->free[class_of(size)], sizeof(void *));
    m->free[class_of(size)] = p;
}

void syntax_memory_clear(struct syntax_memory *m)
{
    struct syntax_chunk *kept = m->chunks;

    for (struct syntax_chunk *c = kept ? kept->next : NULL, *next; c; c = next) {
        next = c->next;
        mem_free(c);
    }
    for (struct syntax_block *b = m->blocks, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    m->blocks = NULL;
    memset(m->free, 0, sizeof(m->free));
    m->chunks = kept;
    m->room = 0;
    m->used = 0;
    if (kept) {
        kept->next = NULL;
        m->room = CHUNK_BYTES - sizeof(*kept);
        m->used = CHUNK_BYTES;
    }
}

void syntax_memory_done(struct syntax_memory *m)
{
    syntax_memory_clear(m);
    mem_free(m->chunks);
    m->chunks = NULL;
    m->room = m->used = 0;
}
