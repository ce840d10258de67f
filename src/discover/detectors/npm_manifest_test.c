/* SPDX-License-Identifier: Apache-2.0 */
/* package.json: what is asked for, by whom, and what is not an AI package. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_NPM_MANIFEST;
#define DET &DETECTOR_NPM_MANIFEST

static const char FULL[] = "{\"name\": \"bot\", \"version\": \"1.2.0\", \"license\": \"MIT\",\n"
                           "\"author\": \"Ann <ann@example.com> (https://x.example)\",\n"
                           "\"contributors\": [{\"name\": \"Bob\"}, \"Ann <ann@example.com>\", "
                           "\"your name\", {\"email\": \"you@example.com\"}],\n"
                           "\"dependencies\": {\"left-pad\": \"1.3.0\",\n"
                           "  \"oai\": \"npm:openai@4.24.1\"},\n"
                           "\"devDependencies\": {\"@anthropic-ai/sdk\": \"^0.20.0\"}}";

static void full(void **state UNUSED)
{
    package_says(
        DET, "svc/package.json", str_z(FULL),
        "0 asset application bot @1:1\n"
        "  language = javascript\n  manifest = package.json\n"
        "  version = 1.2.0\n  license = MIT\n"
        "1 asset package openai @5:10 /dependencies/oai\n"
        "  ecosystem = npm\n  package = openai\n  purl = pkg:npm/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.npm openai (resolved)\n"
        "  version = 4.24.1\n  constraint = 4.24.1\n  declared_in = manifest\n  undeclared = "
        "false\n"
        "  direct = true\n  development = false\n  integrity absent\n"
        "2 relation 0 uses 1 (declared) @5:10 /dependencies/oai\n"
        "3 asset package @anthropic-ai/sdk @6:42 /devDependencies/@anthropic-ai~1sdk\n"
        "  ecosystem = npm\n  package = @anthropic-ai/sdk\n"
        "  purl = pkg:npm/%40anthropic-ai/sdk\n"
        "  sdk = anthropic (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = anthropic packages.npm @anthropic-ai/sdk (resolved)\n"
        "  version absent\n  constraint = ^0.20.0\n  declared_in = manifest\n  undeclared = false\n"
        "  direct = true\n  development = true\n  integrity absent\n"
        "4 relation 0 uses 3 (declared) @6:42 /devDependencies/@anthropic-ai~1sdk\n"
        "owner Ann <ann@example.com> of 0, package-metadata 40 @2:11 /author\n"
        "owner Bob of 0, package-metadata 30 @3:18 /contributors/0\n");
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "{\"name\": \"openai\", \"dependencies\": {\"left-pad\": \"1.0.0\"}}",
        "{\"dependencies\": {\"openai-clone\": \"1\", \"OpenAI\": \"1\", \"@x/openai\": \"1\"}}",
        "{\"dependencies\": {\"openai\": \"npm:not-openai@1.0.0\"}}",
        "{\"scripts\": {\"openai\": \"x\"}, \"bundledDependencies\": [\"openai\"]}",
        "{}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "package.json", str_z(texts[i]), "");
    package_says(DET, "package.json", STR("{\"author\": \"Ann\", \"dependencies\": null}"),
                 "owner Ann of its folder, package-metadata 40 @1:12 /author\n");
    package_says(DET, "node_modules/x/package.json", STR("{\"author\": \"Ann\"}"), "");
    package_says(DET, "package.json5", STR("{}"), "not wanted\n");
    package_says(DET, "my-package.json", STR("{}"), "not wanted\n");
}

static void odd_forms(void **state UNUSED)
{
    package_says_part(
        DET, "a/b/package.json",
        "{\"name\": 3, \"license\": {\"type\": \"ISC\"}, \"peerDependencies\":"
        " {\"openai\": 4}, \"optionalDependencies\": {\"langchain\": \"catalog:\"},"
        " \"maintainers\": {\"email\": \"ops@example.com\"}}",
        (const char *const[]){"asset application b @1:1", "version absent", "license = ISC",
                              "package langchain", "version absent",
                              "constraint unresolved: the range stands in the catalog",
                              "package openai", "constraint unresolved: the range is not a string",
                              "owner ops@example.com of 0, package-metadata 40", NULL});
    package_says_part(DET, "package.json",
                      "{\"dependencies\": {\"openai\": \"\"}, \"licenses\": [{\"type\": \"X\"}]}",
                      (const char *const[]){"asset application application", "license = X",
                                            "constraint absent", NULL});
    /* The last of two equal names counts. */
    package_says_part(
        DET, "package.json", "{\"dependencies\": {\"openai\": \"1.0.0\", \"openai\": \"2.0.0\"}}",
        (const char *const[]){"1 asset package", "version = 2.0.0", "2 relation", NULL});
}

/* What is installed is no application, and what it asks for is installed beside it. */
static void installed(void **state UNUSED)
{
    static const char text[] = "{\"name\": \"openai\", \"version\": \"4.1.0\","
                               " \"author\": \"Ann\", \"devDependencies\": {\"langchain\": \"1\"}}";
    static const char *const paths[] = {"node_modules/openai/package.json",
                                        "a/node_modules/@x/oai/package.json",
                                        "node_modules/b/node_modules/openai/package.json"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        package_says(DET, paths[i], str_z(text),
                     "0 asset package openai @1:1\n"
                     "  ecosystem = npm\n  package = openai\n  purl = pkg:npm/openai\n"
                     "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
                     "  catalog_row = openai packages.npm openai (resolved)\n"
                     "  version = 4.1.0\n  constraint absent\n  declared_in = installed\n  "
                     "undeclared absent\n"
                     "  direct absent\n  development absent\n  integrity absent\n");
    package_says(DET, "node_modules/openai/dist/package.json", str_z(text), "");
    package_says(DET, "node_modules/x/package.json",
                 STR("{\"name\": \"x\", \"dependencies\": {\"openai\": \"1.0.0\"}}"), "");
    package_says_part(DET, "my_node_modules/x/package.json", text,
                      (const char *const[]){"asset application openai", "langchain", NULL});
}

static void peers(void **state UNUSED)
{
    package_says_part(
        DET, "package.json", "{\"peerDependencies\": {\"openai\": \"*\"}}",
        (const char *const[]){"asset package openai", "constraint = *", "direct = false", NULL});
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "package.json", STR("[\"openai\"]"), "gap failed: is not an object @file\n");
    package_says(DET, "package.json", STR("{\"dependencies\": [\"openai\"]}"),
                 "gap partial: dependencies is not an object @1:18 /dependencies\n");
    package_says_part(DET, "package.json", "{\"dependencies\": {\"openai\": \"1.0.0\", ",
                      (const char *const[]){"gap partial: line 1", "asset package openai", NULL});
    package_says_part(DET, "package.json", "",
                      (const char *const[]){"failed: parse\ngap failed", NULL});
}

static void huge(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    buf_addz(&text, "{\"dependencies\": {");
    for (int i = 0; i < 20000; i++)
        buf_addf(&text, "\"p%d\": \"^1.0.0\",\n", i);
    buf_addz(&text, "\"openai\": \"1.0.0\"}}");
    AUTO(detector_run) r = {.detector = DET,
                            .path = "package.json",
                            .content = buf_str(&text),
                            .catalog = &PACKAGE_CATALOG};
    detector_dump(&r);
    assert_int_equal(r.facts.n, 3);
    assert_int_equal(r.facts.v[1].at.line, 20001);
    r.limits = limits_default();
    r.limits.bytes = 1000;
    detector_dump(&r);
    assert_string_equal(r.text.p, "failed: limit\ngap partial: larger than the limit of 0 MiB for "
                                  "one text @file\n");
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "package.json", FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full),      cmocka_unit_test(near_misses),
                                       cmocka_unit_test(odd_forms), cmocka_unit_test(malformed),
                                       cmocka_unit_test(huge),      cmocka_unit_test(survives),
                                       cmocka_unit_test(installed), cmocka_unit_test(peers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
