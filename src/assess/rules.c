/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when a verdict may not be believed: input missing, unresolved, stale or not covered. */
#include "assess/rules.h"
#include "assess/columns.h"
#include "base/clock.h"

#define DAY_MS 86400000LL

void rules_init(struct rules *r, struct db *db, int64_t now_ms, struct arena *a)
{
    *r = (struct rules){.db = db, .arena = a, .now_ms = now_ms, .stale_ms = -1};
    r->stale = r->blind = r->hidden = (struct map)MAP_OWNED(a);
    gaps_init(&r->gaps, a);
}

void rules_done(struct rules *r)
{
    map_done(&r->stale);
    map_done(&r->blind);
    map_done(&r->hidden);
    gaps_done(&r->gaps);
}

int rules_load(struct rules *r, struct diag *d)
{
    return gaps_load(&r->gaps, r->db, d);
}

static int load_stale(struct rules *r, int64_t staleness, struct diag *d)
{
    struct stmt *s;
    if (r->stale_ms == staleness)
        return OK;
    map_clear(&r->stale);
    /* Few places have a time of their own; all others have that of their target. (A cross join is
     * made in the order in which it is written: places only of targets that are stale.) */
    int rc = db_prepare(r->db,
                        STR("SELECT id, last_seen FROM place WHERE last_seen > 0"
                            " AND state = 'present' AND last_seen < ?1"
                            " UNION ALL SELECT p.id, t.last_seen FROM target_seen t"
                            " CROSS JOIN place p WHERE p.target = t.target AND p.state = 'present'"
                            " AND t.last_seen < ?1 AND p.last_seen = 0"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, r->now_ms - staleness);
    while ((rc = stmt_step(s, d)) > 0) {
        char text[24];
        bool is_new;
        uint64_t *slot = map_put(&r->stale, gaps_number_key(stmt_int(s, 0), text), &is_new);
        if (!slot) {
            rc = diag_set(d, E_NOMEM, "no memory for stale places");
            break;
        }
        *slot = (uint64_t)stmt_int(s, 1);
    }
    stmt_free(s);
    r->stale_ms = rc ? -1 : staleness;
    return rc;
}

/* Targets where some row lacks the attribute: what it would have said can fail another row. */
static int load_blind(struct rules *r, enum attr a, struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    struct stmt *s;
    const char *view = kind_info(attr_info(a)->kind)->plural;
    for (int pass = 0; pass < 2; pass++) {
        buf_addz(&sql, pass ? " IS NULL OR v." : "SELECT DISTINCT w.target FROM ");
        if (!pass)
            buf_addf(&sql, "%s v JOIN places w ON w.place = v.place WHERE v.", view);
        column_state(a, &sql);
    }
    buf_addz(&sql, " = 'unresolved'");
    if (buf_result(&sql))
        return diag_set(d, E_NOMEM, "memory ran out");
    int rc = db_prepare(r->db, buf_str(&sql), &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        char text[24];
        bool is_new;
        uint64_t *slot = map_put(&r->blind, gaps_number_key(stmt_int(s, 0), text), &is_new);
        if (!slot) {
            rc = diag_set(d, E_NOMEM, "memory ran out");
            break;
        }
        *slot = is_new ? (uint64_t)a : *slot;
    }
    stmt_free(s);
    return rc;
}

int rules_prepare(struct rules *r, const struct control *c, struct diag *d)
{
    r->on_absence = c->scope != SCOPE_ASSET && !c->pass_is_found;
    map_clear(&r->blind);
    map_clear(&r->hidden);
    int rc = load_stale(r, c->staleness_ms, d);
    if (!rc && r->on_absence && gaps_of_control(&r->gaps, c, &r->hidden))
        rc = diag_set(d, E_NOMEM, "no memory for the gaps of coverage");
    for (int i = 0; !rc && r->on_absence && i < c->n_inputs; i++)
        if (c->inputs[i].attr >= 0)
            rc = load_blind(r, (enum attr)c->inputs[i].attr, d);
    return rc;
}

/* ---- one row ---- */

/* Turn the row to `v` because of `reason`. */
static int turn(struct verdict_row *row, enum verdict v, struct str reason)
{
    row->verdict = v;
    row->reason = reason;
    return reason.p ? OK : E_NOMEM;
}

static int check_inputs(struct rules *r, const struct control *c, const struct stmt *s,
                        struct verdict_row *row)
{
    int column = COL_INPUTS;
    for (int i = 0; i < c->n_inputs; i++) {
        if (!input_is_own(c, &c->inputs[i]))
            continue;
        const char *name = attr_info((enum attr)c->inputs[i].attr)->name;
        struct str state = stmt_str(s, column);
        bool missing = stmt_is_null(s, column++);
        if (missing)
            return turn(row, VERDICT_UNKNOWN,
                        arena_fmt(r->arena, "input %s is missing: no collector reported it", name));
        if (str_eq_z(state, ATTR_STATE_NAMES[STATE_UNRESOLVED]))
            return turn(row, VERDICT_UNKNOWN, arena_fmt(r->arena, "input %s is unresolved", name));
    }
    return OK;
}

static int check_stale(struct rules *r, const struct control *c, struct verdict_row *row)
{
    char text[24];
    const uint64_t *seen = map_get(&r->stale, gaps_number_key(row->place, text));
    if (!seen)
        return OK;
    /* A date: the reason stays as it is from one day to the next. */
    AUTO(buf) at = BUF_INIT;
    buf_add_time(&at, (int64_t)*seen);
    return turn(row, VERDICT_UNKNOWN,
                arena_fmt(r->arena, "the place was last examined on %.10s, the limit is %lld days",
                          at.p, (long long)(c->staleness_ms / DAY_MS)));
}

/* What failed was seen by its collector; any other verdict may rest on what nobody read. */
static int check_covered(struct rules *r, const struct stmt *s, struct verdict_row *row)
{
    struct str collector = row->verdict == VERDICT_FAIL ? stmt_str(s, COL_COLLECTOR) : STR("");
    const struct gap *g =
        gaps_at(&r->gaps, stmt_int(s, COL_TARGET), stmt_str(s, COL_PATH), collector);
    if (!g || (!gap_hides(g) && row->verdict != VERDICT_PASS))
        return OK;
    return turn(row, VERDICT_UNKNOWN,
                arena_fmt(r->arena, STR_FMT " was not fully examined: %s, " STR_FMT,
                          STR_ARG(g->path.n ? g->path : STR("the target")),
                          COVERAGE_STATE_NAMES[g->state], STR_ARG(g->reason)));
}

/* A pass that may rest on what is not there needs a target without gaps. */
static int check_absence(struct rules *r, const struct stmt *s, struct verdict_row *row)
{
    char text[24];
    int64_t target = stmt_int(s, COL_TARGET);
    if (!r->on_absence || row->verdict != VERDICT_PASS)
        return OK;
    const uint64_t *hidden = map_get(&r->hidden, gaps_number_key(target, text));
    const struct gap *g = hidden ? &r->gaps.list.v[*hidden] : NULL;
    if (g)
        return turn(row, VERDICT_UNKNOWN,
                    arena_fmt(r->arena, "what would fail it may stand in " STR_FMT " (%s)",
                              STR_ARG(g->path.n ? g->path : STR("the target")),
                              COVERAGE_STATE_NAMES[g->state]));
    const uint64_t *attr = map_get(&r->blind, gaps_number_key(target, text));
    if (!attr)
        return OK;
    const struct attr_info *info = attr_info((enum attr) * attr);
    return turn(row, VERDICT_UNKNOWN,
                arena_fmt(r->arena, "input %s of some %s in the target is not known", info->name,
                          kind_info(info->kind)->name));
}

static bool may_say(int verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_FAIL || verdict == VERDICT_UNKNOWN ||
           verdict == VERDICT_NOT_APPLICABLE;
}

/* What the author's query said, or `error` when it said nothing sensible. */
static int read_row(struct rules *r, const struct control *c, const struct stmt *s,
                    struct verdict_row *row)
{
    int verdict = word_index(VERDICT_NAMES, stmt_str(s, COL_VERDICT));
    int severity = word_index(SEVERITY_NAMES, stmt_str(s, COL_SEVERITY));
    *row = (struct verdict_row){.control = c,
                                .place = stmt_int(s, COL_EVIDENCE),
                                .severity = c->severity,
                                .verdict = (enum verdict)verdict};
    row->asset = arena_str(r->arena, stmt_str(s, COL_ASSET));
    row->reason = arena_str(r->arena, stmt_str(s, COL_REASON));
    if (!row->asset.p || !row->reason.p)
        return E_NOMEM;
    if (!may_say(verdict))
        return turn(row, VERDICT_ERROR,
                    arena_fmt(r->arena, "the control said '" STR_FMT "', which is no verdict",
                              STR_ARG(stmt_str(s, COL_VERDICT))));
    if (stmt_is_null(s, COL_LABELS))
        return turn(row, VERDICT_ERROR,
                    arena_str(r->arena, STR("the control's evidence is no place of the asset")));
    if (severity > SEVERITY_INFO)
        row->severity = (enum severity)severity;
    else if (!stmt_is_null(s, COL_SEVERITY))
        return turn(row, VERDICT_ERROR,
                    arena_fmt(r->arena, "the control gave severity '" STR_FMT "'",
                              STR_ARG(stmt_str(s, COL_SEVERITY))));
    return OK;
}

static void set_severity(const struct control *c, const struct stmt *s, struct verdict_row *row)
{
    if (row->verdict != VERDICT_FAIL && row->verdict != VERDICT_PASS)
        row->severity = SEVERITY_INFO;
    else if (!c->keep_severity && stmt_str(s, COL_LABELS).n && row->severity > SEVERITY_LOW)
        row->severity = (enum severity)(row->severity - 1);
}

int rules_apply(struct rules *r, const struct control *c, const struct stmt *s,
                struct verdict_row *ret, struct diag *d)
{
    struct verdict_row row;
    int rc = read_row(r, c, s, &row);
    if (!rc && row.verdict != VERDICT_ERROR && row.verdict != VERDICT_NOT_APPLICABLE) {
        rc = check_covered(r, s, &row);
        if (!rc)
            rc = check_absence(r, s, &row);
        if (!rc)
            rc = check_stale(r, c, &row);
        if (!rc)
            rc = check_inputs(r, c, s, &row);
    }
    if (rc)
        return diag_set(d, E_NOMEM, "no memory for the verdicts");
    set_severity(c, s, &row);
    *ret = row;
    return OK;
}
