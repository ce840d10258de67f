/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which entries of an agent host's configuration file are MCP servers. */
#include <string.h>

#include "base/map.h"
#include "base/path.h"
#include "discover/servers/server_entry.h"

static bool wants_mcp_config(const struct catalog *c, struct str path);
static int run_mcp_config(struct item *it, struct emit *e);

const struct detector DETECTOR_MCP_CONFIG = {
    .id = "mcp-config",
    .title = "MCP servers in the configuration of agent hosts",
    .version = 4,
    .wants = wants_mcp_config,
    .need = ITEM_TEXT,
    .run = run_mcp_config,
};

struct reader {
    struct item *it;
    struct emit *e;
    const struct doc *doc;
    struct host_file file;
    uint32_t host;
    int64_t servers;
    struct node_list maps; /* every map or list of servers of the file, each once */
    struct map known;      /* addresses of those nodes */
    int error;
};

static bool wants_mcp_config(const struct catalog *c, struct str path)
{
    struct host_file f;
    return host_file_find(c, path, HOST_FILE_SERVERS, &f);
}

static void fail(struct reader *r, int code)
{
    if (!r->error)
        r->error = code;
}

static void read_server(struct reader *r, const struct node *row, const struct node *entry,
                        struct str name)
{
    struct server s = {.it = r->it,
                       .e = r->e,
                       .doc = r->doc,
                       .file = &r->file,
                       .row = row,
                       .entry = entry,
                       .name = name};
    int rc = server_emit(&s);
    if (rc) {
        fail(r, rc);
        return;
    }
    r->servers++;
    emit_relation(r->e, r->host, VERB_CONNECTS, s.asset, RELATION_DECLARED,
                  place_node(r->it, r->doc, row));
}

/* "$schema", "//" and the like explain the file; they are not servers. */
static bool is_remark(struct str key)
{
    return !key.n || key.p[0] == '$' || key.p[0] == '_' || str_starts(key, STR("//")) ||
           str_eq_z(key, "comment");
}

static struct str address(const struct node *const *n)
{
    return str_n(n, sizeof(*n));
}

/* Of a name that stands twice, hosts load the last entry. */
static bool is_last(struct reader *r, const struct map *last, const struct node *row)
{
    const uint64_t *at = map_get(last, node_key(r->doc, row));
    if (!at || *at == (uint64_t)(row - r->doc->nodes))
        return true;
    emit_gap(r->e, COVERAGE_PARTIAL, place_node(r->it, r->doc, row),
             "the name stands twice: hosts use the later entry");
    return false;
}

static void read_member(struct reader *r, const struct node *row, bool only_servers)
{
    struct str name = node_key(r->doc, row);
    const struct node *entry = host_file_target(r->doc, row);
    bool server = server_like(r->doc, entry);
    /* A map of servers may stand inside another: {"mcp": {"servers": {...}}}. */
    if (!server && (only_servers || is_remark(name) || map_get(&r->known, address(&entry))))
        return;
    if (node_is(entry, NODE_OBJECT))
        read_server(r, row, entry, name);
    else if (!entry || entry->type != NODE_NULL)
        emit_gap(r->e, COVERAGE_PARTIAL, place_node(r->it, r->doc, row),
                 "the entry of a server is not a map");
}

static void read_object(struct reader *r, const struct node *n, bool only_servers)
{
    AUTO(map) last = MAP_INIT;
    if (r->doc->duplicates) {
        node_each (r->doc, n, it) {
            bool is_new;
            uint64_t *slot = map_put(&last, node_key(r->doc, it), &is_new);
            if (!slot) {
                fail(r, E_NOMEM);
                return;
            }
            *slot = (uint64_t)(it - r->doc->nodes);
        }
    }
    node_each (r->doc, n, it) {
        if (r->error)
            return;
        if (is_last(r, &last, it))
            read_member(r, it, only_servers);
    }
}

/* Elements carry their name. */
static void read_list(struct reader *r, const struct node *n)
{
    unsigned i = 0;
    node_each (r->doc, n, it) {
        const struct node *entry = host_file_target(r->doc, it);
        struct str name = node_text(r->doc, member(r->doc, entry, "name"));
        if (r->error)
            return;
        if (!name.n)
            name = node_text(r->doc, member(r->doc, entry, "id"));
        if (!name.n)
            name = arena_fmt(r->it->arena, "server %u", i + 1);
        if (!name.p)
            fail(r, arena_error(r->it->arena));
        else if (node_is(entry, NODE_OBJECT))
            read_server(r, it, entry, name);
        else
            emit_gap(r->e, COVERAGE_PARTIAL, place_node(r->it, r->doc, it),
                     "the entry of a server is not a map");
        i++;
    }
}

static void read_map(struct reader *r, const struct node *n)
{
    if (server_like(r->doc, n)) { /* the one server of an extension */
        struct str name = node_str(r->doc, doc_root(r->doc), STR("name"));
        r->file.extension = true;
        read_server(r, n, n, name.n ? name : node_key(r->doc, n));
    } else if (node_is(n, NODE_OBJECT)) {
        read_object(r, n, false);
    } else if (node_is(n, NODE_ARRAY)) {
        read_list(r, n);
    } else if (n->type != NODE_NULL && n->type != NODE_STRING) {
        emit_gap(r->e, COVERAGE_PARTIAL, place_node(r->it, r->doc, n),
                 "the servers are neither a map nor a list");
    }
}

static int find_maps(struct reader *r, const struct node *from)
{
    int rc = 0;
    for (const char *const *p = r->file.row->servers; !rc && p && *p; p++)
        rc = pointer_find(r->doc, from, str_z(*p), r->it->arena, &r->maps);
    return rc;
}

static int find_all(struct reader *r)
{
    struct node_list folders = {0};
    int rc = find_maps(r, doc_root(r->doc));
    if (!rc && r->file.row->projects) {
        AUTO(buf) members = BUF_INIT;
        buf_addf(&members, "%s/*", r->file.row->projects);
        rc = buf_result(&members);
        if (!rc)
            rc = pointer_find(r->doc, doc_root(r->doc), buf_str(&members), r->it->arena, &folders);
    }
    for (size_t i = 0; !rc && i < folders.n; i++)
        rc = find_maps(r, folders.v[i]);
    size_t n = 0;
    for (size_t i = 0; !rc && i < r->maps.n; i++) {
        bool is_new = false;
        r->maps.v[n] = r->maps.v[i];
        if (!map_put(&r->known, address(&r->maps.v[n]), &is_new))
            rc = E_NOMEM;
        n += is_new;
    }
    r->maps.n = n;
    return rc;
}

/* Settings of an editor or a container and manifests of extensions, in which servers are a side
 * matter: without any they are no evidence of an agent. */
static bool is_general(const struct host_file *f)
{
    static const char *const names[] = {"devcontainer.json", ".devcontainer.json",
                                        "*.code-workspace", "plugin.json", "gemini-extension.json"};
    struct str base = path_base(str_z(f->row->path)), host = str_z(f->host->id);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_z(base, names[i]))
            return true;
    return str_eq_z(base, "settings.json") && (str_eq_z(host, "zed") || f->row->settings);
}

/* ".codex-plugin/plugin.json": whose settings the files beside that folder are. */
static bool is_plugin(const struct host_file *f)
{
    struct str pattern = str_z(f->row->path);
    return str_eq_z(path_base(pattern), "plugin.json") &&
           str_ends(path_dir(pattern), STR("-plugin"));
}

static int read_file(struct reader *r)
{
    bool read;
    int rc = item_object(r->it, r->file.row->format, &r->doc);
    read = !rc;
    if (read && is_plugin(&r->file) && node_is(doc_root(r->doc), NODE_OBJECT))
        emit_plugin(r->e, r->file.host, place_item(r->it));
    if (read)
        rc = find_all(r);
    if (!rc && !r->maps.n && is_general(&r->file))
        return 0;
    r->host = host_file_emit(r->it, r->e, &r->file, false);
    if (!read) {
        emit_unresolved(r->e, r->host, ATTR_AGENT_HOST_SERVERS, "the file could not be read",
                        place_item(r->it));
        return rc == E_NOMEM ? rc : 0; /* whoever failed to read said so */
    }
    for (size_t i = 0; !rc && !r->error && i < r->maps.n; i++)
        read_map(r, r->maps.v[i]);
    if (!rc && r->file.row->flat && !r->maps.n)
        read_object(r, doc_root(r->doc), true);
    emit_int(r->e, r->host, ATTR_AGENT_HOST_SERVERS, r->servers, place_item(r->it));
    return rc ? rc : r->error;
}

static int run_mcp_config(struct item *it, struct emit *e)
{
    struct reader r = {.it = it, .e = e, .known = MAP_INIT};
    if (!host_file_find(it->catalog, it->path, HOST_FILE_SERVERS, &r.file))
        return 0;
    int rc = read_file(&r);
    map_done(&r.known);
    if (rc == E_LIMIT)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "holds more than can be read");
    return rc == E_NOMEM ? rc : emit_result(e);
}
