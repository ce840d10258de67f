/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a finding can be changed at all, and asks a worker how. */
#include <sys/stat.h>

#include "assess/control.h"
#include "remediate/plan_worker.h"
#include "remediate/subject.h"
#include "remediate/target_file.h"

/* An absolute root and the path below it; a target that is one file stands in its folder. */
static int root_of(const struct fix_subject *f, struct arena *a, struct str *ret_root,
                   struct str *ret_path, struct diag *d)
{
    struct stat st;
    char *z = arena_z(a, f->root);
    if (!z)
        return diag_set(d, E_NOMEM, "no memory to plan a change");
    if (!f->root.n || f->root.p[0] != '/' || !f->path.n) {
        diag_set(d, E_UNSUPPORTED, "this finding stands in no file of this machine");
        diag_hint(d, "`stance explain` says what to do");
        return E_UNSUPPORTED;
    }
    if (f->member.n) {
        bool past = str_starts(f->member, STR("commit:"));
        diag_set(d, E_UNSUPPORTED,
                 past ? "this finding stands in the history: there is no file to change"
                      : "files inside archives are not changed");
        diag_hint(d, past ? "`stance explain` says what to do"
                          : "change what the archive is made from, make it anew and scan it");
        return E_UNSUPPORTED;
    }
    if (stat(z, &st)) {
        int rc = diag_errno(d, "the target is not here any more");
        diag_at(d, z, 0, 0);
        return rc;
    }
    *ret_root = S_ISDIR(st.st_mode) ? f->root : path_dir(f->root);
    *ret_path = S_ISDIR(st.st_mode) ? f->path : path_base(f->root);
    if (!ret_root->n)
        *ret_root = STR("/");
    return 0;
}

static int action_for(const struct fix_subject *f, const struct action **ret, struct diag *d)
{
    const struct control *c = control_find(f->control);
    *ret = action_of(f->control);
    if (!str_eq_z(f->status, "open") && !str_eq_z(f->status, "reopened"))
        return diag_set(d, E_NOTFOUND, "this finding is " STR_FMT " already", STR_ARG(f->status));
    if (!str_eq_z(f->verdict, "fail")) {
        diag_set(d, E_UNSUPPORTED, "the verdict is " STR_FMT ": there is nothing to change",
                 STR_ARG(f->verdict));
        diag_hint(d, "`stance explain` says what could not be told");
        return E_UNSUPPORTED;
    }
    if (*ret)
        return 0;
    diag_set(d, E_UNSUPPORTED, "no action changes what " STR_FMT " finds", STR_ARG(f->control));
    diag_hint(d, "by hand: %.200s", c && c->remediation ? c->remediation : "see stance explain");
    return E_UNSUPPORTED;
}

/* One worker, one question. */
static int ask(const struct fix_options *o, const struct plan_request *rq,
               const struct target_file *file, size_t size, struct arena *a, struct plan_reply *ret,
               enum sandbox_level *ret_level, struct diag *d)
{
    struct plan_worker w = {.catalog = o->catalog ? o->catalog : &CATALOG, .key = o->key};
    const struct worker_class class = {.name = "fix",
                                       .handler = plan_handle,
                                       .prepare = plan_prepare,
                                       .ctx = &w,
                                       .memory = (size_t)1 << 30,
                                       .cpu_seconds = 20,
                                       .wall_seconds = 60};
    struct sandbox_config c = {
        .classes = &class, .n_classes = 1, .max_frame = (size_t)64 << 20, .require = o->require};
    AUTO(buf) request = BUF_INIT;
    AUTO(buf) reply = BUF_INIT;
    struct sandbox sb;
    struct worker worker;
    plan_request_write(rq, &request);
    int rc = buf_result(&request);
    if (rc)
        return diag_set(d, rc, "no memory to plan a change");
    rc = sandbox_start(&sb, &c, d);
    if (rc)
        return rc;
    rc = sandbox_worker(&sb, 0, NULL, 0, &worker, d);
    if (!rc) {
        rc = worker_call(&worker, buf_str(&request), file->fd, &reply, d);
        worker_close(&worker);
    }
    *ret_level = sb.level;
    sandbox_stop(&sb);
    if (!rc && (rc = plan_reply_read(buf_str(&reply), size, a, ret)))
        diag_set(d, rc, "the worker's answer makes no sense");
    if (rc)
        diag_at(d, file->shown, 0, 0);
    return rc;
}

static int compose(struct fix_plan *p, const struct plan_reply *r, struct arena *a, struct diag *d)
{
    AUTO(buf) after = BUF_INIT;
    buf_add(&after, str_sub(p->before, 0, r->edit.from));
    buf_add(&after, r->edit.with);
    buf_add(&after, str_sub(p->before, r->edit.to, p->before.n));
    p->after = buf_result(&after) ? STR_NULL : arena_str(a, buf_str(&after));
    p->summary = r->edit.summary;
    p->diff = r->diff;
    int rc = p->after.p ? digest_text(p->after, a, &p->after_sha256) : E_NOMEM;
    return rc ? diag_set(d, rc, "no memory to plan a change") : 0;
}

static int plan_file(const struct fix_options *o, struct str version, struct arena *a,
                     struct fix_plan *p, struct diag *d)
{
    struct target_file file;
    struct plan_reply reply;
    struct plan_request rq = {.action = str_z(p->action->name),
                              .path = p->path,
                              .pointer = p->pointer,
                              .control = p->control,
                              .version = version};
    int rc = target_file_open(&file, p->root, p->path, d);
    if (rc)
        return rc;
    p->facts = file.facts;
    rc = target_file_writable(&file, d);
    if (!rc)
        rc = target_file_read(&file, a, &p->before, d);
    if (!rc)
        rc = digest_text(p->before, a, &p->before_sha256);
    if (!rc)
        rc = ask(o, &rq, &file, p->before.n, a, &reply, &p->sandbox, d);
    if (!rc && reply.code) {
        *d = reply.d;
        diag_at(d, file.shown, reply.d.line, reply.d.column);
        rc = reply.code;
    }
    target_file_done(&file);
    return rc ? rc : compose(p, &reply, a, d);
}

int fix_plan(struct db *db, const struct fix_options *o, struct arena *a, struct fix_plan *ret,
             struct diag *d)
{
    struct fix_subject f;
    struct fix_plan p = {0};
    struct str version = o->version;
    int rc = fix_subject(db, o->finding, a, &f, d);
    if (!rc)
        rc = action_for(&f, &p.action, d);
    if (!rc)
        rc = root_of(&f, a, &p.root, &p.path, d);
    if (!rc && !version.n && p.action->wants_version)
        rc = subject_locked_version(db, &f, a, &version, d);
    if (!rc && version.n && !p.action->wants_version) {
        diag_set(d, E_USAGE, "this finding has no version to fix");
        diag_hint(d, "leave --to out");
        rc = E_USAGE;
    }
    if (rc)
        return rc;
    p.finding = f.finding;
    p.control = f.control;
    p.asset = f.asset;
    p.name = f.name;
    p.pointer = f.pointer;
    rc = plan_file(o, version, a, &p, d);
    if (!rc)
        *ret = p;
    return rc;
}
