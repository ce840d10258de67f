/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where the old bytes of a file are kept, and that they are all there before it changes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "remediate/action_log.h"
#include "remediate/target_file.h"

static int fail(struct diag *d, const char *path, const char *what)
{
    int rc = diag_errno(d, "%s", what);
    diag_at(d, path, 0, 0);
    return rc;
}

static int open_folder(const char *folder, struct arena *a, struct str *ret, int *ret_fd,
                       struct diag *d)
{
    struct str path = arena_fmt(a, "%s/backup", folder);
    if (!path.p)
        return diag_set(d, E_NOMEM, "no memory for a backup");
    if ((mkdir(folder, 0700) && errno != EEXIST) || (mkdir(path.p, 0700) && errno != EEXIST))
        return fail(d, path.p, "cannot make the folder of backups");
    int fd = open(path.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail(d, path.p, "cannot open the folder of backups");
    *ret = path;
    *ret_fd = fd;
    return 0;
}

static int write_new(int folder, const char *temp, const char *name, struct str text)
{
    unlinkat(folder, temp, 0);
    int fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int failed = fd_write_all(fd, text) || fsync(fd);
    int e = errno;
    close(fd);
    errno = e;
    if (!failed && !renameat(folder, temp, folder, name) && !fsync(folder))
        return 0;
    e = errno;
    unlinkat(folder, temp, 0);
    errno = e;
    return -1;
}

int backup_write(const char *folder, struct str sha256, struct str text, struct arena *a,
                 struct str *ret_path, struct diag *d)
{
    struct str dir = STR(""), old;
    struct diag unused = {0};
    int fd = -1;
    int rc = open_folder(folder, a, &dir, &fd, d);
    if (rc)
        return rc;
    struct str path = arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(dir), STR_ARG(sha256));
    struct str temp = arena_fmt(a, STR_FMT ".%ld.new", STR_ARG(sha256), (long)getpid());
    if (!path.p || !temp.p)
        rc = diag_set(d, E_NOMEM, "no memory for a backup");
    /* The same bytes may have been kept before; what is damaged is written anew. */
    else if (backup_read(path, sha256, a, &old, &unused) &&
             write_new(fd, temp.p, path_base(path).p, text))
        rc = fail(d, path.p, "cannot write the backup");
    close(fd);
    if (!rc)
        *ret_path = path;
    return rc;
}

int backup_read(struct str path, struct str sha256, struct arena *a, struct str *ret,
                struct diag *d)
{
    struct str text, digest;
    char *z = arena_z(a, path);
    if (!z)
        return diag_set(d, E_NOMEM, "no memory for a backup");
    int fd = open(z, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail(d, z, "cannot open the backup");
    int rc = fd_read_all(fd, FIX_BYTES_MAX, a, &text, d);
    close(fd);
    if (!rc)
        rc = digest_text(text, a, &digest);
    if (!rc && !str_eq(digest, sha256)) {
        rc = diag_set(d, E_CONFLICT, "the backup is not what was saved: it is not used");
        diag_at(d, z, 0, 0);
    }
    if (!rc)
        *ret = text;
    return rc;
}
