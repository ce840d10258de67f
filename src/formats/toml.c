/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the lines of a TOML document nest: headers, members, arrays and inline tables. */
#include "formats/toml.h"

#include "formats/toml_read.h"

int toml_fail(struct toml *t, size_t at, const char *message)
{
    return doc_build_fail(&t->b, E_PARSE, at, "%s", message);
}

int toml_nomem(struct toml *t)
{
    if (arena_error(&t->memory) == E_LIMIT)
        return doc_build_fail(&t->b, E_LIMIT, t->at, "keys need more memory than the limit of %zu",
                              t->memory.cap);
    return doc_build_fail(&t->b, E_NOMEM, t->at, "out of memory");
}

static int end_of_line(struct toml *t)
{
    toml_blank(t);
    int rc = toml_comment(t);
    if (!rc && toml_peek(t, 0) >= 0 && !toml_newline(t))
        rc = toml_fail(t, t->at, "expected the end of the line");
    return rc;
}

/* Read a.b.c; steps through all parts but the last with `step`. */
static int key_path(struct toml *t, uint32_t *table, struct toml_key *ret,
                    int (*step)(struct toml *, uint32_t, const struct toml_key *, uint32_t *))
{
    for (;;) {
        int rc = toml_key(t, ret);
        if (rc)
            return rc;
        toml_blank(t);
        if (toml_peek(t, 0) != '.')
            return OK;
        t->at++;
        toml_blank(t);
        rc = step(t, *table, ret, table);
        if (rc)
            return rc;
    }
}

/* Tables point to the header that made or defined them. */
static void place_header(struct toml *t, uint32_t row, uint32_t first_new, uint32_t off)
{
    t->b.v[row].off = off;
    t->b.v[row].end = (uint32_t)t->at;
    for (uint32_t i = first_new; i < t->b.n; i++) {
        t->b.v[i].off = off;
        t->b.v[i].end = (uint32_t)t->at;
    }
}

static int header(struct toml *t)
{
    uint32_t off = (uint32_t)t->at, first_new = t->b.n, table = 0;
    bool element = toml_peek(t, 1) == '[';
    struct toml_key key;

    t->at += element ? 2 : 1;
    toml_blank(t);
    int rc = key_path(t, &table, &key, toml_pass);
    if (rc)
        return rc;
    if (toml_peek(t, 0) != ']' || (element && toml_peek(t, 1) != ']'))
        return toml_fail(t, t->at, element ? "expected ']]'" : "expected ']'");
    t->at += element ? 2 : 1;
    rc = element ? toml_element(t, table, &key, &t->table) : toml_table(t, table, &key, &t->table);
    if (rc)
        return rc;
    place_header(t, t->table, first_new, off);
    return end_of_line(t);
}

static int open_container(struct toml *t, uint32_t parent, const struct toml_key *key)
{
    enum node_type type = toml_peek(t, 0) == '[' ? NODE_ARRAY : NODE_OBJECT;
    uint32_t off = (uint32_t)t->at, row;
    int rc = toml_add(t, parent, key, type, TOML_CLOSED, &row);

    if (rc)
        return rc;
    t->b.v[row].off = off;
    t->at++;
    return vec_push(&t->open, row) ? toml_nomem(t) : OK;
}

static int scalar(struct toml *t, uint32_t parent, const struct toml_key *key)
{
    uint32_t off = (uint32_t)t->at, text = off, len = 0, row;
    enum node_type type = NODE_STRING;
    bool cooked = false;
    size_t end;
    int rc;

    if (toml_peek(t, 0) == '"' || toml_peek(t, 0) == '\'') {
        rc = toml_string(t, &text, &len, &cooked);
    } else if (!(rc = toml_token(t, &type, &end))) {
        len = (uint32_t)(end - t->at);
        t->at = end;
    }
    if (!rc)
        rc = toml_add(t, parent, key, type, TOML_CLOSED, &row);
    if (rc)
        return rc;
    struct node *n = &t->b.v[row];
    n->off = off;
    n->end = (uint32_t)t->at;
    n->val_off = text;
    n->val_len = len;
    n->flags |= cooked ? NODE_VALUE_COOKED : 0;
    n->flags |= type == NODE_BOOL && len == 4 ? NODE_TRUE : 0;
    return OK;
}

static int value(struct toml *t, uint32_t parent, const struct toml_key *key)
{
    if (toml_peek(t, 0) == '[' || toml_peek(t, 0) == '{')
        return open_container(t, parent, key);
    return scalar(t, parent, key);
}

/* key = value; a container is opened and left to rest_of_value. */
static int member(struct toml *t, uint32_t table)
{
    struct toml_key key;
    int rc = key_path(t, &table, &key, toml_dot);

    if (rc)
        return rc;
    if (toml_peek(t, 0) != '=')
        return toml_fail(t, t->at, "expected '=' after the key");
    t->at++;
    toml_blank(t);
    return value(t, table, &key);
}

static void close_container(struct toml *t, uint32_t row)
{
    t->at++;
    t->b.v[row].end = (uint32_t)t->at;
    t->open.n--;
}

/* True when the reader stands behind a child of the open container, not behind its bracket. */
static bool after_child(const struct toml *t, uint32_t row)
{
    return t->b.n - 1 != row;
}

static int array_step(struct toml *t, uint32_t row)
{
    int rc = toml_space(t);

    if (!rc && toml_peek(t, 0) != ']' && after_child(t, row)) {
        if (toml_peek(t, 0) != ',')
            return toml_fail(t, t->at, "expected ',' or ']' in an array");
        t->at++;
        rc = toml_space(t);
    }
    if (rc)
        return rc;
    if (toml_peek(t, 0) == ']') {
        close_container(t, row);
        return OK;
    }
    return value(t, row, NULL);
}

static int inline_step(struct toml *t, uint32_t row)
{
    toml_blank(t);
    if (toml_peek(t, 0) == '}') {
        close_container(t, row);
        return OK;
    }
    if (after_child(t, row)) {
        if (toml_peek(t, 0) != ',')
            return toml_fail(t, t->at, "expected ',' or '}' in an inline table, on the same line");
        t->at++;
        toml_blank(t);
    }
    return member(t, row);
}

/* The containers that the last value opened. A loop, so that depth costs no stack. */
static int rest_of_value(struct toml *t)
{
    int rc = OK;

    while (!rc && t->open.n) {
        uint32_t row = t->open.v[t->open.n - 1];
        rc = t->b.v[row].type == NODE_ARRAY ? array_step(t, row) : inline_step(t, row);
    }
    return rc;
}

static int line(struct toml *t)
{
    if (toml_peek(t, 0) == '[')
        return header(t);
    int rc = member(t, t->table);
    if (!rc)
        rc = rest_of_value(t);
    return rc ? rc : end_of_line(t);
}

static int check_utf8(struct toml *t)
{
    struct str text = t->b.text;

    if (str_is_utf8(text))
        return OK;
    for (size_t pos = 0, at = 0; at < text.n; at = pos)
        if (str_rune(text, &pos) == 0xfffd && pos - at == 1)
            return toml_fail(t, at, "not valid UTF-8");
    return toml_fail(t, 0, "not valid UTF-8");
}

static int document(struct toml *t)
{
    int rc = check_utf8(t);

    if (!rc)
        rc = toml_root(t);
    while (!rc) {
        rc = toml_space(t);
        if (!rc && toml_peek(t, 0) < 0)
            break;
        if (!rc)
            rc = line(t);
    }
    return rc;
}

static void toml_done(struct toml *t)
{
    vec_free(&t->rows);
    vec_free(&t->open);
    map_done(&t->keys);
    arena_done(&t->memory);
    buf_done(&t->probe);
    doc_build_done(&t->b);
}

int toml_parse(struct str text, const struct limits *lim, struct arena *a, struct doc *ret,
               struct diag *d)
{
    AUTO(toml) t = {.memory = ARENA(lim->memory), .probe = BUF_INIT};
    uint32_t bom = str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0;
    struct doc doc;

    t.keys = (struct map)MAP_OWNED(&t.memory);
    int rc = doc_build_init(&t.b, str_sub(text, bom, text.n), lim, a, d);
    if (!rc)
        rc = document(&t);
    if (rc)
        return rc;
    doc_build_link(&t.b);
    rc = doc_build_finish(&t.b, &doc);
    if (rc)
        return rc;
    doc.bom = bom;
    *ret = doc;
    return OK;
}
