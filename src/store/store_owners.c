/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whose the file at each path is said to be from now on. */
#include "store/store_internal.h"

/* What is stored of one target. */
struct known {
    struct str path, owner;
    bool seen; /* this scan says the same, or something else */
};

struct knowns {
    struct arena mem;
    struct map at; /* path: index */
    struct {
        VEC(struct known);
    } list;
};

static int load(struct store *st, int64_t target, struct knowns *k, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_LOAD_PATH_OWNERS, ARGS(I(target)), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct known row = {.path = arena_str(&k->mem, stmt_str(s, 0)),
                            .owner = arena_str(&k->mem, stmt_str(s, 1))};
        bool fresh;
        uint64_t *slot = row.path.p && row.owner.p ? map_put(&k->at, row.path, &fresh) : NULL;

        rc = !slot || vec_push(&k->list, row) ? store_nomem(d) : 0;
        if (!rc)
            *slot = k->list.n - 1;
    }
    return rc;
}

static int put(struct store *st, int64_t target, const struct path_owner *o, struct knowns *k,
               struct diag *d)
{
    struct str path = store_text(st, o->path), name = store_text(st, o->name);
    const uint64_t *hit = map_get(&k->at, path);
    struct known *row = hit ? &k->list.v[*hit] : NULL;
    bool same = row && str_eq(row->owner, name);

    if (row)
        row->seen = true;
    return same ? 0 : store_run(st, SQL_PUT_PATH_OWNER, ARGS(I(target), S(path), S(name)), d);
}

/* Where this scan did not look, what an earlier one said of the path stays with what it found. */
static int keep_past(struct store *st, int64_t target, struct knowns *k, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_LOAD_PAST_PATHS, ARGS(I(target)), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        const uint64_t *hit = map_get(&k->at, stmt_str(s, 0));

        if (hit)
            k->list.v[*hit].seen = true;
        rc = 0;
    }
    return rc;
}

static int drop_rest(struct store *st, int64_t target, struct knowns *k, struct diag *d)
{
    bool any = false;
    int rc = 0;

    vec_each (row, &k->list)
        any |= !row->seen;
    if (any)
        rc = keep_past(st, target, k, d);
    for (size_t i = 0; any && i < k->list.n && !rc; i++)
        if (!k->list.v[i].seen)
            rc = store_run(st, SQL_DROP_PATH_OWNER, ARGS(I(target), S(k->list.v[i].path)), d);
    return rc;
}

static int write_target(struct store *st, uint32_t index, size_t *at, struct diag *d)
{
    struct knowns k = {.mem = ARENA(0), .at = MAP_INIT};
    int64_t target = st->targets[index];
    int rc = load(st, target, &k, d);

    for (; *at < st->inv->path_owners.n && !rc; ++*at) {
        const struct path_owner *o = &st->inv->path_owners.v[*at];

        if (o->target != index)
            break;
        rc = put(st, target, o, &k, d);
    }
    /* A look at a part says nothing of the rest. */
    if (!rc && !st->part)
        rc = drop_rest(st, target, &k, d);
    vec_free(&k.list);
    map_done(&k.at);
    arena_done(&k.mem);
    return rc;
}

int store_write_path_owners(struct store *st, struct diag *d)
{
    size_t at = 0;
    int rc = 0;

    for (uint32_t i = 0; i < st->n_targets && !rc; i++)
        rc = write_target(st, i, &at, d);
    return rc;
}
