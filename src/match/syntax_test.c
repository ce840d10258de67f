/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what queries find in every language, in damaged and hostile text, and what it may cost. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/syntax.h"

static struct syntax *new_syntax(size_t memory)
{
    struct syntax *s = NULL;
    struct diag d = {0};
    assert_int_equal(syntax_new(memory, &s, &d), OK);
    return s;
}

struct writing {
    struct buf out;
    struct str text;
};

/* A line a match: what was captured, in its order. */
static int write_match(void *ctx, const struct syntax_match *m)
{
    static const char *const names[] = {"import", "module", "name", "local"};
    struct writing *w = ctx;
    for (size_t i = 0; i < m->n; i++) {
        const struct syntax_capture *c = &m->v[i];
        assert_ptr_equal(c->text.p, w->text.p + c->offset);
        if (c->name != SYNTAX_IMPORT)
            buf_addf(&w->out, "%s%s " STR_FMT,
                     w->out.n && w->out.p[w->out.n - 1] != '\n' ? ", " : "", names[c->name],
                     STR_ARG(c->text));
    }
    buf_addc(&w->out, '\n');
    return 0;
}

static void finds(const char *language, const char *text, const char *expected)
{
    struct syntax *s = new_syntax(SYNTAX_MEMORY);
    struct writing w = {BUF_INIT, str_z(text)};
    const struct syntax_language *l = syntax_language_by_id(str_z(language));
    assert_non_null(l);
    assert_int_equal(syntax_parse(s, l, str_z(text), 0), OK);
    assert_int_equal(syntax_query(s, write_match, &w), OK);
    assert_string_equal(w.out.p, expected);
    buf_done(&w.out);
    syntax_free(s);
}

static void languages(void **state UNUSED)
{
    static const struct {
        const char *path, *head, *id;
    } rows[] = {
        {"a/b.py", "", "python"},
        {"b.pyi", "", "python"},
        {"b.mjs", "", "javascript"},
        {"b.tsx", "", "tsx"},
        {"b.d.ts", "", "typescript"},
        {"B.cs", "", "c-sharp"},
        {"b.kts", "", "kotlin"},
        {"main.tf", "", "hcl"},
        {"Rakefile", "", "ruby"},
        {"bin/x", "#!/usr/bin/env -S LANG=C python3.11 -u\n", "python"},
        {"bin/x", "#! /bin/sh\n", "bash"},
        {"bin/x", "#!/usr/bin/env -S uv run --script\n", "python"},
        {"bin/x", "#!/usr/bin/env node", "javascript"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct syntax_language *l = syntax_language(str_z(rows[i].path), str_z(rows[i].head));
        assert_non_null(l);
        assert_string_equal(l->id, rows[i].id);
    }
    assert_null(syntax_language(STR("a.txt"), STR("#!/usr/bin/python\n")));
    assert_null(syntax_language(STR("py"), STR("import a\n")));
    assert_null(syntax_language(STR("x"), STR("#!/usr/bin/env\n")));
    assert_null(syntax_language(STR("x"), STR("#!")));
    assert_null(syntax_language_by_id(STR("cobol")));
}

static void python(void **state UNUSED)
{
    finds("python",
          "import a.b, c as d\n"
          "from google import genai as g, types\n"
          "from x.y import *\n"
          "from . import own\n"
          "from ..own import z\n"
          "try:\n  m = importlib.import_module('lazy.one', 3)\n"
          "except: __import__(\"two\"); load('three')\n",
          "module a.b\nmodule c\n"
          "module google, name types\nmodule google, name genai\n"
          "module x.y\n"
          "module lazy.one\nmodule two\n");
}

static void javascript(void **state UNUSED)
{
    static const char text[] = "import a from 'a'; import {b} from \"@s/b\"; import './own';\n"
                               "export * from `no`; export {x} from 'c';\n"
                               "const d = require('d'), e = await import('e');\n"
                               "require.resolve('f'); load('g'); require(h); // import 'i'\n";
    static const char found[] =
        "module a\nmodule @s/b\nname b, module @s/b\nmodule ./own\nmodule c\n"
        "module d\nmodule e\nmodule f\n";
    finds("javascript", text, found);
    finds("typescript", text, found);
    finds("tsx", text, found);
    finds("typescript", "import type {A} from 'a'; import b = require('b'); let c: import('c').D;",
          "module a\nname A, module a\nmodule b\nmodule c\n");
    finds("tsx", "import a = require('a'); const x = <B>import 'b'</B>;", "module a\n");
    finds("javascript", "const x = <A>require('b')</A>;", "");
}

static void other_languages(void **state UNUSED)
{
    finds("go", "package p\nimport (\n\t_ \"a.com/b\"\n\tx `c`\n)\nimport \"d\"\nvar s = \"e\"\n",
          "module a.com/b\nmodule c\nmodule d\n");
    finds("java", "package own.x; import a.b.C; import static d.E.f; import g.*; class H {}",
          "local own.x\nmodule a.b.C\nmodule d.E.f\nmodule g\n");
    finds("kotlin", "package own.x\nimport a.b.C\nimport d.e.*\nimport f.g as h\n",
          "local own.x\nmodule a.b.C\nmodule d.e\nmodule f.g\n");
    finds("c-sharp",
          "global using A.B;\nusing static C;\nusing D = E.F;\nusing G = H;\n"
          "namespace Own.X { class Y { void z() { using (var f = g) {} } } }",
          "module A.B\nmodule C\nmodule E.F\nlocal Own.X\n");
    finds("c-sharp", "using A;\nnamespace Own;\n", "module A\nlocal Own\n");
    finds("rust",
          "use a::{b, c::d}; use e; use f as g; extern crate h; mod own;\n"
          "fn x() { i::j(); let k: l::M = 1; } use {n::o};",
          "module a::{b, c::d}\nmodule c\nmodule e\nmodule f as g\nmodule h\nlocal own\n"
          "module i\nmodule l\nmodule n::o\nmodule n\n");
    finds(
        "php",
        "<p>it's use X;</p><?php namespace Own\\X; use A\\B, C; use function D\\e; use F\\{G, H};\n"
        "\\I\\J::k(); new \\L\\M(); // use N;\n",
        "local Own\\X\nmodule A\\B\nmodule C\nmodule D\\e\nmodule F\n"
        "module \\I\\J\nmodule \\L\\M\n");
    finds("ruby",
          "require 'a/b'\nrequire_relative 'own'\nrequire(\"c\") if d\nload 'e'\n# require 'f'",
          "module a/b\nmodule c\n");
    finds("bash", "source ./a.sh; python -m openai", "");
    finds("hcl", "module \"a\" { source = \"b\" }", "");
}

/* What stands before and behind the damage is found. */
static void damaged(void **state UNUSED)
{
    static const struct {
        const char *language, *text, *module;
    } rows[] = {
        {"python", "import a\nx = = ) 3\n\nimport b\n", "b"},
        {"javascript", "import 'a'; function ( { ]; \n\nimport 'b';\n", "b"},
        {"typescript", "import 'a'; type = <<;\n\nimport 'b';\n", "b"},
        {"tsx", "import 'a'; let x = <<; \n\nimport 'b';\n", "b"},
        {"go", "package a\nimport \"a\"\nimport \"b\"\nfunc ) {", "b"},
        {"java", "import a; class { ] }\nimport b;", "a"},
        {"kotlin", "import a\nimport b\nfun ( {{ ]", "b"},
        {"c-sharp", "using A; using B;\nclass { ] ) }", "B"},
        {"rust", "use a; fn ( { ] use b;", "a"},
        {"php", "<?php use A; use B; function ) {", "B"},
        {"ruby", "require 'a'\nx = ) 3\n\nrequire 'b'\n", "b"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct syntax *s = new_syntax(SYNTAX_MEMORY);
        struct writing w = {BUF_INIT, str_z(rows[i].text)};
        AUTO(buf) wanted = BUF_INIT;
        const struct syntax_language *l = syntax_language_by_id(str_z(rows[i].language));
        buf_addf(&wanted, "module %s\n", rows[i].module);
        assert_int_equal(syntax_parse(s, l, w.text, 0), OK);
        assert_true(syntax_damaged(s));
        assert_int_equal(syntax_query(s, write_match, &w), OK);
        if (!str_has(buf_str(&w.out), buf_str(&wanted)))
            fail_msg("%s: no %s in %s", rows[i].language, rows[i].module, w.out.p);
        buf_done(&w.out);
        syntax_free(s);
    }
}

static int count_match(void *ctx, const struct syntax_match *m UNUSED)
{
    ++*(size_t *)ctx;
    return 0;
}

/* A tree or E_LIMIT; the same each time; and the object works on. */
static void is_bounded(struct syntax *s, const struct syntax_language *l, struct str text,
                       int rounds)
{
    size_t first_matches = 0;
    uint64_t first_steps = 0;
    for (int i = 0; i < rounds; i++) {
        size_t matches = 0;
        int rc = syntax_parse(s, l, text, 0);
        if (!rc)
            rc = syntax_query(s, count_match, &matches);
        assert_true(rc == OK || rc == E_LIMIT);
        if (!i) {
            first_matches = matches;
            first_steps = syntax_steps(s);
        }
        assert_int_equal(matches, first_matches);
        assert_int_equal(syntax_steps(s), first_steps);
    }
    assert_int_equal(syntax_parse(s, l, STR("x"), 0), OK);
}

static void repeated(struct syntax *s, const struct syntax_language *l, const char *part, int count,
                     int rounds)
{
    AUTO(buf) text = BUF_INIT;
    buf_addz(&text, str_eq_z(str_z(l->id), "php") ? "<?php " : "");
    for (int n = 0; n < count; n++)
        buf_addz(&text, part);
    is_bounded(s, l, buf_str(&text), rounds);
}

static void hostile(void **state UNUSED)
{
    static const char *const brackets[] = {"(", "[", "{", "<"};
    static const char *const parts[] = {"\"",   "'",       "`",       "${",    "/*",   "a(",
                                        "(a.b", "import ", "if a:\n", "x\n  ", "<a>",  "<<E\n",
                                        "#{",   "f\"{",    "\\",      "\xff",  "use {"};
    struct syntax *s = new_syntax(SYNTAX_MEMORY);
    for (int l = 0; l < SYNTAX_LANGUAGE_COUNT; l++) {
        for (size_t i = 0; i < ARRAY_LEN(brackets); i++)
            repeated(s, &SYNTAX_LANGUAGES[l], brackets[i], 100000, 1);
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            repeated(s, &SYNTAX_LANGUAGES[l], parts[i], 2000, 2);
    }
    syntax_free(s);
}

static void random_bytes(void **state UNUSED)
{
    struct syntax *s = new_syntax(SYNTAX_MEMORY);
    uint64_t x = 88172645463325252u;
    for (int l = 0; l < SYNTAX_LANGUAGE_COUNT; l++) {
        AUTO(buf) text = BUF_INIT;
        for (int i = 0; i < 20000; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            buf_addc(&text, (char)x);
        }
        is_bounded(s, &SYNTAX_LANGUAGES[l], buf_str(&text), 2);
        for (size_t i = 0; i < text.n; i++) /* mostly printable */
            text.p[i] = (char)(text.p[i] & 0x5f);
        is_bounded(s, &SYNTAX_LANGUAGES[l], buf_str(&text), 2);
    }
    syntax_free(s);
}

static void limits(void **state UNUSED)
{
    const struct syntax_language *l = syntax_language_by_id(STR("python"));
    struct syntax *s = new_syntax(SYNTAX_MEMORY);
    AUTO(buf) text = BUF_INIT;
    size_t n = 0;
    for (int i = 0; i < 1000; i++)
        buf_addf(&text, "import a%d\n", i);
    assert_int_equal(syntax_parse(s, l, buf_str(&text), 100), E_LIMIT);
    assert_int_equal(syntax_query(s, count_match, &n), E_USAGE);
    assert_int_equal(syntax_parse(s, l, buf_str(&text), 0), OK);
    uint64_t steps = syntax_steps(s);
    assert_int_equal(syntax_query(s, count_match, &n), OK);
    assert_int_equal(n, 1000);
    /* A budget for the tree, but not for all that is to be found in it. */
    n = 0;
    assert_int_equal(syntax_parse(s, l, buf_str(&text), steps + 2000), OK);
    assert_int_equal(syntax_query(s, count_match, &n), E_LIMIT);
    assert_true(n > 0 && n < 1000);
    assert_int_equal(syntax_query(s, count_match, &n), E_USAGE);
    while (text.n <= SYNTAX_BYTES)
        buf_addc(&text, '\n');
    assert_int_equal(syntax_parse(s, l, buf_str(&text), 0), E_LIMIT);
    syntax_free(s);

    s = new_syntax((size_t)400 << 10);
    buf_cut(&text, 8000);
    assert_int_equal(syntax_parse(s, l, buf_str(&text), 0), E_LIMIT);
    assert_int_equal(syntax_parse(s, l, STR("import a\n"), 0), OK);
    n = 0;
    assert_int_equal(syntax_query(s, count_match, &n), OK);
    assert_int_equal(n, 1);
    assert_null(syntax_free(s));
}

static int stop_at_second(void *ctx, const struct syntax_match *m)
{
    size_t *n = ctx;
    assert_true(syntax_text(m, SYNTAX_MODULE).n > 0);
    assert_null(syntax_text(m, SYNTAX_LOCAL).p);
    return ++*n == 2 ? 7 : 0;
}

static void stops(void **state UNUSED)
{
    struct syntax *s = new_syntax(SYNTAX_MEMORY);
    size_t n = 0;
    assert_int_equal(syntax_parse(s, syntax_language_by_id(STR("go")),
                                  STR("package p\nimport (\"a\"; \"b\"; \"c\")"), 0),
                     OK);
    assert_int_equal(syntax_query(s, stop_at_second, &n), 7);
    assert_int_equal(n, 2);
    assert_int_equal(syntax_query(s, stop_at_second, &n), E_USAGE);
    syntax_free(s);
}

static void memory_runs_out(void **state UNUSED)
{
    static const struct str text = STR("import a\nfrom b import c\n");
    const struct syntax_language *l = syntax_language_by_id(STR("python"));
    int rc = E_NOMEM;
    for (size_t n = 1; rc; n++) {
        struct syntax *s = NULL;
        struct diag d = {0};
        size_t found = 0;
        mem_fail_after(n);
        rc = syntax_new(SYNTAX_MEMORY, &s, &d);
        if (!rc)
            rc = syntax_parse(s, l, text, 0);
        if (!rc)
            rc = syntax_query(s, count_match, &found);
        mem_fail_after(0);
        assert_true(rc == OK || rc == E_NOMEM);
        if (s && rc) { /* when there is memory again, all is well again */
            found = 0;
            assert_int_equal(syntax_parse(s, l, text, 0), OK);
            assert_int_equal(syntax_query(s, count_match, &found), OK);
        }
        assert_true(!s || found == 2);
        syntax_free(s);
        assert_true(n < 100000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages),       cmocka_unit_test(python),  cmocka_unit_test(javascript),
        cmocka_unit_test(other_languages), cmocka_unit_test(damaged), cmocka_unit_test(hostile),
        cmocka_unit_test(random_bytes),    cmocka_unit_test(limits),  cmocka_unit_test(stops),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
