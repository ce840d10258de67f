/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages, and which versions of them, a lock file of pnpm installs. */
#include "base/path.h"
#include "discover/packages/npm_spec.h"
#include "discover/packages/package_emit.h"

static bool wants_pnpm_lock(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "pnpm-lock.yaml");
}

struct file {
    struct package_file packages;
    struct item *it;
    const struct doc *doc;
    struct map asked; /* name -> 1 + index of the row of a project that asks for it */
    int error;
};

/* --- keys ---------------------------------------------------------------------------------- */

/*
 * Lock file versions 5, 6 and 9: "/openai/4.1.0_zod@3", "/openai@4.1.0(zod@3.0.0)",
 * "openai@4.1.0"; the version may be an address.
 */
static bool split_key(struct str key, struct str *ret_name, struct str *ret_version)
{
    bool rooted = str_starts(key, STR("/"));
    key = str_sub(key, rooted, key.n);
    key = str_sub(key, 0, MIN(key.n, str_chr(key, '(', 0)));
    size_t scope = str_starts(key, STR("@")) ? str_chr(key, '/', 0) : 0;
    if (scope == SIZE_MAX)
        return false;
    size_t at = str_chr(key, '@', scope + 1), slash = str_chr(key, '/', scope + 1);
    if (rooted && slash < at) { /* version 5 */
        *ret_version = str_sub(key, slash + 1, key.n);
        *ret_version = str_sub(*ret_version, 0, MIN(ret_version->n, str_chr(*ret_version, '_', 0)));
        at = slash;
    } else if (at != SIZE_MAX) {
        *ret_version = str_sub(key, at + 1, key.n);
    } else {
        return false;
    }
    *ret_name = str_sub(key, 0, at);
    return ret_name->n && ret_version->n;
}

/* --- who asks ------------------------------------------------------------------------------ */

/* The range of a row: {specifier, version}, or in version 5 a map of its own. */
static struct str specifier_of(const struct doc *doc, const struct node *project,
                               const struct node *row)
{
    if (node_is(row, NODE_OBJECT))
        return node_str(doc, row, STR("specifier"));
    return node_str(doc, node_get(doc, project, STR("specifiers")), node_key(doc, row));
}

static void ask_of_project(struct file *f, const struct node *project)
{
    static const char *const sections[] = {"dependencies", "optionalDependencies",
                                           "devDependencies"};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++)
        node_each (f->doc, node_get(f->doc, project, str_z(sections[i])), row) {
            bool fresh;
            struct str range = specifier_of(f->doc, project, row);
            struct npm_spec s = npm_spec(node_key(f->doc, row), range);
            uint64_t *slot = map_put(&f->asked, s.name, &fresh);
            if (!slot)
                f->error = E_NOMEM;
            else if (fresh)
                *slot = (uint64_t)(row - f->doc->nodes) + 1;
        }
}

static void ask_all(struct file *f)
{
    const struct node *root = doc_root(f->doc);
    const struct node *importers = node_get(f->doc, root, STR("importers"));
    if (!importers)
        ask_of_project(f, root);
    node_each (f->doc, importers, n)
        ask_of_project(f, n);
}

/* What the project that asks first says of the row. */
static void fill_asked(struct file *f, struct package_row *row)
{
    const uint64_t *at = map_get(&f->asked, row->name);
    if (!at) {
        row->direct = SAID_NO;
        return;
    }
    const struct node *asked = &f->doc->nodes[*at - 1];
    const struct node *section = node_parent(f->doc, asked);
    struct str range = specifier_of(f->doc, node_parent(f->doc, section), asked);
    struct npm_spec s = npm_spec(node_key(f->doc, asked), range);
    row->direct = SAID_YES;
    row->constraint.text = s.range;
    if (s.catalog)
        row->constraint.unresolved = "the range stands in the catalog of the workspace";
    if (row->development == SAID_UNKNOWN) {
        bool development = str_eq_z(node_key(f->doc, section), "devDependencies");
        row->development = development ? SAID_YES : SAID_NO;
    }
}

/* --- rows ---------------------------------------------------------------------------------- */

static void read_package(struct file *f, const struct node *n)
{
    const struct doc *doc = f->doc;
    const struct node *resolution = node_get(doc, n, STR("resolution"));
    const struct node *dev = node_get(doc, n, STR("dev"));
    struct str name, version;
    bool on;
    if (!split_key(node_key(doc, n), &name, &version))
        return;
    struct package_row row = {.entry = package_known(&f->packages, name),
                              .name = name,
                              .lock = true,
                              .version = {.text = version},
                              .development = node_bool(dev, &on) ? SAID_UNKNOWN
                                             : on                ? SAID_YES
                                                                 : SAID_NO,
                              .integrity = node_str(doc, resolution, STR("integrity")).n ? SAID_YES
                                                                                         : SAID_NO};
    if (!row.entry)
        return;
    if (str_chr(version, ':', 0) != SIZE_MAX || str_chr(version, '/', 0) != SIZE_MAX) {
        row.version.text = node_str(doc, n, STR("version"));
        if (!row.version.text.n)
            row.version.unresolved = "locked to an address, not to a version";
    }
    fill_asked(f, &row);
    row.at = place_node(f->it, doc, n);
    package_emit(&f->packages, &row);
}

static int run_pnpm_lock(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_YAML, &doc);
    if (rc)
        return rc;
    struct file f = {.packages = package_file(it, e, "npm", "javascript"),
                     .it = it,
                     .doc = doc,
                     .asked = MAP_INIT};
    const struct node *root = doc_root(doc), *packages = node_get(doc, root, STR("packages"));
    f.packages.names_only = true;
    if (!node_get(doc, root, STR("lockfileVersion")))
        emit_gap(e, COVERAGE_FAILED, place_item(it), "is not a lock file of pnpm");
    ask_all(&f);
    if (f.error)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "needs more memory than one item may use");
    else
        node_each (doc, packages, n)
            read_package(&f, n);
    map_done(&f.asked);
    package_file_done(&f.packages);
    return f.error ? f.error : emit_result(e);
}

const struct detector DETECTOR_PNPM_LOCK = {
    .id = "pnpm-lock",
    .title = "AI packages that a lock file of pnpm installs",
    .version = 1,
    .wants = wants_pnpm_lock,
    .need = ITEM_TEXT,
    .run = run_pnpm_lock,
};
