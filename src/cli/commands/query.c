/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what SQL of the user may read, and how its rows are printed. */
#include "cli/grid.h"
#include "cli/reading.h"
#include "report/scope.h"

static const struct option_spec options[] = {
    OPTION_DB,
    OPTION_TABLE_FORMAT,
    {.name = "max-time",
     .type = OPT_DURATION,
     .argument = "TIME",
     .initial = "30s",
     .help = "end the query after this time"},
    {.name = "views",
     .type = OPT_FLAG,
     .help = "list the views and their columns instead; needs no store"},
    {0},
};

/* Views beside those of the registry; they live as long as the connection. */
static const struct {
    const char *name, *sql;
} extra_views[] = {
    {"findings",
     "SELECT f.id AS id, f.control AS control, f.category AS category, f.asset AS asset,"
     " a.name AS name, a.kind AS kind, " FINDING_OWNER
     " AS owner, f.place AS place, p.path AS path,"
     " p.line AS line, f.severity AS severity, f.verdict AS verdict, f.status AS status,"
     " f.risk AS risk_tenths, f.title AS title, f.reason AS reason, f.first_seen AS first_seen,"
     " (SELECT n.last_seen FROM finding_seen n WHERE n.finding = f.id) AS last_seen,"
     " f.closed AS closed FROM finding f"
     " JOIN asset a ON a.id = f.asset LEFT JOIN finding_place p ON p.finding = f.id"},
    {"risks", "SELECT asset, state, score AS score_tenths, band, confidence FROM asset_risk"},
    {"owners", "SELECT asset, ord, name, source, confidence, path, line FROM owner_candidate"},
    {"data_values", "SELECT asset, class, kind, length, target, path, line, col, collector"
                    " FROM data_value"},
    {"coverage_rows",
     "SELECT scan, source, target, path, state, reason, files, bytes FROM coverage"},
    {"scans", "SELECT id, uid, program, knowledge, sandbox, deterministic, started, finished,"
              " posture_low, posture_high FROM scan"},
    {"targets", "SELECT id, identity, name FROM target"},
    {"control_runs", "SELECT scan, control, population, passed, failed, unknown, errors"
                     " FROM control_run"},
    {"changes", "SELECT id, scan, at, subject, subject_id, what, cause FROM change_log"},
};

static int add_views(struct db *db, struct diag *d)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < ARRAY_LEN(extra_views); i++) {
        AUTO(buf) sql = BUF_INIT;
        buf_addf(&sql, "CREATE TEMPORARY VIEW %s AS %s", extra_views[i].name, extra_views[i].sql);
        rc = db_exec(db, buf_str(&sql), d);
    }
    return rc;
}

/* ---- the list of views ---- */

static int each_column(struct db *db, const char *view, struct grid *g, struct buf *names,
                       struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s = NULL;
    buf_addf(&sql, "SELECT * FROM %s LIMIT 0", view);
    int rc = db_prepare(db, buf_str(&sql), &s, d);
    if (!rc)
        rc = stmt_step(s, d); /* PostgreSQL knows the columns after the first step */
    for (int i = 0; !rc && i < stmt_columns(s); i++) {
        if (g) {
            grid_cell(g, str_z(view));
            grid_cell(g, stmt_column_name(s, i));
            continue;
        }
        buf_addz(names, i ? ", " : "");
        buf_add(names, stmt_column_name(s, i));
    }
    stmt_free(s);
    return rc;
}

static void print_view(struct invocation *in, const char *view, struct str names)
{
    size_t column = 0;
    struct str word;
    fprintf(in->out, "%s\n", view);
    while (str_field(&names, ' ', &word)) {
        if (column && column + word.n + 1 > (size_t)in->width) {
            fputc('\n', in->out);
            column = 0;
        }
        column += (size_t)fprintf(in->out, "%s" STR_FMT, column ? " " : "    ", STR_ARG(word));
    }
    fputc('\n', in->out);
}

static int list_views(struct invocation *in, struct db *db, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "view"}, {.title = "column"}};
    enum grid_format format = (enum grid_format)option_int(in, "format");
    struct grid g;
    int rc = 0;
    if (format != GRID_TABLE)
        grid_begin(&g, in, format, columns, ARRAY_LEN(columns));
    for (size_t i = 0; !rc; i++) {
        AUTO(buf) names = BUF_INIT;
        size_t n = 0;
        while (REGISTRY_VIEW_NAMES[n])
            n++;
        const char *view = i < n                            ? REGISTRY_VIEW_NAMES[i]
                           : i - n < ARRAY_LEN(extra_views) ? extra_views[i - n].name
                                                            : NULL;
        if (!view)
            break;
        rc = each_column(db, view, format == GRID_TABLE ? NULL : &g, &names, d);
        if (!rc && format == GRID_TABLE)
            print_view(in, view, buf_str(&names));
    }
    int end = format == GRID_TABLE ? 0 : grid_finish(&g, NULL, d);
    return rc ? rc : end;
}

/* ---- the query ---- */

static int print_rows(struct invocation *in, struct stmt *s, struct diag *d)
{
    struct grid_column columns[GRID_COLUMNS] = {{0}};
    struct grid g;
    int rc = stmt_step(s, d);
    if (rc < 0)
        return rc;
    int n = stmt_columns(s);
    if (n > GRID_COLUMNS)
        return diag_set(d, E_USAGE, "a query may have %d columns at most", GRID_COLUMNS);
    for (int i = 0; i < n; i++) {
        columns[i].title = arena_z(in->arena, stmt_column_name(s, i));
        if (!columns[i].title)
            return arena_error(in->arena);
    }
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, n);
    for (; rc > 0; rc = stmt_step(s, d))
        for (int i = 0; i < n; i++)
            grid_cell(&g, stmt_is_null(s, i) ? STR_NULL : stmt_str(s, i));
    int end = grid_finish(&g, "no row", d);
    return rc ? rc : end;
}

static int run_sql(struct invocation *in, struct db *db, struct diag *d)
{
    struct db_guard guard = {.views_only = true, .max_ms = option_int(in, "max-time")};
    struct stmt *s = NULL;
    int rc = db_guard(db, &guard, d);
    if (rc)
        return rc;
    rc = db_prepare(db, in->args[0], &s, d);
    if (rc == E_LIMIT)
        rc = E_USAGE; /* longer than any SQL may be */
    if (!rc)
        rc = print_rows(in, s, d);
    stmt_free(s);
    db_unguard(db);
    if (rc == E_USAGE || rc == E_DENIED)
        diag_hint(d, "`stance query --views` lists the views and their columns");
    if (rc == E_LIMIT && d && !d->hint[0])
        diag_hint(d, "give it more time with --max-time");
    return rc == E_DENIED ? E_USAGE : rc;
}

/* The views are the same in every store: an empty one tells them. */
static int run_views(struct invocation *in, struct diag *d)
{
    struct store *st = NULL;
    int rc = store_open(":memory:", DB_CREATE, &in->clock, &st, d);
    if (!rc)
        rc = add_views(store_db(st), d);
    if (!rc)
        rc = list_views(in, store_db(st), d);
    store_free(st);
    return rc;
}

static int run_query(struct invocation *in, struct diag *d)
{
    struct reading r;
    bool views = option_flag(in, "views");
    if (views == (in->n_args > 0)) {
        diag_set(d, E_USAGE, views ? "--views takes no SQL" : "query needs an SQL text");
        diag_hint(d, "stance query \"SELECT name, transport FROM mcp_servers\"");
        return E_USAGE;
    }
    if (views)
        return run_views(in, d);
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    rc = add_views(r.view.db, d);
    if (!rc)
        rc = run_sql(in, r.view.db, d);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_QUERY = {
    .name = "query",
    .usage = "[OPTION...] SQL | --views",
    .summary = "read the store with SQL over typed views",
    .description =
        "One SELECT on the views; nothing can be written. Values in JSON are strings or\n"
        "null. In CSV a cell that a spreadsheet would run gets a leading apostrophe.",
    .examples = "  stance query --views\n"
                "  stance query \"SELECT name, transport, path FROM mcp_servers ORDER BY name\"\n"
                "  stance query -f json \"SELECT kind, count(*) AS n FROM assets GROUP BY kind\"",
    .options = options,
    .max_args = 1,
    .run = run_query,
};
