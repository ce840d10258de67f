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

struct pending {
    VEC(struct str);
};

/* 0; 1 when it is not there (any more) or the kernel gives no more. */
static int add_one(struct watch *w, uint32_t target, struct str path, const char *absolute,
                   struct diag *d)
{
    size_t max = w->options->watches_max;
    int wd = -1;
    if (max && w->folders.n >= max)
        errno = ENOSPC;
    else
        wd = inotify_add_watch(w->fd, absolute, EVENTS);
    if (wd < 0) {
        bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
        w->blind |= !gone; /* ENOSPC, EACCES, ENAMETOOLONG: what happens there is not heard */
        return 1;
    }
    if (watch_find(w, wd))
        return 0;
    struct watched one = {.wd = wd, .target = target, .path = arena_str(&w->mem, path)};
    if (!one.path.p || vec_push(&w->folders, one))
        return diag_set(d, E_NOMEM, "no memory to watch a folder");
    return 0;
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
static int list(struct watch *w, struct str path, const char *absolute, struct pending *to)
{
    int fd = open(absolute, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc = 0;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool entered = walk_rules_folder(w->options->rules, path) == RULE_NONE;
    if (!dir) {
        w->blind |= errno == EACCES;
        if (fd >= 0)
            close(fd);
        return 0;
    }
    if (path.n && has_marker(w, dir))
        entered = false;
    for (struct dirent *e; !rc && entered && (e = readdir(dir));) {
        struct str name = str_z(e->d_name);
        bool folder = e->d_type == DT_DIR || e->d_type == DT_UNKNOWN;
        if (!folder || str_eq_z(name, ".") || str_eq_z(name, ".."))
            continue;
        AUTO(buf) below = BUF_INIT;
        path_join(&below, path, name);
        if (!buf_result(&below) && !is_read(w, buf_str(&below)))
            continue;
        struct str copy = buf_result(&below) ? STR_NULL : arena_str(&w->mem, buf_str(&below));
        rc = copy.p && !vec_push(to, copy) ? 0 : E_NOMEM;
    }
    closedir(dir);
    return rc;
}

int watch_add_tree(struct watch *w, uint32_t target, struct str path, struct diag *d)
{
    struct pending todo = {0};
    struct str root = w->options->targets[target].root;
    struct str first = arena_str(&w->mem, path);
    int rc = first.p && !vec_push(&todo, first) ? 0 : diag_set(d, E_NOMEM, "no memory to watch");
    while (!rc && todo.n) {
        struct str one = todo.v[--todo.n];
        AUTO(buf) absolute = BUF_INIT;
        path_join(&absolute, root, one);
        rc = buf_result(&absolute) ? diag_set(d, E_NOMEM, "no memory to watch") : 0;
        if (!rc)
            rc = add_one(w, target, one, absolute.p, d);
        if (!rc && list(w, one, absolute.p, &todo))
            rc = diag_set(d, E_NOMEM, "no memory to watch");
        rc = MIN(rc, 0);
    }
    vec_free(&todo);
    return rc;
}

/* A target that is one file: its folder, of which only that name counts. */
static int add_file(struct watch *w, uint32_t target, struct diag *d)
{
    struct str folder = path_dir(w->options->targets[target].root);
    char *z = arena_z(&w->mem, folder.n ? folder : STR("/"));
    if (!z)
        return diag_set(d, E_NOMEM, "no memory to watch");
    int rc = add_one(w, target, STR(""), z, d);
    return MIN(rc, 0);
}

int watch_lay(struct watch *w, struct diag *d)
{
    int rc = 0;
    if (w->fd >= 0)
        close(w->fd);
    w->folders.n = 0;
    arena_clear(&w->mem);
    w->blind = w->stale = false;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0) { /* no inotify, or too many users of it */
        w->blind = true;
        return 0;
    }
    for (uint32_t i = 0; i < w->options->n_targets && !rc; i++)
        rc = w->options->targets[i].single_file ? add_file(w, i, d)
                                                : watch_add_tree(w, i, STR(""), d);
    return rc;
}

const struct watched *watch_find(const struct watch *w, int wd)
{
    size_t from = 0, to = w->folders.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (w->folders.v[mid].wd < wd)
            from = mid + 1;
        else
            to = mid;
    }
    return from < w->folders.n && w->folders.v[from].wd == wd ? &w->folders.v[from] : NULL;
}
