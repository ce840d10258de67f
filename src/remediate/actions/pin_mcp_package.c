/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which word of a server's command line names the package, and how a version is fixed in
 * it. */
#include "discover/item.h"
#include "discover/servers/server_entry.h"
#include "formats/json.h"
#include "remediate/edits.h"
#include "remediate/version_word.h"

static int plan(const struct edit_request *rq, struct edit *ret, struct diag *d);

static const char *const controls[] = {"AISPM-MCP-003", NULL};

const struct action ACTION_PIN_MCP_PACKAGE = {
    .name = "pin-mcp-package",
    .title = "Fix the version of the package that a server is started from",
    .controls = controls,
    .wants_version = true,
    .plan = plan,
};

/* What the command line at the pointer starts, read as the detector reads it. */
struct start {
    const struct node *entry, *word; /* word: the node that holds the package */
    struct launch launch;
};

static int read_start(const struct edit_request *rq, const struct doc *doc, struct start *ret,
                      struct diag *d)
{
    const struct node *row = edit_server(doc, rq->pointer);
    const struct node *entry = host_file_target(doc, row);
    static const struct catalog_entry host = {.id = "any", .name = "any"};
    const struct host_file file = {.host = &host, .scope = "user"};
    if (!node_is(entry, NODE_OBJECT))
        return diag_set(d, E_NOTFOUND, "the server is not in the file any more");
    if (row != entry)
        return diag_set(d, E_UNSUPPORTED, "the entry is an alias: others use it, too");
    struct emit e;
    struct item_cache cache = {0};
    struct item it = {.path = rq->path,
                      .fd = -1,
                      .arena = rq->arena,
                      .limits = limits_default(),
                      .catalog = rq->catalog,
                      .emit = &e,
                      .cache = &cache};
    struct server s = {
        .it = &it, .e = &e, .doc = doc, .file = &file, .row = row, .entry = entry, .name = STR("")};
    emit_init(&e, rq->arena, NULL);
    int rc = server_emit(&s);
    emit_done(&e);
    if (rc)
        return diag_set(d, rc, "the server's entry could not be read");
    *ret = (struct start){.entry = entry, .launch = s.launch};
    if (s.launch.package.n)
        ret->word = server_word_node(&s, s.launch.package_from);
    return 0;
}

static bool is_fixed(const struct launch *l)
{
    return l->state && (str_eq_z(str_z(l->state), "fixed") || str_eq_z(str_z(l->state), "digest"));
}

/* Why this command line cannot be pinned by a version. */
static int refuse(const struct start *s, struct diag *d)
{
    const struct launch *l = &s->launch;
    if (!l->state)
        return diag_set(d, E_UNSUPPORTED, "the package cannot be told: %s",
                        l->state_reason ? l->state_reason : "unknown");
    if (str_eq_z(str_z(l->state), "local") || str_eq_z(str_z(l->state), "remote"))
        return diag_set(d, E_NOTFOUND, "the server is not started from a package any more");
    if (!l->package.n || l->package_inferred || !s->word)
        return diag_set(d, E_UNSUPPORTED, "the command line names no package that has versions");
    if (str_starts(l->package, STR("git:"))) {
        diag_set(d, E_UNSUPPORTED, "the package comes from a git repository");
        diag_hint(d, "write the full commit behind the address by hand");
        return E_UNSUPPORTED;
    }
    return 0;
}

/* The new words in the node's place, by the smallest change that reads back as it should. */
struct attempt {
    const struct edit_request *rq;
    const struct start *start;
    struct str old_word, new_word; /* in the decoded text, at `at` */
    size_t at;
};

static bool reads_back(const struct attempt *t, const struct edit *e)
{
    struct str text;
    struct doc doc;
    struct start now;
    struct diag d = {0};
    const struct launch *l = &now.launch;
    return !edit_apply(t->rq->text, e, t->rq->arena, &text) &&
           !edit_parse(text, t->rq->format, t->rq->arena, &doc, &d) &&
           !read_start(t->rq, &doc, &now, &d) && is_fixed(l) &&
           str_eq(l->package, t->start->launch.package) && str_eq(l->version, t->rq->version) &&
           l->arguments.n == t->start->launch.arguments.n;
}

/* Where the decoded text stands verbatim, change the word alone; else write the string anew. */
static bool try_verbatim(const struct attempt *t, struct edit *ret)
{
    const struct doc *doc = t->rq->doc;
    const struct node *n = t->start->word;
    size_t at;
    if (!(n->flags & NODE_VALUE_COOKED)) {
        at = n->val_off + t->at;
    } else {
        struct str raw = str_sub(doc->text, n->off, n->end);
        at = str_find(raw, t->old_word, 0);
        if (at == SIZE_MAX || str_find(raw, t->old_word, at + 1) != SIZE_MAX)
            return false;
        at += n->off;
    }
    *ret = (struct edit){
        .from = at + doc->bom, .to = at + t->old_word.n + doc->bom, .with = t->new_word};
    return reads_back(t, ret);
}

static bool try_anew(const struct attempt *t, struct edit *ret)
{
    const struct doc *doc = t->rq->doc;
    const struct node *n = t->start->word;
    struct str old = node_text(doc, n);
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) quoted = BUF_INIT;
    buf_add(&text, str_sub(old, 0, t->at));
    buf_add(&text, t->new_word);
    buf_add(&text, str_sub(old, t->at + t->old_word.n, old.n));
    buf_add_json(&quoted, buf_str(&text)); /* also a string of TOML and YAML */
    if (buf_result(&text) || buf_result(&quoted))
        return false;
    *ret = (struct edit){.from = n->off + doc->bom,
                         .to = n->end + doc->bom,
                         .with = arena_str(t->rq->arena, buf_str(&quoted))};
    return ret->with.p && reads_back(t, ret);
}

/* What stands before the word: in the same text, or the element before it. */
static struct str word_before(const struct edit_request *rq, const struct start *s,
                              const struct version_word *w)
{
    struct str before = str_trim(str_sub(w->text, 0, w->at));
    const struct node *prev = NULL;
    if (before.n)
        return before;
    node_each (rq->doc, node_parent(rq->doc, s->word), it) {
        if (it == s->word)
            break;
        prev = it;
    }
    return str_trim(node_text(rq->doc, prev));
}

/* uvx NAME@VERSION; behind --from stands a requirement. */
static bool takes_at_sign(const struct edit_request *rq, const struct start *s,
                          const struct version_word *w)
{
    struct str before = word_before(rq, s, w);
    return str_eq_z(str_z(s->launch.launcher), "uvx") && !str_ends(before, STR("--from")) &&
           !str_ends(before, STR("--from="));
}

static int find_word(const struct edit_request *rq, const struct start *s, struct edit *ret,
                     struct diag *d)
{
    struct str text = node_text(rq->doc, s->word);
    struct version_word w = {.text = text, .package = s->launch.package, .arena = rq->arena};
    while (version_word_next(&w)) {
        struct attempt t = {.rq = rq, .start = s, .old_word = w.word, .at = w.at};
        w.at_sign = takes_at_sign(rq, s, &w);
        int rc = version_word_pin(&w, rq->version, &t.new_word);
        if (rc)
            return diag_set(d, rc, "no memory to plan the edit");
        if (try_verbatim(&t, ret) || try_anew(&t, ret))
            return 0;
    }
    diag_set(d, E_UNSUPPORTED, "the word of the package cannot be changed safely");
    diag_hint(d, "write the version into the command line by hand, then run `stance verify`");
    return E_UNSUPPORTED;
}

static int plan(const struct edit_request *rq, struct edit *ret, struct diag *d)
{
    struct start s;
    if (!rq->doc)
        return diag_set(d, E_UNSUPPORTED, "files of this kind are not edited");
    int rc = read_start(rq, rq->doc, &s, d);
    if (!rc && is_fixed(&s.launch))
        rc = diag_set(d, E_NOTFOUND, "the package is fixed to one version already");
    if (!rc)
        rc = refuse(&s, d);
    if (!rc)
        rc = version_check(s.launch.package, rq->version, d);
    if (!rc)
        rc = find_word(rq, &s, ret, d);
    if (rc)
        return rc;
    struct str package = s.launch.package;
    package = str_sub(package, str_chr(package, ':', 0) + 1, package.n);
    ret->summary = arena_fmt(rq->arena, "fix the version of " STR_FMT " to " STR_FMT,
                             STR_ARG(package), STR_ARG(rq->version));
    return ret->summary.p ? 0 : diag_set(d, E_NOMEM, "no memory to plan the edit");
}
