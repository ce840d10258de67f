/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the coverage ledger is listed: what was examined, and what was not and why. */
#include "cli/grid.h"
#include "cli/reading.h"
#include "report/record.h"
#include "report/scope.h"

static const struct option_spec options[] = {
    OPTION_DB,
    {.name = "gaps",
     .letter = 'g',
     .type = OPT_FLAG,
     .help = "only what was denied, failed, partial or unsupported"},
    {.name = "state",
     .type = OPT_CHOICE,
     .argument = "STATE",
     .choices = "any|examined|partial|denied|unsupported|failed|skipped|not_looked",
     .initial = "any",
     .help = "only rows of this state"},
    OPTION_ALL_TARGETS,
    OPTION_TABLE_FORMAT,
    {0},
};

static const struct grid_column columns[] = {
    {.title = "state", .levels = true, .whole = true},
    {.title = "target", .min_width = 8},
    {.title = "path", .tail = true, .min_width = 16},
    {.title = "files", .right = true},
    {.title = "bytes", .right = true},
    {.title = "source", .machine = true},
    {.title = "reason", .min_width = 16},
};

/* Gaps first: they are what a reader must not miss. */
static void query(const struct scope *s, const struct invocation *in, struct select *q)
{
    select_addz(q, "SELECT c.state, " TARGET_SHOWN ", c.path, c.files, c.bytes, c.source, c.reason"
                   " FROM coverage c JOIN target t ON t.id = c.target WHERE ");
    scope_coverage(s, q);
    if (option_flag(in, "gaps"))
        select_addz(q, " AND c.state IN ('denied', 'failed', 'partial', 'unsupported')");
    if (option_int(in, "state")) {
        select_addz(q, " AND c.state = ");
        select_bind(q, option_str(in, "state"));
    }
    select_addz(q, " ORDER BY CASE c.state WHEN 'denied' THEN 0 WHEN 'failed' THEN 1"
                   " WHEN 'partial' THEN 2 WHEN 'unsupported' THEN 3 WHEN 'examined' THEN 4"
                   " WHEN 'not_looked' THEN 5 ELSE 6 END, c.scan, c.ord");
}

static int list(struct invocation *in, const struct view *v, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct stmt *r = NULL;
    struct scope s;
    struct grid g;
    int rc = scope_open(v, &s, d);
    if (rc)
        return rc;
    query(&s, in, &q);
    rc = select_prepare(&q, s.db, &r, d);
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        for (int i = 0; i < (int)ARRAY_LEN(columns); i++)
            grid_cell(&g, stmt_str(r, i).n ? stmt_str(r, i) : STR_NULL);
        rc = 0;
    }
    stmt_free(r);
    scope_done(&s);
    int end = grid_finish(&g,
                          option_flag(in, "gaps") ? "no gap: no file was refused; what has no "
                                                    "reader or is skipped: stance coverage"
                                                  : "no row matches",
                          d);
    return rc ? rc : end;
}

static int run_coverage(struct invocation *in, struct diag *d)
{
    struct reading r;
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    bool filtered = option_flag(in, "gaps") || option_int(in, "state");
    if (option_int(in, "format") == GRID_JSON && !filtered)
        rc = record_write(&r.view, RECORD_SCAN | RECORD_COVERAGE, in->out, d);
    else
        rc = list(in, &r.view, d);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_COVERAGE = {
    .name = "coverage",
    .usage = "[OPTION...]",
    .summary = "list what was examined and what was not, with the reason",
    .description = "A posture is worth what was looked at. One row for each item that was denied,\n"
                   "failed, partial or unsupported, as a model or notebook in a format that this\n"
                   "version has no reader for; one row for each rule that skips files and for\n"
                   "each other format without a reader, and one for each kind of text in which\n"
                   "hosts of AI vendors are not looked for (`no-host-search:ID`). `skipped`: a\n"
                   "rule says so, and `files` is how often; `not_looked`: this version does not\n"
                   "look there.\n"
                   "Files in archives have a row of their own, `in-archives`.",
    .examples = "  stance coverage --gaps     # what keeps the posture a range",
    .options = options,
    .run = run_coverage,
};
