/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is a repository that can be read, and which parts of it cannot. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "formats/git/ini.h"
#include "formats/git/repo_internal.h"

#define CONFIG_BYTES   ((size_t)1 << 20)
#define LIST_BYTES     ((size_t)16 << 20) /* of objects/info/alternates and shallow */
#define ALTERNATES_MAX 64u

struct gitrepo_limits gitrepo_limits_default(void)
{
    return (struct gitrepo_limits){.object = (uint64_t)128 << 20,
                                   .work = (uint64_t)8 << 30,
                                   .packs = 4096,
                                   .commits = 250000,
                                   .entries = 10000000,
                                   .depth = 256};
}

const struct gitrepo_limits *gitrepo_limits(const struct gitrepo *r)
{
    return &r->limits;
}

int gitrepo_note(struct gitrepo *r, struct str path, const char *reason)
{
    struct gitrepo_gap gap = {arena_str(&r->mem, path), arena_str(&r->mem, str_z(reason))};
    if (!gap.path.p || !gap.reason.p)
        return arena_error(&r->mem);
    return vec_push(&r->gaps, gap);
}

/* --- files --------------------------------------------------------------------------------- */

int gitrepo_open_below(int dir, struct str path, int flags)
{
    int at = dir;
    for (;;) {
        struct str part, rest;
        char name[256];
        bool more = str_cut(path, '/', &part, &rest);
        if (!part.n || part.n >= sizeof(name) || str_eq_z(part, ".") || str_eq_z(part, "..") ||
            str_chr(part, 0, 0) != SIZE_MAX) {
            errno = ENOENT;
            break;
        }
        memcpy(name, part.p, part.n);
        name[part.n] = 0;
        int how = more ? O_RDONLY | O_DIRECTORY : flags;
        int next = openat(at, name, how | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int e = errno;
        if (at != dir)
            close(at);
        errno = e;
        if (next < 0 || !more)
            return next;
        at = next;
        path = rest;
    }
    if (at != dir)
        close(at);
    errno = ENOENT;
    return -1;
}

int gitrepo_small_file(int dir, struct str path, size_t cap, struct buf *ret)
{
    struct stat st;
    int fd = gitrepo_open_below(dir, path, O_RDONLY);
    if (fd < 0)
        return errno == ENOTDIR || errno == EISDIR ? E_NOTFOUND : err_from_errno(errno);
    int rc = fstat(fd, &st) ? E_IO : !S_ISREG(st.st_mode) ? E_NOTFOUND : 0;
    while (!rc) {
        size_t want = MIN(cap + 1 - ret->n, (size_t)65536);
        char *room = buf_room(ret, want);
        ssize_t n = room ? read(fd, room, want) : 0;
        if (!room)
            rc = buf_result(ret);
        else if (n < 0)
            rc = errno == EINTR ? 0 : E_IO;
        else if (!n)
            break;
        else
            ret->n += (size_t)n;
        if (!rc && ret->n > cap)
            rc = E_LIMIT;
    }
    buf_cut(ret, ret->n);
    close(fd);
    return rc;
}

/* --- what the repository says of itself ---------------------------------------------------- */

struct layout {
    bool sha256, reftable, partial;
};

static int on_setting(void *ctx, const struct gitini_entry *e)
{
    struct layout *l = ctx;
    if (str_eq_z(e->section, "extensions")) {
        if (str_eq_z(e->name, "objectformat"))
            l->sha256 = !str_eq_nocase(e->value, STR("sha1"));
        else if (str_eq_z(e->name, "refstorage"))
            l->reftable = !str_eq_nocase(e->value, STR("files"));
        else if (str_eq_z(e->name, "partialclone"))
            l->partial = true;
    } else if (str_eq_z(e->section, "remote") && str_eq_z(e->name, "promisor")) {
        l->partial = true;
    }
    return 0;
}

/* A configuration that cannot be read says nothing: what is not understood shows when objects or
 * references are. */
static int read_layout(struct gitrepo *r, struct diag *d)
{
    struct layout l = {0};
    struct limits lim = limits_default();
    struct diag ignored = {0};
    AUTO(arena) a = ARENA(8 << 20);
    AUTO(buf) text = BUF_INIT;
    lim.bytes = CONFIG_BYTES;
    int rc = gitrepo_small_file(r->folders.common, STR("config"), CONFIG_BYTES, &text);
    if (!rc)
        rc = gitini_parse(buf_str(&text), &lim, &a, on_setting, &l, &ignored);
    if (rc == E_NOMEM)
        return diag_set(d, rc, "no memory to open a repository");
    r->is_partial = l.partial;
    if (l.sha256)
        return diag_set(d, E_UNSUPPORTED,
                        "its objects are named by SHA-256 (extensions.objectFormat): no reader");
    if (l.reftable)
        return diag_set(d, E_UNSUPPORTED,
                        "its references are kept in a table (extensions.refStorage): no reader");
    return 0;
}

static int read_shallow(struct gitrepo *r)
{
    AUTO(buf) text = BUF_INIT;
    int rc = gitrepo_small_file(r->folders.common, STR("shallow"), LIST_BYTES, &text);
    if (rc == E_NOTFOUND)
        return 0;
    if (rc)
        return rc == E_NOMEM ? rc : gitrepo_note(r, STR("shallow"), "cannot be read");
    struct str rest = buf_str(&text), line;
    while (str_line(&rest, &line)) {
        struct git_id id;
        bool fresh;
        if (!git_id_parse(str_trim(line), &id))
            continue;
        r->is_shallow = true;
        if (!map_put(&r->shallow, git_id_str(&id), &fresh))
            return E_NOMEM;
    }
    return 0;
}

static int read_alternates(struct gitrepo *r)
{
    AUTO(buf) text = BUF_INIT;
    int rc =
        gitrepo_small_file(r->folders.common, STR("objects/info/alternates"), LIST_BYTES, &text);
    if (rc == E_NOTFOUND)
        return 0;
    if (rc)
        return rc == E_NOMEM ? rc
                             : gitrepo_note(r, STR("objects/info/alternates"), "cannot be read");
    struct str rest = buf_str(&text), line;
    while (!rc && str_line(&rest, &line)) {
        if (!line.n || line.p[0] == '#')
            continue;
        if (r->alternates.n == ALTERNATES_MAX)
            return gitrepo_note(r, STR("objects/info/alternates"), "names more than 64 folders");
        struct str kept = arena_str(&r->mem, line);
        rc = kept.p ? vec_push(&r->alternates, kept) : arena_error(&r->mem);
    }
    if (!rc && r->alternates.n > r->folders.n_alternates)
        rc = gitrepo_note(r, STR("objects/info/alternates"),
                          "objects are borrowed from a repository elsewhere, which is not read");
    return rc;
}

/* --- open and close ------------------------------------------------------------------------ */

/* Takes the folder of objects. */
static int add_store(struct gitrepo *r, int objects)
{
    struct gitstore *s = &r->stores[r->n_stores];
    *s = (struct gitstore){.objects = objects};
    s->packs = gitrepo_open_below(objects, STR("pack"), O_RDONLY | O_DIRECTORY);
    r->n_stores++;
    int rc = 0;
    if (s->packs < 0 && errno != ENOENT)
        rc = gitrepo_note(r, STR("objects/pack"), "a link, or no folder: not opened");
    if (!rc)
        rc = gitrepo_open_loose(r, r->n_stores - 1);
    return rc ? rc : gitrepo_list_packs(r, r->n_stores - 1);
}

static int open_stores(struct gitrepo *r, struct diag *d)
{
    int fd = gitrepo_open_below(r->folders.common, STR("objects"), O_RDONLY | O_DIRECTORY);
    if (fd < 0 && errno == ENOENT)
        return diag_set(d, E_NOTFOUND, "not a git repository: it has no folder of objects");
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return diag_set(d, E_UNSUPPORTED, "its objects lie behind a link: not followed");
    if (fd < 0)
        return diag_errno(d, "its objects cannot be opened");
    int rc = add_store(r, fd);
    for (size_t i = 0; i < r->folders.n_alternates && !rc; i++) {
        fd = openat(r->folders.alternates[i], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = fd < 0 ? gitrepo_note(r, STR("objects/info/alternates"), "cannot be opened")
                    : add_store(r, fd);
    }
    return rc ? diag_set(d, rc, "no memory to open a repository") : 0;
}

int gitrepo_open(const struct gitlib *lib, const struct gitrepo_folders *folders,
                 const struct gitrepo_limits *lim, struct gitrepo **ret, struct diag *d)
{
    struct gitrepo *r = mem_alloc(sizeof(*r));
    if (!r)
        return diag_set(d, E_NOMEM, "no memory to open a repository");
    r->lib = lib;
    r->limits = *lim;
    r->folders = *folders;
    r->mem = (struct arena)ARENA(0);
    r->shallow = (struct map)MAP_OWNED(&r->mem);
    int rc = read_layout(r, d);
    if (!rc)
        rc = open_stores(r, d);
    if (!rc && (rc = read_shallow(r)) == 0)
        rc = read_alternates(r);
    if (rc && !(d && d->text[0]))
        diag_set(d, rc, "no memory to open a repository");
    if (rc)
        gitrepo_close(r);
    else
        *ret = r;
    return rc;
}

struct gitrepo *gitrepo_close(struct gitrepo *r)
{
    if (!r)
        return NULL;
    gitrepo_close_packs(r);
    for (size_t i = 0; i < r->n_stores; i++) {
        struct gitstore *s = &r->stores[i];
        gitrepo_close_loose(r, i);
        if (s->packs >= 0)
            close(s->packs);
        close(s->objects);
    }
    vec_free(&r->packs);
    vec_free(&r->gaps);
    vec_free(&r->alternates);
    map_done(&r->shallow);
    arena_done(&r->mem);
    mem_free(r);
    return NULL;
}

size_t gitrepo_gaps(const struct gitrepo *r, const struct gitrepo_gap **ret)
{
    *ret = r->gaps.v;
    return r->gaps.n;
}

size_t gitrepo_alternates(const struct gitrepo *r, const struct str **ret)
{
    size_t given = MIN(r->folders.n_alternates, r->alternates.n);
    *ret = r->alternates.v ? r->alternates.v + given : NULL;
    return r->alternates.n - given;
}

bool gitrepo_is_shallow(const struct gitrepo *r)
{
    return r->is_shallow;
}

bool gitrepo_is_partial(const struct gitrepo *r)
{
    return r->is_partial;
}

bool gitrepo_ends_at(const struct gitrepo *r, const struct git_id *commit)
{
    return map_get(&r->shallow, git_id_str(commit)) != NULL;
}
