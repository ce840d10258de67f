/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which tokens import something, where the code is too large for a syntax tree. */
#include "discover/imports/imports.h"

/*
 * MODULE reads the parts of a module into im->module; NAMES what is taken out of it (Python); LIST
 * the block of a Go import; CALL waits for the text of require(...) and its like.
 */
enum { IDLE, MODULE, FROM, NAMES, ALIAS, LIST, CALL };

static bool last_is(const struct imports *im, const char *word)
{
    return !strcmp(im->last, word);
}

static bool is_mark(const struct token *t, char c)
{
    return t->type == TOKEN_MARK && t->text.p[0] == c;
}

static bool is_word(const struct token *t, const char *word)
{
    return t->type == TOKEN_WORD && str_eq_z(t->text, word);
}

static void begin(struct imports *im, int state, const struct token *t)
{
    im->state = state;
    im->depth = 0;
    im->n_module = 0;
    im->at = *t;
}

static void append(struct imports *im, const struct token *t)
{
    if (t->text.n && im->n_module + t->text.n <= sizeof(im->module)) {
        memcpy(im->module + im->n_module, t->text.p, t->text.n);
        im->n_module += t->text.n;
    }
}

static void add(struct imports *im, struct str module, struct str name)
{
    struct import_found where = {
        .offset = (size_t)im->at.offset, .line = im->at.line, .column = im->at.column};
    if (module.n)
        import_add(im, module, name, &where);
}

/* The module that was read; another may follow. */
static void flush(struct imports *im)
{
    add(im, str_n(im->module, im->n_module), STR(""));
    im->n_module = 0;
}

static void add_text(struct imports *im, const struct token *t)
{
    if (!t->cut)
        add(im, t->text, STR(""));
}

/* --- languages ------------------------------------------------------------------------------- */

static bool starts_statement(const struct imports *im, const struct token *t)
{
    return t->first || last_is(im, ";") || last_is(im, ":") || last_is(im, "{") || last_is(im, "}");
}

static void python_idle(struct imports *im, const struct token *t)
{
    if (is_word(t, "import") && starts_statement(im, t))
        begin(im, MODULE, t);
    else if (is_word(t, "from") && starts_statement(im, t))
        begin(im, FROM, t);
    else if (is_word(t, "import_module") || is_word(t, "__import__"))
        begin(im, CALL, t);
}

/* import a.b as c, d */
static void python_module(struct imports *im, const struct token *t)
{
    if (is_mark(t, ',') || is_word(t, "as"))
        flush(im);
    if (is_word(t, "as"))
        im->state = ALIAS;
    else if (t->type == TOKEN_WORD || is_mark(t, '.'))
        append(im, t);
}

/* from a.b import c as d, (e) */
static void python_names(struct imports *im, const struct token *t)
{
    if (is_mark(t, '('))
        im->depth++;
    else if (is_word(t, "as"))
        im->depth += 2; /* the next word is ours */
    else if (t->type == TOKEN_WORD && im->depth >= 2)
        im->depth -= 2;
    else if (t->type == TOKEN_WORD)
        add(im, str_n(im->module, im->n_module), t->text);
    else if (is_mark(t, '*'))
        flush(im);
    else if (is_mark(t, ')'))
        im->state = IDLE;
}

static void python(struct imports *im, const struct token *t)
{
    bool in_brackets = im->state == NAMES && im->depth % 2;
    bool over = t->first && !in_brackets && !last_is(im, "\\");
    if (over || is_mark(t, ';')) {
        if (im->state == MODULE)
            flush(im);
        im->state = IDLE;
    }
    switch (im->state) {
    case MODULE: python_module(im, t); break;
    case ALIAS: im->state = is_mark(t, ',') ? MODULE : ALIAS; break;
    case FROM:
        if (is_word(t, "import"))
            im->state = NAMES;
        else if (t->type == TOKEN_WORD || is_mark(t, '.'))
            append(im, t);
        break;
    case NAMES: python_names(im, t); break;
    case CALL:
        if (t->type == TOKEN_TEXT)
            add_text(im, t);
        if (!is_mark(t, '('))
            im->state = IDLE;
        break;
    default: python_idle(im, t); break;
    }
}

/* What follows import, export and require, where no name does. */
static void javascript_text(struct imports *im, const struct token *t)
{
    bool import = im->state == FROM && last_is(im, "import");
    bool text = t->type == TOKEN_TEXT;
    if (text && (import || (im->state == CALL && !last_is(im, "require"))))
        add_text(im, t);
    if (is_mark(t, '(') && (import || (im->state == CALL && last_is(im, "require"))))
        im->state = CALL;
    else if (im->state == CALL || text || is_mark(t, ';'))
        im->state = IDLE;
}

/* import "a", import x from "a", export * from "a", import("a"), require("a") */
static void javascript(struct imports *im, const struct token *t)
{
    if (is_word(t, "import") || is_word(t, "export")) {
        begin(im, FROM, t);
    } else if (is_word(t, "require")) {
        begin(im, CALL, t);
    } else if (is_word(t, "from")) {
        if (im->state != FROM)
            begin(im, CALL, t);
        im->state = CALL;
    } else if (im->state != IDLE) {
        javascript_text(im, t);
    }
}

/* import "a"; import x "a"; import ( "a"; x "b" ) */
static void go(struct imports *im, const struct token *t)
{
    if (is_word(t, "import") && t->first)
        begin(im, LIST, t);
    else if (im->state == LIST && t->type == TOKEN_TEXT)
        add_text(im, t);
    if (im->state == LIST && is_mark(t, '('))
        im->depth = 1;
    else if (im->state == LIST &&
             (is_mark(t, ')') || (t->first && !im->depth && !is_word(t, "import"))))
        im->state = IDLE;
}

/* The word that begins an import of Java, C#, PHP and Rust, and what joins the parts of a name. */
static bool is_keyword(const struct imports *im, const struct token *t)
{
    if (!strcmp(im->language, "rust"))
        return is_word(t, "use") || (is_word(t, "crate") && last_is(im, "extern"));
    return is_word(t, !strcmp(im->language, "java")      ? "import"
                      : !strcmp(im->language, "c-sharp") ? "using"
                                                         : "use");
}

static bool is_join(const struct imports *im, const struct token *t)
{
    return is_mark(t, !strcmp(im->language, "rust")  ? ':'
                      : !strcmp(im->language, "php") ? '\\'
                                                     : '.');
}

/* a.b.C;  x = a.b;  a\b, c\{d};  {a::b, c};  (a) is something else */
static void words_module(struct imports *im, const struct token *t)
{
    if (is_word(t, "static") || is_word(t, "function") || is_word(t, "const"))
        return;
    if ((t->type == TOKEN_WORD && !is_word(t, "as")) || is_join(im, t)) {
        append(im, t);
    } else if (is_mark(t, '=') || is_mark(t, '(')) {
        im->n_module = 0;
        im->state = is_mark(t, '=') ? MODULE : IDLE;
    } else {
        bool more = is_mark(t, ',') || (is_mark(t, '{') && !im->n_module);
        flush(im);
        im->state = is_word(t, "as") ? ALIAS : more ? MODULE : IDLE;
    }
}

static void words(struct imports *im, const struct token *t)
{
    if (t->first && im->state != IDLE) { /* Kotlin ends a statement so */
        flush(im);
        im->state = IDLE;
    }
    if (im->state == MODULE)
        words_module(im, t);
    else if (im->state == ALIAS)
        im->state = is_mark(t, ',') ? MODULE : is_mark(t, ';') ? IDLE : ALIAS;
    else if (is_keyword(im, t))
        begin(im, MODULE, t);
}

static void ruby(struct imports *im, const struct token *t)
{
    if (im->state == CALL && t->type == TOKEN_TEXT)
        add_text(im, t);
    if (im->state == CALL && !is_mark(t, '('))
        im->state = IDLE;
    if (is_word(t, "require"))
        begin(im, CALL, t);
}

static void one(struct imports *im, const struct token *t)
{
    const char *language = im->language;
    if (!strcmp(language, "python"))
        python(im, t);
    else if (!strcmp(language, "javascript"))
        javascript(im, t);
    else if (!strcmp(language, "go"))
        go(im, t);
    else if (!strcmp(language, "ruby"))
        ruby(im, t);
    else
        words(im, t);
}

void import_tokens_end(struct imports *im)
{
    if (im->state == MODULE)
        flush(im);
    im->state = IDLE;
}

int import_token(void *ctx, const struct token *t)
{
    struct imports *im = ctx;
    one(im, t);
    size_t n = t->type == TOKEN_TEXT ? 0 : MIN(t->text.n, sizeof(im->last) - 1);
    if (n)
        memcpy(im->last, t->text.p, n);
    im->last[n] = '\0';
    return im->error;
}
