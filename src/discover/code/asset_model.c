/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which model a call names, who serves it, and how surely. */
#include "discover/code/assets_internal.h"

static const struct catalog_entry *entry_of(const struct code_assets *a, const char *id)
{
    return id ? catalog_entry(a->it->catalog, str_z(id)) : NULL;
}

/* An entry that is no third party may stand before one: langchain-openai. */
static const struct catalog_entry *server_of(const struct code_assets *a,
                                             const struct catalog_entry *e)
{
    return e && !e->service && e->provider ? entry_of(a, e->provider) : e;
}

/* The host of an address. */
static struct str host_of(struct str url)
{
    size_t at = str_find(url, STR("://"), 0);
    struct str s = at == SIZE_MAX ? url : str_sub(url, at + 3, url.n);
    size_t end = 0;
    while (end < s.n && !strchr("/?#:", s.p[end]))
        end++;
    return str_sub(s, 0, end);
}

/* "openai/gpt-4o", "anthropic:claude-...": what stands before is an entry of the catalogue. */
static const struct catalog_entry *prefix_of(const struct code_assets *a, struct str name)
{
    size_t end = 0;
    while (end < name.n && name.p[end] != '/' && name.p[end] != ':')
        end++;
    if (!end || end == name.n)
        return NULL;
    struct str word = str_sub(name, 0, end);
    const struct catalog_entry *e = catalog_entry(a->it->catalog, word);
    return e && (e->service || e->self_hosted) ? e : NULL;
}

/* The client that a method was called of. */
static const struct code_use *client_of(struct code_assets *a, const struct code_use *use)
{
    const struct code_use *found = NULL;
    uint32_t client = uses_take(a->u, use, CODE_TAKE_MODEL_CLIENT);
    uint32_t callee =
        a->c->v[use->node].kind == CODE_CALL ? code_part(a->c, use->node, ROLE_CALLEE) : 0;
    if (!client && callee && a->c->v[callee].kind == CODE_MEMBER)
        client = code_part(a->c, callee, ROLE_OBJECT);
    if (client && !a->error)
        a->error = uses_find(a->u, client, &found);
    return found && found != use ? found : NULL;
}

struct naming {
    const struct code_use *use;
    uint32_t node; /* of the name; 0: none is given */
    struct code_value name;
    uint32_t address; /* node of the base URL */
    const struct catalog_entry *provider;
    bool sure; /* the provider is not only that of the library */
};

static void find_provider(struct code_assets *a, struct naming *n)
{
    const struct code_use *client = client_of(a, n->use);
    const char *fixed = uses_fixed(n->use, CODE_TAKE_PROVIDER);
    n->address = uses_take(a->u, n->use, CODE_TAKE_BASE_URL);
    if (!n->address && client)
        n->address = uses_take(a->u, client, CODE_TAKE_BASE_URL);
    if (!fixed && client)
        fixed = uses_fixed(client, CODE_TAKE_PROVIDER);
    struct code_value url = assets_value(a, n->address);
    const struct catalog_host *host =
        url.kind == VALUE_OF_TEXT ? catalog_host(a->it->catalog, host_of(url.text)) : NULL;
    n->sure = n->address || (!uses_hides(a->u, n->use) && !(client && uses_hides(a->u, client)));
    if (host)
        n->provider = &a->it->catalog->entries[host->entry];
    else if (n->address && url.kind != VALUE_OF_NULL)
        n->provider = NULL; /* somebody else's address */
    else if (n->name.kind == VALUE_OF_TEXT && prefix_of(a, n->name.text))
        n->provider = prefix_of(a, n->name.text);
    else
        n->provider = fixed ? entry_of(a, fixed) : assets_entry(a, n->use);
    n->provider = server_of(a, n->provider);
    if (n->provider && !n->provider->service && !n->provider->self_hosted)
        n->provider = NULL; /* a framework serves nothing */
}

static bool digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* -20250514, -2024-08-06, -0613, -002, @digest, :sha256 */
static bool is_pinned(struct str name)
{
    size_t dash = str_rchr(name, '-');
    struct str tail = dash == SIZE_MAX ? STR("") : str_sub(name, dash + 1, name.n);
    if (str_has(name, STR("@")) || str_has(name, STR(":sha256")))
        return true;
    if (digits(tail) && (tail.n == 8 || tail.n == 4 || tail.n == 3))
        return true;
    return digits(tail) && tail.n == 2 && name.n > 11 && name.p[name.n - 6] == '-' &&
           digits(str_sub(name, name.n - 5, name.n - 3)) && name.p[name.n - 3] == '-' &&
           digits(str_sub(name, name.n - 10, name.n - 6));
}

static void tell_known(struct code_assets *a, uint32_t asset, struct str normal, struct place at)
{
    const struct model_names *names = item_models(a->it);
    const struct catalog *c = a->it->catalog;
    const struct catalog_model *model = names ? model_names_find(names, normal) : NULL;
    const struct catalog_family *family = model   ? &c->families[model->family]
                                          : names ? model_names_family(names, normal)
                                                  : NULL;
    if (family) {
        emit_str(a->e, asset, ATTR_MODEL_FAMILY, str_z(family->id), at);
        emit_state(a->e, STATE_RESOLVED);
        emit_str(a->e, asset, ATTR_MODEL_VENDOR, str_z(family->entry), at);
        emit_state(a->e, STATE_RESOLVED);
    } else {
        emit_unresolved(a->e, asset, ATTR_MODEL_FAMILY, "no family of the catalogue", at);
        emit_unresolved(a->e, asset, ATTR_MODEL_VENDOR, "no family of the catalogue", at);
    }
    if (model && model->retired) {
        emit_str(a->e, asset, ATTR_MODEL_RETIRED, str_z(model->retired), at);
        emit_state(a->e, STATE_RESOLVED);
    }
    if (model && model->replacement) {
        emit_str(a->e, asset, ATTR_MODEL_REPLACEMENT, str_z(model->replacement), at);
        emit_state(a->e, STATE_RESOLVED);
    }
}

static const char *why_unnamed(const struct code_assets *a, const struct naming *n)
{
    if (!n->node && uses_hides(a->u, n->use))
        return "arguments are handed over as a whole";
    if (!n->node)
        return "none is named: the library has one of its own";
    if (n->name.kind == VALUE_OF_NOTHING)
        return n->name.reason;
    return n->name.kind == VALUE_OF_NAME ? "it comes from another module"
                                         : "it is made while the program runs";
}

static void tell_name(struct code_assets *a, uint32_t asset, const struct naming *n,
                      struct str normal, struct place at)
{
    const struct code_value *v = &n->name;
    if (v->kind == VALUE_OF_TEXT) {
        emit_str(a->e, asset, ATTR_MODEL_MODEL, normal, at);
        emit_state(a->e, v->state);
        emit_str(a->e, asset, ATTR_MODEL_SPELLED, v->text, at);
        emit_state(a->e, v->state);
        emit_bool(a->e, asset, ATTR_MODEL_PINNED, is_pinned(v->text), at);
        emit_state(a->e, STATE_INFERRED);
        tell_known(a, asset, normal, at);
    } else {
        emit_unresolved(a->e, asset, ATTR_MODEL_MODEL, why_unnamed(a, n), at);
    }
    if (v->environment.n)
        emit_str(a->e, asset, ATTR_MODEL_VARIABLE, v->environment, at);
    else
        emit_absent(a->e, asset, ATTR_MODEL_VARIABLE, at);
}

static void tell_provider(struct code_assets *a, uint32_t asset, const struct naming *n,
                          struct place at)
{
    if (n->provider) {
        emit_str(a->e, asset, ATTR_MODEL_PROVIDER, str_z(n->provider->id), at);
        emit_state(a->e, n->sure ? STATE_RESOLVED : STATE_INFERRED);
    } else {
        emit_unresolved(a->e, asset, ATTR_MODEL_PROVIDER,
                        n->address ? "an address that the catalogue does not have"
                                   : "the library can use several",
                        at);
    }
    assets_text(a, asset, ATTR_MODEL_BASE_URL, n->address, at);
}

static struct str normal_of(struct code_assets *a, struct str name, struct buf *out)
{
    const struct model_names *names = item_models(a->it);
    if (names && !model_names_normal(names, name, out) && out->n)
        return buf_str(out);
    return name;
}

static const char *task_of(const struct code_use *use)
{
    const char *role = uses_fixed(use, CODE_TAKE_ROLE);
    return role ? role : use->row->is == CODE_IS_EMBEDDING ? "embedding" : NULL;
}

static uint32_t tell(struct code_assets *a, const struct naming *n, struct place at)
{
    AUTO(buf) normal = BUF_INIT;
    AUTO(buf) title = BUF_INIT;
    struct str name = n->name.kind == VALUE_OF_TEXT ? normal_of(a, n->name.text, &normal) : STR("");
    if (!name.n)
        buf_addf(&title, "a model of %s",
                 n->provider ? n->provider->name : assets_entry(a, n->use)->name);
    uint32_t asset = emit_asset(a->e, KIND_MODEL, name.n ? name : buf_str(&title), at);
    tell_provider(a, asset, n, at);
    tell_name(a, asset, n, name, at);
    if (task_of(n->use)) {
        emit_str(a->e, asset, ATTR_MODEL_TASK, str_z(task_of(n->use)), at);
        emit_state(a->e, STATE_RESOLVED);
    }
    assets_row(a, asset, ATTR_MODEL_CATALOG_ROW, n->use, at);
    return asset;
}

uint32_t assets_model(struct code_assets *a, const struct code_use *use)
{
    const struct code_use *other = NULL;
    struct naming n = {.use = use, .node = uses_take(a->u, use, CODE_TAKE_MODEL)};
    const char *fixed = uses_fixed(use, CODE_TAKE_MODEL);
    bool named = fixed;
    for (const struct catalog_take *t = use->row->takes; t && t->what; t++)
        named |= t->what == CODE_TAKE_MODEL;
    if (n.node && !a->error)
        a->error = uses_find(a->u, n.node, &other);
    if (!named || a->error || (other && other != use))
        return FACT_NONE; /* the model is told where it is made */
    n.name = fixed ? (struct code_value){.kind = VALUE_OF_TEXT,
                                         .state = STATE_RESOLVED,
                                         .text = str_z(fixed)}
                   : assets_value(a, n.node);
    find_provider(a, &n);
    struct place at = assets_place(a, n.node ? n.node : use->node, use->pointer);
    uint32_t asset = tell(a, &n, at);
    assets_text(a, asset, ATTR_MODEL_TEMPERATURE, uses_take(a->u, use, CODE_TAKE_TEMPERATURE), at);
    assets_integer(a, asset, ATTR_MODEL_MAX_TOKENS, uses_take(a->u, use, CODE_TAKE_MAX_TOKENS), at);
    return asset;
}

uint32_t assets_model_named(struct code_assets *a, const struct code_use *use, uint32_t node,
                            const struct code_value *v)
{
    struct naming n = {.use = use, .node = node, .name = *v};
    AUTO(buf) normal = BUF_INIT;
    if (v->kind != VALUE_OF_TEXT || !v->text.n)
        return FACT_NONE;
    find_provider(a, &n);
    if (!n.provider) { /* by who makes the model */
        const struct model_names *names = item_models(a->it);
        struct str name = normal_of(a, v->text, &normal);
        const struct catalog_family *f = names ? model_names_family(names, name) : NULL;
        n.provider = server_of(a, f ? entry_of(a, f->entry) : NULL);
        n.sure = false;
        if (n.provider && !n.provider->service)
            n.provider = NULL;
    }
    return tell(a, &n, assets_place(a, node, use->pointer));
}
