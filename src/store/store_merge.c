/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides what becomes of a stored asset that turned out to be another one: its places, values,
 * relations, findings and aliases move, its own attributes give way, and its id becomes an alias.
 */
#include "base/mem.h"
#include "store/store_internal.h"

struct merge {
    struct store *st;
    struct diag *d;
    struct str from, into;
    struct arena a;
    struct {
        VEC(struct place_row);
    } places;
    struct {
        VEC(int64_t);
    } moved; /* id that stands for each of `places` afterwards */
};

#define READ_ALL(vec, type, which, read)                                                           \
    do {                                                                                           \
        struct stmt *s;                                                                            \
        rc = store_query(m->st, which, ARGS(S(m->from)), &s, m->d);                                \
        while (!rc && (rc = stmt_step(s, m->d)) > 0) {                                             \
            type row = {0};                                                                        \
            rc = read(s, &m->a, &row) || vec_push(vec, row) ? store_nomem(m->d) : 0;               \
        }                                                                                          \
    } while (0)

static int log_merge(struct merge *m, struct str subject, struct str id, bool old_row, bool new_row)
{
    struct store *st = m->st;
    const struct change c = {.subject = subject,
                             .id = id,
                             .what = !old_row   ? STR("added")
                                     : !new_row ? STR("removed")
                                                : STR("changed"),
                             .old_row = old_row ? &st->json_old : NULL,
                             .new_row = new_row ? &st->json_new : NULL,
                             .cause = STR("merged")};

    return store_log(st, &c, m->d);
}

static struct str number(char out[24], int64_t v)
{
    return str_n(out, (size_t)snprintf(out, 24, "%lld", (long long)v));
}

static int64_t moved_place(const struct merge *m, int64_t id)
{
    for (size_t i = 0; i < m->places.n; i++)
        if (m->places.v[i].id == id)
            return m->moved.v[i];
    return id;
}

static int move_attr(struct merge *m, const struct attr_row *old)
{
    struct attr_row r = *old;
    const struct arg none = {.type = ARG_NULL};
    bool number_too =
        old->valued && (str_eq(old->type, STR("integer")) || str_eq(old->type, STR("boolean")));
    int rc = store_drop_attr(m->st, old->asset, old->place, old->name, m->d);

    attr_json(old, &m->st->json_old);
    attr_id(old, &m->st->text);
    rc = rc ? rc : log_merge(m, STR("attribute"), buf_str(&m->st->text), true, false);
    if (rc || !old->place || moved_place(m, old->place) != old->place)
        return rc;
    r.asset = m->into;
    rc = store_run(m->st, SQL_ADD_ATTR,
                   ARGS(S(r.asset), I(r.place), S(r.name), S(r.type), r.valued ? S(r.value) : none,
                        number_too ? I(r.number) : none, S(r.state), S(r.reason), I(r.evidence)),
                   m->d);
    attr_json(&r, &m->st->json_new);
    attr_id(&r, &m->st->text);
    return rc ? rc : log_merge(m, STR("attribute"), buf_str(&m->st->text), false, true);
}

static int move_attrs(struct merge *m)
{
    struct {
        VEC(struct attr_row);
    } rows = {0};
    int rc;

    READ_ALL(&rows, struct attr_row, SQL_ATTRS_OF, read_attr);
    for (size_t i = 0; i < rows.n && !rc; i++)
        rc = move_attr(m, &rows.v[i]);
    vec_free(&rows);
    return rc;
}

static int find_places(struct merge *m)
{
    int rc;

    READ_ALL(&m->places, struct place_row, SQL_PLACES_OF, read_place);
    for (size_t i = 0; i < m->places.n && !rc; i++) {
        const struct place_row *p = &m->places.v[i];
        int64_t same = 0;

        rc = store_one(m->st, SQL_PLACE_LIKE,
                       ARGS(S(m->into), I(p->target), S(p->key), S(p->collector)), 0, &same, m->d);
        if (!rc && vec_push(&m->moved, same ? same : p->id))
            rc = store_nomem(m->d);
    }
    return rc;
}

static int move_places(struct merge *m)
{
    char id[24];
    int rc = 0;

    for (size_t i = 0; i < m->places.n && !rc; i++) {
        struct place_row r = m->places.v[i];
        bool moves = m->moved.v[i] == r.id;

        place_json(&r, &m->st->json_old);
        r.asset = m->into;
        place_json(&r, &m->st->json_new);
        if (moves)
            rc = store_run(m->st, SQL_SET_PLACE_ASSET, ARGS(I(r.id), S(m->into)), m->d);
        else
            rc = store_run(m->st, SQL_DROP_PLACE, ARGS(I(r.id)), m->d);
        rc = rc ? rc : log_merge(m, STR("place"), number(id, r.id), true, moves);
    }
    return rc;
}

static int move_values(struct merge *m)
{
    struct {
        VEC(struct value_row);
    } rows = {0};
    char id[24];
    int rc;

    READ_ALL(&rows, struct value_row, SQL_VALUES_OF, read_value);
    for (size_t i = 0; i < rows.n && !rc; i++) {
        struct value_row r = rows.v[i];

        value_json(&r, &m->st->json_old);
        r.asset = m->into;
        value_json(&r, &m->st->json_new);
        rc = store_run(m->st, SQL_SET_VALUE_ASSET, ARGS(I(r.id), S(m->into)), m->d);
        rc = rc ? rc : log_merge(m, STR("value"), number(id, r.id), true, true);
    }
    vec_free(&rows);
    return rc;
}

static int move_findings(struct merge *m)
{
    struct {
        VEC(struct finding_row);
    } rows = {0};
    int rc;

    READ_ALL(&rows, struct finding_row, SQL_FINDINGS_OF, read_finding);
    for (size_t i = 0; i < rows.n && !rc; i++) {
        struct finding_row r = rows.v[i];

        finding_json(&r, &m->st->json_old);
        r.asset = m->into;
        r.place = moved_place(m, r.place);
        finding_json(&r, &m->st->json_new);
        rc = store_run(m->st, SQL_SET_FINDING_ASSET, ARGS(S(r.id), S(r.asset), I(r.place)), m->d);
        rc = rc ? rc : log_merge(m, STR("finding"), r.id, true, true);
    }
    vec_free(&rows);
    return rc;
}

struct link_row {
    struct str from, verb, to, state;
    int64_t place, seen;
};

static int read_link(const struct stmt *s, struct arena *a, struct link_row *ret)
{
    ret->from = arena_str(a, stmt_str(s, 0));
    ret->verb = arena_str(a, stmt_str(s, 1));
    ret->to = arena_str(a, stmt_str(s, 2));
    ret->state = arena_str(a, stmt_str(s, 3));
    ret->place = stmt_int(s, 4);
    ret->seen = stmt_int(s, 5);
    return ret->from.p && ret->verb.p && ret->to.p && ret->state.p ? 0 : E_NOMEM;
}

static int log_link(struct merge *m, const struct link_row *r, bool added)
{
    relation_json(r->state, added ? &m->st->json_new : &m->st->json_old);
    buf_clear(&m->st->text);
    buf_addf(&m->st->text, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(r->from), STR_ARG(r->verb),
             STR_ARG(r->to));
    if (buf_result(&m->st->text))
        return store_nomem(m->d);
    return log_merge(m, STR("relation"), buf_str(&m->st->text), !added, added);
}

static int move_relation(struct merge *m, struct link_row r)
{
    int64_t there = 0;
    int rc = store_run(m->st, SQL_DROP_RELATION, ARGS(S(r.from), S(r.verb), S(r.to)), m->d);

    rc = rc ? rc : log_link(m, &r, false);
    if (str_eq(r.from, m->from))
        r.from = m->into;
    if (str_eq(r.to, m->from))
        r.to = m->into;
    r.place = moved_place(m, r.place);
    if (rc || str_eq(r.from, r.to))
        return rc;
    rc = store_one(m->st, SQL_HAS_RELATION, ARGS(S(r.from), S(r.verb), S(r.to)), 0, &there, m->d);
    if (rc || there)
        return rc;
    rc = store_run(m->st, SQL_ADD_RELATION,
                   ARGS(S(r.from), S(r.verb), S(r.to), S(r.state), I(r.place), I(r.seen)), m->d);
    return rc ? rc : log_link(m, &r, true);
}

static int move_relations(struct merge *m)
{
    struct {
        VEC(struct link_row);
    } rows = {0};
    int rc;

    READ_ALL(&rows, struct link_row, SQL_RELATIONS_OF, read_link);
    for (size_t i = 0; i < rows.n && !rc; i++)
        rc = move_relation(m, rows.v[i]);
    vec_free(&rows);
    return rc;
}

struct alias_row {
    struct str alias;
};

static int read_alias(const struct stmt *s, struct arena *a, struct alias_row *ret)
{
    ret->alias = arena_str(a, stmt_str(s, 0));
    return ret->alias.p ? 0 : E_NOMEM;
}

static int move_aliases(struct merge *m)
{
    struct {
        VEC(struct alias_row);
    } rows = {0};
    int rc;

    READ_ALL(&rows, struct alias_row, SQL_ALIASES_OF, read_alias);
    alias_json(m->from, &m->st->json_old);
    alias_json(m->into, &m->st->json_new);
    for (size_t i = 0; i < rows.n && !rc; i++) {
        rc = store_run(m->st, SQL_MOVE_ALIAS, ARGS(S(rows.v[i].alias), S(m->into)), m->d);
        rc = rc ? rc : log_merge(m, STR("alias"), rows.v[i].alias, true, true);
    }
    vec_free(&rows);
    return rc;
}

static int end_asset(struct merge *m)
{
    struct asset_row r = {0};
    struct stmt *s;
    int64_t first = 0;
    int rc = store_query(m->st, SQL_GET_ASSET, ARGS(S(m->from)), &s, m->d);

    if (!rc && (rc = stmt_step(s, m->d)) > 0)
        rc = read_asset(s, &m->a, &r) ? store_nomem(m->d) : 0;
    rc = rc ? rc : store_one(m->st, SQL_GET_ASSET_FIRST, ARGS(S(m->from)), 0, &first, m->d);
    rc = rc ? rc : store_run(m->st, SQL_SET_ASSET_FIRST, ARGS(S(m->into), I(first)), m->d);
    rc = rc ? rc : store_run(m->st, SQL_DROP_RISK, ARGS(S(m->from)), m->d);
    rc = rc ? rc : store_run(m->st, SQL_DROP_OWNERS, ARGS(S(m->from)), m->d);
    rc = rc ? rc : store_run(m->st, SQL_DROP_ASSET, ARGS(S(m->from)), m->d);
    asset_json(&r, &m->st->json_old);
    rc = rc ? rc : log_merge(m, STR("asset"), m->from, true, false);
    rc = rc ? rc : store_run(m->st, SQL_ADD_ALIAS, ARGS(S(m->from), S(m->into)), m->d);
    alias_json(m->into, &m->st->json_new);
    return rc ? rc : log_merge(m, STR("alias"), m->from, false, true);
}

int store_merge_assets(struct store *st, struct str from, struct str into, struct diag *d)
{
    static int (*const STEPS[])(struct merge *) = {find_places,  move_attrs,    move_places,
                                                   move_values,  move_findings, move_relations,
                                                   move_aliases, end_asset};
    struct merge m = {.st = st, .d = d, .from = from, .into = into, .a = ARENA(0)};
    int rc = store_drop_facts(st, from, d);

    if (!rc)
        rc = store_drop_facts(st, into, d);
    for (size_t i = 0; i < ARRAY_LEN(STEPS) && !rc; i++)
        rc = STEPS[i](&m);
    vec_free(&m.places);
    vec_free(&m.moved);
    arena_done(&m.a);
    return rc;
}
