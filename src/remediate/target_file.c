/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files may be changed, and that they change whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "remediate/target_file.h"

#include "base/hash.h"
#include "base/path.h"

static int say_errno(const struct target_file *f, struct diag *d, const char *what)
{
    int rc = diag_errno(d, "%s", what);
    diag_at(d, f->shown, 0, 0);
    return rc;
}

static int say(const struct target_file *f, struct diag *d, int code, const char *what,
               const char *hint)
{
    diag_set(d, code, "%s", what);
    diag_at(d, f->shown, 0, 0);
    if (hint)
        diag_hint(d, "%s", hint);
    return code;
}

/* --- opening ------------------------------------------------------------------------------ */

static int open_folder(struct target_file *f, struct str root, struct str dir, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    const char *root_z = arena_z(&a, root), *dir_z = arena_z(&a, dir.n ? dir : STR("."));
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    if (!root_z || !dir_z)
        return diag_set(d, E_NOMEM, "no memory to open a file");
    int fd = open(root_z, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return say_errno(f, d, "cannot open the target");
    f->folder = (int)syscall(SYS_openat2, fd, dir_z, &how, sizeof(how));
    int e = errno;
    close(fd);
    errno = e;
    if (f->folder >= 0)
        return 0;
    if (e == ELOOP)
        return say(f, d, E_DENIED, "a symbolic link leads there: nothing is changed through links",
                   "scan the folder that the link names, and fix it there");
    if (e == EXDEV)
        return say(f, d, E_DENIED, "the path leaves the target", NULL);
    return say_errno(f, d, "cannot open the folder");
}

static int open_file(struct target_file *f, struct diag *d)
{
    struct stat st;
    f->fd = openat(f->folder, f->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (f->fd < 0 && errno == ELOOP)
        return say(f, d, E_DENIED, "this is a symbolic link: nothing is changed through links",
                   "scan the folder that the link names, and fix it there");
    if (f->fd < 0)
        return say_errno(f, d, "cannot open the file");
    if (fstat(f->fd, &st))
        return say_errno(f, d, "cannot examine the file");
    if (!S_ISREG(st.st_mode))
        return say(f, d, E_UNSUPPORTED, "this is no regular file", NULL);
    if (st.st_nlink > 1)
        return say(f, d, E_UNSUPPORTED, "the file has hard links: a change would part them",
                   "change it by hand, then run `stance verify`");
    if ((uint64_t)st.st_size > FIX_BYTES_MAX)
        return say(f, d, E_LIMIT, "the file is larger than 16 MiB", NULL);
    f->facts = (struct file_facts){.mode = st.st_mode & 07777,
                                   .uid = st.st_uid,
                                   .gid = st.st_gid,
                                   .mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) +
                                               st.st_mtim.tv_nsec};
    f->device = st.st_dev;
    f->inode = st.st_ino;
    f->size = (uint64_t)st.st_size;
    return 0;
}

int target_file_open(struct target_file *f, struct str root, struct str path, struct diag *d)
{
    *f = (struct target_file){.folder = -1, .fd = -1};
    AUTO(buf) clean = BUF_INIT;
    AUTO(buf) safe = BUF_INIT;
    path_show(&safe, path);
    snprintf(f->shown, sizeof(f->shown), "%s", safe.p);
    struct str base = path_base(path);
    if (path_resolve(&clean, STR(""), path) || !str_eq(buf_str(&clean), path))
        return say(f, d, E_DENIED, "the path leaves the target", NULL);
    if (!base.n || base.n >= sizeof(f->name))
        return say(f, d, E_UNSUPPORTED, "this names no file", NULL);
    snprintf(f->name, sizeof(f->name), STR_FMT, STR_ARG(base));
    snprintf(f->temp, sizeof(f->temp), ".%s.stance-new", f->name);
    int rc = open_folder(f, root, path_dir(path), d);
    if (!rc)
        rc = open_file(f, d);
    if (rc)
        target_file_done(f);
    return rc;
}

void target_file_done(struct target_file *f)
{
    if (f->temp_exists)
        unlinkat(f->folder, f->temp, 0);
    f->temp_exists = false;
    if (f->fd >= 0)
        close(f->fd);
    if (f->folder >= 0)
        close(f->folder);
    f->fd = f->folder = -1;
}

int target_file_read(struct target_file *f, struct arena *a, struct str *ret, struct diag *d)
{
    int rc = fd_read_all(f->fd, FIX_BYTES_MAX, a, ret, d);
    if (rc)
        diag_at(d, f->shown, 0, 0);
    return rc;
}

int target_file_writable(const struct target_file *f, struct diag *d)
{
    if (!(f->facts.mode & 0222) || faccessat(f->folder, f->name, W_OK, AT_EACCESS))
        return say(f, d, E_DENIED, "the file is read-only",
                   "make it writable, or change it by hand");
    if (faccessat(f->folder, ".", W_OK | X_OK, AT_EACCESS))
        return say(f, d, E_DENIED, "the folder of the file may not be written",
                   "run as a user who may write it");
    return 0;
}

/* --- replacing ---------------------------------------------------------------------------- */

static int keep_facts(int fd, const struct file_facts *facts, bool keep_time)
{
    struct stat st;
    if (fstat(fd, &st))
        return -1;
    if ((st.st_uid != facts->uid || st.st_gid != facts->gid) && fchown(fd, facts->uid, facts->gid))
        return -1;
    if (fchmod(fd, facts->mode))
        return -1;
    struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = facts->mtime_ns / 1000000000, .tv_nsec = facts->mtime_ns % 1000000000}};
    if (times[1].tv_nsec < 0) { /* before 1970 */
        times[1].tv_sec--;
        times[1].tv_nsec += 1000000000;
    }
    return keep_time ? futimens(fd, times) : 0;
}

int target_file_write(struct target_file *f, struct str text, const struct file_facts *facts,
                      bool keep_time, struct diag *d)
{
    unlinkat(f->folder, f->temp, 0); /* of an action that was cut off */
    int fd = openat(f->folder, f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return say_errno(f, d, "cannot write beside the file");
    f->temp_exists = true;
    int rc = 0;
    if (fd_write_all(fd, text))
        rc = say_errno(f, d, "cannot write the new file");
    else if (keep_facts(fd, facts, keep_time))
        rc = say_errno(f, d, "cannot keep owner and mode of the file");
    else if (fsync(fd))
        rc = say_errno(f, d, "cannot bring the new file to disk");
    close(fd);
    return rc;
}

/* The file by its name is still the one that was read, and has the same bytes. */
static int unchanged(struct target_file *f, struct str sha256, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct stat st;
    struct str text, now;
    bool same = !fstatat(f->folder, f->name, &st, AT_SYMLINK_NOFOLLOW) && st.st_dev == f->device &&
                st.st_ino == f->inode;
    int rc = same ? fd_read_all(f->fd, FIX_BYTES_MAX, &a, &text, d) : 0;
    if (!rc && same)
        rc = digest_text(text, &a, &now);
    if (rc)
        return say(f, d, rc, "the file could not be read again", NULL);
    if (!same || !str_eq(now, sha256))
        return say(f, d, E_CONFLICT, "the file was changed meanwhile: nothing was written",
                   "run the command again to see the new plan");
    return 0;
}

int target_file_swap(struct target_file *f, struct str sha256, struct diag *d)
{
    int rc = unchanged(f, sha256, d);
    if (rc)
        return rc;
    if (renameat(f->folder, f->temp, f->folder, f->name))
        return say_errno(f, d, "cannot replace the file");
    f->temp_exists = false;
    return 0;
}

int target_file_sync(const struct target_file *f, struct diag *d)
{
    return fsync(f->folder) ? say_errno(f, d, "cannot bring the folder to disk") : 0;
}

/* --- bytes -------------------------------------------------------------------------------- */

int digest_text(struct str text, struct arena *a, struct str *ret)
{
    AUTO(buf) hex = BUF_INIT;
    unsigned char digest[SHA256_BYTES];
    int rc = sha256_of(text, digest);
    if (rc)
        return rc;
    buf_add_hex(&hex, digest, sizeof(digest));
    *ret = buf_result(&hex) ? STR_NULL : arena_str(a, buf_str(&hex));
    return ret->p ? 0 : E_NOMEM;
}

int fd_read_all(int fd, size_t max, struct arena *a, struct str *ret, struct diag *d)
{
    struct stat st;
    if (fstat(fd, &st))
        return diag_errno(d, "cannot examine the file");
    size_t room = (size_t)st.st_size + 1, n = 0;
    if (room > max + 1)
        return diag_set(d, E_LIMIT, "the file is too large to be edited");
    char *p = arena_alloc(a, room);
    if (!p)
        return diag_set(d, arena_error(a), "no memory to read a file");
    while (n < room) {
        ssize_t got = pread(fd, p + n, room - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return diag_errno(d, "cannot read the file");
        if (!got)
            break;
        n += (size_t)got;
    }
    if (n == room)
        return diag_set(d, E_CONFLICT, "the file grew while it was read");
    *ret = str_n(p, n);
    return 0;
}

int fd_write_all(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        text = str_sub(text, (size_t)n, text.n);
    }
    return 0;
}
