/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where TOML strings, keys and comments end and what text they stand for. */
#include "formats/toml_read.h"

struct quoted {
    size_t open;        /* first quote */
    size_t begin, end;  /* raw text between the quotes */
    unsigned char mark; /* ' or " */
    bool multi;         /* three quotes */
    bool escaped;       /* holds a backslash that means something */
};

bool toml_newline(struct toml *t)
{
    size_t n = toml_peek(t, 0) == '\n'                              ? 1
               : toml_peek(t, 0) == '\r' && toml_peek(t, 1) == '\n' ? 2
                                                                    : 0;

    t->at += n;
    return n;
}

void toml_blank(struct toml *t)
{
    while (toml_peek(t, 0) == ' ' || toml_peek(t, 0) == '\t')
        t->at++;
}

static bool is_control(int c)
{
    return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
}

int toml_comment(struct toml *t)
{
    if (toml_peek(t, 0) != '#')
        return OK;
    while (toml_peek(t, 0) == '\t' || (toml_peek(t, 0) >= 0 && !is_control(toml_peek(t, 0))))
        t->at++;
    if (toml_peek(t, 0) >= 0 && toml_peek(t, 0) != '\n' && toml_peek(t, 0) != '\r')
        return toml_fail(t, t->at, "control character in a comment");
    return OK;
}

int toml_space(struct toml *t)
{
    do {
        toml_blank(t);
        int rc = toml_comment(t);
        if (rc)
            return rc;
    } while (toml_newline(t));
    return OK;
}

/* At a run of the closing character: true when the string ends here. */
static bool closes(struct toml *t, struct quoted *q)
{
    size_t run = 1;

    q->end = t->at;
    if (q->multi)
        while (run < 5 && toml_peek(t, run) == q->mark)
            run++;
    t->at += run;
    if (q->multi)
        q->end += run - MIN(run, 3u); /* one or two quotes may stand before the closing three */
    return !q->multi || run >= 3;
}

static int find_end(struct toml *t, struct quoted *q)
{
    for (;;) {
        int c = toml_peek(t, 0);
        if (c < 0)
            return toml_fail(t, q->open, "string is not closed");
        if (c == q->mark) {
            if (closes(t, q))
                return OK;
        } else if (c == '\\' && q->mark == '"') {
            q->escaped = true;
            t->at += toml_peek(t, 1) == '"' || toml_peek(t, 1) == '\\' ? 2 : 1;
        } else if (c == '\n' || (c == '\r' && toml_peek(t, 1) == '\n')) {
            if (!q->multi)
                return toml_fail(t, t->at, "string is not closed at the end of its line");
            toml_newline(t);
        } else if (is_control(c)) {
            return toml_fail(t, t->at, "control character in a string; escape it");
        } else {
            t->at++;
        }
    }
}

/* Digits of \u and \U at t->at, which stays when they are wrong. */
static int code_point(struct toml *t, unsigned digits, uint32_t *ret)
{
    uint32_t rune = 0;

    for (unsigned i = 0; i < digits; i++) {
        int c = toml_peek(t, i), lower = c | 0x20;
        if (c >= '0' && c <= '9')
            rune = rune << 4 | (uint32_t)(c - '0');
        else if (c >= 0 && lower >= 'a' && lower <= 'f')
            rune = rune << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return toml_fail(t, t->at - 2, "\\u wants 4 and \\U wants 8 hexadecimal digits");
    }
    if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
        return toml_fail(t, t->at - 2, "escape is no Unicode scalar value");
    t->at += digits;
    *ret = rune;
    return OK;
}

/* A backslash at the end of a line: nothing up to the next visible character. */
static int continuation(struct toml *t)
{
    size_t at = t->at;

    toml_blank(t);
    if (!toml_newline(t))
        return toml_fail(t, at, "unknown escape");
    do
        toml_blank(t);
    while (toml_newline(t));
    return OK;
}

/* At a backslash: decode one escape to *out, which moves on. */
static int escape(struct toml *t, const struct quoted *q, char **out)
{
    static const char names[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
    int c = toml_peek(t, 1);
    const char *hit = c > 0 ? strchr(names, c) : NULL;
    uint32_t rune = 0;

    if (q->multi && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
        t->at++;
        return continuation(t);
    }
    if (hit) {
        t->at += 2;
        *(*out)++ = bytes[hit - names];
        return OK;
    }
    if (c != 'u' && c != 'U')
        return toml_fail(t, t->at, "unknown escape; write \\\\ for a backslash");
    t->at += 2;
    int rc = code_point(t, c == 'u' ? 4 : 8, &rune);
    if (!rc)
        *out += rune_encode(rune, *out);
    return rc;
}

/* Decode q->begin .. q->end into the cooked pool. Escapes are never shorter than their meaning. */
static int decode(struct toml *t, const struct quoted *q, uint32_t *ret_off, uint32_t *ret_len)
{
    char *start = doc_build_cook(&t->b, q->end - q->begin, q->open), *out = start;
    size_t behind = t->at;
    int rc = OK;

    if (!start)
        return t->b.rc;
    for (t->at = q->begin; t->at < q->end && !rc;) {
        if (t->b.text.p[t->at] == '\\')
            rc = escape(t, q, &out);
        else
            *out++ = t->b.text.p[t->at++];
    }
    if (rc)
        return rc;
    t->at = behind;
    *ret_len = (uint32_t)(out - start);
    *ret_off = doc_build_cooked(&t->b, *ret_len);
    return OK;
}

static int quoted_text(struct toml *t, bool may_be_multi, uint32_t *ret_off, uint32_t *ret_len,
                       bool *ret_cooked)
{
    struct quoted q = {.open = t->at, .mark = (unsigned char)toml_peek(t, 0)};

    q.multi = may_be_multi && toml_peek(t, 1) == q.mark && toml_peek(t, 2) == q.mark;
    t->at += q.multi ? 3 : 1;
    if (q.multi)
        toml_newline(t);
    q.begin = t->at;
    int rc = find_end(t, &q);
    if (rc)
        return rc;
    *ret_cooked = q.escaped;
    if (q.escaped)
        return decode(t, &q, ret_off, ret_len);
    if (q.end - q.begin > t->b.lim->string_bytes)
        return doc_build_fail(&t->b, E_LIMIT, q.open,
                              "a string has more bytes than the limit of %zu",
                              t->b.lim->string_bytes);
    *ret_off = (uint32_t)q.begin;
    *ret_len = (uint32_t)(q.end - q.begin);
    return OK;
}

int toml_string(struct toml *t, uint32_t *ret_off, uint32_t *ret_len, bool *ret_cooked)
{
    return quoted_text(t, true, ret_off, ret_len, ret_cooked);
}

static bool is_bare(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

int toml_key(struct toml *t, struct toml_key *ret)
{
    struct toml_key key = {.at = (uint32_t)t->at, .off = (uint32_t)t->at};
    bool cooked = false;
    int rc = OK;

    if (toml_peek(t, 0) == '"' || toml_peek(t, 0) == '\'') {
        rc = quoted_text(t, false, &key.off, &key.len, &cooked);
    } else {
        while (is_bare(toml_peek(t, 0)))
            t->at++;
        key.len = (uint32_t)t->at - key.at;
        if (!key.len)
            rc = toml_fail(t, t->at, "expected a key");
    }
    if (rc)
        return rc;
    key.end = (uint32_t)t->at;
    key.flags = cooked ? NODE_KEY_COOKED : 0;
    *ret = key;
    return OK;
}
