/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an expression is worth, and how sure that is. */
#include "discover/code/value.h"

#include "base/buf.h"

#define STEPS_MAX 200u /* expressions and bindings that are followed for one answer */
#define TEXT_MAX  ((size_t)64 << 10)

struct valuing {
    const struct names *n;
    unsigned steps;
    int error;
};

static struct code_value value(struct valuing *w, uint32_t node);

static struct code_value nothing(uint32_t node, const char *reason)
{
    return (struct code_value){
        .kind = VALUE_OF_NOTHING, .state = STATE_UNRESOLVED, .node = node, .reason = reason};
}

static struct code_value made(enum code_value_kind kind, uint32_t node)
{
    return (struct code_value){.kind = kind, .state = STATE_DECLARED, .node = node};
}

/* Not surer than `least`: declared, resolved, inferred, default. */
static struct code_value at_most(struct code_value v, enum attr_state least)
{
    if (v.kind == VALUE_OF_NOTHING)
        return v;
    if (v.state == STATE_DECLARED || (v.state == STATE_RESOLVED && least != STATE_DECLARED))
        v.state = least;
    return v;
}

static uint32_t part(const struct valuing *w, uint32_t node, enum code_role role)
{
    return node ? code_part(w->n->code, node, role) : 0;
}

static struct str text(const struct valuing *w, uint32_t node)
{
    return node ? code_text(w->n->code, node) : STR("");
}

static enum code_kind kind(const struct valuing *w, uint32_t node)
{
    return (enum code_kind)w->n->code->v[node].kind;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* The escapes that all languages share; others stay as they are. */
static void add_unescaped(struct buf *out, struct str s)
{
    static const char from[] = "ntr\\\"'`$/", to[] = "\n\t\r\\\"'`$/";
    for (size_t i = 0; i < s.n; i++) {
        const char *at = s.p[i] == '\\' && i + 1 < s.n ? strchr(from, s.p[i + 1]) : NULL;
        if (at && *at) {
            buf_addc(out, to[at - from]);
            i++;
        } else if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '\n') {
            i++;
        } else {
            buf_addc(out, s.p[i]);
        }
    }
}

static struct str kept(struct valuing *w, const struct buf *b)
{
    struct str s = arena_str(w->n->arena, buf_str(b));
    if (buf_result(b))
        w->error = buf_result(b);
    else if (!s.p)
        w->error = arena_error(w->n->arena);
    return s.p ? s : STR("");
}

/* r"..." of Python. */
static bool is_raw(const struct valuing *w, uint32_t node)
{
    struct str s = text(w, node);
    for (size_t i = 0; i < s.n && s.p[i] != '"' && s.p[i] != '\''; i++)
        if (s.p[i] == 'r' || s.p[i] == 'R')
            return true;
    return false;
}

static struct code_value of_string(struct valuing *w, uint32_t node)
{
    const struct code *c = w->n->code;
    struct code_value v = made(VALUE_OF_TEXT, node);
    uint32_t only = c->v[node].first;
    if (only && !c->v[only].next && c->v[only].role == ROLE_TEXT &&
        !str_has(text(w, only), STR("\\"))) {
        v.text = text(w, only);
        return v;
    }
    AUTO(buf) out = BUF_INIT;
    bool raw = is_raw(w, node);
    for (uint32_t i = only; i; i = c->v[i].next) {
        if (c->v[i].role == ROLE_TEXT) {
            if (raw)
                buf_add(&out, text(w, i));
            else
                add_unescaped(&out, text(w, i));
            continue;
        }
        struct code_value hole = value(w, i);
        if (hole.kind != VALUE_OF_TEXT && hole.kind != VALUE_OF_NUMBER)
            return nothing(node, "part of the text is not known before the program runs");
        buf_add(&out, hole.text);
        v = at_most(v, STATE_RESOLVED);
        v = at_most(v, hole.state == STATE_DECLARED ? STATE_RESOLVED : hole.state);
        if (out.n > TEXT_MAX)
            return nothing(node, "the text is too long");
    }
    v.text = kept(w, &out);
    return v;
}

/* What stands between two values: "+", "||", "??". */
static struct str operator_of(const struct valuing *w, uint32_t a, uint32_t b)
{
    const struct code *c = w->n->code;
    struct str s = str_trim(str_sub(c->text, c->v[a].to, c->v[b].from));
    while (s.n && strchr("()", s.p[0]))
        s = str_trim(str_sub(s, 1, s.n));
    while (s.n && strchr("()", s.p[s.n - 1]))
        s = str_trim(str_sub(s, 0, s.n - 1));
    return s;
}

static struct code_value of_joined(struct valuing *w, uint32_t node)
{
    const struct code *c = w->n->code;
    AUTO(buf) out = BUF_INIT;
    struct code_value v = made(VALUE_OF_TEXT, node);
    for (uint32_t i = c->v[node].first; i; i = c->v[i].next) {
        if (c->v[i].role == ROLE_NONE)
            continue; /* x as T */
        struct code_value one = value(w, i);
        if (one.kind != VALUE_OF_TEXT)
            return nothing(node, "part of the text is not known before the program runs");
        buf_add(&out, one.text);
        v = at_most(v, one.state);
        if (out.n > TEXT_MAX)
            return nothing(node, "the text is too long");
    }
    v.text = kept(w, &out);
    return v;
}

/* a or b, a ?? b, c ? a : b. A variable of the environment that may be unset: what comes then. */
static struct code_value of_either(struct valuing *w, uint32_t node)
{
    const struct code *c = w->n->code;
    struct code_value found = nothing(node, "no value is known before the program runs");
    struct str environment = STR("");
    for (uint32_t i = part(w, node, ROLE_VALUE); i; i = code_part_next(c, i)) {
        struct code_value v = value(w, i);
        if (v.environment.n && !environment.n)
            environment = v.environment;
        if (v.kind == VALUE_OF_NOTHING || v.kind == VALUE_OF_NULL)
            continue;
        found = at_most(v, environment.n ? STATE_DEFAULT : STATE_INFERRED);
        break;
    }
    if (!found.environment.n)
        found.environment = environment;
    return found;
}

static struct code_value of_binary(struct valuing *w, uint32_t node)
{
    uint32_t a = part(w, node, ROLE_VALUE), b = a ? code_part_next(w->n->code, a) : 0;
    if (part(w, node, ROLE_ITEM))
        return of_joined(w, node); /* "a" "b" */
    if (!a || !b)
        return nothing(node, "it is computed");
    struct str op = operator_of(w, a, b);
    if (str_eq_z(op, "+"))
        return of_joined(w, node);
    if (str_eq_z(op, "||") || str_eq_z(op, "??"))
        return of_either(w, node);
    return nothing(node, "it is computed");
}

/* --- names ----------------------------------------------------------------------------------- */

static struct code_value of_qualified(struct valuing *w, uint32_t node, const char *reason)
{
    struct code_value v = made(VALUE_OF_NAME, node);
    v.text = names_qualify(w->n, node);
    if (arena_error(w->n->arena))
        w->error = arena_error(w->n->arena);
    v.state = STATE_UNRESOLVED;
    return v.text.p ? v : nothing(node, reason);
}

/* What a map of this file has at a key. */
static struct code_value of_key(struct valuing *w, uint32_t map, struct str key, uint32_t node)
{
    const struct code *c = w->n->code;
    for (uint32_t i = c->v[map].first; i; i = c->v[i].next) {
        uint32_t k = kind(w, i) == CODE_PAIR ? part(w, i, ROLE_KEY) : 0;
        struct code_value name = {.text = text(w, k)};
        if (k && kind(w, k) == CODE_STRING)
            name = of_string(w, k);
        if (k && str_eq(name.text, key))
            return at_most(value(w, part(w, i, ROLE_VALUE)), STATE_RESOLVED);
        if (kind(w, i) == CODE_NAME && str_eq(text(w, i), key))
            return at_most(value(w, i), STATE_RESOLVED);
    }
    return nothing(node, "nothing in this file gives it a value");
}

static struct code_value of_binding(struct valuing *w, const struct binding *b, bool several,
                                    uint32_t node)
{
    struct code_value v;
    switch (b->kind) {
    case BINDING_VALUE:
        if (!b->value)
            return nothing(node, "nothing in this file gives it a value");
        v = at_most(value(w, b->value), STATE_RESOLVED);
        return several ? at_most(v, STATE_INFERRED) : v;
    case BINDING_PART:
        v = value(w, b->value);
        if (v.kind == VALUE_OF_NODE && kind(w, v.node) == CODE_MAP)
            return of_key(w, v.node, b->part, node);
        return of_qualified(w, node, "it is taken from something else");
    case BINDING_PARAMETER:
        if (!b->value)
            return nothing(node, "it is given by who calls the function");
        return at_most(value(w, b->value), STATE_DEFAULT);
    case BINDING_FUNCTION:
    case BINDING_CLASS: return made(VALUE_OF_NODE, b->value);
    case BINDING_MODULE:
    case BINDING_IMPORT: return of_qualified(w, node, "it comes from another module");
    default: return nothing(node, "it changes while the program runs");
    }
}

static struct code_value of_name(struct valuing *w, uint32_t node)
{
    bool several = false;
    const struct binding *b = names_find(w->n, text(w, node), node, &several);
    if (!b)
        return of_qualified(w, node, "nothing in this file gives it a value");
    return of_binding(w, b, several, node);
}

/* --- the environment ------------------------------------------------------------------------- */

static bool is_environment(struct str name)
{
    return str_eq_z(name, "os.environ") || str_eq_z(name, "os.getenv") ||
           str_eq_z(name, "os.environ.get") || str_eq_z(name, "dotenv.dotenv_values()");
}

static bool is_process_env(const struct valuing *w, uint32_t node)
{
    struct str s = text(w, node);
    return w->n->script &&
           (str_eq_z(s, "process.env") || str_eq_z(s, "import.meta.env") || str_eq_z(s, "Bun.env"));
}

static struct code_value of_variable(struct str name, uint32_t node)
{
    struct code_value v = nothing(node, "a variable of the environment decides it");
    v.environment = name;
    return v;
}

/* os.getenv("NAME", default) */
static bool reads_environment(struct valuing *w, uint32_t call, struct code_value *ret)
{
    struct str name = names_qualify(w->n, part(w, call, ROLE_CALLEE));
    uint32_t first = part(w, call, ROLE_ARGUMENT);
    if (!name.p || !is_environment(name) || !first || kind(w, first) != CODE_STRING)
        return false;
    struct str variable = of_string(w, first).text;
    uint32_t second = code_part_next(w->n->code, first);
    if (second && kind(w, second) == CODE_PAIR)
        second = part(w, second, ROLE_VALUE);
    *ret = second ? at_most(value(w, second), STATE_DEFAULT) : of_variable(variable, call);
    if (ret->kind == VALUE_OF_NULL || ret->kind == VALUE_OF_NOTHING)
        *ret = of_variable(variable, call);
    ret->environment = variable;
    return true;
}

static struct code_value of_call(struct valuing *w, uint32_t node)
{
    struct code_value v;
    if (part(w, node, ROLE_CALLEE) && reads_environment(w, node, &v))
        return v;
    return made(VALUE_OF_NODE, node);
}

/* --- members --------------------------------------------------------------------------------- */

static struct code_value of_member_of(struct valuing *w, uint32_t object, struct str key,
                                      uint32_t node)
{
    struct code_value v = value(w, object);
    if (v.kind == VALUE_OF_NODE && kind(w, v.node) == CODE_MAP)
        return of_key(w, v.node, key, node);
    if (v.kind == VALUE_OF_NODE && kind(w, v.node) == CODE_CLASS) {
        const struct binding *b = names_member(w->n, v.node, key);
        return b ? of_binding(w, b, false, node) : nothing(node, "the class does not set it");
    }
    /* A member of an enumeration has what it stands for as its value. */
    if ((v.kind == VALUE_OF_TEXT || v.kind == VALUE_OF_NUMBER) && str_eq_z(key, "value"))
        return v;
    return of_qualified(w, node, "it is a member of something else");
}

static struct code_value of_member(struct valuing *w, uint32_t node)
{
    uint32_t object = part(w, node, ROLE_OBJECT);
    struct str key = text(w, part(w, node, ROLE_KEY));
    uint32_t self = object ? names_self(w->n, object) : 0;
    if (!object || !key.n)
        return nothing(node, "it is a member of something else");
    if (is_process_env(w, object))
        return of_variable(key, node);
    if (self) {
        const struct binding *b = names_member(w->n, self, key);
        return b ? of_binding(w, b, false, node) : nothing(node, "the class does not set it");
    }
    return of_member_of(w, object, key, node);
}

static struct code_value of_index(struct valuing *w, uint32_t node)
{
    uint32_t object = part(w, node, ROLE_OBJECT), key = part(w, node, ROLE_KEY);
    struct code_value k = key ? value(w, key) : nothing(node, "it is computed");
    struct str name = object ? names_qualify(w->n, object) : STR_NULL;
    if (k.kind != VALUE_OF_TEXT)
        return nothing(node, "it is computed");
    if ((name.p && is_environment(name)) || (object && is_process_env(w, object)))
        return of_variable(k.text, node);
    return of_member_of(w, object, k.text, node);
}

static struct code_value value(struct valuing *w, uint32_t node)
{
    struct code_value v;
    if (!node || w->error || w->steps++ >= STEPS_MAX)
        return nothing(node, "too much has to be followed to find it");
    switch (kind(w, node)) {
    case CODE_STRING: return of_string(w, node);
    case CODE_NUMBER:
        v = made(VALUE_OF_NUMBER, node);
        v.text = text(w, node);
        return v;
    case CODE_TRUE:
    case CODE_FALSE:
        v = made(VALUE_OF_TRUTH, node);
        v.truth = kind(w, node) == CODE_TRUE;
        return v;
    case CODE_NULL: return made(VALUE_OF_NULL, node);
    case CODE_NAME: return of_name(w, node);
    case CODE_MEMBER: return of_member(w, node);
    case CODE_INDEX: return of_index(w, node);
    case CODE_CALL: return of_call(w, node);
    case CODE_BINARY: return of_binary(w, node);
    case CODE_EITHER: return of_either(w, node);
    case CODE_LIST:
    case CODE_MAP:
    case CODE_FUNCTION:
    case CODE_CLASS: return made(VALUE_OF_NODE, node);
    default: return nothing(node, "it is computed");
    }
}

int value_of(const struct names *n, uint32_t node, struct code_value *ret)
{
    struct valuing w = {.n = n};
    *ret = value(&w, node);
    return w.error;
}
