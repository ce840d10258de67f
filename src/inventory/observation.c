/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when two places or two values are the same, and how they are ordered and written. */
#include "formats/json.h"
#include "inventory/observation.h"

/* One field of a place key: '|' separates fields, '\' escapes. */
static void add_field(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|' || s.p[i] == '\\')
            buf_addc(out, '\\');
        if (s.p[i])
            buf_addc(out, s.p[i]);
        else
            buf_addz(out, "\\0");
    }
}

void buf_add_place_key(struct buf *out, const struct place *p)
{
    const struct str fields[] = {p->path, p->member, p->pointer, p->url};
    size_t last = ARRAY_LEN(fields);
    while (last > 1 && !fields[last - 1].n)
        last--;
    for (size_t i = 0; i < last; i++) {
        if (i)
            buf_addc(out, '|');
        add_field(out, fields[i]);
    }
}

struct str place_key(const struct place *p, struct arena *a)
{
    AUTO(buf) key = BUF_INIT;
    buf_add_place_key(&key, p);
    if (!buf_result(&key))
        return arena_str(a, buf_str(&key));
    a->error = a->error ? a->error : E_NOMEM;
    return STR_NULL;
}

static int cmp_i64(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

int place_cmp_key(const struct place *a, const struct place *b)
{
    int c = cmp_i64(a->target, b->target);
    if (!c)
        c = str_cmp(a->path, b->path);
    if (!c)
        c = str_cmp(a->member, b->member);
    if (!c)
        c = str_cmp(a->pointer, b->pointer);
    return c ? c : str_cmp(a->url, b->url);
}

int place_cmp(const struct place *a, const struct place *b)
{
    int c = place_cmp_key(a, b);
    if (!c)
        c = cmp_i64(a->line, b->line);
    if (!c)
        c = cmp_i64(a->column, b->column);
    if (!c)
        c = cmp_i64(a->offset, b->offset);
    if (!c)
        c = str_cmp(a->collector, b->collector);
    return c ? c : str_cmp(a->snippet, b->snippet);
}

const struct attribute *observation_attr(const struct observation *o, enum attr a)
{
    for (size_t i = 0; i < o->n_attrs; i++)
        if (o->attrs[i].attr == a)
            return &o->attrs[i];
    return NULL;
}

static int list_cmp(const struct value *a, const struct value *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        int c = str_cmp(a->list[i], b->list[i]);
        if (c)
            return c;
    }
    return cmp_i64((int64_t)a->n, (int64_t)b->n);
}

int value_cmp(const struct value *a, const struct value *b)
{
    if (a->type != b->type)
        return cmp_i64(a->type, b->type);
    switch (a->type) {
    case VALUE_STRING: return str_cmp(a->text, b->text);
    case VALUE_STRINGS: return list_cmp(a, b);
    case VALUE_INTEGER:
    case VALUE_BOOLEAN: break;
    }
    return cmp_i64(a->number, b->number);
}

void value_text(const struct value *v, struct buf *out)
{
    switch (v->type) {
    case VALUE_STRING: buf_add(out, v->text); return;
    case VALUE_INTEGER: buf_addf(out, "%lld", (long long)v->number); return;
    case VALUE_BOOLEAN: buf_addz(out, v->number ? "true" : "false"); return;
    case VALUE_STRINGS: break;
    }
    buf_addc(out, '[');
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_addc(out, ',');
        buf_add_json(out, v->list[i]);
    }
    buf_addc(out, ']');
}
