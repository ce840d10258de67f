/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which value an attribute has when its places disagree, and how it reads as JSON. */
#include "report/record_asset.h"

/* inventory.h: the strongest state wins, then the first place. */
static int strength(enum attr_state s)
{
    switch (s) {
    case STATE_DECLARED: return 0;
    case STATE_RESOLVED: return 1;
    case STATE_INFERRED: return 2;
    case STATE_UNRESOLVED: return 3;
    case STATE_DEFAULT: return 4;
    default: return 5;
    }
}

/* ---- places ---- */

static struct evidence keep(struct arena *a, struct evidence e)
{
    e.path = arena_str(a, e.path);
    e.member = arena_str(a, e.member);
    e.pointer = arena_str(a, e.pointer);
    e.url = arena_str(a, e.url);
    e.collector = arena_str(a, e.collector);
    e.labels = arena_str(a, e.labels);
    e.name = arena_str(a, e.name);
    e.snippet = arena_str(a, e.snippet);
    return e;
}

static int by_id(const void *a, const void *b, void *ctx UNUSED)
{
    const struct place_rank *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Where a place stands in the order of the record; -1: it is not of the asset, or not in view. */
static int64_t rank_of(const struct asset_rows *rows, int64_t id)
{
    size_t from = 0, to = rows->ranks.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (rows->ranks.v[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return from < rows->ranks.n && rows->ranks.v[from].id == id ? rows->ranks.v[from].rank : -1;
}

static int take_name(struct record *r, struct asset_rows *rows, struct str name)
{
    bool is_new;
    if (!name.n)
        return 0;
    struct str kept = map_get(&rows->known, name) ? name : arena_str(&r->mem, name);
    if (!kept.p || !map_put(&rows->known, kept, &is_new))
        return E_NOMEM;
    return is_new ? vec_push(&rows->names, kept) : 0;
}

static int take_place(struct record *r, struct asset_rows *rows)
{
    struct evidence e;
    evidence_read(&r->scope, r->places, 0, &e);
    if (e.target < 0)
        return 0;
    if (rows->n_places < EVIDENCE_SAMPLE)
        rows->first[rows->n_places] = keep(&r->mem, e);
    int rc = take_name(r, rows, e.name);
    return rc ? rc : vec_push(&rows->ranks, ((struct place_rank){e.id, rows->n_places++}));
}

static int read_places(struct record *r, struct str asset, struct asset_rows *rows, struct diag *d)
{
    int rc;
    stmt_reset(r->places);
    stmt_bind_str(r->places, 1, asset);
    while ((rc = stmt_step(r->places, d)) > 0)
        if (take_place(r, rows))
            return E_NOMEM;
    return !rc && vec_sort(&rows->ranks, by_id, NULL) ? E_NOMEM : rc;
}

int asset_place(struct record *r, const struct asset_rows *rows, int64_t id, struct evidence *ret,
                struct diag *d)
{
    int64_t rank = rank_of(rows, id);
    if (rank < 0)
        return 0;
    if (rank < EVIDENCE_SAMPLE) {
        *ret = rows->first[rank];
        return 1;
    }
    stmt_reset(r->place);
    stmt_bind_int(r->place, 1, id);
    int rc = stmt_step(r->place, d);
    if (rc > 0)
        evidence_read(&r->scope, r->place, 0, ret);
    return rc;
}

/* ---- values ---- */

/* One row of VALUE_COLUMNS; its texts live until the next step. False: of another version of the
 * registry, or of a place outside the view. */
static bool value_read(const struct stmt *q, enum kind kind, const struct asset_rows *rows,
                       struct asset_value *ret)
{
    int64_t place = stmt_int(q, 1);
    *ret = (struct asset_value){.attr = attr_from_name(kind, stmt_str(q, 0)),
                                .rank = place ? rank_of(rows, place) : -1,
                                .evidence = place ? place : stmt_int(q, 7),
                                .text = stmt_str(q, 3),
                                .number = stmt_int(q, 4),
                                .reason = stmt_str(q, 6)};
    ret->state = (enum attr_state)scope_word(ATTR_STATE_NAMES, stmt_str(q, 5), STATE_UNRESOLVED);
    if (!stmt_is_null(q, 9)) {
        ret->pointer = stmt_str(q, 8);
        ret->line = stmt_int(q, 9);
        ret->column = stmt_int(q, 10);
        ret->offset = stmt_int(q, 11);
    }
    if (ret->attr < 0 || (place && ret->rank < 0))
        return false;
    enum value_type type = attr_info((enum attr)ret->attr)->type;
    bool number = type == VALUE_INTEGER || type == VALUE_BOOLEAN;
    ret->null = stmt_is_null(q, number ? 4 : 3);
    return true;
}

static bool has_value(const struct asset_value *v)
{
    return v->state != STATE_ABSENT && v->state != STATE_UNRESOLVED && !v->null;
}

static bool same_value(const struct asset_value *a, const struct asset_value *b)
{
    if (has_value(a) != has_value(b))
        return false;
    if (!has_value(a))
        return a->state == b->state;
    return str_eq(a->text, b->text) && a->number == b->number;
}

static bool is_better(const struct asset_value *a, const struct asset_value *b)
{
    int x = strength(a->state), y = strength(b->state);
    return x < y || (x == y && a->rank < b->rank);
}

/* A copy of `v`; a text that stands in `old` already is taken from there. */
static int keep_value(struct arena *a, const struct asset_value *v, const struct asset_value *old,
                      struct asset_value *ret)
{
    struct asset_value kept = *v;
    kept.text = old && str_eq(v->text, old->text) ? old->text : arena_str(a, v->text);
    kept.reason = old && str_eq(v->reason, old->reason) ? old->reason : arena_str(a, v->reason);
    kept.pointer = arena_str(a, v->pointer);
    if (!kept.text.p || !kept.reason.p || !kept.pointer.p)
        return E_NOMEM;
    *ret = kept;
    return 0;
}

/* Is it better than what other places say of the attribute, and the same? */
static int fold(struct record *r, struct asset_rows *rows, const struct asset_value *v)
{
    vec_each (a, &rows->attrs) {
        if (a->best.attr != v->attr)
            continue;
        a->differs |= !same_value(&a->best, v);
        return is_better(v, &a->best) ? keep_value(&r->mem, v, &a->best, &a->best) : 0;
    }
    struct asset_attr a = {.differs = false};
    int rc = keep_value(&r->mem, v, NULL, &a.best);
    return rc ? rc : vec_push(&rows->attrs, a);
}

static int take_value(struct record *r, struct asset_rows *rows)
{
    struct asset_value v, kept;
    if (!value_read(r->attributes, rows->kind, rows, &v))
        return 0;
    int rc = fold(r, rows, &v);
    if (rc || v.rank < 0 || v.rank >= EVIDENCE_SAMPLE)
        return rc;
    rc = keep_value(&r->mem, &v, NULL, &kept);
    return rc ? rc : vec_push(&rows->values, kept);
}

static int by_attr(const void *a, const void *b, void *ctx UNUSED)
{
    const struct asset_attr *x = a, *y = b;
    return (x->best.attr > y->best.attr) - (x->best.attr < y->best.attr);
}

static int by_attr_of_value(const void *a, const void *b, void *ctx UNUSED)
{
    const struct asset_value *x = a, *y = b;
    return (x->attr > y->attr) - (x->attr < y->attr);
}

static int read_values(struct record *r, struct asset_rows *rows, struct diag *d)
{
    int rc;
    stmt_reset(r->attributes);
    stmt_bind_str(r->attributes, 1, rows->asset);
    while ((rc = stmt_step(r->attributes, d)) > 0)
        if (take_value(r, rows))
            return E_NOMEM;
    if (!rc &&
        (vec_sort(&rows->attrs, by_attr, NULL) || vec_sort(&rows->values, by_attr_of_value, NULL)))
        return E_NOMEM;
    return rc;
}

int asset_rows_read(struct record *r, struct str asset, struct str kind, struct asset_rows *ret,
                    struct diag *d)
{
    int k = kind_from_name(kind);
    *ret = (struct asset_rows){.asset = asset, .kind = (enum kind)MAX(k, 0), .known = MAP_INIT};
    int rc = read_places(r, asset, ret, d);
    if (!rc && k >= 0)
        rc = read_values(r, ret, d);
    if (rc == E_NOMEM && !d->text[0])
        diag_set(d, rc, "no memory for the places of an asset");
    if (rc)
        asset_rows_done(ret);
    return rc;
}

void asset_rows_done(struct asset_rows *rows)
{
    vec_free(&rows->ranks);
    vec_free(&rows->names);
    vec_free(&rows->attrs);
    vec_free(&rows->values);
    map_done(&rows->known);
}

/* ---- writing ---- */

static void write_value(struct json_writer *w, const struct asset_value *v)
{
    switch (attr_info((enum attr)v->attr)->type) {
    case VALUE_INTEGER: json_kint(w, "value", v->number); break;
    case VALUE_BOOLEAN: json_kbool(w, "value", v->number != 0); break;
    case VALUE_STRINGS: json_karray(w, "value", v->text); break;
    default: json_kstr(w, "value", v->text);
    }
}

static void write_state(struct json_writer *w, const struct asset_value *v)
{
    enum attr_state state = v->state;
    struct str reason = v->reason;
    bool value = has_value(v);
    if (!value && state != STATE_ABSENT)
        state = STATE_UNRESOLVED;
    if (state == STATE_UNRESOLVED && !reason.n)
        reason = STR("its value could not be read");
    if (value)
        write_value(w, v);
    json_kstr(w, "state", str_z(ATTR_STATE_NAMES[state]));
    if (reason.n)
        json_kstr(w, "reason", reason);
}

/* The place of one value, as exact as it was seen. */
static void write_exact(struct json_writer *w, const struct asset_value *v, struct evidence e)
{
    if (v->line) {
        e.pointer = v->pointer;
        e.line = v->line;
        e.column = v->column;
        e.offset = v->offset;
    }
    evidence_write(w, &e);
}

/* All places but that of the value which say the same. */
static int write_others(struct record *r, const struct asset_rows *rows,
                        const struct asset_value *best, struct diag *d)
{
    struct asset_value v;
    struct evidence e;
    int rc;
    stmt_reset(r->alike);
    stmt_bind_str(r->alike, 1, rows->asset);
    stmt_bind_str(r->alike, 2, str_z(attr_info((enum attr)best->attr)->name));
    while ((rc = stmt_step(r->alike, d)) > 0) {
        if (!value_read(r->alike, rows->kind, rows, &v) || v.rank == best->rank ||
            !same_value(&v, best))
            continue;
        evidence_read(&r->scope, r->alike, VALUE_COUNT, &e);
        if (e.target >= 0)
            write_exact(&r->w, &v, e);
        record_flush(r);
    }
    return rc;
}

static int write_attribute(struct record *r, const struct asset_rows *rows,
                           const struct asset_attr *a, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct evidence e;
    json_kopen_object(w, attr_info((enum attr)a->best.attr)->name);
    write_state(w, &a->best);
    if (a->differs)
        json_kbool(w, "differs", true);
    json_kopen_array(w, "evidence");
    int rc = asset_place(r, rows, a->best.evidence, &e, d);
    if (rc > 0)
        write_exact(w, &a->best, e);
    if (rc >= 0 && r->scope.view->evidence_all)
        rc = write_others(r, rows, &a->best, d);
    json_end(w);
    json_end(w);
    return MIN(rc, 0);
}

int asset_rows_what(struct record *r, const struct asset_rows *rows, struct diag *d)
{
    int rc = 0;
    json_kopen_object(&r->w, "what");
    vec_each (a, &rows->attrs)
        rc = rc ? rc : write_attribute(r, rows, a, d);
    json_end(&r->w);
    return rc;
}

static void write_values(struct json_writer *w, const struct asset_value *v, size_t n, int64_t rank)
{
    bool open = false;
    for (size_t i = 0; i < n; i++) {
        if (v[i].rank != rank)
            continue;
        if (!open)
            json_kopen_object(w, "what");
        open = true;
        json_kopen_object(w, attr_info((enum attr)v[i].attr)->name);
        write_state(w, &v[i]);
        json_end(w);
    }
    if (open)
        json_end(w);
}

/* ---- of some places at a time ---- */

int place_batch_put(struct place_batch *b, const struct evidence *e)
{
    b->v[b->n] = keep(&b->mem, *e);
    b->n++;
    return arena_error(&b->mem);
}

static int by_rank_and_attr(const void *a, const void *b, void *ctx UNUSED)
{
    const struct asset_value *x = a, *y = b;
    int order = (x->rank > y->rank) - (x->rank < y->rank);
    return order ? order : (x->attr > y->attr) - (x->attr < y->attr);
}

static int take_rows(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                     struct diag *d)
{
    struct asset_value v, kept;
    int rc;
    while ((rc = stmt_step(r->at, d)) > 0) {
        if (!value_read(r->at, rows->kind, rows, &v))
            continue;
        rc = keep_value(&b->mem, &v, NULL, &kept);
        if (rc || (rc = vec_push(&b->values, kept)))
            return diag_set(d, rc, "no memory for the places of an asset");
    }
    return rc;
}

int place_batch_read(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                     struct diag *d)
{
    bool any = false;
    stmt_reset(r->at);
    stmt_bind_str(r->at, 1, rows->asset);
    for (size_t i = 0; i < PLACES_AT_ONCE; i++) {
        bool asked = i < b->n && b->rank + (int64_t)i >= EVIDENCE_SAMPLE;
        stmt_bind_int(r->at, (int)i + 2, asked ? b->v[i].id : -1);
        any |= asked;
    }
    int rc = any ? take_rows(r, rows, b, d) : 0;
    if (!rc && vec_sort(&b->values, by_rank_and_attr, NULL))
        rc = diag_set(d, E_NOMEM, "no memory for the places of an asset");
    return rc;
}

void place_batch_clear(struct place_batch *b)
{
    b->rank += (int64_t)b->n;
    b->n = b->values.n = b->next = 0;
    arena_clear(&b->mem);
}

void place_batch_done(struct place_batch *b)
{
    vec_free(&b->values);
    arena_done(&b->mem);
}

void asset_rows_at(struct record *r, const struct asset_rows *rows, struct place_batch *b,
                   int64_t rank)
{
    if (rank < EVIDENCE_SAMPLE || !b) {
        write_values(&r->w, rows->values.v, rows->values.n, rank);
        return;
    }
    size_t from = b->next;
    while (b->next < b->values.n && b->values.v[b->next].rank == rank)
        b->next++;
    if (b->next > from)
        write_values(&r->w, &b->values.v[from], b->next - from, rank);
}
