/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which package and which versions a dependency of npm means. */
#include "discover/packages/npm_spec.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(struct str s, size_t i)
{
    while (i < s.n && is_digit(s.p[i]))
        i++;
    return i;
}

/* The version of "1.2.3", "=1.2.3", "v1.2.3-rc.1+build" (semver.org), else empty. */
static struct str exact_version(struct str range)
{
    size_t i = 0;
    while (i < range.n && (range.p[i] == '=' || range.p[i] == 'v' || range.p[i] == ' '))
        i++;
    struct str v = str_sub(range, i, range.n);
    size_t at = 0;
    for (int part = 0; part < 3; part++) {
        size_t end = digits(v, at);
        if (end == at || (part < 2 && (end >= v.n || v.p[end] != '.')))
            return STR_NULL;
        at = end + (part < 2);
    }
    if (at < v.n && v.p[at] != '-' && v.p[at] != '+')
        return STR_NULL;
    for (; at < v.n; at++) {
        char c = (char)(v.p[at] | 0x20);
        if (!is_digit(v.p[at]) && !(c >= 'a' && c <= 'z') && !strchr("-+.", v.p[at]))
            return STR_NULL;
    }
    return v;
}

/* yarn writes "npm:^4" for the registry's package of the same name. */
static bool is_range(struct str s)
{
    return s.n && (is_digit(s.p[0]) || memchr("^~<>=*", s.p[0], 6) ||
                   (s.p[0] == 'v' && s.n > 1 && is_digit(s.p[1])));
}

struct npm_spec npm_spec(struct str key, struct str value)
{
    struct npm_spec s = {.name = str_trim(key), .range = str_trim(value)};
    if (str_starts(s.range, STR("npm:"))) {
        struct str rest = str_sub(s.range, 4, s.range.n);
        size_t at = str_chr(rest, '@', 1); /* the first byte may begin a scope */
        if (is_range(rest)) {
            s.range = rest;
        } else if (rest.n) {
            s.name = str_sub(rest, 0, at);
            s.range = at == SIZE_MAX ? STR_NULL : str_sub(rest, at + 1, rest.n);
        }
    }
    s.catalog = str_starts(s.range, STR("catalog:"));
    s.version = exact_version(s.range);
    return s;
}
