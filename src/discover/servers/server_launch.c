/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is said of a server's program, address, environment and granted folders. */
#include <string.h>

#include "discover/servers/server_entry.h"

#define NO_PROGRAM "the entry names neither a program nor an address"

static void absent(struct server *s, enum attr a)
{
    emit_absent(s->e, s->asset, a, s->at);
}

static struct place word_place(const struct server *s, uint32_t from)
{
    return server_place(s, server_word_node(s, from));
}

/* --- program ----------------------------------------------------------------------------- */

static void emit_arguments(struct server *s)
{
    const struct shell_words *w = &s->launch.arguments;
    struct str *text = w->n ? arena_new_n(s->it->arena, struct str, w->n) : NULL;
    if (w->n && !text) {
        server_fail(s, arena_error(s->it->arena));
        return;
    }
    server_secret_words(s, w, text);
    server_secret_words(s, &s->launch.options, NULL);
    emit_list(s->e, s->asset, ATTR_MCP_SERVER_ARGUMENTS, text, w->n,
              w->n ? word_place(s, w->v[0].from) : s->at);
}

static void emit_package(struct server *s)
{
    const struct launch *l = &s->launch;
    struct place at = word_place(s, l->package.n ? l->package_from : l->program.from);
    if (l->package.n) {
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE, l->package, at);
        emit_state(s->e, l->package_inferred ? STATE_INFERRED : STATE_DECLARED);
    } else if (l->package_reason) {
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE, l->package_reason, at);
    } else {
        emit_absent(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE, at);
    }
    if (l->version.n)
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE_VERSION, l->version, at);
    else if (l->state)
        emit_absent(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE_VERSION, at);
    else
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_PACKAGE_VERSION, l->state_reason, at);
    if (l->state)
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_VERSION_STATE, str_z(l->state), at);
    else
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_VERSION_STATE, l->state_reason, at);
}

static void no_program(struct server *s)
{
    static const enum attr all[] = {ATTR_MCP_SERVER_COMMAND, ATTR_MCP_SERVER_ARGUMENTS,
                                    ATTR_MCP_SERVER_LAUNCHER, ATTR_MCP_SERVER_PACKAGE,
                                    ATTR_MCP_SERVER_PACKAGE_VERSION};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (s->url.n)
            absent(s, all[i]);
        else
            emit_unresolved(s->e, s->asset, all[i], NO_PROGRAM, s->at);
    }
    if (s->url.n)
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_VERSION_STATE, STR("remote"),
                 server_place(s, s->url_node));
    else
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_VERSION_STATE, NO_PROGRAM, s->at);
}

void server_emit_program(struct server *s)
{
    const struct launch *l = &s->launch;
    if (!l->launcher) {
        no_program(s);
        return;
    }
    struct place at = word_place(s, l->program.from);
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_COMMAND, l->program.text, at);
    emit_state(s->e, l->program.from ? STATE_RESOLVED : STATE_DECLARED);
    emit_arguments(s);
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_LAUNCHER, str_z(l->launcher), word_place(s, 0));
    emit_package(s);
}

/* --- address ----------------------------------------------------------------------------- */

static bool is_loopback(struct str host)
{
    unsigned first = 0, dots = 0;
    /* A client that is given the address of all interfaces reaches its own machine. */
    static const char *const names[] = {"localhost", "[::1]", "::1", "0.0.0.0", "[::]"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(host, str_z(names[i])))
            return true;
    if (host.n > 10 && str_eq_nocase(str_sub(host, host.n - 10, host.n), STR(".localhost")))
        return true;
    for (size_t i = 0; i < host.n; i++) {
        if (host.p[i] == '.')
            dots++;
        else if (host.p[i] < '0' || host.p[i] > '9')
            return false;
        else if (!dots)
            first = MIN(first * 10 + (unsigned)(host.p[i] - '0'), 1000u);
    }
    return first == 127 && dots == 3;
}

static struct str host_of(struct str url)
{
    size_t mark = str_find(url, STR("://"), 0);
    struct str rest = mark == SIZE_MAX ? url : str_sub(url, mark + 3, url.n), host = rest, tail;
    str_cut(rest, '/', &host, &tail);
    size_t bracket = str_rchr(host, ']'), colon = str_rchr(host, ':');
    if (colon != SIZE_MAX && (bracket == SIZE_MAX || colon > bracket))
        host = str_sub(host, 0, colon);
    return host;
}

static void emit_url(struct server *s, struct str url, struct place at)
{
    static const char *const schemes[] = {"https", "http", "wss", "ws"};
    size_t mark = str_find(url, STR("://"), 0);
    struct str scheme = mark == SIZE_MAX ? STR("") : str_sub(url, 0, mark);
    const char *known = NULL;
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        known = str_eq_z(scheme, schemes[i]) ? schemes[i] : known;
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_URL, url, at);
    if (known)
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_URL_SCHEME, str_z(known), at);
    else
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_URL_SCHEME,
                        "the address does not begin with http, https, ws or wss", at);
    emit_bool(s->e, s->asset, ATTR_MCP_SERVER_URL_LOOPBACK, is_loopback(host_of(url)), at);
}

static void unknown_url(struct server *s, const char *reason, struct place at)
{
    emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_URL, reason, at);
    emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_URL_SCHEME, reason, at);
    emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_URL_LOOPBACK, reason, at);
}

/* "${URL:-https://…}" starts with what the default says. */
static struct str with_default(struct str url)
{
    size_t mark = str_find(url, STR(":-"), 0);
    if (str_starts(url, STR("${")) && mark != SIZE_MAX && str_chr(url, '}', 0) == url.n - 1 &&
        mark < url.n)
        return str_sub(url, mark + 2, url.n - 1);
    return url;
}

static bool is_remote_word(struct str type)
{
    return str_has(type, STR("sse")) || str_has(type, STR("http")) ||
           str_has(type, STR("websocket")) || str_eq_z(type, "ws");
}

/* http unless the entry or the address says otherwise. */
static const char *remote_transport(const struct server *s, enum attr_state *ret)
{
    struct str type = node_text(s->doc, server_member(s, "type transport"));
    *ret = STATE_DECLARED;
    if (s->launch.url_transport)
        return s->launch.url_transport;
    if (!s->launch.launcher) {
        if (str_has(type, STR("sse")))
            return "sse";
        if (str_eq_z(type, "ws") || str_has(type, STR("websocket")))
            return "websocket";
        if (str_has(type, STR("http")))
            return "http";
    }
    *ret = STATE_INFERRED;
    if (str_starts(s->url, STR("ws://")) || str_starts(s->url, STR("wss://")))
        return "websocket";
    struct str base = s->url, tail;
    str_cut(base, '?', &base, &tail);
    return str_ends(base, STR("/sse")) ? "sse" : "http";
}

static void emit_transport(struct server *s)
{
    const struct node *type = server_member(s, "type transport");
    enum attr_state state = STATE_DECLARED;
    const char *word = s->url.n ? remote_transport(s, &state) : "stdio";
    if (s->url.n || s->launch.launcher) {
        bool typed = node_is(type, NODE_STRING) && !s->launch.launcher && state == STATE_DECLARED;
        struct place at = s->url.n ? server_place(s, s->url_node) : word_place(s, 0);
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_TRANSPORT, str_z(word),
                 typed ? server_place(s, type) : at);
        emit_state(s->e, state);
    } else if (node_is(type, NODE_STRING) && is_remote_word(node_text(s->doc, type))) {
        emit_str(s->e, s->asset, ATTR_MCP_SERVER_TRANSPORT, str_z(remote_transport(s, &state)),
                 server_place(s, type)); /* the address is missing */
        emit_state(s->e, state);
    } else {
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_TRANSPORT, NO_PROGRAM, s->at);
    }
}

void server_emit_address(struct server *s)
{
    AUTO(buf) b = BUF_INIT;
    struct str url = with_default(s->url);
    emit_transport(s);
    if (s->bad_url && !s->launch.launcher) {
        unknown_url(s, "the address is not text", server_place(s, s->bad_url));
        return;
    }
    if (!s->url.n) {
        absent(s, ATTR_MCP_SERVER_URL);
        absent(s, ATTR_MCP_SERVER_URL_SCHEME);
        absent(s, ATTR_MCP_SERVER_URL_LOOPBACK);
        return;
    }
    struct place at = server_place(s, s->url_node);
    url_normalise(url, &b);
    int rc = buf_result(&b);
    if (rc)
        server_fail(s, rc);
    else if (launcher_is_reference(host_of(buf_str(&b))) || launcher_is_reference(host_of(url)))
        unknown_url(s, "the address stands in a variable", at);
    else
        emit_url(s, buf_str(&b), at);
}

/* --- environment, headers, authentication ------------------------------------------------ */

static void read_environment(struct server *s, struct server_pairs *ret)
{
    const struct launch_pairs *l = &s->launch.environment;
    const struct node *command = server_member(s, "command");
    server_pairs(s, "env envs environment env_vars", ret);
    if (node_is(command, NODE_OBJECT) && !ret->node) { /* {path, args, env} */
        struct server inner = *s;
        inner.entry = command;
        server_pairs(&inner, "env", ret);
        s->error = inner.error;
    }
    for (size_t i = 0; i < l->n; i++) {
        const struct node *n = server_word_node(s, l->v[i].from);
        ret->node = ret->node ? ret->node : n;
        server_add_pair(
            s, ret, (struct server_pair){.name = l->v[i].name, .value = l->v[i].value, .node = n});
    }
}

static void emit_environment(struct server *s, const struct server_pairs *env)
{
    const struct node *file = server_member(s, "envFile env_file");
    if (!env->n && file)
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_ENVIRONMENT,
                        "the variables come from another file", server_place(s, file));
    else
        server_emit_names(s, ATTR_MCP_SERVER_ENVIRONMENT, env);
}

static void read_headers(struct server *s, struct server_pairs *ret)
{
    const struct launch_pairs *l = &s->launch.headers;
    const struct node *options = server_member(s, "requestOptions");
    server_pairs(s, "headers http_headers httpHeaders env_http_headers", ret);
    if (node_is(options, NODE_OBJECT)) {
        struct server inner = *s;
        inner.entry = options;
        server_pairs(&inner, "headers", ret);
        s->error = inner.error;
    }
    for (size_t i = 0; i < l->n; i++) {
        const struct node *n = server_word_node(s, l->v[i].from);
        ret->node = ret->node ? ret->node : n;
        server_add_pair(s, ret, (struct server_pair){.name = l->v[i].name, .node = n});
    }
}

/* RFC 9110, 11.4: whatever the name of the header is. */
static bool is_credentials(struct str value)
{
    return str_eq_nocase(str_sub(value, 0, MIN(value.n, (size_t)7)), STR("Bearer ")) ||
           str_eq_nocase(str_sub(value, 0, MIN(value.n, (size_t)6)), STR("Basic "));
}

static const struct node *first_credential(const struct server *s, const struct server_pairs *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (server_name_authenticates(p->v[i].name) ||
            is_credentials(node_text(s->doc, p->v[i].node)))
            return p->v[i].node;
    return NULL;
}

static bool has_credentials(struct str url)
{
    size_t mark = str_find(url, STR("://"), 0);
    struct str rest = mark == SIZE_MAX ? url : str_sub(url, mark + 3, url.n), host = rest, tail;
    str_cut(rest, '/', &host, &tail);
    return str_chr(host, '@', 0) != SIZE_MAX;
}

static void say_auth(struct server *s, const char *word, const struct node *n)
{
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_AUTH, str_z(word), server_place(s, n));
}

/* {"oauth": {...}} of the entry, or {"auth": {"oauth": {...}}}. */
static const struct node *oauth_of(struct server *s, const struct node *auth)
{
    const struct node *n = server_member(s, "oauth authProviderType oauth2 OAuth");
    bool on = true;
    if (n)
        return n;
    n = member(s->doc, auth, "oauth");
    return node_bool(member(s->doc, n, "enabled"), &on) || on ? n : NULL;
}

static void emit_auth(struct server *s, const struct server_pairs *env,
                      const struct server_pairs *headers)
{
    const struct node *auth = server_member(s, "auth authentication auth_type");
    const struct node *n, *oauth = oauth_of(s, auth);
    bool yes = true;
    struct str word = node_text(s->doc, auth), query, base;
    bool off = (!node_bool(oauth, &yes) && !yes) || str_eq_z(word, "none");
    if ((n = server_member(s, "bearer_token_env_var")))
        say_auth(s, "environment", n);
    else if ((n = first_credential(s, headers)))
        say_auth(s, "header", n);
    else if ((n = server_member(s, "headersHelper http_headers_helper apiKeyHelper")))
        say_auth(s, "header", n);
    else if (s->url.n && has_credentials(s->url))
        say_auth(s, "header", s->url_node);
    else if ((oauth && !off) || str_has(word, STR("oauth")))
        say_auth(s, "oauth", oauth ? oauth : auth);
    else if ((n = first_credential(s, env)))
        say_auth(s, "environment", n);
    else if (off)
        say_auth(s, "none", oauth ? oauth : auth);
    else if (auth)
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_AUTH, "the way to sign in is not known",
                        server_place(s, auth));
    else if (str_cut(s->url, '?', &base, &query) && query.n)
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_AUTH,
                        "parameters of the address may sign in", server_place(s, s->url_node));
    else
        absent(s, ATTR_MCP_SERVER_AUTH);
}

/* --- granted folders --------------------------------------------------------------------- */

/* Servers whose arguments are the folders they may touch; `option`: only those that follow it. */
static const struct {
    const char *package, *option;
} FILE_SERVERS[] = {
    {"npm:@modelcontextprotocol/server-filesystem", NULL},
    {"npm:@cyanheads/filesystem-mcp-server", NULL},
    {"npm:mcp-server-filesystem", NULL},
    {"npm:@redf0x1/mcp-filesystem", NULL},
    {"npm:filesystem-mcp", NULL},
    {"npm:mcp-obsidian", NULL},
    {"pypi:mcp-server-filesystem", NULL},
    {"pypi:mcp-filesystem", NULL},
    {"oci:mcp/filesystem", NULL},
    {"oci:mcp/rust-mcp-filesystem", NULL},
    {"pypi:mcp-server-git", "--repository"},
    {"pypi:mcp-server-git", "-r"},
    {"pypi:mcp-server-sqlite", "--db-path"},
};

static void push_root(struct server *s, struct shell_words *roots, struct shell_word w)
{
    int rc = shell_push(roots, w, s->it->arena);
    if (rc)
        server_fail(s, rc);
}

static void file_server_roots(struct server *s, struct shell_words *roots)
{
    const struct shell_words *args = &s->launch.arguments;
    for (size_t k = 0; k < ARRAY_LEN(FILE_SERVERS); k++) {
        const char *option = FILE_SERVERS[k].option;
        if (!str_eq_z(s->launch.package, FILE_SERVERS[k].package))
            continue;
        for (size_t i = 0; i < args->n; i++) {
            struct str text = args->v[i].text, name, value;
            bool plain = text.n && text.p[0] != '-';
            if (plain && (!option || (i && str_eq_z(args->v[i - 1].text, option))))
                push_root(s, roots, args->v[i]);
            else if (option && str_cut(text, '=', &name, &value) && str_eq_z(name, option))
                push_root(s, roots, (struct shell_word){.text = value, .from = args->v[i].from});
        }
    }
}

static void emit_roots(struct server *s)
{
    struct shell_words roots = {0};
    /* The arguments of a container name folders inside it; its mounts name ours. */
    if (s->launch.launcher && !strcmp(s->launch.launcher, "docker"))
        roots = s->launch.roots;
    else
        file_server_roots(s, &roots);
    struct str *text = roots.n ? arena_new_n(s->it->arena, struct str, roots.n) : NULL;
    if (!roots.n) {
        absent(s, ATTR_MCP_SERVER_FILE_ROOTS);
        return;
    }
    if (!text) {
        server_fail(s, arena_error(s->it->arena));
        return;
    }
    for (size_t i = 0; i < roots.n; i++)
        text[i] = roots.v[i].text;
    emit_list(s->e, s->asset, ATTR_MCP_SERVER_FILE_ROOTS, text, roots.n,
              word_place(s, roots.v[0].from));
}

void server_emit_access(struct server *s)
{
    struct server_pairs env = {0}, headers = {0};
    read_environment(s, &env);
    read_headers(s, &headers);
    for (size_t i = 0; i < env.n; i++)
        server_secret(s, env.v[i].name, env.v[i].value, env.v[i].node);
    for (size_t i = 0; i < headers.n; i++)
        server_secret(s, headers.v[i].name, headers.v[i].value, headers.v[i].node);
    if (s->url.n)
        server_secret_url(s, s->url, s->url_node);
    emit_environment(s, &env);
    server_emit_names(s, ATTR_MCP_SERVER_HEADERS, &headers);
    emit_auth(s, &env, &headers);
    if (s->it->values)
        emit_int(s->e, s->asset, ATTR_MCP_SERVER_SECRET_LITERALS, s->secrets, s->at);
    else
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_SECRET_LITERALS, "values were not searched",
                        s->at);
    emit_roots(s);
}
