/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where words, texts and comments begin and end in source that no grammar reads. */
#include "match/tokens.h"

enum { IDLE, WORD, TEXT, SKIP, REGEX, RAW };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}

static bool is_word_byte(const struct tokens *t, char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80 || (c == '$' && t->style->dollar_words);
}

static bool begins(struct str s, const char *word)
{
    for (size_t i = 0; word[i]; i++)
        if (i >= s.n || s.p[i] != word[i])
            return false;
    return true;
}

static void step_over(struct tokens *t, struct str s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s.p[i] == '\n') {
            t->line++;
            t->column = 1;
            t->line_begun = false;
        } else if (((unsigned char)s.p[i] & 0xc0) != 0x80) {
            t->column++;
        }
    }
    t->offset += n;
    t->before = s.p[n - 1];
}

/* --- tokens -------------------------------------------------------------------------------- */

static void begin_token(struct tokens *t, enum token_type type)
{
    t->token = (struct token){.type = type,
                              .first = !t->line_begun,
                              .text = {t->text, 0},
                              .offset = t->offset,
                              .line = t->line,
                              .column = t->column};
    t->line_begun = true;
}

static void keep(struct tokens *t, struct str s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (t->token.text.n < TOKEN_BYTES)
            t->text[t->token.text.n++] = s.p[i];
        else
            t->token.cut = true;
    }
    step_over(t, s, n);
}

/* Words after which an expression begins. */
static bool opens_value(struct str word)
{
    static const char *const words[] = {"return", "typeof", "case", "in",    "of",
                                        "delete", "void",   "do",   "throw", "else",
                                        "new",    "yield",  "await"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_z(word, words[i]))
            return true;
    return false;
}

static void end_token(struct tokens *t)
{
    struct str text = t->token.text;
    t->state = IDLE;
    t->line_begun = true; /* of the line on which a long text ends */
    t->value = t->token.type == TOKEN_TEXT || (t->token.type == TOKEN_WORD && !opens_value(text)) ||
               (t->token.type == TOKEN_MARK && (text.p[0] == ')' || text.p[0] == ']'));
    t->stop = t->fn(t->ctx, &t->token);
}

/* --- one step: bytes of s that were taken, at least one unless the state changed ------------ */

static const struct token_quote *find_quote(const struct token_quote *list, struct str s)
{
    for (size_t i = 0; i < TOKEN_QUOTES && list[i].open; i++)
        if (begins(s, list[i].open))
            return &list[i];
    return NULL;
}

/* Bytes of r#"; 0: no raw text begins here. */
static size_t raw_opening(struct str s)
{
    size_t n = 1;
    if (s.p[0] != 'r')
        return 0;
    while (n < s.n && n < TOKEN_LOOK - 1 && s.p[n] == '#')
        n++;
    return n < s.n && s.p[n] == '"' ? n + 1 : 0;
}

static bool is_lifetime(const struct tokens *t, struct str s)
{
    return t->style->lifetimes && s.p[0] == '\'' && s.n > 2 && s.p[1] != '\\' && s.p[2] != '\'' &&
           (unsigned char)s.p[1] < 0x80;
}

static size_t open_text(struct tokens *t, struct str s, int state, size_t n)
{
    begin_token(t, TOKEN_TEXT);
    t->state = state;
    t->level = 0;
    step_over(t, s, n);
    return n;
}

static size_t open_skip(struct tokens *t, struct str s, const struct token_quote *q)
{
    t->quote = q;
    t->depth = 1;
    t->state = SKIP;
    step_over(t, s, strlen(q->open));
    return strlen(q->open);
}

static size_t mark(struct tokens *t, struct str s)
{
    begin_token(t, TOKEN_MARK);
    keep(t, s, 1);
    end_token(t);
    return 1;
}

static size_t step_idle(struct tokens *t, struct str s)
{
    const struct token_style *style = t->style;
    const struct token_quote *q = find_quote(style->skips, s);
    if (is_blank(s.p[0])) {
        step_over(t, s, 1);
        return 1;
    }
    if (q && (!style->blank_before || is_blank(t->before)))
        return open_skip(t, s, q);
    size_t raw = style->raw_hashes ? raw_opening(s) : 0;
    if (raw) {
        t->hashes = (unsigned)raw - 2;
        return open_text(t, s, RAW, raw);
    }
    q = is_lifetime(t, s) ? NULL : find_quote(style->texts, s);
    if (q) {
        t->quote = q;
        return open_text(t, s, TEXT, strlen(q->open));
    }
    if (style->regex && s.p[0] == '/' && !t->value) {
        t->in_class = false;
        t->line_begun = true;
        t->state = REGEX;
        step_over(t, s, 1);
        return 1;
    }
    if (!is_word_byte(t, s.p[0]))
        return mark(t, s);
    begin_token(t, TOKEN_WORD);
    t->state = WORD;
    return 0;
}

static size_t step_word(struct tokens *t, struct str s)
{
    size_t n = 0;
    while (n < s.n && is_word_byte(t, s.p[n]))
        n++;
    if (n)
        keep(t, s, n);
    if (n < s.n)
        end_token(t);
    return n;
}

/* Texts and the code in their holes take turns: t->level is even in a text. 0: nothing special. */
static size_t step_hole(struct tokens *t, struct str s)
{
    const struct token_quote *q = t->quote;
    unsigned level = t->level;

    if (level % 2 == 0) {
        if (begins(s, q->hole) && level < TOKEN_HOLES) {
            t->braces[t->level++ / 2] = 1;
            return strlen(q->hole);
        }
        t->level -= level && begins(s, q->close);
        return t->level < level ? 1 : 0;
    }
    if (begins(s, q->close) && level < TOKEN_HOLES) {
        t->level++;
    } else if (s.p[0] == '{') {
        t->braces[level / 2]++;
    } else if (s.p[0] == '}' && --t->braces[level / 2] == 0) {
        t->level--;
    }
    return 1;
}

static size_t step_text(struct tokens *t, struct str s)
{
    const struct token_quote *q = t->quote;
    size_t close = strlen(q->close);
    if (s.p[0] == '\\' && q->escapes && s.n > 1) {
        keep(t, s, 2);
        return 2;
    }
    size_t n = q->hole ? step_hole(t, s) : 0;
    if (n) {
        keep(t, s, n);
        return n;
    }
    if (s.p[0] == '\n' && !q->lines) {
        end_token(t); /* somebody forgot the quote */
        return 0;
    }
    if (!begins(s, q->close)) {
        keep(t, s, 1);
        return 1;
    }
    if (q->doubles && begins(str_sub(s, close, s.n), q->close)) {
        keep(t, s, 2 * close);
        return 2 * close;
    }
    step_over(t, s, close);
    end_token(t);
    return close;
}

static size_t step_raw(struct tokens *t, struct str s)
{
    size_t n = 1;
    while (s.p[0] == '"' && n < s.n && n <= t->hashes && s.p[n] == '#')
        n++;
    if (s.p[0] == '"' && n == t->hashes + 1) {
        step_over(t, s, n);
        end_token(t);
        return n;
    }
    keep(t, s, 1);
    return 1;
}

static size_t step_skip(struct tokens *t, struct str s)
{
    const struct token_quote *q = t->quote;
    size_t n = 1;
    if (begins(s, q->close)) {
        n = strlen(q->close);
        t->state = --t->depth ? SKIP : IDLE;
    } else if (t->style->nests && q->close[0] != '\n' && begins(s, q->open)) {
        n = strlen(q->open);
        t->depth++;
    }
    step_over(t, s, n);
    return n;
}

static size_t step_regex(struct tokens *t, struct str s)
{
    size_t n = s.p[0] == '\\' && s.n > 1 && s.p[1] != '\n' ? 2 : 1;
    bool ends = s.p[0] == '\n' || (s.p[0] == '/' && !t->in_class);
    t->in_class = s.p[0] == '[' || (t->in_class && s.p[0] != ']');
    t->value = true;
    if (ends)
        t->state = IDLE;
    if (s.p[0] == '\n')
        return 0;
    step_over(t, s, n);
    return n;
}

static size_t step(struct tokens *t, struct str s)
{
    switch (t->state) {
    case WORD: return step_word(t, s);
    case TEXT: return step_text(t, s);
    case SKIP: return step_skip(t, s);
    case REGEX: return step_regex(t, s);
    case RAW: return step_raw(t, s);
    default: return step_idle(t, s);
    }
}

/* --- windows ------------------------------------------------------------------------------- */

void tokens_begin(struct tokens *t, const struct token_style *style, token_fn fn, void *ctx)
{
    *t = (struct tokens){
        .style = style, .fn = fn, .ctx = ctx, .line = 1, .column = 1, .before = '\n'};
    if (style->outside) {
        t->state = SKIP;
        t->quote = &style->skips[0];
        t->depth = 1;
    }
}

/* The bytes that waited for what follows them. */
static struct str take_carry(struct tokens *t, struct str window)
{
    while (t->n_carry && !t->stop) {
        size_t more = MIN(window.n, sizeof(t->carry) - t->n_carry);
        if (more)
            memcpy(t->carry + t->n_carry, window.p, more);
        if (t->n_carry + more < TOKEN_LOOK) {
            t->n_carry += more;
            return str_sub(window, more, window.n);
        }
        size_t used = step(t, str_n(t->carry, t->n_carry + more));
        if (used >= t->n_carry)
            window = str_sub(window, used - t->n_carry, window.n);
        size_t left = t->n_carry > used ? t->n_carry - used : 0;
        memmove(t->carry, t->carry + used, left);
        t->n_carry = left;
    }
    return window;
}

int tokens_feed(struct tokens *t, struct str window)
{
    window = take_carry(t, window);
    while (window.n >= TOKEN_LOOK && !t->stop) {
        size_t used = step(t, window);
        window = str_sub(window, used, window.n);
    }
    if (!t->stop && window.n) {
        memcpy(t->carry, window.p, window.n);
        t->n_carry = window.n;
    }
    return t->stop;
}

int tokens_end(struct tokens *t)
{
    struct str rest = str_n(t->carry, t->n_carry);
    while (rest.n && !t->stop)
        rest = str_sub(rest, step(t, rest), rest.n);
    if (!t->stop && (t->state == WORD || t->state == TEXT || t->state == RAW))
        end_token(t);
    return t->stop;
}

/* --- styles -------------------------------------------------------------------------------- */

/* clang-format off */
#define LINE(open)         {open, "\n"}
#define BLOCK(open, close) {open, close}
#define TEXT_ESCAPED(q)    {q, q, .escapes = true}

const struct token_style TOKENS_SHELL = {
    .skips = {LINE("#")},
    .texts = {{"'", "'", .lines = true}, {"\"", "\"", .escapes = true, .lines = true}},
    .blank_before = true,
};
const struct token_style TOKENS_C_SHARP = {
    .skips = {LINE("//"), BLOCK("/*", "*/")},
    .texts = {{"\"\"\"", "\"\"\"", .lines = true}, {"@\"", "\"", .doubles = true, .lines = true},
              TEXT_ESCAPED("\""), TEXT_ESCAPED("'")},
};
const struct token_style TOKENS_GO = {
    .skips = {LINE("//"), BLOCK("/*", "*/")},
    .texts = {{"`", "`", .lines = true}, TEXT_ESCAPED("\""), TEXT_ESCAPED("'")},
};
const struct token_style TOKENS_HCL = {
    .skips = {LINE("#"), LINE("//"), BLOCK("/*", "*/")},
    .texts = {TEXT_ESCAPED("\"")},
};
const struct token_style TOKENS_JAVA = {
    .skips = {LINE("//"), BLOCK("/*", "*/")},
    .texts = {{"\"\"\"", "\"\"\"", .lines = true}, TEXT_ESCAPED("\""), TEXT_ESCAPED("'")},
};
const struct token_style TOKENS_JAVASCRIPT = {
    .skips = {LINE("//"), BLOCK("/*", "*/")},
    .texts = {{"`", "`", .escapes = true, .lines = true, .hole = "${"}, TEXT_ESCAPED("\""),
              TEXT_ESCAPED("'")},
    .regex = true,
    .dollar_words = true,
};
const struct token_style TOKENS_LUA = {
    .skips = {BLOCK("--[[", "]]"), LINE("--")},
    .texts = {{"[[", "]]", .lines = true}, TEXT_ESCAPED("\""), TEXT_ESCAPED("'")},
};
const struct token_style TOKENS_PHP = {
    .skips = {BLOCK("?>", "<?"), LINE("//"), LINE("# "), BLOCK("/*", "*/")},
    .texts = {{"\"", "\"", .escapes = true, .lines = true},
              {"'", "'", .escapes = true, .lines = true}},
    .outside = true,
    .dollar_words = true,
};
const struct token_style TOKENS_PYTHON = {
    .skips = {LINE("#")},
    .texts = {{"\"\"\"", "\"\"\"", .escapes = true, .lines = true},
              {"'''", "'''", .escapes = true, .lines = true},
              TEXT_ESCAPED("\""), TEXT_ESCAPED("'")},
};
const struct token_style TOKENS_RUBY = {
    .skips = {LINE("#"), BLOCK("=begin\n", "\n=end")},
    .texts = {{"\"", "\"", .escapes = true, .lines = true, .hole = "#{"},
              {"'", "'", .escapes = true, .lines = true}},
    .blank_before = true,
};
const struct token_style TOKENS_RUST = {
    .skips = {LINE("//"), BLOCK("/*", "*/")},
    .texts = {{"\"", "\"", .escapes = true, .lines = true}, TEXT_ESCAPED("'")},
    .lifetimes = true,
    .raw_hashes = true,
    .nests = true,
};
/* clang-format on */
