/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a target the user named is, and where this installation keeps its own files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "loop/loop.h"

#define KEY_BYTES 32

int target_resolve(struct str given, struct arena *a, struct target *ret, struct diag *d)
{
    struct stat st;
    char *z = arena_z(a, given);
    if (!z)
        return arena_error(a);
    if (!given.n) {
        diag_set(d, E_USAGE, "the target is an empty text");
        diag_hint(d, "name a file or folder; \".\" is the current folder");
        return E_USAGE;
    }
    /* /dev/stdin may be a pipe, which has no path of its own. */
    bool pipe = !stat(z, &st) && !S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode);
    char *real = realpath(z, NULL);
    int rc = 0;
    if (!pipe && (!real || stat(real, &st))) {
        rc = diag_errno(d, "cannot scan this target");
        diag_at(d, z, 0, 0);
        diag_hint(d, rc == E_DENIED ? "run as a user who may read it"
                                    : "name an existing file or folder");
    } else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
        rc = diag_set(d, E_UNSUPPORTED, "this target is neither a file nor a folder");
        diag_at(d, z, 0, 0);
        diag_hint(d, "copy its content to a file and scan that");
    } else if (access(real, R_OK | (S_ISDIR(st.st_mode) ? X_OK : 0))) {
        rc = diag_errno(d, "cannot read this target");
        diag_at(d, z, 0, 0);
        diag_hint(d, "run as a user who may read it");
    }
    if (!rc) {
        struct str root = arena_str(a, str_z(real));
        struct str name = path_base(root);
        *ret = (struct target){.given = arena_str(a, given),
                               .root = root,
                               .name = name.n ? name : STR("root"),
                               .single_file = S_ISREG(st.st_mode)};
        rc = root.p && ret->given.p ? 0 : arena_error(a);
    }
    free(real); /* from realpath */
    return rc;
}

size_t target_inside(const struct target *v, size_t n, size_t i, const struct walk_rules *rules)
{
    struct str path = v[i].root;
    for (size_t k = 0; k < n; k++) {
        struct str folder = str_eq_z(v[k].root, "/") ? STR("") : v[k].root;
        if (k == i)
            continue;
        if (str_eq(path, v[k].root)) {
            if (k < i)
                return k;
            continue;
        }
        if (v[k].single_file || !path_is_below(path, folder))
            continue;
        if (!walk_rules_hide(rules, str_sub(path, folder.n + 1, path.n)))
            return k;
    }
    return SIZE_MAX;
}

static int make_folder(struct str path, struct arena *a, struct diag *d)
{
    for (size_t i = 1; i <= path.n; i++) {
        if (i != path.n && path.p[i] != '/')
            continue;
        char *z = arena_z(a, str_sub(path, 0, i));
        if (!z)
            return arena_error(a);
        if (mkdir(z, 0700) && errno != EEXIST) {
            int rc = diag_errno(d, "cannot make the data folder");
            diag_at(d, z, 0, 0);
            diag_hint(
                d, "set XDG_DATA_HOME to a folder you may write, or give --db FILE and --key FILE");
            return rc;
        }
    }
    return 0;
}

static int no_home(struct diag *d)
{
    diag_set(d, E_NOTFOUND, "neither XDG_DATA_HOME nor HOME names a folder");
    diag_hint(d, "set one of them, or give --db FILE and --key FILE, or --db :memory:");
    return E_NOTFOUND;
}

int data_path(struct arena *a, struct str *ret, struct diag *d)
{
    const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    struct str path;
    if (xdg && xdg[0] == '/')
        path = arena_fmt(a, "%s/stance", xdg);
    else if (home && home[0] == '/')
        path = arena_fmt(a, "%s/.local/share/stance", home);
    else
        return no_home(d);
    if (!path.p)
        return arena_error(a);
    *ret = path;
    return 0;
}

int data_folder(struct arena *a, struct str *ret, struct diag *d)
{
    struct str path;
    int rc = data_path(a, &path, d);
    if (!rc)
        rc = make_folder(path, a, d);
    if (!rc)
        *ret = path;
    return rc;
}

/* Who can read the key can guess which secrets the fingerprints stand for. */
static int only_ours(int fd, const char *file, struct diag *d)
{
    struct stat st;
    if (!fstat(fd, &st) && !(st.st_mode & 077))
        return 0;
    diag_set(d, E_DENIED, "the installation key can be read by other accounts");
    diag_at(d, file, 0, 0);
    diag_hint(d, "chmod 600 it, or remove it when others may have read it: a new one is made");
    return E_DENIED;
}

static int read_key(int fd, const char *file, struct arena *a, struct str *ret, struct diag *d)
{
    char *key = arena_alloc(a, KEY_BYTES + 1);
    if (!key)
        return arena_error(a);
    int rc = only_ours(fd, file, d);
    if (rc)
        return rc;
    ssize_t n = read(fd, key, KEY_BYTES + 1);
    if (n != KEY_BYTES) {
        diag_set(d, E_PARSE, "the installation key must be %d bytes", KEY_BYTES);
        diag_at(d, file, 0, 0);
        diag_hint(d, "restore it from your backup, or name a file that is not there for a new one");
        return E_PARSE;
    }
    *ret = str_n(key, KEY_BYTES);
    return 0;
}

/* Written whole or not at all: another process may start at the same time. */
static int write_key(const char *file, struct arena *a, struct str *ret, struct diag *d)
{
    char *key = arena_alloc(a, KEY_BYTES);
    struct str name = arena_fmt(a, "%s.%ld.new", file, (long)getpid());
    char *temp = name.p ? arena_z(a, name) : NULL;
    if (!key || !temp)
        return arena_error(a);
    if (getrandom(key, KEY_BYTES, 0) != KEY_BYTES)
        return diag_set(d, E_IO, "the system gives no random bytes");
    unlink(temp); /* left by a process of our number that was killed */
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, key, KEY_BYTES) == KEY_BYTES && !fsync(fd);
    if (fd >= 0)
        close(fd);
    int linked = good ? link(temp, file) : -1;
    int e = errno;
    if (fd >= 0)
        unlink(temp);
    if (linked && !(good && e == EEXIST)) {
        errno = e;
        int rc = diag_errno(d, "cannot write the installation key");
        diag_at(d, file, 0, 0);
        diag_hint(d, "give a folder you may write with --key FILE or XDG_DATA_HOME");
        return rc;
    }
    if (linked)
        return E_EXISTS;
    *ret = str_n(key, KEY_BYTES);
    return 0;
}

int installation_key(const char *file, bool create, struct arena *a, struct str *ret,
                     struct diag *d)
{
    struct str folder;
    if (!file) {
        int rc = data_folder(a, &folder, d);
        struct str path = rc ? STR_NULL : arena_fmt(a, STR_FMT "/key", STR_ARG(folder));
        file = path.p ? arena_z(a, path) : NULL;
        if (!file)
            return rc ? rc : arena_error(a);
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        int fd = open(file, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            int rc = read_key(fd, file, a, ret, d);
            close(fd);
            return rc;
        }
        if (errno != ENOENT || !create) {
            int rc = diag_errno(d, "cannot read the installation key");
            diag_at(d, file, 0, 0);
            diag_hint(d, "run as its owner, or give another one with --key FILE");
            return rc;
        }
        int rc = write_key(file, a, ret, d);
        if (rc != E_EXISTS)
            return rc;
    }
    return diag_set(d, E_CONFLICT, "the installation key keeps changing");
}
