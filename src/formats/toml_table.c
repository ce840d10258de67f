/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which TOML keys and tables may be defined when others exist already. */
#include "formats/toml_read.h"

static struct str key_text(const struct toml *t, const struct toml_key *key)
{
    return str_n((key->flags ? t->b.cooked : t->b.text.p) + key->off, key->len);
}

/* The name of a member among all members of all tables; buf_result(&t->probe) says if it failed. */
static struct str probe(struct toml *t, uint32_t parent, const struct toml_key *key)
{
    buf_clear(&t->probe);
    buf_add(&t->probe, str_n(&parent, sizeof(parent)));
    buf_add(&t->probe, key_text(t, key));
    return buf_str(&t->probe);
}

static int find(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret)
{
    struct str name = probe(t, parent, key);
    const uint64_t *hit;

    if (buf_result(&t->probe))
        return toml_nomem(t);
    hit = map_get(&t->keys, name);
    if (!hit)
        return E_NOTFOUND;
    *ret = (uint32_t)*hit;
    return OK;
}

static int defined_twice(struct toml *t, const struct toml_key *key, uint32_t row)
{
    struct mark first = text_mark(t->b.text, t->b.v[row].key_at);

    return doc_build_fail(&t->b, E_PARSE, key->at, "already defined in line %u", first.line);
}

static int append(struct toml *t, uint32_t parent, const struct toml_key *key, enum node_type type,
                  enum toml_made made, uint32_t *ret)
{
    struct toml_row row = {.made = (uint8_t)made};
    uint32_t at = key ? key->at : (uint32_t)t->at, i;
    int rc = doc_build_row(&t->b, parent, type, at, &i);

    if (rc)
        return rc;
    if (vec_push(&t->rows, row))
        return toml_nomem(t);
    if (key) {
        struct node *n = &t->b.v[i];
        n->key_at = key->at;
        n->key_off = key->off;
        n->key_len = key->len;
        n->flags |= key->flags;
        n->end = key->end;
    }
    *ret = i;
    return OK;
}

int toml_root(struct toml *t)
{
    uint32_t root = 0;
    int rc = append(t, 0, NULL, NODE_OBJECT, TOML_HEADER, &root);

    if (!rc)
        t->b.v[root].end = (uint32_t)t->b.text.n;
    return rc;
}

int toml_add(struct toml *t, uint32_t parent, const struct toml_key *key, enum node_type type,
             enum toml_made made, uint32_t *ret)
{
    bool fresh;
    uint64_t *slot;

    if (!key)
        return append(t, parent, NULL, type, made, ret);
    struct str name = probe(t, parent, key);
    if (buf_result(&t->probe) || !(slot = map_put(&t->keys, name, &fresh)))
        return toml_nomem(t);
    if (!fresh)
        return defined_twice(t, key, (uint32_t)*slot);
    *slot = t->b.n;
    return append(t, parent, key, type, made, ret);
}

int toml_pass(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret)
{
    uint32_t row;
    int rc = find(t, parent, key, &row);

    if (rc == E_NOTFOUND)
        return toml_add(t, parent, key, NODE_OBJECT, TOML_IMPLIED, ret);
    if (rc)
        return rc;
    if (t->rows.v[row].made == TOML_CLOSED)
        return defined_twice(t, key, row);
    *ret = t->rows.v[row].made == TOML_TABLES ? t->rows.v[row].last : row;
    return OK;
}

int toml_dot(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret)
{
    uint32_t row;
    int rc = find(t, parent, key, &row);

    if (rc == E_NOTFOUND)
        return toml_add(t, parent, key, NODE_OBJECT, TOML_DOTTED, ret);
    if (rc)
        return rc;
    if (t->rows.v[row].made != TOML_DOTTED && t->rows.v[row].made != TOML_IMPLIED)
        return defined_twice(t, key, row);
    t->rows.v[row].made = TOML_DOTTED; /* so that no later header defines it again */
    *ret = row;
    return OK;
}

int toml_table(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret)
{
    uint32_t row;
    int rc = find(t, parent, key, &row);

    if (rc == E_NOTFOUND)
        return toml_add(t, parent, key, NODE_OBJECT, TOML_HEADER, ret);
    if (rc)
        return rc;
    if (t->rows.v[row].made != TOML_IMPLIED)
        return defined_twice(t, key, row);
    t->rows.v[row].made = TOML_HEADER;
    t->b.v[row].key_at = key->at;
    *ret = row;
    return OK;
}

int toml_element(struct toml *t, uint32_t parent, const struct toml_key *key, uint32_t *ret)
{
    uint32_t array, element;
    int rc = find(t, parent, key, &array);

    if (rc == E_NOTFOUND)
        rc = toml_add(t, parent, key, NODE_ARRAY, TOML_TABLES, &array);
    else if (!rc && t->rows.v[array].made != TOML_TABLES)
        return defined_twice(t, key, array);
    if (rc)
        return rc;
    rc = append(t, array, NULL, NODE_OBJECT, TOML_HEADER, &element);
    if (rc)
        return rc;
    t->rows.v[array].last = element;
    *ret = element;
    return OK;
}
