/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a text that a person has in hand may be the name of. */
#include "catalog/lookup.h"

#include "formats/pep508.h"

#define MAX_TEXT 1024

struct asking {
    const struct catalog *c;
    int (*take)(void *ctx, int entry, const struct catalog_fact *f);
    void *ctx;
    const char *told[8]; /* texts of the catalogue: each once */
    int n_told, rc;
};

static void tell(struct asking *a, int entry, const char *group, const char *sub, const char *text)
{
    for (int i = 0; i < a->n_told; i++)
        if (a->told[i] == text)
            return;
    if (a->n_told < (int)ARRAY_LEN(a->told))
        a->told[a->n_told++] = text;
    if (!a->rc)
        a->rc = a->take(a->ctx, entry, &(struct catalog_fact){group, sub, text});
}

static void tell_name(struct asking *a, enum catalog_space space, struct str name)
{
    const struct catalog_name *row = name.n ? catalog_name(a->c, space, name) : NULL;

    if (row)
        tell(a, row->entry, CATALOG_SPACE_MEMBERS[space][0], CATALOG_SPACE_MEMBERS[space][1],
             row->name);
}

static struct str before_any(struct str s, const char *ends)
{
    size_t n = 0;

    while (n < s.n && !(s.p[n] && strchr(ends, s.p[n])))
        n++;
    return str_sub(s, 0, n);
}

static struct str behind_scheme(struct str s)
{
    size_t at = str_find(s, STR("://"), 0);

    return at == SIZE_MAX ? s : str_sub(s, at + 3, s.n);
}

/* "https://user@api.openai.com:443/v1?x" */
static void ask_host(struct asking *a, struct str text)
{
    struct str s = before_any(behind_scheme(text), "/?#"), port;
    size_t user = str_rchr(s, '@');
    uint64_t number;

    if (user != SIZE_MAX)
        s = str_sub(s, user + 1, s.n);
    size_t colon = str_rchr(s, ':');
    port = colon == SIZE_MAX ? STR_NULL : str_sub(s, colon + 1, s.n);
    if (port.p && str_to_u64(port, &number))
        return;
    s = str_sub(s, 0, MIN(colon, s.n));
    const struct catalog_host *row = str_has(s, STR(".")) ? catalog_host(a->c, s) : NULL;
    if (row)
        tell(a, row->entry, "hosts", HOST_ROLE_NAMES[row->role], row->name);
}

static void ask_image(struct asking *a, struct str text)
{
    struct image_name image;
    bool copy;

    if (!image_name_parse(behind_scheme(text), &image))
        return;
    const struct catalog_name *row = catalog_image(a->c, &image, &copy);
    if (row)
        tell(a, row->entry, "images", NULL, row->name);
}

/* ---- packages ---- */

/* "name@1.0"; the '@' of a scope is no version. */
static struct str without_version(struct str s)
{
    size_t at = str_rchr(s, '@');

    return at && at != SIZE_MAX ? str_sub(s, 0, at) : s;
}

/* A module path of Go may be that of a package in the module. */
static void ask_module(struct asking *a, struct str name)
{
    while (str_chr(name, '/', 0) != SIZE_MAX && !catalog_name(a->c, SPACE_GOLANG, name))
        name = str_sub(name, 0, str_rchr(name, '/'));
    tell_name(a, SPACE_GOLANG, name);
}

/* "group:artifact:1.0" */
static void ask_maven(struct asking *a, struct str s)
{
    size_t first = str_chr(s, ':', 0);
    size_t second = first == SIZE_MAX ? SIZE_MAX : str_chr(s, ':', first + 1);

    tell_name(a, SPACE_MAVEN, str_sub(s, 0, MIN(second, s.n)));
}

static void ask_package(struct asking *a, enum catalog_space space, struct str s)
{
    struct pep508 p;

    if (space == SPACE_GOLANG)
        ask_module(a, without_version(s));
    else if (space == SPACE_MAVEN)
        ask_maven(a, without_version(s));
    else if (space == SPACE_PYPI && !pep508_parse(s, &p))
        tell_name(a, space, p.name);
    else
        tell_name(a, space, without_version(s));
}

/* SPACE_COUNT: no such ecosystem. */
static enum catalog_space space_of(struct str ecosystem)
{
    static const struct {
        const char *name;
        enum catalog_space space;
    } others[] = {{"pip", SPACE_PYPI},     {"python", SPACE_PYPI},  {"go", SPACE_GOLANG},
                  {"crates", SPACE_CARGO}, {"rubygems", SPACE_GEM}, {"packagist", SPACE_COMPOSER}};

    for (int i = 0; i <= SPACE_PYPI; i++)
        if (str_eq_z(ecosystem, CATALOG_SPACE_MEMBERS[i][1]))
            return (enum catalog_space)i;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq_z(ecosystem, others[i].name))
            return others[i].space;
    return SPACE_COUNT;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* "%40" is '@'. */
static struct str decoded(struct str s, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        bool code = s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        out[n++] = code ? (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2])) : s.p[i];
        i += code ? 2 : 0;
    }
    return str_n(out, n);
}

/* Behind "pkg:": type/namespace/name@version?qualifiers#subpath. */
static void ask_purl(struct asking *a, struct str s)
{
    struct str type, rest;
    char room[MAX_TEXT];

    s = before_any(s, "?#");
    if (!str_cut(s, '/', &type, &rest))
        return;
    rest = decoded(without_version(rest), room);
    size_t slash = str_rchr(rest, '/');
    if (str_eq(type, STR("docker")) || str_eq(type, STR("oci")))
        ask_image(a, rest);
    else if (str_eq(type, STR("maven")) && slash != SIZE_MAX) {
        room[slash] = ':';
        ask_maven(a, rest);
    } else if (space_of(type) < SPACE_COUNT)
        ask_package(a, space_of(type), rest);
}

static void ask_packages(struct asking *a, struct str text)
{
    struct str ecosystem, rest;

    if (str_starts(text, STR("pkg:"))) {
        ask_purl(a, str_sub(text, 4, text.n));
        return;
    }
    if (str_cut(text, ':', &ecosystem, &rest) && space_of(ecosystem) < SPACE_COUNT) {
        ask_package(a, space_of(ecosystem), rest);
        return;
    }
    for (int i = 0; i <= SPACE_PYPI; i++)
        ask_package(a, (enum catalog_space)i, text);
}

int catalog_lookup(const struct catalog *c, struct str text,
                   int (*take)(void *ctx, int entry, const struct catalog_fact *f), void *ctx)
{
    struct asking a = {.c = c, .take = take, .ctx = ctx};

    text = str_trim(text);
    if (!text.n || text.n > MAX_TEXT)
        return 0;
    ask_host(&a, text);
    ask_image(&a, text);
    ask_packages(&a, text);
    return a.rc;
}

/* ---- entries ---- */

static bool is_alias(const struct catalog_entry *e, struct str word)
{
    for (int i = 0; e->aliases[i]; i++)
        if (str_eq_nocase(str_z(e->aliases[i]), word))
            return true;
    return false;
}

const struct catalog_entry *catalog_called(const struct catalog *c, struct str word,
                                           const struct catalog_entry *ret_more[2])
{
    const struct catalog_entry *found = catalog_entry(c, word);

    ret_more[0] = ret_more[1] = NULL;
    for (int i = 0; i < c->n_entries && !found; i++)
        if (str_eq_nocase(str_z(c->entries[i].id), word))
            found = &c->entries[i];
    for (int i = 0; i < c->n_entries && !found; i++)
        if (str_eq_nocase(str_z(c->entries[i].name), word))
            found = &c->entries[i];
    if (found || !word.n)
        return found;
    for (int i = 0; i < c->n_entries; i++) {
        const struct catalog_entry *e = &c->entries[i];
        if (!is_alias(e, word))
            continue;
        if (found) {
            ret_more[0] = found;
            ret_more[1] = e;
            return NULL;
        }
        found = e;
    }
    return found;
}
