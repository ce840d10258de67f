/* SPDX-License-Identifier: Apache-2.0 */
/* What the facts of several files become: applications, credentials, services, owners, gaps. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link/testing.h"

static const struct target ESTATE[] = {
    {.given = STR("."), .root = STR("/w/estate"), .name = STR("estate")}};
static const struct place FILE_PLACE = {.offset = -1};

static void application(struct estate *e, const char *path)
{
    estate_begin(e);
    emit_asset(&e->emit, KIND_APPLICATION, STR("bot"), FILE_PLACE);
    estate_item(e, 0, path);
}

/* Two manifests of one folder are one application; requirements/ speaks for its parent. */
static void applications(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    application(&e, "bot/package.json");
    application(&e, "bot/pyproject.toml");
    application(&e, "bot/requirements/dev.txt");
    application(&e, "bot/web/package.json");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_APPLICATION), 2);
    assert_ptr_equal(estate_asset(&e, KIND_APPLICATION, 0, "bot/package.json"),
                     estate_asset(&e, KIND_APPLICATION, 0, "bot/requirements/dev.txt"));
}

static struct value_hit key_of(const char *kind)
{
    return (struct value_hit){.class = DATA_SECRET, .kind = kind, .end = 56, .length = 56};
}

static size_t relations(const struct estate *e, enum verb verb, enum kind to)
{
    size_t n = 0;
    vec_each (r, &e->inv.relations)
        n += r->verb == verb && e->inv.assets.v[r->to].kind == to;
    return n;
}

/* The same bytes, seen by the reader of settings and by the search through all text. */
static void one_key_seen_twice_is_one_credential(void **state UNUSED)
{
    AUTO(estate) e = {0};
    struct value_hit hit = key_of("groq-key");
    estate_open(&e, ESTATE, 1);
    estate_begin(&e);
    uint32_t server = emit_asset(&e.emit, KIND_MCP_SERVER, STR("files"), FILE_PLACE);
    emit_value(&e.emit, server, &hit,
               (struct place){.line = 4, .offset = 80, .pointer = STR("/mcpServers/files/env/K")});
    emit_value(&e.emit, FACT_NONE, &hit, (struct place){.line = 4, .offset = 80});
    emit_value(&e.emit, FACT_NONE, &hit, (struct place){.line = 9, .offset = 300});
    estate_item(&e, 0, "bot/.mcp.json");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_SERVICE), 1);
    assert_int_equal(relations(&e, VERB_HOLDS, KIND_CREDENTIAL), 1);
    assert_int_equal(relations(&e, VERB_PROVIDED_BY, KIND_SERVICE), 2);
    assert_int_equal(estate_count(&e, KIND_CREDENTIAL), 2); /* the one on line 9 is another */
    size_t in_settings = 0;
    vec_each (a, &e.inv.assets) {
        const struct attribute *c = asset_attr(a, 0, ATTR_CREDENTIAL_CONTAINER);
        in_settings += c && str_eq_z(c->value.text, "agent-config");
    }
    assert_int_equal(in_settings, 1);
}

/* A file is the same kind of file where it lies, at a commit, and in an archive at one. */
static void what_holds_a_key_in_the_history(void **state UNUSED)
{
    static const struct {
        const char *path, *member, *container;
    } cases[] = {
        {"a.py", "", "source"},
        {"a.py", "commit:ab0123456789", "source"},
        {".env", "commit:ab0123456789", "environment-file"},
        {"a.ipynb", "commit:ab0123456789", "notebook"},
        {"a.zip", "commit:ab0123456789!/in/a.py", "source"},
        {"a.zip", "in/.env", "environment-file"},
        {"a.py.zip", "commit:ab0123456789!/notes", "other"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(estate) e = {0};
        struct value_hit hit = key_of("groq-key");
        estate_open(&e, ESTATE, 1);
        estate_begin(&e);
        emit_value(&e.emit, FACT_NONE, &hit,
                   (struct place){.line = 4, .offset = 80, .member = str_z(cases[i].member)});
        estate_item(&e, 0, cases[i].path);
        estate_seal(&e, NULL);
        size_t found = 0;
        vec_each (a, &e.inv.assets) {
            const struct attribute *c = asset_attr(a, 0, ATTR_CREDENTIAL_CONTAINER);
            found += c && str_eq_z(c->value.text, cases[i].container);
        }
        if (found != 1)
            fail_msg("%s %s", cases[i].path, cases[i].member);
    }
}

/* Maps and Firebase have keys of the same shape. */
static void keys_that_open_more_than_ai(void **state UNUSED)
{
    AUTO(estate) e = {0};
    struct value_hit hit = key_of("google-api-key");
    estate_open(&e, ESTATE, 1);
    for (int i = 0; i < 2; i++) {
        hit.named = i;
        estate_begin(&e);
        emit_value(&e.emit, FACT_NONE, &hit, (struct place){.line = 4, .offset = 80});
        estate_item(&e, 0, i ? "gemini.js" : "map.js");
    }
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_SERVICE), 0);
    size_t unresolved = 0, declared = 0;
    vec_each (a, &e.inv.assets) {
        const struct attribute *p = asset_attr(a, 0, ATTR_CREDENTIAL_PROVIDER);
        bool map = str_eq_z(a->places[0].at.path, "map.js");
        unresolved += p && p->state == STATE_UNRESOLVED && map;
        declared += p && p->state == STATE_DECLARED && !map;
    }
    assert_int_equal(unresolved, 1);
    assert_int_equal(declared, 1);
}

static void key_in(struct estate *e, const char *path, unsigned line)
{
    struct value_hit hit = key_of("groq-key");
    estate_begin(e);
    emit_value(&e->emit, FACT_NONE, &hit, (struct place){.line = line, .offset = 80});
    estate_item(e, 0, path);
}

static void pattern_in(struct estate *e, const char *path, const char *vendor)
{
    estate_begin(e);
    emit_pattern(&e->emit, catalog_entry(&CATALOG, str_z(vendor)), FILE_PLACE);
    estate_item(e, 0, path);
}

static bool beside(const struct estate *e, const char *path)
{
    vec_each (a, &e->inv.assets) {
        const struct attribute *b = asset_attr(a, 0, ATTR_CREDENTIAL_BESIDE_PATTERN);
        if (b && str_eq_z(a->places[0].at.path, path))
            return b->value.number != 0;
    }
    fail_msg("no key in %s", path);
    return false;
}

/* A program with patterns for keys of many vendors has samples of them, too. */
static void keys_beside_patterns(void **state UNUSED)
{
    static const char *const vendors[] = {"groq", "openai", "anthropic", "xai"};
    for (size_t n = 3; n <= 4; n++) {
        AUTO(estate) e = {0};
        estate_open(&e, ESTATE, 1);
        for (size_t i = 0; i < n; i++)
            pattern_in(&e, i ? "x/y.go" : "d/groq/groq.go", vendors[i]);
        pattern_in(&e, "x/y.go", "openai"); /* counts once */
        key_in(&e, "d/groq/groq_test.go", 1);
        key_in(&e, "d/groq/groq.go", 2);
        key_in(&e, "d/groq/use.go", 3);
        key_in(&e, "d/groq_test.go", 4);
        key_in(&e, "x/y_test.go", 5); /* beside patterns of other vendors */
        key_in(&e, "d/groq/tests/a.go", 6);
        estate_seal(&e, NULL);
        assert_int_equal(beside(&e, "d/groq/groq_test.go"), n == 4);
        assert_int_equal(beside(&e, "d/groq/groq.go"), n == 4);
        assert_false(beside(&e, "d/groq/use.go"));
        assert_false(beside(&e, "d/groq_test.go"));
        assert_false(beside(&e, "x/y_test.go"));
        assert_false(beside(&e, "d/groq/tests/a.go"));
    }
}

/* One rule a vendor: samples of others stand in the rules and in the tests below them. */
static void keys_among_rules(void **state UNUSED)
{
    static const char *const vendors[] = {"groq", "openai", "anthropic",
                                          "xai",  "cohere", "mistral"};
    for (size_t n = 5; n <= 6; n++) {
        AUTO(estate) e = {0};
        char path[64];
        estate_open(&e, ESTATE, 1);
        for (size_t i = 0; i < n; i++) {
            snprintf(path, sizeof(path), "rules/%s/v2/%s.go", vendors[i], vendors[i]);
            pattern_in(&e, path, vendors[i]);
            pattern_in(&e, "one/all.go", vendors[i]); /* a file that knows all forms */
        }
        key_in(&e, "rules/other/v1/x_test.go", 1);
        key_in(&e, "rules/curl.go", 2);
        key_in(&e, "rules/other/x.go", 3);
        key_in(&e, "app/x_test.go", 4);
        key_in(&e, "one/x_test.go", 5);
        key_in(&e, "main_test.go", 6);
        estate_seal(&e, NULL);
        assert_int_equal(beside(&e, "rules/other/v1/x_test.go"), n == 6);
        assert_int_equal(beside(&e, "rules/curl.go"), n == 6);
        assert_false(beside(&e, "rules/other/x.go"));
        assert_false(beside(&e, "app/x_test.go"));
        assert_false(beside(&e, "main_test.go"));
        /* groq is one of those that the file beside it knows. */
        assert_true(beside(&e, "one/x_test.go"));
    }
}

/* A password is no credential of an AI service, but what holds it holds a secret. */
static void values_without_an_issuer(void **state UNUSED)
{
    AUTO(estate) e = {0};
    struct value_hit hit = key_of("generic-password");
    estate_open(&e, ESTATE, 1);
    estate_begin(&e);
    uint32_t server = emit_asset(&e.emit, KIND_MCP_SERVER, STR("files"), FILE_PLACE);
    emit_value(&e.emit, server, &hit, (struct place){.line = 4, .offset = 80});
    estate_item(&e, 0, ".mcp.json");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_CREDENTIAL), 0);
    assert_int_equal(e.inv.values.n, 1);
    assert_int_equal(e.inv.assets.v[e.inv.values.v[0].asset].kind, KIND_MCP_SERVER);
}

static void package_asked(struct estate *e, const char *path, const char *name, const char *sdk,
                          bool direct)
{
    estate_begin(e);
    uint32_t p = emit_asset(&e->emit, KIND_PACKAGE, str_z(name), FILE_PLACE);
    emit_str(&e->emit, p, ATTR_PACKAGE_ECOSYSTEM, STR("pypi"), FILE_PLACE);
    emit_str(&e->emit, p, ATTR_PACKAGE_PACKAGE, str_z(name), FILE_PLACE);
    if (sdk)
        emit_str(&e->emit, p, ATTR_PACKAGE_SDK, str_z(sdk), FILE_PLACE);
    emit_bool(&e->emit, p, ATTR_PACKAGE_DIRECT, direct, FILE_PLACE);
    estate_item(e, 0, path);
}

static void package(struct estate *e, const char *path, const char *name, const char *sdk)
{
    package_asked(e, path, name, sdk, true);
}

static void services_behind_packages(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    package(&e, "a/requirements.txt", "groq", "groq");
    package(&e, "b/requirements.txt", "groq", "groq");
    package(&e, "c/requirements.txt", "leftpad", NULL);
    package(&e, "d/requirements.txt", "odd", "no-such-entry");
    package_asked(&e, "e/uv.lock", "cohere", "cohere", false); /* some package needs it */
    package(&e, "f/requirements.txt", "chromadb", "chroma");   /* runs without the vendor */
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_SERVICE), 1);
    assert_int_equal(relations(&e, VERB_PROVIDED_BY, KIND_SERVICE), 1);
}

static void server_at(struct estate *e, const char *path, const char *url)
{
    estate_begin(e);
    uint32_t s = emit_asset(&e->emit, KIND_MCP_SERVER, STR("s"), FILE_PLACE);
    emit_str(&e->emit, s, ATTR_MCP_SERVER_URL, str_z(url), FILE_PLACE);
    estate_item(e, 0, path);
}

static void services_behind_servers(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    server_at(&e, "a.json", "https://mcp.notion.com/mcp");
    server_at(&e, "b.json", "https://mcp.notion.com.example.org/mcp");
    server_at(&e, "c.json", "https://www.notion.so/mcp"); /* people read it */
    server_at(&e, "d.json", "mcp.notion.com");
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_SERVICE), 1);
    assert_int_equal(relations(&e, VERB_PROVIDED_BY, KIND_SERVICE), 1);
}

static struct str owner_of(const struct estate *e, const char *path)
{
    const struct asset *a = estate_asset(e, KIND_INSTRUCTION_FILE, 0, path);
    assert_true(a != NULL);
    return a->n_owners ? a->owners[0].name : STR("");
}

static void owners_of_places(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    estate_origin(&e, 0, "r/.git/config", "https://host.example/o/r");
    estate_owner(&e, 0, "r/.github/CODEOWNERS", "*", "@github");
    estate_owner(&e, 0, "r/CODEOWNERS", "*", "@root");
    estate_owner(&e, 0, "r/vendor/lib/CODEOWNERS", "*", "@upstream"); /* no host reads it */
    estate_owner(&e, 0, "plain/CODEOWNERS", "/bots/", "@plain");
    estate_owner(&e, 0, "plain/bots/CODEOWNERS.md", "*", "@nobody");
    estate_file(&e, 0, "r/CLAUDE.md");
    estate_file(&e, 0, "r/vendor/lib/CLAUDE.md");
    estate_file(&e, 0, "plain/bots/CLAUDE.md");
    estate_file(&e, 0, "plain/CLAUDE.md");
    estate_file(&e, 0, "CLAUDE.md");
    estate_seal(&e, NULL);
    assert_true(str_eq_z(owner_of(&e, "r/CLAUDE.md"), "@github"));
    assert_true(str_eq_z(owner_of(&e, "r/vendor/lib/CLAUDE.md"), "@github"));
    assert_true(str_eq_z(owner_of(&e, "plain/bots/CLAUDE.md"), "@plain"));
    assert_true(str_eq_z(owner_of(&e, "plain/CLAUDE.md"), ""));
    assert_true(str_eq_z(owner_of(&e, "CLAUDE.md"), ""));
}

static void owners_above_the_target(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    estate_origin(&e, 0, "../.git/config", "https://host.example/o/w");
    estate_owner(&e, 0, "../.github/CODEOWNERS", "/estate/bots/", "@bots");
    estate_owner(&e, 0, "CODEOWNERS", "*", "@inner"); /* not at the root of the repository */
    estate_file(&e, 0, "bots/CLAUDE.md");
    estate_file(&e, 0, "CLAUDE.md");
    estate_seal(&e, NULL);
    assert_true(str_eq_z(owner_of(&e, "bots/CLAUDE.md"), "@bots"));
    assert_true(str_eq_z(owner_of(&e, "CLAUDE.md"), ""));
}

static const struct coverage_row *row_of(const struct estate *e, const char *path)
{
    vec_each (row, &e->inv.coverage) {
        if (str_eq_z(row->path, path))
            return row;
    }
    return NULL;
}

static void refused(struct estate *e, const char *path, uint32_t mode, enum coverage_state state)
{
    struct item_result it = {.path = str_z(path),
                             .raw_path = str_z(path),
                             .mode = mode,
                             .code = E_DENIED,
                             .state = state,
                             .reason = STR("permission denied")};
    assert_int_equal(link_item(e->link, &it), 0);
}

/* Which controls a gap blinds depends on who would have read the file. */
static void gaps_name_their_collectors(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    refused(&e, "package-lock.json", S_IFREG, COVERAGE_DENIED);
    refused(&e, "closed", S_IFDIR, COVERAGE_DENIED);
    refused(&e, "../.git/config", S_IFREG, COVERAGE_DENIED);
    refused(&e, ".mcp.json", S_IFREG, COVERAGE_SKIPPED);
    estate_begin(&e);
    emit_gap(&e.emit, COVERAGE_PARTIAL,
             (struct place){.line = 2, .pointer = STR("/a"), .offset = 3}, "why");
    e.emit.facts.binary = true;
    estate_item(&e, 0, "x.txt");
    estate_seal(&e, NULL);
    struct str lock = row_of(&e, "package-lock.json")->collectors;
    assert_true(str_has(lock, STR("npm-lock")) && str_has(lock, STR("secrets")));
    assert_false(str_has(lock, STR("mcp-config")));
    assert_int_equal(row_of(&e, "closed")->collectors.n, 0);
    assert_int_equal(row_of(&e, ".mcp.json")->state, COVERAGE_SKIPPED);
    assert_true(str_eq_z(row_of(&e, "x.txt")->reason, "/a: why"));
    assert_int_equal(row_of(&e, "binary-content")->files, 1);
    assert_true(row_of(&e, "../.git/config") == NULL);
    /* What could not be opened was not examined. */
    assert_int_equal(row_of(&e, "")->files, 1);
    assert_int_equal(row_of(&e, "")->bytes, 100);
}

/* What link remembers grows with the frames, which are dense; facts that are open take ten times
 * as much, for one item at a time. */
static void facts_stay_in_their_frames(void **state UNUSED)
{
    enum { ITEMS = 1000, ATTRS = 6 };
    AUTO(estate) e = {0};
    size_t frames = 0;
    estate_open(&e, ESTATE, 1);
    for (int i = 0; i < ITEMS; i++) {
        char path[32];
        snprintf(path, sizeof(path), "p%d/.mcp.json", i);
        estate_begin(&e);
        uint32_t server = emit_asset(&e.emit, KIND_MCP_SERVER, STR("files"), FILE_PLACE);
        for (int k = 0; k < ATTRS; k++)
            emit_unresolved(&e.emit, server,
                            (enum attr)(kind_info(KIND_MCP_SERVER)->first_attr + k), "nobody says",
                            FILE_PLACE);
        estate_item(&e, 0, path);
    }
    vec_each (it, &e.link->items)
        frames += it->frame.n + it->path.n;
    estate_seal(&e, NULL);
    assert_int_equal(estate_count(&e, KIND_MCP_SERVER), ITEMS);
    assert_in_range(e.link->mem.used, frames, frames * 3 / 2);
    assert_in_range(e.link->opened.used, 1, frames / 10);
    assert_in_range(e.inv.mem.used, ITEMS, (size_t)ITEMS * 4096);
}

/* Only their number is known, no name. */
static void texts_without_a_search_for_hosts(void **state UNUSED)
{
    AUTO(estate) e = {0};
    const struct catalog_unread *pages = catalog_unread_named(&CATALOG, STR("pages"));
    struct discover_count count = {.files = 9};
    estate_open(&e, ESTATE, 1);
    count.texts[pages->text - 1] = 4;
    link_counts(e.link, 0, &count);
    estate_seal(&e, NULL);
    const struct coverage_row *row = row_of(&e, "no-host-search:pages");
    assert_non_null(row);
    assert_int_equal(row->files, 4);
    assert_int_equal(row->state, COVERAGE_NOT_LOOKED);
    assert_true(str_eq(row->collectors, STR("vendor-hosts")));
    assert_true(str_starts(row->reason, STR("hosts of AI vendors are not looked for in pages")));
    assert_null(row_of(&e, "no-host-search:prose"));
    assert_null(row_of(&e, "no-reader:pages"));
}

static void unread(struct estate *e, uint32_t target, const char *path, const char *format)
{
    const struct catalog_unread *row = catalog_unread_named(&CATALOG, str_z(format));
    assert_non_null(row);
    estate_begin(e);
    emit_no_reader(&e->emit, row, (struct place){.offset = -1});
    estate_item(e, target, path);
}

/* One row a target and format, however many files; it blinds no control. Each file that may be a
 * model is a gap. */
static void formats_without_a_reader(void **state UNUSED)
{
    AUTO(estate) e = {0};
    estate_open(&e, ESTATE, 1);
    unread(&e, 0, "go.mod", "go-modules");
    unread(&e, 0, "a/go.mod", "go-modules");
    unread(&e, 0, "m.gguf", "gguf");
    unread(&e, 0, "b/n.onnx", "onnx");
    unread(&e, 0, "a/m.onnx", "onnx");
    unread(&e, 0, "../go.mod", "go-modules");
    estate_seal(&e, NULL);
    const struct coverage_row *row = row_of(&e, "no-reader:go-modules");
    assert_int_equal(row->files, 2);
    assert_int_equal(row->bytes, 200);
    assert_int_equal(row->state, COVERAGE_NOT_LOOKED);
    assert_true(str_eq_z(row->collectors, UNREAD_FORMATS));
    assert_true(str_starts(row->reason, STR("no reader in this version: Go modules (go.mod); ")));
    static const char *const models[] = {"m.gguf", "a/m.onnx", "b/n.onnx"};
    for (size_t i = 0; i < ARRAY_LEN(models); i++) {
        row = row_of(&e, models[i]);
        assert_int_equal(row->files, 1);
        assert_int_equal(row->state, COVERAGE_UNSUPPORTED);
        assert_true(str_eq_z(row->collectors, UNREAD_FORMATS));
        assert_true(str_starts(row->reason, STR("no reader in this version: ")));
    }
    assert_true(row_of(&e, "no-reader:gguf") == NULL);
    assert_true(row_of(&e, "no-reader:cargo") == NULL);
    assert_true(row_of(&e, "go.mod") == NULL);
}

static const struct catalog_entry *host(const char *id)
{
    const struct catalog_entry *e = catalog_entry(&CATALOG, str_z(id));

    if (!e)
        fail_msg("no host %s", id);
    return e;
}

static void manifest_of_plugin(struct estate *e, const char *path, const char *id)
{
    estate_begin(e);
    emit_plugin(&e->emit, host(id), (struct place){.offset = -1});
    estate_item(e, 0, path);
}

static void mcp_json(struct estate *e, const char *path)
{
    const struct place at = {.offset = -1};
    estate_begin(e);
    uint32_t h = emit_asset(&e->emit, KIND_AGENT_HOST, STR("Claude Code"), at);
    emit_str(&e->emit, h, ATTR_AGENT_HOST_HOST, STR("claude-code"), at);
    uint32_t s = emit_asset(&e->emit, KIND_MCP_SERVER, str_z(path), at);
    emit_str(&e->emit, s, ATTR_MCP_SERVER_HOST, STR("claude-code"), at);
    estate_item(e, 0, path);
}

static void expect_host(const struct estate *e, const char *path, const char *id)
{
    const struct asset *h = estate_asset(e, KIND_AGENT_HOST, 0, path);
    const struct asset *s = estate_asset(e, KIND_MCP_SERVER, 0, path);
    assert_true(h && s);
    assert_true(str_eq_z(h->name, host(id)->name));
    assert_true(str_eq_z(asset_attr(h, SIZE_MAX, ATTR_AGENT_HOST_HOST)->value.text, id));
    assert_true(str_eq_z(asset_attr(s, 0, ATTR_MCP_SERVER_HOST)->value.text, id));
}

/* .mcp.json is Claude Code's, unless it lies in the plugin of another host alone. */
static void plugins(void **state UNUSED)
{
    static const struct target targets[] = {
        {.given = STR("t"), .root = STR("/t"), .name = STR("t")}};
    AUTO(estate) e = {0};
    estate_open(&e, targets, 1);
    manifest_of_plugin(&e, "a/.codex-plugin/plugin.json", "codex");
    mcp_json(&e, "a/.mcp.json");
    mcp_json(&e, "a/skills/.mcp.json");
    manifest_of_plugin(&e, "b/.claude-plugin/plugin.json", "claude-code");
    manifest_of_plugin(&e, "b/.codex-plugin/plugin.json", "codex");
    mcp_json(&e, "b/.mcp.json");
    manifest_of_plugin(&e, "c/.cursor-plugin/plugin.json", "cursor");
    mcp_json(&e, "c/.mcp.json");
    mcp_json(&e, ".mcp.json");
    estate_seal(&e, NULL);
    expect_host(&e, "a/.mcp.json", "codex");
    expect_host(&e, "a/skills/.mcp.json", "claude-code");
    expect_host(&e, "b/.mcp.json", "claude-code");
    expect_host(&e, "c/.mcp.json", "cursor");
    expect_host(&e, ".mcp.json", "claude-code");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugins),
        cmocka_unit_test(applications),
        cmocka_unit_test(one_key_seen_twice_is_one_credential),
        cmocka_unit_test(what_holds_a_key_in_the_history),
        cmocka_unit_test(keys_beside_patterns),
        cmocka_unit_test(keys_among_rules),
        cmocka_unit_test(keys_that_open_more_than_ai),
        cmocka_unit_test(values_without_an_issuer),
        cmocka_unit_test(services_behind_packages),
        cmocka_unit_test(services_behind_servers),
        cmocka_unit_test(owners_of_places),
        cmocka_unit_test(owners_above_the_target),
        cmocka_unit_test(gaps_name_their_collectors),
        cmocka_unit_test(facts_stay_in_their_frames),
        cmocka_unit_test(texts_without_a_search_for_hosts),
        cmocka_unit_test(formats_without_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
