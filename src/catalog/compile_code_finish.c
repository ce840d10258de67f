/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which import brings a name of source code, and that each name has one meaning. */
#include "catalog/compile_internal.h"

static int fail_at(struct compiler *c, const struct code_claim *claim, int code)
{
    if (claim->file)
        diag_at(c->d, claim->file, claim->line, claim->column);
    return code;
}

/* "Langchain::Assistant" is of "langchain", RubyLLM of "ruby_llm": constants of Ruby. */
static bool is_constant_of(struct str name, const char *import)
{
    size_t i = 0;

    for (; *import; import++) {
        char c = i < name.n ? name.p[i] : '\0';
        if (*import == '_' || *import == '-')
            continue;
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != *import)
            return false;
        i++;
    }
    return i == name.n || name.p[i] == ':' || name.p[i] == '.';
}

static const struct catalog_import *root_of(const struct catalog *out,
                                            const struct catalog_code *row)
{
    const struct catalog_import *found = NULL;

    if (strcmp(row->language, "ruby"))
        return catalog_import_of(out, str_z(row->language), str_z(row->name));
    for (int i = 0; i < out->n_imports; i++)
        if (!strcmp(out->imports[i].language, row->language) &&
            is_constant_of(str_z(row->name), out->imports[i].name) &&
            (!found || out->imports[i].entry == row->entry))
            found = &out->imports[i];
    return found;
}

/* The entries that a row names exist. */
static int check_entries(struct compiler *c, const struct catalog *out,
                         const struct code_claim *claim)
{
    const char *missing = NULL;

    if (claim->of && !catalog_entry(out, str_z(claim->of)))
        missing = claim->of;
    for (const struct catalog_fixed *f = claim->row.fixed; f->what != CODE_TAKE_END; f++)
        if (f->what == CODE_TAKE_PROVIDER && !catalog_entry(out, str_z(f->value)))
            missing = f->value;
    if (!missing || !claim->file)
        return OK;
    diag_set(c->d, E_PARSE, "'%s' is no entry", missing);
    return fail_at(c, claim, E_PARSE);
}

/* Names of the base stay while there is an import that brings them. */
static int find_roots(struct compiler *c, const struct catalog *out)
{
    size_t n = 0;

    for (size_t i = 0; i < c->codes.n; i++) {
        struct code_claim claim = c->codes.v[i];
        int rc = check_entries(c, out, &claim);
        if (rc)
            return rc;
        const struct catalog_entry *of = claim.of ? catalog_entry(out, str_z(claim.of)) : NULL;
        const struct catalog_import *root = root_of(out, &claim.row);
        int owner = of ? (int)(of - out->entries) : claim.row.entry;
        if (claim.file && (!root || root->entry != owner)) {
            diag_set(c->d, E_PARSE, "'%s' begins with no import of '%s' in %s", claim.row.name,
                     out->entries[owner].id, claim.row.language);
            return fail_at(c, &claim, E_PARSE);
        }
        if (!root)
            continue;
        struct str name = str_z(claim.row.name);
        size_t at = strcmp(claim.row.language, "ruby")
                        ? catalog_code_class(str_z(claim.row.language), name, strlen(root->name))
                        : SIZE_MAX;
        claim.row.root = root->name;
        claim.row.class = at == SIZE_MAX ? NULL : claim.row.name + at;
        c->codes.v[n++] = claim;
    }
    c->codes.n = n;
    return OK;
}

static int order_form(const struct catalog_code *x, const struct catalog_code *y)
{
    int cmp = strcmp(x->language, y->language);

    return cmp ? cmp : (int)x->form - (int)y->form;
}

static int order_name(const struct catalog_code *x, const struct catalog_code *y)
{
    int cmp = order_form(x, y);

    return cmp ? cmp : strcmp(x->name, y->name);
}

static int order_claim(const void *a, const void *b, void *ctx UNUSED)
{
    const struct code_claim *x = a, *y = b;
    int cmp = order_name(&x->row, &y->row);

    return cmp ? cmp : x->row.entry - y->row.entry;
}

static int order_class(const void *a, const void *b, void *ctx)
{
    const struct catalog_code *rows = ctx, *x = &rows[*(const int *)a], *y = &rows[*(const int *)b];
    int cmp = order_form(x, y);

    cmp = cmp ? cmp : strcmp(x->root, y->root);
    return cmp ? cmp : strcmp(x->class, y->class);
}

static int order_root(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_code_root *x = a, *y = b;
    int cmp = strcmp(x->language, y->language);

    return cmp ? cmp : strcmp(x->name, y->name);
}

static int refuse_twice(struct compiler *c, const struct catalog *out)
{
    for (size_t i = 1; i < c->codes.n; i++) {
        const struct code_claim *x = &c->codes.v[i - 1], *y = x + 1;
        if (order_name(&x->row, &y->row))
            continue;
        diag_set(c->d, E_EXISTS, "%s '%s' of %s is claimed twice, by '%s' and '%s'",
                 CODE_FORM_NAMES[x->row.form], x->row.name, x->row.language,
                 out->entries[x->row.entry].id, out->entries[y->row.entry].id);
        return fail_at(c, y->file ? y : x, E_EXISTS);
    }
    return OK;
}

static int add_classes(struct compiler *c, struct catalog *out, struct catalog_code *rows)
{
    int *v = arena_new_n(c->a, int, c->codes.n + 1);
    size_t n = 0;

    for (size_t i = 0; v && i < c->codes.n; i++)
        if (rows[i].class)
            v[n++] = (int)i;
    if (!v || vec_sort_raw(v, n, sizeof(*v), order_class, rows))
        return compile_no_memory(c);
    out->code_classes = v;
    out->n_code_classes = (int)n;
    return OK;
}

static int add_roots(struct compiler *c, struct catalog *out)
{
    struct catalog_code_root *v = arena_new_n(c->a, struct catalog_code_root, c->codes.n + 1);
    size_t n = 0;

    for (size_t i = 0; v && i < c->codes.n; i++)
        v[i] = (struct catalog_code_root){out->codes[i].language, out->codes[i].root};
    if (!v || vec_sort_raw(v, c->codes.n, sizeof(*v), order_root, NULL))
        return compile_no_memory(c);
    for (size_t i = 0; i < c->codes.n; i++)
        if (!n || order_root(&v[n - 1], &v[i], NULL))
            v[n++] = v[i];
    out->code_roots = v;
    out->n_code_roots = (int)n;
    return OK;
}

int compile_code_finish(struct compiler *c, struct catalog *out)
{
    struct catalog_code *rows = arena_new_n(c->a, struct catalog_code, c->codes.n + 1);
    int rc = rows ? find_roots(c, out) : compile_no_memory(c);

    if (!rc && vec_sort(&c->codes, order_claim, NULL))
        rc = compile_no_memory(c);
    if (rc || (rc = refuse_twice(c, out)))
        return rc;
    for (size_t i = 0; i < c->codes.n; i++)
        rows[i] = c->codes.v[i].row;
    out->codes = rows;
    out->n_codes = (int)c->codes.n;
    rc = add_classes(c, out, rows);
    return rc ? rc : add_roots(c, out);
}
