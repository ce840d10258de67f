/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which relations are new, changed or at an end. */
#include "base/mem.h"
#include "base/spill.h"
#include "store/store_internal.h"

struct relation_row {
    struct str from, verb, to, state;
    int64_t place, seen;
};

struct rows {
    VEC(struct relation_row);
};

static int by_key(const void *x, const void *y, void *ctx)
{
    const struct relation_row *a = x, *b = y;
    int c = str_cmp(a->from, b->from);

    (void)ctx;
    if (!c)
        c = str_cmp(a->verb, b->verb);
    return c ? c : str_cmp(a->to, b->to);
}

static int log_relation(struct store *st, const struct relation_row *old,
                        const struct relation_row *r, struct str cause, struct diag *d)
{
    const struct relation_row *any = old ? old : r;
    struct change c = {.subject = STR("relation"),
                       .what = !old ? STR("added")
                               : !r ? STR("removed")
                                    : STR("changed"),
                       .old_row = old ? &st->json_old : NULL,
                       .new_row = r ? &st->json_new : NULL,
                       .cause = cause};

    buf_clear(&st->text);
    buf_addf(&st->text, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(any->from), STR_ARG(any->verb),
             STR_ARG(any->to));
    if (old)
        relation_json(old->state, &st->json_old);
    if (r)
        relation_json(r->state, &st->json_new);
    c.id = buf_str(&st->text);
    return buf_result(&st->text) ? store_nomem(d) : store_log(st, &c, d);
}

static int put(struct store *st, enum sql which, const struct relation_row *r, struct diag *d)
{
    return store_run(
        st, which, ARGS(S(r->from), S(r->verb), S(r->to), S(r->state), I(r->place), I(r->seen)), d);
}

static int drop(struct store *st, const struct relation_row *r, struct str cause, struct diag *d)
{
    int rc = store_run(st, SQL_DROP_RELATION, ARGS(S(r->from), S(r->verb), S(r->to)), d);

    return rc ? rc : log_relation(st, r, NULL, cause, d);
}

/* Its evidence was read again and does not say so any more, or is gone. */
static bool has_ended(const struct store *st, const struct relation_row *old)
{
    if (!old->place)
        return map_get(&st->by_id, old->from) != NULL;
    return store_was_seen(st, old->place) || store_is_gone(st, old->place);
}

static int compare(struct store *st, const struct rows *stored, const struct rows *seen,
                   struct diag *d)
{
    size_t i = 0, k = 0;
    int rc = 0;

    while ((i < stored->n || k < seen->n) && !rc) {
        const struct relation_row *old = i < stored->n ? &stored->v[i] : NULL;
        const struct relation_row *r = k < seen->n ? &seen->v[k] : NULL;
        int c = !old ? 1 : !r ? -1 : by_key(old, r, NULL);

        if (c > 0) {
            rc = put(st, SQL_ADD_RELATION, r, d);
            rc = rc ? rc : log_relation(st, NULL, r, STR("seen"), d);
        } else if (c < 0) {
            rc = has_ended(st, old) ? drop(st, old, STR("not-seen"), d) : 0;
        } else if (!str_eq(old->state, r->state)) {
            rc = put(st, SQL_SET_RELATION, r, d);
            rc = rc ? rc : log_relation(st, old, r, STR("observed"), d);
        } else if (old->place != r->place || old->seen != r->seen) {
            rc = put(st, SQL_SET_RELATION, r, d);
        }
        i += c <= 0;
        k += c >= 0;
    }
    return rc;
}

static int read_stored(struct arena *a, struct rows *rows, const struct stmt *s)
{
    struct relation_row r = {.from = arena_str(a, stmt_str(s, 0)),
                             .verb = arena_str(a, stmt_str(s, 1)),
                             .to = arena_str(a, stmt_str(s, 2)),
                             .state = arena_str(a, stmt_str(s, 3)),
                             .place = stmt_int(s, 4),
                             .seen = stmt_int(s, 5)};

    if (!r.from.p || !r.verb.p || !r.to.p || !r.state.p)
        return E_NOMEM;
    return vec_push(rows, r);
}

static int load(struct store *st, const struct str *ids, size_t n, struct arena *a,
                struct rows *rows, struct diag *d)
{
    struct stmt *s;
    int rc = store_stmt(st, SQL_LOAD_RELATIONS, &s, d);

    for (size_t i = 0; i < CHUNK && !rc; i++)
        stmt_bind_str(s, (int)i + 1, i < n ? ids[i] : STR(""));
    while (!rc && (rc = stmt_step(s, d)) > 0)
        rc = read_stored(a, rows, s) ? store_nomem(d) : 0;
    return !rc && vec_sort(rows, by_key, NULL) ? store_nomem(d) : rc;
}

static int strongest(const struct relation_row *a, const struct relation_row *b)
{
    return word_index(RELATION_STATE_NAMES, a->state) > word_index(RELATION_STATE_NAMES, b->state);
}

static int gather(struct store *st, const struct relation *r, struct rows *rows)
{
    struct relation_row row = {.from = st->ids[r->from],
                               .verb = str_z(VERB_NAMES[r->verb]),
                               .to = st->ids[r->to],
                               .state = str_z(RELATION_STATE_NAMES[r->state]),
                               .place = store_place_of(st, r->from, &r->at),
                               .seen = r->seen};

    spill_rest();
    if (!row.place)
        row.place = store_place_of(st, r->to, &r->at);
    return str_eq(row.from, row.to) ? 0 : vec_push(rows, row);
}

/* Assets that became one may bring the same relation twice. */
static void fold(struct rows *rows)
{
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        struct relation_row *last = n ? &rows->v[n - 1] : NULL;

        if (last && !by_key(last, &rows->v[i], NULL)) {
            last->seen += rows->v[i].seen;
            if (strongest(&rows->v[i], last))
                last->state = rows->v[i].state;
            continue;
        }
        rows->v[n++] = rows->v[i];
    }
    rows->n = n;
}

struct walk {
    struct arena a;
    struct str ids[CHUNK];
    size_t n;
    struct rows stored, seen;
};

static int flush(struct store *st, struct walk *w, struct diag *d)
{
    int rc = w->n ? load(st, w->ids, w->n, &w->a, &w->stored, d) : 0;

    if (!rc && vec_sort(&w->seen, by_key, NULL))
        rc = store_nomem(d);
    if (!rc) {
        fold(&w->seen);
        rc = compare(st, &w->stored, &w->seen, d);
    }
    w->n = w->stored.n = w->seen.n = 0;
    arena_clear(&w->a);
    return rc;
}

/* Relations by the asset they come from: first[i] to first[i + 1] in `order`. */
static int order_relations(struct store *st, size_t **ret_first, uint32_t **ret_order)
{
    size_t n = st->inv->assets.n, count = st->inv->relations.n;
    size_t *first = arena_new_n(&st->mem, size_t, n + 2);
    uint32_t *order = arena_new_n(&st->mem, uint32_t, count + 1);

    if (!first || !order)
        return E_NOMEM;
    for (size_t i = 0; i < count; i++) {
        spill_rest();
        first[st->inv->relations.v[i].from + 2]++;
    }
    for (size_t i = 2; i < n + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < count; i++) {
        spill_rest();
        order[first[st->inv->relations.v[i].from + 1]++] = (uint32_t)i;
    }
    *ret_first = first;
    *ret_order = order;
    return 0;
}

static int walk_seen(struct store *st, struct walk *w, struct diag *d)
{
    size_t *first = NULL;
    uint32_t *order = NULL;
    int rc = order_relations(st, &first, &order) ? store_nomem(d) : 0;

    for (uint32_t i = 0; i < st->inv->assets.n && !rc; i++) {
        const uint64_t *leader = map_get(&st->by_id, st->ids[i]);

        if (!leader || *leader != i)
            continue;
        w->ids[w->n++] = st->ids[i];
        for (uint32_t m = i; m != NO_ID && !rc; m = st->next_same[m])
            for (size_t k = first[m]; k < first[m + 1] && !rc; k++)
                rc = gather(st, &st->inv->relations.v[order[k]], &w->seen) ? store_nomem(d) : 0;
        if (!rc && w->n == CHUNK)
            rc = flush(st, w, d);
    }
    return rc ? rc : flush(st, w, d);
}

/* Assets that this scan did not see but that lost a place. */
static int walk_gone(struct store *st, struct walk *w, struct diag *d)
{
    AUTO(map) done = MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < st->gone.n && !rc; i++) {
        struct str id = st->gone.v[i].asset;
        bool is_new;

        if (!map_put(&done, id, &is_new))
            return store_nomem(d);
        if (!is_new || map_get(&st->by_id, id))
            continue;
        w->ids[w->n++] = id;
        if (w->n == CHUNK)
            rc = flush(st, w, d);
    }
    return rc ? rc : flush(st, w, d);
}

/* A relation ends with either of its assets, whatever its evidence. */
static int walk_ended(struct store *st, struct walk *w, struct diag *d)
{
    AUTO(map) done = MAP_INIT;
    int rc = 0;

    for (size_t i = 0; i < st->gone.n && !rc; i++) {
        struct str id = st->gone.v[i].asset;
        int64_t present = 0;
        struct stmt *s;
        bool is_new;

        if (!map_put(&done, id, &is_new))
            return store_nomem(d);
        if (!is_new)
            continue;
        rc = store_one(st, SQL_ANY_PRESENT, ARGS(S(id)), 0, &present, d);
        if (rc || present)
            continue;
        rc = store_query(st, SQL_RELATIONS_OF, ARGS(S(id)), &s, d);
        while (!rc && (rc = stmt_step(s, d)) > 0)
            rc = read_stored(&w->a, &w->stored, s) ? store_nomem(d) : 0;
        if (!rc && vec_sort(&w->stored, by_key, NULL))
            rc = store_nomem(d);
        for (size_t k = 0; k < w->stored.n && !rc; k++)
            rc = drop(st, &w->stored.v[k], STR("asset-gone"), d);
        w->stored.n = 0;
        arena_clear(&w->a);
    }
    return rc;
}

int store_write_relations(struct store *st, struct diag *d)
{
    struct walk w = {.a = ARENA(0)};
    int rc = walk_seen(st, &w, d);

    if (!rc)
        rc = walk_gone(st, &w, d);
    if (!rc)
        rc = walk_ended(st, &w, d);
    vec_free(&w.stored);
    vec_free(&w.seen);
    arena_done(&w.a);
    return rc;
}
