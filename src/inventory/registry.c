/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how words are looked up in the generated tables of kinds and attributes. */
#include "inventory/registry.h"

const char *const VALUE_TYPE_NAMES[] = {"string", "integer", "boolean", "strings", NULL};

const struct kind_info *kind_info(enum kind k)
{
    return (unsigned)k < KIND_COUNT ? &REGISTRY_KINDS[k] : NULL;
}

const struct attr_info *attr_info(enum attr a)
{
    return (unsigned)a < ATTR_COUNT ? &REGISTRY_ATTRS[a] : NULL;
}

int word_index(const char *const *names, struct str word)
{
    for (int i = 0; names[i]; i++)
        if (str_eq_z(word, names[i]))
            return i;
    return -1;
}

int kind_from_name(struct str name)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (str_eq_z(name, REGISTRY_KINDS[i].name) || str_eq_z(name, REGISTRY_KINDS[i].plural))
            return i;
    return -1;
}

int attr_from_name(enum kind k, struct str name)
{
    const struct kind_info *info = kind_info(k);
    for (int i = 0; info && i < info->attrs; i++)
        if (str_eq_z(name, REGISTRY_ATTRS[info->first_attr + i].name))
            return info->first_attr + i;
    return -1;
}
