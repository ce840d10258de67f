/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which members of a server's entry mean what, across the spellings of agent hosts. */
#include <string.h>

#include "base/map.h"
#include "discover/servers/server_entry.h"

/* Spellings: see the sources of each host in knowledge/hosts. */
#define COMMANDS  "command cmd"
#define ADDRESSES "url serverUrl httpUrl uri endpoint server_url serverURL http_url sse_url baseUrl"
#define ARGUMENTS "args arguments"

void server_fail(struct server *s, int code)
{
    if (!s->error)
        s->error = code;
}

struct place server_place(const struct server *s, const struct node *n)
{
    return n ? place_node(s->it, s->doc, n) : s->at;
}

static const struct node *first_of(const struct doc *doc, const struct node *n, const char *names)
{
    struct str rest = str_z(names), one;
    while (str_field(&rest, ' ', &one)) {
        char key[64];
        snprintf(key, sizeof(key), STR_FMT, STR_ARG(one));
        const struct node *m = member(doc, n, key);
        bool empty = !m || m->type == NODE_NULL || (m->type == NODE_STRING && !m->val_len);
        if (!empty)
            return m;
    }
    return NULL;
}

const struct node *server_member(const struct server *s, const char *names)
{
    return first_of(s->doc, s->entry, names);
}

bool server_like(const struct doc *doc, const struct node *n)
{
    const struct node *command = first_of(doc, n, COMMANDS), *url = first_of(doc, n, ADDRESSES);
    return (command && (command->type == NODE_STRING || command->type == NODE_ARRAY)) ||
           node_is(url, NODE_STRING);
}

/* --- pairs ------------------------------------------------------------------------------- */

void server_add_pair(struct server *s, struct server_pairs *to, struct server_pair p)
{
    if (to->n == to->alloc && !s->error) {
        size_t alloc = to->alloc ? to->alloc * 2 : 8;
        struct server_pair *v = arena_new_n(s->it->arena, struct server_pair, alloc);
        if (!v) {
            server_fail(s, arena_error(s->it->arena));
            return;
        }
        if (to->n)
            memcpy(v, to->v, to->n * sizeof(*v));
        to->v = v;
        to->alloc = alloc;
    }
    if (!s->error && p.name.n)
        to->v[to->n++] = p;
}

/* An element of a list: "A=b", "A: b", "A", or an object with name and value. */
static struct server_pair element(const struct doc *doc, const struct node *n)
{
    struct server_pair p = {.node = n};
    if (node_is(n, NODE_OBJECT)) {
        const struct node *name = first_of(doc, n, "name key header");
        const struct node *value = first_of(doc, n, "value default");
        p.name = node_text(doc, name);
        p.value = node_text(doc, value);
        p.node = value ? value : n;
        return p;
    }
    struct str text = node_text(doc, n);
    if (!str_cut(text, '=', &p.name, &p.value) && !str_cut(text, ':', &p.name, &p.value)) {
        p.name = text;
        p.value = STR("");
    }
    p.name = str_trim(p.name);
    p.value = str_trim(p.value);
    return p;
}

static void add_pairs(struct server *s, const struct node *from, struct server_pairs *ret)
{
    if (!ret->node)
        ret->node = from;
    if (node_is(from, NODE_STRING))
        server_add_pair(s, ret, element(s->doc, from));
    node_each (s->doc, from, it) {
        if (node_is(from, NODE_ARRAY)) {
            server_add_pair(s, ret, element(s->doc, it));
            continue;
        }
        struct server_pair p = {.name = node_key(s->doc, it), .node = it};
        const struct node *value = it;
        if (node_is(it, NODE_OBJECT))
            value = first_of(s->doc, it, "value default");
        p.value = node_text(s->doc, value);
        p.node = value ? value : it;
        server_add_pair(s, ret, p);
    }
}

void server_pairs(struct server *s, const char *names, struct server_pairs *ret)
{
    struct str rest = str_z(names), one;
    while (str_field(&rest, ' ', &one)) {
        char key[64];
        snprintf(key, sizeof(key), STR_FMT, STR_ARG(one));
        const struct node *m = member(s->doc, s->entry, key);
        if (m && m->type != NODE_NULL)
            add_pairs(s, m, ret);
    }
}

void server_emit_names(struct server *s, enum attr a, const struct server_pairs *p)
{
    AUTO(map) seen = MAP_INIT;
    struct str *names = p->n ? arena_new_n(s->it->arena, struct str, p->n) : NULL;
    size_t n = 0;
    if (p->n && !names)
        server_fail(s, arena_error(s->it->arena));
    for (size_t i = 0; i < p->n && !s->error; i++) {
        bool is_new;
        if (!map_put(&seen, p->v[i].name, &is_new))
            server_fail(s, E_NOMEM);
        else if (is_new)
            names[n++] = p->v[i].name;
    }
    if (s->error)
        return;
    if (n)
        emit_list(s->e, s->asset, a, names, n, server_place(s, p->node));
    else
        emit_absent(s->e, s->asset, a, s->at);
}

/* --- the command line -------------------------------------------------------------------- */

static void add_word(struct server *s, struct shell_words *w, const struct node *n, struct str text)
{
    struct shell_word word = {.text = text, .from = (uint32_t)s->nodes.n};
    int rc = node_list_add(&s->nodes, n, s->it->arena);
    if (!rc)
        rc = shell_push(w, word, s->it->arena);
    if (rc)
        server_fail(s, rc);
}

static void add_words(struct server *s, struct shell_words *w, const struct node *list)
{
    if (node_is(list, NODE_STRING)) { /* all arguments in one text */
        struct shell_words split = {0};
        int rc = shell_split(node_text(s->doc, list), SHELL_POSIX, 0, s->it->arena, &split);
        if (rc)
            server_fail(s, rc);
        for (size_t i = 0; i < split.n; i++)
            if (!split.v[i].op)
                add_word(s, w, list, split.v[i].text);
        return;
    }
    node_each (s->doc, list, it) {
        if (node_is(it, NODE_OBJECT) || node_is(it, NODE_ARRAY))
            emit_gap(s->e, COVERAGE_PARTIAL, server_place(s, it), "an argument is not text");
        else
            add_word(s, w, it, node_text(s->doc, it));
    }
}

/* A container image alone, as the catalogues of the Docker toolkit have it. */
static void add_image(struct server *s, struct shell_words *w)
{
    const struct node *image = first_of(s->doc, s->entry, "image");
    if (!node_is(image, NODE_STRING))
        return;
    add_word(s, w, image, STR("docker"));
    add_word(s, w, image, STR("run"));
    add_word(s, w, image, node_text(s->doc, image));
}

static void read_words(struct server *s, struct shell_words *w)
{
    const struct node *command = server_member(s, COMMANDS);
    const struct node *args = server_member(s, ARGUMENTS);
    if (node_is(command, NODE_OBJECT)) { /* {path, args} */
        const struct node *path = first_of(s->doc, command, "path command program");
        const struct node *inner = first_of(s->doc, command, ARGUMENTS);
        args = inner ? inner : args;
        command = path;
    }
    if (node_is(command, NODE_ARRAY))
        add_words(s, w, command);
    else if (node_is(command, NODE_STRING))
        add_word(s, w, command, node_text(s->doc, command));
    else if (command)
        s->broken = true;
    else
        add_image(s, w);
    if (s->broken)
        emit_gap(s->e, COVERAGE_PARTIAL, server_place(s, command), "the command is not text");
    if (args && w->n)
        add_words(s, w, args);
}

static bool says_remote(struct str type)
{
    static const char *const words[] = {"http", "sse", "streamable", "remote", "ws", "websocket"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(type, str_z(words[i])))
            return true;
    return false;
}

static void read_entry(struct server *s)
{
    struct shell_words words = {0};
    const struct node *url = server_member(s, ADDRESSES),
                      *type = server_member(s, "type transport");
    read_words(s, &words);
    if (url && !node_is(url, NODE_STRING)) {
        emit_gap(s->e, COVERAGE_PARTIAL, server_place(s, url), "the address is not text");
        s->bad_url = url;
        s->broken = true;
        url = NULL;
    }
    if (url && (!words.n || says_remote(node_text(s->doc, type)))) {
        s->url_node = url;
        s->url = node_text(s->doc, url);
        words.n = 0;
    }
    int rc = s->error ? s->error : launcher_parse(words.v, words.n, s->it->arena, &s->launch);
    if (rc) {
        server_fail(s, rc);
        return;
    }
    if (s->launch.url.text.n) {
        s->url = s->launch.url.text;
        s->url_node = server_word_node(s, s->launch.url.from);
    }
}

const struct node *server_word_node(const struct server *s, uint32_t from)
{
    return from < s->nodes.n ? s->nodes.v[from] : s->entry;
}

/* --- approval and state ------------------------------------------------------------------ */

struct approvals {
    struct str *v;
    size_t n, alloc;
    const struct node *node;
};

static void approve(struct server *s, struct approvals *a, struct str tool)
{
    if (a->n == a->alloc) {
        size_t alloc = a->alloc ? a->alloc * 2 : 8;
        struct str *v = arena_new_n(s->it->arena, struct str, alloc);
        if (!v) {
            server_fail(s, arena_error(s->it->arena));
            return;
        }
        if (a->n)
            memcpy(v, a->v, a->n * sizeof(*v));
        a->v = v;
        a->alloc = alloc;
    }
    a->v[a->n++] = tool;
}

static bool says_approve(struct str word)
{
    return str_eq_z(word, "approve") || str_eq_z(word, "always") || str_eq_z(word, "allow") ||
           str_eq_z(word, "always_allow") || str_eq_z(word, "yolo");
}

/* autoApprove: [tools] | true | "*" | {tool: true} */
static void approve_node(struct server *s, struct approvals *a, const struct node *n)
{
    bool yes = false;
    if (!node_bool(n, &yes) && yes)
        approve(s, a, STR("*"));
    if (node_is(n, NODE_STRING))
        approve(s, a, says_approve(node_text(s->doc, n)) ? STR("*") : node_text(s->doc, n));
    node_each (s->doc, n, it) {
        if (node_is(n, NODE_ARRAY))
            approve(s, a, node_text(s->doc, it));
        else if ((!node_bool(it, &yes) && yes) || says_approve(node_text(s->doc, it)))
            approve(s, a, node_key(s->doc, it));
    }
}

static void emit_approve(struct server *s)
{
    static const char *const lists[] = {"autoApprove", "alwaysAllow", "auto_approve",
                                        "always_allow", "toolPermissions"};
    struct approvals a = {0};
    const struct node *n;
    bool yes;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        n = member(s->doc, s->entry, lists[i]);
        a.node = a.node ? a.node : n;
        approve_node(s, &a, n);
    }
    if (!node_bool(n = member(s->doc, s->entry, "trust"), &yes)) {
        a.node = yes || !a.node ? n : a.node;
        if (yes)
            approve(s, &a, STR("*"));
    }
    n = member(s->doc, s->entry, "default_tools_approval_mode");
    a.node = n && !a.node ? n : a.node;
    if (says_approve(node_text(s->doc, n)))
        approve(s, &a, STR("*"));
    const struct node *tools = member(s->doc, s->entry, "tools");
    node_each (s->doc, node_is(tools, NODE_OBJECT) ? tools : NULL, it) {
        n = member(s->doc, it, "approval_mode");
        a.node = n && !a.node ? n : a.node;
        if (says_approve(node_text(s->doc, n)))
            approve(s, &a, node_key(s->doc, it));
    }
    if (a.node)
        emit_list(s->e, s->asset, ATTR_MCP_SERVER_AUTO_APPROVE, a.v, a.n, server_place(s, a.node));
    else
        emit_absent(s->e, s->asset, ATTR_MCP_SERVER_AUTO_APPROVE, s->at);
}

static void emit_enabled(struct server *s)
{
    const struct node *off = server_member(s, "disabled"), *on = server_member(s, "enabled");
    bool value;
    on = on ? on : server_member(s, "isActive");
    if (!off && !on) {
        emit_bool(s->e, s->asset, ATTR_MCP_SERVER_ENABLED, true, s->at);
        emit_state(s->e, STATE_DEFAULT);
    } else if (!node_bool(off, &value) && (value || !on)) {
        emit_bool(s->e, s->asset, ATTR_MCP_SERVER_ENABLED, !value, server_place(s, off));
    } else if (!node_bool(on, &value)) {
        emit_bool(s->e, s->asset, ATTR_MCP_SERVER_ENABLED, value, server_place(s, on));
    } else {
        emit_unresolved(s->e, s->asset, ATTR_MCP_SERVER_ENABLED, "neither true nor false",
                        server_place(s, off ? off : on));
    }
}

static void emit_origin_of_entry(struct server *s)
{
    const char *by = s->file->extension ? "extension" : s->file->scope;
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_CONFIGURED_BY, str_z(by), s->at);
    emit_state(s->e, s->file->extension ? STATE_DECLARED : s->file->certain);
    emit_str(s->e, s->asset, ATTR_MCP_SERVER_HOST, str_z(s->file->host->id), s->at);
    if (s->file->row) /* a fix knows the server, not the file */
        emit_catalog_row(s->e, s->asset, ATTR_MCP_SERVER_CATALOG_ROW, s->file->host,
                         (const char *const[]){"agent", "file"}, str_z(s->file->row->path), s->at);
}

/* Entries without program and address that mean something all the same. */
static bool is_explained(const struct server *s)
{
    static const char *const words[] = {"enabled", "disabled", "settings",
                                        "source",  "ref",      "extension"};
    struct str type = node_text(s->doc, server_member(s, "type"));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (member(s->doc, s->entry, words[i]))
            return true;
    return str_eq_z(type, "builtin") || str_eq_z(type, "platform") || str_eq_z(type, "frontend") ||
           str_eq_z(type, "inline_python");
}

int server_emit(struct server *s)
{
    s->at = place_node(s->it, s->doc, s->row);
    s->asset = emit_asset(s->e, KIND_MCP_SERVER, s->name, s->at);
    read_entry(s);
    if (s->error)
        return s->error;
    if (!s->launch.launcher && !s->url.n && !s->broken && !is_explained(s))
        emit_gap(s->e, COVERAGE_PARTIAL, s->at,
                 "the entry of a server names neither a program nor an address");
    server_emit_address(s);
    server_emit_program(s);
    server_emit_access(s);
    emit_approve(s);
    emit_enabled(s);
    emit_origin_of_entry(s);
    return s->error;
}
