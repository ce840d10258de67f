/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a qualified name of source code means, and which class two names have in common. */
#include "catalog/catalog.h"

#define CODE_WORD(id, word) [CODE_FORM_##id] = word,
const char *const CODE_FORM_NAMES[CODE_FORM_COUNT + 1] = {CODE_FORMS(CODE_WORD)};
#undef CODE_WORD
#define CODE_WORD(id, word) [CODE_IS_##id] = word,
const char *const CODE_IS_NAMES[CODE_IS_COUNT + 1] = {CODE_IS(CODE_WORD)};
#undef CODE_WORD
#define CODE_WORD(id, word) [CODE_TAKE_##id] = word,
const char *const CODE_TAKE_NAMES[CODE_TAKE_COUNT + 1] = {[CODE_TAKE_END] = "",
                                                          CODE_TAKES(CODE_WORD)};
#undef CODE_WORD
const char *const CODE_ROLES[] = {"assistant",  "audio",     "batch", "chat",
                                  "completion", "embedding", "image", "moderation",
                                  "realtime",   "rerank",    "video", NULL};

/* What ends a part of a qualified name. */
static const char *separators(struct str language)
{
    static const struct {
        const char *language, *separators;
    } rows[] = {
        {"go", "/#("}, {"javascript", "/#("}, {"php", "\\:("}, {"ruby", "/:("}, {"rust", ":("}};

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_eq_z(language, rows[i].language))
            return rows[i].separators;
    return ".(";
}

static bool is_one_of(char c, const char *bytes)
{
    return c && strchr(bytes, c);
}

const struct catalog_import *catalog_import_of(const struct catalog *c, struct str language,
                                               struct str name)
{
    const char *ends = separators(language);

    while (name.n) {
        const struct catalog_import *row = catalog_import(c, language, name);
        if (row)
            return row;
        do
            name.n--;
        while (name.n && !is_one_of(name.p[name.n], ends));
        while (name.n && is_one_of(name.p[name.n - 1], ends))
            name.n--;
    }
    return NULL;
}

/* "v2" */
static bool is_version(struct str part)
{
    uint64_t n;

    return part.n > 1 && part.p[0] == 'v' && !str_to_u64(str_sub(part, 1, part.n), &n);
}

size_t catalog_code_class(struct str language, struct str name, size_t n)
{
    const char *ends = separators(language);
    bool go = str_eq_z(language, "go");

    for (size_t at = n; at < name.n && name.p[at] != '(';) {
        size_t end;
        while (at < name.n && (is_one_of(name.p[at], ends) || name.p[at] == '.'))
            at++;
        if (at < name.n && name.p[at] >= 'A' && name.p[at] <= 'Z')
            return at;
        for (end = at; end < name.n && !is_one_of(name.p[end], ends) && name.p[end] != '.';)
            end++;
        /* Folders of a Go module are packages of their own; of other languages, they move. */
        if (go && !is_version(str_sub(name, at, end)))
            return SIZE_MAX;
        at = end;
    }
    return SIZE_MAX;
}

/* --- exact ---------------------------------------------------------------------------------- */

struct code_key {
    struct str language, name; /* name: or root */
    enum code_form form;
    struct str class;
};

static int order_language(const struct code_key *k, const struct catalog_code *row)
{
    int cmp = str_cmp_z(k->language, row->language);

    return cmp || k->form == row->form ? cmp : k->form < row->form ? -1 : 1;
}

static int order_code(const struct code_key *k, const struct catalog_code *row)
{
    int cmp = order_language(k, row);

    return cmp ? cmp : str_cmp_z(k->name, row->name);
}

static int order_class(const struct code_key *k, const struct catalog_code *row)
{
    int cmp = order_language(k, row);

    cmp = cmp ? cmp : str_cmp_z(k->name, row->root);
    return cmp ? cmp : str_cmp_z(k->class, row->class);
}

static const struct catalog_code *exact(const struct catalog *c, const struct code_key *k)
{
    int low = 0, high = c->n_codes;

    while (low < high) {
        int middle = low + (high - low) / 2, cmp = order_code(k, &c->codes[middle]);
        if (!cmp)
            return &c->codes[middle];
        if (cmp < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* --- by class ------------------------------------------------------------------------------- */

/* The first of code_classes that is not before the key. */
static int first_class(const struct catalog *c, const struct code_key *k)
{
    int low = 0, high = c->n_code_classes;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (order_class(k, &c->codes[c->code_classes[middle]]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct catalog_code *by_class(const struct catalog *c, struct code_key *k)
{
    const struct catalog_import *root = catalog_import_of(c, k->language, k->name);
    const struct catalog_code *found = NULL;
    size_t n = root ? strlen(root->name) : 0;
    size_t at = root ? catalog_code_class(k->language, k->name, n) : SIZE_MAX;

    if (at == SIZE_MAX)
        return NULL;
    k->class = str_sub(k->name, at, k->name.n);
    k->name = str_sub(k->name, 0, n);
    for (int i = first_class(c, k); i < c->n_code_classes; i++) {
        const struct catalog_code *row = &c->codes[c->code_classes[i]];
        if (order_class(k, row))
            break;
        if (found && (found->takes != row->takes || found->entry != row->entry))
            return NULL;
        found = found ? found : row;
    }
    return found;
}

const struct catalog_code *catalog_code(const struct catalog *c, struct str language,
                                        enum code_form form, struct str name)
{
    struct code_key key = {.language = language, .name = name, .form = form};
    const struct catalog_code *row = exact(c, &key);

    return row ? row : by_class(c, &key);
}

bool catalog_code_root(const struct catalog *c, struct str language, struct str module)
{
    const struct catalog_import *root = catalog_import_of(c, language, module);
    int low = 0, high = root ? c->n_code_roots : 0;

    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct catalog_code_root *row = &c->code_roots[middle];
        int cmp = strcmp(root->language, row->language);
        cmp = cmp ? cmp : strcmp(root->name, row->name);
        if (!cmp)
            return true;
        if (cmp < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
