/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which name of a module an expression comes to. */
#include "discover/code/names.h"

#define STEPS_MAX 200u /* bindings and parts that are followed for one answer */
#define NAME_MAX  500u /* bytes of a qualified name */

struct asking {
    const struct names *n;
    unsigned steps;
};

static struct str qualify(struct asking *q, uint32_t node);

static struct str joined(struct asking *q, struct str a, const char *between, struct str b)
{
    if (!a.p || !b.n || a.n + b.n > NAME_MAX)
        return STR_NULL;
    return arena_fmt(q->n->arena, STR_FMT "%s" STR_FMT, STR_ARG(a), between, STR_ARG(b));
}

/* A name of a module, a member of an object. */
static struct str member_of(struct asking *q, struct str object, struct str key)
{
    return joined(q, object, str_ends(object, STR("#")) ? "" : ".", key);
}

static struct str instance_of(struct asking *q, struct str made)
{
    return joined(q, made, str_ends(made, STR("#")) ? "default" : "", STR("()"));
}

static struct str module_name(struct asking *q, struct str module)
{
    return q->n->script ? joined(q, module, "", STR("#")) : module;
}

static struct str module_part(struct asking *q, struct str module, struct str part)
{
    return joined(q, module, q->n->script ? "#" : str_ends(module, STR(".")) ? "" : ".", part);
}

static struct str of_binding(struct asking *q, const struct binding *b)
{
    struct str s = STR_NULL;
    switch (b->kind) {
    case BINDING_MODULE: return module_name(q, b->module);
    case BINDING_IMPORT: return module_part(q, b->module, b->part);
    case BINDING_PART: return member_of(q, qualify(q, b->value), b->part);
    case BINDING_VALUE:
    case BINDING_PARAMETER:
        if (b->value)
            s = qualify(q, b->value);
        return s.p || !b->type ? s : instance_of(q, qualify(q, b->type));
    default: return STR_NULL;
    }
}

/* A name that nobody bound may come from the only module all of whose names were imported. */
static struct str of_name(struct asking *q, uint32_t node)
{
    struct str name = code_text(q->n->code, node);
    const struct binding *b = names_find(q->n, name, node, NULL);
    if (b)
        return of_binding(q, b);
    return q->n->stars.n == 1 ? module_part(q, q->n->stars.v[0], name) : STR_NULL;
}

static struct str of_member(struct asking *q, uint32_t node)
{
    const struct code *c = q->n->code;
    uint32_t object = code_part(c, node, ROLE_OBJECT), key = code_part(c, node, ROLE_KEY);
    uint32_t self = object ? names_self(q->n, object) : 0;
    if (!object || !key)
        return STR_NULL;
    if (self) {
        const struct binding *b = names_member(q->n, self, code_text(c, key));
        return b ? of_binding(q, b) : STR_NULL;
    }
    return member_of(q, qualify(q, object), code_text(c, key));
}

/* require("m"), import("m") */
static struct str of_require(struct asking *q, uint32_t callee, uint32_t argument)
{
    struct str name = code_text(q->n->code, callee);
    uint32_t text = argument ? code_part(q->n->code, argument, ROLE_TEXT) : 0;
    if (!q->n->script || !text || q->n->code->v[text].next ||
        (!str_eq_z(name, "require") && !str_eq_z(name, "import")))
        return STR_NULL;
    return module_name(q, code_text(q->n->code, text));
}

/* What the only `return` of a function of this file gives. */
static struct str of_result(struct asking *q, uint32_t function)
{
    uint32_t result = q->n->results[function];
    if (result == function)
        return STR_NULL;
    uint32_t value = code_part(q->n->code, result ? result : function, ROLE_VALUE);
    if (!result && !value) /* (x) => x.y: the body is the value, and no block */
        value = code_part(q->n->code, function, ROLE_BODY);
    return value ? qualify(q, value) : STR_NULL;
}

static uint32_t function_of(struct asking *q, uint32_t callee)
{
    const struct code *c = q->n->code;
    const struct binding *b = NULL;
    if (c->v[callee].kind == CODE_NAME)
        b = names_find(q->n, code_text(c, callee), callee, NULL);
    else if (c->v[callee].kind == CODE_MEMBER) {
        uint32_t object = code_part(c, callee, ROLE_OBJECT);
        uint32_t self = object ? names_self(q->n, object) : 0;
        if (self)
            b = names_member(q->n, self, code_text(c, code_part(c, callee, ROLE_KEY)));
    }
    bool made = b && (b->kind == BINDING_FUNCTION || b->kind == BINDING_VALUE) && b->value;
    return made && c->v[b->value].kind == CODE_FUNCTION ? b->value : 0;
}

static struct str of_call(struct asking *q, uint32_t node)
{
    const struct code *c = q->n->code;
    uint32_t callee = code_part(c, node, ROLE_CALLEE);
    if (!callee)
        return STR_NULL;
    struct str s = of_require(q, callee, code_part(c, node, ROLE_ARGUMENT));
    if (s.p)
        return s;
    uint32_t function = function_of(q, callee);
    return function ? of_result(q, function) : instance_of(q, qualify(q, callee));
}

/* The first of its values that has a name. */
static struct str of_either(struct asking *q, uint32_t node)
{
    struct str s = STR_NULL;
    for (uint32_t v = code_part(q->n->code, node, ROLE_VALUE); v && !s.p;
         v = code_part_next(q->n->code, v))
        s = qualify(q, v);
    return s;
}

static struct str qualify(struct asking *q, uint32_t node)
{
    if (q->steps++ >= STEPS_MAX)
        return STR_NULL;
    switch (q->n->code->v[node].kind) {
    case CODE_NAME: return of_name(q, node);
    case CODE_MEMBER: return of_member(q, node);
    case CODE_CALL: return of_call(q, node);
    case CODE_BINARY:
    case CODE_EITHER: return of_either(q, node);
    case CODE_ASSIGN: return of_either(q, node);
    default: return STR_NULL;
    }
}

struct str names_qualify(const struct names *n, uint32_t node)
{
    return qualify(&(struct asking){.n = n}, node);
}
