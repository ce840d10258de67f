/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is built into the program: knowledge/ compiled, its examples run, written as C. */
#include <dirent.h>

#include "base/path.h"
#include "base/vec.h"
#include "catalog.h"
#include "catalog/compile.h"
#include "file.h"
#include "values/values.h"

static const char *const FOLDERS[] = {".", "entries", "models", "patterns", "queries", "walk"};

struct job {
    const char *root, *output;
    struct arena a;
    struct {
        VEC(struct catalog_source);
    } files;
    struct buf depends; /* for the build: every file and folder that was read */
    struct diag *d;
};

static void job_done(struct job *j)
{
    arena_done(&j->a);
    vec_free(&j->files);
    buf_done(&j->depends);
}

static void add_dependency(struct job *j, const char *path)
{
    buf_addz(&j->depends, " \\\n  ");
    for (; *path; path++) {
        if (*path == ' ' || *path == '#' || *path == '\\')
            buf_addc(&j->depends, '\\');
        buf_addc(&j->depends, *path);
    }
}

static int read_file(struct job *j, const char *folder, const char *name)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    struct catalog_source file = {0};

    buf_addf(&path, "%s/%s/%s", j->root, folder, name);
    int rc = buf_result(&path);
    if (!rc)
        rc = file_read(path.p, &text, j->d);
    if (rc)
        return rc;
    add_dependency(j, path.p);
    bool top = !strcmp(folder, ".");
    file.path = arena_fmt(&j->a, "%s%s%s", top ? "" : folder, top ? "" : "/", name);
    file.text = arena_str(&j->a, buf_str(&text));
    if (!file.path.p || !file.text.p || vec_push(&j->files, file))
        return diag_set(j->d, E_NOMEM, "out of memory");
    return OK;
}

static int read_folder(struct job *j, const char *folder)
{
    AUTO(buf) path = BUF_INIT;
    int rc = OK;

    buf_addf(&path, "%s/%s", j->root, folder);
    if (buf_result(&path))
        return diag_set(j->d, E_NOMEM, "out of memory");
    DIR *dir = opendir(path.p);
    if (!dir)
        return diag_errno(j->d, "cannot open %s", path.p);
    add_dependency(j, path.p);
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        struct str name = str_z(e->d_name);
        if (e->d_name[0] != '.' && (str_ends(name, STR(".yaml")) || str_ends(name, STR(".scm"))))
            rc = read_file(j, folder, e->d_name);
    }
    closedir(dir);
    return rc;
}

static int run(struct job *j, const char *depfile)
{
    AUTO(catalog_build) b = {0};
    AUTO(buf) c = BUF_INIT;
    int rc = OK;

    buf_addf(&j->depends, "%s:", j->output);
    for (size_t i = 0; !rc && i < ARRAY_LEN(FOLDERS); i++)
        rc = read_folder(j, FOLDERS[i]);
    if (!rc)
        rc = catalog_compile(j->files.v, j->files.n, &b, j->d);
    if (!rc)
        rc = values_check_examples(&b.catalog, b.examples, b.n_examples, j->d);
    if (rc)
        return rc;
    catalog_write_c(&b.catalog, &c);
    buf_addc(&j->depends, '\n');
    if (buf_result(&c) || buf_result(&j->depends))
        return diag_set(j->d, E_NOMEM, "out of memory");
    rc = file_write(j->output, buf_str(&c), j->d);
    return rc ? rc : file_write(depfile, buf_str(&j->depends), j->d);
}

int main(int argc, char **argv)
{
    struct diag d = {0};

    if (argc != 4) {
        fprintf(stderr, "usage: catalog KNOWLEDGE-FOLDER OUTPUT.c DEPFILE\n");
        return 2;
    }
    AUTO(job) j = {.root = argv[1], .output = argv[2], .depends = BUF_INIT, .d = &d};
    if (!run(&j, argv[3]))
        return 0;
    file_complain(&d);
    return 1;
}
