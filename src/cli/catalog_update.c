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
#include "cli/knowledge.h"
#include "loop/loop.h"

#define READ_BYTES (1u << 14)

static const char *const FOLDERS[] = {"entries", "patterns"};

int catalog_pack(struct invocation *in, struct diag *d)
{
    AUTO(pack) p = {0};
    AUTO(buf) text = BUF_INIT;
    struct bundle b = {0};
    const char *folder = arena_z(in->arena, in->args[1]);

    b.name = arena_z(in->arena, in->args[2]);
    if (!folder || !b.name)
        return arena_error(in->arena);
    if (str_to_i64(in->args[3], &b.serial))
        return diag_set(d, E_USAGE, "'" STR_FMT "' is no serial number", STR_ARG(in->args[3]));
    int rc = pack_read(folder, &p, d);
    b.files = p.files;
    b.n = p.n;
    if (!rc)
        rc = bundle_write(&b, &text, d);
    if (rc)
        return rc;
    fwrite(text.p, 1, text.n, in->out);
    return ferror(in->out) ? diag_set(d, E_IO, "the bundle could not be written") : EXIT_CLEAN;
}

static int read_text(int folder, const char *path, struct buf *ret, struct diag *d)
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
    return rc == E_LIMIT ? diag_set(d, rc, "'%s' is too large", path) : rc;
}

/* --- trust ---- */

/* 1: the key of this file made the signature. */
static int try_key(int folder, const char *name, struct str signature, struct str text,
                   struct diag *d)
{
    AUTO(buf) pem = BUF_CAPPED(2 * READ_BYTES);
    unsigned char key[ED25519_KEY_BYTES];
    int rc = read_text(folder, name, &pem, d);

    if (!rc && (rc = bundle_public_key(buf_str(&pem), key, d)))
        diag_at(d, name, 0, 0);
    return rc ? rc : ed25519_verify(key, (const unsigned char *)signature.p, text);
}

static int check_signature(struct invocation *in, struct str signature, struct str text,
                           struct diag *d)
{
    struct str data, path;
    int rc = data_folder(in->arena, &data, d), keys = 0;

    if (rc)
        return rc;
    path = arena_fmt(in->arena, STR_FMT "/trust", STR_ARG(data));
    if (!path.p)
        return arena_error(in->arena);
    if (signature.n != ED25519_SIGNATURE_BYTES)
        return diag_set(d, E_PARSE, "a signature has %d bytes, not %zu", ED25519_SIGNATURE_BYTES,
                        signature.n);
    DIR *dir = opendir(path.p);
    for (struct dirent *e; dir && rc == 0 && (e = readdir(dir));)
        if (e->d_name[0] != '.' && str_ends(str_z(e->d_name), STR(".pem"))) {
            keys++;
            rc = try_key(dirfd(dir), e->d_name, signature, text, d);
        }
    if (dir)
        closedir(dir);
    if (rc)
        return rc < 0 ? rc : OK;
    diag_set(d, E_DENIED,
             keys ? "none of the trusted keys made the signature" : "no key is trusted");
    diag_hint(d, "trusted are the public keys (PEM, Ed25519) in %s/*.pem", path.p);
    return E_DENIED;
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

/* What is there is older, and came by an update. */
static int check_newer(int packs, const struct bundle *b, struct diag *d)
{
    AUTO(buf) text = BUF_CAPPED(2 * READ_BYTES);
    char path[128];
    int64_t there;

    if (faccessat(packs, b->name, F_OK, 0) && errno == ENOENT)
        return OK;
    snprintf(path, sizeof(path), "%s/serial", b->name);
    if (read_text(packs, path, &text, NULL) || str_to_i64(str_trim(buf_str(&text)), &there)) {
        diag_set(d, E_CONFLICT, "the pack %s did not come by an update", b->name);
        diag_hint(d, "move that folder away, or give the pack another name");
        return E_CONFLICT;
    }
    if (b->serial <= there)
        return diag_set(d, E_CONFLICT, "number %lld of the pack %s is there, %lld is not newer",
                        (long long)there, b->name, (long long)b->serial);
    return OK;
}

/* With the new one in its place, everything that is known must still fit together. */
static int swap(struct invocation *in, int packs, const struct bundle *b, struct diag *d)
{
    const struct catalog *unused;
    char fresh[96], old[96];

    snprintf(fresh, sizeof(fresh), ".%s.new", b->name);
    snprintf(old, sizeof(old), ".%s.old", b->name);
    remove_pack(packs, fresh);
    remove_pack(packs, old);
    int rc = write_pack(packs, fresh, b, d);
    bool had = !rc && !renameat(packs, b->name, packs, old);
    if (!rc && renameat(packs, fresh, packs, b->name))
        rc = diag_errno(d, "cannot put the pack into its place");
    else if (!rc && (rc = knowledge_in_use(in, &unused, d)))
        renameat(packs, b->name, packs, fresh);
    if (rc && had && renameat(packs, old, packs, b->name))
        diag_hint(d, "the pack that was there is in the folder %s", old);
    remove_pack(packs, fresh);
    if (!rc)
        remove_pack(packs, old);
    return rc;
}

static int install(struct invocation *in, const struct bundle *b, struct diag *d)
{
    const char *folder = knowledge_folder(in->arena);
    int packs = folder && (!mkdir(folder, 0700) || errno == EEXIST)
                    ? open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
                    : -1;

    if (packs < 0)
        return diag_errno(d, "cannot open the folder of packs");
    int rc = check_newer(packs, b, d);
    if (!rc)
        rc = swap(in, packs, b, d);
    close(packs);
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
    int rc = read_text(AT_FDCWD, file, &text, d);
    if (!rc)
        rc = read_text(AT_FDCWD, other, &signature, d);
    /* Nothing of it is looked at before. */
    if (!rc)
        rc = check_signature(in, buf_str(&signature), buf_str(&text), d);
    if (!rc && (rc = bundle_read(buf_str(&text), in->arena, &b, d)))
        diag_at(d, file, 0, 0);
    if (!rc)
        rc = install(in, &b, d);
    if (!rc)
        fprintf(in->out, "pack %s is number %lld now, with %zu files\n", b.name,
                (long long)b.serial, b.n);
    return rc;
}
