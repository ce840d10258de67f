/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which application uses the packages that code imports. */
#include "base/path.h"
#include "discover/packages/package_emit.h"
#include "link/imports.h"

static int same_scope(struct importing *in, const struct linked_item *a,
                      const struct linked_item *b, bool *ret)
{
    struct scope of_a, of_b;
    int rc = scope_of(in->l, a->target, a->path, &of_a);
    if (!rc)
        rc = scope_of(in->l, b->target, b->path, &of_b);
    *ret = !rc && str_eq(of_a.id, of_b.id);
    return rc;
}

/* The innermost project around a path: its folder, and who makes it one (NULL: the root of the
 * repository, or of an archive, as such). */
static int project_of(struct importing *in, const struct linked_item *it, struct str path,
                      struct str *ret_folder, const struct maker **ret)
{
    uint32_t index;
    bool same = false;
    size_t bang = SIZE_MAX;
    for (size_t at = str_find(path, STR("!/"), 0); at != SIZE_MAX;
         at = str_find(path, STR("!/"), at + 1))
        bang = at;
    struct str root = bang == SIZE_MAX ? STR("") : str_sub(path, 0, bang + 1);
    int rc = folder_find(&in->projects, it->target, path_dir(path), &index);
    *ret = NULL;
    *ret_folder = root;
    if (rc || index == FACT_NONE)
        return rc;
    const struct maker *m = &in->makers.v[index];
    rc = same_scope(in, it, m->item, &same);
    if (rc || !same || m->folder.n < root.n)
        return rc;
    *ret = m;
    *ret_folder = m->folder;
    return 0;
}

/* The path of a folder inside of the scope, told from that of a file below it. */
static struct str scope_folder(struct str file, struct str folder, struct str file_in_scope)
{
    size_t below = file.n - folder.n;
    struct str s = str_sub(file_in_scope, 0, file_in_scope.n - MIN(below, file_in_scope.n));
    return str_ends(s, STR("/")) ? str_sub(s, 0, s.n - 1) : s;
}

static int new_application(struct importing *in, const struct fact *f, struct str path,
                           struct str folder, const struct maker *m)
{
    struct observation o = {.kind = KIND_PACKAGE, .at = f->at};
    int rc = link_observation(in->l, &o);
    if (rc)
        return rc;
    struct code_application a = {
        .at = f->at, .language = f->source, .labels = o.labels, .handle = FACT_NONE};
    bool named = m && m->application != SIZE_MAX;
    if (named)
        a.handle = m->item->handles[m->application];
    if (m || str_ends(folder, STR("!")))
        a.scope_path = scope_folder(path, folder, o.scope_path);
    a.manifest = m && !named ? m->manifest : STR("");
    a.name = m && m->name.n ? m->name : path_base(a.scope_path);
    if (str_ends(a.name, STR("!"))) /* the root of an archive */
        a.name = str_sub(a.name, 0, a.name.n - 1);
    if (!a.name.n)
        rc = root_name(in->l, f->at.target, f->at.path, &a.name);
    return rc ? rc : vec_push(&in->applications, a);
}

/* The application of a folder; of its places, one without labels shows it best. */
static int application_of(struct importing *in, struct linked_item *it, const struct fact *f,
                          struct str path, struct str folder, const struct maker *m, uint32_t *ret)
{
    AUTO(buf) key = BUF_INIT;
    struct scope scope;
    bool fresh;
    int rc = scope_of(in->l, it->target, it->path, &scope);
    if (!rc)
        rc = IMPORT_KEY(&key, it->target, scope.id, folder);
    uint64_t *slot = rc ? NULL : map_put(&in->at, buf_str(&key), &fresh);
    if (!slot)
        return rc ? rc : E_NOMEM;
    if (fresh) {
        *slot = in->applications.n;
        rc = new_application(in, f, path, folder, m);
    } else if (in->applications.v[*slot].labels) {
        uint32_t labels = labels_of_path(path);
        if (!labels) {
            in->applications.v[*slot].at = f->at;
            in->applications.v[*slot].language = f->source;
            in->applications.v[*slot].labels = 0;
        }
    }
    *ret = (uint32_t)*slot;
    return rc;
}

static int take_import(struct importing *in, struct linked_item *it, const struct fact *f)
{
    const struct catalog_import *row = catalog_import(in->l->catalog, f->source, f->pattern);
    struct str path = tree_path(in->l, &f->at), folder;
    const struct maker *m;
    bool hidden = false;
    struct code_import import = {.at = f->at, .row = row};
    if (!path.p)
        return arena_error(&in->l->mem);
    if (!row || labels_of_path(path) & 1u << LABEL_VENDORED)
        return 0; /* what others' code imports, this one need not use */
    int rc = project_of(in, it, path, &folder, &m);
    if (!rc)
        rc = import_find_declared(in, it->target, path_dir(path), &import);
    if (!rc)
        rc = import_shadowed(in, it, path, row, &hidden);
    /* What a manifest declares is meant, whatever a folder is called. */
    bool declared = import.declared == DECLARED;
    bool mine = import.own && (hidden || !declared);
    if (rc || mine || (!declared && (hidden || !f->sure)))
        return rc;
    rc = application_of(in, it, f, path, folder, m, &import.application);
    return rc ? rc : vec_push(&in->imports, import);
}

static bool is_of_code(const struct fact *f)
{
    return f->type == FACT_ASSET && (f->asset.kind == KIND_MODEL || f->asset.kind == KIND_AGENT ||
                                     f->asset.kind == KIND_TOOL);
}

/* A model, agent or tool belongs to the application of its file. `import`: the first one there. */
static int take_asset(struct importing *in, struct linked_item *it, size_t i,
                      const struct fact *import)
{
    struct fact f = {.at = it->facts.v[i].asset.at, .source = import->source};
    struct code_asset asset = {
        .at = f.at, .handle = it->handles[i], .kind = it->facts.v[i].asset.kind};
    struct str path = tree_path(in->l, &f.at), folder;
    const struct maker *m;
    if (!path.p)
        return arena_error(&in->l->mem);
    if (labels_of_path(path) & 1u << LABEL_VENDORED)
        return 0;
    int rc = project_of(in, it, path, &folder, &m);
    if (!rc)
        rc = application_of(in, it, &f, path, folder, m, &asset.application);
    return rc ? rc : vec_push(&in->assets, asset);
}

static int take_item(struct importing *in, struct linked_item *it)
{
    const struct fact *import = NULL;
    int rc = item_open(in->l, it);
    for (size_t i = 0; i < it->facts.n && !rc; i++) {
        const struct fact *f = &it->facts.v[i];
        if (f->type == FACT_IMPORT)
            rc = take_import(in, it, f);
        if (f->type == FACT_IMPORT && !import)
            import = f;
        if (import && is_of_code(f))
            rc = take_asset(in, it, i, import);
    }
    return rc;
}

/* --- into the inventory ---------------------------------------------------------------------- */

static struct attribute text_attr(enum attr a, const char *v, enum attr_state state,
                                  const struct place *at)
{
    return (struct attribute){
        .attr = a, .state = state, .value = {.type = VALUE_STRING, .text = str_z(v)}, .at = *at};
}

static int add_application(struct importing *in, struct code_application *a)
{
    const struct place *at = &a->at;
    struct attribute attrs[2] = {
        text_attr(ATTR_APPLICATION_LANGUAGE, "", STATE_INFERRED, at),
        text_attr(ATTR_APPLICATION_MANIFEST, "", STATE_DECLARED, at),
    };
    attrs[0].value.text = a->language;
    attrs[1].value.text = a->manifest;
    struct observation o = {.kind = KIND_APPLICATION,
                            .name = a->name,
                            .at = *at,
                            .attrs = attrs,
                            .n_attrs = a->manifest.n ? 2 : 1};
    if (a->handle != FACT_NONE)
        return 0;
    int rc = link_observation(in->l, &o);
    o.scope_path = a->scope_path.p ? a->scope_path : STR("");
    if (!rc)
        rc = inventory_add(in->inv, &o, &a->handle);
    if (!rc)
        rc = vec_push(&in->l->made, ((struct code_made){a->handle, *at}));
    return rc ? rc : owners_apply(in->l, in->inv, a->handle, at);
}

static int add_import(struct importing *in, const struct code_import *im)
{
    const struct place *at = &im->at;
    const struct catalog_import *row = im->row;
    const struct catalog_entry *e =
        catalog_package(in->l->catalog, str_z(row->ecosystem), str_z(im->package));
    struct str purl = package_purl(row->ecosystem, str_z(im->package), &in->l->mem);
    struct str seen =
        e ? arena_fmt(&in->l->mem, "%s imports.%s %s", e->id, row->language, row->name) : STR_NULL;
    if (!e || !purl.p || !seen.p)
        return e ? arena_error(&in->l->mem) : E_BUG;
    struct attribute attrs[] = {
        text_attr(ATTR_PACKAGE_ECOSYSTEM, row->ecosystem, STATE_DECLARED, at),
        text_attr(ATTR_PACKAGE_PACKAGE, im->package, STATE_DECLARED, at),
        text_attr(ATTR_PACKAGE_PURL, "", STATE_DECLARED, at),
        text_attr(ATTR_PACKAGE_SDK, e->id, STATE_RESOLVED, at),
        text_attr(ATTR_PACKAGE_CATALOG_ROW, seen.p, STATE_RESOLVED, at),
        text_attr(ATTR_PACKAGE_ROLE, e->category, STATE_RESOLVED, at),
        text_attr(ATTR_PACKAGE_DECLARED_IN, "code", STATE_DECLARED, at),
        {.attr = ATTR_PACKAGE_DIRECT,
         .state = STATE_DECLARED,
         .value = {.type = VALUE_BOOLEAN, .number = 1},
         .at = *at},
        {.attr = ATTR_PACKAGE_UNDECLARED,
         .state = STATE_INFERRED,
         .value = {.type = VALUE_BOOLEAN, .number = im->declared == UNDECLARED},
         .at = *at},
    };
    attrs[2].value.text = purl;
    struct observation o = {.kind = KIND_PACKAGE,
                            .name = str_z(im->package),
                            .at = *at,
                            .attrs = attrs,
                            .n_attrs = ARRAY_LEN(attrs) - (im->declared == UNTOLD)};
    uint32_t self;
    int rc = link_observation(in->l, &o);
    if (!rc)
        rc = inventory_add(in->inv, &o, &self);
    if (!rc)
        rc = inventory_relate(in->inv, in->applications.v[im->application].handle, VERB_USES, self,
                              RELATION_DECLARED, at);
    return rc ? rc : service_of_package(in->l, in->inv, self, &o);
}

static int relate_asset(struct importing *in, const struct code_asset *a)
{
    uint32_t application = in->applications.v[a->application].handle;
    if (a->kind == KIND_MODEL)
        return inventory_relate(in->inv, application, VERB_CALLS, a->handle, RELATION_DECLARED,
                                &a->at);
    return inventory_relate(in->inv, a->handle, VERB_DEFINED_IN, application, RELATION_DECLARED,
                            &a->at);
}

static int join_imports(struct importing *in)
{
    int rc = 0;
    bool any = false;
    for (size_t k = 0; k < in->l->items.n && !any; k++)
        any = item_has(&in->l->items.v[k], FACT_IMPORT);
    if (any)
        rc = import_take_estate(in);
    for (size_t k = 0; any && k < in->l->items.n && !rc; k++) {
        struct linked_item *it = &in->l->items.v[k];
        if (item_has(it, FACT_IMPORT))
            rc = take_item(in, it);
    }
    for (size_t i = 0; i < in->applications.n && !rc; i++)
        rc = add_application(in, &in->applications.v[i]);
    for (size_t i = 0; i < in->imports.n && !rc; i++)
        rc = add_import(in, &in->imports.v[i]);
    for (size_t i = 0; i < in->assets.n && !rc; i++)
        rc = relate_asset(in, &in->assets.v[i]);
    return rc;
}

int link_imports(struct link *l, struct inventory *inv)
{
    struct importing in = {.l = l,
                           .inv = inv,
                           .projects = MAP_OWNED(&l->mem),
                           .declared = MAP_OWNED(&l->mem),
                           .own = MAP_OWNED(&l->mem),
                           .unread = MAP_OWNED(&l->mem),
                           .modules = MAP_OWNED(&l->mem),
                           .own_names = MAP_OWNED(&l->mem),
                           .at = MAP_OWNED(&l->mem)};
    int rc = join_imports(&in);
    vec_free(&in.makers);
    vec_free(&in.applications);
    vec_free(&in.imports);
    vec_free(&in.assets);
    map_done(&in.projects);
    map_done(&in.declared);
    map_done(&in.own);
    map_done(&in.unread);
    map_done(&in.modules);
    map_done(&in.own_names);
    map_done(&in.at);
    return rc;
}
