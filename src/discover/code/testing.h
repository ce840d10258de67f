/* SPDX-License-Identifier: Apache-2.0 */
/* Code for tests of this folder: a text is read, and `probe(X)` marks the expression that is asked
 * about. */
#ifndef STANCE_DISCOVER_CODE_TESTING_H
#define STANCE_DISCOVER_CODE_TESTING_H

#include "base/mem.h"
#include "discover/code/names.h"

struct reading {
    struct syntax *syntax;
    struct arena arena;
    struct code code;
    struct names names;
};

static inline void reading_begin(struct reading *r, const char *language, const char *text)
{
    struct diag d = {0};
    *r = (struct reading){.arena = ARENA((size_t)64 << 20)};
    assert_int_equal(syntax_new((size_t)64 << 20, &r->syntax, &d), OK);
    const struct syntax_language *l = syntax_language_by_id(str_z(language));
    assert_int_equal(syntax_parse(r->syntax, l, str_z(text), 0), OK);
    assert_int_equal(syntax_code(r->syntax, &r->code), OK);
    assert_int_equal(names_read(&r->code, &r->arena, &r->names), OK);
}

static inline void reading_end(struct reading *r)
{
    names_done(&r->names);
    code_done(&r->code);
    arena_done(&r->arena);
    syntax_free(r->syntax);
}

static inline uint32_t reading_probe(const struct reading *r)
{
    for (uint32_t i = 1; i < r->code.n; i++)
        if (r->code.v[i].kind == CODE_CALL &&
            str_eq_z(code_text(&r->code, code_part(&r->code, i, ROLE_CALLEE)), "probe"))
            return code_part(&r->code, i, ROLE_ARGUMENT);
    fail_msg("no probe(...) in the text");
    return 0;
}

#endif
