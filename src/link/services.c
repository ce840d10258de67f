/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which third party is behind a package and behind a remote server of MCP. */
#include "link/link_internal.h"

/* A vendor's own SDK names the third party behind it, where somebody asks for it. */
int service_of_package(struct link *l, struct inventory *inv, uint32_t package,
                       const struct observation *o)
{
    const struct attribute *direct = observation_attr(o, ATTR_PACKAGE_DIRECT);
    if (!direct || direct->state != STATE_DECLARED || !direct->value.number)
        return 0;
    const struct attribute *sdk = observation_attr(o, ATTR_PACKAGE_SDK);
    const struct catalog_entry *e =
        sdk && sdk->value.text.n ? catalog_entry(l->catalog, sdk->value.text) : NULL;
    const struct attribute *row = observation_attr(o, ATTR_PACKAGE_CATALOG_ROW);
    uint32_t service;
    int rc = e && !e->self_hosted
                 ? service_of_entry(l, inv, e, row ? row->value.text : STR(""), &o->at, &service)
                 : E_NOTFOUND;
    if (!rc)
        rc = inventory_relate(inv, package, VERB_PROVIDED_BY, service, RELATION_DECLARED, &o->at);
    return rc == E_NOTFOUND ? 0 : rc;
}

/* The host of "https://host:1/x". */
static struct str host_of(struct str url)
{
    size_t mark = str_find(url, STR("://"), 0), end = 0;
    struct str rest = mark == SIZE_MAX ? STR("") : str_sub(url, mark + 3, url.n);
    while (end < rest.n && !strchr("/:?#", rest.p[end]))
        end++;
    return str_sub(rest, 0, end);
}

/* A remote server at a vendor's host is the vendor's. */
int service_of_server(struct link *l, struct inventory *inv, uint32_t server,
                      const struct observation *o)
{
    const struct attribute *url = observation_attr(o, ATTR_MCP_SERVER_URL);
    if (!url || url->state != STATE_DECLARED)
        return 0;
    struct str name = host_of(url->value.text);
    const struct catalog_host *host =
        name.n && name.n < 254 ? catalog_host(l->catalog, name) : NULL;
    uint32_t service;
    if (!host || host->role != HOST_API)
        return 0;
    const struct catalog_entry *e = &l->catalog->entries[host->entry];
    struct str row = arena_fmt(&l->mem, "%s hosts.api %s", e->id, host->name);
    if (!row.p)
        return arena_error(&l->mem);
    int rc = service_of_entry(l, inv, e, row, &url->at, &service);
    if (!rc)
        rc = inventory_relate(inv, server, VERB_PROVIDED_BY, service, RELATION_DECLARED, &url->at);
    return rc == E_NOTFOUND ? 0 : rc;
}

/* Who serves a model. */
int service_of_model(struct link *l, struct inventory *inv, uint32_t model,
                     const struct observation *o)
{
    const struct attribute *provider = observation_attr(o, ATTR_MODEL_PROVIDER);
    const struct attribute *row = observation_attr(o, ATTR_MODEL_CATALOG_ROW);
    const struct catalog_entry *e = provider && provider->state != STATE_UNRESOLVED
                                        ? catalog_entry(l->catalog, provider->value.text)
                                        : NULL;
    uint32_t service;
    if (!e || !row)
        return 0;
    int rc = service_of_entry(l, inv, e, row->value.text, &provider->at, &service);
    if (!rc)
        rc = inventory_relate(inv, model, VERB_PROVIDED_BY, service, RELATION_DECLARED, &o->at);
    return rc == E_NOTFOUND ? 0 : rc;
}
