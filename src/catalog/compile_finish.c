/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the order of the tables, and whether two rows claim one name. */
#include "base/path.h"
#include "catalog/compile_internal.h"

static int cmp_z(const char *a, const char *b)
{
    return str_cmp(str_z(a), str_z(b));
}

/* A comparison of two rows by one text member. */
#define ORDER_BY(name, type, member)                                                               \
    static int name(const void *a, const void *b, void *ctx UNUSED)                                \
    {                                                                                              \
        return cmp_z(((const struct type *)a)->member, ((const struct type *)b)->member);          \
    }
ORDER_BY(order_kind, catalog_kind, kind)

static int order_name(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_name *p = a, *q = b;

    return p->space != q->space ? (int)p->space - (int)q->space : cmp_z(p->name, q->name);
}

static int order_host(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_host *p = a, *q = b;
    int cmp = cmp_z(p->tail, q->tail);

    return cmp ? cmp : cmp_z(p->name, q->name);
}

static int order_port(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_port *p = a, *q = b;

    return p->port != q->port ? p->port - q->port : p->entry - q->entry;
}

static int order_instruction(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_instruction *x = a, *y = b;
    int cmp = catalog_path_cmp(str_z(x->path), str_z(y->path));

    return cmp ? cmp : x->entry - y->entry;
}

static int order_path(const void *a, const void *b, void *ctx UNUSED)
{
    /* Both row types begin with their path. */
    return catalog_path_cmp(str_z(*(const char *const *)a), str_z(*(const char *const *)b));
}

static int order_folder(const void *a, const void *b, void *ctx UNUSED)
{
    return catalog_folder_cmp(str_z(((const struct catalog_walk_folder *)a)->path),
                              str_z(((const struct catalog_walk_folder *)b)->path));
}

/* Every provider is an entry, every name is claimed once. */
static int check_entries(struct compiler *c, const struct catalog *out)
{
    for (int i = 0; i < out->n_entries; i++) {
        const struct catalog_entry *e = &out->entries[i];
        if (e->provider && !catalog_entry(out, str_z(e->provider))) {
            diag_set(c->d, E_PARSE, "provider '%s' of '%s' is no entry", e->provider, e->id);
            compile_found_at(c, "", "provider: ", e->provider);
            return E_PARSE;
        }
        for (int j = 0; j < i; j++) {
            if (!cmp_z(e->name, out->entries[j].name))
                return compile_claimed(c, "name", "name: ", e->name, j, i);
        }
    }
    return OK;
}

/* Kinds exist and belong to one entry. */
static int check_keys(struct compiler *c, const struct catalog *out)
{
    vec_each (k, &c->keys) {
        const struct catalog_kind *kind = catalog_kind(out, str_z(k->kind));
        if (!kind) {
            diag_set(c->d, E_PARSE, "kind '%s' of '%s' is not in patterns/kinds.yaml; add it",
                     k->kind, k->entry < 0 ? "patterns" : out->entries[k->entry].id);
            compile_found_at(c, "", "- kind: ", k->kind);
            return E_PARSE;
        }
        k->data_class = kind->data_class;
        for (const struct catalog_key *other = c->keys.v; other < k; other++) {
            if (!cmp_z(other->kind, k->kind) && other->entry != k->entry)
                return compile_claimed(c, "key kind", "- kind: ", k->kind, other->entry, k->entry);
            if (!cmp_z(other->pattern, k->pattern))
                return compile_claimed(c, "pattern", "", k->pattern, other->entry, k->entry);
        }
    }
    return OK;
}

static int sort_names(struct compiler *c)
{
    if (vec_sort(&c->names, order_name, NULL) || vec_sort(&c->hosts, order_host, NULL) ||
        vec_sort(&c->ports, order_port, NULL) || vec_sort(&c->kinds, order_kind, NULL) ||
        vec_sort(&c->agent_files, order_path, NULL) ||
        vec_sort(&c->instructions, order_instruction, NULL) ||
        vec_sort(&c->walk_folders, order_folder, NULL))
        return compile_no_memory(c);
    for (size_t i = 1; i < c->names.n; i++) {
        const struct catalog_name *row = &c->names.v[i];
        const char *const *space = CATALOG_SPACE_MEMBERS[row->space];
        if (!order_name(row - 1, row, NULL))
            return compile_claimed(c, space[1] ? space[1] : space[0], "", row->name, row[-1].entry,
                                   row->entry);
    }
    for (size_t i = 1; i < c->hosts.n; i++) {
        if (!order_host(&c->hosts.v[i - 1], &c->hosts.v[i], NULL))
            return compile_claimed(c, "host", "", c->hosts.v[i].name, c->hosts.v[i - 1].entry,
                                   c->hosts.v[i].entry);
    }
    for (size_t i = 1; i < c->kinds.n; i++) {
        if (!order_kind(&c->kinds.v[i - 1], &c->kinds.v[i], NULL))
            return compile_twice(c, "data kind", c->kinds.v[i].kind);
    }
    for (size_t i = 1; i < c->agent_files.n; i++) {
        if (!order_path(&c->agent_files.v[i - 1], &c->agent_files.v[i], NULL))
            return compile_claimed(c, "agent file", "", c->agent_files.v[i].path,
                                   c->agent_files.v[i - 1].entry, c->agent_files.v[i].entry);
    }
    for (size_t i = 1; i < c->instructions.n; i++) {
        const struct catalog_instruction *row = &c->instructions.v[i];
        /* Several hosts may load one file, each says so once. */
        if (!order_path(row - 1, row, NULL) && row[-1].entry == row->entry)
            return compile_twice(c, "instruction file", row->path);
    }
    return OK;
}

void *compile_to_arena(struct arena *a, const void *rows, size_t n, size_t size)
{
    void *copy = arena_array(a, n + 1, size);

    if (copy && n)
        memcpy(copy, rows, n * size);
    return copy;
}

/* Of what is built in no text is at hand. */
static int hand_over_sources(struct compiler *c, struct catalog *out)
{
    size_t before = c->base ? c->base->n_sources : 0, n = before + c->n_files;
    struct catalog_source *all = c->base ? arena_array(c->a, n, sizeof(*all)) : NULL;

    if (!c->base || !n)
        return OK;
    if (!all)
        return E_NOMEM;
    if (before)
        memcpy(all, c->base->sources, before * sizeof(*all));
    memcpy(all + before, c->files, c->n_files * sizeof(*all));
    out->sources = all;
    out->n_sources = n;
    return OK;
}

int compile_finish(struct compiler *c, struct catalog_build *b)
{
    struct catalog *out = &b->catalog;
    int rc;

    if ((rc = sort_names(c)) || (rc = compile_walk_check(c)) || (rc = compile_unread_check(c)))
        return rc;
#define HAND_OVER(table, count)                                                                    \
    out->table = compile_to_arena(c->a, c->table.v, c->table.n, sizeof(*c->table.v));              \
    out->count = (int)c->table.n;                                                                  \
    if (!out->table)                                                                               \
        return compile_no_memory(c);
    HAND_OVER(entries, n_entries)
    HAND_OVER(categories, n_categories)
    HAND_OVER(references, n_references)
    HAND_OVER(names, n_names)
    HAND_OVER(hosts, n_hosts)
    HAND_OVER(ports, n_ports)
    HAND_OVER(probes, n_probes)
    HAND_OVER(terms, n_terms)
    HAND_OVER(kinds, n_kinds)
    HAND_OVER(agent_files, n_agent_files)
    HAND_OVER(instructions, n_instructions)
    HAND_OVER(walk_rules, n_walk_rules)
    HAND_OVER(walk_folders, n_walk_folders)
    HAND_OVER(walk_markers, n_walk_markers)
    HAND_OVER(unread, n_unread)
    HAND_OVER(forms, n_forms)
    HAND_OVER(families, n_families)
    HAND_OVER(models, n_models)
    HAND_OVER(unread_names, n_unread_names)
    if ((rc = check_entries(c, out)) || (rc = check_keys(c, out)) ||
        (rc = compile_import_finish(c, out)) || (rc = compile_import_literals(c)))
        return rc;
    HAND_OVER(keys, n_keys)
    HAND_OVER(imports, n_imports)
    if ((rc = compile_code_finish(c, out)))
        return rc;
    if ((rc = compile_examples_check(c, out)) || (rc = compile_models_check(c, out)))
        return rc;
    b->examples = compile_to_arena(c->a, c->examples.v, c->examples.n, sizeof(*c->examples.v));
    b->n_examples = c->examples.n;
    if (hand_over_sources(c, out))
        return compile_no_memory(c);
    if (!b->examples)
        return compile_no_memory(c);
    return compile_literals(c, out);
}
