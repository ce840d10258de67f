/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which repository a target is a part of, and which of its files are read to name it. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/above.h"
#include "discover/git/place.h"

/* In path order; without the first one there is no repository. */
static const char *const NAMES[] = {".git/config", ".github/CODEOWNERS", ".gitlab/CODEOWNERS",
                                    ".gitmodules", "CODEOWNERS",         "docs/CODEOWNERS"};

/* They fix versions for all that lies below their folder. */
static const char *const LOCKS[] = {
    "bun.lock",       "npm-shrinkwrap.json", "package-lock.json", "pdm.lock",
    "pnpm-lock.yaml", "poetry.lock",         "uv.lock",           "yarn.lock"};

const char *above_lock_name(size_t i)
{
    return i < ARRAY_LEN(LOCKS) ? LOCKS[i] : NULL;
}

/* A regular file below the folder, through no link; -1: none that may be believed. */
static int open_below(int folder, const char *name, uid_t owner, struct stat *ret)
{
    struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    int fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof(how));
    if (fd < 0)
        return -1;
    if (!fstat(fd, ret) && S_ISREG(ret->st_mode) &&
        (ret->st_uid == owner || ret->st_uid == geteuid() || ret->st_uid == 0))
        return fd;
    close(fd);
    return -1;
}

/* The configuration of a linked worktree or a submodule that the target is a part of. */
static int open_config(const struct target *t, unsigned up, struct stat *ret)
{
    AUTO(git_place) p = GIT_PLACE_INIT;
    struct diag ignored = {0};
    if (git_place_of_target(t, &p, &ignored) || p.up != up)
        return -1;
    int fd = openat(p.folders.common, "config",
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || (!fstat(fd, ret) && S_ISREG(ret->st_mode)))
        return fd;
    close(fd);
    return -1;
}

/* Takes the descriptor. */
static int keep(struct above *a, int fd, const struct stat *st, unsigned up, const char *name,
                bool lock)
{
    AUTO(buf) path = BUF_INIT;
    for (unsigned k = 0; k < up; k++)
        buf_addz(&path, "../");
    buf_addz(&path, name);
    struct above_file f = {
        .fd = fd, .size = (uint64_t)st->st_size, .mode = st->st_mode, .lock = lock};
    if (!buf_result(&path))
        f.path = arena_str(&a->mem, buf_str(&path));
    if (f.path.p && !vec_push(&a->files, f))
        return 0;
    close(fd);
    return E_NOMEM;
}

static int collect(struct above *a, int folder, unsigned up, uid_t owner, const struct target *link,
                   bool *ret_repository)
{
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(NAMES) && !rc; i++) {
        struct stat st;
        int fd = !i && link ? open_config(link, up, &st) : open_below(folder, NAMES[i], owner, &st);
        if (fd < 0 && !i)
            return 0;
        *ret_repository = true;
        if (fd >= 0)
            rc = keep(a, fd, &st, up, NAMES[i], false);
    }
    return rc;
}

static int collect_locks(struct above *a, int folder, unsigned up, uid_t owner)
{
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(LOCKS) && !rc; i++) {
        struct stat st;
        int fd = open_below(folder, LOCKS[i], owner, &st);
        if (fd >= 0)
            rc = keep(a, fd, &st, up, LOCKS[i], true);
    }
    return rc;
}

/* One folder above the target. *ret_last: the search ends here. */
static int look(struct above *a, const char *folder, unsigned up, const struct target *t,
                const struct stat *target, bool *ret_last, bool *ret_repository)
{
    struct stat st, git;
    int rc = 0, fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *ret_last = true;
    if (fd < 0)
        return 0;
    if (!fstat(fd, &st) && st.st_dev == target->st_dev) {
        *ret_last = !fstatat(fd, ".git", &git, AT_SYMLINK_NOFOLLOW);
        rc = collect_locks(a, fd, up, target->st_uid);
        if (!rc && *ret_last && (S_ISDIR(git.st_mode) || S_ISREG(git.st_mode)))
            rc =
                collect(a, fd, up, target->st_uid, S_ISREG(git.st_mode) ? t : NULL, ret_repository);
    }
    close(fd);
    return rc;
}

int above_open(const struct target *t, struct above *ret)
{
    struct above a = {.mem = ARENA(0)};
    struct stat st, git;
    AUTO(buf) path = BUF_INIT;
    buf_add(&path, t->root);
    bool last = buf_result(&path) || stat(path.p, &st);
    if (!last && !t->single_file) {
        buf_addz(&path, "/.git");
        last = buf_result(&path) || !lstat(path.p, &git);
        buf_cut(&path, t->root.n);
    }
    int rc = buf_result(&path);
    bool repository = false;
    for (unsigned up = 1; !rc && !last && path.n > 1; up++) {
        buf_cut(&path, path_dir(buf_str(&path)).n);
        rc = look(&a, path.n ? path.p : "/", up, t, &st, &last, &repository);
    }
    /* What lies above a folder that is no part of a repository is somebody else's. */
    if (!repository)
        above_close(&a);
    if (rc)
        above_close(&a);
    else
        *ret = a;
    return rc;
}

void above_close(struct above *a)
{
    vec_each (f, &a->files) {
        if (f->fd >= 0)
            close(f->fd);
    }
    vec_free(&a->files);
    arena_done(&a->mem);
    *a = (struct above){.mem = ARENA(0)};
}
