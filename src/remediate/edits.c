/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which bytes of a document change so that nothing around them does. */
#include "remediate/edits.h"

#include "discover/servers/server_entry.h"
#include "formats/json.h"
#include "formats/toml.h"
#include "formats/yaml.h"

void edits_done(struct edits *e)
{
    vec_free(&e->ranges);
}

void edits_range(struct edits *e, size_t from, size_t to, struct str with)
{
    if (!e->error && vec_push(&e->ranges, ((struct edit_range){from, to, with})))
        e->error = E_NOMEM;
}

void edits_replace(struct edits *e, const struct node *n, struct str with)
{
    edits_range(e, n->off, n->end, with);
}

/* --- elements of arrays ------------------------------------------------------------------ */

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Past white space and comments. */
static size_t skip(const struct edits *e, size_t at)
{
    struct str t = e->doc->text;
    while (at < t.n) {
        char c = t.p[at], next = at + 1 < t.n ? t.p[at + 1] : 0;
        size_t end;
        if (blank(c) || c == '\n' || c == '\r') {
            at++;
        } else if ((c == '#' && e->format == DOC_TOML) || (c == '/' && next == '/')) {
            end = str_chr(t, '\n', at);
            at = end == SIZE_MAX ? t.n : end;
        } else if (c == '/' && next == '*') {
            end = str_find(t, STR("*/"), at + 2);
            at = end == SIZE_MAX ? t.n : end + 2;
        } else {
            break;
        }
    }
    return at;
}

/* The comma between `from` and what follows, or SIZE_MAX. */
static size_t comma(const struct edits *e, size_t from)
{
    size_t at = skip(e, from);
    return at < e->doc->text.n && e->doc->text.p[at] == ',' ? at : SIZE_MAX;
}

/* Without [from, to) its lines would be empty: take them whole. */
static void take_lines(const struct edits *e, size_t *from, size_t *to)
{
    struct str t = e->doc->text;
    size_t begin = *from, end = *to;
    while (begin > 0 && blank(t.p[begin - 1]))
        begin--;
    while (end < t.n && (blank(t.p[end]) || t.p[end] == '\r'))
        end++;
    if (begin > 0 && t.p[begin - 1] == '\n' && end < t.n && t.p[end] == '\n') {
        *from = begin;
        *to = end + 1;
    } else if (t.p[*to - 1] == ',') {
        while (*to < t.n && blank(t.p[*to]))
            (*to)++;
    }
}

/* `follow`: a comma stands behind the element that goes with it; else the one before it goes. */
static void remove_one(struct edits *e, const struct node *prev, const struct node *n, bool follow)
{
    size_t from = n->off, to = n->end;
    if (follow) {
        to = comma(e, n->end) + 1;
    } else {
        size_t before = comma(e, prev->end), i = before + 1;
        while (i < from && blank(e->doc->text.p[i]))
            i++;
        if (i == from)
            from = before;
        else
            edits_range(e, before, before + 1, STR(""));
    }
    take_lines(e, &from, &to);
    edits_range(e, from, to, STR(""));
}

size_t edits_remove(struct edits *e, const struct node *array,
                    bool (*unwanted)(const struct doc *doc, const struct node *n))
{
    size_t n = 0;
    const struct node *last_kept = NULL, *prev = NULL, *end = NULL;
    node_each (e->doc, array, it) {
        end = it;
        if (unwanted(e->doc, it))
            n++;
        else
            last_kept = it;
    }
    if (!n)
        return 0;
    if (!last_kept) {
        edits_replace(e, array, STR("[]"));
        return n;
    }
    if (e->doc->text.p[array->off] != '[') {
        e->error = e->error ? e->error : E_UNSUPPORTED;
        return n;
    }
    bool follow = true, trailing = comma(e, end->end) != SIZE_MAX;
    node_each (e->doc, array, it) {
        if (unwanted(e->doc, it))
            remove_one(e, prev, it, follow || trailing);
        follow &= it != last_kept;
        prev = it;
    }
    return n;
}

/* --- joining ------------------------------------------------------------------------------ */

static int range_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct edit_range *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

int edits_finish(struct edits *e, struct str summary, struct edit *ret, struct diag *d)
{
    if (e->error == E_UNSUPPORTED)
        return diag_set(d, E_UNSUPPORTED, "a list of this form cannot be edited without loss");
    if (!e->error && vec_sort(&e->ranges, range_cmp, NULL))
        e->error = E_NOMEM;
    if (e->error)
        return diag_set(d, e->error, "no memory to plan the edit");
    if (!e->ranges.n)
        return diag_set(d, E_NOTFOUND, "the file does not show this finding any more");
    AUTO(buf) with = BUF_INIT;
    size_t at = e->ranges.v[0].from;
    vec_each (r, &e->ranges) {
        if (r->from < at && r != e->ranges.v)
            return diag_set(d, E_UNSUPPORTED, "two changes would overlap");
        buf_add(&with, str_sub(e->doc->text, at, r->from));
        buf_add(&with, r->with);
        at = r->to;
    }
    *ret = (struct edit){.from = e->ranges.v[0].from + e->doc->bom,
                         .to = at + e->doc->bom,
                         .with = arena_str(e->arena, buf_str(&with)),
                         .summary = summary};
    return buf_result(&with) || !ret->with.p || !summary.p
               ? diag_set(d, E_NOMEM, "no memory to plan the edit")
               : 0;
}

const struct node *edit_server(const struct doc *doc, struct str pointer)
{
    const struct node *named = doc_find(doc, pointer);
    for (const struct node *n = named; n && n != doc_root(doc); n = node_parent(doc, n))
        if (server_like(doc, host_file_target(doc, n)))
            return n;
    return named;
}

int edit_parse(struct str text, enum doc_format format, struct arena *a, struct doc *ret,
               struct diag *d)
{
    struct limits lim = limits_default();
    unsigned char first = text.n > 1 ? (unsigned char)text.p[0] : 0;
    if (first >= 0xfe || (text.n > 1 && (!text.p[0] || !text.p[1])))
        return diag_set(d, E_UNSUPPORTED, "a file in UTF-16 is not edited");
    switch (format) {
    case DOC_JSON:
    case DOC_JSONC: return json_parse(text, JSON_TOLERANT, &lim, a, ret, d);
    case DOC_YAML: return yaml_parse(text, &lim, a, ret, d);
    case DOC_TOML: return toml_parse(text, &lim, a, ret, d);
    }
    return E_BUG;
}

int edit_apply(struct str before, const struct edit *e, struct arena *a, struct str *ret)
{
    AUTO(buf) out = BUF_INIT;
    buf_add(&out, str_sub(before, 0, e->from));
    buf_add(&out, e->with);
    buf_add(&out, str_sub(before, e->to, before.n));
    int rc = buf_result(&out);
    struct str copy = rc ? STR_NULL : arena_str(a, buf_str(&out));
    if (!rc && !copy.p)
        rc = arena_error(a);
    if (!rc)
        *ret = copy;
    return rc;
}
