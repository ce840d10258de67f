/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which package of the catalogue a module is, in the spelling of each language. */
#include "discover/imports/imports.h"

#include "base/path.h"

const char *import_language(const struct syntax_language *l)
{
    static const struct {
        const char *id, *language;
    } rows[] = {
        {"c-sharp", "c-sharp"},
        {"go", "go"},
        {"java", "java"},
        {"javascript", "javascript"},
        {"kotlin", "java"},
        {"php", "php"},
        {"python", "python"},
        {"ruby", "ruby"},
        {"rust", "rust"},
        {"tsx", "javascript"},
        {"typescript", "javascript"},
    };
    for (size_t i = 0; l && i < ARRAY_LEN(rows); i++)
        if (!strcmp(l->id, rows[i].id))
            return rows[i].language;
    return NULL;
}

bool import_is_component(struct str path)
{
    struct str ext = path_ext(path);
    return str_eq_z(ext, "vue") || str_eq_z(ext, "svelte");
}

bool import_script(struct str text, size_t *at, struct str *ret)
{
    size_t open = str_find(text, STR("<script"), *at);
    size_t from = open == SIZE_MAX ? SIZE_MAX : str_chr(text, '>', open);
    if (from == SIZE_MAX)
        return false;
    size_t to = str_find(text, STR("</script"), from);
    *ret = str_sub(text, from + 1, to);
    *at = MIN(to, text.n);
    return true;
}

const struct syntax_language *import_grammar(struct str path, struct str head)
{
    const struct syntax_language *l = import_is_component(path)
                                          ? syntax_language_by_id(STR("typescript"))
                                          : syntax_language(path, head);
    return import_language(l) ? l : NULL;
}

static char separator_of(const char *language)
{
    if (!strcmp(language, "php"))
        return '\\';
    return !strcmp(language, "go") || !strcmp(language, "ruby") ? '/' : '.';
}

/* The longest of the leading parts that the catalogue has. */
static const struct catalog_import *longest(const struct catalog *c, const char *language,
                                            struct str name)
{
    char separator = separator_of(language);
    while (name.n) {
        const struct catalog_import *row = catalog_import(c, str_z(language), name);
        if (row)
            return row;
        size_t cut = str_rchr(name, separator);
        name.n = cut == SIZE_MAX ? 0 : cut;
    }
    return NULL;
}

/* "@scope/name/sub", "name/sub", "npm:name@4/sub" of Deno. Paths and addresses are no packages. */
static struct str npm_package(struct str s)
{
    if (str_starts(s, STR("npm:")))
        s = str_sub(s, 4, s.n);
    if (!s.n || s.p[0] == '.' || s.p[0] == '/' || str_has(s, STR(":")))
        return STR("");
    size_t slash = str_chr(s, '/', 0);
    if (s.p[0] == '@' && slash != SIZE_MAX)
        slash = str_chr(s, '/', slash + 1);
    s = str_sub(s, 0, slash);
    size_t version = str_chr(s, '@', 1);
    return str_sub(s, 0, version);
}

/* The crate of "::a::{b, c}", "a::b", "a as b". */
static struct str crate_of(struct str s)
{
    size_t n = 0;
    if (str_starts(s, STR("::")))
        s = str_sub(s, 2, s.n);
    if (str_starts(s, STR("r#")))
        s = str_sub(s, 2, s.n);
    while (n < s.n && s.p[n] != ':' && s.p[n] != ' ' && s.p[n] != ';' && s.p[n] != '{')
        n++;
    return str_sub(s, 0, n);
}

static const struct catalog_import *python_row(const struct catalog *c, struct str module,
                                               struct str name)
{
    char both[512];
    if (!module.n || module.p[0] == '.')
        return NULL;
    if (!name.n || module.n + name.n + 1 > sizeof(both))
        return longest(c, "python", module);
    int n = snprintf(both, sizeof(both), STR_FMT "." STR_FMT, STR_ARG(module), STR_ARG(name));
    return longest(c, "python", str_n(both, (size_t)n));
}

const struct catalog_import *import_row(const struct catalog *c, const char *language,
                                        struct str module, struct str name)
{
    if (!strcmp(language, "python"))
        return python_row(c, module, name);
    if (!strcmp(language, "javascript"))
        return catalog_import(c, str_z(language), npm_package(module));
    if (!strcmp(language, "rust"))
        return catalog_import(c, str_z(language), crate_of(module));
    if (!strcmp(language, "php") && str_starts(module, STR("\\")))
        module = str_sub(module, 1, module.n);
    if (!strcmp(language, "c-sharp") && str_starts(module, STR("global::")))
        module = str_sub(module, strlen("global::"), module.n);
    return longest(c, language, module);
}

/* The first row of the language whose name is not before `name`. */
static int first_row(const struct catalog *c, const char *language, struct str name)
{
    int low = 0, high = c->n_imports;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int cmp = strcmp(c->imports[middle].language, language);
        if (cmp < 0 || (!cmp && str_cmp(str_z(c->imports[middle].name), name) < 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool import_is_root(const struct catalog *c, const char *language, struct str name)
{
    for (int i = name.n ? first_row(c, language, name) : c->n_imports; i < c->n_imports; i++) {
        struct str have = str_z(c->imports[i].name);
        if (strcmp(c->imports[i].language, language) || !str_starts(have, name))
            break;
        if (have.n == name.n || have.p[name.n] == separator_of(language))
            return true;
    }
    return false;
}

/* --- where a literal stands ------------------------------------------------------------------ */

#define LOOK 200u /* bytes of a line that are looked at before a literal, and of a name */

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || (c && strchr("_@/.-:\\", c));
}

static bool holds_word(struct str line)
{
    static const char *const words[] = {"import", "from", "using", "use", "extern", "require"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(line, str_z(words[i])))
            return true;
    return false;
}

static struct str without_blanks(struct str s)
{
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool ends_with_one(struct str s, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_ends(s, str_z(words[i])))
            return true;
    return false;
}

/* What stands before the quote of a module: from "m", import("m"), require 'm'. */
static bool before_module(const char *language, struct str text, size_t quote)
{
    static const char *const calls[] = {
        "import", "import_module", "__import__", "require", "resolve", "*/", NULL};
    static const char *const words[] = {"from", "import", "require", "*/", NULL};
    struct str before = without_blanks(str_sub(text, quote - MIN(quote, (size_t)LOOK), quote));
    if (!strcmp(language, "go"))
        return true; /* alone on its line */
    if (!str_ends(before, STR("(")))
        return ends_with_one(before, words);
    return ends_with_one(without_blanks(str_sub(before, 0, before.n - 1)), calls);
}

/* The name in a literal, whole: "from mcp" stands in `from mcp.server import x`. */
static struct str name_at(struct str text, size_t start, size_t end)
{
    struct str literal = str_sub(text, start, end);
    size_t least = start - MIN(start, (size_t)LOOK), from, to;
    if (str_ends(literal, STR(" import")))
        end -= strlen(" import");
    while (end > start && !is_name_byte(text.p[end - 1]))
        end--; /* the quote behind it */
    for (from = end; from > least && is_name_byte(text.p[from - 1]);)
        from--;
    for (to = end; to < text.n && to - end < LOOK && is_name_byte(text.p[to]);)
        to++;
    return str_sub(text, from, to);
}

bool import_near(const struct catalog *c, const char *language, struct str text, size_t start,
                 size_t end)
{
    struct str name = name_at(text, start, end);
    size_t from = (size_t)(name.p - text.p), line = from;
    size_t least = from - MIN(from, (size_t)LOOK);
    bool python = !strcmp(language, "python");
    if (!import_row(c, language, name, STR("")) && !(python && import_is_root(c, language, name)))
        return false;
    if (from && text.p[from - 1] && strchr("'\"`", text.p[from - 1]))
        return before_module(language, text, from - 1);
    if (str_has(name, STR("::")) || str_has(name, STR("\\")))
        return true;
    while (line > least && text.p[line - 1] != '\n')
        line--;
    return holds_word(str_sub(text, line, from));
}

/* Files of these languages declare modules (package com.acme) that may be the catalogue's. */
static bool has_own(const char *language)
{
    static const char *const languages[] = {"c-sharp", "java", "php", "rust"};
    for (size_t i = 0; i < ARRAY_LEN(languages); i++)
        if (!strcmp(language, languages[i]))
            return true;
    return false;
}

/* Names of the module mean something to the catalogue: all of the file is read for them. */
static bool is_root(const struct catalog *c, const char *language, struct str module)
{
    return catalog_code_root(c, str_z(language), module);
}

bool import_hits(const char *language, struct str text, const struct literal_hits *hits,
                 size_t *ret_last)
{
    size_t last = 0;
    bool found = false;
    for (size_t i = hits->n; language && i-- > 0;) {
        const struct catalog_literal *l = &hits->catalog->literals[hits->v[i].literal];
        size_t end = (size_t)hits->v[i].end;
        if (!l->import)
            continue;
        last = found || (last && has_own(language)) ? last : end;
        size_t start = end - strlen(l->text);
        bool root = is_root(hits->catalog, language, name_at(text, start, end));
        if ((found && !root) || !import_near(hits->catalog, language, text, start, end))
            continue;
        found = true;
        *ret_last = root ? 0 : last;
        if (root)
            break;
    }
    return found;
}
