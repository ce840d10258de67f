/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what entries may say of names in source code, what such a name then means, and that a name
 * which only looks like one means nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/compile.h"
#include "catalog/facts.h"

#define CATEGORIES "categories: [{category: chat, means: c}]\n"
#define HEAD(id)                                                                                   \
    "id: " id "\nname: " id "\ncategory: chat\nruns: own\n"                                        \
    "sources: [{url: \"https://a.example/x\", read: 2026-11-23}]\n"
#define SHOWN(group, match, no) group ": {match: [\"" match "\"], no_match: [\"" no "\"]}"

/* acme: a package with modules in it; beta: names that acme's import brings. */
#define ACME                                                                                       \
    HEAD("acme")                                                                                   \
    "packages: {pypi: [acme], npm: [\"@acme/ai\"], golang: [acme.example/go], gem: [acme-ai],\n"   \
    "           cargo: [acme-rs], nuget: [Acme], maven: [\"com.acme:ai\"], composer: [acme/ai]}\n" \
    "imports: {ruby: {acme_ai: acme-ai}, java: {com.acme: \"com.acme:ai\"},\n"                     \
    "          php: {Acme: acme/ai}}\n"                                                            \
    "code:\n"                                                                                      \
    "  - in: python\n    call: [acme.Client, \"acme.{Async,Sync}Client\", acme.run]\n"             \
    "    is: client\n    take: {base_url: base_url, model: [model, options.model, 0]}\n"           \
    "  - {in: python, call: \"acme.Client().chat.{create,stream}\", is: model, \n"                 \
    "     fixed: {role: chat, code_execution: true}}\n"                                            \
    "  - {in: python, call: [acme.llms.one.Model, acme.embed.one.Model], is: model}\n"             \
    "  - {in: python, call: acme.llms.two.Other, is: model}\n"                                     \
    "  - {in: python, call: acme.embed.two.Other, is: embedding}\n"                                \
    "  - {in: python, decorator: [acme.tool, acme.Server().tool], is: tool, \n"                    \
    "     take: {function: self, memory: receiver}}\n"                                             \
    "  - {in: python, base: acme.Tool, is: tool}\n"                                                \
    "  - {in: javascript, call: [\"@acme/ai#default\", \"@acme/ai#Acme\"], is: client}\n"          \
    "  - {in: go, call: \"acme.example/go#NewClient\", is: client}\n"                              \
    "  - {in: java, call: com.acme.client.Acme.builder, is: client}\n"                             \
    "  - {in: c-sharp, call: Acme.Chat.Client, is: client}\n"                                      \
    "  - {in: rust, call: \"acme_rs::Client::new\", is: client}\n"                                 \
    "  - {in: ruby, call: \"AcmeAI::Client.new\", is: client}\n"                                   \
    "  - {in: php, call: \"Acme\\\\Client\", is: client}\n"

#define BETA                                                                                       \
    HEAD("beta")                                                                                   \
    "packages: {pypi: [beta]}\ncode:\n"                                                            \
    "  - {in: python, call: [acme.chat.ChatBeta, acme.old.ChatBeta], is: model, of: acme}\n"       \
    "examples:\n  " SHOWN("packages", "pypi:beta", "pypi:b") "\n  " SHOWN(                         \
        "code", "python call acme.models.beta.ChatBeta", "python call acme.ChatBet") "\n"

#define CODE_EXAMPLES                                                                              \
    "    match: [python call acme.Client, python decorator acme.tool,\n"                           \
    "            \"javascript call @acme/ai#Acme\"]\n"                                             \
    "    no_match: [python call notacme.Client, python base acme.Client, call acme.Client,\n"      \
    "               acme.Client]\n"
#define ACME_TEXT                                                                                  \
    ACME "examples:\n  " SHOWN("packages", "pypi:acme", "pypi:acm") "\n  " SHOWN(                  \
        "imports", "ruby:acme_ai/x", "ruby:acme") "\n  code:\n" CODE_EXAMPLES

struct fixture {
    struct catalog_build b;
    struct diag d;
};

static int compile(struct fixture *f, const char *acme, const char *beta)
{
    struct catalog_source files[] = {
        {STR("categories.yaml"), STR(CATEGORIES)},
        {STR("entries/acme.yaml"), str_z(acme)},
        {STR("entries/beta.yaml"), str_z(beta ? beta : "")},
    };
    *f = (struct fixture){0};
    return catalog_compile(files, beta ? 3 : 2, &f->b, &f->d);
}

static void open_fixture(struct fixture *f)
{
    if (compile(f, ACME_TEXT, BETA))
        fail_msg("%s:%u:%u: %s", f->d.file, f->d.line, f->d.column, f->d.text);
}

static const struct catalog_code *find(const struct fixture *f, const char *language,
                                       enum code_form form, const char *name)
{
    return catalog_code(&f->b.catalog, str_z(language), form, str_z(name));
}

static void test_exact(void **state UNUSED)
{
    struct fixture f;

    open_fixture(&f);
    const struct catalog *c = &f.b.catalog;
    const struct catalog_code *row = find(&f, "python", CODE_FORM_CALL, "acme.AsyncClient");
    assert_non_null(row);
    assert_int_equal(row->is, CODE_IS_CLIENT);
    assert_string_equal(c->entries[row->entry].id, "acme");
    assert_string_equal(row->root, "acme");
    assert_string_equal(row->class, "AsyncClient");
    assert_int_equal(row->takes[0].what, CODE_TAKE_BASE_URL);
    assert_int_equal(row->takes[1].what, CODE_TAKE_MODEL);
    assert_string_equal(row->takes[1].argument, "model");
    assert_int_equal(row->takes[1].position, CODE_POSITION_NONE);
    assert_string_equal(row->takes[2].argument, "options.model");
    assert_null(row->takes[3].argument);
    assert_int_equal(row->takes[3].position, 0);
    assert_int_equal(row->takes[4].what, CODE_TAKE_END);
    assert_int_equal(row->fixed[0].what, CODE_TAKE_END);
    assert_null(find(&f, "python", CODE_FORM_CALL, "acme.run")->class);
    row = find(&f, "python", CODE_FORM_CALL, "acme.Client().chat.stream");
    assert_int_equal(row->fixed[0].what, CODE_TAKE_ROLE);
    assert_string_equal(row->fixed[0].value, "chat");
    assert_string_equal(row->fixed[1].value, "true");
    row = find(&f, "python", CODE_FORM_DECORATOR, "acme.Server().tool");
    assert_int_equal(row->takes[0].position, CODE_POSITION_SELF);
    assert_int_equal(row->takes[1].position, CODE_POSITION_RECEIVER);
    for (int i = 0; i < c->n_codes; i++) {
        row = &c->codes[i];
        assert_ptr_equal(find(&f, row->language, row->form, row->name), row);
    }
    catalog_build_done(&f.b);
}

/* Modules inside a package move, its classes stay. */
static void test_moved(void **state UNUSED)
{
    static const struct {
        const char *language, *name, *found;
    } rows[] = {
        {"python", "acme._client.Client", "acme.Client"},
        {"python", "acme._client.Client().chat.create", "acme.Client().chat.create"},
        {"python", "acme._client.Client().chat.delete", NULL},
        {"python", "acme.chat_models.beta.ChatBeta", "acme.chat.ChatBeta"}, /* either, the same */
        {"python", "acme.Model", "acme.embed.one.Model"},
        {"python", "acme.Other", NULL}, /* a model or an embedding */
        {"python", "acme.llms.two.Other", "acme.llms.two.Other"},
        {"python", "acme.deep.run", NULL}, /* a function */
        {"python", "acme.client", NULL},
        {"python", "acme", NULL},
        {"python", "acmes.Client", NULL},
        {"python", "other.acme.Client", NULL},
        {"python", "Client", NULL},
        {"python", "", NULL},
        {"python", "acme.Client()", NULL},
        {"python", "acme.run().Client", NULL},
        {"javascript", "@acme/ai/dist/client#Acme", "@acme/ai#Acme"},
        {"javascript", "@acme/ai/dist/client#default", NULL},
        {"javascript", "@acme/ai.js#Acme", NULL},
        {"javascript", "@acme#Acme", NULL},
        {"go", "acme.example/go/v3#NewClient", "acme.example/go#NewClient"},
        {"go", "acme.example/go/azure#NewClient", NULL}, /* a package of its own */
        {"go", "acme.example/gone#NewClient", NULL},
        {"java", "com.acme.v2.Acme.builder", "com.acme.client.Acme.builder"},
        {"java", "com.acmes.client.Acme.builder", NULL},
        {"c-sharp", "Acme.Chat.Client", "Acme.Chat.Client"},
        {"c-sharp", "Acme.Client", NULL},
        {"rust", "acme_rs::client::Client::new", "acme_rs::Client::new"},
        {"ruby", "AcmeAI::Client.new", "AcmeAI::Client.new"},
        {"ruby", "Acme::Client.new", NULL},
        {"php", "Acme\\Client", "Acme\\Client"},
        {"php", "Acme\\Other\\Client", NULL},
        {"perl", "acme.Client", NULL},
    };
    struct fixture f;

    open_fixture(&f);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct catalog_code *row = find(&f, rows[i].language, CODE_FORM_CALL, rows[i].name);
        if (strcmp(row ? row->name : "", rows[i].found ? rows[i].found : ""))
            fail_msg("%s -> %s", rows[i].name, row ? row->name : "nothing");
    }
    assert_non_null(find(&f, "python", CODE_FORM_BASE, "acme.tools.Tool"));
    assert_null(find(&f, "python", CODE_FORM_CALL, "acme.tools.Tool"));
    assert_null(find(&f, "python", CODE_FORM_DECORATOR, "acme.core.tool"));
    catalog_build_done(&f.b);
}

static void test_roots(void **state UNUSED)
{
    static const struct {
        const char *language, *module;
        bool is;
    } rows[] = {
        {"python", "acme", true},        {"python", "acme.types.x", true},
        {"python", "beta", false},       {"python", "acmes", false},
        {"python", "", false},           {"javascript", "@acme/ai", true},
        {"javascript", "acme", false},   {"javascript", "@acme/ai/client", true},
        {"go", "acme.example/go", true}, {"go", "acme.example/go/v2", true},
        {"go", "acme.example", false},   {"java", "com.acme.client", true},
        {"ruby", "acme_ai", true},       {"ruby", "acme_ai/http", true},
        {"php", "Acme\\Client", true},   {"rust", "acme_rs::types", true},
        {"c-sharp", "Acme.Chat", true},  {"c-sharp", "Acmes", false},
    };
    struct fixture f;

    open_fixture(&f);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (catalog_code_root(&f.b.catalog, str_z(rows[i].language), str_z(rows[i].module)) !=
            rows[i].is)
            fail_msg("%s %s", rows[i].language, rows[i].module);
    catalog_build_done(&f.b);
}

#define ROW(words) HEAD("acme") "packages: {pypi: [acme]}\ncode:\n  - {" words "}\n"
#define GOOD       "in: python, is: client, call: acme.A"

static void test_refused(void **state UNUSED)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {ROW("is: client, call: acme.A"), "'in' is missing"},
        {ROW("in: [], is: client, call: acme.A"), "at least one language"},
        {ROW("in: cobol, is: client, call: acme.A"), "'cobol' is no language"},
        {ROW("in: [python, 3], is: client, call: acme.A"), "no language"},
        {ROW("in: python, call: acme.A"), "'is' is missing"},
        {ROW("in: python, is: thing, call: acme.A"), "'thing' is not a known is"},
        {ROW("in: python, is: client"), "one of call, decorator and base"},
        {ROW(GOOD ", base: acme.B"), "one use"},
        {ROW("in: python, is: client, call: []"), "at least one name"},
        {ROW("in: python, is: client, call: 3"), "a name is a text"},
        {ROW("in: python, is: client, call: [acme.A, {a: b}]"), "a name is a text"},
        {ROW("in: python, is: client, call: \"acme. A\""), "without spaces"},
        {ROW("in: python, is: client, call: \"acme.A(\""), "no qualified name"},
        {ROW("in: python, is: client, call: \"acme.A)\""), "no qualified name"},
        {ROW("in: python, is: client, call: \"acme.A(x).b\""), "no qualified name"},
        {ROW("in: python, is: client, call: \"acme.{A\""), "words stand in braces"},
        {ROW("in: python, is: client, call: \"acme.{}\""), "words stand in braces"},
        {ROW("in: python, is: client, call: \"acme.A}\""), "no qualified name"},
        {ROW(GOOD ", colour: red"), "unknown member 'colour'"},
        {ROW(GOOD ", take: [a]"), "mapping"},
        {ROW(GOOD ", take: {colour: a}"), "unknown member 'colour'"},
        {ROW(GOOD ", take: {role: a}"), "a role is fixed"},
        {ROW(GOOD ", take: {model: []}"), "at least one argument"},
        {ROW(GOOD ", take: {model: true}"), "a name or a position"},
        {ROW(GOOD ", take: {model: 16}"), "a position is from 0"},
        {ROW(GOOD ", take: {model: [a, -1]}"), "a position is from 0"},
        {ROW(GOOD ", take: {model: a, model: b}"), "stands twice"},
        {ROW(GOOD ", fixed: {role: king}"), "'king' is not a known role"},
        {ROW(GOOD ", fixed: {colour: red}"), "unknown member 'colour'"},
        {ROW(GOOD ", fixed: {model: 3}"), "a text, true or false"},
        {ROW(GOOD ", of: nobody") "examples: {" SHOWN("packages", "pypi:acme", "pypi:a") ", " SHOWN(
             "code", "python call acme.A", "python call acme.B") "}\n",
         "'nobody' is no entry"},
        {ROW(GOOD ", fixed: {provider: nobody}") "examples: {" SHOWN(
             "packages", "pypi:acme", "pypi:a") ", " SHOWN("code", "python call acme.A",
                                                           "python call acme.B") "}\n",
         "'nobody' is no entry"},
        {ROW("in: python, is: client, call: beta.A") "examples: {" SHOWN(
             "packages", "pypi:acme", "pypi:a") ", " SHOWN("code", "python call acme.A",
                                                           "python call acme.B") "}\n",
         "'beta.A' begins with no import of 'acme' in python"},
        {ROW("in: ruby, is: client, call: \"Acme::Client.new\"") "examples: {" SHOWN(
             "packages", "pypi:acme", "pypi:a") ", " SHOWN("code", "python call acme.A",
                                                           "python call acme.B") "}\n",
         "begins with no import"},
    };
    struct fixture f;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int rc = compile(&f, rows[i].text, NULL);
        if (rc != E_PARSE || f.d.line < 8 || !strstr(f.d.text, rows[i].says))
            fail_msg("%s\n-> %d, line %u: %s", rows[i].text, rc, f.d.line, f.d.text);
        assert_string_equal(f.d.file, "entries/acme.yaml");
    }
    assert_int_equal(compile(&f, HEAD("acme") "code: {}\n", NULL), E_PARSE);
    assert_int_equal(compile(&f, HEAD("acme") "code: []\n", NULL), E_PARSE);
    assert_int_equal(compile(&f, ROW(GOOD), NULL), E_PARSE);
    assert_non_null(strstr(f.d.text, "examples are missing"));
}

#define AGAIN                                                                                      \
    HEAD("beta")                                                                                   \
    "code:\n  - {in: python, is: model, of: acme,\n     call: [acme.New, acme.Client]}\n"          \
    "examples: {" SHOWN("code", "python call acme.New", "python call acme.Old") "}\n"

static void test_twice(void **state UNUSED)
{
    struct fixture f;

    if (compile(&f, ACME_TEXT, AGAIN) != E_EXISTS)
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    assert_string_equal(f.d.text,
                        "call 'acme.Client' of python is claimed twice, by 'acme' and 'beta'");
    assert_string_equal(f.d.file, "entries/beta.yaml");
    assert_int_equal(f.d.line, 8);
    assert_int_equal(f.d.column, 23);
}

/* An example that leads elsewhere, and one of a name that two rows fit. */
static void test_examples(void **state UNUSED)
{
    static const struct {
        const char *match, *no, *says;
    } rows[] = {
        {"python call acme.B", "python call acme.C", "leads to no entry"},
        {"python call acme.A", "python call acme.core.A", "leads to acme"},
        {"python decorator acme.A", "x", "leads to no entry"},
        {"python use acme.A", "x", "leads to no entry"},
    };
    struct fixture f;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) text = BUF_INIT;
        buf_addf(&text,
                 ROW(GOOD) "examples: {" SHOWN("packages", "pypi:acme",
                                               "pypi:a") ", " SHOWN("code", "%s", "%s") "}\n",
                 rows[i].match, rows[i].no);
        assert_int_equal(compile(&f, text.p, NULL), E_PARSE);
        if (!strstr(f.d.text, rows[i].says))
            fail_msg("%s: %s", rows[i].match, f.d.text);
    }
}

/* An entry of a pack is instead of the one that is built in: so are the names that it brought. */
static void test_pack(void **state UNUSED)
{
    static const char text[] =
        HEAD("acme") "packages: {npm: [acme-new]}\n"
                     "code:\n  - {in: javascript, is: agent, call: "
                     "\"acme-new#Agent\"}\n"
                     "examples: {" SHOWN("packages", "npm:acme-new",
                                         "npm:acme") ", " SHOWN("code",
                                                                "javascript call "
                                                                "acme-new#Agent",
                                                                "javascript call "
                                                                "acme#Agent") "}\n";
    const struct catalog_source pack[] = {{STR("entries/acme.yaml"), str_z(text)}};
    struct fixture f;
    struct catalog_build b;
    struct diag d = {0};

    open_fixture(&f);
    assert_int_equal(catalog_extend(&f.b.catalog, NULL, 0, &b, &d), OK);
    assert_int_equal(b.catalog.n_codes, f.b.catalog.n_codes);
    assert_int_equal(b.catalog.n_code_classes, f.b.catalog.n_code_classes);
    assert_int_equal(b.catalog.n_code_roots, f.b.catalog.n_code_roots);
    assert_non_null(catalog_code(&b.catalog, STR("python"), CODE_FORM_CALL, STR("acme.x.Client")));
    catalog_build_done(&b);
    if (catalog_extend(&f.b.catalog, pack, 1, &b, &d))
        fail_msg("%s:%u: %s", d.file, d.line, d.text);
    assert_null(catalog_code(&b.catalog, STR("python"), CODE_FORM_CALL, STR("acme.Client")));
    /* Of beta, but without an import that could bring it. */
    assert_null(catalog_code(&b.catalog, STR("python"), CODE_FORM_CALL, STR("acme.chat.ChatBeta")));
    assert_int_equal(b.catalog.n_codes, 1);
    assert_true(catalog_code_root(&b.catalog, STR("javascript"), STR("acme-new")));
    assert_false(catalog_code_root(&b.catalog, STR("python"), STR("acme")));
    catalog_build_done(&b);
    catalog_build_done(&f.b);
}

static int take_text(void *ctx, const struct catalog_fact *f)
{
    struct buf *out = ctx;

    if (!strcmp(f->group, "code"))
        buf_addf(out, "%s %s\n", f->sub, f->text);
    return 0;
}

static void test_facts(void **state UNUSED)
{
    static const char text[] =
        "id: acme\nname: A\ncategory: chat\nruns: own\n"
        "sources:\n"
        "  - {url: \"https://a.example/1\", read: 2026-11-23, says: [imports.python]}\n"
        "  - {url: \"https://a.example/2\", read: 2026-11-23, says: [packages.npm]}\n"
        "  - {url: \"https://a.example/3\", read: 2026-11-23, says: [code.javascript]}\n"
        "packages: {pypi: [acme], npm: [acme], golang: [acme.example/go]}\n"
        "code: [{in: javascript, is: agent, call: \"acme#A\"},\n"
        "       {in: go, is: agent, call: \"acme.example/go#A\"},\n"
        "       {in: python, is: tool, decorator: acme.tool}]\n"
        "examples: {" SHOWN("packages", "npm:acme", "npm:a") ", " SHOWN(
            "code", "python decorator acme.tool", "go decorator acme.tool") "}\n";
    struct fixture f;
    AUTO(buf) told = BUF_INIT;
    struct catalog_fact python = {"code", "python", "decorator: acme.tool, is: tool"};
    struct catalog_fact go = {"code", "go", "call: acme.example/go#A, is: agent"};
    struct catalog_fact javascript = {"code", "javascript", "call: acme#A, is: agent"};

    if (compile(&f, text, NULL))
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    assert_int_equal(catalog_facts(&f.b.catalog, 0, take_text, &told), 0);
    assert_string_equal(told.p, "go call: acme.example/go#A, is: agent\n"
                                "javascript call: acme#A, is: agent\n"
                                "python decorator: acme.tool, is: tool\n");
    const struct catalog_reference *r = catalog_source(&f.b.catalog, 0, &python);
    assert_string_equal(r->url, "https://a.example/1"); /* which tells the import */
    r = catalog_source(&f.b.catalog, 0, &javascript);
    assert_string_equal(r->url, "https://a.example/3");
    assert_null(catalog_source(&f.b.catalog, 0, &go));
    assert_int_equal(catalog_cell(&f.b.catalog, 0, "code"), CELL_UNSOURCED);
    catalog_build_done(&f.b);
}

static void test_no_memory(void **state UNUSED)
{
    struct fixture f;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        mem_fail_after(n);
        rc = compile(&f, ACME_TEXT, BETA);
        mem_fail_after(0);
        assert_true(n < 5000);
    }
    if (rc)
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    catalog_build_done(&f.b);
}

/* What is built in. */
static void test_built_in(void **state UNUSED)
{
    static const struct {
        const char *language, *name, *entry; /* NULL: nothing */
        enum code_form form;
        enum code_is is;
    } rows[] = {
        {"python", "openai.OpenAI", "openai", CODE_FORM_CALL, CODE_IS_CLIENT},
        {"python", "openai._client.AsyncOpenAI().chat.completions.create", "openai", CODE_FORM_CALL,
         CODE_IS_MODEL},
        {"python", "openai.AzureOpenAI", "azure-openai", CODE_FORM_CALL, CODE_IS_CLIENT},
        {"python", "openai.types.chat.ChatCompletion", NULL, CODE_FORM_CALL, 0},
        {"python", "langchain.chat_models.openai.ChatOpenAI", "openai", CODE_FORM_CALL,
         CODE_IS_MODEL},
        {"python", "crewai.agent.core.Agent", "crewai", CODE_FORM_CALL, CODE_IS_AGENT},
        {"python", "crewai.agents.agent", NULL, CODE_FORM_CALL, 0},
        {"python", "crewai.tools.base_tool.BaseTool", "crewai", CODE_FORM_BASE, CODE_IS_TOOL},
        {"python", "crewai.tools.base_tool.BaseTool", NULL, CODE_FORM_CALL, 0},
        {"python", "mcp.server.fastmcp.FastMCP().tool", "mcp-sdk", CODE_FORM_DECORATOR,
         CODE_IS_TOOL},
        {"python", "fastmcp.server.FastMCP().tool", "fastmcp", CODE_FORM_DECORATOR, CODE_IS_TOOL},
        {"python", "transformers.models.auto.AutoModel.from_pretrained", "transformers",
         CODE_FORM_CALL, CODE_IS_MODEL},
        {"javascript", "@modelcontextprotocol/sdk/server/mcp.js#McpServer().registerTool",
         "mcp-sdk", CODE_FORM_CALL, CODE_IS_TOOL},
        {"javascript", "@ai-sdk/anthropic#createAnthropic()", "anthropic", CODE_FORM_CALL,
         CODE_IS_MODEL},
        {"javascript", "ai#tool", "vercel-ai-sdk", CODE_FORM_CALL, CODE_IS_TOOL},
        {"javascript", "ai#useChat", NULL, CODE_FORM_CALL, 0},
        {"javascript", "OpenAI", NULL, CODE_FORM_CALL, 0},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct catalog_code *row =
            catalog_code(&CATALOG, str_z(rows[i].language), rows[i].form, str_z(rows[i].name));
        if (strcmp(row ? CATALOG.entries[row->entry].id : "", rows[i].entry ? rows[i].entry : ""))
            fail_msg("%s -> %s", rows[i].name, row ? row->name : "nothing");
        assert_true(!row || row->is == rows[i].is);
    }
    for (int i = 0; i < CATALOG.n_codes; i++) {
        const struct catalog_code *row = &CATALOG.codes[i];
        assert_ptr_equal(catalog_code(&CATALOG, str_z(row->language), row->form, str_z(row->name)),
                         row);
        if (strcmp(row->language, "ruby"))
            assert_true(catalog_code_root(&CATALOG, str_z(row->language), str_z(row->name)));
        assert_true(row->takes && row->fixed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),     cmocka_unit_test(test_moved),
        cmocka_unit_test(test_roots),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_twice),     cmocka_unit_test(test_examples),
        cmocka_unit_test(test_pack),      cmocka_unit_test(test_facts),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_built_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
