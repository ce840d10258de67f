/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which differences are those of a first look at a target. */
#include "cli/first_look.h"
#include "report/scope.h"

#define FRESH " (SELECT x.target FROM scan_target x GROUP BY x.target HAVING min(x.scan) > ?2)"

#define ONLY_FRESH(place)                                                                          \
    " EXISTS (SELECT 1 FROM place p WHERE " place " AND p.target IN" FRESH ")"                     \
    " AND NOT EXISTS (SELECT 1 FROM place p WHERE " place " AND p.target NOT IN" FRESH ")"

static int read_names(struct first_look *f, struct db *db, int64_t since, struct diag *d)
{
    struct stmt *s = NULL;
    int rc =
        db_prepare(db,
                   STR("SELECT " TARGET_SHOWN " FROM target t JOIN scan_target x ON x.target = t.id"
                       " GROUP BY t.id HAVING min(x.scan) > ?1 ORDER BY t.name, t.id"),
                   &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, since);
    while ((rc = stmt_step(s, d)) > 0) {
        if (f->names.n)
            buf_addz(&f->names, ", ");
        buf_add(&f->names, stmt_str(s, 0));
    }
    stmt_free(s);
    if (!rc && (rc = buf_result(&f->names)))
        diag_set(d, rc, "no memory for the names of targets");
    return rc;
}

int first_look_open(struct first_look *f, struct db *db, int64_t since, struct diag *d)
{
    *f = (struct first_look){.since = since, .names = BUF_INIT};
    int rc = read_names(f, db, since, d);
    if (!rc && f->names.n)
        rc = db_prepare(db, STR("SELECT 1 WHERE" ONLY_FRESH("p.asset = ?1")), &f->asset, d);
    if (!rc && f->names.n)
        rc = db_prepare(db,
                        STR("SELECT 1 FROM finding f WHERE f.id = ?1 AND" ONLY_FRESH(
                            "(p.id = f.place OR (f.place = 0 AND p.asset = f.asset))")),
                        &f->finding, d);
    if (rc)
        first_look_done(f);
    return rc;
}

int first_look_has(struct first_look *f, const struct difference *c, struct diag *d)
{
    struct stmt *s = str_eq_z(c->subject, "asset")     ? f->asset
                     : str_eq_z(c->subject, "finding") ? f->finding
                                                       : NULL;
    if (!s)
        return 0;
    stmt_reset(s);
    stmt_bind_str(s, 1, c->id);
    stmt_bind_int(s, 2, f->since);
    return stmt_step(s, d);
}

void first_look_done(struct first_look *f)
{
    f->asset = stmt_free(f->asset);
    f->finding = stmt_free(f->finding);
    buf_done(&f->names);
}
