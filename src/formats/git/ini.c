/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a git configuration file says, as git-config(1) describes it. */
#include "base/buf.h"
#include "formats/git/ini.h"

struct reader {
    struct str text;
    size_t at, line_start;
    unsigned line;
    struct arena *arena;
    struct diag *diag;
    struct buf scratch;
    struct str section, subsection;
};

static int wrong(struct reader *r, const char *what)
{
    int rc = diag_set(r->diag, E_PARSE, "%s", what);
    diag_at(r->diag, NULL, r->line, (unsigned)(r->at - r->line_start) + 1);
    return rc;
}

static bool at_end(const struct reader *r)
{
    return r->at >= r->text.n;
}

/* The next byte, 0 at the end; CRLF is one LF. */
static char peek(const struct reader *r)
{
    if (at_end(r))
        return '\0';
    char c = r->text.p[r->at];
    if (c == '\r' && r->at + 1 < r->text.n && r->text.p[r->at + 1] == '\n')
        return '\n';
    return c;
}

static char take(struct reader *r)
{
    char c = peek(r);
    if (at_end(r))
        return '\0';
    r->at += 1 + (c == '\n' && r->text.p[r->at] == '\r');
    if (c == '\n') {
        r->line++;
        r->line_start = r->at;
    }
    return c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool in_name(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        take(r);
}

static void skip_line(struct reader *r)
{
    while (!at_end(r) && take(r) != '\n')
        ;
}

/* What was gathered in the scratch buffer, kept. */
static int keep(struct reader *r, struct str *ret)
{
    int rc = buf_result(&r->scratch);
    if (rc)
        return rc;
    *ret = arena_str(r->arena, buf_str(&r->scratch));
    return ret->p ? 0 : arena_error(r->arena);
}

static int read_lower(struct reader *r, bool dots, struct str *ret)
{
    buf_clear(&r->scratch);
    while (in_name(peek(r)) || (dots && peek(r) == '.'))
        buf_addc(&r->scratch, lower(take(r)));
    return keep(r, ret);
}

static int read_quoted_subsection(struct reader *r)
{
    buf_clear(&r->scratch);
    take(r);
    while (peek(r) != '"') {
        if (peek(r) == '\\' && r->at + 1 < r->text.n)
            take(r);
        if (at_end(r) || peek(r) == '\n')
            return wrong(r, "the name of a subsection does not end");
        buf_addc(&r->scratch, take(r));
    }
    take(r);
    return keep(r, &r->subsection);
}

/* '[' was seen. */
static int read_header(struct reader *r)
{
    struct str whole;
    take(r);
    int rc = read_lower(r, true, &whole);
    if (rc)
        return rc;
    if (!str_cut(whole, '.', &r->section, &r->subsection))
        r->subsection = STR("");
    if (!r->section.n)
        return wrong(r, "a section has no name");
    if (is_blank(peek(r))) {
        skip_blanks(r);
        if (peek(r) != '"')
            return wrong(r, "expected '\"' or ']' in a section header");
        rc = read_quoted_subsection(r);
    }
    if (!rc && peek(r) != ']')
        return wrong(r, "expected ']' at the end of a section header");
    take(r);
    return rc;
}

static int read_escape(struct reader *r)
{
    static const char from[] = "\"\\ntb", to[] = "\"\\\n\t\b";
    take(r);
    if (peek(r) == '\n') { /* the value goes on in the next line */
        take(r);
        return 0;
    }
    const char *hit = at_end(r) || !peek(r) ? NULL : strchr(from, peek(r));
    if (!hit)
        return wrong(r, "unknown escape in a value");
    take(r);
    buf_addc(&r->scratch, to[hit - from]);
    return 0;
}

static int read_value(struct reader *r, struct str *ret)
{
    bool quoted = false;
    size_t solid = 0; /* bytes up to the last that is not a blank outside quotes */
    buf_clear(&r->scratch);
    skip_blanks(r);
    while (!at_end(r) && peek(r) != '\n') {
        char c = peek(r);
        size_t before = r->scratch.n;
        if (!quoted && (c == '#' || c == ';'))
            break;
        if (c == '\\') {
            int rc = read_escape(r);
            if (rc)
                return rc;
        } else if (c == '"') {
            quoted = !quoted;
            take(r);
        } else {
            buf_addc(&r->scratch, take(r));
        }
        if (r->scratch.n > before && (quoted || !is_blank(c)))
            solid = r->scratch.n;
    }
    if (quoted)
        return wrong(r, "a quoted value does not end");
    buf_cut(&r->scratch, solid);
    skip_line(r);
    return keep(r, ret);
}

static int read_entry(struct reader *r, struct gitini_entry *ret)
{
    char first = lower(peek(r));
    if (first < 'a' || first > 'z')
        return wrong(r, "expected a name, a section or a comment");
    if (!r->section.n)
        return wrong(r, "a variable stands before the first section");
    *ret = (struct gitini_entry){.section = r->section,
                                 .subsection = r->subsection,
                                 .line = r->line,
                                 .column = (unsigned)(r->at - r->line_start) + 1,
                                 .offset = r->at};
    int rc = read_lower(r, false, &ret->name);
    if (rc)
        return rc;
    skip_blanks(r);
    if (peek(r) == '=') {
        take(r);
        return read_value(r, &ret->value);
    }
    ret->bare = true;
    char c = peek(r);
    if (!at_end(r) && c != '\n' && c != '#' && c != ';')
        return wrong(r, "expected '=' behind a name");
    skip_line(r);
    return 0;
}

static int read_all(struct reader *r, size_t max, gitini_fn fn, void *ctx)
{
    size_t n = 0;
    int rc = 0;
    while (!rc && !at_end(r)) {
        struct gitini_entry e;
        char c = peek(r);
        if (c == '\n' || is_blank(c)) {
            take(r);
        } else if (c == '#' || c == ';') {
            skip_line(r);
        } else if (c == '[') {
            rc = read_header(r);
        } else if (n++ == max) {
            return diag_set(r->diag, E_LIMIT, "more than %zu variables", max);
        } else {
            rc = read_entry(r, &e);
            if (!rc)
                rc = fn(ctx, &e);
        }
    }
    return rc;
}

int gitini_parse(struct str text, const struct limits *lim, struct arena *a, gitini_fn fn,
                 void *ctx, struct diag *d)
{
    if (text.n > lim->bytes)
        return diag_set(d, E_LIMIT, "larger than %zu bytes", lim->bytes);
    struct reader r = {
        .text = text, .line = 1, .arena = a, .diag = d, .scratch = BUF_INIT, .section = STR("")};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        r.at = r.line_start = 3;
    int rc = read_all(&r, lim->items, fn, ctx);
    buf_done(&r.scratch);
    if ((rc == E_NOMEM || rc == E_LIMIT) && d && !d->code)
        diag_set(d, rc, "the configuration does not fit into memory");
    return rc;
}
