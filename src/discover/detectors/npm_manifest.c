/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages a package.json asks for, and who answers for its application. */
#include "base/path.h"
#include "discover/packages/npm_spec.h"
#include "discover/packages/package_emit.h"

static bool wants_npm_manifest(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "package.json");
}

struct section {
    const char *key;
    enum said direct, development;
};

static void read_dependency(struct package_file *f, const struct doc *doc, const struct node *n,
                            const struct section *section)
{
    bool text = node_is(n, NODE_STRING);
    struct npm_spec s = npm_spec(node_key(doc, n), text ? node_text(doc, n) : STR(""));
    struct package_row row = {.entry = package_known(f, s.name),
                              .name = s.name,
                              .constraint = {.text = s.range},
                              .version = {.text = s.version},
                              .direct = section->direct,
                              .development = section->development};
    if (!row.entry)
        return;
    if (doc->duplicates && node_get(doc, node_parent(doc, n), node_key(doc, n)) != n)
        return; /* loaders take the last */
    if (!text)
        row.constraint.unresolved = "the range is not a string";
    else if (s.catalog)
        row.constraint.unresolved = "the range stands in the catalog of the workspace";
    row.at = place_node(f->it, doc, n);
    package_emit(f, &row);
}

static void read_sections(struct package_file *f, const struct doc *doc)
{
    /* Whoever installs the package chooses the version of a peer. */
    static const struct section sections[] = {{"dependencies", SAID_YES, SAID_NO},
                                              {"optionalDependencies", SAID_YES, SAID_NO},
                                              {"peerDependencies", SAID_NO, SAID_NO},
                                              {"devDependencies", SAID_YES, SAID_YES}};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        const struct node *map = node_get(doc, doc_root(doc), str_z(sections[i].key));
        if (map && !node_is(map, NODE_OBJECT) && !node_is(map, NODE_NULL))
            emit_gap(f->e, COVERAGE_PARTIAL, place_node(f->it, doc, map), "%s is not an object",
                     sections[i].key);
        if (!node_is(map, NODE_OBJECT))
            continue;
        node_each (doc, map, n)
            read_dependency(f, doc, n, &sections[i]);
    }
}

/* "MIT", {"type": "MIT"}, [{"type": "MIT"}] */
static struct str license_of(const struct doc *doc, const struct node *n)
{
    if (node_is(n, NODE_ARRAY))
        n = node_first(doc, n);
    return node_is(n, NODE_OBJECT)   ? node_str(doc, n, STR("type"))
           : node_is(n, NODE_STRING) ? node_text(doc, n)
                                     : STR_NULL;
}

static void read_person(struct package_file *f, const struct doc *doc, const struct node *n,
                        unsigned confidence)
{
    if (node_is(n, NODE_STRING))
        package_owner_text(f, node_text(doc, n), confidence, place_node(f->it, doc, n));
    else if (node_is(n, NODE_OBJECT))
        package_owner(f, node_str(doc, n, STR("name")), node_str(doc, n, STR("email")), confidence,
                      place_node(f->it, doc, n));
}

static void read_people(struct package_file *f, const struct doc *doc)
{
    static const struct {
        const char *key;
        unsigned confidence;
    } keys[] = {{"maintainers", 40}, {"author", 40}, {"contributors", 30}};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct node *people = node_get(doc, doc_root(doc), str_z(keys[i].key));
        if (!node_is(people, NODE_ARRAY)) {
            read_person(f, doc, people, keys[i].confidence);
            continue;
        }
        node_each (doc, people, n)
            read_person(f, doc, n, keys[i].confidence);
    }
}

/*
 * Below node_modules a manifest describes what is installed there, "node_modules/NAME/package.json"
 * or "node_modules/@SCOPE/NAME/package.json": not an application, and what it asks for is installed
 * beside it or not at all. Deeper ones are parts of the package.
 */
static bool installed_at(struct str path, bool *ret_package)
{
    struct str dir = path_dir(path), above = path_dir(dir);
    bool inside = str_starts(path, STR("node_modules/")) || str_has(path, STR("/node_modules/"));
    if (str_starts(path_base(above), STR("@")))
        above = path_dir(above);
    *ret_package = str_eq_z(path_base(above), "node_modules");
    return inside;
}

static void read_installed(struct package_file *f, const struct doc *doc)
{
    struct package_row row = {.entry = package_known(f, f->name),
                              .name = f->name,
                              .version = f->version,
                              .installed = true,
                              .direct = SAID_ABSENT,
                              .development = SAID_ABSENT};
    row.at = place_node(f->it, doc, doc_root(doc));
    f->asks_not = true;
    if (row.entry)
        package_emit(f, &row);
}

static int run_npm_manifest(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_JSON, &doc);
    if (rc)
        return rc;
    const struct node *root = doc_root(doc);
    if (!node_is(root, NODE_OBJECT)) {
        emit_gap(e, COVERAGE_FAILED, place_item(it), "is not an object");
        return emit_result(e);
    }
    const struct node *license = node_get(doc, root, STR("license"));
    AUTO(package_file) f = package_file(it, e, "npm", "javascript");
    f.manifest = true;
    f.at = place_node(it, doc, root);
    f.name = node_str(doc, root, STR("name"));
    f.version.text = node_str(doc, root, STR("version"));
    f.license.text = license_of(doc, license ? license : node_get(doc, root, STR("licenses")));
    bool package;
    if (installed_at(it->path, &package)) {
        if (package)
            read_installed(&f, doc);
        return emit_result(e);
    }
    read_sections(&f, doc);
    read_people(&f, doc);
    return emit_result(e);
}

const struct detector DETECTOR_NPM_MANIFEST = {
    .id = "npm-manifest",
    .title = "AI packages that package.json asks for",
    .version = 2,
    .wants = wants_npm_manifest,
    .need = ITEM_TEXT,
    .run = run_npm_manifest,
};
