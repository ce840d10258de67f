/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI vendors and servers code and settings talk to, by addresses and variables. */
#include "base/path.h"
#include "catalog/facts.h"
#include "discover/emit.h"
#include "discover/hosts/hosts.h"
#include "discover/images/images.h"

#define VENDORS_MAX 64
#define SPOTS_MAX   2048 /* of one window */

static const char *const ends[] = {
    ".py",     ".js",         ".jsx",    ".ts",     ".tsx",  ".mjs",     ".cjs",       ".go",
    ".java",   ".kt",         ".cs",     ".rs",     ".rb",   ".php",     ".c",         ".h",
    ".cc",     ".cpp",        ".hpp",    ".sh",     ".bash", ".ps1",     ".lua",       ".vue",
    ".svelte", ".swift",      ".scala",  ".yaml",   ".yml",  ".toml",    ".json",      ".conf",
    ".cfg",    ".properties", ".tf",     ".tfvars", ".ini",  ".env",     ".hcl",       ".bat",
    ".cmd",    ".mts",        ".ipynb",  ".gradle", ".cts",  ".kts",     ".dart",      ".ex",
    ".exs",    ".pl",         ".groovy", ".jsonc",  ".zsh",  ".service", ".container", NULL};

/* Lists of what others wrote name hosts that nobody here talks to. */
static const char *const listings[] = {
    "package.json", "composer.json", "pnpm-lock.yaml", "composer.lock",    "apis.yml",
    "apis.json",    "servers.json",  "registry.json",  "marketplace.json", NULL};

/* What an interface is like, for whoever calls it; and what was recorded or tried by hand. */
static const char *const interfaces[] = {"openapi", "asyncapi",        "swagger",
                                         "postman", "collection.json", NULL};

/* The same by what such a document begins with, whatever it is called. */
static bool is_interface(struct str head)
{
    static const char *const marks[] = {
        "openapi:",     "swagger:",      "asyncapi:",       "\"openapi\":",
        "\"swagger\":", "\"asyncapi\":", "\"_postman_id\":"};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t at = str_find(head, str_z(marks[i]), 0);
        bool line = at == 0 || (at != SIZE_MAX && strchr("\n {", head.p[at - 1]));
        if (line && (marks[i][0] == '"' || !at || head.p[at - 1] == '\n'))
            return true;
    }
    return false;
}

static bool wants_vendor_hosts(const struct catalog *c UNUSED, struct str path)
{
    struct str base = path_base(path);

    for (int i = 0; listings[i]; i++)
        if (str_eq_z(base, listings[i]))
            return false;
    for (int i = 0; interfaces[i]; i++)
        if (str_has(base, str_z(interfaces[i])) && !str_ends(base, STR(".py")) &&
            !str_ends(base, STR(".ts")) && !str_ends(base, STR(".js")))
            return false;
    if (str_ends(base, STR("-lock.json")) || str_starts(base, STR("LICENSE")))
        return false;
    for (int i = 0; ends[i]; i++)
        if (str_ends(base, str_z(ends[i])))
            return true;
    return host_is_environment(path) || host_is_dockerfile(path);
}

static bool is_data(struct str path)
{
    return str_ends(path, STR(".json")) || host_is_yaml(path);
}

struct look {
    struct item *it;
    struct emit *e;
    const struct scan_window *w;
    struct scan_window rest; /* from the last sighting on: lines are counted once */
    size_t done;             /* offset of `rest` in the window */
    int seen[VENDORS_MAX];   /* entries */
    size_t n_seen;
};

/* What was seen, before the order of the text is known. */
struct sighting {
    size_t offset;
    int entry;
    const char *member, *sub, *row;
    const char *by; /* of a server: how the file names it; NULL: a vendor's service */
};

struct sightings {
    struct sighting *v;
    size_t n, room;
};

/* One place a vendor and window is enough. */
static bool is_new(struct look *l, int entry)
{
    for (size_t i = 0; i < l->n_seen; i++)
        if (l->seen[i] == entry)
            return false;
    if (l->n_seen < VENDORS_MAX)
        l->seen[l->n_seen++] = entry;
    return true;
}

static void emit_known(struct emit *e, uint32_t asset, enum attr a, const char *text,
                       struct place at)
{
    if (!text) {
        emit_unresolved(e, asset, a, "the catalogue does not say", at);
        return;
    }
    emit_str(e, asset, a, str_z(text), at);
    emit_state(e, STATE_RESOLVED);
}

static struct place place_of(struct look *l, size_t offset)
{
    struct place at = place_window(l->it, &l->rest, offset - l->done);

    l->rest.text = str_sub(l->rest.text, offset - l->done, l->rest.text.n);
    l->rest.base = (uint64_t)at.offset;
    l->rest.line = at.line;
    l->rest.column = at.column;
    l->done = offset;
    return l->it->doc ? place_pointed(l->it, l->it->doc, at) : at;
}

static void emit_sighting(struct look *l, const struct sighting *s)
{
    const struct catalog_entry *v = &l->it->catalog->entries[s->entry];
    struct place at = place_of(l, s->offset);
    AUTO(buf) text = BUF_INIT;

    buf_addf(&text, "%s %s%s%s %s", v->id, s->member, s->sub ? "." : "", s->sub ? s->sub : "",
             s->row);
    if (buf_result(&text)) {
        emit_fail(l->e, E_NOMEM);
        return;
    }
    if (s->by) {
        server_tell(l->e, v, text.p, s->by, at);
        return;
    }
    uint32_t asset = emit_asset(l->e, KIND_SERVICE, str_z(v->name), at);
    emit_known(l->e, asset, ATTR_SERVICE_PROVIDER, v->id, at);
    emit_known(l->e, asset, ATTR_SERVICE_ROLE, v->category, at);
    emit_known(l->e, asset, ATTR_SERVICE_COUNTRY, v->country, at);
    emit_known(l->e, asset, ATTR_SERVICE_TRAINING_USE, v->training_use, at);
    emit_known(l->e, asset, ATTR_SERVICE_CATALOG_ROW, text.p, at);
}

static void see(struct sightings *to, struct sighting s)
{
    if (to->n < to->room)
        to->v[to->n++] = s;
}

/* --- addresses ------------------------------------------------------------------------------- */

static bool is_port(const struct catalog_literal *l)
{
    return l->host && l->text[0] == ':';
}

/* The host or port of one hit; false: it is none. */
static bool read_spot(struct look *l, const struct literal_hit *hit, struct host_spot *ret)
{
    const struct catalog *c = l->it->catalog;
    const struct catalog_literal *literal = &c->literals[hit->literal];
    struct str text = l->w->text;
    size_t end = (size_t)hit->end, start = end - strlen(literal->text);
    struct str neighbour;

    if (is_port(literal)) {
        if (!host_spot_local(text, start, end, ret, &neighbour))
            return false;
        ret->row = server_at(c, text, start, end, neighbour);
    } else {
        if (!host_spot_read(text, start, end, ret))
            return false;
        const struct catalog_host *row = catalog_host(c, host_spot_name(ret));
        ret->row = row && row->role == HOST_API ? (int)(row - c->hosts) : -1;
    }
    return ret->row >= 0 && ret->from < l->w->limit;
}

static int order_spot(const void *a, const void *b)
{
    const struct host_spot *x = a, *y = b;

    return x->from != y->from ? (x->from < y->from ? -1 : 1)
                              : (x->row > y->row) - (x->row < y->row);
}

static int look_for_hosts(struct look *l, size_t n_hits, struct sightings *to)
{
    const struct catalog *c = l->it->catalog;
    struct host_spot *v = arena_new_n(l->it->arena, struct host_spot, MIN(n_hits, SPOTS_MAX));
    size_t n = 0;

    if (!v)
        return arena_error(l->it->arena);
    vec_each (hit, l->w->hits)
        if (c->literals[hit->literal].host && n < SPOTS_MAX && n < n_hits &&
            read_spot(l, hit, &v[n]) && !(n && v[n].start == v[n - 1].start))
            n++;
    qsort(v, n, sizeof(*v), order_spot);
    host_spots_judge(l->it->path, l->w->text, v, n);
    for (size_t i = 0; i < n; i++) {
        if (!v[i].used)
            continue;
        if (!v[i].n) {
            const struct catalog_port *p = &c->ports[v[i].row];
            char *port = arena_alloc(l->it->arena, 8);
            if (!port)
                return arena_error(l->it->arena);
            snprintf(port, 8, "%d", p->port);
            see(to, (struct sighting){v[i].start, p->entry, "servers", "ports", port, "address"});
        } else {
            const struct catalog_host *h = &c->hosts[v[i].row];
            see(to, (struct sighting){v[i].start, h->entry, "hosts", HOST_ROLE_NAMES[HOST_API],
                                      h->name, NULL});
        }
    }
    return 0;
}

/* --- variables ------------------------------------------------------------------------------- */

static void look_for_variables(struct look *l, struct sightings *to)
{
    const struct catalog *c = l->it->catalog;

    vec_each (hit, l->w->hits) {
        const struct catalog_literal *literal = &c->literals[hit->literal];
        size_t end = (size_t)hit->end, start = end - strlen(literal->text);
        if (!literal->env || start >= l->w->limit ||
            !variable_is_set(l->it->path, l->w->text, start, end))
            continue;
        const struct catalog_name *row = catalog_name(c, SPACE_ENV, str_z(literal->text));
        if (row)
            see(to, (struct sighting){start, row->entry, "env", NULL, row->name, NULL});
    }
}

/* --- a window -------------------------------------------------------------------------------- */

/* A variable of software that one runs oneself tells of a server, if it is one. */
static bool settle(const struct catalog *c, struct sighting *s)
{
    const struct catalog_entry *v = &c->entries[s->entry];

    if (s->by)
        return true;
    if (v->service)
        return !v->self_hosted;
    s->by = server_is(v) ? "variable" : NULL;
    return s->by != NULL;
}

static int order_sighting(const void *a, const void *b)
{
    const struct sighting *x = a, *y = b;

    return x->offset != y->offset ? (x->offset < y->offset ? -1 : 1) : x->entry - y->entry;
}

static int scan_vendor_hosts(struct item *it, struct emit *e, const struct scan_window *w)
{
    struct look l = {.it = it, .e = e, .w = w, .rest = *w};
    struct sightings seen = {0};
    size_t hosts = 0, variables = 0;

    if (!(w->hits->groups & (LITERAL_HOST | LITERAL_ENV)))
        return 0;
    vec_each (hit, w->hits) {
        hosts += it->catalog->literals[hit->literal].host;
        variables += it->catalog->literals[hit->literal].env;
    }
    if (is_data(it->path) && is_interface(it->head))
        return 0;
    variables = variable_files(it->path) ? variables : 0;
    if (w->hits->too_many)
        emit_gap(e, COVERAGE_PARTIAL, place_window(it, w, 0),
                 "too many words of the catalogue: hosts behind them are not looked at");
    if (!hosts && !variables)
        return emit_result(e);
    seen.room = MIN(hosts, SPOTS_MAX) + variables;
    seen.v = arena_new_n(it->arena, struct sighting, seen.room);
    int rc = seen.v ? 0 : arena_error(it->arena);
    if (!rc && hosts)
        rc = look_for_hosts(&l, hosts, &seen);
    if (rc)
        return rc;
    if (variables)
        look_for_variables(&l, &seen);
    qsort(seen.v, seen.n, sizeof(*seen.v), order_sighting);
    for (size_t i = 0; i < seen.n; i++)
        if (settle(it->catalog, &seen.v[i]) && is_new(&l, seen.v[i].entry))
            emit_sighting(&l, &seen.v[i]);
    return emit_result(e);
}

const struct detector DETECTOR_VENDOR_HOSTS = {
    .id = "vendor-hosts",
    .title = "Hosts and variables of AI vendors and servers in code and settings",
    .version = 5,
    .wants = wants_vendor_hosts,
    .need = ITEM_SCAN,
    .on_window = scan_vendor_hosts,
};
