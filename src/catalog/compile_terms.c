/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how servers that one runs oneself are recognised, and what a vendor says on data. */
#include "catalog/compile_internal.h"
#include "catalog/facts.h"

static int read_ports(struct compiler *c, const struct node *list, int entry)
{
    if (list && !node_is(list, NODE_ARRAY))
        return compile_fail(c, list, "ports stand in a list");
    node_each (c->doc, list, it) {
        int64_t port;
        if (node_i64(c->doc, it, &port) || port < 1 || port > 65535)
            return compile_fail(c, it, "a port is a number from 1 to 65535");
        if (vec_push(&c->ports, ((struct catalog_port){(int)port, entry})))
            return compile_no_memory(c);
    }
    return OK;
}

static int read_probe(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"path", "marks", "open", NULL};
    struct catalog_probe row = {.entry = entry};
    int rc;

    if ((rc = compile_members(c, n, words)) ||
        (rc = compile_string(c, n, "path", true, &row.path)) ||
        (rc = compile_strings(c, n, "marks", &row.marks)) ||
        (rc = compile_bool(c, n, "open", &row.open)))
        return rc;
    if (row.path[0] != '/')
        return compile_fail(c, n, "the path of a probe begins with '/'");
    if (!row.marks[0])
        return compile_fail(c, n, "a probe needs marks: what an answer of it holds");
    return vec_push(&c->probes, row) ? compile_no_memory(c) : OK;
}

int compile_servers(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"ports", "probes", NULL};
    const struct node *probes = n ? node_get(c->doc, n, STR("probes")) : NULL;
    int rc = n ? compile_members(c, n, words) : OK;

    if (!rc && n)
        rc = read_ports(c, node_get(c->doc, n, STR("ports")), entry);
    if (!rc && probes && !node_is(probes, NODE_ARRAY))
        return compile_fail(c, probes, "probes stand in a list");
    node_each (c->doc, rc ? NULL : probes, it)
        if ((rc = read_probe(c, it, entry)))
            return rc;
    return rc;
}

static int read_tier(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"tier",       "training", "retention", "regions",
                                        "processors", "url",      "read",      NULL};
    static const char *const tiers[] = {"free", "personal", "team", "enterprise", "api", NULL};
    struct catalog_terms row = {.entry = entry};
    int rc, tier, word;

    if ((rc = compile_members(c, n, words)) ||
        (rc = compile_word(c, n, "tier", tiers, true, &tier)) ||
        (rc = compile_word(c, n, "training", DATA_TRAINING_NAMES, true, &word)) ||
        (rc = compile_string(c, n, "retention", false, &row.retention)) ||
        (rc = compile_strings(c, n, "regions", &row.regions)) ||
        (rc = compile_string(c, n, "processors", false, &row.processors)) ||
        (rc = compile_source(c, n, &row.url, &row.read)))
        return rc;
    struct catalog_entry *e = &c->entries.v[entry];
    row.tier = tiers[tier];
    row.training = (enum data_training)word;
    if (!e->training_use || !strcmp(row.tier, "api"))
        e->training_use =
            DATA_TRAINING_NAMES[word]; /* of what programs send, when that is told apart */
    return vec_push(&c->terms, row) ? compile_no_memory(c) : OK;
}

int compile_terms(struct compiler *c, const struct node *n, int entry)
{
    int rc = OK;

    if (n && !node_is(n, NODE_ARRAY))
        return compile_fail(c, n, "tiers stand in a list");
    node_each (c->doc, n, it)
        if ((rc = read_tier(c, it, entry)))
            return rc;
    return rc;
}
