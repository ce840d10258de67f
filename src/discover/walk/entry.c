/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what becomes of one entry: an item, a folder of the walk, a row of coverage. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/detect.h"
#include "discover/walk/walk.h"

int unit_refuse(struct unit *u, struct str path, uint32_t mode, enum coverage_state state,
                const char *reason)
{
    return lane_refuse(u->lane, u->walk->target, path, mode, state, reason);
}

int unit_refuse_errno(struct unit *u, struct str path, uint32_t mode, int e)
{
    if (e == EACCES || e == EPERM)
        return unit_refuse(u, path, mode, COVERAGE_DENIED, "permission denied");
    if (e == ENOENT || e == ELOOP || e == ENOTDIR)
        return unit_refuse(u, path, mode, COVERAGE_FAILED, "changed or vanished during the scan");
    char text[160];
    snprintf(text, sizeof(text), "cannot be opened: %s", strerror(e));
    return unit_refuse(u, path, mode, COVERAGE_FAILED, text);
}

/* A link or a pipe under a name that a detector knows (a settings file, a manifest) is an item of
 * its own: a file that stood there must not seem to be gone. The others are counted. */
static int pass_by(struct unit *u, struct str path, bool link)
{
    _Atomic uint64_t *counter = link ? &u->walk->links : &u->walk->specials;
    if (!detect_wants(walk_rules_catalog(u->walk->options->rules), path)) {
        (*counter)++;
        return 0;
    }
    return unit_refuse(u, path, S_IFREG, link ? COVERAGE_NOT_LOOKED : COVERAGE_SKIPPED,
                       link ? "a symbolic link: not followed, so what it names is not read as this"
                            : "a pipe, socket or device");
}

/* A file that is not known to be unchanged. O_NONBLOCK: a FIFO that took its place must not hang
 * the scan. */
int unit_open_file(struct unit *u, int folder, const char *name, struct str path)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return unit_refuse_errno(u, path, S_IFREG, errno);
    if (fstat(fd, &st)) {
        close(fd);
        return unit_refuse_errno(u, path, S_IFREG, EIO);
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        /* A folder that took its place is not walked, now. */
        return S_ISDIR(st.st_mode) ? unit_refuse_errno(u, path, S_IFREG, ENOTDIR)
                                   : pass_by(u, path, false);
    }
    if (u->folder && u->folder->layout && !strcmp(name, "index.json"))
        return lane_layout(u->lane, u->walk->target, path, fd, &st, folder);
    return lane_file(u->lane, u->walk->target, path, fd, &st);
}

static int take_file(struct unit *u, const char *name, struct str path)
{
    struct stat st;
    int rule = walk_rules_file(u->walk->options->rules, path);
    if (rule != RULE_NONE) {
        u->walk->rule_hits[rule]++;
        return 0;
    }
    if (lane_remembers(u->lane) && !fstatat(u->folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
        S_ISREG(st.st_mode)) {
        int rc = lane_unchanged(u->lane, u->walk->target, path, &st);
        if (rc)
            return rc < 0 ? rc : 0;
    }
    return unit_open_file(u, u->folder->fd, name, path);
}

/* It is a target of its own: decision 019. */
static int tell_bare(struct unit *u, struct str objects)
{
    AUTO(buf) reason = BUF_INIT;
    AUTO(buf) folder = BUF_INIT;
    path_show(&folder, path_dir(objects));
    buf_addf(&reason,
             "commits of a bare repository: `stance scan %s`, from the folder of this target, "
             "reads its HEAD, with --rev REV any other commit",
             folder.n ? folder.p : ".");
    return buf_result(&folder) || buf_result(&reason)
               ? E_NOMEM
               : unit_refuse(u, objects, S_IFDIR, COVERAGE_NOT_LOOKED, reason.p);
}

static int take_folder(struct unit *u, struct str path, size_t name_at)
{
    struct str name = str_sub(path, name_at, path.n);
    if (u->folder->bare && str_eq_z(name, "objects"))
        return tell_bare(u, path);
    int rule = walk_rules_folder(u->walk->options->rules, path);
    if (rule != RULE_NONE) {
        u->walk->rule_hits[rule]++;
        if (!walk_rules_keeps(u->walk->options->rules, rule, STR_NULL))
            return 0;
    }
    if (u->folder->depth + 1 >= DEPTH_MAX)
        return unit_refuse(u, path, S_IFDIR, COVERAGE_FAILED, "nested deeper than 512 folders");
    struct folder *f = folder_new(u->folder, path, name_at);
    if (!f || !name.n)
        return E_NOMEM;
    f->rule = rule;
    f->next = u->found;
    u->found = f;
    return 0;
}

static bool is_one_of(struct str name, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(name, words[i]))
            return true;
    return false;
}

/* ".codex-plugin" beside a file says whose settings it is. */
static bool is_plugin(struct str folder, struct str only)
{
    struct str base = path_base(folder);
    return str_starts(base, STR(".")) && str_ends(base, STR("-plugin")) &&
           str_eq(path_dir(folder), path_dir(only));
}

/* What says which repository a part of a target belongs to and who owns it: .git/config and
 * CODEOWNERS in, or in a known folder of, a folder above it; whether it is a submodule; and which
 * host it is a plugin of. */
static bool is_context(struct str path, struct str only, bool folder)
{
    static const char *const owners[] = {".github", ".gitlab", "docs"};
    struct str dir = path_dir(path), base = path_base(path);
    if (is_plugin(folder ? path : dir, only))
        return folder || str_eq_z(base, "plugin.json");
    if (folder)
        return path_is_below(only, dir) &&
               (str_eq_z(base, ".git") || is_one_of(base, owners, ARRAY_LEN(owners)));
    if (str_eq_z(base, "config"))
        return str_eq_z(path_base(dir), ".git") && path_is_below(only, path_dir(dir));
    if (str_eq_z(base, ".gitmodules"))
        return path_is_below(only, dir);
    if (!str_eq_z(base, "CODEOWNERS"))
        return false;
    return path_is_below(only, dir) || (is_one_of(path_base(dir), owners, ARRAY_LEN(owners)) &&
                                        path_is_below(only, path_dir(dir)));
}

static bool wanted(const struct walk *w, struct str path, bool folder)
{
    struct str only = w->options->only_path;
    if (!only.n || path_is_below(path, only) || (folder && path_is_below(only, path)))
        return true;
    return is_context(path, only, folder);
}

int unit_take(struct unit *u, const struct entry *e)
{
    struct folder *f = u->folder;
    struct str name = str_z(e->e->d_name);
    if (str_eq_z(name, ".") || str_eq_z(name, ".."))
        return 0;
    if (f->rule != RULE_NONE && !walk_rules_keeps(u->walk->options->rules, f->rule, name))
        return 0;
    buf_clear(&u->path);
    path_join(&u->path, str_n(f->path, f->path_n), name);
    if (buf_result(&u->path))
        return E_NOMEM;
    struct str path = buf_str(&u->path);
    if (!wanted(u->walk, path, e->type == DT_DIR) || own_holds(u->walk->own, u->walk->n_own, path))
        return 0;
    switch (e->type) {
    case DT_REG:
    case DT_UNKNOWN: return take_file(u, e->e->d_name, path); /* opening it tells */
    case DT_DIR:
        if (f->layout && str_eq_z(name, "blobs"))
            return 0; /* read with index.json, which says what they are */
        return f->rule == RULE_NONE ? take_folder(u, path, path.n - name.n) : 0;
    case DT_LNK: return pass_by(u, path, true);
    default: return pass_by(u, path, false);
    }
}
