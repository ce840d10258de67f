/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages, and which versions, a lock file of uv, Poetry, PDM or pip fixes. */
#include "base/path.h"
#include "discover/packages/package_emit.h"
#include "formats/pep508.h"

static bool wants_python_lock(const struct catalog *c UNUSED, struct str path)
{
    static const char *const names[] = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"};
    struct str base = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_z(base, names[i]))
            return true;
    return str_starts(base, STR("pylock.")) && str_ends(base, STR(".toml")); /* PEP 751 */
}

struct file {
    struct package_file packages;
    struct item *it;
    const struct doc *doc;
    struct map asked; /* normalised names that the projects of the lock ask for (uv) */
    bool knows_asked; /* the format says who asks for what */
    int error;
};

/* uv: the code of the workspace itself, not something that is installed from elsewhere. */
static const struct node *local_source(struct file *f, const struct node *package)
{
    static const char *const keys[] = {"editable", "virtual", "directory", "path"};
    const struct node *source = node_get(f->doc, package, STR("source"));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct node *n = node_get(f->doc, source, str_z(keys[i]));
        if (n)
            return n;
    }
    return NULL;
}

/* --- who asks ------------------------------------------------------------------------------ */

static void ask_list(struct file *f, const struct node *list)
{
    node_each (f->doc, list, n) {
        bool fresh;
        struct str name = pypi_normalise(node_str(f->doc, n, STR("name")), f->it->arena);
        if (!name.p || !map_put(&f->asked, name, &fresh))
            f->error = E_NOMEM;
    }
}

static void ask_of_project(struct file *f, const struct node *package)
{
    static const char *const groups[] = {"optional-dependencies", "dev-dependencies"};
    ask_list(f, node_get(f->doc, package, STR("dependencies")));
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        node_each (f->doc, node_get(f->doc, package, str_z(groups[i])), group)
            ask_list(f, group);
}

static void ask_all(struct file *f, const struct node *packages)
{
    node_each (f->doc, packages, n) {
        const struct node *source = local_source(f, n);
        if (!source)
            continue;
        f->knows_asked = true;
        ask_of_project(f, n);
        if (str_eq_z(node_text(f->doc, source), "."))
            f->packages.name = node_str(f->doc, n, STR("name"));
    }
}

/* --- rows ---------------------------------------------------------------------------------- */

/* uv: sdist and wheels have a hash each; Poetry and PDM: files; pip: hashes in them. */
static bool has_hash(struct file *f, const struct node *package)
{
    static const char *const keys[] = {"sdist", "wheels", "files", "archive"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct node *n = node_get(f->doc, package, str_z(keys[i]));
        if (node_is(n, NODE_ARRAY))
            n = node_first(f->doc, n);
        if (node_str(f->doc, n, STR("hash")).n || node_get(f->doc, n, STR("hashes")))
            return true;
    }
    return false;
}

/* Poetry and PDM name the groups that need a package; older Poetry has one category. */
static enum said is_development(struct file *f, const struct node *package)
{
    const struct node *groups = node_get(f->doc, package, STR("groups"));
    struct str category = node_str(f->doc, package, STR("category"));
    if (category.n)
        return str_eq_z(category, "dev") ? SAID_YES : SAID_NO;
    if (!node_is(groups, NODE_ARRAY) || !node_first(f->doc, groups))
        return SAID_UNKNOWN;
    node_each (f->doc, groups, n)
        if (!package_name_is_development(node_text(f->doc, n)))
            return SAID_NO;
    return SAID_YES;
}

static void read_package(struct file *f, const struct node *package)
{
    struct str written = node_str(f->doc, package, STR("name"));
    struct package_row row = {.entry = package_known(&f->packages, written),
                              .name = written,
                              .lock = true,
                              .version = {.text = node_str(f->doc, package, STR("version"))},
                              .direct = SAID_ABSENT,
                              .development = is_development(f, package),
                              .development_inferred = true,
                              .integrity = has_hash(f, package) ? SAID_YES : SAID_NO};
    if (!row.entry)
        return;
    struct str name = pypi_normalise(written, f->it->arena);
    bool asked = name.p && map_get(&f->asked, name);
    if (local_source(f, package) && !asked)
        return; /* the application itself */
    if (f->knows_asked)
        row.direct = asked ? SAID_YES : SAID_NO;
    if (!row.version.text.n)
        row.version.unresolved = "the lock file does not say";
    row.at = place_node(f->it, f->doc, package);
    package_emit(&f->packages, &row);
}

static int run_python_lock(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_TOML, &doc);
    if (rc)
        return rc;
    struct file f = {
        .packages = package_file(it, e, "pypi", "python"), .it = it, .doc = doc, .asked = MAP_INIT};
    const struct node *packages = node_get(doc, doc_root(doc), STR("package"));
    if (!packages)
        packages = node_get(doc, doc_root(doc), STR("packages"));
    f.packages.names_only = true;
    if (packages && !node_is(packages, NODE_ARRAY))
        emit_gap(e, COVERAGE_FAILED, place_item(it), "is not a lock file of Python packages");
    else
        ask_all(&f, packages);
    if (f.error)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "needs more memory than one item may use");
    else if (node_is(packages, NODE_ARRAY))
        node_each (doc, packages, n)
            read_package(&f, n);
    map_done(&f.asked);
    package_file_done(&f.packages);
    return f.error ? f.error : emit_result(e);
}

const struct detector DETECTOR_PYTHON_LOCK = {
    .id = "python-lock",
    .title = "AI packages that a lock file of uv, Poetry, PDM or pip fixes",
    .version = 1,
    .wants = wants_python_lock,
    .need = ITEM_TEXT,
    .run = run_python_lock,
};
