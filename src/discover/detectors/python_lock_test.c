/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of uv, Poetry, PDM and pip: versions, who asks, and what is the project itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_PYTHON_LOCK;
#define DET &DETECTOR_PYTHON_LOCK

static const char UV[] = "version = 1\n"
                         "[[package]]\nname = \"bot\"\nversion = \"0.1.0\"\n"
                         "source = { editable = \".\" }\n"
                         "dependencies = [{ name = \"OpenAI\" }]\n"
                         "[[package]]\nname = \"openai\"\nversion = \"1.2.3\"\n"
                         "source = { registry = \"https://pypi.example/simple\" }\n"
                         "wheels = [{ url = \"x\", hash = \"sha256:0\" }]\n"
                         "[[package]]\nname = \"langchain-core\"\nversion = \"0.3.0\"\n"
                         "[[package]]\nname = \"left-pad\"\nversion = \"1.0.0\"\n";

static void uv(void **state UNUSED)
{
    package_says(
        DET, "svc/uv.lock", str_z(UV),
        "0 asset application bot @file\n  language = python\n"
        "  unsaid: manifest, version, license\n"
        "1 asset package openai @7:1 /package/1\n"
        "  ecosystem = pypi\n  package = openai\n  purl = pkg:pypi/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.pypi openai (resolved)\n"
        "  version = 1.2.3\n  constraint absent\n  declared_in = lock\n  undeclared = false\n"
        "  direct = true\n  development unresolved: the file does not say\n"
        "  integrity = true\n"
        "2 relation 0 uses 1 (declared) @7:1 /package/1\n"
        "3 asset package langchain-core @12:1 /package/2\n"
        "  ecosystem = pypi\n  package = langchain-core\n"
        "  purl = pkg:pypi/langchain-core\n"
        "  sdk = langchain (resolved)\n  role = framework (resolved)\n"
        "  catalog_row = langchain packages.pypi langchain-core (resolved)\n"
        "  version = 0.3.0\n  constraint absent\n  declared_in = lock\n  undeclared = false\n"
        "  direct = false\n  development unresolved: the file does not say\n"
        "  integrity = false\n"
        "4 relation 0 uses 3 (declared) @12:1 /package/2\n");
}

/* A package of the workspace is one only where somebody else asks for it. */
static void workspace(void **state UNUSED)
{
    static const char self[] = "[[package]]\nname = \"openai\"\nsource = { editable = \".\" }\n"
                               "dependencies = [{ name = \"httpx\" }]\n";
    AUTO(buf) both = BUF_INIT;
    package_says(DET, "uv.lock", str_z(self), "");
    buf_addz(&both, self);
    buf_addz(&both, "[[package]]\nname = \"demo\"\nsource = { virtual = \"demo\" }\n"
                    "[package.dev-dependencies]\ndev = [{ name = \"openai\" }]\n");
    package_says_part(DET, "uv.lock", buf_str(&both).p,
                      (const char *const[]){"asset application openai", "asset package openai",
                                            "version unresolved: the lock file does not say",
                                            "direct = true", NULL});
}

static void others(void **state UNUSED)
{
    package_says_part(
        DET, "app/poetry.lock",
        "[[package]]\nname = \"anthropic\"\nversion = \"0.5.0\"\n"
        "groups = [\"dev\"]\nfiles = [{file = \"a\", hash = \"sha256:0\"}]\n"
        "[[package]]\nname = \"openai\"\nversion = \"1.0.0\"\ncategory = \"main\"\n"
        "[[package]]\nname = \"langchain-core\"\nversion = \"1.0.0\"\n"
        "groups = [\"dev\", \"main\"]\n",
        (const char *const[]){"asset application app", "asset package anthropic", "direct absent",
                              "development = true (inferred)", "integrity = true",
                              "asset package openai", "development = false", "integrity = false",
                              "asset package langchain-core", "development = false", NULL});
    package_says_part(DET, "pylock.toml",
                      "[[packages]]\nname = \"openai\"\nversion = \"1.0.0\"\n"
                      "wheels = [{name = \"x\", hashes = {sha256 = \"0\"}}]\n",
                      (const char *const[]){"package openai", "integrity = true", NULL});
    package_says_part(DET, "pylock.dev.toml", "[[packages]]\nname = \"openai\"\n",
                      (const char *const[]){"package openai", NULL});
    package_says_part(DET, "pdm.lock", "[[package]]\nname = \"openai\"\nversion = \"1\"\n",
                      (const char *const[]){"version = 1", NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "",
        "version = 1\n",
        "[[package]]\nname = \"openai-clone\"\n",
        "[[package]]\nversion = \"1\"\n",
        "[metadata]\nname = \"openai\"\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "poetry.lock", str_z(texts[i]), "");
    package_says(DET, "Cargo.lock", STR(""), "not wanted\n");
    package_says(DET, "pylock.txt", STR(""), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "uv.lock", STR("package = \"openai\"\n"),
                 "gap failed: is not a lock file of Python packages @file\n");
    package_says_part(DET, "uv.lock", "[[package]]\nname = \n",
                      (const char *const[]){"gap ", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "uv.lock", UV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(uv),        cmocka_unit_test(workspace),
                                       cmocka_unit_test(others),    cmocka_unit_test(near_misses),
                                       cmocka_unit_test(malformed), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
