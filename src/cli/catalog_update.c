/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whose packs are taken, which is newer, and how one takes the place of another. */
#include "cli/catalog_update.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ed25519.h"
#include "base/path.h"
#include "catalog/bundle.h"
#include "base/vec.h"
#include "cli/catalog_check.h"
#include "cli/knowledge.h"
#include "loop/loop.h"
#include "values/values.h"

#define READ_BYTES (1u << 14)

static const char *const FOLDERS[] = {"entries", "patterns"};

int catalog_file_read(int folder, const char *path, struct buf *ret, struct diag *d)
{
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = 0;

    if (fd < 0)
        return diag_errno(d, "cannot open '%s'", path);
    for (char *p; (p = buf_room(ret, READ_BYTES));) {
        got = read(fd, p, READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        ret->n += (size_t)got;
    }
    int rc = got < 0 ? diag_errno(d, "cannot read '%s'", path) : buf_result(ret);
    close(fd);
    return rc == E_LIMIT
               ? diag_set(d, rc, "'%s' is too large: more than %zu KiB", path, ret->cap >> 10)
               : rc;
}

int catalog_bundle_read(struct invocation *in, const char *path, struct str text,
                        struct bundle *ret, struct diag *d)
{
    struct str origin = arena_fmt(in->arena, "%s!/", path);
    int rc = bundle_read(text, in->arena, ret, d);

    if (rc) {
        diag_at(d, path, 0, 0);
        return rc;
    }
    for (size_t i = 0; i < ret->n; i++)
        ret->files[i].origin = origin.p;
    return origin.p ? OK : arena_error(in->arena);
}

/* Who gets it may have other packs, but the same program. */
static int try_alone(const struct pack *p, struct diag *d)
{
    AUTO(catalog_build) b = {0};
    int rc = catalog_extend(&CATALOG, p->files, p->n, &b, d);

    if (!rc)
        rc = values_check_examples(&b.catalog, b.examples, b.n_examples, d);
    return knowledge_error(rc);
}

int catalog_pack(struct invocation *in, struct diag *d)
{
    AUTO(pack) p = {0};
    AUTO(buf) text = BUF_INIT;
    struct bundle b = {0};
    const char *folder = arena_z(in->arena, in->args[1]);

    b.name = arena_z(in->arena, in->args[2]);
    if (!folder || !b.name)
        return arena_error(in->arena);
    if (str_to_i64(in->args[3], &b.serial) || b.serial < 1)
        return diag_set(d, E_USAGE,
                        "'" STR_FMT "' is no serial number: 1, 2, ... higher with every issue",
                        STR_ARG(in->args[3]));
    int rc = pack_read(folder, &p, d);
    b.files = p.files;
    b.n = p.n;
    if (!rc)
        rc = try_alone(&p, d);
    if (!rc)
        rc = bundle_write(&b, &text, d);
    if (rc)
        return rc;
    fwrite(text.p, 1, text.n, in->out);
    return ferror(in->out) ? diag_set(d, E_IO, "the bundle could not be written") : EXIT_CLEAN;
}

/* --- trust ---- */

struct trust {
    struct invocation *in;
    const char *path;
    struct str signature, text;
    int keys; /* that were tried */
    struct {
        VEC(char *);
    } names;
};

static int order_names(const void *a, const void *b, void *ctx UNUSED)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All but what is hidden, in the order of their names. */
static int list_trust(struct trust *t, struct diag *d)
{
    DIR *dir = opendir(t->path);
    int rc = OK;

    if (!dir)
        return errno == ENOENT ? OK : diag_errno(d, "cannot open '%s'", t->path);
    for (struct dirent *e; !rc && (e = readdir(dir));) {
        char *name = e->d_name[0] == '.' ? NULL : arena_z(t->in->arena, str_z(e->d_name));
        if (e->d_name[0] != '.' && (!name || vec_push(&t->names, name)))
            rc = E_NOMEM;
    }
    closedir(dir);
    return rc || vec_sort(&t->names, order_names, NULL)
               ? diag_set(d, E_NOMEM, "no memory for the trusted keys")
               : OK;
}

/* It trusts nobody: who put it there thinks otherwise. */
static void tell_odd(const struct trust *t, const char *name, const char *why)
{
    AUTO(buf) shown = BUF_INIT;

    path_show(&shown, str_z(t->path));
    buf_addc(&shown, '/');
    path_show(&shown, str_z(name));
    fprintf(t->in->err, "note: %s trusts nobody: %s\n", shown.p ? shown.p : name, why);
}

/* 1: the key of this file made the signature. */
static int try_key(struct trust *t, int folder, const char *name)
{
    AUTO(buf) pem = BUF_CAPPED(2 * READ_BYTES);
    unsigned char key[ED25519_KEY_BYTES];
    struct diag why = {0};
    int rc = OK;

    if (!str_ends(str_z(name), STR(".pem")))
        rc = diag_set(&why, E_PARSE, "the name of a key ends in .pem");
    if (!rc)
        rc = catalog_file_read(folder, name, &pem, &why);
    if (!rc && str_has(buf_str(&pem), STR("PRIVATE KEY")))
        rc = diag_set(&why, E_PARSE,
                      "it is a private key; the public one belongs here: openssl "
                      "pkey -pubout");
    if (!rc)
        rc = bundle_public_key(buf_str(&pem), key, &why);
    if (rc == E_NOMEM)
        return rc;
    if (rc) {
        tell_odd(t, name, why.text);
        return 0;
    }
    t->keys++;
    return ed25519_verify(key, (const unsigned char *)t->signature.p, t->text);
}

static int try_keys(struct trust *t, struct diag *d)
{
    int folder = open(t->path, O_RDONLY | O_CLOEXEC | O_DIRECTORY), rc = 0;

    for (size_t i = 0; folder >= 0 && rc == 0 && i < t->names.n; i++)
        rc = try_key(t, folder, t->names.v[i]);
    if (folder >= 0)
        close(folder);
    if (rc < 0)
        return diag_set(d, rc, "no memory for the trusted keys");
    if (rc)
        return OK;
    if (!t->keys)
        diag_set(d, E_DENIED, "no key is trusted: nobody may send packs yet");
    else
        diag_set(d, E_DENIED,
                 "none of the trusted keys (%d) made the signature: somebody else did, or the "
                 "file is not as it was signed",
                 t->keys);
    diag_hint(d,
              "put the public key (PEM, Ed25519) of whom you trust into %s/NAME.pem: openssl pkey "
              "-in KEY.pem -pubout",
              t->path);
    return E_DENIED;
}

static int check_signature(struct invocation *in, const char *file, struct str signature,
                           struct str text, struct diag *d)
{
    struct trust t = {.in = in, .signature = signature, .text = text};
    struct str data;
    int rc = data_folder(in->arena, &data, d);

    if (rc)
        return rc;
    t.path = arena_fmt(in->arena, STR_FMT "/trust", STR_ARG(data)).p;
    if (!t.path)
        return arena_error(in->arena);
    if (signature.n != ED25519_SIGNATURE_BYTES) {
        diag_set(d, E_PARSE, "a signature has %d bytes as they are, not %zu",
                 ED25519_SIGNATURE_BYTES, signature.n);
        diag_at(d, file, 0, 0);
        diag_hint(d, "openssl pkeyutl -sign -rawin -inkey KEY.pem -in FILE -out FILE.sig");
        return E_PARSE;
    }
    rc = list_trust(&t, d);
    if (!rc)
        rc = try_keys(&t, d);
    vec_free(&t.names);
    return rc;
}

/* --- places ---- */

/* What is not there is removed already. */
static void remove_pack(int packs, const char *name)
{
    int root = openat(packs, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);

    for (size_t i = 0; root >= 0 && i < ARRAY_LEN(FOLDERS); i++) {
        int fd = openat(root, FOLDERS[i], O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);
        for (struct dirent *e; dir && (e = readdir(dir));)
            unlinkat(fd, e->d_name, 0);
        if (dir)
            closedir(dir);
        else if (fd >= 0)
            close(fd);
        unlinkat(root, FOLDERS[i], AT_REMOVEDIR);
    }
    if (root < 0)
        return;
    unlinkat(root, "serial", 0);
    close(root);
    unlinkat(packs, name, AT_REMOVEDIR);
}

static int write_file(int folder, const char *path, struct str text, struct diag *d)
{
    int fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;

    if (fd < 0)
        return diag_errno(d, "cannot make '%s'", path);
    while (done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    int rc = done < text.n || fsync(fd) ? diag_errno(d, "cannot write '%s'", path) : OK;
    close(fd);
    return rc;
}

static int write_pack(int packs, const char *name, const struct bundle *b, struct diag *d)
{
    char serial[32];
    int rc = OK;

    if (mkdirat(packs, name, 0700))
        return diag_errno(d, "cannot make '%s'", name);
    int root = openat(packs, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    if (root < 0)
        return diag_errno(d, "cannot open '%s'", name);
    for (size_t i = 0; !rc && i < ARRAY_LEN(FOLDERS); i++)
        if (mkdirat(root, FOLDERS[i], 0700))
            rc = diag_errno(d, "cannot make '%s'", FOLDERS[i]);
    for (size_t i = 0; !rc && i < b->n; i++)
        rc = write_file(root, b->files[i].path.p, b->files[i].text, d);
    snprintf(serial, sizeof(serial), "%lld\n", (long long)b->serial);
    if (!rc)
        rc = write_file(root, "serial", str_z(serial), d);
    close(root);
    return rc;
}

/* What is there is older, and came by an update. *ret_there: its number; 0: there is none. */
static int check_newer(int packs, const struct bundle *b, int64_t *ret_there, struct diag *d)
{
    AUTO(buf) text = BUF_CAPPED(2 * READ_BYTES);
    char path[128];

    *ret_there = 0;
    if (packs < 0 || (faccessat(packs, b->name, F_OK, 0) && errno == ENOENT))
        return OK;
    snprintf(path, sizeof(path), "%s/serial", b->name);
    if (catalog_file_read(packs, path, &text, NULL) ||
        str_to_i64(str_trim(buf_str(&text)), ret_there)) {
        diag_set(d, E_CONFLICT, "the pack %s that is there did not come by an update", b->name);
        diag_hint(d, "move that folder away, or give the pack another name");
        return E_CONFLICT;
    }
    if (b->serial > *ret_there)
        return OK;
    diag_set(d, E_CONFLICT, "number %lld of the pack %s is there, %lld is not newer",
             (long long)*ret_there, b->name, (long long)b->serial);
    diag_hint(d,
              "a number never goes back; its issuer packs it again with %lld: stance catalog "
              "pack FOLDER %s %lld",
              (long long)*ret_there + 1, b->name, (long long)*ret_there + 1);
    return E_CONFLICT;
}

/* Where the file system can, at no time there is none of them. */
static int put_in_place(int packs, const char *fresh, const char *name)
{
    if (!renameat2(packs, fresh, packs, name, RENAME_EXCHANGE))
        return 0;
    if (errno == EINVAL || errno == ENOSYS)
        remove_pack(packs, name);
    return renameat(packs, fresh, packs, name);
}

static int swap(int packs, const struct bundle *b, struct diag *d)
{
    char fresh[96];

    snprintf(fresh, sizeof(fresh), ".%s.new", b->name);
    remove_pack(packs, fresh);
    int rc = write_pack(packs, fresh, b, d);
    if (!rc && put_in_place(packs, fresh, b->name))
        rc = diag_errno(d, "cannot put the pack into its place");
    remove_pack(packs, fresh);
    return rc;
}

static int open_packs(struct invocation *in, int *ret, struct diag *d)
{
    const char *folder = knowledge_folder(in->arena);

    if (!folder)
        return diag_set(d, E_USAGE, "neither XDG_DATA_HOME nor HOME says where packs belong");
    *ret = !mkdir(folder, 0700) || errno == EEXIST
               ? open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
               : -1;
    return *ret < 0 ? diag_errno(d, "cannot open the folder of packs '%s'", folder) : OK;
}

/* What the new one is instead of, and what is gone with that. */
static void tell(struct invocation *in, const struct bundle *b, int64_t before, size_t index)
{
    const struct knowledge *k = in->knowledge;

    fprintf(in->out, "pack %s is number %lld now", b->name, (long long)b->serial);
    if (before)
        fprintf(in->out, ", it was %lld", (long long)before);
    fprintf(in->out, "; it has %zu file%s\n", b->n, b->n == 1 ? "" : "s");
    for (size_t i = 0; i < b->n; i++) {
        struct str name = path_base(b->files[i].path);
        struct str id = str_sub(name, 0, str_rchr(name, '.'));
        int lost = str_starts(b->files[i].path, STR("entries/"))
                       ? catalog_losses(knowledge_below(k, index), &k->builds[index].catalog, id)
                       : -1;
        if (lost >= 0)
            fprintf(in->out,
                    "it replaces the entry " STR_FMT ", of which %d fact%s no entry says any more"
                    "%s\n",
                    STR_ARG(id), lost, lost == 1 ? "" : "s",
                    lost ? ": `stance catalog check` lists them" : "");
    }
}

/* Tried with everything else before anything is touched. */
static int install(struct invocation *in, const struct bundle *b, struct diag *d)
{
    const struct knowledge_trial trial = {b->name, b->files, b->n};
    size_t index = 0;
    int packs = -1;
    int64_t before;
    int rc = open_packs(in, &packs, d);

    if (!rc)
        rc = check_newer(packs, b, &before, d);
    if (!rc)
        rc = knowledge_with(in, &trial, &index, d);
    if (!rc)
        rc = swap(packs, b, d);
    if (packs >= 0)
        close(packs);
    if (!rc)
        tell(in, b, before, index);
    return rc;
}

int catalog_update(struct invocation *in, struct diag *d)
{
    AUTO(buf) text = BUF_CAPPED(PACK_BYTES);
    AUTO(buf) signature = BUF_CAPPED(2 * READ_BYTES);
    const char *file = arena_z(in->arena, in->args[1]);
    struct str beside = arena_fmt(in->arena, STR_FMT ".sig", STR_ARG(in->args[1]));
    const char *other = in->n_args > 2 ? arena_z(in->arena, in->args[2]) : beside.p;
    struct bundle b;

    if (!file || !other)
        return arena_error(in->arena);
    int rc = catalog_file_read(AT_FDCWD, file, &text, d);
    if (!rc && (rc = catalog_file_read(AT_FDCWD, other, &signature, d)))
        diag_hint(d, "the signature is a file beside it: openssl pkeyutl -sign -rawin -inkey "
                     "KEY.pem -in FILE -out FILE.sig");
    /* Nothing of it is looked at before. */
    if (!rc)
        rc = check_signature(in, other, buf_str(&signature), buf_str(&text), d);
    if (!rc)
        rc = catalog_bundle_read(in, file, buf_str(&text), &b, d);
    return rc ? rc : install(in, &b, d);
}
