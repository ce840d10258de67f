/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a control gives the rows that its test expects. */
#include "assess/cases.h"

#define INVENTORY_CAP (64u << 20)

/* ---- running ---- */

static int read_name(struct stmt *s, const struct verdict_row *row, struct arena *a,
                     struct row_name *ret, struct diag *d)
{
    stmt_reset(s);
    stmt_bind_str(s, 1, row->asset);
    stmt_bind_int(s, 2, row->place);
    int rc = stmt_step(s, d);
    if (rc < 0)
        return rc;
    if (!rc) /* an error row has no place */
        return OK;
    ret->asset = arena_str(a, stmt_str(s, 0));
    ret->path = arena_str(a, stmt_str(s, 1));
    ret->pointer = arena_str(a, stmt_str(s, 2));
    bool lost = !ret->asset.p || !ret->path.p || !ret->pointer.p;
    return lost ? diag_set(d, E_NOMEM, "memory ran out") : OK;
}

static int read_names(struct db *db, const struct assessment *r, struct arena *a,
                      struct row_name **ret, struct diag *d)
{
    struct row_name *names = arena_new_n(a, struct row_name, r->rows.n + 1);
    struct stmt *s;
    if (!names)
        return diag_set(d, E_NOMEM, "memory ran out");
    int rc = db_prepare(db,
                        STR("SELECT a.name, COALESCE(p.path, ''), COALESCE(p.pointer, '')"
                            " FROM asset a LEFT JOIN place p ON p.asset = a.id AND p.id = ?2"
                            " WHERE a.id = ?1"),
                        &s, d);
    if (rc)
        return rc;
    for (size_t i = 0; !rc && i < r->rows.n; i++)
        rc = read_name(s, &r->rows.v[i], a, &names[i], d);
    stmt_free(s);
    *ret = names;
    return rc;
}

static int assess_open_scan(struct store *st, const struct graph *g, const struct inventory *inv,
                            const struct control *c, struct arena *a, struct assessment *ret,
                            struct row_name **ret_names, struct diag *d)
{
    struct assessment out = {0};
    int rc = store_put_inventory(st, inv, d);
    if (!rc)
        rc = assess_run(store_db(st), c, 1, g->now_ms, a, &out, d);
    if (!rc && ret_names)
        rc = read_names(store_db(st), &out, a, ret_names, d);
    if (rc)
        assessment_done(&out);
    else
        *ret = out;
    return rc;
}

int graph_assess(struct store *st, const struct graph *g, const struct control *c, struct arena *a,
                 struct assessment *ret, struct row_name **ret_names, struct diag *d)
{
    struct scan_target targets[GRAPH_TARGETS] = {{STR("a"), STR("test"), STR("/nowhere/a")},
                                                 {STR("b"), STR("other"), STR("/nowhere/b")}};
    struct scan_info info = {.program = STR("test"),
                             .knowledge = STR("test"),
                             .sandbox = STR("none"),
                             .deterministic = true,
                             .targets = targets,
                             .n_targets = GRAPH_TARGETS,
                             .started_ms = g->seen_ms};
    struct inventory inv;
    int rc = inventory_init(&inv, INVENTORY_CAP);
    if (rc)
        return diag_set(d, rc, "memory ran out");
    rc = graph_fill(g, &inv, d);
    if (!rc && (rc = inventory_seal(&inv)))
        diag_set(d, rc, "the graph cannot be sealed: %s", err_name(rc));
    /* As classify says of a scan: without a gap a missing owner is known to be missing. */
    vec_each (asset, &inv.assets)
        if (!rc && !asset->n_owners && !g->n_gaps)
            asset->owner_state = FACT_NONE;
    if (!rc)
        rc = store_scan_begin(st, &info, d);
    if (!rc) {
        rc = assess_open_scan(st, g, &inv, c, a, ret, ret_names, d);
        store_scan_abort(st);
    }
    inventory_done(&inv);
    return rc;
}

/* ---- comparing ---- */

struct compare {
    const struct control_case *want;
    const struct assessment *got;
    const struct row_name *names;
    const char *file;
    struct buf *report;
    bool differs;
};

static bool row_fits(const struct compare *x, const struct expected_row *want, size_t i)
{
    const struct row_name *name = &x->names[i];
    return str_eq(name->asset, want->asset) && str_eq(name->path, want->path) &&
           str_eq(name->pointer, want->pointer);
}

static void begin_line(struct compare *x)
{
    x->differs = true;
    buf_addf(x->report, "%s:%u: %s: ", x->file, x->want->line, x->want->name);
}

static void compare_row(struct compare *x, const struct expected_row *want, size_t i)
{
    const struct verdict_row *got = &x->got->rows.v[i];
    bool severity = want->severity < 0 || want->severity == (int)got->severity;
    if (got->verdict == want->verdict && severity && str_has(got->reason, want->reason))
        return;
    begin_line(x);
    buf_addf(x->report, STR_FMT " at " STR_FMT ": expected %s%s%s", STR_ARG(want->asset),
             STR_ARG(want->path), VERDICT_NAMES[want->verdict], want->severity < 0 ? "" : " ",
             want->severity < 0 ? "" : SEVERITY_NAMES[want->severity]);
    if (want->reason.n)
        buf_addf(x->report, " ('" STR_FMT "')", STR_ARG(want->reason));
    buf_addf(x->report, ", got %s %s ('" STR_FMT "')\n", VERDICT_NAMES[got->verdict],
             SEVERITY_NAMES[got->severity], STR_ARG(got->reason));
}

static void compare_wanted(struct compare *x)
{
    for (size_t i = 0; i < x->want->n_rows; i++) {
        const struct expected_row *want = &x->want->rows[i];
        size_t j = 0;
        while (j < x->got->rows.n && !row_fits(x, want, j))
            j++;
        if (j < x->got->rows.n) {
            compare_row(x, want, j);
            continue;
        }
        begin_line(x);
        buf_addf(x->report, STR_FMT " at " STR_FMT ": expected %s, got no row\n",
                 STR_ARG(want->asset), STR_ARG(want->path), VERDICT_NAMES[want->verdict]);
    }
}

static void compare_extra(struct compare *x)
{
    for (size_t i = 0; i < x->got->rows.n; i++) {
        const struct verdict_row *got = &x->got->rows.v[i];
        size_t j = 0;
        while (j < x->want->n_rows && !row_fits(x, &x->want->rows[j], i))
            j++;
        if (j < x->want->n_rows)
            continue;
        begin_line(x);
        buf_addf(x->report, STR_FMT " at " STR_FMT ": expected no row, got %s ('" STR_FMT "')\n",
                 STR_ARG(x->names[i].asset), STR_ARG(x->names[i].path), VERDICT_NAMES[got->verdict],
                 STR_ARG(got->reason));
    }
}

static int run_case(struct store *st, const struct control *c, struct compare *x, bool *ret_differs,
                    struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct assessment got = {0};
    struct row_name *names = NULL;
    int rc = graph_assess(st, &x->want->graph, c, &a, &got, &names, d);
    if (rc) {
        diag_at(d, x->file, x->want->line, 1);
        return rc;
    }
    x->got = &got;
    x->names = names;
    compare_wanted(x);
    compare_extra(x);
    *ret_differs = x->differs;
    assessment_done(&got);
    return OK;
}

int cases_run(struct store *st, const struct control *c, struct str text, const char *file,
              struct buf *report, size_t *ret_failed, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct control_case *cases;
    size_t n, failed = 0;
    int rc = cases_parse(text, file, &a, &cases, &n, d);
    for (size_t i = 0; !rc && i < n; i++) {
        struct compare x = {.want = &cases[i], .file = file, .report = report};
        bool differs = false;
        rc = run_case(st, c, &x, &differs, d);
        failed += differs;
    }
    if (!rc)
        rc = buf_result(report);
    if (!rc)
        *ret_failed = failed;
    return rc;
}
