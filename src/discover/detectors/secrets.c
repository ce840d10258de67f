/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which classified values stand in a text, whatever its name. */
#include "discover/detector.h"

/*
 * A value is judged with what stands before it (the name it is assigned to). Each window therefore
 * answers for what starts up to CONTEXT bytes behind its limit, and its successor for the rest; a
 * value has SCAN_OVERLAP - CONTEXT bytes to end in.
 */
#define CONTEXT 512u

#define PATTERN_BYTES 40u /* between the beginning of a key and what varies in it */

struct scan {
    struct item *it;
    struct emit *e;
    struct scan_window rest; /* from the last hit on: lines are counted once */
    size_t from, to;         /* what this window answers for */
    size_t done;             /* offset of `rest` in the window */
};

static int on_value(void *ctx, const struct value_hit *hit)
{
    struct scan *s = ctx;
    if (hit->start < s->from || hit->start >= s->to)
        return 0;
    struct place at = place_window(s->it, &s->rest, hit->start - s->done);
    s->rest.text = str_sub(s->rest.text, hit->start - s->done, s->rest.text.n);
    s->rest.base = (uint64_t)at.offset;
    s->rest.line = at.line;
    s->rest.column = at.column;
    s->done = hit->start;
    if (s->it->doc)
        at = place_pointed(s->it, s->it->doc, at);
    emit_value(s->e, FACT_NONE, hit, at);
    return emit_result(s->e);
}

/* "[A-Za-z0-9_-]{93}", "\w+": any of many letters, many times. */
static bool is_many(struct str s)
{
    size_t end = 2;

    if (s.n > 2 && s.p[0] == '[') {
        end = str_chr(s, ']', 2);
        struct str set = str_sub(s, 1, MIN(end, s.n));
        if (end > 64 ||
            !(str_has(set, STR("-z")) || str_has(set, STR("-Z")) || str_has(set, STR("-9")) ||
              str_has(set, STR("-f")) || str_has(set, STR("\\w")) || str_has(set, STR("\\d"))))
            return false;
        end++;
    } else if (s.n < 3 || s.p[0] != '\\' || (s.p[1] != 'w' && s.p[1] != 'd')) {
        return false;
    }
    return end < s.n &&
           (s.p[end] == '+' || s.p[end] == '*' ||
            (s.p[end] == '{' && end + 1 < s.n && s.p[end + 1] >= '0' && s.p[end + 1] <= '9'));
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* What follows the beginning of a key is part of a regular expression: "sk-(?:a|b)-\w{40}". */
static bool is_pattern(struct str text, size_t at)
{
    for (size_t i = at; i < text.n && i < at + PATTERN_BYTES; i++) {
        char c = text.p[i];
        if (is_many(str_sub(text, i, text.n)))
            return true;
        if (!is_word_byte(c) && (!c || !strchr("-|():?\\", c)))
            return false;
    }
    return false;
}

/* "gsk_" is not "sk_"; "\bsk_" is. */
static bool begins_word(struct str text, size_t at)
{
    return !at || !is_word_byte(text.p[at - 1]) || (at > 1 && text.p[at - 2] == '\\');
}

/* Whoever looks for keys has samples of them, too: link/ judges. One a vendor and window. */
static void tell_patterns(struct item *it, struct emit *e, const struct scan_window *w)
{
    const struct catalog *c = it->catalog;
    int told = -1;

    for (size_t i = 0; w->hits && !w->hits->too_many && i < w->hits->n; i++) {
        const struct catalog_literal *l = &c->literals[w->hits->v[i].literal];
        int entry = l->n_keys ? c->keys[l->keys[0]].entry : -1;
        size_t end = (size_t)w->hits->v[i].end;
        if (entry < 0 || entry == told || end > w->text.n ||
            !begins_word(w->text, end - strlen(l->text)) || !is_pattern(w->text, end))
            continue;
        emit_pattern(e, &c->entries[entry], place_item(it));
        told = entry;
    }
}

static int scan_secrets(struct item *it, struct emit *e, const struct scan_window *w)
{
    bool last = w->limit == w->text.n;
    struct scan s = {.it = it,
                     .e = e,
                     .rest = *w,
                     .from = w->base ? CONTEXT : 0,
                     .to = last ? w->text.n : w->limit + CONTEXT};
    tell_patterns(it, e, w);
    int rc = values_scan_hits(it->values, w->text, w->hits, on_value, &s);
    if (rc)
        emit_gap(e, COVERAGE_PARTIAL, place_window(it, w, 0),
                 rc == E_LIMIT ? "a pattern reached its limit"
                               : "needs more memory than one item may use");
    return rc == E_LIMIT ? emit_result(e) : rc;
}

const struct detector DETECTOR_SECRETS = {
    .id = "secrets",
    .title = "Keys, secrets and personal values in text",
    .version = 4,
    .need = ITEM_SCAN,
    .on_window = scan_secrets,
};
