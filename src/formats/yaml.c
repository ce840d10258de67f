/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how libyaml's events become nodes, where those stand in the input, and when to stop. */
#include <yaml.h>

#include "formats/yaml.h"

#include "base/map.h"
#include "base/vec.h"
#include "formats/doc_build.h"
#include "formats/yaml_scalar.h"

#define TAG_DIRECTIVES_MAX 64 /* libyaml compares each %TAG, and each tag, with all of them */
#define NO_ROW             0  /* of an anchor that stands on a key */

struct yaml {
    yaml_parser_t parser;
    struct doc_build b;
    size_t chars, bytes; /* one place in the text: libyaml counts characters */
    uint32_t last_end;   /* end of the scalar, alias or flow collection read last */
    bool have_key;       /* the next node is the value of b.key_* */
    bool ignore;         /* in a document behind the first */
    size_t aside;        /* open collections that make no rows: in a key, or ignored */
    uint32_t key_begin;  /* of a key that is a collection */
    struct map anchors;  /* name -> row, or NO_ROW */
    struct {
        VEC(struct doc_alias);
    } aliases;
    struct arena memory; /* of the names */
};

/* Characters to bytes. Marks come in ascending order, or nearly so. */
static uint32_t byte_at(struct yaml *y, size_t index)
{
    const char *p = y->b.text.p;
    size_t n = y->b.text.n;

    while (y->chars < index && y->bytes < n) {
        do
            y->bytes++;
        while (y->bytes < n && (p[y->bytes] & 0xc0) == 0x80);
        y->chars++;
    }
    while (y->chars > index && y->bytes > 0) {
        do
            y->bytes--;
        while (y->bytes > 0 && (p[y->bytes] & 0xc0) == 0x80);
        y->chars--;
    }
    return (uint32_t)y->bytes;
}

static int nomem(struct yaml *y, uint32_t off)
{
    if (arena_error(&y->memory) == E_LIMIT)
        return doc_build_fail(&y->b, E_LIMIT, off, "anchors need more memory than the limit of %zu",
                              y->memory.cap);
    return doc_build_fail(&y->b, E_NOMEM, off, "out of memory");
}

static int parser_failed(struct yaml *y)
{
    const yaml_parser_t *p = &y->parser;
    const char *problem = p->problem ? p->problem : "not valid YAML";
    size_t off =
        p->error == YAML_READER_ERROR ? p->problem_offset : byte_at(y, p->problem_mark.index);

    if (p->error == YAML_MEMORY_ERROR)
        return doc_build_fail(&y->b, E_NOMEM, y->bytes, "out of memory");
    if (p->error != YAML_READER_ERROR && p->context)
        return doc_build_fail(&y->b, E_PARSE, off, "%s (%s from line %zu on)", problem, p->context,
                              p->context_mark.line + 1);
    return doc_build_fail(&y->b, E_PARSE, off, "%s", problem);
}

/*
 * libyaml's events begin at the anchor or tag: the place behind these, at most `end`.
 * *ret_tagged tells whether there was a tag, since libyaml hides "!".
 */
static uint32_t behind_properties(struct str text, uint32_t at, uint32_t end, bool *ret_tagged)
{
    *ret_tagged = false;
    while (at < end) {
        char c = text.p[at];
        if (c == '!')
            *ret_tagged = true;
        if (c == '&' || c == '!' || c == '#') {
            bool comment = c == '#';
            while (at < end && text.p[at] != '\n' && text.p[at] != '\r' &&
                   (comment || (text.p[at] != ' ' && text.p[at] != '\t')))
                at++;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            at++;
        } else {
            break;
        }
    }
    return at;
}

/* Where the value of an event begins; its end mark lies at or behind that place. */
static uint32_t value_begin(struct yaml *y, const yaml_event_t *e, bool *ret_tagged)
{
    uint32_t at = byte_at(y, e->start_mark.index), end = byte_at(y, e->end_mark.index);

    *ret_tagged = false;
    if (at >= end || (y->b.text.p[at] != '&' && y->b.text.p[at] != '!'))
        return at;
    return behind_properties(y->b.text, at, end, ret_tagged);
}

/* Remember that the node at `row` has this anchor. */
static int add_anchor(struct yaml *y, const yaml_char_t *name, uint32_t row, uint32_t off)
{
    bool fresh;

    if (!name)
        return OK;
    uint64_t *slot = map_put(&y->anchors, str_z((const char *)name), &fresh);
    if (!slot)
        return nomem(y, off);
    *slot = row;
    return OK;
}

/* The row of an anchor; NO_ROW when it is missing, stands on a key, or on a node around here. */
static uint32_t find_anchor(const struct yaml *y, const yaml_char_t *name)
{
    const uint64_t *hit = map_get(&y->anchors, str_z((const char *)name));
    uint32_t row = y->b.open;

    for (uint32_t left = hit ? y->b.depth : 0; left > 0; left--) {
        if (row == *hit)
            return NO_ROW;
        row = y->b.v[row].parent;
    }
    return hit ? (uint32_t)*hit : NO_ROW;
}

/* True for nodes that make no rows: parts of a key, and all of a later document. */
static bool is_aside(const struct yaml *y)
{
    return y->aside || y->ignore;
}

static bool key_is_next(const struct yaml *y)
{
    return y->b.depth && y->b.v[y->b.open].type == NODE_OBJECT && !y->have_key;
}

/* Offset of the decoded text: in the input where it stands there as it is, else in the pool. */
static int scalar_text(struct yaml *y, const yaml_event_t *e, uint32_t off, uint32_t end,
                       uint32_t *ret_off, bool *ret_cooked)
{
    struct str s = str_n(e->data.scalar.value, e->data.scalar.length);
    uint32_t from = off + (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE);

    if (s.n > y->b.lim->string_bytes)
        return doc_build_fail(&y->b, E_LIMIT, off, "a string has more bytes than the limit of %zu",
                              y->b.lim->string_bytes);
    *ret_off = from;
    *ret_cooked = false;
    if (!s.n || (end >= from && s.n <= end - from && !memcmp(y->b.text.p + from, s.p, s.n)))
        return OK;
    *ret_cooked = true;
    return doc_build_cook_add(&y->b, s, off, ret_off);
}

/* Type by the tag where one of the core schema is given, else by the look of a plain scalar. */
static enum node_type scalar_type(const yaml_event_t *e, bool tagged, bool *ret_true)
{
    static const char *const resolved[] = {YAML_NULL_TAG, YAML_BOOL_TAG, YAML_INT_TAG,
                                           YAML_FLOAT_TAG};
    struct str s = str_n(e->data.scalar.value, e->data.scalar.length);
    const char *tag = (const char *)e->data.scalar.tag;

    for (size_t i = 0; tag && i < ARRAY_LEN(resolved); i++)
        if (!strcmp(tag, resolved[i]))
            return yaml_resolve(s, ret_true);
    if (tagged || e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return NODE_STRING;
    return yaml_resolve(s, ret_true);
}

static int scalar(struct yaml *y, const yaml_event_t *e)
{
    bool tagged, cooked, truth = false, key = key_is_next(y);
    uint32_t off = value_begin(y, e, &tagged), end = byte_at(y, e->end_mark.index), at;
    uint32_t len = (uint32_t)e->data.scalar.length;

    y->last_end = end;
    int rc = add_anchor(y, e->data.scalar.anchor, key || is_aside(y) ? NO_ROW : y->b.n, off);
    if (rc || is_aside(y))
        return rc;
    rc = scalar_text(y, e, off, end, &at, &cooked);
    if (rc)
        return rc;
    y->have_key = key;
    if (key) {
        doc_build_key(&y->b, at, len, off, cooked ? NODE_KEY_COOKED : 0);
        return OK;
    }
    enum node_type type = scalar_type(e, tagged, &truth);
    rc = doc_build_add(&y->b, type, off, end);
    if (!rc)
        doc_build_value(&y->b, at, len, (cooked ? NODE_VALUE_COOKED : 0) | (truth ? NODE_TRUE : 0));
    return rc;
}

static int alias(struct yaml *y, const yaml_event_t *e)
{
    uint32_t off = byte_at(y, e->start_mark.index), end = byte_at(y, e->end_mark.index);

    y->last_end = end;
    if (is_aside(y))
        return OK;
    if (key_is_next(y)) {
        doc_build_key(&y->b, off, end - off, off, 0);
        y->have_key = true;
        return OK;
    }
    y->have_key = false;
    int rc = doc_build_add(&y->b, NODE_NULL, off, end);
    if (rc)
        return rc;
    doc_build_value(&y->b, off + 1, end - off - 1, NODE_ALIAS);
    struct doc_alias pair = {y->b.n - 1, find_anchor(y, e->data.alias.anchor)};
    return pair.target != NO_ROW && vec_push(&y->aliases, pair) ? nomem(y, off) : OK;
}

/* A collection that makes no rows still counts for the depth, which libyaml leaves to us. */
static int open_aside(struct yaml *y, uint32_t off)
{
    if (y->b.depth + y->aside >= y->b.lim->depth)
        return doc_build_fail(&y->b, E_LIMIT, off,
                              "document nests deeper than the limit of %zu levels",
                              y->b.lim->depth);
    if (!y->aside++)
        y->key_begin = off;
    return OK;
}

static int open_collection(struct yaml *y, const yaml_event_t *e, enum node_type type,
                           const yaml_char_t *anchor)
{
    bool tagged, aside = is_aside(y) || key_is_next(y);
    uint32_t off = value_begin(y, e, &tagged);
    int rc = add_anchor(y, anchor, aside ? NO_ROW : y->b.n, off);

    if (rc)
        return rc;
    if (aside)
        return open_aside(y, off);
    y->have_key = false;
    return doc_build_open(&y->b, type, off);
}

static int close_collection(struct yaml *y, const yaml_event_t *e)
{
    uint32_t end = byte_at(y, e->end_mark.index);

    /* The end of a block has no width and stands behind the blanks and comments that follow it. */
    if (e->end_mark.index > e->start_mark.index)
        y->last_end = end;
    if (!y->aside)
        return doc_build_close(&y->b, y->last_end);
    y->aside--;
    if (y->aside || y->ignore)
        return OK;
    doc_build_key(&y->b, y->key_begin, y->last_end - y->key_begin, y->key_begin, 0);
    y->have_key = true;
    return OK;
}

/* Frees, since clearing a table that one document made large would cost every later one. */
static void forget_anchors(struct yaml *y)
{
    if (!y->anchors.n)
        return;
    map_done(&y->anchors);
    arena_clear(&y->memory);
}

static int take_event(struct yaml *y, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT: forget_anchors(y); return OK;
    case YAML_DOCUMENT_END_EVENT: y->ignore = true; return OK;
    case YAML_SCALAR_EVENT: return scalar(y, e);
    case YAML_ALIAS_EVENT: return alias(y, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(y, e, NODE_ARRAY, e->data.sequence_start.anchor);
    case YAML_MAPPING_START_EVENT:
        return open_collection(y, e, NODE_OBJECT, e->data.mapping_start.anchor);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_collection(y, e);
    default: return OK;
    }
}

static int too_many_directives(struct yaml *y)
{
    struct str text = y->b.text, tag = STR("%TAG");
    size_t at = 0, seen = 0;

    for (; (at = str_find(text, tag, at)) != SIZE_MAX; at += tag.n)
        if ((!at || text.p[at - 1] == '\n' || text.p[at - 1] == '\r') &&
            ++seen > TAG_DIRECTIVES_MAX)
            return doc_build_fail(&y->b, E_LIMIT, at, "more than %d %%TAG directives",
                                  TAG_DIRECTIVES_MAX);
    return OK;
}

static int stream(struct yaml *y)
{
    bool end = false;
    int rc = too_many_directives(y);

    yaml_parser_set_encoding(&y->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &y->parser, (const unsigned char *)(y->b.text.n ? y->b.text.p : ""), y->b.text.n);
    while (!rc && !end) {
        yaml_event_t e;
        if (!yaml_parser_parse(&y->parser, &e))
            return parser_failed(y);
        rc = take_event(y, &e);
        end = e.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
    }
    if (!rc && !y->b.n)
        rc = doc_build_add(&y->b, NODE_NULL, 0, 0);
    return rc;
}

/* Hand the rows and aliases over; the latter move to the arena of the former. */
static int finish(struct yaml *y, struct doc *ret)
{
    struct doc_alias *aliases = NULL;

    if (y->aliases.n) {
        aliases = arena_new_n(y->b.a, struct doc_alias, y->aliases.n);
        if (!aliases)
            return doc_build_fail(&y->b, arena_error(y->b.a), y->b.text.n, "no memory for aliases");
        memcpy(aliases, y->aliases.v, y->aliases.n * sizeof(*aliases));
    }
    int rc = doc_build_finish(&y->b, ret);
    if (rc)
        return rc;
    ret->aliases = aliases;
    ret->n_aliases = (uint32_t)y->aliases.n;
    return OK;
}

static void yaml_done(struct yaml *y)
{
    yaml_parser_delete(&y->parser);
    map_done(&y->anchors);
    vec_free(&y->aliases);
    arena_done(&y->memory);
    doc_build_done(&y->b);
}

int yaml_parse(struct str text, const struct limits *lim, struct arena *a, struct doc *ret,
               struct diag *d)
{
    AUTO(yaml) y = {.memory = ARENA(lim->memory)};
    uint32_t bom = str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0;
    struct doc doc;

    y.anchors = (struct map)MAP_OWNED(&y.memory);
    int rc = doc_build_init(&y.b, str_sub(text, bom, text.n), lim, a, d);
    if (rc)
        return rc;
    if (!yaml_parser_initialize(&y.parser))
        return doc_build_fail(&y.b, E_NOMEM, 0, "out of memory");
    rc = stream(&y);
    if (!rc)
        rc = finish(&y, &doc);
    if (rc)
        return rc;
    doc.bom = bom;
    *ret = doc;
    return OK;
}

const struct node *yaml_target(const struct doc *doc, const struct node *n)
{
    uint32_t from = 0, to = doc->n_aliases;

    if (!n || !(n->flags & NODE_ALIAS))
        return n;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (doc->nodes + doc->aliases[mid].row < n)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == doc->n_aliases || doc->nodes + doc->aliases[from].row != n)
        return NULL;
    return doc->nodes + doc->aliases[from].target;
}
