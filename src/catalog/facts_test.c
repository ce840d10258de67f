/* SPDX-License-Identifier: Apache-2.0 */
/* Checks names in the network, sources, servers, terms and the examples that entries show. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "catalog/compile.h"
#include "catalog/facts.h"

#define CATEGORIES "categories: [{category: chat, means: c, expects: [hosts]}]\n"
#define HEAD                                                                                       \
    "id: x\nname: X\ncategory: chat\nruns: vendor\n"                                               \
    "sources: [{url: \"https://a.example/x\", read: 2026-11-23}]\n"

struct fixture {
    struct catalog_build b;
    struct diag d;
};

static int compile(struct fixture *f, const char *x, const char *y)
{
    struct catalog_source files[] = {
        {STR("categories.yaml"), STR(CATEGORIES)},
        {STR("entries/x.yaml"), str_z(x)},
        {STR("entries/y.yaml"), str_z(y ? y : "")},
    };
    *f = (struct fixture){0};
    return catalog_compile(files, y ? 3 : 2, &f->b, &f->d);
}

static void open_fixture(struct fixture *f, const char *x)
{
    if (compile(f, x, NULL))
        fail_msg("%s:%u: %s", f->d.file, f->d.line, f->d.text);
}

#define HOSTS                                                                                      \
    HEAD "hosts:\n"                                                                                \
         "  api: [api.acme.com, \"*.acme.com\", \"{region}-ai.cloud.example\",\n"                  \
         "        \"rt.{region}.aws.example\", \"*.{tenant}.wide.example\"]\n"                     \
         "  app: [acme.com, \"*.chat.acme.com\"]\n"                                                \
         "  shared: [cdn.example.net]\n"                                                           \
         "examples:\n  hosts:\n"                                                                   \
         "    match: [\"https://me:pw@API.acme.com:443/v1?x\", api.acme.com.]\n"                   \
         "    no_match: [notacme.com, \"https://evil.example/api.acme.com\"]\n"

static void test_hosts(void **state UNUSED)
{
    static const struct {
        const char *name, *row;
    } rows[] = {
        {"api.acme.com", "api.acme.com"},
        {"API.ACME.com.", "api.acme.com"},
        {"v2.api.acme.com", "*.acme.com"},
        {"acme.com", "acme.com"},
        {"a.chat.acme.com", "*.chat.acme.com"},
        {"chat.acme.com", "*.acme.com"},
        {"notacme.com", ""},
        {"api.acme.com.evil.example", ""},
        {"api-acme.com", ""},
        {"us-east1-ai.cloud.example", "{region}-ai.cloud.example"},
        {"-ai.cloud.example", ""},
        {"a.us-ai.cloud.example", ""},
        {"rt.eu.aws.example", "rt.{region}.aws.example"},
        {"rt.eu.de.aws.example", ""},
        {"rt.aws.example", ""},
        {"a.b.t.wide.example", "*.{tenant}.wide.example"},
        {"t.wide.example", ""},
        {"", ""},
        {".", ""},
        {".acme.com", ""},
        {"com", ""},
    };
    struct fixture f;

    open_fixture(&f, HOSTS);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct catalog_host *h = catalog_host(&f.b.catalog, str_z(rows[i].name));
        if (strcmp(h ? h->name : "", rows[i].row))
            fail_msg("%s -> %s", rows[i].name, h ? h->name : "nothing");
    }
    assert_int_equal(catalog_host(&f.b.catalog, STR("cdn.example.net"))->role, HOST_SHARED);
    assert_int_equal(catalog_host(&f.b.catalog, STR("acme.com"))->role, HOST_APP);
    for (int i = 0; i < CATALOG.n_hosts; i++)
        assert_true(CATALOG.hosts[i].name[0]);
    catalog_build_done(&f.b);
}

#define FACTS                                                                                      \
    "id: x\nname: X\ncategory: chat\nruns: either\nmaker: Acme\ncountry: DE\n"                     \
    "sources:\n"                                                                                   \
    "  - {url: \"https://a.example/1\", read: 2026-11-23, says: [about, servers]}\n"               \
    "  - {url: \"https://a.example/2\", read: 2026-11-22, says: [extensions.chrome, data]}\n"      \
    "none: [packages, env]\n"                                                                      \
    "servers:\n  ports: [11434, 80]\n"                                                             \
    "  probes: [{path: /v, marks: [acme, \"v1\"], open: true}]\n"                                  \
    "images: [acme/x, ghcr.io/acme/x]\n"                                                           \
    "iac: {terraform: [acme_agent], kubernetes: [acme.example/Agent]}\n"                           \
    "extensions: {chrome: [abcdefghijklmnopabcdefghijklmnop]}\n"                                   \
    "apps: {macos: [com.acme.x], windows: [X.exe], command: [x]}\n"                                \
    "plugins: {vscode: [acme.x], jetbrains: [com.acme.x]}\n"                                       \
    "data:\n"                                                                                      \
    "  - {tier: free, training: opt-out, url: \"https://a.example/t\", read: 2026-11-23}\n"        \
    "  - {tier: api, training: \"no\", retention: 30 days, regions: [EU],\n"                       \
    "     url: \"https://a.example/t\", read: 2026-11-23}\n"                                       \
    "examples:\n"                                                                                  \
    "  servers: {match: [\"/v acme v1.2\"], no_match: [\"/v acme\", \"/w acme v1\"]}\n"            \
    "  images: {match: [\"acme/x:1@sha256:00112233445566778899aabbccddeeff\",\n"                   \
    "                   \"docker.io/acme/x\", \"ghcr.io/acme/x:2\"],\n"                            \
    "           no_match: [acme/y, \"localhost:5000/acme/x\"]}\n"                                  \
    "  iac: {match: [\"terraform:acme_agent\"], no_match: [\"arm:acme_agent\"]}\n"                 \
    "  extensions: {match: [\"chrome:abcdefghijklmnopabcdefghijklmnop\"],\n"                       \
    "               no_match: [\"edge:abcdefghijklmnopabcdefghijklmnop\"]}\n"                      \
    "  apps: {match: [\"macos:com.acme.x\", \"command:x\"], no_match: [\"command:X\"]}\n"          \
    "  plugins: {match: [\"vscode:acme.x\"], no_match: [\"vscode:acme.y\"]}\n"

static void test_facts(void **state UNUSED)
{
    struct fixture f;

    open_fixture(&f, FACTS);
    const struct catalog *c = &f.b.catalog;
    const struct catalog_entry *e = &c->entries[0];
    assert_true(e->service && e->self_hosted);
    assert_string_equal(e->maker, "Acme");
    assert_string_equal(e->training_use, "no"); /* of the tier for programs */
    assert_string_equal(e->none[1], "env");
    assert_string_equal(e->source, "https://a.example/1");
    assert_int_equal(c->n_references, 2);
    assert_string_equal(c->references[1].read, "2026-11-22");
    assert_string_equal(c->references[1].says[0], "extensions.chrome");
    assert_int_equal(c->ports[0].port, 80);
    assert_string_equal(c->probes[0].marks[1], "v1");
    assert_true(c->probes[0].open);
    assert_int_equal(c->terms[0].training, TRAINING_OPT_OUT);
    assert_null(c->terms[0].retention);
    assert_string_equal(c->terms[1].regions[0], "EU");
    assert_string_equal(c->categories[0].expects[0], "hosts");
    assert_non_null(catalog_name(c, SPACE_JETBRAINS, STR("com.acme.x")));
    assert_null(catalog_name(c, SPACE_VSCODE, STR("com.acme.x")));
    catalog_build_done(&f.b);
}

static void test_sources(void **state UNUSED)
{
    static const char text[] =
        "id: x\nname: X\ncategory: chat\nruns: vendor\ncountry: DE\n"
        "sources:\n"
        "  - {url: \"https://a.example/1\", read: 2026-11-23, says: [packages.npm, imports.rust]}\n"
        "packages: {npm: [\"@acme/x\"], pypi: [acme-x], cargo: [acme-x]}\n"
        "examples:\n"
        "  packages: {match: [\"npm:@acme/x\", \"pypi:acme-x\", \"cargo:acme-x\"],\n"
        "             no_match: [\"npm:acme\"]}\n";
    static const struct {
        const char *language, *name;
        bool sourced;
    } rows[] = {{"javascript", "@acme/x", true}, /* is the package itself */
                {"javascript", "@acme/y", false},
                {"python", "acme_x", false},
                {"rust", "acme_x", true}};
    struct fixture f;

    open_fixture(&f, text);
    const struct catalog *c = &f.b.catalog;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct catalog_fact fact = {"imports", rows[i].language, rows[i].name};
        if (catalog_is_sourced(c, 0, &fact) != rows[i].sourced)
            fail_msg("%s %s", rows[i].language, rows[i].name);
    }
    assert_int_equal(catalog_cell(c, 0, "about"), CELL_SOURCED);
    assert_int_equal(catalog_cell(c, 0, "country"), CELL_UNSOURCED);
    assert_int_equal(catalog_cell(c, 0, "packages"), CELL_UNSOURCED);
    assert_int_equal(catalog_cell(c, 0, "env"), CELL_EMPTY);
    catalog_build_done(&f.b);
}

static void test_closest_source(void **state UNUSED)
{
    static const char text[] =
        "id: x\nname: X\ncategory: chat\nruns: vendor\n"
        "sources:\n"
        "  - {url: \"https://a.example/all\", read: 2026-11-23, says: [packages]}\n"
        "  - {url: \"https://a.example/npm\", read: 2026-11-23, says: [packages.npm]}\n"
        "  - {url: \"https://a.example/@acme/y/\", read: 2026-11-23, says: [packages.npm]}\n"
        "  - {url: \"https://a.example/not-acme-x\", read: 2026-11-23, says: [packages.pypi]}\n"
        "packages: {npm: [\"@acme/x\", \"@acme/y\"], pypi: [acme-x], cargo: [acme-x]}\n"
        "examples:\n"
        "  packages: {match: [\"npm:@acme/x\", \"pypi:acme-x\", \"cargo:acme-x\"],\n"
        "             no_match: [\"npm:acme\"]}\n";
    static const struct {
        const char *group, *sub, *name, *url;
    } rows[] = {{"packages", "npm", "@acme/x", "https://a.example/npm"},
                {"packages", "npm", "@acme/y", "https://a.example/@acme/y/"},
                {"imports", "javascript", "@acme/y", "https://a.example/@acme/y/"},
                {"packages", "pypi", "acme-x", "https://a.example/not-acme-x"},
                {"packages", "cargo", "acme-x", "https://a.example/all"},
                {"imports", "rust", "acme_x", NULL},
                {"imports", "javascript", "@acme/z", NULL}};
    struct fixture f;

    open_fixture(&f, text);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct catalog_fact fact = {rows[i].group, rows[i].sub, rows[i].name};
        const struct catalog_reference *r = catalog_source(&f.b.catalog, 0, &fact);
        if (!r != !rows[i].url || (r && strcmp(r->url, rows[i].url)))
            fail_msg("%s %s: %s", rows[i].sub, rows[i].name, r ? r->url : "none");
    }
    catalog_build_done(&f.b);
}

static void test_refused(void **state UNUSED)
{
#define SEEN(group, match, no)                                                                     \
    "examples: {" group ": {match: [\"" match "\"], no_match: [\"" no "\"]}}\n"
    static const struct {
        const char *text, *says;
    } rows[] = {
        {HEAD "hosts: {api: [Acme.com]}\n", "not a host name"},
        {HEAD "hosts: {api: [acme]}\n", "two literal labels"},
        {HEAD "hosts: {api: [\"*.com\"]}\n", "two literal labels"},
        {HEAD "hosts: {api: [\"a.{x}.com\"]}\n", "two literal labels"},
        {HEAD "hosts: {api: [\"a.*.acme.com\"]}\n", "not a host name"},
        {HEAD "hosts: {api: [a..com]}\n", "not a host name"},
        {HEAD "hosts: {api: [-a.acme.com]}\n", "not a host name"},
        {HEAD "hosts: {api: [\"{}.acme.com\"]}\n", "not a host name"},
        {HEAD "hosts: {web: [a.acme.com]}\n", "unknown member 'web'"},
        {HEAD "hosts: {api: a.acme.com}\n", "in a list"},
        {HEAD "hosts: {api: [a.acme.com]}\n", "examples are missing for 'hosts'"},
        {HEAD "hosts: {api: [a.acme.com]}\n" SEEN("hosts", "b.acme.com", "c.acme.com"),
         "hosts example 'b.acme.com' leads to no entry"},
        {HEAD "hosts: {api: [\"*.acme.com\"]}\n" SEEN("hosts", "b.acme.com", "c.acme.com"),
         "hosts example 'c.acme.com' leads to x"},
        {HEAD SEEN("hosts", "a", "b"), "the entry has no 'hosts'"},
        {HEAD "images: [a/b]\nexamples: {images: {match: [a/b]}}\n", "do not match"},
        {HEAD "images: [docker.io/a/b]\n", "leave out 'docker.io/'"},
        {HEAD "images: [\"a/b:1\"]\n", "without tag"},
        {HEAD "iac: {terraform: [Acme]}\n", "not a resource type"},
        {HEAD "extensions: {chrome: [abc]}\n", "id of an extension"},
        {HEAD "plugins: {vscode: [Acme.x]}\n", "in lower case"},
        {HEAD "plugins: {emacs: [x]}\n", "unknown member 'emacs'"},
        {HEAD "servers: {ports: [70000]}\n", "1 to 65535"},
        {HEAD "servers: {probes: [{path: v, marks: [a]}]}\n", "begins with '/'"},
        {HEAD "servers: {probes: [{path: /v}]}\n", "needs marks"},
        {HEAD "data: [{tier: gold, training: yes}]\n", "not a known tier"},
        {HEAD "data: [{tier: api, training: maybe}]\n", "not a known training"},
        {HEAD "data: [{tier: api, training: unknown}]\n", "'url' is missing"},
        {HEAD "none: [colour]\n", "no member that holds facts"},
        {HEAD "none: [packages.rpm]\n", "no member that holds facts"},
        {HEAD "none: [env]\nenv: [A]\n", "cannot be missing"},
        {"id: x\nname: X\ncategory: chat\nruns: vendor\nsources:\n"
         "  - {url: \"https://a.example\", read: 2026-11-23, says: [env]}\n",
         "no 'env' that a source could say"},
        {"id: x\nname: X\ncategory: chat\nruns: here\n", "not a known runs"},
    };
    struct fixture f;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (compile(&f, rows[i].text, NULL) != E_PARSE ||
            !str_has(str_z(f.d.text), str_z(rows[i].says)))
            fail_msg("%s\n-> %s", rows[i].text, f.d.text);
}

static void test_claimed_twice(void **state UNUSED)
{
    struct fixture f;
    static const char y[] =
        "id: y\nname: Y\ncategory: chat\nruns: own\n"
        "sources: [{url: \"https://a.example/x\", read: 2026-11-23}]\n"
        "hosts: {cdn: [cdn.example.net]}\n" SEEN("hosts", "cdn.example.net", "example.net");

    assert_int_equal(compile(&f, HOSTS, y), E_EXISTS);
    assert_string_equal(
        f.d.text, "host 'cdn.example.net' is claimed twice, by 'x' (entries/x.yaml:10) and 'y'");
    assert_string_equal(f.d.file, "entries/y.yaml");
    assert_int_equal(f.d.line, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),   cmocka_unit_test(test_facts),
        cmocka_unit_test(test_sources), cmocka_unit_test(test_closest_source),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_claimed_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
