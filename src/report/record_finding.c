/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the record says of one finding. */
#include "assess/control.h"
#include "report/record_row.h"

const char RECORD_FINDING_COLUMNS[] =
    "f.id, f.control, f.category, f.asset, f.severity, f.verdict, f.status, f.risk, f.confidence,"
    " f.title, f.reason, f.steps, f.factors, f.first_seen, " FINDING_OWNER ", " FINDING_REMEMBERED
    ", " EVIDENCE_COLUMNS;
#define PLACE_COLUMN 16

int record_finding_open(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, "SELECT " EVIDENCE_COLUMNS " FROM place p WHERE p.asset = ?1 AND ");
    scope_places(&r->scope, &q);
    select_addz(&q, " ORDER BY " EVIDENCE_ORDER " LIMIT 1");
    r->places = stmt_free(r->places);
    int rc = select_prepare(&q, r->scope.db, &r->places, d);
    if (!rc)
        rc = record_prepare(r,
                            "SELECT class, kind FROM data_value WHERE asset = ?1 AND path = ?2"
                            " ORDER BY CASE WHEN pointer = ?3 THEN 0 ELSE 1 END, class, kind, id"
                            " LIMIT 1",
                            &r->value_kind, d);
    if (!rc)
        rc = record_prepare(r,
                            "SELECT class, kind FROM data_value WHERE asset = ?1"
                            " ORDER BY class, kind, id LIMIT 1",
                            &r->value_any, d);
    return rc;
}

void json_frameworks(struct json_writer *w, struct str control)
{
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        for (int k = 0; k < FRAMEWORKS[i].n; k++) {
            const struct requirement *q = &FRAMEWORKS[i].requirements[k];
            for (const char *const *c = q->controls; c && *c; c++) {
                if (!str_eq_z(control, *c))
                    continue;
                AUTO(buf) id = BUF_INIT;
                buf_addf(&id, "%s:%s", FRAMEWORKS[i].id, q->id);
                json_str(w, buf_str(&id));
                break;
            }
        }
}

/* A finding about a value names its class and kind. */
static int write_kind(struct record *r, const struct stmt *row, const struct evidence *e,
                      struct diag *d)
{
    struct str category = stmt_str(row, 2);
    if (!str_starts(category, STR("secret")) && !str_starts(category, STR("personal")))
        return 0;
    stmt_reset(r->value_kind);
    stmt_bind_str(r->value_kind, 1, stmt_str(row, 3));
    stmt_bind_str(r->value_kind, 2, e->path);
    stmt_bind_str(r->value_kind, 3, e->pointer);
    struct stmt *s = r->value_kind;
    int rc = stmt_step(s, d);
    if (!rc) { /* no value in that file: any of the asset */
        s = r->value_any;
        stmt_reset(s);
        stmt_bind_str(s, 1, stmt_str(row, 3));
        rc = stmt_step(s, d);
    }
    if (rc > 0) {
        json_kstr(&r->w, "class", stmt_str(s, 0));
        json_kstr(&r->w, "kind", stmt_str(s, 1));
    }
    return rc < 0 ? rc : 0;
}

static void write_evidence(struct record *r, const struct evidence *e, struct str steps)
{
    struct str inner;
    json_kopen_array(&r->w, "evidence");
    evidence_write(&r->w, e);
    if (stored_array(steps, &inner) && inner.n)
        json_raw(&r->w, inner);
    json_end(&r->w);
}

/* What lies inside an archive or in a commit no action changes. */
static void write_remedy(struct json_writer *w, struct str id, const struct evidence *e)
{
    const struct control *c = control_find(id);
    json_kopen_object(w, "remediation");
    json_kstr(w, "summary",
              c && c->remediation ? str_z(c->remediation)
                                  : STR("This version of stance does not know the control."));
    json_key(w, STR("action"));
    c && c->action && !e->member.n ? json_str(w, str_z(c->action)) : json_null(w);
    json_end(w);
    json_kopen_array(w, "frameworks");
    json_frameworks(w, id);
    json_end(w);
}

/* The place of the finding; without one, the first place of the asset. */
static int find_place(struct record *r, const struct stmt *row, struct evidence *e, struct diag *d)
{
    evidence_read(&r->scope, row, PLACE_COLUMN, e);
    if (e->target >= 0)
        return 0;
    stmt_reset(r->places);
    stmt_bind_str(r->places, 1, stmt_str(row, 3));
    int rc = stmt_step(r->places, d);
    if (rc > 0)
        evidence_read(&r->scope, r->places, 0, e);
    else if (!rc)
        *e = (struct evidence){.offset = -1, .collector = STR("assess")};
    return rc < 0 ? rc : 0;
}

int record_finding(struct record *r, const struct stmt *row, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct evidence e;
    int rc = find_place(r, row, &e, d);
    if (rc)
        return rc;
    bool scored = str_eq_z(stmt_str(row, 5), "fail") || str_eq_z(stmt_str(row, 5), "excepted");
    json_object(w);
    json_kstr(w, "id", stmt_str(row, 0));
    json_kstr(w, "control", stmt_str(row, 1));
    json_kstr(w, "category", stmt_str(row, 2));
    rc = write_kind(r, row, &e, d);
    json_kstr(w, "asset", stmt_str(row, 3));
    json_key(w, STR("owner"));
    stmt_is_null(row, 14) ? json_null(w) : json_str(w, stmt_str(row, 14));
    json_kstr(w, "severity", scored ? stmt_str(row, 4) : STR("info"));
    json_kstr(w, "verdict", stmt_str(row, 5));
    json_kstr(w, "status", stmt_str(row, 6));
    json_risk(w, (int)stmt_int(row, 7), (int)stmt_int(row, 8), stmt_str(row, 12),
              "a finding without a verdict has no score");
    json_kstr(w, "title", stmt_str(row, 9));
    json_kstr(w, "reason", stmt_str(row, 10));
    write_evidence(r, &e, stmt_str(row, 11));
    write_remedy(w, stmt_str(row, 1), &e);
    json_ktime(w, "first_seen", stmt_int(row, 13));
    if (stmt_int(row, 15))
        json_kbool(w, "remembered", true);
    json_end(w);
    return rc;
}
