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

/* By names with this key; `text`: kinds of text. A whole name comes before a
 * pattern, of patterns the longest. */
static const struct catalog_unread *unread_by_key(const struct catalog *c, struct str key,
                                                  struct str path, bool text)
{
    const struct catalog_unread *found = NULL;
    size_t longest = 0;
    int low = 0, high = c->n_unread_names;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (str_cmp(str_z(c->unread_names[middle].key), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->n_unread_names && str_eq_z(key, c->unread_names[low].key); low++) {
        const struct catalog_unread_name *name = &c->unread_names[low];
        const struct catalog_unread *row = &c->unread[name->format];
        if ((row->text > 0) != text || !catalog_path_match(str_z(name->path), path))
            continue;
        if (!strpbrk(name->path, "*?["))
            return row;
        if (!found || strlen(name->path) > longest) {
            found = row;
            longest = strlen(name->path);
        }
    }
    return found;
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

static const struct catalog_unread *named_as(const struct catalog *c, struct str path, bool text)
{
    struct str key = catalog_unread_key(path);

    return key.n ? unread_by_key(c, key, path, text) : NULL;
}

const struct catalog_unread *catalog_unread_named_as(const struct catalog *c, struct str path)
{
    return named_as(c, path, false);
}

/* MODEL.ONNX, of systems to which that is model.onnx. */
static const struct catalog_unread *unread_by_lower_name(const struct catalog *c, struct str path,
                                                         bool text)
{
    struct str base = path_base(path);
    char name[256];
    bool same = true;

    if (base.n > sizeof(name))
        return NULL;
    for (size_t i = 0; i < base.n; i++) {
        name[i] = base.p[i] >= 'A' && base.p[i] <= 'Z' ? (char)(base.p[i] + 32) : base.p[i];
        same &= name[i] == base.p[i];
    }
    return same ? NULL : named_as(c, str_n(name, base.n), text);
}

const struct catalog_unread *catalog_unread(const struct catalog *c, struct str path,
                                            struct str head)
{
    const struct catalog_unread *found = catalog_unread_named_as(c, path);

    if (!found)
        found = unread_by_key(c, STR(""), path, false);
    if (!found)
        found = unread_by_lower_name(c, path, false);
    for (int i = 0; i < c->n_unread && !found; i++)
        for (const char *const *magic = c->unread[i].magic; *magic && !found; magic++)
            found = has_magic(head, *magic) ? &c->unread[i] : NULL;
    return found;
}

const struct catalog_unread *catalog_text(const struct catalog *c, struct str path)
{
    const struct catalog_unread *last = c->n_unread ? &c->unread[c->n_unread - 1] : NULL, *found;

    if (!last || !last->text || catalog_unread(c, path, STR("")))
        return NULL;
    found = named_as(c, path, true);
    if (!found)
        found = unread_by_lower_name(c, path, true);
    return found ? found : last;
}

const struct catalog_unread *catalog_unread_named(const struct catalog *c, struct str id)
{
    for (int i = 0; i < c->n_unread; i++)
        if (str_eq_z(id, c->unread[i].id))
            return &c->unread[i];
    return NULL;
}
