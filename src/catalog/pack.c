/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a folder are a pack, and how large one may be. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/vec.h"
#include "catalog/compile_internal.h"
#include "catalog/pack.h"

struct reading {
    struct pack *pack;
    const char *origin; /* of its files */
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

/* The message stands: name the file. */
static int at_file(struct reading *r, int rc, struct str path)
{
    AUTO(buf) file = BUF_CAPPED(sizeof(r->d->file) - 1);
    struct catalog_source named = {.path = path, .origin = r->origin};

    if (!r->d)
        return rc;
    compile_file_name(&named, &file);
    if (file.n)
        diag_at(r->d, file.p, 0, 0);
    return rc;
}

static int read_text(struct reading *r, int fd, struct str path, struct str *ret)
{
    AUTO(buf) text = BUF_CAPPED(PACK_BYTES);

    for (char *p; (p = buf_room(&text, 1 << 14));) {
        ssize_t got = read(fd, p, 1 << 14);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return at_file(r, diag_errno(r->d, "the file cannot be read"), path);
        if (!got)
            break;
        text.n += (size_t)got;
    }
    int rc = buf_result(&text);
    r->bytes += text.n;
    if (rc == E_LIMIT || r->bytes > PACK_BYTES || r->files.n >= PACK_FILES)
        return at_file(r,
                       diag_set(r->d, E_LIMIT,
                                "with this file the pack is too large: it has at "
                                "most %u files and %u MiB",
                                PACK_FILES, PACK_BYTES >> 20),
                       path);
    *ret = rc ? STR_NULL : arena_str(&r->pack->memory, buf_str(&text));
    return rc || !ret->p ? no_memory(r) : OK;
}

/* Anything but a file would block or never end. */
static int read_file(struct reading *r, int folder, const char *kind, const char *name)
{
    struct catalog_source file = {.path = arena_fmt(&r->pack->memory, "%s/%s", kind, name),
                                  .origin = r->origin};
    struct stat st;

    if (!file.path.p)
        return no_memory(r);
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return at_file(r, diag_errno(r->d, "the file cannot be opened"), file.path);
    int rc = fstat(fd, &st) ? diag_errno(r->d, "the file cannot be read") : OK;
    if (!rc && !S_ISREG(st.st_mode))
        rc = diag_set(r->d, E_PARSE, "this is no file");
    rc = rc ? at_file(r, rc, file.path) : read_text(r, fd, file.path, &file.text);
    close(fd);
    return !rc && vec_push(&r->files, file) ? no_memory(r) : rc;
}

/* What is about the pack and no part of it. */
static bool is_about(struct str name, bool root)
{
    static const char *const begin[] = {"README", "LICENSE",   "LICENCE",
                                        "NOTICE", "CHANGELOG", NULL};

    for (int i = 0; begin[i]; i++)
        if (str_starts(name, str_z(begin[i])))
            return true;
    return str_starts(name, STR(".")) || str_ends(name, STR(".md")) ||
           str_ends(name, STR(".txt")) || (root && str_eq(name, STR("serial")));
}

/* Whoever put it there thinks that it is used. */
static int no_part(struct reading *r, struct str path)
{
    diag_set(r->d, E_PARSE, "this is no part of a pack");
    diag_hint(r->d, str_ends(path, STR(".yml"))
                        ? "the name of its files ends in .yaml"
                        : "a pack has entries/ID.yaml and patterns/ID.yaml; rules of the walk, "
                          "models and categories are those of the program");
    return at_file(r, E_PARSE, path);
}

struct names {
    VEC(char *);
};

static int order_names(const void *a, const void *b, void *ctx UNUSED)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, so that of two mistakes always the same is told. */
static int list(struct reading *r, int fd, struct names *ret)
{
    DIR *dir = fdopendir(fd);
    int rc = dir ? OK : diag_errno(r->d, "the folder cannot be opened");

    if (!dir) {
        close(fd);
        return rc;
    }
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        char *name = arena_z(&r->pack->memory, str_z(e->d_name));
        if (!name || vec_push(ret, name))
            rc = no_memory(r);
    }
    closedir(dir);
    return !rc && vec_sort(ret, order_names, NULL) ? no_memory(r) : rc;
}

static int read_names(struct reading *r, int fd, const char *kind, const struct names *names)
{
    int rc = OK;

    for (size_t i = 0; !rc && i < names->n; i++) {
        struct str name = str_z(names->v[i]);
        if (str_ends(name, STR(".yaml")) && name.p[0] != '.')
            rc = read_file(r, fd, kind, names->v[i]);
        else if (!is_about(name, false)) {
            struct str path = arena_fmt(&r->pack->memory, "%s/%s", kind, names->v[i]);
            rc = path.p ? no_part(r, path) : no_memory(r);
        }
    }
    return rc;
}

static int read_folder(struct reading *r, int root, const char *kind)
{
    int fd = openat(root, kind, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    int again = fd < 0 ? -1 : openat(fd, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    struct names names = {0};
    int rc = OK;

    if (fd < 0 && errno == ENOENT)
        return OK;
    if (again < 0)
        rc = at_file(r, diag_errno(r->d, "the folder cannot be opened"), str_z(kind));
    else
        rc = list(r, again, &names);
    if (!rc)
        rc = read_names(r, fd, kind, &names);
    if (fd >= 0)
        close(fd);
    vec_free(&names);
    return rc;
}

static int read_root(struct reading *r, int root)
{
    int again = openat(root, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    struct names names = {0};
    int rc = again < 0 ? diag_errno(r->d, "the folder cannot be opened") : list(r, again, &names);

    for (size_t i = 0; !rc && i < names.n; i++) {
        struct str name = str_z(names.v[i]);
        if (str_eq(name, STR("entries")) || str_eq(name, STR("patterns")))
            rc = read_folder(r, root, names.v[i]);
        else if (!is_about(name, true))
            rc = no_part(r, name);
    }
    vec_free(&names);
    if (!rc && !r->files.n) {
        rc = diag_set(r->d, E_PARSE,
                      "this pack is empty: it has neither entries/ID.yaml nor "
                      "patterns/ID.yaml");
        at_file(r, rc, STR(""));
    }
    return rc;
}

int pack_read(const char *folder, struct pack *ret, struct diag *d)
{
    struct pack p = {.memory = ARENA(2 * PACK_BYTES)};
    struct reading r = {.pack = &p, .d = d};
    int root = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY), rc;

    if (root < 0)
        return diag_errno(d, "cannot open the pack '%s'", folder);
    r.origin = arena_fmt(&p.memory, "%s%s", folder, str_ends(str_z(folder), STR("/")) ? "" : "/").p;
    rc = r.origin ? read_root(&r, root) : no_memory(&r);
    close(root);
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
