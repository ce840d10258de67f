/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the verdicts of its controls say about a requirement of a framework. */
#include "report/summary.h"

const char *const REQUIREMENT_STATE_NAMES[] = {
    "failing",      "unknown", "passing",     "nothing to judge",
    "no collector", "manual",  "not covered", NULL,
};

/* Counts of one control in the scan: failed, unknown, passed, hidden in what was not examined. */
static int read_run(struct stmt *r, const char *control, int64_t sum[4], struct diag *d)
{
    stmt_reset(r);
    stmt_bind_str(r, 1, str_z(control));
    int rc = stmt_step(r, d);
    if (rc <= 0)
        return rc;
    for (int i = 0; i < 4; i++)
        sum[i] += stmt_int(r, i);
    return 0;
}

static int judge(struct stmt *r, const struct requirement *q, enum requirement_state *ret,
                 struct diag *d)
{
    int64_t sum[4] = {0};
    bool known = false;
    int rc = 0;
    for (const char *const *c = q->controls; !rc && *c; c++) {
        const struct control *control = control_find(str_z(*c));
        known |= control && control->collected;
        rc = read_run(r, *c, sum, d);
    }
    if (!known)
        *ret = REQUIREMENT_NO_COLLECTOR;
    else if (sum[0])
        *ret = REQUIREMENT_FAILING;
    else if (sum[1] || sum[3])
        *ret = REQUIREMENT_UNKNOWN;
    else
        *ret = sum[2] ? REQUIREMENT_PASSING : REQUIREMENT_NOTHING;
    return rc;
}

static int prepare(const struct scope *s, struct stmt **ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    int rc = 0;
    if (s->narrow) { /* controls judge all targets of the store; only those in the view count */
        rc = scope_verdicts(s, d);
        select_addz(&q, "SELECT sum(CASE v.verdict WHEN 'fail' THEN 1 ELSE 0 END),"
                        " sum(CASE WHEN v.verdict IN ('unknown', 'error') THEN 1 ELSE 0 END),"
                        " sum(CASE v.verdict WHEN 'pass' THEN 1 ELSE 0 END),"
                        " (SELECT COALESCE(max(r.hidden), 0) FROM control_run r WHERE r.control ="
                        " ?1 AND EXISTS (SELECT 1 FROM coverage c WHERE c.state IN ('denied',"
                        " 'failed', 'partial', 'unsupported') AND ");
        scope_coverage(s, &q);
        buf_addf(&q.sql, ") AND r.scan = %lld)", (long long)s->scan);
        select_addz(&q, " FROM control_verdict v WHERE v.control = ?1 AND ");
        scope_judged(s, &q);
    } else {
        buf_addf(&q.sql,
                 "SELECT failed, unknown + errors, passed, hidden FROM control_run"
                 " WHERE scan = %lld AND control = ?1",
                 (long long)s->scan);
    }
    return rc ? rc : select_prepare(&q, s->db, ret, d);
}

int summary_requirement(const struct scope *s, const struct requirement *q,
                        enum requirement_state *ret, struct diag *d)
{
    struct stmt *r = NULL;
    if (!q->controls || !q->controls[0]) {
        *ret = q->mode == TEST_MANUAL ? REQUIREMENT_MANUAL : REQUIREMENT_NOT_COVERED;
        return 0;
    }
    int rc = prepare(s, &r, d);
    if (!rc)
        rc = judge(r, q, ret, d);
    stmt_free(r);
    return rc;
}

int summary_framework(const struct scope *s, const struct framework *f,
                      struct summary_framework *ret, struct diag *d)
{
    struct summary_framework out = {.framework = f};
    for (int i = 0; i < f->n; i++) {
        enum requirement_state state = REQUIREMENT_NOT_COVERED;
        if (f->requirements[i].heading)
            continue;
        int rc = summary_requirement(s, &f->requirements[i], &state, d);
        if (rc)
            return rc;
        out.requirements++;
        out.failing += state == REQUIREMENT_FAILING;
        out.passing += state == REQUIREMENT_PASSING;
        out.unknown += state == REQUIREMENT_UNKNOWN;
        out.manual += state == REQUIREMENT_MANUAL;
        out.tested += state == REQUIREMENT_FAILING || state == REQUIREMENT_PASSING ||
                      state == REQUIREMENT_UNKNOWN;
    }
    *ret = out;
    return 0;
}
