/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which nodes of a syntax tree become nodes of code, and what part each plays. */
#include "match/code.h"

#include "match/code_shape.h"
#include "match/syntax_internal.h"

#define NO_SHAPE UINT16_MAX

/* A node of the tree whose children are looked at. */
struct level {
    uint32_t node;  /* of code, to which its children belong */
    uint16_t shape; /* which says what part they play */
    uint8_t role;   /* of ROLE_SAME */
    bool any;       /* a child with a name was seen */
};

struct coding {
    struct syntax_memory *memory;
    const TSTree *tree;
    struct code *c;
    uint16_t *shapes; /* by symbol */
    uint32_t n_symbols;
    const struct syntax_step *end; /* of the shapes of the language */
    struct {
        VEC(struct level);
    } levels;
    int error;
};

static const struct syntax_patterns *patterns_of(const struct syntax_language *l)
{
    return &CODE_PATTERNS[l - SYNTAX_LANGUAGES];
}

bool code_speaks(const struct syntax_language *l)
{
    return patterns_of(l)->n_steps;
}

static int index_shapes(struct coding *k, const struct syntax_language *l)
{
    const struct syntax_patterns *p = patterns_of(l);
    k->n_symbols = ts_language_symbol_count(l->grammar());
    k->shapes = mem_array(NULL, k->n_symbols, sizeof(*k->shapes));
    if (!k->shapes)
        return E_NOMEM;
    for (uint32_t i = 0; i < k->n_symbols; i++)
        k->shapes[i] = NO_SHAPE;
    for (uint16_t i = p->steps; i < p->steps + p->n_steps; i++)
        for (uint16_t j = 0; !CODE_STEPS[i].depth && j < CODE_STEPS[i].n_symbols; j++)
            if (k->shapes[CODE_SYMBOLS[CODE_STEPS[i].symbols + j]] == NO_SHAPE)
                k->shapes[CODE_SYMBOLS[CODE_STEPS[i].symbols + j]] = i;
    k->end = &CODE_STEPS[p->steps + p->n_steps];
    return OK;
}

static bool is_part(const struct syntax_step *s, TSSymbol symbol, TSFieldId field, bool any_before)
{
    bool kind = !s->n_symbols;
    for (uint16_t i = 0; i < s->n_symbols && !kind; i++)
        kind = CODE_SYMBOLS[s->symbols + i] == symbol;
    return kind && (!s->field || s->field == field) && !(s->first && any_before);
}

/* What the shape around a node says it is there; more patterns of its kind may follow. */
static uint8_t role_of(const struct coding *k, const struct level *in, TSSymbol symbol,
                       TSFieldId field)
{
    if (in->shape == NO_SHAPE)
        return ROLE_NONE;
    const struct syntax_step *shape = &CODE_STEPS[in->shape];
    for (const struct syntax_step *s = shape + 1; s < k->end; s++) {
        if (!s->depth && CODE_SYMBOLS[s->symbols] != CODE_SYMBOLS[shape->symbols])
            break;
        if (s->depth && is_part(s, symbol, field, in->any))
            return s->capture == CODE_KIND_COUNT + ROLE_SAME
                       ? in->role
                       : (uint8_t)(s->capture - CODE_KIND_COUNT);
    }
    return ROLE_NONE;
}

static uint32_t add_node(struct coding *k, const struct level *in, enum code_kind kind,
                         uint8_t role, TSNode n)
{
    struct code *c = k->c;
    uint32_t self = (uint32_t)c->n;
    struct code_node node = {.kind = (uint8_t)kind,
                             .role = role,
                             .from = ts_node_start_byte(n),
                             .to = ts_node_end_byte(n),
                             .parent = in->node};
    if (self >= CODE_NODES)
        k->error = E_LIMIT;
    else if (vec_push(c, node))
        k->error = E_NOMEM;
    if (k->error)
        return 0;
    struct code_node *parent = &c->v[in->node];
    if (parent->last)
        c->v[parent->last].next = self;
    else
        parent->first = self;
    parent->last = self;
    return self;
}

/* Are the children of the node under the cursor to be looked at? Then *ret says as what. */
static bool enter(struct coding *k, TSTreeCursor *at, struct level *ret)
{
    struct level *in = &k->levels.v[k->levels.n - 1];
    TSNode n = ts_tree_cursor_current_node(at);
    if (!ts_node_is_named(n))
        return false;
    TSSymbol symbol = ts_node_symbol(n);
    uint16_t shape = symbol < k->n_symbols ? k->shapes[symbol] : NO_SHAPE;
    enum code_kind kind =
        shape == NO_SHAPE ? CODE_OTHER : (enum code_kind)CODE_STEPS[shape].capture;
    uint8_t role = role_of(k, in, symbol, ts_tree_cursor_current_field_id(at));
    if (kind == CODE_SKIP)
        return false;
    in->any = true;
    *ret = (struct level){.node = in->node, .shape = shape, .role = role};
    if (kind != CODE_INLINE && (kind != CODE_OTHER || role != ROLE_NONE))
        ret->node = add_node(k, in, kind, role, n);
    return !k->error && kind != CODE_NAME; /* a name is one word, whatever it is made of */
}

static int code_all(void *ctx)
{
    struct coding *k = ctx;
    TSTreeCursor at = ts_tree_cursor_new(ts_tree_root_node(k->tree));
    struct level next = {.shape = NO_SHAPE};
    if (vec_push(&k->levels, next))
        return E_NOMEM;
    while (!k->error) {
        syntax_memory_spend(k->memory, 1);
        if (enter(k, &at, &next) && ts_tree_cursor_goto_first_child(&at)) {
            if (vec_push(&k->levels, next))
                return E_NOMEM;
            continue;
        }
        while (!k->error && !ts_tree_cursor_goto_next_sibling(&at)) {
            k->levels.n--;
            if (!ts_tree_cursor_goto_parent(&at))
                return OK;
        }
    }
    return k->error;
}

int syntax_code(struct syntax *s, struct code *ret)
{
    struct coding k = {.memory = &s->tree_memory, .tree = s->tree, .c = ret};
    struct code_node file = {.kind = CODE_OTHER, .to = (uint32_t)s->text.n};
    *ret = (struct code)CODE_INIT;
    if (!s->tree || !code_speaks(s->language))
        return E_USAGE;
    ret->text = s->text;
    ret->language = s->language;
    int rc = index_shapes(&k, ret->language);
    if (!rc && vec_push(ret, file))
        rc = E_NOMEM;
    if (!rc)
        rc = syntax_memory_run(k.memory, code_all, &k);
    if (rc)
        syntax_clear(s); /* as after a query: nothing more is told of it */
    mem_free(k.shapes);
    vec_free(&k.levels);
    return rc;
}

void code_done(struct code *c)
{
    vec_free(c);
}

uint32_t code_part(const struct code *c, uint32_t node, enum code_role role)
{
    uint32_t i = c->v[node].first;
    while (i && c->v[i].role != role)
        i = c->v[i].next;
    return i;
}

uint32_t code_part_next(const struct code *c, uint32_t part)
{
    uint32_t i = c->v[part].next;
    while (i && c->v[i].role != c->v[part].role)
        i = c->v[i].next;
    return i;
}
