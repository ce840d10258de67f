/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how findings read as SARIF 2.1.0 (OASIS, errata 01) so that code hosts can show them. */
#include "assess/control.h"
#include "formats/json.h"
#include "prioritize/risk.h"
#include "report/record_row.h"
#include "report/sarif_parts.h"

static int finish(struct sarif *s, struct diag *d)
{
    int rc = json_finish(&s->w);
    if (rc)
        return diag_set(d, rc, "the report could not be written (%s)", err_name(rc));
    fwrite(s->row.p, 1, s->row.n, s->out);
    return ferror(s->out) ? diag_set(d, E_IO, "the report could not be written") : 0;
}

static struct json_writer *begin(struct sarif *s)
{
    buf_clear(&s->row);
    json_begin(&s->w, &s->row, JSON_COMPACT);
    return &s->w;
}

typedef int row_fn(struct sarif *s, const struct stmt *row);

static int write_rows(struct sarif *s, struct select *q, row_fn *fn, struct diag *d)
{
    struct stmt *r = NULL;
    bool first = true;
    int rc = select_prepare(q, s->scope.db, &r, d);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        begin(s);
        fputs(first ? "\n" : ",\n", s->out);
        first = false;
        rc = fn(s, r);
        if (!rc)
            rc = finish(s, d);
    }
    stmt_free(r);
    return rc;
}

/* ---- results ---- */

static const char RESULT_COLUMNS[] =
    "f.id, f.control, f.category, f.severity, f.verdict, f.status, f.risk, f.title, f.reason,"
    " f.opened, a.id, a.kind, a.name, coalesce(" FINDING_OWNER ", ''), f.first_seen,"
    " " FINDING_REMEMBERED ", " EVIDENCE_COLUMNS;
#define PLACE_COLUMN 16

static const char *baseline(const struct sarif *s, const struct stmt *row)
{
    struct str status = stmt_str(row, 5);
    if (str_eq_z(status, "fixed") || str_eq_z(status, "gone"))
        return "absent";
    return stmt_int(row, 9) >= s->scope.started ? "new" : "unchanged";
}

/* Lines of a member are no lines of the archive; of a file at a commit they are lines of it. */
static bool has_lines(const struct evidence *e)
{
    return !e->member.n ||
           (str_starts(e->member, STR("commit:")) && str_find(e->member, STR("!/"), 0) == SIZE_MAX);
}

static void write_location(struct json_writer *w, const struct evidence *e, const struct stmt *row)
{
    json_kopen_array(w, "locations");
    json_object(w);
    if (e->target >= 0 && e->path.n) {
        json_kopen_object(w, "physicalLocation");
        sarif_artifact(w, e->target, e->path);
        if (has_lines(e))
            sarif_region(w, e);
        json_end(w);
    }
    json_kopen_array(w, "logicalLocations");
    json_object(w);
    json_kstr(w, "name", stmt_str(row, 12));
    json_kstr(w, "fullyQualifiedName", stmt_str(row, 10));
    json_kstr(w, "kind", stmt_str(row, 11));
    json_end(w);
    json_end(w);
    json_end(w);
    json_end(w);
}

static void write_suppressions(struct json_writer *w, const struct stmt *row)
{
    json_kopen_array(w, "suppressions");
    if (str_eq_z(stmt_str(row, 4), "excepted")) {
        json_object(w);
        json_kstr(w, "kind", STR("external"));
        json_kstr(w, "status", STR("accepted"));
        json_kstr(w, "justification", stmt_str(row, 8));
        json_end(w);
    }
    json_end(w);
}

/* When it was looked at: of a finding whose place the last scan passed by, an earlier time. */
static void write_provenance(struct json_writer *w, const struct evidence *e,
                             const struct stmt *row)
{
    json_kopen_object(w, "provenance");
    json_ktime(w, "firstDetectionTimeUtc", stmt_int(row, 14));
    if (e->seen_at > 0)
        json_ktime(w, "lastDetectionTimeUtc", e->seen_at);
    json_end(w);
}

static void write_properties(struct json_writer *w, const struct evidence *e,
                             const struct stmt *row, bool fail)
{
    int severity = scope_word(SEVERITY_NAMES, stmt_str(row, 3), SEVERITY_INFO);
    json_kopen_object(w, "properties");
    json_kstr(w, "verdict", stmt_str(row, 4));
    json_kstr(w, "status", stmt_str(row, 5));
    json_kstr(w, "category", stmt_str(row, 2));
    json_kstr(w, "asset", stmt_str(row, 10));
    if (stmt_str(row, 13).n)
        json_kstr(w, "owner", stmt_str(row, 13));
    if (stmt_int(row, 15))
        json_kbool(w, "remembered", true);
    if (e->member.n)
        json_kstr(w, "member", e->member);
    if (e->pointer.n)
        json_kstr(w, "pointer", e->pointer);
    if (fail)
        sarif_security_severity(w, (enum severity)severity);
    json_end(w);
}

static int result(struct sarif *s, const struct stmt *row)
{
    struct json_writer *w = &s->w;
    struct evidence e;
    bool fail = str_eq_z(stmt_str(row, 4), "fail") || str_eq_z(stmt_str(row, 4), "excepted");
    int severity = scope_word(SEVERITY_NAMES, stmt_str(row, 3), SEVERITY_INFO);
    int rule = sarif_rule_index(stmt_str(row, 1));
    int risk = (int)stmt_int(row, 6);
    struct str text = stmt_str(row, 8).n ? stmt_str(row, 8) : stmt_str(row, 7);
    AUTO(buf) hash = BUF_INIT;
    evidence_read(&s->scope, row, PLACE_COLUMN, &e);
    json_object(w);
    json_kstr(w, "ruleId", stmt_str(row, 1));
    if (rule >= 0)
        json_kint(w, "ruleIndex", rule);
    json_kstr(w, "kind", fail ? STR("fail") : STR("open"));
    json_kstr(w, "level", str_z(fail ? sarif_level((enum severity)severity) : "none"));
    json_kopen_object(w, "message");
    json_kstr(w, "text", text.n ? text : STR("(no text)"));
    json_end(w);
    write_location(w, &e, row);
    json_kopen_object(w, "partialFingerprints");
    json_kstr(w, "stance/v1", stmt_str(row, 0));
    buf_add(&hash, stmt_str(row, 0));
    buf_addz(&hash, ":1");
    json_kstr(w, "primaryLocationLineHash", buf_str(&hash));
    json_end(w);
    json_kstr(w, "baselineState", str_z(baseline(s, row)));
    write_provenance(w, &e, row);
    write_suppressions(w, row);
    if (fail && risk >= 0) {
        json_key(w, STR("rank"));
        json_tenths(w, MIN(risk, 1000));
    }
    write_properties(w, &e, row, fail);
    json_end(w);
    return 0;
}

static int write_results(struct sarif *s, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, "SELECT ");
    select_addz(&q, RESULT_COLUMNS);
    select_addz(&q, " FROM finding f JOIN asset a ON a.id = f.asset"
                    " LEFT JOIN finding_place p ON p.finding = f.id WHERE ");
    scope_findings(&s->scope, &q);
    buf_addf(&q.sql, " ORDER BY f.risk DESC, %s, f.control, f.id", SEVERITY_ORDER);
    fputs(",\n\"results\": [", s->out);
    int rc = write_rows(s, &q, result, d);
    fputs("]", s->out);
    return rc;
}

/* ---- what was not examined, as notifications of the run ---- */

static int notification(struct sarif *s, const struct stmt *row)
{
    struct json_writer *w = &s->w;
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) id = BUF_INIT;
    int target = scope_target(&s->scope, stmt_int(row, 0));
    struct str path = stmt_str(row, 1), state = stmt_str(row, 2);
    bool passed = str_eq_z(state, "skipped") || str_eq_z(state, "not_looked");
    buf_addf(&id, "coverage/" STR_FMT, STR_ARG(state));
    if (passed)
        buf_addf(&text, STR_FMT " was not looked at (%lld): ", STR_ARG(path),
                 (long long)stmt_int(row, 4));
    else
        buf_addf(&text,
                 STR_FMT " was not examined in full: ", STR_ARG(path.n ? path : STR("the target")));
    buf_add(&text, stmt_str(row, 3));
    json_object(w);
    json_kstr(w, "level", passed ? STR("note") : STR("warning"));
    json_kopen_object(w, "descriptor");
    json_kstr(w, "id", buf_str(&id));
    json_end(w);
    json_kopen_object(w, "message");
    json_kstr(w, "text", buf_str(&text));
    json_end(w);
    if (target >= 0 && path.n && !passed) {
        json_kopen_array(w, "locations");
        json_object(w);
        json_kopen_object(w, "physicalLocation");
        sarif_artifact(w, target, path);
        json_end(w);
        json_end(w);
        json_end(w);
    }
    json_end(w);
    return buf_result(&text);
}

static int write_invocation(struct sarif *s, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    AUTO(buf) start = BUF_INIT;
    AUTO(buf) end = BUF_INIT;
    select_addz(&q, "SELECT c.target, c.path, c.state, c.reason, c.files FROM coverage c WHERE"
                    " c.state <> 'examined' AND ");
    scope_coverage(&s->scope, &q);
    select_addz(&q, " ORDER BY c.scan, c.ord");
    buf_add_time(&start, s->scope.started);
    buf_add_time(&end, s->scope.finished);
    fprintf(s->out,
            ",\n\"invocations\": [{\"executionSuccessful\": true, \"startTimeUtc\": \"%s\","
            " \"endTimeUtc\": \"%s\", \"toolExecutionNotifications\": [",
            start.p, end.p);
    int rc = write_rows(s, &q, notification, d);
    fputs("]}]", s->out);
    return rc;
}

static int write_part(struct sarif *s, const char *key, void (*part)(struct sarif *),
                      struct diag *d)
{
    begin(s);
    fprintf(s->out, ",\n\"%s\": ", key);
    part(s);
    return finish(s, d);
}

static int write_sarif(const struct view *v, FILE *out, struct diag *d)
{
    struct sarif s = {.out = out, .row = BUF_INIT};
    int rc = scope_open(v, &s.scope, d);
    if (rc)
        return rc;
    fputs("{\"$schema\": \"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
          "sarif-schema-2.1.0.json\",\n\"version\": \"2.1.0\",\n\"runs\": [{\n"
          "\"columnKind\": \"unicodeCodePoints\"",
          out);
    rc = write_part(&s, "tool", sarif_tool, d);
    if (!rc)
        rc = write_part(&s, "automationDetails", sarif_automation, d);
    if (!rc)
        rc = write_part(&s, "originalUriBaseIds", sarif_bases, d);
    if (!rc)
        rc = write_part(&s, "taxonomies", sarif_taxonomies, d);
    if (!rc)
        rc = write_invocation(&s, d);
    if (!rc)
        rc = write_results(&s, d);
    fputs("\n}]}\n", out);
    buf_done(&s.row);
    scope_done(&s.scope);
    return rc;
}

const struct report_format REPORT_FORMAT_SARIF = {
    .name = "sarif",
    .title = "SARIF 2.1.0 for code hosts and editors",
    .mime = "application/sarif+json",
    .extension = "sarif",
    .write = write_sarif,
};
