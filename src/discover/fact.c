/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how facts cross the border between worker and parent, and which frames are refused. */
#include "discover/fact.h"

static void put_place(struct buf *b, const struct place *p)
{
    frame_put_u32(b, p->line);
    frame_put_u32(b, p->column);
    frame_put_i64(b, p->offset);
    frame_put_str(b, p->member);
    frame_put_str(b, p->pointer);
    frame_put_str(b, p->url);
    frame_put_str(b, p->collector);
    frame_put_str(b, p->snippet);
}

static void put_value(struct buf *b, const struct value *v)
{
    frame_put_u8(b, (uint8_t)v->type);
    switch (v->type) {
    case VALUE_STRING: frame_put_str(b, v->text); break;
    case VALUE_INTEGER:
    case VALUE_BOOLEAN: frame_put_i64(b, v->number); break;
    case VALUE_STRINGS:
        frame_put_u32(b, (uint32_t)v->n);
        for (size_t i = 0; i < v->n; i++)
            frame_put_str(b, v->list[i]);
        break;
    }
}

static void put_asset(struct buf *b, const struct observation *o)
{
    frame_put_u32(b, o->kind);
    frame_put_str(b, o->name);
    frame_put_u32(b, (uint32_t)o->n_attrs);
    for (size_t i = 0; i < o->n_attrs; i++) {
        const struct attribute *t = &o->attrs[i];
        frame_put_u32(b, t->attr);
        frame_put_u8(b, (uint8_t)t->state);
        put_place(b, &t->at);
        frame_put_str(b, t->reason);
        if (t->state != STATE_ABSENT && t->state != STATE_UNRESOLVED)
            put_value(b, &t->value);
    }
}

static void put_fact(struct buf *b, const struct fact *f)
{
    frame_put_u8(b, (uint8_t)f->type);
    put_place(b, &f->at);
    switch (f->type) {
    case FACT_ASSET: put_asset(b, &f->asset); break;
    case FACT_RELATION:
        frame_put_u32(b, f->from);
        frame_put_u32(b, f->to);
        frame_put_u8(b, (uint8_t)f->verb);
        frame_put_u8(b, (uint8_t)f->relation_state);
        break;
    case FACT_VALUE:
        frame_put_u32(b, f->from);
        frame_put_u8(b, (uint8_t)f->value.class);
        frame_put_str(b, f->value.kind);
        frame_put_u32(b, f->value.length);
        frame_put_str(b, f->value.fingerprint);
        frame_put_u8(b, f->sure);
        break;
    case FACT_OWNER:
    case FACT_OWNER_RULE:
        frame_put_u32(b, f->from);
        frame_put_str(b, f->pattern);
        frame_put_str(b, f->source);
        frame_put_u32(b, f->confidence);
        frame_put_u32(b, (uint32_t)f->n_owners);
        for (size_t i = 0; i < f->n_owners; i++)
            frame_put_str(b, f->owners[i]);
        break;
    case FACT_ORIGIN: frame_put_str(b, f->pattern); break;
    case FACT_GAP:
        frame_put_u8(b, (uint8_t)f->gap);
        frame_put_str(b, f->reason);
        frame_put_str(b, f->pattern);
        frame_put_u32(b, f->count);
        break;
    case FACT_IMPORT:
    case FACT_MODULE:
    case FACT_PROJECT:
    case FACT_PLUGIN:
    case FACT_PATTERN:
        frame_put_str(b, f->source);
        frame_put_str(b, f->pattern);
        frame_put_u8(b, f->sure);
        if (f->type == FACT_PROJECT)
            frame_put_str(b, f->reason);
        break;
    case FACT_TYPES: break;
    }
}

enum { COUNTS_OPENED = 1, COUNTS_TEXTS = 2 };

/* Only what holds files has any. */
static void put_texts(struct buf *out, const struct facts *f)
{
    bool any = false;
    for (int i = 0; i < CATALOG_TEXTS; i++)
        any |= f->texts[i] > 0;
    frame_put_u8(out, (uint8_t)((f->opened ? COUNTS_OPENED : 0) | (any ? COUNTS_TEXTS : 0)));
    for (int i = 0; any && i < CATALOG_TEXTS; i++)
        frame_put_i64(out, (int64_t)f->texts[i]);
}

void fact_write(const struct facts *f, struct buf *out)
{
    uint32_t assets = 0;
    for (size_t i = 0; i < f->n; i++)
        assets += f->v[i].type == FACT_ASSET;
    frame_put_u32(out, assets);
    frame_put_i64(out, (int64_t)f->members);
    frame_put_i64(out, (int64_t)f->binary_members);
    put_texts(out, f);
    frame_put_u32(out, f->hidden_from);
    frame_put_u32(out, f->hidden_to);
    frame_put_i64(out, (int64_t)f->bytes_read);
    frame_put_u8(out, f->binary);
    frame_put_u8(out, f->container);
    frame_put_u32(out, (uint32_t)f->n);
    for (size_t i = 0; i < f->n; i++)
        put_fact(out, &f->v[i]);
}

static struct fact_counts get_counts(struct frame *f)
{
    struct fact_counts c = {.assets = frame_u32(f)};
    c.members = (uint64_t)frame_i64(f);
    c.binary_members = (uint64_t)frame_i64(f);
    uint8_t flags = frame_u8(f);
    c.opened = flags & COUNTS_OPENED;
    for (int i = 0; (flags & COUNTS_TEXTS) && i < CATALOG_TEXTS; i++)
        if ((c.texts[i] = (uint64_t)frame_i64(f)) > c.members)
            f->failed = true;
    if (flags > (COUNTS_OPENED | COUNTS_TEXTS))
        f->failed = true;
    if (c.members > INT64_MAX || c.binary_members > c.members)
        f->failed = true;
    return f->failed ? (struct fact_counts){0} : c;
}

struct fact_counts fact_counts(struct str frame_bytes)
{
    struct frame f = {.rest = frame_bytes};
    return get_counts(&f);
}

/* One frame being read: what is common to all places, and where tables go. */
struct reader {
    struct frame frame;
    uint32_t target;
    struct str path;
    struct arena *arena;
    bool nomem;
};

static void *reader_array(struct reader *r, size_t n, size_t size)
{
    void *p = n ? arena_array(r->arena, n, size) : NULL;
    if (n && !p)
        r->nomem = r->frame.failed = true;
    return p;
}

/* A closed enum: a value outside fails the frame. */
static uint8_t get_enum(struct reader *r, unsigned count)
{
    uint8_t v = frame_u8(&r->frame);
    if (v >= count) {
        r->frame.failed = true;
        return 0;
    }
    return v;
}

static struct place get_place(struct reader *r)
{
    struct place p = {.target = r->target, .path = r->path};
    p.line = frame_u32(&r->frame);
    p.column = frame_u32(&r->frame);
    p.offset = frame_i64(&r->frame);
    p.member = frame_str(&r->frame);
    p.pointer = frame_str(&r->frame);
    p.url = frame_str(&r->frame);
    p.collector = frame_str(&r->frame);
    p.snippet = frame_str(&r->frame);
    return p;
}

static struct str *get_list(struct reader *r, size_t *ret_n)
{
    uint32_t n = frame_count(&r->frame, 4);
    struct str *v = reader_array(r, n, sizeof(*v));
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = frame_str(&r->frame);
    *ret_n = v ? n : 0;
    return v;
}

static void get_value(struct reader *r, enum value_type want, struct value *v)
{
    v->type = (enum value_type)get_enum(r, VALUE_STRINGS + 1);
    if (v->type != want)
        r->frame.failed = true;
    switch (v->type) {
    case VALUE_STRING: v->text = frame_str(&r->frame); break;
    case VALUE_INTEGER: v->number = frame_i64(&r->frame); break;
    case VALUE_BOOLEAN: v->number = frame_i64(&r->frame) != 0; break;
    case VALUE_STRINGS: v->list = get_list(r, &v->n); break;
    }
}

static void get_asset(struct reader *r, struct observation *o)
{
    uint32_t kind = frame_u32(&r->frame);
    if (kind >= KIND_COUNT) {
        r->frame.failed = true;
        return;
    }
    o->kind = (enum kind)kind;
    o->name = frame_str(&r->frame);
    uint32_t n = frame_count(&r->frame, 16);
    o->attrs = reader_array(r, n, sizeof(*o->attrs));
    for (uint32_t i = 0; o->attrs && i < n && !r->frame.failed; i++) {
        struct attribute *t = &o->attrs[i];
        uint32_t attr = frame_u32(&r->frame);
        if (attr >= ATTR_COUNT || attr_info((enum attr)attr)->kind != o->kind) {
            r->frame.failed = true;
            return;
        }
        t->attr = (enum attr)attr;
        t->state = (enum attr_state)get_enum(r, STATE_COUNT);
        t->at = get_place(r);
        t->reason = frame_str(&r->frame);
        if (t->state != STATE_ABSENT && t->state != STATE_UNRESOLVED)
            get_value(r, attr_info(t->attr)->type, &t->value);
        o->n_attrs = i + 1;
    }
}

static void get_fact(struct reader *r, struct fact *f)
{
    f->type = (enum fact_type)get_enum(r, FACT_TYPES);
    f->at = get_place(r);
    f->from = f->to = FACT_NONE;
    switch (f->type) {
    case FACT_ASSET:
        get_asset(r, &f->asset);
        f->asset.at = f->at;
        break;
    case FACT_RELATION:
        f->from = frame_u32(&r->frame);
        f->to = frame_u32(&r->frame);
        f->verb = (enum verb)get_enum(r, VERB_COUNT);
        f->relation_state = (enum relation_state)get_enum(r, RELATION_COUNT);
        break;
    case FACT_VALUE:
        f->from = frame_u32(&r->frame);
        f->value.class = (enum data_class)get_enum(r, DATA_COUNT);
        f->value.kind = frame_str(&r->frame);
        f->value.length = frame_u32(&r->frame);
        f->value.fingerprint = frame_str(&r->frame);
        f->value.at = f->at;
        f->sure = frame_u8(&r->frame) & 1u;
        break;
    case FACT_OWNER:
    case FACT_OWNER_RULE:
        f->from = frame_u32(&r->frame);
        f->pattern = frame_str(&r->frame);
        f->source = frame_str(&r->frame);
        f->confidence = frame_u32(&r->frame);
        f->owners = get_list(r, &f->n_owners);
        break;
    case FACT_ORIGIN: f->pattern = frame_str(&r->frame); break;
    case FACT_GAP:
        f->gap = (enum coverage_state)get_enum(r, COVERAGE_COUNT);
        if (f->gap == COVERAGE_EXAMINED)
            r->frame.failed = true; /* that is for the parent to say */
        f->reason = frame_str(&r->frame);
        f->pattern = frame_str(&r->frame);
        f->count = frame_u32(&r->frame);
        break;
    case FACT_IMPORT:
    case FACT_MODULE:
    case FACT_PROJECT:
    case FACT_PLUGIN:
    case FACT_PATTERN:
        f->source = frame_str(&r->frame);
        f->pattern = frame_str(&r->frame);
        f->sure = get_enum(r, 2) != 0;
        if (f->type == FACT_PROJECT)
            f->reason = frame_str(&r->frame);
        break;
    case FACT_TYPES: break;
    }
}

/* Numbers in relations and values must name assets of the same frame. */
static bool is_asset_or_none(const struct facts *f, uint32_t i, bool none_allowed)
{
    if (i == FACT_NONE)
        return none_allowed;
    return i < f->n && f->v[i].type == FACT_ASSET;
}

static bool references_hold(const struct facts *f)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct fact *t = &f->v[i];
        if (t->type == FACT_RELATION &&
            !(is_asset_or_none(f, t->from, false) && is_asset_or_none(f, t->to, false)))
            return false;
        if (t->type == FACT_VALUE && !is_asset_or_none(f, t->from, true))
            return false;
        if (t->type == FACT_OWNER && (!is_asset_or_none(f, t->from, true) || t->n_owners != 1))
            return false;
        if (t->type == FACT_OWNER && t->confidence > 100)
            return false;
    }
    return true;
}

/* A worker may hide a part of the path, never say another one. */
static void hide(struct reader *r, struct facts *f)
{
    struct str path = r->path;
    f->hidden_from = frame_u32(&r->frame);
    f->hidden_to = frame_u32(&r->frame);
    if (f->hidden_from > f->hidden_to || f->hidden_to > path.n)
        r->frame.failed = true;
    if (r->frame.failed || f->hidden_from == f->hidden_to)
        return;
    r->path =
        arena_fmt(r->arena, STR_FMT "[redacted]" STR_FMT, STR_ARG(str_sub(path, 0, f->hidden_from)),
                  STR_ARG(str_sub(path, f->hidden_to, path.n)));
    if (!r->path.p)
        r->nomem = r->frame.failed = true;
}

int fact_read(struct str frame_bytes, uint32_t target, struct str *path, struct arena *a,
              struct facts *ret, struct diag *d)
{
    struct reader r = {.frame = {.rest = frame_bytes}, .target = target, .path = *path, .arena = a};
    struct facts f = {0};
    struct fact_counts counts = get_counts(&r.frame);
    hide(&r, &f);
    f.bytes_read = (uint64_t)frame_i64(&r.frame);
    f.binary = frame_u8(&r.frame) != 0;
    f.container = frame_u8(&r.frame) != 0;
    f.members = counts.members;
    f.binary_members = counts.binary_members;
    f.opened = counts.opened;
    memcpy(f.texts, counts.texts, sizeof(f.texts));
    if (f.bytes_read > INT64_MAX)
        r.frame.failed = true;
    uint32_t n = frame_count(&r.frame, 16);
    f.v = reader_array(&r, n, sizeof(*f.v));
    for (uint32_t i = 0; f.v && i < n && !r.frame.failed; i++)
        get_fact(&r, &f.v[i]);
    f.n = f.v ? n : 0;
    if (r.nomem)
        return diag_set(d, arena_error(a), "no memory for the facts of one item");
    if (frame_result(&r.frame) || !references_hold(&f))
        return diag_set(d, E_PARSE, "a worker sent a frame that breaks the protocol");
    *ret = f;
    *path = r.path;
    return 0;
}
