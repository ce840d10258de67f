/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a worker that was taken over would try on files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/hostile.h"

static int and_close(int fd)
{
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static int try_read(int dir, const char *path)
{
    char bytes[16];
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
    and_close(fd);
    return (int)n;
}

static int try_read_there(int dir, const char *path)
{
    return fchdir(dir) ? -1 : try_read(AT_FDCWD, path);
}

static int try_list(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d)
        return -1;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static int try_stat(int dir, const char *path)
{
    struct stat st;
    return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW);
}

static int try_readlink(int dir, const char *path)
{
    char to[16];
    return (int)readlinkat(dir, path, to, sizeof(to));
}

static int try_map(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    const char *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    and_close(fd);
    return p == MAP_FAILED ? -1 : *p;
}

static int try_map_write(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    char *p = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    and_close(fd);
    return p == MAP_FAILED ? -1 : 0;
}

static int try_map_turn(int dir, const char *path)
{
    int fd = openat(dir, path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
    char *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    and_close(fd);
    return p == MAP_FAILED ? -1 : mprotect(p, 1, PROT_READ | PROT_WRITE);
}

static int try_open_write(int dir, const char *path)
{
    return and_close(openat(dir, path, O_WRONLY));
}

static int try_open_both(int dir, const char *path)
{
    return and_close(openat(dir, path, O_RDWR));
}

static int try_open_append(int dir, const char *path)
{
    return and_close(openat(dir, path, O_RDONLY | O_APPEND));
}

static int try_open_path(int dir, const char *path)
{
    return and_close(openat(dir, path, O_PATH));
}

static int try_open_tmp(int dir, const char *path)
{
    (void)path;
    return and_close(openat(dir, ".", O_TMPFILE | O_RDWR, 0600));
}

static int try_make(int dir, const char *path)
{
    return and_close(openat(dir, path, O_CREAT | O_RDONLY, 0600));
}

static int try_cut(int dir, const char *path)
{
    return and_close(openat(dir, path, O_TRUNC | O_RDONLY));
}

static int try_mkdir(int dir, const char *path)
{
    return mkdirat(dir, path, 0700);
}

static int try_remove(int dir, const char *path)
{
    return unlinkat(dir, path, 0);
}

static int try_rename(int dir, const char *path)
{
    return renameat(dir, path, dir, "renamed");
}

static int try_link(int dir, const char *path)
{
    return linkat(dir, path, dir, "linked", 0);
}

static int try_symlink(int dir, const char *path)
{
    return symlinkat(path, dir, "symlinked");
}

static int try_chmod(int dir, const char *path)
{
    return fchmodat(dir, path, 0600, 0);
}

static int try_touch(int dir, const char *path)
{
    return utimensat(dir, path, NULL, 0);
}

const struct file_attack file_attacks[] = {
    {"read", try_read, READS},
    {"read-there", try_read_there, READS},
    {"list", try_list, READS},
    {"stat", try_stat, LOOKS},
    {"readlink", try_readlink, LOOKS},
    {"map", try_map, READS},
    {"map-write", try_map_write, WRITES},
    {"map-turn", try_map_turn, WRITES},
    {"open-write", try_open_write, WRITES},
    {"open-both", try_open_both, WRITES},
    {"open-append", try_open_append, WRITES},
    {"open-path", try_open_path, WRITES},
    {"open-tmp", try_open_tmp, WRITES},
    {"make", try_make, WRITES},
    {"cut", try_cut, WRITES},
    {"mkdir", try_mkdir, WRITES},
    {"remove", try_remove, WRITES},
    {"rename", try_rename, WRITES},
    {"link", try_link, WRITES},
    {"symlink", try_symlink, WRITES},
    {"chmod", try_chmod, WRITES},
    {"touch", try_touch, WRITES},
};
const size_t n_file_attacks = ARRAY_LEN(file_attacks);

int hostile_files(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct str name, path;
    char path_z[512];
    (void)ctx;
    if (!str_cut(request->bytes, ' ', &name, &path) || !request->n_folders)
        return E_USAGE;
    snprintf(path_z, sizeof(path_z), STR_FMT, STR_ARG(path));
    for (size_t i = 0; i < n_file_attacks; i++) {
        if (!str_eq_z(name, file_attacks[i].name))
            continue;
        errno = 0;
        int got = file_attacks[i].run(request->folders[request->n_folders - 1], path_z);
        buf_addf(reply, got < 0 ? "denied %d" : "ok %d", got < 0 ? errno : got);
        return 0;
    }
    return E_NOTFOUND;
}
