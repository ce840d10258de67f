/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the files of an image layout in a folder are found, and which ones belong to it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/archives/image_internal.h"
#include "formats/json.h"

struct file {
    int fd;
    uint64_t size;
};

/* One part of the path after the other, through no link. */
static int open_file(struct image *im, struct str path, struct file *ret, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct str part;
    struct stat st;
    int at = openat(im->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (at >= 0 && str_field(&path, '/', &part)) {
        char *name = arena_z(&a, part);
        int last = path.p ? O_DIRECTORY : O_NONBLOCK;
        int next = name ? openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | last) : -1;
        int why = errno;
        close(at);
        errno = why;
        at = next;
    }
    if (at < 0)
        return errno == ENOENT ? diag_set(d, E_NOTFOUND, "is not here")
                               : diag_errno(d, "cannot be opened");
    if (fstat(at, &st) || !S_ISREG(st.st_mode)) {
        close(at);
        return diag_set(d, E_NOTFOUND, "is no file");
    }
    *ret = (struct file){.fd = at, .size = (uint64_t)st.st_size};
    return 0;
}

static int read_at(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    const struct file *f = ctx;
    ssize_t r;
    do {
        r = pread(f->fd, to, n, (off_t)offset);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return E_IO;
    *ret_got = (size_t)r;
    return 0;
}

static int read_on(void *ctx, char *to, size_t n, size_t *ret_got, struct diag *d)
{
    const struct file *f = ctx;
    ssize_t r;
    do {
        r = read(f->fd, to, n);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return diag_errno(d, "cannot be read");
    *ret_got = (size_t)r;
    return 0;
}

int image_folder_text(struct image *im, struct str path, struct str *ret, struct diag *d)
{
    struct file f;
    size_t n = 0, got = 1;
    int rc = open_file(im, path, &f, d);
    if (rc)
        return rc;
    char *text = f.size <= DOCUMENT_MAX ? arena_alloc(&im->mem, (size_t)f.size + 1) : NULL;
    if (f.size > DOCUMENT_MAX)
        rc = diag_set(d, E_LIMIT, "larger than 4 MiB: not read as a document");
    else if (!text)
        rc = diag_set(d, E_NOMEM, "needs more memory than one item may use");
    for (; !rc && got && n < f.size; n += got)
        rc = read_on(&f, text + n, (size_t)f.size - n, &got, d);
    close(f.fd);
    if (!rc)
        *ret = str_n(text, n);
    return rc;
}

/* --- layers ------------------------------------------------------------------------------- */

/* What a layer that lies above others says of their files. Failures are told when it is walked. */
static int take_claims(struct image *im, uint32_t index)
{
    struct str path = im->layers.v[index].path;
    struct file f;
    char head[CONTAINER_HEAD];
    size_t got = 0;
    struct diag d = {0};
    if (map_get(&im->claims, path) || open_file(im, path, &f, &d))
        return 0;
    struct archive_source source = {.read = read_at, .ctx = &f, .size = f.size, .seekable = true};
    int rc = read_at(&f, 0, head, sizeof(head), &got);
    enum container kind = rc ? CONTAINER_NONE : container_kind(str_n(head, got));
    rc = kind >= CONTAINER_TAR ? image_claims(im, kind, &source, path) : 0;
    close(f.fd);
    return rc;
}

static void take_all_claims(struct image *im)
{
    struct diag d = {0};
    int rc = 0;
    vec_each (c, &im->chains) {
        for (size_t i = 1; i < c->n && !rc && !im->m->budget.spent; i++)
            rc = take_claims(im, c->layers[i]);
    }
    if (!rc && !im->m->budget.spent)
        return;
    diag_set(&d, rc ? rc : E_LIMIT, "not known which files upper layers hide: too many");
    members_tell_archive(im->m, STR(""), &d, true);
}

/* The file of a layer, or of what no manifest names. */
static void walk_file(struct image *im, struct str path, const uint32_t *layer)
{
    struct level l = {.m = im->m, .where = STR(""), .name = path_base(path)};
    struct file f;
    struct diag d = {0};
    if (open_file(im, path, &f, &d)) {
        if (!layer) /* a layer that was not seen is told at the end */
            members_tell(im->m, path, &d, false);
        return;
    }
    struct unpacked c = {.l = &l, .read = read_on, .ctx = &f};
    struct archive_member m = {.type = ARCHIVE_MEMBER_FILE, .size = f.size, .has_size = true};
    struct str base = path_base(path);
    struct named name = {.own = base,
                         .shown = is_hex_digest(base) ? image_locator(im, base) : path};
    level_begin(&l);
    if (layer)
        image_walk_layer(im, *layer, &c, &m);
    else if (name.shown.p)
        level_content(&c, &m, &name, true);
    level_end(&l);
    close(f.fd);
}

/* --- what no manifest names --------------------------------------------------------------- */

static int name_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct names {
    VEC(struct str);
};

static int list_blobs(struct image *im, struct names *names)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, rc = 0;
    int blobs = openat(im->folder, "blobs", flags);
    int at = blobs < 0 ? -1 : openat(blobs, "sha256", flags);
    DIR *dir = at < 0 ? NULL : fdopendir(at);
    for (struct dirent *e; dir && !rc && (e = readdir(dir));) {
        struct str path = arena_fmt(&im->mem, BLOBS "%s", e->d_name);
        if (!path.p)
            rc = E_NOMEM;
        else if (e->d_name[0] != '.' && !map_get(&im->used, path) && !map_get(&im->layer, path))
            rc = vec_push(names, path);
    }
    if (dir)
        closedir(dir);
    else if (at >= 0)
        close(at);
    if (blobs >= 0)
        close(blobs);
    return rc ? rc : vec_sort(names, name_cmp, NULL);
}

static void walk_rest(struct image *im)
{
    struct names names = {0};
    struct diag d = {0};
    if (list_blobs(im, &names)) {
        diag_set(&d, E_NOMEM, "needs more memory than one item may use");
        members_tell_archive(im->m, STR(""), &d, true);
    }
    for (size_t i = 0; i < names.n && !im->m->stopped; i++)
        walk_file(im, names.v[i], NULL);
    vec_free(&names);
}

void image_folder_examine(struct item *it)
{
    struct members m;
    struct image im;
    struct doc doc;
    struct str text;
    struct diag d = {0};
    struct limits lim = it->limits;
    members_begin(&m, it);
    image_init(&im, &m);
    im.folder = m.open->folder;
    m.budget.bytes = m.allowed = m.open->limits.bytes; /* no packed size to compare with */
    int rc = m.open->library ? item_text(it, &text) : 0;
    if (!m.open->library) {
        it->emit->facts.container = true; /* not to be remembered */
        diag_set(&d, E_UNSUPPORTED, "layers are not read: libarchive.so.13 is not installed");
        members_tell_archive(&m, STR(""), &d, false);
    } else if (!rc && !json_parse(text, JSON_STRICT, &lim, &im.mem, &doc, &d)) {
        image_index(&im, &doc);
        take_all_claims(&im);
    } else if (!rc) {
        members_tell_archive(&m, STR(""), &d, false);
    }
    for (uint32_t i = 0; i < im.layers.n && !m.stopped; i++)
        walk_file(&im, im.layers.v[i].path, &i);
    image_tell_missing(&im);
    if (m.open->library)
        walk_rest(&im);
    members_end(&m);
    image_done(&im);
}
