/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where each token of a control's query begins and ends. */
#include "assess/sql_token.h"

#define MAX_TOKENS 20000

struct scan {
    struct str sql;
    size_t at;
    unsigned line, depth;
    struct sql_tokens out;
    size_t alloc;
    struct arena *arena;
    uint32_t open[64]; /* indexes of the open parentheses */
    struct diag *d;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int complain(struct scan *s, const char *what)
{
    diag_set(s->d, E_PARSE, "%s", what);
    diag_at(s->d, NULL, s->line, 0);
    return E_PARSE;
}

/* Spaces and comments. */
static int skip_blank(struct scan *s)
{
    while (s->at < s->sql.n) {
        const char *p = s->sql.p + s->at;
        bool pair = s->at + 1 < s->sql.n;
        if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n') {
            s->line += *p == '\n';
            s->at++;
        } else if (pair && p[0] == '-' && p[1] == '-') {
            s->at = MIN(str_chr(s->sql, '\n', s->at), s->sql.n);
        } else if (pair && p[0] == '/' && p[1] == '*') {
            size_t end = str_find(s->sql, STR("*/"), s->at + 2);
            if (end == SIZE_MAX)
                return complain(s, "the comment is not closed");
            for (; s->at < end; s->at++)
                s->line += s->sql.p[s->at] == '\n';
            s->at = end + 2;
        } else {
            break;
        }
    }
    return OK;
}

/* The end of a text whose opening quote stands at s->at; SIZE_MAX when it is not closed. */
static size_t quoted_end(const struct scan *s)
{
    char quote = s->sql.p[s->at];
    size_t i = s->at + 1;
    for (;;) {
        i = str_chr(s->sql, quote, i);
        if (i == SIZE_MAX)
            return SIZE_MAX;
        if (i + 1 >= s->sql.n || s->sql.p[i + 1] != quote)
            return i + 1;
        i += 2;
    }
}

static size_t op_length(struct str rest)
{
    static const char *const ops[] = {"->>", "<>", "<=", ">=", "!=", "||", "::", "->", "=="};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (str_starts(rest, str_z(ops[i])))
            return str_z(ops[i]).n;
    return 1;
}

static size_t word_end(const struct scan *s, size_t i)
{
    while (i < s->sql.n && is_word(s->sql.p[i]))
        i++;
    return i;
}

static size_t number_end(const struct scan *s)
{
    size_t i = s->at;
    while (i < s->sql.n && (is_digit(s->sql.p[i]) || s->sql.p[i] == '.'))
        i++;
    return i;
}

/* Type, text and end of the token at s->at. */
static int measure(struct scan *s, struct sql_token *t)
{
    char c = s->sql.p[s->at];
    char next = s->at + 1 < s->sql.n ? s->sql.p[s->at + 1] : 0;
    size_t skip = 0;
    if (c == '\'' || c == '"') {
        t->type = c == '"' ? SQL_QUOTED : SQL_STRING;
        t->end = quoted_end(s);
        if (t->end == SIZE_MAX)
            return complain(s, "the quote is not closed");
        t->text = str_sub(s->sql, s->at + 1, t->end - 1);
        return OK;
    }
    if (is_digit(c)) {
        t->type = SQL_NUMBER;
        t->end = number_end(s);
    } else if (is_word(c)) {
        t->type = SQL_WORD;
        t->end = word_end(s, s->at);
    } else if (c == ':' && is_word(next)) {
        t->type = SQL_PARAM;
        skip = 1;
        t->end = word_end(s, s->at + 1);
    } else if (strchr("()<>=!|:-+*/%,.;`[]?", c) && c) {
        t->type = SQL_OP;
        t->end = s->at + op_length(str_sub(s->sql, s->at, s->sql.n));
    } else {
        return complain(s, "this byte does not belong to the SQL that controls may use");
    }
    t->text = str_sub(s->sql, s->at + skip, t->end);
    return OK;
}

static int pair_up(struct scan *s, struct sql_token *t)
{
    if (sql_is_op(t, "(")) {
        if (s->depth == ARRAY_LEN(s->open))
            return complain(s, "parentheses are nested more than 64 deep");
        s->open[s->depth++] = (uint32_t)s->out.n;
    } else if (sql_is_op(t, ")")) {
        if (!s->depth)
            return complain(s, "')' without '('");
        t->depth = --s->depth;
        t->pair = s->open[s->depth];
        s->out.v[t->pair].pair = (uint32_t)s->out.n;
    }
    return OK;
}

/* Room for one more token, and the end after it. */
static int make_room(struct scan *s)
{
    size_t alloc = s->alloc ? s->alloc * 2 : s->sql.n / 4 + 16;
    if (s->out.n >= MAX_TOKENS)
        return complain(s, "the query has more than 20000 tokens");
    if (s->out.n + 2 <= s->alloc)
        return OK;
    struct sql_token *v = arena_new_n(s->arena, struct sql_token, alloc);
    if (!v)
        return diag_set(s->d, arena_error(s->arena), "memory ran out");
    if (s->out.n)
        memcpy(v, s->out.v, s->out.n * sizeof(*v));
    s->out.v = v;
    s->alloc = alloc;
    return OK;
}

static int scan_all(struct scan *s)
{
    for (;;) {
        int rc = skip_blank(s);
        if (!rc)
            rc = make_room(s);
        if (rc)
            return rc;
        struct sql_token t = {.off = s->at, .end = s->at, .line = s->line, .depth = s->depth};
        if (s->at >= s->sql.n) {
            s->out.v[s->out.n] = t;
            return s->depth ? complain(s, "'(' without ')'") : OK;
        }
        rc = measure(s, &t);
        if (!rc)
            rc = pair_up(s, &t);
        if (rc)
            return rc;
        for (; s->at < t.end; s->at++)
            s->line += s->sql.p[s->at] == '\n';
        s->out.v[s->out.n++] = t;
    }
}

int sql_tokenize(struct str sql, struct arena *a, struct sql_tokens *ret, struct diag *d)
{
    struct scan s = {.sql = sql, .line = 1, .arena = a, .d = d};
    int rc = scan_all(&s);
    if (!rc)
        *ret = s.out;
    return rc;
}

bool sql_is(const struct sql_token *t, const char *word)
{
    return t->type == SQL_WORD && str_eq_nocase(t->text, str_z(word));
}

bool sql_is_op(const struct sql_token *t, const char *op)
{
    return t->type == SQL_OP && str_eq_z(t->text, op);
}
