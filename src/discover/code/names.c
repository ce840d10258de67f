/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the names of a file are bound to. */
#include "discover/code/names.h"

#define LOOKS_MAX 4096 /* bindings of one name that a look-up passes */

static const struct code_node *node_at(const struct names *n, uint32_t i)
{
    return &n->code->v[i];
}

static struct str text_at(const struct names *n, uint32_t i)
{
    return code_text(n->code, i);
}

static bool is_scope(const struct code_node *n)
{
    return n->kind == CODE_FUNCTION || n->kind == CODE_CLASS;
}

static uint32_t scope_around(const struct names *n, uint32_t i)
{
    return n->scopes[i];
}

static uint32_t class_around(const struct names *n, uint32_t i)
{
    uint32_t s = n->scopes[i];
    while (s && node_at(n, s)->kind != CODE_CLASS)
        s = n->scopes[s];
    return s;
}

static int bind(struct names *n, struct binding b)
{
    bool fresh;
    if (!b.name.n)
        return OK;
    uint64_t *slot = map_put(&n->last, b.name, &fresh);
    if (!slot)
        return E_NOMEM;
    b.before = (uint32_t)*slot;
    *slot = n->bindings.n + 1;
    return vec_push(&n->bindings, b);
}

/* --- imports --------------------------------------------------------------------------------- */

static struct str unquoted(const struct names *n, uint32_t string)
{
    uint32_t text = code_part(n->code, string, ROLE_TEXT);
    return text && !node_at(n, text)->next ? text_at(n, text) : STR("");
}

static struct str module_text(const struct names *n, uint32_t module)
{
    return node_at(n, module)->kind == CODE_STRING ? unquoted(n, module) : text_at(n, module);
}

/* import a.b, c as d: of the first only `a` is bound. */
static int bind_module(struct names *n, uint32_t import, uint32_t module)
{
    struct binding b = {.kind = BINDING_MODULE, .scope = scope_around(n, import), .node = import};
    if (node_at(n, module)->kind == CODE_ALIAS) {
        b.module = text_at(n, code_part(n->code, module, ROLE_NAME));
        b.name = text_at(n, code_part(n->code, module, ROLE_ALIAS));
    } else {
        struct str name = text_at(n, module);
        b.name = b.module = str_sub(name, 0, str_chr(name, '.', 0));
    }
    return bind(n, b);
}

/* What an import takes out of its module. */
static int bind_item(struct names *n, uint32_t import, struct str module, uint32_t item)
{
    const struct code_node *i = node_at(n, item);
    struct binding b = {
        .kind = BINDING_IMPORT, .scope = scope_around(n, import), .node = import, .module = module};
    uint32_t alias = code_part(n->code, item, ROLE_ALIAS);
    if (i->kind == CODE_STAR && !alias)
        return vec_push(&n->stars, module);
    if (i->kind == CODE_STAR) {
        b.kind = BINDING_MODULE;
        b.name = text_at(n, alias);
    } else if (i->kind == CODE_ALIAS) {
        b.part = text_at(n, code_part(n->code, item, ROLE_NAME));
        b.name = alias ? text_at(n, alias) : b.part;
    } else {
        b.name = text_at(n, item);
        b.part = n->script ? STR("default") : b.name;
    }
    return bind(n, b);
}

static int bind_import(struct names *n, uint32_t import)
{
    uint32_t module = code_part(n->code, import, ROLE_MODULE);
    uint32_t item = code_part(n->code, import, ROLE_ITEM);
    int rc = OK;
    if (!item && !n->script)
        for (uint32_t m = module; m && !rc; m = code_part_next(n->code, m))
            rc = bind_module(n, import, m);
    struct str name = module ? module_text(n, module) : STR("");
    for (uint32_t i = item; i && name.n && !rc; i = code_part_next(n->code, i))
        rc = bind_item(n, import, name, i);
    return rc;
}

/* --- assignments ----------------------------------------------------------------------------- */

/* self.x = value, this.x = value: a member of the class around it. */
static bool bind_self(const struct names *n, uint32_t target, struct binding *b)
{
    uint32_t object = code_part(n->code, target, ROLE_OBJECT);
    uint32_t class_node = object ? names_self(n, object) : 0;
    if (!class_node)
        return false;
    b->scope = class_node;
    b->name = text_at(n, code_part(n->code, target, ROLE_KEY));
    return true;
}

static int bind_target(struct names *n, uint32_t target, struct binding b);

/* const {a, b: c} = value */
static int bind_parts(struct names *n, uint32_t map, struct binding b)
{
    int rc = OK;
    b.kind = b.kind == BINDING_VALUE && b.value ? BINDING_PART : BINDING_OTHER;
    for (uint32_t i = node_at(n, map)->first; i && !rc; i = node_at(n, i)->next) {
        struct binding part = b;
        uint32_t to = i;
        part.part = text_at(n, i);
        if (node_at(n, i)->kind == CODE_PAIR) {
            part.part = text_at(n, code_part(n->code, i, ROLE_KEY));
            to = code_part(n->code, i, ROLE_VALUE);
        }
        if (to && node_at(n, to)->kind == CODE_NAME) {
            part.name = text_at(n, to);
            rc = bind(n, part);
        }
    }
    return rc;
}

/* a, b = c, d */
static int bind_list(struct names *n, uint32_t list, struct binding b)
{
    uint32_t value =
        b.value && node_at(n, b.value)->kind == CODE_LIST ? node_at(n, b.value)->first : 0;
    int rc = OK;
    for (uint32_t i = node_at(n, list)->first; i && !rc; i = node_at(n, i)->next) {
        struct binding one = b;
        one.kind = value ? b.kind : BINDING_OTHER;
        one.value = value;
        rc = node_at(n, i)->kind == CODE_NAME ? bind_target(n, i, one) : OK;
        value = value ? node_at(n, value)->next : 0;
    }
    return rc;
}

static int bind_target(struct names *n, uint32_t target, struct binding b)
{
    switch (node_at(n, target)->kind) {
    case CODE_NAME: b.name = text_at(n, target); return bind(n, b);
    case CODE_MEMBER: return bind_self(n, target, &b) ? bind(n, b) : OK;
    case CODE_MAP: return bind_parts(n, target, b);
    case CODE_LIST: return bind_list(n, target, b);
    default: return OK;
    }
}

static int bind_assign(struct names *n, uint32_t assign)
{
    uint32_t target = code_part(n->code, assign, ROLE_TARGET);
    struct binding b = {.kind = BINDING_VALUE,
                        .scope = scope_around(n, assign),
                        .node = assign,
                        .value = code_part(n->code, assign, ROLE_VALUE),
                        .type = code_part(n->code, assign, ROLE_TYPE)};
    if (!b.value && !b.type)
        b.kind = BINDING_OTHER;
    return target ? bind_target(n, target, b) : OK;
}

/* --- definitions ----------------------------------------------------------------------------- */

static int bind_definition(struct names *n, uint32_t i, enum binding_kind kind)
{
    uint32_t name = code_part(n->code, i, ROLE_NAME);
    struct binding b = {.kind = kind, .scope = scope_around(n, i), .node = i, .value = i};
    b.name = name ? text_at(n, name) : STR("");
    return bind(n, b);
}

static int bind_parameter(struct names *n, uint32_t function, uint32_t i)
{
    struct binding b = {.kind = BINDING_PARAMETER, .scope = function, .node = i};
    uint32_t name = i;
    if (node_at(n, i)->kind == CODE_PARAMETER) {
        name = code_part(n->code, i, ROLE_NAME);
        b.value = code_part(n->code, i, ROLE_VALUE);
        b.type = code_part(n->code, i, ROLE_TYPE);
    }
    if (name && node_at(n, name)->kind == CODE_MAP)
        return bind_parts(n, name, b);
    if (!name || node_at(n, name)->kind != CODE_NAME)
        return OK;
    b.name = text_at(n, name);
    return bind(n, b);
}

static int bind_parameters(struct names *n, uint32_t function)
{
    int rc = OK;
    for (uint32_t i = code_part(n->code, function, ROLE_PARAMETER); i && !rc;
         i = code_part_next(n->code, i))
        rc = bind_parameter(n, function, i);
    return rc;
}

static int bind_node(struct names *n, uint32_t i)
{
    int rc;
    switch (node_at(n, i)->kind) {
    case CODE_IMPORT: return bind_import(n, i);
    case CODE_ASSIGN: return bind_assign(n, i);
    case CODE_CLASS: return bind_definition(n, i, BINDING_CLASS);
    case CODE_FUNCTION:
        rc = bind_definition(n, i, BINDING_FUNCTION);
        return rc ? rc : bind_parameters(n, i);
    default: return OK;
    }
}

int names_read(const struct code *c, struct arena *a, struct names *ret)
{
    *ret = (struct names){.code = c, .arena = a, .last = MAP_INIT};
    ret->script = c->language && (str_eq_z(STR("javascript"), c->language->id) ||
                                  str_eq_z(STR("typescript"), c->language->id) ||
                                  str_eq_z(STR("tsx"), c->language->id));
    ret->scopes = arena_new_n(a, uint32_t, c->n);
    ret->results = arena_new_n(a, uint32_t, c->n);
    if (!ret->scopes || !ret->results)
        return arena_error(a);
    int rc = OK;
    for (uint32_t i = 1; i < c->n; i++) {
        uint32_t parent = c->v[i].parent;
        uint32_t scope = is_scope(&c->v[parent]) ? parent : ret->scopes[parent];
        ret->scopes[i] = scope;
        if (c->v[i].kind == CODE_RETURN)
            ret->results[scope] = ret->results[scope] ? scope : i;
    }
    for (uint32_t i = 1; i < c->n && !rc; i++)
        rc = bind_node(ret, i);
    return rc;
}

void names_done(struct names *n)
{
    map_done(&n->last);
    vec_free(&n->bindings);
    vec_free(&n->stars);
}

/* --- look-up --------------------------------------------------------------------------------- */

/* Of one scope: the last binding before the node, else the first. */
static const struct binding *find_in(const struct names *n, struct str name, uint32_t scope,
                                     uint32_t node, bool *ret_several)
{
    const uint64_t *slot = map_get(&n->last, name);
    const struct binding *best = NULL;
    size_t found = 0, looked = 0;
    for (size_t i = slot ? (size_t)*slot : 0; i && looked < LOOKS_MAX;
         i = n->bindings.v[i - 1].before, looked++) {
        const struct binding *b = &n->bindings.v[i - 1];
        if (b->scope != scope)
            continue;
        found++;
        if (!best || best->node > node)
            best = b; /* they come from the last to the first */
    }
    *ret_several = found > 1;
    return best;
}

const struct binding *names_find(const struct names *n, struct str name, uint32_t node,
                                 bool *ret_several)
{
    bool several;
    for (uint32_t s = n->scopes[node], from = node;; from = s, s = n->scopes[s]) {
        /* Names of a class are members: not seen from its functions. */
        bool hidden = s && node_at(n, s)->kind == CODE_CLASS && from != node;
        const struct binding *b = hidden ? NULL : find_in(n, name, s, node, &several);
        if (b) {
            if (ret_several)
                *ret_several = several;
            return b;
        }
        if (!s)
            return NULL;
    }
}

const struct binding *names_member(const struct names *n, uint32_t class_node, struct str name)
{
    bool several;
    return find_in(n, name, class_node, UINT32_MAX, &several);
}

uint32_t names_self(const struct names *n, uint32_t node)
{
    struct str name = text_at(n, node);
    if (node_at(n, node)->kind != CODE_NAME ||
        !(n->script ? str_eq_z(name, "this") : str_eq_z(name, "self") || str_eq_z(name, "cls")))
        return 0;
    return class_around(n, node);
}
