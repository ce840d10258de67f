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

static int add(struct invocation *in, const char *folder, const char *name, struct diag *d)
{
    struct knowledge *k = in->knowledge;
    const struct catalog *base = k->n ? &k->builds[k->n - 1].catalog : &CATALOG;
    struct str path = arena_fmt(in->arena, "%s/%s", folder, name);
    struct catalog_build *b = &k->builds[k->n];
    struct pack *p = &k->packs[k->n];

    if (!path.p)
        return arena_error(in->arena);
    if (k->n == KNOWLEDGE_PACKS)
        return diag_set(d, E_LIMIT, "there are more than %u packs", KNOWLEDGE_PACKS);
    int rc = pack_read(path.p, p, d);
    if (rc)
        return rc;
    rc = catalog_extend(base, p->files, p->n, b, d);
    if (rc) {
        pack_done(p);
        return rc;
    }
    k->names[k->n++] = name;
    return values_check_examples(&b->catalog, b->examples, b->n_examples, d);
}

int knowledge_in_use(struct invocation *in, const struct catalog **ret, struct diag *d)
{
    struct knowledge *k = in->knowledge;
    const char *folder = knowledge_folder(in->arena);
    struct names names = {0};
    int rc = k->read ? OK : list(in, folder, &names, d);

    for (size_t i = 0; !rc && i < names.n; i++) {
        rc = add(in, folder, names.v[i], d);
        if (rc)
            diag_hint(d, "of the pack %s/%s; `stance catalog check %s/%s` tries it alone", folder,
                      names.v[i], folder, names.v[i]);
    }
    vec_free(&names);
    k->read = !rc;
    *ret = k->n ? &k->builds[k->n - 1].catalog : &CATALOG;
    return rc;
}
