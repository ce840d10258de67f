/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages, and which versions of them, a lock file of npm installs. */
#include "base/path.h"
#include "discover/packages/npm_spec.h"
#include "discover/packages/package_emit.h"

#define MODULES "node_modules/"

static bool wants_npm_lock(const struct catalog *c UNUSED, struct str path)
{
    struct str base = path_base(path);
    return str_eq_z(base, "package-lock.json") || str_eq_z(base, "npm-shrinkwrap.json");
}

static enum said flag_of(const struct doc *doc, const struct node *entry, struct str key)
{
    const struct node *n = node_get(doc, entry, key);
    bool on;
    if (!n)
        return SAID_NO;
    return node_bool(n, &on) ? SAID_UNKNOWN : on ? SAID_YES : SAID_NO;
}

static void read_common(struct package_file *f, const struct doc *doc, const struct node *entry,
                        struct package_row *row)
{
    row->lock = true;
    row->development = flag_of(doc, entry, STR("dev"));
    row->integrity = node_str(doc, entry, STR("integrity")).n ? SAID_YES : SAID_NO;
    row->at = place_node(f->it, doc, entry);
    package_emit(f, row);
}

/* --- version 1: a tree of "dependencies" --------------------------------------------------- */

/* The depth is bounded by the limits of the reader. */
static void read_tree(struct package_file *f, const struct doc *doc, const struct node *map,
                      bool top)
{
    node_each (doc, map, n) {
        if (!node_is(n, NODE_OBJECT))
            continue;
        struct npm_spec s = npm_spec(node_key(doc, n), node_str(doc, n, STR("version")));
        struct package_row row = {.entry = package_known(f, s.name),
                                  .name = s.name,
                                  .version = {.text = s.version},
                                  .direct = top ? SAID_ABSENT : SAID_NO};
        if (s.range.n && !s.version.n)
            row.version.unresolved = "locked to an address, not to a version";
        if (row.entry)
            read_common(f, doc, n, &row);
        const struct node *below = node_get(doc, n, STR("dependencies"));
        if (node_is(below, NODE_OBJECT))
            read_tree(f, doc, below, false);
    }
}

/* --- versions 2 and 3: "packages" by folder ------------------------------------------------ */

/* Folder -> 1 + index of the node that asks for it by name, 0 when none does. */
struct folders {
    struct package_file *f;
    const struct doc *doc;
    struct map asked;
    struct buf path;
    int error;
};

/* A package finds another in its own node_modules, else in that of the root. */
static void ask(struct folders *t, struct str folder, const struct node *dependency)
{
    struct str name = node_key(t->doc, dependency), at;
    bool fresh;
    for (int i = 0; i < 2 && !t->error; i++) {
        buf_clear(&t->path);
        path_join(&t->path, i ? STR("") : folder, STR(MODULES));
        buf_add(&t->path, name);
        at = buf_str(&t->path);
        t->error = buf_result(&t->path);
        if (t->error || !map_get(&t->asked, at))
            continue;
        uint64_t *slot = map_put(&t->asked, at, &fresh);
        if (slot)
            *slot = (uint64_t)(dependency - t->doc->nodes) + 1;
        return;
    }
}

static bool is_installed(struct str folder)
{
    return str_has(folder, STR(MODULES));
}

/* What the root and the workspaces ask for. */
static void ask_all(struct folders *t, const struct node *packages)
{
    static const char *const sections[] = {"dependencies", "optionalDependencies",
                                           "peerDependencies", "devDependencies"};
    node_each (t->doc, packages, n) {
        bool fresh;
        uint64_t *slot = map_put(&t->asked, node_key(t->doc, n), &fresh);
        if (!slot) {
            t->error = E_NOMEM;
            return;
        }
    }
    node_each (t->doc, packages, n) {
        struct str folder = node_key(t->doc, n);
        if (is_installed(folder) || !node_is(n, NODE_OBJECT))
            continue;
        for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
            const struct node *map = node_get(t->doc, n, str_z(sections[i]));
            if (!node_is(map, NODE_OBJECT))
                continue;
            node_each (t->doc, map, dependency)
                ask(t, folder, dependency);
        }
    }
}

static struct str name_of(const struct doc *doc, const struct node *entry)
{
    struct str folder = node_key(doc, entry), name = node_str(doc, entry, STR("name"));
    size_t last = SIZE_MAX;
    for (size_t at = str_find(folder, STR(MODULES), 0); at != SIZE_MAX;
         at = str_find(folder, STR(MODULES), at + 1))
        last = at;
    return name.n ? name : str_sub(folder, last + sizeof(MODULES) - 1, folder.n);
}

static void read_entry(struct folders *t, const struct node *entry)
{
    const struct doc *doc = t->doc;
    const struct node *versioned = entry;
    struct str folder = node_key(doc, entry);
    if (!is_installed(folder) || !node_is(entry, NODE_OBJECT))
        return;
    struct package_row row = {.name = name_of(doc, entry), .direct = SAID_NO};
    row.entry = package_known(t->f, row.name);
    if (!row.entry)
        return;
    const uint64_t *asked = map_get(&t->asked, folder);
    if (asked && *asked) {
        const struct node *n = &doc->nodes[*asked - 1];
        struct npm_spec s = npm_spec(node_key(doc, n), node_text(doc, n));
        row.direct = SAID_YES;
        row.constraint.text = s.range;
    }
    if (flag_of(doc, entry, STR("link")) == SAID_YES) {
        if (row.direct != SAID_YES)
            return; /* a workspace that nobody asks for */
        const struct node *all = node_parent(doc, entry);
        versioned = node_get(doc, all, node_str(doc, entry, STR("resolved")));
    }
    row.version.text = node_str(doc, versioned, STR("version"));
    read_common(t->f, doc, entry, &row);
}

static int read_packages(struct package_file *f, const struct doc *doc, const struct node *packages)
{
    struct folders t = {.f = f, .doc = doc, .asked = MAP_INIT, .path = BUF_INIT};
    ask_all(&t, packages);
    if (t.error)
        emit_gap(f->e, COVERAGE_PARTIAL, place_item(f->it),
                 "needs more memory than one item may use");
    else
        node_each (doc, packages, n)
            read_entry(&t, n);
    map_done(&t.asked);
    buf_done(&t.path);
    return t.error;
}

static int run_npm_lock(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_JSON, &doc);
    if (rc)
        return rc;
    const struct node *root = doc_root(doc);
    const struct node *packages = node_get(doc, root, STR("packages"));
    const struct node *tree = node_get(doc, root, STR("dependencies"));
    const struct node *self = node_get(doc, packages, STR(""));
    AUTO(package_file) f = package_file(it, e, "npm", "javascript");
    f.at = place_node(it, doc, root);
    f.name = node_str(doc, root, STR("name"));
    f.version.text = node_str(doc, root, STR("version"));
    f.license.text = node_str(doc, self, STR("license"));
    if (node_is(packages, NODE_OBJECT))
        rc = read_packages(&f, doc, packages);
    else if (node_is(tree, NODE_OBJECT))
        read_tree(&f, doc, tree, true);
    else if (!node_is(root, NODE_OBJECT) || packages || tree ||
             !node_get(doc, root, STR("lockfileVersion")))
        emit_gap(e, COVERAGE_FAILED, place_item(it), "is not a lock file of npm");
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_NPM_LOCK = {
    .id = "npm-lock",
    .title = "AI packages that a lock file of npm installs",
    .version = 1,
    .wants = wants_npm_lock,
    .need = ITEM_TEXT,
    .run = run_npm_lock,
};
