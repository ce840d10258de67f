/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which settings let tools run unasked, and what they are set to instead. */
#include "discover/servers/host_file.h"
#include "remediate/edits.h"

static int plan(const struct edit_request *rq, struct edit *ret, struct diag *d);

#define AUTO_APPROVE    "AISPM-MCP-023" /* one server: pointer names its entry */
#define PROJECT_SERVERS "AISPM-MCP-019"
#define APPROVAL_OFF    "AISPM-AGT-002"
#define REPO_ALLOW      "AISPM-AGT-019"

static const char *const controls[] = {AUTO_APPROVE, PROJECT_SERVERS, APPROVAL_OFF, REPO_ALLOW,
                                       NULL};

const struct action ACTION_AUTO_APPROVE_OFF = {
    .name = "auto-approve-off",
    .title = "Let the host ask before tools run",
    .controls = controls,
    .plan = plan,
};

/* Settings of a whole file. `off` is what the host does when nothing is set, or its word for
 * asking. Sources: code.claude.com/docs (settings), code.visualstudio.com (chat.tools),
 * developers.openai.com/codex (config), zed.dev/docs/ai, ampcode.com/manual, Qwen Code settings. */
static const struct {
    const char *control, *pointer, *on, *off; /* on NULL: true */
} settings[] = {
    {APPROVAL_OFF, "/permissions/defaultMode", "bypassPermissions", "\"default\""},
    {APPROVAL_OFF, "/chat.tools.global.autoApprove", NULL, "false"},
    {APPROVAL_OFF, "/chat.tools.autoApprove", NULL, "false"},
    {APPROVAL_OFF, "/settings/chat.tools.global.autoApprove", NULL, "false"},
    {APPROVAL_OFF, "/settings/chat.tools.autoApprove", NULL, "false"},
    {APPROVAL_OFF, "/approval_policy", "never", "\"on-request\""},
    {APPROVAL_OFF, "/agent/always_allow_tool_actions", NULL, "false"},
    {APPROVAL_OFF, "/amp.dangerouslyAllowAll", NULL, "false"},
    {APPROVAL_OFF, "/tools/approvalMode", "yolo", "\"default\""},
    {PROJECT_SERVERS, "/enableAllProjectMcpServers", NULL, "false"},
};

/* Lists whose elements allow tools. */
static const char *const allow_lists[] = {"/mcpAllowlist", "/permissions/allow"};

/* Members of a server's entry, as server_entry.c reads them. */
static const char *const server_lists[] = {"autoApprove", "alwaysAllow", "auto_approve",
                                           "always_allow", "trust"};
/* Read by the detector, too, but what means "ask" differs by host. */
static const char *const by_hand[] = {"toolPermissions", "default_tools_approval_mode"};

static bool is_true(const struct node *n)
{
    bool yes;
    return !node_bool(n, &yes) && yes;
}

/* Rules that allow a server's tools or any command; the same as in AISPM-AGT-019. */
static bool unlimited(const struct doc *doc, const struct node *n)
{
    static const char *const rules[] = {"*",         "*:*",        "Bash",      "Bash(*)",
                                        "Bash(*:*)", "Bash(:*)",   "Write",     "Write(*)",
                                        "Write(**)", "Write(/**)", "Edit(/**)", "Shell(*)"};
    struct str text = node_text(doc, n);
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (str_eq_z(text, rules[i]))
            return true;
    return str_eq_nocase(str_sub(text, 0, 5), STR("mcp__"));
}

static void server(struct edits *e, const struct node *entry)
{
    for (size_t i = 0; i < ARRAY_LEN(server_lists); i++) {
        const struct node *n = member(e->doc, entry, server_lists[i]);
        if (is_true(n))
            edits_replace(e, n, STR("false"));
        else if (node_is(n, NODE_ARRAY) && n->count)
            edits_replace(e, n, STR("[]"));
        else if (node_is(n, NODE_STRING) && n->val_len)
            edits_replace(e, n, STR("[]"));
        node_each (e->doc, node_is(n, NODE_OBJECT) ? n : NULL, it) {
            if (is_true(it))
                edits_replace(e, it, STR("false"));
        }
    }
}

static int plan_server(struct edits *e, const struct edit_request *rq, struct diag *d)
{
    const struct node *row = edit_server(rq->doc, rq->pointer);
    const struct node *entry = host_file_target(rq->doc, row);
    if (!node_is(entry, NODE_OBJECT))
        return diag_set(d, E_NOTFOUND, "the server is not in the file any more");
    if (row != entry)
        return diag_set(d, E_UNSUPPORTED, "the entry is an alias: others use it, too");
    server(e, entry);
    for (size_t i = 0; i < ARRAY_LEN(by_hand) && !e->ranges.n; i++)
        if (member(rq->doc, entry, by_hand[i])) {
            diag_set(d, E_UNSUPPORTED, "the setting %s has to be changed by hand", by_hand[i]);
            diag_hint(d, "set it so that the host asks, then run `stance verify`");
            return E_UNSUPPORTED;
        }
    return 0;
}

static void plan_settings(struct edits *e, const struct edit_request *rq)
{
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const struct node *n = doc_find(rq->doc, str_z(settings[i].pointer));
        if (!str_eq_z(rq->control, settings[i].control))
            continue;
        if (settings[i].on ? str_eq_z(node_text(rq->doc, n), settings[i].on) : is_true(n))
            edits_replace(e, n, str_z(settings[i].off));
    }
    for (size_t i = 0; str_eq_z(rq->control, REPO_ALLOW) && i < ARRAY_LEN(allow_lists); i++) {
        const struct node *n = doc_find(rq->doc, str_z(allow_lists[i]));
        if (node_is(n, NODE_ARRAY))
            edits_remove(e, n, unlimited);
    }
}

static const char *summary(struct str control)
{
    if (str_eq_z(control, AUTO_APPROVE))
        return "ask before tools of this server run";
    if (str_eq_z(control, PROJECT_SERVERS))
        return "ask before servers of a project start";
    if (str_eq_z(control, REPO_ALLOW))
        return "take rules that allow any tool or command out of the allow list";
    return "switch the approval prompts on again";
}

static int plan(const struct edit_request *rq, struct edit *ret, struct diag *d)
{
    if (!rq->doc)
        return diag_set(d, E_UNSUPPORTED, "files of this kind are not edited");
    struct edits e = {.doc = rq->doc, .format = rq->format, .arena = rq->arena};
    int rc = 0;
    if (str_eq_z(rq->control, AUTO_APPROVE))
        rc = plan_server(&e, rq, d);
    else
        plan_settings(&e, rq);
    if (!rc)
        rc = edits_finish(&e, str_z(summary(rq->control)), ret, d);
    edits_done(&e);
    return rc;
}
