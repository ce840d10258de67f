/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whose a key is that opens more than AI: of the AI service, where its target uses that. */
#include "classify/classify.h"

#include "base/spill.h"

static const struct catalog_entry *issuer_of(const struct catalog *c, struct str kind)
{
    for (int i = 0; i < c->n_keys; i++)
        if (c->keys[i].shared && c->keys[i].entry >= 0 && str_eq_z(kind, c->keys[i].kind))
            return &c->entries[c->keys[i].entry];
    return NULL;
}

static struct attribute *attr_of(struct asset *a, enum attr attr)
{
    for (size_t i = 0; i < a->n_attrs; i++)
        if (a->attrs[i].attr == attr)
            return &a->attrs[i];
    return NULL;
}

static const struct asset *service_of(const struct inventory *inv, const char *provider)
{
    vec_each (a, &inv->assets) {
        spill_rest();
        const struct attribute *t =
            a->kind == KIND_SERVICE ? asset_attr(a, SIZE_MAX, ATTR_SERVICE_PROVIDER) : NULL;
        if (t && str_eq_z(t->value.text, provider))
            return a;
    }
    return NULL;
}

/* Places are sorted by target. */
static bool in_one_target(const struct asset *a, const struct asset *b)
{
    for (size_t i = 0, k = 0; i < a->n_places && k < b->n_places;) {
        uint32_t x = a->places[i].at.target, y = b->places[k].at.target;
        if (x == y)
            return true;
        i += x < y;
        k += y < x;
    }
    return false;
}

void classify_keys(struct inventory *inv, const struct catalog *c)
{
    const struct asset *service = NULL;
    const char *of = NULL;
    vec_each (a, &inv->assets) {
        spill_rest();
        struct attribute *provider =
            a->kind == KIND_CREDENTIAL ? attr_of(a, ATTR_CREDENTIAL_PROVIDER) : NULL;
        const struct attribute *kind = attr_of(a, ATTR_CREDENTIAL_SECRET_KIND);
        const struct catalog_entry *issuer = provider && provider->state == STATE_UNRESOLVED && kind
                                                 ? issuer_of(c, kind->value.text)
                                                 : NULL;
        if (!issuer)
            continue;
        if (of != issuer->id)
            service = service_of(inv, of = issuer->id);
        if (!service || !in_one_target(a, service))
            continue;
        provider->state = STATE_RESOLVED;
        provider->value = (struct value){.type = VALUE_STRING, .text = str_z(issuer->id)};
        provider->reason = STR("");
    }
}
