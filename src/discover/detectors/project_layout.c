/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the name of a file says of the code around it: where a project begins, and which
 * modules are its own. */
#include "base/path.h"
#include "discover/detector.h"
#include "discover/imports/imports.h"

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

static const struct project *project_of(struct str path)
{
    struct str base = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(PROJECTS); i++) {
        const char *name = PROJECTS[i].name;
        bool ends = name[0] == '*' && str_ends(base, str_z(name + 1));
        if (ends || str_eq_z(base, name))
            return &PROJECTS[i];
    }
    return NULL;
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

/* [package] name = "x" */
static struct str crate_name(struct str text)
{
    struct str line;
    bool package = false;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("[")))
            package = str_starts(line, STR("[package]"));
        size_t quote = str_chr(line, '"', 0);
        if (!package || !str_starts(line, STR("name")) || quote == SIZE_MAX)
            continue;
        if (str_eq_z(str_trim(str_sub(line, strlen("name"), quote)), "="))
            return str_sub(line, quote + 1, str_chr(line, '"', quote + 1));
    }
    return STR("");
}

/* The name under which a project is itself a package, when the catalogue has it. What cannot be
 * read is a gap of those who read what it declares. */
static struct str own_name(struct item *it, const struct project *p)
{
    static const char *const names[] = {"/project/name", "/tool/poetry/name"};
    const struct doc *doc;
    struct str name = STR(""), text;
    if (str_eq_z(str_z(p->name), "Cargo.toml"))
        return item_text(it, &text) ? name : crate_name(text);
    if (str_eq_z(str_z(p->name), "package.json") && !item_doc(it, HOST_JSON, &doc))
        name = node_str(doc, doc_root(doc), STR("name"));
    if (!str_eq_z(str_z(p->name), "pyproject.toml") || item_doc(it, HOST_TOML, &doc))
        return name;
    for (size_t i = 0; i < ARRAY_LEN(names) && !name.n; i++) {
        const struct node *n = doc_find(doc, str_z(names[i]));
        name = node_is(n, NODE_STRING) ? node_text(doc, n) : STR("");
    }
    return name.n ? pypi_normalise(name, it->arena) : name;
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
    struct str name = own_name(it, p);
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(ecosystems) && name.n; i++)
        if (!strcmp(p->language, ecosystems[i][0]))
            known = catalog_package(it->catalog, str_z(ecosystems[i][1]), name);
    emit_project(e, p->language, p->read, known ? name : STR(""), place_item(it));
}

static int run_project_layout(struct item *it, struct emit *e)
{
    struct str base = path_base(it->path);
    const struct project *project = project_of(it->path);
    int rc = 0;
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
    .version = 2,
    .wants = wants_project_layout,
    .need = ITEM_HEAD,
    .run = run_project_layout,
};
