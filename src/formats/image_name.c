/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the parts of the name of a container image are. */
#include "formats/image_name.h"

#include "base/buf.h"

#define EXPANDED_MAX 1024u /* no name is that long */

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool has_hole(struct str s)
{
    return str_chr(s, IMAGE_HOLE, 0) != SIZE_MAX;
}

/* Lower-case words with single separators, and '/' between components. */
static bool is_path(struct str s)
{
    bool inside = false; /* a component has begun and does not end with a separator */

    for (size_t i = 0; i < s.n; i++) {
        bool mark = s.p[i] && strchr("/._-", s.p[i]);
        if (!is_lower(s.p[i]) && (!mark || !inside)) {
            bool run = s.p[i] == '-' || (s.p[i] == '_' && i && s.p[i - 1] == '_');
            if (!run || !i || s.p[i - 1] == '/')
                return false;
        }
        inside = !mark;
    }
    return inside && s.n < 256;
}

static bool is_tag(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_word(s.p[i]) && s.p[i] != IMAGE_HOLE && (!i || !strchr(".-", s.p[i]) || !s.p[i]))
            return false;
    return s.n && s.n <= 128;
}

static bool is_digest(struct str s)
{
    struct str kind, hex;

    if (has_hole(s))
        return true;
    if (!str_cut(s, ':', &kind, &hex) || !kind.n || hex.n < 32)
        return false;
    for (size_t i = 0; i < hex.n; i++)
        if (!(hex.p[i] >= '0' && hex.p[i] <= '9') && !(hex.p[i] >= 'a' && hex.p[i] <= 'f'))
            return false;
    return true;
}

static bool is_registry(struct str s)
{
    bool named = str_eq(s, STR("localhost"));

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        named |= c == '.' || c == ':' || c == IMAGE_HOLE;
        if (!is_word(c) && c != IMAGE_HOLE && (!c || !strchr(".-:", c)))
            return false;
    }
    return named;
}

static bool is_docker(struct str registry)
{
    static const char *const names[] = {"docker.io", "index.docker.io", "registry-1.docker.io",
                                        "registry.hub.docker.com", NULL};

    for (int i = 0; names[i]; i++)
        if (str_eq_z(registry, names[i]))
            return true;
    return !registry.n;
}

/* "registry/path"; a hole at the start is one, too: "${PREFIX}team/app". */
static bool read_path(struct str s, struct image_name *ret)
{
    size_t slash = str_chr(s, '/', 0);

    ret->registry = STR("");
    ret->path = s;
    if (slash != SIZE_MAX && is_registry(str_sub(s, 0, slash))) {
        ret->registry = str_sub(s, 0, slash);
        ret->path = str_sub(s, slash + 1, s.n);
        size_t hole = str_rchr(ret->registry, IMAGE_HOLE);
        if (hole != SIZE_MAX && hole + 1 < slash && !str_has(ret->registry, STR(".")) &&
            !str_has(ret->registry, STR(":"))) {
            ret->registry = str_sub(s, 0, hole + 1);
            ret->path = str_sub(s, hole + 1, s.n);
        }
    } else if (s.n && s.p[0] == IMAGE_HOLE) {
        ret->registry = str_sub(s, 0, 1);
        ret->path = str_sub(s, 1, s.n);
    }
    if (is_docker(ret->registry)) {
        ret->registry = STR("");
        if (str_starts(ret->path, STR("library/")))
            ret->path = str_sub(ret->path, 8, ret->path.n);
    }
    return is_path(ret->path);
}

bool image_name_parse(struct str text, struct image_name *ret)
{
    struct image_name n = {.tag = STR(""), .digest = STR("")};
    size_t at = str_chr(text, '@', 0);
    struct str rest = str_sub(text, 0, MIN(at, text.n));
    size_t slash = str_rchr(rest, '/'), colon = str_rchr(rest, ':');

    if (at != SIZE_MAX) {
        n.digest = str_sub(text, at + 1, text.n);
        if (!is_digest(n.digest))
            return false;
    }
    if (colon != SIZE_MAX && (slash == SIZE_MAX || colon > slash)) {
        n.tag = str_sub(rest, colon + 1, rest.n);
        rest = str_sub(rest, 0, colon);
        if (!is_tag(n.tag))
            return false;
    }
    if (!read_path(rest, &n))
        return false;
    *ret = n;
    return true;
}

struct expansion {
    image_value_fn value;
    void *ctx;
    struct buf out;
    size_t assumed_from, assumed_to;
};

static void assume(struct expansion *x, struct str value)
{
    if (x->assumed_from == x->assumed_to)
        x->assumed_from = x->out.n;
    buf_add(&x->out, value);
    x->assumed_to = x->out.n;
}

/* `inner` is what stands between the braces, or a name alone. */
static void add_variable(struct expansion *x, struct str inner)
{
    size_t n = 0;
    struct str value, rest;

    while (n < inner.n && is_word(inner.p[n]))
        n++;
    rest = str_sub(inner, n, inner.n);
    if (x->value && x->value(x->ctx, str_sub(inner, 0, n), &value)) {
        assume(x, value);
        return;
    }
    bool empty = str_starts(rest, STR(":-"));
    if ((empty || str_starts(rest, STR("-"))) && str_chr(rest, '$', 0) == SIZE_MAX) {
        assume(x, str_sub(rest, empty ? 2 : 1, rest.n));
        return;
    }
    buf_addc(&x->out, IMAGE_HOLE);
}

/* Of the bracket at `at`: the offset behind what closes it. */
static size_t skip_bracket(struct str text, size_t at)
{
    char open = text.p[at], close = open == '(' ? ')' : '}';
    size_t depth = 0;

    for (; at < text.n; at++) {
        depth += text.p[at] == open;
        depth -= text.p[at] == close;
        if (!depth)
            return at + 1;
    }
    return text.n;
}

static size_t expand_dollar(struct expansion *x, struct str text, size_t at)
{
    size_t end = at + 1;
    char next = end < text.n ? text.p[end] : '\0';

    if (next == '$') {
        buf_addc(&x->out, '$');
        return end + 1;
    }
    if (next == '{' || next == '(') {
        end = skip_bracket(text, end);
        struct str inner = str_sub(text, at + 2, end - 1);
        bool template = next == '(' || str_starts(inner, STR("{"));
        if (template)
            buf_addc(&x->out, IMAGE_HOLE);
        else
            add_variable(x, inner);
        return end;
    }
    while (end < text.n && is_word(text.p[end]))
        end++;
    if (end == at + 1)
        buf_addc(&x->out, '$');
    else
        add_variable(x, str_sub(text, at + 1, end));
    return end;
}

int image_expand(struct str text, image_value_fn value, void *ctx, struct arena *a,
                 struct image_text *ret)
{
    struct expansion x = {.value = value, .ctx = ctx, .out = BUF_INIT};
    int rc;

    for (size_t at = 0; at < text.n && x.out.n <= EXPANDED_MAX;) {
        if (text.p[at] == '$') {
            at = expand_dollar(&x, text, at);
        } else if (text.p[at] == '{' && at + 1 < text.n && text.p[at + 1] == '{') {
            buf_addc(&x.out, IMAGE_HOLE);
            at = skip_bracket(text, at);
        } else {
            buf_addc(&x.out, text.p[at++]);
        }
    }
    if (x.out.n > EXPANDED_MAX) {
        buf_clear(&x.out);
        buf_addc(&x.out, IMAGE_HOLE);
        x.assumed_from = x.assumed_to = 0;
    }
    rc = buf_result(&x.out);
    struct str copy = rc ? STR_NULL : arena_str(a, buf_str(&x.out));
    buf_done(&x.out);
    if (!copy.p)
        return rc ? rc : arena_error(a);
    *ret = (struct image_text){copy, x.assumed_from, x.assumed_to};
    return OK;
}
