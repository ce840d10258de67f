/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how attributes, owners and values of one asset change what is stored of them. */
#include "base/mem.h"
#include "formats/json.h"
#include "store/store_chunk.h"

/* ---- attributes ---- */

static const char *const TYPE_NAMES[] = {"string", "integer", "boolean", "strings"};

static struct str value_of(struct writing *w, const struct value *v)
{
    AUTO(buf) b = BUF_INIT;
    struct str copy;

    if (v->type == VALUE_STRING)
        return store_text(w->st, v->text);
    if (v->type == VALUE_STRINGS) {
        buf_addc(&b, '[');
        for (size_t i = 0; i < v->n; i++) {
            if (i)
                buf_addc(&b, ',');
            buf_add_json(&b, store_text(w->st, v->list[i]));
        }
        buf_addc(&b, ']');
    } else {
        value_text(v, &b);
    }
    copy = buf_result(&b) ? STR_NULL : arena_str(&w->c->a, buf_str(&b));
    if (!copy.p)
        w->st->text_error = E_NOMEM;
    return copy;
}

/* `own`: the place the attribute belongs to, 0 when it is the asset's. */
static int gather_attr(struct writing *w, const struct attribute *at, uint32_t asset, int64_t own)
{
    bool valued = at->state != STATE_ABSENT && at->state != STATE_UNRESOLVED;
    struct attr_row r = {
        .asset = w->id,
        .place = own,
        .name = str_z(attr_info(at->attr)->name),
        .type = str_z(TYPE_NAMES[at->value.type]),
        .state = str_z(ATTR_STATE_NAMES[at->state]),
        .reason = store_text(w->st, at->reason),
        .valued = valued,
        .value = valued ? value_of(w, &at->value) : STR(""),
        .number = valued && (at->value.type == VALUE_INTEGER || at->value.type == VALUE_BOOLEAN)
                      ? at->value.number
                      : 0,
        .evidence = store_place_of(w->st, asset, &at->at)};

    if (!valued)
        r.type = str_z(TYPE_NAMES[attr_info(at->attr)->type]);
    if (r.evidence && at->at.line && !store_is_place(w->st, asset, &at->at))
        r.at = &at->at;
    if (own)
        r.evidence = own;
    if (!r.evidence)
        r.evidence = own ? own : w->places.n ? w->places.v[0].row.id : 0;
    for (size_t i = 0; i < w->attrs.n; i++)
        if (str_eq(w->attrs.v[i].name, r.name))
            return 0;
    return vec_push(&w->attrs, r) ? store_nomem(w->d) : 0;
}

static int by_name(const void *x, const void *y, void *ctx)
{
    (void)ctx;
    return str_cmp(((const struct attr_row *)x)->name, ((const struct attr_row *)y)->name);
}

int gather_asset_attrs(struct writing *w)
{
    int rc = 0;

    w->attrs.n = 0;
    for (uint32_t i = w->leader; i != NO_ID && !rc; i = w->st->next_same[i]) {
        const struct asset *a = &w->st->inv->assets.v[i];

        for (size_t k = 0; k < a->n_attrs && !rc; k++)
            rc = gather_attr(w, &a->attrs[k], i, 0);
    }
    if (!rc && vec_sort(&w->attrs, by_name, NULL))
        rc = store_nomem(w->d);
    return rc;
}

int gather_place_attrs(struct writing *w, size_t from, size_t to)
{
    int rc = 0;

    w->attrs.n = 0;
    for (size_t i = from; i < to && !rc; i++) {
        const struct new_place *n = &w->places.v[i];
        const struct inv_place *p = &w->st->inv->assets.v[n->asset].places[n->place];

        for (size_t k = 0; k < p->n_attrs && !rc; k++)
            rc = gather_attr(w, &p->attrs[k], n->asset, w->places.v[from].row.id);
    }
    if (!rc && vec_sort(&w->attrs, by_name, NULL))
        rc = store_nomem(w->d);
    return rc;
}

/* Lines move without being a change: written outside of history. */
static int put_attr_at(struct writing *w, const struct attr_row *r)
{
    const struct place *at = r->at;

    if (!at)
        return store_run(w->st, SQL_DROP_ATTR_AT, ARGS(S(r->asset), I(r->place), S(r->name)), w->d);
    return store_run(w->st, SQL_PUT_ATTR_AT,
                     ARGS(S(r->asset), I(r->place), S(r->name), I(r->evidence),
                          S(store_text(w->st, at->pointer)), I(at->line), I(at->column),
                          I(at->offset)),
                     w->d);
}

static int put_attr(struct writing *w, enum sql which, const struct attr_row *r)
{
    const struct arg none = {.type = ARG_NULL};
    bool number = r->valued && (str_eq(r->type, STR("integer")) || str_eq(r->type, STR("boolean")));

    int rc = store_run(w->st, which,
                       ARGS(S(r->asset), I(r->place), S(r->name), S(r->type),
                            r->valued ? S(r->value) : none, number ? I(r->number) : none,
                            S(r->state), S(r->reason), I(r->evidence)),
                       w->d);

    if (rc || (which == SQL_ADD_ATTR && !r->at))
        return rc;
    return put_attr_at(w, r);
}

int insert_attrs(struct writing *w, int64_t place)
{
    int rc = 0;

    for (size_t i = 0; i < w->attrs.n && !rc; i++) {
        w->attrs.v[i].place = place;
        rc = put_attr(w, SQL_ADD_ATTR, &w->attrs.v[i]);
    }
    return rc;
}

static int log_attr(struct writing *w, const struct attr_row *old, const struct attr_row *new_row)
{
    struct store *st = w->st;
    struct change c = {.subject = STR("attribute"),
                       .what = !old       ? STR("added")
                               : !new_row ? STR("removed")
                                          : STR("changed"),
                       .old_row = old ? &st->json_old : NULL,
                       .new_row = new_row ? &st->json_new : NULL,
                       .cause = STR("observed")};

    attr_id(old ? old : new_row, &st->text);
    if (old)
        attr_json(old, &st->json_old);
    if (new_row)
        attr_json(new_row, &st->json_new);
    c.id = buf_str(&st->text);
    return buf_result(&st->text) ? store_nomem(w->d) : store_log(st, &c, w->d);
}

static int drop_attr(struct writing *w, const struct attr_row *old)
{
    int rc = store_drop_attr(w->st, old->asset, old->place, old->name, w->d);

    return rc ? rc : log_attr(w, old, NULL);
}

/* The same order that the inventory merges by. */
static int strength(struct str state)
{
    static const char *const ORDER[] = {"absent",   "default",  "unresolved", "inferred",
                                        "resolved", "declared", NULL};

    return word_index(ORDER, state);
}

/* Evidence stands where this scan did not look: it still counts. */
static bool still_holds(const struct writing *w, const struct attr_row *old)
{
    if (old->place || !old->evidence || !w->elsewhere)
        return false;
    for (size_t i = 0; i < w->places.n; i++)
        if (w->places.v[i].row.id == old->evidence ||
            (w->places.v[i].stored && w->places.v[i].stored->id == old->evidence))
            return false;
    return true;
}

static int update_attr(struct writing *w, const struct attr_row *old, const struct attr_row *r)
{
    bool changed = !str_eq(old->type, r->type) || old->valued != r->valued ||
                   !str_eq(old->value, r->value) || !str_eq(old->state, r->state) ||
                   !str_eq(old->reason, r->reason);
    int rc;

    if (still_holds(w, old) && strength(old->state) > strength(r->state))
        return 0;
    if (!changed && old->evidence == r->evidence)
        return put_attr_at(w, r);
    rc = put_attr(w, SQL_SET_ATTR, r);
    return rc || !changed ? rc : log_attr(w, old, r);
}

int write_attrs(struct writing *w, int64_t place, size_t from, size_t to)
{
    size_t i = 0;
    int rc = 0;

    while ((i < w->attrs.n || from < to) && !rc) {
        struct attr_row *r = i < w->attrs.n ? &w->attrs.v[i] : NULL;
        const struct attr_row *old = from < to ? &w->c->attrs.v[from] : NULL;
        int c = !r ? 1 : !old ? -1 : str_cmp(r->name, old->name);

        if (r)
            r->place = place;
        if (c < 0) {
            rc = put_attr(w, SQL_ADD_ATTR, r);
            rc = rc ? rc : log_attr(w, NULL, r);
        } else if (c > 0) {
            rc = still_holds(w, old) ? 0 : drop_attr(w, old);
        } else {
            rc = update_attr(w, old, r);
        }
        i += c <= 0;
        from += c >= 0;
    }
    return rc;
}

/* ---- owners ---- */

static bool in_scan(const struct store *st, int64_t target)
{
    for (size_t i = 0; i < st->n_targets; i++)
        if (st->targets[i] == target)
            return true;
    return false;
}

static int add_owner(struct writing *w, struct owner_row r)
{
    for (size_t i = 0; i < w->owners.n; i++)
        if (str_eq(w->owners.v[i].name, r.name) && str_eq(w->owners.v[i].source, r.source))
            return 0;
    r.ord = (int64_t)w->owners.n;
    return vec_push(&w->owners, r) ? store_nomem(w->d) : 0;
}

static bool from_register(const struct owner_row *r)
{
    return str_eq(r->source, STR("register"));
}

/* As the inventory sorts them: who is first does not depend on which of them were seen now. */
static int by_confidence(const void *x, const void *y, void *ctx)
{
    const struct owner_row *a = x, *b = y;

    (void)ctx;
    if (from_register(a) != from_register(b))
        return from_register(a) ? -1 : 1;
    if (a->confidence != b->confidence || from_register(a))
        return a->confidence > b->confidence ? -1 : a->confidence < b->confidence;
    int c = str_cmp(a->name, b->name);
    return c ? c : str_cmp(a->source, b->source);
}

/* Another target says so, or a file that this scan did not look at about a place likewise. */
static bool said_elsewhere(const struct writing *w, const struct owner_row *r)
{
    return !in_scan(w->st, r->target) ||
           (w->elsewhere && !store_is_covered(w->st, r->target, r->path, STR("")));
}

/* What people registered comes first, then what this scan saw, then what is said elsewhere. */
int gather_owners(struct writing *w)
{
    size_t from = w->c->owners.at, to = slot_end(&w->c->owners, w->c->slot);
    int rc = 0;

    w->owners.n = 0;
    for (size_t i = from; i < to && !rc; i++)
        if (from_register(&w->c->owners.v[i]))
            rc = add_owner(w, w->c->owners.v[i]);
    w->mixed |= w->owners.n > 0;
    for (uint32_t m = w->leader; m != NO_ID && !rc; m = w->st->next_same[m]) {
        const struct asset *a = &w->st->inv->assets.v[m];

        for (size_t i = 0; i < a->n_owners && !rc; i++)
            rc = add_owner(w,
                           (struct owner_row){.name = store_text(w->st, a->owners[i].name),
                                              .source = store_text(w->st, a->owners[i].source),
                                              .confidence = a->owners[i].confidence,
                                              .target = store_target(w->st, a->owners[i].at.target),
                                              .path = store_text(w->st, a->owners[i].at.path),
                                              .line = a->owners[i].at.line});
    }
    size_t own = w->owners.n;
    for (size_t i = from; i < to && !rc; i++)
        if (said_elsewhere(w, &w->c->owners.v[i]))
            rc = add_owner(w, w->c->owners.v[i]);
    w->mixed |= w->owners.n > own;
    if (!rc && vec_sort(&w->owners, by_confidence, NULL))
        rc = store_nomem(w->d);
    return rc;
}

static bool owners_differ(const struct writing *w, size_t from, size_t to)
{
    if (to - from != w->owners.n)
        return true;
    for (size_t i = 0; i < w->owners.n; i++) {
        const struct owner_row *a = &w->c->owners.v[from + i], *b = &w->owners.v[i];

        if (!str_eq(a->name, b->name) || !str_eq(a->source, b->source) ||
            a->confidence != b->confidence || a->target != b->target || a->line != b->line ||
            !str_eq(a->path, b->path))
            return true;
    }
    return false;
}

int write_owners(struct writing *w)
{
    size_t from = w->c->owners.at, to = slot_end(&w->c->owners, w->c->slot);
    int rc = 0;

    if (!owners_differ(w, from, to))
        return 0;
    if (from < to)
        rc = store_run(w->st, SQL_DROP_OWNERS, ARGS(S(w->id)), w->d);
    for (size_t i = 0; i < w->owners.n && !rc; i++) {
        const struct owner_row *r = &w->owners.v[i];

        rc = store_run(w->st, SQL_ADD_OWNER,
                       ARGS(S(w->id), I(i), S(r->name), S(r->source), I(r->confidence),
                            I(r->target), S(r->path), I(r->line)),
                       w->d);
    }
    return rc;
}

/* ---- values ---- */

/* What a value is; where exactly it stands may move. */
static int value_identity(const struct value_row *a, const struct value_row *b)
{
    const struct str *const left[] = {&a->path,      &a->member, &a->pointer, &a->url,
                                      &a->collector, &a->class,  &a->kind,    &a->fingerprint};
    const struct str *const right[] = {&b->path,      &b->member, &b->pointer, &b->url,
                                       &b->collector, &b->class,  &b->kind,    &b->fingerprint};
    int c = a->target < b->target ? -1 : a->target > b->target;

    for (size_t i = 0; i < ARRAY_LEN(left) && !c; i++)
        c = str_cmp(*left[i], *right[i]);
    return c ? c : a->length < b->length ? -1 : a->length > b->length;
}

static int by_value(const void *x, const void *y, void *ctx)
{
    const struct value_row *a = x, *b = y;
    int c = value_identity(a, b);

    (void)ctx;
    if (!c)
        c = a->line < b->line ? -1 : a->line > b->line;
    if (!c)
        c = a->col < b->col ? -1 : a->col > b->col;
    return c ? c : a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int gather_values(struct writing *w)
{
    struct store *st = w->st;

    w->values.n = 0;
    for (uint32_t m = w->leader; m != NO_ID; m = st->next_same[m])
        for (size_t i = w->c->value_first[m]; i < w->c->value_first[m + 1]; i++) {
            const struct data_value *v = &st->inv->values.v[w->c->value_order[i]];
            struct value_row r = {.asset = w->id,
                                  .class = str_z(DATA_CLASS_NAMES[v->class]),
                                  .kind = store_text(st, v->kind),
                                  .length = v->length,
                                  .fingerprint = store_text(st, v->fingerprint),
                                  .target = store_target(st, v->at.target),
                                  .path = store_text(st, v->at.path),
                                  .member = store_text(st, v->at.member),
                                  .pointer = store_text(st, v->at.pointer),
                                  .url = store_text(st, v->at.url),
                                  .line = v->at.line,
                                  .col = v->at.column,
                                  .offset = v->at.offset,
                                  .collector = store_text(st, v->at.collector)};

            if (vec_push(&w->values, r))
                return E_NOMEM;
        }
    return vec_sort(&w->values, by_value, NULL);
}

static int log_value(struct writing *w, const struct value_row *r, bool added)
{
    struct store *st = w->st;
    struct buf *json = added ? &st->json_new : &st->json_old;
    char id[24];
    int len = snprintf(id, sizeof(id), "%lld", (long long)r->id);
    const struct change c = {.subject = STR("value"),
                             .id = str_n(id, (size_t)len),
                             .what = added ? STR("added") : STR("removed"),
                             .old_row = added ? NULL : json,
                             .new_row = added ? json : NULL,
                             .cause = added ? STR("seen") : STR("not-seen")};

    value_json(r, json);
    return store_log(st, &c, w->d);
}

static int add_value(struct writing *w, struct value_row *r)
{
    int rc;

    r->id = w->st->next_value++;
    rc = store_run(w->st, SQL_ADD_VALUE,
                   ARGS(I(r->id), S(w->id), S(r->class), S(r->kind), I(r->length),
                        S(r->fingerprint), I(r->target), S(r->path), S(r->member), S(r->pointer),
                        S(r->url), I(r->line), I(r->col), I(r->offset), S(r->collector)),
                   w->d);
    return rc ? rc : log_value(w, r, true);
}

static int drop_value(struct writing *w, const struct value_row *old)
{
    int rc;

    if (!store_is_covered(w->st, old->target, old->path, old->member)) {
        w->mixed = true;
        return 0;
    }
    rc = store_run(w->st, SQL_DROP_VALUE, ARGS(I(old->id)), w->d);
    return rc ? rc : log_value(w, old, false);
}

static int move_value(struct writing *w, const struct value_row *old, const struct value_row *r)
{
    if (old->line == r->line && old->col == r->col && old->offset == r->offset)
        return 0;
    return store_run(w->st, SQL_SET_VALUE, ARGS(I(old->id), I(r->line), I(r->col), I(r->offset)),
                     w->d);
}

int write_values(struct writing *w)
{
    size_t from = w->c->values.at, to = slot_end(&w->c->values, w->c->slot), i = 0;
    int rc = 0;

    if (gather_values(w) || (from < to && vec_sort_raw(w->c->values.v + from, to - from,
                                                       sizeof(*w->c->values.v), by_value, NULL)))
        return store_nomem(w->d);
    while ((i < w->values.n || from < to) && !rc) {
        struct value_row *r = i < w->values.n ? &w->values.v[i] : NULL;
        const struct value_row *old = from < to ? &w->c->values.v[from] : NULL;
        int c = !r ? 1 : !old ? -1 : value_identity(r, old);

        rc = c < 0 ? add_value(w, r) : c > 0 ? drop_value(w, old) : move_value(w, old, r);
        i += c <= 0;
        from += c >= 0;
    }
    return rc;
}
