/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a catalogue stays when files are added to it: an entry of the same id is replaced
 * as a whole, everything else is kept. */
#include "base/path.h"
#include "catalog/compile_internal.h"

#define REPLACED (-2)

/* "entries/acme.yaml" is about the entry "acme"; empty: the file is about no entry. */
static struct str id_of(const struct catalog_source *file)
{
    struct str name = path_base(file->path);

    if (!str_eq(path_base(path_dir(file->path)), STR("entries")))
        return STR("");
    return str_sub(name, 0, MIN(str_rchr(name, '.'), name.n));
}

#define PUSH(c, vec, row)                                                                          \
    if (vec_push(vec, row))                                                                        \
    return compile_no_memory(c)

/* Rows that belong to the entry alone, in the order of entries. */
#define TAKE_ROWS(table, count, index)                                                             \
    for (int i = 0; i < base->count; i++)                                                          \
        if (base->table[i].entry == old) {                                                         \
            PUSH(c, &c->table, base->table[i]);                                                    \
            c->table.v[c->table.n - 1].entry = index;                                              \
        }

static int take_rows(struct compiler *c, int old, int entry)
{
    const struct catalog *base = c->base;

    TAKE_ROWS(references, n_references, entry)
    TAKE_ROWS(terms, n_terms, entry)
    TAKE_ROWS(probes, n_probes, entry)
    TAKE_ROWS(keys, n_keys, entry)
    return OK;
}

/* Entries of the base come before the first file that is about a later one. */
int compile_base_until(struct compiler *c, const struct catalog_source *file)
{
    const struct catalog *base = c->base;
    struct str id = file ? id_of(file) : STR("");

    for (; c->n_base < base->n_entries; c->n_base++) {
        const struct catalog_entry *e = &base->entries[c->n_base];
        int rc = OK, old = c->n_base, entry = (int)c->entries.n;
        if (id.n && str_cmp_z(id, e->id) <= 0)
            break;
        if (c->entry_of_base.v[old] == REPLACED)
            continue;
        PUSH(c, &c->entries, *e);
        c->entry_of_base.v[old] = entry;
        if ((rc = take_rows(c, old, entry)))
            return rc;
    }
    /* The file is about this one. */
    if (id.n && c->n_base < base->n_entries && str_eq_z(id, base->entries[c->n_base].id))
        c->n_base++;
    return file ? OK : compile_base_tables(c);
}

/* Rows of sorted tables; those of replaced entries are left out. */
#define TAKE_TABLE(table, count)                                                                   \
    for (int i = 0; i < base->count; i++) {                                                        \
        int entry = base->table[i].entry < 0 ? -1 : c->entry_of_base.v[base->table[i].entry];      \
        if (entry == REPLACED)                                                                     \
            continue;                                                                              \
        PUSH(c, &c->table, base->table[i]);                                                        \
        c->table.v[c->table.n - 1].entry = entry;                                                  \
    }

static bool has_name(const struct compiler *c, const char *ecosystem, const char *name)
{
    vec_each (n, &c->names)
        if (n->space <= SPACE_PYPI && !strcmp(CATALOG_SPACE_MEMBERS[n->space][1], ecosystem) &&
            !strcmp(n->name, name))
            return true;
    return false;
}

/* Imports that may be of several packages forget those that went with a replaced entry. */
static int drop_packages(struct compiler *c, size_t first)
{
    size_t kept = first;

    for (size_t i = first; i < c->imports.n; i++) {
        struct catalog_import row = c->imports.v[i];
        const char **left;
        int n = 0, all = 0;
        while (row.packages[all])
            all++;
        if (!(left = arena_new_n(c->a, const char *, (size_t)all + 1)))
            return compile_no_memory(c);
        for (int k = 0; k < all; k++) {
            const struct catalog_entry *e =
                catalog_package(c->base, str_z(row.ecosystem), str_z(row.packages[k]));
            bool gone = e && c->entry_of_base.v[e - c->base->entries] == REPLACED;
            if (!gone || has_name(c, row.ecosystem, row.packages[k]))
                left[n++] = row.packages[k];
        }
        row.packages = left;
        if (n || !all)
            c->imports.v[kept++] = row;
    }
    c->imports.n = kept;
    return OK;
}

static int take_codes(struct compiler *c)
{
    for (int i = 0; i < c->base->n_codes; i++) {
        struct code_claim claim = {.row = c->base->codes[i]};
        claim.row.entry = c->entry_of_base.v[claim.row.entry];
        if (claim.row.entry != REPLACED)
            PUSH(c, &c->codes, claim);
    }
    return OK;
}

/* With each entry at its place: what hangs on them. */
int compile_base_tables(struct compiler *c)
{
    const struct catalog *base = c->base;

    TAKE_TABLE(names, n_names)
    size_t first = c->imports.n;
    TAKE_TABLE(imports, n_imports)
    int rc = drop_packages(c, first);
    if (rc)
        return rc;
    if ((rc = take_codes(c)))
        return rc;
    TAKE_TABLE(hosts, n_hosts)
    TAKE_TABLE(ports, n_ports)
    TAKE_TABLE(agent_files, n_agent_files)
    TAKE_TABLE(instructions, n_instructions)
    return take_rows(c, -1, -1);
}

#define TAKE_ALL(table, count)                                                                     \
    for (int i = 0; i < base->count; i++)                                                          \
    PUSH(c, &c->table, base->table[i])

int compile_base(struct compiler *c, const struct catalog_source *files, size_t n)
{
    const struct catalog *base = c->base;

    TAKE_ALL(categories, n_categories);
    TAKE_ALL(kinds, n_kinds);
    TAKE_ALL(walk_rules, n_walk_rules);
    TAKE_ALL(walk_folders, n_walk_folders);
    TAKE_ALL(walk_markers, n_walk_markers);
    TAKE_ALL(unread, n_unread);
    TAKE_ALL(unread_names, n_unread_names);
    TAKE_ALL(forms, n_forms);
    TAKE_ALL(families, n_families);
    TAKE_ALL(models, n_models);
    for (int i = 0; i < base->n_entries; i++)
        PUSH(c, &c->entry_of_base, -1);
    for (size_t i = 0; i < n; i++) {
        const struct catalog_entry *e = catalog_entry(base, id_of(&files[i]));
        struct str folder = path_base(path_dir(files[i].path));
        if (!str_eq(folder, STR("entries")) && !str_eq(folder, STR("patterns")))
            return diag_set(c->d, E_PARSE, "'" STR_FMT "': a pack has only entries/ and patterns/",
                            STR_ARG(files[i].path));
        if (e)
            c->entry_of_base.v[e - base->entries] = REPLACED;
    }
    return OK;
}

int catalog_extend(const struct catalog *base, const struct catalog_source *files, size_t n,
                   struct catalog_build *ret, struct diag *d)
{
    return compile_all(base, files, n, ret, d);
}
