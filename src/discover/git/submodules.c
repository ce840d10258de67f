/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which submodules are not checked out. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "base/spill.h"
#include "discover/git/submodules.h"
#include "discover/git/place.h"

#define REASON "a submodule, not checked out: `git submodule update --init`, and scan again"
#define REASON_LOST                                                                                \
    "a submodule without a line in .gitmodules, not checked out: clone what belongs there by "     \
    "hand, and scan again"

/* A folder that a file ".gitmodules" or an index names. */
struct module {
    uint32_t target;
    struct str path; /* below the target; "" is the target */
    bool may_miss;   /* its repository lies beside the file that names it */
    bool checked_in; /* the index says so, */
    bool named;      /* a file ".gitmodules" does */
};

struct modules {
    struct lane *lane;
    struct arena mem;
    struct {
        VEC(struct module);
    } list;
};

/* What git would take for the folder of a submodule. */
static bool is_plain(struct str path)
{
    struct str rest = path, part;
    if (!path.n || path.p[0] == '/' || str_chr(path, 0, 0) != SIZE_MAX)
        return false;
    while (rest.n && str_field(&rest, '/', &part))
        if (!part.n || str_eq_z(part, ".") || str_eq_z(part, ".."))
            return false;
    return true;
}

/* Where below the target a folder of the repository around it lies; false: beside it. */
static bool below_target(const struct target *t, struct str given, struct str module,
                         struct buf *out)
{
    struct str base = t->root, rest = given;
    while (str_starts(rest, STR("../"))) {
        base = path_dir(base);
        rest = str_sub(rest, 3, rest.n);
    }
    path_join(out, base, module);
    struct str whole = buf_str(out);
    if (buf_result(out) || !path_is_below(whole, t->root))
        return false;
    struct str below = str_sub(whole, MIN(whole.n, t->root.n + 1), whole.n);
    memmove(out->p, below.p, below.n);
    buf_cut(out, below.n);
    return true;
}

static int add(struct modules *m, const struct result *r, struct str module, bool checked_in)
{
    AUTO(buf) path = BUF_INIT;
    const struct discover_options *o = m->lane->options;
    const struct target *t = &o->targets[r->target];
    while (str_ends(module, STR("/")))
        module.n--;
    if (!is_plain(module))
        return 0;
    bool above = str_starts(r->path, STR("../"));
    if (above && !below_target(t, r->path, module, &path))
        return buf_result(&path);
    if (!above)
        path_join(&path, checked_in ? path_dir(path_dir(r->path)) : path_dir(r->path), module);
    struct str shown = buf_str(&path), only = o->only_path;
    if (buf_result(&path))
        return E_NOMEM;
    if (walk_rules_hide(o->rules, shown) || (only.n && !path_is_below(only, shown)))
        return 0;
    struct module new = {.target = r->target,
                         .path = arena_str(&m->mem, shown),
                         .may_miss = !above,
                         .checked_in = checked_in,
                         .named = !checked_in};
    return new.path.p ? vec_push(&m->list, new) : E_NOMEM;
}

static int meet(struct modules *m, const struct result *r)
{
    const struct discover_options *o = m->lane->options;
    AUTO(arena) a = ARENA(16 << 20);
    struct facts facts;
    struct diag ignored = {0};
    struct str path = STR("x");
    spill_rest();
    bool index = path_has_suffix(r->path, STR(GIT_INDEX));
    if (r->code || !r->frame.n || (!index && !str_eq_z(path_base(r->path), ".gitmodules")) ||
        (!r->target && (o->rev.n || o->since.n)) || o->targets[r->target].single_file)
        return 0;
    if (fact_read(r->frame, 0, &path, &a, &facts, &ignored))
        return 0;
    int rc = 0;
    for (size_t i = 0; i < facts.n && !rc; i++) {
        struct str said = facts.v[i].pattern;
        if (facts.v[i].type == FACT_ORIGIN && str_starts(said, STR(GIT_MODULE)))
            rc = add(m, r, str_sub(said, strlen(GIT_MODULE), said.n), index);
    }
    return rc;
}

static int module_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct module *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    int order = str_cmp(x->path, y->path);
    return order ? order : (int)y->named - (int)x->named;
}

/* One folder is told once: what is known of the first one, of all. */
static void merge(struct modules *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->list.n; i++) {
        struct module *last = n ? &m->list.v[n - 1] : NULL, *one = &m->list.v[i];
        if (last && last->target == one->target && str_eq(last->path, one->path)) {
            last->checked_in |= one->checked_in;
            last->may_miss |= one->may_miss;
        } else {
            m->list.v[n++] = *one;
        }
    }
    m->list.n = n;
}

/* Takes the folder. */
static bool holds_nothing(int fd)
{
    DIR *folder = fdopendir(fd);
    bool empty = folder != NULL;
    if (!folder) {
        close(fd);
        return false;
    }
    for (struct dirent *e; empty && (e = readdir(folder));)
        empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
    closedir(folder);
    return empty;
}

/* The repository that the folder is missing from: only there is it known to have been meant. */
static bool is_repository(int root, struct str module)
{
    AUTO(buf) path = BUF_INIT;
    for (struct str at = path_dir(module);; at = path_dir(at)) {
        buf_clear(&path);
        path_join(&path, at, STR(".git"));
        int fd = buf_result(&path) ? -1 : git_place_look(root, path.p);
        if (fd >= 0)
            close(fd);
        if (fd >= 0 || !at.n)
            return fd >= 0;
    }
}

static bool is_missing(int root, const struct module *m)
{
    AUTO(buf) path = BUF_INIT;
    path_join(&path, m->path, STR("."));
    int fd = buf_result(&path) ? -1 : git_place_open(root, path.p);
    if (fd >= 0)
        return holds_nothing(fd);
    return errno == ENOENT && (m->checked_in || (m->may_miss && is_repository(root, m->path)));
}

static int tell(struct modules *m, const struct module *module)
{
    AUTO(arena) a = ARENA(0);
    char *root = arena_z(&a, m->lane->options->targets[module->target].root);
    int fd = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    bool missing = fd >= 0 && is_missing(fd, module);
    if (fd >= 0)
        close(fd);
    return missing ? lane_refuse(m->lane, module->target, module->path, S_IFDIR,
                                 COVERAGE_NOT_LOOKED, module->named ? REASON : REASON_LOST)
                   : 0;
}

int git_submodules_tell(struct lane *lanes, unsigned n, struct diag *d)
{
    struct modules m = {.lane = &lanes[0], .mem = ARENA(0)};
    int rc = 0;
    for (unsigned i = 0; i < n; i++)
        for (size_t k = 0; k < lanes[i].results.n && !rc; k++)
            rc = meet(&m, &lanes[i].results.v[k]);
    if (!rc)
        rc = vec_sort(&m.list, module_cmp, NULL);
    if (!rc)
        merge(&m);
    for (size_t i = 0; i < m.list.n && !rc; i++)
        rc = tell(&m, &m.list.v[i]);
    vec_free(&m.list);
    arena_done(&m.mem);
    return rc ? diag_set(d, rc, "no memory for the submodules of a repository") : 0;
}
