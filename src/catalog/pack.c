/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a folder are a pack, and how large one may be. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "catalog/pack.h"

struct reading {
    struct pack *pack;
    struct diag *d;
    size_t bytes;
    struct {
        VEC(struct catalog_source);
    } files;
};

static int no_memory(struct reading *r)
{
    return diag_set(r->d, E_NOMEM, "no memory for the pack");
}

static int read_text(struct reading *r, int fd, struct str path, struct str *ret)
{
    AUTO(buf) text = BUF_CAPPED(PACK_BYTES);

    for (char *p; (p = buf_room(&text, 1 << 14));) {
        ssize_t got = read(fd, p, 1 << 14);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return diag_errno(r->d, "cannot read '" STR_FMT "'", STR_ARG(path));
        if (!got)
            break;
        text.n += (size_t)got;
    }
    int rc = buf_result(&text);
    r->bytes += text.n;
    if (rc == E_LIMIT || r->bytes > PACK_BYTES || r->files.n >= PACK_FILES)
        return diag_set(r->d, E_LIMIT, "a pack has at most %u files and %u MiB", PACK_FILES,
                        PACK_BYTES >> 20);
    *ret = rc ? STR_NULL : arena_str(&r->pack->memory, buf_str(&text));
    return rc || !ret->p ? no_memory(r) : OK;
}

/* Anything but a file would block or never end. */
static int read_file(struct reading *r, int folder, const char *kind, const char *name)
{
    struct catalog_source file = {.path = arena_fmt(&r->pack->memory, "%s/%s", kind, name)};
    struct stat st;

    if (!file.path.p)
        return no_memory(r);
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return diag_errno(r->d, "cannot open '%s/%s'", kind, name);
    int rc = fstat(fd, &st) ? diag_errno(r->d, "cannot read '%s/%s'", kind, name) : OK;
    if (!rc && !S_ISREG(st.st_mode))
        rc = diag_set(r->d, E_PARSE, "'%s/%s' is no file", kind, name);
    if (!rc)
        rc = read_text(r, fd, file.path, &file.text);
    close(fd);
    return !rc && vec_push(&r->files, file) ? no_memory(r) : rc;
}

static int read_folder(struct reading *r, int root, const char *kind)
{
    int fd = openat(root, kind, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    int rc = OK;

    if (fd < 0 && errno == ENOENT)
        return OK;
    if (!dir) {
        rc = diag_errno(r->d, "cannot open '%s'", kind);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    for (struct dirent *e; !rc && (e = readdir(dir));)
        if (e->d_name[0] != '.' && str_ends(str_z(e->d_name), STR(".yaml")))
            rc = read_file(r, fd, kind, e->d_name);
    closedir(dir);
    return rc;
}

int pack_read(const char *folder, struct pack *ret, struct diag *d)
{
    struct pack p = {.memory = ARENA(2 * PACK_BYTES)};
    struct reading r = {.pack = &p, .d = d};
    int root = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY), rc;

    if (root < 0)
        return diag_errno(d, "cannot open the pack '%s'", folder);
    rc = read_folder(&r, root, "entries");
    if (!rc)
        rc = read_folder(&r, root, "patterns");
    close(root);
    if (!rc && !r.files.n)
        rc = diag_set(d, E_NOTFOUND, "'%s' has neither entries/*.yaml nor patterns/*.yaml", folder);
    if (!rc) {
        p.n = r.files.n;
        p.files = arena_array(&p.memory, p.n, sizeof(*p.files));
        rc = p.files ? OK : no_memory(&r);
    }
    if (!rc)
        memcpy(p.files, r.files.v, p.n * sizeof(*p.files));
    vec_free(&r.files);
    if (rc) {
        pack_done(&p);
        return rc;
    }
    *ret = p;
    return OK;
}

void pack_done(struct pack *p)
{
    arena_done(&p->memory);
    *p = (struct pack){0};
}
