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

/*
 * The file that rules a place, and the path it rules it by. Hosts read the one at the root of the
 * repository; where no repository is known, the innermost one counts.
 */
static int file_for(struct link *l, const struct place *at, const struct owner_file **ret,
                    struct str *ret_path)
{
    const struct repository *r;
    uint32_t i = FACT_NONE;
    int rc = repository_of(l, at->target, at->path, &r);
    struct str folder = !r ? at->path : r->above ? ABOVE : r->root;
    if (!rc)
        rc = folder_find(&l->owner_file_at, at->target, folder, &i);
    const struct owner_file *f = !rc && i != FACT_NONE ? &l->owner_files.v[i] : NULL;
    if (f && (f->too_long || (r && !str_eq(f->root, folder))))
        f = NULL; /* the last rule that matches counts: without the last ones none does */
    *ret = f;
    if (!f)
        return rc;
    if (r)
        *ret_path = repository_path(l, r, at->path);
    else
        *ret_path = f->root.n ? str_sub(at->path, f->root.n + 1, at->path.n) : at->path;
    return ret_path->p ? 0 : E_NOMEM;
}

/* Each place is held against each line with a wildcard. GitHub reads no file above 3 MB at all. */
#define OWNER_RULES_MAX 20000u

int owner_file_add(struct link *l, struct owner_file *file, const struct owner_rule *rule)
{
    if (file->rules.n < OWNER_RULES_MAX)
        return owner_rule_add(l, file, rule);
    if (file->too_long)
        return 0;
    file->too_long = true;
    return vec_push(&l->coverage, ((struct coverage_row){.source = STR("files"),
                                                         .target = file->target,
                                                         .path = file->path,
                                                         .state = COVERAGE_PARTIAL,
                                                         .reason = STR("more than 20000 rules"),
                                                         .collectors = STR("codeowners"),
                                                         .files = 1}));
}

int owner_file_take(struct link *l, const struct linked_item *it, struct owner_file **ret)
{
    struct owner_file *last = l->owner_files.n ? &l->owner_files.v[l->owner_files.n - 1] : NULL;
    struct owner_file fresh = {.target = it->target, .path = it->path};
    uint64_t *slot;
    *ret = last && last->target == it->target && str_eq(last->path, it->path) ? last : NULL;
    if (*ret || !owner_file_root(path_above(it->path, NULL), &fresh.root, &fresh.rank))
        return 0;
    if (str_starts(it->path, STR("../")))
        fresh.root = ABOVE;
    if (folder_put(&l->owner_file_at, it->target, fresh.root, &slot) ||
        vec_push(&l->owner_files, fresh))
        return E_NOMEM;
    *ret = &l->owner_files.v[l->owner_files.n - 1];
    if (*slot == FACT_NONE || fresh.rank < l->owner_files.v[*slot].rank)
        *slot = l->owner_files.n - 1;
    return 0;
}

static int add_rule(struct inventory *inv, uint32_t handle, const struct place *at,
                    const struct owner_rule *r)
{
    for (size_t i = 0; r && i < r->n; i++) {
        struct owner_candidate c = {
            .name = r->owners[i], .source = STR("codeowners"), .confidence = 90, .at = r->at};
        int rc = inventory_owner(inv, handle, &c);
        if (!rc)
            rc = inventory_path_owner(inv, at->target, at->path, c.name);
        if (rc)
            return rc;
    }
    return 0;
}

/* What lies in a home and in no repository belongs to the person who lives there. */
static int add_person(struct link *l, struct inventory *inv, uint32_t handle,
                      const struct place *at)
{
    struct scope s;
    int rc = scope_of(l, at->target, at->path, &s);
    if (rc || !s.person.n)
        return rc;
    struct owner_candidate c = {
        .name = s.person, .source = STR("home-folder"), .confidence = 50, .at = *at};
    return inventory_owner(inv, handle, &c);
}

int owners_apply(struct link *l, struct inventory *inv, uint32_t handle, const struct place *at)
{
    const struct owner_file *f;
    struct str path;
    int found = add_person(l, inv, handle, at);
    if (!found)
        found = file_for(l, at, &f, &path);
    if (found || !f)
        return found;
    struct owner_hits hits = {0};
    int rc = owner_rules_find(f, path, &hits);
    for (size_t i = 0; i < hits.n && !rc; i++)
        rc = add_rule(inv, handle, at, &f->rules.v[hits.v[i]]);
    vec_free(&hits);
    return rc;
}
