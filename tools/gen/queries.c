/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the files of knowledge/queries fit their grammars, and writes them as C. */
#include <dirent.h>

#include "base/path.h"
#include "base/vec.h"
#include "file.h"
#include "match/syntax_query.h"

#define MEMORY ((size_t)256 << 20)

struct job {
    const char *folder, *output;
    struct buf c, depends;
    struct diag *d;
};

static void job_done(struct job *j)
{
    buf_done(&j->c);
    buf_done(&j->depends);
}

static void write_text(struct buf *out, struct str text)
{
    struct str line;
    if (!text.n)
        buf_addz(out, "    \"\"");
    while (str_line(&text, &line)) {
        buf_addz(out, "    \"");
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '"' || line.p[i] == '\\')
                buf_addc(out, '\\');
            buf_addc(out, line.p[i]);
        }
        buf_addz(out, text.n ? "\\n\"\n" : "\\n\"");
    }
    buf_addz(out, ",\n");
}

static int check(struct job *j, const struct syntax_language *l, const char *path, struct str text)
{
    struct syntax_memory m = {.cap = MEMORY, .budget = UINT64_MAX};
    struct syntax_query query;
    int rc = syntax_query_compile(&m, l, text, &query, j->d);
    syntax_memory_done(&m);
    if (rc)
        diag_at(j->d, path, 1, 1);
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
        rc = check(j, l, path.p, buf_str(&text));
    if (text.n)
        buf_addf(&j->depends, " %s", path.p);
    write_text(&j->c, buf_str(&text));
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
    buf_addz(&j->c, "/* SPDX-License-Identifier: Apache-2.0 */\n"
                    "/* Generated from knowledge/queries by tools/gen/queries.c. */\n"
                    "#include \"match/syntax_query.h\"\n\n"
                    "const char *const SYNTAX_QUERIES[] = {\n");
    int rc = check_names(j);
    for (int i = 0; !rc && i < SYNTAX_LANGUAGE_COUNT; i++)
        rc = add_language(j, &SYNTAX_LANGUAGES[i]);
    buf_addz(&j->c, "};\n");
    buf_addc(&j->depends, '\n');
    if (!rc && (buf_result(&j->c) || buf_result(&j->depends)))
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
