/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which packages the projects of an estate declare, and which imports mean a module of the
 * estate itself. */
#include "base/path.h"
#include "link/imports.h"

enum { FILE_MODULE = 1, PACKAGE_MODULE };

int import_key(struct buf *key, uint32_t target, const struct str *parts, size_t n)
{
    buf_clear(key);
    buf_add(key, str_n(&target, sizeof(target)));
    for (size_t i = 0; i < n; i++) {
        buf_add(key, parts[i]);
        buf_addc(key, '\0');
    }
    return buf_result(key);
}
static int remember(struct map *m, const struct buf *key, uint64_t value)
{
    bool fresh;
    uint64_t *slot = map_put(m, buf_str(key), &fresh);
    if (!slot)
        return E_NOMEM;
    *slot = MAX(*slot, value);
    return 0;
}

static struct str attr_text(const struct observation *o, enum attr a)
{
    const struct attribute *t = observation_attr(o, a);
    return t && t->state == STATE_DECLARED ? t->value.text : STR("");
}

/* --- what the estate says of itself ---------------------------------------------------------- */

static int take_unread(struct importing *in, uint32_t target, struct str folder,
                       struct str language)
{
    AUTO(buf) key = BUF_INIT;
    int rc = IMPORT_KEY(&key, target, folder, language);
    return rc ? rc : remember(&in->unread, &key, 1);
}

static int take_own(struct importing *in, uint32_t target, struct str folder, const struct fact *f)
{
    AUTO(buf) key = BUF_INIT;
    int rc = IMPORT_KEY(&key, target, folder, f->source, f->pattern);
    return rc ? rc : remember(&in->own, &key, 1);
}

/* What could not be read may declare anything, in any language. */
static int take_gaps(struct importing *in)
{
    int rc = 0;
    vec_each (row, &in->l->coverage)
        if (!rc && row->path.n && row->state != COVERAGE_EXAMINED && row->state != COVERAGE_SKIPPED)
            rc = take_unread(in, row->target, application_folder(row->path), STR(""));
    return rc;
}

/* The folder that a file makes a project. `application`: its fact, SIZE_MAX: only its name says. */
static int take_project(struct importing *in, const struct linked_item *it, const struct fact *f,
                        size_t application)
{
    struct str path = tree_path(in->l, &f->at), folder = path.p ? application_folder(path) : path;
    uint64_t *slot;
    int rc =
        path.p ? folder_put(&in->projects, it->target, folder, &slot) : arena_error(&in->l->mem);
    if (!rc && f->type == FACT_PROJECT && f->pattern.n)
        rc = take_own(in, it->target, folder, f);
    if (!rc && f->type == FACT_PROJECT && !f->sure)
        rc = take_unread(in, it->target, folder, f->source);
    if (rc)
        return rc;
    struct maker new = {it, application, folder, STR(""), path_base(path)};
    if (f->type == FACT_PROJECT && f->reason.n)
        new.name = arena_str(&in->l->mem, f->reason);
    if (!new.name.p)
        return arena_error(&in->l->mem);
    if (*slot == FACT_NONE) {
        *slot = in->makers.n;
        return vec_push(&in->makers, new);
    }
    struct maker *m = &in->makers.v[*slot];
    bool better = m->application == SIZE_MAX && (application != SIZE_MAX || !m->name.n);
    if (better && (application != SIZE_MAX || new.name.n))
        *m = new;
    return 0;
}

static int take_declared(struct importing *in, const struct linked_item *it, const struct fact *f)
{
    AUTO(buf) key = BUF_INIT;
    struct str path = tree_path(in->l, &f->at);
    if (!path.p)
        return arena_error(&in->l->mem);
    int rc = IMPORT_KEY(&key, it->target, application_folder(path),
                        attr_text(&f->asset, ATTR_PACKAGE_ECOSYSTEM),
                        attr_text(&f->asset, ATTR_PACKAGE_PACKAGE));
    return rc ? rc : remember(&in->declared, &key, 1);
}

static int take_module(struct importing *in, const struct linked_item *it, const struct fact *f)
{
    AUTO(buf) key = BUF_INIT;
    struct scope scope;
    struct str path = tree_path(in->l, &f->at);
    if (!path.p)
        return arena_error(&in->l->mem);
    if (str_eq_z(f->source, "python")) {
        bool package = str_eq_z(path_base(path), "__init__.py");
        struct str module = package ? path_dir(path) : str_sub(path, 0, path.n - strlen(".py"));
        int rc = IMPORT_KEY(&key, it->target, module);
        return rc ? rc : remember(&in->modules, &key, package ? PACKAGE_MODULE : FILE_MODULE);
    }
    /* An example below the vendor's name is not the package: org.springframework.ai.samples. */
    if (labels_of_path(path) & (1u << LABEL_EXAMPLE | 1u << LABEL_TEST | 1u << LABEL_DOCS))
        return 0;
    int rc = scope_of(in->l, it->target, it->path, &scope);
    if (!rc)
        rc = IMPORT_KEY(&key, 0, scope.id, f->source, f->pattern);
    return rc ? rc : remember(&in->own_names, &key, 1);
}

static int take_fact(struct importing *in, const struct linked_item *it, size_t i)
{
    const struct fact *f = &it->facts.v[i];
    if (f->type == FACT_PROJECT)
        return take_project(in, it, f, SIZE_MAX);
    if (f->type == FACT_MODULE)
        return take_module(in, it, f);
    if (f->type != FACT_ASSET)
        return 0;
    if (f->asset.kind == KIND_APPLICATION)
        return take_project(in, it, f, i);
    return f->asset.kind == KIND_PACKAGE ? take_declared(in, it, f) : 0;
}

int import_take_estate(struct importing *in)
{
    int rc = 0;
    for (size_t k = 0; k < in->l->items.n && !rc; k++) {
        struct linked_item *it = &in->l->items.v[k];
        if (!item_has(it, FACT_ASSET) && !item_has(it, FACT_PROJECT) && !item_has(it, FACT_MODULE))
            continue;
        rc = item_open(in->l, it);
        for (size_t i = 0; i < it->facts.n && !rc; i++)
            rc = take_fact(in, it, i);
    }
    return rc ? rc : take_gaps(in);
}

/* --- questions ------------------------------------------------------------------------------- */

static bool module_at(struct importing *in, struct buf *key, uint32_t target, struct str folder,
                      const char *below, struct str name, struct str self, int *rc)
{
    AUTO(buf) path = BUF_INIT;
    path_join(&path, folder, str_z(below));
    struct str parent = buf_str(&path);
    AUTO(buf) module = BUF_INIT;
    path_join(&module, parent, name);
    *rc = buf_result(&module) ? E_NOMEM : IMPORT_KEY(key, target, buf_str(&module));
    return !*rc && map_get(&in->modules, buf_str(key)) && !str_eq(buf_str(&module), self);
}

static bool is_package(struct importing *in, struct buf *key, uint32_t target, struct str folder,
                       int *rc)
{
    *rc = IMPORT_KEY(key, target, folder);
    const uint64_t *kind = *rc ? NULL : map_get(&in->modules, buf_str(key));
    return kind && *kind == PACKAGE_MODULE;
}

/* "a.b.c" is hidden by a module a, and by a/b in a folder a that is no package: a name space. */
static bool part_at(struct importing *in, uint32_t target, struct str folder, const char *below,
                    struct str name, struct str self, int *rc)
{
    AUTO(buf) key = BUF_INIT;
    AUTO(buf) part = BUF_INIT;
    bool found = false;
    for (size_t at = 0; !*rc && !found && at < name.n; at++) {
        buf_addc(&part, name.p[at] == '.' ? '/' : name.p[at]);
        if (at + 1 == name.n || name.p[at + 1] == '.')
            found = module_at(in, &key, target, folder, below, buf_str(&part), self, rc);
    }
    return found;
}

/*
 * Python looks for a module in the folder of the program and in those it was told: a folder above
 * the file that is no package itself, or the usual ones for sources beside it.
 */
static int python_shadowed(struct importing *in, uint32_t target, struct str path, struct str name,
                           bool *ret)
{
    static const char *const usual[] = {"", "src", "lib", "python"};
    AUTO(buf) key = BUF_INIT;
    struct str self = str_ends(path, STR(".py")) ? str_sub(path, 0, path.n - 3) : path;
    int rc = 0;
    *ret = false;
    for (struct str folder = path_dir(path); !rc && !*ret; folder = path_dir(folder)) {
        bool skip = folder.n && is_package(in, &key, target, folder, &rc);
        for (size_t i = 0; !rc && !skip && !*ret && i < ARRAY_LEN(usual); i++)
            *ret = part_at(in, target, folder, usual[i], name, self, &rc);
        if (!folder.n)
            break;
    }
    return rc;
}

int import_shadowed(struct importing *in, const struct linked_item *it, struct str path,
                    const struct catalog_import *row, bool *ret)
{
    AUTO(buf) key = BUF_INIT;
    struct scope scope;
    *ret = false;
    if (!strcmp(row->language, "javascript"))
        return 0; /* a bare name is looked up in node_modules */
    if (!strcmp(row->language, "python"))
        return python_shadowed(in, it->target, path, str_z(row->name), ret);
    int rc = scope_of(in->l, it->target, it->path, &scope);
    if (!rc)
        rc = IMPORT_KEY(&key, 0, scope.id, str_z(row->language), str_z(row->name));
    *ret = !rc && map_get(&in->own_names, buf_str(&key));
    return rc;
}

/* Is the project of this folder one of the packages? */
static int find_own(struct importing *in, uint32_t target, struct str folder,
                    struct code_import *im)
{
    AUTO(buf) key = BUF_INIT;
    int rc = 0;
    for (int i = 0; !rc && !im->own && im->row->packages[i]; i++) {
        rc =
            IMPORT_KEY(&key, target, folder, str_z(im->row->language), str_z(im->row->packages[i]));
        im->own = !rc && map_get(&in->own, buf_str(&key));
    }
    return rc;
}

static int is_declared(struct importing *in, uint32_t target, struct str folder,
                       const struct catalog_import *row, const char *package, bool *ret)
{
    AUTO(buf) key = BUF_INIT;
    int rc = IMPORT_KEY(&key, target, folder, str_z(row->language), str_z(package));
    bool own = !rc && map_get(&in->own, buf_str(&key));
    if (!rc)
        rc = IMPORT_KEY(&key, target, folder, str_z(row->ecosystem), str_z(package));
    *ret = !rc && !own && map_get(&in->declared, buf_str(&key));
    return rc;
}

/* Does a manifest in this folder name one of the packages, or keep to itself what it names? */
static int find_in_folder(struct importing *in, uint32_t target, struct str folder,
                          struct code_import *im)
{
    AUTO(buf) key = BUF_INIT;
    const struct catalog_import *row = im->row;
    const struct str languages[] = {str_z(row->language), STR("")};
    int rc = find_own(in, target, folder, im);
    for (int i = 0; !rc && im->declared != DECLARED && row->packages[i]; i++) {
        bool declared;
        rc = is_declared(in, target, folder, row, row->packages[i], &declared);
        if (declared) {
            im->package = row->packages[i];
            im->declared = DECLARED;
        }
    }
    for (size_t i = 0; !rc && im->declared == UNDECLARED && i < ARRAY_LEN(languages); i++) {
        rc = IMPORT_KEY(&key, target, folder, languages[i]);
        if (!rc && map_get(&in->unread, buf_str(&key)))
            im->declared = UNTOLD;
    }
    return rc;
}

int import_find_declared(struct importing *in, uint32_t target, struct str folder,
                         struct code_import *im)
{
    bool read = !strcmp(im->row->ecosystem, "npm") || !strcmp(im->row->ecosystem, "pypi");
    int rc = 0;
    im->package = im->row->packages[0];
    im->declared = read ? UNDECLARED : UNTOLD;
    for (;; folder = path_dir(folder)) {
        rc = find_in_folder(in, target, folder, im);
        if (rc || im->declared == DECLARED || im->own || !folder.n)
            return rc;
    }
}
