/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how what detectors say becomes facts: copied into the item's arena, redacted, numbered.
 */
#include <stdarg.h>

#include "discover/emit.h"

#define FACTS_MAX   2000000u
#define SNIPPET_MAX 200u

void emit_init(struct emit *e, struct arena *a, struct values *values)
{
    *e = (struct emit){.arena = a, .values = values, .collector = ""};
}

void emit_done(struct emit *e)
{
    vec_free(&e->spans);
}

static void fail(struct emit *e, int code)
{
    if (!e->error)
        e->error = code;
}

int emit_result(const struct emit *e)
{
    return e->error;
}

/* A private copy without secrets; invalid or failed copies make the emitter fail. */
static struct str keep(struct emit *e, struct str s)
{
    if (!s.n || e->error)
        return STR("");
    AUTO(buf) clean = BUF_INIT;
    if (e->values) {
        int rc = values_redact(e->values, s, &clean);
        if (!rc)
            rc = buf_result(&clean);
        if (rc) {
            fail(e, rc);
            return STR("");
        }
        s = buf_str(&clean);
    }
    struct str copy = arena_str(e->arena, s);
    if (!copy.p)
        fail(e, arena_error(e->arena));
    return copy;
}

static struct str keep_plain(struct emit *e, struct str s)
{
    struct str copy = s.n && !e->error ? arena_str(e->arena, s) : STR("");
    if (!copy.p)
        fail(e, arena_error(e->arena));
    return copy;
}

static struct place keep_place(struct emit *e, struct place at)
{
    if (!at.collector.n)
        at.collector = str_z(e->collector);
    at.member = keep_plain(e, at.member);
    at.pointer = keep(e, at.pointer);
    at.url = keep(e, at.url);
    at.snippet = keep(e, str_sub(at.snippet, 0, SNIPPET_MAX));
    return at;
}

static struct fact *add(struct emit *e, enum fact_type type, struct place at)
{
    if (!e->error && e->facts.n >= FACTS_MAX)
        fail(e, E_LIMIT);
    if (e->facts.n == e->facts.alloc && !e->error) {
        size_t alloc = e->facts.alloc ? e->facts.alloc * 2 : 16;
        struct fact *v = arena_new_n(e->arena, struct fact, alloc);
        if (!v)
            fail(e, arena_error(e->arena));
        else {
            if (e->facts.n)
                memcpy(v, e->facts.v, e->facts.n * sizeof(*v));
            e->facts.v = v;
            e->facts.alloc = alloc;
        }
    }
    if (e->error)
        return &e->spare_fact;
    struct fact *f = &e->facts.v[e->facts.n++];
    *f = (struct fact){.type = type, .from = FACT_NONE, .to = FACT_NONE};
    f->at = keep_place(e, at);
    return f;
}

uint32_t emit_asset(struct emit *e, enum kind kind, struct str name, struct place at)
{
    struct fact *f = add(e, FACT_ASSET, at);
    if (e->error)
        return FACT_NONE;
    const struct kind_info *k = kind_info(kind);
    f->asset = (struct observation){.kind = kind, .at = f->at};
    f->asset.name = keep(e, name);
    /* One row an attribute is all a kind can have. */
    f->asset.attrs = arena_new_n(e->arena, struct attribute, (size_t)k->attrs);
    if (!f->asset.attrs)
        fail(e, arena_error(e->arena));
    return (uint32_t)(e->facts.n - 1);
}

/* The row of attribute `a`, replacing an earlier statement of the same detector. */
static struct attribute *attribute(struct emit *e, uint32_t asset, enum attr a, struct place at)
{
    e->last = &e->spare_attribute;
    if (e->error)
        return e->last;
    if (asset >= e->facts.n || e->facts.v[asset].type != FACT_ASSET ||
        attr_info(a)->kind != e->facts.v[asset].asset.kind) {
        fail(e, E_BUG);
        return e->last;
    }
    struct observation *o = &e->facts.v[asset].asset;
    struct attribute *t = NULL;
    for (size_t i = 0; i < o->n_attrs && !t; i++)
        t = o->attrs[i].attr == a ? &o->attrs[i] : NULL;
    if (!t)
        t = &o->attrs[o->n_attrs++];
    *t = (struct attribute){.attr = a, .state = STATE_DECLARED, .at = keep_place(e, at)};
    t->value.type = attr_info(a)->type;
    return e->last = t;
}

static bool type_is(struct emit *e, enum attr a, enum value_type type)
{
    if (attr_info(a)->type == type)
        return true;
    fail(e, E_BUG);
    return false;
}

/* Digests and commits look as random as keys do, but the attribute says what they are. */
static bool is_digest(enum attr a, struct str v)
{
    bool named = a == ATTR_MODEL_FILE_SHA256 || a == ATTR_MCP_SERVER_PACKAGE_VERSION;
    if (str_starts(v, STR("sha256:")))
        v = str_sub(v, 7, v.n);
    for (size_t i = 0; named && i < v.n; i++)
        named = (v.p[i] >= '0' && v.p[i] <= '9') || (v.p[i] >= 'a' && v.p[i] <= 'f');
    return named && (v.n == 40 || v.n == 64);
}

void emit_str(struct emit *e, uint32_t asset, enum attr a, struct str v, struct place at)
{
    if (type_is(e, a, VALUE_STRING))
        attribute(e, asset, a, at)->value.text = is_digest(a, v) ? keep_plain(e, v) : keep(e, v);
}

void emit_int(struct emit *e, uint32_t asset, enum attr a, int64_t v, struct place at)
{
    if (type_is(e, a, VALUE_INTEGER))
        attribute(e, asset, a, at)->value.number = v;
}

void emit_bool(struct emit *e, uint32_t asset, enum attr a, bool v, struct place at)
{
    if (type_is(e, a, VALUE_BOOLEAN))
        attribute(e, asset, a, at)->value.number = v;
}

void emit_list(struct emit *e, uint32_t asset, enum attr a, const struct str *v, size_t n,
               struct place at)
{
    if (!type_is(e, a, VALUE_STRINGS))
        return;
    struct attribute *t = attribute(e, asset, a, at);
    struct str *list = n && !e->error ? arena_new_n(e->arena, struct str, n) : NULL;
    if (n && !list) {
        fail(e, e->error ? e->error : arena_error(e->arena));
        return;
    }
    for (size_t i = 0; i < n; i++)
        list[i] = keep(e, v[i]);
    t->value.list = list;
    t->value.n = n;
}

void emit_absent(struct emit *e, uint32_t asset, enum attr a, struct place at)
{
    attribute(e, asset, a, at)->state = STATE_ABSENT;
}

void emit_unresolved(struct emit *e, uint32_t asset, enum attr a, const char *reason,
                     struct place at)
{
    struct attribute *t = attribute(e, asset, a, at);
    t->state = STATE_UNRESOLVED;
    t->reason = keep(e, str_z(reason));
}

void emit_state(struct emit *e, enum attr_state state)
{
    if (e->last)
        e->last->state = state;
}

void emit_relation(struct emit *e, uint32_t from, enum verb verb, uint32_t to,
                   enum relation_state state, struct place at)
{
    struct fact *f = add(e, FACT_RELATION, at);
    f->from = from;
    f->to = to;
    f->verb = verb;
    f->relation_state = state;
}

void emit_value(struct emit *e, uint32_t holder, const struct value_hit *hit, struct place at)
{
    int64_t end = at.offset + (int64_t)(hit->end - hit->start);
    for (size_t i = 0; at.offset < e->spans_end && i < e->spans.n; i++)
        if (at.offset < e->spans.v[i].end && end > e->spans.v[i].start)
            return;
    if (vec_push(&e->spans, ((struct emit_span){at.offset, end})))
        fail(e, E_NOMEM);
    e->spans_end = MAX(e->spans_end, end);
    struct fact *f = add(e, FACT_VALUE, at);
    f->from = holder;
    f->value = (struct data_value){.class = hit->class,
                                   .kind = str_z(hit->kind),
                                   .length = (uint32_t)hit->length,
                                   .fingerprint = keep_plain(e, hit->fingerprint),
                                   .at = f->at};
}

static void owners(struct emit *e, struct fact *f, const struct str *v, size_t n)
{
    f->owners = n && !e->error ? arena_new_n(e->arena, struct str, n) : NULL;
    if (n && !f->owners) {
        fail(e, e->error ? e->error : arena_error(e->arena));
        return;
    }
    for (size_t i = 0; i < n; i++)
        f->owners[i] = keep(e, v[i]);
    f->n_owners = n;
}

void emit_owner_rule(struct emit *e, struct str pattern, const struct str *v, size_t n,
                     struct place at)
{
    struct fact *f = add(e, FACT_OWNER_RULE, at);
    f->pattern = keep(e, pattern);
    owners(e, f, v, n);
}

void emit_owner(struct emit *e, uint32_t asset, struct str owner, const char *source,
                unsigned confidence, struct place at)
{
    struct fact *f = add(e, FACT_OWNER, at);
    f->from = asset;
    f->source = str_z(source);
    f->confidence = confidence;
    owners(e, f, &owner, 1);
}

void emit_origin(struct emit *e, struct str url, struct place at)
{
    add(e, FACT_ORIGIN, at)->pattern = keep(e, url);
}

void emit_gap(struct emit *e, enum coverage_state state, struct place at, const char *fmt, ...)
{
    char line[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    struct fact *f = add(e, FACT_GAP, at);
    f->gap = state;
    f->reason = keep(e, str_z(line));
}
