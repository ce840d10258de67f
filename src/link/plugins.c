/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whose settings a file is that several hosts load, and that lies in a plugin: those of the
 * host the plugin is made for.
 */
#include "base/path.h"
#include "link/link_internal.h"

int plugin_take(struct link *l, const struct linked_item *it, const struct fact *f)
{
    struct plugin p = {.host = catalog_entry(l->catalog, f->source)};
    struct str path = tree_path(l, &f->at);
    uint64_t *slot;
    if (!path.p)
        return arena_error(&l->mem);
    p.folder = path_dir(path_dir(path));
    if (!p.host)
        return 0; /* of another version */
    int rc = folder_put(&l->plugin_at, it->target, p.folder, &slot);
    if (rc)
        return rc;
    p.next = *slot == FACT_NONE ? SIZE_MAX : (size_t)*slot;
    *slot = l->plugins.n;
    return vec_push(&l->plugins, p);
}

/* The host of the plugin in `folder`: `named` when it has a manifest there, too. */
static int find_host(const struct link *l, uint32_t target, struct str folder, struct str named,
                     const struct catalog_entry **ret)
{
    uint32_t index;
    int rc = folder_find(&l->plugin_at, target, folder, &index);
    *ret = NULL;
    if (rc || index == FACT_NONE || !str_eq(l->plugins.v[index].folder, folder))
        return rc;
    for (size_t i = index; i != SIZE_MAX; i = l->plugins.v[i].next) {
        *ret = l->plugins.v[i].host; /* the first manifest, in the order of paths */
        if (str_eq_z(named, (*ret)->id))
            return 0;
    }
    return 0;
}

int plugin_name_host(struct link *l, struct observation *o)
{
    enum attr attr = o->kind == KIND_AGENT_HOST ? ATTR_AGENT_HOST_HOST : ATTR_MCP_SERVER_HOST;
    const struct catalog_entry *host;
    if (!l->plugins.n || (o->kind != KIND_AGENT_HOST && o->kind != KIND_MCP_SERVER))
        return 0;
    struct str path = tree_path(l, &o->at);
    if (!path.p)
        return arena_error(&l->mem);
    const struct attribute *named = observation_attr(o, attr);
    if (!named || !str_eq_z(path_base(path), ".mcp.json"))
        return 0;
    int rc = find_host(l, o->at.target, path_dir(path), named->value.text, &host);
    for (size_t i = 0; !rc && host && i < o->n_attrs; i++)
        if (o->attrs[i].attr == attr)
            o->attrs[i].value.text = str_z(host->id);
    if (!rc && host && o->kind == KIND_AGENT_HOST)
        o->name = str_z(host->name);
    return rc;
}
