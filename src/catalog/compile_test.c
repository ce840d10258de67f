/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what knowledge files may say, what is refused and where the fault is shown. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/compile.h"
#include "inventory/registry.h"

#define SRC   "sources: [{url: \"https://a.example/x\", read: 2026-11-23}]\n"
#define OWN   SRC "runs: own\n"
#define KINDS "kinds:\n  - {kind: acme-key, class: SECRET, means: Key of Acme}\n"
#define KEY                                                                                        \
    "keys:\n  - kind: acme-key\n    keywords: [\"acme_\"]\n    pattern: 'acme_[a-z]{4}'\n"         \
    "    examples: {match: ['acme_{lower:4}'], no_match: ['acme_']}\n"

/* Members of `examples`. */
#define SHOWN(group, match, no) group ": {match: [\"" match "\"], no_match: [\"" no "\"]}"

#define CATEGORIES                                                                                 \
    "categories:\n"                                                                                \
    "  - {category: mcp, means: m, expects: [packages, hosts]}\n"                                  \
    "  - {category: model-api, means: m}\n"

struct fixture {
    struct catalog_build b;
    struct diag d;
};

static int compile(struct fixture *f, const struct catalog_source *files, size_t n)
{
    struct catalog_source all[8] = {{STR("categories.yaml"), STR(CATEGORIES)}};

    assert_true(n < ARRAY_LEN(all));
    for (size_t i = 0; i < n; i++)
        all[i + 1] = files[i];
    *f = (struct fixture){0};
    return catalog_compile(all, n + 1, &f->b, &f->d);
}

static void test_tables(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("entries/zeta.yaml"),
         STR("id: zeta\nname: Zeta\ncategory: model-api\ncountry: FR\n" SRC "runs: vendor\n"
             "packages: {npm: [\"@zeta/b\", \"@zeta/a\"], pypi: [zeta-ai]}\nenv: "
             "[ZETA_KEY]\nexamples: {" SHOWN("packages", "npm:@zeta/a", "npm:zeta-ai") ", " SHOWN(
                 "env", "ZETA_KEY", "MY_ZETA_KEY") "}\n" KEY)},
        {STR("entries/alpha.yaml"),
         STR("id: alpha\nname: Alpha\ncategory: mcp\nprovider: zeta\n" OWN
             "packages: {npm: [alpha]}\n"
             "examples: {" SHOWN("packages", "npm:alpha", "npm:alph") "}\n")},
        {STR("entries/h.yaml"),
         STR("id: h\nname: H\ncategory: mcp\nmaker: M\n" OWN
             "agent:\n files:\n  - {path: .h/mcp.json, scope: by-place, format: jsonc, servers: "
             "[/s, /t]}\n"
             "  - {path: .h/set.json, scope: managed, format: json, settings: cursor}\n"
             " instructions:\n  - {path: \"*.h\", name: n}\n  - {path: H.md, name: m}\n")},
        {STR("patterns/kinds.yaml"), STR(KINDS)},
    };
    struct fixture f;

    if (compile(&f, files, ARRAY_LEN(files)))
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    const struct catalog *c = &f.b.catalog;
    assert_int_equal(c->n_entries, 3);
    assert_string_equal(c->entries[0].id, "alpha");
    assert_string_equal(c->entries[0].provider, "zeta");
    assert_string_equal(c->entries[2].country, "FR");
    assert_string_equal(c->entries[2].source, "https://a.example/x");
    assert_null(c->entries[2].training_use);
    assert_int_equal(c->n_names, 5);
    assert_string_equal(c->names[0].name, "@zeta/a");
    assert_int_equal(c->names[0].entry, 2);
    assert_true(c->entries[2].service && !c->entries[0].service);
    assert_int_equal(c->agent_files[0].entry, 1);
    assert_int_equal(c->names[4].space, SPACE_ENV);
    assert_int_equal(c->keys[0].entry, 2);
    assert_string_equal(c->keys[0].data_class, "SECRET");
    assert_int_equal(c->agent_files[0].scope, AGENT_BY_PLACE);
    assert_string_equal(c->agent_files[0].servers[1], "/t");
    assert_null(c->agent_files[0].servers[2]);
    assert_string_equal(c->agent_files[1].settings, "cursor");
    assert_string_equal(c->instructions[0].path, "H.md"); /* literal names come first */
    assert_string_equal(c->instructions[0].last, "H.md");
    assert_null(c->instructions[1].last);
    assert_string_equal(c->agent_files[0].last, "mcp.json");
    int keys = 0;
    for (int i = 0; i < c->n_literals; i++) {
        assert_int_equal(!c->literals[i].n_keys, c->literals[i].import || c->literals[i].env);
        keys += c->literals[i].n_keys;
    }
    assert_int_equal(keys, 1);
    assert_int_equal(f.b.n_examples, 2);
    assert_int_equal(f.b.examples[0].text.n, 9);
    assert_true(f.b.examples[0].match);
    catalog_build_done(&f.b);
}

static const struct catalog_import *import_of(const struct fixture *f, const char *language,
                                              const char *name)
{
    return catalog_import(&f->b.catalog, str_z(language), str_z(name));
}

static bool has_literal(const struct fixture *f, const char *text)
{
    for (int i = 0; i < f->b.catalog.n_literals; i++)
        if (!strcmp(f->b.catalog.literals[i].text, text) && f->b.catalog.literals[i].import)
            return true;
    return false;
}

static unsigned groups_of(const struct fixture *f, const char *text)
{
    for (int i = 0; i < f->b.catalog.n_literals; i++)
        if (!strcmp(f->b.catalog.literals[i].text, text))
            return catalog_literal_groups(&f->b.catalog, (unsigned)i);
    return 0;
}

/* Of a host the stretch that the fewest others have; of those that programs talk to. */
static void test_literals(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("entries/a.yaml"),
         STR("id: a\nname: A\ncategory: mcp\nruns: vendor\n"
             "sources: [{url: \"https://x.example\", read: 2026-11-23}]\n"
             "env: [A_KEY]\nservers: {ports: [4321], probes: [{path: /a, marks: [b]}]}\n"
             "hosts:\n  api: [api.a.example, \"rt.{region}.cloud.example\", \"*.b.example\",\n"
             "        \"{region}-x.cloud.example\", \"y-agents.{region}.cloud.example\"]\n"
             "  docs: [docs.a.example]\n"
             "examples:\n  env: {match: [A_KEY], no_match: [A]}\n"
             "  servers: {match: [\"/a b\"], no_match: [\"/x b\"]}\n"
             "  hosts: {match: [api.a.example], no_match: [a.example]}\n")}};
    struct fixture f;

    if (compile(&f, files, 1))
        fail_msg("%s", f.d.text);
    assert_int_equal(groups_of(&f, "api.a.example"), LITERAL_HOST);
    assert_int_equal(groups_of(&f, ".b.example"), LITERAL_HOST);
    assert_int_equal(groups_of(&f, "-x.cloud.example"), LITERAL_HOST);
    assert_int_equal(groups_of(&f, "y-agents."), LITERAL_HOST);
    assert_int_equal(groups_of(&f, ".cloud.example"), LITERAL_HOST); /* "rt." is too short */
    assert_int_equal(groups_of(&f, ":4321"), LITERAL_HOST);
    assert_int_equal(groups_of(&f, "A_KEY"), LITERAL_ENV);
    assert_int_equal(groups_of(&f, "docs.a.example"), 0);
    catalog_build_done(&f.b);
}

static void test_imports(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("entries/a.yaml"),
         STR("id: a\nname: A\ncategory: mcp\n" OWN
             "packages:\n  npm: [\"@acme/ai\", ai]\n  pypi: [acme-ai, acme-two, acme-3, goo-acme]\n"
             "  maven: [\"com.acme:ai\"]\n  cargo: [acme-rs]\n"
             "imports:\n  python:\n    goo.acme: goo-acme\n    acme_3.store: [goo-acme, acme-3]\n"
             "    agents: {package: [acme-two, goo-acme], common: true, names: [Runner]}\n"
             "  javascript:\n    ai: {package: ai, common: true}\n"
             "  java: {com.acme: \"com.acme:ai\"}\n"
             "examples: {" SHOWN("packages", "pypi:acme-ai", "pypi:acme") ", " SHOWN(
                 "imports", "python:acme_ai.x", "python:acme") "}\n")},
        {STR("patterns/kinds.yaml"), STR(KINDS)},
    };
    struct fixture f;

    if (compile(&f, files, ARRAY_LEN(files)))
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    assert_string_equal(import_of(&f, "python", "acme_ai")->packages[0], "acme-ai");
    assert_null(import_of(&f, "python", "acme_two")); /* a row names the package */
    assert_string_equal(import_of(&f, "python", "acme_3")->packages[0], "acme-3"); /* a part */
    assert_string_equal(import_of(&f, "python", "acme_3.store")->packages[0], "goo-acme");
    const struct catalog_import *agents = import_of(&f, "python", "agents");
    assert_string_equal(agents->packages[1], "goo-acme");
    assert_null(agents->packages[2]);
    assert_string_equal(agents->proofs[0], "Runner");
    assert_true(agents->common);
    assert_string_equal(import_of(&f, "javascript", "@acme/ai")->ecosystem, "npm");
    assert_string_equal(import_of(&f, "rust", "acme_rs")->packages[0], "acme-rs");
    assert_string_equal(import_of(&f, "java", "com.acme")->packages[0], "com.acme:ai");
    assert_null(import_of(&f, "java", "com.acme:ai"));
    assert_null(import_of(&f, "python", "goo"));
    assert_true(has_literal(&f, "acme_ai") && has_literal(&f, "from agents"));
    assert_true(has_literal(&f, "goo.acme") && has_literal(&f, "from goo import"));
    assert_true(has_literal(&f, "'ai'") && has_literal(&f, "\"ai/"));
    assert_false(has_literal(&f, "ai"));
    catalog_build_done(&f.b);
}

static void test_order_of_files(void **state UNUSED)
{
    struct catalog_source files[] = {
        {STR("patterns/kinds.yaml"), STR(KINDS)},
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\n" OWN KEY)},
        {STR("entries/b.yaml"), STR("id: b\nname: B\ncategory: mcp\n" OWN)},
    };
    struct fixture f, g;

    assert_int_equal(compile(&f, files, 3), OK);
    struct catalog_source first = files[0];
    files[0] = files[2];
    files[2] = first;
    assert_int_equal(compile(&g, files, 3), OK);
    assert_string_equal(f.b.catalog.digest, g.b.catalog.digest);
    assert_int_equal(f.b.catalog.literal_db_size, g.b.catalog.literal_db_size);
    assert_memory_equal(f.b.catalog.literal_db, g.b.catalog.literal_db,
                        f.b.catalog.literal_db_size);
    catalog_build_done(&g.b);
    files[1].text = STR("id: a\nname: A2\ncategory: mcp\n" OWN KEY);
    assert_int_equal(compile(&g, files, 3), OK);
    assert_string_not_equal(f.b.catalog.digest, g.b.catalog.digest);
    catalog_build_done(&f.b);
    catalog_build_done(&g.b);
}

/* One file beside the kinds: refused with `code`, and a text that holds `says`. */
static void refuse(int code, const char *path, const char *text, unsigned line, const char *says)
{
    const struct catalog_source files[] = {
        {STR("patterns/kinds.yaml"), STR(KINDS)},
        {str_z(path), str_z(text)},
    };
    struct fixture f;
    int rc = compile(&f, files, 2);

    if (rc != code || f.d.line != line || !str_has(str_z(f.d.text), str_z(says)))
        fail_msg("%s\n-> %d, line %u: %s", text, rc, f.d.line, f.d.text);
    if (line)
        assert_string_equal(f.d.file, path);
    assert_int_equal(f.b.catalog.n_entries, 0); /* written only on success */
}

#define HEAD "id: x\nname: X\ncategory: mcp\n" OWN

static void test_refused_entries(void **state UNUSED)
{
    static const struct {
        const char *text;
        unsigned line;
        const char *says;
    } rows[] = {
        {"id: [", 1, ""},
        {"- a", 1, "mapping"},
        {HEAD "colour: red\n", 6, "unknown member 'colour'"},
        {HEAD "name: Y\n", 6, "stands twice"},
        {HEAD "imports: {cobol: {a: b}}\n", 6, "unknown member 'cobol'"},
        {HEAD "imports: {python: [a]}\n", 6, "names and their packages"},
        {HEAD "imports: {python: {a: []}}\n", 6, "at least one package"},
        {HEAD "imports: {python: {a: 3}}\n", 6, "is a text"},
        {HEAD "imports: {python: {a: {common: true}}}\n", 6, "'package' is missing"},
        {HEAD "imports: {python: {a: {package: b, x: 1}}}\n", 6, "unknown member 'x'"},
        {HEAD "packages: {pypi: [b]}\nimports: {python: {a: c}}\nexamples: {" SHOWN(
             "packages", "pypi:b", "pypi:c") ", " SHOWN("imports", "python:b", "python:c") "}\n",
         0, "which no entry has"},
        {"name: X\ncategory: mcp\n" OWN, 1, "'id' is missing"},
        {"id: y\nname: X\ncategory: mcp\n" OWN, 1, "name of the file"},
        {"id: X\nname: X\ncategory: mcp\n" OWN, 1, "lower-case"},
        {"id: x\nname: X\ncategory: magic\n" SRC, 3, "'magic' is not a category"},
        {"id: x\nname: X\ncategory: mcp\nruns: own\n", 1, "source is needed"},
        {"id: x\nname: X\ncategory: mcp\nruns: own\nsources: [{url: \"http://a\", read: "
         "2026-11-23}]\n",
         5, "https"},
        {"id: x\nname: X\ncategory: mcp\nruns: own\nsources: [{url: \"https://a\", read: today}]\n",
         5, "date"},
        {HEAD "country: France\n", 6, "two capital letters"},
        {HEAD "packages: {npm: [\"a b\"]}\n", 6, "not a package name"},
        {HEAD "packages: {pypi: [A_b]}\n", 6, "'a-b'"},
        {HEAD "packages: {gems: [a]}\n", 6, "unknown member 'gems'"},
        {HEAD "env: [lower]\n", 6, "name of a variable"},
        {HEAD "env: {a: b}\n", 6, "stand in a list"},
        {HEAD "keys: [{kind: acme-key, keywords: [], pattern: a}]\n", 6, "needs keywords"},
        {HEAD "keys: [{kind: acme-key, keywords: [ab], pattern: a}]\n", 6, "too short"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: 'a('}]\n", 6, "bad pattern"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: a}]\n", 6, "examples are missing"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: a, before: 999}]\n", 6, "before"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: a, before: 9, next: x}]\n", 6,
         "'next'"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: a, shared: 1}]\n", 6, "shared"},
        {HEAD "keys: [{kind: acme-key, keywords: [abc], pattern: a, entropy: high}]\n", 6,
         "entropy"},
        {HEAD "keys: [{kind: k, keywords: [abc], pattern: a, examples: {match: ['{x}'],"
              " no_match: [b]}}]\n",
         6, "{class:n}"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        refuse(E_PARSE, "entries/x.yaml", rows[i].text, rows[i].line, rows[i].says);
    refuse(E_PARSE, "other/x.yaml", HEAD, 0, "no reader");
    refuse(E_PARSE, "entries/x.yaml",
           "id: x\nname: X\ncategory: mcp\n" SRC "runs: vendor\nprovider: x\n", 6, "only software");
    refuse(E_PARSE, "entries/x.yaml", HEAD "provider: nobody\n", 6, "is no entry");
}

static void test_refused_hosts(void **state UNUSED)
{
#define HOST "id: x\nname: X\ncategory: mcp\nmaker: M\n" OWN "agent:\n files:\n "
    static const struct {
        const char *text, *says;
    } rows[] = {
        {HOST "- {path: /a, scope: user, format: json, flat: true}\n", "relative"},
        {HOST "- {path: \"**/a\", scope: user, format: json, flat: true}\n", "any depth"},
        {HOST "- {path: a/../b, scope: user, format: json, flat: true}\n", "no '..'"},
        {HOST "- {path: a, scope: mine, format: json, flat: true}\n", "known scope"},
        {HOST "- {path: a, scope: user, format: xml, flat: true}\n", "known format"},
        {HOST "- {path: a, scope: user, format: json}\n", "neither servers nor settings"},
        {HOST "- {path: a, scope: user, format: json, servers: [b]}\n", "JSON pointer"},
        {HOST "- {path: a, scope: user, format: json, settings: emacs}\n", "known settings"},
        {HOST "- {path: a, scope: user, format: json, flat: maybe}\n", "true or false"},
        {HOST "- {path: a, scope: user, format: json, flat: true, projects: p}\n", "JSON pointer"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        refuse(E_PARSE, "entries/x.yaml", rows[i].text, 9, rows[i].says);
}

static void test_collisions(void **state UNUSED)
{
    static const char *const parts[] = {
        "packages: {npm: [same]}\nexamples: {" SHOWN("packages", "npm:same", "npm:x") "}\n",
        "images: [same/same]\nexamples: {" SHOWN("images", "same/same:1", "x/same") "}\n",
        "hosts: {api: [a.same]}\nexamples: {" SHOWN("hosts", "a.same", "same") "}\n",
        "env: [SAME]\nexamples: {" SHOWN("env", "SAME", "X") "}\n",
        KEY,
    };
    struct fixture f;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        AUTO(buf) a = BUF_INIT;
        AUTO(buf) b = BUF_INIT;
        buf_addf(&a, "id: a\nname: A\ncategory: mcp\n" OWN "%s", parts[i]);
        buf_addf(&b, "id: b\nname: B\ncategory: mcp\n" OWN "%s", parts[i]);
        const struct catalog_source files[] = {
            {STR("patterns/kinds.yaml"), STR(KINDS)},
            {STR("entries/a.yaml"), buf_str(&a)},
            {STR("entries/b.yaml"), buf_str(&b)},
        };
        assert_int_equal(compile(&f, files, 3), E_EXISTS);
        assert_true(str_has(str_z(f.d.text), STR("claimed twice")));
        assert_string_equal(f.d.file, "entries/b.yaml");
        assert_true(f.d.line >= 5);
    }
    const struct catalog_source names[] = {
        {STR("entries/a.yaml"), STR("id: a\nname: Same\ncategory: mcp\n" OWN)},
        {STR("entries/b.yaml"), STR("id: b\nname: Same\ncategory: mcp\n" OWN)},
    };
    assert_int_equal(compile(&f, names, 2), E_EXISTS);
    const struct catalog_source ids[] = {
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\n" OWN)},
        {STR("entries/a.yaml"), STR("id: a\nname: B\ncategory: mcp\n" OWN)},
    };
    assert_int_equal(compile(&f, ids, 2), E_EXISTS);
}

static void test_host_collisions(void **state UNUSED)
{
    struct fixture f;
#define ONE "agent:\n files:\n  - {path: .a/mcp.json, scope: user, format: json, flat: true}\n"
    const struct catalog_source twice[] = {
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\nmaker: M\n" OWN ONE)},
        {STR("entries/b.yaml"), STR("id: b\nname: B\ncategory: mcp\nmaker: M\n" OWN ONE)},
    };
    assert_int_equal(compile(&f, twice, 2), E_EXISTS);
#define SHARED "agent:\n instructions: [{path: AGENTS.md, name: agents}]\n"
    const struct catalog_source shared[] = {
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\nmaker: M\n" OWN SHARED)},
        {STR("entries/b.yaml"), STR("id: b\nname: B\ncategory: mcp\nmaker: M\n" OWN SHARED)},
    };
    assert_int_equal(compile(&f, shared, 2), OK); /* several hosts may load one file */
    assert_int_equal(f.b.catalog.n_instructions, 2);
    catalog_build_done(&f.b);
}

/* ---- walk rules ---- */

#define WALK(row)                                                                                  \
    "rules:\n  - {" row                                                                            \
    ", reason: r, sources: [{url: \"https://a.example/x\", read: 2026-11-23}]}\n"

static void test_walk(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("walk/rules.yaml"),
         STR("rules:\n"
             "  - id: repo\n    folders: [.repo]\n    action: skip\n    keeps: [config]\n"
             "    hides: \"**/.repo/[!c]**\"\n    reason: r1\n    " SRC
             "  - id: env\n    folders: [Env, a/b]\n    marker: env.cfg\n    holds: [lib]\n"
             "    action: skip\n    label: vendored\n    reason: r2\n    " SRC
             "  - id: links\n    what: links\n    action: skip\n    always: true\n"
             "    reason: r3\n    " SRC "  - id: ignored\n    what: ignored files\n    action: "
             "read\n    reason: r4\n    " SRC)},
    };
    struct fixture f;

    if (compile(&f, files, 1))
        fail_msg("%u: %s", f.d.line, f.d.text);
    const struct catalog *c = &f.b.catalog;
    assert_int_equal(c->n_walk_rules, 4);
    assert_string_equal(c->walk_rules[0].keeps[0], "config");
    assert_string_equal(c->walk_rules[1].what, "Env, a/b, a folder with env.cfg");
    assert_string_equal(c->walk_rules[1].source, "https://a.example/x");
    assert_int_equal(c->walk_rules[1].label, LABEL_VENDORED);
    assert_int_equal(c->walk_rules[0].label, -1);
    assert_true(c->walk_rules[2].always);
    assert_int_equal(c->walk_rules[3].action, WALK_READ);
    assert_int_equal(c->n_walk_markers, 1);
    assert_int_equal(c->n_walk_folders, 3);
    assert_string_equal(c->walk_folders[0].path, ".repo");
    assert_string_equal(c->walk_folders[0].hides, "**/.repo/[!c]**");
    assert_string_equal(c->walk_folders[1].path, "a/b");
    assert_string_equal(c->walk_folders[1].hides, "**/a/b");
    assert_string_equal(c->walk_folders[2].last, "Env");
    int cursor = 0;
    assert_ptr_equal(catalog_walk_folder(c, STR("x/A/B"), &cursor), &c->walk_folders[1]);
    assert_null(catalog_walk_folder(c, STR("x/A/B"), &cursor));
    cursor = 0;
    assert_null(catalog_walk_folder(c, STR("xa/b"), &cursor));
    assert_ptr_equal(catalog_walk_rule(c, STR("links")), &c->walk_rules[2]);
    assert_null(catalog_walk_rule(c, STR("link")));
    catalog_build_done(&f.b);
}

static void test_refused_walk(void **state UNUSED)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {WALK("id: A, folders: [a], action: skip"), "lower-case"},
        {WALK("id: a, folders: [a], action: hide"), "'hide' is not a known action"},
        {WALK("id: a, folders: [a], action: label, label: old"), "'old' is not a known label"},
        {WALK("id: a, folders: [a], action: label"), "label is missing"},
        {WALK("id: a, folders: [a], action: skip, colour: red"), "unknown member 'colour'"},
        {WALK("id: a, action: skip"), "what it is about"},
        {WALK("id: a, folders: [a], what: a, action: skip"), "folders and markers tell"},
        {WALK("id: a, folders: [a], action: read"), "read anyway"},
        {WALK("id: a, what: a, action: label, label: test, always: true"), "what is skipped"},
        {WALK("id: a, folders: [\"*.egg\"], action: skip"), "without wildcards"},
        {WALK("id: a, folders: [/a], action: skip"), "relative"},
        {WALK("id: a, folders: [a/../b], action: skip"), "no '..'"},
        {WALK("id: a, marker: a/b, action: skip"), "one name"},
        {WALK("id: a, folders: [a], holds: [b], action: skip"), "with a marker"},
        {WALK("id: a, folders: [a], keeps: [c], action: skip"), "needs 'hides'"},
        {WALK("id: a, folders: [a], hides: b, action: skip"), "only needed beside"},
        {WALK("id: a, folders: [a], keeps: [c], hides: \"**/a/**\", action: skip"),
         "which is kept"},
        {WALK("id: a, folders: [a], keeps: [c], hides: \"**/b/[!c]**\", action: skip"),
         "does not hide"},
        {"rules:\n  - {id: a, folders: [a], action: skip, reason: r}\n", "source is needed"},
        {"rules:\n  - {id: a, folders: [a], action: skip}\n", "'reason' is missing"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        refuse(E_PARSE, "walk/rules.yaml", rows[i].text, 2, rows[i].says);
    refuse(E_PARSE, "walk/rules.yaml", "rules: a\n", 1, "stand in a list");
    refuse(E_PARSE, "walk/more.yaml", "rules: []\n", 0, "no reader");
}

static void test_walk_collisions(void **state UNUSED)
{
#define ROW(id, words)                                                                             \
    "  - {id: " id ", " words                                                                      \
    ", action: skip, reason: r, sources: [{url: \"https://a.example/x\","                          \
    " read: 2026-11-23}]}\n"
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"rules:\n" ROW("a", "folders: [x]") ROW("a", "folders: [y]"), "walk rule 'a' is claimed"},
        {"rules:\n" ROW("a", "folders: [x/Y]") ROW("b", "folders: [x/y]"), "is claimed twice"},
        {"rules:\n" ROW("a", "marker: m") ROW("b", "marker: m"), "marker 'm' is claimed"},
        {"rules:\n" ROW("a", "folders: [.h]"), "walk rule 'a' hides the host file '.h/mcp.json'"},
        {"rules:\n" ROW("a", "folders: [.k/rules]"), "hides the host file '.k/rules/**/*.md'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct catalog_source files[] = {
            {STR("entries/h.yaml"),
             STR("id: h\nname: H\ncategory: mcp\nmaker: M\n" OWN
                 "agent:\n files:\n  - {path: .h/mcp.json, scope: user, format: json, flat: true}\n"
                 " instructions:\n  - {path: .k/rules/**/*.md, name: n}\n")},
            {STR("walk/rules.yaml"), str_z(rows[i].text)},
        };
        struct fixture f;
        if (compile(&f, files, 2) != E_EXISTS || !str_has(str_z(f.d.text), str_z(rows[i].says)))
            fail_msg("%s-> %s", rows[i].text, f.d.text);
        assert_string_equal(f.d.file, "walk/rules.yaml");
        assert_true(f.d.line >= 2 && f.d.line <= 3);
    }
}

/* ---- formats without a reader ---- */

#define TEXT(members) "  - {" members ", what: w}\n"
#define FORMAT(row)   "formats:\n  - {" row ", what: W, lost: l}\n"

static void test_unread(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("walk/unread.yaml"),
         STR("formats:\n  - {id: a, names: [go.mod, \"*.b\", .w/*.yml, D, D.*], "
             "people: [\"*.b\"], what: As, lost: l}\n"
             "  - {id: m, magic: [\"00ff10\", \"474755\"], what: Ms, lost: l}\n")},
    };
    struct fixture f;

    if (compile(&f, files, 1))
        fail_msg("%u: %s", f.d.line, f.d.text);
    const struct catalog *c = &f.b.catalog;
    assert_int_equal(c->n_unread, 2);
    assert_int_equal(c->n_unread_names, 5);
    assert_string_equal(c->unread[0].people[0], "*.b");
    assert_null(c->unread[0].people[1]);
    assert_null(c->unread[1].people[0]);
    assert_string_equal(c->unread[0].reason, "no reader in this version: As; l");
    assert_string_equal(c->unread_names[0].key, "");
    const struct str a[] = {STR("go.mod"),    STR("x/go.mod"), STR("x/y.b"),
                            STR(".w/ci.yml"), STR("x/D"),      STR("D.dev")};
    for (size_t i = 0; i < ARRAY_LEN(a); i++)
        assert_ptr_equal(catalog_unread(c, a[i], STR("")), &c->unread[0]);
    const struct str none[] = {STR("xgo.mod"), STR("mod"), STR("b"),  STR("ci.yml"),
                               STR("Dx"),      STR(""),    STR("x/"), STR("go.mod/x")};
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_null(catalog_unread(c, none[i], STR("\0\xff")));
    assert_ptr_equal(catalog_unread(c, STR("x"), STR("\0\xff\x10")), &c->unread[1]);
    assert_ptr_equal(catalog_unread(c, STR("x"), STR("GGU...")), &c->unread[1]);
    assert_ptr_equal(catalog_unread(c, STR("y.b"), STR("GGU...")), &c->unread[0]);
    assert_ptr_equal(catalog_unread_named(c, STR("m")), &c->unread[1]);
    assert_null(catalog_unread_named(c, STR("n")));
    catalog_build_done(&f.b);
}

static void test_refused_unread(void **state UNUSED)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {FORMAT("id: A, names: [a]"), "lower-case"},
        {FORMAT("id: a"), "nothing tells files of this format"},
        {FORMAT("id: a, names: [a/../b]"), "no '..'"},
        {FORMAT("id: a, magic: [ABCDEF]"), "lower-case hex"},
        {FORMAT("id: a, magic: [abcde]"), "lower-case hex"},
        {FORMAT("id: a, magic: [abcd]"), "shorter than 3 bytes"},
        {FORMAT("id: a, names: [a], people: [b]"), "none of the names"},
        {FORMAT("id: a, names: [a], reason: r"), "unknown member 'reason'"},
        {"formats:\n  - {id: a, names: [a], what: w}\n", "'lost' is missing"},
    };
    static const struct {
        const char *text, *says;
    } twice[] = {
        {FORMAT("id: a, names: [a]") "  - {id: a, names: [b], what: w, lost: l}\n",
         "format 'a' is claimed twice"},
        {FORMAT("id: a, names: [a]") "  - {id: b, names: [a], what: w, lost: l}\n",
         "file name 'a' is claimed twice"},
        {FORMAT("id: a, magic: [abcdef]") "  - {id: b, magic: [abcdef], what: w, lost: l}\n",
         "magic 'abcdef' is claimed twice"},
        {FORMAT("id: a, names: [a]") "texts:\n" TEXT("id: b, names: [a]") TEXT("id: c"),
         "file name 'a' is claimed twice"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        refuse(E_PARSE, "walk/unread.yaml", rows[i].text, 2, rows[i].says);
    refuse(E_PARSE, "walk/unread.yaml", "formats: a\n", 1, "stand in a list");
    refuse(E_PARSE, "walk/unread.yaml", "formats: []\ntexts: a\n", 1, "so do texts");
    refuse(E_PARSE, "walk/unread.yaml", "formats: []\ntexts:\n" TEXT("id: a, names: [a]"), 3,
           "the last kind of texts is any other");
    refuse(E_PARSE, "walk/unread.yaml", "formats: []\ntexts:\n" TEXT("id: a") TEXT("id: b"), 3,
           "it alone has none");
    refuse(E_PARSE, "walk/unread.yaml", "formats: []\ntexts:\n" TEXT("id: a, lost: x"), 3,
           "unknown member 'lost'");
    for (size_t i = 0; i < ARRAY_LEN(twice); i++) {
        const struct catalog_source files[] = {{STR("walk/unread.yaml"), str_z(twice[i].text)}};
        struct fixture f;
        assert_int_equal(compile(&f, files, 1), E_EXISTS);
        assert_non_null(strstr(f.d.text, twice[i].says));
    }
}

static void test_unknown_kind(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\n" OWN KEY)},
    };
    struct fixture f;

    assert_int_equal(compile(&f, files, 1), E_PARSE);
    assert_string_equal(f.d.text, "kind 'acme-key' of 'a' is not in patterns/kinds.yaml; add it");
    refuse(E_PARSE, "patterns/x.yaml", "id: x\n" SRC "name: X\n", 3, "unknown member");
}

static void test_empty(void **state UNUSED)
{
    struct fixture f;

    assert_int_equal(compile(&f, NULL, 0), OK);
    assert_int_equal(f.b.catalog.n_entries, 0);
    assert_int_equal(f.b.catalog.n_literals, 0);
    assert_null(f.b.catalog.literal_db);
    catalog_build_done(&f.b);
}

static void test_no_memory(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("patterns/kinds.yaml"), STR(KINDS)},
        {STR("entries/a.yaml"), STR("id: a\nname: A\ncategory: mcp\n" OWN KEY "env: [A_KEY]\n"
                                    "examples: {" SHOWN("env", "A_KEY", "A") "}\n")},
        {STR("entries/h.yaml"), STR("id: h\nname: H\ncategory: mcp\nmaker: M\n" OWN ONE
                                    " instructions: [{path: A.md, name: a}]\n")},
        {STR("walk/rules.yaml"), STR("rules:\n" ROW("a", "folders: [x/y], marker: m"))},
        {STR("walk/unread.yaml"), STR(FORMAT("id: a, names: [b.c, d], magic: [abcdef]"))},
    };
    struct fixture f;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        mem_fail_after(n);
        rc = compile(&f, files, ARRAY_LEN(files));
        mem_fail_after(0);
        assert_true(n < 5000);
    }
    if (rc)
        fail_msg("%s:%u: %s", f.d.file, f.d.line, f.d.text);
    catalog_build_done(&f.b);
}

static void test_expand(void **state UNUSED)
{
    static const char *const bad[] = {"{",          "{a",          "{word}", "{word:x}",
                                      "{nobody:3}", "{word:4097}", "{:3}",   "{word:-1}"};
    AUTO(buf) a = BUF_INIT;
    AUTO(buf) b = BUF_INIT;

    assert_int_equal(catalog_expand(STR("x{digit:40}-{hex:8}{{y}"), &a, NULL), OK);
    assert_int_equal(a.n, 1 + 40 + 1 + 8 + 3);
    assert_int_equal(catalog_expand(STR("x{digit:40}-{hex:8}{{y}"), &b, NULL), OK);
    assert_string_equal(a.p, b.p);
    assert_true(str_ends(buf_str(&a), STR("{y}")));
    for (size_t i = 1; i <= 40; i++)
        assert_true(a.p[i] >= '0' && a.p[i] <= '9');
    for (size_t i = 3; i <= 40; i++)
        assert_false(a.p[i] == a.p[i - 1] && a.p[i] == a.p[i - 2]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct diag d = {0};
        assert_int_equal(catalog_expand(str_z(bad[i]), &a, &d), E_PARSE);
        assert_true(d.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_imports),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_order_of_files),
        cmocka_unit_test(test_refused_entries),
        cmocka_unit_test(test_refused_hosts),
        cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_host_collisions),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_unread),
        cmocka_unit_test(test_refused_unread),
        cmocka_unit_test(test_refused_walk),
        cmocka_unit_test(test_walk_collisions),
        cmocka_unit_test(test_unknown_kind),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_expand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
