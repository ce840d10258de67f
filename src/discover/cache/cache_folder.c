/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders and files are ours alone, and which of them go when there are too many. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"
#include "discover/cache/cache_internal.h"

#define READ_BYTES     ((size_t)256 << 10) /* below, a read is cheaper than page faults */
#define READ_BYTES_MAX ((size_t)256 << 20) /* of what must not be mapped */
#define TEMP_TRIES     16
#define TEMP_SECONDS   3600 /* nobody writes one cache file for so long */
#define TEMP_SUFFIX    ".new"

#define XFS_MAGIC_NUMBER 0x58465342
#define ZFS_MAGIC_NUMBER 0x2fc12fc1

/* --- folder ----------------------------------------------------------------------------------- */

static int make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        int failed = mkdir(path, 0700) && errno != EEXIST;
        *p = '/';
        if (failed)
            return -1;
    }
    return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

/* Nobody else may change what is in it. root may anyway. */
static bool is_ours(const struct stat *st)
{
    return st->st_uid == geteuid() && !(st->st_mode & 022);
}

static int refuse(int fd, const char *path, struct diag *d, int code)
{
    if (fd >= 0)
        close(fd);
    diag_at(d, path, 0, 0);
    return code;
}

int cache_folder_open(struct str folder, struct diag *d)
{
    AUTO(buf) path = BUF_INIT;
    struct stat st;

    buf_add(&path, folder);
    if (buf_result(&path))
        return diag_set(d, buf_result(&path), "no memory for the cache folder");
    if (!folder.n || strlen(path.p) != folder.n)
        return diag_set(d, E_USAGE, "the cache folder has no usable name");
    int fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && !make_folders(path.p))
        fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        return refuse(fd, path.p, d, diag_errno(d, "cannot open the cache folder"));
    if (is_ours(&st))
        return fd;
    diag_set(d, E_DENIED, "other accounts can change the cache folder: it is not used");
    diag_hint(d, "make it yours and chmod it to 700, or remove it");
    return refuse(fd, path.p, d, E_DENIED);
}

/* --- files ------------------------------------------------------------------------------------ */

/*
 * A file that is cut while it is mapped kills the process that reads past its end. Nobody can do
 * that to ours who could not end us anyway: the folder and the file belong to our account, and we
 * only ever replace files by rename, which leaves a mapped one whole. But on a file system that
 * another machine serves, a rename there can take the file away from us here: there it is read.
 */
static bool may_map(int fd)
{
    static const long local[] = {EXT4_SUPER_MAGIC,     XFS_MAGIC_NUMBER, BTRFS_SUPER_MAGIC,
                                 TMPFS_MAGIC,          F2FS_SUPER_MAGIC, ZFS_MAGIC_NUMBER,
                                 OVERLAYFS_SUPER_MAGIC};
    struct statfs fs;

    if (fstatfs(fd, &fs))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(local); i++) {
        if ((long)fs.f_type == local[i])
            return true;
    }
    return false;
}

static unsigned char *read_all(int fd, size_t n)
{
    unsigned char *p = n <= READ_BYTES_MAX ? mem_alloc(n) : NULL;
    size_t have = 0;

    while (p && have < n) {
        ssize_t got = pread(fd, p + have, n - have, (off_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            mem_free(p);
            return NULL;
        }
        have += (size_t)got;
    }
    return p;
}

/* Its time says when it was last used. */
static int open_ours(int folder, const char *name, struct stat *ret)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (!fstat(fd, ret) && S_ISREG(ret->st_mode) && is_ours(ret) && ret->st_size >= 0)
        return fd;
    close(fd);
    return -1;
}

int cache_file_load(int folder, const char *name, unsigned char **ret, size_t *ret_n,
                    bool *ret_mapped)
{
    struct stat st;
    int fd = open_ours(folder, name, &st);

    if (fd < 0)
        return -1;
    /* Some file systems have no locks: then only the time of use keeps it. */
    (void)flock(fd, LOCK_SH | LOCK_NB);
    (void)futimens(fd, NULL);
    size_t n = (size_t)st.st_size;
    bool mapped = n > READ_BYTES && may_map(fd);
    unsigned char *p = mapped ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : read_all(fd, n);
    if (!p || p == MAP_FAILED) {
        close(fd);
        return -1;
    }
    if (mapped)
        spill_lend(p, n);
    *ret = p;
    *ret_n = n;
    *ret_mapped = mapped;
    return fd;
}

int cache_temp_open(int folder, const char *name, char ret_temp[CACHE_TEMP_NAME], struct diag *d)
{
    for (int i = 0; i < TEMP_TRIES; i++) {
        uint64_t random;
        if (getrandom(&random, sizeof random, 0) != sizeof random)
            break;
        snprintf(ret_temp, CACHE_TEMP_NAME, "%s.%016llx" TEMP_SUFFIX, name,
                 (unsigned long long)random);
        int fd = openat(folder, ret_temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0) {
            (void)flock(fd, LOCK_SH | LOCK_NB);
            return fd;
        }
        if (errno != EEXIST)
            break;
    }
    return diag_errno(d, "cannot make a file in the cache folder");
}

/* --- trim ------------------------------------------------------------------------------------- */

struct old_file {
    char name[CACHE_TEMP_NAME];
    bool temp;
    struct timespec used;
    uint64_t bytes;
};
struct old_files {
    VEC(struct old_file);
};

static bool is_hex(const char *p, size_t n)
{
    return strspn(p, "0123456789abcdef") >= n;
}

/* Both kinds of names that we give; nothing else is ever removed. */
static bool is_name(const char *name, bool *ret_temp)
{
    size_t n = strlen(name), whole = CACHE_NAME - 1, digits = 2 * sizeof(uint64_t);

    *ret_temp = n == whole + 1 + digits + strlen(TEMP_SUFFIX);
    if (n != whole && !*ret_temp)
        return false;
    return is_hex(name, whole) &&
           (!*ret_temp || (name[whole] == '.' && is_hex(name + whole + 1, digits) &&
                           strcmp(name + whole + 1 + digits, TEMP_SUFFIX) == 0));
}

static int list(DIR *dir, struct old_files *ret)
{
    const struct dirent *e;

    while ((e = readdir(dir))) {
        struct old_file f = {0};
        struct stat st;
        if (!is_name(e->d_name, &f.temp) ||
            fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
            continue;
        memcpy(f.name, e->d_name, strlen(e->d_name) + 1);
        f.used = st.st_mtim;
        f.bytes = (uint64_t)st.st_blocks * 512;
        if (vec_push(ret, f))
            return E_NOMEM;
    }
    return 0;
}

static int longest_unused_first(const void *a, const void *b, void *ctx UNUSED)
{
    const struct old_file *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* A lock that we get is one that nobody has: neither a reader of the file nor its writer. */
static bool remove_unused(int folder, const struct old_file *f)
{
    struct stat st;
    int fd = open_ours(folder, f->name, &st);

    if (fd < 0)
        return false;
    bool gone = !flock(fd, LOCK_EX | LOCK_NB) && !unlinkat(folder, f->name, 0);
    close(fd);
    return gone;
}

static int trim(DIR *dir, uint64_t keep)
{
    struct old_files files = {0};
    struct timespec now = {0};
    uint64_t total = 0;

    clock_gettime(CLOCK_REALTIME, &now);
    int rc = list(dir, &files);
    if (!rc)
        rc = vec_sort(&files, longest_unused_first, NULL);
    vec_each (f, &files)
        total += f->temp ? 0 : f->bytes;
    for (size_t i = 0; !rc && i < files.n; i++) {
        const struct old_file *f = &files.v[i];
        if (f->temp && now.tv_sec - f->used.tv_sec > TEMP_SECONDS)
            remove_unused(dirfd(dir), f);
        else if (!f->temp && total > keep && remove_unused(dirfd(dir), f))
            total -= f->bytes;
    }
    vec_free(&files);
    return rc;
}

int cache_trim(struct str folder, uint64_t keep, struct diag *d)
{
    int fd = cache_folder_open(folder, d);

    if (fd < 0)
        return fd;
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int rc = diag_errno(d, "cannot list the cache folder");
        close(fd);
        return rc;
    }
    int rc = trim(dir, keep);
    closedir(dir);
    return rc ? diag_set(d, rc, "no memory to trim the cache") : 0;
}
