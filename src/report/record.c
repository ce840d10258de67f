/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the order and the frame of the record: scan, coverage, assets, relations, findings. */
#include "report/record.h"

#include "report/record_row.h"

#define PART_BYTES ((size_t)64 << 10)

int record_prepare(struct record *r, const char *sql, struct stmt **ret, struct diag *d)
{
    return db_prepare(r->scope.db, str_z(sql), ret, d);
}

static int written(struct record *r, struct diag *d)
{
    if (ferror(r->out))
        return diag_set(d, E_IO, "the report could not be written");
    return 0;
}

static void write_part(struct record *r)
{
    if (!r->begun)
        fputs(r->first ? "\n" : ",\n", r->out);
    fwrite(r->row.p, 1, r->row.n, r->out);
    buf_clear(&r->row);
    r->first = false;
    r->begun = true;
}

void record_flush(struct record *r)
{
    if (r->row.n >= PART_BYTES)
        write_part(r);
}

static int row_end(struct record *r, struct diag *d)
{
    int rc = json_finish(&r->w);
    if (rc)
        return diag_set(d, rc, "a row of the report could not be written (%s)", err_name(rc));
    write_part(r);
    return written(r, d);
}

static void row_begin(struct record *r)
{
    buf_clear(&r->row);
    r->begun = false;
    arena_clear(&r->mem);
    json_begin(&r->w, &r->row, JSON_COMPACT);
}

typedef int row_fn(struct record *r, const struct stmt *row, struct diag *d);

/* Every row of one statement as an array. */
static int write_rows(struct record *r, struct select *q, row_fn *fn, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = select_prepare(q, r->scope.db, &s, d);
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        row_begin(r);
        rc = fn(r, s, d);
        if (!rc)
            rc = row_end(r, d);
    }
    stmt_free(s);
    return rc;
}

static int posture_counts(struct record *r, int64_t counts[3], struct diag *d)
{
    AUTO(select) gaps = SELECT_INIT;
    AUTO(select) runs = SELECT_INIT;
    struct stmt *s = NULL;
    int rc = 0;
    if (r->scope.narrow && !r->scope.view->scan) { /* controls judge all targets of the store */
        rc = scope_verdicts(&r->scope, d);
        select_addz(&runs, "SELECT sum(CASE WHEN v.verdict IN ('pass', 'fail') THEN 1 ELSE 0 END),"
                           " sum(CASE WHEN v.verdict IN ('unknown', 'error') THEN 1 ELSE 0 END)"
                           " FROM control_verdict v WHERE ");
        scope_judged(&r->scope, &runs);
    } else {
        buf_addf(&runs.sql,
                 "SELECT sum(passed + failed), sum(unknown + errors) FROM control_run"
                 " WHERE scan = %lld",
                 (long long)r->scope.scan);
    }
    if (!rc)
        rc = select_prepare(&runs, r->scope.db, &s, d);
    if (!rc && (rc = stmt_step(s, d)) > 0) {
        counts[0] = stmt_int(s, 0);
        counts[1] = stmt_int(s, 1);
        rc = 0;
    }
    s = stmt_free(s);
    select_addz(&gaps, "SELECT count(*) FROM coverage c WHERE c.state IN ('denied', 'failed',"
                       " 'partial', 'unsupported') AND ");
    scope_coverage(&r->scope, &gaps);
    if (!rc)
        rc = select_prepare(&gaps, r->scope.db, &s, d);
    if (!rc && (rc = stmt_step(s, d)) > 0) {
        counts[2] = stmt_int(s, 0);
        rc = 0;
    }
    stmt_free(s);
    return rc;
}

static void write_posture(struct record *r, const int64_t counts[3])
{
    struct json_writer *w = &r->w;
    bool known = r->scope.posture_low >= 0 && r->scope.posture_high >= 0;
    json_kopen_object(w, "posture");
    json_kstr(w, "state", known ? STR("known") : STR("unknown"));
    if (!known)
        json_kstr(w, "reason",
                  r->scope.part ? STR("only a part of the target was looked at")
                                : STR("no control reached a verdict on any asset"));
    json_key(w, STR("low"));
    known ? json_tenths(w, r->scope.posture_low) : json_null(w);
    json_key(w, STR("high"));
    known ? json_tenths(w, r->scope.posture_high) : json_null(w);
    json_kint(w, "evaluated", counts[0]);
    json_kint(w, "unknown", counts[1]);
    json_kint(w, "gaps", counts[2]);
    json_end(w);
}

static int write_scan(struct record *r, struct diag *d)
{
    const struct scope *s = &r->scope;
    struct json_writer *w = &r->w;
    int64_t counts[3] = {0};
    int rc = posture_counts(r, counts, d);
    if (rc)
        return rc;
    row_begin(r);
    json_object(w);
    json_kstr(w, "schema", STR("stance/1"));
    json_kstr(w, "id", s->uid);
    json_kstr(w, "program_version", s->program);
    json_kstr(w, "knowledge_version", s->knowledge);
    json_kopen_array(w, "targets");
    for (size_t i = 0; i < s->n_targets; i++)
        json_str(w, s->targets[i].name);
    json_end(w);
    json_ktime(w, "started", s->started);
    json_ktime(w, "finished", s->finished);
    json_kstr(w, "sandbox", s->sandbox);
    json_kbool(w, "deterministic", s->deterministic);
    write_posture(r, counts);
    json_end(w);
    rc = json_finish(w);
    if (rc)
        return diag_set(d, rc, "the head of the report could not be written");
    fwrite(r->row.p, 1, r->row.n, r->out);
    return written(r, d);
}

/* Words separated by blanks as an array; nothing for none. */
static void write_words(struct json_writer *w, const char *key, struct str words)
{
    struct str word;
    if (!words.n)
        return;
    json_kopen_array(w, key);
    while (str_field(&words, ' ', &word))
        json_str(w, word);
    json_end(w);
}

static int coverage_row(struct record *r, const struct stmt *row, struct diag *d)
{
    struct json_writer *w = &r->w;
    (void)d;
    json_object(w);
    json_kstr(w, "source", stmt_str(row, 0));
    json_kint(w, "target", MAX(scope_target(&r->scope, stmt_int(row, 1)), 0));
    json_kstr(w, "path", stmt_str(row, 2));
    json_kstr(w, "state", stmt_str(row, 3));
    json_kstr(w, "reason", stmt_str(row, 4));
    write_words(w, "collectors", stmt_str(row, 5));
    json_kint(w, "files", stmt_int(row, 6));
    json_kint(w, "bytes", stmt_int(row, 7));
    json_end(w);
    return 0;
}

static int write_coverage(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, "SELECT c.source, c.target, c.path, c.state, c.reason, c.collectors,"
                    " c.files, c.bytes FROM coverage c WHERE ");
    scope_coverage(&r->scope, &q);
    select_addz(&q, " ORDER BY c.scan, c.ord");
    return write_rows(r, &q, coverage_row, d);
}

/* Kinds in the order of the registry, ids in byte order. */
static int write_assets(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    int rc = scope_verdicts(&r->scope, d);
    if (!rc)
        rc = record_asset_open(r, d);
    select_addz(&q, "SELECT ");
    select_addz(&q, RECORD_ASSET_COLUMNS);
    select_addz(&q, " FROM asset a WHERE ");
    scope_assets(&r->scope, &q);
    select_addz(&q, " ORDER BY CASE a.kind");
    for (int k = 0; k < KIND_COUNT; k++)
        buf_addf(&q.sql, " WHEN '%s' THEN %d", kind_info((enum kind)k)->name, k);
    select_addz(&q, " END, a.id");
    return rc ? rc : write_rows(r, &q, record_asset, d);
}

static int relation_row(struct record *r, const struct stmt *row, struct diag *d)
{
    struct json_writer *w = &r->w;
    struct evidence e;
    (void)d;
    evidence_read(&r->scope, row, 5, &e);
    json_object(w);
    json_kstr(w, "from", stmt_str(row, 0));
    json_kstr(w, "verb", stmt_str(row, 1));
    json_kstr(w, "to", stmt_str(row, 2));
    json_kstr(w, "state", stmt_str(row, 3));
    json_kint(w, "places", stmt_int(row, 4));
    json_kopen_array(w, "evidence");
    if (e.target >= 0)
        evidence_write(w, &e);
    json_end(w);
    json_end(w);
    return 0;
}

static int write_relations(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    select_addz(&q, "SELECT r.from_asset, r.verb, r.to_asset, r.state, r.seen, " EVIDENCE_COLUMNS
                    " FROM relation r JOIN asset f ON f.id = r.from_asset"
                    " JOIN asset o ON o.id = r.to_asset LEFT JOIN place p ON p.id = r.place"
                    " WHERE f.state = 'present' AND o.state = 'present' AND ");
    scope_present(&r->scope, &q, "r.from_asset");
    select_addz(&q, " AND ");
    scope_present(&r->scope, &q, "r.to_asset");
    if (r->scope.view->id.n) {
        select_addz(&q, " AND (r.from_asset = ");
        select_bind(&q, r->scope.view->id);
        select_addz(&q, " OR r.to_asset = ");
        select_bind(&q, r->scope.view->id);
        select_addz(&q, ")");
    }
    select_addz(&q, " ORDER BY r.from_asset, r.verb, r.to_asset");
    return write_rows(r, &q, relation_row, d);
}

static int write_findings(struct record *r, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    int rc = record_finding_open(r, d);
    select_addz(&q, "SELECT ");
    select_addz(&q, RECORD_FINDING_COLUMNS);
    select_addz(&q, " FROM finding f JOIN asset a ON a.id = f.asset"
                    " LEFT JOIN finding_place p ON p.finding = f.id WHERE ");
    scope_findings(&r->scope, &q);
    buf_addf(&q.sql, " ORDER BY f.risk DESC, %s, f.control, f.id", SEVERITY_ORDER);
    return rc ? rc : write_rows(r, &q, record_finding, d);
}

static void record_done(struct record *r)
{
    struct stmt **all[] = {&r->places,  &r->place,      &r->attributes, &r->at,       &r->alike,
                           &r->aliases, &r->owners,     &r->values,     &r->verdicts, &r->risk,
                           &r->shared,  &r->value_kind, &r->value_any};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        *all[i] = stmt_free(*all[i]);
    buf_done(&r->row);
    arena_done(&r->mem);
    scope_done(&r->scope);
}

static const struct {
    enum record_part part;
    const char *key;
    bool single;
    int (*write)(struct record *r, struct diag *d);
} parts_in_order[] = {
    {RECORD_SCAN, "scan", true, write_scan},
    {RECORD_COVERAGE, "coverage", false, write_coverage},
    {RECORD_ASSETS, "assets", false, write_assets},
    {RECORD_RELATIONS, "relations", false, write_relations},
    {RECORD_FINDINGS, "findings", false, write_findings},
};

static int write_parts(struct record *r, unsigned parts, struct diag *d)
{
    bool first = true;
    int rc = 0;
    fputs("{", r->out);
    for (size_t i = 0; !rc && i < ARRAY_LEN(parts_in_order); i++) {
        if (!(parts & parts_in_order[i].part))
            continue;
        fprintf(r->out, "%s\n\"%s\": %s", first ? "" : ",", parts_in_order[i].key,
                parts_in_order[i].single ? "" : "[");
        first = false;
        r->first = true;
        rc = parts_in_order[i].write(r, d);
        if (!rc && !parts_in_order[i].single)
            fputs(r->first ? "]" : "\n]", r->out);
    }
    fputs("\n}\n", r->out);
    return rc ? rc : written(r, d);
}

/* Of one moment: a scan that ends meanwhile must not show in a part of it. */
int record_write(const struct view *v, unsigned parts, FILE *out, struct diag *d)
{
    struct record r = {.out = out, .row = BUF_INIT, .mem = ARENA(0)};
    int rc = db_snapshot(v->db, d);
    if (rc)
        return rc;
    rc = scope_open(v, &r.scope, d);
    if (!rc) {
        rc = write_parts(&r, parts, d);
        record_done(&r);
    }
    if (!rc)
        rc = db_commit(v->db, d);
    if (rc)
        db_rollback(v->db);
    return rc;
}
