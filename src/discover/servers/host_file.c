/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which host a configuration file belongs to and whether a person or a project wrote it. */
#include <string.h>

#include "base/path.h"
#include "discover/servers/host_file.h"
#include "formats/yaml.h"

#define POINTER_TOKENS 16
#define POINTER_NODES  200000u

/* --- rows -------------------------------------------------------------------------------- */

static bool wanted(const struct catalog_agent_file *row, enum host_file_want want)
{
    if (want == HOST_FILE_SETTINGS)
        return row->settings != NULL;
    return row->flat || (row->servers && row->servers[0]);
}

static size_t parts(struct str s)
{
    size_t n = 1;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '/';
    return n;
}

/* The folder that the pattern starts in: all of the path before what the pattern matches. */
static struct str folder_of(struct str pattern, struct str path)
{
    for (size_t at = 0; at < path.n;) {
        if (path_glob(pattern, str_sub(path, at, path.n)))
            return str_sub(path, 0, at ? at - 1 : 0);
        size_t slash = str_chr(path, '/', at);
        if (slash == SIZE_MAX)
            break;
        at = slash + 1;
    }
    return path_dir(path);
}

/* "home/NAME", "Users/NAME", "root", and homes/SYSTEM/NAME of a copied tree. */
static bool is_home(struct str folder)
{
    struct str above = path_base(path_dir(folder));
    struct str top = path_base(path_dir(path_dir(folder)));
    return str_eq_z(above, "home") || str_eq_z(above, "Users") || str_eq_z(above, "homes") ||
           str_eq_z(top, "homes") || str_eq_z(folder, "root");
}

static void set_scope(struct host_file *f, struct str path)
{
    static const char *const words[] = {[AGENT_USER] = "user",
                                        [AGENT_PROJECT] = "project",
                                        [AGENT_MANAGED] = "managed",
                                        [AGENT_BY_PLACE] = "project"};
    struct str pattern = str_z(f->row->path);
    f->scope = words[f->row->scope];
    f->certain = STATE_DECLARED;
    if (f->row->scope == AGENT_BY_PLACE) {
        bool home = is_home(folder_of(pattern, path));
        f->scope = home ? "user" : "project";
        f->certain = home ? STATE_RESOLVED : STATE_INFERRED;
    }
    struct str base = path_base(pattern);
    f->extension = str_has(pattern, STR("plugins/")) || str_has(pattern, STR("xtensions/")) ||
                   str_has(pattern, STR("powers/")) || str_eq_z(base, "plugin.json") ||
                   str_eq_z(base, "gemini-extension.json");
}

bool host_file_find(const struct catalog *c, struct str path, enum host_file_want want,
                    struct host_file *ret)
{
    const struct catalog_agent_file *best = NULL, *row;
    size_t best_parts = 0, best_length = 0;
    for (int cursor = 0; (row = catalog_agent_file(c, path, &cursor)) != NULL;) {
        struct str pattern = str_z(row->path);
        size_t n = parts(pattern);
        bool longer = n > best_parts || (n == best_parts && pattern.n > best_length);
        if (!wanted(row, want) || (best && !longer))
            continue;
        best = row;
        best_parts = n;
        best_length = pattern.n;
    }
    if (!best)
        return false;
    *ret = (struct host_file){.row = best, .host = &c->entries[best->entry]};
    set_scope(ret, path);
    return true;
}

uint32_t host_file_emit(struct item *it, struct emit *e, const struct host_file *f,
                        bool holds_settings)
{
    struct place at = place_item(it);
    uint32_t asset = emit_asset(e, KIND_AGENT_HOST, str_z(f->host->name), at);
    emit_str(e, asset, ATTR_AGENT_HOST_HOST, str_z(f->host->id), at);
    emit_catalog_row(e, asset, ATTR_AGENT_HOST_CATALOG_ROW, f->host,
                     (const char *const[]){"agent", "file"}, str_z(f->row->path), at);
    emit_str(e, asset, ATTR_AGENT_HOST_SCOPE, str_z(f->scope), at);
    emit_state(e, f->certain);
    emit_bool(e, asset, ATTR_AGENT_HOST_HOLDS_SETTINGS, holds_settings, at);
    return asset;
}

/* --- nodes ------------------------------------------------------------------------------- */

const struct node *host_file_target(const struct doc *doc, const struct node *n)
{
    return n && (n->flags & NODE_ALIAS) ? yaml_target(doc, n) : n;
}

const struct node *member(const struct doc *doc, const struct node *n, const char *key)
{
    return host_file_target(doc, node_get(doc, host_file_target(doc, n), str_z(key)));
}

int node_list_add(struct node_list *list, const struct node *n, struct arena *a)
{
    if (list->n >= POINTER_NODES)
        return E_LIMIT;
    if (list->n == list->alloc) {
        size_t alloc = list->alloc ? list->alloc * 2 : 8;
        const struct node **v = arena_new_n(a, const struct node *, alloc);
        if (!v)
            return arena_error(a);
        if (list->n)
            memcpy(v, list->v, list->n * sizeof(*v));
        list->v = v;
        list->alloc = alloc;
    }
    list->v[list->n++] = n;
    return 0;
}

/* The nodes one token below those of `in`. */
static int step(const struct doc *doc, const struct node_list *in, struct str token,
                struct arena *a, struct node_list *ret)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < in->n; i++) {
        const struct node *from = host_file_target(doc, in->v[i]), *one;
        if (!str_eq_z(token, "*")) {
            one = host_file_target(doc, node_get(doc, from, token));
            rc = one ? node_list_add(ret, one, a) : 0;
            continue;
        }
        node_each (doc, from, it) {
            one = host_file_target(doc, it);
            rc = one ? node_list_add(ret, one, a) : 0;
            if (rc)
                break;
        }
    }
    return rc;
}

static struct str unescape(struct str token, struct arena *a)
{
    struct str copy = arena_str(a, token);
    size_t n = 0;
    if (!copy.p)
        return copy;
    char *out = (char *)copy.p; /* our own copy */
    for (size_t i = 0; i < token.n; i++) {
        bool escape = token.p[i] == '~' && i + 1 < token.n;
        out[n++] = escape ? (token.p[++i] == '1' ? '/' : '~') : token.p[i];
    }
    copy.n = n;
    return copy;
}

int pointer_find(const struct doc *doc, const struct node *from, struct str pointer,
                 struct arena *a, struct node_list *ret)
{
    struct node_list now = {0};
    struct str rest = pointer.n ? str_sub(pointer, 1, pointer.n) : STR_NULL, token;
    int rc = from ? node_list_add(&now, from, a) : 0;
    for (unsigned i = 0; !rc && i < POINTER_TOKENS && str_field(&rest, '/', &token); i++) {
        struct node_list next = {0};
        token = unescape(token, a);
        rc = token.p ? step(doc, &now, token, a, &next) : arena_error(a);
        now = next;
    }
    for (size_t i = 0; !rc && i < now.n; i++)
        rc = node_list_add(ret, now.v[i], a);
    return rc;
}
