/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which uses of a file are assets, and how an argument becomes an attribute. */
#include "discover/code/assets_internal.h"

#define TITLE_MAX 120u

struct place assets_place(struct code_assets *a, uint32_t node, struct str pointer)
{
    struct str s = code_text(a->c, node), line;
    struct place at = place_offset(a->it, a->text, a->before + a->c->v[node].from);
    at.pointer = pointer;
    at.snippet = str_line(&s, &line) ? line : s;
    return at;
}

struct code_value assets_value(struct code_assets *a, uint32_t node)
{
    struct code_value v = {.state = STATE_ABSENT};
    if (node && !a->error)
        a->error = value_of(a->u->names, node, &v);
    return v;
}

static struct str shown(struct str s)
{
    size_t n = MIN(s.n, (size_t)TEXT_SHOWN);
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_sub(s, 0, n);
}

void assets_text(struct code_assets *a, uint32_t asset, enum attr attr, uint32_t node,
                 struct place at)
{
    struct code_value v = assets_value(a, node);
    if (!node || v.kind == VALUE_OF_NULL) {
        emit_absent(a->e, asset, attr, at);
    } else if ((v.kind == VALUE_OF_TEXT || v.kind == VALUE_OF_NUMBER) && str_trim(v.text).n) {
        emit_str(a->e, asset, attr, shown(str_trim(v.text)), at);
        emit_state(a->e, v.state);
    } else {
        emit_unresolved(a->e, asset, attr,
                        v.kind == VALUE_OF_NOTHING ? v.reason
                        : v.kind == VALUE_OF_NAME  ? "it comes from another module"
                                                   : "it is made while the program runs",
                        at);
    }
}

void assets_integer(struct code_assets *a, uint32_t asset, enum attr attr, uint32_t node,
                    struct place at)
{
    struct code_value v = assets_value(a, node);
    uint64_t number;
    if (!node || v.kind == VALUE_OF_NULL) {
        emit_absent(a->e, asset, attr, at);
    } else if (v.kind == VALUE_OF_NUMBER && !str_to_u64(v.text, &number) && number <= INT64_MAX) {
        emit_int(a->e, asset, attr, (int64_t)number, at);
        emit_state(a->e, v.state);
    } else {
        emit_unresolved(a->e, asset, attr, v.kind == VALUE_OF_NOTHING ? v.reason : "it is computed",
                        at);
    }
}

void assets_truth(struct code_assets *a, uint32_t asset, enum attr attr, const struct code_use *use,
                  enum code_take what, struct place at)
{
    const char *fixed = uses_fixed(use, what);
    uint32_t node = uses_take(a->u, use, what);
    struct code_value v = assets_value(a, node);
    if (fixed) {
        emit_bool(a->e, asset, attr, !strcmp(fixed, "true"), at);
    } else if (!node || v.kind == VALUE_OF_NULL) {
        emit_absent(a->e, asset, attr, at);
    } else if (v.kind == VALUE_OF_TRUTH) {
        emit_bool(a->e, asset, attr, v.truth, at);
        emit_state(a->e, v.state);
    } else if (v.kind == VALUE_OF_NODE || v.kind == VALUE_OF_TEXT) {
        emit_bool(a->e, asset, attr, true, at); /* an executor, or how it is to be done */
        emit_state(a->e, STATE_INFERRED);
    } else {
        emit_unresolved(a->e, asset, attr,
                        v.kind == VALUE_OF_NOTHING ? v.reason : "it comes from another module", at);
    }
}

const struct catalog_entry *assets_entry(const struct code_assets *a, const struct code_use *use)
{
    return &a->it->catalog->entries[use->row->entry];
}

void assets_row(struct code_assets *a, uint32_t asset, enum attr attr, const struct code_use *use,
                struct place at)
{
    const char *const member[2] = {"code", use->row->language};
    emit_catalog_row(a->e, asset, attr, assets_entry(a, use), member, str_z(use->row->name), at);
}

/* The last word of a row: WebSearchTool of agents.WebSearchTool. */
static struct str row_word(const struct code_use *use)
{
    struct str s = str_z(use->row->name);
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++)
        if (strchr(".#/:", s.p[i]))
            from = i + 1;
    return str_sub(s, from, s.n);
}

struct str assets_title(struct code_assets *a, const struct code_use *use, uint32_t definition)
{
    struct code_value v = assets_value(a, uses_take(a->u, use, CODE_TAKE_NAME));
    uint32_t own = definition ? code_part(a->c, definition, ROLE_NAME) : 0;
    struct str name = v.kind == VALUE_OF_TEXT && str_trim(v.text).n ? str_trim(v.text)
                      : use->name.n                                 ? use->name
                      : own                                         ? code_text(a->c, own)
                                                                    : row_word(use);
    return str_sub(name, 0, TITLE_MAX);
}

static bool takes(const struct code_use *use, enum code_take what)
{
    for (const struct catalog_take *t = use->row->takes; t && t->what; t++)
        if (t->what == what)
            return true;
    return false;
}

/* graph.add_node(...): not another group, but something of the one it is called of. */
static bool is_part(const struct code_use *use)
{
    return (use->row->is == CODE_IS_GROUP || use->row->is == CODE_IS_TOOLSET) &&
           takes(use, CODE_TAKE_PARENT);
}

static uint32_t make(struct code_assets *a, const struct code_use *use)
{
    if (is_part(use))
        return FACT_NONE;
    switch (use->row->is) {
    case CODE_IS_MODEL:
    case CODE_IS_EMBEDDING: return assets_model(a, use);
    case CODE_IS_AGENT:
    case CODE_IS_GROUP: return assets_agent(a, use);
    case CODE_IS_TOOL:
    case CODE_IS_TOOLSET: return assets_tool(a, use);
    default: return FACT_NONE;
    }
}

/* What an agent, or a part of one, uses. */
static void relate(struct code_assets *a, const struct code_use *use)
{
    const struct code_use *agent = use;
    if (is_part(use)) {
        uint32_t parent = uses_take(a->u, use, CODE_TAKE_PARENT);
        agent = NULL;
        if (parent)
            a->error = uses_find(a->u, parent, &agent);
    }
    uint32_t asset = agent && !a->error ? a->of_use[agent - a->u->v] : FACT_NONE;
    if (asset != FACT_NONE && (agent->row->is == CODE_IS_AGENT || agent->row->is == CODE_IS_GROUP))
        assets_relate(a, use, asset);
}

int code_assets_emit(struct item *it, struct emit *e, const struct code_uses *u, struct str text,
                     size_t before)
{
    struct code_assets a = {.it = it,
                            .e = e,
                            .u = u,
                            .c = u->names->code,
                            .text = text,
                            .before = before,
                            .functions = MAP_OWNED(it->arena)};
    a.of_use = arena_new_n(it->arena, uint32_t, u->n + 1);
    if (!a.of_use)
        return arena_error(it->arena);
    for (size_t i = 0; i < u->n && !a.error; i++)
        a.of_use[i] = make(&a, &u->v[i]);
    for (size_t i = 0; i < u->n && !a.error; i++)
        relate(&a, &u->v[i]);
    map_done(&a.functions);
    return a.error ? a.error : emit_result(e);
}
