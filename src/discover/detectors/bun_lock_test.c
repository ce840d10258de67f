/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of Bun: versions, who asks, workspaces. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_BUN_LOCK;
#define DET &DETECTOR_BUN_LOCK

static const char FULL[] =
    "{\"lockfileVersion\": 1, \"workspaces\": {\n"
    "\"\": {\"name\": \"mono\", \"devDependencies\": {\"openai\": \"^4\",},},\n"
    "\"a\": {\"name\": \"langchain\", \"version\": \"1.0.0\"},\n"
    "\"b\": {\"dependencies\": {\"langchain\": \"workspace:*\"}},\n"
    "}, \"packages\": {\n"
    "\"openai\": [\"openai@4.1.0\", \"\", {}, \"sha512-x\"],\n"
    "\"x/openai\": [\"openai@3.0.0\", \"\", {}],\n"
    "\"langchain\": [\"langchain@workspace:a\"],\n"
    "\"@anthropic-ai/sdk\": [\"@anthropic-ai/sdk@github:a/b#0\", {}],\n"
    "\"zod\": [\"zod@3.0.0\", \"\", {}, \"sha512-y\"],\n"
    "}}";

static void full(void **state UNUSED)
{
    package_says_part(DET, "bun.lock", FULL,
                      (const char *const[]){"0 asset application mono @file",
                                            "1 asset package openai @6:11",
                                            "version = 4.1.0",
                                            "constraint = ^4",
                                            "declared_in = lock",
                                            "direct = true",
                                            "development = true",
                                            "integrity = true",
                                            "asset package openai @7:13",
                                            "version = 3.0.0",
                                            "constraint absent",
                                            "direct = false",
                                            "development unresolved",
                                            "integrity = false",
                                            "asset package langchain",
                                            "version = 1.0.0",
                                            "constraint = workspace:*",
                                            "direct = true",
                                            "asset package @anthropic-ai/sdk",
                                            "version unresolved: locked to an address",
                                            NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "{\"lockfileVersion\": 1}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai-clone\": [\"openai-clone@1.0.0\"]}}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai\": [\"openai\"]}}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai\": \"openai@1.0.0\"}}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai\": []}}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai\": [4]}}",
        "{\"lockfileVersion\": 1, \"workspaces\": {\"\": {\"dependencies\": {\"openai\": \"1\"}}}}",
        "{\"lockfileVersion\": 1, \"packages\": {\"openai\": [\"openai@workspace:x\"]}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "bun.lock", str_z(texts[i]), "");
    package_says(DET, "bun.lockb", STR(""), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "bun.lock", STR("[]"), "gap failed: is not a lock file of Bun @file\n");
    package_says_part(DET, "bun.lock",
                      "{\"lockfileVersion\": 1, \"packages\": {\"openai\": [\"openai@1.0.0\"], ",
                      (const char *const[]){"gap partial", "package openai", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "bun.lock", FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full), cmocka_unit_test(near_misses),
                                       cmocka_unit_test(malformed), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
