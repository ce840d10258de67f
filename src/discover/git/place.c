/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders on disk are those of a repository, and which of them may be opened. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/git/place.h"

/* Of a file ".git", "gitdir" or "commondir": one path. */
#define LINK_BYTES 4096u

void git_place_done(struct git_place *p)
{
    if (p->folders.common >= 0 && p->folders.common != p->folders.git)
        close(p->folders.common);
    if (p->folders.git >= 0)
        close(p->folders.git);
    for (size_t i = 0; i < p->folders.n_alternates; i++)
        close(p->folders.alternates[i]);
    arena_done(&p->mem);
    *p = (struct git_place)GIT_PLACE_INIT;
}

/* --- opening ------------------------------------------------------------------------------- */

static int open_how(int at, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags | O_CLOEXEC,
                           .resolve = resolve | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return (int)syscall(SYS_openat2, at, path, &how, sizeof(how));
}

static int open_folder(int at, const char *path, bool beneath)
{
    return open_how(at, path, O_PATH | O_DIRECTORY, beneath ? RESOLVE_BENEATH : 0);
}

int git_place_look(int folder, const char *path)
{
    return open_how(folder, path, O_PATH, RESOLVE_BENEATH);
}

int git_place_open(int folder, const char *path)
{
    return open_how(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_BENEATH);
}

static bool has(int folder, const char *name, mode_t type)
{
    struct stat st;
    return !fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) && (st.st_mode & S_IFMT) == type;
}

bool git_place_is_bare(int folder)
{
    return has(folder, "HEAD", S_IFREG) && has(folder, "objects", S_IFDIR) &&
           has(folder, "refs", S_IFDIR);
}

int git_place_line(int folder, const char *name, struct arena *mem, struct str *ret)
{
    struct stat st;
    char text[LINK_BYTES];
    int fd = open_how(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_BENEATH);
    if (fd < 0)
        return err_from_errno(errno);
    ssize_t n = !fstat(fd, &st) && S_ISREG(st.st_mode) ? read(fd, text, sizeof(text)) : -1;
    close(fd);
    if (n < 0 || n == sizeof(text))
        return E_PARSE;
    struct str line = str_n(text, (size_t)n);
    while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
        line.n--;
    *ret = arena_str(mem, line);
    return ret->p ? 0 : E_NOMEM;
}

bool git_place_link(struct str text, struct str *ret_path)
{
    if (!str_starts(text, STR("gitdir:")))
        return false;
    struct str path = str_trim(str_sub(text, strlen("gitdir:"), text.n));
    if (!path.n || str_chr(path, '\n', 0) != SIZE_MAX || str_chr(path, 0, 0) != SIZE_MAX)
        return false;
    *ret_path = path;
    return true;
}

/* Absolute, without "." and "..": as text. `dir` is absolute. */
static int absolute(struct arena *mem, struct str dir, struct str path, struct str *ret)
{
    AUTO(buf) out = BUF_INIT;
    bool rooted = path.n && path.p[0] == '/';
    struct str base = rooted ? STR("") : str_sub(dir, 1, dir.n);
    while (path.n && path.p[0] == '/')
        path = str_sub(path, 1, path.n);
    buf_addc(&out, '/');
    int rc = path_resolve(&out, base, path);
    if (rc)
        return rc == E_NOMEM ? rc : E_UNSUPPORTED;
    *ret = arena_str(mem, buf_str(&out));
    return ret->p ? 0 : E_NOMEM;
}

/* --- whose it is --------------------------------------------------------------------------- */

static bool is_ours_stat(const struct stat *st, uid_t owner)
{
    return st->st_uid == owner || st->st_uid == geteuid() || st->st_uid == 0;
}

static bool is_ours(int fd, uid_t owner)
{
    struct stat st;
    return !fstat(fd, &st) && is_ours_stat(&st, owner);
}

/* The path below the target; false when it is not. */
static bool below_target(const struct target *t, struct str path, struct str *ret)
{
    struct str root = str_eq_z(t->root, "/") ? STR("") : t->root;
    if (!str_starts(path, root) || path.n <= root.n + 1 || path.p[root.n] != '/')
        return false;
    *ret = str_sub(path, root.n + 1, path.n);
    return true;
}

static int open_below_target(const struct target *t, struct str path, struct arena *mem)
{
    char *root = arena_z(mem, t->root), *rest = arena_z(mem, path);
    int at = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    int fd = at >= 0 && rest ? open_folder(at, path.n ? rest : ".", true) : -1;
    if (at >= 0)
        close(at);
    return fd;
}

struct link {
    const struct target *target;
    struct str folder; /* absolute: where the file ".git" lies */
    struct str git;    /* absolute: what it names */
    uid_t owner;
};

/* "X/worktrees/N": X, or empty. */
static struct str main_of(struct str git)
{
    struct str up = path_dir(git);
    return str_eq_z(path_base(up), "worktrees") ? path_dir(up) : STR("");
}

/* Does the main repository know a worktree here? */
static bool names_back(int git, const struct link *l, struct arena *mem)
{
    struct str line, back;
    AUTO(buf) want = BUF_INIT;
    path_join(&want, l->folder, STR(".git"));
    return !buf_result(&want) && !git_place_line(git, "gitdir", mem, &line) &&
           !absolute(mem, l->git, line, &back) && str_eq(back, buf_str(&want));
}

/* The folder of a superproject around the submodule. */
static bool is_module(const struct link *l)
{
    size_t at = str_find(l->git, STR("/.git/modules/"), 0), tree;
    if (at == SIZE_MAX) {
        tree = str_find(l->git, STR("/.git/worktrees/"), 0);
        if (tree == SIZE_MAX || !str_has(str_sub(l->git, tree, l->git.n), STR("/modules/")))
            return false;
        at = tree;
    }
    return path_is_below(l->folder, str_sub(l->git, 0, at));
}

static int open_absolute(struct str path, struct arena *mem)
{
    char *z = arena_z(mem, path);
    return z ? open_folder(AT_FDCWD, z, false) : -1;
}

/* A folder that is named by a file: inside the target, or where git puts it. */
static int open_named(const struct link *l, struct str path, struct arena *mem)
{
    struct str rest;
    if (below_target(l->target, path, &rest))
        return open_below_target(l->target, rest, mem);
    int fd = open_absolute(path, mem);
    if (fd >= 0 && !is_ours(fd, l->owner)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int elsewhere(struct diag *d)
{
    return diag_set(d, E_UNSUPPORTED,
                    "its git folder does not lie where git would put it: not followed");
}

static int follow(const struct link *l, struct git_place *p, struct diag *d)
{
    struct str main = main_of(l->git), rest;
    bool inside = below_target(l->target, l->git, &rest);
    if (!inside && !main.n && !is_module(l))
        return elsewhere(d);
    p->folders.git = open_named(l, l->git, &p->mem);
    if (p->folders.git < 0)
        return elsewhere(d);
    if (!inside && main.n && !is_module(l) && !names_back(p->folders.git, l, &p->mem))
        return elsewhere(d);
    p->common = main.n ? main : l->git;
    p->folders.common = main.n ? open_named(l, main, &p->mem) : p->folders.git;
    return p->folders.common < 0 ? elsewhere(d) : 0;
}

/* --- one folder ---------------------------------------------------------------------------- */

/* `at` is open and its absolute path `where`; E_NOTFOUND: it holds no ".git". */
static int place_in(const struct target *t, int at, struct str where, uid_t owner,
                    struct git_place *p, struct diag *d)
{
    struct str text, name;
    struct stat st;
    if (fstatat(at, ".git", &st, AT_SYMLINK_NOFOLLOW))
        return E_NOTFOUND;
    if (S_ISDIR(st.st_mode)) {
        AUTO(buf) common = BUF_INIT;
        p->folders.git = p->folders.common = open_folder(at, ".git", true);
        path_join(&common, where, STR(".git"));
        p->common = buf_result(&common) ? STR_NULL : arena_str(&p->mem, buf_str(&common));
        return p->folders.git < 0 ? diag_errno(d, "the repository cannot be opened")
               : p->common.p      ? 0
                                  : E_NOMEM;
    }
    int rc = S_ISREG(st.st_mode) ? git_place_line(at, ".git", &p->mem, &text) : E_UNSUPPORTED;
    if (rc == E_NOMEM)
        return rc;
    if (rc || !git_place_link(text, &name))
        return diag_set(d, E_UNSUPPORTED, "\".git\" is neither a folder nor names one");
    struct link l = {.target = t, .folder = where, .owner = owner};
    rc = absolute(&p->mem, where, name, &l.git);
    if (rc)
        return rc == E_NOMEM ? rc : elsewhere(d);
    return follow(&l, p, d);
}

static int finish(int rc, struct git_place *p, struct git_place *ret, struct diag *d)
{
    /* A path that did not fit into memory may look like one that is not there. */
    if (rc && arena_error(&p->mem))
        rc = E_NOMEM;
    if (rc) {
        git_place_done(p);
        if (rc == E_NOMEM)
            diag_set(d, rc, "no memory to find a repository");
        return rc;
    }
    git_place_done(ret);
    *ret = *p;
    return 0;
}

int git_place_at(const struct target *t, struct str folder, struct git_place *ret, struct diag *d)
{
    struct git_place p = GIT_PLACE_INIT;
    struct stat st;
    AUTO(buf) where = BUF_INIT;
    buf_add(&where, t->root);
    if (folder.n && !str_eq_z(t->root, "/"))
        buf_addc(&where, '/');
    buf_add(&where, folder);
    if (buf_result(&where))
        return finish(E_NOMEM, &p, ret, d);
    int at = open_below_target(t, folder, &p.mem);
    if (at < 0 || fstat(at, &st))
        return finish(diag_errno(d, "the folder cannot be opened"), &p, ret, d);
    int rc = place_in(t, at, buf_str(&where), st.st_uid, &p, d);
    if (rc == E_NOTFOUND && git_place_is_bare(at)) {
        p.bare = true;
        p.folders.git = p.folders.common = at;
        p.common = arena_str(&p.mem, buf_str(&where));
        return finish(p.common.p ? 0 : E_NOMEM, &p, ret, d);
    }
    close(at);
    return finish(rc, &p, ret, d);
}

/* --- above the target ---------------------------------------------------------------------- */

/* As above.c searches: to the next ".git", never across a file system. */
static int search_above(const struct target *t, struct git_place *p, struct diag *d)
{
    struct stat target, st;
    AUTO(buf) path = BUF_INIT;
    buf_add(&path, t->root);
    if (buf_result(&path) || stat(path.p, &target))
        return buf_result(&path) ? E_NOMEM : E_NOTFOUND;
    for (unsigned up = 1; path.n > 1; up++) {
        buf_cut(&path, path_dir(buf_str(&path)).n);
        int at = open(path.n ? path.p : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (at < 0 || fstat(at, &st) || st.st_dev != target.st_dev) {
            if (at >= 0)
                close(at);
            return E_NOTFOUND;
        }
        bool git = !fstatat(at, ".git", &st, AT_SYMLINK_NOFOLLOW);
        bool foreign = git && !is_ours_stat(&st, target.st_uid);
        int rc = foreign ? diag_set(d, E_UNSUPPORTED, "the repository above is another account's")
                         : place_in(t, at, path.n ? buf_str(&path) : STR("/"), target.st_uid, p, d);
        close(at);
        if (!rc) {
            p->up = up;
            p->under = arena_str(&p->mem, str_sub(t->root, path.n + 1, t->root.n));
        }
        if (rc != E_NOTFOUND)
            return rc;
    }
    return E_NOTFOUND;
}

int git_place_of_target(const struct target *t, struct git_place *ret, struct diag *d)
{
    struct git_place p = GIT_PLACE_INIT;
    int rc = t->single_file ? E_NOTFOUND : git_place_at(t, STR(""), ret, d);
    if (rc != E_NOTFOUND)
        return rc;
    rc = search_above(t, &p, d);
    if (rc == E_NOTFOUND)
        diag_set(d, rc, "not a git repository, nor a part of one");
    return finish(rc, &p, ret, d);
}

/* --- alternates ---------------------------------------------------------------------------- */

int git_place_alternates(const struct target *t, struct git_place *p, const struct str *lines,
                         size_t n)
{
    AUTO(buf) objects = BUF_INIT;
    path_join(&objects, p->common, STR("objects"));
    if (buf_result(&objects))
        return E_NOMEM;
    for (size_t i = 0; i < n && p->folders.n_alternates < GITREPO_ALTERNATES_MAX; i++) {
        struct str path, rest;
        int rc = absolute(&p->mem, buf_str(&objects), lines[i], &path);
        if (rc == E_NOMEM)
            return rc;
        /* The reader takes the first lines as those that were opened. */
        int fd = !rc && below_target(t, path, &rest) ? open_below_target(t, rest, &p->mem) : -1;
        if (fd < 0)
            break;
        p->folders.alternates[p->folders.n_alternates++] = fd;
    }
    return 0;
}

/* A folder of packs that is not empty, or one of loose objects ("00" to "ff"). */
static bool holds_any(int at, const char *name, bool packs)
{
    int fd = open_how(at, name, O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool found = false;
    if (!dir && fd >= 0)
        close(fd);
    for (struct dirent *e; dir && !found && (e = readdir(dir));)
        found = packs ? e->d_name[0] != '.' : strlen(e->d_name) == 2 && e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return found;
}

bool git_place_has_objects(const struct git_place *p)
{
    return holds_any(p->folders.common, "objects", false) ||
           holds_any(p->folders.common, "objects/pack", true);
}
