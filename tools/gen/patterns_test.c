/* SPDX-License-Identifier: Apache-2.0 */
/* Checks which query files become tables, and that what no table can say is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "patterns.h"

static int add(struct patterns *p, const char *language, const char *text, struct diag *d)
{
    const struct syntax_language *l = syntax_language_by_id(str_z(language));
    *p = (struct patterns){.of = &PATTERNS_IMPORTS, .text = BUF_INIT};
    assert_non_null(l);
    return patterns_add(p, l, str_z(text), d);
}

static void tables(void **state UNUSED)
{
    static const char text[] = "; words: import from\n"
                               "(call !type_arguments function: [(identifier) (attribute)] @_f\n"
                               "  arguments: (argument_list . (string (_) @module))\n"
                               "  (#not-any-of? @_f \"a\" \"bc\")) @import ; that is all\n";
    static const char expected[] = "0: import | 1: field, 2 kinds, not 2 texts | 1: field | "
                                   "2: first | 3: any, module | ";
    struct patterns p;
    struct diag d = {0};
    AUTO(buf) said = BUF_INIT;
    AUTO(buf) c = BUF_INIT;
    /* The grammar has no such field: the rest is what counts here. */
    assert_int_equal(add(&p, "python", text, &d), E_PARSE);
    assert_int_equal(d.line, 2);
    assert_string_equal(d.text, "the grammar has no such field");
    patterns_done(&p);
    AUTO(buf) fixed = BUF_INIT;
    buf_addz(&fixed, text);
    memcpy(strstr(fixed.p, "!type_arguments"), "!superclasses  ", 15);
    assert_int_equal(add(&p, "python", fixed.p, &d), OK);
    vec_each (s, &p.steps) {
        buf_addf(&said, "%u: %s%s%s", s->depth, s->field ? "field" : "", s->first ? "first" : "",
                 !s->n_symbols ? "any, " : "");
        if (s->n_symbols > 1)
            buf_addf(&said, ", %u kinds", s->n_symbols);
        if (s->n_texts)
            buf_addf(&said, ", %s%u texts", s->other ? "not " : "", s->n_texts);
        buf_addf(&said, "%s | ",
                 s->capture == SYNTAX_IMPORT   ? "import"
                 : s->capture == SYNTAX_MODULE ? "module"
                                               : "");
    }
    assert_string_equal(said.p, expected);
    assert_int_not_equal(p.steps.v[0].without, 0);
    assert_int_equal(p.languages.v[0].n_words, 2);
    assert_string_equal(p.text.p, "importfromabc");
    assert_int_equal(patterns_write(&p, &c), OK);
    assert_non_null(strstr(c.p, "SYNTAX_STEPS"));
    patterns_done(&p);
    assert_int_equal(add(&p, "bash", "", &d), OK); /* nothing is looked for */
    assert_int_equal(p.languages.v[0].n_steps, 0);
    patterns_done(&p);
}

static void refused(void **state UNUSED)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"(import_statement)",
         "\"; words: ...\" on top says what stands wherever a pattern begins"},
        {"; words: a\nimport", "a pattern begins with a node"},
        {"; words: a\n(no_such_node)", "the grammar has no such node"},
        {"; words: a\n(call nothing: (identifier))", "the grammar has no such field"},
        {"; words: a\n(call function (identifier))", "no table can say this"},
        {"; words: a\n(call (identifier)* @module)", "the grammar has no such field"},
        {"; words: a\n(call \"(\")", "the grammar has no such field"},
        {"; words: a\n(call (identifier) . (argument_list))", "the grammar has no such field"},
        {"; words: a\n(call [(identifier) (attribute (identifier))])", "an alternative is (kind)"},
        {"; words: a\n(call []) @import", "an alternative is (kind)"},
        {"; words: a\n(call) @nobody", "nobody knows this capture"},
        {"; words: a\n(call (#eq? @_f \"a\"))", "a predicate speaks of a capture before it, once"},
        {"; words: a\n(call (identifier) @_f (#eq? @_f @_f))", "a predicate compares with texts"},
        {"; words: a\n(call (identifier) @_f (#eq? @_f \"a\\n\"))",
         "a text without escapes, in quotes"},
        {"; words: a\n(call (identifier) @_f (#match? @_f \"a\"))", "nobody knows this predicate"},
        {"; words: a\n(call", "the grammar has no such field"},
        {"; words: a\n(call (call (call (call (call (call (call (call (call (call (call (call (call"
         "))))))))))))))",
         "a pattern of too many nodes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct patterns p;
        struct diag d = {0};
        assert_int_equal(add(&p, "python", rows[i].text, &d), E_PARSE);
        assert_string_equal(d.text, rows[i].why);
        patterns_done(&p);
    }
}

static void memory_runs_out(void **state UNUSED)
{
    int rc = E_NOMEM;
    for (size_t n = 1; rc; n++) {
        struct patterns p;
        struct diag d = {0};
        AUTO(buf) c = BUF_INIT;
        mem_fail_after(n);
        rc =
            add(&p, "python", "; words: a\n(call (identifier) @_f (#eq? @_f \"a\")) @import\n", &d);
        rc = rc ? rc : patterns_write(&p, &c);
        mem_fail_after(0);
        patterns_done(&p);
        assert_true(rc == OK || rc == E_NOMEM);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),
        cmocka_unit_test(refused),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
