/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how slices compare, split and convert to numbers. */
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/err.h"
#include "base/str.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    }
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN(a.n, b.n);
    int order = n ? memcmp(a.p, b.p, n) : 0;

    return order ? order : (a.n > b.n) - (a.n < b.n);
}

int str_cmp_z(struct str a, const char *z)
{
    for (size_t i = 0; i < a.n; i++) {
        unsigned char x = (unsigned char)a.p[i], y = (unsigned char)z[i];

        if (x != y || !y)
            return x < y ? -1 : 1;
    }
    return z[a.n] ? -1 : 0;
}

bool str_has(struct str s, struct str part)
{
    return str_find(s, part, 0) != SIZE_MAX;
}

size_t str_find(struct str s, struct str part, size_t from)
{
    if (from > s.n || part.n > s.n - from)
        return SIZE_MAX;
    if (!part.n)
        return from;
    const char *hit = memmem(s.p + from, s.n - from, part.p, part.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_chr(struct str s, char c, size_t from)
{
    if (from >= s.n)
        return SIZE_MAX;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_rchr(struct str s, char c)
{
    const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;

    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

bool str_cut(struct str s, char sep, struct str *ret_head, struct str *ret_tail)
{
    size_t at = str_chr(s, sep, 0);

    *ret_head = str_sub(s, 0, at);
    *ret_tail = at == SIZE_MAX ? STR_NULL : str_sub(s, at + 1, s.n);
    return at != SIZE_MAX;
}

bool str_line(struct str *rest, struct str *ret_line)
{
    struct str line, tail;

    if (!rest->n)
        return false;
    if (str_cut(*rest, '\n', &line, &tail) && line.n && line.p[line.n - 1] == '\r')
        line.n--;
    *ret_line = line;
    *rest = tail;
    return true;
}

bool str_field(struct str *rest, char sep, struct str *ret_field)
{
    struct str field, tail;

    if (!rest->p)
        return false;
    /* Without a separator the tail is STR_NULL, which ends the next call. */
    str_cut(*rest, sep, &field, &tail);
    *ret_field = field;
    *rest = tail;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

int str_to_u64(struct str s, uint64_t *ret)
{
    uint64_t v = 0;
    bool overflow = false;

    if (!s.n)
        return E_PARSE;
    for (size_t i = 0; i < s.n; i++) {
        unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';
        if (digit > 9)
            return E_PARSE;
        overflow |= __builtin_mul_overflow(v, 10, &v);
        overflow |= __builtin_add_overflow(v, digit, &v);
    }
    if (overflow)
        return E_LIMIT;
    *ret = v;
    return 0;
}

int str_to_i64(struct str s, int64_t *ret)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t v, max = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    int rc = str_to_u64(str_sub(s, negative, s.n), &v);

    if (rc)
        return rc;
    if (v > max)
        return E_LIMIT;
    *ret = negative ? (int64_t)(0 - v) : (int64_t)v;
    return 0;
}

uint64_t str_hash(struct str s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.n ? s.p : "", s.n, seed);
}
