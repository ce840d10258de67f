/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the fields of a frame are laid out and when a frame from a worker is refused. */
#include <endian.h>
#include <string.h>

#include "sandbox/frame.h"

#include "base/err.h"

static void put_le(struct buf *b, uint64_t v, size_t bytes)
{
    uint64_t le = htole64(v);
    buf_add(b, str_n(&le, bytes));
}

void frame_put_u8(struct buf *b, uint8_t v)
{
    put_le(b, v, 1);
}

void frame_put_u32(struct buf *b, uint32_t v)
{
    put_le(b, v, 4);
}

void frame_put_i64(struct buf *b, int64_t v)
{
    put_le(b, (uint64_t)v, 8);
}

void frame_put_str(struct buf *b, struct str s)
{
    if (s.n > UINT32_MAX) {
        b->error = E_LIMIT;
        return;
    }
    frame_put_u32(b, (uint32_t)s.n);
    buf_add(b, s);
}

static void frame_fail(struct frame *f)
{
    f->failed = true;
    f->rest = STR_NULL;
}

static inline struct str frame_bytes(struct frame *f, size_t n)
{
    if (f->failed || f->rest.n < n) {
        frame_fail(f);
        return STR_NULL;
    }
    struct str head = str_sub(f->rest, 0, n);
    f->rest = str_sub(f->rest, n, f->rest.n);
    return head;
}

static inline uint64_t get_le(struct frame *f, size_t bytes)
{
    struct str s = frame_bytes(f, bytes);
    uint64_t le = 0;
    if (s.n)
        memcpy(&le, s.p, bytes);
    return le64toh(le);
}

uint8_t frame_u8(struct frame *f)
{
    return (uint8_t)get_le(f, 1);
}

uint32_t frame_u32(struct frame *f)
{
    return (uint32_t)get_le(f, 4);
}

int64_t frame_i64(struct frame *f)
{
    return (int64_t)get_le(f, 8);
}

struct str frame_str(struct frame *f)
{
    return frame_bytes(f, frame_u32(f));
}

uint32_t frame_count(struct frame *f, size_t min)
{
    uint32_t count = frame_u32(f);
    if (count > f->rest.n / MAX(min, 1)) {
        frame_fail(f);
        return 0;
    }
    return count;
}

int frame_result(const struct frame *f)
{
    return f->failed || f->rest.n ? E_PARSE : 0;
}
