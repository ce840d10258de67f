/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collecting side of emit_* (discover/detector.h): used by detect.c and by detector tests.
 *
 *     struct emit e;
 *     emit_init(&e, &arena, values or NULL);
 *     detector->run(&item, &e);
 *     e.facts                                  what was said
 */
#ifndef STANCE_DISCOVER_EMIT_H
#define STANCE_DISCOVER_EMIT_H

#include "discover/detector.h"

struct emit {
    struct arena *arena;
    struct values *values;   /* NULL: nothing is redacted (tests) */
    struct facts facts;
    const char *collector;   /* id of the running detector */
    struct attribute *last;  /* for emit_state */
    struct fact spare_fact;  /* written to after a failure, never read */
    struct attribute spare_attribute;
    int error;
};

void emit_init(struct emit *e, struct arena *a, struct values *values);

#endif
