/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which SQL texts of others may reach an engine that has no authorizer of its own. */
#include "store/db_engine.h"

enum token_type { T_END, T_WORD, T_QUOTED, T_STRING, T_NUMBER, T_PARAM, T_PUNCT, T_BAD };

struct token {
    enum token_type type;
    struct str text;
};

struct lexer {
    struct str sql;
    size_t pos;
};

static int at(const struct lexer *l, size_t i)
{
    return i < l->sql.n ? (unsigned char)l->sql.p[i] : -1;
}

static bool is_word_start(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* PostgreSQL nests these comments; an open one runs to the end. */
static void skip_comment(struct lexer *l)
{
    int depth = 0;

    do {
        if (at(l, l->pos) == '/' && at(l, l->pos + 1) == '*') {
            depth++;
            l->pos += 2;
        } else if (at(l, l->pos) == '*' && at(l, l->pos + 1) == '/') {
            depth--;
            l->pos += 2;
        } else {
            l->pos++;
        }
    } while (depth && l->pos < l->sql.n);
}

static void skip_space(struct lexer *l)
{
    for (;;) {
        int c = at(l, l->pos);

        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            l->pos++;
        } else if (c == '-' && at(l, l->pos + 1) == '-') {
            while (at(l, l->pos) >= 0 && at(l, l->pos) != '\n' && at(l, l->pos) != '\r')
                l->pos++;
        } else if (c == '/' && at(l, l->pos + 1) == '*') {
            skip_comment(l);
        } else {
            return;
        }
    }
}

static bool take_quoted(struct lexer *l, int quote)
{
    for (l->pos++; at(l, l->pos) >= 0; l->pos++) {
        if (at(l, l->pos) != quote)
            continue;
        l->pos++;
        if (at(l, l->pos) != quote)
            return true;
    }
    return false;
}

static struct token next_token(struct lexer *l)
{
    struct token t = {T_PUNCT, STR_NULL};
    size_t start;
    int c;

    skip_space(l);
    start = l->pos;
    c = at(l, start);
    if (c < 0) {
        t.type = T_END;
    } else if (c == '\'' || c == '"') {
        t.type = !take_quoted(l, c) ? T_BAD : c == '"' ? T_QUOTED : T_STRING;
    } else if (is_word_start(c)) {
        t.type = T_WORD;
        while (is_word_start(at(l, l->pos)) || is_digit(at(l, l->pos)))
            l->pos++;
    } else if (is_digit(c) || (c == '?' && is_digit(at(l, start + 1)))) {
        t.type = c == '?' ? T_PARAM : T_NUMBER;
        for (l->pos++; is_digit(at(l, l->pos)); l->pos++)
            continue;
    } else {
        l->pos++;
    }
    t.text = str_sub(l->sql, start, l->pos);
    return t;
}

void sql_to_dollar(struct str sql, struct buf *out)
{
    struct lexer l = {sql, 0};

    for (;;) {
        size_t gap = l.pos;
        struct token t = next_token(&l);

        buf_add(out, str_sub(sql, gap, l.pos - t.text.n));
        if (t.type == T_END)
            return;
        if (t.type == T_PARAM) {
            buf_addc(out, '$');
            buf_add(out, str_sub(t.text, 1, t.text.n));
        } else {
            buf_add(out, t.text);
        }
    }
}

/* ---- the check ---- */

/* Words that may stand before '(': portable functions, and keywords. */
static const char *const BEFORE_PAREN[] = {
    "abs",    "all",       "and",          "any",        "as",          "avg",        "between",
    "by",     "case",      "cast",         "coalesce",   "count",       "dense_rank", "distinct",
    "else",   "except",    "exists",       "filter",     "first_value", "from",       "having",
    "in",     "intersect", "is",           "join",       "lag",         "last_value", "lead",
    "length", "like",      "limit",        "lower",      "ltrim",       "max",        "min",
    "not",    "ntile",     "nullif",       "offset",     "on",          "or",         "over",
    "rank",   "replace",   "round",        "row_number", "rtrim",       "select",     "substr",
    "sum",    "then",      "trim",         "union",      "upper",       "using",      "values",
    "when",   "where",     "materialized",
};
/* Words that have no place in a portable query, or that reach past the views. */
static const char *const REFUSED[] = {
    "into",   "table",  "lateral", "only", "window", "for", "information_schema",
    "insert", "update", "delete"};
/* Words that end the list of tables after FROM. */
static const char *const ENDS_FROM[] = {"where", "group",  "having", "order",     "limit",
                                        "union", "offset", "except", "intersect", "select"};

#define DEPTH 64

struct level {
    bool in_from;
    bool expect; /* a table comes next */
};

struct check {
    const struct map *views;
    struct map with; /* names of common table expressions that can be used so far */
    struct level levels[DEPTH];
    int depth;
    enum { WITH_NONE, WITH_NAME, WITH_HEAD, WITH_COLUMNS, WITH_BODY } state;
    bool recursive;
    struct str name; /* of the expression being defined */
};

static bool is_word(struct str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(s, str_z(list[i])))
            return true;
    }
    return false;
}

static bool word_is(struct token t, struct str word)
{
    return t.type == T_WORD && str_eq_nocase(t.text, word);
}

static int refuse(struct diag *d, const char *why, struct str what)
{
    diag_set(d, E_DENIED, "only SELECT on the typed views is allowed here: %s '" STR_FMT "'", why,
             STR_ARG(str_sub(what, 0, 60)));
    diag_hint(d, "use the views such as mcp_servers, packages, findings");
    return E_DENIED;
}

static int define(struct check *c)
{
    bool is_new;

    return map_put(&c->with, c->name, &is_new) ? 0 : E_NOMEM;
}

/* Names fold to lower case in the engine; views and expressions are lower case or refused. */
static bool table_known(const struct check *c, struct str name)
{
    if (map_get(&c->with, name))
        return true;
    return c->views ? map_get(c->views, name) != NULL : true;
}

static int check_word(struct check *c, struct token t, struct token next, struct diag *d)
{
    struct level *now = &c->levels[c->depth];

    if (is_word(t.text, REFUSED, ARRAY_LEN(REFUSED)) ||
        str_eq_nocase(str_sub(t.text, 0, 3), STR("pg_")))
        return refuse(d, "the word", t.text);
    if (next.type == T_STRING && t.text.n <= 2 && next.text.p == t.text.p + t.text.n)
        return refuse(d, "a literal with prefix", t.text);
    if (word_is(t, STR("from")) || word_is(t, STR("join"))) {
        now->in_from = now->expect = true;
        return 0;
    }
    if (is_word(t.text, ENDS_FROM, ARRAY_LEN(ENDS_FROM)))
        now->in_from = now->expect = false;
    if (str_eq(next.text, STR("(")) && !is_word(t.text, BEFORE_PAREN, ARRAY_LEN(BEFORE_PAREN)))
        return refuse(d, "the function", t.text);
    if (now->expect && !table_known(c, t.text))
        return refuse(d, "the table", t.text);
    now->expect = false;
    return 0;
}

/* WITH [RECURSIVE] name [(columns)] AS [MATERIALIZED] ( body ) [, name ...]: true when taken. */
static int check_with(struct check *c, struct token t, bool *ret_taken)
{
    *ret_taken = true;
    if (c->state == WITH_NAME && word_is(t, STR("recursive")) && !c->name.n) {
        c->recursive = true;
        return 0;
    }
    if (c->state == WITH_NAME && (t.type == T_WORD || t.type == T_QUOTED)) {
        c->name = t.type == T_QUOTED ? str_sub(t.text, 1, t.text.n - 1) : t.text;
        c->state = WITH_HEAD;
        return c->recursive ? define(c) : 0;
    }
    if (c->state == WITH_HEAD && str_eq(t.text, STR("("))) {
        c->state = WITH_COLUMNS;
        return 0;
    }
    if (c->state == WITH_COLUMNS) {
        c->state = str_eq(t.text, STR(")")) ? WITH_HEAD : WITH_COLUMNS;
        return 0;
    }
    *ret_taken = c->state == WITH_HEAD && t.type == T_WORD && !word_is(t, STR("as"));
    if (c->state == WITH_HEAD && word_is(t, STR("as")))
        c->state = WITH_BODY;
    return 0;
}

static int check_punct(struct check *c, struct token t, struct token next, struct diag *d)
{
    struct level *now = &c->levels[c->depth];
    char p = t.text.p[0];

    if (p == ';' && next.type != T_END)
        return refuse(d, "more than one statement:", next.text);
    if (p == '$' || p == '`' || p == '\\')
        return refuse(d, "the character", t.text);
    if (p == ',')
        now->expect = now->in_from;
    if (p == '(') {
        bool table = now->expect;

        now->expect = false;
        if (++c->depth == DEPTH)
            return diag_set(d, E_LIMIT, "the query is nested too deeply");
        c->levels[c->depth] = (struct level){table, table};
    }
    if (p == ')' && c->depth-- == 0)
        return refuse(d, "an unbalanced", t.text);
    if (p == ')' && c->depth == 0 && c->state == WITH_BODY) {
        c->state = str_eq(next.text, STR(",")) ? WITH_NAME : WITH_NONE;
        c->levels[0].expect = false;
        if (!c->recursive && define(c))
            return diag_set(d, E_NOMEM, "no memory to check a query");
    }
    return 0;
}

static int check_token(struct check *c, struct token t, struct token next, struct diag *d)
{
    struct level *now = &c->levels[c->depth];

    if (t.type == T_BAD)
        return diag_set(d, E_USAGE, "SQL: a quoted text has no end");
    if (t.type == T_WORD)
        return check_word(c, t, next, d);
    if (t.type == T_PUNCT)
        return check_punct(c, t, next, d);
    if (t.type != T_QUOTED)
        return 0;
    if (str_eq(next.text, STR("(")))
        return refuse(d, "the function", t.text);
    if (now->expect && !table_known(c, str_sub(t.text, 1, t.text.n - 1)))
        return refuse(d, "the table", t.text);
    now->expect = false;
    return 0;
}

static int check_all(struct check *c, struct lexer *l, struct diag *d)
{
    struct token t = next_token(l);
    int rc = 0;

    if (!word_is(t, STR("select")) && !word_is(t, STR("with")))
        return refuse(d, "it starts with", t.text);
    if (word_is(t, STR("with"))) {
        c->state = WITH_NAME;
        t = next_token(l);
    }
    for (; t.type != T_END && !rc;) {
        struct token next = next_token(l);
        bool taken = false;

        if (word_is(t, STR("with")))
            return refuse(d, "a nested", t.text);
        if (c->depth == 0 && c->state != WITH_NONE && !str_eq(t.text, STR(",")))
            rc = check_with(c, t, &taken);
        if (rc)
            return diag_set(d, rc, "no memory to check a query");
        if (!taken)
            rc = check_token(c, t, next, d);
        t = next;
    }
    return rc;
}

int sql_check(struct str sql, const struct map *views, struct diag *d)
{
    struct check c = {.views = views, .with = MAP_INIT};
    struct lexer l = {sql, 0};
    int rc = check_all(&c, &l, d);

    map_done(&c.with);
    return rc;
}
