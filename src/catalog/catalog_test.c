/* SPDX-License-Identifier: Apache-2.0 */
/* Checks look-ups in the built-in catalogue and the rules of its path patterns. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "catalog/catalog.h"

static const char *package(const char *ecosystem, const char *name)
{
    const struct catalog_entry *e = catalog_package(&CATALOG, str_z(ecosystem), str_z(name));

    return e ? e->id : "";
}

static void test_packages(void **state UNUSED)
{
    assert_string_equal(package("npm", "openai"), "openai");
    assert_string_equal(package("npm", "@anthropic-ai/sdk"), "anthropic");
    assert_string_equal(package("npm", "@langchain/openai"), "openai");
    assert_string_equal(package("npm", "@langchain/aws"), "langchain"); /* not Bedrock alone */
    assert_string_equal(package("npm", "@ai-sdk/azure"), "azure-openai");
    assert_string_equal(package("npm", "@ai-sdk/openai-compatible"), "vercel-ai-sdk");
    assert_string_equal(package("npm", "@anthropic-ai/tokenizer"), "tokenizers"); /* calls nobody */
    assert_string_equal(package("pypi", "mistral-common"), "tokenizers");
    assert_string_equal(package("npm", "OpenAI"), "");
    assert_string_equal(package("npm", "openai "), "");
    assert_string_equal(package("npm", "langchain-openai"), "");
    assert_string_equal(package("pypi", "LangChain_OpenAI"), "openai");
    assert_string_equal(package("pypi", "google.genai"), "google-ai");
    assert_string_equal(package("pypi", "google--_.genai"), "google-ai");
    assert_string_equal(package("pypi", "google-gena"), "");
    assert_string_equal(package("pypi", "google-genai-"), "");
    assert_string_equal(package("pypi", ""), "");
    assert_string_equal(package("cargo", "openai"), "");
}

static void test_imports(void **state UNUSED)
{
    const struct catalog_import *row = catalog_import(&CATALOG, STR("python"), STR("google.genai"));
    assert_string_equal(row->packages[0], "google-genai");
    row = catalog_import(&CATALOG, STR("python"), STR("langgraph"));
    assert_string_equal(row->packages[0], "langgraph");
    assert_null(catalog_import(&CATALOG, STR("python"), STR("google")));
    assert_null(catalog_import(&CATALOG, STR("python"), STR("openai_agents")));
    assert_null(catalog_import(&CATALOG, STR("perl"), STR("openai")));
    assert_true(catalog_import(&CATALOG, STR("python"), STR("agents"))->common);
    for (int i = 0; i < CATALOG.n_imports; i++) {
        row = &CATALOG.imports[i];
        assert_ptr_equal(catalog_import(&CATALOG, str_z(row->language), str_z(row->name)), row);
        for (int k = 0; row->packages[k]; k++)
            assert_string_not_equal(package(row->ecosystem, row->packages[k]), "");
    }
}

static void test_tables_are_sorted(void **state UNUSED)
{
    for (int i = 0; i < CATALOG.n_names; i++) {
        const struct catalog_name *row = &CATALOG.names[i];
        assert_ptr_equal(catalog_name(&CATALOG, row->space, str_z(row->name)), row);
    }
    for (int i = 0; i < CATALOG.n_entries; i++)
        assert_ptr_equal(catalog_entry(&CATALOG, str_z(CATALOG.entries[i].id)),
                         &CATALOG.entries[i]);
    for (int i = 0; i < CATALOG.n_kinds; i++)
        assert_ptr_equal(catalog_kind(&CATALOG, str_z(CATALOG.kinds[i].kind)), &CATALOG.kinds[i]);
    for (int i = 0; i < CATALOG.n_keys; i++)
        assert_non_null(catalog_kind(&CATALOG, str_z(CATALOG.keys[i].kind)));
    assert_true(CATALOG.n_entries > 100);
    assert_int_equal(strlen(CATALOG.digest), 64);
}

static void test_names(void **state UNUSED)
{
    const struct catalog_name *row = catalog_name(&CATALOG, SPACE_ENV, STR("ANTHROPIC_API_KEY"));

    assert_non_null(row);
    const struct catalog_entry *e = &CATALOG.entries[row->entry];
    assert_string_equal(e->id, "anthropic");
    assert_string_equal(e->category, "model-api");
    assert_true(e->service);
    assert_string_equal(e->aliases[0], "Claude");
    assert_null(catalog_name(&CATALOG, SPACE_ENV, STR("anthropic_api_key")));
    assert_null(catalog_name(&CATALOG, SPACE_NPM, STR("ANTHROPIC_API_KEY")));
    e = catalog_entry(&CATALOG, STR("claude-agent-sdk"));
    assert_false(e->service);
    assert_string_equal(e->provider, "anthropic");
    assert_null(catalog_entry(&CATALOG, STR("")));
    assert_null(catalog_entry(&CATALOG, STR("zzz")));
    assert_string_equal(catalog_kind(&CATALOG, STR("iban"))->data_class, "PII");
    assert_null(catalog_kind(&CATALOG, STR("ibans")));
}

/* The host of the first row that matches, "" when none does. */
static const char *host(const char *path)
{
    int cursor = 0;
    const struct catalog_agent_file *f = catalog_agent_file(&CATALOG, str_z(path), &cursor);

    return f ? CATALOG.entries[f->entry].id : "";
}

static void test_host_files(void **state UNUSED)
{
    assert_string_equal(host(".cursor/mcp.json"), "cursor");
    assert_string_equal(host("a/b/.cursor/mcp.json"), "cursor");
    assert_string_equal(host("x.cursor/mcp.json"), "");
    assert_string_equal(host("mcp.json"), "");
    assert_string_equal(host(".mcp.json"), "claude-code");
    assert_string_equal(host("homes/bob/.claude.json"), "claude-code");
    assert_string_equal(host("h/Library/Application Support/Claude/claude_desktop_config.json"),
                        "claude-desktop");
    assert_string_equal(host("c/AppData/Roaming/Code/User/mcp.json"), "vscode");
    assert_string_equal(host(".config/Code - Insiders/User/profiles/1a2b/mcp.json"), "vscode");
    assert_string_equal(host(".config/Code/User/profiles/1a2b/c/mcp.json"), "");
    assert_string_equal(host("dir/team.code-workspace"), "vscode");
    assert_string_equal(host("team.code-workspace.bak"), "");
    assert_string_equal(host(".codex/config.toml"), "codex");
    assert_string_equal(host(".claude/plugins/cache/a/b/c/.mcp.json"), "claude-code");
    assert_string_equal(host(""), "");
}

static void test_cursor_ends(void **state UNUSED)
{
    int cursor = 0, n = 0;

    while (catalog_instruction(&CATALOG, STR("repo/AGENTS.md"), &cursor))
        n++;
    assert_true(n > 5);
    assert_null(catalog_instruction(&CATALOG, STR("repo/AGENTS.md"), &cursor));
    cursor = 0;
    assert_null(catalog_instruction(&CATALOG, STR("repo/agents.txt"), &cursor));
    assert_null(catalog_instruction(&CATALOG, STR("repo/agents.txt"), &cursor));
}

static void test_every_pattern_finds_itself(void **state UNUSED)
{
    for (int i = 0; i < CATALOG.n_agent_files; i++) {
        AUTO(buf) path = BUF_INIT;
        bool found = false;
        int cursor = 0;
        buf_addz(&path, "some/folder/");
        for (const char *p = CATALOG.agent_files[i].path; *p; p++)
            buf_addc(&path, *p == '*' ? 'x' : *p);
        for (const struct catalog_agent_file *f;
             (f = catalog_agent_file(&CATALOG, buf_str(&path), &cursor));)
            found |= f == &CATALOG.agent_files[i];
        if (!found)
            fail_msg("%s does not match %s", CATALOG.agent_files[i].path, path.p);
    }
}

static void test_path_match(void **state UNUSED)
{
    static const struct {
        bool match;
        const char *pattern, *path;
    } rows[] = {
        {true, ".cursor/rules/**/*.mdc", ".cursor/rules/a.mdc"},
        {true, ".cursor/rules/**/*.mdc", "x/.cursor/rules/b/c/a.mdc"},
        {false, ".cursor/rules/**/*.mdc", "x.cursor/rules/a.mdc"},
        {false, ".cursor/rules/**/*.mdc", ".cursor/rules/a.md"},
        {true, "a/*/c", "z/a/b/c"},
        {false, "a/*/c", "a/b/b/c"},
        {false, "a/*/c", "a/b/c/d"},
        {true, "a/*/c", "a/x/a/y/c"},
        {true, "*.x", "deep/er/f.x"},
        {false, "*.x", "f.x/y"},
        {true, "CLAUDE.md", "CLAUDE.md"},
        {false, "CLAUDE.md", "NOT-CLAUDE.md"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (catalog_path_match(str_z(rows[i].pattern), str_z(rows[i].path)) != rows[i].match)
            fail_msg("%s against %s", rows[i].pattern, rows[i].path);
    }
}

static void test_empty(void **state UNUSED)
{
    static const struct catalog empty;
    int cursor = 0;

    assert_null(catalog_package(&empty, STR("npm"), STR("a")));
    assert_null(catalog_entry(&empty, STR("a")));
    assert_null(catalog_agent_file(&empty, STR("a"), &cursor));
    assert_null(catalog_agent_file(&empty, STR("a"), &cursor));
}

static void test_normalise(void **state UNUSED)
{
    AUTO(arena) a = ARENA(64);

    assert_true(str_eq(pypi_normalise(STR("Foo.._Bar-Baz"), &a), STR("foo-bar-baz")));
    assert_true(str_eq(pypi_normalise(STR(""), &a), STR("")));
    assert_null(
        pypi_normalise(STR("a name that is longer than sixty-four bytes, the cap of it all.."), &a)
            .p);
}

static void image_is(const char *text, const char *entry, bool copied)
{
    struct image_name name;
    bool copy = false;

    assert_true(image_name_parse(str_z(text), &name));
    const struct catalog_name *row = catalog_image(&CATALOG, &name, &copy);
    if (!row != !entry || (row && strcmp(CATALOG.entries[row->entry].id, entry)) ||
        (row && copy != copied))
        fail_msg("%s is %s", text, row ? CATALOG.entries[row->entry].id : "nothing");
}

static void test_images(void **state UNUSED)
{
    image_is("ollama/ollama:1", "ollama", false);
    image_is("docker.io/ollama/ollama", "ollama", false);
    image_is("ghcr.io/berriai/litellm", "litellm", false);
    image_is("mcr.microsoft.com/presidio-analyzer", "presidio", false);
    image_is("r.example:5000/ollama/ollama", "ollama", true);
    image_is("r.example/a/b/ghcr.io/berriai/litellm:1", "litellm", true);
    image_is("\1/ollama/ollama", "ollama", true);
    image_is("ghcr.io/ollama/ollama", NULL, false);
    image_is("quay.io/a/ollama/ollama", NULL, false);
    image_is("berriai/litellm", NULL, false);
    image_is("r.example/ollama", NULL, false);
    image_is("r.example/ollama/ollama-webui", NULL, false);
    image_is("presidio-analyzer", NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_images),      cmocka_unit_test(test_packages),
        cmocka_unit_test(test_imports),     cmocka_unit_test(test_tables_are_sorted),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_host_files),
        cmocka_unit_test(test_cursor_ends), cmocka_unit_test(test_every_pattern_finds_itself),
        cmocka_unit_test(test_path_match),  cmocka_unit_test(test_empty),
        cmocka_unit_test(test_normalise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
