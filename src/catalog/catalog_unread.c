/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which format without a reader a file is of. */
#include "base/path.h"
#include "catalog/catalog.h"

struct str catalog_unread_key(struct str path)
{
    struct str base = path_base(path);
    size_t dot = str_rchr(base, '.');

    return dot == SIZE_MAX ? base : str_sub(base, dot + 1, base.n);
}

/* By names with this key. */
static const struct catalog_unread *unread_by_key(const struct catalog *c, struct str key,
                                                  struct str path)
{
    int low = 0, high = c->n_unread_names;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(str_z(c->unread_names[middle].key), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->n_unread_names && str_eq_z(key, c->unread_names[low].key); low++)
        if (catalog_path_match(str_z(c->unread_names[low].path), path))
            return &c->unread[c->unread_names[low].format];
    return NULL;
}

static bool has_magic(struct str head, const char *hex)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; hex[2 * i]; i++) {
        unsigned char byte = i < head.n ? (unsigned char)head.p[i] : 0;
        if (i == head.n || hex[2 * i] != digits[byte >> 4] || hex[2 * i + 1] != digits[byte & 15])
            return false;
    }
    return true;
}

const struct catalog_unread *catalog_unread_named_as(const struct catalog *c, struct str path)
{
    struct str key = catalog_unread_key(path);

    return key.n ? unread_by_key(c, key, path) : NULL;
}

/* MODEL.ONNX, of systems to which that is model.onnx. */
static const struct catalog_unread *unread_by_lower_name(const struct catalog *c, struct str path)
{
    struct str base = path_base(path);
    char text[256];
    bool same = true;

    if (base.n > sizeof(text))
        return NULL;
    for (size_t i = 0; i < base.n; i++) {
        text[i] = base.p[i] >= 'A' && base.p[i] <= 'Z' ? (char)(base.p[i] + 32) : base.p[i];
        same &= text[i] == base.p[i];
    }
    return same ? NULL : catalog_unread_named_as(c, str_n(text, base.n));
}

const struct catalog_unread *catalog_unread(const struct catalog *c, struct str path,
                                            struct str head)
{
    const struct catalog_unread *found = catalog_unread_named_as(c, path);

    if (!found)
        found = unread_by_key(c, STR(""), path);
    if (!found)
        found = unread_by_lower_name(c, path);
    for (int i = 0; i < c->n_unread && !found; i++)
        for (const char *const *magic = c->unread[i].magic; *magic && !found; magic++)
            found = has_magic(head, *magic) ? &c->unread[i] : NULL;
    return found;
}

const struct catalog_unread *catalog_unread_named(const struct catalog *c, struct str id)
{
    for (int i = 0; i < c->n_unread; i++)
        if (str_eq_z(id, c->unread[i].id))
            return &c->unread[i];
    return NULL;
}
