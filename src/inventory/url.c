/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when two addresses name the same endpoint (RFC 3986, section 6, without decoding). */
#include "inventory/observation.h"

static void add_lower(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_addc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
}

static bool is_default_port(struct str scheme, struct str port)
{
    static const struct {
        const char *scheme, *port;
    } defaults[] = {{"http", "80"}, {"ws", "80"}, {"https", "443"}, {"wss", "443"}};
    while (port.n > 1 && port.p[0] == '0')
        port = str_sub(port, 1, port.n);
    for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
        if (str_eq_nocase(scheme, str_z(defaults[i].scheme)))
            return str_eq_z(port, defaults[i].port);
    return false;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* Split "host:port"; a host in brackets may hold colons, another one may not. */
static struct str split_port(struct str authority, struct str *ret_port)
{
    size_t bracket = str_rchr(authority, ']');
    size_t colon = str_chr(authority, ':', bracket == SIZE_MAX ? 0 : bracket);
    struct str port = colon == SIZE_MAX ? STR_NULL : str_sub(authority, colon + 1, authority.n);
    *ret_port = STR_NULL;
    if (colon == SIZE_MAX || !all_digits(port))
        return authority;
    *ret_port = port;
    return str_trim(str_sub(authority, 0, colon));
}

static void add_authority(struct buf *out, struct str scheme, struct str authority)
{
    size_t at = str_rchr(authority, '@');
    if (at != SIZE_MAX)
        authority = str_sub(authority, at + 1, authority.n);
    struct str port, host = split_port(str_trim(authority), &port);
    while (host.n > 1 && host.p[host.n - 1] == '.' && str_chr(host, ':', 0) == SIZE_MAX)
        host = str_trim(str_sub(host, 0, host.n - 1));
    add_lower(out, host);
    if (port.n && !is_default_port(scheme, port)) {
        buf_addc(out, ':');
        buf_add(out, port);
    }
}

void url_normalise(struct str url, struct buf *out)
{
    for (size_t i = 0; i < url.n; i++)
        if (url.p[i] == '?' || url.p[i] == '#')
            url = str_sub(url, 0, i);
    url = str_trim(url);
    size_t mark = str_find(url, STR("://"), 0);
    if (mark == SIZE_MAX) {
        buf_add(out, url);
        return;
    }
    struct str scheme = str_sub(url, 0, mark), rest = str_sub(url, mark + 3, url.n);
    size_t slash = str_chr(rest, '/', 0);
    struct str path = slash == SIZE_MAX ? STR_NULL : str_sub(rest, slash, rest.n);
    add_lower(out, scheme);
    buf_addz(out, "://");
    add_authority(out, scheme, slash == SIZE_MAX ? rest : str_sub(rest, 0, slash));
    if (!str_eq(path, STR("/")))
        buf_add(out, path);
}
