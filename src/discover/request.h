/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lane asks a worker to examine, and what comes back. The worker believes a request (it
 * comes from us); the lane takes an answer as hostile.
 *
 * A batch is laid out in the room shared with the worker: head, contents, then the table of items;
 * nothing is copied. One file alone travels as a descriptor, or with its bytes in the request.
 */
#ifndef STANCE_DISCOVER_REQUEST_H
#define STANCE_DISCOVER_REQUEST_H

#include "sandbox/frame.h"

/* One item as it is asked for. */
struct asked {
    uint32_t target;
    uint32_t mode; /* st_mode */
    struct str path;
    uint64_t size;
    bool in_memory;   /* `bytes` is the content; else the descriptor of the request */
    bool changed;     /* while its content was read */
    struct str bytes; /* in_memory */
};

/* --- the asking side --- */

/* A batch in the making. `room` is not owned. */
struct batch {
    char *room;
    size_t size, used; /* bytes of the room; taken by head and contents */
    struct buf table;
    uint32_t count;
};

void batch_begin(struct batch *b, char *room, size_t size);
/* Room for the content of one more item with this path, or NULL: the batch is full. */
char *batch_room(struct batch *b, struct str path, size_t bytes);
/* The item whose content was put there; bytes.n may be less than was asked for. */
int batch_add(struct batch *b, const struct asked *item) MUST_CHECK;
/* The request, in the room. */
struct str batch_end(struct batch *b);
void batch_done(struct batch *b);

/* One item: with its descriptor beside the request, or with its bytes in it. */
void request_one(struct buf *out, const struct asked *item);

/* --- the worker's side --- */

struct request {
    struct frame table;
    struct str all; /* the whole request: contents of a batch are slices of it */
    uint32_t count; /* items that are left */
    bool batch;
};

int request_read(struct str bytes, struct request *ret) MUST_CHECK; /* E_PARSE */
int request_next(struct request *r, struct asked *ret) MUST_CHECK;  /* 1, 0 at the end, E_PARSE */

/* --- answers: one for each item, in the same order --- */

struct answered {
    bool binary;         /* the content was not searched as text */
    bool container;      /* it holds other files, and this worker may not open it */
    uint64_t bytes_read; /* of the item */
    struct str frame;    /* facts (fact_write), empty when nothing was said */
};

void answer_put(struct buf *out, const struct answered *a);
/* From a frame that began as the whole reply. Sets f->failed on damage. */
struct answered answer_get(struct frame *f);

#endif
