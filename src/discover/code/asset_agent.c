/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an agent is made of: its model, tools and the agents it hands work to. */
#include "discover/code/assets_internal.h"

#define ITEMS_MAX 256 /* of one list */
#define DEPTH_MAX 8   /* of lists in lists */

/* The items of a list, however it is put together. */
struct items {
    uint32_t v[ITEMS_MAX];
    size_t n;
    bool more; /* some that cannot be seen */
};

static void add_items(struct code_assets *a, uint32_t node, struct items *out, int depth);

static void add_parts(struct code_assets *a, uint32_t node, enum code_role role, struct items *out,
                      int depth)
{
    for (uint32_t i = code_part(a->c, node, role); i; i = code_part_next(a->c, i)) {
        if (a->c->v[i].kind == CODE_SPREAD || role == ROLE_VALUE)
            add_items(a, role == ROLE_VALUE ? i : code_part(a->c, i, ROLE_VALUE), out, depth + 1);
        else if (out->n < ITEMS_MAX)
            out->v[out->n++] = i;
        else
            out->more = true;
    }
}

static void add_items(struct code_assets *a, uint32_t node, struct items *out, int depth)
{
    struct code_value v = {.kind = VALUE_OF_NODE, .node = node};
    if (!node || depth > DEPTH_MAX) {
        out->more = true;
        return;
    }
    if (a->c->v[node].kind == CODE_BINARY) {
        add_parts(a, node, ROLE_VALUE, out, depth);
        return;
    }
    v = assets_value(a, node);
    uint8_t kind = v.kind == VALUE_OF_NODE ? a->c->v[v.node].kind : CODE_OTHER;
    if (kind == CODE_LIST || kind == CODE_MAP)
        add_parts(a, v.node, ROLE_ITEM, out, depth);
    else if (kind == CODE_BINARY)
        add_parts(a, v.node, ROLE_VALUE, out, depth);
    else
        out->more = true;
}

/* Of a map {name: tool} the tool. */
static uint32_t item_value(const struct code_assets *a, uint32_t item)
{
    uint32_t value = a->c->v[item].kind == CODE_PAIR ? code_part(a->c, item, ROLE_VALUE) : 0;
    return value ? value : item;
}

/* What an item is called: by the text that names it, else the last word of `search`,
 * `tools.search`, `Search()`, {search: ...}. */
static struct str item_name(struct code_assets *a, uint32_t item)
{
    const struct code_node *v = a->c->v;
    const struct code_use *use = NULL;
    uint32_t i = v[item].kind == CODE_PAIR ? code_part(a->c, item, ROLE_KEY) : item;
    if (v[item].kind != CODE_PAIR && !a->error)
        a->error = uses_find(a->u, item, &use);
    struct code_value named = assets_value(a, use ? uses_take(a->u, use, CODE_TAKE_NAME) : 0);
    if (named.kind == VALUE_OF_TEXT && named.text.n)
        return named.text;
    if (i && v[i].kind == CODE_CALL)
        i = code_part(a->c, i, ROLE_CALLEE);
    if (i && v[i].kind == CODE_MEMBER)
        i = code_part(a->c, i, ROLE_KEY);
    if (i && v[i].kind == CODE_STRING)
        return assets_value(a, i).text;
    return i && v[i].kind == CODE_NAME ? code_text(a->c, i) : STR("");
}

static void tell_list(struct code_assets *a, uint32_t asset, enum attr attr, const uint32_t *nodes,
                      size_t n, struct place at)
{
    struct str names[ITEMS_MAX];
    struct items items = {.n = 0};
    size_t count = 0;
    bool given = false;
    for (size_t i = 0; i < n; i++) {
        struct code_value v = assets_value(a, nodes[i]);
        if (!nodes[i] || v.kind == VALUE_OF_NULL || v.kind == VALUE_OF_TRUTH)
            continue;
        given = true;
        add_items(a, nodes[i], &items, 0);
    }
    for (size_t i = 0; i < items.n; i++) {
        struct str name = item_name(a, items.v[i]);
        if (name.n)
            names[count++] = name;
        else
            items.more = true;
    }
    if (!given)
        emit_absent(a->e, asset, attr, at);
    else if (count || !items.more)
        emit_list(a->e, asset, attr, names, count, at);
    else
        emit_unresolved(a->e, asset, attr, "the list is made while the program runs", at);
    if (given && count && items.more)
        emit_state(a->e, STATE_INFERRED); /* there are more */
}

static uint32_t fact_of(const struct code_assets *a, const struct code_use *use)
{
    return use ? a->of_use[use - a->u->v] : FACT_NONE;
}

static void tell_model(struct code_assets *a, const struct code_use *use, uint32_t asset,
                       struct place at)
{
    const struct code_use *model = NULL;
    uint32_t node = uses_take(a->u, use, CODE_TAKE_MODEL);
    struct code_value v = assets_value(a, node);
    if (node && !a->error)
        a->error = uses_find(a->u, node, &model);
    if (model && model != use)
        node = uses_take(a->u, model, CODE_TAKE_MODEL);
    assets_text(a, asset, ATTR_AGENT_MODEL, node, at);
    if (!model && v.kind == VALUE_OF_TEXT) {
        uint32_t named = assets_model_named(a, use, node, &v);
        if (named != FACT_NONE)
            emit_relation(a->e, asset, VERB_CALLS, named, RELATION_DECLARED, at);
    }
}

static struct place place_of(struct code_assets *a, const struct code_use *use)
{
    return assets_place(a, use->self ? use->self : use->node, use->pointer);
}

uint32_t assets_agent(struct code_assets *a, const struct code_use *use)
{
    struct place at = place_of(a, use);
    uint32_t asset = emit_asset(a->e, KIND_AGENT, assets_title(a, use, use->self), at);
    uint32_t tools = uses_take(a->u, use, CODE_TAKE_TOOLS);
    uint32_t agents[] = {uses_take(a->u, use, CODE_TAKE_AGENTS),
                         uses_take(a->u, use, CODE_TAKE_HANDOFFS)};
    emit_str(a->e, asset, ATTR_AGENT_FRAMEWORK, str_z(assets_entry(a, use)->id), at);
    emit_state(a->e, STATE_RESOLVED);
    emit_bool(a->e, asset, ATTR_AGENT_GROUP, use->row->is == CODE_IS_GROUP, at);
    emit_state(a->e, STATE_RESOLVED);
    tell_model(a, use, asset, at);
    assets_text(a, asset, ATTR_AGENT_INSTRUCTIONS, uses_take(a->u, use, CODE_TAKE_INSTRUCTIONS),
                at);
    tell_list(a, asset, ATTR_AGENT_TOOLS, &tools, 1, at);
    tell_list(a, asset, ATTR_AGENT_AGENTS, agents, ARRAY_LEN(agents), at);
    assets_truth(a, asset, ATTR_AGENT_CODE_EXECUTION, use, CODE_TAKE_CODE_EXECUTION, at);
    assets_integer(a, asset, ATTR_AGENT_MAX_TURNS, uses_take(a->u, use, CODE_TAKE_MAX_TURNS), at);
    assets_row(a, asset, ATTR_AGENT_CATALOG_ROW, use, at);
    return asset;
}

/* --- what it uses ---------------------------------------------------------------------------- */

/* A function of this file, handed over by its name. */
static uint32_t function_fact(struct code_assets *a, uint32_t item)
{
    struct code_value v = assets_value(a, item);
    bool function = v.kind == VALUE_OF_NODE && a->c->v[v.node].kind == CODE_FUNCTION;
    return function ? assets_function(a, v.node) : FACT_NONE;
}

static void relate_item(struct code_assets *a, uint32_t agent, uint32_t item, bool tool,
                        struct place at)
{
    const struct code_use *use = NULL;
    uint32_t value = item_value(a, item);
    if (!a->error)
        a->error = uses_find(a->u, value, &use);
    uint32_t other = fact_of(a, use);
    if (other == FACT_NONE && tool)
        other = function_fact(a, value);
    if (other == FACT_NONE || other == agent)
        return;
    bool is_agent = use && (use->row->is == CODE_IS_AGENT || use->row->is == CODE_IS_GROUP);
    if (is_agent || tool)
        emit_relation(a->e, agent, is_agent ? VERB_DELEGATES_TO : VERB_USES, other,
                      RELATION_DECLARED, at);
}

static void relate_list(struct code_assets *a, uint32_t agent, uint32_t node, bool tool,
                        struct place at)
{
    struct items items = {.n = 0};
    if (node)
        add_items(a, node, &items, 0);
    for (size_t i = 0; i < items.n && !a->error; i++)
        relate_item(a, agent, items.v[i], tool, at);
}

void assets_relate(struct code_assets *a, const struct code_use *use, uint32_t agent)
{
    struct place at = place_of(a, use);
    const struct code_use *model = NULL;
    uint32_t node = uses_take(a->u, use, CODE_TAKE_MODEL);
    if (node && !a->error)
        a->error = uses_find(a->u, node, &model);
    if (model && fact_of(a, model) != FACT_NONE && model != use)
        emit_relation(a->e, agent, VERB_CALLS, fact_of(a, model), RELATION_DECLARED, at);
    relate_list(a, agent, uses_take(a->u, use, CODE_TAKE_TOOLS), true, at);
    relate_list(a, agent, uses_take(a->u, use, CODE_TAKE_AGENTS), false, at);
    relate_list(a, agent, uses_take(a->u, use, CODE_TAKE_HANDOFFS), false, at);
}
