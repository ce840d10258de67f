/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how paths inside a target are cut, joined and shown. */
#include "base/err.h"
#include "base/path.h"

struct str path_base(struct str path)
{
    size_t slash = str_rchr(path, '/');

    return slash == SIZE_MAX ? path : str_sub(path, slash + 1, path.n);
}

struct str path_dir(struct str path)
{
    size_t slash = str_rchr(path, '/');

    return str_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

struct str path_ext(struct str path)
{
    struct str base = path_base(path);
    size_t dot = str_rchr(base, '.');

    return dot == SIZE_MAX ? str_sub(base, base.n, base.n) : str_sub(base, dot + 1, base.n);
}

struct str path_inner(struct str path)
{
    for (size_t at = path.n; at >= 2; at--)
        if (path.p[at - 2] == '!' && path.p[at - 1] == '/')
            return str_sub(path, at, path.n);
    return path;
}

struct str path_parent(struct str path)
{
    if (path.n > 1 && path.p[path.n - 1] == '!' && path.p[path.n - 2] != '/')
        return str_sub(path, 0, path.n - 1);
    return path_dir(path);
}

void path_join(struct buf *out, struct str dir, struct str name)
{
    if (dir.n && name.n) {
        while (dir.n && dir.p[dir.n - 1] == '/')
            dir.n--;
        while (name.n && name.p[0] == '/')
            name = str_sub(name, 1, name.n);
        buf_add(out, dir);
        buf_addc(out, '/');
        buf_add(out, name);
        return;
    }
    buf_add(out, dir.n ? dir : name);
}

/* Append the parts of `path` after out[start]; false when ".." would go above it. */
static bool add_parts(struct buf *out, size_t start, struct str path)
{
    struct str part;

    while (str_field(&path, '/', &part)) {
        if (!part.n || str_eq(part, STR(".")))
            continue;
        if (!str_eq(part, STR(".."))) {
            if (out->n > start)
                buf_addc(out, '/');
            buf_add(out, part);
            continue;
        }
        if (out->n <= start)
            return false;
        size_t slash = str_rchr(str_sub(buf_str(out), start, out->n), '/');
        buf_cut(out, slash == SIZE_MAX ? start : start + slash);
    }
    return true;
}

int path_resolve(struct buf *out, struct str dir, struct str rel)
{
    size_t start = out->n;
    int rc = 0;

    if (str_chr(rel, '\0', 0) != SIZE_MAX)
        return E_PARSE;
    if (str_starts(rel, STR("/")))
        return E_DENIED;
    if (!add_parts(out, start, dir) || !add_parts(out, start, rel))
        rc = E_DENIED;
    if (buf_result(out))
        rc = buf_result(out);
    if (rc)
        buf_cut(out, start);
    return rc;
}

bool path_has_suffix(struct str path, struct str suffix)
{
    if (!str_ends(path, suffix))
        return false;
    return path.n == suffix.n || path.p[path.n - suffix.n - 1] == '/';
}

bool path_is_below(struct str path, struct str dir)
{
    if (!dir.n)
        return true;
    return str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/');
}

/* Code points that show nothing or turn the text around them (Unicode 15: Cc, Cf, Zl, Zp, and
 * variation selectors). Sorted. */
static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}, {0xe0100, 0xe01ef},
};

bool rune_is_hidden(uint32_t rune)
{
    for (size_t i = 0; i < ARRAY_LEN(hidden) && rune >= hidden[i].first; i++) {
        if (rune <= hidden[i].last)
            return true;
    }
    return false;
}

/* One code point of a path: how long it is and whether it must be escaped. */
struct glyph {
    uint32_t rune;
    size_t len;
    bool invalid; /* not UTF-8: one byte */
    bool escape;
};

static struct glyph glyph_at(struct str path, size_t at)
{
    size_t pos = at;
    struct glyph g = {.rune = str_rune(path, &pos)};

    g.len = pos - at;
    g.invalid = g.rune == 0xfffd && g.len == 1;
    g.escape = g.invalid || rune_is_hidden(g.rune);
    return g;
}

/* True when the shown form contains escapes, so that backslashes have to be doubled. */
static bool needs_escapes(struct str path)
{
    for (size_t i = 0; i < path.n;) {
        struct glyph g = glyph_at(path, i);
        if (g.escape)
            return true;
        i += g.len;
        if (g.rune == '\\' && i < path.n && (path.p[i] == 'x' || path.p[i] == 'u'))
            return true;
    }
    return false;
}

static void escape(struct buf *out, struct str path, bool slashes)
{
    for (size_t i = 0; i < path.n;) {
        struct glyph g = glyph_at(path, i);
        if (g.invalid || (g.escape && g.rune < 0x80))
            buf_addf(out, "\\x%02x", (unsigned char)path.p[i]);
        else if (g.escape)
            buf_addf(out, "\\u{%x}", g.rune);
        else if (g.rune == '\\' && slashes)
            buf_add(out, STR("\\\\"));
        else
            buf_add(out, str_sub(path, i, i + g.len));
        i += g.len;
    }
}

void path_show(struct buf *out, struct str path)
{
    if (needs_escapes(path))
        escape(out, path, true);
    else
        buf_add(out, path);
}

static bool has_escapes(struct str s)
{
    return str_has(s, STR("\\x")) || str_has(s, STR("\\u"));
}

void path_show_kept(struct buf *out, struct str kept)
{
    if (has_escapes(kept))
        escape(out, kept, false);
    else
        path_show(out, kept);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\xNN" or "\u{N}" at the start of s: the number of its bytes, 0 when it is neither. */
static size_t unescape(struct str s, char out[4], size_t *ret_n)
{
    uint32_t rune = 0;
    size_t i = 3;
    *ret_n = 1;
    if (str_starts(s, STR("\\\\"))) {
        out[0] = '\\';
        return 2;
    }
    if (s.n >= 4 && s.p[1] == 'x' && hex_digit(s.p[2]) >= 0 && hex_digit(s.p[3]) >= 0) {
        out[0] = (char)(hex_digit(s.p[2]) << 4 | hex_digit(s.p[3]));
        return 4;
    }
    if (!str_starts(s, STR("\\u{")))
        return 0;
    for (; i < s.n && i < 9 && hex_digit(s.p[i]) >= 0; i++)
        rune = rune << 4 | (uint32_t)hex_digit(s.p[i]);
    *ret_n = rune_encode(rune, out);
    return i > 3 && i < s.n && s.p[i] == '}' ? i + 1 : 0;
}

int path_unshow(struct buf *out, struct str shown)
{
    size_t begin = out->n;
    if (!has_escapes(shown)) {
        buf_add(out, shown);
        return buf_result(out);
    }
    for (size_t i = 0; i < shown.n;) {
        char bytes[4];
        size_t n = 1, taken = 1;
        bytes[0] = shown.p[i];
        if (shown.p[i] == '\\')
            taken = unescape(str_sub(shown, i, shown.n), bytes, &n);
        if (!taken) {
            buf_cut(out, begin);
            return E_PARSE;
        }
        buf_add(out, str_n(bytes, n));
        i += taken;
    }
    return buf_result(out);
}
