/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which CODEOWNERS line owns a place, as GitHub and GitLab do: the last match wins. */
#include "base/path.h"
#include "link/link_internal.h"

/*
 * GitHub and GitLab, "About code owners": a pattern with a slash at its start or inside is tied to
 * the root, others match at any depth; a folder pattern covers all below it; "docs/(star)" covers
 * direct members only.
 */
bool owner_pattern_match(struct str pattern, struct str path)
{
    bool anchored = false, folder = false;
    if (!pattern.n)
        return false;
    if (pattern.p[0] == '/') {
        anchored = true;
        pattern = str_sub(pattern, 1, pattern.n);
    }
    if (pattern.n && pattern.p[pattern.n - 1] == '/') {
        folder = true;
        pattern = str_sub(pattern, 0, pattern.n - 1);
    }
    if (!pattern.n)
        return true; /* "/" */
    anchored |= str_chr(pattern, '/', 0) != SIZE_MAX;
    bool members_only = str_ends(pattern, STR("/*"));
    /* Try the path itself and each folder above it, and without anchor each tail of those. */
    for (size_t end = path.n; end != SIZE_MAX;
         end = end ? str_rchr(str_sub(path, 0, end), '/') : SIZE_MAX) {
        struct str head = str_sub(path, 0, end);
        if (folder && end == path.n)
            continue;
        if (members_only && end != path.n)
            break;
        if (path_glob(pattern, anchored ? head : path_base(head)))
            return true;
    }
    return false;
}

bool owner_file_root(struct str path, struct str *ret_root, int *ret_rank)
{
    static const char *const holders[] = {".github", "", "docs", ".gitlab"};
    if (!str_eq_z(path_base(path), "CODEOWNERS"))
        return false;
    struct str dir = path_dir(path), base = path_base(dir);
    for (int i = 0; i < (int)ARRAY_LEN(holders); i++)
        if (holders[i][0] && str_eq_z(base, holders[i])) {
            *ret_root = path_dir(dir);
            *ret_rank = i;
            return true;
        }
    *ret_root = dir;
    *ret_rank = 1;
    return true;
}

/* The innermost file that rules a place; of one root the one that the host reads first. */
static const struct owner_file *file_for(const struct link *l, const struct place *at)
{
    const struct owner_file *best = NULL;
    for (size_t i = 0; i < l->owner_files.n; i++) {
        const struct owner_file *f = &l->owner_files.v[i];
        if (f->target != at->target || !path_is_below(at->path, f->root))
            continue;
        if (!best || f->root.n > best->root.n ||
            (f->root.n == best->root.n && f->rank < best->rank))
            best = f;
    }
    return best;
}

static int add_rule(struct inventory *inv, uint32_t handle, const struct owner_rule *r)
{
    for (size_t i = 0; r && i < r->n; i++) {
        struct owner_candidate c = {
            .name = r->owners[i], .source = STR("codeowners"), .confidence = 90, .at = r->at};
        int rc = inventory_owner(inv, handle, &c);
        if (rc)
            return rc;
    }
    return 0;
}

int owners_apply(struct link *l, struct inventory *inv, uint32_t handle, const struct place *at)
{
    const struct owner_file *f = file_for(l, at);
    if (!f)
        return 0;
    struct str path = f->root.n ? str_sub(at->path, f->root.n + 1, at->path.n) : at->path;
    const struct owner_rule *last = NULL;
    for (size_t i = 0; i < f->rules.n; i++) {
        const struct owner_rule *r = &f->rules.v[i];
        if (r->pattern.n && r->pattern.p[0] == '[') { /* a new section */
            int rc = add_rule(inv, handle, last);
            if (rc)
                return rc;
            last = NULL;
        } else if (owner_pattern_match(r->pattern, path)) {
            last = r;
        }
    }
    return add_rule(inv, handle, last);
}
