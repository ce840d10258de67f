/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct arena: memory of one unit of work (a file, a frame, a request), freed in one call.
 * Invariant: an arena never hands out more than `cap` bytes in all; past that, and when memory is
 * gone, allocation returns NULL and arena_error() tells which (E_LIMIT or E_NOMEM).
 *
 *     AUTO(arena) a = ARENA(16 << 20);
 *     struct row *r = arena_new(&a, struct row);
 *     if (!r)
 *         return arena_error(&a);
 */
#ifndef STANCE_BASE_ARENA_H
#define STANCE_BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;
struct arena {
    struct arena_chunk *head;
    size_t used; /* bytes handed out */
    size_t cap;  /* 0: no limit */
    int error;
};

/* clang-format off */
#define ARENA(limit) {NULL, 0, (limit), 0}
/* clang-format on */

void arena_done(struct arena *a);
void arena_clear(struct arena *a);                       /* forget everything, keep one chunk */
void *arena_alloc(struct arena *a, size_t n) MUST_CHECK; /* zeroed, aligned for any object */
void *arena_array(struct arena *a, size_t count, size_t size) MUST_CHECK;
/* `p` (NULL, or from a call of this) holds `old` bytes; room for n >= old of them, in place when it
 * can be. What was there is no longer to be used. NULL: nothing has changed. */
void *arena_grow(struct arena *a, void *p, size_t old, size_t n) MUST_CHECK;
#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_new_n(a, type, n) ((type *)arena_array((a), (n), sizeof(type)))
/* Copies. On failure the result is {NULL, 0} (arena_str of an empty slice is {"", 0}). */
struct str arena_str(struct arena *a, struct str s) MUST_CHECK;
char *arena_z(struct arena *a, struct str s) MUST_CHECK; /* NUL-terminated copy or NULL */
/* A NUL follows the text. */
struct str arena_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_CHECK;
/* E_LIMIT or E_NOMEM after the latest NULL (until arena_clear), else 0. */
int arena_error(const struct arena *a);

#endif
