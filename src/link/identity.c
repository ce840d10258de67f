/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a target and each repository in it is called, so that no two of one scan share a
 * name: what has one name is one asset. */
#include "base/path.h"
#include "link/link_internal.h"

/* The last parts of an absolute path; empty when it has fewer. */
static struct str tail(struct str path, unsigned parts)
{
    size_t at = path.n;
    for (; parts && at != SIZE_MAX; parts--)
        at = str_rchr(str_sub(path, 0, at), '/');
    return at == SIZE_MAX ? STR("") : str_sub(path, at + 1, path.n);
}

static const struct repository *root_repository(const struct link *l, uint32_t target)
{
    vec_each (r, &l->repositories) {
        if (r->target == target && !r->root.n)
            return r;
    }
    return NULL;
}

/* Other names for `base`, longer each time: "app", "x/app"; "host/org/app", "host/org/app@app". */
static int candidate(struct link *l, struct str base, bool origin, struct str root, unsigned k,
                     struct str *ret)
{
    struct str part = tail(root, origin ? k : k + 1);
    if (!k)
        *ret = base;
    else if (!part.n)
        *ret = arena_fmt(&l->mem, STR_FMT "~%u", STR_ARG(base), k);
    else if (origin)
        *ret = arena_fmt(&l->mem, STR_FMT "@" STR_FMT, STR_ARG(base), STR_ARG(part));
    else
        *ret = part;
    return ret->p ? 0 : arena_error(&l->mem);
}

/* ---- targets ---- */

/* A repository, "//" and the part of it that the target is; or the name of the target. */
static int base_of(struct link *l, uint32_t target, struct str *ret, bool *ret_origin)
{
    const struct repository *r = root_repository(l, target);
    const struct target *t = &l->targets[target];
    *ret_origin = r != NULL;
    *ret = r ? r->origin : t->name;
    if (!r || !r->above)
        return 0;
    *ret = arena_fmt(&l->mem, STR_FMT "//" STR_FMT, STR_ARG(r->origin),
                     STR_ARG(tail(t->root, r->above)));
    return ret->p ? 0 : arena_error(&l->mem);
}

static bool is_taken(const struct link *l, struct str name)
{
    for (uint32_t t = 0; t < l->n_targets; t++)
        if (l->identities[t].p && str_eq(l->identities[t], name))
            return true;
    return false;
}

/* One that candidate() made. */
static bool is_name_of(struct str name, struct str base)
{
    return str_starts(name, base) &&
           (name.n == base.n || name.p[base.n] == '~' || name.p[base.n] == '@');
}

/* A root that the store knows keeps its name, if that is still one of its names. */
static int name_known(struct link *l, uint32_t t, const struct known_targets *known, struct diag *d)
{
    struct str base, stored = STR("");
    bool origin;
    int rc = base_of(l, t, &base, &origin);
    if (!rc)
        rc = known->at(known->ctx, l->targets[t].root, &l->mem, &stored, d);
    if (rc || !stored.n || is_taken(l, stored))
        return rc;
    /* A repository that got its first commit keeps the name of its folder. */
    const struct repository *r = root_repository(l, t);
    bool named = !origin || (r && r->by_commit && !r->above);
    if (is_name_of(stored, base) || (named && path_has_suffix(stored, l->targets[t].name)))
        l->identities[t] = stored;
    return 0;
}

static int name_new(struct link *l, uint32_t t, const struct known_targets *known, struct diag *d)
{
    struct str base;
    bool origin;
    int rc = base_of(l, t, &base, &origin);
    for (unsigned k = 0; !rc; k++) {
        struct str name;
        bool taken = false;
        rc = candidate(l, base, origin, l->targets[t].root, k, &name);
        if (rc || is_taken(l, name))
            continue;
        /* Two clones may be changed each on its own, as two folders of one name are. */
        if (known)
            rc = known->taken(known->ctx, name, l->targets[t].root, &taken, d);
        if (rc || taken)
            continue;
        l->identities[t] = name;
        return 0;
    }
    return rc;
}

/* ---- repositories ---- */

static int root_path(struct link *l, const struct repository *r, struct str *ret)
{
    AUTO(buf) b = BUF_INIT;
    struct str at = l->targets[r->target].root;
    for (unsigned up = r->above; up; up--)
        at = path_dir(at);
    path_join(&b, at, r->root);
    *ret = buf_result(&b) ? STR_NULL : arena_str(&l->mem, buf_str(&b));
    return ret->p ? 0 : E_NOMEM;
}

/* True when nobody, or a target of the same repository, has the scope. */
static int claim(struct link *l, struct str scope, struct str root, bool *ret)
{
    bool fresh;
    uint64_t *slot = map_put(&l->scopes, scope, &fresh);
    if (!slot)
        return E_NOMEM;
    if (fresh) {
        *slot = l->scope_roots.n;
        if (vec_push(&l->scope_roots, root))
            return E_NOMEM;
    }
    *ret = str_eq(l->scope_roots.v[*slot], root);
    return 0;
}

static bool is_target(const struct repository *r)
{
    return !r->root.n && !r->above;
}

/* The scope that the store knows, where this scan alone might choose another one. */
static int scope_known(struct link *l, struct repository *r, const struct known_targets *known,
                       struct str root, bool *ret, struct diag *d)
{
    struct str scope;
    if (!known || !(known->part || r->above || r->twin))
        return 0;
    int rc =
        known->scope(known->ctx, l->identities[r->target], r->root, r->origin, &l->mem, &scope, d);
    if (rc || !is_name_of(scope, r->origin))
        return rc;
    r->scope = scope;
    return claim(l, scope, root, ret);
}

static int name_repository(struct link *l, struct repository *r, const struct known_targets *known,
                           struct diag *d)
{
    struct str root;
    bool mine = false;
    int rc = root_path(l, r, &root);
    const struct target *t = &l->targets[r->target];
    r->prefix = tail(t->root, r->above);
    if (t->single_file)
        r->prefix = path_dir(r->prefix);
    if (!rc && is_target(r)) {
        r->scope = l->identities[r->target];
        return claim(l, r->scope, root, &mine);
    }
    if (!rc)
        rc = scope_known(l, r, known, root, &mine, d);
    for (unsigned k = 0; !rc && !mine; k++) {
        rc = candidate(l, r->origin, true, root, k, &r->scope);
        if (!rc)
            rc = claim(l, r->scope, root, &mine);
    }
    return rc;
}

int link_name(struct link *l, const struct known_targets *known, struct diag *d)
{
    int rc = link_read(l);
    for (uint32_t t = 0; t < l->n_targets && !rc && known; t++)
        rc = name_known(l, t, known, d);
    for (uint32_t t = 0; t < l->n_targets && !rc; t++)
        if (!l->identities[t].p)
            rc = name_new(l, t, known, d);
    /* First those that are targets: their names are given. */
    for (int targets = 1; targets >= 0 && !rc; targets--)
        for (size_t i = 0; i < l->repositories.n && !rc; i++) {
            struct repository *r = &l->repositories.v[i];
            if (is_target(r) == targets)
                rc = name_repository(l, r, known, d);
        }
    l->named = !rc;
    return rc && !d->text[0] ? diag_set(d, rc, "no memory for the names of targets") : rc;
}

struct str link_target_identity(const struct link *l, uint32_t target)
{
    return l->identities[target];
}
