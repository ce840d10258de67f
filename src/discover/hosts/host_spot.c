/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a host begins and ends, with what a program puts into it when it runs. */
#include "discover/hosts/hosts.h"

#define HOLE_BYTES 64u

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host(char c)
{
    return is_letter(c) || c == '.' || c == '-';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static char at(struct str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

/* --- holes ----------------------------------------------------------------------------------- */

/* The end of `" + region + "` from its first quote on; SIZE_MAX: it is none. */
static size_t joined_end(struct str s, size_t i)
{
    char quote = at(s, i);
    size_t end = i + HOLE_BYTES, pluses = 0;
    if (!is_quote(quote))
        return SIZE_MAX;
    for (i++; i < end && i < s.n; i++) {
        char c = s.p[i];
        pluses += c == '+';
        if (c == quote)
            return pluses == 2 ? i + 1 : SIZE_MAX;
        if (!is_letter(c) && !strchr(" +_.()[]", c))
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

/* The end of a bracketed hole that begins at `i`: "{x}", "${x}", "#{x}", "{{ x }}". */
static size_t braces_end(struct str s, size_t i)
{
    size_t end = i + HOLE_BYTES;
    unsigned depth = 0;
    if (at(s, i) == '$' || at(s, i) == '#')
        i++;
    for (; i < end && i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == '{')
            depth++;
        else if (s.p[i] == '}' && depth-- == 1)
            return i + 1;
        else if (!depth)
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

/* "%s", "%v", "$REGION"; SIZE_MAX: no hole begins at `i`. */
static size_t hole_end(struct str s, size_t i)
{
    char c = at(s, i), next = at(s, i + 1);
    if (c == '{' || ((c == '$' || c == '#') && next == '{'))
        return braces_end(s, i);
    if (c == '%' && (next == 's' || next == 'v' || next == 'd'))
        return i + 2;
    if (c == '$' && (is_letter(next) || next == '_')) {
        for (i++; i < s.n && (is_letter(s.p[i]) || s.p[i] == '_'); i++)
            ;
        return i;
    }
    return joined_end(s, i);
}

/* Where the hole begins that ends before `end`; SIZE_MAX: none does. */
static size_t hole_start(struct str s, size_t end)
{
    size_t from = end - MIN(end, (size_t)HOLE_BYTES), start = end;
    if (end && (s.p[end - 1] == '}' || is_quote(s.p[end - 1])))
        for (size_t i = end - 1; i-- > from && s.p[i] != '\n';)
            if (hole_end(s, i) == end && !(i && s.p[i] == '{' && strchr("${#", s.p[i - 1])))
                return i;
    /* "%s" and "$REGION" end in letters. */
    if (end && s.p[end - 1] == '%' && hole_end(s, end - 1) != SIZE_MAX)
        return end - 1;
    while (start > from && (is_letter(s.p[start - 1]) || s.p[start - 1] == '_'))
        start--;
    return start && s.p[start - 1] == '$' && start < s.n && hole_end(s, start - 1) != SIZE_MAX
               ? start - 1
               : SIZE_MAX;
}

/* --- both ends ------------------------------------------------------------------------------- */

static size_t grow_left(struct str s, size_t start)
{
    for (;;) {
        while (start && is_host(s.p[start - 1]))
            start--;
        size_t hole = hole_start(s, start);
        if (hole == SIZE_MAX)
            return start;
        start = hole;
    }
}

/* A name that is whole stays one before "${path}" or "%s". */
static size_t grow_right(struct str s, size_t end, bool *ret_goes_on)
{
    for (;;) {
        while (end < s.n && is_host(s.p[end]))
            end++;
        bool open = end && (s.p[end - 1] == '.' || s.p[end - 1] == '-');
        size_t hole = open ? hole_end(s, end) : SIZE_MAX;
        *ret_goes_on = open && at(s, end) && strchr("%{$#<", s.p[end]);
        if (hole == SIZE_MAX)
            return end;
        end = hole;
    }
}

static void name_it(struct str s, struct host_spot *h)
{
    h->n = 0;
    h->holes = false;
    for (size_t i = h->start; i < h->end && h->n < sizeof(h->name);) {
        size_t hole = is_host(s.p[i]) ? SIZE_MAX : hole_end(s, i);
        h->name[h->n++] = hole == SIZE_MAX ? s.p[i] : 'x';
        h->holes |= hole != SIZE_MAX;
        i = hole == SIZE_MAX ? i + 1 : hole;
    }
    while (h->n && h->name[h->n - 1] == '.')
        h->n--;
}

/* --- what stands before ---------------------------------------------------------------------- */

/* "?next=" and "&next=": what is behind is a value in another address. */
static bool is_parameter(struct str s, size_t i)
{
    if (!i || s.p[i - 1] != '=')
        return false;
    for (i--; i && (is_host(s.p[i - 1]) || s.p[i - 1] == '_'); i--)
        ;
    return i && (s.p[i - 1] == '?' || s.p[i - 1] == '&');
}

/* The scheme that ends at `end` with "://"; false: it is not fetched, or inside an address. */
static bool read_scheme(struct str s, size_t end, struct host_spot *h)
{
    static const char *const schemes[] = {"https", "http", "wss", "ws"};
    size_t start = end - 3;
    bool known = false;
    while (start && is_host(s.p[start - 1]))
        start--;
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        known |= str_eq_nocase(str_sub(s, start, end - 3), str_z(schemes[i]));
    if (!known || (start && (strchr("/%&?@_", s.p[start - 1]) || is_parameter(s, start))))
        return false;
    h->from = start;
    h->scheme = true;
    return true;
}

/* Where "user:password@" begins that ends before `i`; `i` when there is none. */
static size_t user_start(struct str s, size_t i)
{
    size_t from = i;
    if (!i || s.p[i - 1] != '@')
        return i;
    while (from && i - from < 256 && s.p[from - 1] > ' ' && !strchr("/\"'`<>", s.p[from - 1]))
        from--;
    return from;
}

/* "api.openai.com:443@evil.example": what looks like a host signs in to another. */
static bool is_user(struct str s, size_t end)
{
    for (size_t i = end; i < s.n && i < end + HOLE_BYTES; i++) {
        if (s.p[i] == '@')
            return true;
        if (s.p[i] <= ' ' || strchr("/?#\"'`<>),;", s.p[i]))
            return false;
    }
    return false;
}

/* No address but a file, a name in a mail or a longer word. */
static bool is_part(struct str s, const struct host_spot *h)
{
    char before = h->start ? s.p[h->start - 1] : ' ', behind = at(s, h->end);
    return (before && strchr("/@_\\%&?~", before)) || (behind && strchr("_\\(", behind)) ||
           is_parameter(s, h->start);
}

bool host_spot_read(struct str text, size_t start, size_t end, struct host_spot *ret)
{
    struct host_spot h = {0};
    bool goes_on;
    h.start = grow_left(text, start);
    h.end = grow_right(text, end, &goes_on);
    h.from = h.start;
    size_t user = user_start(text, h.start);
    struct str before = str_sub(text, 0, user);
    if (h.end <= h.start || goes_on || is_user(text, h.end))
        return false;
    if (str_ends(before, STR("://"))) {
        if (!read_scheme(text, user, &h))
            return false;
    } else if (is_part(text, &h)) {
        return false;
    }
    name_it(text, &h);
    *ret = h;
    return h.n && h.n < sizeof(h.name);
}

struct str host_spot_name(const struct host_spot *s)
{
    return str_n(s->name, s->n);
}

bool host_spot_local(struct str text, size_t start, size_t end, struct host_spot *ret,
                     struct str *ret_name)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal",
                                        "[::1]"};
    struct host_spot h = {.end = end};
    bool known = false;
    h.start = start;
    while (h.start && (is_host(text.p[h.start - 1]) || strchr("[:]_", text.p[h.start - 1])) &&
           text.p[h.start - 1])
        h.start--;
    while (h.start < start && text.p[h.start] == ':')
        h.start++;
    struct str name = str_sub(text, h.start, start);
    h.from = h.start;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        known |= str_eq_nocase(name, str_z(names[i]));
    if (is_letter(at(text, end)) || !name.n)
        return false;
    if (str_ends(str_sub(text, 0, h.start), STR("://"))) {
        if (!read_scheme(text, h.start, &h))
            return false;
    } else if (!known || is_part(text, &h)) {
        return false;
    }
    *ret_name = known ? STR("") : name;
    *ret = h;
    return true;
}
