/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the files of knowledge/queries fit their grammars, and writes them as C. */
#include <dirent.h>

#include "base/path.h"
#include "base/vec.h"
#include "file.h"
#include "match/syntax_memory.h"
#include "patterns.h"
#include "tree_sitter/api.h"

#define MEMORY ((size_t)256 << 20)

struct job {
    const char *folder, *output;
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

static int add_language(struct job *j, const struct syntax_language *l)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    struct diag missing = {0};

    buf_addf(&path, "%s/%s.scm", j->folder, l->id);
    int rc = buf_result(&path);
    if (!rc)
        rc = file_read(path.p, &text, &missing);
    if (rc == E_NOTFOUND)
        rc = OK; /* nothing is looked for in this language */
    else if (rc)
        *j->d = missing;
    else
        rc = check(l, buf_str(&text), j->d);
    if (text.n)
        buf_addf(&j->depends, " %s", path.p);
    rc = rc ? rc : patterns_add(&j->patterns, l, buf_str(&text), j->d);
    if (rc)
        diag_at(j->d, path.p, j->d->line, j->d->column);
    return rc;
}

/* A file that no language reads would be forgotten in silence. */
static int check_names(struct job *j)
{
    DIR *dir = opendir(j->folder);
    int rc = OK;
    if (!dir)
        return diag_errno(j->d, "cannot open %s", j->folder);
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        struct str name = str_z(e->d_name);
        if (e->d_name[0] == '.')
            continue;
        if (!str_ends(name, STR(".scm")) ||
            !syntax_language_by_id(str_sub(name, 0, name.n - strlen(".scm")))) {
            rc = diag_set(j->d, E_PARSE, "there is no language of this name");
            diag_at(j->d, e->d_name, 1, 1);
        }
    }
    closedir(dir);
    return rc;
}

static int run(struct job *j, const char *depfile)
{
    buf_addf(&j->depends, "%s: %s", j->output, j->folder);
    int rc = check_names(j);
    for (int i = 0; !rc && i < SYNTAX_LANGUAGE_COUNT; i++)
        rc = add_language(j, &SYNTAX_LANGUAGES[i]);
    buf_addc(&j->depends, '\n');
    if (!rc && (patterns_write(&j->patterns, &j->c) || buf_result(&j->depends)))
        rc = diag_set(j->d, E_NOMEM, "out of memory");
    if (!rc)
        rc = file_write(j->output, buf_str(&j->c), j->d);
    return rc ? rc : file_write(depfile, buf_str(&j->depends), j->d);
}

int main(int argc, char **argv)
{
    struct diag d = {0};

    if (argc != 4) {
        fprintf(stderr, "usage: queries FOLDER OUTPUT.c DEPFILE\n");
        return 2;
    }
    AUTO(job) j = {
        .folder = argv[1], .output = argv[2], .c = BUF_INIT, .depends = BUF_INIT, .d = &d};
    if (!run(&j, argv[3]))
        return 0;
    file_complain(&d);
    return 1;
}
