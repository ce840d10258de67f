/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where an object is looked for, what is checked before it is restored, and why it cannot
 * be read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/git/lib.h"
#include "formats/git/loose.h"
#include "formats/git/repo_internal.h"

/* Packs that are open at a time: each may keep 16 MiB of bases. */
#define AWAKE_MAX 4u
/* Packs may come and go while a repository is read. */
#define REFRESH_MAX 16u

/* --- packs --------------------------------------------------------------------------------- */

static bool is_known(const struct gitrepo *r, size_t store, struct str name)
{
    vec_each (p, &r->packs)
        if (p->store == store && str_eq(p->name, name))
            return true;
    return false;
}

static int note_pack(struct gitrepo *r, struct str name, const struct diag *d)
{
    AUTO(buf) path = BUF_INIT;
    buf_addz(&path, "objects/pack/");
    buf_add(&path, name);
    return buf_result(&path) ? E_NOMEM : gitrepo_note(r, buf_str(&path), d->text);
}

static int add_pack(struct gitrepo *r, size_t store, const char *file)
{
    struct gitpack_slot s = {.store = store, .pack = {.fd = -1}};
    struct diag d = {0};
    s.name = arena_str(&r->mem, str_z(file));
    if (!s.name.p)
        return arena_error(&r->mem);
    if (r->packs.n >= r->limits.packs)
        return E_LIMIT;
    int rc = gitpack_open(r->stores[store].packs, file, &s.pack, &d);
    if (rc == E_NOMEM)
        return rc;
    if (rc)
        rc = note_pack(r, s.name, &d);
    if (!rc)
        rc = vec_push(&r->packs, s); /* also a damaged one: it is not tried again */
    if (rc)
        gitpack_close(&s.pack);
    return rc;
}

static int slot_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct gitpack_slot *x = a, *y = b;
    if (x->store != y->store)
        return x->store < y->store ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static int list_folder(struct gitrepo *r, size_t store, DIR *dir)
{
    int rc = 0;
    for (;;) {
        errno = 0;
        struct dirent *e = readdir(dir);
        if (!e)
            return errno ? gitrepo_note(r, STR("objects/pack"), "could not be listed") : 0;
        struct str name = str_z(e->d_name);
        if (!str_ends(name, STR(".idx")) || is_known(r, store, name))
            continue;
        rc = add_pack(r, store, e->d_name);
        if (rc == E_LIMIT)
            return gitrepo_note(r, STR("objects/pack"), "holds more packs than are opened");
        if (rc)
            return rc;
    }
}

int gitrepo_list_packs(struct gitrepo *r, size_t store)
{
    struct gitstore *s = &r->stores[store];
    struct stat st;
    if (s->packs < 0)
        return 0;
    if (!fstat(s->packs, &st)) {
        s->listed_sec = st.st_mtim.tv_sec;
        s->listed_nsec = st.st_mtim.tv_nsec;
    }
    int fd = openat(s->packs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return gitrepo_note(r, STR("objects/pack"), "could not be listed");
    }
    int rc = list_folder(r, store, dir);
    closedir(dir);
    return rc ? rc : vec_sort(&r->packs, slot_cmp, NULL);
}

static void rest(struct gitrepo *r, struct gitpack_slot *s)
{
    if (!s->odb)
        return;
    r->lib->git_odb_free(s->odb);
    s->odb = NULL;
    gitpack_rest(&s->pack);
    r->awake--;
}

void gitrepo_close_packs(struct gitrepo *r)
{
    vec_each (s, &r->packs) {
        rest(r, s);
        gitpack_close(&s->pack);
    }
}

static void rest_oldest(struct gitrepo *r)
{
    struct gitpack_slot *oldest = NULL;
    vec_each (s, &r->packs)
        if (s->odb && (!oldest || s->used < oldest->used))
            oldest = s;
    if (oldest)
        rest(r, oldest);
}

/* One object database for each pack: which pack an object is read from is decided here. */
static int wake(struct gitrepo *r, struct gitpack_slot *s)
{
    git_odb_backend *backend = NULL;
    char path[320];
    s->used = ++r->clock;
    if (s->odb)
        return 0;
    while (r->awake >= AWAKE_MAX)
        rest_oldest(r);
    snprintf(path, sizeof(path), "/proc/self/fd/%d/" STR_FMT, r->stores[s->store].packs,
             STR_ARG(s->name));
    if (r->lib->git_odb_new(&s->odb))
        return E_NOMEM;
    r->awake++;
    int rc = r->lib->git_odb_backend_one_pack(&backend, path) ? E_PARSE : 0;
    if (!rc && r->lib->git_odb_add_backend(s->odb, backend, 1)) {
        backend->free(backend);
        rc = E_NOMEM;
    }
    if (rc)
        rest(r, s);
    return rc;
}

int gitrepo_open_loose(struct gitrepo *r, size_t store)
{
    struct gitstore *s = &r->stores[store];
    git_odb_backend *backend = NULL;
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", s->objects);
    if (r->lib->git_odb_new(&s->loose))
        return E_NOMEM;
    if (r->lib->git_odb_backend_loose(&backend, path, -1, 0, 0, 0))
        return E_NOMEM;
    if (r->lib->git_odb_add_backend(s->loose, backend, 1)) {
        backend->free(backend);
        return E_NOMEM;
    }
    return 0;
}

void gitrepo_close_loose(struct gitrepo *r, size_t store)
{
    if (r->stores[store].loose)
        r->lib->git_odb_free(r->stores[store].loose);
}

/* --- reading ------------------------------------------------------------------------------- */

/* Texts of the library name paths and say little: ours say what it means here. */
static int library_error(const struct gitrepo *r, int code, struct diag *d)
{
    const git_error *e = r->lib->git_error_last();
    if (e && e->klass == GIT_ERROR_NOMEMORY)
        return diag_set(d, E_LIMIT, "needs more memory than a worker may use");
    if (code == GIT_ENOTFOUND)
        return diag_set(d, E_PARSE, "its pack or file cannot be read");
    if (code == GIT_EMISMATCH)
        return diag_set(d, E_PARSE, "is damaged: its content does not match its name");
    return diag_set(d, E_PARSE, "is damaged");
}

static int take(const struct gitrepo *r, git_odb *odb, const struct git_id *id,
                struct git_object *ret, struct diag *d)
{
    git_odb_object *o = NULL;
    git_oid oid;
    memcpy(oid.id, id->b, GIT_ID_BYTES);
    int rc = r->lib->git_odb_read(&o, odb, &oid);
    if (rc)
        return library_error(r, rc, d);
    git_object_t type = r->lib->git_odb_object_type(o);
    if (type < GIT_OBJECT_COMMIT || type > GIT_OBJECT_TAG) {
        r->lib->git_odb_object_free(o);
        return diag_set(d, E_PARSE, "is of no known type");
    }
    *ret = (struct git_object){
        .type = (enum git_type)type,
        .data = str_n(r->lib->git_odb_object_data(o), r->lib->git_odb_object_size(o)),
        .handle = o};
    return 0;
}

static int read_packed(struct gitrepo *r, struct gitpack_slot *s, uint64_t offset,
                       const struct git_id *id, struct git_object *ret, struct diag *d)
{
    struct gitpack_limits lim = {.object = r->limits.object, .work = r->limits.work};
    struct gitpack_object o;
    int rc = wake(r, s);
    if (rc)
        return diag_set(d, rc, rc == E_NOMEM ? "no memory for a pack" : "its pack cannot be read");
    rc = gitpack_check(&s->pack, offset, &lim, &o, d);
    return rc ? rc : take(r, s->odb, id, ret, d);
}

/* The file, if it is one and no link stands in between: a descriptor, or negative. */
static int open_loose(const struct gitstore *s, const struct git_id *id)
{
    struct git_id_hex hex = git_id_hex(id);
    struct stat st;
    char folder[3] = {hex.z[0], hex.z[1], 0};
    int at = openat(s->objects, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (at < 0)
        return errno == ENOENT ? E_NOTFOUND : err_from_errno(errno);
    int fd = openat(at, hex.z + 2, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int rc = fd >= 0 ? fd : errno == ELOOP ? E_UNSUPPORTED : err_from_errno(errno);
    close(at);
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
        close(fd);
        return E_UNSUPPORTED;
    }
    return rc;
}

static int read_loose(struct gitrepo *r, struct gitstore *s, const struct git_id *id,
                      struct git_object *ret, struct diag *d)
{
    int fd = open_loose(s, id);
    if (fd == E_UNSUPPORTED)
        return diag_set(d, E_UNSUPPORTED, "lies behind a link: not followed");
    if (fd < 0)
        return fd == E_NOTFOUND ? fd : diag_set(d, fd, "cannot be opened");
    int rc = gitloose_check(fd, r->limits.object, d);
    close(fd);
    return rc ? rc : take(r, s->loose, id, ret, d);
}

/* One round through all places. What was found but could not be read is kept in *d. */
static int look(struct gitrepo *r, const struct git_id *id, struct git_object *ret, struct diag *d)
{
    int worst = E_NOTFOUND;
    for (size_t k = 0; k < r->packs.n; k++) {
        size_t i = k == 0 ? r->last : k <= r->last ? k - 1 : k; /* that of the last hit first */
        struct gitpack_slot *s = &r->packs.v[i];
        uint64_t offset;
        if (!gitpack_find(&s->pack, id, &offset))
            continue;
        int rc = read_packed(r, s, offset, id, ret, d);
        if (!rc)
            r->last = i;
        if (!rc || rc == E_NOMEM)
            return rc;
        worst = rc;
    }
    for (size_t i = 0; i < r->n_stores; i++) {
        int rc = read_loose(r, &r->stores[i], id, ret, d);
        if (!rc || rc == E_NOMEM)
            return rc;
        if (rc != E_NOTFOUND)
            worst = rc;
    }
    return worst;
}

static int refresh(struct gitrepo *r, bool *ret_changed)
{
    int rc = 0;
    *ret_changed = false;
    for (size_t i = 0; i < r->n_stores && !rc; i++) {
        struct gitstore *s = &r->stores[i];
        struct stat st;
        if (s->packs < 0 || fstat(s->packs, &st) ||
            (st.st_mtim.tv_sec == s->listed_sec && st.st_mtim.tv_nsec == s->listed_nsec))
            continue;
        *ret_changed = true;
        r->last = 0;
        rc = gitrepo_list_packs(r, i);
    }
    return rc;
}

/* Known to git without being stored. */
static const struct git_id EMPTY_TREE = {{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e,
                                          0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6,
                                          0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}};

int gitrepo_read(struct gitrepo *r, const struct git_id *id, struct git_object *ret, struct diag *d)
{
    struct diag why = {0};
    bool changed = false;
    if (git_id_eq(id, &EMPTY_TREE)) {
        *ret = (struct git_object){.type = GIT_TREE, .data = STR("")};
        return 0;
    }
    int rc = look(r, id, ret, &why);
    if (rc == E_NOTFOUND && r->refreshed < REFRESH_MAX) {
        int e = refresh(r, &changed);
        if (e)
            return diag_set(d, e, "no memory for a pack");
        r->refreshed += changed;
        if (changed)
            rc = look(r, id, ret, &why);
    }
    if (!rc)
        return 0;
    struct git_id_hex hex = git_id_hex(id);
    if (rc == E_NOTFOUND)
        return diag_set(d, rc, "object %.12s is not in this %s", hex.z,
                        r->is_partial                               ? "partial clone"
                        : r->alternates.n > r->folders.n_alternates ? "repository, " GITREPO_BORROWS
                                                                    : "repository");
    return diag_set(d, rc, "object %.12s: %s", hex.z, why.text);
}

int gitrepo_read_as(struct gitrepo *r, const struct git_id *id, enum git_type type,
                    struct git_object *ret, struct diag *d)
{
    static const char *const names[] = {"thing", "commit", "tree", "blob", "tag"};
    struct git_object o;
    int rc = gitrepo_read(r, id, &o, d);
    if (!rc && o.type != type) {
        const char *is = names[o.type];
        gitrepo_release(r, &o);
        return diag_set(d, E_PARSE, "object %.12s is a %s where a %s should be", git_id_hex(id).z,
                        is, names[type]);
    }
    if (!rc)
        *ret = o;
    return rc;
}

void gitrepo_release(struct gitrepo *r, struct git_object *o)
{
    if (o->handle)
        r->lib->git_odb_object_free(o->handle);
    *o = (struct git_object){0};
}

/* --- short names --------------------------------------------------------------------------- */

struct found {
    struct git_id *v;
    size_t n, max;
};

static void add_found(struct found *f, const struct git_id *id)
{
    for (size_t i = 0; i < f->n; i++)
        if (git_id_eq(&f->v[i], id))
            return;
    if (f->n < f->max)
        f->v[f->n++] = *id;
}

static int find_loose(const struct gitstore *s, const struct git_id *prefix, size_t digits,
                      struct found *f)
{
    struct git_id_hex hex = git_id_hex(prefix);
    char folder[3] = {hex.z[0], hex.z[1], 0};
    int fd = openat(s->objects, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return fd < 0 && errno == ENOENT ? 0 : E_IO;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char name[GIT_ID_HEX + 1];
        struct git_id id;
        int n = snprintf(name, sizeof(name), "%s%.38s", folder, e->d_name);
        if (n == GIT_ID_HEX && strlen(e->d_name) == GIT_ID_HEX - 2 &&
            git_id_parse(str_n(name, GIT_ID_HEX), &id) && git_id_has_prefix(&id, prefix, digits))
            add_found(f, &id);
    }
    closedir(dir);
    return 0;
}

int gitrepo_prefixed(struct gitrepo *r, const struct git_id *prefix, size_t digits,
                     struct git_id *ret, size_t max, size_t *ret_n)
{
    struct found f = {ret, 0, max};
    int rc = 0;
    vec_each (s, &r->packs) {
        struct git_id id;
        uint32_t at = gitpack_first(&s->pack, prefix);
        while (f.n < max && gitpack_next(&s->pack, prefix, digits, &at, &id))
            add_found(&f, &id);
    }
    for (size_t i = 0; i < r->n_stores && !rc; i++)
        rc = find_loose(&r->stores[i], prefix, digits, &f);
    *ret_n = f.n;
    return rc;
}
