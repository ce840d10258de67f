/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the small parts of a row read as JSON: evidence, times, scores, words. */
#include "prioritize/risk.h"
#include "report/record_row.h"

void evidence_read(const struct scope *s, const struct stmt *q, int at, struct evidence *ret)
{
    *ret = (struct evidence){.target = -1};
    if (stmt_is_null(q, at))
        return;
    ret->id = stmt_int(q, at);
    ret->target = scope_target(s, stmt_int(q, at + 1));
    ret->path = stmt_str(q, at + 2);
    ret->member = stmt_str(q, at + 3);
    ret->pointer = stmt_str(q, at + 4);
    ret->url = stmt_str(q, at + 5);
    ret->line = stmt_int(q, at + 6);
    ret->column = stmt_int(q, at + 7);
    ret->offset = stmt_int(q, at + 8);
    ret->collector = stmt_str(q, at + 9);
    ret->labels = stmt_str(q, at + 10);
    ret->name = stmt_str(q, at + 11);
    ret->snippet = stmt_str(q, at + 12);
    ret->seen_at = scope_seen(s, stmt_int(q, at + 1), stmt_int(q, at + 13));
}

static void optional(struct json_writer *w, const char *key, struct str s)
{
    if (s.n)
        json_kstr(w, key, s);
}

void evidence_write(struct json_writer *w, const struct evidence *e)
{
    json_object(w);
    json_kint(w, "target", MAX(e->target, 0));
    optional(w, "path", e->path);
    optional(w, "member", e->member);
    if (e->line > 0)
        json_kint(w, "line", e->line);
    if (e->line > 0 && e->column > 0)
        json_kint(w, "column", e->column);
    optional(w, "pointer", e->pointer);
    if (e->offset >= 0)
        json_kint(w, "offset", e->offset);
    optional(w, "url", e->url);
    json_kstr(w, "collector", e->collector);
    if (e->seen_at > 0)
        json_ktime(w, "seen_at", e->seen_at);
    optional(w, "snippet", e->snippet);
    json_end(w);
}

void json_ktime(struct json_writer *w, const char *key, int64_t ms)
{
    AUTO(buf) text = BUF_INIT;
    buf_add_time(&text, ms);
    json_kstr(w, key, buf_str(&text));
}

bool stored_array(struct str text, struct str *ret_inner)
{
    AUTO(arena) mem = ARENA(8 << 20);
    struct limits lim = limits_default();
    struct doc doc;
    text = str_trim(text);
    *ret_inner = STR_NULL;
    if (text.n < 2 || text.p[0] != '[' || json_parse(text, JSON_STRICT, &lim, &mem, &doc, NULL))
        return false;
    *ret_inner = str_trim(str_sub(text, 1, text.n - 1));
    return true;
}

void json_karray(struct json_writer *w, const char *key, struct str stored)
{
    struct str inner;
    json_kopen_array(w, key);
    if (stored_array(stored, &inner) && inner.n)
        json_raw(w, inner);
    json_end(w);
}

void json_kwords(struct json_writer *w, const char *key, struct str words)
{
    struct str word;
    json_kopen_array(w, key);
    while (str_field(&words, ' ', &word))
        if (word.n)
            json_str(w, word);
    json_end(w);
}

void json_risk(struct json_writer *w, int tenths, int confidence, struct str factors,
               const char *reason)
{
    bool known = tenths >= 0;
    json_kopen_object(w, "risk");
    json_kstr(w, "state", known ? STR("known") : STR("unknown"));
    if (!known)
        json_kstr(w, "reason", str_z(reason));
    json_kstr(w, "method", STR(RISK_METHOD));
    json_key(w, STR("score"));
    known ? json_tenths(w, tenths) : json_null(w);
    json_kstr(w, "band", str_z(BAND_NAMES[known ? band_of(tenths) : BAND_UNASSESSED]));
    if (known)
        json_kint(w, "confidence", MIN(MAX(confidence, 0), 100));
    json_karray(w, "factors", factors);
    json_end(w);
}
