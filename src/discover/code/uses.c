/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which calls, decorators and classes of a file are rows of the catalogue. */
#include "discover/code/uses.h"

#include "base/buf.h"

#define NAME_MAX 64u /* bytes of a name in a pointer */

struct finding {
    struct code_uses *u;
    const struct names *n;
    const struct code *c;
    const struct catalog *catalog;
    struct str language;
    struct map pointers; /* how often each was given */
};

static uint32_t part(const struct code_uses *u, uint32_t node, enum code_role role)
{
    return node ? code_part(u->names->code, node, role) : 0;
}

static enum code_kind kind(const struct code_uses *u, uint32_t node)
{
    return (enum code_kind)u->names->code->v[node].kind;
}

static struct str text(const struct code_uses *u, uint32_t node)
{
    return node ? code_text(u->names->code, node) : STR("");
}

static struct str key_of(const uint32_t *node)
{
    return str_n((const char *)node, sizeof(*node));
}

/* --- what it is called ----------------------------------------------------------------------- */

/* x = CALL, x: CALL of a map, f(x=CALL): the name that the expression is given. */
static struct str bound_name(const struct finding *f, uint32_t node)
{
    const struct code_node *v = f->c->v;
    uint32_t i = node;
    while (v[i].parent && (v[v[i].parent].kind == CODE_CALL ? v[i].role != ROLE_ARGUMENT
                                                            : v[v[i].parent].kind == CODE_MEMBER))
        i = v[i].parent; /* what is called of it is bound as well */
    uint32_t around = v[i].parent;
    enum code_role role = (enum code_role)v[i].role;
    if (!around || role != ROLE_VALUE)
        return STR("");
    uint32_t name = code_part(f->c, around, v[around].kind == CODE_PAIR ? ROLE_KEY : ROLE_TARGET);
    if (v[around].kind != CODE_ASSIGN && v[around].kind != CODE_PAIR)
        return STR("");
    if (name && v[name].kind == CODE_MEMBER)
        name = code_part(f->c, name, ROLE_KEY);
    return name && v[name].kind == CODE_NAME ? code_text(f->c, name) : STR("");
}

/* def writer(self): return CALL */
static struct str result_name(const struct finding *f, uint32_t node)
{
    const struct code_node *v = f->c->v;
    uint32_t around = v[node].parent, function = f->n->scopes[node];
    bool result = v[around].kind == CODE_RETURN ||
                  (v[around].kind == CODE_FUNCTION && v[node].role == ROLE_BODY);
    if (!result || !function || v[function].kind != CODE_FUNCTION)
        return STR("");
    uint32_t name = code_part(f->c, function, ROLE_NAME);
    return name ? code_text(f->c, name) : bound_name(f, function);
}

static struct str own_name(const struct finding *f, const struct code_use *use)
{
    uint32_t name = use->self ? code_part(f->c, use->self, ROLE_NAME) : 0;
    if (use->self)
        return name ? code_text(f->c, name) : STR("");
    struct str bound = bound_name(f, use->node);
    bool model = use->row->is == CODE_IS_MODEL || use->row->is == CODE_IS_EMBEDDING;
    return bound.n || model ? bound : result_name(f, use->node);
}

/* A function without a name has that of what it is assigned to. */
static void add_scopes(const struct finding *f, uint32_t scope, struct buf *out, int depth)
{
    if (!scope || depth > 32)
        return;
    add_scopes(f, f->n->scopes[scope], out, depth + 1);
    uint32_t own = code_part(f->c, scope, ROLE_NAME);
    struct str name = own ? code_text(f->c, own) : bound_name(f, scope);
    if (name.n)
        buf_addf(out, "/" STR_FMT, STR_ARG(name));
}

/* The place of a definition that stays while lines move. */
static int point(struct finding *f, struct code_use *use)
{
    AUTO(buf) out = BUF_INIT;
    bool fresh;
    add_scopes(f, f->n->scopes[use->self ? use->self : use->node], &out, 0);
    struct str last = str_sub(buf_str(&out), str_rchr(buf_str(&out), '/') + 1, out.n);
    if (use->name.n && !str_eq(last, use->name)) /* not that of the function which gives it */
        buf_addf(&out, "/" STR_FMT, STR_ARG(use->name));
    else if (!use->name.n)
        buf_addf(&out, "/%s", CODE_IS_NAMES[use->row->is]);
    uint64_t *slot = buf_result(&out) ? NULL : map_put(&f->pointers, buf_str(&out), &fresh);
    if (!slot)
        return E_NOMEM;
    if (++*slot > 1)
        buf_addf(&out, "/%llu", (unsigned long long)*slot);
    use->pointer = buf_result(&out) ? STR_NULL : arena_str(f->n->arena, buf_str(&out));
    return use->pointer.p ? OK : E_NOMEM;
}

/* --- finding them ---------------------------------------------------------------------------- */

static const struct catalog_code *row_of(struct finding *f, uint32_t node, enum code_form form)
{
    struct str name = node ? names_qualify(f->n, node) : STR_NULL;
    return name.p ? catalog_code(f->catalog, f->language, form, name) : NULL;
}

/* The text that names it, where it is bound to nothing. */
static int given_name(struct finding *f, struct code_use *use)
{
    struct code_value v;
    uint32_t node = uses_take(f->u, use, CODE_TAKE_NAME);
    int rc = node ? value_of(f->n, node, &v) : OK;
    if (!rc && node && v.kind == VALUE_OF_TEXT && v.text.n <= NAME_MAX &&
        !str_has(v.text, STR("/")))
        use->name = v.text;
    return rc;
}

static int add(struct finding *f, struct code_use use)
{
    bool fresh;
    use.name = own_name(f, &use);
    int rc = use.name.n ? OK : given_name(f, &use);
    rc = rc ? rc : point(f, &use);
    uint32_t *key = rc ? NULL : arena_new(f->n->arena, uint32_t);
    if (!key)
        return rc ? rc : arena_error(f->n->arena);
    *key = use.self ? use.self : use.node;
    uint64_t *slot = map_put(&f->u->at, key_of(key), &fresh);
    if (!slot)
        return E_NOMEM;
    if (fresh)
        *slot = f->u->n + 1;
    return vec_push(f->u, use);
}

static int take_call(struct finding *f, uint32_t node)
{
    if (f->c->v[node].role == ROLE_DECORATOR)
        return OK; /* it is of what it decorates */
    const struct catalog_code *row = row_of(f, part(f->u, node, ROLE_CALLEE), CODE_FORM_CALL);
    return row ? add(f, (struct code_use){.row = row, .node = node}) : OK;
}

/* @x, @x(...): of a function or a class. */
static int take_decorated(struct finding *f, uint32_t node, uint32_t self)
{
    int rc = OK;
    for (uint32_t d = code_part(f->c, node, ROLE_DECORATOR); d && !rc;
         d = code_part_next(f->c, d)) {
        uint32_t what = kind(f->u, d) == CODE_CALL ? part(f->u, d, ROLE_CALLEE) : d;
        const struct catalog_code *row = row_of(f, what, CODE_FORM_DECORATOR);
        if (row)
            rc = add(f, (struct code_use){.row = row, .node = d, .self = self});
    }
    return rc;
}

static int take_class(struct finding *f, uint32_t node)
{
    for (uint32_t a = code_part(f->c, node, ROLE_ARGUMENT); a; a = code_part_next(f->c, a)) {
        const struct catalog_code *row = row_of(f, a, CODE_FORM_BASE);
        if (row)
            return add(f, (struct code_use){.row = row, .node = node, .self = node});
    }
    return OK;
}

static int take_node(struct finding *f, uint32_t i)
{
    switch (kind(f->u, i)) {
    case CODE_CALL: return take_call(f, i);
    case CODE_DECORATED: return take_decorated(f, i, code_part(f->c, i, ROLE_VALUE));
    case CODE_CLASS: return take_class(f, i);
    default: return OK;
    }
}

int uses_read(const struct names *n, const struct catalog *c, const char *language,
              struct code_uses *ret)
{
    *ret = (struct code_uses){.names = n, .at = MAP_INIT};
    struct finding f = {.u = ret,
                        .n = n,
                        .c = n->code,
                        .catalog = c,
                        .language = str_z(language),
                        .pointers = MAP_OWNED(n->arena)};
    int rc = OK;
    for (uint32_t i = 1; i < n->code->n && !rc; i++)
        rc = take_node(&f, i);
    map_done(&f.pointers);
    return rc ? rc : arena_error(n->arena);
}

void code_uses_done(struct code_uses *u)
{
    map_done(&u->at);
    vec_free(u);
}

/* --- arguments ------------------------------------------------------------------------------- */

/* What a map, or the arguments of a call, has under a name. */
static uint32_t named(const struct code_uses *u, uint32_t in, enum code_role role, struct str name)
{
    for (uint32_t i = part(u, in, role); i; i = code_part_next(u->names->code, i)) {
        uint32_t key = kind(u, i) == CODE_PAIR ? part(u, i, ROLE_KEY) : 0;
        struct str said =
            text(u, key && kind(u, key) == CODE_STRING ? part(u, key, ROLE_TEXT) : key);
        if (key && str_eq(said, name))
            return part(u, i, ROLE_VALUE);
        if (kind(u, i) == CODE_NAME && role == ROLE_ITEM && str_eq(text(u, i), name))
            return i; /* {model} */
        if (kind(u, i) == CODE_FUNCTION && role == ROLE_ITEM &&
            str_eq(text(u, part(u, i, ROLE_NAME)), name))
            return i; /* {execute() {}} */
    }
    return 0;
}

/* The map that an expression is at last, by a name of this file, or 0. */
static uint32_t map_of(const struct code_uses *u, uint32_t node)
{
    struct code_value v;
    if (kind(u, node) == CODE_MAP)
        return node;
    if (kind(u, node) != CODE_NAME || value_of(u->names, node, &v) || v.kind != VALUE_OF_NODE)
        return 0;
    return kind(u, v.node) == CODE_MAP ? v.node : 0;
}

/* A name among the arguments; of JavaScript among the members of those that are objects. */
static uint32_t argument_named(const struct code_uses *u, uint32_t call, struct str name)
{
    uint32_t found = named(u, call, ROLE_ARGUMENT, name);
    for (uint32_t a = part(u, call, ROLE_ARGUMENT); a && !found && u->names->script;
         a = code_part_next(u->names->code, a)) {
        uint32_t map = map_of(u, a);
        found = map ? named(u, map, ROLE_ITEM, name) : 0;
    }
    return found;
}

static uint32_t argument_at(const struct code_uses *u, uint32_t call, int position)
{
    for (uint32_t a = part(u, call, ROLE_ARGUMENT); a; a = code_part_next(u->names->code, a)) {
        if (kind(u, a) == CODE_PAIR)
            continue;
        if (kind(u, a) == CODE_SPREAD)
            return 0;
        if (!position--)
            return a;
    }
    return 0;
}

/* A member that a class sets for itself. */
static uint32_t class_member(const struct code_uses *u, uint32_t class_node, struct str name)
{
    const struct binding *b = names_member(u->names, class_node, name);
    return b && (b->kind == BINDING_VALUE || b->kind == BINDING_FUNCTION) ? b->value : 0;
}

/* "options.model": the member of a map, or of the arguments of what makes it. */
static uint32_t argument_inside(const struct code_uses *u, uint32_t call, struct str path)
{
    struct str name;
    uint32_t at = call;
    bool first = true;
    while (at && str_field(&path, '.', &name)) {
        struct code_value v = {.node = at};
        if (!first && value_of(u->names, at, &v))
            return 0;
        at = v.node;
        first = false;
        if (kind(u, at) == CODE_MAP)
            at = named(u, at, ROLE_ITEM, name);
        else if (kind(u, at) == CODE_CLASS)
            at = class_member(u, at, name);
        else
            at = argument_named(u, at, name);
    }
    return at;
}

static uint32_t receiver_of(const struct code_uses *u, const struct code_use *use)
{
    uint32_t call = kind(u, use->node) == CODE_CALL ? part(u, use->node, ROLE_CALLEE) : use->node;
    return call && kind(u, call) == CODE_MEMBER ? part(u, call, ROLE_OBJECT) : 0;
}

uint32_t uses_take(const struct code_uses *u, const struct code_use *use, enum code_take what)
{
    uint32_t found = 0;
    for (const struct catalog_take *t = use->row->takes; t && t->what && !found; t++) {
        if (t->what != what)
            continue;
        if (t->argument)
            found = argument_inside(u, use->node, str_z(t->argument));
        else if (t->position == CODE_POSITION_SELF)
            found = use->self;
        else if (t->position == CODE_POSITION_RECEIVER)
            found = receiver_of(u, use);
        else if (kind(u, use->node) == CODE_CALL)
            found = argument_at(u, use->node, t->position);
    }
    return found;
}

const char *uses_fixed(const struct code_use *use, enum code_take what)
{
    for (const struct catalog_fixed *f = use->row->fixed; f && f->what; f++)
        if (f->what == what)
            return f->value;
    return NULL;
}

bool uses_hides(const struct code_uses *u, const struct code_use *use)
{
    for (uint32_t a = part(u, use->node, ROLE_ARGUMENT); a; a = code_part_next(u->names->code, a)) {
        if (kind(u, a) == CODE_SPREAD)
            return true;
        uint32_t map = u->names->script ? map_of(u, a) : 0;
        for (uint32_t i = part(u, map, ROLE_ITEM); i; i = code_part_next(u->names->code, i))
            if (kind(u, i) == CODE_SPREAD)
                return true;
        if (u->names->script && !map && kind(u, a) == CODE_NAME)
            return true; /* an object made elsewhere */
    }
    return false;
}

int uses_find(const struct code_uses *u, uint32_t node, const struct code_use **ret)
{
    struct code_value v;
    *ret = NULL;
    for (int depth = 0; node && depth < 32; depth++) {
        int rc = value_of(u->names, node, &v);
        if (rc)
            return rc;
        uint32_t at = v.kind == VALUE_OF_NODE ? v.node : node;
        const uint64_t *slot = map_get(&u->at, key_of(&at));
        if (slot) {
            *ret = &u->v[*slot - 1];
            return OK;
        }
        /* An object of a class of this file, or what a method of an object gives. */
        if (kind(u, at) == CODE_CALL)
            node = part(u, at, ROLE_CALLEE);
        else if (kind(u, at) == CODE_MEMBER)
            node = part(u, at, ROLE_OBJECT);
        else
            return OK;
    }
    return OK;
}
