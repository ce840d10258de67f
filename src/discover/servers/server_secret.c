/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which texts of a server's entry are secrets written out. */
#include <string.h>

#include "discover/emit.h"
#include "discover/servers/server_entry.h"

#define DEFAULT_DEPTH 4 /* ${A:-${B:-c}} */

struct finding {
    struct server *s;
    struct str value; /* in the text that was searched it begins at `before` */
    size_t before;
    const struct node *node;
    size_t found;
};

/* Where the value stands in the file; the node when it had to be decoded. */
static struct place value_place(struct server *s, struct str value, const struct node *n)
{
    struct place at = server_place(s, n);
    struct str text = s->doc->text, whole = node_text(s->doc, n);
    uintptr_t p = (uintptr_t)whole.p, begin = (uintptr_t)text.p;
    size_t in = str_find(whole, value, 0);
    if (!n || in == SIZE_MAX || p < begin || p - begin > text.n)
        return at;
    struct place exact = place_offset(s->it, text, p - begin + in);
    at.line = exact.line;
    at.column = exact.column;
    at.offset = exact.offset + s->doc->bom;
    return at;
}

/* A value that another word of the entry holds already is not counted again. */
static void found(struct server *s, const struct value_hit *hit, struct str value,
                  const struct node *n)
{
    size_t before = s->e->facts.n;
    emit_value(s->e, s->asset, hit, value_place(s, value, n));
    s->secrets += s->e->facts.n > before;
}

static int on_hit(void *ctx, const struct value_hit *hit)
{
    struct finding *f = ctx;
    if (hit->class != DATA_SECRET || hit->start < f->before)
        return 0;
    f->found++;
    found(f->s, hit, str_sub(f->value, hit->start - f->before, hit->end - f->before), f->node);
    return 0;
}

/* What a pattern finds in NAME="value", so that rules which need the name apply. */
static size_t by_pattern(struct server *s, struct str name, struct str value, const struct node *n)
{
    struct finding f = {.s = s, .value = value, .node = n};
    AUTO(buf) b = BUF_INIT;
    if (name.n) {
        buf_add(&b, name);
        buf_addz(&b, "=\"");
        f.before = b.n;
    }
    buf_add(&b, value);
    if (name.n)
        buf_addc(&b, '"');
    int rc = buf_result(&b);
    if (!rc)
        rc = values_scan(s->it->values, buf_str(&b), on_hit, &f);
    if (rc == E_NOMEM)
        server_fail(s, rc);
    else if (rc)
        emit_gap(s->e, COVERAGE_PARTIAL, server_place(s, n),
                 "a pattern reached its limit in this text");
    return f.found;
}

/* "Bearer abc" holds "abc". */
static struct str without_scheme(struct str value)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token ", "ApiKey "};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (str_eq_nocase(str_sub(value, 0, n), str_z(schemes[i])))
            return str_trim(str_sub(value, n, value.n));
    }
    return value;
}

/* What only the name gives away. */
static bool by_name(struct server *s, struct str name, struct str value, const struct node *n)
{
    const char *kind = NULL;
    bool reference = str_has(value, STR("${")) || str_has(value, STR("{{"));
    if (reference || !value_is_literal_secret(s->it->values, name, value, &kind))
        return false;
    value = without_scheme(value);
    const struct catalog_kind *row = catalog_kind(s->it->catalog, str_z(kind));
    int class = row ? word_index(DATA_CLASS_NAMES, str_z(row->data_class)) : DATA_SECRET;
    struct value_hit hit = {.class = (enum data_class)MAX(class, 0), .kind = kind, .entry = -1};
    hit.end = value.n;
    for (size_t pos = 0; pos < value.n; hit.length++)
        str_rune(value, &pos);
    found(s, &hit, value, n);
    return true;
}

/* Each default of "${A:-default}" in the text. */
static bool by_default(struct server *s, struct str name, struct str value, const struct node *n,
                       unsigned depth)
{
    bool any = false;
    size_t mark = str_find(value, STR(":-"), 0);
    for (; mark != SIZE_MAX && depth < DEFAULT_DEPTH; mark = str_find(value, STR(":-"), mark + 2)) {
        size_t open = str_rchr(str_sub(value, 0, mark), '$');
        size_t close = str_rchr(value, '}');
        size_t next = str_find(value, STR("${"), mark);
        if (next != SIZE_MAX && next > mark + 2) {
            size_t inner = str_rchr(str_sub(value, mark, next), '}');
            close = inner == SIZE_MAX ? close : mark + inner;
        }
        if (open == SIZE_MAX || close == SIZE_MAX || close < mark + 2)
            continue;
        struct str text = str_sub(value, mark + 2, close);
        any |= by_name(s, name, text, n) || by_default(s, name, text, n, depth + 1);
    }
    return any;
}

bool server_secret(struct server *s, struct str name, struct str value, const struct node *n)
{
    if (!s->it->values || !value.n)
        return false;
    return by_pattern(s, name, value, n) || by_name(s, name, value, n) ||
           by_default(s, name, value, n, 0);
}

/* --- words ------------------------------------------------------------------------------- */

static struct str option_name(struct str word)
{
    size_t i = 0;
    while (i < word.n && word.p[i] == '-')
        i++;
    return str_sub(word, i, word.n);
}

static struct str masked(struct server *s, struct str before, struct str value)
{
    size_t characters = 0;
    for (size_t pos = 0; pos < value.n; characters++)
        str_rune(value, &pos);
    struct str text =
        arena_fmt(s->it->arena, STR_FMT "[secret, %zu characters]", STR_ARG(before), characters);
    if (!text.p)
        server_fail(s, arena_error(s->it->arena));
    return text;
}

/* "--header" and the like are followed by "Name: value". */
static bool is_header_option(struct str word)
{
    return str_eq_z(word, "--header") || str_eq_z(word, "-H");
}

static struct str judge(struct server *s, const struct shell_words *w, size_t i)
{
    struct str word = w->v[i].text, name, value, before = STR("");
    struct str last = i ? w->v[i - 1].text : STR("");
    const struct node *n = server_word_node(s, w->v[i].from);
    bool option = str_starts(last, STR("-")) && str_chr(last, '=', 0) == SIZE_MAX;
    if (is_header_option(last) && str_cut(word, ':', &name, &value)) {
        before = str_sub(word, 0, name.n + 1);
        value = str_trim(value);
    } else if (str_cut(word, '=', &name, &value) && !str_has(name, STR("/")) &&
               !str_has(name, STR(" "))) {
        before = str_sub(word, 0, name.n + 1);
        name = option_name(name);
    } else if (i > 1 && str_eq_z(w->v[i - 2].text, "--headers")) { /* mcp-proxy: NAME VALUE */
        name = last;
        value = word;
    } else if (option && !str_starts(word, STR("-"))) {
        name = option_name(last);
        value = word;
    } else {
        name = STR("");
        value = word;
    }
    return server_secret(s, name, value, n) && name.n ? masked(s, before, value) : word;
}

void server_secret_words(struct server *s, const struct shell_words *w, struct str *ret)
{
    for (size_t i = 0; i < w->n; i++) {
        bool address = s->launch.url.text.n && str_eq(w->v[i].text, s->launch.url.text);
        struct str text = address ? w->v[i].text : judge(s, w, i);
        if (ret)
            ret[i] = text;
    }
}

/* --- addresses --------------------------------------------------------------------------- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str unquote(struct server *s, struct str text)
{
    struct str copy = arena_str(s->it->arena, text);
    size_t n = 0;
    if (!copy.p) {
        server_fail(s, arena_error(s->it->arena));
        return STR("");
    }
    char *out = (char *)copy.p; /* our own copy */
    for (size_t i = 0; i < text.n; i++) {
        int high = text.p[i] == '%' && i + 2 < text.n ? hex(text.p[i + 1]) : -1;
        int low = high >= 0 ? hex(text.p[i + 2]) : -1;
        out[n++] = low >= 0 ? (char)(high << 4 | low) : text.p[i];
        i += low >= 0 ? 2 : 0;
    }
    copy.n = n;
    return copy;
}

/* Credentials before the host, then each parameter by its name: ?key= is what vendors document. */
void server_secret_url(struct server *s, struct str url, const struct node *n)
{
    struct str base = url, query = STR(""), field, name, value;
    str_cut(url, '#', &url, &value);
    str_cut(url, '?', &base, &query);
    server_secret(s, STR(""), base, n);
    while (query.n && str_field(&query, '&', &field))
        if (str_cut(field, '=', &name, &value))
            server_secret(s, str_eq_nocase(name, STR("key")) ? STR("api_key") : name,
                          unquote(s, value), n);
}

bool server_name_authenticates(struct str name)
{
    static const char *const words[] = {
        "authorization", "token",      "apikey",     "api-key",    "api_key", "secret", "cookie",
        "password",      "access-key", "access_key", "credential", "_pat",    "auth"};
    char lower[128];
    size_t n = MIN(name.n, sizeof(lower));
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(str_n(lower, n), str_z(words[i])))
            return true;
    return str_ends(str_n(lower, n), STR("_key")) || str_ends(str_n(lower, n), STR("-key"));
}
