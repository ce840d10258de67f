/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the assets of a store are listed. */
#include "cli/grid.h"
#include "cli/reading.h"
#include "report/record.h"
#include "report/scope.h"

static const struct option_spec options[] = {
    OPTION_DB,           OPTION_KIND,     OPTION_OWNER, OPTION_ALL_TARGETS,
    OPTION_TABLE_FORMAT, OPTION_EVIDENCE, {0},
};

#define FIXED_COLUMNS 9
#define TARGET_COLUMN 7 /* shown when there are several */
static const struct grid_column fixed[FIXED_COLUMNS] = {
    {.title = "id", .whole = true},
    {.title = "kind", .machine = true}, /* the id begins with it */
    {.title = "name", .min_width = 14},
    {.title = "risk", .right = true, .whole = true},
    {.title = "band", .levels = true, .whole = true},
    {.title = "open", .right = true, .whole = true},
    {.title = "owner", .min_width = 10},
    {.title = "target", .min_width = 8}, /* of the place that is shown */
    {.title = "place", .tail = true, .min_width = 16},
};

/* With --kind the attributes that the registry shows for it stand behind the fixed columns. */
static int columns_for(const struct view *v, size_t targets, struct grid_column *columns,
                       const struct kind_info **k)
{
    int n = FIXED_COLUMNS;
    memcpy(columns, fixed, sizeof(fixed));
    columns[TARGET_COLUMN].machine = targets < 2;
    *k = v->kind.n ? kind_info((enum kind)kind_from_name(v->kind)) : NULL;
    for (int i = 0; *k && i < (*k)->column_count && n < GRID_COLUMNS; i++)
        columns[n++] = (struct grid_column){.title = attr_info((enum attr)(*k)->columns[i])->name,
                                            .min_width = 8};
    return n;
}

/* The same place, whichever of its columns is asked for. */
static void first_place(const struct scope *s, const char *column, struct select *q)
{
    buf_addf(&q->sql,
             ", (SELECT %s FROM place p JOIN target t ON t.id = p.target WHERE p.asset = a.id AND ",
             column);
    scope_places(s, q);
    select_addz(q, " ORDER BY " PLACE_SHOWN ", t.name LIMIT 1)");
}

static void query(const struct scope *s, const struct kind_info *k, struct select *q)
{
    select_addz(q, "SELECT a.id, a.kind, a.name, coalesce(r.score, -1),"
                   " coalesce(r.band, 'unassessed'), (SELECT count(*) FROM finding f WHERE"
                   " f.asset = a.id AND f.verdict = 'fail' AND f.status IN ('open', 'reopened')),"
                   " a.owner");
    first_place(s, TARGET_SHOWN, q);
    first_place(s, PLACE_SHOWN, q);
    for (int i = 0; k && i < k->column_count; i++)
        buf_addf(&q->sql,
                 ", (SELECT coalesce(min(t.value), CAST(min(t.number) AS TEXT)) FROM attribute t"
                 " WHERE t.asset = a.id AND t.name = '%s')",
                 attr_info((enum attr)k->columns[i])->name);
    select_addz(q, " FROM asset a LEFT JOIN asset_risk r ON r.asset = a.id WHERE ");
    scope_assets(s, q);
    select_addz(q, " ORDER BY 4 DESC, a.kind, a.name, a.id");
}

static int list(struct invocation *in, const struct view *v, struct diag *d)
{
    AUTO(select) q = SELECT_INIT;
    struct grid_column columns[GRID_COLUMNS];
    const struct kind_info *k;
    struct stmt *r = NULL;
    struct scope s;
    struct grid g;
    int rc = scope_open(v, &s, d);
    if (rc)
        return rc;
    int n = columns_for(v, s.n_targets, columns, &k);
    query(&s, k, &q);
    rc = select_prepare(&q, s.db, &r, d);
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, n);
    while (!rc && (rc = stmt_step(r, d)) > 0) {
        for (int i = 0; i < n; i++) {
            if (i == 3)
                grid_tenths(&g, stmt_int(r, i));
            else
                grid_cell(&g, stmt_is_null(r, i) ? STR_NULL : stmt_str(r, i));
        }
        rc = 0;
    }
    stmt_free(r);
    scope_done(&s);
    int end = grid_finish(&g, "no asset matches; `stance coverage` says what was looked at", d);
    return rc ? rc : end;
}

static int run_inventory(struct invocation *in, struct diag *d)
{
    struct reading r;
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    if (option_int(in, "format") == GRID_JSON)
        rc = record_write(&r.view, RECORD_ASSETS | RECORD_RELATIONS, in->out, d);
    else
        rc = list(in, &r.view, d);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_INVENTORY = {
    .name = "inventory",
    .usage = "[OPTION...]",
    .summary = "list the AI assets of the latest scan",
    .description = "Riskiest first. With --kind the columns of that kind are added. JSON has the\n"
                   "assets and relations of the record (docs/schema/stance-1.schema.json).",
    .examples = "  stance inventory --kind mcp_server    # servers, with transport and package\n"
                "  stance inventory --owner none         # what nobody owns\n"
                "  stance inventory -f csv > assets.csv  # for a spreadsheet",
    .options = options,
    .run = run_inventory,
};
