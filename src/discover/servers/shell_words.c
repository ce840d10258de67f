/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where the words and operators of a command line begin and end. */
#include <string.h>

#include "discover/servers/shell_words.h"

struct splitter {
    struct str in;
    size_t i;
    enum shell_style style;
    uint32_t from;
    struct arena *a;
    struct shell_words *out;
    char *word; /* room for every byte that is left */
    size_t n;
    bool open, skip; /* a word has begun; the next one names a file */
};

int shell_push(struct shell_words *words, struct shell_word w, struct arena *a)
{
    if (words->n == words->alloc) {
        size_t alloc = words->alloc ? words->alloc * 2 : 8;
        struct shell_word *v = arena_new_n(a, struct shell_word, alloc);
        if (!v)
            return arena_error(a);
        if (words->n)
            memcpy(v, words->v, words->n * sizeof(*v));
        words->v = v;
        words->alloc = alloc;
    }
    words->v[words->n++] = w;
    return 0;
}

bool shell_assignment(struct str word, struct str *ret_name, struct str *ret_value)
{
    size_t eq = str_chr(word, '=', 0);
    if (eq == SIZE_MAX || eq == 0 || (word.p[0] >= '0' && word.p[0] <= '9'))
        return false;
    for (size_t i = 0; i < eq; i++) {
        char c = word.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    *ret_name = str_sub(word, 0, eq);
    *ret_value = str_sub(word, eq + 1, word.n);
    return true;
}

static int end_word(struct splitter *s)
{
    bool keep = s->open && !s->skip;
    if (s->open)
        s->skip = false;
    s->open = false;
    struct shell_word w = {.text = str_n(s->word, s->n), .from = s->from};
    if (!keep)
        return 0;
    s->word += s->n;
    s->n = 0;
    return shell_push(s->out, w, s->a);
}

static void add(struct splitter *s, char c)
{
    if (!s->open)
        s->n = 0;
    s->open = true;
    s->word[s->n++] = c;
}

static void open_word(struct splitter *s)
{
    if (!s->open)
        s->n = 0;
    s->open = true;
}

/* After the opening quote; up to the closing one. */
static void quoted(struct splitter *s, char quote)
{
    open_word(s);
    for (; s->i < s->in.n && s->in.p[s->i] != quote; s->i++) {
        char c = s->in.p[s->i], next = s->i + 1 < s->in.n ? s->in.p[s->i + 1] : '\0';
        if (quote == '"' && c == '$' && next == '(')
            s->out->expands = true;
        if (quote == '"' && c == '\\' && s->style == SHELL_POSIX && next &&
            strchr("$`\"\\\n", next))
            s->i++;
        add(s, s->in.p[s->i]);
    }
    if (s->i < s->in.n)
        s->i++;
}

static int operator(struct splitter *s, char c)
{
    static const char *const ops[] = {";", "&", "|", "(", ")", "&&", "||"};
    char next = s->i < s->in.n ? s->in.p[s->i] : '\0';
    int rc = end_word(s);
    if (rc)
        return rc;
    if (c == '\n')
        c = ';';
    bool twice = (c == '&' || c == '|') && next == c;
    if (twice)
        s->i++;
    for (size_t k = 0; k < ARRAY_LEN(ops); k++) {
        if (ops[k][0] == c && (ops[k][1] != '\0') == twice) {
            struct shell_word w = {.text = str_z(ops[k]), .from = s->from, .op = true};
            return shell_push(s->out, w, s->a);
        }
    }
    return 0;
}

/* `>`, `>>`, `2>&1`, `<file`: the operator and its file belong to the shell. */
static int redirect(struct splitter *s)
{
    bool number = s->open && s->n == 1 && s->word[0] >= '0' && s->word[0] <= '9';
    int rc = 0;
    if (number)
        s->open = false;
    else
        rc = end_word(s);
    while (s->i < s->in.n && s->in.p[s->i] && strchr("<>&-", s->in.p[s->i]))
        s->i++;
    s->skip = true;
    return rc;
}

static int step(struct splitter *s)
{
    char c = s->in.p[s->i++];
    char next = s->i < s->in.n ? s->in.p[s->i] : '\0';
    bool posix = s->style == SHELL_POSIX;
    if (c == ' ' || c == '\t' || c == '\r')
        return end_word(s);
    if (c == '"' || (c == '\'' && posix)) {
        quoted(s, c);
        return 0;
    }
    if (c == '\\' && posix) {
        if (next && next != '\n')
            add(s, next);
        s->i += next != '\0';
        return 0;
    }
    if (c == '#' && posix && !s->open) {
        while (s->i < s->in.n && s->in.p[s->i] != '\n')
            s->i++;
        return 0;
    }
    if (c == '`' || (c == '$' && next == '('))
        s->out->expands = true;
    if (c && strchr(";&|()\n", c))
        return operator(s, c);
    if (c == '<' || c == '>')
        return redirect(s);
    add(s, c);
    return 0;
}

int shell_split(struct str line, enum shell_style style, uint32_t from, struct arena *a,
                struct shell_words *ret)
{
    struct splitter s = {.in = line, .style = style, .from = from, .a = a, .out = ret};
    s.word = arena_alloc(a, line.n + 1);
    if (!s.word)
        return arena_error(a);
    int rc = 0;
    while (!rc && s.i < line.n)
        rc = step(&s);
    return rc ? rc : end_word(&s);
}
