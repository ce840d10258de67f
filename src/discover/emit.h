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

struct emit_spans {
    VEC(struct emit_span);
};

/* What an inner item (detect_inner) must not see or change of the one around it. */
struct emit_level {
    const char *collector;
    struct str given, member;
    struct emit_spans spans;
    bool hidden;
    size_t first; /* fact of the inner item */
    size_t cap;   /* of the arena */
};

struct emit {
    struct arena *arena;
    struct values *values; /* NULL: nothing is redacted (tests) */
    struct facts facts;
    const char *collector;  /* id of the running detector */
    struct attribute *last; /* for emit_state */
    struct fact spare_fact; /* written to after a failure, never read */
    struct attribute spare_attribute;
    struct emit_spans spans; /* in order, none overlaps another */
    struct str given;        /* path of the inner item ... */
    struct str member;       /* ... and its copy, made when something is said */
    bool hidden;             /* what is said is not there any more: only values count, ... */
    bool muted;              /* ... and while this is set no gaps */
    struct {
        VEC(uint32_t);
    } unread;            /* facts of formats without a reader: one an item and format */
    size_t gaps;         /* how often emit_gap was called */
    uint64_t inner_gaps; /* of these in inner items */
    struct str pointer;  /* kept last, when nothing of it was redacted */
    bool full;           /* memory is short: nothing new is taken, without an error */
    int error;
};

void emit_init(struct emit *e, struct arena *a, struct values *values);
void emit_done(struct emit *e);
/* When not everything was taken, a gap at `at` says so. */
void emit_end(struct emit *e, struct place at);
/* Nothing more is taken; emit_result says `code`, the first one. */
void emit_fail(struct emit *e, int code);
/* The path of the item: finds what of it is a secret. */
void emit_path(struct emit *e, struct str path);

/*
 * What follows is said of something at `member` of the item. emit_leave always follows, and until
 * then `member` stays where it is. Facts of an inner item that do not fit into the arena are
 * forgotten, and a gap at `at` says so.
 */
void emit_enter(struct emit *e, struct emit_level *saved, struct str member);
void emit_leave(struct emit *e, struct emit_level *saved, struct place at);
/* Hardly anything more can be said: those who look into more and more items should stop. */
bool emit_full(const struct emit *e);
/* Gaps in inner items that were not kept, because there were so many. */
uint64_t emit_gaps_left_out(const struct emit *e);
/* So many files in the item were passed by for a rule: those that `pattern` (path_glob) names,
 * seen from inside the item. */
void emit_rule(struct emit *e, struct place at, struct str pattern, uint64_t count,
               const char *reason);

#endif
