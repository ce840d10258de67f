/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any input breaks the JSON reader, the document or the round trip to text. */
#include "formats/doc_check.h"
#include "formats/json.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void write_node(struct json_writer *w, const struct doc *doc, const struct node *n)
{
    if (node_is(node_parent(doc, n), NODE_OBJECT))
        json_key(w, node_key(doc, n));
    if (n->type == NODE_OBJECT)
        json_object(w);
    else if (n->type == NODE_ARRAY)
        json_array(w);
    else if (n->type == NODE_STRING)
        json_str(w, node_text(doc, n));
    else
        json_raw(w, node_text(doc, n));
}

/* Rows stand in document order, so the depth alone says what to close. */
static int write_doc(const struct doc *doc, struct buf *out, enum json_style style)
{
    struct json_writer w;

    json_begin(&w, out, style);
    for (uint32_t i = 0; i < doc->n; i++) {
        while (w.depth > doc->nodes[i].depth)
            json_end(&w);
        write_node(&w, doc, &doc->nodes[i]);
    }
    while (w.depth)
        json_end(&w);
    return json_finish(&w);
}

static void check_same(const struct doc *a, const struct doc *b)
{
    check(a->n == b->n && a->duplicates == b->duplicates);
    for (uint32_t i = 0; i < a->n; i++) {
        const struct node *x = &a->nodes[i], *y = &b->nodes[i];
        check(x->type == y->type && x->parent == y->parent && x->next == y->next);
        check(str_eq(node_key(a, x), node_key(b, y)) && str_eq(node_text(a, x), node_text(b, y)));
    }
}

static void check_round_trip(const struct doc *doc, enum json_style style)
{
    struct limits lim = limits_default();
    AUTO(arena) a = ARENA(lim.memory);
    AUTO(buf) out = BUF_INIT;
    struct doc again;

    check(!write_doc(doc, &out, style));
    check(!json_parse(buf_str(&out), JSON_STRICT, &lim, &a, &again, NULL));
    check_same(doc, &again);
}

static void check_pointers(const struct doc *doc)
{
    AUTO(buf) out = BUF_INIT;

    for (uint32_t i = 0; i < MIN(doc->n, 64u); i++) {
        buf_clear(&out);
        node_pointer(doc, &doc->nodes[i], &out);
        const struct node *found = doc_find(doc, buf_str(&out));
        check(doc->duplicates || found == &doc->nodes[i]); /* the last duplicate hides others */
        check(node_mark(doc, &doc->nodes[i]).line && node_key_mark(doc, &doc->nodes[i]).column);
    }
}

static void read_mode(struct str text, enum json_mode mode, const struct limits *lim)
{
    AUTO(arena) a = ARENA(1 << 20), b = ARENA(1 << 20);
    struct doc whole = {0}, part = {0};
    struct diag d = {0}, d2 = {0};
    int rc = json_parse(text, mode, lim, &a, &whole, &d);
    int rc2 = json_parse_partial(text, mode, lim, &b, &part, &d2);

    check(rc == rc2 && !rc == !d.code && doc_sound(&part));
    check_pointers(&part);
    if (rc) {
        check(!whole.nodes && rc == d.code && d.text[0]);
        return;
    }
    check(doc_sound(&whole));
    check_same(&whole, &part);
    check_round_trip(&whole, JSON_COMPACT);
    check_round_trip(&whole, JSON_PRETTY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct limits lim = limits_default();

    lim.depth = 32;
    lim.items = 1000;
    lim.string_bytes = 300;
    lim.bytes = 4000;
    read_mode(str_n(data, size), JSON_STRICT, &lim);
    read_mode(str_n(data, size), JSON_TOLERANT, &lim);
    return 0;
}
