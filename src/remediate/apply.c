/* SPDX-License-Identifier: Apache-2.0 */
/* Decides in which order a file, its backup and the log change, so that each can be trusted. */
#include "remediate/action_log.h"
#include "remediate/target_file.h"

static void step(const struct fix_state *s, enum fix_step at)
{
    if (s->step)
        s->step(s->ctx, at);
}

/* From a file with the bytes `from` to one with `text`. */
static int replace(struct target_file *f, struct str from_sha256, struct str text,
                   const struct file_facts *facts, bool keep_time, const struct fix_state *s,
                   struct diag *d)
{
    int rc = target_file_writable(f, d);
    if (!rc)
        rc = target_file_write(f, text, facts, keep_time, d);
    if (rc)
        return rc;
    step(s, FIX_WRITTEN);
    rc = target_file_swap(f, from_sha256, d);
    if (rc)
        return rc;
    step(s, FIX_RENAMED);
    rc = target_file_sync(f, d);
    step(s, FIX_SYNCED);
    return rc;
}

static int apply_open(struct db *db, const struct fix_plan *p, struct target_file *f,
                      const struct fix_state *s, struct arena *a, int64_t *ret_action,
                      struct diag *d)
{
    struct str text, now, backup;
    struct diag cause;
    int64_t id;
    int rc = target_file_writable(f, d);
    if (!rc)
        rc = target_file_read(f, a, &text, d);
    if (!rc)
        rc = digest_text(text, a, &now);
    if (!rc && !str_eq(now, p->before_sha256)) {
        rc = diag_set(d, E_CONFLICT, "the file was changed since the plan: nothing was written");
        diag_at(d, f->shown, 0, 0);
        diag_hint(d, "run the command again to see the new plan");
    }
    if (!rc)
        rc = backup_write(s->folder, p->before_sha256, p->before, a, &backup, d);
    if (rc)
        return rc;
    step(s, FIX_BACKED_UP);
    rc = action_log_add(db, p, backup, s->now_ms, &id, d);
    if (rc)
        return rc;
    step(s, FIX_LOGGED);
    rc = replace(f, p->before_sha256, p->after, &f->facts, false, s, d);
    if (rc) {
        cause = *d;
        (void)!action_log_set(db, id, "failed", str_z(cause.text), d);
        *d = cause;
        return rc;
    }
    rc = action_log_set(db, id, "applied", STR(""), d);
    step(s, FIX_DONE);
    *ret_action = id;
    return rc;
}

int fix_apply(struct db *db, const struct fix_plan *p, const struct fix_state *s,
              int64_t *ret_action, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct target_file f;
    int rc = target_file_open(&f, p->root, p->path, d);
    if (rc)
        return rc;
    rc = apply_open(db, p, &f, s, &a, ret_action, d);
    target_file_done(&f);
    return rc;
}

/* --- back --------------------------------------------------------------------------------- */

static int undo_open(struct db *db, const struct action_row *row, struct target_file *f,
                     const struct fix_state *s, struct arena *a, bool *ret_already, struct diag *d)
{
    struct str text, now, old;
    int rc = target_file_read(f, a, &text, d);
    if (!rc)
        rc = digest_text(text, a, &now);
    if (rc)
        return rc;
    *ret_already = str_eq(now, row->before_sha256);
    if (!*ret_already && !str_eq(now, row->after_sha256)) {
        diag_set(d, E_CONFLICT, "the file was changed since the action: nothing was written");
        diag_at(d, f->shown, 0, 0);
        diag_hint(d, "the old bytes are in " STR_FMT, STR_ARG(row->backup));
        return E_CONFLICT;
    }
    if (!*ret_already) {
        rc = backup_read(row->backup, row->before_sha256, a, &old, d);
        if (!rc)
            rc = replace(f, row->after_sha256, old, &row->facts, true, s, d);
    }
    if (!rc)
        rc = action_log_set(db, row->id, "rolled_back", STR(""), d);
    step(s, FIX_DONE);
    return rc;
}

int fix_rollback(struct db *db, int64_t action, const struct fix_state *s, struct arena *a,
                 struct fix_undone *ret, struct diag *d)
{
    struct action_row row;
    struct target_file f;
    bool already = false;
    int rc = action_log_get(db, action, a, &row, d);
    if (rc)
        return rc;
    if (str_eq_z(row.status, "rolled_back"))
        return diag_set(d, E_NOTFOUND, "action %lld was rolled back already", (long long)action);
    rc = target_file_open(&f, row.root, row.path, d);
    if (rc)
        return rc;
    rc = undo_open(db, &row, &f, s, a, &already, d);
    target_file_done(&f);
    if (!rc)
        *ret = (struct fix_undone){
            .finding = row.finding, .root = row.root, .path = row.path, .already = already};
    return rc;
}

int fix_verified(struct db *db, int64_t action, bool fixed, struct str message, struct diag *d)
{
    return action_log_set(db, action, fixed ? "verified" : "failed", message, d);
}
