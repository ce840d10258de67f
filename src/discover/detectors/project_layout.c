/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the name of a file says of the code around it: where a project begins, and which
 * modules are its own. */
#include "base/path.h"
#include "discover/detector.h"
#include "discover/imports/imports.h"
#include "discover/packages/project_name.h"

/* Files that make their folder a project, its language, and whether a detector reads what they
 * declare; a '*' stands for any start. */
static const struct project {
    const char *name, *language;
    bool read;
} PROJECTS[] = {
    {"package.json", "javascript", true},
    {"deno.json", "javascript", false},
    {"pyproject.toml", "python", true},
    {"requirements.txt", "python", true},
    {"setup.py", "python", false},
    {"setup.cfg", "python", false},
    {"Pipfile", "python", false},
    {"environment.yml", "python", false},
    {"go.mod", "go", false},
    {"Cargo.toml", "rust", false},
    {"pom.xml", "java", false},
    {"build.gradle", "java", false},
    {"build.gradle.kts", "java", false},
    {"composer.json", "php", false},
    {"Gemfile", "ruby", false},
    {"*.gemspec", "ruby", false},
    {"*.csproj", "c-sharp", false},
    {"*.fsproj", "c-sharp", false},
};

/* NAME.dist-info/METADATA tells what a wheel is; outside of one it is a copy that was installed. */
static const struct project WHEEL = {"METADATA", "python", false};

static bool is_wheel(struct str path)
{
    struct str folder = path_dir(path);
    return str_ends(folder, STR(".dist-info")) && str_chr(folder, '/', 0) == SIZE_MAX &&
           str_eq_z(path_base(path), WHEEL.name);
}

static const struct project *project_of(struct str path)
{
    struct str base = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(PROJECTS); i++) {
        const char *name = PROJECTS[i].name;
        bool ends = name[0] == '*' && str_ends(base, str_z(name + 1));
        if (ends || str_eq_z(base, name))
            return &PROJECTS[i];
    }
    return is_wheel(path) ? &WHEEL : NULL;
}

/* "a/b/__init__.py" is the package a/b, whatever its name; "google.py" hides google. */
static bool is_python_module(const struct catalog *c, struct str path)
{
    struct str base = path_base(path);
    if (str_eq_z(base, "__init__.py"))
        return path_dir(path).n > 0;
    return str_ends(base, STR(".py")) && import_is_root(c, "python", str_sub(base, 0, base.n - 3));
}

/* Ruby finds lib/NAME.rb before any gem. */
static bool is_ruby_module(const struct catalog *c, struct str path)
{
    struct str base = path_base(path);
    return str_ends(base, STR(".rb")) && str_eq_z(path_base(path_dir(path)), "lib") &&
           import_is_root(c, "ruby", str_sub(base, 0, base.n - 3));
}

static bool wants_project_layout(const struct catalog *c, struct str path)
{
    return project_of(path) || is_python_module(c, path) || is_ruby_module(c, path);
}

/* module github.com/x/y */
static int go_module(struct item *it, struct emit *e)
{
    struct str text, line;
    int rc = item_text(it, &text);
    while (!rc && str_line(&text, &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("module ")))
            continue;
        struct str name = str_trim(str_sub(line, strlen("module "), line.n));
        const struct catalog_import *row = import_row(it->catalog, "go", name, STR(""));
        if (row)
            emit_module(e, STR("go"), str_z(row->name), place_item(it));
        break;
    }
    return rc;
}

/* Any module may be called setup; one that builds a package says with what. */
static bool is_build_script(struct item *it)
{
    static const char *const builders[] = {"setuptools", "distutils", "skbuild",
                                           "cx_Freeze",  "py2exe",    "pbr"};
    struct str text;
    if (item_text(it, &text))
        return true; /* nobody knows */
    for (size_t i = 0; i < ARRAY_LEN(builders); i++)
        if (str_has(text, str_z(builders[i])))
            return true;
    return false;
}

static void tell_project(struct item *it, struct emit *e, const struct project *p)
{
    static const char *const ecosystems[][2] = {
        {"javascript", "npm"}, {"python", "pypi"}, {"rust", "cargo"}};
    struct str name = project_name(it), own = name;
    bool known = false;
    if (!strcmp(p->language, "python") && own.n)
        own = pypi_normalise(own, it->arena);
    for (size_t i = 0; i < ARRAY_LEN(ecosystems) && own.n; i++)
        if (!strcmp(p->language, ecosystems[i][0]))
            known = catalog_package(it->catalog, str_z(ecosystems[i][1]), own);
    emit_project(e, p->language, p->read, known ? own : STR(""), place_item(it));
    emit_project_name(e, name);
}

static int run_project_layout(struct item *it, struct emit *e)
{
    struct str base = path_base(it->path);
    const struct project *project = project_of(it->path);
    int rc = 0;
    if (project == &WHEEL && !it->member.n)
        return 0;
    if (project && (!str_eq_z(base, "setup.py") || is_build_script(it)))
        tell_project(it, e, project);
    if (str_eq_z(base, "go.mod"))
        rc = go_module(it, e);
    else if (str_eq_z(base, "__init__.py"))
        emit_module(e, STR("python"), path_base(path_dir(it->path)), place_item(it));
    else if (str_ends(base, STR(".py")) && !project)
        emit_module(e, STR("python"), str_sub(base, 0, base.n - 3), place_item(it));
    else if (str_ends(base, STR(".rb")))
        emit_module(e, STR("ruby"), str_sub(base, 0, base.n - 3), place_item(it));
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_PROJECT_LAYOUT = {
    .id = "project-layout",
    .title = "Where projects begin and which modules are their own",
    .version = 3,
    .wants = wants_project_layout,
    .need = ITEM_HEAD,
    .run = run_project_layout,
};
