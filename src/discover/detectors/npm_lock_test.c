/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of npm, versions 1 to 3. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_NPM_LOCK;
#define DET &DETECTOR_NPM_LOCK

/* Two workspaces that ask for different versions of one package. */
static const char V3[] =
    "{\"name\": \"mono\", \"lockfileVersion\": 3, \"packages\": {\n"
    "\"\": {\"license\": \"MIT\", \"workspaces\": [\"w/*\"], \"devDependencies\": {\"openai\": "
    "\"4.24.1\"}},\n"
    "\"node_modules/openai\": {\"version\": \"4.24.1\", \"dev\": true, \"integrity\": "
    "\"sha512-x\"},\n"
    "\"node_modules/a\": {\"resolved\": \"w/a\", \"link\": true},\n"
    "\"node_modules/oai\": {\"name\": \"openai\", \"version\": \"4.0.0\"},\n"
    "\"w/a\": {\"dependencies\": {\"openai\": \"^3.0.0\", \"oai\": \"npm:openai@^4\"}},\n"
    "\"w/a/node_modules/openai\": {\"version\": \"3.3.0\", \"integrity\": \"sha512-y\"},\n"
    "\"node_modules/z/node_modules/langchain\": {\"version\": \"0.2.0\"}\n"
    "}}";

static void version_3(void **state UNUSED)
{
    package_says(
        DET, "package-lock.json", str_z(V3),
        "0 asset application mono @1:1\n  language = javascript\n  version absent\n"
        "  license = MIT\n  unsaid: manifest\n"
        "1 asset package openai @3:24 /packages/node_modules~1openai\n"
        "  ecosystem = npm\n  package = openai\n  purl = pkg:npm/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.npm openai (resolved)\n  version = 4.24.1\n"
        "  constraint = 4.24.1\n  declared_in = lock\n  undeclared = false\n  direct = true\n  "
        "development = true\n"
        "  integrity = true\n"
        "2 relation 0 uses 1 (declared) @3:24 /packages/node_modules~1openai\n"
        "3 asset package openai @5:21 /packages/node_modules~1oai\n"
        "  ecosystem = npm\n  package = openai\n  purl = pkg:npm/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.npm openai (resolved)\n  version = 4.0.0\n"
        "  constraint = ^4\n  declared_in = lock\n  undeclared = false\n  direct = true\n  "
        "development = false\n"
        "  integrity = false\n"
        "4 relation 0 uses 3 (declared) @5:21 /packages/node_modules~1oai\n"
        "5 asset package openai @7:28 /packages/w~1a~1node_modules~1openai\n"
        "  ecosystem = npm\n  package = openai\n  purl = pkg:npm/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.npm openai (resolved)\n  version = 3.3.0\n"
        "  constraint = ^3.0.0\n  declared_in = lock\n  undeclared = false\n  direct = true\n  "
        "development = false\n"
        "  integrity = true\n"
        "6 relation 0 uses 5 (declared) @7:28 /packages/w~1a~1node_modules~1openai\n"
        "7 asset package langchain @8:42 /packages/node_modules~1z~1node_modules~1langchain\n"
        "  ecosystem = npm\n  package = langchain\n  purl = pkg:npm/langchain\n"
        "  sdk = langchain (resolved)\n  role = framework (resolved)\n"
        "  catalog_row = langchain packages.npm langchain (resolved)\n  version = 0.2.0\n"
        "  constraint absent\n  declared_in = lock\n  undeclared = false\n  direct = false\n  "
        "development = false\n"
        "  integrity = false\n"
        "8 relation 0 uses 7 (declared) @8:42 "
        "/packages/node_modules~1z~1node_modules~1langchain\n");
}

static void version_1(void **state UNUSED)
{
    package_says_part(
        DET, "svc/npm-shrinkwrap.json",
        "{\"lockfileVersion\": 1, \"dependencies\": {\n"
        "\"oai\": {\"version\": \"npm:openai@4.0.0\", \"integrity\": \"x\", \"dev\": true},\n"
        "\"langchain\": {\"version\": \"git+ssh://git@h/x.git#0123\", \"dependencies\": {\n"
        "\"openai\": {\"version\": \"3.0.0\"}}}}}",
        (const char *const[]){"asset application svc", "asset package openai @2:8",
                              "version = 4.0.0", "constraint absent", "direct absent",
                              "development = true", "integrity = true", "asset package langchain",
                              "version unresolved: locked to an address", "asset package openai",
                              "/dependencies/langchain/dependencies/openai", "version = 3.0.0",
                              "direct = false", NULL});
}

static void version_2(void **state UNUSED)
{
    /* "dependencies" repeats "packages" for older readers. */
    AUTO(detector_run) r = {
        .detector = DET,
        .path = "package-lock.json",
        .content = STR("{\"lockfileVersion\": 2, \"packages\": {\"\": {\"dependencies\": "
                       "{\"openai\": \"^4\"}}, \"node_modules/openai\": {\"version\": \"4.0.0\"}},"
                       " \"dependencies\": {\"openai\": {\"version\": \"4.0.0\"}}}"),
        .catalog = &PACKAGE_CATALOG};
    detector_dump(&r);
    assert_int_equal(r.facts.n, 3);
}

/* A workspace that another one asks for comes from the repository itself. */
static void workspaces(void **state UNUSED)
{
    package_says_part(
        DET, "package-lock.json",
        "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"openai\": \"*\"}},\n"
        "\"node_modules/openai\": {\"resolved\": \"w/o\", \"link\": true},\n"
        "\"node_modules/langchain\": {\"resolved\": \"w/l\", \"link\": true},\n"
        "\"w/o\": {\"version\": \"2.0.0\"}, \"w/l\": {\"version\": \"3.0.0\"}}}",
        (const char *const[]){"asset package openai @2:24", "version = 2.0.0", "constraint = *",
                              "direct = true", NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "{\"lockfileVersion\": 3, \"packages\": {\"\": {\"dependencies\": {\"openai\": \"^4\"}}}}",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/openai-clone\": {}}}",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/openai\": {\"link\": true}}}",
        "{\"lockfileVersion\": 3, \"packages\": {\"w/openai\": {\"name\": \"openai\"}}}",
        "{\"lockfileVersion\": 3, \"packages\": {\"node_modules/openai\": 3}}",
        "{\"lockfileVersion\": 1, \"dependencies\": {\"openai\": \"4.0.0\"}}",
        "{\"lockfileVersion\": 1}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "package-lock.json", str_z(texts[i]), "");
    package_says(DET, "a/.package-lock.json", STR("{}"), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    static const char *const texts[] = {"[]", "{}", "{\"lockfileVersion\": 3, \"packages\": []}",
                                        "{\"dependencies\": \"x\", \"lockfileVersion\": 1}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "package-lock.json", str_z(texts[i]),
                     "gap failed: is not a lock file of npm @file\n");
    package_says_part(DET, "package-lock.json",
                      "{\"packages\": {\"node_modules/openai\": {\"version\": 4, \"dev\": \"x\"",
                      (const char *const[]){"gap partial", "version absent", "direct = false",
                                            "development unresolved", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "package-lock.json", V3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(version_3), cmocka_unit_test(version_1),
                                       cmocka_unit_test(version_2), cmocka_unit_test(near_misses),
                                       cmocka_unit_test(malformed), cmocka_unit_test(survives),
                                       cmocka_unit_test(workspaces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
