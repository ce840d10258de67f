/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a range of commits brought, changed and took away. */
#include "formats/git/range.h"
#include "formats/git/walk.h"

struct tree_of {
    bool there;
    struct git_id id;
};

struct gitrange {
    struct gitrepo *repo;
    struct git_id base, tip;
    struct str under;
    struct gitwalk walk;
    struct tree_of base_tree, tip_tree;
    struct arena mem;
    struct map now_at;       /* path of NOW: index into now_ids */
    struct map now_ids_seen; /* ids of NOW */
    struct {
        VEC(struct git_id);
    } now_ids;
    struct map past; /* ids of PAST and of broken trees */
    uint64_t budget;
    size_t phase, at; /* next commit of the range */
    bool ended;       /* the budget is spent */
    /* Of the step under way. */
    gitrange_fn fn;
    void *ctx;
    struct diag *d;
    const struct gitwalk_node *commit;
};

static int no_memory(struct gitrange *g)
{
    return diag_set(g->d, E_NOMEM, "no memory to compare commits");
}

static int gap(struct gitrange *g, struct str path, int code, const char *reason)
{
    struct gitrange_item item = {
        .kind = GITRANGE_GAP,
        .entry = {.path = path, .kind = GITENTRY_BAD, .code = code, .reason = reason}};
    return g->fn(g->ctx, &item);
}

/* The tree of a commit at `under`. There may be no such folder yet. */
static int tree_of(struct gitrange *g, const struct git_id *tree, struct tree_of *ret,
                   struct diag *d)
{
    int rc = gittree_folder(g->repo, tree, g->under, &ret->id, d);
    ret->there = !rc;
    return rc == E_NOTFOUND ? 0 : rc;
}

int gitrange_new(struct gitrepo *r, const struct git_id *base, const struct git_id *tip,
                 struct str under, struct gitrange **ret, struct diag *d)
{
    struct gitrange *g = mem_alloc(sizeof(*g));
    if (!g)
        return diag_set(d, E_NOMEM, "no memory to compare commits");
    g->repo = r;
    g->mem = (struct arena)ARENA(0);
    g->base = *base;
    g->tip = *tip;
    g->under = arena_str(&g->mem, under);
    g->budget = gitrepo_limits(r)->entries;
    g->now_at = g->now_ids_seen = g->past = (struct map)MAP_OWNED(&g->mem);
    gitwalk_init(&g->walk, r);
    int rc = g->under.p ? gitwalk_range(&g->walk, base, tip, d)
                        : diag_set(d, E_NOMEM, "no memory to compare commits");
    for (size_t i = 0; i < g->walk.nodes.n && !rc; i++) {
        const struct gitwalk_node *n = &g->walk.nodes.v[i];
        if (git_id_eq(&n->id, base))
            rc = tree_of(g, &n->tree, &g->base_tree, d);
        if (!rc && git_id_eq(&n->id, tip))
            rc = tree_of(g, &n->tree, &g->tip_tree, d);
    }
    if (!rc && !g->base_tree.there && !g->tip_tree.there)
        rc = diag_set(d, E_NOTFOUND, "neither commit has a folder of this name");
    if (rc)
        gitrange_free(g);
    else
        *ret = g;
    return rc;
}

struct gitrange *gitrange_free(struct gitrange *g)
{
    if (!g)
        return NULL;
    gitwalk_done(&g->walk);
    map_done(&g->now_at);
    map_done(&g->now_ids_seen);
    map_done(&g->past);
    vec_free(&g->now_ids);
    arena_done(&g->mem);
    mem_free(g);
    return NULL;
}

size_t gitrange_commits(const struct gitrange *g)
{
    return g->walk.range.n;
}

/* --- base and tip -------------------------------------------------------------------------- */

static int keep_now(struct gitrange *g, const struct gitentry *e)
{
    bool fresh;
    uint64_t *slot = map_put(&g->now_at, e->path, &fresh);
    if (!slot)
        return no_memory(g);
    *slot = g->now_ids.n;
    if (vec_push(&g->now_ids, e->id) || !map_put(&g->now_ids_seen, git_id_str(&e->id), &fresh))
        return no_memory(g);
    return 0;
}

static int on_now(void *ctx, const struct gitchange *c)
{
    struct gitrange *g = ctx;
    struct gitrange_item item = {.kind = c->gone ? GITRANGE_GONE : GITRANGE_NOW, .entry = c->entry};
    if (c->entry.kind == GITENTRY_BAD)
        return gap(g, c->entry.path, c->entry.code, c->entry.reason);
    int rc = c->gone ? 0 : keep_now(g, &c->entry);
    return rc ? rc : g->fn(g->ctx, &item);
}

/* A walk that ends because the budget is spent is a gap, and the last one. */
static int compare(struct gitrange *g, const struct tree_of *from, const struct tree_of *to,
                   gitchange_fn fn)
{
    struct diag d = {0};
    int rc = gittree_diff(g->repo, from->there ? &from->id : NULL, to->there ? &to->id : NULL,
                          &g->budget, fn, g, &d);
    if (rc == E_LIMIT && !g->budget) {
        g->ended = true;
        return gap(g, STR(""), rc, d.text);
    }
    if (rc && g->d && !g->d->text[0])
        *g->d = d;
    return rc;
}

static int first_step(struct gitrange *g)
{
    int rc = 0;
    vec_each (text, &g->walk.gaps) {
        AUTO(buf) z = BUF_INIT;
        buf_add(&z, *text);
        if (!rc)
            rc = buf_result(&z) ? no_memory(g) : gap(g, STR(""), E_LIMIT, z.p);
    }
    return rc ? rc : compare(g, &g->base_tree, &g->tip_tree, on_now);
}

/* --- the commits between ------------------------------------------------------------------- */

/* Does the tree hold this content at this path? What cannot be read holds nothing. */
static int holds(struct gitrange *g, const struct tree_of *tree, const struct gitentry *e,
                 bool *ret)
{
    struct gitentry there;
    struct diag ignored = {0};
    *ret = false;
    int rc = tree->there ? gittree_find(g->repo, &tree->id, e->path, &there, &ignored) : E_NOTFOUND;
    *ret = !rc && git_id_eq(&there.id, &e->id);
    return rc == E_NOMEM ? no_memory(g) : 0;
}

/* Does it come from another parent of a merge? */
static int inherited(struct gitrange *g, const struct gitentry *e, bool *ret)
{
    const struct gitwalk_node *n = g->commit;
    int rc = 0;
    *ret = false;
    for (uint32_t i = 1; i < n->n_parents && !rc && !*ret; i++) {
        struct diag ignored = {0};
        struct tree_of tree;
        rc = tree_of(g, &g->walk.nodes.v[g->walk.parents.v[n->parents + i]].tree, &tree, &ignored);
        if (rc && rc != E_NOMEM)
            rc = 0;
        else if (!rc)
            rc = holds(g, &tree, e, ret);
    }
    return rc == E_NOMEM ? no_memory(g) : rc;
}

static bool stands_now(const struct gitrange *g, const struct gitentry *e)
{
    const uint64_t *at = map_get(&g->now_at, e->path);
    return (at && git_id_eq(&g->now_ids.v[*at], &e->id)) ||
           map_get(&g->now_ids_seen, git_id_str(&e->id));
}

static int on_past(void *ctx, const struct gitchange *c)
{
    struct gitrange *g = ctx;
    const struct gitentry *e = &c->entry;
    bool elsewhere = false, fresh = false;
    if (c->gone || (e->kind != GITENTRY_FILE && e->kind != GITENTRY_BAD) || stands_now(g, e) ||
        map_get(&g->past, git_id_str(&e->id)))
        return 0;
    int rc = e->kind == GITENTRY_FILE ? holds(g, &g->base_tree, e, &elsewhere) : 0;
    if (!rc && !elsewhere && e->kind == GITENTRY_FILE)
        rc = inherited(g, e, &elsewhere);
    if (rc || elsewhere)
        return rc;
    if (!map_put(&g->past, git_id_str(&e->id), &fresh))
        return no_memory(g);
    if (e->kind == GITENTRY_BAD)
        return gap(g, e->path, e->code, e->reason);
    struct gitrange_item item = {.kind = GITRANGE_PAST, .entry = *e, .commit = g->commit->id};
    return g->fn(g->ctx, &item);
}

static int commit_step(struct gitrange *g, uint32_t node)
{
    struct tree_of from = {0}, to;
    struct diag why = {0};
    const struct gitwalk_node *n = g->commit = &g->walk.nodes.v[node];
    int rc = tree_of(g, &n->tree, &to, &why);
    if (rc && rc != E_NOMEM)
        return gap(g, g->under, rc, why.text);
    if (!rc && n->n_parents)
        rc = tree_of(g, &g->walk.nodes.v[g->walk.parents.v[n->parents]].tree, &from, &why);
    if (rc == E_NOMEM)
        return no_memory(g);
    return to.there ? compare(g, &from, &to, on_past) : 0;
}

int gitrange_step(struct gitrange *g, gitrange_fn fn, void *ctx, struct diag *d)
{
    g->fn = fn;
    g->ctx = ctx;
    g->d = d;
    int rc = g->phase ? 0 : first_step(g);
    if (!rc && g->phase && g->at < g->walk.range.n)
        rc = commit_step(g, g->walk.range.v[g->at++]);
    g->phase = 1;
    if (rc)
        return rc;
    return !g->ended && g->at < g->walk.range.n;
}
