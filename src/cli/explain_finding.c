/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a person reads about one finding: why it is one, what it risks, what to do. */
#include "assess/control.h"
#include "cli/explain.h"
#include "cli/grid.h"
#include "cli/reading.h"
#include "formats/json.h"
#include "prioritize/risk.h"
#include "report/scope.h"

static bool is_open(const struct stmt *r)
{
    return str_eq_z(stmt_str(r, 5), "open") || str_eq_z(stmt_str(r, 5), "reopened");
}

/* No file holds it any more: only revoking helps, and the finding ends with the commit. */
static void remedy_of_history(struct page *p, struct str commit)
{
    commit = str_sub(commit, 0, 12);
    buf_addz(&p->line, "no file to change: who has the repository has the commit");
    page_end(p);
    page_begin(p, STR("first"), TONE_PLAIN);
    buf_addz(&p->line, "revoke the key at its provider; a later commit does not take it back");
    page_end(p);
    page_begin(p, STR("closes"), TONE_PLAIN);
    buf_addf(&p->line,
             "when no branch or tag holds commit " STR_FMT " any more (git filter-repo), at the "
             "next `stance scan --since REV`",
             STR_ARG(commit));
    page_end(p);
    page_begin(p, STR("stays"), TONE_PLAIN);
    buf_addz(&p->line, "open until then, also when a scan looks elsewhere");
    page_end(p);
}

static void remedy(struct page *p, const struct stmt *r)
{
    struct str control = stmt_str(r, 1), member = stmt_str(r, 23);
    const struct control *c = control_find(control);
    page_head(p, "What to do", NULL);
    if (c && c->remediation)
        page_line(p, "remedy", str_z(c->remediation));
    page_begin(p, STR("fix"), TONE_PLAIN);
    if (!is_open(r))
        buf_addf(&p->line, "nothing: the finding is " STR_FMT, STR_ARG(stmt_str(r, 5)));
    else if (str_starts(member, STR("commit:"))) {
        remedy_of_history(p, str_sub(member, strlen("commit:"), member.n));
        return;
    } else if (member.n)
        buf_addz(&p->line, "nothing is changed inside archives: change what it is made from, make "
                           "it anew, then `stance scan`");
    else if (scope_fixable(p->scope, control, member))
        buf_addf(&p->line, "stance fix " STR_FMT, STR_ARG(p->id));
    else
        buf_addz(&p->line, "by hand, then `stance scan` or `stance verify` again");
    page_end(p);
}

static void frameworks(struct page *p, struct str control)
{
    page_head(p, "Frameworks", NULL);
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        for (int k = 0; k < FRAMEWORKS[i].n; k++) {
            const struct requirement *q = &FRAMEWORKS[i].requirements[k];
            for (const char *const *c = q->controls; c && *c; c++) {
                if (!str_eq_z(control, *c))
                    continue;
                page_begin(p, str_z(FRAMEWORKS[i].id), TONE_PLAIN);
                buf_addf(&p->line, "%s %s", q->id, q->title);
                page_end(p);
            }
        }
}

/* Later evidence: the steps that lead to the place. */
static void steps(struct page *p, struct str text)
{
    AUTO(arena) mem = ARENA(8 << 20);
    struct limits lim = limits_default();
    struct doc doc;
    if (!text.n || json_parse(text, JSON_STRICT, &lim, &mem, &doc, NULL))
        return;
    node_each (&doc, &doc.nodes[0], it) {
        const struct node *line = node_get(&doc, it, STR("line"));
        page_begin(p, STR("step"), TONE_PLAIN);
        page_show(p, node_str(&doc, it, STR("path")));
        if (line)
            buf_addf(&p->line, ":" STR_FMT, STR_ARG(node_text(&doc, line)));
        page_end(p);
    }
}

static void score(struct page *p, const struct stmt *r)
{
    page_head(p, "Risk", NULL);
    page_begin(p, STR("score"), TONE_PLAIN);
    if (stmt_int(r, 6) < 0) {
        buf_addz(&p->line, "none: a finding without a verdict has no score");
        page_end(p);
        return;
    }
    text_tenths(&p->line, stmt_int(r, 6));
    buf_addf(&p->line, " %s, confidence %lld %% (" RISK_METHOD ")",
             BAND_NAMES[band_of((int)stmt_int(r, 6))], (long long)stmt_int(r, 7));
    page_end(p);
    (void)!page_factors(p, stmt_str(r, 9));
}

static void finding_row(struct page *p, const struct stmt *r)
{
    const struct control *c = control_find(stmt_str(r, 1));
    AUTO(buf) since = BUF_INIT;
    bool open = is_open(r);
    text_tone(&p->line, p->in->colour, TONE_HEAD);
    page_show(p, stmt_str(r, 2));
    text_plain(&p->line, p->in->colour);
    buf_addf(&p->line, "  finding " STR_FMT, STR_ARG(p->id));
    page_end(p);
    page_begin(p, STR("severity"), TONE_PLAIN);
    text_tone(&p->line, p->in->colour, tone_of_word(stmt_str(r, 4)));
    buf_add(&p->line, stmt_str(r, 4));
    text_plain(&p->line, p->in->colour);
    page_end(p);
    page_begin(p, STR("verdict"), TONE_PLAIN);
    buf_addf(&p->line, STR_FMT "%s", STR_ARG(stmt_str(r, 10)), open ? "" : ", while it was open");
    page_end(p);
    page_line(p, "reason", stmt_str(r, 3));
    if (c)
        page_line(p, "why it matters", str_z(c->why));
    page_line(p, "control", stmt_str(r, 1));
    buf_add(&since, stmt_str(r, 5));
    buf_addz(&since, " since ");
    buf_add_time(&since, stmt_int(r, open || stmt_is_null(r, 22) ? 11 : 22));
    if (stmt_str(r, 12).n && !stmt_is_null(r, 22)) {
        buf_addz(&since, ", ");
        buf_add(&since, stmt_str(r, 12));
    }
    page_line(p, "status", buf_str(&since));
    page_begin(p, STR("asset"), TONE_PLAIN);
    page_show(p, stmt_str(r, 13));
    buf_addf(&p->line, " (" STR_FMT ")", STR_ARG(stmt_str(r, 14)));
    page_end(p);
    page_line(p, "owner", stmt_is_null(r, 15) ? STR("none") : stmt_str(r, 15));
    page_head(p, "Evidence", NULL);
    page_begin(p, STR("place"), TONE_PLAIN);
    if (stmt_is_null(r, 16))
        buf_addz(&p->line, "the asset as a whole");
    else
        page_place(p, r, 16);
    page_end(p);
    if (stmt_str(r, 21).n)
        page_line(p, "text", stmt_str(r, 21));
    steps(p, stmt_str(r, 8));
    score(p, r);
    remedy(p, r);
    frameworks(p, stmt_str(r, 1));
}

int explain_finding(struct page *p)
{
    int rc = page_rows(p,
                       "SELECT f.id, f.control, f.title, f.reason, f.severity, f.status, f.risk,"
                       " f.confidence, f.steps, f.factors, f.verdict, f.opened, f.cause, a.name,"
                       " a.id, " FINDING_OWNER ", " PLACE_TOLD ", p.line, p.col, p.pointer,"
                       " p.collector, p.snippet, f.closed, coalesce(p.member, '')"
                       " FROM finding f JOIN asset a ON a.id = f.asset"
                       " LEFT JOIN finding_place p ON p.finding = f.id WHERE f.id = ?1",
                       finding_row, NULL);
    return rc ? rc : page_history(p);
}
