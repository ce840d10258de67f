/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how items are laid out for a worker, and how its answers are read back. */
#include "discover/request.h"

#include "base/err.h"

enum kind { KIND_BATCH = 'B', KIND_FILE = 'F', KIND_BYTES = 'M' };
enum { FLAG_CHANGED = 1 };                                    /* of an item */
enum { FLAG_BINARY = 1, FLAG_CONTAINER = 2, FLAG_FRAME = 4 }; /* of an answer */

/* Kind, where the table begins. */
#define HEAD_BYTES 8u
/* What an item takes of the table beside its path: see put_item. */
#define ROW_BYTES 40u

static void put_u32(char *at, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (char)(v >> (8 * i));
}

static uint32_t get_u32(const char *at)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return v;
}

static void put_item(struct buf *b, const struct asked *it)
{
    frame_put_u32(b, it->target);
    frame_put_u32(b, it->mode);
    frame_put_i64(b, (int64_t)it->size);
    frame_put_u8(b, it->changed ? FLAG_CHANGED : 0);
    frame_put_str(b, it->path);
}

static void get_item(struct frame *f, struct asked *it)
{
    *it = (struct asked){0};
    it->target = frame_u32(f);
    it->mode = frame_u32(f);
    it->size = (uint64_t)frame_i64(f);
    it->changed = (frame_u8(f) & FLAG_CHANGED) != 0;
    it->path = frame_str(f);
}

void batch_begin(struct batch *b, char *room, size_t size)
{
    b->room = room;
    b->size = size;
    b->used = HEAD_BYTES;
    b->count = 0;
    buf_clear(&b->table);
}

char *batch_room(struct batch *b, struct str path, size_t bytes)
{
    size_t row = path.n + ROW_BYTES, taken = b->used + b->table.n + row;
    if (taken > b->size || bytes > b->size - taken)
        return NULL;
    return b->room + b->used;
}

int batch_add(struct batch *b, const struct asked *item)
{
    put_item(&b->table, item);
    frame_put_u32(&b->table, (uint32_t)b->used);
    frame_put_u32(&b->table, (uint32_t)item->bytes.n);
    b->used += item->bytes.n;
    b->count++;
    return buf_result(&b->table);
}

struct str batch_end(struct batch *b)
{
    memcpy(b->room + b->used, b->table.p, b->table.n);
    put_u32(b->room, KIND_BATCH | b->count << 8);
    put_u32(b->room + 4, (uint32_t)b->used);
    return str_n(b->room, b->used + b->table.n);
}

void batch_done(struct batch *b)
{
    buf_done(&b->table);
}

void request_one(struct buf *out, const struct asked *item)
{
    frame_put_u8(out, item->in_memory ? KIND_BYTES : KIND_FILE);
    put_item(out, item);
    frame_put_str(out, item->bytes);
}

int request_read(struct str bytes, struct request *ret)
{
    if (!bytes.n)
        return E_PARSE;
    *ret = (struct request){.all = bytes, .count = 1, .batch = bytes.p[0] == KIND_BATCH};
    if (!ret->batch) {
        ret->table.rest = bytes;
        return 0;
    }
    if (bytes.n < HEAD_BYTES || get_u32(bytes.p + 4) > bytes.n)
        return E_PARSE;
    ret->count = get_u32(bytes.p) >> 8;
    ret->table.rest = str_sub(bytes, get_u32(bytes.p + 4), bytes.n);
    return 0;
}

int request_next(struct request *r, struct asked *ret)
{
    if (!r->count)
        return 0;
    r->count--;
    if (r->batch) {
        get_item(&r->table, ret);
        uint32_t at = frame_u32(&r->table), n = frame_u32(&r->table);
        ret->in_memory = true;
        if (r->table.failed || at > r->all.n || n > r->all.n - at)
            return E_PARSE;
        ret->bytes = str_sub(r->all, at, (size_t)at + n);
        return 1;
    }
    uint8_t kind = frame_u8(&r->table);
    get_item(&r->table, ret);
    ret->in_memory = kind == KIND_BYTES;
    ret->bytes = frame_str(&r->table);
    return frame_result(&r->table) ? E_PARSE : 1;
}

void answer_put(struct buf *out, const struct answered *a)
{
    uint8_t flags = (uint8_t)((a->binary ? FLAG_BINARY : 0) | (a->container ? FLAG_CONTAINER : 0) |
                              (a->frame.n ? FLAG_FRAME : 0));
    frame_put_u8(out, flags);
    frame_put_i64(out, (int64_t)a->bytes_read);
    if (a->frame.n)
        frame_put_str(out, a->frame);
}

struct answered answer_get(struct frame *f)
{
    uint8_t flags = frame_u8(f);
    int64_t read = frame_i64(f);
    struct answered a = {.binary = (flags & FLAG_BINARY) != 0,
                         .container = (flags & FLAG_CONTAINER) != 0,
                         .bytes_read = (uint64_t)read};
    if (flags & FLAG_FRAME)
        a.frame = frame_str(f);
    if (read < 0 || flags > (FLAG_BINARY | FLAG_CONTAINER | FLAG_FRAME))
        f->failed = true;
    return f->failed ? (struct answered){0} : a;
}
