/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which member of an entry stands in which source, and which were looked for in vain. */
#include "catalog/compile_internal.h"

const char *const CATALOG_GROUPS[] = {
    "about", "country",    "packages", "imports", "env",   "keys", "hosts", "servers", "images",
    "iac",   "extensions", "apps",     "plugins", "agent", "data", "code",  NULL};

/* "packages", or "packages.npm". */
static bool is_group(struct str word)
{
    struct str member, sub;
    bool has_sub = str_cut(word, '.', &member, &sub);

    for (int i = 0; CATALOG_GROUPS[i]; i++) {
        if (!str_eq_z(has_sub ? member : word, CATALOG_GROUPS[i]))
            continue;
        if (!has_sub || str_eq(member, STR("imports")) || str_eq(member, STR("hosts")) ||
            str_eq(member, STR("code")))
            return true;
        for (int s = 0; s < SPACE_COUNT; s++)
            if (str_eq_z(member, CATALOG_SPACE_MEMBERS[s][0]) && CATALOG_SPACE_MEMBERS[s][1] &&
                str_eq_z(sub, CATALOG_SPACE_MEMBERS[s][1]))
                return true;
    }
    return false;
}

int compile_check_groups(struct compiler *c, const struct node *n, const char *const *groups)
{
    for (int i = 0; groups[i]; i++)
        if (!is_group(str_z(groups[i])))
            return compile_fail(c, n, "'%s' is no member that holds facts", groups[i]);
    return OK;
}

/* The first row of names in source code of a language. */
static const struct node *code_node(struct compiler *c, const struct node *rows,
                                    struct str language)
{
    node_each (c->doc, rows, row) {
        const struct node *in = node_get(c->doc, row, STR("in"));
        if (str_eq(node_text(c->doc, in), language))
            return row;
        node_each (c->doc, node_is(in, NODE_ARRAY) ? in : NULL, it)
            if (str_eq(node_text(c->doc, it), language))
                return row;
    }
    return NULL;
}

/* The member, or sub-member, that a group names; NULL: the entry has none. */
static const struct node *group_node(struct compiler *c, const struct node *root, const char *group)
{
    struct str member, sub;

    if (!str_cut(str_z(group), '.', &member, &sub))
        return node_get(c->doc, root, str_z(group));
    const struct node *n = node_get(c->doc, root, member);
    if (str_eq(member, STR("code")))
        return code_node(c, n, sub);
    const struct node *found = n ? node_get(c->doc, n, sub) : NULL;
    const char *ecosystem =
        found || !str_eq(member, STR("imports")) ? NULL : compile_import_ecosystem(sub);
    const struct node *packages = ecosystem ? node_get(c->doc, root, STR("packages")) : NULL;
    return packages ? node_get(c->doc, packages, str_z(ecosystem)) : found; /* imports by default */
}

static int read_reference(struct compiler *c, const struct node *root, const struct node *n,
                          int entry)
{
    static const char *const words[] = {"url", "read", "says", NULL};
    const struct node *says = node_get(c->doc, n, STR("says"));
    struct catalog_reference row = {.entry = entry};
    int rc;

    if ((rc = compile_members(c, n, words)) || (rc = compile_source(c, n, &row.url, &row.read)) ||
        (rc = compile_strings(c, n, "says", &row.says)) ||
        (rc = compile_check_groups(c, says, row.says)))
        return rc;
    for (int i = 0; row.says[i]; i++)
        if (strcmp(row.says[i], "about") && !group_node(c, root, row.says[i]))
            return compile_fail(c, says, "the entry has no '%s' that a source could say",
                                row.says[i]);
    return vec_push(&c->references, row) ? compile_no_memory(c) : OK;
}

int compile_references(struct compiler *c, const struct node *root, struct catalog_entry *e,
                       int entry)
{
    const struct node *list = node_get(c->doc, root, STR("sources"));
    size_t first = c->references.n;
    int rc;

    if (!node_is(list, NODE_ARRAY) || !list->count)
        return compile_fail(c, list ? list : root, "at least one source is needed: {url, read}");
    node_each (c->doc, list, it)
        if ((rc = read_reference(c, root, it, entry)))
            return rc;
    e->source = c->references.v[first].url;
    if ((rc = compile_strings(c, root, "none", &e->none)) ||
        (rc = compile_check_groups(c, node_get(c->doc, root, STR("none")), e->none)))
        return rc;
    for (int i = 0; e->none[i]; i++)
        if (group_node(c, root, e->none[i]))
            return compile_fail(c, node_get(c->doc, root, STR("none")),
                                "'%s' stands in the entry: it cannot be missing", e->none[i]);
    return OK;
}
