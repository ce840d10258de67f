/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an entry may say about names in source code. */
#include "catalog/compile_internal.h"

#define MAX_POSITION 15
#define MAX_NAMES    256 /* of one text with braces */

/* The rows of one element of the list: they differ in language and name alone. */
struct rows {
    struct code_claim claim;
    const struct node *names;
};

/* "a text, or a list of them": each in turn. */
#define each_of(c, n, it)                                                                          \
    for (const struct node *it = node_is((n), NODE_ARRAY) ? node_first((c)->doc, (n)) : (n); it;   \
         it = node_is((n), NODE_ARRAY) ? node_next((c)->doc, it) : NULL)

static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    return s.n > 0;
}

/* Brackets are "()" and stand for calls. */
static bool is_qualified(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        bool opened = i && name.p[i - 1] == '(';
        if (opened != (name.p[i] == ')') || strchr("{},[]'\"", name.p[i]))
            return false;
    }
    return is_plain(name) && name.p[0] != '(' && name.p[name.n - 1] != '(';
}

static int add_name(struct compiler *c, const struct rows *rows, const struct node *at,
                    struct str name)
{
    struct code_claim claim = rows->claim;
    struct mark m = node_mark(c->doc, at);

    if (!is_qualified(name))
        return compile_fail(c, at, "'" STR_FMT "' is no qualified name", STR_ARG(name));
    if (name.n > CODE_NAME_MAX)
        return compile_fail(c, at, "a name has at most %d bytes", CODE_NAME_MAX);
    claim.line = m.line;
    claim.column = m.column;
    claim.row.name = arena_z(c->a, name);
    return !claim.row.name || vec_push(&c->codes, claim) ? compile_no_memory(c) : OK;
}

/* "a.{B,C}().d": the words of the first braces. */
static int add_expanded(struct compiler *c, const struct rows *rows, const struct node *at,
                        struct str text)
{
    size_t open = str_chr(text, '{', 0), close = str_chr(text, '}', MIN(open, text.n));
    size_t first = c->codes.n;
    struct str words, word;
    int rc = OK;

    if (open == SIZE_MAX)
        return add_name(c, rows, at, text);
    if (close == SIZE_MAX || close == open + 1)
        return compile_fail(c, at, "'" STR_FMT "': words stand in braces", STR_ARG(text));
    words = str_sub(text, open + 1, close);
    while (!rc && str_field(&words, ',', &word)) {
        struct str name = arena_fmt(c->a, STR_FMT STR_FMT STR_FMT, STR_ARG(str_sub(text, 0, open)),
                                    STR_ARG(word), STR_ARG(str_sub(text, close + 1, text.n)));
        rc = name.p ? add_expanded(c, rows, at, name) : compile_no_memory(c);
        if (!rc && c->codes.n - first > MAX_NAMES)
            rc = compile_fail(c, at, "more than %d names in one text", MAX_NAMES);
    }
    return rc;
}

static int add_names(struct compiler *c, struct rows *rows)
{
    int rc = OK;

    if (node_is(rows->names, NODE_ARRAY) && !rows->names->count)
        return compile_fail(c, rows->names, "at least one name is needed");
    each_of (c, rows->names, it) {
        if (!node_is(it, NODE_STRING) || !is_plain(node_text(c->doc, it)))
            return compile_fail(c, it, "a name is a text without spaces");
        if ((rc = add_expanded(c, rows, it, node_text(c->doc, it))))
            return rc;
    }
    return rc;
}

/* For each language of `in`. */
static int add_languages(struct compiler *c, struct rows *rows, const struct node *in)
{
    int rc = OK;

    if (!in || (node_is(in, NODE_ARRAY) && !in->count))
        return compile_fail(c, in, "at least one language is needed");
    each_of (c, in, it) {
        struct str language = node_text(c->doc, it);
        if (!node_is(it, NODE_STRING) || !compile_import_ecosystem(language))
            return compile_fail(c, it, "'" STR_FMT "' is no language of imports",
                                STR_ARG(language));
        if (!(rows->claim.row.language = arena_z(c->a, language)))
            return compile_no_memory(c);
        if ((rc = add_names(c, rows)))
            return rc;
    }
    return rc;
}

/* --- arguments ------------------------------------------------------------------------------ */

/* CODE_TAKE_END: no such word. */
static enum code_take take_of(struct str word)
{
    for (int i = CODE_TAKE_END + 1; i < CODE_TAKE_COUNT; i++)
        if (str_eq_z(word, CODE_TAKE_NAMES[i]))
            return (enum code_take)i;
    return CODE_TAKE_END;
}

static int read_argument(struct compiler *c, const struct node *n, struct catalog_take *ret)
{
    struct str text = node_text(c->doc, n);
    int64_t position;

    ret->position = CODE_POSITION_NONE;
    if (!node_i64(c->doc, n, &position)) {
        if (position < 0 || position > MAX_POSITION)
            return compile_fail(c, n, "a position is from 0 to %d", MAX_POSITION);
        ret->position = (int)position;
    } else if (!node_is(n, NODE_STRING) || !is_plain(text)) {
        return compile_fail(c, n, "an argument is a name or a position");
    } else if (str_eq_z(text, "self")) {
        ret->position = CODE_POSITION_SELF;
    } else if (str_eq_z(text, "receiver")) {
        ret->position = CODE_POSITION_RECEIVER;
    } else if (!(ret->argument = arena_z(c->a, text))) {
        return compile_no_memory(c);
    }
    return OK;
}

static int read_takes(struct compiler *c, const struct node *map, const struct catalog_take **ret)
{
    size_t n = 1, i = 0;
    int rc;

    node_each (c->doc, map, it)
        n += node_is(it, NODE_ARRAY) ? it->count : 1;
    struct catalog_take *v = arena_new_n(c->a, struct catalog_take, n);
    if (!v)
        return compile_no_memory(c);
    if (map && (rc = compile_members(c, map, CODE_TAKE_NAMES + 1)))
        return rc;
    node_each (c->doc, map, it) {
        enum code_take what = take_of(node_key(c->doc, it));
        if (what == CODE_TAKE_ROLE)
            return compile_fail(c, it, "a role is fixed");
        if (node_is(it, NODE_ARRAY) && !it->count)
            return compile_fail(c, it, "at least one argument is needed");
        each_of (c, it, argument) {
            v[i].what = what;
            if ((rc = read_argument(c, argument, &v[i++])))
                return rc;
        }
    }
    *ret = v;
    return OK;
}

static bool is_role(struct str word)
{
    for (int i = 0; CODE_ROLES[i]; i++)
        if (str_eq_z(word, CODE_ROLES[i]))
            return true;
    return false;
}

static int read_fixed(struct compiler *c, const struct node *map, const struct catalog_fixed **ret)
{
    struct catalog_fixed *v =
        arena_new_n(c->a, struct catalog_fixed, (map ? map->count : 0) + (size_t)1);
    size_t i = 0;
    bool yes;
    int rc = v ? OK : compile_no_memory(c);

    if (!rc && map)
        rc = compile_members(c, map, CODE_TAKE_NAMES + 1);
    node_each (c->doc, rc ? NULL : map, it) {
        struct str text = node_text(c->doc, it);
        v[i].what = take_of(node_key(c->doc, it));
        if (!node_bool(it, &yes))
            text = yes ? STR("true") : STR("false");
        else if (!node_is(it, NODE_STRING) || !text.n || str_chr(text, '\0', 0) != SIZE_MAX)
            return compile_fail(c, it, "what is fixed is a text, true or false");
        if (v[i].what == CODE_TAKE_ROLE && !is_role(text))
            return compile_fail(c, it, "'" STR_FMT "' is not a known role", STR_ARG(text));
        if (!(v[i++].value = arena_z(c->a, text)))
            return compile_no_memory(c);
    }
    *ret = v;
    return rc;
}

/* --- one row -------------------------------------------------------------------------------- */

static int read_form(struct compiler *c, const struct node *n, struct rows *rows)
{
    for (int i = 0; i < CODE_FORM_COUNT; i++) {
        const struct node *names = node_get(c->doc, n, str_z(CODE_FORM_NAMES[i]));
        if (names && rows->names)
            return compile_fail(c, names, "a name has one use: call, decorator or base");
        if (names) {
            rows->names = names;
            rows->claim.row.form = (enum code_form)i;
        }
    }
    return rows->names ? OK : compile_fail(c, n, "one of call, decorator and base is needed");
}

static int read_row(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"in", "call",  "decorator", "base", "is",
                                        "of", "fixed", "take",      NULL};
    struct rows rows = {.claim.row.entry = entry};
    struct catalog_code *row = &rows.claim.row;
    int rc, is;

    if ((rc = compile_members(c, n, words)) || (rc = read_form(c, n, &rows)) ||
        (rc = compile_word(c, n, "is", CODE_IS_NAMES, true, &is)) ||
        (rc = compile_string(c, n, "of", false, &rows.claim.of)) ||
        (rc = read_takes(c, node_get(c->doc, n, STR("take")), &row->takes)) ||
        (rc = read_fixed(c, node_get(c->doc, n, STR("fixed")), &row->fixed)))
        return rc;
    row->is = (enum code_is)is;
    const struct node *in = node_get(c->doc, n, STR("in"));
    if (!in)
        return compile_fail(c, n, "member 'in' is missing");
    if (!(rows.claim.file = arena_z(c->a, c->path)))
        return compile_no_memory(c);
    return add_languages(c, &rows, in);
}

int compile_code(struct compiler *c, const struct node *list, int entry)
{
    int rc = OK;

    if (list && (!node_is(list, NODE_ARRAY) || !list->count))
        return compile_fail(c, list, "rows of names stand in a list");
    node_each (c->doc, list, it)
        if (!rc)
            rc = read_row(c, it, entry);
    return rc;
}
