/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the files of knowledge/queries fit their grammars, and writes them as C. */
#include <dirent.h>

#include "base/path.h"
#include "base/vec.h"
#include "file.h"
#include "match/syntax_memory.h"
#include "patterns.h"
#include "tree_sitter/api.h"

#define MEMORY       ((size_t)256 << 20)
#define INHERITS_MAX 4      /* files that make up one language */
#define SHARED       "ecma" /* no language: others inherit from it */

struct job {
    const char *folder;
    struct buf c, depends;
    struct patterns patterns;
    struct diag *d;
};

static void job_done(struct job *j)
{
    buf_done(&j->c);
    buf_done(&j->depends);
    patterns_done(&j->patterns);
}

static const char *error_text(TSQueryError e)
{
    switch (e) {
    case TSQueryErrorSyntax: return "this is not a query";
    case TSQueryErrorNodeType: return "the grammar has no such node";
    case TSQueryErrorField: return "the grammar has no such field";
    case TSQueryErrorCapture: return "the pattern has no such capture";
    case TSQueryErrorStructure: return "the grammar never builds such a tree";
    default: return "the grammar has another version";
    }
}

struct checking {
    const struct syntax_language *language;
    struct str text;
    struct diag *d;
};

static int compile(void *ctx)
{
    struct checking *c = ctx;
    uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    if (ts_query_new(c->language->grammar(), c->text.p, (uint32_t)c->text.n, &offset, &error))
        return OK;
    patterns_fail(c->text, offset, c->d, error_text(error));
    return E_PARSE;
}

/* The library knows more of its grammars than our tables: patterns that never match. */
static int check(const struct syntax_language *l, struct str text, struct diag *d)
{
    struct syntax_memory m = {.cap = MEMORY, .budget = UINT64_MAX};
    struct checking c = {.language = l, .text = text, .d = d};
    int rc = syntax_memory_run(&m, compile, &c);
    syntax_memory_done(&m);
    return rc;
}

/* One file of those that make up a language. */
struct piece {
    char path[512];
    unsigned line; /* of the whole where it begins, from 0 */
};

struct pieces {
    struct piece v[INHERITS_MAX];
    size_t n;
    struct buf text;
};

/* "; inherits: ecma" on top. */
static struct str inherited(struct str text)
{
    static const char word[] = "; inherits: ";
    struct str line;
    if (!str_starts(text, str_z(word)) || !str_line(&text, &line))
        return STR("");
    return str_trim(str_sub(line, strlen(word), line.n));
}

static unsigned lines_in(struct str text)
{
    unsigned n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

/* What a file inherits, and then itself. E_NOTFOUND: there is no such file. */
static int read_pieces(struct job *j, struct str id, struct pieces *all)
{
    AUTO(buf) text = BUF_INIT;
    struct diag missing = {0};
    if (all->n == INHERITS_MAX)
        return diag_set(j->d, E_PARSE, "too many files inherit from one another");
    struct piece *p = &all->v[all->n++];
    snprintf(p->path, sizeof(p->path), "%s/" STR_FMT "/%s", j->folder, STR_ARG(id),
             j->patterns.of->source);
    int rc = file_read(p->path, &text, &missing);
    if (rc == E_NOTFOUND && all->n == 1)
        return rc;
    if (rc) {
        *j->d = missing;
        return E_PARSE;
    }
    buf_addf(&j->depends, " %s", p->path);
    struct str from = inherited(buf_str(&text));
    if (from.n)
        rc = read_pieces(j, from, all);
    p->line = lines_in(buf_str(&all->text));
    buf_add(&all->text, buf_str(&text));
    return rc ? rc : buf_result(&all->text);
}

/* Line and column in the file that says it. */
static void place_in(const struct pieces *all, struct diag *d)
{
    const struct piece *in = NULL;
    for (size_t i = 0; i < all->n; i++) /* the last that begins before it */
        if (all->v[i].line < d->line && (!in || all->v[i].line >= in->line))
            in = &all->v[i];
    if (!in)
        return;
    d->line -= in->line;
    diag_at(d, in->path, d->line, d->column);
}

static int add_language(struct job *j, const struct syntax_language *l)
{
    struct pieces all = {.text = BUF_INIT};
    int rc = read_pieces(j, str_z(l->id), &all);
    if (rc == E_NOTFOUND)
        rc = OK; /* nothing is looked for in this language */
    else if (!rc)
        rc = check(l, buf_str(&all.text), j->d);
    rc = rc ? rc : patterns_add(&j->patterns, l, buf_str(&all.text), j->d);
    if (rc)
        place_in(&all, j->d);
    buf_done(&all.text);
    return rc;
}

static bool is_source(const char *name)
{
    return !strcmp(name, PATTERNS_IMPORTS.source) || !strcmp(name, PATTERNS_SHAPES.source);
}

static bool is_language(const char *name)
{
    return syntax_language_by_id(str_z(name)) || !strcmp(name, SHARED);
}

/* What nobody reads would be forgotten in silence. */
static int check_folder(struct job *j, const char *folder, bool languages)
{
    DIR *dir = opendir(folder);
    int rc = OK;
    if (!dir)
        return diag_errno(j->d, "cannot open %s", folder);
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        AUTO(buf) inner = BUF_INIT;
        if (e->d_name[0] == '.')
            continue;
        if (languages ? !is_language(e->d_name) : !is_source(e->d_name)) {
            rc = diag_set(j->d, E_PARSE,
                          languages ? "there is no language of this name"
                                    : "nobody reads a file of this name");
            diag_at(j->d, e->d_name, 1, 1);
        }
        if (languages && !rc) {
            buf_addf(&inner, "%s/%s", folder, e->d_name);
            buf_addf(&j->depends, " %s", inner.p);
            rc = buf_result(&inner) ? diag_set(j->d, E_NOMEM, "out of memory")
                                    : check_folder(j, inner.p, false);
        }
    }
    closedir(dir);
    return rc;
}

static int write_tables(struct job *j, const struct patterns_of *of, const char *output)
{
    int rc = OK;
    buf_done(&j->c);
    patterns_done(&j->patterns);
    j->c = (struct buf)BUF_INIT;
    j->patterns = (struct patterns){.of = of};
    for (int i = 0; !rc && i < SYNTAX_LANGUAGE_COUNT; i++)
        rc = add_language(j, &SYNTAX_LANGUAGES[i]);
    if (!rc && patterns_write(&j->patterns, &j->c))
        rc = diag_set(j->d, E_NOMEM, "out of memory");
    return rc ? rc : file_write(output, buf_str(&j->c), j->d);
}

static int run(struct job *j, const char *imports, const char *shapes, const char *depfile)
{
    buf_addf(&j->depends, "%s %s: %s", imports, shapes, j->folder);
    int rc = check_folder(j, j->folder, true);
    if (!rc)
        rc = write_tables(j, &PATTERNS_IMPORTS, imports);
    if (!rc)
        rc = write_tables(j, &PATTERNS_SHAPES, shapes);
    buf_addc(&j->depends, '\n');
    if (!rc && buf_result(&j->depends))
        rc = diag_set(j->d, E_NOMEM, "out of memory");
    return rc ? rc : file_write(depfile, buf_str(&j->depends), j->d);
}

int main(int argc, char **argv)
{
    struct diag d = {0};

    if (argc != 5) {
        fprintf(stderr, "usage: queries FOLDER IMPORTS.c SHAPES.c DEPFILE\n");
        return 2;
    }
    AUTO(job) j = {.folder = argv[1], .c = BUF_INIT, .depends = BUF_INIT, .d = &d};
    if (!run(&j, argv[2], argv[3], argv[4]))
        return 0;
    file_complain(&d);
    return 1;
}
