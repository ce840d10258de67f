/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which keys may be samples: those in the rules and tests of a program that itself looks
 * for such keys. A single pattern says nothing: many an application checks the form of its own.
 */
#include "base/path.h"
#include "link/link_internal.h"

#define VENDORS_MIN 4 /* with patterns in one target: it looks for keys of others */

static struct str key_of(struct link *l, uint32_t target, char what, struct str path, struct str id)
{
    return arena_fmt(&l->mem, "%u %c " STR_FMT " " STR_FMT, target, what, STR_ARG(id),
                     STR_ARG(path));
}

static int put(struct link *l, struct str key, bool *ret_fresh)
{
    *ret_fresh = false;
    if (!key.p)
        return arena_error(&l->mem);
    return map_put(&l->patterns, key, ret_fresh) ? 0 : E_NOMEM;
}

int pattern_take(struct link *l, const struct linked_item *it, const struct fact *f)
{
    struct str path = tree_path(l, &f->at);
    bool fresh;
    int rc;

    if (!path.p)
        return arena_error(&l->mem);
    if (!l->pattern_vendors &&
        !(l->pattern_vendors = arena_new_n(&l->mem, uint32_t, l->n_targets + 1)))
        return arena_error(&l->mem);
    rc = put(l, key_of(l, it->target, 'f', path, f->source), &fresh);
    rc = rc ? rc : put(l, key_of(l, it->target, 'd', path_dir(path), f->source), &fresh);
    rc = rc ? rc : put(l, key_of(l, it->target, 't', STR(""), f->source), &fresh);
    l->pattern_vendors[it->target] += fresh;
    return rc;
}

/* By its name alone: "x_test.go", "test_x.py", "x.spec.ts", "XTest.java". */
static bool is_test(struct str base)
{
    static const char *const marks[] = {"_test", "_spec", ".test", ".spec", "Test", "Tests", NULL};
    size_t dot = str_rchr(base, '.');
    struct str stem = str_sub(base, 0, MIN(dot, base.n));

    for (int i = 0; marks[i]; i++)
        if (str_ends(stem, str_z(marks[i])))
            return true;
    return str_starts(stem, STR("test_"));
}

int pattern_beside(struct link *l, const struct place *at, const char *vendor, bool *ret)
{
    struct str path, file, folder;

    *ret = false;
    if (!l->pattern_vendors || l->pattern_vendors[at->target] < VENDORS_MIN)
        return 0;
    path = tree_path(l, at);
    if (!path.p)
        return arena_error(&l->mem);
    file = key_of(l, at->target, 'f', path, str_z(vendor));
    folder = key_of(l, at->target, 'd', path_dir(path), str_z(vendor));
    if (!file.p || !folder.p)
        return arena_error(&l->mem);
    bool test = is_test(path_base(path)) || (labels_of_path(path) & 1u << LABEL_TEST);
    *ret = map_get(&l->patterns, file) || (test && map_get(&l->patterns, folder));
    return 0;
}
