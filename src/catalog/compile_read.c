/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a knowledge file may hold: typed members, nothing unknown, a source for every file.
 */
#include <stdarg.h>

#include "base/path.h"
#include "catalog/compile_internal.h"

int compile_fail(struct compiler *c, const struct node *n, const char *fmt, ...)
{
    char text[sizeof(c->d->text)];
    struct mark m = {0, 0};
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n)
        m = n->key_len ? node_key_mark(c->doc, n) : node_mark(c->doc, n);
    diag_set(c->d, E_PARSE, "%s", text);
    diag_at(c->d, NULL, m.line, m.column);
    return E_PARSE;
}

int compile_no_memory(struct compiler *c)
{
    return diag_set(c->d, E_NOMEM, "no memory for the catalogue");
}

static bool is_word(struct str s, const char *const *words, int *ret)
{
    for (int i = 0; words[i]; i++) {
        if (str_eq_z(s, words[i])) {
            *ret = i;
            return true;
        }
    }
    return false;
}

int compile_members(struct compiler *c, const struct node *n, const char *const *words)
{
    struct str seen[32];
    size_t n_seen = 0;

    if (!node_is(n, NODE_OBJECT))
        return compile_fail(c, n, "a mapping is expected here");
    node_each (c->doc, n, it) {
        struct str key = node_key(c->doc, it);
        int index;
        if (!is_word(key, words, &index))
            return compile_fail(c, it, "unknown member '" STR_FMT "'", STR_ARG(key));
        for (size_t i = 0; i < n_seen; i++) {
            if (str_eq(seen[i], key))
                return compile_fail(c, it, "member '" STR_FMT "' stands twice", STR_ARG(key));
        }
        if (n_seen < ARRAY_LEN(seen))
            seen[n_seen++] = key;
    }
    return OK;
}

int compile_string(struct compiler *c, const struct node *n, const char *key, bool required,
                   const char **ret)
{
    const struct node *m = node_get(c->doc, n, str_z(key));
    struct str text = node_text(c->doc, m);

    if (!m && !required) {
        *ret = NULL;
        return OK;
    }
    if (!m)
        return compile_fail(c, n, "member '%s' is missing", key);
    if (!node_is(m, NODE_STRING) || !text.n || str_chr(text, '\0', 0) != SIZE_MAX)
        return compile_fail(c, m, "'%s' must be a text", key);
    *ret = arena_z(c->a, text);
    return *ret ? OK : compile_no_memory(c);
}

int compile_strings(struct compiler *c, const struct node *n, const char *key,
                    const char *const **ret)
{
    const struct node *m = node_get(c->doc, n, str_z(key));

    if (m && !node_is(m, NODE_ARRAY))
        return compile_fail(c, m, "'%s' must be a list", key);
    const char **list = arena_new_n(c->a, const char *, (m ? m->count : 0) + (size_t)1);
    size_t i = 0;
    if (!list)
        return compile_no_memory(c);
    node_each (c->doc, m, it) {
        struct str text = node_text(c->doc, it);
        if (!node_is(it, NODE_STRING) || !text.n || str_chr(text, '\0', 0) != SIZE_MAX)
            return compile_fail(c, it, "'%s' must be a list of texts", key);
        if (!(list[i++] = arena_z(c->a, text)))
            return compile_no_memory(c);
    }
    *ret = list;
    return OK;
}

int compile_bool(struct compiler *c, const struct node *n, const char *key, bool *ret)
{
    const struct node *m = node_get(c->doc, n, str_z(key));
    bool value = false;

    if (m && node_bool(m, &value))
        return compile_fail(c, m, "'%s' must be true or false", key);
    *ret = value;
    return OK;
}

int compile_word(struct compiler *c, const struct node *n, const char *key,
                 const char *const *words, bool required, int *ret)
{
    const struct node *m = node_get(c->doc, n, str_z(key));

    if (!m && !required) {
        *ret = -1;
        return OK;
    }
    if (!m)
        return compile_fail(c, n, "member '%s' is missing", key);
    if (!node_is(m, NODE_STRING) || !is_word(node_text(c->doc, m), words, ret))
        return compile_fail(c, m, "'" STR_FMT "' is not a known %s", STR_ARG(node_text(c->doc, m)),
                            key);
    return OK;
}

/* "2026-11-23" */
bool compile_is_date(struct str s)
{
    if (s.n != 10)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? s.p[i] != '-' : s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return true;
}

int compile_source(struct compiler *c, const struct node *n, const char **ret_url,
                   const char **ret_read)
{
    const char *url, *read;
    int rc;

    if ((rc = compile_string(c, n, "url", true, &url)) ||
        (rc = compile_string(c, n, "read", true, &read)))
        return rc;
    if (!str_starts(str_z(url), STR("https://")))
        return compile_fail(c, n, "the address of a source begins with https://");
    if (!compile_is_date(str_z(read)))
        return compile_fail(c, n, "'read' must be a date like 2026-11-23");
    *ret_url = url;
    *ret_read = read;
    return OK;
}

int compile_sources(struct compiler *c, const struct node *n, const char **ret_url)
{
    static const char *const words[] = {"url", "read", NULL};
    const struct node *list = node_get(c->doc, n, STR("sources"));
    int rc = OK;

    if (!node_is(list, NODE_ARRAY) || !list->count)
        return compile_fail(c, list ? list : n, "at least one source is needed: {url, read}");
    *ret_url = NULL;
    node_each (c->doc, list, it) {
        const char *url, *read;
        if ((rc = compile_members(c, it, words)) || (rc = compile_source(c, it, &url, &read)))
            return rc;
        if (!*ret_url)
            *ret_url = url;
    }
    return OK;
}

int compile_check_id(struct compiler *c, const struct node *n, const char *id)
{
    for (const char *p = id; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '-'))
            return compile_fail(c, n, "an id has lower-case letters, digits and dashes");
    return OK;
}

int compile_check_path(struct compiler *c, const struct node *n, const char *path)
{
    struct str p = str_z(path), part;

    if (str_starts(p, STR("/")) || str_ends(p, STR("/")) || str_has(p, STR("\\")))
        return compile_fail(c, n, "a path is relative, with '/' between its parts");
    while (str_field(&p, '/', &part)) {
        if (!part.n || str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return compile_fail(c, n, "a path has no empty part, no '.' and no '..'");
    }
    return OK;
}

int compile_id(struct compiler *c, const char **ret)
{
    const struct node *root = doc_root(c->doc);
    struct str stem = path_base(c->path);
    int rc = compile_string(c, root, "id", true, ret);

    if (rc)
        return rc;
    if (str_ends(stem, STR(".yaml")))
        stem.n -= 5;
    rc = compile_check_id(c, node_get(c->doc, root, STR("id")), *ret);
    if (rc)
        return rc;
    if (!str_eq_z(stem, *ret))
        return compile_fail(c, node_get(c->doc, root, STR("id")),
                            "the id must be the name of the file");
    return OK;
}
