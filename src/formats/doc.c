/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how nodes of a parsed document are found, read and named. */
#include "formats/doc.h"

const struct node *doc_root(const struct doc *doc)
{
    return doc->n ? doc->nodes : NULL;
}

const struct node *node_first(const struct doc *doc, const struct node *n)
{
    return n && n->first ? doc->nodes + n->first : NULL;
}

const struct node *node_next(const struct doc *doc, const struct node *n)
{
    return n && n->next ? doc->nodes + n->next : NULL;
}

const struct node *node_parent(const struct doc *doc, const struct node *n)
{
    return n && n != doc->nodes ? doc->nodes + n->parent : NULL;
}

bool node_is(const struct node *n, enum node_type type)
{
    return n && n->type == type;
}

struct str node_key(const struct doc *doc, const struct node *n)
{
    if (!n || !n->key_len)
        return STR("");
    return str_n((n->flags & NODE_KEY_COOKED ? doc->cooked : doc->text.p) + n->key_off, n->key_len);
}

struct str node_text(const struct doc *doc, const struct node *n)
{
    if (!n || !n->val_len)
        return STR("");
    return str_n((n->flags & NODE_VALUE_COOKED ? doc->cooked : doc->text.p) + n->val_off,
                 n->val_len);
}

const struct node *node_get(const struct doc *doc, const struct node *n, struct str key)
{
    const struct node *found = NULL;

    if (!node_is(n, NODE_OBJECT))
        return NULL;
    node_each (doc, n, it)
        if (it->key_len == key.n && str_eq(node_key(doc, it), key))
            found = it;
    return found;
}

struct str node_str(const struct doc *doc, const struct node *n, struct str key)
{
    const struct node *member = node_get(doc, n, key);

    return node_is(member, NODE_STRING) ? node_text(doc, member) : STR("");
}

int node_bool(const struct node *n, bool *ret)
{
    if (!n)
        return E_NOTFOUND;
    if (n->type != NODE_BOOL)
        return E_PARSE;
    *ret = n->flags & NODE_TRUE;
    return OK;
}

/* Digits of `base` with the '_' that TOML allows between them. */
static int magnitude(struct str s, unsigned base, uint64_t *ret)
{
    uint64_t sum = 0;
    bool any = false;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = s.p[i];
        unsigned digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) - 'a' + 10u;
        if (c == '_' && any)
            continue;
        if (c == '_' || digit >= base)
            return E_PARSE;
        if (__builtin_mul_overflow(sum, (uint64_t)base, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)digit, &sum))
            return E_LIMIT;
        any = true;
    }
    *ret = sum;
    return any ? OK : E_PARSE;
}

static unsigned number_base(struct str s)
{
    if (s.n < 3 || s.p[0] != '0')
        return 10;
    return s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : s.p[1] == 'b' ? 2 : 10;
}

int node_i64(const struct doc *doc, const struct node *n, int64_t *ret)
{
    struct str s = node_text(doc, n);
    uint64_t sum;

    if (!n)
        return E_NOTFOUND;
    if (n->type != NODE_NUMBER || !s.n)
        return E_PARSE;
    bool minus = s.p[0] == '-';
    if (minus || s.p[0] == '+')
        s = str_sub(s, 1, s.n);
    unsigned base = number_base(s);
    int rc = magnitude(base == 10 ? s : str_sub(s, 2, s.n), base, &sum);
    if (rc)
        return rc;
    if (sum > (uint64_t)INT64_MAX + minus)
        return E_LIMIT;
    *ret = minus ? (int64_t)(0 - sum) : (int64_t)sum;
    return OK;
}

/* Take the next character of a reference token; -1 at its end, -2 when an escape is wrong. */
static int token_char(struct str token, size_t *pos)
{
    if (*pos == token.n)
        return -1;
    unsigned char c = token.p[(*pos)++];
    if (c != '~')
        return c;
    if (*pos == token.n)
        return -2;
    c = token.p[(*pos)++];
    return c == '0' ? '~' : c == '1' ? '/' : -2;
}

static bool token_is(struct str token, struct str key)
{
    size_t pos = 0;

    for (size_t i = 0; i < key.n; i++)
        if (token_char(token, &pos) != (unsigned char)key.p[i])
            return false;
    return token_char(token, &pos) == -1;
}

static const struct node *token_member(const struct doc *doc, const struct node *n,
                                       struct str token)
{
    const struct node *found = NULL;

    node_each (doc, n, it)
        if (token_is(token, node_key(doc, it)))
            found = it;
    return found;
}

static const struct node *token_element(const struct doc *doc, const struct node *n,
                                        struct str token)
{
    uint64_t index;

    if ((token.n > 1 && token.p[0] == '0') || str_to_u64(token, &index) || index >= n->count)
        return NULL;
    node_each (doc, n, it)
        if (!index--)
            return it;
    return NULL;
}

const struct node *doc_find(const struct doc *doc, struct str pointer)
{
    const struct node *n = doc_root(doc);
    struct str rest = pointer, token;

    if (pointer.n && pointer.p[0] != '/')
        return NULL;
    rest = str_sub(rest, 1, rest.n);
    for (bool more = pointer.n; more && n;) {
        more = str_cut(rest, '/', &token, &rest);
        if (n->type == NODE_OBJECT)
            n = token_member(doc, n, token);
        else
            n = n->type == NODE_ARRAY ? token_element(doc, n, token) : NULL;
    }
    return n;
}

const struct node *doc_at(const struct doc *doc, uint64_t offset, uint64_t *steps)
{
    uint32_t from = 0, to = doc->n;
    uint64_t looked = 0;

    for (; from < to; looked++) {
        uint32_t mid = from + (to - from) / 2;

        if (doc->nodes[mid].off <= offset)
            from = mid + 1;
        else
            to = mid;
    }
    /* The last that begins before it, or what that lies in: anything between ended earlier. */
    const struct node *n = from ? doc->nodes + from - 1 : doc_root(doc);
    for (; n && n != doc->nodes && n->end <= offset; looked++)
        n = node_parent(doc, n);
    if (steps)
        *steps += looked;
    return n;
}

struct mark text_mark(struct str text, size_t offset)
{
    struct mark m = {1, 1};
    const char *p = text.n ? text.p : "", *end = p + MIN(offset, text.n), *line = p, *hit;

    while (line < end && (hit = memchr(line, '\n', (size_t)(end - line)))) {
        m.line++;
        line = hit + 1;
    }
    for (p = line; p < end; p++)
        m.column += ((unsigned char)*p & 0xc0) != 0x80;
    return m;
}

struct mark node_mark(const struct doc *doc, const struct node *n)
{
    return n ? text_mark(doc->text, n->off) : (struct mark){0, 0};
}

struct mark node_key_mark(const struct doc *doc, const struct node *n)
{
    return n ? text_mark(doc->text, n->key_at) : (struct mark){0, 0};
}

/* Append "/token" of n, back to front. */
static void add_step_reversed(const struct doc *doc, const struct node *n, struct buf *out)
{
    const struct node *parent = node_parent(doc, n);
    struct str key = node_key(doc, n);

    if (parent->type == NODE_ARRAY) {
        uint32_t index = n->key_off;
        do
            buf_addc(out, (char)('0' + index % 10));
        while (index /= 10);
    }
    for (size_t i = parent->type == NODE_ARRAY ? 0 : key.n; i-- > 0;) {
        if (key.p[i] == '~')
            buf_add(out, STR("0~"));
        else if (key.p[i] == '/')
            buf_add(out, STR("1~"));
        else
            buf_addc(out, key.p[i]);
    }
    buf_addc(out, '/');
}

/* From the node up to the root, so that depth costs no stack; then turned round. */
void node_pointer(const struct doc *doc, const struct node *n, struct buf *out)
{
    size_t from = out->n;

    for (; node_parent(doc, n); n = node_parent(doc, n))
        add_step_reversed(doc, n, out);
    for (size_t i = from, j = out->n; i + 1 < j; i++) {
        char c = out->p[i];
        out->p[i] = out->p[--j];
        out->p[j] = c;
    }
}
