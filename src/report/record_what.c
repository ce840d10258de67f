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

/* Room for one more item in an arena array that doubles. */
static void *grow(struct arena *a, void *v, size_t n, size_t *alloc, size_t size)
{
    if (n < *alloc)
        return v;
    size_t more = *alloc ? *alloc * 2 : 16;
    void *p = arena_array(a, more, size);
    if (p && n)
        memcpy(p, v, n * size);
    *alloc = p ? more : *alloc;
    return p;
}

static int read_places(struct record *r, struct str asset, struct asset_rows *ret, struct diag *d)
{
    size_t alloc = 0;
    int rc;
    stmt_reset(r->places);
    stmt_bind_str(r->places, 1, asset);
    while ((rc = stmt_step(r->places, d)) > 0) {
        struct evidence e;
        void *v = grow(&r->mem, ret->places, ret->n_places, &alloc, sizeof(e));
        if (!v)
            return diag_set(d, E_NOMEM, "no memory for the places of an asset");
        ret->places = v;
        evidence_read(&r->scope, r->places, 0, &e);
        if (e.target >= 0)
            ret->places[ret->n_places++] = keep(&r->mem, e);
    }
    return rc;
}

static uint64_t *slot_of(struct map *ids, struct arena *a, int64_t id)
{
    bool is_new;
    struct str key = arena_str(a, str_n(&id, sizeof(id)));
    return key.p ? map_put(ids, key, &is_new) : NULL;
}

static int place_of(const struct map *ids, int64_t id)
{
    const uint64_t *at = map_get(ids, str_n(&id, sizeof(id)));
    return at ? (int)*at : -1;
}

static int take_value(struct record *r, enum kind kind, const struct map *ids,
                      struct asset_value *ret)
{
    const struct stmt *q = r->attributes;
    int64_t place = stmt_int(q, 1);
    *ret = (struct asset_value){.attr = attr_from_name(kind, stmt_str(q, 0)),
                                .place = place ? place_of(ids, place) : -1,
                                .evidence = place_of(ids, stmt_int(q, 7)),
                                .text = arena_str(&r->mem, stmt_str(q, 3)),
                                .number = stmt_int(q, 4),
                                .reason = arena_str(&r->mem, stmt_str(q, 6))};
    ret->state = (enum attr_state)scope_word(ATTR_STATE_NAMES, stmt_str(q, 5), STATE_UNRESOLVED);
    if (!stmt_is_null(q, 9)) {
        ret->pointer = arena_str(&r->mem, stmt_str(q, 8));
        ret->line = stmt_int(q, 9);
        ret->column = stmt_int(q, 10);
        ret->offset = stmt_int(q, 11);
    }
    if (!ret->text.p || !ret->reason.p || (ret->line && !ret->pointer.p))
        return E_NOMEM;
    if (ret->attr < 0 || (place && ret->place < 0))
        return E_NOTFOUND; /* of another version of the registry, or of a place outside the view */
    enum value_type type = attr_info((enum attr)ret->attr)->type;
    bool number = type == VALUE_INTEGER || type == VALUE_BOOLEAN;
    ret->null = stmt_is_null(q, number ? 4 : 3);
    if (ret->place >= 0)
        ret->evidence = ret->place;
    return 0;
}

static int compare_values(const void *a, const void *b, void *ctx)
{
    const struct asset_value *x = a, *y = b;
    (void)ctx;
    if (x->attr != y->attr)
        return x->attr < y->attr ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int read_values(struct record *r, struct str asset, enum kind kind, const struct map *ids,
                       struct asset_rows *ret, struct diag *d)
{
    size_t alloc = 0;
    int rc;
    stmt_reset(r->attributes);
    stmt_bind_str(r->attributes, 1, asset);
    while ((rc = stmt_step(r->attributes, d)) > 0) {
        void *v = grow(&r->mem, ret->values, ret->n_values, &alloc, sizeof(*ret->values));
        if (v) {
            ret->values = v;
            rc = take_value(r, kind, ids, &ret->values[ret->n_values]);
        }
        if (!v || rc == E_NOMEM)
            return diag_set(d, E_NOMEM, "no memory for the attributes of an asset");
        if (!rc)
            ret->n_values++;
    }
    if (rc)
        return rc;
    if (vec_sort_raw(ret->values, ret->n_values, sizeof(*ret->values), compare_values, NULL))
        return diag_set(d, E_NOMEM, "no memory for the attributes of an asset");
    return 0;
}

int asset_rows_read(struct record *r, struct str asset, struct str kind, struct asset_rows *ret,
                    struct diag *d)
{
    AUTO(map) ids = MAP_INIT;
    struct asset_rows rows = {0};
    int k = kind_from_name(kind);
    int rc = read_places(r, asset, &rows, d);
    for (size_t i = 0; !rc && i < rows.n_places; i++) {
        uint64_t *slot = slot_of(&ids, &r->mem, rows.places[i].id);
        if (!slot)
            return diag_set(d, E_NOMEM, "no memory for the places of an asset");
        *slot = i;
    }
    if (!rc && k >= 0)
        rc = read_values(r, asset, (enum kind)k, &ids, &rows, d);
    if (!rc)
        *ret = rows;
    return rc;
}

/* ---- writing ---- */

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
static void write_evidence(struct json_writer *w, const struct asset_rows *rows,
                           const struct asset_value *v)
{
    if (v->evidence < 0)
        return;
    struct evidence e = rows->places[v->evidence];
    if (v->line) {
        e.pointer = v->pointer;
        e.line = v->line;
        e.column = v->column;
        e.offset = v->offset;
    }
    evidence_write(w, &e);
}

static void write_attribute(struct json_writer *w, const struct asset_rows *rows, size_t from,
                            size_t to, bool all)
{
    size_t best = from;
    bool differs = false;
    for (size_t i = from + 1; i < to; i++)
        if (strength(rows->values[i].state) < strength(rows->values[best].state))
            best = i;
    const struct asset_value *v = &rows->values[best];
    for (size_t i = from; i < to; i++)
        differs |= !same_value(&rows->values[i], v);
    json_kopen_object(w, attr_info((enum attr)v->attr)->name);
    write_state(w, v);
    if (differs)
        json_kbool(w, "differs", true);
    json_kopen_array(w, "evidence");
    write_evidence(w, rows, v);
    for (size_t i = from; all && i < to; i++)
        if (i != best && same_value(&rows->values[i], v))
            write_evidence(w, rows, &rows->values[i]);
    json_end(w);
    json_end(w);
}

void asset_rows_what(struct json_writer *w, const struct asset_rows *rows, bool all)
{
    json_kopen_object(w, "what");
    for (size_t i = 0, end; i < rows->n_values; i = end) {
        for (end = i + 1; end < rows->n_values && rows->values[end].attr == rows->values[i].attr;)
            end++;
        write_attribute(w, rows, i, end, all);
    }
    json_end(w);
}

/* The first value that is not before this attribute and place. */
static size_t first_at(const struct asset_rows *rows, int attr, int place)
{
    const struct asset_value key = {.attr = attr, .place = place};
    size_t from = 0, to = rows->n_values;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (compare_values(&rows->values[mid], &key, NULL) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* Each attribute is looked up: an asset can stand at very many places. */
void asset_rows_at(struct json_writer *w, const struct asset_rows *rows, int place)
{
    bool open = false;
    for (size_t i = 0; i < rows->n_values; i = first_at(rows, rows->values[i].attr + 1, -1)) {
        size_t at = first_at(rows, rows->values[i].attr, place);
        const struct asset_value *v = &rows->values[at];
        if (at == rows->n_values || v->attr != rows->values[i].attr || v->place != place)
            continue;
        if (!open)
            json_kopen_object(w, "what");
        open = true;
        json_kopen_object(w, attr_info((enum attr)v->attr)->name);
        write_state(w, v);
        json_end(w);
    }
    if (open)
        json_end(w);
}
