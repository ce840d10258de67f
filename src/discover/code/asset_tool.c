/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is known of a tool: its function, what the model is told, what it hands over. */
#include "discover/code/assets_internal.h"

#define PARAMETERS_MAX 64

/* The text that a function or class begins with, as Python has it. */
static uint32_t document_of(const struct code_assets *a, uint32_t definition)
{
    uint32_t body = definition ? code_part(a->c, definition, ROLE_BODY) : 0;
    uint32_t first = body ? a->c->v[body].first : 0;
    bool text = first && a->c->v[first].kind == CODE_STRING && a->c->v[first].role == ROLE_NONE &&
                a->c->v[first].from == a->c->v[body].from;
    return text && !a->u->names->script ? first : 0;
}

static struct str parameter_name(const struct code_assets *a, uint32_t parameter)
{
    uint32_t name = a->c->v[parameter].kind == CODE_PARAMETER
                        ? code_part(a->c, parameter, ROLE_NAME)
                        : parameter;
    return name && a->c->v[name].kind == CODE_NAME ? code_text(a->c, name) : STR("");
}

static void tell_parameters(struct code_assets *a, uint32_t asset, uint32_t function,
                            struct place at)
{
    struct str names[PARAMETERS_MAX];
    size_t n = 0;
    for (uint32_t p = code_part(a->c, function, ROLE_PARAMETER); p && n < PARAMETERS_MAX;
         p = code_part_next(a->c, p)) {
        struct str name = parameter_name(a, p);
        if (name.n && !str_eq_z(name, "self") && !str_eq_z(name, "cls"))
            names[n++] = name;
    }
    emit_list(a->e, asset, ATTR_TOOL_PARAMETERS, names, n, at);
}

/* The method of a class that does the work. */
static uint32_t method_of(const struct code_assets *a, uint32_t class_node)
{
    static const char *const names[] = {"_run", "_arun",    "forward", "run",
                                        "call", "__call__", "execute", "_call"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct binding *b = names_member(a->u->names, class_node, str_z(names[i]));
        if (b && b->kind == BINDING_FUNCTION)
            return b->value;
    }
    return 0;
}

/* The function or class behind a tool: decorated, inherited, handed over. */
static uint32_t definition_of(struct code_assets *a, const struct code_use *use)
{
    if (use->self)
        return use->self;
    uint32_t node = uses_take(a->u, use, CODE_TAKE_FUNCTION);
    struct code_value v = assets_value(a, node);
    return v.kind == VALUE_OF_NODE &&
                   (a->c->v[v.node].kind == CODE_FUNCTION || a->c->v[v.node].kind == CODE_CLASS)
               ? v.node
               : 0;
}

static void tell_function(struct code_assets *a, uint32_t asset, uint32_t definition,
                          struct place at)
{
    uint32_t function = definition;
    uint32_t name = definition ? code_part(a->c, definition, ROLE_NAME) : 0;
    if (definition && a->c->v[definition].kind == CODE_CLASS)
        function = method_of(a, definition);
    if (name)
        emit_str(a->e, asset, ATTR_TOOL_FUNCTION, code_text(a->c, name), at);
    else if (definition)
        emit_absent(a->e, asset, ATTR_TOOL_FUNCTION, at); /* it has no name */
    else
        emit_unresolved(a->e, asset, ATTR_TOOL_FUNCTION, "it stands in another module", at);
    if (function)
        tell_parameters(a, asset, function, at);
    else
        emit_unresolved(a->e, asset, ATTR_TOOL_PARAMETERS, "the function is not in this file", at);
}

static void tell_description(struct code_assets *a, uint32_t asset, uint32_t given,
                             uint32_t definition, struct place at)
{
    uint32_t function = definition;
    if (!given && definition && a->c->v[definition].kind == CODE_CLASS)
        function = document_of(a, definition) ? definition : method_of(a, definition);
    assets_text(a, asset, ATTR_TOOL_DESCRIPTION, given ? given : document_of(a, function), at);
}

uint32_t assets_tool(struct code_assets *a, const struct code_use *use)
{
    struct place at = assets_place(a, use->self ? use->self : use->node, use->pointer);
    uint32_t definition = definition_of(a, use);
    uint32_t asset = emit_asset(a->e, KIND_TOOL, assets_title(a, use, definition), at);
    emit_str(a->e, asset, ATTR_TOOL_FRAMEWORK, str_z(assets_entry(a, use)->id), at);
    emit_state(a->e, STATE_RESOLVED);
    tell_function(a, asset, definition, at);
    tell_description(a, asset, uses_take(a->u, use, CODE_TAKE_DESCRIPTION), definition, at);
    assets_row(a, asset, ATTR_TOOL_CATALOG_ROW, use, at);
    return asset;
}

uint32_t assets_function(struct code_assets *a, uint32_t function)
{
    uint32_t key = function, name = code_part(a->c, function, ROLE_NAME);
    bool fresh;
    uint64_t *slot = map_put(&a->functions, str_n((const char *)&key, sizeof(key)), &fresh);
    if (!slot || !name) {
        a->error = slot ? a->error : E_NOMEM;
        return FACT_NONE;
    }
    if (!fresh)
        return (uint32_t)*slot - 1;
    struct str text = code_text(a->c, name);
    struct place at =
        assets_place(a, function, arena_fmt(a->it->arena, "/" STR_FMT, STR_ARG(text)));
    uint32_t asset = emit_asset(a->e, KIND_TOOL, text, at);
    *slot = (uint64_t)asset + 1;
    emit_absent(a->e, asset, ATTR_TOOL_FRAMEWORK, at);
    tell_function(a, asset, function, at);
    tell_description(a, asset, 0, function, at);
    return asset;
}
