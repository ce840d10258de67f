/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the examples of an entry lead to it: each kind of mark that it has is shown by
 * texts that match and texts that do not. */
#include "catalog/compile_internal.h"

/* Groups with marks; keys have examples of their own. */
static const char *const MARKS[] = {"packages", "imports", "env",  "hosts",
                                    "servers",  "images",  "iac",  "extensions",
                                    "apps",     "plugins", "code", NULL};

static int add(struct compiler *c, const struct node *list, const char *group, int entry,
               bool match)
{
    if (!node_is(list, NODE_ARRAY) || !list->count)
        return compile_fail(c, list, "texts that %s are missing for '%s'",
                            match ? "match" : "do not match", group);
    node_each (c->doc, list, it) {
        struct mark m = node_mark(c->doc, it);
        struct mark_example e = {.group = group,
                                 .entry = entry,
                                 .match = match,
                                 .line = m.line,
                                 .column = m.column,
                                 .text = arena_z(c->a, node_text(c->doc, it)),
                                 .file = arena_z(c->a, c->path)};
        if (!node_is(it, NODE_STRING) || !node_text(c->doc, it).n)
            return compile_fail(c, it, "an example is a text");
        if (!e.text || !e.file || vec_push(&c->mark_examples, e))
            return compile_no_memory(c);
    }
    return OK;
}

int compile_examples(struct compiler *c, const struct node *root, int entry)
{
    static const char *const words[] = {"match", "no_match", NULL};
    const struct node *all = node_get(c->doc, root, STR("examples"));
    int rc = all ? compile_members(c, all, MARKS) : OK;

    for (int i = 0; !rc && MARKS[i]; i++) {
        const struct node *facts = node_get(c->doc, root, str_z(MARKS[i]));
        const struct node *n = all ? node_get(c->doc, all, str_z(MARKS[i])) : NULL;
        if (!facts && !n)
            continue;
        if (!facts)
            return compile_fail(c, n, "the entry has no '%s'", MARKS[i]);
        if (!n)
            return compile_fail(c, all ? all : root, "examples are missing for '%s'", MARKS[i]);
        if ((rc = compile_members(c, n, words)))
            return rc;
        if (!(rc = add(c, node_get(c->doc, n, STR("match")), MARKS[i], entry, true)))
            rc = add(c, node_get(c->doc, n, STR("no_match")), MARKS[i], entry, false);
    }
    return rc;
}

/* --- where a text leads ---------------------------------------------------------------------- */

/* "npm:openai" in the spaces of a member; of a member without spaces, the name alone. */
static int entry_of_name(const struct catalog *out, const char *group, struct str text)
{
    struct str sub, name;

    for (int i = 0; i < SPACE_COUNT; i++) {
        const char *const *space = CATALOG_SPACE_MEMBERS[i];
        if (strcmp(space[0], group))
            continue;
        if (!space[1])
            name = text;
        else if (!str_cut(text, ':', &sub, &name) || !str_eq_z(sub, space[1]))
            continue;
        const struct catalog_name *row = catalog_name(out, (enum catalog_space)i, name);
        if (row)
            return row->entry;
    }
    return -1;
}

/* "python:openai.types" */
static int entry_of_import(const struct catalog *out, struct str text)
{
    struct str language, name;

    if (!str_cut(text, ':', &language, &name))
        return -1;
    const struct catalog_import *row = catalog_import_of(out, language, name);
    return row ? row->entry : -1;
}

/* "python call openai.OpenAI" */
static int entry_of_code(const struct catalog *out, struct str text)
{
    struct str language, form, name, rest;

    if (!str_cut(text, ' ', &language, &rest) || !str_cut(rest, ' ', &form, &name))
        return -1;
    for (int i = 0; i < CODE_FORM_COUNT; i++) {
        const struct catalog_code *row = str_eq_z(form, CODE_FORM_NAMES[i])
                                             ? catalog_code(out, language, (enum code_form)i, name)
                                             : NULL;
        if (row)
            return row->entry;
    }
    return -1;
}

/* "https://user@api.openai.com:443/v1" or a name. */
static int entry_of_host(const struct catalog *out, struct str text)
{
    size_t scheme = str_find(text, STR("://"), 0);

    if (scheme != SIZE_MAX)
        text = str_sub(text, scheme + 3, text.n);
    for (const char *end = "/?#"; *end; end++)
        text = str_sub(text, 0, MIN(str_chr(text, *end, 0), text.n));
    if (str_rchr(text, '@') != SIZE_MAX)
        text = str_sub(text, str_rchr(text, '@') + 1, text.n);
    text = str_sub(text, 0, MIN(str_chr(text, ':', 0), text.n));
    const struct catalog_host *row = catalog_host(out, text);
    return row ? row->entry : -1;
}

/* "/api/tags {...}": path and answer. */
static int entry_of_answer(const struct catalog *out, struct str text)
{
    struct str path, answer;

    if (!str_cut(text, ' ', &path, &answer))
        return -1;
    for (int i = 0; i < out->n_probes; i++) {
        const struct catalog_probe *p = &out->probes[i];
        bool all = str_eq_z(path, p->path);
        for (int k = 0; all && p->marks[k]; k++)
            all = str_has(answer, str_z(p->marks[k]));
        if (all)
            return p->entry;
    }
    return -1;
}

static int entry_of_image(const struct catalog *out, struct str text)
{
    struct image_name image;
    bool copy;
    const struct catalog_name *row =
        image_name_parse(text, &image) ? catalog_image(out, &image, &copy) : NULL;

    return row && !copy ? row->entry : -1;
}

static int entry_of(const struct catalog *out, const struct mark_example *e)
{
    struct str text = str_z(e->text);

    if (!strcmp(e->group, "imports"))
        return entry_of_import(out, text);
    if (!strcmp(e->group, "code"))
        return entry_of_code(out, text);
    if (!strcmp(e->group, "hosts"))
        return entry_of_host(out, text);
    if (!strcmp(e->group, "servers"))
        return entry_of_answer(out, text);
    if (!strcmp(e->group, "images"))
        return entry_of_image(out, text);
    return entry_of_name(out, e->group, text);
}

int compile_examples_check(struct compiler *c, const struct catalog *out)
{
    vec_each (e, &c->mark_examples) {
        int entry = entry_of(out, e);
        if ((entry == e->entry) == e->match)
            continue;
        diag_set(c->d, E_PARSE, "%s example '%s' leads to %s", e->group, e->text,
                 entry < 0 ? "no entry" : out->entries[entry].id);
        diag_at(c->d, e->file, e->line, e->column);
        return E_PARSE;
    }
    return OK;
}
