/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides what history keeps of each row. Left out is what changes without the asset changing:
 * lines, columns, offsets, snippets, counts, evidence and the times of sight.
 */
#include "formats/json.h"
#include "store/store_internal.h"

static void begin(struct buf *out)
{
    buf_clear(out);
    buf_addc(out, '{');
}

static void end(struct buf *out)
{
    buf_addc(out, '}');
}

static void key(struct buf *out, const char *name)
{
    if (out->n > 1)
        buf_addc(out, ',');
    buf_addf(out, "\"%s\":", name);
}

static void text(struct buf *out, const char *name, struct str v)
{
    if (!v.n)
        return;
    key(out, name);
    buf_add_json(out, v);
}

static void number(struct buf *out, const char *name, int64_t v)
{
    key(out, name);
    buf_addf(out, "%lld", (long long)v);
}

void asset_json(const struct asset_row *r, struct buf *out)
{
    begin(out);
    text(out, "kind", r->kind);
    text(out, "name", r->name);
    text(out, "scope", r->scope);
    if (r->owned) {
        key(out, "owner");
        buf_add_json(out, r->owner);
    }
    text(out, "owner_state", r->owner_state);
    text(out, "environment", r->environment);
    text(out, "criticality", r->criticality);
    text(out, "sanction", r->sanction);
    text(out, "labels", r->labels);
    text(out, "state", r->state);
    text(out, "key", r->key);
    end(out);
}

void place_json(const struct place_row *r, struct buf *out)
{
    begin(out);
    text(out, "asset", r->asset);
    number(out, "target", r->target);
    text(out, "path", r->path);
    text(out, "member", r->member);
    text(out, "pointer", r->pointer);
    text(out, "url", r->url);
    text(out, "collector", r->collector);
    text(out, "labels", r->labels);
    text(out, "name", r->name);
    text(out, "state", r->state);
    end(out);
}

void attr_json(const struct attr_row *r, struct buf *out)
{
    begin(out);
    text(out, "type", r->type);
    if (r->valued) {
        key(out, "value");
        buf_add_json(out, r->value);
    }
    text(out, "state", r->state);
    text(out, "reason", r->reason);
    end(out);
}

void value_json(const struct value_row *r, struct buf *out)
{
    begin(out);
    text(out, "asset", r->asset);
    text(out, "class", r->class);
    text(out, "kind", r->kind);
    number(out, "length", r->length);
    text(out, "fingerprint", r->fingerprint);
    number(out, "target", r->target);
    text(out, "path", r->path);
    text(out, "member", r->member);
    text(out, "pointer", r->pointer);
    text(out, "url", r->url);
    text(out, "collector", r->collector);
    end(out);
}

void finding_json(const struct finding_row *r, struct buf *out)
{
    begin(out);
    text(out, "control", r->control);
    text(out, "category", r->category);
    text(out, "asset", r->asset);
    number(out, "place", r->place);
    text(out, "severity", r->severity);
    text(out, "verdict", r->verdict);
    text(out, "status", r->status);
    end(out);
}

void relation_json(struct str state, struct buf *out)
{
    begin(out);
    text(out, "state", state);
    end(out);
}

void alias_json(struct str asset, struct buf *out)
{
    begin(out);
    text(out, "asset", asset);
    end(out);
}

void attr_id(const struct attr_row *r, struct buf *out)
{
    buf_clear(out);
    buf_addf(out, STR_FMT " %lld " STR_FMT, STR_ARG(r->asset), (long long)r->place,
             STR_ARG(r->name));
}

void json_with_attrs(struct buf *json, const struct attr_row *attrs, size_t n)
{
    AUTO(buf) one = BUF_INIT;

    if (!n)
        return;
    buf_cut(json, json->n - 1);
    buf_addz(json, ",\"attributes\":{");
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(json, ',');
        buf_add_json(json, attrs[i].name);
        buf_addc(json, ':');
        attr_json(&attrs[i], &one);
        buf_add(json, buf_str(&one));
    }
    buf_addz(json, "}}");
    if (buf_result(&one) && !json->error)
        json->error = buf_result(&one);
}

/* ---- reading ---- */

struct reader {
    const struct stmt *s;
    struct arena *a;
    int column;
    bool failed;
};

static struct str take(struct reader *r)
{
    struct str v = stmt_str(r->s, r->column++), copy;

    if (!v.n)
        return STR("");
    copy = arena_str(r->a, v);
    r->failed |= !copy.p;
    return copy;
}

static int64_t take_int(struct reader *r)
{
    return stmt_int(r->s, r->column++);
}

static int taken(const struct reader *r)
{
    return r->failed ? arena_error(r->a) : 0;
}

int read_asset(const struct stmt *s, struct arena *a, struct asset_row *ret)
{
    struct reader r = {s, a, 0, false};

    ret->id = take(&r);
    ret->kind = take(&r);
    ret->name = take(&r);
    ret->scope = take(&r);
    ret->owned = !stmt_is_null(s, r.column);
    ret->owner = take(&r);
    ret->owner_state = take(&r);
    ret->environment = take(&r);
    ret->criticality = take(&r);
    ret->sanction = take(&r);
    ret->labels = take(&r);
    ret->state = take(&r);
    ret->key = take(&r);
    return taken(&r);
}

int read_place(const struct stmt *s, struct arena *a, struct place_row *ret)
{
    struct reader r = {s, a, 0, false};

    ret->id = take_int(&r);
    ret->asset = take(&r);
    ret->target = take_int(&r);
    ret->path = take(&r);
    ret->member = take(&r);
    ret->pointer = take(&r);
    ret->url = take(&r);
    ret->line = take_int(&r);
    ret->col = take_int(&r);
    ret->offset = take_int(&r);
    ret->collector = take(&r);
    ret->labels = take(&r);
    ret->name = take(&r);
    ret->snippet = take(&r);
    ret->state = take(&r);
    ret->key = take(&r);
    ret->last_seen = take_int(&r);
    return taken(&r);
}

int read_attr(const struct stmt *s, struct arena *a, struct attr_row *ret)
{
    struct reader r = {s, a, 0, false};

    ret->asset = take(&r);
    ret->place = take_int(&r);
    ret->name = take(&r);
    ret->type = take(&r);
    ret->valued = !stmt_is_null(s, r.column);
    ret->value = take(&r);
    ret->number = take_int(&r);
    ret->state = take(&r);
    ret->reason = take(&r);
    ret->evidence = take_int(&r);
    return taken(&r);
}

int read_owner(const struct stmt *s, struct arena *a, struct owner_row *ret)
{
    struct reader r = {s, a, 1, false};

    ret->ord = take_int(&r);
    ret->name = take(&r);
    ret->source = take(&r);
    ret->confidence = take_int(&r);
    ret->target = take_int(&r);
    ret->path = take(&r);
    ret->line = take_int(&r);
    return taken(&r);
}

int read_value(const struct stmt *s, struct arena *a, struct value_row *ret)
{
    struct reader r = {s, a, 0, false};

    ret->id = take_int(&r);
    ret->asset = take(&r);
    ret->class = take(&r);
    ret->kind = take(&r);
    ret->length = take_int(&r);
    ret->fingerprint = take(&r);
    ret->target = take_int(&r);
    ret->path = take(&r);
    ret->member = take(&r);
    ret->pointer = take(&r);
    ret->url = take(&r);
    ret->line = take_int(&r);
    ret->col = take_int(&r);
    ret->offset = take_int(&r);
    ret->collector = take(&r);
    return taken(&r);
}

int read_finding(const struct stmt *s, struct arena *a, struct finding_row *ret)
{
    struct reader r = {s, a, 0, false};

    ret->id = take(&r);
    ret->control = take(&r);
    ret->category = take(&r);
    ret->asset = take(&r);
    ret->place = take_int(&r);
    ret->severity = take(&r);
    ret->verdict = take(&r);
    ret->status = take(&r);
    ret->last_seen = take_int(&r);
    return taken(&r);
}
