/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a folder are items, and what is said of those that are not. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "discover/walk/walk.h"

static bool files_accepts(const struct discover_options *o UNUSED, const struct target *t UNUSED,
                          const struct stat *st)
{
    return S_ISDIR(st->st_mode) || S_ISREG(st->st_mode);
}

/* What stands above the target, and the target that is a file. */
static int first_unit(struct walk *w, struct unit *u)
{
    const struct target *t = &w->options->targets[w->target];
    int rc = 0;
    vec_each (f, &w->above.files) {
        struct stat st;
        int fd = f->fd;
        f->fd = -1;
        if (rc || fstat(fd, &st))
            close(fd);
        else
            rc = lane_file(u->lane, w->target, f->path, fd, &st);
    }
    if (!w->single || rc)
        return rc;
    AUTO(arena) a = ARENA(0);
    char *root = arena_z(&a, t->root);
    return root ? unit_open_file(u, AT_FDCWD, root, t->name) : E_NOMEM;
}

static int files_work(void *state, struct lane *l, struct diag *d)
{
    struct walk *w = state;
    bool first = false;
    struct folder *f = walk_take(w, false, &first);
    if (!f) { /* what this lane has is examined while others look for more */
        int rc = lane_cancelled(l) ? 0 : lane_flush(l);
        f = rc ? NULL : walk_take(w, true, &first);
        if (!f)
            return rc;
    }
    struct unit u; /* its list is filled by whoever lists */
    u.walk = w;
    u.lane = l;
    u.folder = f;
    u.found = NULL;
    u.path = (struct buf)BUF_INIT;
    int rc = first ? first_unit(w, &u) : 0;
    if (!rc && !w->single)
        rc = unit_list(&u);
    walk_give_back(&u);
    buf_done(&u.path);
    if (rc == E_NOMEM && !d->text[0])
        diag_set(d, rc, "no memory to list a folder");
    return rc ? rc : 1;
}

/* --- open and close ----------------------------------------------------------------------- */

static int rule_row(struct walk *w, struct discover_report *r, const char *rule,
                    enum coverage_state state, const char *reason, uint64_t count)
{
    return vec_push(&r->coverage, ((struct coverage_row){.source = STR("files"),
                                                         .target = w->target,
                                                         .path = str_z(rule),
                                                         .state = state,
                                                         .reason = str_z(reason),
                                                         .files = count}));
}

/* What the walk itself tells apart. */
static int tell_built_in(struct walk *w, struct discover_report *r)
{
    const struct {
        const char *id;
        uint64_t count;
    } rows[] = {
        {"symbolic-links", w->links},
        {"special-files", w->specials},
        {"kernel-file-systems", w->kernel_mounts},
        {"own-files", w->n_own}, /* whether they are there already, or not yet */
    };
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows) && !rc; i++) {
        const struct catalog_walk_rule *rule = catalog_walk_rule(&CATALOG, str_z(rows[i].id));
        if (rule && rows[i].count)
            rc = rule_row(w, r, rule->id, COVERAGE_SKIPPED, rule->reason, rows[i].count);
    }
    return rc;
}

static int tell(struct walk *w, struct discover_report *r)
{
    const struct walk_rules *rules = w->options->rules;
    int rc = 0;
    for (int i = 0; i < walk_rules_count(rules) && !rc; i++)
        if (w->rule_hits[i] || walk_rules_is_exclude(rules, i))
            rc = rule_row(w, r, walk_rules_hides(rules, i), COVERAGE_SKIPPED,
                          w->rule_hits[i] ? walk_rules_reason(rules, i) : EXCLUDED_NOTHING,
                          w->rule_hits[i]);
    return rc ? rc : tell_built_in(w, r);
}

static int files_close(void *state, struct discover_report *r)
{
    struct walk *w = state;
    int rc = r ? tell(w, r) : 0;
    while (w->stack) {
        struct folder *f = w->stack;
        w->stack = f->next;
        folder_drop(f);
    }
    above_close(&w->above);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w->rule_hits);
    mem_free(w);
    return rc;
}

static void files_stop(void *state)
{
    struct walk *w = state;
    pthread_mutex_lock(&w->lock);
    w->stopped = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* The target itself is the first folder. */
static int open_root(struct walk *w, struct diag *d)
{
    const struct target *t = &w->options->targets[w->target];
    AUTO(arena) a = ARENA(0);
    struct stat st;
    char *root = arena_z(&a, t->root);
    struct folder *f = root ? folder_new(NULL, STR(""), 0) : NULL;
    if (!f)
        return diag_set(d, E_NOMEM, "no memory to walk a folder");
    walk_push(w, f);
    f->fd = open(root, O_RDONLY | O_CLOEXEC | (w->single ? O_PATH : O_DIRECTORY));
    if (f->fd < 0)
        return diag_errno(d, "cannot open the folder");
    w->device = f->device = fstat(f->fd, &st) ? 0 : st.st_dev;
    return 0;
}

/* Those of our own files that lie in the target. */
static void note_own(struct walk *w)
{
    const struct discover_options *o = w->options;
    struct str root = o->targets[w->target].root;
    while (str_ends(root, STR("/")))
        root.n--;
    for (size_t i = 0; i < o->n_own && w->n_own < OWN_MAX && !w->single; i++) {
        struct str own = o->own[i];
        if (own.n <= root.n || !str_starts(own, root) || own.p[root.n] != '/')
            continue;
        bool is_root = own.n == root.n + 1;
        w->own[w->n_own++] = is_root ? STR("/") : str_sub(own, root.n + 1, own.n);
    }
}

static int files_open(const struct discover_options *o, uint32_t target, void **ret_state,
                      struct diag *d)
{
    struct walk *w = mem_alloc(sizeof(*w));
    size_t rules = (size_t)walk_rules_count(o->rules) + 1;
    if (!w || !(w->rule_hits = mem_alloc(sizeof(*w->rule_hits) * rules))) {
        mem_free(w);
        return diag_set(d, E_NOMEM, "no memory to walk a folder");
    }
    w->options = o;
    w->target = target;
    w->single = o->targets[target].single_file;
    note_own(w);
    w->above.mem = (struct arena)ARENA(0);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    int rc = open_root(w, d);
    if (!rc)
        rc = above_open(&o->targets[target], &w->above);
    if (rc) {
        int closed = files_close(w, NULL);
        return closed ? closed : rc;
    }
    *ret_state = w;
    return 0;
}

const struct source SOURCE_FILES = {
    .id = "files",
    .title = "Files of a folder, or one file",
    .stamps = true,
    .accepts = files_accepts,
    .open = files_open,
    .work = files_work,
    .stop = files_stop,
    .close = files_close,
};
