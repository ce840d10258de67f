/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides what is gone: a place that stood in a scanned target, was not seen again, and lies where
 * this scan really looked. Whatever was denied, failed, partial, unsupported, skipped or not looked
 * at keeps its places: not seeing is not the same as seeing nothing.
 */
#include "base/mem.h"
#include "base/path.h"
#include "store/store_internal.h"

static const struct str GONE = {"gone", 4};

/* ---- coverage ---- */

/* Targets of equal identity share the rows of the first of them. */
static struct covered *covered_of(const struct store *st, int64_t target)
{
    for (size_t i = 0; i < st->n_targets; i++)
        if (st->covered[i].target == target)
            return &st->covered[i];
    return NULL;
}

/* What every path that the glob matches begins with: there may be thousands of them. */
static struct str literal_start(struct str glob)
{
    size_t n = 0;

    while (n < glob.n && !strchr("*?[", glob.p[n]))
        n++;
    return str_sub(glob, 0, n);
}

/* The format has no reader, but its file was searched: a key that stood in it is gone. */
static bool is_read_by_others(const struct coverage_row *row)
{
    return row->state == COVERAGE_UNSUPPORTED && str_eq_z(row->collectors, COVERAGE_UNREAD);
}

/* A row names a path, or by a rule all paths that it matches: "*.bin", "node_modules". */
static int note_gap(struct covered *c, const struct coverage_row *row, struct str path)
{
    bool rule = row->state == COVERAGE_SKIPPED || row->state == COVERAGE_NOT_LOOKED;
    bool is_new;
    uint64_t *slot;

    if (rule && path.n &&
        (str_chr(path, '*', 0) != SIZE_MAX || str_chr(path, '?', 0) != SIZE_MAX ||
         str_chr(path, '[', 0) != SIZE_MAX) &&
        vec_push(&c->globs, ((struct covered_glob){path, literal_start(path)})))
        return E_NOMEM;
    slot = map_put(&c->gaps, path, &is_new);
    if (!slot)
        return E_NOMEM;
    *slot |= (rule ? GAP_RULE : 0) | (is_read_by_others(row) ? 0 : GAP_ITSELF);
    return 0;
}

static int note_row(struct store *st, const struct coverage_row *row, struct str path)
{
    struct covered *c = covered_of(st, store_target(st, row->target));
    bool is_new;

    if (!c)
        return 0;
    if (row->state != COVERAGE_EXAMINED)
        return note_gap(c, row, path);
    if (str_eq_z(path, COVERAGE_MEMBERS) || str_eq_z(path, COVERAGE_CHANGED))
        return 0;
    return map_put(&c->examined_at, path, &is_new) ? 0 : E_NOMEM;
}

int store_write_coverage(struct store *st, struct diag *d)
{
    int64_t ord = 0;
    int rc = 0;

    for (size_t i = 0; i < st->n_targets; i++)
        st->covered[i].target = st->targets[i];
    for (size_t i = 0; i < st->inv->coverage.n && !rc; i++) {
        const struct coverage_row *row = &st->inv->coverage.v[i];
        const struct str text[5] = {store_text(st, row->source), store_text(st, row->path),
                                    str_z(COVERAGE_STATE_NAMES[row->state]),
                                    store_text(st, row->reason), store_text(st, row->collectors)};
        int64_t target = store_target(st, row->target);

        if (!target)
            return diag_set(d, E_BUG, "a coverage row names no target of the scan");
        rc = store_run(st, SQL_ADD_COVERAGE,
                       ARGS(I(st->scan), I(ord++), S(text[0]), I(target), S(text[1]), S(text[2]),
                            S(text[3]), S(text[4]), I(row->files), I(row->bytes)),
                       d);
        if (!rc && note_row(st, row, text[1]))
            rc = store_nomem(d);
    }
    return rc;
}

/* The path itself, each folder and archive above it and "" (the whole target). */
static bool any_above(const struct map *rows, struct str path)
{
    if (!rows->n)
        return false;
    while (path.n) {
        if (map_get(rows, path))
            return true;
        path = path_parent(path);
    }
    return map_get(rows, STR("")) != NULL;
}

static bool is_gap(const struct map *gaps, struct str path)
{
    const uint64_t *own = map_get(gaps, path);

    return (own && *own & GAP_ITSELF) || (path.n && any_above(gaps, path_parent(path)));
}

static bool rule_matches(const struct covered *c, struct str path)
{
    struct str rest = path, part;

    while (str_field(&rest, '/', &part)) {
        const uint64_t *rule = map_get(&c->gaps, part);

        if (rule && *rule & GAP_RULE)
            return true;
    }
    /* A rule that matches a folder is about all in it. */
    for (; c->globs.n && path.n; path = path_parent(path))
        for (size_t i = 0; i < c->globs.n; i++)
            if (str_starts(path, c->globs.v[i].start) && path_glob(c->globs.v[i].glob, path))
                return true;
    return false;
}

/* "commit:0123456789ab" of "commit:0123456789ab!/inner.txt". */
static struct str commit_of(struct str member)
{
    return str_sub(member, 0, str_find(member, STR("!/"), 0));
}

bool store_is_covered(const struct store *st, int64_t target, struct str path, struct str member)
{
    const struct covered *c = covered_of(st, target);
    AUTO(buf) whole = BUF_INIT;

    /* What stands in the history stays there, whatever becomes of the file. */
    if (c && str_starts(member, STR("commit:")))
        return map_get(&c->examined_at, commit_of(member)) != NULL;
    buf_add(&whole, path);
    buf_addz(&whole, member.n ? "!/" : "");
    buf_add(&whole, member);
    path = buf_str(&whole);
    if (!c || buf_result(&whole) || !any_above(&c->examined_at, path))
        return false;
    return !is_gap(&c->gaps, path) && !rule_matches(c, path);
}

/* ---- places ---- */

struct sweep {
    struct {
        VEC(struct gone_place);
    } kept; /* not seen, not covered: they keep the time that the target gave them */
};

bool store_is_gone(const struct store *st, int64_t place)
{
    size_t from = 0, to = st->gone.n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (st->gone.v[mid].id < place)
            from = mid + 1;
        else
            to = mid;
    }
    return from < st->gone.n && st->gone.v[from].id == place;
}

static int sort_row(struct store *st, struct sweep *w, int64_t target, const struct stmt *s)
{
    int64_t id = stmt_int(s, 0);
    struct str asset;

    if (store_was_seen(st, id))
        return 0;
    bool covered = store_is_covered(st, target, stmt_str(s, 2), stmt_str(s, 4));
    if (!covered && (st->part || stmt_int(s, 3)))
        return 0;
    asset = arena_str(&st->mem, stmt_str(s, 1));
    if (!asset.p)
        return E_NOMEM;
    return covered ? vec_push(&st->gone, ((struct gone_place){id, asset}))
                   : vec_push(&w->kept, ((struct gone_place){id, asset}));
}

static int sweep_target(struct store *st, struct sweep *w, int64_t target, struct diag *d)
{
    int64_t after = 0;
    int rc = 0;

    w->kept.n = 0;
    for (bool more = true; more && !rc;) {
        struct stmt *s;

        more = false;
        rc = store_query(st, SQL_PRESENT_PLACES, ARGS(I(target), I(after)), &s, d);
        while (!rc && (rc = stmt_step(s, d)) > 0) {
            more = true;
            after = stmt_int(s, 0);
            rc = sort_row(st, w, target, s) ? store_nomem(d) : 0;
        }
    }
    for (size_t i = 0; i < w->kept.n && !rc; i++) {
        rc = store_run(st, SQL_SET_LAST_SEEN,
                       ARGS(I(w->kept.v[i].id), I(store_seen_before(st, target))), d);
        if (!rc)
            rc = store_drop_facts(st, w->kept.v[i].asset, d);
    }
    return rc;
}

/* ---- what follows from a place that is gone ---- */

static int one_place(struct store *st, int64_t id, struct place_row *ret, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_GET_PLACE, ARGS(I(id)), &s, d);

    if (!rc && (rc = stmt_step(s, d)) > 0)
        rc = read_place(s, &st->mem, ret) ? store_nomem(d) : 0;
    return rc;
}

static int drop_values(struct store *st, const struct place_row *p, struct diag *d)
{
    struct {
        VEC(struct value_row);
    } rows = {0};
    struct stmt *s;
    int rc = store_query(st, SQL_VALUES_IN, ARGS(S(p->asset), S(p->path), I(p->target)), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct value_row r = {0};

        rc = read_value(s, &st->mem, &r) ? store_nomem(d) : 0;
        if (!rc && vec_push(&rows, r))
            rc = store_nomem(d);
    }
    for (size_t i = 0; i < rows.n && !rc; i++) {
        char id[24];
        int len = snprintf(id, sizeof(id), "%lld", (long long)rows.v[i].id);
        const struct change c = {.subject = STR("value"),
                                 .id = str_n(id, (size_t)len),
                                 .what = STR("removed"),
                                 .old_row = &st->json_old,
                                 .cause = STR("not-seen")};

        value_json(&rows.v[i], &st->json_old);
        rc = store_run(st, SQL_DROP_VALUE, ARGS(I(rows.v[i].id)), d);
        rc = rc ? rc : store_log(st, &c, d);
    }
    vec_free(&rows);
    return rc;
}

struct attrs {
    VEC(struct attr_row);
};

/* Attributes of a place, or (0) of the asset: all, or those known only from a gone place. */
static int read_attrs(struct store *st, struct str id, int64_t place, bool all, struct attrs *ret,
                      struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_ATTRS_AT, ARGS(S(id), I(place)), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct attr_row r = {0};

        rc = read_attr(s, &st->mem, &r) ? store_nomem(d) : 0;
        if (!rc && (all || store_is_gone(st, r.evidence)) && vec_push(ret, r))
            rc = store_nomem(d);
    }
    return rc;
}

static int drop_attrs(struct store *st, const struct attrs *rows, struct diag *d)
{
    int rc = 0;

    for (size_t i = 0; i < rows->n && !rc; i++)
        rc = store_drop_attr(st, rows->v[i].asset, rows->v[i].place, rows->v[i].name, d);
    return rc;
}

static int log_removed(struct store *st, const struct attr_row *r, struct diag *d)
{
    struct change c = {.subject = STR("attribute"),
                       .what = STR("removed"),
                       .old_row = &st->json_old,
                       .cause = STR("not-seen")};

    attr_json(r, &st->json_old);
    attr_id(r, &st->text);
    c.id = buf_str(&st->text);
    return buf_result(&st->text) ? store_nomem(d) : store_log(st, &c, d);
}

/* The asset is still there: what only places that are gone said of it goes, each a change. */
static int forget_attrs(struct store *st, struct str id, struct diag *d)
{
    struct attrs rows = {0};
    int rc = read_attrs(st, id, 0, false, &rows, d);

    rc = rc ? rc : drop_attrs(st, &rows, d);
    for (size_t i = 0; i < rows.n && !rc; i++)
        rc = log_removed(st, &rows.v[i], d);
    vec_free(&rows);
    return rc;
}

/*
 * What is gone keeps no attributes, or each scan would go over what everything that ever was had to
 * say. They went with it: its row of the log tells them, as it does for what is new.
 */
static int log_gone(struct store *st, const struct change *c, struct str asset, int64_t place,
                    struct diag *d)
{
    struct attrs rows = {0};
    int rc = read_attrs(st, asset, place, true, &rows, d);

    json_with_attrs(&st->json_old, rows.v, rows.n);
    rc = rc ? rc : store_log(st, c, d);
    rc = rc ? rc : drop_attrs(st, &rows, d);
    vec_free(&rows);
    return rc;
}

static int end_place(struct store *st, const struct gone_place *g, struct diag *d)
{
    struct place_row p = {0};
    char id[24];
    int len = snprintf(id, sizeof(id), "%lld", (long long)g->id);
    const struct change c = {.subject = STR("place"),
                             .id = str_n(id, (size_t)len),
                             .what = GONE,
                             .old_row = &st->json_old,
                             .new_row = &st->json_new,
                             .cause = STR("not-seen")};
    int rc = one_place(st, g->id, &p, d);

    if (rc)
        return rc;
    place_json(&p, &st->json_old);
    p.state = GONE;
    place_json(&p, &st->json_new);
    if (!p.last_seen)
        p.last_seen = store_seen_before(st, p.target);
    rc = store_run(st, SQL_END_PLACE, ARGS(I(g->id), S(GONE), I(p.last_seen)), d);
    if (!rc)
        rc = store_drop_facts(st, g->asset, d);
    if (!rc)
        rc = log_gone(st, &c, g->asset, g->id, d);
    /* An asset that was seen elsewhere has had its values compared already. */
    if (!rc && !map_get(&st->by_id, g->asset))
        rc = drop_values(st, &p, d);
    return rc;
}

static int end_asset(struct store *st, struct str id, struct diag *d)
{
    const struct change c = {.subject = STR("asset"),
                             .id = id,
                             .what = GONE,
                             .old_row = &st->json_old,
                             .new_row = &st->json_new,
                             .cause = STR("no-place-left")};
    struct asset_row r = {0};
    struct stmt *s;
    int rc = store_query(st, SQL_GET_ASSET, ARGS(S(id)), &s, d);

    if (!rc && (rc = stmt_step(s, d)) > 0)
        rc = read_asset(s, &st->mem, &r) ? store_nomem(d) : 0;
    if (rc)
        return rc;
    asset_json(&r, &st->json_old);
    r.state = GONE;
    asset_json(&r, &st->json_new);
    rc = store_run(st, SQL_SET_ASSET_STATE, ARGS(S(id), S(GONE)), d);
    if (!rc)
        rc = store_run(st, SQL_DROP_RISK, ARGS(S(id)), d);
    if (!rc)
        rc = store_run(st, SQL_DROP_OWNERS, ARGS(S(id)), d);
    return rc ? rc : log_gone(st, &c, id, 0, d);
}

static int follow_up(struct store *st, struct str asset, struct diag *d)
{
    int64_t present = 0;
    int rc = store_one(st, SQL_ANY_PRESENT, ARGS(S(asset)), 0, &present, d);

    if (rc)
        return rc;
    return present ? forget_attrs(st, asset, d) : end_asset(st, asset, d);
}

static int by_id(const void *x, const void *y, void *ctx)
{
    const struct gone_place *a = x, *b = y;

    (void)ctx;
    return a->id < b->id ? -1 : a->id > b->id;
}

static int end_all(struct store *st, struct diag *d)
{
    AUTO(map) done = MAP_INIT;
    int rc = vec_sort(&st->gone, by_id, NULL) ? store_nomem(d) : 0;

    for (size_t i = 0; i < st->gone.n && !rc; i++)
        rc = end_place(st, &st->gone.v[i], d);
    for (size_t i = 0; i < st->gone.n && !rc; i++) {
        bool is_new;

        if (!map_put(&done, st->gone.v[i].asset, &is_new))
            rc = store_nomem(d);
        else if (is_new)
            rc = follow_up(st, st->gone.v[i].asset, d);
    }
    return rc;
}

int store_write_presence(struct store *st, struct diag *d)
{
    struct sweep w = {0};
    int rc = 0;

    for (size_t i = 0; i < st->n_targets && !rc; i++)
        if (covered_of(st, st->targets[i]) == &st->covered[i])
            rc = sweep_target(st, &w, st->targets[i], d);
    if (!rc)
        rc = end_all(st, d);
    vec_free(&w.kept);
    return rc;
}
