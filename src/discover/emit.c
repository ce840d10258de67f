/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how what detectors say becomes facts: copied into the item's arena, redacted, numbered.
 */
#include <stdarg.h>

#include "discover/emit.h"

#define FACTS_MAX   2000000u
#define SNIPPET_MAX 200u

/* Kept free for what is said when an inner item did not fit. */
#define RESERVE ((size_t)256 << 10)
/* Kept free for the rest of what is being said when nothing new is taken any more. */
#define SLACK ((size_t)8 << 20)

void emit_init(struct emit *e, struct arena *a, struct values *values)
{
    *e = (struct emit){.arena = a, .values = values, .collector = ""};
}

void emit_done(struct emit *e)
{
    vec_free(&e->spans);
    vec_free(&e->unread);
}

void emit_fail(struct emit *e, int code)
{
    if (!e->error && !(e->full && (code == E_LIMIT || code == E_NOMEM)))
        e->error = code;
}

/* Is there so much room that keeping what was said so far is better than saying nothing? */
static bool keeps_most(const struct emit *e)
{
    return e->arena->cap >= 2 * SLACK;
}

/* The outermost item keeps what was said so far; what is begun may still be ended. */
static bool is_full(struct emit *e)
{
    bool inner = e->given.n > 0;
    if (!inner && keeps_most(e) && e->arena->used + SLACK > e->arena->cap)
        e->full = true;
    return e->full;
}

void emit_end(struct emit *e, struct place at)
{
    size_t cap = e->arena->cap;
    if (!e->full || e->error)
        return;
    e->full = false;
    e->arena->cap = 0; /* for these few bytes */
    emit_gap(e, COVERAGE_PARTIAL, at,
             "needs more memory than one item may use: some of it is missing");
    e->full = true;
    e->arena->cap = cap;
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
            emit_fail(e, rc);
            return STR("");
        }
        s = buf_str(&clean);
    }
    struct str copy = arena_str(e->arena, s);
    if (!copy.p)
        emit_fail(e, arena_error(e->arena));
    return copy;
}

static struct str keep_plain(struct emit *e, struct str s)
{
    struct str copy = s.n && !e->error ? arena_str(e->arena, s) : STR("");
    if (!copy.p)
        emit_fail(e, arena_error(e->arena));
    return copy;
}

/* The first `max` bytes, less what would be half a character. */
static struct str cut_text(struct str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
        max--;
    return str_sub(s, 0, max);
}

static struct str keep_member(struct emit *e, struct str member);

/* Most attributes of an asset stand at one place. */
static struct str keep_pointer(struct emit *e, struct str pointer)
{
    if (pointer.n && str_eq(pointer, e->pointer))
        return e->pointer;
    struct str kept = keep(e, pointer);
    e->pointer = str_eq(kept, pointer) ? kept : STR_NULL;
    return kept;
}

static struct place keep_place(struct emit *e, struct place at)
{
    if (!at.collector.n)
        at.collector = str_z(e->collector);
    if (at.member.n && at.member.p == e->given.p) {
        if (!e->member.n)
            e->member = keep_member(e, e->given);
        at.member = e->member;
    } else {
        at.member = keep_member(e, at.member);
    }
    at.pointer = keep_pointer(e, at.pointer);
    at.url = keep(e, at.url);
    /* Cut after redaction: half a secret is not recognised as one. */
    at.snippet = keep(e, str_sub(at.snippet, 0, SNIPPET_MAX + SCAN_OVERLAP));
    at.snippet = cut_text(at.snippet, SNIPPET_MAX);
    return at;
}

/* Keys are long words with digits in them, or stand behind a '='. Most paths hold neither. */
static bool may_hold_key(struct str path)
{
    size_t run = 0;
    bool digit = false;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i], low = (char)(c | 0x20);
        bool number = c >= '0' && c <= '9';
        bool word = number || (low >= 'a' && low <= 'z');
        run = word ? run + 1 : 0;
        digit = word && (digit || number);
        if ((run >= 16 && digit) || c == '=')
            return true;
    }
    return false;
}

static int hide_hit(void *ctx, const struct value_hit *hit)
{
    struct facts *f = ctx;
    bool first = f->hidden_from == f->hidden_to;
    if (hit->class != DATA_SECRET)
        return 0;
    f->hidden_from = first ? (uint32_t)hit->start : f->hidden_from;
    f->hidden_to = (uint32_t)hit->end;
    return 0;
}

/* Only what has the shape of a key: digests and bundles have names that merely look random. */
void emit_path(struct emit *e, struct str path)
{
    if (!e->values || !may_hold_key(path))
        return;
    int rc = values_scan(e->values, path, hide_hit, &e->facts);
    if (rc && rc != E_LIMIT)
        emit_fail(e, rc);
}

static int redact_hit(void *ctx, const struct value_hit *hit)
{
    bool *found = ctx;
    *found |= hit->class == DATA_SECRET;
    return 0;
}

/* As for paths: only what has the shape of a key is worth the redactor. */
static struct str keep_member(struct emit *e, struct str member)
{
    bool secret = false;
    if (e->error)
        return STR("");
    int rc =
        e->values && may_hold_key(member) ? values_scan(e->values, member, redact_hit, &secret) : 0;
    if (rc && rc != E_LIMIT)
        emit_fail(e, rc);
    return secret || rc ? keep(e, member) : keep_plain(e, member);
}

/* Rows that say what could not be read inside of one item; more of them are counted. */
#define INNER_GAPS_MAX 500u

bool emit_full(const struct emit *e)
{
    return e->error || e->full || e->facts.n >= FACTS_MAX - FACTS_MAX / 8 ||
           (e->arena->cap && e->arena->used + 2 * RESERVE > e->arena->cap);
}

uint64_t emit_gaps_left_out(const struct emit *e)
{
    return e->inner_gaps > INNER_GAPS_MAX ? e->inner_gaps - INNER_GAPS_MAX : 0;
}

void emit_enter(struct emit *e, struct emit_level *saved, struct str member)
{
    *saved = (struct emit_level){.collector = e->collector,
                                 .given = e->given,
                                 .member = e->member,
                                 .spans = e->spans,
                                 .hidden = e->hidden,
                                 .first = e->facts.n,
                                 .cap = e->arena->cap};
    e->spans = (struct emit_spans){0};
    e->last = &e->spare_attribute;
    e->given = member;
    e->member = STR_NULL;
    if (e->arena->cap > RESERVE)
        e->arena->cap -= RESERVE;
}

void emit_leave(struct emit *e, struct emit_level *saved, struct place at)
{
    vec_free(&e->spans);
    e->arena->cap = saved->cap;
    e->last = &e->spare_attribute;
    e->muted = false;
    if (e->error == E_LIMIT || e->error == E_NOMEM) {
        e->error = 0;
        e->facts.n = saved->first;
        e->collector = "files";
        e->full |= keeps_most(e) && e->facts.n == e->facts.alloc; /* no room for one more */
        emit_gap(e, COVERAGE_PARTIAL, at, "what it holds does not fit into the memory of one item");
    }
    e->collector = saved->collector;
    e->given = saved->given;
    e->member = saved->member;
    e->spans = saved->spans;
    e->hidden = saved->hidden;
}

static void grow(struct emit *e)
{
    size_t old = e->facts.alloc, alloc = old ? old + old / 2 : 16;
    struct fact *v = arena_grow(e->arena, e->facts.v, old * sizeof(*v), alloc * sizeof(*v));
    if (!v && !e->given.n && keeps_most(e)) {
        e->full = true;
        return;
    }
    if (!v) {
        emit_fail(e, arena_error(e->arena));
        return;
    }
    e->facts.v = v;
    e->facts.alloc = alloc;
}

static struct fact *add(struct emit *e, enum fact_type type, struct place at)
{
    if (!e->error && e->facts.n >= FACTS_MAX)
        emit_fail(e, E_LIMIT);
    if (e->facts.n == e->facts.alloc && !e->error && !is_full(e))
        grow(e);
    if (e->error || is_full(e))
        return &e->spare_fact;
    struct fact *f = &e->facts.v[e->facts.n++];
    *f = (struct fact){.type = type, .from = FACT_NONE, .to = FACT_NONE};
    f->at = keep_place(e, at);
    return f;
}

uint32_t emit_asset(struct emit *e, enum kind kind, struct str name, struct place at)
{
    struct fact *f = e->hidden ? NULL : add(e, FACT_ASSET, at);
    if (!f || f == &e->spare_fact)
        return FACT_NONE;
    const struct kind_info *k = kind_info(kind);
    f->asset = (struct observation){.kind = kind, .at = f->at};
    f->asset.name = keep(e, name);
    /* One row an attribute is all a kind can have. */
    f->asset.attrs = arena_new_n(e->arena, struct attribute, (size_t)k->attrs);
    if (!f->asset.attrs)
        emit_fail(e, arena_error(e->arena));
    return (uint32_t)(e->facts.n - 1);
}

/* The row of attribute `a`, replacing an earlier statement of the same detector. */
static struct attribute *attribute(struct emit *e, uint32_t asset, enum attr a, struct place at)
{
    e->last = &e->spare_attribute;
    if (e->error || e->hidden || (e->full && asset == FACT_NONE))
        return e->last;
    if (asset >= e->facts.n || e->facts.v[asset].type != FACT_ASSET ||
        attr_info(a)->kind != e->facts.v[asset].asset.kind) {
        emit_fail(e, E_BUG);
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
    emit_fail(e, E_BUG);
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

void emit_catalog_row(struct emit *e, uint32_t asset, enum attr a,
                      const struct catalog_entry *entry, const char *const member[2],
                      struct str text, struct place at)
{
    AUTO(buf) row = BUF_INIT;

    buf_addf(&row, "%s %s.%s " STR_FMT, entry->id, member[0], member[1], STR_ARG(text));
    if (buf_result(&row)) {
        emit_fail(e, E_NOMEM);
        return;
    }
    emit_str(e, asset, a, buf_str(&row), at);
    emit_state(e, STATE_RESOLVED);
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
        emit_fail(e, e->error ? e->error : arena_error(e->arena));
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
    if (e->hidden || (e->full && (from == FACT_NONE || to == FACT_NONE)))
        return;
    struct fact *f = add(e, FACT_RELATION, at);
    f->from = from;
    f->to = to;
    f->verb = verb;
    f->relation_state = state;
}

/* Spans are sorted and apart. False when the bytes, or some of them, are another value's. */
static bool take_span(struct emit *e, struct emit_span span)
{
    size_t low = 0, high = e->spans.n;
    while (low < high) { /* the first span that ends behind our start */
        size_t mid = low + (high - low) / 2;
        if (e->spans.v[mid].end <= span.start)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < e->spans.n && e->spans.v[low].start < span.end)
        return false;
    if (vec_push(&e->spans, span)) {
        emit_fail(e, E_NOMEM);
        return false;
    }
    struct emit_span *at = &e->spans.v[low];
    memmove(at + 1, at, (e->spans.n - 1 - low) * sizeof(*at));
    *at = span;
    return true;
}

void emit_value(struct emit *e, uint32_t holder, const struct value_hit *hit, struct place at)
{
    struct emit_span span = {at.offset, at.offset + (int64_t)(hit->end - hit->start)};
    if (!take_span(e, span))
        return;
    struct fact *f = add(e, FACT_VALUE, at);
    f->from = e->hidden ? FACT_NONE : holder;
    f->sure = f->from != FACT_NONE || hit->named;
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
        emit_fail(e, e->error ? e->error : arena_error(e->arena));
        return;
    }
    for (size_t i = 0; i < n; i++)
        f->owners[i] = keep(e, v[i]);
    f->n_owners = n;
}

void emit_owner_rule(struct emit *e, struct str pattern, const struct str *v, size_t n,
                     struct place at)
{
    if (e->hidden)
        return;
    struct fact *f = add(e, FACT_OWNER_RULE, at);
    f->pattern = keep(e, pattern);
    owners(e, f, v, n);
}

void emit_owner(struct emit *e, uint32_t asset, struct str owner, const char *source,
                unsigned confidence, struct place at)
{
    if (e->hidden)
        return;
    struct fact *f = add(e, FACT_OWNER, at);
    f->from = asset;
    f->source = str_z(source);
    f->confidence = confidence;
    owners(e, f, &owner, 1);
}

void emit_origin(struct emit *e, struct str url, struct place at)
{
    if (!e->hidden)
        add(e, FACT_ORIGIN, at)->pattern = keep(e, url);
}

static void code_fact(struct emit *e, enum fact_type type, struct str language, struct str name,
                      struct place at, bool sure)
{
    if (e->hidden)
        return;
    struct fact *f = add(e, type, at);
    f->source = keep_plain(e, language);
    f->pattern = keep(e, name);
    f->sure = sure;
}

void emit_import(struct emit *e, const struct catalog_import *row, bool sure, struct place at)
{
    code_fact(e, FACT_IMPORT, str_z(row->language), str_z(row->name), at, sure);
}

void emit_module(struct emit *e, struct str language, struct str name, struct place at)
{
    code_fact(e, FACT_MODULE, language, name, at, false);
}

void emit_project(struct emit *e, const char *language, bool read, struct str own, struct place at)
{
    code_fact(e, FACT_PROJECT, str_z(language), own, at, read);
}

void emit_plugin(struct emit *e, const struct catalog_entry *host, struct place at)
{
    code_fact(e, FACT_PLUGIN, str_z(host->id), STR(""), at, false);
}

void emit_pattern(struct emit *e, const struct catalog_entry *vendor, struct place at)
{
    code_fact(e, FACT_PATTERN, str_z(vendor->id), STR(""), at, false);
}

void emit_project_name(struct emit *e, struct str name)
{
    struct fact *f = e->facts.n ? &e->facts.v[e->facts.n - 1] : NULL;
    if (!e->hidden && f && f->type == FACT_PROJECT)
        f->reason = keep(e, name);
}

void emit_gap(struct emit *e, enum coverage_state state, struct place at, const char *fmt, ...)
{
    char line[sizeof(((struct diag *)0)->text) + 64];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    e->gaps++;
    if (e->muted || (at.member.n && ++e->inner_gaps > INNER_GAPS_MAX))
        return;
    struct fact *f = add(e, FACT_GAP, at);
    f->gap = state;
    f->reason = keep(e, str_z(line));
    f->count = 1;
}

/* An archive may hold millions of them. */
static bool count_again(struct emit *e, const struct catalog_unread *format)
{
    vec_each (i, &e->unread) {
        struct fact *f = *i < e->facts.n ? &e->facts.v[*i] : NULL;
        if (!f || f->type != FACT_GAP || f->pattern.p != format->id || f->count == UINT32_MAX)
            continue; /* another one, or of an inner item that was forgotten */
        f->count++;
        return true;
    }
    return false;
}

void emit_no_reader(struct emit *e, const struct catalog_unread *format, struct place at)
{
    if (e->muted || count_again(e, format))
        return;
    uint32_t index = (uint32_t)e->facts.n;
    struct fact *f = add(e, FACT_GAP, at);
    f->gap = COVERAGE_NOT_LOOKED;
    f->pattern = f->reason = str_z(format->id);
    f->count = 1;
    if (f != &e->spare_fact && vec_push(&e->unread, index))
        emit_fail(e, E_NOMEM);
}

void emit_rule(struct emit *e, struct place at, struct str pattern, uint64_t count,
               const char *reason)
{
    struct fact *f = add(e, FACT_GAP, at);
    f->gap = COVERAGE_SKIPPED;
    f->pattern = keep_member(e, pattern);
    f->reason = keep_plain(e, str_z(reason));
    f->count = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}
