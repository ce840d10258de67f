/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders are watched. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/path.h"
#include "monitor/watch_internal.h"

#define EVENTS                                                                                     \
    (IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM |              \
     IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)

/* Of a folder that holds a target: does another take its place? */
#define EVENTS_ABOVE                                                                               \
    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)

struct pending {
    VEC(struct str);
    struct arena mem;
};

/* 0; 1 when it is not there (any more) or the kernel gives no more. */
static int add_one(struct watch *w, uint32_t target, struct str path, const char *absolute,
                   int *ret_wd, struct diag *d)
{
    size_t max = w->options->watches_max;
    int wd = -1;
    if (max && watch_folders(w) >= max)
        errno = ENOSPC;
    else
        wd = inotify_add_watch(w->fd, absolute, EVENTS);
    if (wd < 0) {
        /* That somebody may read it (EACCES) again is heard in the folder above. */
        bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EACCES;
        w->blind |= !gone; /* ENOSPC, ENAMETOOLONG: what happens there is not heard */
        return 1;
    }
    struct watched *known = watch_find(w, wd);
    *ret_wd = wd;
    if (known && str_eq(str_z(known->path), path))
        return 0;
    char *copy = mem_alloc(path.n + 1);
    if (copy)
        memcpy(copy, path.p, path.n);
    if (copy && known) { /* it moved here before its new name was heard */
        mem_free(known->path);
        known->path = copy;
        return 0;
    }
    struct watched one = {.wd = wd, .target = target, .path = copy};
    if (!copy || vec_push(&w->folders, one)) {
        mem_free(copy);
        return diag_set(d, E_NOMEM, "no memory to watch a folder");
    }
    return 0;
}

static int by_wd(const void *x, const void *y, void *ctx UNUSED)
{
    const struct watched *a = x, *b = y;
    return a->wd < b->wd ? -1 : a->wd > b->wd;
}

void watch_forget(struct watch *w, int wd)
{
    struct watched *one = watch_find(w, wd);
    size_t n = 0;
    if (!one)
        return;
    mem_free(one->path);
    one->path = NULL;
    if (++w->gone * 2 < w->folders.n)
        return;
    for (size_t i = 0; i < w->folders.n; i++)
        if (w->folders.v[i].path)
            w->folders.v[n++] = w->folders.v[i];
    w->folders.n = n;
    w->gone = 0;
}

void watch_drop_all(struct watch *w)
{
    for (size_t i = 0; i < w->folders.n; i++)
        mem_free(w->folders.v[i].path);
    w->folders.n = w->gone = 0;
    if (w->fd >= 0)
        close(w->fd);
    if (w->above >= 0)
        close(w->above);
    w->fd = w->above = -1;
}

/* A scan enters the folder, or reads some file of it (.git/config). */
static bool is_read(const struct watch *w, struct str path)
{
    int rule = walk_rules_folder(w->options->rules, path);
    return rule == RULE_NONE || walk_rules_keeps(w->options->rules, rule, STR_NULL);
}

/* A folder is passed by for what it holds: its own changes are heard (its marker may go), those
 * below are not. */
static bool has_marker(const struct watch *w, DIR *dir)
{
    const struct walk_rules *rules = w->options->rules;
    int rule = RULE_NONE;
    struct dirent *e;
    while (rule == RULE_NONE && (e = readdir(dir)))
        rule = walk_rules_marker(rules, str_z(e->d_name));
    rewinddir(dir);
    if (rule == RULE_NONE)
        return false;
    bool all = true;
    while (all && (e = readdir(dir)))
        all = str_eq_z(str_z(e->d_name), ".") || str_eq_z(str_z(e->d_name), "..") ||
              walk_rules_holds(rules, rule, str_z(e->d_name));
    rewinddir(dir);
    return all;
}

/* Folders in it that a scan would enter. */
static int list(struct watch *w, struct str path, const char *absolute, struct pending *to,
                bool *ret_shut)
{
    int fd = open(absolute, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc = 0;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool entered = walk_rules_folder(w->options->rules, path) == RULE_NONE;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    *ret_shut = path.n && has_marker(w, dir);
    entered &= !*ret_shut;
    for (struct dirent *e; !rc && entered && (e = readdir(dir));) {
        struct str name = str_z(e->d_name);
        bool folder = e->d_type == DT_DIR || e->d_type == DT_UNKNOWN;
        if (!folder || str_eq_z(name, ".") || str_eq_z(name, ".."))
            continue;
        AUTO(buf) below = BUF_INIT;
        path_join(&below, path, name);
        if (!buf_result(&below) && !is_read(w, buf_str(&below)))
            continue;
        struct str copy = buf_result(&below) ? STR_NULL : arena_str(&to->mem, buf_str(&below));
        rc = copy.p && !vec_push(to, copy) ? 0 : E_NOMEM;
    }
    closedir(dir);
    return rc;
}

static int add_next(struct watch *w, uint32_t target, struct pending *todo, struct diag *d)
{
    struct str one = todo->v[--todo->n];
    bool shut = false;
    int wd = -1;
    AUTO(buf) absolute = BUF_INIT;
    path_join(&absolute, w->options->targets[target].root, one);
    if (buf_result(&absolute))
        return diag_set(d, E_NOMEM, "no memory to watch");
    int rc = add_one(w, target, one, absolute.p, &wd, d);
    if (!rc && list(w, one, absolute.p, todo, &shut))
        rc = diag_set(d, E_NOMEM, "no memory to watch");
    struct watched *added = watch_find(w, wd);
    if (!rc && added)
        added->shut = shut;
    return MIN(rc, 0);
}

int watch_add_tree(struct watch *w, uint32_t target, struct str path, struct diag *d)
{
    struct pending todo = {.mem = ARENA(0)};
    struct str first = arena_str(&todo.mem, path);
    size_t before = w->folders.n;
    int rc = first.p && !vec_push(&todo, first) ? 0 : diag_set(d, E_NOMEM, "no memory to watch");
    while (!rc && todo.n)
        rc = add_next(w, target, &todo, d);
    vec_free(&todo);
    arena_done(&todo.mem);
    /* Numbers grow until they have gone round. */
    if (!rc && w->folders.n > before && before &&
        w->folders.v[before].wd < w->folders.v[before - 1].wd && vec_sort(&w->folders, by_wd, NULL))
        rc = diag_set(d, E_NOMEM, "no memory to watch");
    return rc;
}

/* A target that is removed takes its own watch along: its name is watched where it stands. */
static void add_above(struct watch *w, uint32_t target)
{
    AUTO(buf) folder = BUF_INIT;
    struct str root = w->options->targets[target].root, dir = path_dir(root);
    buf_add(&folder, dir.n ? dir : STR("/"));
    if (w->above >= 0 && root.n > 1 && !buf_result(&folder))
        w->heard[target].above = inotify_add_watch(w->above, folder.p, EVENTS_ABOVE);
}

/* A target that is one file: its folder, of which only that name counts. */
static int add_file(struct watch *w, uint32_t target, struct diag *d)
{
    struct str folder = path_dir(w->options->targets[target].root);
    AUTO(buf) z = BUF_INIT;
    buf_add(&z, folder.n ? folder : STR("/"));
    if (buf_result(&z))
        return diag_set(d, E_NOMEM, "no memory to watch");
    int wd, rc = add_one(w, target, STR(""), z.p, &wd, d);
    return MIN(rc, 0);
}

int watch_lay(struct watch *w, struct diag *d)
{
    int rc = 0;
    watch_drop_all(w);
    w->blind = w->stale = false;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0) { /* no inotify, or too many users of it */
        w->blind = true;
        return 0;
    }
    w->above = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (uint32_t i = 0; i < w->options->n_targets && !rc; i++) {
        bool file = w->options->targets[i].single_file;
        w->heard[i].above = -1;
        if (!file)
            add_above(w, i);
        rc = file ? add_file(w, i, d) : watch_add_tree(w, i, STR(""), d);
    }
    return rc;
}

struct watched *watch_find(const struct watch *w, int wd)
{
    size_t from = 0, to = w->folders.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (w->folders.v[mid].wd < wd)
            from = mid + 1;
        else
            to = mid;
    }
    bool there = from < w->folders.n && w->folders.v[from].wd == wd && w->folders.v[from].path;
    return there ? &w->folders.v[from] : NULL;
}
