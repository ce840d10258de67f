/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which commits belong to a range. */
#include "formats/git/commit.h"
#include "formats/git/walk.h"

/* Commits that are still looked at when all that is left belongs to the base: their times may lie.
 */
#define SLOP 256u

void gitwalk_init(struct gitwalk *w, struct gitrepo *r)
{
    *w = (struct gitwalk){.repo = r, .mem = ARENA(0)};
    w->known = (struct map)MAP_OWNED(&w->mem);
}

void gitwalk_done(struct gitwalk *w)
{
    vec_free(&w->nodes);
    vec_free(&w->parents);
    vec_free(&w->queue);
    vec_free(&w->range);
    vec_free(&w->gaps);
    map_done(&w->known);
    arena_done(&w->mem);
}

static int add_gap(struct gitwalk *w, const char *text)
{
    struct str s = arena_str(&w->mem, str_z(text));
    if (!s.p)
        return E_NOMEM;
    vec_each (g, &w->gaps)
        if (str_eq(*g, s))
            return 0;
    return vec_push(&w->gaps, s);
}

/* --- the queue: a heap by time, then by name, so that the order is always the same ---------- */

static bool before(const struct gitwalk *w, uint32_t a, uint32_t b)
{
    const struct gitwalk_node *x = &w->nodes.v[a], *y = &w->nodes.v[b];
    return x->time != y->time ? x->time > y->time : git_id_cmp(&x->id, &y->id) < 0;
}

static void swap(struct gitwalk *w, size_t i, size_t k)
{
    uint32_t t = w->queue.v[i];
    w->queue.v[i] = w->queue.v[k];
    w->queue.v[k] = t;
}

static int enqueue(struct gitwalk *w, uint32_t node)
{
    if (vec_push(&w->queue, node))
        return E_NOMEM;
    w->nodes.v[node].waits = true;
    w->open += !w->nodes.v[node].base;
    for (size_t i = w->queue.n - 1; i; i = (i - 1) / 2) {
        if (!before(w, w->queue.v[i], w->queue.v[(i - 1) / 2]))
            break;
        swap(w, i, (i - 1) / 2);
    }
    return 0;
}

static uint32_t dequeue(struct gitwalk *w)
{
    uint32_t top = w->queue.v[0];
    w->queue.v[0] = w->queue.v[--w->queue.n];
    for (size_t i = 0, child; (child = 2 * i + 1) < w->queue.n; i = child) {
        if (child + 1 < w->queue.n && before(w, w->queue.v[child + 1], w->queue.v[child]))
            child++;
        if (!before(w, w->queue.v[child], w->queue.v[i]))
            break;
        swap(w, i, child);
    }
    w->nodes.v[top].waits = false;
    w->nodes.v[top].taken = true;
    w->open -= !w->nodes.v[top].base;
    return top;
}

/* --- nodes --------------------------------------------------------------------------------- */

/* The node of a commit, read when it is new. E_LIMIT: no more of them. */
static int node_of(struct gitwalk *w, const struct git_id *id, uint32_t *ret, struct diag *d)
{
    const uint64_t *hit = map_get(&w->known, git_id_str(id));
    struct git_object o;
    struct gitcommit c;
    bool fresh;
    if (hit) {
        *ret = (uint32_t)*hit;
        return 0;
    }
    if (w->nodes.n >= gitrepo_limits(w->repo)->commits)
        return diag_set(d, E_LIMIT, "history: more than %u commits are not read",
                        gitrepo_limits(w->repo)->commits);
    int rc = gitcommit_read(w->repo, id, &o, &c, d);
    if (rc)
        return rc;
    struct gitwalk_node node = {.id = *id, .tree = c.tree, .time = c.time};
    gitrepo_release(w->repo, &o);
    uint64_t *slot = map_put(&w->known, git_id_str(id), &fresh);
    if (!slot || vec_push(&w->nodes, node))
        return diag_set(d, E_NOMEM, "no memory to walk through history");
    *slot = w->nodes.n - 1;
    *ret = (uint32_t)*slot;
    return 0;
}

/* From here back everything belongs to the base. */
static int mark_base(struct gitwalk *w, uint32_t from)
{
    struct {
        VEC(uint32_t);
    } todo = {0};
    int rc = vec_push(&todo, from);
    while (!rc && todo.n) {
        struct gitwalk_node *n = &w->nodes.v[todo.v[--todo.n]];
        if (n->base)
            continue;
        n->base = true;
        w->open -= n->waits;
        for (uint32_t i = 0; i < n->n_parents && !rc; i++)
            rc = vec_push(&todo, w->parents.v[n->parents + i]);
    }
    vec_free(&todo);
    return rc;
}

/* A parent of `child`: known, in the queue, and of the base when its child is. */
static int add_parent(struct gitwalk *w, uint32_t child, const struct git_id *id, struct diag *d)
{
    uint32_t parent;
    size_t n = w->nodes.n;
    int rc = node_of(w, id, &parent, d);
    if (rc)
        return rc;
    if (vec_push(&w->parents, parent))
        return E_NOMEM;
    w->nodes.v[child].n_parents++;
    bool base = w->nodes.v[child].base;
    if (w->nodes.n > n) {
        w->nodes.v[parent].base = base;
        return enqueue(w, parent);
    }
    return base ? mark_base(w, parent) : 0;
}

/* Parents of a commit that leaves the queue. 1: the limit of commits was reached. */
static int expand(struct gitwalk *w, uint32_t node, struct diag *d)
{
    struct git_object o;
    struct gitcommit c;
    struct git_id id = w->nodes.v[node].id, parent;
    w->nodes.v[node].parents = (uint32_t)w->parents.n;
    if (gitrepo_ends_at(w->repo, &id)) {
        w->nodes.v[node].cut = true;
        return 0;
    }
    int rc = gitcommit_read(w->repo, &id, &o, &c, d);
    if (rc)
        return rc;
    for (size_t i = 0; !rc && gitcommit_parent(&c, i, &parent); i++) {
        struct diag why = {0};
        rc = add_parent(w, node, &parent, &why);
        if (!rc || rc == E_NOMEM)
            continue;
        /* Of the base nothing has to be known but where it begins. */
        bool limit = rc == E_LIMIT && w->nodes.n >= gitrepo_limits(w->repo)->commits;
        rc = limit || !w->nodes.v[node].base ? add_gap(w, why.text) : 0;
        if (!rc && limit)
            rc = 1;
    }
    gitrepo_release(w->repo, &o);
    return rc;
}

/* --- the range ----------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b, void *ctx)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x == y ? 0 : before(ctx, x, y) ? 1 : -1;
}

static int collect(struct gitwalk *w)
{
    for (uint32_t i = 0; i < w->nodes.n; i++) {
        struct gitwalk_node *n = &w->nodes.v[i];
        if (n->base || !n->taken)
            continue;
        if (n->cut &&
            add_gap(w, "history: the clone is shallow; what came before its first commit is not "
                       "here"))
            return E_NOMEM;
        if (vec_push(&w->range, i))
            return E_NOMEM;
    }
    return vec_sort(&w->range, by_time, w);
}

int gitwalk_range(struct gitwalk *w, const struct git_id *base, const struct git_id *tip,
                  struct diag *d)
{
    uint32_t from, to;
    unsigned slop = SLOP;
    int rc = node_of(w, base, &from, d);
    if (!rc)
        rc = node_of(w, tip, &to, d);
    if (rc)
        return rc;
    w->nodes.v[from].base = true;
    rc = enqueue(w, from);
    if (!rc && to != from)
        rc = enqueue(w, to);
    while (!rc && w->queue.n && (w->open || slop)) {
        slop = w->open ? SLOP : slop - 1;
        rc = expand(w, dequeue(w), d);
    }
    if (rc >= 0)
        rc = collect(w);
    return rc == E_NOMEM ? diag_set(d, rc, "no memory to walk through history") : rc;
}

/* --- reaching ------------------------------------------------------------------------------ */

struct sought {
    struct git_id prefix;
    size_t digits;
};

static int not_known(struct diag *d)
{
    return diag_set(d, E_LIMIT, "history is not known back to its begin");
}

static bool is_readable(struct gitrepo *r, const struct git_id *id)
{
    struct git_object o;
    struct diag why = {0};
    if (gitrepo_read(r, id, &o, &why))
        return false;
    gitrepo_release(r, &o);
    return true;
}

/* A tip to begin with. References may name other things than commits. */
static int add_tip(void *ctx, const struct git_id *id)
{
    struct gitwalk *w = ctx;
    struct git_id commit = *id;
    struct diag why = {0};
    size_t before = w->nodes.n;
    uint32_t node;
    int rc = gitrepo_peel(w->repo, &commit, &why);
    if (rc)
        return rc == E_NOMEM ? rc : is_readable(w->repo, &commit) ? 0 : E_LIMIT;
    rc = node_of(w, &commit, &node, &why);
    if (rc || w->nodes.n == before)
        return rc && rc != E_NOMEM ? E_LIMIT : rc;
    return enqueue(w, node);
}

/* Everything that the tips reach, in any order, until nothing is sought any more. */
static int reach(struct gitwalk *w, const struct sought *s, size_t n, bool *ret, struct diag *d)
{
    size_t left = 0;
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        left += s[i].digits > 0;
    while (!rc && w->queue.n && left) {
        uint32_t node = dequeue(w);
        for (size_t i = 0; i < n; i++)
            if (s[i].digits && !ret[i] &&
                git_id_has_prefix(&w->nodes.v[node].id, &s[i].prefix, s[i].digits)) {
                ret[i] = true;
                left--;
            }
        rc = left ? expand(w, node, d) : 0;
        if (rc == 1 || (!rc && (w->gaps.n || w->nodes.v[node].cut)))
            rc = not_known(d);
    }
    return rc;
}

int gitwalk_reaches(struct gitrepo *r, const struct git_id *tip, const struct str *prefixes,
                    size_t n, bool *ret, struct diag *d)
{
    struct gitwalk w;
    struct sought *s = mem_array(NULL, n + 1, sizeof(*s));
    if (!s)
        return diag_set(d, E_NOMEM, "no memory to walk through history");
    for (size_t i = 0; i < n; i++) {
        ret[i] = false;
        s[i].digits = git_id_parse_prefix(prefixes[i], &s[i].prefix) ? prefixes[i].n : 0;
    }
    gitwalk_init(&w, r);
    int rc = tip ? add_tip(&w, tip) : gitrepo_each_ref(r, add_tip, &w, d);
    if (rc == E_LIMIT)
        not_known(d);
    if (!rc)
        rc = reach(&w, s, n, ret, d);
    gitwalk_done(&w);
    mem_free(s);
    return rc == E_NOMEM ? diag_set(d, rc, "no memory to walk through history") : rc;
}
