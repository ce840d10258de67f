/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what differs between two trees, also when they are not written as git writes them. */
#include "base/vec.h"
#include "formats/git/tree.h"

struct side {
    struct git_object tree;
    struct {
        VEC(struct gitentry);
    } list; /* by name */
};

struct diff {
    struct gitrepo *repo;
    struct buf path;
    uint64_t *budget;
    bool half; /* only a part of the new tree is known: what is missing need not be gone */
    gitchange_fn fn;
    void *ctx;
    struct diag *d;
};

static int walk(struct diff *x, const struct git_id *from, const struct git_id *to, unsigned depth);

static int no_memory(struct diff *x)
{
    return diag_set(x->d, E_NOMEM, "no memory to compare two trees");
}

static int by_name(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(((const struct gitentry *)a)->path, ((const struct gitentry *)b)->path);
}

static void side_done(struct diff *x, struct side *s)
{
    vec_free(&s->list);
    gitrepo_release(x->repo, &s->tree);
}

/* 0, E_NOMEM, E_LIMIT; or why the tree cannot be read, with *why. */
static int load(struct diff *x, const struct git_id *id, struct side *s, struct diag *why)
{
    struct gitentry e;
    size_t at = 0;
    int rc = gitrepo_read_as(x->repo, id, GIT_TREE, &s->tree, why);
    bool sorted = true;
    while (!rc && (rc = gittree_next(s->tree.data, &at, &e)) == 1) {
        if (!*x->budget)
            return diag_set(x->d, E_LIMIT, "more entries of trees than are compared");
        --*x->budget;
        sorted &= !s->list.n || str_cmp(s->list.v[s->list.n - 1].path, e.path) <= 0;
        rc = vec_push(&s->list, e);
    }
    if (!rc && !sorted)
        rc = vec_sort(&s->list, by_name, NULL);
    if (rc == E_NOMEM)
        return no_memory(x);
    if (rc == E_PARSE && !why->text[0])
        diag_set(why, rc, "a tree is damaged: it ends early");
    return rc;
}

/* The entries of one name: [*at, end). */
static size_t group(const struct side *s, struct str name, size_t at)
{
    while (at < s->list.n && str_eq(s->list.v[at].path, name))
        at++;
    return at;
}

static const struct gitentry *first_of(const struct side *s, size_t from, size_t to, bool folder)
{
    for (size_t i = from; i < to; i++)
        if ((s->list.v[i].kind == GITENTRY_FOLDER) == folder && s->list.v[i].kind != GITENTRY_BAD)
            return &s->list.v[i];
    return NULL;
}

static bool holds(const struct side *s, size_t from, size_t to, const struct gitentry *e)
{
    for (size_t i = from; i < to; i++)
        if (s->list.v[i].mode == e->mode && git_id_eq(&s->list.v[i].id, &e->id))
            return true;
    return false;
}

static int tell(struct diff *x, const struct gitentry *e, const struct gitentry *had, bool gone)
{
    struct gitchange c = {.entry = *e, .gone = gone, .had = had != NULL};
    c.entry.path = buf_str(&x->path);
    if (had)
        c.had_id = had->id;
    return x->fn(x->ctx, &c);
}

static int add_name(struct diff *x, struct str name)
{
    if (x->path.n)
        buf_addc(&x->path, '/');
    buf_add(&x->path, name);
    return buf_result(&x->path) ? no_memory(x) : 0;
}

/* One entry that is not the same in both. `old`: the group of that name in the other tree. */
static int differ(struct diff *x, const struct gitentry *e, const struct gitentry *file,
                  const struct gitentry *folder, unsigned depth)
{
    size_t n = x->path.n;
    int rc = add_name(x, e->path);
    if (!rc && e->kind == GITENTRY_FOLDER)
        rc = walk(x, folder ? &folder->id : NULL, &e->id, depth + 1);
    else if (!rc)
        rc = tell(x, e, file, false);
    buf_cut(&x->path, n);
    return rc;
}

static int vanish(struct diff *x, const struct gitentry *e, unsigned depth)
{
    size_t n = x->path.n;
    if (e->kind == GITENTRY_BAD)
        return 0;
    int rc = add_name(x, e->path);
    if (!rc && e->kind == GITENTRY_FOLDER)
        rc = walk(x, &e->id, NULL, depth + 1);
    else if (!rc)
        rc = tell(x, e, NULL, true);
    buf_cut(&x->path, n);
    return rc;
}

/* All entries of one name in both trees. */
static int compare(struct diff *x, const struct side *a, size_t a_from, size_t a_to,
                   const struct side *b, size_t b_from, size_t b_to, unsigned depth)
{
    const struct gitentry *file = first_of(a, a_from, a_to, false);
    const struct gitentry *folder = first_of(a, a_from, a_to, true);
    bool now_file = false, now_folder = false;
    int rc = 0;
    for (size_t i = b_from; i < b_to && !rc; i++) {
        const struct gitentry *e = &b->list.v[i];
        now_folder |= e->kind == GITENTRY_FOLDER;
        now_file |= e->kind != GITENTRY_FOLDER;
        if (!holds(a, a_from, a_to, e))
            rc = differ(x, e, file, folder, depth);
    }
    if (!rc && file && !now_file && !x->half)
        rc = vanish(x, file, depth);
    if (!rc && folder && !now_folder && !x->half)
        rc = vanish(x, folder, depth);
    return rc;
}

static int join(struct diff *x, const struct side *a, const struct side *b, unsigned depth)
{
    size_t i = 0, k = 0;
    int rc = 0;
    while (!rc && (i < a->list.n || k < b->list.n)) {
        struct str name;
        if (i == a->list.n)
            name = b->list.v[k].path;
        else if (k == b->list.n || str_cmp(a->list.v[i].path, b->list.v[k].path) < 0)
            name = a->list.v[i].path;
        else
            name = b->list.v[k].path;
        size_t i_to = group(a, name, i), k_to = group(b, name, k);
        rc = compare(x, a, i, i_to, b, k, k_to, depth);
        i = i_to;
        k = k_to;
    }
    return rc;
}

/* A tree that cannot be read: one row where something new may stand, nothing where it stood. */
static int unreadable(struct diff *x, int code, const char *why)
{
    struct gitentry e = {.kind = GITENTRY_BAD, .code = code, .reason = why};
    return tell(x, &e, NULL, false);
}

static int walk(struct diff *x, const struct git_id *from, const struct git_id *to, unsigned depth)
{
    struct side a = {0}, b = {0};
    struct diag why = {0};
    int rc = 0;
    if (depth > gitrepo_limits(x->repo)->depth)
        return to ? unreadable(x, E_LIMIT, "nested deeper than what is read") : 0;
    if (from)
        rc = load(x, from, &a, &why);
    if (rc && rc != E_NOMEM && !(rc == E_LIMIT && !*x->budget)) {
        vec_free(&a.list);
        rc = 0;
    }
    diag_clear(&why);
    int code = !rc && to ? load(x, to, &b, &why) : 0;
    if (code == E_NOMEM || (code == E_LIMIT && !*x->budget))
        rc = code;
    else if (code)
        rc = unreadable(x, code, why.text);
    bool half = x->half;
    x->half |= code != 0;
    if (!rc)
        rc = join(x, &a, &b, depth);
    x->half = half;
    side_done(x, &a);
    side_done(x, &b);
    return rc;
}

int gittree_diff(struct gitrepo *r, const struct git_id *from, const struct git_id *to,
                 uint64_t *budget, gitchange_fn fn, void *ctx, struct diag *d)
{
    struct diff x = {.repo = r, .path = BUF_INIT, .budget = budget, .fn = fn, .ctx = ctx, .d = d};
    int rc = from && git_id_eq(from, to) ? 0 : walk(&x, from, to, 0);
    buf_done(&x.path);
    return rc;
}
