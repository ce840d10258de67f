/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which row of the catalogue a name belongs to. */
#include "catalog/catalog.h"

/* Binary search over rows of `size` bytes; `order` compares the wanted key with a row. */
static const void *find_row(const void *rows, int n, size_t size, const void *key,
                            int (*order)(const void *key, const void *row))
{
    size_t low = 0, high = n > 0 ? (size_t)n : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const void *row = (const char *)rows + middle * size;
        int cmp = order(key, row);
        if (cmp == 0)
            return row;
        if (cmp < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

#define CATALOG_SPACE(id, member, sub) [SPACE_##id] = {member, sub},
const char *const CATALOG_SPACE_MEMBERS[SPACE_COUNT][2] = {CATALOG_SPACES(CATALOG_SPACE)};
#undef CATALOG_SPACE

struct name_key {
    enum catalog_space space;
    struct str name;
};

/* The next byte of a name as PEP 503 spells it, 0 at the end. Trailing separators give one '-'. */
static char pypi_next(struct str name, size_t *pos)
{
    char c;

    if (*pos >= name.n)
        return '\0';
    c = name.p[(*pos)++];
    if (c == '-' || c == '_' || c == '.') {
        while (*pos < name.n && strchr("-_.", name.p[*pos]) && name.p[*pos])
            (*pos)++;
        return '-';
    }
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Compare the PEP 503 form of `name` with a name that has that form. */
static int pypi_cmp(struct str name, struct str normal)
{
    size_t pos = 0, i = 0;

    while (pos < name.n) {
        unsigned char c = (unsigned char)pypi_next(name, &pos);
        if (i == normal.n)
            return 1;
        if (c != (unsigned char)normal.p[i])
            return c < (unsigned char)normal.p[i] ? -1 : 1;
        i++;
    }
    return i < normal.n ? -1 : 0;
}

static int order_name(const void *key, const void *row)
{
    const struct name_key *k = key;
    const struct catalog_name *n = row;

    if (k->space != n->space)
        return k->space < n->space ? -1 : 1;
    return k->space == SPACE_PYPI ? pypi_cmp(k->name, str_z(n->name)) : str_cmp_z(k->name, n->name);
}

static int order_kind(const void *key, const void *row)
{
    return str_cmp_z(*(const struct str *)key, ((const struct catalog_kind *)row)->kind);
}

struct import_key {
    struct str language, name;
};

static int order_import(const void *key, const void *row)
{
    const struct import_key *k = key;
    const struct catalog_import *i = row;
    int cmp = str_cmp_z(k->language, i->language);

    return cmp ? cmp : str_cmp_z(k->name, i->name);
}

static int order_entry(const void *key, const void *row)
{
    return str_cmp_z(*(const struct str *)key, ((const struct catalog_entry *)row)->id);
}

const struct catalog_name *catalog_name(const struct catalog *c, enum catalog_space space,
                                        struct str name)
{
    struct name_key key = {space, name};

    return find_row(c->names, c->n_names, sizeof(*c->names), &key, order_name);
}

const struct catalog_entry *catalog_package(const struct catalog *c, struct str ecosystem,
                                            struct str name)
{
    const struct catalog_name *row = NULL;

    for (int i = SPACE_CARGO; i <= SPACE_PYPI; i++)
        if (str_eq_z(ecosystem, CATALOG_SPACE_MEMBERS[i][1]))
            row = catalog_name(c, (enum catalog_space)i, name);
    return row ? &c->entries[row->entry] : NULL;
}

const struct catalog_import *catalog_import(const struct catalog *c, struct str language,
                                            struct str name)
{
    struct import_key key = {language, name};

    return find_row(c->imports, c->n_imports, sizeof(*c->imports), &key, order_import);
}

const struct catalog_entry *catalog_entry(const struct catalog *c, struct str id)
{
    return find_row(c->entries, c->n_entries, sizeof(*c->entries), &id, order_entry);
}

const struct catalog_kind *catalog_kind(const struct catalog *c, struct str kind)
{
    return find_row(c->kinds, c->n_kinds, sizeof(*c->kinds), &kind, order_kind);
}

struct str pypi_normalise(struct str name, struct arena *a)
{
    struct str copy = arena_str(a, name);
    size_t pos = 0, n = 0;

    if (!copy.p)
        return copy;
    char *out = (char *)copy.p; /* our own copy */
    while (pos < name.n)
        out[n++] = pypi_next(name, &pos);
    copy.n = n;
    return copy;
}

unsigned catalog_literal_groups(const struct catalog *c, unsigned literal)
{
    const struct catalog_literal *l = &c->literals[literal];

    return (l->n_keys ? LITERAL_KEY : 0) | (l->import ? LITERAL_IMPORT : 0) |
           (l->image ? LITERAL_IMAGE : 0) | (l->host ? LITERAL_HOST : 0) |
           (l->env ? LITERAL_ENV : 0);
}
