/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the file of a new store comes into being: whole, private, and never over another. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/path.h"
#include "store/db_sqlite.h"
#include "store/store_image.h"

/* A file without a name in the folder of `path`; -1 where the file system has no such thing. */
static int nameless(const char *path)
{
    AUTO(buf) folder = BUF_INIT;
    struct str above = path_dir(str_z(path));
    buf_add(&folder, above.n ? above : path[0] == '/' ? STR("/") : STR("."));
    return buf_result(&folder) ? -1 : open(folder.p, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
}

/* The file gets its name when it is whole and on the disk: who opens it never sees a part, also
 * when the machine stops. */
static bool make_image(const char *path)
{
    const struct str image = STORE_IMAGE;
    char self[32];
    int fd = nameless(path);
    size_t done = 0;
    if (fd < 0)
        return false;
    for (ssize_t n; done < image.n; done += (size_t)n)
        if ((n = write(fd, image.p + done, image.n - done)) <= 0)
            break;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    bool made = done == image.n && !fdatasync(fd) &&
                !linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
    close(fd);
    return made;
}

int sqlite_new_file(const char *path, struct diag *d)
{
    struct stat st;
    if (lstat(path, &st) == 0 || (&STORE_IMAGE && make_image(path)))
        return 0;
    /* Empty: the migrations fill it. SQLite makes files with the umask; this one is 0600 before. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return 0;
    if (fd < 0) {
        int rc = diag_errno(d, "cannot create the store");
        diag_hint(d, "check that the folder exists and can be written, or give another --db file");
        return rc;
    }
    close(fd);
    return 0;
}
