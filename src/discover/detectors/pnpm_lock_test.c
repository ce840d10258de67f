/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of pnpm, versions 5, 6 and 9. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_PNPM_LOCK;
#define DET &DETECTOR_PNPM_LOCK

static const char V9[] = "lockfileVersion: '9.0'\n"
                         "importers:\n"
                         "  .:\n"
                         "    devDependencies:\n"
                         "      '@anthropic-ai/sdk':\n"
                         "        specifier: ^0.5.0\n"
                         "        version: 0.5.1(zod@3.0.0)\n"
                         "packages:\n"
                         "  '@anthropic-ai/sdk@0.5.1':\n"
                         "    resolution: {integrity: sha512-x}\n"
                         "  openai@4.1.0:\n"
                         "    resolution: {tarball: x}\n"
                         "  zod@3.0.0:\n"
                         "    resolution: {integrity: sha512-y}\n"
                         "snapshots:\n"
                         "  openai@4.1.0(zod@3.0.0): {}\n";

static void version_9(void **state UNUSED)
{
    package_says_part(DET, "web/pnpm-lock.yaml", V9,
                      (const char *const[]){
                          "0 asset application web @file", "unsaid: manifest, version, license",
                          "1 asset package @anthropic-ai/sdk @9:3", "version = 0.5.1",
                          "constraint = ^0.5.0", "declared_in = lock", "direct = true",
                          "development = true", "integrity = true", "2 relation 0 uses 1",
                          "3 asset package openai @11:3", "version = 4.1.0", "constraint absent",
                          "direct = false", "development unresolved", "integrity = false", NULL});
}

static void older(void **state UNUSED)
{
    package_says_part(DET, "pnpm-lock.yaml",
                      "lockfileVersion: '6.0'\ndependencies:\n  oai:\n"
                      "    specifier: npm:openai@^4\n    version: /openai@4.1.0\n"
                      "packages:\n  /openai@4.1.0(zod@3.0.0):\n    dev: false\n",
                      (const char *const[]){"package openai", "version = 4.1.0", "constraint = ^4",
                                            "direct = true", "development = false", NULL});
    package_says_part(DET, "pnpm-lock.yaml",
                      "lockfileVersion: 5.4\nspecifiers:\n  openai: ^4\ndependencies:\n"
                      "  openai: 4.1.0_zod@3.0.0\npackages:\n  /openai/4.1.0_zod@3.0.0:\n"
                      "    dev: true\n  /@anthropic-ai/sdk/0.5.0:\n    dev: false\n",
                      (const char *const[]){"package openai", "version = 4.1.0", "constraint = ^4",
                                            "development = true", "package @anthropic-ai/sdk",
                                            "version = 0.5.0", "direct = false", NULL});
    package_says_part(DET, "pnpm-lock.yaml",
                      "lockfileVersion: '9.0'\npackages:\n"
                      "  openai@https://codeload.example/x/tar.gz/0:\n    version: 4.0.0\n"
                      "  langchain@file:../x: {}\n",
                      (const char *const[]){"package openai", "version = 4.0.0",
                                            "package langchain",
                                            "version unresolved: locked to an address", NULL});
    package_says_part(
        DET, "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n"
        "      openai: {specifier: 'catalog:', version: 4.0.0}\n"
        "packages:\n  openai@4.0.0: {}\n",
        (const char *const[]){"constraint unresolved: the range stands in the catalog",
                              "direct = true", NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "lockfileVersion: '9.0'\n",
        "lockfileVersion: '9.0'\npackages:\n  openai-clone@4.0.0: {}\n",
        "lockfileVersion: '9.0'\npackages:\n  openai: {}\n  '@': {}\n  '@x': {}\n  '': {}\n",
        "lockfileVersion: '9.0'\npackages: openai\n",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      openai: 1\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "pnpm-lock.yaml", str_z(texts[i]), "");
    package_says(DET, "pnpm-workspace.yaml", STR(""), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "pnpm-lock.yaml", STR("a: 1\n"),
                 "gap failed: is not a lock file of pnpm @file\n");
    package_says_part(DET, "pnpm-lock.yaml", "a: [\n", (const char *const[]){"gap ", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "pnpm-lock.yaml", V9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(version_9), cmocka_unit_test(older),
                                       cmocka_unit_test(near_misses), cmocka_unit_test(malformed),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
