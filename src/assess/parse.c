/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how errors in controls, frameworks and control tests are worded and placed. */
#include <stdarg.h>
#include <stdio.h>

#include "assess/parse.h"
#include "formats/yaml.h"

int parse_error(struct parse *p, const struct node *n, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    struct mark at = {0};
    if (n)
        at = n->key_len ? node_key_mark(p->doc, n) : node_mark(p->doc, n);
    diag_set(p->diag, E_PARSE, "%s", text);
    diag_at(p->diag, p->file, at.line, at.column);
    return E_PARSE;
}

int parse_yaml(struct parse *p, struct str text, struct doc *ret)
{
    struct limits lim = limits_default();
    int rc = yaml_parse(text, &lim, p->arena, ret, p->diag);
    if (rc) {
        diag_at(p->diag, p->file, 0, 0);
        return rc;
    }
    p->doc = ret;
    if (!node_is(doc_root(ret), NODE_OBJECT))
        return parse_error(p, NULL, "a map of keys is expected");
    return OK;
}

int parse_keys(struct parse *p, const struct node *map, const char *const *keys)
{
    node_each (p->doc, map, it) {
        struct str key = node_key(p->doc, it);
        if (word_index(keys, key) < 0)
            return parse_error(p, it, "unknown key '" STR_FMT "'", STR_ARG(key));
        if (node_get(p->doc, map, key) != it)
            return parse_error(p, it, "key '" STR_FMT "' stands twice", STR_ARG(key));
    }
    return OK;
}

const struct node *parse_need(struct parse *p, const struct node *map, const char *key)
{
    const struct node *n = node_get(p->doc, map, str_z(key));
    if (!n)
        parse_error(p, map, "'%s' is missing", key);
    return n;
}

int parse_word(struct parse *p, const struct node *n, const char *what, const char *const *words,
               int *ret)
{
    struct str word = node_text(p->doc, n);
    int i = word_index(words, word);
    if (i < 0) {
        parse_error(p, n, "'" STR_FMT "' is not a value of '%s'", STR_ARG(word), what);
        AUTO(buf) all = BUF_INIT;
        for (const char *const *w = words; *w; w++)
            buf_addf(&all, "%s%s", w == words ? "" : ", ", *w);
        diag_hint(p->diag, "one of: %s", all.p);
        return E_PARSE;
    }
    *ret = i;
    return OK;
}

int parse_strings(struct parse *p, const struct node *n, const char *what, const char *const **ret)
{
    if (!node_is(n, NODE_ARRAY))
        return parse_error(p, n, "a list of %s is expected", what);
    const char **list = arena_new_n(p->arena, const char *, n->count + 1);
    if (!list)
        return arena_error(p->arena);
    size_t i = 0;
    node_each (p->doc, n, it) {
        if (!node_is(it, NODE_STRING))
            return parse_error(p, it, "the list of %s holds something that is not a text", what);
        list[i++] = parse_z(p, node_text(p->doc, it));
    }
    *ret = (const char *const *)list;
    return p->error;
}

const char *parse_z(struct parse *p, struct str s)
{
    const char *z = arena_z(p->arena, s);
    if (z)
        return z;
    p->error = diag_set(p->diag, arena_error(p->arena), "memory ran out");
    return "";
}
