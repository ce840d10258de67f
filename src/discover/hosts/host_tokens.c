/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what stands around an address in source code: by its tokens, of whatever size it is. */
#include "discover/hosts/hosts.h"
#include "match/tokens.h"

#define BACK     8u   /* tokens that are remembered */
#define BRACKETS 64u  /* open ones that are */
#define LINE     160u /* bytes of a line before a value */

struct seen {
    enum token_type type;
    char mark;
    bool first;
    size_t from, to;
};

struct reading {
    struct tokens tokens;
    struct str text;
    struct host_spot *spots;
    size_t n, next; /* spots before `next` are judged */
    struct seen back[BACK];
    size_t n_seen;
    struct {
        char mark;
        struct str callee;
    } open[BRACKETS];
    size_t depth;
    size_t told_from, told_to; /* spots of the last text, if that may be a docstring */
    bool data;                 /* JSON */
    bool statement;            /* it is one unless something follows on its line */
};

/* The k-th token before the next one. */
static struct seen back(const struct reading *r, size_t k)
{
    struct seen none = {.type = TOKEN_MARK};
    return k >= r->n_seen || k >= BACK ? none : r->back[(r->n_seen - 1 - k) % BACK];
}

static struct str text_of(const struct reading *r, struct seen s)
{
    if (s.type == TOKEN_TEXT && s.to > s.from + 1)
        return str_sub(r->text, s.from + 1, s.to - 1);
    return str_sub(r->text, s.from, s.to);
}

static bool is_mark(struct seen s, char c)
{
    return s.type == TOKEN_MARK && s.mark == c;
}

static bool is_name(struct seen s)
{
    return s.type != TOKEN_MARK;
}

/* f"", $"", @"": what belongs to a text that begins at `from`. */
static size_t skip_prefix(const struct reading *r, size_t from)
{
    size_t k = 0;
    while (k < 2 && back(r, k).to == from &&
           ((back(r, k).type == TOKEN_WORD && back(r, k).to - back(r, k).from <= 2) ||
            is_mark(back(r, k), '$') || is_mark(back(r, k), '@')))
        from = back(r, k++).from;
    return k;
}

/* The name in front of "=", ":" or "=>" at the k-th token. */
static struct str name_before(const struct reading *r, size_t k)
{
    if (is_mark(back(r, k), ':') || is_mark(back(r, k), '=')) /* a := b, a => b */
        k++;
    if (is_mark(back(r, k), ']')) /* environ["HOST"] = */
        k++;
    /* host: str = "x" */
    if (is_name(back(r, k)) && is_mark(back(r, k + 1), ':') && is_name(back(r, k + 2)) &&
        !is_mark(back(r, k - 1), ':'))
        k += 2;
    return is_name(back(r, k)) ? text_of(r, back(r, k)) : STR("");
}

static void look_before(const struct reading *r, size_t from, struct host_around *a)
{
    size_t k = skip_prefix(r, from);
    struct seen p = back(r, k), q = back(r, k + 1);
    size_t start = k ? back(r, k - 1).from : from, line = start;
    char open = r->depth && r->depth <= BRACKETS ? r->open[r->depth - 1].mark : '\0';
    struct str callee = open ? r->open[r->depth - 1].callee : STR("");

    while (line && r->text.p[line - 1] != '\n' && start - line < LINE)
        line--;
    a->before = str_sub(r->text, line, start);
    if (!str_trim(a->before).n)
        a->before = callee;
    if (is_mark(p, '=') && q.type == TOKEN_MARK && strchr("=!<>", q.mark) && q.mark)
        a->compare = true;
    else if (p.type == TOKEN_WORD &&
             (str_eq(text_of(r, p), STR("in")) || str_eq(text_of(r, p), STR("is")) ||
              str_eq(text_of(r, p), STR("case"))))
        a->compare = true;
    else if (is_mark(p, '=') || is_mark(p, ':') || (is_mark(p, '>') && is_mark(q, '=')))
        a->key = name_before(r, k + 1);
    else if (is_mark(p, '+') || (is_mark(p, '.') && r->tokens.style == &TOKENS_PHP))
        a->joined = true;
    else if (is_mark(p, ',') || is_mark(p, '[') || is_mark(p, '{')) {
        a->list = open != '(';
        a->key = open == '[' ? callee : STR("");
    }
}

/* The content of the text whose quotes stand in [from, to). */
static struct str content(struct str text, size_t from, size_t to)
{
    size_t open = from, n = 1;
    while (open < to && !strchr("\"'`", text.p[open]))
        open++;
    char quote = open < to ? text.p[open] : '\0';
    if (open + 2 < to && text.p[open + 1] == quote && text.p[open + 2] == quote)
        n = 3;
    size_t end = to > open + n ? to : open + n;
    while (end > open + n && to - end < n && end && text.p[end - 1] == quote)
        end--;
    return str_sub(text, open + n, end);
}

static void judge_text(struct reading *r, const struct token *t, size_t to)
{
    struct host_around a = {.value = content(r->text, (size_t)t->offset, to),
                            .key = STR(""),
                            .data = r->data,
                            .before = STR("")};
    size_t first = r->next;
    char last = r->text.p[to - 1];

    a.dead = to < r->text.n && !strchr("\"'`#]", last); /* the quote was an apostrophe */
    if (r->next < r->n && r->spots[r->next].from < to)
        look_before(r, (size_t)t->offset, &a);
    for (; r->next < r->n && r->spots[r->next].from < to; r->next++)
        r->spots[r->next].used = host_is_used(r->text, &r->spots[r->next], &a);
    r->told_from = first;
    r->told_to = r->next;
    struct seen p = back(r, skip_prefix(r, (size_t)t->offset));
    char prefix = back(r, 0).to == (size_t)t->offset ? r->text.p[back(r, 0).from] : '\0';
    bool begins = t->first || (back(r, 0).first && prefix && strchr("rRuU", prefix));
    r->statement = begins && !r->depth && r->tokens.style == &TOKENS_PYTHON &&
                   !(p.type == TOKEN_MARK && p.mark && strchr("=+\\,%(", p.mark));
}

static void end_statement(struct reading *r, bool alone)
{
    for (size_t i = r->told_from; r->statement && alone && i < r->told_to; i++)
        r->spots[i].used = false;
    r->statement = false;
}

static void take_mark(struct reading *r, char c)
{
    if (c == '(' || c == '[' || c == '{') {
        if (r->depth < BRACKETS) {
            struct seen p = back(r, 0);
            r->open[r->depth].mark = c;
            bool set = c != '(' && (is_mark(p, '=') || is_mark(p, ':'));
            r->open[r->depth].callee = set                    ? name_before(r, 1)
                                       : p.type == TOKEN_WORD ? text_of(r, p)
                                                              : STR("");
        }
        r->depth++;
    } else if ((c == ')' || c == ']' || c == '}') && r->depth) {
        r->depth--;
    }
}

/* In no text: of JSX, or in one that the reader does not know as such, as a here document. Code in
 * that has quotes of its own. */
static bool is_quoted(struct str text, const struct host_spot *s)
{
    size_t line = s->from;
    while (line && text.p[line - 1] != '\n')
        line--;
    struct host_around a = {
        .value = str_sub(text, line, s->end), .key = STR(""), .before = STR("")};
    bool quoted = s->from && (text.p[s->from - 1] == '"' || text.p[s->from - 1] == '\'');
    return s->scheme && quoted && host_is_used(text, s, &a);
}

static int on_token(void *ctx, const struct token *t)
{
    struct reading *r = ctx;
    size_t from = (size_t)t->offset, to = (size_t)r->tokens.offset;

    end_statement(r, t->first);
    while (r->next < r->n && r->spots[r->next].from < from)
        r->next++; /* in a remark */
    if (t->type == TOKEN_TEXT)
        judge_text(r, t, to);
    for (; r->next < r->n && r->spots[r->next].from < to; r->next++)
        r->spots[r->next].used = is_quoted(r->text, &r->spots[r->next]);
    char mark = t->type == TOKEN_MARK ? t->text.p[0] : '\0';
    take_mark(r, mark);
    r->back[r->n_seen++ % BACK] = (struct seen){t->type, mark, t->first, from, to};
    return r->next >= r->n && !r->statement;
}

void host_judge_tokens(struct str path, struct str text, struct host_spot *spots, size_t n)
{
    struct reading r = {.text = text,
                        .spots = spots,
                        .n = n,
                        .data = str_ends(path, STR(".json")) || str_ends(path, STR(".jsonc"))};

    tokens_begin(&r.tokens, host_style(path), on_token, &r);
    if (!tokens_feed(&r.tokens, text) && !tokens_end(&r.tokens))
        end_statement(&r, true);
}
