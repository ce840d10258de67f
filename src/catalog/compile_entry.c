/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a vendor or project becomes a row, and which member of its file goes where. */
#include "catalog/compile_internal.h"

static const char *const RUNS[] = {"vendor", "own", "either", NULL};
enum { RUNS_VENDOR, RUNS_OWN, RUNS_EITHER };

static int read_category(struct compiler *c, const struct node *root, const char **ret)
{
    int rc = compile_string(c, root, "category", true, ret);

    if (rc)
        return rc;
    vec_each (row, &c->categories)
        if (!strcmp(row->id, *ret)) {
            *ret = row->id;
            return OK;
        }
    return compile_fail(c, node_get(c->doc, root, STR("category")),
                        "'%s' is not a category of categories.yaml", *ret);
}

static int read_country(struct compiler *c, const struct node *root, const char **ret)
{
    int rc = compile_string(c, root, "country", false, ret);
    const char *s = rc ? NULL : *ret;

    if (s && (strlen(s) != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z'))
        return compile_fail(c, node_get(c->doc, root, STR("country")),
                            "a country has two capital letters (ISO 3166)");
    return rc;
}

static int read_head(struct compiler *c, const struct node *root, struct catalog_entry *e)
{
    int runs, rc;

    if ((rc = compile_id(c, &e->id)) || (rc = compile_string(c, root, "name", true, &e->name)) ||
        (rc = compile_strings(c, root, "aliases", &e->aliases)) ||
        (rc = read_category(c, root, &e->category)) ||
        (rc = compile_string(c, root, "maker", false, &e->maker)) ||
        (rc = read_country(c, root, &e->country)) ||
        (rc = compile_word(c, root, "runs", RUNS, true, &runs)) ||
        (rc = compile_string(c, root, "provider", false, &e->provider)))
        return rc;
    e->service = runs != RUNS_OWN;
    e->self_hosted = runs == RUNS_EITHER;
    if (e->service && e->provider)
        return compile_fail(c, node_get(c->doc, root, STR("provider")),
                            "only software that runs on its own has a provider");
    return OK;
}

int compile_entry(struct compiler *c)
{
    static const char *const words[] = {
        "id",       "name",    "aliases", "category", "maker",      "country", "runs",
        "provider", "sources", "none",    "packages", "imports",    "env",     "keys",
        "hosts",    "servers", "images",  "iac",      "extensions", "apps",    "plugins",
        "agent",    "data",    "code",    "examples", NULL};
    const struct node *root = doc_root(c->doc);
    struct catalog_entry e = {0};
    int entry = (int)c->entries.n, rc;

    if ((rc = compile_members(c, root, words)) || (rc = read_head(c, root, &e)) ||
        (rc = compile_references(c, root, &e, entry)))
        return rc;
    e.origin = c->origin ? arena_z(c->a, str_z(c->origin)) : NULL;
    if ((c->origin && !e.origin) || vec_push(&c->entries, e))
        return compile_no_memory(c);
    if ((rc = compile_names(c, root, entry)) ||
        (rc = compile_imports(c, node_get(c->doc, root, STR("imports")), entry)) ||
        (rc = compile_keys(c, node_get(c->doc, root, STR("keys")), entry)) ||
        (rc = compile_hosts(c, node_get(c->doc, root, STR("hosts")), entry)) ||
        (rc = compile_servers(c, node_get(c->doc, root, STR("servers")), entry)) ||
        (rc = compile_agent(c, node_get(c->doc, root, STR("agent")), entry)) ||
        (rc = compile_terms(c, node_get(c->doc, root, STR("data")), entry)) ||
        (rc = compile_code(c, node_get(c->doc, root, STR("code")), entry)))
        return rc;
    return compile_examples(c, root, entry);
}

int compile_categories(struct compiler *c)
{
    static const char *const words[] = {"categories", NULL};
    static const char *const row_words[] = {"category", "means", "expects", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("categories"));
    int rc = compile_members(c, root, words);

    if (!rc && !node_is(list, NODE_ARRAY))
        return compile_fail(c, root, "categories stand in a list");
    node_each (c->doc, rc ? NULL : list, it) {
        struct catalog_category row;
        if ((rc = compile_members(c, it, row_words)) ||
            (rc = compile_string(c, it, "category", true, &row.id)) ||
            (rc = compile_check_id(c, it, row.id)) ||
            (rc = compile_string(c, it, "means", true, &row.means)) ||
            (rc = compile_strings(c, it, "expects", &row.expects)) ||
            (rc = compile_check_groups(c, it, row.expects)))
            return rc;
        if (vec_push(&c->categories, row))
            return compile_no_memory(c);
    }
    return rc;
}
