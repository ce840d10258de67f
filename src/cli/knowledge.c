/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which packs are in use and in which order. */
#include "cli/knowledge.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"
#include "values/values.h"

struct names {
    VEC(const char *);
};

void knowledge_done(struct knowledge *k)
{
    for (size_t i = 0; i < k->n; i++) {
        catalog_build_done(&k->builds[i]);
        pack_done(&k->packs[i]);
    }
    k->n = 0;
}

const char *knowledge_folder(struct arena *a)
{
    const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    struct str path = STR_NULL;

    if (xdg && xdg[0] == '/')
        path = arena_fmt(a, "%s/stance/packs", xdg);
    else if (home && home[0] == '/')
        path = arena_fmt(a, "%s/.local/share/stance/packs", home);
    return path.p;
}

static int order_name(const void *a, const void *b, void *ctx UNUSED)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Hidden folders are none: what is half written is called so. */
static int list(struct invocation *in, const char *folder, struct names *ret, struct diag *d)
{
    DIR *dir = folder ? opendir(folder) : NULL;
    int rc = OK;

    if (!dir && (!folder || errno == ENOENT))
        return OK;
    if (!dir)
        return diag_errno(d, "cannot open the packs in '%s'", folder);
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        char *name = e->d_name[0] == '.' ? NULL : arena_z(in->arena, str_z(e->d_name));
        if (e->d_name[0] != '.')
            rc = name && !vec_push(ret, name) ? OK : arena_error(in->arena);
    }
    closedir(dir);
    if (!rc && vec_sort(ret, order_name, NULL))
        rc = E_NOMEM;
    return rc;
}

int knowledge_error(int rc)
{
    return rc == E_EXISTS || rc == E_NOTFOUND ? E_PARSE : rc;
}

const struct catalog *knowledge_below(const struct knowledge *k, size_t index)
{
    return index ? &k->builds[index - 1].catalog : &CATALOG;
}

static int extend(struct knowledge *k, const char *name, const struct catalog_source *files,
                  size_t n, struct diag *d)
{
    struct catalog_build *b = &k->builds[k->n];
    int rc = catalog_extend(knowledge_below(k, k->n), files, n, b, d);

    if (rc) {
        pack_done(&k->packs[k->n]);
        return rc;
    }
    k->names[k->n++] = name;
    return values_check_examples(&b->catalog, b->examples, b->n_examples, d);
}

static int add(struct invocation *in, const char *folder, const char *name,
               const struct knowledge_trial *trial, struct diag *d)
{
    struct knowledge *k = in->knowledge;
    struct str path = arena_fmt(in->arena, "%s/%s", folder, name);

    if (k->n == KNOWLEDGE_PACKS)
        return diag_set(d, E_LIMIT, "there are more than %u packs", KNOWLEDGE_PACKS);
    if (trial)
        return extend(k, name, trial->files, trial->n, d);
    if (!path.p)
        return arena_error(in->arena);
    int rc = pack_read(path.p, &k->packs[k->n], d);
    if (!rc)
        rc = extend(k, name, k->packs[k->n].files, k->packs[k->n].n, d);
    if (rc)
        diag_hint(d, "the pack %s is part of what every command knows: mend it, or move it away",
                  path.p);
    return rc;
}

/* The name of the trial, if it has one, stands among the names once. */
static int take_in(struct names *names, const struct knowledge_trial *trial)
{
    size_t kept = 0;

    if (!trial || !trial->name)
        return OK;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->v[i], trial->name))
            names->v[kept++] = names->v[i];
    names->n = kept;
    return vec_push(names, trial->name) || vec_sort(names, order_name, NULL) ? E_NOMEM : OK;
}

static int read_packs(struct invocation *in, const struct knowledge_trial *trial, size_t *ret,
                      struct diag *d)
{
    const char *folder = knowledge_folder(in->arena);
    struct names names = {0};
    int rc = list(in, folder, &names, d);

    if (!rc && take_in(&names, trial))
        rc = diag_set(d, E_NOMEM, "no memory for the packs");
    for (size_t i = 0; !rc && i < names.n; i++) {
        bool tried = trial && trial->name && !strcmp(names.v[i], trial->name);
        if (tried)
            *ret = in->knowledge->n;
        rc = add(in, folder, names.v[i], tried ? trial : NULL, d);
    }
    if (!rc && trial && !trial->name) {
        *ret = in->knowledge->n;
        rc = add(in, "", "", trial, d);
    }
    vec_free(&names);
    return knowledge_error(rc);
}

int knowledge_in_use(struct invocation *in, const struct catalog **ret, struct diag *d)
{
    struct knowledge *k = in->knowledge;
    int rc = k->read ? OK : read_packs(in, NULL, NULL, d);

    k->read = !rc;
    *ret = knowledge_below(k, k->n);
    return rc;
}

int knowledge_with(struct invocation *in, const struct knowledge_trial *t, size_t *ret,
                   struct diag *d)
{
    knowledge_done(in->knowledge);
    in->knowledge->read = false;
    return read_packs(in, t, ret, d);
}
