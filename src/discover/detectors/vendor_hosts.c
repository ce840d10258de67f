/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI vendors code and settings talk to, by the hosts in URLs and by variables. */
#include "base/path.h"
#include "catalog/facts.h"
#include "discover/detector.h"

#define VENDORS_MAX 64

static const char *const ends[] = {
    ".py",   ".js",   ".jsx",  ".ts",   ".tsx",  ".mjs",    ".cjs",        ".go",     ".java",
    ".kt",   ".cs",   ".rs",   ".rb",   ".php",  ".c",      ".h",          ".cc",     ".cpp",
    ".hpp",  ".sh",   ".bash", ".ps1",  ".lua",  ".vue",    ".svelte",     ".swift",  ".scala",
    ".yaml", ".yml",  ".toml", ".json", ".conf", ".cfg",    ".properties", ".tf",     ".tfvars",
    ".ini",  ".env",  ".hcl",  ".bat",  ".cmd",  ".mts",    ".ipynb",      ".gradle", ".cts",
    ".kts",  ".dart", ".ex",   ".exs",  ".pl",   ".groovy", ".jsonc",      ".zsh",    NULL};

/* Lists of what others wrote name hosts that nobody here talks to. */
static const char *const listings[] = {"package.json",  "composer.json", "pnpm-lock.yaml",
                                       "composer.lock", "openapi.json",  "openapi.yaml",
                                       "swagger.json",  "swagger.yaml",  NULL};

static bool is_environment(struct str base)
{
    return str_starts(base, STR(".env")) || str_ends(base, STR(".env"));
}

static bool wants_vendor_hosts(const struct catalog *c UNUSED, struct str path)
{
    struct str base = path_base(path);

    for (int i = 0; listings[i]; i++)
        if (str_eq_z(base, listings[i]))
            return false;
    if (str_ends(base, STR("-lock.json")) || str_starts(base, STR("LICENSE")))
        return false;
    for (int i = 0; ends[i]; i++)
        if (str_ends(base, str_z(ends[i])))
            return true;
    return is_environment(base);
}

struct look {
    struct item *it;
    struct emit *e;
    struct scan_window rest; /* from the last hit on: lines are counted once */
    size_t done;             /* offset of `rest` in the window */
    int seen[VENDORS_MAX];   /* entries */
    size_t n_seen;
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

static void emit_service(struct look *l, int entry, const char *group, const char *sub,
                         struct str row, size_t offset)
{
    const struct catalog_entry *v = &l->it->catalog->entries[entry];
    AUTO(buf) text = BUF_INIT;

    if (!v->service || v->self_hosted || !is_new(l, entry))
        return;
    struct place at = place_of(l, offset);
    uint32_t asset = emit_asset(l->e, KIND_SERVICE, str_z(v->name), at);
    emit_known(l->e, asset, ATTR_SERVICE_PROVIDER, v->id, at);
    emit_known(l->e, asset, ATTR_SERVICE_ROLE, v->category, at);
    emit_known(l->e, asset, ATTR_SERVICE_COUNTRY, v->country, at);
    emit_known(l->e, asset, ATTR_SERVICE_TRAINING_USE, v->training_use, at);
    buf_addf(&text, "%s %s%s%s " STR_FMT, v->id, group, sub ? "." : "", sub ? sub : "",
             STR_ARG(row));
    emit_known(l->e, asset, ATTR_SERVICE_CATALOG_ROW, text.p, at);
}

static size_t line_start(struct str text, size_t at)
{
    while (at && text.p[at - 1] != '\n')
        at--;
    return at;
}

/* A remark talks to nobody. */
static bool is_remark(struct str text, size_t at)
{
    static const char *const marks[] = {"#", "//", "/*", "* ", "-- ", ";", "<!--", "%", NULL};
    size_t start = line_start(text, at);

    while (start < at && (text.p[start] == ' ' || text.p[start] == '\t'))
        start++;
    struct str line = str_sub(text, start, at);

    for (int i = 0; marks[i]; i++)
        if (str_starts(line, str_z(marks[i])))
            return true;
    return str_has(line, STR(" # ")) || str_has(line, STR(" // "));
}

static bool is_host_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-';
}

/* "?next=" and "&next=": what is behind is a value in another address. */
static bool is_parameter(struct str text, size_t at)
{
    size_t i = at - 1;

    if (text.p[i] != '=')
        return false;
    while (i && (is_host_byte(text.p[i - 1]) || text.p[i - 1] == '_'))
        i--;
    return i && (text.p[i - 1] == '?' || text.p[i - 1] == '&');
}

/* Of "https://host:1/x" with its "://" at `at`: the host; empty when it is part of a longer
 * address, or of none that is fetched. A name that is whole stays one before "${path}" or "%s". */
static struct str host_at(struct str text, size_t at)
{
    static const char *const schemes[] = {"https", "http", "wss", "ws", NULL};
    size_t start = at, end = at + 3;
    bool known = false;

    while (start && is_host_byte(text.p[start - 1]))
        start--;
    for (int i = 0; schemes[i]; i++)
        known |= str_eq_z(str_sub(text, start, at), schemes[i]);
    if (!known || (start && (strchr("/%&?@_", text.p[start - 1]) || is_parameter(text, start))))
        return STR("");
    while (end < text.n && is_host_byte(text.p[end]))
        end++;
    struct str host = str_sub(text, at + 3, end);
    bool goes_on = end < text.n && strchr("%{$", text.p[end]) &&
                   (text.p[end - 1] == '.' || text.p[end - 1] == '-');
    return goes_on || (end < text.n && text.p[end] == '@') ? STR("") : host;
}

static void look_for_hosts(struct look *l, const struct scan_window *w)
{
    for (size_t at = 0; (at = str_find(w->text, STR("://"), at)) != SIZE_MAX && at < w->limit;
         at += 3) {
        struct str host = host_at(w->text, at);
        const struct catalog_host *row =
            host.n && host.n < 254 ? catalog_host(l->it->catalog, host) : NULL;
        if (row && row->role == HOST_API && !is_remark(w->text, at))
            emit_service(l, row->entry, "hosts", HOST_ROLE_NAMES[HOST_API], str_z(row->name),
                         (size_t)(host.p - w->text.p));
    }
}

/* "OPENAI_BASE_HOST=api.openai.com:443": the whole value is a host, perhaps with port and path. */
static struct str host_value(struct str value)
{
    struct str s = str_trim(value);
    size_t n = 0;

    if (s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
        s = str_sub(s, 1, s.n - 1);
    while (n < s.n && is_host_byte(s.p[n]))
        n++;
    return n == s.n || s.p[n] == ':' || s.p[n] == '/' ? str_sub(s, 0, n) : STR("");
}

static void look_at_setting(struct look *l, struct str text, struct str name, struct str value)
{
    const struct catalog *c = l->it->catalog;
    const struct catalog_name *row = catalog_name(c, SPACE_ENV, str_trim(name));
    struct str at = host_value(value);
    const struct catalog_host *host = at.n && at.n < 254 ? catalog_host(c, at) : NULL;

    if (row)
        emit_service(l, row->entry, "env", NULL, str_z(row->name), (size_t)(name.p - text.p));
    if (host && host->role == HOST_API)
        emit_service(l, host->entry, "hosts", HOST_ROLE_NAMES[HOST_API], str_z(host->name),
                     (size_t)(at.p - text.p));
}

/* Names that are set in an environment file, whatever they are set to, and hosts that others are
 * set to. */
static void look_for_variables(struct look *l, const struct scan_window *w)
{
    struct str rest = str_sub(w->text, 0, w->limit), line;

    while (str_line(&rest, &line)) {
        struct str s = str_trim(line), name, value;
        if (str_starts(s, STR("export ")))
            s = str_trim(str_sub(s, 7, s.n));
        if (str_cut(s, '=', &name, &value) && !str_starts(s, STR("#")))
            look_at_setting(l, w->text, name, value);
    }
}

static int scan_vendor_hosts(struct item *it, struct emit *e, const struct scan_window *w)
{
    struct look l = {.it = it, .e = e, .rest = *w};

    look_for_hosts(&l, w);
    if (is_environment(path_base(it->path))) {
        l.rest = *w;
        l.done = 0;
        look_for_variables(&l, w);
    }
    return emit_result(e);
}

const struct detector DETECTOR_VENDOR_HOSTS = {
    .id = "vendor-hosts",
    .title = "Hosts and variables of AI vendors in code and settings",
    .version = 1,
    .wants = wants_vendor_hosts,
    .need = ITEM_SCAN,
    .on_window = scan_vendor_hosts,
};
