/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the assets of an inventory and their places change what is stored. */
#include "base/mem.h"
#include "base/spill.h"
#include "store/store_chunk.h"

static const struct str PRESENT = {"present", 7};

/* ---- places ---- */

static int place_order(const struct place_row *a, const struct place_row *b)
{
    int c = a->target < b->target ? -1 : a->target > b->target;

    if (!c)
        c = str_cmp(a->key, b->key);
    return c ? c : str_cmp(a->collector, b->collector);
}

static int by_place(const void *x, const void *y, void *ctx)
{
    const struct new_place *a = x, *b = y;
    int c = place_order(&a->row, &b->row);

    (void)ctx;
    return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

static bool same_place(const struct place_row *a, const struct place_row *b)
{
    return place_order(a, b) == 0;
}

static int gather_place(struct writing *w, uint32_t asset, uint32_t place)
{
    const struct inv_place *p = &w->st->inv->assets.v[asset].places[place];
    struct store *st = w->st;
    struct str key = place_key(&p->at, &w->c->a);
    struct new_place n = {.asset = asset,
                          .place = place,
                          .order = w->places.n,
                          .row = {.target = store_target(st, p->at.target),
                                  .asset = w->id,
                                  .path = store_text(st, p->at.path),
                                  .member = store_text(st, p->at.member),
                                  .pointer = store_text(st, p->at.pointer),
                                  .url = store_text(st, p->at.url),
                                  .line = p->at.line,
                                  .col = p->at.column,
                                  .offset = p->at.offset,
                                  .collector = store_text(st, p->at.collector),
                                  .labels = store_labels(st, p->labels),
                                  .name = store_text(st, p->name),
                                  .snippet = store_text(st, p->at.snippet),
                                  .state = PRESENT}};

    spill_rest();
    if (!key.p)
        return store_nomem(w->d);
    n.row.key = store_text(st, key);
    return vec_push(&w->places, n) ? store_nomem(w->d) : 0;
}

/* Both lists are sorted alike; a stored place that is passed over was not seen. */
static void match_places(struct writing *w)
{
    const struct place_row *v = w->c->places.v;
    size_t at = w->c->places.at, end = slot_end(&w->c->places, w->c->slot), matched = SIZE_MAX;

    w->elsewhere = false;
    for (size_t i = 0; i <= w->places.n; i++) {
        struct new_place *n = i < w->places.n ? &w->places.v[i] : NULL;

        for (; at < end && (!n || place_order(&v[at], &n->row) < 0); at++) {
            bool unseen = at != matched && str_eq(v[at].state, PRESENT);

            w->mixed |= unseen;
            w->elsewhere |=
                unseen && !store_is_covered(w->st, v[at].target, v[at].path, v[at].member);
        }
        if (n && at < end && same_place(&v[at], &n->row)) {
            n->stored = &v[at];
            matched = at;
        }
    }
}

/* Of those that are gone only what comes back is read: an asset may have stood at any number. */
static int find_returned(struct writing *w)
{
    const struct place_row *before = NULL;
    int rc = 0;

    for (size_t i = 0; i < w->places.n && w->stored && !rc; i++) {
        struct new_place *n = &w->places.v[i];
        struct stmt *s;

        if (n->stored)
            continue;
        if (i && same_place(&w->places.v[i - 1].row, &n->row)) {
            n->stored = before;
            continue;
        }
        before = NULL;
        rc = store_query(w->st, SQL_PLACE_BEFORE,
                         ARGS(S(w->id), I(n->row.target), S(n->row.key), S(n->row.collector)), &s,
                         w->d);
        if (!rc && (rc = stmt_step(s, w->d)) > 0) {
            struct place_row *r = arena_new(&w->c->a, struct place_row);

            rc = !r || read_place(s, &w->c->a, r) ? store_nomem(w->d) : 0;
            n->stored = before = r;
        }
        if (!rc)
            stmt_reset(s);
    }
    return rc;
}

int gather_places(struct writing *w)
{
    const struct inventory *inv = w->st->inv;
    int rc = 0;

    w->places.n = 0;
    for (uint32_t i = w->leader; i != NO_ID && !rc; i = w->st->next_same[i])
        for (uint32_t k = 0; k < inv->assets.v[i].n_places && !rc; k++)
            rc = gather_place(w, i, k);
    if (!rc && vec_sort(&w->places, by_place, NULL))
        rc = store_nomem(w->d);
    if (!rc)
        match_places(w);
    return rc ? rc : find_returned(w);
}

static int insert_place(struct writing *w, const struct new_place *n)
{
    const struct place_row *r = &n->row;
    struct store *st = w->st;
    char id[24];
    int len = snprintf(id, sizeof(id), "%lld", (long long)r->id);
    const struct change change = {.subject = STR("place"),
                                  .id = str_n(id, (size_t)len),
                                  .what = STR("added"),
                                  .new_row = &st->json_new,
                                  .cause = STR("seen")};
    int rc = store_run(st, SQL_ADD_PLACE,
                       ARGS(I(r->id), S(w->id), I(r->target), S(r->path), S(r->member),
                            S(r->pointer), S(r->url), I(r->line), I(r->col), I(r->offset),
                            S(r->collector), S(r->labels), S(r->name), S(r->snippet), S(r->state),
                            S(r->key), I(st->at), I(store_seen_now(st))),
                       w->d);

    place_json(r, &st->json_new);
    json_with_attrs(&st->json_new, w->attrs.v, w->attrs.n);
    return rc ? rc : store_log(st, &change, w->d);
}

/* Lines move silently; a place that comes back or is called otherwise is a change. */
static int update_place(struct writing *w, const struct new_place *n)
{
    const struct place_row *r = &n->row, *old = n->stored;
    struct store *st = w->st;
    bool back = !str_eq(old->state, PRESENT);
    bool changed = back || !str_eq(old->labels, r->labels) || !str_eq(old->name, r->name);
    char id[24];
    int len = snprintf(id, sizeof(id), "%lld", (long long)r->id);
    const struct change change = {.subject = STR("place"),
                                  .id = str_n(id, (size_t)len),
                                  .what = back ? STR("returned") : STR("changed"),
                                  .old_row = &st->json_old,
                                  .new_row = &st->json_new,
                                  .cause = back ? STR("seen-again") : STR("observed")};
    int rc;

    if (!changed && old->line == r->line && old->col == r->col && old->offset == r->offset &&
        str_eq(old->snippet, r->snippet) && old->last_seen == store_seen_now(st))
        return 0;
    rc = store_run(st, SQL_SET_PLACE,
                   ARGS(I(r->id), I(r->line), I(r->col), I(r->offset), S(r->labels), S(r->name),
                        S(r->snippet), S(r->state), I(store_seen_now(st))),
                   w->d);
    if (rc || !changed)
        return rc;
    place_json(old, &st->json_old);
    place_json(r, &st->json_new);
    return store_log(st, &change, w->d);
}

/* The stored attributes of one place are a range, for they are sorted by place. */
static void attr_range(const struct chunk *c, int64_t place, size_t *ret_from, size_t *ret_to)
{
    size_t from = c->attrs.at, to = c->attrs_end, end = to;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (c->attrs.v[mid].place < place)
            from = mid + 1;
        else
            to = mid;
    }
    *ret_from = from;
    while (from < end && c->attrs.v[from].place == place)
        from++;
    *ret_to = from;
}

static int write_place(struct writing *w, size_t from, size_t to)
{
    struct new_place *n = &w->places.v[from];
    size_t first, last;
    int rc;

    n->row.id = n->stored ? n->stored->id : w->st->next_place++;
    for (size_t i = from; i < to; i++) {
        const struct new_place *p = &w->places.v[i];

        w->st->place_ids[w->st->first_place[p->asset] + p->place] = n->row.id;
    }
    rc = gather_place_attrs(w, from, to);
    if (rc)
        return rc;
    if (vec_push(&w->st->seen, ((struct place_ref){n->row.id, n->asset, n->place})))
        return store_nomem(w->d);
    if (!n->stored) {
        rc = insert_place(w, n);
        return rc ? rc : insert_attrs(w, n->row.id);
    }
    rc = update_place(w, n);
    attr_range(w->c, n->row.id, &first, &last);
    return rc ? rc : write_attrs(w, n->row.id, first, last);
}

int write_places(struct writing *w)
{
    int rc = 0;

    for (size_t i = 0, next; i < w->places.n && !rc; i = next) {
        for (next = i + 1; next < w->places.n; next++)
            if (!same_place(&w->places.v[i].row, &w->places.v[next].row))
                break;
        rc = write_place(w, i, next);
    }
    return rc;
}

/* ---- assets ---- */

static uint32_t label_bits(struct str labels)
{
    struct str word;
    uint32_t bits = 0;

    while (str_field(&labels, ' ', &word)) {
        int i = word_index(LABEL_NAMES, word);

        if (i >= 0)
            bits |= 1u << i;
    }
    return bits;
}

static bool is_unknown(struct str word)
{
    return str_eq(word, STR("unknown"));
}

static bool is_none(struct str word)
{
    return str_eq_z(word, FACT_STATE_NAMES[FACT_NONE]);
}

/* What people decided (sanctioned, banned) outlives what a scan supposes. */
static struct str choose_sanction(struct str stored, struct str observed)
{
    bool decided = !is_unknown(stored) && !str_eq(stored, STR("discovered"));
    bool guessed = is_unknown(observed) || str_eq(observed, STR("discovered"));

    return decided && guessed ? stored : observed;
}

static struct asset_row asset_row_of(struct writing *w)
{
    const struct asset *a = &w->st->inv->assets.v[w->leader];
    const struct asset_row *old = w->stored;
    struct store *st = w->st;
    struct asset_row r = {.id = w->id,
                          .kind = str_z(kind_info(a->kind)->name),
                          .name = store_text(st, a->name),
                          .scope = store_text(st, a->scope),
                          .owned = w->owners.n > 0,
                          .owner = w->owners.n ? w->owners.v[0].name : STR(""),
                          .owner_state =
                              str_z(FACT_STATE_NAMES[w->owners.n ? FACT_KNOWN : a->owner_state]),
                          .environment = str_z(ENVIRONMENT_NAMES[a->environment]),
                          .criticality = str_z(CRITICALITY_NAMES[a->criticality]),
                          .sanction = str_z(SANCTION_NAMES[a->sanction]),
                          .labels = store_labels(st, a->labels),
                          .state = PRESENT,
                          .key = store_text(st, a->key)};

    /* A part of a target has not all the files that may name people: only what the whole said. */
    if (st->part && is_none(r.owner_state) && !(old && is_none(old->owner_state)))
        r.owner_state = str_z(FACT_STATE_NAMES[FACT_UNKNOWN]);
    if (!old)
        return r;
    struct str observed = r.sanction;
    r.sanction = choose_sanction(old->sanction, observed);
    w->mixed |= !str_eq(r.sanction, observed);
    if (!w->elsewhere || !str_eq(old->state, PRESENT))
        return r;
    r.name = old->name;
    r.scope = old->scope;
    r.key = old->key;
    r.labels = store_labels(st, a->labels & label_bits(old->labels));
    if (is_unknown(r.environment))
        r.environment = old->environment;
    if (is_unknown(r.criticality))
        r.criticality = old->criticality;
    return r;
}

static bool asset_differs(const struct asset_row *a, const struct asset_row *b)
{
    return !str_eq(a->name, b->name) || !str_eq(a->scope, b->scope) || a->owned != b->owned ||
           !str_eq(a->owner, b->owner) || !str_eq(a->owner_state, b->owner_state) ||
           !str_eq(a->environment, b->environment) || !str_eq(a->criticality, b->criticality) ||
           !str_eq(a->sanction, b->sanction) || !str_eq(a->labels, b->labels) ||
           !str_eq(a->state, b->state) || !str_eq(a->key, b->key);
}

static int insert_asset(struct writing *w, const struct asset_row *r)
{
    struct store *st = w->st;
    const struct arg none = {.type = ARG_NULL};
    const struct change c = {.subject = STR("asset"),
                             .id = w->id,
                             .what = STR("added"),
                             .new_row = &st->json_new,
                             .cause = STR("seen")};
    int rc =
        store_run(st, SQL_ADD_ASSET,
                  ARGS(S(r->id), S(r->kind), S(r->name), S(r->scope), r->owned ? S(r->owner) : none,
                       S(r->owner_state), S(r->environment), S(r->criticality), S(r->sanction),
                       S(r->labels), S(r->state), S(r->key), I(st->at)),
                  w->d);

    asset_json(r, &st->json_new);
    json_with_attrs(&st->json_new, w->attrs.v, w->attrs.n);
    return rc ? rc : store_log(st, &c, w->d);
}

static int update_asset(struct writing *w, const struct asset_row *r)
{
    const struct asset_row *old = w->stored;
    struct store *st = w->st;
    const struct arg none = {.type = ARG_NULL};
    bool back = !str_eq(old->state, PRESENT);
    bool moved = !str_eq(old->key, r->key);
    const struct change c = {.subject = STR("asset"),
                             .id = w->id,
                             .what = back    ? STR("returned")
                                     : moved ? STR("renamed")
                                             : STR("changed"),
                             .old_row = &st->json_old,
                             .new_row = &st->json_new,
                             .cause = back    ? STR("seen-again")
                                      : moved ? STR("same-asset")
                                              : STR("observed")};
    int rc;

    if (!asset_differs(old, r))
        return 0;
    rc = store_run(st, SQL_SET_ASSET,
                   ARGS(S(r->id), S(r->name), S(r->scope), r->owned ? S(r->owner) : none,
                        S(r->owner_state), S(r->environment), S(r->criticality), S(r->sanction),
                        S(r->labels), S(r->state), S(r->key)),
                   w->d);
    asset_json(old, &st->json_old);
    asset_json(r, &st->json_new);
    return rc ? rc : store_log(st, &c, w->d);
}

/* Attributes of the asset are gathered twice: for history before, for evidence after the places. */
static int write_asset_attrs(struct writing *w)
{
    size_t from, to;
    int rc = gather_asset_attrs(w);

    if (rc)
        return rc;
    if (!w->stored)
        return insert_attrs(w, 0);
    attr_range(w->c, 0, &from, &to);
    return write_attrs(w, 0, from, to);
}

static int write_asset(struct writing *w)
{
    struct asset_row row;
    w->mixed = false;
    int rc = gather_places(w);

    if (!rc)
        rc = gather_owners(w);
    if (!rc)
        rc = gather_asset_attrs(w);
    if (rc)
        return rc;
    row = asset_row_of(w);
    rc = w->stored ? update_asset(w, &row) : insert_asset(w, &row);
    if (!rc)
        rc = write_places(w);
    if (!rc)
        rc = write_asset_attrs(w);
    if (!rc)
        rc = write_owners(w);
    if (!rc)
        rc = write_values(w);
    return rc ? rc : facts_keep(w);
}

static int write_chunk(void *ctx)
{
    struct writing *w = ctx;
    struct chunk *c = w->c;
    int rc = chunk_load(w->st, c, w->d);

    for (c->slot = 0; c->slot < c->n && !rc; c->slot++) {
        w->leader = c->leaders[c->slot];
        w->id = w->st->ids[w->leader];
        w->stored = NULL;
        for (size_t i = 0; i < c->assets.n; i++)
            if (c->assets.v[i].slot == c->slot)
                w->stored = &c->assets.v[i];
        c->attrs_end = slot_end(&c->attrs, c->slot);
        rc = write_asset(w);
        c->places.at = slot_end(&c->places, c->slot);
        c->attrs.at = c->attrs_end;
        c->owners.at = slot_end(&c->owners, c->slot);
        c->values.at = slot_end(&c->values, c->slot);
    }
    chunk_clear(c);
    return rc;
}

/* Values of each asset stand together: first[i] to first[i + 1] in `order`. */
static int order_values(struct store *st, struct chunk *c)
{
    size_t n = st->inv->assets.n;
    size_t *first = arena_new_n(&st->mem, size_t, n + 2);
    uint32_t *order = arena_new_n(&st->mem, uint32_t, st->inv->values.n + 1);

    if (!first || !order)
        return E_NOMEM;
    for (size_t i = 0; i < st->inv->values.n; i++) {
        spill_rest();
        first[st->inv->values.v[i].asset + 2]++;
    }
    for (size_t i = 2; i < n + 2; i++)
        first[i] += first[i - 1];
    for (size_t i = 0; i < st->inv->values.n; i++) {
        spill_rest();
        order[first[st->inv->values.v[i].asset + 1]++] = (uint32_t)i;
    }
    c->value_first = first;
    c->value_order = order;
    return 0;
}

int store_write_assets(struct store *st, struct diag *d)
{
    struct chunk c = {.a = ARENA(0), .slots = MAP_INIT};
    struct writing w = {.st = st, .c = &c, .d = d};
    struct batch b = {.mem = ARENA(0)};
    int rc = order_values(st, &c) ? store_nomem(d) : facts_begin(st, d);

    for (uint32_t i = 0; i < st->inv->assets.n && !rc; i++) {
        const uint64_t *leader = map_get(&st->by_id, st->ids[i]);

        if (!leader || *leader != i)
            continue;
        b.leaders[b.n++] = i;
        if (b.n == CHUNK)
            rc = facts_sift(st, &c, &b, write_chunk, &w, d);
    }
    if (!rc)
        rc = facts_sift(st, &c, &b, write_chunk, &w, d);
    if (!rc && c.n)
        rc = write_chunk(&w);
    arena_done(&b.mem);
    vec_free(&w.attrs);
    vec_free(&w.places);
    vec_free(&w.owners);
    vec_free(&w.values);
    chunk_done(&c);
    return rc;
}
