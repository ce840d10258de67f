/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the tensors of a safetensors header fill its data exactly. */
#include <string.h>

#include "base/vec.h"
#include "formats/safetensors.h"
#include "formats/json.h"

const char *const SAFETENSORS_FAULT_NAMES[] = {
    "none",         "bad-header", "duplicate-name", "bad-shape",      "size-mismatch",
    "out-of-range", "overlap",    "hole",           "trailing-bytes", NULL};

static const struct {
    const char *name;
    unsigned bits;
} DTYPES[] = {
    {"BOOL", 8},    {"U8", 8},   {"I8", 8},      {"F8_E5M2", 8}, {"F8_E4M3", 8},
    {"F8_E8M0", 8}, {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"I16", 16},
    {"U16", 16},    {"F16", 16}, {"BF16", 16},   {"I32", 32},    {"U32", 32},
    {"F32", 32},    {"C64", 64}, {"F64", 64},    {"I64", 64},    {"U64", 64},
};
#define DTYPES_MAX 64 /* different names that are listed */

struct span {
    uint64_t begin, end;
    const struct node *node;
};

struct checker {
    struct safetensors *st;
    uint64_t data;
    struct arena *a;
    struct str dtypes[DTYPES_MAX];
    struct {
        VEC(struct span);
    } spans;
};

static void fault(struct checker *c, enum safetensors_fault f, const struct node *n)
{
    if (c->st->fault)
        return;
    c->st->fault = f;
    c->st->fault_node = n;
}

static bool get_u64(const struct doc *doc, const struct node *n, uint64_t *ret)
{
    return node_is(n, NODE_NUMBER) && !str_to_u64(node_text(doc, n), ret);
}

static void keep_dtype(struct checker *c, struct str name)
{
    size_t n = c->st->n_dtypes, i = 0;
    while (i < n && str_cmp(c->dtypes[i], name) < 0)
        i++;
    if (n == DTYPES_MAX || (i < n && str_eq(c->dtypes[i], name)))
        return;
    memmove(c->dtypes + i + 1, c->dtypes + i, (n - i) * sizeof(*c->dtypes));
    c->dtypes[i] = name;
    c->st->n_dtypes++;
}

/* Bits of one element; 0 for a type that is not known. */
static unsigned read_dtype(struct checker *c, const struct node *tensor)
{
    const struct node *n = node_get(&c->st->doc, tensor, STR("dtype"));
    struct str name = node_is(n, NODE_STRING) ? node_text(&c->st->doc, n) : STR("");
    if (!name.n) {
        fault(c, SAFETENSORS_BAD_HEADER, tensor);
        return 0;
    }
    keep_dtype(c, name);
    for (size_t i = 0; i < ARRAY_LEN(DTYPES); i++)
        if (str_eq_z(name, DTYPES[i].name))
            return DTYPES[i].bits;
    c->st->unknown_dtype = true;
    return 0;
}

static bool read_shape(struct checker *c, const struct node *tensor, uint64_t *ret)
{
    const struct doc *doc = &c->st->doc;
    const struct node *shape = node_get(doc, tensor, STR("shape"));
    uint64_t elements = 1, size;
    bool sound = node_is(shape, NODE_ARRAY), zero = false;
    node_each (doc, shape, it) {
        sound = sound && get_u64(doc, it, &size);
        zero |= sound && size == 0;
        /* An overflow counts even where a later size is zero: readers multiply in order. */
        sound = sound && !__builtin_mul_overflow(elements, size, &elements);
    }
    if (!sound)
        fault(c, SAFETENSORS_BAD_SHAPE, shape ? shape : tensor);
    *ret = zero ? 0 : elements;
    return sound;
}

static bool read_span(struct checker *c, const struct node *tensor, struct span *ret)
{
    const struct doc *doc = &c->st->doc;
    const struct node *offsets = node_get(doc, tensor, STR("data_offsets"));
    const struct node *begin = node_first(doc, offsets), *end = node_next(doc, begin);
    bool sound = node_is(offsets, NODE_ARRAY) && offsets->count == 2 &&
                 get_u64(doc, begin, &ret->begin) && get_u64(doc, end, &ret->end) &&
                 ret->begin <= ret->end && ret->end <= c->data;
    if (!sound)
        fault(c, SAFETENSORS_OUT_OF_RANGE, offsets ? offsets : tensor);
    ret->node = offsets;
    return sound;
}

static int check_tensor(struct checker *c, const struct node *tensor)
{
    struct span span;
    uint64_t elements = 0, bits;
    unsigned width = read_dtype(c, tensor);
    bool shape = read_shape(c, tensor, &elements), place = read_span(c, tensor, &span);
    c->st->tensors++;
    if (shape && __builtin_add_overflow(c->st->parameters, elements, &c->st->parameters))
        c->st->overflow = true;
    if (shape && place && width) {
        bool fits = !__builtin_mul_overflow(elements, (uint64_t)width, &bits) && bits % 8 == 0 &&
                    bits / 8 == span.end - span.begin;
        if (!fits)
            fault(c, SAFETENSORS_SIZE_MISMATCH, tensor);
    }
    return place && vec_push(&c->spans, span) ? E_NOMEM : 0;
}

static int span_cmp(const void *a, const void *b, void *ctx)
{
    const struct span *x = a, *y = b;
    (void)ctx;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return 0;
}

/* The spans one behind the other, from the first byte of the data to the last. */
static int check_layout(struct checker *c)
{
    uint64_t at = 0;
    if (vec_sort(&c->spans, span_cmp, NULL))
        return E_NOMEM;
    for (size_t i = 0; i < c->spans.n; i++) {
        const struct span *s = &c->spans.v[i];
        if (s->begin > at)
            fault(c, SAFETENSORS_HOLE, s->node);
        else if (s->begin < at && s->end > s->begin)
            fault(c, SAFETENSORS_OVERLAP, s->node);
        at = MAX(at, s->end);
    }
    if (at < c->data)
        fault(c, SAFETENSORS_TRAILING_BYTES, NULL);
    return 0;
}

static int check(struct checker *c)
{
    const struct doc *doc = &c->st->doc;
    int rc = 0;
    if (doc->duplicates)
        fault(c, SAFETENSORS_DUPLICATE_NAME, &doc->nodes[doc->first_duplicate]);
    node_each (doc, doc_root(doc), it) {
        if (str_eq_z(node_key(doc, it), "__metadata__") && node_is(it, NODE_OBJECT))
            c->st->metadata = it;
        else if (!node_is(it, NODE_OBJECT))
            fault(c, SAFETENSORS_BAD_HEADER, it);
        else
            rc = check_tensor(c, it);
        if (rc)
            return rc;
    }
    return check_layout(c);
}

int safetensors_parse(struct str json, uint64_t data, const struct limits *lim, struct arena *a,
                      struct safetensors *ret, struct diag *d)
{
    struct safetensors st = {0};
    struct checker c = {.st = &st, .data = data, .a = a};
    int rc = json_parse(json, JSON_STRICT, lim, a, &st.doc, d);
    if (!rc && !node_is(doc_root(&st.doc), NODE_OBJECT))
        rc = diag_set(d, E_PARSE, "the header is not an object");
    if (rc)
        return rc;
    rc = check(&c);
    vec_free(&c.spans);
    if (rc)
        return diag_set(d, rc, "memory ran out");
    struct str *dtypes = arena_new_n(a, struct str, MAX(st.n_dtypes, (size_t)1));
    if (!dtypes)
        return diag_set(d, arena_error(a), "memory ran out");
    memcpy(dtypes, c.dtypes, st.n_dtypes * sizeof(*dtypes));
    st.dtypes = dtypes;
    *ret = st;
    return 0;
}
