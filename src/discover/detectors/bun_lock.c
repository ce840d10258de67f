/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages, and which versions of them, a lock file of Bun installs. */
#include "base/path.h"
#include "discover/packages/npm_spec.h"
#include "discover/packages/package_emit.h"

static bool wants_bun_lock(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "bun.lock");
}

struct file {
    struct package_file packages;
    struct item *it;
    const struct doc *doc;
    const struct node *workspaces;
    struct map asked; /* key of "packages" -> 1 + index of the row that asks for it */
    int error;
};

static void ask_all(struct file *f)
{
    static const char *const sections[] = {"dependencies", "optionalDependencies",
                                           "peerDependencies", "devDependencies"};
    const struct doc *doc = f->doc;
    node_each (doc, f->workspaces, project)
        for (size_t i = 0; i < ARRAY_LEN(sections); i++)
            node_each (doc, node_get(doc, project, str_z(sections[i])), row) {
                bool fresh;
                uint64_t *slot = map_put(&f->asked, node_key(doc, row), &fresh);
                if (!slot)
                    f->error = E_NOMEM;
                else if (fresh)
                    *slot = (uint64_t)(row - doc->nodes) + 1;
            }
}

/* "openai": ["openai@4.1.0", "", {...}, "sha512-..."] */
static void read_package(struct file *f, const struct node *n)
{
    const struct doc *doc = f->doc;
    const struct node *first = node_first(doc, n), *last = first;
    struct str text = node_text(doc, first);
    size_t at = str_chr(text, '@', 1);
    if (!node_is(n, NODE_ARRAY) || !node_is(first, NODE_STRING) || at == SIZE_MAX)
        return;
    struct str version = str_sub(text, at + 1, text.n);
    struct npm_spec s = npm_spec(str_sub(text, 0, at), version);
    struct package_row row = {.entry = package_known(&f->packages, s.name),
                              .name = s.name,
                              .lock = true,
                              .version = {.text = s.version},
                              .direct = SAID_NO,
                              .development = SAID_UNKNOWN};
    if (!row.entry)
        return;
    if (str_starts(version, STR("workspace:"))) {
        struct str folder = str_sub(version, sizeof("workspace:") - 1, version.n);
        if (!map_get(&f->asked, node_key(doc, n)))
            return; /* nobody asks for it */
        row.version.text = node_str(doc, node_get(doc, f->workspaces, folder), STR("version"));
        if (!row.version.text.n)
            row.version.unresolved = "a workspace without a version";
    } else if (!s.version.n)
        row.version.unresolved = "locked to an address, not to a version";
    node_each (doc, n, part)
        last = part;
    row.integrity = str_starts(node_text(doc, last), STR("sha")) ? SAID_YES : SAID_NO;
    const uint64_t *slot = map_get(&f->asked, node_key(doc, n));
    if (slot) {
        const struct node *asked = &doc->nodes[*slot - 1], *section = node_parent(doc, asked);
        bool development = str_eq_z(node_key(doc, section), "devDependencies");
        row.direct = SAID_YES;
        row.development = development ? SAID_YES : SAID_NO;
        row.constraint.text = npm_spec(node_key(doc, asked), node_text(doc, asked)).range;
    }
    row.at = place_node(f->it, doc, n);
    package_emit(&f->packages, &row);
}

static int run_bun_lock(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_JSONC, &doc);
    if (rc)
        return rc;
    struct file f = {.packages = package_file(it, e, "npm", "javascript"),
                     .it = it,
                     .doc = doc,
                     .asked = MAP_INIT};
    const struct node *root = doc_root(doc);
    f.workspaces = node_get(doc, root, STR("workspaces"));
    f.packages.names_only = true;
    f.packages.name = node_str(doc, node_get(doc, f.workspaces, STR("")), STR("name"));
    if (!node_get(doc, root, STR("lockfileVersion")))
        emit_gap(e, COVERAGE_FAILED, place_item(it), "is not a lock file of Bun");
    ask_all(&f);
    if (f.error)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "needs more memory than one item may use");
    else
        node_each (doc, node_get(doc, root, STR("packages")), n)
            read_package(&f, n);
    map_done(&f.asked);
    package_file_done(&f.packages);
    return f.error ? f.error : emit_result(e);
}

const struct detector DETECTOR_BUN_LOCK = {
    .id = "bun-lock",
    .title = "AI packages that a lock file of Bun installs",
    .version = 1,
    .wants = wants_bun_lock,
    .need = ITEM_TEXT,
    .run = run_bun_lock,
};
