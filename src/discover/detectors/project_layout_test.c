/* SPDX-License-Identifier: Apache-2.0 */
/* What names of files say: projects, packages of Python, modules that hide one of the catalogue. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_PROJECT_LAYOUT;
#define DET &DETECTOR_PROJECT_LAYOUT

static void projects(void **state UNUSED)
{
    static const char *const rows[][3] = {
        {"a/package.json", "{\"name\": \"mine\"}", "project javascript called mine @file\n"},
        {"package.json", "{\"name\": \"openai\"}",
         "project javascript openai called openai @file\n"},
        {"package.json", "{\"name\": 3}", "project javascript @file\n"},
        {"pyproject.toml", "", "project python @file\n"},
        {"pyproject.toml", "[project]\nname = \"LangGraph_SDK\"\n",
         "project python langgraph-sdk called LangGraph_SDK @file\n"},
        {"pyproject.toml", "[tool.poetry]\nname = \"openai\"\n",
         "project python openai called openai @file\n"},
        {"Cargo.toml", "[package]\nname = \"async-openai\"\n",
         "project rust async-openai called async-openai @file\n"},
        {"Cargo.toml", "[lib]\nname = \"async-openai\"\n[package]\nnames = \"openai\"",
         "project rust @file\n"},
        {"Cargo.toml", "[package]\nname = \"", "project rust @file\n"},
        {"Cargo.toml", "[package]\nname.workspace = true\n", "project rust @file\n"},
        {"a/Some.App.csproj", "x", "project c-sharp called Some.App @file\n"},
        {"a.csproj", "<Project><AssemblyName> Acme.Bot </AssemblyName></Project>",
         "project c-sharp called Acme.Bot @file\n"},
        {"a.csproj", "<AssemblyName>$(Company).Bot</AssemblyName><PackageId>x.y</PackageId>",
         "project c-sharp called x.y @file\n"},
        {"a.fsproj", "<AssemblyName>Bot", "project c-sharp called a @file\n"},
        {"x.gemspec", "x", "project ruby called x @file\n"},
        {"x.gemspec", "Gem::Specification.new do |s|\n  s.name    = 'rubybot'\n",
         "project ruby called rubybot @file\n"},
        {"x.gemspec", "s.name = NAME\n", "project ruby called x @file\n"},
        {"composer.json", "{\"name\": \"acme/bot\"}", "project php called acme/bot @file\n"},
        {"composer.json", "{\"name\": ", "project php @file\n"},
        {"pom.xml", "x", "project java @file\n"},
        {"setup.py", "from setuptools import setup\nsetup()\n", "project python @file\n"},
        {"setup.py", "from setuptools import setup\nsetup(\n  name = \"bot\", version=\"1\")\n",
         "project python called bot @file\n"},
        {"setup.py", "import setuptools\nsetup(file_name=\"x\", name=NAME)\n",
         "project python @file\n"},
        {"setup.py",
         "import setuptools\nsetup(name=NAME, ext_modules=[Extension(name=\"wrong._c\")])\n",
         "project python @file\n"},
        {"setup.py",
         "import setuptools\nsetup(ext_modules=[f(name='x')], # name='c',\n d=\"a, "
         "name='y'\",\n#\nname='z')",
         "project python called z @file\n"},
        {"src/tracing/setup.py", "def setup():\n    pass\n", ""},
        {"a-1.dist-info/METADATA", "Name: a\n", ""}, /* installed */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        detector_says(DET, rows[i][0], rows[i][1], rows[i][2]);
}

static void modules(void **state UNUSED)
{
    detector_says(DET, "src/whatever/__init__.py", "", "module python whatever @file\n");
    detector_says(DET, "agents.py", "x", "module python agents @file\n");
    detector_says(DET, "a/google.py", "x", "module python google @file\n");
    detector_says(DET, "lib/openai.rb", "x", "module ruby openai @file\n");
    detector_says(DET, "go.mod", "// x\nmodule github.com/openai/openai-go/v2\n\ngo 1.21\n",
                  "project go called github.com/openai/openai-go/v2 @file\n"
                  "module go github.com/openai/openai-go @file\n");
    detector_says(DET, "go.mod", "module example.com/app // x\n",
                  "project go called example.com/app @file\n");
    detector_says(DET, "go.mod", "module \"example.com/app\"\n",
                  "project go called example.com/app @file\n");
    detector_says(DET, "go.mod", "", "project go @file\n");
    detector_says(DET, "go.mod", "\x01\x02module\n", "project go @file\n");
}

static void near_misses(void **state UNUSED)
{
    static const char *const paths[] = {
        "main.py",
        "openai.pyc",
        "openai",
        "openais.py",
        "my_openai.py",
        "app/openai.rb",
        "__init__.py",
        "package.json5",
        "x.csproj.user",
        "go.modx",
        "lib/main.rb",
        "METADATA",
        "a/x.dist-info/METADATA",
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        detector_says(DET, paths[i], "x", "not wanted\n");
}

static void memory(void **state UNUSED)
{
    detector_survives(DET, "go.mod", "module github.com/openai/openai-go\n");
    detector_survives(DET, "composer.json", "{\"name\": \"a/b\"}");
    detector_survives(DET, "pyproject.toml", "[project]\nname = \"openai\"\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(projects),
        cmocka_unit_test(modules),
        cmocka_unit_test(near_misses),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
