/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the folder beside a commit holds something else at a path. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/git/scan.h"

#define BYTES_A_READ (64 << 10)

/* Does a file lie there, whatever the commit holds? Not through a link. */
bool git_scan_lies_there(const struct git_scan *r, struct str path)
{
    AUTO(buf) z = BUF_INIT;
    buf_add(&z, path);
    int fd = r->root < 0 || buf_result(&z) ? -1 : git_place_look(r->root, z.p);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* All bytes that fstat promised, no more and no less. */
static bool add_content(EVP_MD_CTX *hash, int fd, off_t size)
{
    char *bytes = mem_alloc(BYTES_A_READ);
    ssize_t n = 0;
    while (bytes && size >= 0 && (n = read(fd, bytes, BYTES_A_READ)) > 0) {
        size -= n;
        if (EVP_DigestUpdate(hash, bytes, (size_t)n) != 1)
            n = -1;
    }
    mem_free(bytes);
    return bytes && !n && !size;
}

/* As git names a blob: SHA-1 of "blob SIZE" with its NUL, then the content. */
static bool is_named(int fd, const struct git_id *id)
{
    struct stat st;
    struct git_id is = {{0}};
    char head[40];
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return false;
    int n = snprintf(head, sizeof(head), "blob %lld", (long long)st.st_size);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool done = hash && EVP_DigestInit_ex(hash, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(hash, head, (size_t)n + 1) == 1 &&
                add_content(hash, fd, st.st_size) && EVP_DigestFinal_ex(hash, is.b, NULL) == 1;
    EVP_MD_CTX_free(hash);
    return done && git_id_eq(&is, id);
}

static bool differs(const struct git_scan *r, const struct git_item *it)
{
    AUTO(buf) z = BUF_INIT;
    buf_add(&z, it->path);
    if (buf_result(&z) || !git_scan_lies_there(r, it->path))
        return false;
    int fd = git_place_open(r->root, z.p);
    bool same = fd >= 0 && is_named(fd, &it->id);
    if (fd >= 0)
        close(fd);
    return !same;
}

int git_scan_compare(struct git_scan *r, const struct git_item *it)
{
    const struct discover_known *k = r->options->known;
    size_t from = 0, to = k ? k->n_laid : 0;
    AUTO(buf) path = BUF_INIT;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int order = str_cmp(k->laid[mid], it->path);
        if (!order)
            break;
        if (order < 0)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == to || !differs(r, it))
        return 0;
    buf_add(&path, it->path);
    return buf_result(&path) ? E_NOMEM
                             : git_scan_row(r, path.p, COVERAGE_SKIPPED,
                                            STR("the folder holds something else at this path: "
                                                "what stands there stays"),
                                            1);
}
