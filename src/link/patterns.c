/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which keys may be samples: those in the rules and tests of a program that itself looks
 * for such keys. A single pattern says nothing: many an application checks the form of its own. A
 * folder whose files or folders each look for keys of another vendor is a collection of rules: its
 * files, and tests anywhere below it, hold samples of whatever vendor.
 */
#include "base/path.h"
#include "link/link_internal.h"

#define VENDORS_MIN 4 /* with patterns in one target: it looks for keys of others */
#define RULES_MIN   6 /* vendors and members of a folder: it is a collection of rules */

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

/* One more vendor or member of a folder, if it is new. */
static int count(struct link *l, uint32_t target, struct str folder, char what, struct str id)
{
    bool fresh;
    int rc = put(l, key_of(l, target, what, folder, id), &fresh);
    struct str key = arena_fmt(&l->mem, "%u %c# " STR_FMT, target, what, STR_ARG(folder));

    if (rc || !fresh)
        return rc;
    uint64_t *n = key.p ? map_put(&l->patterns, key, &fresh) : NULL;
    if (!n)
        return key.p ? E_NOMEM : arena_error(&l->mem);
    ++*n;
    return 0;
}

/* The folders above a pattern, but not the target: its parts need not belong together. */
static int count_above(struct link *l, uint32_t target, struct str path, struct str vendor)
{
    for (struct str folder = path_dir(path); folder.n; folder = path_dir(folder)) {
        struct str member = str_sub(path, folder.n + 1, path.n);
        member = str_sub(member, 0, MIN(str_chr(member, '/', 0), member.n));
        int rc = count(l, target, folder, 'v', vendor);
        rc = rc ? rc : count(l, target, folder, 'm', member);
        if (rc)
            return rc;
    }
    return 0;
}

static int counted(struct link *l, uint32_t target, struct str folder, char what, uint64_t *ret)
{
    struct str key = arena_fmt(&l->mem, "%u %c# " STR_FMT, target, what, STR_ARG(folder));
    const uint64_t *n = key.p ? map_get(&l->patterns, key) : NULL;

    *ret = n ? *n : 0;
    return key.p ? 0 : arena_error(&l->mem);
}

/* In a collection of rules itself, or in a test below one. */
static int in_rules(struct link *l, uint32_t target, struct str path, bool test, bool *ret)
{
    for (struct str folder = path_dir(path), above; folder.n && !*ret; folder = above) {
        uint64_t vendors, members;
        int rc = counted(l, target, folder, 'v', &vendors);
        rc = rc ? rc : counted(l, target, folder, 'm', &members);
        if (rc)
            return rc;
        *ret = vendors >= RULES_MIN && members >= RULES_MIN;
        above = test ? path_dir(folder) : STR("");
    }
    return 0;
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
    return rc ? rc : count_above(l, it->target, path, f->source);
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
    return *ret ? 0 : in_rules(l, at->target, path, test, ret);
}
