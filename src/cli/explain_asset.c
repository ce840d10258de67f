/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a person reads about one asset: its six facts, each with state and reason. */
#include "cli/explain.h"
#include "cli/grid.h"
#include "prioritize/risk.h"

static void head_row(struct page *p, const struct stmt *r)
{
    int kind = kind_from_name(stmt_str(r, 0));
    text_tone(&p->line, p->in->colour, TONE_HEAD);
    page_show(p, stmt_str(r, 1));
    text_plain(&p->line, p->in->colour);
    buf_addf(&p->line, "  %s  " STR_FMT "%s", kind < 0 ? "?" : kind_info((enum kind)kind)->title,
             STR_ARG(p->id), str_eq_z(stmt_str(r, 7), "gone") ? "  (gone)" : "");
    page_end(p);
    if (kind >= 0)
        page_line(p, "what this is", str_z(kind_info((enum kind)kind)->means));
    page_line(p, "identity key", stmt_str(r, 2));
    page_line(p, "environment", stmt_str(r, 3));
    page_line(p, "criticality", stmt_str(r, 4));
    page_line(p, "sanction", stmt_str(r, 5));
    if (stmt_str(r, 6).n)
        page_line(p, "labels", stmt_str(r, 6));
    AUTO(buf) seen = BUF_INIT;
    buf_add_time(&seen, stmt_int(r, 8));
    buf_addz(&seen, " to ");
    buf_add_time(&seen, stmt_int(r, 9));
    page_line(p, "seen", buf_str(&seen));
    if (kind < 0)
        return;
    const struct kind_info *k = kind_info((enum kind)kind);
    page_begin(p, STR("identified by"), TONE_PLAIN);
    for (int i = 0; i < k->identities; i++) {
        buf_addz(&p->line, i ? "; else " : "");
        for (int n = 0; n < k->identity[i].n; n++) {
            static const char *const parts[] = {"", "scope", "path", "name", "place"};
            int part = k->identity[i].parts[n];
            buf_addf(&p->line, "%s%s", n ? " and " : "",
                     part < 0 ? parts[-part] : attr_info((enum attr)part)->name);
        }
    }
    page_end(p);
}

static void alias_row(struct page *p, const struct stmt *r)
{
    page_line(p, "also known as", stmt_str(r, 0));
}

static void number_row(struct page *p, const struct stmt *r)
{
    const struct page_ref ref = {stmt_int(r, 0), p->places.n + 1};
    if (vec_push(&p->places, ref))
        p->line.error = E_NOMEM;
}

static int ref_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct page_ref *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void sort_numbers(struct page *p)
{
    if (vec_sort(&p->places, ref_cmp, NULL))
        p->line.error = E_NOMEM;
}

/* 0: a place that is not shown. */
static uint64_t number_of(const struct page *p, int64_t place)
{
    size_t from = 0, to = p->places.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (p->places.v[mid].id < place)
            from = mid + 1;
        else
            to = mid;
    }
    return from < p->places.n && p->places.v[from].id == place ? p->places.v[from].number : 0;
}

/* --- what many places say ------------------------------------------------------------------- */

static int number_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* " [2] [5-9]": the places that agree. */
static void add_refs(struct page *p, struct buf *out)
{
    uint64_t *v = p->group.refs.v;
    size_t n = p->group.refs.n;
    if (vec_sort(&p->group.refs, number_cmp, NULL))
        p->line.error = E_NOMEM;
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && v[k] <= v[k - 1] + 1; k++)
            ;
        if (v[k - 1] - v[i] < 3) { /* short ones are told one by one */
            k = i + 1;
            buf_addf(out, " [%llu]", (unsigned long long)v[i]);
        } else
            buf_addf(out, " [%llu-%llu]", (unsigned long long)v[i], (unsigned long long)v[k - 1]);
    }
}

static void end_group(struct page *p)
{
    if (!p->group.name.n)
        return;
    if (p->group.absent) {
        buf_addf(&p->absent, " " STR_FMT, STR_ARG(p->group.name));
        add_refs(p, &p->absent);
    } else {
        page_begin(p, p->group.name, p->group.tone);
        page_show(p, p->group.text);
        text_tone(&p->line, p->in->colour, TONE_DIM);
        add_refs(p, &p->line);
        text_plain(&p->line, p->in->colour);
        page_end(p);
    }
    p->group.name = STR_NULL;
    p->group.refs.n = 0;
    arena_clear(&p->group.mem);
}

/* Rows that say the same come one after the other. */
static void group(struct page *p, struct str name, struct str text, bool absent, enum tone tone,
                  int64_t place)
{
    uint64_t number = number_of(p, place);
    if (!str_eq(name, p->group.name) || !str_eq(text, p->group.text) || absent != p->group.absent) {
        end_group(p);
        p->group.name = arena_str(&p->group.mem, name);
        p->group.text = arena_str(&p->group.mem, text);
        p->group.absent = absent;
        p->group.tone = tone;
        if (!p->group.name.p || !p->group.text.p)
            p->line.error = E_NOMEM;
    }
    if (number && vec_push(&p->group.refs, number))
        p->line.error = E_NOMEM;
}

static void attribute_row(struct page *p, const struct stmt *r)
{
    AUTO(buf) text = BUF_INIT;
    struct str name = stmt_str(r, 0), state = stmt_str(r, 3), reason = stmt_str(r, 4);
    bool absent = str_eq_z(state, "absent");
    if (!stmt_is_null(r, 1))
        buf_add(&text, stmt_str(r, 1));
    else if (!stmt_is_null(r, 2))
        buf_addf(&text, "%lld", (long long)stmt_int(r, 2));
    else
        buf_addc(&text, '?');
    buf_addf(&text, "  (" STR_FMT "%s" STR_FMT ")", STR_ARG(state), reason.n ? ": " : "",
             STR_ARG(reason));
    group(p, name, absent ? STR("") : buf_str(&text), absent, TONE_PLAIN, stmt_int(r, 5));
}

static void end_attributes(struct page *p)
{
    end_group(p);
    if (p->absent.n)
        page_line(p, "not set", str_trim(buf_str(&p->absent)));
}

static void place_row(struct page *p, const struct stmt *r)
{
    buf_addf(&p->line, "  [%llu]  ", (unsigned long long)number_of(p, stmt_int(r, 8)));
    page_place(p, r, 0);
    if (stmt_str(r, 5).n)
        buf_addf(&p->line, "  labels: " STR_FMT, STR_ARG(stmt_str(r, 5)));
    if (str_eq_z(stmt_str(r, 6), "gone"))
        buf_addz(&p->line, "  gone");
    if (stmt_str(r, 7).n) {
        buf_addz(&p->line, "  ");
        page_show(p, stmt_str(r, 7));
    }
    page_end(p);
}

static void owner_row(struct page *p, const struct stmt *r)
{
    page_begin(p, stmt_str(r, 0), TONE_PLAIN);
    buf_addf(&p->line, STR_FMT ", confidence %lld %%  ", STR_ARG(stmt_str(r, 1)),
             (long long)stmt_int(r, 2));
    page_show(p, stmt_str(r, 3));
    if (stmt_int(r, 4) > 0)
        buf_addf(&p->line, ":%lld", (long long)stmt_int(r, 4));
    page_end(p);
}

static void owner_state(struct page *p, const struct stmt *r)
{
    page_line(p, "owner",
              !stmt_is_null(r, 0) ? stmt_str(r, 0)
              : str_eq_z(stmt_str(r, 1), "none")
                  ? STR("none: nothing that was read names one")
                  : STR("unknown: no source that was read names one"));
}

static void value_row(struct page *p, const struct stmt *r)
{
    page_begin(p, stmt_str(r, 0), TONE_PLAIN);
    page_show(p, stmt_str(r, 1));
    buf_addf(&p->line, ", %lld characters  ", (long long)stmt_int(r, 2));
    page_place(p, r, 3);
    page_end(p);
}

static void verdict_row(struct page *p, const struct stmt *r)
{
    AUTO(buf) text = BUF_INIT;
    struct str verdict = stmt_str(r, 0);
    buf_addf(&text, STR_FMT "  " STR_FMT, STR_ARG(stmt_str(r, 1)), STR_ARG(stmt_str(r, 2)));
    group(p, verdict, buf_str(&text), false, tone_of_word(verdict), stmt_int(r, 3));
}

static void risk_row(struct page *p, const struct stmt *r)
{
    page_begin(p, STR("score"), TONE_PLAIN);
    if (stmt_int(r, 0) < 0) {
        buf_addz(&p->line, "unassessed: no control had all its inputs");
        page_end(p);
        return;
    }
    text_tenths(&p->line, stmt_int(r, 0));
    buf_addf(&p->line, " " STR_FMT ", confidence %lld %% (" RISK_METHOD ")",
             STR_ARG(stmt_str(r, 1)), (long long)stmt_int(r, 2));
    page_end(p);
    (void)!page_factors(p, stmt_str(r, 3));
}

static void relation_row(struct page *p, const struct stmt *r)
{
    page_begin(p, stmt_str(r, 0), TONE_PLAIN);
    buf_add(&p->line, stmt_str(r, 1));
    buf_addc(&p->line, ' ');
    page_show(p, stmt_str(r, 2));
    buf_addf(&p->line, "  " STR_FMT "  " STR_FMT, STR_ARG(stmt_str(r, 3)), STR_ARG(stmt_str(r, 4)));
    page_end(p);
}

static void finding_row(struct page *p, const struct stmt *r)
{
    page_begin(p, stmt_str(r, 0), TONE_PLAIN);
    text_tone(&p->line, p->in->colour, tone_of_word(stmt_str(r, 1)));
    buf_add(&p->line, stmt_str(r, 1));
    text_plain(&p->line, p->in->colour);
    buf_addc(&p->line, ' ');
    text_tenths(&p->line, stmt_int(r, 2));
    buf_addf(&p->line, " " STR_FMT "  ", STR_ARG(stmt_str(r, 3)));
    page_show(p, stmt_str(r, 4));
    page_end(p);
}

#define PLACE_ORDER "state DESC, target, path, member, pointer, line, id"

/* The parts of the page in order; `none` is said when a part has no row. */
static const struct {
    const char *title, *sql, *none;
    void (*row)(struct page *p, const struct stmt *r);
    void (*end)(struct page *p);
} parts[] = {
    {NULL, "SELECT id FROM place WHERE asset = ?1 ORDER BY " PLACE_ORDER, NULL, number_row,
     sort_numbers},
    {NULL,
     "SELECT kind, name, identity_key, environment, criticality, sanction, labels, state,"
     " first_seen, (SELECT n.last_seen FROM asset_seen n WHERE n.asset = asset.id)"
     " FROM asset WHERE id = ?1",
     NULL, head_row, NULL},
    {NULL, "SELECT alias FROM asset_alias WHERE asset = ?1 AND alias <> ?1 ORDER BY alias", NULL,
     alias_row, NULL},
    {"What it is",
     "SELECT t.name, t.value, t.number, t.state, t.reason,"
     " CASE WHEN t.place <> 0 THEN t.place ELSE t.evidence END FROM attribute t"
     " LEFT JOIN place p ON p.id = t.place"
     " WHERE t.asset = ?1 AND (t.place = 0 OR p.state = 'present')"
     " ORDER BY t.name, t.value, t.number, t.state, t.reason, t.place",
     "no attribute was read", attribute_row, end_attributes},
    {"Where it lives",
     "SELECT " PLACE_TOLD ", line, col, pointer, collector, labels, state, snippet, id"
     " FROM place p WHERE asset = ?1 ORDER BY " PLACE_ORDER,
     "no place", place_row, NULL},
    {"Who owns it", "SELECT owner, owner_state FROM asset WHERE id = ?1", NULL, owner_state, NULL},
    {NULL,
     "SELECT name, source, confidence, path, line FROM owner_candidate WHERE asset = ?1"
     " ORDER BY ord",
     NULL, owner_row, NULL},
    {"What data flows through it",
     "SELECT class, kind, length, " PLACE_TOLD ", line, col, pointer, collector"
     " FROM data_value p WHERE asset = ?1 ORDER BY class, kind,"
     " target, path, line, col, id",
     "unknown: no classified value was seen; what flows through it was not observed", value_row,
     NULL},
    {"Which controls judge it",
     "SELECT v.verdict, v.control, v.reason, v.place FROM control_verdict v"
     " WHERE v.asset = ?1 ORDER BY CASE v.verdict"
     " WHEN 'fail' THEN 0 WHEN 'error' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END, v.control, "
     "v.reason,"
     " v.place",
     "none: no control judges this kind of asset", verdict_row, end_group},
    {"What its risk is", "SELECT score, band, confidence, factors FROM asset_risk WHERE asset = ?1",
     "unassessed: no control reached a verdict", risk_row, NULL},
    {"Relations",
     "SELECT 'this ' || r.verb, a.kind, a.name, r.state, a.id FROM relation r"
     " JOIN asset a ON a.id = r.to_asset WHERE r.from_asset = ?1 AND a.state = 'present' UNION ALL"
     " SELECT r.verb || ' this', a.kind, a.name, r.state, a.id FROM relation r"
     " JOIN asset a ON a.id = r.from_asset WHERE r.to_asset = ?1 AND a.state = 'present'"
     " ORDER BY 1, 2, 3, 5",
     "none was seen", relation_row, NULL},
    {"Findings",
     "SELECT id, severity, risk, status, reason FROM finding WHERE asset = ?1"
     " AND verdict IN ('fail', 'excepted') ORDER BY risk DESC, control, id",
     "no control failed", finding_row, NULL},
};

int explain_asset(struct page *p)
{
    int rc = scope_verdicts(p->scope, p->diag);
    for (size_t i = 0; !rc && i < ARRAY_LEN(parts); i++) {
        int rows = 0;
        if (parts[i].title)
            page_head(p, parts[i].title, NULL);
        rc = page_rows(p, parts[i].sql, parts[i].row, &rows);
        if (!rc && parts[i].end)
            parts[i].end(p);
        if (!rc && !rows && parts[i].none) {
            buf_addf(&p->line, "  %s", parts[i].none);
            page_end(p);
        }
    }
    return rc ? rc : page_history(p);
}
