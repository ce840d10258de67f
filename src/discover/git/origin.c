/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a repository is called by the address it came from. */
#include "discover/git/origin.h"

#include "base/err.h"

/* Without user and password: what stands before the last '@' of [user[:password]@]host. */
static struct str without_user(struct str rest, char end_of_host)
{
    size_t end = str_chr(rest, end_of_host, 0);
    size_t at = str_rchr(str_sub(rest, 0, end), '@');
    return at == SIZE_MAX ? rest : str_sub(rest, at + 1, rest.n);
}

/* The path of a repository: no slashes around it, no ".git", nothing that a query might hold. */
static struct str repository_name(struct str path)
{
    path = str_sub(path, 0, MIN(str_chr(path, '?', 0), str_chr(path, '#', 0)));
    while (path.n && path.p[0] == '/')
        path = str_sub(path, 1, path.n);
    while (path.n && path.p[path.n - 1] == '/')
        path = str_sub(path, 0, path.n - 1);
    return str_ends(path, STR(".git")) ? str_sub(path, 0, path.n - 4) : path;
}

/* "git@host:path" and "scheme://user@host:port/path.git/" become "host/path". */
int origin_normalise(struct str url, struct buf *out)
{
    struct str host, path, port;
    url = str_trim(url);
    size_t scheme = str_find(url, STR("://"), 0);
    if (scheme != SIZE_MAX) {
        str_cut(without_user(str_sub(url, scheme + 3, url.n), '/'), '/', &host, &path);
        str_cut(host, ':', &host, &port);
    } else {
        str_cut(without_user(url, ':'), ':', &host, &path);
        if (host.n == 1 || str_chr(host, '/', 0) != SIZE_MAX)
            return E_NOTFOUND; /* C:\repo, ./a:b */
    }
    /* A local path says nothing outside this machine. */
    path = repository_name(path);
    if (!host.n || !path.n || str_starts(url, STR("file:")))
        return E_NOTFOUND;
    for (size_t i = 0; i < host.n; i++)
        buf_addc(out, host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] + 32) : host.p[i]);
    buf_addc(out, '/');
    buf_add(out, path);
    return buf_result(out);
}
