/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an agent host may do without asking, from its settings files. */
#include <string.h>

#include "discover/servers/host_file.h"

static bool wants_host_settings(const struct catalog *c, struct str path);
static int run_host_settings(struct item *it, struct emit *e);

const struct detector DETECTOR_HOST_SETTINGS = {
    .id = "host-settings",
    .title = "Approval settings of agent hosts",
    .version = 2,
    .wants = wants_host_settings,
    .need = ITEM_TEXT,
    .run = run_host_settings,
};

struct settings {
    struct item *it;
    struct emit *e;
    const struct doc *doc;
    const struct node *root;
    const struct host_file *file;
    uint32_t asset;
    struct rules {
        struct str *v;
        size_t n, alloc;
        const struct node *node; /* the first key that sets rules; NULL: none does */
    } allow, deny;
    int error;
};

static bool wants_host_settings(const struct catalog *c, struct str path)
{
    struct host_file f;
    return host_file_find(c, path, HOST_FILE_SETTINGS, &f);
}

/* --- what readers share ------------------------------------------------------------------ */

static struct place place_of(const struct settings *s, const struct node *n)
{
    return n ? place_node(s->it, s->doc, n) : place_item(s->it);
}

static void fail(struct settings *s, int code)
{
    if (!s->error)
        s->error = code;
}

/* `prefix` and `suffix` put the rules of all hosts into one form: "Shell(npm)". */
static void add_rule(struct settings *s, struct rules *r, const char *prefix, struct str text,
                     const char *suffix)
{
    if (r->n == r->alloc) {
        size_t alloc = r->alloc ? r->alloc * 2 : 16;
        struct str *v = arena_new_n(s->it->arena, struct str, alloc);
        if (!v) {
            fail(s, arena_error(s->it->arena));
            return;
        }
        if (r->n)
            memcpy(v, r->v, r->n * sizeof(*v));
        r->v = v;
        r->alloc = alloc;
    }
    if (*prefix || *suffix)
        text = arena_fmt(s->it->arena, "%s" STR_FMT "%s", prefix, STR_ARG(text), suffix);
    if (!text.p)
        fail(s, arena_error(s->it->arena));
    else
        r->v[r->n++] = text;
}

static void add_list(struct settings *s, struct rules *r, const struct node *list)
{
    if (!list)
        return;
    r->node = r->node ? r->node : list;
    if (!node_is(list, NODE_ARRAY))
        emit_gap(s->e, COVERAGE_PARTIAL, place_of(s, list), "the rules are not a list");
    node_each (s->doc, list, it)
        if (node_is(list, NODE_ARRAY) && node_is(it, NODE_STRING))
            add_rule(s, r, "", node_text(s->doc, it), "");
}

static void say(struct settings *s, enum attr a, const char *word, const struct node *n)
{
    emit_str(s->e, s->asset, a, str_z(word), place_of(s, n));
}

static void emit_rules(struct settings *s, enum attr a, const struct rules *r)
{
    if (r->node)
        emit_list(s->e, s->asset, a, r->v, r->n, place_of(s, r->node));
    else
        emit_absent(s->e, s->asset, a, place_item(s->it));
}

static void emit_absent_approval(struct settings *s)
{
    if (s->allow.n) {
        say(s, ATTR_AGENT_HOST_APPROVAL, "allow-listed", s->allow.node);
        emit_state(s->e, STATE_INFERRED);
    } else {
        emit_absent(s->e, s->asset, ATTR_AGENT_HOST_APPROVAL, place_item(s->it));
    }
}

/* --- Claude Code (docs.anthropic.com, settings and permission modes) ----------------------- */

static void claude_approval(struct settings *s, const struct node *permissions)
{
    static const struct {
        const char *mode, *word;
    } modes[] = {{"default", "ask"},
                 {"acceptEdits", "accept-edits"},
                 {"plan", "plan"},
                 {"dontAsk", "allow-listed"},
                 {"bypassPermissions", "bypass"}};
    const struct node *n = member(s->doc, permissions, "defaultMode");
    struct str mode = node_text(s->doc, n);
    if (!n) {
        emit_absent_approval(s);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (str_eq_z(mode, modes[i].mode)) {
            say(s, ATTR_AGENT_HOST_APPROVAL, modes[i].word, n);
            return;
        }
    }
    emit_unresolved(s->e, s->asset, ATTR_AGENT_HOST_APPROVAL, "the permission mode is not known",
                    place_of(s, n));
}

static void claude_servers(struct settings *s)
{
    const struct node *all = member(s->doc, s->root, "enableAllProjectMcpServers");
    const struct node *some = member(s->doc, s->root, "enabledMcpjsonServers");
    bool yes;
    if (!node_bool(all, &yes)) {
        say(s, ATTR_AGENT_HOST_PROJECT_SERVERS, yes ? "all" : "ask", all);
    } else if (all) {
        emit_unresolved(s->e, s->asset, ATTR_AGENT_HOST_PROJECT_SERVERS, "neither true nor false",
                        place_of(s, all));
    } else if (node_is(some, NODE_ARRAY) && some->count) {
        /* A project that everybody shares approves its own servers; a person was asked before. */
        bool shared =
            !strcmp(s->file->scope, "project") && str_ends(s->it->path, STR("/settings.json"));
        say(s, ATTR_AGENT_HOST_PROJECT_SERVERS, shared ? "all" : "ask", some);
        emit_state(s->e, STATE_INFERRED);
    } else {
        emit_absent(s->e, s->asset, ATTR_AGENT_HOST_PROJECT_SERVERS, place_item(s->it));
    }
}

/* {"Event": [{"matcher": "...", "hooks": [{"command": "..."}]}]} */
static void claude_hooks(struct settings *s)
{
    const struct node *hooks = member(s->doc, s->root, "hooks");
    const struct node *off = member(s->doc, s->root, "disableAllHooks");
    int64_t n = 0;
    bool disabled = false;
    if (!hooks) {
        emit_absent(s->e, s->asset, ATTR_AGENT_HOST_HOOKS, place_item(s->it));
        return;
    }
    node_each (s->doc, hooks, event)
        node_each (s->doc, event, matcher)
            n += member(s->doc, matcher, "hooks") ? member(s->doc, matcher, "hooks")->count : 0;
    if (!node_bool(off, &disabled) && disabled)
        n = 0;
    emit_int(s->e, s->asset, ATTR_AGENT_HOST_HOOKS, n, place_of(s, hooks));
}

static void read_claude(struct settings *s)
{
    const struct node *permissions = member(s->doc, s->root, "permissions");
    if (permissions && !node_is(permissions, NODE_OBJECT))
        emit_gap(s->e, COVERAGE_PARTIAL, place_of(s, permissions), "the permissions are not a map");
    add_list(s, &s->allow, member(s->doc, permissions, "allow"));
    add_list(s, &s->deny, member(s->doc, permissions, "deny"));
    claude_approval(s, permissions);
    claude_servers(s);
    claude_hooks(s);
}

/* --- Cursor (permissions.json; cli-config.json has "permissions") --------------------------- */

/* "server:tool" in the form that Claude Code has made usual: mcp__server__tool. */
static void cursor_tool(struct settings *s, struct str rule, bool *ret_all)
{
    struct str server, tool;
    if (!str_cut(rule, ':', &server, &tool))
        tool = STR("*");
    if (str_eq_z(server, "*") && str_eq_z(tool, "*")) {
        *ret_all = true;
        add_rule(s, &s->allow, "", STR("*:*"), "");
        return;
    }
    struct str text =
        arena_fmt(s->it->arena, "mcp__" STR_FMT "__" STR_FMT, STR_ARG(server), STR_ARG(tool));
    if (!text.p)
        fail(s, arena_error(s->it->arena));
    else
        add_rule(s, &s->allow, "", text, "");
}

static const struct node *cursor_lists(struct settings *s)
{
    const struct node *tools = member(s->doc, s->root, "mcpAllowlist");
    const struct node *shell = member(s->doc, s->root, "terminalAllowlist"), *all = NULL;
    s->allow.node = tools ? tools : shell;
    if (tools && !node_is(tools, NODE_ARRAY))
        emit_gap(s->e, COVERAGE_PARTIAL, place_of(s, tools), "the rules are not a list");
    if (shell && !node_is(shell, NODE_ARRAY))
        emit_gap(s->e, COVERAGE_PARTIAL, place_of(s, shell), "the rules are not a list");
    node_each (s->doc, node_is(tools, NODE_ARRAY) ? tools : NULL, it) {
        bool every = false;
        cursor_tool(s, node_text(s->doc, it), &every);
        all = every ? it : all;
    }
    node_each (s->doc, node_is(shell, NODE_ARRAY) ? shell : NULL, it) {
        struct str text = node_text(s->doc, it);
        add_rule(s, &s->allow, "Shell(", text, ")");
        all = str_eq_z(text, "*") ? it : all;
    }
    return all;
}

static void read_cursor(struct settings *s)
{
    const struct node *all = cursor_lists(s);
    const struct node *permissions = member(s->doc, s->root, "permissions");
    add_list(s, &s->allow, member(s->doc, permissions, "allow"));
    add_list(s, &s->deny, member(s->doc, permissions, "deny"));
    if (all)
        say(s, ATTR_AGENT_HOST_APPROVAL, "bypass", all);
    else
        emit_absent_approval(s);
    emit_absent(s->e, s->asset, ATTR_AGENT_HOST_PROJECT_SERVERS, place_item(s->it));
    emit_absent(s->e, s->asset, ATTR_AGENT_HOST_HOOKS, place_item(s->it));
}

/* --- Visual Studio Code (code.visualstudio.com, settings of agents) ------------------------- */

/* {"npm test": true, "/^git/": {"approve": true}, "rm": false} or true for all. */
static void code_terminal(struct settings *s)
{
    const struct node *n = member(s->doc, s->root, "chat.tools.terminal.autoApprove");
    bool yes;
    if (!node_bool(n, &yes) && yes) {
        s->allow.node = n;
        add_rule(s, &s->allow, "", STR("Shell(*)"), "");
    }
    if (!node_is(n, NODE_OBJECT))
        return;
    s->allow.node = s->deny.node = n;
    node_each (s->doc, n, it) {
        const struct node *value = node_is(it, NODE_OBJECT) ? member(s->doc, it, "approve") : it;
        struct str rule = node_key(s->doc, it);
        bool every = str_eq_z(rule, "/.*/") || str_eq_z(rule, "/^.*$/");
        if (node_bool(value, &yes))
            continue; /* null takes a default of the host away */
        add_rule(s, yes ? &s->allow : &s->deny, "Shell(", every ? STR("*") : rule, ")");
    }
}

static const struct node *code_bypass(const struct settings *s)
{
    static const char *const switches[] = {"chat.tools.global.autoApprove",
                                           "chat.tools.autoApprove"};
    const struct node *mode = member(s->doc, s->root, "chat.permissions.default");
    struct str word = node_text(s->doc, mode);
    bool yes;
    for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
        const struct node *n = member(s->doc, s->root, switches[i]);
        if (!node_bool(n, &yes) && yes)
            return n;
    }
    return str_eq_z(word, "autoApprove") || str_eq_z(word, "autopilot") ? mode : NULL;
}

static void read_code(struct settings *s)
{
    const struct node *bypass = code_bypass(s);
    code_terminal(s);
    if (bypass)
        say(s, ATTR_AGENT_HOST_APPROVAL, "bypass", bypass);
    else
        emit_absent_approval(s);
    emit_absent(s->e, s->asset, ATTR_AGENT_HOST_PROJECT_SERVERS, place_item(s->it));
    emit_absent(s->e, s->asset, ATTR_AGENT_HOST_HOOKS, place_item(s->it));
}

/* An editor's settings speak of its agent only if they name it. */
static bool names_agent(const struct doc *doc, const struct node *root)
{
    static const char *const starts[] = {"chat.", "github.copilot", "mcp"};
    node_each (doc, root, it)
        for (size_t i = 0; i < ARRAY_LEN(starts); i++)
            if (str_starts(node_key(doc, it), str_z(starts[i])))
                return true;
    return false;
}

/* --- one file ---------------------------------------------------------------------------- */

static const struct {
    const char *settings;
    void (*read)(struct settings *s);
    bool (*concerns)(const struct doc *doc, const struct node *root);
} READERS[] = {
    {"claude-code", read_claude, NULL},
    {"cursor", read_cursor, NULL},
    {"vscode", read_code, names_agent},
};

static void emit_unread(struct settings *s, const char *reason)
{
    static const enum attr all[] = {ATTR_AGENT_HOST_APPROVAL, ATTR_AGENT_HOST_PROJECT_SERVERS,
                                    ATTR_AGENT_HOST_ALLOW, ATTR_AGENT_HOST_DENY,
                                    ATTR_AGENT_HOST_HOOKS};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        emit_unresolved(s->e, s->asset, all[i], reason, place_item(s->it));
}

static int run_host_settings(struct item *it, struct emit *e)
{
    struct host_file f;
    struct settings s = {.it = it, .e = e, .file = &f};
    size_t k = 0;
    if (!host_file_find(it->catalog, it->path, HOST_FILE_SETTINGS, &f))
        return 0;
    while (k < ARRAY_LEN(READERS) && strcmp(READERS[k].settings, f.row->settings))
        k++;
    int rc = item_object(it, f.row->format, &s.doc);
    s.root = rc ? NULL : doc_root(s.doc);
    if (!rc && k < ARRAY_LEN(READERS) && READERS[k].concerns && !READERS[k].concerns(s.doc, s.root))
        return 0;
    s.asset = host_file_emit(it, e, &f, true);
    if (rc || k == ARRAY_LEN(READERS)) {
        emit_unread(&s,
                    rc ? "the file could not be read" : "there is no reader for these settings");
        return rc == E_NOMEM ? rc : emit_result(e);
    }
    READERS[k].read(&s);
    emit_rules(&s, ATTR_AGENT_HOST_ALLOW, &s.allow);
    emit_rules(&s, ATTR_AGENT_HOST_DENY, &s.deny);
    return s.error ? s.error : emit_result(e);
}
