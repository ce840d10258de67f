/* SPDX-License-Identifier: Apache-2.0 */
/* Decides by which names source code imports a package, and which literals such code holds. */
#include "catalog/compile_internal.h"

/* The languages that import packages of a registry, and how a package is called there. */
enum spelling { AS_IT_IS, UNDERSCORES, NOT_AT_ALL };
static const struct {
    const char *language, *ecosystem;
    enum spelling spelling;
    char separator; /* of the parts of a name */
} LANGUAGES[] = {
    {"c-sharp", "nuget", AS_IT_IS, '.'},   {"go", "golang", AS_IT_IS, '/'},
    {"java", "maven", NOT_AT_ALL, '.'},    {"javascript", "npm", AS_IT_IS, '/'},
    {"php", "composer", NOT_AT_ALL, '\\'}, {"python", "pypi", UNDERSCORES, '.'},
    {"ruby", "gem", AS_IT_IS, '/'},        {"rust", "cargo", UNDERSCORES, ':'},
};

const char *compile_import_ecosystem(struct str language)
{
    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++)
        if (str_eq_z(language, LANGUAGES[i].language))
            return LANGUAGES[i].ecosystem;
    return NULL;
}

#define MIN_LITERAL 4

static int text_of(struct compiler *c, const struct node *n, const char **ret)
{
    struct str text = node_text(c->doc, n);
    if (!node_is(n, NODE_STRING) || !text.n || str_chr(text, '\0', 0) != SIZE_MAX)
        return compile_fail(c, n, "the name of a package is a text");
    *ret = arena_z(c->a, text);
    return *ret ? OK : compile_no_memory(c);
}

/* "name" or [name, other], as a NULL-terminated array. */
static int packages_of(struct compiler *c, const struct node *n, const char *const **ret)
{
    bool list = node_is(n, NODE_ARRAY);
    const char **v = arena_new_n(c->a, const char *, list ? n->count + (size_t)1 : 2);
    size_t i = 0;
    int rc = OK;
    if (!v)
        return compile_no_memory(c);
    if (list && !n->count)
        return compile_fail(c, n, "at least one package is needed");
    *ret = v;
    if (!list)
        return text_of(c, n, v);
    node_each (c->doc, n, it)
        if (!rc)
            rc = text_of(c, it, &v[i++]);
    return rc;
}

static int read_import(struct compiler *c, const struct node *n, int language, int entry)
{
    static const char *const words[] = {"package", "common", "names", NULL};
    struct catalog_import row = {.language = LANGUAGES[language].language,
                                 .ecosystem = LANGUAGES[language].ecosystem,
                                 .entry = entry};
    const struct node *packages = n;
    int rc = OK;
    row.name = arena_z(c->a, node_key(c->doc, n));
    if (!row.name)
        return compile_no_memory(c);
    if (node_is(n, NODE_OBJECT)) {
        packages = node_get(c->doc, n, STR("package"));
        rc = compile_members(c, n, words);
        if (!rc && !packages)
            rc = compile_fail(c, n, "member 'package' is missing");
        if (!rc)
            rc = compile_bool(c, n, "common", &row.common);
    }
    if (!rc)
        rc = compile_strings(c, packages == n ? NULL : n, "names", &row.proofs);
    if (!rc)
        rc = packages_of(c, packages, &row.packages);
    if (rc)
        return rc;
    return vec_push(&c->imports, row) ? compile_no_memory(c) : OK;
}

int compile_imports(struct compiler *c, const struct node *n, int entry)
{
    static const char *words[ARRAY_LEN(LANGUAGES) + 1];
    int rc = OK;
    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++)
        words[i] = LANGUAGES[i].language;
    if (n)
        rc = compile_members(c, n, words);
    for (size_t i = 0; !rc && n && i < ARRAY_LEN(LANGUAGES); i++) {
        const struct node *map = node_get(c->doc, n, str_z(LANGUAGES[i].language));
        if (map && !node_is(map, NODE_OBJECT))
            return compile_fail(c, map, "names and their packages are expected here");
        node_each (c->doc, map, it)
            if (!rc)
                rc = read_import(c, it, (int)i, entry);
    }
    return rc;
}

/* --- packages that no row names ------------------------------------------------------------ */

/* "langgraph.store" is a part of langgraph: the whole keeps its own row. */
static bool is_part(const char *row, const char *name, char separator)
{
    size_t n = strlen(name);
    return !strncmp(row, name, n) && row[n] == separator;
}

static bool has_row(const struct compiler *c, size_t rows, size_t language,
                    const struct catalog_name *p, const char *name)
{
    for (size_t i = 0; i < rows; i++) {
        const struct catalog_import *row = &c->imports.v[i];
        if (strcmp(row->language, LANGUAGES[language].language))
            continue;
        if (!strcmp(row->name, name))
            return true;
        if (is_part(row->name, name, LANGUAGES[language].separator))
            continue;
        for (int k = 0; row->packages[k]; k++)
            if (!strcmp(row->packages[k], p->name))
                return true;
    }
    return false;
}

static int add_default(struct compiler *c, size_t rows, size_t language,
                       const struct catalog_name *p)
{
    const char **packages = arena_new_n(c->a, const char *, 2);
    const char **proofs = arena_new_n(c->a, const char *, 1);
    char *name = arena_z(c->a, str_z(p->name));
    if (!packages || !proofs || !name)
        return compile_no_memory(c);
    for (char *s = name; LANGUAGES[language].spelling == UNDERSCORES && *s; s++)
        if (*s == '-')
            *s = '_';
    if (has_row(c, rows, language, p, name))
        return OK;
    packages[0] = p->name;
    struct catalog_import row = {.language = LANGUAGES[language].language,
                                 .ecosystem = LANGUAGES[language].ecosystem,
                                 .name = name,
                                 .packages = packages,
                                 .proofs = proofs,
                                 .entry = p->entry};
    return vec_push(&c->imports, row) ? compile_no_memory(c) : OK;
}

static int add_defaults(struct compiler *c)
{
    size_t rows = c->imports.n;
    int rc = OK;
    for (size_t i = 0; i < ARRAY_LEN(LANGUAGES); i++)
        vec_each (p, &c->names)
            if (!rc && LANGUAGES[i].spelling != NOT_AT_ALL && p->space <= SPACE_PYPI &&
                !strcmp(CATALOG_SPACE_MEMBERS[p->space][1], LANGUAGES[i].ecosystem))
                rc = add_default(c, rows, i, p);
    return rc;
}

static int order_import(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_import *x = a, *y = b;
    int cmp = strcmp(x->language, y->language);
    return cmp ? cmp : strcmp(x->name, y->name);
}

int compile_import_finish(struct compiler *c, const struct catalog *out)
{
    int rc = add_defaults(c);
    if (!rc && vec_sort(&c->imports, order_import, NULL))
        rc = compile_no_memory(c);
    for (size_t i = 0; !rc && i < c->imports.n; i++) {
        const struct catalog_import *row = &c->imports.v[i];
        if (i && !order_import(row - 1, row, NULL))
            return diag_set(c->d, E_EXISTS, "import '%s' of %s is claimed twice", row->name,
                            row->language);
        for (int k = 0; row->packages[k]; k++)
            if (!catalog_package(out, str_z(row->ecosystem), str_z(row->packages[k])))
                return diag_set(c->d, E_PARSE, "import '%s' of %s names '%s', which no entry has",
                                row->name, row->language, row->packages[k]);
    }
    return rc;
}

/* --- literals ------------------------------------------------------------------------------- */

static int add_literal(struct compiler *c, const char *text)
{
    return !text || vec_push(&c->import_literals, text) ? compile_no_memory(c) : OK;
}

static int add_formatted(struct compiler *c, const char *before, struct str name,
                         const char *behind)
{
    struct str text = arena_fmt(c->a, "%s" STR_FMT "%s", before, STR_ARG(name), behind);
    return add_literal(c, text.p);
}

/*
 * What stands wherever the name is imported. A name that is a common word is looked for with what
 * an import puts before it. Of Python: also "from google import genai, types".
 */
static int literals_of(struct compiler *c, const struct catalog_import *row)
{
    static const struct {
        const char *language, *before, *behind;
    } forms[] = {
        {"python", "import ", ""},  {"python", "from ", ""},   {"c-sharp", "using ", ""},
        {"javascript", "'", "'"},   {"javascript", "'", "/"},  {"php", "use ", ""},
        {"javascript", "\"", "\""}, {"javascript", "\"", "/"}, {"rust", "use ", ""},
        {"ruby", "'", ""},          {"ruby", "\"", ""},
    };
    struct str name = str_z(row->name);
    bool bare = !row->common && name.n >= MIN_LITERAL;
    size_t dot = str_rchr(name, '.');
    int rc = OK;
    if (!strcmp(row->language, "python") && dot != SIZE_MAX)
        rc = add_formatted(c, "from ", str_sub(name, 0, dot), " import");
    for (size_t i = 0; !rc && !bare && i < ARRAY_LEN(forms); i++)
        if (!strcmp(forms[i].language, row->language))
            rc = add_formatted(c, forms[i].before, name, forms[i].behind);
    return rc || !bare ? rc : add_literal(c, row->name);
}

static int order_length(const void *a, const void *b, void *ctx UNUSED)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    size_t n = strlen(x), m = strlen(y);
    return n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

/* A text that holds another literal needs none of its own. */
int compile_import_literals(struct compiler *c)
{
    int rc = OK;
    size_t n = 0;
    vec_each (row, &c->imports)
        if (!rc)
            rc = literals_of(c, row);
    if (!rc && vec_sort(&c->import_literals, order_length, NULL))
        rc = compile_no_memory(c);
    for (size_t i = 0; !rc && i < c->import_literals.n; i++) {
        const char *text = c->import_literals.v[i];
        bool held = false;
        for (size_t k = 0; !held && k < n; k++)
            held = strstr(text, c->import_literals.v[k]) != NULL;
        if (!held)
            c->import_literals.v[n++] = text;
    }
    c->import_literals.n = rc ? 0 : n;
    return rc;
}
