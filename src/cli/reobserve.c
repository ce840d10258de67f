/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a second look at the place of a finding means. */
#include "cli/reobserve.h"

#include "assess/control.h"
#include "base/path.h"
#include "base/vec.h"
#include "cli/progress.h"
#include "formats/json.h"

const char *const OUTCOME_NAMES[] = {"fixed", "gone", "open", "unknown"};

struct words {
    VEC(struct str);
};

struct str reobserve_path(const struct fix_subject *subject)
{
    const struct control *c = control_find(subject->control);
    return c && c->scope == SCOPE_ASSET ? subject->path : STR("");
}

/* What the latest scan of the target was told to leave out. */
static int excluded_globs(struct db *db, struct str identity, struct arena *a, struct words *ret,
                          struct diag *d)
{
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   STR("SELECT c.path FROM coverage c JOIN target t ON t.id = c.target"
                       " WHERE t.identity = ?1 AND c.state = 'skipped' AND c.reason IN (?2, ?3)"
                       " AND c.scan = (SELECT max(s.scan) FROM scan_target s"
                       " WHERE s.target = t.id) ORDER BY c.ord"),
                   &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, identity);
    stmt_bind_str(s, 2, STR(EXCLUDED_REASON));
    stmt_bind_str(s, 3, STR(EXCLUDED_NOTHING));
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        AUTO(buf) glob = BUF_INIT;
        rc = path_unshow(&glob, stmt_str(s, 0));
        struct str said = rc == E_PARSE ? stmt_str(s, 0) : buf_str(&glob);
        struct str kept = rc == E_NOMEM ? STR_NULL : arena_str(a, said);
        rc = rc == E_PARSE ? 0 : rc;
        if (!rc && (!kept.p || vec_push(ret, kept)))
            rc = E_NOMEM;
    }
    stmt_free(s);
    return rc;
}

/* An earlier version took globs that this one refuses: what they left out is read, and said. */
static int drop_refused(struct invocation *in, struct words *globs, struct diag *d)
{
    size_t kept = 0;
    vec_each (glob, globs) {
        struct diag why = {0};
        int rc = walk_rules_glob(*glob, in->arena, &why);
        if (rc == E_USAGE)
            fprintf(in->err,
                    "stance: the last scan was told %s; this version reads what it left out\n",
                    why.text);
        else if (rc)
            return diag_set(d, rc, "no memory for the globs of the last scan");
        else
            globs->v[kept++] = *glob;
    }
    globs->n = kept;
    return 0;
}

/* The same files as before, else what was left out would come as something new. */
static int same_rules(struct invocation *in, const struct loop_options *settings,
                      struct str identity, const struct walk_rules **ret, struct diag *d)
{
    struct store *st = NULL;
    struct words globs = {0};
    int rc = store_open(settings->location, DB_READ_ONLY, &in->clock, &st, d);
    if (!rc)
        rc = excluded_globs(store_db(st), identity, in->arena, &globs, d);
    store_free(st);
    if (!rc)
        rc = drop_refused(in, &globs, d);
    const struct walk_choice choice = {.exclude = globs.v, .n_exclude = globs.n};
    if (!rc)
        rc = walk_rules_new(walk_rules_catalog(settings->discover.rules), &choice, in->arena, ret,
                            d);
    vec_free(&globs);
    return rc;
}

int reobserve(struct invocation *in, const struct loop_options *settings,
              const struct fix_subject *subject, struct str path, struct diag *d)
{
    struct loop_options o = *settings;
    struct loop_result r;
    struct target t;
    int rc = target_resolve(subject->root, in->arena, &t, d);
    if (rc)
        return rc;
    t.given = subject->target_given;
    o.discover.targets = &t;
    o.discover.n_targets = 1;
    o.discover.only_path = path;
    /* The place was read before, whatever rule would pass it by now. */
    if (path.n)
        o.discover.rules = walk_rules_none();
    else if ((rc = same_rules(in, settings, subject->target_identity, &o.discover.rules, d)))
        return rc;
    progress_begin(in, &o);
    fflush(in->out); /* nothing buffered may be written twice by a worker */
    rc = loop_run(&o, &in->clock, &r, d);
    progress_end(in);
    in->unexamined = r.unexamined;
    if (!rc)
        loop_result_done(&r);
    return rc;
}

/* Rows of the latest scan that tell why a path was not read. */
static int why_not(struct db *db, const struct fix_subject *f, struct arena *a, struct str *ret,
                   struct diag *d)
{
    struct stmt *s = NULL;
    if (str_starts(f->member, STR("commit:"))) {
        *ret =
            STR("it stands in the history, where only `stance scan --since REV` looks; it closes "
                "when no branch or tag holds the commit any more");
        return 0;
    }
    int rc = db_prepare(db,
                        STR("SELECT state, reason FROM coverage"
                            " WHERE scan = (SELECT max(id) FROM scan) AND state IN"
                            " ('denied', 'failed', 'partial', 'unsupported')"
                            " AND (path = ?1 OR path = '') ORDER BY ord LIMIT 1"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, f->path);
    rc = stmt_step(s, d);
    *ret = STR("its place was not read");
    if (rc > 0)
        *ret = arena_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(stmt_str(s, 0)), STR_ARG(stmt_str(s, 1)));
    stmt_free(s);
    return rc < 0 ? rc : ret->p ? 0 : arena_error(a);
}

static int facts_of(struct db *db, struct str finding, struct arena *a, int64_t *ret_seen,
                    struct str *ret_reason, struct diag *d)
{
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   STR("SELECT (SELECT n.last_seen FROM finding_seen n WHERE n.finding = f.id),"
                       " f.reason FROM finding f WHERE f.id = ?1"),
                   &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, finding);
    rc = stmt_step(s, d);
    if (rc > 0) {
        *ret_seen = stmt_int(s, 0);
        *ret_reason = arena_str(a, stmt_str(s, 1));
    }
    stmt_free(s);
    return rc < 0 ? rc : !rc ? E_NOTFOUND : ret_reason->p ? 0 : arena_error(a);
}

int reobserve_outcome(struct db *db, struct str finding, const struct clock *clock, struct arena *a,
                      struct verified *ret, struct diag *d)
{
    struct verified v = {.reason = STR("")};
    int64_t seen = 0;
    int rc = fix_subject(db, finding, a, &v.subject, d);
    if (!rc)
        rc = facts_of(db, v.subject.finding, a, &seen, &v.reason, d);
    if (rc)
        return rc;
    if (str_eq_z(v.subject.status, "fixed")) {
        v.outcome = OUTCOME_FIXED;
    } else if (str_eq_z(v.subject.status, "gone")) {
        v.outcome = OUTCOME_GONE;
    } else if (seen >= clock->now_ms && str_eq_z(v.subject.verdict, "fail")) {
        v.outcome = OUTCOME_OPEN;
    } else {
        v.outcome = OUTCOME_UNKNOWN;
        if (seen < clock->now_ms)
            rc = why_not(db, &v.subject, a, &v.reason, d);
    }
    if (!rc)
        *ret = v;
    return rc;
}

static void print_json(struct invocation *in, const struct verified *v)
{
    AUTO(buf) out = BUF_INIT;
    struct json_writer w;
    json_begin(&w, &out, JSON_COMPACT);
    json_object(&w);
    json_kstr(&w, "finding", v->subject.finding);
    json_kstr(&w, "outcome", str_z(OUTCOME_NAMES[v->outcome]));
    json_kstr(&w, "control", v->subject.control);
    json_kstr(&w, "asset", v->subject.asset);
    json_kstr(&w, "target", v->subject.target_identity);
    json_kstr(&w, "path", v->subject.path);
    json_kstr(&w, "pointer", v->subject.pointer);
    json_kstr(&w, "reason", v->outcome >= OUTCOME_OPEN ? v->reason : STR(""));
    json_end(&w);
    if (!json_finish(&w))
        fprintf(in->out, "%s\n", out.p);
}

void reobserve_print(struct invocation *in, const struct verified *v, bool json)
{
    static const char *const colours[] = {"\033[32m", "\033[32m", "\033[31m", "\033[33m"};
    if (json) {
        print_json(in, v);
        return;
    }
    AUTO(buf) out = BUF_INIT;
    buf_addf(&out, "%s%-7s%s  " STR_FMT "  " STR_FMT "  ", in->colour ? colours[v->outcome] : "",
             OUTCOME_NAMES[v->outcome], in->colour ? "\033[0m" : "", STR_ARG(v->subject.finding),
             STR_ARG(v->subject.control));
    if (v->name_target) {
        path_show(&out, v->subject.target_given);
        buf_addz(&out, "  ");
    }
    path_show(&out, v->subject.path);
    if (v->subject.pointer.n) {
        buf_addz(&out, "  ");
        path_show(&out, v->subject.pointer);
    }
    if (v->outcome >= OUTCOME_OPEN && v->reason.n) {
        buf_addz(&out, "\n         ");
        path_show(&out, v->reason);
    }
    fprintf(in->out, "%s\n", out.p);
}

int reobserve_status(enum outcome worst)
{
    return worst == OUTCOME_OPEN      ? EXIT_FINDINGS
           : worst == OUTCOME_UNKNOWN ? EXIT_INCOMPLETE
                                      : EXIT_CLEAN;
}
