/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the order of the tables, whether two rows claim one name, and which literals lead to
 * which keys. */
#include "base/path.h"
#include "catalog/compile_internal.h"
#include "match/prefilter.h"

static int cmp_z(const char *a, const char *b)
{
    return str_cmp(str_z(a), str_z(b));
}

int compile_twice(struct compiler *c, const char *what, const char *name)
{
    static const struct {
        const char *what, *in, *lead;
    } rows[] = {{"entry", "s/", "id: "},
                {"host", "hosts/", "id: "},
                {"name", "s/", "name: "},
                {"key kind", "", "- kind: "},
                {"data kind", "kinds", "kind: "},
                {"host file", "hosts/", "path: "},
                {"instruction file", "hosts/", "path: "},
                {"walk rule", "walk/", "id: "},
                {"folder", "walk/", ""},
                {"marker", "walk/", ""},
                {"format", "walk/", "id: "},
                {"file name", "walk/", ""},
                {"magic", "walk/", ""}};
    const char *in = "", *lead = "";
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (!cmp_z(rows[i].what, what)) {
            in = rows[i].in;
            lead = rows[i].lead;
        }
    diag_set(c->d, E_EXISTS, "%s '%s' is claimed twice", what, name);
    compile_found_at(c, in, lead, name);
    return E_EXISTS;
}

/* A comparison of two rows by one text member. */
#define ORDER_BY(name, type, member)                                                               \
    static int name(const void *a, const void *b, void *ctx UNUSED)                                \
    {                                                                                              \
        return cmp_z(((const struct type *)a)->member, ((const struct type *)b)->member);          \
    }
ORDER_BY(order_env, catalog_env, name)
ORDER_BY(order_kind, catalog_kind, kind)
ORDER_BY(order_literal, catalog_literal, text)

static int order_package(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_package *p = a, *q = b;
    int cmp = cmp_z(p->ecosystem, q->ecosystem);

    return cmp ? cmp : cmp_z(p->name, q->name);
}

static int order_instruction(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_instruction *x = a, *y = b;
    int cmp = catalog_path_cmp(str_z(x->path), str_z(y->path));

    return cmp ? cmp : x->host - y->host;
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

/* Ids of entries or hosts in sorted order: the new index of each old one. */
struct renumber {
    struct {
        VEC(int);
    } old, new;
};

static void renumber_done(struct renumber *r)
{
    vec_free(&r->old);
    vec_free(&r->new);
}

static int order_old(const void *a, const void *b, void *ctx)
{
    const char *const *ids = ctx;

    return cmp_z(ids[*(const int *)a], ids[*(const int *)b]);
}

/* r->old[new index] and r->new[old index] for ids[n]. */
static int renumber_init(struct renumber *r, const char *const *ids, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (vec_push(&r->old, (int)i) || vec_push(&r->new, 0))
            return E_NOMEM;
    }
    if (vec_sort(&r->old, order_old, (void *)ids))
        return E_NOMEM;
    for (size_t i = 0; i < n; i++)
        r->new.v[r->old.v[i]] = (int)i;
    return OK;
}

static int sort_entries(struct compiler *c, struct catalog *out)
{
    size_t n = c->entries.n;
    struct catalog_entry *rows = arena_new_n(c->a, struct catalog_entry, n + 1);
    const char **ids = arena_new_n(c->a, const char *, n + 1);
    AUTO(renumber) r = {0};

    if (!rows || !ids)
        return compile_no_memory(c);
    for (size_t i = 0; i < n; i++)
        ids[i] = c->entries.v[i].id;
    if (renumber_init(&r, ids, n))
        return compile_no_memory(c);
    for (size_t i = 0; i < n; i++) {
        rows[i] = c->entries.v[r.old.v[i]];
        if (i && !cmp_z(rows[i - 1].id, rows[i].id))
            return compile_twice(c, "entry", rows[i].id);
    }
    vec_each (p, &c->packages)
        p->entry = r.new.v[p->entry];
    vec_each (e, &c->envs)
        e->entry = r.new.v[e->entry];
    vec_each (k, &c->keys)
        k->entry = k->entry < 0 ? -1 : r.new.v[k->entry];
    out->entries = rows;
    out->n_entries = (int)n;
    return OK;
}

static int sort_hosts(struct compiler *c, struct catalog *out)
{
    size_t n = c->hosts.n;
    struct catalog_host *rows = arena_new_n(c->a, struct catalog_host, n + 1);
    const char **ids = arena_new_n(c->a, const char *, n + 1);
    AUTO(renumber) r = {0};

    if (!rows || !ids)
        return compile_no_memory(c);
    for (size_t i = 0; i < n; i++)
        ids[i] = c->hosts.v[i].id;
    if (renumber_init(&r, ids, n))
        return compile_no_memory(c);
    for (size_t i = 0; i < n; i++) {
        rows[i] = c->hosts.v[r.old.v[i]];
        if (i && !cmp_z(rows[i - 1].id, rows[i].id))
            return compile_twice(c, "host", rows[i].id);
    }
    vec_each (f, &c->host_files)
        f->host = r.new.v[f->host];
    vec_each (f, &c->instructions)
        f->host = r.new.v[f->host];
    out->hosts = rows;
    out->n_hosts = (int)n;
    return OK;
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
                return compile_twice(c, "name", e->name);
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
                return compile_twice(c, "key kind", k->kind);
            if (!cmp_z(other->pattern, k->pattern))
                return compile_twice(c, "pattern", k->pattern);
        }
    }
    return OK;
}

static int sort_names(struct compiler *c)
{
    if (vec_sort(&c->packages, order_package, NULL) || vec_sort(&c->envs, order_env, NULL) ||
        vec_sort(&c->kinds, order_kind, NULL) || vec_sort(&c->host_files, order_path, NULL) ||
        vec_sort(&c->instructions, order_instruction, NULL) ||
        vec_sort(&c->walk_folders, order_folder, NULL))
        return compile_no_memory(c);
    for (size_t i = 1; i < c->packages.n; i++) {
        if (!order_package(&c->packages.v[i - 1], &c->packages.v[i], NULL))
            return compile_twice(c, c->packages.v[i].ecosystem, c->packages.v[i].name);
    }
    for (size_t i = 1; i < c->envs.n; i++) {
        if (!order_env(&c->envs.v[i - 1], &c->envs.v[i], NULL))
            return compile_twice(c, "variable", c->envs.v[i].name);
    }
    for (size_t i = 1; i < c->kinds.n; i++) {
        if (!order_kind(&c->kinds.v[i - 1], &c->kinds.v[i], NULL))
            return compile_twice(c, "data kind", c->kinds.v[i].kind);
    }
    for (size_t i = 1; i < c->host_files.n; i++) {
        if (!order_path(&c->host_files.v[i - 1], &c->host_files.v[i], NULL))
            return compile_twice(c, "host file", c->host_files.v[i].path);
    }
    for (size_t i = 1; i < c->instructions.n; i++) {
        const struct catalog_instruction *row = &c->instructions.v[i];
        /* Several hosts may load one file, each says so once. */
        if (!order_path(row - 1, row, NULL) && row[-1].host == row->host)
            return compile_twice(c, "instruction file", row->path);
    }
    return OK;
}

/* Move rows into the arena; NULL when memory is gone. */
static void *to_arena(struct arena *a, const void *rows, size_t n, size_t size)
{
    void *copy = arena_array(a, n + 1, size);

    if (copy && n)
        memcpy(copy, rows, n * size);
    return copy;
}

/* Keys that have `text` among their keywords. */
static int literal_keys(struct compiler *c, struct catalog_literal *literal)
{
    int *keys = arena_new_n(c->a, int, c->keys.n + 1);

    if (!keys)
        return compile_no_memory(c);
    for (size_t k = 0; k < c->keys.n; k++) {
        bool has = false;
        for (int i = 0; c->keys.v[k].keywords[i]; i++)
            has |= !cmp_z(c->keys.v[k].keywords[i], literal->text);
        if (has)
            keys[literal->n_keys++] = (int)k;
    }
    literal->keys = keys;
    return OK;
}

static int make_literals(struct compiler *c, struct catalog *out)
{
    struct {
        VEC(struct catalog_literal);
    } all = {0};
    int rc = OK;
    size_t n = 0;

    vec_each (k, &c->keys) {
        for (int i = 0; k->keywords[i] && !rc; i++)
            rc = vec_push(&all, ((struct catalog_literal){.text = k->keywords[i]}));
    }
    vec_each (text, &c->import_literals)
        rc = rc ? rc : vec_push(&all, ((struct catalog_literal){.text = *text, .import = true}));
    rc = rc || vec_sort(&all, order_literal, NULL) ? compile_no_memory(c) : OK;
    for (size_t i = 0; !rc && i < all.n; i++) {
        if (n && !cmp_z(all.v[n - 1].text, all.v[i].text)) {
            all.v[n - 1].import |= all.v[i].import;
            continue;
        }
        all.v[n] = all.v[i];
        rc = literal_keys(c, &all.v[n++]);
    }
    if (!rc) {
        out->literals = to_arena(c->a, all.v, n, sizeof(*all.v));
        out->n_literals = (int)n;
        rc = out->literals ? OK : compile_no_memory(c);
    }
    vec_free(&all);
    return rc;
}

static int make_database(struct compiler *c, struct catalog_build *b)
{
    struct catalog *out = &b->catalog;
    struct str *texts = arena_new_n(c->a, struct str, (size_t)out->n_literals + 1);
    int rc;

    if (!out->n_literals)
        return OK;
    if (!texts)
        return compile_no_memory(c);
    for (int i = 0; i < out->n_literals; i++)
        texts[i] = str_z(out->literals[i].text);
    rc = prefilter_compile(texts, (size_t)out->n_literals, &b->literal_db, &out->literal_db_size,
                           c->d);
    out->literal_db = b->literal_db;
    return rc;
}

int compile_finish(struct compiler *c, struct catalog_build *b)
{
    struct catalog *out = &b->catalog;
    int rc;

    if ((rc = sort_entries(c, out)) || (rc = sort_hosts(c, out)) || (rc = sort_names(c)) ||
        (rc = compile_walk_check(c)) || (rc = compile_unread_check(c)))
        return rc;
#define HAND_OVER(table, count)                                                                    \
    out->table = to_arena(c->a, c->table.v, c->table.n, sizeof(*c->table.v));                      \
    out->count = (int)c->table.n;                                                                  \
    if (!out->table)                                                                               \
        return compile_no_memory(c);
    HAND_OVER(packages, n_packages)
    HAND_OVER(envs, n_envs)
    HAND_OVER(kinds, n_kinds)
    HAND_OVER(host_files, n_host_files)
    HAND_OVER(instructions, n_instructions)
    HAND_OVER(walk_rules, n_walk_rules)
    HAND_OVER(walk_folders, n_walk_folders)
    HAND_OVER(walk_markers, n_walk_markers)
    HAND_OVER(unread, n_unread)
    HAND_OVER(unread_names, n_unread_names)
    if ((rc = check_entries(c, out)) || (rc = check_keys(c, out)) ||
        (rc = compile_import_finish(c, out)) || (rc = compile_import_literals(c)))
        return rc;
    HAND_OVER(keys, n_keys)
    HAND_OVER(imports, n_imports)
    b->examples = to_arena(c->a, c->examples.v, c->examples.n, sizeof(*c->examples.v));
    b->n_examples = c->examples.n;
    if (!b->examples)
        return compile_no_memory(c);
    if ((rc = make_literals(c, out)))
        return rc;
    return make_database(c, b);
}
