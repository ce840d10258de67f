/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which repository or home a path belongs to, and which labels its folders give it. */
#include "base/path.h"
#include "link/link_internal.h"

struct str path_above(struct str path, unsigned *ret_folders)
{
    unsigned n = 0;
    for (; str_starts(path, STR("../")); n++)
        path = str_sub(path, 3, path.n);
    if (ret_folders)
        *ret_folders = n;
    return path;
}

/* Length of the part of `path` that is a home folder, or 0: home/N, Users/N, homes/OS/N. */
static size_t home_length(struct str path)
{
    size_t at = 0, found = 0;
    struct str rest = path, part, parts[3] = {STR_NULL, STR_NULL, STR_NULL};
    while (str_field(&rest, '/', &part)) {
        parts[0] = parts[1];
        parts[1] = parts[2];
        parts[2] = part;
        at = (size_t)(part.p - path.p) + part.n;
        bool home = str_eq_z(parts[1], "home") || str_eq_z(parts[1], "Users") ||
                    (str_eq_z(parts[0], "homes") && parts[1].n);
        if (home && part.n && at < path.n)
            found = at;
    }
    return found;
}

/* The target itself may be a home: /home/N, /Users/N, /root. */
static struct str person_of_root(struct str root)
{
    struct str above = path_base(path_dir(root));
    bool home = str_eq_z(above, "home") || str_eq_z(above, "Users") || str_eq_z(root, "/root");
    return home ? path_base(root) : STR("");
}

/* A repository may have a folder "home" with folders in it; settings are what makes it a home. */
static bool has_settings(struct str rest)
{
    struct str first, tail;
    str_cut(rest, '/', &first, &tail);
    return (first.n && first.p[0] == '.') || str_eq_z(first, "AppData") ||
           str_eq_z(first, "Library");
}

static struct str below(struct str path, size_t root_n)
{
    return root_n ? str_sub(path, root_n + 1, path.n) : path;
}

static int folder_key(struct buf *key, uint32_t target, struct str folder)
{
    buf_add(key, str_n(&target, sizeof(target)));
    buf_add(key, folder);
    return buf_result(key);
}

int folder_put(struct map *m, uint32_t target, struct str folder, uint64_t **ret_slot)
{
    AUTO(buf) key = BUF_INIT;
    bool fresh;
    if (folder_key(&key, target, folder) || !(*ret_slot = map_put(m, buf_str(&key), &fresh)))
        return E_NOMEM;
    if (fresh)
        **ret_slot = FACT_NONE;
    return 0;
}

int folder_find(const struct map *m, uint32_t target, struct str path, uint32_t *ret_index)
{
    AUTO(buf) key = BUF_INIT;
    *ret_index = FACT_NONE;
    if (!m->n)
        return 0;
    if (folder_key(&key, target, path))
        return E_NOMEM;
    for (;;) {
        const uint64_t *hit = map_get(m, buf_str(&key));
        if (hit) {
            *ret_index = (uint32_t)*hit;
            return 0;
        }
        if (!path.n)
            return 0;
        path = path_dir(path);
        buf_cut(&key, sizeof(target) + path.n);
    }
}

int repository_of(const struct link *l, uint32_t target, struct str path,
                  const struct repository **ret)
{
    uint32_t i;
    int rc = folder_find(&l->repository_at, target, path, &i);
    *ret = !rc && i != FACT_NONE ? &l->repositories.v[i] : NULL;
    return rc;
}

struct str repository_path(struct link *l, const struct repository *r, struct str path)
{
    if (!r->prefix.n)
        return below(path, r->root.n);
    return arena_fmt(&l->mem, STR_FMT "/" STR_FMT, STR_ARG(r->prefix), STR_ARG(path));
}

int root_name(const struct link *l, uint32_t target, struct str path, struct str *ret)
{
    const struct repository *r;
    int rc = repository_of(l, target, path, &r);
    if (rc)
        return rc;
    *ret = l->targets[target].name;
    if (r && r->root.n)
        *ret = path_base(r->root);
    if (r && !r->by_commit)
        *ret = path_base(r->origin);
    return 0;
}

int scope_of(struct link *l, uint32_t target, struct str path, struct scope *ret)
{
    const struct repository *r;
    size_t home = home_length(path);
    struct scope s = {l->identities[target], path, person_of_root(l->targets[target].root)};
    int rc = repository_of(l, target, path, &r);
    if (rc)
        return rc;
    if (r && (r->root.n >= home || !has_settings(below(path, home))))
        s = (struct scope){r->scope, repository_path(l, r, path), STR("")};
    else if (home)
        s = (struct scope){arena_fmt(&l->mem, "home:" STR_FMT "/" STR_FMT, STR_ARG(s.id),
                                     STR_ARG(str_sub(path, 0, home))),
                           below(path, home), path_base(str_sub(path, 0, home))};
    if (!s.id.p || !s.path.p)
        return arena_error(&l->mem) ? arena_error(&l->mem) : E_BUG; /* before targets have names */
    *ret = s;
    return 0;
}

uint32_t labels_of_path(struct str path)
{
    uint32_t labels = 0;
    for (struct str folder = path_dir(path); folder.n; folder = path_dir(folder)) {
        const struct catalog_walk_folder *row;
        int cursor = 0;
        while ((row = catalog_walk_folder(&CATALOG, folder, &cursor))) {
            int label = CATALOG.walk_rules[row->rule].label;
            if (label >= 0)
                labels |= 1u << label;
        }
    }
    return labels;
}

struct str place_path(struct link *l, const struct place *at)
{
    if (!at->member.n)
        return at->path;
    return arena_fmt(&l->mem, STR_FMT "!/" STR_FMT, STR_ARG(at->path), STR_ARG(at->member));
}

/* The folder that a manifest makes an application of: requirements/dev.txt and x.dist-info/METADATA
 * speak for their parent. */
struct str application_folder(struct str manifest)
{
    struct str dir = path_dir(manifest);
    bool inner = str_eq_z(path_base(dir), "requirements") || str_ends(dir, STR(".dist-info"));
    return inner ? path_dir(dir) : dir;
}

/* Layers of an image lie above one another: what they hold is one tree. */
static struct str without_layer(struct str member)
{
    static const char start[] = "sha256:";
    size_t n = sizeof(start) - 1, slash = str_chr(member, '/', 0);
    bool layer = slash != SIZE_MAX && slash > n && str_starts(member, STR("sha256:"));
    return layer ? str_sub(member, slash + 1, member.n) : member;
}

struct str tree_path(struct link *l, const struct place *at)
{
    struct place p = *at;
    p.member = without_layer(at->member);
    return place_path(l, &p);
}

int link_observation(struct link *l, struct observation *o)
{
    struct scope s;
    int rc = scope_of(l, o->at.target, o->at.path, &s);
    if (rc)
        return rc;
    struct str all = place_path(l, &o->at);
    if (all.p && o->at.member.n)
        s.path =
            place_path(l, &(struct place){.path = s.path, .member = without_layer(o->at.member)});
    if (!all.p || !s.path.p)
        return arena_error(&l->mem);
    o->scope = s.id;
    /* An application is the folder of its manifest; everything else is its own file. */
    o->scope_path = o->kind == KIND_APPLICATION ? application_folder(s.path) : s.path;
    if (!o->scope_path.p)
        o->scope_path = STR("");
    o->labels = labels_of_path(all);
    return 0;
}
