/* SPDX-License-Identifier: Apache-2.0 */
/* Checks which names of modules expressions come to, and which come to none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/code/testing.h"

struct row {
    const char *language, *text, *name; /* NULL: none */
};

static const struct row ROWS[] = {
    /* Modules, names, aliases. */
    {"python", "import openai\nprobe(openai.OpenAI)", "openai.OpenAI"},
    {"python", "import google.genai as g\nprobe(g.Client)", "google.genai.Client"},
    {"python", "import a.b.c\nprobe(a.b.c.D)", "a.b.c.D"},
    {"python", "from crewai import (Task,\n Agent as A)\nprobe(A)", "crewai.Agent"},
    {"python", "from x import *\nprobe(Agent())", "x.Agent()"},
    {"python", "from x import *\nfrom y import *\nprobe(Agent)", NULL},
    {"python", "from .tools import run\nprobe(run)", ".tools.run"},
    {"python", "from . import tools\nprobe(tools.run)", ".tools.run"},
    {"javascript", "import A from 'm'; probe(A)", "m#default"},
    {"javascript", "import A, {B, C as D} from 'm'; probe([A, B][0], D)", NULL},
    {"javascript", "import A, {B, C as D} from 'm'; probe(D)", "m#C"},
    {"javascript", "import * as ai from 'ai'; probe(ai.tool)", "ai#tool"},
    {"javascript", "const { tool: t, z } = require('zod'); probe(t.x)", "zod#tool.x"},
    {"javascript", "const O = require('openai'); probe(new O().chat)", "openai#default().chat"},
    {"typescript", "const m = await import('openai'); probe(m.OpenAI)", "openai#OpenAI"},
    {"tsx", "import { a } from './b'; probe(a!.c as any)", "./b#a.c"},
    /* Objects. */
    {"python", "from openai import OpenAI\nc = OpenAI()\nprobe(c.chat.create)",
     "openai.OpenAI().chat.create"},
    {"python", "from m import C\nwith C() as c:\n  probe(c.x)", "m.C().x"},
    {"python",
     "from m import C\nclass A:\n  def __init__(self): self.c = C()\n"
     "  def f(self): probe(self.c.x)",
     "m.C().x"},
    {"python", "from m import C\ndef f(c: C):\n  probe(c.x)", "m.C().x"},
    {"python", "from m import C\ndef f(c: str):\n  probe(c.x)", NULL},
    {"python", "from m import C\ndef make():\n  return C(1)\nprobe(make().x)", "m.C().x"},
    {"python", "from m import C\ndef make(k):\n  if k: return C(1)\n  return 2\nprobe(make().x)",
     NULL},
    {"python", "from m import C\nasync def f():\n  c = await C.open()\n  probe((c).x)",
     "m.C.open().x"},
    {"typescript", "import O from 'o'; class A { private c = new O(); f() { probe(this.c.x) } }",
     "o#default().x"},
    {"typescript",
     "import {C} from 'm'; class A { constructor(private c: C) {} f(c: C) { probe(c.x) } }",
     "m#C().x"},
    {"javascript", "import {C} from 'm'; const f = () => new C(); probe(f().x)", "m#C().x"},
    /* What is bound nearer hides what is bound farther. */
    {"python", "from m import C\ndef f(C):\n  probe(C)", NULL},
    {"python", "from m import C\nC = 3\nprobe(C)", NULL},
    {"python", "from m import C\ndef f():\n  C = g()\nprobe(C)", "m.C"},
    {"python", "from m import C\nclass A:\n  C = 1\n  def f(self): probe(C)", "m.C"},
    {"python", "from m import C\nfor C in range(3):\n  probe(C)", NULL},
    /* Nothing is known by its spelling. */
    {"python", "probe(OpenAI())", NULL},
    {"python", "import openai\nprobe(x.openai.OpenAI)", NULL},
    {"python", "a = b\nb = a\nprobe(a)", NULL},
    {"python", "a = a.b\nprobe(a)", NULL},
    {"javascript", "probe(require(name).x)", NULL},
};

static void rows(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        struct reading r;
        reading_begin(&r, ROWS[i].language, ROWS[i].text);
        struct str s = names_qualify(&r.names, reading_probe(&r));
        if (!ROWS[i].name ? s.p != NULL : !str_eq_z(s, ROWS[i].name))
            fail_msg("%s\n gives \"" STR_FMT "\"", ROWS[i].text, STR_ARG(s));
        reading_end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
