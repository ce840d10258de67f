/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of Yarn, both forms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_YARN_LOCK;
#define DET &DETECTOR_YARN_LOCK

static const char V1[] = "# yarn lockfile v1\n\n\n"
                         "\"@anthropic-ai/sdk@^0.5.0\", \"@anthropic-ai/sdk@^0.5.1\":\r\n"
                         "  version \"0.5.2\"\r\n"
                         "  resolved \"https://registry.example/x.tgz\"\n"
                         "  integrity sha512-x\n"
                         "  dependencies:\n"
                         "    version \"9.9.9\"\n"
                         "    openai \"^3\"\n\n"
                         "openai@^4.0.0:\n"
                         "  version \"4.1.0\"\n"
                         "zod@^3:\n"
                         "  version \"3.0.0\"";

static void version_1(void **state UNUSED)
{
    package_says_part(DET, "web/yarn.lock", V1,
                      (const char *const[]){
                          "0 asset application web @file", "1 asset package @anthropic-ai/sdk @4:1",
                          "version = 0.5.2", "constraint = ^0.5.0", "declared_in = lock",
                          "direct absent", "development unresolved", "integrity = true",
                          "2 relation 0 uses 1", "3 asset package openai @12:1", "version = 4.1.0",
                          "constraint = ^4.0.0", "integrity = false", NULL});
}

static void later(void **state UNUSED)
{
    package_says_part(
        DET, "yarn.lock",
        "__metadata:\n  version: 8\n\n\"oai@npm:openai@^4.0.0, oai@npm:openai@^4.1.0\":\n"
        "  version: 4.1.0\n  resolution: \"openai@npm:4.1.0\"\n  checksum: 10c0/x\n"
        "\"langchain@workspace:.\":\n  version: 0.0.0-use.local\n"
        "\"@anthropic-ai/sdk@npm:^0.5.0\":\n  languageName: node\n",
        (const char *const[]){"asset package openai @4:1", "version = 4.1.0", "constraint = ^4.0.0",
                              "integrity = true", "asset package @anthropic-ai/sdk",
                              "version unresolved: the lock file does not say",
                              "constraint = ^0.5.0", NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "",
        "# yarn lockfile v1\n",
        "openai-clone@^4:\n  version \"4.0.0\"\n",
        "openai:\n",
        "\"langchain@workspace:.\":\n  version: 0.0.0-use.local\n",
        "@:\n",
        "\"\":\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "yarn.lock", str_z(texts[i]), "");
    package_says(DET, "yarn.lock.bak", STR(""), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "yarn.lock", STR("hello\n"),
                 "gap failed: 1 line is not of a lock file of Yarn @file\n");
    package_says_part(
        DET, "yarn.lock", "openai@^4:\n  version \"4.0.0\"\n<<<<<<< HEAD\n=======\n",
        (const char *const[]){"package openai", "gap partial: 2 lines are not of a lock", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "yarn.lock", V1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(version_1), cmocka_unit_test(later),
                                       cmocka_unit_test(near_misses), cmocka_unit_test(malformed),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
