/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what belongs on the first screen: kinds in reading order, worst findings, gaps. */
#include "report/summary.h"
#include "report/text.h"

/* Agents first: they act. Then what thinks, who is trusted, what it is built from. */
static const enum kind READING_ORDER[] = {
    KIND_AGENT_HOST,       KIND_MCP_SERVER,   KIND_INSTRUCTION_FILE, KIND_MODEL_FILE,
    KIND_INFERENCE_SERVER, KIND_VECTOR_STORE, KIND_GATEWAY,          KIND_SERVICE,
    KIND_CREDENTIAL,       KIND_PACKAGE,      KIND_DEPLOYMENT,       KIND_APPLICATION,
};

/* Stored text in the arena; false when memory is gone. */
static bool keep(struct arena *a, struct str text, struct str *ret)
{
    *ret = arena_str(a, text);
    return ret->p != NULL;
}

static int out_of_memory(struct diag *d)
{
    return diag_set(d, E_NOMEM, "no memory for the report");
}

/* ---- assets ---- */

/* How many assets of a kind there are, and under how many names. */
struct kind_count {
    int64_t assets, names;
};

static int count_kinds(const struct scope *s, struct kind_count counts[KIND_COUNT],
                       struct summary *ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    select_addz(&q, "SELECT n.kind, n.now, count(*), count(DISTINCT n.name) FROM (SELECT a.kind,"
                    " a.name, CASE WHEN ");
    scope_seen_now(s, &q);
    select_addz(&q, " THEN 1 ELSE 0 END AS now FROM asset a WHERE ");
    scope_assets(s, &q);
    select_addz(&q, ") n GROUP BY n.kind, n.now");
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        int k = kind_from_name(stmt_str(r, 0));
        bool now = stmt_int(r, 1);
        *(now ? &ret->assets : &ret->past) += stmt_int(r, 2);
        if (k >= 0 && now)
            counts[k] = (struct kind_count){stmt_int(r, 2), stmt_int(r, 3)};
        rc = 0;
    }
    stmt_free(r);
    return rc;
}

static int read_names(const struct scope *s, struct summary_kind *k, bool past, struct arena *a,
                      struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    select_addz(&q, "SELECT a.name, max(coalesce(r.score, -1)) FROM asset a"
                    " LEFT JOIN asset_risk r ON r.asset = a.id WHERE ");
    scope_assets(s, &q);
    if (past) {
        select_addz(&q, " AND ");
        scope_seen_now(s, &q);
    }
    buf_addf(&q.sql, " AND a.kind = '%s' GROUP BY a.name ORDER BY 2 DESC, a.name LIMIT %d",
             k->info->name, SUMMARY_NAMES);
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        rc = 0;
        if (!keep(a, stmt_str(r, 0), &k->names[k->n_names++]))
            rc = out_of_memory(d);
    }
    stmt_free(r);
    return rc;
}

static int add_kind(const struct scope *s, enum kind kind, struct kind_count count, struct arena *a,
                    struct summary *ret, struct diag *d)
{
    if (!count.assets)
        return 0;
    struct summary_kind *k = &ret->kinds[ret->n_kinds++];
    *k = (struct summary_kind){
        .info = kind_info(kind), .count = count.assets, .distinct = count.names};
    return read_names(s, k, ret->past > 0, a, d);
}

static int count_shared(const struct scope *s, struct summary *ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    if (!s->narrow)
        return 0;
    select_addz(&q, "SELECT count(*) FROM asset a WHERE ");
    scope_assets(s, &q);
    select_addz(&q, " AND ");
    scope_elsewhere(s, &q, "a.id");
    int rc = select_prepare(&q, s->db, &r, d);
    if (!rc && (rc = stmt_step(r, d)) > 0) {
        ret->shared = stmt_int(r, 0);
        rc = 0;
    }
    stmt_free(r);
    return rc;
}

static int read_kinds(const struct scope *s, struct arena *a, struct summary *ret, struct diag *d)
{
    struct kind_count counts[KIND_COUNT] = {{0, 0}};
    int rc = count_kinds(s, counts, ret, d);
    if (!rc)
        rc = count_shared(s, ret, d);
    for (size_t i = 0; !rc && i < ARRAY_LEN(READING_ORDER); i++) {
        rc = add_kind(s, READING_ORDER[i], counts[READING_ORDER[i]], a, ret, d);
        counts[READING_ORDER[i]].assets = 0;
    }
    for (int k = 0; !rc && k < KIND_COUNT; k++)
        rc = add_kind(s, (enum kind)k, counts[k], a, ret, d);
    return rc;
}

/* ---- findings ---- */

static int count_findings(const struct scope *s, struct summary *ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    select_addz(&q, "SELECT f.severity, f.verdict, " FINDING_REMEMBERED ", count(*) FROM finding f"
                    " JOIN asset a ON a.id = f.asset WHERE ");
    scope_findings(s, &q);
    select_addz(&q, " GROUP BY f.severity, f.verdict, 3");
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        int severity = scope_word(SEVERITY_NAMES, stmt_str(r, 0), SEVERITY_INFO);
        int64_t n = stmt_int(r, 3);
        rc = 0;
        if (stmt_int(r, 2)) {
            ret->remembered += str_eq_z(stmt_str(r, 1), "fail") ? n : 0;
        } else if (str_eq_z(stmt_str(r, 1), "fail")) {
            ret->failing += n;
            ret->by_severity[severity] += n;
        } else if (!str_eq_z(stmt_str(r, 1), "excepted")) {
            ret->undecided += n;
        }
    }
    stmt_free(r);
    return rc;
}

/* The shortest beginning of an id, of at least 8 digits, that no other finding has. */
static int shorten(const struct scope *s, struct str id, struct str *ret, struct diag *d)
{
    struct stmt *r = NULL;
    int rc = db_prepare(s->db,
                        STR("SELECT max(id), min(id) FROM finding"
                            " WHERE id <> ?1 AND id >= ?2 AND id < ?3"),
                        &r, d);
    *ret = id;
    for (size_t n = 8; !rc && n < id.n; n++) {
        AUTO(buf) above = BUF_INIT;
        buf_add(&above, str_sub(id, 0, n));
        buf_addc(&above, '~');
        stmt_reset(r);
        stmt_bind_str(r, 1, id);
        stmt_bind_str(r, 2, str_sub(id, 0, n));
        stmt_bind_str(r, 3, buf_str(&above));
        rc = stmt_step(r, d);
        if (rc <= 0)
            break;
        rc = 0;
        if (stmt_is_null(r, 0)) {
            *ret = str_sub(id, 0, n);
            break;
        }
    }
    stmt_free(r);
    return rc;
}

static int take_finding(const struct scope *s, const struct stmt *r, struct arena *a,
                        struct summary_finding *f, struct diag *d)
{
    *f = (struct summary_finding){.line = stmt_int(r, 9), .risk = (int)stmt_int(r, 10)};
    if (!keep(a, stmt_str(r, 0), &f->id) || !keep(a, stmt_str(r, 1), &f->control) ||
        !keep(a, stmt_str(r, 2), &f->title) || !keep(a, stmt_str(r, 3), &f->reason) ||
        !keep(a, stmt_str(r, 4), &f->asset) || !keep(a, stmt_str(r, 5), &f->asset_name) ||
        !keep(a, stmt_str(r, 6), &f->owner) || !keep(a, stmt_str(r, 7), &f->path) ||
        !keep(a, stmt_str(r, 8), &f->pointer) || !keep(a, stmt_str(r, 13), &f->target))
        return out_of_memory(d);
    f->severity = (enum severity)scope_word(SEVERITY_NAMES, stmt_str(r, 11), SEVERITY_INFO);
    f->fixable = scope_fixable(s, f->control, stmt_str(r, 12));
    return shorten(s, f->id, &f->shown_id, d);
}

/* At most three rows of one control, so that one habit does not fill the screen; the last of them
 * tells how many it stands for. */
#define ROWS_A_CONTROL 3
#define ROWS_READ      2000

static bool joins(const struct summary *ret, const struct stmt *r, struct summary_finding **same)
{
    int of_control = 0;
    *same = NULL;
    for (int i = 0; i < ret->n_findings; i++) {
        if (!str_eq(ret->findings[i].control, stmt_str(r, 1)))
            continue;
        of_control++;
        if (str_eq(ret->findings[i].asset, stmt_str(r, 4)))
            *same = (struct summary_finding *)&ret->findings[i];
    }
    return *same || of_control >= ROWS_A_CONTROL || ret->n_findings == SUMMARY_FINDINGS;
}

static int read_findings(const struct scope *s, struct arena *a, struct summary *ret,
                         struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    struct summary_finding *same;
    select_addz(&q, "SELECT f.id, f.control, f.title, f.reason, f.asset, a.name,"
                    " coalesce(" FINDING_OWNER ", ''), coalesce(" PLACE_SHOWN ", ''),"
                    " coalesce(p.pointer, ''), coalesce(p.line, 0), f.risk, f.severity,"
                    " coalesce(p.member, ''), coalesce(" TARGET_SHOWN ", '') FROM finding f"
                    " JOIN asset a ON a.id = f.asset LEFT JOIN finding_place p ON p.finding = f.id"
                    " LEFT JOIN target t ON t.id = p.target WHERE f.verdict = 'fail' AND"
                    " " FINDING_REMEMBERED " = 0 AND ");
    scope_findings(s, &q);
    buf_addf(&q.sql, " ORDER BY f.risk DESC, %s, f.control, a.name, p.path, p.line, f.id LIMIT %d",
             SEVERITY_ORDER, ROWS_READ);
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        rc = 0;
        if (!joins(ret, r, &same)) {
            same = &ret->findings[ret->n_findings++];
            rc = take_finding(s, r, a, same, d);
        } else if (same) {
            same->more_places++;
        }
        if (!same)
            continue;
        same->stands[scope_word(SEVERITY_NAMES, stmt_str(r, 11), SEVERITY_INFO)]++;
        ret->grouped++;
    }
    stmt_free(r);
    return rc;
}

/* Into the last row of a control that has as many as it may have: `n` less what the rows say. */
static void fold(struct summary *ret, struct str control, int severity, int64_t n)
{
    int rows = 0;
    struct summary_finding *last = NULL;
    for (int i = 0; i < ret->n_findings; i++)
        if (str_eq(ret->findings[i].control, control)) {
            last = &ret->findings[i];
            n -= last->stands[severity];
            rows++;
        }
    if (rows < ROWS_A_CONTROL || n <= 0)
        return;
    last->folded[severity] = n;
    ret->folded += n;
}

/* All that failed of the controls shown, less what the rows stand for. */
static int count_folded(const struct scope *s, struct summary *ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    if (ret->failing == ret->grouped)
        return 0;
    select_addz(&q, "SELECT f.control, f.severity, count(*) FROM finding f"
                    " JOIN asset a ON a.id = f.asset WHERE f.verdict = 'fail' AND"
                    " " FINDING_REMEMBERED " = 0 AND ");
    scope_findings(s, &q);
    select_addz(&q, " GROUP BY f.control, f.severity");
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        rc = 0;
        fold(ret, stmt_str(r, 0), scope_word(SEVERITY_NAMES, stmt_str(r, 1), SEVERITY_INFO),
             stmt_int(r, 2));
    }
    stmt_free(r);
    return rc;
}

bool summary_folded(const struct summary_finding *f, struct buf *out)
{
    bool any = false;
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--) {
        if (f->folded[i] <= 0)
            continue;
        buf_addz(out, any ? ", " : "");
        text_count(out, (uint64_t)f->folded[i]);
        buf_addf(out, " %s", SEVERITY_NAMES[i]);
        any = true;
    }
    buf_addz(out, any ? " more of this kind" : "");
    return any;
}

/* ---- posture ---- */

static int percent(int tenths)
{
    return tenths >= 1000 ? 100 : MIN((tenths + 5) / 10, 99);
}

void posture_text(const struct scope *s, struct buf *out)
{
    int low = percent(s->posture_low), high = percent(s->posture_high);
    if (s->posture_low < 0 || s->posture_high < 0) {
        buf_addz(out, s->part ? "not assessed: only a part of the target was looked at"
                              : "not assessed: no control reached a verdict");
        return;
    }
    bool range = s->posture_low != s->posture_high;
    if (range && low == high) { /* rounded it would seem to be one number */
        text_tenths(out, s->posture_low);
        buf_addz(out, " to ");
        text_tenths(out, s->posture_high);
        buf_addz(out, " of 100");
    } else {
        buf_addf(out, low == high ? "%d of 100" : "%d to %d of 100", low, high);
    }
    if (range)
        buf_addz(out, ": unknown counted as failed, or as passed");
    if (s->whole)
        buf_addf(out, "; of scan %lld, the last of the whole target", (long long)s->whole);
}

/* ---- coverage ---- */

static int count_coverage(const struct scope *s, struct summary *ret, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    select_addz(&q, "SELECT c.state, count(*), sum(c.files), sum(c.bytes),"
                    " sum(CASE WHEN c.path = '" COVERAGE_MEMBERS "' THEN c.files ELSE 0 END),"
                    " sum(CASE WHEN c.path = 'binary-content' OR " COVERAGE_IS_UNREAD
                    " OR " COVERAGE_IS_TEXT " THEN 0 ELSE 1 END) FROM coverage c WHERE ");
    scope_coverage(s, &q);
    select_addz(&q, " GROUP BY c.state");
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        int state = word_index(COVERAGE_STATE_NAMES, stmt_str(r, 0));
        rc = 0;
        if (state < 0)
            continue;
        ret->by_state[state] = stmt_int(r, 1);
        if (state == COVERAGE_NOT_LOOKED)
            ret->elsewhere = stmt_int(r, 5);
        if (state == COVERAGE_EXAMINED) {
            ret->files = stmt_int(r, 2);
            ret->bytes = stmt_int(r, 3);
            ret->members = stmt_int(r, 4);
        }
    }
    stmt_free(r);
    ret->gaps = ret->by_state[COVERAGE_DENIED] + ret->by_state[COVERAGE_FAILED] +
                ret->by_state[COVERAGE_PARTIAL] + ret->by_state[COVERAGE_UNSUPPORTED];
    return rc;
}

struct gap_list {
    const char *condition, *order;
    struct summary_gap *rows;
    int max;
    int *n;
    int64_t *all; /* NULL: each target has rows of its own */
};

static int read_gaps(const struct scope *s, struct arena *a, const struct gap_list *l,
                     struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    buf_addf(&q.sql,
             "SELECT c.path, c.reason, %s, c.state, sum(c.files), sum(c.bytes)"
             " FROM coverage c JOIN target t ON t.id = c.target WHERE %s AND ",
             l->all ? "min(" TARGET_SHOWN ")" : TARGET_SHOWN, l->condition);
    scope_coverage(s, &q);
    buf_addf(&q.sql, " GROUP BY c.path, c.reason, %sc.state ORDER BY %s, c.path, 3",
             l->all ? "" : "t.id, ", l->order);
    if (!l->all)
        buf_addf(&q.sql, " LIMIT %d", l->max);
    int rc = select_prepare(&q, s->db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        rc = 0;
        if (l->all)
            ++*l->all;
        if (*l->n == l->max)
            continue;
        struct summary_gap *g = &l->rows[(*l->n)++];
        *g = (struct summary_gap){.files = stmt_int(r, 4), .bytes = stmt_int(r, 5)};
        g->state = (enum coverage_state)scope_word(COVERAGE_STATE_NAMES, stmt_str(r, 3),
                                                   COVERAGE_NOT_LOOKED);
        rc = keep(a, stmt_str(r, 0), &g->path) && keep(a, stmt_str(r, 1), &g->reason) &&
                     keep(a, stmt_str(r, 2), &g->target)
                 ? 0
                 : out_of_memory(d);
    }
    stmt_free(r);
    return rc;
}

static int read_coverage(const struct scope *s, struct arena *a, struct summary *ret,
                         struct diag *d)
{
    const struct gap_list lists[] = {
        {"c.state IN ('denied', 'failed', 'partial', 'unsupported')",
         "CASE c.state WHEN 'denied' THEN 0 WHEN 'failed' THEN 1 WHEN 'partial' THEN 2 ELSE 3 END",
         ret->gap, SUMMARY_GAPS, &ret->n_gap, NULL},
        {"c.state = 'skipped'", "5 DESC", ret->rule, SUMMARY_RULES, &ret->n_rule, &ret->all_rule},
        {"c.state = 'not_looked' AND NOT " COVERAGE_IS_UNREAD " AND NOT " COVERAGE_IS_TEXT,
         "5 DESC", ret->passed, SUMMARY_RULES, &ret->n_passed, &ret->all_passed},
        {COVERAGE_IS_TEXT, "5 DESC", ret->texts, SUMMARY_TEXTS, &ret->n_texts, &ret->all_texts},
        {COVERAGE_IS_UNREAD, "5 DESC", ret->unread, SUMMARY_UNREAD, &ret->n_unread,
         &ret->all_unread},
        {"c.state = 'examined' AND substr(c.path, 1, 9) = '" COVERAGE_REVISION "'", "c.path",
         &ret->revision, 1, &ret->n_revision, NULL},
    };
    int rc = count_coverage(s, ret, d);
    for (size_t i = 0; i < ARRAY_LEN(lists) && !rc; i++)
        rc = read_gaps(s, a, &lists[i], d);
    return rc;
}

/* ---- words that the faces share ---- */

void summary_target(const struct summary *m, struct str target, struct buf *out)
{
    if (m->name_targets && target.n)
        buf_addf(out, STR_FMT ": ", STR_ARG(target));
}

void summary_amount(const struct summary *m, struct buf *out)
{
    text_count(out, (uint64_t)MAX(m->files, 0));
    buf_addz(out, m->files == 1 ? " file, " : " files, ");
    if (m->members > 0) {
        text_count(out, (uint64_t)m->members);
        buf_addz(out, " of them in archives, ");
    }
    text_bytes(out, (uint64_t)MAX(m->bytes, 0));
}

int summary_read(const struct scope *s, struct arena *a, struct summary *ret, struct diag *d)
{
    struct summary out = {.name_targets = s->n_targets > 1};
    int rc = read_kinds(s, a, &out, d);
    if (!rc)
        rc = count_findings(s, &out, d);
    if (!rc)
        rc = read_findings(s, a, &out, d);
    if (!rc)
        rc = count_folded(s, &out, d);
    if (!rc)
        rc = read_coverage(s, a, &out, d);
    out.frameworks = arena_new_n(a, struct summary_framework, (size_t)FRAMEWORK_COUNT + 1);
    if (!rc && !out.frameworks)
        rc = out_of_memory(d);
    for (int i = 0; !rc && i < FRAMEWORK_COUNT; i++)
        rc = summary_framework(s, &FRAMEWORKS[i], &out.frameworks[i], d);
    if (!rc)
        *ret = out;
    return rc;
}
