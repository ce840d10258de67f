/* SPDX-License-Identifier: Apache-2.0 */
/* Checks which packages every language imports, from trees and from tokens, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "discover/imports/imports.h"

#define NO_LIST ((const char *const[]){NULL})
#define ROW(language_, name_)                                                                      \
    {                                                                                              \
        .language = language_, .name = name_, .ecosystem = "x", .packages = NO_LIST,               \
        .proofs = NO_LIST                                                                          \
    }

/* In the order of the catalogue. */
static const struct catalog_import ROWS[] = {
    ROW("c-sharp", "Acme.AI"),
    ROW("go", "acme.com/ai"),
    ROW("go", "acme.com/ai/v2"),
    ROW("java", "com.acme"),
    ROW("java", "com.acme.ai"),
    ROW("javascript", "@acme/ai"),
    ROW("javascript", "acme"),
    ROW("php", "Acme"),
    ROW("php", "Acme\\AI"),
    ROW("python", "acme"),
    ROW("python", "acme.ai"),
    {.language = "python",
     .name = "agents",
     .ecosystem = "x",
     .packages = NO_LIST,
     .proofs = (const char *const[]){"Runner", "tool", NULL},
     .common = true},
    ROW("python", "google.acme"),
    ROW("ruby", "acme"),
    ROW("rust", "acme_ai"),
};

static const struct catalog SMALL = {.imports = ROWS, .n_imports = ARRAY_LEN(ROWS)};

static void write_found(const struct imports *im, struct buf *out)
{
    vec_each (f, &im->found)
        buf_addf(out, "%s%s ", f->row->name, f->sure ? "" : "?");
    vec_each (l, &im->local)
        buf_addf(out, "own:%s ", l->row->name);
}

static void tree_says(const char *id, const char *text, const char *expected)
{
    AUTO(buf) out = BUF_INIT;
    AUTO(imports) im;
    struct syntax *s = NULL;
    struct diag d = {0};
    const struct syntax_language *l = syntax_language_by_id(str_z(id));
    assert_int_equal(syntax_new(SYNTAX_MEMORY, &s, &d), 0);
    imports_begin(&im, &SMALL, l);
    assert_int_equal(imports_of_tree(&im, s, l, str_z(text), 0), 0);
    write_found(&im, &out);
    assert_string_equal(out.p, expected);
    syntax_free(s);
}

static void tokens_say(const char *id, const char *text, const char *expected)
{
    const struct syntax_language *l = syntax_language_by_id(str_z(id));
    for (size_t window = 1; window < 40; window += 3) {
        AUTO(buf) out = BUF_INIT;
        AUTO(imports) im;
        imports_begin(&im, &SMALL, l);
        for (struct str rest = str_z(text); rest.n; rest = str_sub(rest, window, rest.n))
            imports_of_tokens(&im, l, str_sub(rest, 0, window));
        assert_int_equal(imports_end(&im), 0);
        write_found(&im, &out);
        assert_string_equal(out.p, expected);
    }
}

static void both_say(const char *id, const char *text, const char *expected)
{
    tree_says(id, text, expected);
    tokens_say(id, text, expected);
}

static void python(void **state UNUSED)
{
    both_say("python", "import os, acme.ai.x as y, sys\n", "acme.ai ");
    both_say("python", "import acme\nimport acme.other\nimport acme.aim\n", "acme ");
    both_say("python", "from acme import ai, b\n", "acme.ai acme ");
    both_say("python", "from google import (\n    acme,  # why\n    other as z)\n", "google.acme ");
    both_say("python", "from google.acme.x import *\n", "google.acme ");
    both_say("python", "if x: import acme; y\ntry:\n    from agents import Agent as A, Runner\n",
             "acme agents ");
    both_say("python", "import importlib\nx = importlib.import_module('acme.ai')\n", "acme.ai ");
    both_say("python", "from agents import Agent\n", "agents? ");
    both_say("python", "import agents\n", "agents? ");
    both_say("python", "from agents import Agent as Runner\n", "agents? ");
}

static void python_near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "from . import acme\nfrom .acme import x\nfrom ..acme.ai import y\n",
        "from .agents import Runner\n",
        "import google\nfrom google import other\nimport acmes, xacme, google.acmes\n",
        "# import acme\nx = 'import acme'\n'''\nimport acme\nfrom acme import x\n'''\n",
        "x.import_module(acme)\nload('acme')\nacme.run()\n",
        "def f():\n    return acme\n",
        "",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        both_say("python", texts[i], "");
}

static void javascript(void **state UNUSED)
{
    static const char *const ids[] = {"javascript", "typescript", "tsx"};
    static const char *const texts[] = {
        "import A from 'acme';",
        "import { a,\n  b as c } from \"acme/sub/path.js\";\n",
        "import 'acme';",
        "export * from 'acme'; export { x } from \"acme\";",
        "const a = require('acme'), b = 1;",
        "async () => { const { X } = await import(\"acme\"); }",
        "import a from 'npm:acme@4.1/x';",
    };
    static const char *const misses[] = {
        "import a from './acme'; import b from '../acme'; import c from '/acme';",
        "import a from 'acmes'; import b from '@other/acme'; import c from 'acme-x';",
        "import a from '@acme/other'; import b from '@/acme'; import c from 'https://a.b/acme';",
        "// import a from 'acme'\n/* require('acme') */ const s = \"import 'acme'\";",
        "foo('acme'); const acme = x.acme; const t = `import 'acme'`;",
        "require(acme); from('acme');",
    };
    for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            both_say(ids[k], texts[i], "acme ");
        for (size_t i = 0; i < ARRAY_LEN(misses); i++)
            both_say(ids[k], misses[i], "");
        both_say(ids[k], "import x from '@acme/ai/deep'; import y from 'acme'", "@acme/ai acme ");
    }
    both_say("typescript", "import b = require(\"@acme/ai\");", "@acme/ai ");
}

/* What is gone when the program runs is not sure. */
static void types(void **state UNUSED)
{
    tree_says("typescript", "import type { A } from 'acme';", "acme? ");
    tree_says("typescript", "import type{A} from 'acme';", "acme? ");
    tree_says("typescript", "import type A from 'acme';", "acme? ");
    tree_says("typescript", "export type { A } from 'acme';", "acme? ");
    tree_says("typescript", "let a: typeof import('acme');", "acme? ");
    tree_says("javascript", "import type from 'acme';", "acme ");
    tree_says("typescript", "import types from 'acme';", "acme ");
    tree_says("typescript", "import { type A, b } from 'acme';", "acme ");
    tree_says("typescript", "import type { A } from 'acme';\nimport { b } from 'acme';", "acme ");
    tree_says("python", "if TYPE_CHECKING:\n    import os\n\n    from acme import x\n", "acme? ");
    tree_says("python", "if typing.TYPE_CHECKING:\n    import acme\n", "acme? ");
    tree_says("python", "if TYPE_CHECKING:\n    import os\nimport acme\n", "acme ");
    tree_says("python", "if TYPE_CHECKING:\n    import os\ndef f():\n    import acme\n", "acme ");
    tree_says("python", "if TYPE_CHECKING:\n    import acme\nelse:\n    import acme\n", "acme ");
}

static void others(void **state UNUSED)
{
    both_say("go", "package p\nimport (\n\t\"fmt\"\n\tx \"acme.com/ai/option\"\n)\n",
             "acme.com/ai ");
    both_say("go", "package p\nimport _ \"acme.com/ai/v2/x\"\n", "acme.com/ai/v2 ");
    both_say("go",
             "package p\nimport \"acme.com/aim\"\nimport \"x/acme.com/ai\"\n// "
             "\"acme.com/ai\"\nvar s = \"acme.com/ai\"\n",
             "");
    both_say("java",
             "import com.acme.ai.Client;\nimport static com.acme.X.y;\nimport com.acme.*;\n",
             "com.acme.ai com.acme ");
    both_say("java",
             "import com.acmes.X; import org.com.acme.X; // import com.acme.X;\n"
             "class A { String s = \"import com.acme.X;\"; }",
             "");
    both_say("kotlin", "package x\nimport com.acme.ai.*\nimport com.acme.B as C\nfun f() {}\n",
             "com.acme.ai com.acme ");
    both_say("kotlin", "import com.other.X\nval s = \"import com.acme.X\"\n", "");
    both_say("c-sharp", "global using Acme.AI;\nusing System;\nusing static Acme.AI.Chat.Roles;\n",
             "Acme.AI ");
    both_say("c-sharp", "using X = Acme.AI.Chat;\n", "Acme.AI ");
    both_say("c-sharp",
             "using Acme;\nusing Acme.AIX;\nclass A { void f() { using (var x = Acme.AI) {} } } // "
             "using Acme.AI;\n",
             "");
    both_say("rust", "use acme_ai::{a, b::c};\n", "acme_ai ");
    both_say("rust", "pub use acme_ai as x;\nextern crate acme_ai;\n", "acme_ai ");
    tree_says("rust", "fn f() { let x: acme_ai::T = acme_ai::g(); }", "acme_ai ");
    both_say("rust",
             "use crate::acme_ai::x; use self::acme_ai; use super::acme_ai;\n"
             "use other::acme_ai::y; // use acme_ai;\n",
             "");
    both_say("rust", "use crate::{acme_ai::x, y};\n", "");
    tree_says("rust", "mod acme_ai;\nuse acme_ai::x;\nfn f() { acme_ai::g(); }", "");
    both_say("php", "<?php\nuse Acme\\AI\\Client as C, Acme\\Other;\n", "Acme\\AI Acme ");
    both_say("php", "<?php use Acme\\AI\\{X, Y};\n", "Acme\\AI ");
    tree_says("php", "<?php $x = \\Acme\\AI\\Client::new(); new \\Acme\\B();", "Acme\\AI Acme ");
    both_say(
        "php",
        "<p>use Acme;</p><?php use Other\\Acme; // use Acme;\n$f = function () use ($acme) {};\n",
        "");
    tree_says("php", "<?php namespace X; Acme\\AI::f();", "");
    both_say("ruby", "require 'acme'\nrequire(\"acme/x\") if y\n", "acme ");
    both_say("ruby",
             "require_relative 'acme'\nload 'acme'\n# require 'acme'\nx = \"require 'acme'\"\n",
             "");
    tree_says("bash", "source acme; import acme", "");
    tree_says("hcl", "module \"acme\" { source = \"acme\" }", "");
}

/* What a file declares is its own. */
static void own(void **state UNUSED)
{
    tree_says("java", "package com.acme.ai.x; import com.acme.ai.y.Z;",
              "com.acme.ai own:com.acme.ai ");
    tree_says("c-sharp", "namespace Acme.AI.Chat;\n", "own:Acme.AI ");
    tree_says("php", "<?php namespace Acme\\AI;", "own:Acme\\AI ");
    tree_says("kotlin", "package com.other\n", "");
}

static void head_says(const char *id, const char *begin, const char *last, const char *expected)
{
    AUTO(buf) text = BUF_INIT, out = BUF_INIT;
    AUTO(imports) im;
    struct syntax *s = NULL;
    struct diag d = {0};
    const struct syntax_language *l = syntax_language_by_id(str_z(id));
    buf_addz(&text, begin);
    for (int i = 0; i < 100; i++)
        buf_addz(&text, "acme.run()\n");
    size_t at = str_find(buf_str(&text), str_z(last), 0);
    assert_int_equal(syntax_new(SYNTAX_MEMORY, &s, &d), 0);
    imports_begin(&im, &SMALL, l);
    assert_int_equal(imports_of_tree(&im, s, l, buf_str(&text), at + strlen(last)), 0);
    write_found(&im, &out);
    assert_string_equal(out.n ? out.p : "", expected);
    syntax_free(s);
}

/* No more is parsed than what a statement needs; but a text or list that goes on is read whole. */
static void heads(void **state UNUSED)
{
    head_says("python", "import acme\nx = 1\nimport acme.ai\n", "acme", "acme ");
    head_says("python", "import acme\nx = 1\nimport acme.ai\n", "acme.ai", "acme acme.ai ");
    head_says("python", "from google import (\nother,\nacme)\n", "google", "google.acme ");
    head_says("python", "s = \'\'\'\nimport acme\nx\n\'\'\'\n", "acme", "");
    head_says("python", "def f(\nx):\n    import acme\n", "acme", "acme ");
    head_says("javascript", "import {\na\n} from 'acme'\nimport '@acme/ai'\n", "'acme", "acme ");
    head_says("javascript", "const s = `\nimport 'acme'\nx\n`\n", "acme", "");
    head_says("javascript", "/*\nimport 'acme'\nx\n*/\n", "acme", "");
    head_says("javascript", "f(async () => {\nawait import('acme')\nx\n})\n", "acme", "acme ");
    head_says("go", "package p\nimport (\n\"acme.com/ai\"\nx \"acme.com/ai/v2\"\n)\n", "acme",
              "acme.com/ai acme.com/ai/v2 ");
    head_says("ruby", "x = <<~E\nrequire 'acme'\nE\n", "acme", "");
}

/* Before and behind what nobody can read. */
static void malformed(void **state UNUSED)
{
    both_say("python", "import acme\ndef f(:\n  )) = 3\n", "acme ");
    both_say("javascript", "import 'acme'; function ( { ]", "acme ");
    both_say("go", "package p\nimport \"acme.com/ai\"\nfunc ) {", "acme.com/ai ");
    both_say("java", "import com.acme.X; class { ] }", "com.acme ");
    both_say("c-sharp", "using Acme.AI; class { ] )", "Acme.AI ");
    both_say("rust", "use acme_ai::x; fn ( { ]", "acme_ai ");
    both_say("php", "<?php use Acme\\X; function ) {", "Acme ");
    both_say("ruby", "require 'acme'\ndef ( ]\n", "acme ");
    both_say("kotlin", "import com.acme.X\nfun ( {{ ]", "com.acme ");
    tokens_say("python", "from acme", "");
    tokens_say("python", "import acme", "acme ");
    tokens_say("python", "from agents import (a, b", "agents? ");
    tokens_say("javascript", "import 'acme", "acme ");
    tokens_say("go", "import ( \"acme.com/ai\"", "acme.com/ai ");
}

static bool near(const char *language, const char *text, const char *literal)
{
    size_t at = str_find(str_z(text), str_z(literal), 0);
    assert_true(at != SIZE_MAX);
    return import_near(&SMALL, language, str_z(text), at, at + strlen(literal));
}

static void literals(void **state UNUSED)
{
    assert_true(near("python", "import acme.ai\n", "acme"));
    assert_true(near("python", "x\nfrom google import (\n acme)", "from google import"));
    assert_true(near("python", "import_module('acme')", "acme"));
    assert_true(near("python", "import os, agents", "agents"));
    assert_false(near("python", "import acmes\n", "acme"));
    assert_false(near("python", "import x\nacme = 3\n", "acme"));
    assert_false(near("python", "see acme.ai for more", "acme"));
    assert_true(near("javascript", "from '@acme/ai/x'", "acme"));
    assert_true(near("javascript", "from 'acme'", "'acme'"));
    assert_true(near("javascript", "from \"acme/x\"", "\"acme/"));
    assert_false(near("javascript", "from '@acme/other'", "acme"));
    assert_true(near("javascript", "import\"acme\"", "acme"));
    assert_true(near("javascript", "await import(\n  /* why */ 'acme')", "acme"));
    assert_true(near("javascript", "require.resolve( 'acme' )", "acme"));
    assert_false(near("javascript", "const provider = 'acme'", "acme"));
    assert_false(near("javascript", "is(\"acme\") || x == \"acme\"", "acme"));
    assert_false(near("python", "provider = 'acme'", "acme"));
    assert_true(near("ruby", "require 'acme'", "'acme"));
    assert_false(near("ruby", "use 'acme'", "'acme"));
    assert_false(near("javascript", "// acme is imported", "acme"));
    assert_true(near("go", "\t\"acme.com/ai/x\"", "acme"));
    assert_true(near("java", "import com.acme.X;", "acme"));
    assert_false(near("java", "com.acme.X x;", "acme"));
    assert_true(near("rust", "acme_ai::x()", "acme_ai"));
    assert_true(near("php", "new \\Acme\\X()", "Acme"));
    assert_true(near("c-sharp", "using Acme.AI;", "using Acme.AI"));
}

static void roots(void **state UNUSED)
{
    assert_true(import_is_root(&SMALL, "python", STR("acme")));
    assert_true(import_is_root(&SMALL, "python", STR("google")));
    assert_false(import_is_root(&SMALL, "python", STR("goog")));
    assert_false(import_is_root(&SMALL, "python", STR("")));
    assert_false(import_is_root(&SMALL, "python", STR("zzz")));
    assert_false(import_is_root(&SMALL, "ruby", STR("google")));
    assert_null(import_grammar(STR("a.sh"), STR("")));
    assert_non_null(import_grammar(STR("a.vue"), STR("")));
    assert_non_null(import_grammar(STR("bin/a"), STR("#!/usr/bin/python3\n")));
}

static void memory_runs_out(void **state UNUSED)
{
    const struct syntax_language *l = syntax_language_by_id(STR("python"));
    for (size_t n = 1; n < 60; n++) {
        AUTO(imports) im;
        imports_begin(&im, &SMALL, l);
        mem_fail_after(n);
        imports_of_tokens(&im, l, STR("import acme, acme.ai, google.acme\nfrom agents import x\n"));
        int rc = imports_end(&im);
        mem_fail_after(0);
        assert_true(rc == E_NOMEM || (!rc && im.found.n == 4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python),          cmocka_unit_test(python_near_misses),
        cmocka_unit_test(javascript),      cmocka_unit_test(types),
        cmocka_unit_test(others),          cmocka_unit_test(own),
        cmocka_unit_test(heads),           cmocka_unit_test(malformed),
        cmocka_unit_test(literals),        cmocka_unit_test(roots),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
