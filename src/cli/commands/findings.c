/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the findings of a store are listed. */
#include "assess/control.h"
#include "cli/grid.h"
#include "cli/reading.h"
#include "report/record.h"
#include "report/scope.h"

static const struct option_spec options[] = {
    OPTION_DB,
    OPTION_SEVERITY,
    OPTION_STATUS,
    OPTION_KIND,
    OPTION_OWNER,
    OPTION_CONTROL,
    {.name = "unknown",
     .letter = 'u',
     .type = OPT_FLAG,
     .help = "also what could not be decided, not only what failed"},
    OPTION_ALL_TARGETS,
    OPTION_TABLE_FORMAT,
    {0},
};

#define TARGET_COLUMN 6   /* shown when there are several */
#define OWNER_COLUMN  8   /* shown when there is room for what tells rows apart, too */
#define OWNER_WIDTH   120 /* of the terminal */
static const struct grid_column columns[] = {
    {.title = "id", .whole = true},
    {.title = "risk", .right = true, .whole = true},
    {.title = "severity", .levels = true, .whole = true},
    {.title = "status", .machine = true},
    {.title = "control", .whole = true},
    {.title = "asset", .machine = true},
    {.title = "target", .min_width = 8},
    {.title = "place", .tail = true, .min_width = 16},
    {.title = "owner", .min_width = 8},
    {.title = "reason", .min_width = 16},
    {.title = "remembered", .machine = true},
};

static void query(const struct scope *s, bool unknown, struct select *q)
{
    select_addz(q, "SELECT f.id, f.risk, f.severity, f.status, f.control, a.name, " PLACE_SHOWN ","
                   " " FINDING_OWNER ", f.reason, coalesce(p.line, 0), f.verdict,"
                   " " TARGET_SHOWN ","
                   " coalesce(p.pointer, ''), " FINDING_REMEMBERED " FROM finding f"
                   " JOIN asset a ON a.id = f.asset LEFT JOIN finding_place p ON p.finding = f.id"
                   " LEFT JOIN target t ON t.id = p.target WHERE ");
    scope_findings(s, q);
    if (!unknown)
        select_addz(q, " AND f.verdict IN ('fail', 'excepted')");
    /* What stands in one folder stands together. */
    buf_addf(&q->sql, " ORDER BY f.risk DESC, %s, f.control, p.path, p.line, f.id", SEVERITY_ORDER);
}

/* How much of an id people have to write: at least 8 digits, of which no two findings share all. */
static int id_length(struct db *db, size_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        STR("SELECT count(*), count(DISTINCT substr(id, 1, 8)),"
                            " count(DISTINCT substr(id, 1, 12)) FROM finding"),
                        &s, d);
    if (!rc)
        rc = stmt_step(s, d);
    if (rc > 0)
        *ret = stmt_int(s, 0) == stmt_int(s, 1)   ? 8
               : stmt_int(s, 0) == stmt_int(s, 2) ? 12
                                                  : SIZE_MAX;
    stmt_free(s);
    return MIN(rc, 0);
}

static void row(struct grid *g, const struct stmt *r, size_t id_n)
{
    struct str id = stmt_str(r, 0);
    AUTO(buf) place = BUF_INIT;
    AUTO(buf) reason = BUF_INIT;
    struct str verdict = stmt_str(r, 10);
    bool open = str_eq_z(stmt_str(r, 3), "open") || str_eq_z(stmt_str(r, 3), "reopened");
    buf_add(&place, stmt_str(r, 6));
    if (place.n && stmt_int(r, 9) > 0)
        buf_addf(&place, ":%lld", (long long)stmt_int(r, 9));
    if (stmt_int(r, 9) == 1 && stmt_str(r, 12).n && g->format == GRID_TABLE)
        buf_addf(&place, " " STR_FMT, STR_ARG(stmt_str(r, 12))); /* a document in one line */
    grid_cell(g, str_sub(id, 0, MIN(id.n, id_n)));
    grid_tenths(g, stmt_int(r, 1));
    grid_cell(g, stmt_str(r, 2));
    grid_cell(g, open ? (str_eq_z(verdict, "fail") ? stmt_str(r, 3) : verdict) : stmt_str(r, 3));
    grid_cell(g, stmt_str(r, 4));
    grid_cell(g, stmt_str(r, 5));
    grid_cell(g, stmt_is_null(r, 11) ? STR_NULL : stmt_str(r, 11));
    grid_cell(g, stmt_is_null(r, 6) ? STR_NULL : buf_str(&place));
    grid_cell(g, stmt_is_null(r, 7) ? STR_NULL : stmt_str(r, 7));
    if (!open)
        buf_addf(&reason, STR_FMT ": ", STR_ARG(stmt_str(r, 3)));
    else if (!str_eq_z(verdict, "fail"))
        buf_addf(&reason, STR_FMT ": ", STR_ARG(verdict));
    else if (stmt_int(r, 13))
        buf_addz(&reason, "not looked at again: ");
    buf_add(&reason, stmt_str(r, 8));
    grid_cell(g, g->format == GRID_TABLE ? buf_str(&reason) : stmt_str(r, 8));
    grid_cell(g, stmt_int(r, 13) ? STR("yes") : STR("no"));
}

static int list(struct invocation *in, const struct view *v, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    struct grid_column shown[ARRAY_LEN(columns)];
    struct scope s;
    struct grid g;
    int rc = scope_open(v, &s, d);
    if (rc)
        return rc;
    size_t id_n = SIZE_MAX; /* programs get all of it */
    if (in->terminal && option_int(in, "format") == GRID_TABLE)
        rc = id_length(s.db, &id_n, d);
    memcpy(shown, columns, sizeof(shown));
    shown[TARGET_COLUMN].machine = s.n_targets < 2;
    shown[OWNER_COLUMN].machine = in->terminal && in->width < OWNER_WIDTH;
    query(&s, option_flag(in, "unknown"), &q);
    if (!rc)
        rc = select_prepare(&q, s.db, &r, d);
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), shown, ARRAY_LEN(shown));
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        row(&g, r, id_n);
        rc = 0;
    }
    stmt_free(r);
    scope_done(&s);
    int end = grid_finish(&g, "no finding matches; `stance coverage` says what was looked at", d);
    return rc ? rc : end;
}

/* A store may hold findings of controls that this version does not have. */
static int check_control(struct db *db, struct str id, struct diag *d)
{
    struct stmt *s = NULL;
    if (!id.n || control_find(id))
        return 0;
    int rc = db_prepare(db, STR("SELECT 1 FROM finding WHERE control = ?1 LIMIT 1"), &s, d);
    if (!rc) {
        stmt_bind_str(s, 1, id);
        rc = stmt_step(s, d);
    }
    stmt_free(s);
    if (rc)
        return MIN(rc, 0);
    diag_set(d, E_NOTFOUND, "there is no control \"" STR_FMT "\"", STR_ARG(id));
    diag_hint(d, "`stance controls` lists them");
    return E_NOTFOUND;
}

static int run_findings(struct invocation *in, struct diag *d)
{
    struct reading r;
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    rc = check_control(r.view.db, r.view.control, d);
    if (!rc && option_int(in, "format") == GRID_JSON)
        rc = record_write(&r.view, RECORD_FINDINGS, in->out, d);
    else if (!rc)
        rc = list(in, &r.view, d);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_FINDINGS = {
    .name = "findings",
    .usage = "[OPTION...]",
    .summary = "list what is wrong, worst first",
    .description =
        "Shows failed and excepted findings; --unknown adds what could not be decided.\n"
        "JSON has all of them, as in the record (docs/schema/stance-1.schema.json).\nA terminal "
        "shows the beginning of each id that no other has, and owners from 120 columns on.",
    .examples = "  stance findings --severity high      # high and critical\n"
                "  stance findings --owner @acme/web    # what one team has to fix\n"
                "  stance findings --status fixed       # what was fixed",
    .options = options,
    .run = run_findings,
};
