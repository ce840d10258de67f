/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a framework file says: requirements, how each is tested, and by which controls. */
#include "assess/parse.h"

const char *const TEST_MODE_NAMES[] = {"automatic", "assisted", "manual", NULL};

static const char *const KEYS[] = {"id",      "title",        "version", "source",
                                   "licence", "requirements", NULL};
static const char *const ROW_KEYS[] = {"id",   "title",    "parent", "heading",
                                       "mode", "controls", "gap",    NULL};

static int read_text(struct parse *p, const struct node *map, const char *key, const char **ret)
{
    const struct node *n = parse_need(p, map, key);
    if (!n)
        return E_PARSE;
    if (!node_is(n, NODE_STRING) || !node_text(p->doc, n).n)
        return parse_error(p, n, "'%s' must be a text (quote numbers)", key);
    *ret = parse_z(p, node_text(p->doc, n));
    return p->error;
}

static int read_optional(struct parse *p, const struct node *map, const char *key, const char **ret)
{
    return node_get(p->doc, map, str_z(key)) ? read_text(p, map, key, ret) : OK;
}

/* Mode, controls and gap of a requirement that is not a heading. */
static int read_answer(struct parse *p, const struct node *row, struct requirement *r)
{
    const struct node *mode = parse_need(p, row, "mode");
    const struct node *controls = mode ? parse_need(p, row, "controls") : NULL;
    if (!controls)
        return E_PARSE;
    int word = 0, rc = parse_word(p, mode, "mode", TEST_MODE_NAMES, &word);
    if (!rc)
        rc = parse_strings(p, controls, "controls", &r->controls);
    if (!rc)
        rc = read_optional(p, row, "gap", &r->gap);
    if (rc)
        return rc;
    r->mode = (enum test_mode)word;
    if (!r->controls[0] && !r->gap)
        return parse_error(p, row, "requirement %s has no controls and must say why in 'gap'",
                           r->id);
    return OK;
}

static int read_row(struct parse *p, const struct node *row, struct requirement *r)
{
    static const char *const none[] = {NULL};
    const struct node *heading = node_get(p->doc, row, STR("heading"));
    if (!node_is(row, NODE_OBJECT))
        return parse_error(p, row, "a requirement is a map");
    int rc = parse_keys(p, row, ROW_KEYS);
    if (!rc)
        rc = read_text(p, row, "id", &r->id);
    if (!rc)
        rc = read_text(p, row, "title", &r->title);
    if (!rc)
        rc = read_optional(p, row, "parent", &r->parent);
    if (!rc && heading && node_bool(heading, &r->heading))
        rc = parse_error(p, heading, "'heading' is true or left out");
    r->controls = none;
    return rc || r->heading ? rc : read_answer(p, row, r);
}

static const struct requirement *row_find(const struct requirement *rows, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_z(rows[i].id), str_z(id)))
            return &rows[i];
    return NULL;
}

static int check_row(struct parse *p, const struct node *row, const struct requirement *rows,
                     size_t i)
{
    const struct requirement *r = &rows[i];
    if (row_find(rows, i, r->id))
        return parse_error(p, row, "requirement %s stands twice", r->id);
    if (!r->parent)
        return OK;
    const struct requirement *parent = row_find(rows, i, r->parent);
    if (!parent || !parent->heading)
        return parse_error(p, row, "the parent of %s must be a heading that stands above it",
                           r->id);
    return OK;
}

static int read_rows(struct parse *p, struct framework *f)
{
    const struct node *list = parse_need(p, doc_root(p->doc), "requirements");
    if (!list)
        return E_PARSE;
    if (!node_is(list, NODE_ARRAY) || !list->count)
        return parse_error(p, list, "'requirements' is a list of maps");
    struct requirement *rows = arena_new_n(p->arena, struct requirement, list->count);
    if (!rows)
        return arena_error(p->arena);
    size_t i = 0;
    node_each (p->doc, list, it) {
        int rc = read_row(p, it, &rows[i]);
        if (!rc)
            rc = check_row(p, it, rows, i);
        if (rc)
            return rc;
        i++;
    }
    f->requirements = rows;
    f->n = (int)i;
    return OK;
}

int framework_parse(struct str text, const char *file, struct arena *a, struct framework *ret,
                    struct diag *d)
{
    struct doc doc = {0};
    struct framework f = {0};
    struct parse p = {.file = file, .arena = a, .diag = d};
    int rc = parse_yaml(&p, text, &doc);
    if (!rc)
        rc = parse_keys(&p, doc_root(&doc), KEYS);
    if (!rc)
        rc = read_text(&p, doc_root(&doc), "id", &f.id);
    if (!rc)
        rc = read_text(&p, doc_root(&doc), "title", &f.title);
    if (!rc)
        rc = read_text(&p, doc_root(&doc), "version", &f.version);
    if (!rc)
        rc = read_text(&p, doc_root(&doc), "source", &f.source);
    if (!rc)
        rc = read_text(&p, doc_root(&doc), "licence", &f.licence_note);
    if (!rc)
        rc = read_rows(&p, &f);
    if (!rc)
        *ret = f;
    return rc;
}
