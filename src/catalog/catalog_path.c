/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which rows of the catalogue the path of a file or folder belongs to. */
#include "base/path.h"
#include "catalog/catalog.h"

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

_Static_assert(offsetof(struct catalog_agent_file, path) == offsetof(struct path_row, path) &&
                   offsetof(struct catalog_agent_file, last) == offsetof(struct path_row, last) &&
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
        if (last && (!base || str_cmp_z(*base, last) > 0))
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

const struct catalog_agent_file *catalog_agent_file(const struct catalog *c, struct str path,
                                                    int *cursor)
{
    struct path_table t = {c->agent_files, sizeof(*c->agent_files), c->n_agent_files};
    int i = next_match(&t, path, cursor);

    return i < 0 ? NULL : &c->agent_files[i];
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
