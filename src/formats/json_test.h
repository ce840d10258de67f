/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the JSON reader share: one input on the heap, one arena, one document. */
#ifndef STANCE_FORMATS_JSON_TEST_H
#define STANCE_FORMATS_JSON_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "formats/doc_check.h"
#include "formats/json.h"

struct run {
    struct arena a;
    struct limits lim;
    struct doc doc;
    struct diag d;
    char *exact; /* input on the heap, so that a sanitizer sees reads past its end */
};

static inline int begin(void **state)
{
    static struct run run;

    run = (struct run){.a = ARENA(8 << 20), .lim = limits_default()};
    *state = &run;
    return 0;
}

static inline int end(void **state)
{
    struct run *t = *state;

    arena_done(&t->a);
    mem_free(t->exact);
    return 0;
}

static inline struct str own(struct run *t, struct str s)
{
    mem_free(t->exact);
    t->exact = mem_alloc(MAX(s.n, (size_t)1));
    assert_non_null(t->exact);
    if (s.n)
        memcpy(t->exact, s.p, s.n);
    arena_clear(&t->a);
    diag_clear(&t->d);
    t->doc = (struct doc){0};
    return str_n(t->exact, s.n);
}

static inline int parse(struct run *t, struct str s, enum json_mode mode)
{
    return json_parse(own(t, s), mode, &t->lim, &t->a, &t->doc, &t->d);
}

static inline int parse_part(struct run *t, struct str s)
{
    return json_parse_partial(own(t, s), JSON_STRICT, &t->lim, &t->a, &t->doc, &t->d);
}

static inline struct str at(struct run *t, const char *pointer)
{
    return node_text(&t->doc, doc_find(&t->doc, str_z(pointer)));
}

static inline void assert_str(struct str got, const char *want)
{
    if (!str_eq_z(got, want))
        fail_msg("got '" STR_FMT "', want '%s'", STR_ARG(got), want);
}

#endif
