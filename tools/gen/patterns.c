/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a query file becomes a step, and what no table can say. */
#include "patterns.h"

#include "tree_sitter/api.h"

#define CAPTURES_MAX 8

static const char *const NAMES[] = {"import", "module", "name", "local"};
_Static_assert(ARRAY_LEN(NAMES) == SYNTAX_NAME_COUNT, "every name is spelled");

const struct patterns_of PATTERNS_IMPORTS = {.inner = NAMES,
                                             .n_inner = ARRAY_LEN(NAMES),
                                             .outer = NAMES,
                                             .n_outer = ARRAY_LEN(NAMES),
                                             .words = true,
                                             .prefix = "SYNTAX",
                                             .header = "match/syntax_pattern.h",
                                             .source = "imports.scm"};
const struct patterns_of PATTERNS_SHAPES = {.inner = CODE_CAPTURES + CODE_KIND_COUNT,
                                            .n_inner = CODE_ROLE_COUNT,
                                            .first_inner = CODE_KIND_COUNT,
                                            .outer = CODE_CAPTURES,
                                            .n_outer = CODE_KIND_COUNT,
                                            .shapes = true,
                                            .prefix = "CODE",
                                            .header = "match/code_shape.h",
                                            .source = "shapes.scm"};

struct reading {
    struct patterns *p;
    const TSLanguage *grammar;
    struct str text;
    size_t at;
    size_t first; /* step where the pattern began */
    struct {
        struct str name;
        size_t step;
    } captures[CAPTURES_MAX];
    size_t n_captures;
    struct diag *d;
};

int patterns_fail(struct str text, size_t at, struct diag *d, const char *what)
{
    unsigned line = 1, column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        column = text.p[i] == '\n' ? 1 : column + 1;
        line += text.p[i] == '\n';
    }
    diag_set(d, E_PARSE, "%s", what);
    diag_at(d, NULL, line, column);
    return E_PARSE;
}

static int fail(const struct reading *r, const char *what)
{
    return patterns_fail(r->text, r->at, r->d, what);
}

static int no_memory(const struct reading *r)
{
    return diag_set(r->d, E_NOMEM, "out of memory");
}

/* --- words of the file ----------------------------------------------------------------------- */

static int add_word(struct reading *r, struct str word)
{
    struct syntax_word w = {(uint16_t)r->p->text.n, (uint16_t)word.n};
    if (!word.n || r->p->text.n + word.n > UINT16_MAX || r->p->words.n >= UINT16_MAX)
        return fail(r, "an empty text, or more of them than a table holds");
    buf_add(&r->p->text, word);
    return buf_result(&r->p->text) || vec_push(&r->p->words, w) ? no_memory(r) : OK;
}

static int take_comment(struct reading *r)
{
    struct str rest = str_sub(r->text, r->at, str_chr(r->text, '\n', r->at)), word;
    r->at += rest.n;
    int rc = OK;
    rest = str_trim(str_sub(rest, 1, rest.n));
    if (!str_starts(rest, STR("words:")))
        return OK;
    rest = str_sub(rest, strlen("words:"), rest.n);
    while (!rc && str_field(&rest, ' ', &word))
        rc = word.n ? add_word(r, word) : OK;
    return rc;
}

/* The next byte that says something; '\0' at the end. */
static int skip(struct reading *r, char *ret)
{
    int rc = OK;
    while (!rc && r->at < r->text.n) {
        char c = r->text.p[r->at];
        if (c == ';')
            rc = take_comment(r);
        else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            r->at++;
        else
            break;
    }
    *ret = r->at < r->text.n ? r->text.p[r->at] : '\0';
    return rc;
}

static struct str take_name(struct reading *r)
{
    size_t from = r->at;
    while (r->at < r->text.n &&
           ((r->text.p[r->at] >= 'a' && r->text.p[r->at] <= 'z') ||
            (r->text.p[r->at] >= 'A' && r->text.p[r->at] <= 'Z') ||
            (r->text.p[r->at] >= '0' && r->text.p[r->at] <= '9') || r->text.p[r->at] == '_'))
        r->at++;
    return str_sub(r->text, from, r->at);
}

/* --- nodes ----------------------------------------------------------------------------------- */

/* "_" needs no kind: none stands for all. */
static int add_kind(struct reading *r, struct syntax_step *s)
{
    struct str name = take_name(r);
    if (str_eq_z(name, "_"))
        return OK;
    TSSymbol symbol = ts_language_symbol_for_name(r->grammar, name.p, (uint32_t)name.n, true);
    if (!name.n || !symbol)
        return fail(r, "the grammar has no such node");
    s->n_symbols++;
    return vec_push(&r->p->symbols, symbol) ? no_memory(r) : OK;
}

static int take_field(struct reading *r, uint16_t *ret)
{
    struct str name = take_name(r);
    *ret = ts_language_field_id_for_name(r->grammar, name.p, (uint32_t)name.n);
    return *ret ? OK : fail(r, "the grammar has no such field");
}

static int push_step(struct reading *r, const struct syntax_step *s)
{
    if (r->p->steps.n - r->first >= SYNTAX_STEPS_MAX)
        return fail(r, "a pattern of too many nodes");
    return vec_push(&r->p->steps, *s) ? no_memory(r) : OK;
}

/* [(a) (b)] */
static int take_alternatives(struct reading *r, struct syntax_step *s)
{
    char c;
    int rc;
    r->at++;
    while (!(rc = skip(r, &c)) && c == '(') {
        r->at++;
        rc = add_kind(r, s);
        if (rc)
            return rc;
        if (!s->n_symbols || r->at >= r->text.n || r->text.p[r->at++] != ')')
            return fail(r, "an alternative is (kind)");
    }
    if (!rc && (c != ']' || !s->n_symbols))
        return fail(r, "an alternative is (kind)");
    r->at++;
    return rc ? rc : push_step(r, s);
}

static int8_t capture_of(const struct patterns_of *of, struct str name, bool outer)
{
    const char *const *names = outer ? of->outer : of->inner;
    int n = outer ? of->n_outer : of->n_inner;
    for (int i = 0; i < n; i++)
        if (str_eq_z(name, names[i]))
            return (int8_t)(outer ? i : of->first_inner + i);
    return -1;
}

static int take_captures(struct reading *r, size_t step)
{
    char c;
    int rc;
    while (!(rc = skip(r, &c)) && c == '@') {
        r->at++;
        struct str name = take_name(r);
        if (r->n_captures == CAPTURES_MAX)
            return fail(r, "a pattern of too many captures");
        r->captures[r->n_captures].name = name;
        r->captures[r->n_captures++].step = step;
        r->p->steps.v[step].capture = capture_of(r->p->of, name, !r->p->steps.v[step].depth);
        if (r->p->steps.v[step].capture < 0 && !str_starts(name, STR("_")))
            return fail(r, "nobody knows this capture");
    }
    return rc;
}

static int take_text(struct reading *r)
{
    size_t end = str_chr(r->text, '"', r->at + 1);
    struct str s = str_sub(r->text, r->at + 1, end);
    if (end == SIZE_MAX || str_has(s, STR("\\")))
        return fail(r, "a text without escapes, in quotes");
    r->at = end + 1;
    return add_word(r, s);
}

/* (#any-of? @_x "a" "b"): which texts the node of a capture has, or has not. */
static int take_predicate(struct reading *r)
{
    size_t end = str_chr(r->text, ' ', r->at);
    struct str name = str_sub(r->text, r->at, end);
    struct syntax_step *s = NULL;
    char c;
    r->at += name.n;
    int rc = skip(r, &c);
    r->at++;
    struct str capture = take_name(r);
    for (size_t i = 0; i < r->n_captures; i++)
        if (str_eq(r->captures[i].name, capture))
            s = &r->p->steps.v[r->captures[i].step];
    if (rc || c != '@' || !s || s->n_texts)
        return rc ? rc : fail(r, "a predicate speaks of a capture before it, once");
    s->other = str_starts(name, STR("#not-"));
    name = str_sub(name, strlen(s->other ? "#not-" : "#"), name.n);
    if (!str_eq_z(name, "eq?") && !str_eq_z(name, "any-of?"))
        return fail(r, "nobody knows this predicate");
    s->texts = (uint16_t)r->p->words.n;
    while (!(rc = skip(r, &c)) && c == '"' && !(rc = take_text(r)))
        continue;
    s->n_texts = (uint16_t)(r->p->words.n - s->texts);
    if (!rc && (c != ')' || !s->n_texts))
        return fail(r, "a predicate compares with texts");
    r->at++;
    return rc;
}

static int take_node(struct reading *r, struct syntax_step s);

/* What stands in a node, up to its end. */
static int take_inside(struct reading *r, size_t step)
{
    struct syntax_step inner = {.capture = -1, .depth = (uint8_t)(r->p->steps.v[step].depth + 1)};
    char c;
    int rc;
    while (!(rc = skip(r, &c)) && c != ')') {
        size_t at = r->at++;
        if (c == '!') {
            rc = take_field(r, &r->p->steps.v[step].without);
        } else if (c == '.' && !inner.first && r->p->steps.n == step + 1) {
            inner.first = true;
            continue;
        } else if (c == '(' && str_starts(str_sub(r->text, r->at, r->text.n), STR("#"))) {
            rc = take_predicate(r);
        } else if (c == '(' || c == '[') {
            r->at = at;
            rc = take_node(r, inner);
            inner.first = false;
            inner.field = 0;
        } else {
            r->at = at;
            rc = take_field(r, &inner.field);
            if (!rc && (r->at >= r->text.n || r->text.p[r->at++] != ':'))
                rc = fail(r, "no table can say this");
        }
        if (rc)
            return rc;
    }
    r->at++;
    return rc;
}

static int take_node(struct reading *r, struct syntax_step s)
{
    size_t step = r->p->steps.n;
    int rc;
    s.symbols = (uint16_t)r->p->symbols.n;
    if (r->text.p[r->at] == '[') {
        rc = take_alternatives(r, &s);
    } else {
        r->at++;
        rc = add_kind(r, &s);
        rc = rc ? rc : push_step(r, &s);
        rc = rc ? rc : take_inside(r, step);
    }
    return rc ? rc : take_captures(r, step);
}

/* Is the pattern at `before` followed by nothing but more of the same, up to this one? */
static bool goes_on(const struct reading *r, size_t before)
{
    const struct syntax_step *all = r->p->steps.v, *s = &all[before];
    const uint16_t *symbols = r->p->symbols.v;
    for (size_t i = before; i <= r->first; i++)
        if (!all[i].depth && (all[i].capture != s->capture || all[i].n_symbols != 1 ||
                              symbols[all[i].symbols] != symbols[s->symbols]))
            return false;
    return true;
}

/* One pattern a kind of node, or several in a row, and what is in it directly. */
static int check_shape(const struct reading *r, const struct syntax_patterns *of)
{
    const struct syntax_step *all = r->p->steps.v, *s = &all[r->first];
    const uint16_t *symbols = r->p->symbols.v;
    if (!s->n_symbols || s->capture < 0)
        return fail(r, "a shape is a kind of node with a capture behind it");
    for (size_t i = r->first + 1; i < r->p->steps.n; i++)
        if (all[i].depth > 1 || all[i].capture < 0 || all[i].n_texts || all[i].without)
            return fail(r, "a shape says what its children are, no more");
    for (size_t i = of->steps; i < r->first; i++)
        for (uint16_t a = 0; !all[i].depth && a < all[i].n_symbols; a++)
            for (uint16_t b = 0; b < s->n_symbols; b++)
                if (symbols[all[i].symbols + a] == symbols[s->symbols + b] && !goes_on(r, i))
                    return fail(r, "another shape speaks of this kind of node");
    return OK;
}

int patterns_add(struct patterns *p, const struct syntax_language *l, struct str text,
                 struct diag *d)
{
    struct reading r = {.p = p, .grammar = l->grammar(), .text = text, .d = d};
    struct syntax_patterns of = {.steps = (uint16_t)p->steps.n, .words = (uint16_t)p->words.n};
    char c;
    int rc = skip(&r, &c); /* the words stand in the first comment */
    of.n_words = (uint16_t)(p->words.n - of.words);
    while (!rc && c) {
        r.first = p->steps.n;
        r.n_captures = 0;
        rc = c == '(' || c == '[' ? take_node(&r, (struct syntax_step){.capture = -1})
                                  : fail(&r, "a pattern begins with a node");
        if (!rc && p->of->shapes)
            rc = check_shape(&r, &of);
        rc = rc ? rc : skip(&r, &c);
    }
    of.n_steps = (uint16_t)(p->steps.n - of.steps);
    if (!rc && p->of->words && of.n_steps && !of.n_words)
        rc = fail(&r, "\"; words: ...\" on top says what stands wherever a pattern begins");
    if (!rc && p->symbols.n + p->steps.n + p->words.n > UINT16_MAX)
        rc = fail(&r, "more than the tables hold");
    return rc || !vec_push(&p->languages, of) ? rc : no_memory(&r);
}

/* --- C --------------------------------------------------------------------------------------- */

static void write_steps(const struct patterns *p, struct buf *out)
{
    buf_addf(out, "const struct syntax_step %s_STEPS[] = {\n", p->of->prefix);
    vec_each (s, &p->steps)
        buf_addf(out, "    {%u, %u, %u, %u, %u, %u, %u, %d, %d, %d},\n", s->symbols, s->n_symbols,
                 s->texts, s->n_texts, s->field, s->without, s->depth, s->capture, s->first,
                 s->other);
    buf_addf(out, "    {0},\n};\nconst uint16_t %s_SYMBOLS[] = {\n", p->of->prefix);
    vec_each (s, &p->symbols)
        buf_addf(out, "    %u,\n", *s);
    buf_addz(out, "    0,\n};\n");
}

static void write_words(const struct patterns *p, struct buf *out)
{
    buf_addf(out, "const struct syntax_word %s_WORDS[] = {\n", p->of->prefix);
    vec_each (w, &p->words)
        buf_addf(out, "    {%u, %u},\n", w->at, w->n);
    buf_addf(out, "    {0, 0},\n};\nconst char %s_TEXT[] = {", p->of->prefix);
    for (size_t i = 0; i < p->text.n; i++)
        buf_addf(out, "%s%d,", i % 20 ? " " : "\n    ", p->text.p[i]);
    buf_addz(out, "\n    0,\n};\n");
}

int patterns_write(const struct patterns *p, struct buf *out)
{
    buf_addf(out,
             "/* SPDX-License-Identifier: Apache-2.0 */\n"
             "/* Generated from %s of knowledge/queries by tools/gen/queries.c. */\n"
             "#include \"%s\"\n\n"
             "const struct syntax_patterns %s_PATTERNS[] = {\n",
             p->of->source, p->of->header, p->of->prefix);
    vec_each (l, &p->languages)
        buf_addf(out, "    {%u, %u, %u, %u},\n", l->steps, l->n_steps, l->words, l->n_words);
    buf_addz(out, "};\n");
    write_steps(p, out);
    if (p->of->words)
        write_words(p, out);
    return buf_result(out);
}

void patterns_done(struct patterns *p)
{
    vec_free(&p->languages);
    vec_free(&p->steps);
    vec_free(&p->symbols);
    vec_free(&p->words);
    buf_done(&p->text);
}
