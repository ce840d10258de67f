/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a frame between parent and worker: little-endian fixed integers and length-prefixed
 * bytes. Readers never trust a length: after a short or oversized field the reader is failed, every
 * later get returns zero or empty, and frame_result says E_PARSE once at the end.
 */
#ifndef STANCE_SANDBOX_FRAME_H
#define STANCE_SANDBOX_FRAME_H

#include "base/buf.h"

void frame_put_u8(struct buf *b, uint8_t v);
void frame_put_u32(struct buf *b, uint32_t v);
void frame_put_i64(struct buf *b, int64_t v);
void frame_put_str(struct buf *b, struct str s);

struct frame {
    struct str rest;
    bool failed;
};

uint8_t frame_u8(struct frame *f);
uint32_t frame_u32(struct frame *f);
int64_t frame_i64(struct frame *f);
struct str frame_str(struct frame *f); /* slice of the frame */
/* A count of elements that each take at least `min` bytes: fails when they cannot fit. */
uint32_t frame_count(struct frame *f, size_t min);
int frame_result(const struct frame *f) MUST_CHECK; /* 0 when all was read and nothing is left */

#endif
