/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which matches of a syntax tree import something, and keeps each name once. */
#include "discover/imports/imports.h"

#define STATEMENT_BYTES 200u

void imports_begin(struct imports *im, const struct catalog *c, const struct syntax_language *l)
{
    *im = (struct imports){.catalog = c, .language = import_language(l)};
}

void imports_done(struct imports *im)
{
    vec_free(&im->found);
    vec_free(&im->local);
}

/* One of the names that only these packages have; without such names every name will do. */
static bool proves(const struct catalog_import *row, struct str name)
{
    for (int i = 0; row->proofs[i]; i++)
        if (str_eq_z(name, row->proofs[i]))
            return true;
    return !row->common;
}

void import_add(struct imports *im, struct str module, struct str name,
                const struct import_found *where)
{
    const struct catalog_import *row = import_row(im->catalog, im->language, module, name);
    if (!row)
        return;
    struct import_found found = *where;
    found.row = row;
    found.sure = !where->types && proves(row, name);
    vec_each (f, &im->found)
        if (f->row == row) {
            if (found.sure && !f->sure)
                *f = found; /* it shows best what is used */
            return;
        }
    if (vec_push(&im->found, found))
        im->error = E_NOMEM;
}

static void add_local(struct imports *im, const struct syntax_capture *c)
{
    const struct catalog_import *row = import_row(im->catalog, im->language, c->text, STR(""));
    if (row && vec_push(&im->local, ((struct import_local){row, c->offset})))
        im->error = E_NOMEM;
}

static struct str first_line(struct str s)
{
    struct str line;
    return str_line(&s, &line) ? str_sub(line, 0, STATEMENT_BYTES) : s;
}

static struct str skip_blanks(struct str s)
{
    size_t n = 0;
    while (n < s.n && strchr(" \t\r\n", s.p[n]))
        n++;
    return str_sub(s, n, s.n);
}

/* import type {A} from "m"; but not: import type from "m". typeof import("m") */
static bool only_types(struct str text, const struct syntax_capture *import)
{
    struct str s = import->text, before = str_trim(str_sub(text, 0, import->offset));
    if (!str_starts(s, STR("import")) && !str_starts(s, STR("export")))
        return false;
    s = skip_blanks(str_sub(s, strlen("import"), s.n));
    if (str_starts(s, STR("(")))
        return str_ends(before, STR("typeof"));
    if (!str_starts(s, STR("type")))
        return false;
    struct str behind = skip_blanks(str_sub(s, strlen("type"), s.n));
    bool word = behind.n && s.n - behind.n == strlen("type") && behind.p[0] != '{';
    return behind.n && !word && !str_starts(behind, STR("from"));
}

/* The block of an import begins with: if TYPE_CHECKING: */
static bool is_checking(struct str text, size_t at)
{
    size_t line = at;
    while (line && text.p[line - 1] != '\n')
        line--;
    size_t indent = at - line;
    while (indent && line) {
        size_t end = line - 1;
        for (line = end; line && text.p[line - 1] != '\n';)
            line--;
        struct str s = str_sub(text, line, end), said = skip_blanks(s);
        if (!said.n || s.n - said.n >= indent)
            continue;
        return str_starts(said, STR("if TYPE_CHECKING")) ||
               str_starts(said, STR("if typing.TYPE_CHECKING"));
    }
    return false;
}

static bool is_of_types(const struct imports *im, const struct syntax_capture *import)
{
    if (!strcmp(im->language, "python"))
        return is_checking(im->text, import->offset);
    return !strcmp(im->language, "javascript") && only_types(im->text, import);
}

/* Paths in code: of Rust those outside of a `use`, of PHP those that begin at the root. */
static bool counts_bare(const struct imports *im, const struct syntax_capture *module)
{
    if (!strcmp(im->language, "php"))
        return str_starts(module->text, STR("\\"));
    return module->offset >= im->to || module->offset < im->from;
}

static const struct syntax_capture *capture(const struct syntax_match *m, enum syntax_name name)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].name == name)
            return &m->v[i];
    return NULL;
}

static int take(void *ctx, const struct syntax_match *m)
{
    struct imports *im = ctx;
    const struct syntax_capture *import = capture(m, SYNTAX_IMPORT);
    const struct syntax_capture *module = capture(m, SYNTAX_MODULE);
    const struct syntax_capture *local = capture(m, SYNTAX_LOCAL);
    if (local)
        add_local(im, local);
    if (import) {
        im->from = import->offset;
        im->to = import->offset + import->text.n;
    }
    if (!module || (!import && !counts_bare(im, module)))
        return im->error;
    const struct syntax_capture *at = import ? import : module;
    struct import_found where = {.statement = first_line(at->text), .offset = at->offset};
    where.types = import && is_of_types(im, import);
    import_add(im, module->text, syntax_text(m, SYNTAX_NAME), &where);
    return im->error;
}

/* A module that a file declares for itself is what its own paths mean: Rust's mod x; x::y(). */
static void drop_own(struct imports *im)
{
    size_t n = 0;
    for (size_t i = 0; i < im->found.n; i++) {
        bool own = false;
        vec_each (l, &im->local)
            own |= !strcmp(im->language, "rust") && l->row == im->found.v[i].row;
        if (!own)
            im->found.v[n++] = im->found.v[i];
    }
    im->found.n = n;
    if (!strcmp(im->language, "rust"))
        im->local.n = 0;
}

/* A line that begins with a word: in no language does it go on with what a blank or bracket opened,
 * but in a text or a comment, and then the grammar says so. */
static struct str head_of(struct str text, size_t last)
{
    size_t at = last && last < text.n ? str_chr(text, '\n', last) : SIZE_MAX;
    for (; at != SIZE_MAX && at + 1 < text.n; at = str_chr(text, '\n', at + 1)) {
        char c = text.p[at + 1];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            return str_sub(text, 0, at + 1);
    }
    return text;
}

int imports_parse(struct syntax *s, const struct syntax_language *l, struct str text, size_t last)
{
    struct str head = head_of(text, last);
    if (head.n < text.n - text.n / 4) {
        int rc = syntax_parse(s, l, head, 0);
        if (!rc && !syntax_damaged(s))
            return 0;
    }
    return syntax_parse(s, l, text, 0);
}

int imports_of_tree(struct imports *im, struct syntax *s, const struct syntax_language *l,
                    struct str text, size_t last)
{
    if (!im->language)
        return OK;
    im->text = text;
    im->from = im->to = 0;
    int rc = imports_parse(s, l, text, last);
    if (!rc)
        rc = syntax_query(s, take, im);
    drop_own(im);
    return rc;
}

/* --- tokens ---------------------------------------------------------------------------------- */

void imports_of_tokens(struct imports *im, const struct syntax_language *l, struct str window)
{
    if (!im->language || im->error)
        return;
    if (!im->reading)
        tokens_begin(&im->tokens, l->tokens, import_token, im);
    im->reading = true;
    im->error = tokens_feed(&im->tokens, window);
}

int imports_end(struct imports *im)
{
    if (im->reading && !im->error)
        im->error = tokens_end(&im->tokens);
    if (im->reading && !im->error)
        import_tokens_end(im);
    im->reading = false;
    return im->error;
}
