/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which row of the catalogue a name or a path belongs to. */
#include "base/path.h"
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

/* As str_cmp, but no text of a table is measured first. */
static int compare(struct str a, const char *b)
{
    for (size_t i = 0; i < a.n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b[i];
        if (x != y || !y)
            return x < y ? -1 : 1;
    }
    return b[a.n] ? -1 : 0;
}

struct package_key {
    struct str ecosystem, name;
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

static int order_package(const void *key, const void *row)
{
    const struct package_key *k = key;
    const struct catalog_package *p = row;
    int cmp = compare(k->ecosystem, p->ecosystem);

    if (cmp)
        return cmp;
    if (str_eq(k->ecosystem, STR("pypi")))
        return pypi_cmp(k->name, str_z(p->name));
    return compare(k->name, p->name);
}

static int order_env(const void *key, const void *row)
{
    return compare(*(const struct str *)key, ((const struct catalog_env *)row)->name);
}

static int order_kind(const void *key, const void *row)
{
    return compare(*(const struct str *)key, ((const struct catalog_kind *)row)->kind);
}

struct import_key {
    struct str language, name;
};

static int order_import(const void *key, const void *row)
{
    const struct import_key *k = key;
    const struct catalog_import *i = row;
    int cmp = compare(k->language, i->language);

    return cmp ? cmp : compare(k->name, i->name);
}

static int order_entry(const void *key, const void *row)
{
    return compare(*(const struct str *)key, ((const struct catalog_entry *)row)->id);
}

const struct catalog_entry *catalog_package(const struct catalog *c, struct str ecosystem,
                                            struct str name)
{
    struct package_key key = {ecosystem, name};
    const struct catalog_package *p =
        find_row(c->packages, c->n_packages, sizeof(*c->packages), &key, order_package);

    return p ? &c->entries[p->entry] : NULL;
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

const struct catalog_entry *catalog_env(const struct catalog *c, struct str name)
{
    const struct catalog_env *e = find_row(c->envs, c->n_envs, sizeof(*c->envs), &name, order_env);

    return e ? &c->entries[e->entry] : NULL;
}

const struct catalog_kind *catalog_kind(const struct catalog *c, struct str kind)
{
    return find_row(c->kinds, c->n_kinds, sizeof(*c->kinds), &kind, order_kind);
}

static bool has_wildcard(struct str s)
{
    return str_chr(s, '*', 0) != SIZE_MAX;
}

bool catalog_path_match(struct str pattern, struct str path)
{
    if (!has_wildcard(pattern))
        return path_has_suffix(path, pattern);
    if (!str_ends(path, str_sub(pattern, str_rchr(pattern, '*') + 1, pattern.n)))
        return false;
    if (str_chr(pattern, '/', 0) == SIZE_MAX)
        return path_glob(pattern, path_base(path));
    /* A match begins where the literal start of the pattern stands at the start of a part. */
    struct str head = str_sub(pattern, 0, str_chr(pattern, '*', 0));
    for (size_t at = str_find(path, head, 0); at < path.n; at = str_find(path, head, at + 1)) {
        bool part_start = at == 0 || path.p[at - 1] == '/';
        if (part_start && path_glob(pattern, str_sub(path, at, path.n)))
            return true;
    }
    return false;
}

int catalog_path_cmp(struct str pattern_a, struct str pattern_b)
{
    struct str a = path_base(pattern_a), b = path_base(pattern_b);
    int cmp = has_wildcard(a) - has_wildcard(b);

    if (!cmp)
        cmp = str_cmp(a, b);
    return cmp ? cmp : str_cmp(pattern_a, pattern_b);
}

/* What every row of a table of path patterns begins with. */
struct path_row {
    const char *path, *last;
};

struct path_table {
    const void *rows;
    size_t size;
    int n;
};

_Static_assert(offsetof(struct catalog_host_file, path) == offsetof(struct path_row, path) &&
                   offsetof(struct catalog_host_file, last) == offsetof(struct path_row, last) &&
                   offsetof(struct catalog_instruction, path) == offsetof(struct path_row, path) &&
                   offsetof(struct catalog_instruction, last) == offsetof(struct path_row, last),
               "rows begin alike");

static const struct path_row *row_at(const struct path_table *t, int i)
{
    return (const struct path_row *)((const char *)t->rows + (size_t)i * t->size);
}

/* First row whose last part is not before `base`; rows with a wildcard there come after all. */
static int lower_bound(const struct path_table *t, const struct str *base)
{
    int low = 0, high = t->n;

    while (low < high) {
        int middle = low + (high - low) / 2;
        const char *last = row_at(t, middle)->last;
        if (last && (!base || compare(*base, last) > 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Nearly every pattern with a wildcard begins with a hidden folder, and few paths have one. */
static bool is_hidden(struct str path)
{
    for (size_t at = str_chr(path, '.', 0); at != SIZE_MAX; at = str_chr(path, '.', at + 1))
        if (!at || path.p[at - 1] == '/')
            return true;
    return false;
}

/* Index of the next matching row, or -1. *cursor is one more than the last row looked at. */
static int next_match(const struct path_table *t, struct str path, int *cursor)
{
    struct str base = path_base(path);
    int i = *cursor ? *cursor : lower_bound(t, &base);
    bool hidden = is_hidden(path);

    for (; i < t->n; i++) {
        const struct path_row *row = row_at(t, i);
        if (!hidden && row->path[0] == '.')
            continue;
        if (row->last && !str_eq_z(base, row->last)) {
            i = lower_bound(t, NULL) - 1; /* on to the wildcards */
            continue;
        }
        if (catalog_path_match(str_z(row->path), path)) {
            *cursor = i + 1;
            return i;
        }
    }
    *cursor = MAX(t->n, 1);
    return -1;
}

const struct catalog_host_file *catalog_host_file(const struct catalog *c, struct str path,
                                                  int *cursor)
{
    struct path_table t = {c->host_files, sizeof(*c->host_files), c->n_host_files};
    int i = next_match(&t, path, cursor);

    return i < 0 ? NULL : &c->host_files[i];
}

const struct catalog_instruction *catalog_instruction(const struct catalog *c, struct str path,
                                                      int *cursor)
{
    struct path_table t = {c->instructions, sizeof(*c->instructions), c->n_instructions};
    int i = next_match(&t, path, cursor);

    return i < 0 ? NULL : &c->instructions[i];
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : (unsigned char)c;
}

static int nocase_cmp(struct str a, struct str b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return lower(a.p[i]) - lower(b.p[i]);
    return a.n < b.n ? -1 : a.n > b.n;
}

int catalog_folder_cmp(struct str a, struct str b)
{
    int cmp = nocase_cmp(path_base(a), path_base(b));

    return cmp ? cmp : str_cmp(a, b);
}

static bool has_suffix_nocase(struct str path, struct str suffix)
{
    if (path.n < suffix.n || !str_eq_nocase(str_sub(path, path.n - suffix.n, path.n), suffix))
        return false;
    return path.n == suffix.n || path.p[path.n - suffix.n - 1] == '/';
}

/* First row whose last part is not before `base`. */
static int first_folder(const struct catalog *c, struct str base)
{
    int low = 0, high = c->n_walk_folders;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (nocase_cmp(str_z(c->walk_folders[middle].last), base) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct catalog_walk_folder *catalog_walk_folder(const struct catalog *c, struct str path,
                                                      int *cursor)
{
    struct str base = path_base(path);
    int i = *cursor ? *cursor : first_folder(c, base);

    for (; i < c->n_walk_folders; i++) {
        const struct catalog_walk_folder *row = &c->walk_folders[i];
        if (!str_eq_nocase(base, str_z(row->last)))
            break;
        if (has_suffix_nocase(path, str_z(row->path))) {
            *cursor = i + 1;
            return row;
        }
    }
    *cursor = MAX(c->n_walk_folders, 1);
    return NULL;
}

const struct catalog_walk_rule *catalog_walk_rule(const struct catalog *c, struct str id)
{
    for (int i = 0; i < c->n_walk_rules; i++)
        if (str_eq_z(id, c->walk_rules[i].id))
            return &c->walk_rules[i];
    return NULL;
}

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

    return (l->n_keys ? LITERAL_KEY : 0) | (l->import ? LITERAL_IMPORT : 0);
}
