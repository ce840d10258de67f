/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what a pack adds to the built-in catalogue, what it replaces, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "catalog/facts.h"
#include "catalog/pack.h"
#include "values/values.h"

#define SOURCE "sources: [{url: \"https://acme.example/\", read: 2026-11-23, says: [hosts]}]\n"
#define ACME                                                                                       \
    "id: mm-acme\nname: Acme\ncategory: model-api\nruns: vendor\n" SOURCE                          \
    "packages: {npm: [acme-ai-client]}\nhosts: {api: [api.acme.example]}\n"                        \
    "keys:\n  - kind: cohere-key2\n    keywords: [\"acme_\"]\n    pattern: 'acme_[a-z]{12}'\n"     \
    "    examples: {match: ['acme_{lower:12}'], no_match: ['acme_']}\n"                            \
    "examples:\n  hosts: {match: [\"https://api.acme.example/\"], no_match: [acme.example]}\n"     \
    "  packages: {match: [\"npm:acme-ai-client\"], no_match: [\"npm:acme\"]}\n"
#define KINDS "kinds:\n  - {kind: cohere-key2, class: SECRET, means: Key of Acme}\n"

static struct diag d;

static int extend(const struct catalog_source *files, size_t n, struct catalog_build *ret)
{
    d = (struct diag){0};
    return catalog_extend(&CATALOG, files, n, ret, &d);
}

/* Every row is there again, under the same entry. */
static void test_nothing_added(void **state UNUSED)
{
    struct catalog_build b;

    assert_int_equal(extend(NULL, 0, &b), OK);
    const struct catalog *c = &b.catalog;
    assert_int_equal(c->n_entries, CATALOG.n_entries);
    assert_int_equal(c->n_names, CATALOG.n_names);
    assert_int_equal(c->n_imports, CATALOG.n_imports);
    assert_int_equal(c->n_references, CATALOG.n_references);
    assert_int_equal(c->n_terms, CATALOG.n_terms);
    assert_int_equal(c->n_keys, CATALOG.n_keys);
    assert_int_equal(c->n_literals, CATALOG.n_literals);
    for (int i = 0; i < c->n_hosts; i++) {
        assert_string_equal(c->hosts[i].name, CATALOG.hosts[i].name);
        assert_int_equal(c->hosts[i].entry, CATALOG.hosts[i].entry);
    }
    for (int i = 0; i < c->n_literals; i++) {
        assert_string_equal(c->literals[i].text, CATALOG.literals[i].text);
        assert_int_equal(catalog_literal_groups(c, (unsigned)i),
                         catalog_literal_groups(&CATALOG, (unsigned)i));
        assert_int_equal(c->literals[i].n_keys, CATALOG.literals[i].n_keys);
    }
    catalog_build_done(&b);
}

static void test_added(void **state UNUSED)
{
    const struct catalog_source files[] = {{STR("entries/mm-acme.yaml"), STR(ACME)},
                                           {STR("patterns/kinds.yaml"), STR(KINDS)}};
    struct catalog_build b;

    if (extend(files, 2, &b))
        fail_msg("%s:%u: %s", d.file, d.line, d.text);
    const struct catalog *c = &b.catalog;
    assert_int_equal(c->n_entries, CATALOG.n_entries + 1);
    for (int i = 1; i < c->n_entries; i++)
        assert_true(strcmp(c->entries[i - 1].id, c->entries[i].id) < 0);
    assert_string_equal(catalog_package(c, STR("npm"), STR("acme-ai-client"))->id, "mm-acme");
    assert_string_equal(catalog_package(c, STR("pypi"), STR("openai"))->id, "openai");
    const struct catalog_host *host = catalog_host(c, STR("api.acme.example"));
    assert_string_equal(c->entries[host->entry].id, "mm-acme");
    host = catalog_host(c, STR("api.openai.com"));
    assert_string_equal(c->entries[host->entry].id, "openai");
    assert_non_null(catalog_import(c, STR("javascript"), STR("acme-ai-client")));
    assert_true(c->n_literals > c->n_compiled);
    assert_int_equal(c->n_compiled, CATALOG.n_compiled);
    assert_string_not_equal(c->digest, CATALOG.digest);
    if (values_check_examples(c, b.examples, b.n_examples, &d))
        fail_msg("%s:%u: %s", d.file, d.line, d.text);
    assert_int_equal(b.n_examples, 2);
    catalog_build_done(&b);
}

struct lost {
    const char *looked_for;
    int n;
    bool found;
};

static int lose(void *ctx, const struct catalog_fact *f)
{
    struct lost *l = ctx;
    l->n++;
    l->found |= !strcmp(f->text, l->looked_for);
    return 0;
}

/* The entry of a pack is instead of the one that is built in, not beside it. */
static void test_replaced(void **state UNUSED)
{
    const struct catalog_source files[] = {
        {STR("entries/openai.yaml"),
         STR("id: openai\nname: Ours\ncategory: model-api\nruns: vendor\n" SOURCE
             "hosts: {api: [api.openai.com]}\n"
             "examples:\n  hosts: {match: [api.openai.com], no_match: [notopenai.com]}\n")}};
    struct catalog_build b;

    if (extend(files, 1, &b))
        fail_msg("%s:%u: %s", d.file, d.line, d.text);
    const struct catalog *c = &b.catalog;
    assert_int_equal(c->n_entries, CATALOG.n_entries);
    const struct catalog_entry *e = catalog_entry(c, STR("openai"));
    assert_string_equal(e->name, "Ours");
    assert_null(catalog_package(c, STR("pypi"), STR("openai")));
    assert_null(catalog_import(c, STR("python"), STR("openai")));
    assert_int_equal(catalog_host(c, STR("api.openai.com"))->entry, e - c->entries);
    for (int i = 0; i < c->n_keys; i++)
        assert_true(c->keys[i].entry != e - c->entries);
    struct lost lost = {.looked_for = "OPENAI_API_KEY"};
    int old = (int)(catalog_entry(&CATALOG, STR("openai")) - CATALOG.entries);
    assert_int_equal(catalog_lost(&CATALOG, old, c, lose, &lost), 0);
    assert_true(lost.n > 5 && lost.found);
    lost = (struct lost){.looked_for = "api.openai.com"};
    assert_int_equal(catalog_lost(&CATALOG, old, c, lose, &lost), 0);
    assert_false(lost.found);
    old = (int)(catalog_entry(&CATALOG, STR("anthropic")) - CATALOG.entries);
    lost = (struct lost){.looked_for = ""};
    assert_int_equal(catalog_lost(&CATALOG, old, c, lose, &lost), 0);
    assert_int_equal(lost.n, 0);
    catalog_build_done(&b);
}

static void expect_refused(const char *path, const char *text, int code, const char *why)
{
    const struct catalog_source file = {str_z(path), str_z(text)};
    struct catalog_build b;

    assert_int_equal(extend(&file, 1, &b), code);
    if (!strstr(d.text, why))
        fail_msg("%s: %s", d.file, d.text);
}

static void test_refused(void **state UNUSED)
{
    expect_refused("walk/rules.yaml", "rules: []\n", E_PARSE, "only entries/ and patterns/");
    expect_refused("categories.yaml", "categories: []\n", E_PARSE, "only entries/");
    expect_refused("entries/x.yaml", "id: y\n", E_PARSE, "");
    expect_refused("entries/x.yaml",
                   "id: x\nname: X\ncategory: model-api\nruns: vendor\n" SOURCE
                   "hosts: {api: [api.openai.com]}\n"
                   "examples:\n  hosts: {match: [api.openai.com], no_match: [x.example]}\n",
                   E_EXISTS, "api.openai.com");
}

#define OTHER(id, host)                                                                            \
    "id: " id "\nname: \"" id "\"\ncategory: model-api\nruns: vendor\n" SOURCE                     \
    "hosts: {api: [" host "]}\n"                                                                   \
    "examples:\n  hosts: {match: [\"https://" host "/\"], no_match: [x.example]}\n"

/* Both claims are told with their files; of what is built in, with what one can do. */
static void test_claimed_twice(void **state UNUSED)
{
    const struct catalog_source first = {STR("entries/mm-acme.yaml"),
                                         STR(OTHER("mm-acme", "api.acme.example")), "one/"};
    const struct catalog_source second = {STR("entries/aa-acme.yaml"),
                                          STR(OTHER("aa-acme", "api.acme.example")), "two/"};
    const struct catalog_source built = {STR("entries/zz-acme.yaml"),
                                         STR(OTHER("zz-acme", "api.openai.com")), "zz.pack!/"};
    const struct catalog_source named = {
        STR("entries/zz.yaml"),
        STR("id: zz\nname: 'OpenAI'\ncategory: model-api\nruns: vendor\n"
            "sources: [{url: \"https://acme.example/\", read: 2026-11-23}]\n"),
        "zz/"};
    struct catalog_build b, unused;

    assert_int_equal(extend(&first, 1, &b), OK);
    assert_string_equal(catalog_entry(&b.catalog, STR("mm-acme"))->origin, "one/");
    assert_null(catalog_entry(&b.catalog, STR("openai"))->origin);
    assert_int_equal(catalog_extend(&b.catalog, &second, 1, &unused, &d), E_EXISTS);
    assert_string_equal(d.text, "host 'api.acme.example' is claimed twice, by 'aa-acme' and "
                                "'mm-acme' (one/entries/mm-acme.yaml:6)");
    assert_string_equal(d.file, "two/entries/aa-acme.yaml");
    assert_int_equal(d.line, 6);
    catalog_build_done(&b);
    assert_int_equal(extend(&built, 1, &unused), E_EXISTS);
    assert_string_equal(d.text, "host 'api.openai.com' is claimed twice, by 'zz-acme' and "
                                "'openai' (built in)");
    assert_string_equal(d.file, "zz.pack!/entries/zz-acme.yaml");
    assert_non_null(strstr(d.hint, "entries/openai.yaml"));
    if (extend(&named, 1, &unused) != E_EXISTS)
        fail_msg("%s:%u: %s", d.file, d.line, d.text);
    assert_string_equal(d.text, "name 'OpenAI' is claimed twice, by 'openai' (built in) and 'zz'");
    assert_int_equal(d.line, 2);
}

static void test_no_memory(void **state UNUSED)
{
    const struct catalog_source files[] = {{STR("entries/mm-acme.yaml"), STR(ACME)},
                                           {STR("patterns/kinds.yaml"), STR(KINDS)}};
    struct catalog_build b;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n += 1 + n / 32) {
        mem_fail_after(n);
        rc = extend(files, 2, &b);
        mem_fail_after(0);
        assert_true(n < 20000);
    }
    assert_int_equal(rc, OK);
    catalog_build_done(&b);
}

/* --- folders ---- */

static char root[64];

static void put(const char *path, const char *text)
{
    char full[128];

    snprintf(full, sizeof(full), "%s/%s", root, path);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make(const char *path)
{
    char full[128];

    snprintf(full, sizeof(full), "%s/%s", root, path);
    assert_int_equal(mkdir(full, 0700), 0);
}

/* The message names the file. */
static void refuses(const char *path, const char *why)
{
    struct pack p;
    char full[128];

    d = (struct diag){0};
    assert_int_equal(pack_read(root, &p, &d), E_PARSE);
    snprintf(full, sizeof(full), "%s/%s", root, path);
    assert_string_equal(d.file, full);
    if (!strstr(d.text, why))
        fail_msg("%s: %s", d.file, d.text);
}

static void test_folder(void **state UNUSED)
{
    struct pack p;
    char full[128];

    snprintf(root, sizeof(root), "/tmp/stance-pack-XXXXXX");
    assert_non_null(mkdtemp(root));
    assert_int_equal(pack_read(root, &p, &d), E_PARSE);
    make("entries");
    refuses("", "this pack is empty");
    put("entries/mm-acme.yaml", ACME);
    put("entries/README.md", "x");
    make("patterns");
    put("patterns/kinds.yaml", KINDS);
    assert_int_equal(pack_read(root, &p, &d), OK);
    assert_int_equal(p.n, 2);
    assert_string_equal(p.files[0].path.p, "entries/mm-acme.yaml");
    assert_int_equal(p.files[1].text.n, strlen(KINDS));
    pack_done(&p);
    make("entries/folder.yaml");
    refuses("entries/folder.yaml", "this is no file");
    snprintf(full, sizeof(full), "%s/entries/folder.yaml", root);
    assert_int_equal(remove(full), 0);
    /* What would be passed by in silence. */
    static const char *const odd[] = {"acme.yaml", "rules", "entries/acme.yml", "patterns/a.yaml~",
                                      "entries/more"};
    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        if (strstr(odd[i], "ac") || strstr(odd[i], "~"))
            put(odd[i], "id: x\n");
        else
            make(odd[i]);
        refuses(odd[i], "this is no part of a pack");
        snprintf(full, sizeof(full), "%s/%s", root, odd[i]);
        assert_int_equal(remove(full), 0);
    }
    put("serial", "1");
    put("LICENSE", "x");
    assert_int_equal(pack_read(root, &p, &d), OK);
    assert_int_equal(p.n, 2);
    assert_true(strstr(p.files[0].origin, root) == p.files[0].origin);
    pack_done(&p);
    static const char *const made[] = {"serial",
                                       "LICENSE",
                                       "entries/mm-acme.yaml",
                                       "entries/README.md",
                                       "entries",
                                       "patterns/kinds.yaml",
                                       "patterns",
                                       ""};
    for (size_t i = 0; i < ARRAY_LEN(made); i++) {
        snprintf(full, sizeof(full), "%s/%s", root, made[i]);
        assert_int_equal(remove(full), 0);
    }
    assert_int_equal(pack_read(root, &p, &d), E_NOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_added), cmocka_unit_test(test_added),
        cmocka_unit_test(test_replaced),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_claimed_twice), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
