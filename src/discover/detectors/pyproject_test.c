/* SPDX-License-Identifier: Apache-2.0 */
/* pyproject.toml of PEP 621, PEP 735, Poetry, uv and pdm. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/packages/package_test.h"

extern const struct detector DETECTOR_PYPROJECT;
#define DET &DETECTOR_PYPROJECT

static const char PEP621[] = "[project]\nname = \"svc\"\nversion = \"1.0\"\nlicense = \"MIT\"\n"
                             "authors = [{name = \"Ann\", email = \"ann@example.com\"},"
                             " {email = \"ops@example.com\"}]\n"
                             "maintainers = [{name = \"Ann\", email = \"ann@example.com\"}]\n"
                             "dependencies = [\"requests\", \"openai>=1, <2\"]\n"
                             "[project.optional-dependencies]\ntest = [\"anthropic==0.3.1\"]\n"
                             "[dependency-groups]\nweb = [{include-group = \"x\"}, \"OpenAI\"]\n";

static void pep621(void **state UNUSED)
{
    package_says(
        DET, "svc/pyproject.toml", str_z(PEP621),
        "0 asset application svc @1:1 /project\n  language = python\n"
        "  manifest = pyproject.toml\n  version = 1.0\n  license = MIT\n"
        "1 asset package openai @7:29 /project/dependencies/1\n"
        "  ecosystem = pypi\n  package = openai\n  purl = pkg:pypi/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.pypi openai (resolved)\n  version absent\n"
        "  constraint = >=1,<2\n  declared_in = manifest\n  undeclared = false\n  direct = true\n"
        "  development = false\n  integrity absent\n"
        "2 relation 0 uses 1 (declared) @7:29 /project/dependencies/1\n"
        "3 asset package anthropic @9:9 /project/optional-dependencies/test/0\n"
        "  ecosystem = pypi\n  package = anthropic\n  purl = pkg:pypi/anthropic\n"
        "  sdk = anthropic (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = anthropic packages.pypi anthropic (resolved)\n"
        "  version = 0.3.1\n  constraint = ==0.3.1\n  declared_in = manifest\n  undeclared = "
        "false\n"
        "  direct = true\n  development = true (inferred)\n  integrity absent\n"
        "4 relation 0 uses 3 (declared) @9:9 /project/optional-dependencies/test/0\n"
        "5 asset package openai @11:31 /dependency-groups/web/1\n"
        "  ecosystem = pypi\n  package = openai\n  purl = pkg:pypi/openai\n"
        "  sdk = openai (resolved)\n  role = model-api (resolved)\n"
        "  catalog_row = openai packages.pypi openai (resolved)\n  version absent\n"
        "  constraint absent\n  declared_in = manifest\n  undeclared = false\n"
        "  direct = true\n  development = true (inferred)\n  integrity absent\n"
        "6 relation 0 uses 5 (declared) @11:31 /dependency-groups/web/1\n"
        "owner Ann <ann@example.com> of 0, package-metadata 40 @6:16 "
        "/project/maintainers/0\n"
        "owner ops@example.com of 0, package-metadata 40 @5:55 /project/authors/1\n");
}

static void poetry(void **state UNUSED)
{
    static const struct {
        const char *value, *constraint, *version;
    } rows[] = {
        {"\"^1.2\"", "constraint = ^1.2\n", "version absent"},
        {"\"~1.2\"", "constraint = ~1.2\n", "version absent"},
        {"\"1.2.3\"", "constraint = 1.2.3\n", "version = 1.2.3\n"},
        {"\"==1.2.3\"", "constraint = ==1.2.3\n", "version = 1.2.3\n"},
        {"\"1.*\"", "constraint = 1.*\n", "version absent"},
        {"\"1.2 || 2\"", "constraint = 1.2 || 2\n", "version absent"},
        {"\"*\"", "constraint = *\n", "version absent"},
        {"{version = \"1.0\", extras = [\"x\"]}", "constraint = 1.0\n", "version = 1.0\n"},
        {"{git = \"https://h/x\", rev = \"ab\"}", "constraint = git+https://h/x@ab\n",
         "version absent"},
        {"{git = \"https://h/x\"}", "constraint = git+https://h/x\n", "version absent"},
        {"{path = \"../x\"}", "constraint = ../x\n", "version absent"},
        {"{url = \"https://h/x.whl\"}", "constraint = https://h/x.whl\n", "version absent"},
        {"{optional = true}", "constraint absent\n", "version absent"},
        {"[{version = \"1.0\"}, {version = \"^2\"}]", "constraint = 1.0\n", "version = 1.0\n"},
        {"7", "constraint unresolved", "version absent"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) text = BUF_INIT;
        buf_addf(&text,
                 "[tool.poetry]\nname = \"p\"\nauthors = [\"Ann <ann@example.com>\"]\n"
                 "[tool.poetry.dependencies]\npython = \"^3.9\"\nopenai = %s\n",
                 rows[i].value);
        package_says_part(DET, "pyproject.toml", text.p,
                          (const char *const[]){"asset application p", rows[i].version,
                                                rows[i].constraint, "development = false",
                                                "owner Ann <ann@example.com>", NULL});
    }
}

static void development(void **state UNUSED)
{
    static const char *const texts[] = {
        "[tool.poetry.group.dev.dependencies]\nopenai = \"*\"\n",
        "[tool.poetry.dev-dependencies]\nopenai = \"*\"\n",
        "[tool.uv]\ndev-dependencies = [\"openai\"]\n",
        "[tool.pdm.dev-dependencies]\nany = [\"openai\"]\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says_part(DET, "x/pyproject.toml", texts[i],
                          (const char *const[]){"asset application x", "package openai",
                                                "development = true\n", NULL});
}

static void metadata(void **state UNUSED)
{
    package_says_part(DET, "pyproject.toml",
                      "[project]\ndynamic = [\"version\"]\nlicense = {file = \"LICENSE\"}\n"
                      "dependencies = [\"openai\"]\n",
                      (const char *const[]){"version unresolved: the build computes it",
                                            "license unresolved: stands in a file", NULL});
    package_says_part(DET, "pyproject.toml",
                      "[project]\nlicense = {text = \"MIT\"}\n"
                      "dependencies = [\"openai @ https://h/openai-1.0-py3-none-any.whl\"]\n",
                      (const char *const[]){"version absent", "license = MIT", "version = 1.0",
                                            "constraint = https://h/openai-1.0", NULL});
}

static void near_misses(void **state UNUSED)
{
    static const char *const texts[] = {
        "",
        "[project]\nname = \"openai\"\ndependencies = [\"openai-clone\", \"not-anthropic\"]\n",
        "[build-system]\nrequires = [\"openai\"]\n",
        "[tool.other.dependencies]\nopenai = \"*\"\n",
        "project = 3\n[tool]\npoetry = \"x\"\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        package_says(DET, "pyproject.toml", str_z(texts[i]), "");
    package_says(DET, "pyproject.toml",
                 STR("[project]\nname = \"LiteLLM\"\n[project.optional-dependencies]\n"
                     "all = [\"litellm[proxy]\"]\n"),
                 "");
    package_says(DET, "pyproject.toml", STR("[project]\nauthors = [{name = \"Ann\"}]\n"),
                 "owner Ann of its folder, package-metadata 40 @2:12 /project/authors/0\n");
    package_says(DET, "my.pyproject.toml", STR(""), "not wanted\n");
}

static void malformed(void **state UNUSED)
{
    package_says(DET, "pyproject.toml", STR("[project]\ndependencies = \"openai\"\n"),
                 "gap partial: is not a list @2:16 /project/dependencies\n");
    package_says(DET, "pyproject.toml", STR("[project]\ndependencies = [3, \"a b\"]\n"),
                 "gap partial: is not a dependency specifier @2:17 /project/dependencies/0\n"
                 "gap partial: is not a dependency specifier @2:20 /project/dependencies/1\n");
    package_says_part(DET, "pyproject.toml", "[project\n",
                      (const char *const[]){"failed: parse", "gap failed: line 1", NULL});
}

static void survives(void **state UNUSED)
{
    package_survives(DET, "pyproject.toml", PEP621);
    package_survives(DET, "pyproject.toml",
                     "[tool.poetry.dependencies]\nopenai = {git = \"https://h/x\", tag = \"1\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pep621),      cmocka_unit_test(poetry),
                                       cmocka_unit_test(development), cmocka_unit_test(metadata),
                                       cmocka_unit_test(near_misses), cmocka_unit_test(malformed),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
