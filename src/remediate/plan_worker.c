/* SPDX-License-Identifier: Apache-2.0 */
/* Decides, inside a worker, whether an action's edit does what it says and nothing else. */
#include <unistd.h>

#include "remediate/plan_worker.h"

#include "base/path.h"
#include "discover/servers/host_file.h"
#include "remediate/diff_text.h"
#include "remediate/edits.h"
#include "remediate/target_file.h"
#include "sandbox/frame.h"

#define MEMORY_MAX ((size_t)256 << 20)

/* The format of a host's file as the catalogue has it, else by its name. */
static bool format_of(const struct catalog *c, struct str path, enum doc_format *ret)
{
    static const struct {
        const char *ext;
        enum doc_format format;
    } exts[] = {{"json", DOC_JSONC},  {"jsonc", DOC_JSONC},
                {"json5", DOC_JSONC}, {"code-workspace", DOC_JSONC},
                {"mcp", DOC_JSONC},   {"toml", DOC_TOML},
                {"yaml", DOC_YAML},   {"yml", DOC_YAML}};
    struct host_file f;
    if (host_file_find(c, path, HOST_FILE_SERVERS, &f) ||
        host_file_find(c, path, HOST_FILE_SETTINGS, &f)) {
        *ret = f.row->format;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(exts); i++)
        if (str_eq_nocase(path_ext(path), str_z(exts[i].ext))) {
            *ret = exts[i].format;
            return true;
        }
    return false;
}

static int run_action(const struct action *action, const struct plan_request *rq,
                      struct plan_worker *w, struct str text, struct arena *a, struct edit *ret,
                      struct diag *d)
{
    struct doc doc;
    struct edit_request er = {.path = rq->path,
                              .text = text,
                              .pointer = rq->pointer,
                              .control = rq->control,
                              .version = rq->version,
                              .arena = a,
                              .catalog = w->catalog};
    if (format_of(w->catalog, rq->path, &er.format)) {
        int rc = edit_parse(text, er.format, a, &doc, d);
        if (rc)
            return rc;
        if (doc.duplicates) {
            diag_set(d, E_UNSUPPORTED, "a name stands twice in this file");
            diag_hint(d, "take one of the two out by hand");
            return E_UNSUPPORTED;
        }
        er.doc = &doc;
    }
    return action->plan(&er, ret, d);
}

static int show_redacted(void *ctx, struct str line, struct buf *out)
{
    struct plan_worker *w = ctx;
    AUTO(buf) masked = BUF_INIT;
    int rc = w->values ? values_redact(w->values, line, &masked) : 0;
    if (rc)
        return rc;
    show_line(out, w->values ? buf_str(&masked) : line);
    return 0;
}

int plan_edit(struct plan_worker *w, const struct plan_request *rq, struct str text,
              struct arena *a, struct edit *ret, struct str *ret_diff, struct diag *d)
{
    const struct action *action = action_find(rq->action);
    struct edit e, again;
    struct str after;
    struct diag unused = {0};
    if (!action)
        return diag_set(d, E_BUG, "there is no such action");
    int rc = run_action(action, rq, w, text, a, &e, d);
    if (rc)
        return rc;
    if (e.from > e.to || e.to > text.n)
        return diag_set(d, E_BUG, "the edit leaves the file");
    if (edit_apply(text, &e, a, &after))
        return diag_set(d, E_NOMEM, "no memory to plan the edit");
    if (run_action(action, rq, w, after, a, &again, &unused) != E_NOTFOUND) {
        diag_set(d, E_UNSUPPORTED, "the edit would not read back as it should");
        diag_hint(d, "change the file by hand, then run `stance verify`");
        return E_UNSUPPORTED;
    }
    AUTO(buf) diff = BUF_INIT;
    rc = diff_text(text, after, 3, show_redacted, w, &diff);
    if (!rc && !(*ret_diff = arena_str(a, buf_str(&diff))).p)
        rc = arena_error(a);
    if (rc)
        return diag_set(d, rc, "the change could not be shown (%s)", err_name(rc));
    *ret = e;
    return 0;
}

/* --- frames ------------------------------------------------------------------------------- */

void plan_request_write(const struct plan_request *rq, struct buf *out)
{
    frame_put_str(out, rq->action);
    frame_put_str(out, rq->path);
    frame_put_str(out, rq->pointer);
    frame_put_str(out, rq->control);
    frame_put_str(out, rq->version);
}

static void reply_write(const struct plan_reply *r, struct buf *out)
{
    frame_put_i64(out, r->code);
    frame_put_str(out, str_z(r->d.text));
    frame_put_str(out, str_z(r->d.hint));
    frame_put_u32(out, r->d.line);
    frame_put_u32(out, r->d.column);
    frame_put_i64(out, (int64_t)r->edit.from);
    frame_put_i64(out, (int64_t)r->edit.to);
    frame_put_str(out, r->edit.with);
    frame_put_str(out, r->edit.summary);
    frame_put_str(out, r->diff);
}

/* Each line so that a terminal takes no orders from it. */
static struct str shown(struct str text, struct arena *a)
{
    AUTO(buf) out = BUF_INIT;
    struct str line;
    while (str_line(&text, &line)) {
        show_line(&out, line);
        buf_addc(&out, '\n');
    }
    return buf_result(&out) ? STR_NULL : arena_str(a, buf_str(&out));
}

static void read_text(char *to, size_t room, struct str from)
{
    AUTO(buf) safe = BUF_INIT;
    path_show(&safe, from);
    snprintf(to, room, "%s", safe.p);
}

int plan_reply_read(struct str frame, size_t size, struct arena *a, struct plan_reply *ret)
{
    struct frame f = {.rest = frame};
    struct plan_reply r = {.code = (int)frame_i64(&f)};
    read_text(r.d.text, sizeof(r.d.text), frame_str(&f));
    read_text(r.d.hint, sizeof(r.d.hint), frame_str(&f));
    r.d.line = frame_u32(&f);
    r.d.column = frame_u32(&f);
    int64_t from = frame_i64(&f), to = frame_i64(&f);
    struct str with = frame_str(&f), summary = frame_str(&f), diff = frame_str(&f);
    if (frame_result(&f) || r.code > 0 || r.code < E_BUG || from < 0 || to < from ||
        (uint64_t)to > size || with.n > FIX_BYTES_MAX)
        return E_PARSE;
    r.d.code = r.code;
    r.edit = (struct edit){.from = (size_t)from, .to = (size_t)to, .with = arena_str(a, with)};
    r.edit.summary = shown(summary, a);
    if (r.edit.summary.n)
        r.edit.summary.n--; /* its line feed */
    r.diff = shown(diff, a);
    if (!r.edit.with.p || !r.edit.summary.p || !r.diff.p)
        return E_NOMEM;
    *ret = r;
    return 0;
}

int plan_prepare(void *ctx)
{
    struct plan_worker *w = ctx;
    struct diag d = {0};
    return values_new(w->catalog, w->key, &w->values, &d);
}

int plan_handle(void *ctx, const struct worker_request *request, struct buf *reply)
{
    AUTO(arena) a = ARENA(MEMORY_MAX);
    struct frame f = {.rest = request->bytes};
    struct plan_request rq = {.action = frame_str(&f),
                              .path = frame_str(&f),
                              .pointer = frame_str(&f),
                              .control = frame_str(&f),
                              .version = frame_str(&f)};
    struct plan_reply r = {.edit = {.with = STR(""), .summary = STR("")}, .diff = STR("")};
    struct str text;
    int rc = frame_result(&f);
    if (rc)
        return rc;
    r.code = fd_read_all(request->fd, FIX_BYTES_MAX, &a, &text, &r.d);
    if (!r.code)
        r.code = plan_edit(ctx, &rq, text, &a, &r.edit, &r.diff, &r.d);
    if (r.code) {
        r.edit = (struct edit){.with = STR(""), .summary = STR("")};
        r.diff = STR("");
    }
    reply_write(&r, reply);
    return buf_result(reply);
}
