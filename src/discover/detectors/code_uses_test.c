/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what code says of models, agents and tools, and that what only looks like it is silent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_CODE_USES;

static struct syntax *syntax;

static int set_up(void **state UNUSED)
{
    struct diag d = {0};
    return syntax_new(SYNTAX_MEMORY, &syntax, &d);
}

static int tear_down(void **state UNUSED)
{
    syntax = syntax_free(syntax);
    return 0;
}

/* "agent Triage /triage 3 model=x(default) tools?": what is absent, or always the same, is left
 * out; "?" is not resolved. */
static void write_asset(const struct observation *o, struct buf *out)
{
    const struct kind_info *k = kind_info(o->kind);
    buf_addf(out, "%s " STR_FMT " " STR_FMT " %u:", k->name, STR_ARG(o->name),
             STR_ARG(o->at.pointer), o->at.line);
    for (size_t i = 0; i < o->n_attrs; i++) {
        const struct attribute *t = &o->attrs[i];
        const char *name = attr_info(t->attr)->name;
        if (t->state == STATE_ABSENT || !strcmp(name, "catalog_row") || !strcmp(name, "retired") ||
            !strcmp(name, "replacement") || !strcmp(name, "vendor") || !strcmp(name, "family"))
            continue;
        buf_addf(out, " %s", name);
        if (t->state == STATE_UNRESOLVED) {
            buf_addc(out, '?');
            continue;
        }
        buf_addc(out, '=');
        value_text(&t->value, out);
        if (t->state == STATE_DEFAULT || t->state == STATE_INFERRED)
            buf_addf(out, "(%s)", ATTR_STATE_NAMES[t->state]);
    }
    buf_addc(out, '\n');
}

static void write_facts(const struct facts *f, struct buf *out)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct fact *x = &f->v[i];
        if (x->type == FACT_ASSET)
            write_asset(&x->asset, out);
        else if (x->type == FACT_RELATION)
            buf_addf(out, STR_FMT " %s " STR_FMT "\n", STR_ARG(f->v[x->from].asset.name),
                     VERB_NAMES[x->verb], STR_ARG(f->v[x->to].asset.name));
        else if (x->type == FACT_GAP)
            buf_addf(out, "gap: " STR_FMT "\n", STR_ARG(x->reason));
    }
}

static void says(const char *path, const char *content, const char *expected)
{
    AUTO(buf) out = BUF_INIT;
    AUTO(detector_run)
    r = {
        .detector = &DETECTOR_CODE_USES, .path = path, .content = str_z(content), .syntax = syntax};
    detector_dump(&r);
    assert_int_equal(r.rc, 0);
    write_facts(&r.facts, &out);
    if (!str_eq_z(buf_str(&out), expected))
        fail_msg("%s\n says:\n%s not:\n%s", content, out.p ? out.p : "", expected);
}

/* --- models ---------------------------------------------------------------------------------- */

static void models(void **state UNUSED)
{
    says("a.py",
         "from openai import OpenAI\n"
         "c = OpenAI()\n"
         "c.chat.completions.create(model='gpt-4o-2024-08-06', temperature=0.2)\n",
         "model gpt-4o-2024-08-06 /model 3: provider=openai model=gpt-4o-2024-08-06 "
         "spelled=gpt-4o-2024-08-06 pinned=true(inferred) task=chat temperature=0.2\n");
    says("a.ts",
         "import OpenAI from 'openai';\n"
         "const c = new OpenAI();\n"
         "export const f = async () => c.chat.completions.create({\n"
         "  model: process.env.MODEL ?? 'gpt-4.1' })\n",
         "model gpt-4.1 /f/model 4: provider=openai model=gpt-4.1(default) "
         "spelled=gpt-4.1(default) pinned=false(inferred) variable=MODEL task=chat\n");
    /* Another address is another provider. */
    says("a.py",
         "import openai\n"
         "c = openai.OpenAI(base_url='https://openrouter.ai/api/v1')\n"
         "c.chat.completions.create(model='anthropic/claude-3-haiku')\n",
         "model anthropic/claude-3-haiku /model 3: provider=openrouter "
         "base_url=https://openrouter.ai/api/v1 model=anthropic/claude-3-haiku "
         "spelled=anthropic/claude-3-haiku pinned=false(inferred) task=chat\n");
    says("a.py",
         "import openai\n"
         "c = openai.OpenAI(base_url=url)\n"
         "c.chat.completions.create(model='m')\n",
         "model m /model 3: provider? base_url? model=m spelled=m pinned=false(inferred) "
         "task=chat\n");
}

/* Never dropped because a part of it is not known. */
static void unresolved(void **state UNUSED)
{
    says("a.py",
         "import anthropic\n"
         "class A:\n"
         "  def __init__(self): self.c = anthropic.Anthropic()\n"
         "  def f(self, m): self.c.messages.create(model=m, max_tokens=9)\n"
         "  def g(self, **k): self.c.messages.create(**k)\n",
         "model a model of Anthropic /A/f/model 4: provider=anthropic model? task=chat "
         "max_tokens=9\n"
         "model a model of Anthropic /A/g/model 5: provider=anthropic(inferred) model? "
         "task=chat\n");
    says("a.py",
         "import openai\n"
         "def f(:\n"
         "c = openai.OpenAI()\n"
         "c.chat.completions.create(model='gpt-4o')\n",
         "model gpt-4o /model 4: provider=openai model=gpt-4o spelled=gpt-4o "
         "pinned=false(inferred) task=chat\n");
}

/* --- agents and tools ------------------------------------------------------------------------ */

static void agents(void **state UNUSED)
{
    says("a.py",
         "from agents import Agent, function_tool, WebSearchTool\n"
         "@function_tool\n"
         "async def weather(ctx, city: str, unit='c') -> str:\n"
         "  '''Tells the weather.'''\n"
         "a = Agent(name='Spain', instructions=f'Be {kind}.', tools=[weather])\n"
         "b = Agent('Triage', instructions='Go.', model='gpt-5', tools=[weather, WebSearchTool()]"
         ", handoffs=[a])\n",
         "tool weather /weather 3: framework=openai-agents function=weather "
         "parameters=[\"ctx\",\"city\",\"unit\"] description=Tells the weather.\n"
         "agent Spain /a 5: framework=openai-agents group=false instructions? "
         "tools=[\"weather\"]\n"
         "agent Triage /b 6: framework=openai-agents group=false model=gpt-5 instructions=Go. "
         "tools=[\"weather\",\"WebSearchTool\"] agents=[\"Spain\"]\n"
         "model gpt-5 /b 6: provider=openai model=gpt-5 spelled=gpt-5 pinned=false(inferred)\n"
         "Triage calls gpt-5\n"
         "tool WebSearchTool /tool 6: framework=openai-agents function? parameters?\n"
         "Spain uses weather\n"
         "Triage uses weather\n"
         "Triage uses WebSearchTool\n"
         "Triage delegates_to Spain\n");
    says("a.ts",
         "import { Agent, tool } from '@openai/agents';\n"
         "const w = tool({ name: 'weather', description: 'W', execute: async ({ city }) => city "
         "});\n"
         "export default new Agent({ name: 'A', instructions: 'x', tools: [w] });\n",
         "tool weather /w 2: framework=openai-agents parameters=[] description=W\n"
         "agent A /A 3: framework=openai-agents group=false instructions=x "
         "tools=[\"weather\"]\n"
         "A uses weather\n");
}

/* --- what only looks like one ---------------------------------------------------------------- */

static void nothing(void **state UNUSED)
{
    static const char *const texts[] = {
        "Agent(name='x', tools=[])\nOpenAI().chat.completions.create(model='gpt-4o')\n",
        "from mine import Agent, OpenAI\nAgent(name='x')\n"
        "OpenAI().chat.completions.create(model='gpt-4o')\n",
        "import openai\n# openai.OpenAI().chat.completions.create(model='gpt-4o')\n"
        "'''openai.OpenAI().chat.completions.create(model='gpt-4o')'''\n",
        "import openai\nmodel: str = 'gpt-4o'\ndef f(model: str): pass\n",
        "import openai\nclass C:\n  def chat(self): pass\nC().chat(model='gpt-4o')\n",
        "import openai\nopenai = make()\nopenai.OpenAI().chat.completions.create(model='m')\n",
        "from .agents import Agent\nAgent(name='x')\n",
        "import click\n@click.command('create')\ndef f(): pass\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        says("a.py", texts[i], "");
    says("a.ts", "import type { Agent } from './agents'; new Agent({ name: 'x' });\n", "");
    says("a.cs", "return new ValueTask();\n", "");
}

static void hostile(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    buf_addz(&text, "import openai\nc = openai.OpenAI()\n");
    for (int i = 0; i < 2000; i++)
        buf_addf(&text, "x%d = x%d or x%d\nx%d = c\n", i, i + 1, i + 2, i);
    buf_addz(&text, "x0.chat.completions.create(model=x1)\n");
    for (int i = 0; i < 20000; i++)
        buf_addz(&text, "f(");
    AUTO(detector_run) r = {.detector = &DETECTOR_CODE_USES,
                            .path = "a.py",
                            .content = buf_str(&text),
                            .syntax = syntax};
    detector_dump(&r);
    assert_int_equal(r.rc, 0);
    detector_survives(&DETECTOR_CODE_USES, "a.py",
                      "from agents import Agent\nAgent(name='a', tools=[b], model='gpt-4o')\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models),  cmocka_unit_test(unresolved), cmocka_unit_test(agents),
        cmocka_unit_test(nothing), cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
