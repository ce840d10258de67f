/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collecting side of emit_* (discover/detector.h): used by detect.c and by detector tests.
 *
 *     struct emit e;
 *     emit_init(&e, &arena, values or NULL);
 *     detector->run(&item, &e);
 *     e.facts                                  what was said; lives in the arena
 *     emit_done(&e);
 */
#ifndef STANCE_DISCOVER_EMIT_H
#define STANCE_DISCOVER_EMIT_H

#include "discover/detector.h"

/* Bytes of the item that hold a value which was emitted. */
struct emit_span {
    int64_t start, end;
};

struct emit {
    struct arena *arena;
    struct values *values; /* NULL: nothing is redacted (tests) */
    struct facts facts;
    const char *collector;  /* id of the running detector */
    struct attribute *last; /* for emit_state */
    struct fact spare_fact; /* written to after a failure, never read */
    struct attribute spare_attribute;
    struct {
        VEC(struct emit_span);
    } spans;     /* in order, none overlaps another */
    size_t gaps; /* how often emit_gap was called */
    int error;
};

void emit_init(struct emit *e, struct arena *a, struct values *values);
void emit_done(struct emit *e);
/* Nothing more is taken; emit_result says `code`, the first one. */
void emit_fail(struct emit *e, int code);
/* The path of the item: finds what of it is a secret. */
void emit_path(struct emit *e, struct str path);

#endif
