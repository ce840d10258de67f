/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is kept of an action, so that it can be undone and told later. */
#include "remediate/action_log.h"

#include "base/limits.h"
#include "formats/json.h"
#include "store/store.h"

static int plan_json(const struct fix_plan *p, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out, JSON_COMPACT);
    json_object(&w);
    json_kstr(&w, "root", p->root);
    json_kstr(&w, "pointer", p->pointer);
    json_kstr(&w, "summary", p->summary);
    json_kint(&w, "mode", p->facts.mode);
    json_kint(&w, "uid", p->facts.uid);
    json_kint(&w, "gid", p->facts.gid);
    json_kint(&w, "mtime_ns", p->facts.mtime_ns);
    json_end(&w);
    return json_finish(&w);
}

static int next_id(struct db *db, int64_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, STR("SELECT max(id) FROM action"), &s, d);
    if (rc)
        return rc;
    rc = stmt_step(s, d);
    *ret = rc > 0 && !stmt_is_null(s, 0) ? stmt_int(s, 0) + 1 : 1;
    stmt_free(s);
    return MIN(rc, 0);
}

static int insert(struct db *db, const struct fix_plan *p, struct str plan, struct str backup,
                  int64_t now_ms, int64_t id, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        STR("INSERT INTO action (id, finding, action, status, at, path, plan,"
                            " backup, before_sha256, after_sha256, message)"
                            " VALUES (?1, ?2, ?3, 'planned', ?4, ?5, ?6, ?7, ?8, ?9, '')"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, id);
    stmt_bind_str(s, 2, p->finding);
    stmt_bind_str(s, 3, str_z(p->action->name));
    stmt_bind_int(s, 4, now_ms);
    stmt_bind_str(s, 5, p->path);
    stmt_bind_str(s, 6, plan);
    stmt_bind_str(s, 7, backup);
    stmt_bind_str(s, 8, p->before_sha256);
    stmt_bind_str(s, 9, p->after_sha256);
    rc = stmt_step(s, d);
    stmt_free(s);
    return rc;
}

int action_log_add(struct db *db, const struct fix_plan *p, struct str backup, int64_t now_ms,
                   int64_t *ret_id, struct diag *d)
{
    AUTO(buf) plan = BUF_INIT;
    int64_t id;
    int rc = plan_json(p, &plan);
    if (rc)
        return diag_set(d, rc, "the plan could not be recorded (%s)", err_name(rc));
    rc = db_begin(db, d);
    if (rc)
        return rc;
    rc = next_id(db, &id, d);
    if (!rc)
        rc = insert(db, p, buf_str(&plan), backup, now_ms, id, d);
    if (!rc)
        rc = store_seal_actions(db, d);
    if (!rc)
        rc = db_commit(db, d);
    if (rc) {
        db_rollback(db);
        return rc;
    }
    *ret_id = id;
    return 0;
}

static int update(struct db *db, int64_t id, const char *status, struct str message, struct diag *d)
{
    struct stmt *s = NULL;
    int rc =
        db_prepare(db, STR("UPDATE action SET status = ?2, message = ?3 WHERE id = ?1"), &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, id);
    stmt_bind_str(s, 2, str_z(status));
    stmt_bind_str(s, 3, message);
    rc = stmt_step(s, d);
    stmt_free(s);
    return rc;
}

int action_log_set(struct db *db, int64_t id, const char *status, struct str message,
                   struct diag *d)
{
    int rc = db_begin(db, d);
    if (rc)
        return rc;
    rc = update(db, id, status, message, d);
    if (!rc)
        rc = store_seal_actions(db, d);
    if (!rc)
        rc = db_commit(db, d);
    if (rc)
        db_rollback(db);
    return rc;
}

/* Our own JSON, read with limits all the same: a store may come from elsewhere. */
static int read_plan(struct str text, struct arena *a, struct action_row *ret, struct diag *d)
{
    struct limits lim = limits_default();
    struct doc doc;
    int64_t mode, uid, gid;
    lim.bytes = 1 << 20;
    int rc = json_parse(text, JSON_STRICT, &lim, a, &doc, d);
    if (rc)
        return rc;
    const struct node *root = doc_root(&doc);
    ret->root = arena_str(a, node_str(&doc, root, STR("root")));
    if (node_i64(&doc, node_get(&doc, root, STR("mode")), &mode) ||
        node_i64(&doc, node_get(&doc, root, STR("uid")), &uid) ||
        node_i64(&doc, node_get(&doc, root, STR("gid")), &gid) ||
        node_i64(&doc, node_get(&doc, root, STR("mtime_ns")), &ret->facts.mtime_ns) || mode < 0 ||
        mode > 07777 || uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX)
        return diag_set(d, E_PARSE, "the record of this action is damaged");
    ret->facts.mode = (uint32_t)mode;
    ret->facts.uid = (uint32_t)uid;
    ret->facts.gid = (uint32_t)gid;
    return ret->root.p ? 0 : arena_error(a);
}

int action_log_get(struct db *db, int64_t id, struct arena *a, struct action_row *ret,
                   struct diag *d)
{
    struct stmt *s = NULL;
    struct action_row r = {.id = id};
    struct str *const fields[] = {&r.finding, &r.action,        &r.status,      &r.path,
                                  &r.backup,  &r.before_sha256, &r.after_sha256};
    int rc = db_prepare(db,
                        STR("SELECT finding, action, status, path, backup, before_sha256,"
                            " after_sha256, plan FROM action WHERE id = ?1"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, id);
    rc = stmt_step(s, d);
    if (!rc) {
        diag_set(d, E_NOTFOUND, "there is no action %lld in this store", (long long)id);
        diag_hint(d, "`stance fix` says the number when it applies one");
        rc = E_NOTFOUND;
    } else if (rc > 0) {
        rc = 0;
        for (size_t i = 0; i < ARRAY_LEN(fields) && !rc; i++) {
            *fields[i] = arena_str(a, stmt_str(s, (int)i));
            rc = fields[i]->p ? 0 : arena_error(a);
        }
        if (!rc)
            rc = read_plan(stmt_str(s, (int)ARRAY_LEN(fields)), a, &r, d);
    }
    stmt_free(s);
    if (!rc)
        *ret = r;
    return rc;
}
