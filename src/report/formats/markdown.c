/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the first screen reads in a pull request, an issue or a wiki. */
#include "prioritize/risk.h"
#include "report/markup.h"
#include "report/summary.h"
#include "report/text.h"

static void title(struct buf *b, const struct scope *sc, const struct summary *m)
{
    buf_addz(b, "## AI security posture of ");
    for (size_t i = 0; i < MIN(sc->n_targets, 3); i++) {
        buf_addz(b, i ? ", " : "");
        markdown_code(b, sc->targets[i].shown);
    }
    if (sc->n_targets > 3)
        buf_addf(b, " and %zu more", sc->n_targets - 3);
    buf_addz(b, "\n\n");
    buf_addz(b, "**Posture** ");
    posture_text(sc, b);
    buf_addz(b, ". ");
    summary_amount(m, b);
    buf_addz(b, " examined");
    if (!str_eq_z(sc->sandbox, "full"))
        buf_addf(b, ", sandbox only `" STR_FMT "`", STR_ARG(sc->sandbox));
    buf_addz(b, ".\n");
}

static void past(struct buf *b, const struct summary *m)
{
    if (!m->past)
        return;
    buf_addz(b, "\n");
    text_count(b, (uint64_t)m->past);
    buf_addf(b, " asset%s of earlier scans %s not looked at this time.\n", m->past == 1 ? "" : "s",
             m->past == 1 ? "was" : "were");
}

static void shared(struct buf *b, const struct summary *m)
{
    if (!m->shared)
        return;
    buf_addz(b, "\n");
    text_count(b, (uint64_t)m->shared);
    buf_addz(b, m->shared == 1 ? " of them stands in other targets of this store, too: its score"
                                 " counts what fails there.\n"
                               : " of them stand in other targets of this store, too: their scores"
                                 " count what fails there.\n");
}

static void inventory(struct buf *b, const struct summary *m)
{
    buf_addz(b, "\n### AI in here\n\n");
    if (!m->assets) {
        buf_addz(b, m->gaps ? "No AI asset was recognised, but not everything could be examined.\n"
                            : "No AI asset was recognised in the files that were examined.\n");
        past(b, m);
        return;
    }
    buf_addz(b, "| kind | count | names |\n|---|---:|---|\n");
    for (int i = 0; i < m->n_kinds; i++) {
        const struct summary_kind *k = &m->kinds[i];
        buf_addf(b, "| %s | ", k->info->title);
        text_count(b, (uint64_t)k->count);
        buf_addz(b, " | ");
        for (int n = 0; n < k->n_names; n++) {
            buf_addz(b, n ? ", " : "");
            markdown_code(b, k->names[n]);
        }
        if (k->distinct > k->n_names)
            buf_addf(b, " +%lld more", (long long)(k->distinct - k->n_names));
        buf_addz(b, " |\n");
    }
    shared(b, m);
    past(b, m);
}

static void where(struct buf *b, const struct summary *m, const struct summary_finding *f)
{
    AUTO(buf) at = BUF_INIT;
    if (f->path.n)
        summary_target(m, f->target, &at);
    buf_add(&at, f->path.n ? f->path : f->asset_name);
    if (f->path.n && f->line > 0)
        buf_addf(&at, ":%lld", (long long)f->line);
    if (f->path.n && f->line == 1 && f->pointer.n) /* a document in one line */
        buf_addf(&at, " " STR_FMT, STR_ARG(f->pointer));
    markdown_code(b, buf_str(&at));
    if (f->more_places)
        buf_addf(b, " (+%lld)", (long long)f->more_places);
}

static void finding(struct buf *b, const struct summary *m, const struct summary_finding *f)
{
    buf_addf(b, "| **%s** | ", SEVERITY_NAMES[f->severity]);
    text_tenths(b, f->risk);
    buf_addf(b, " %s | ", f->risk < 0 ? "" : BAND_NAMES[band_of(f->risk)]);
    markdown_text(b, f->title);
    buf_addz(b, "<br>");
    markdown_text(b, f->reason);
    buf_addz(b, " | ");
    where(b, m, f);
    buf_addz(b, " | ");
    if (f->owner.n)
        markdown_code(b, f->owner);
    else
        buf_addz(b, "no owner");
    buf_addf(b, " | `stance %s " STR_FMT "` |\n", f->fixable ? "fix" : "explain",
             STR_ARG(f->shown_id));
}

static void folded(struct buf *b, const struct summary_finding *f)
{
    AUTO(buf) text = BUF_INIT;
    if (!summary_folded(f, &text))
        return;
    buf_addf(b, "\nAnd %s (", text.p);
    markdown_text(b, f->title);
    buf_addz(b, "): ");
    AUTO(buf) command = BUF_INIT;
    buf_addf(&command, "stance findings --control " STR_FMT, STR_ARG(f->control));
    markdown_code(b, buf_str(&command));
    buf_addz(b, ".\n");
}

static void findings(struct buf *b, const struct summary *m)
{
    buf_addz(b, "\n### Worst first\n\n");
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--)
        if (m->by_severity[i])
            buf_addf(b, "%lld %s. ", (long long)m->by_severity[i], SEVERITY_NAMES[i]);
    if (!m->failing)
        buf_addz(b, "No control failed. ");
    if (m->undecided)
        buf_addf(b, "%lld could not be decided.", (long long)m->undecided);
    if (m->remembered)
        buf_addf(b, "\n\nNot in these: %lld of earlier scans, where this one did not look.",
                 (long long)m->remembered);
    buf_addc(b, '\n');
    if (!m->n_findings)
        return;
    buf_addz(b,
             "\n| severity | risk | finding | place | owner | next |\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < m->n_findings; i++)
        finding(b, m, &m->findings[i]);
    for (int i = 0; i < m->n_findings; i++)
        folded(b, &m->findings[i]);
    int64_t rest = m->failing - m->grouped - m->folded;
    if (rest > 0)
        buf_addf(b, "\nAnd %lld %s: `stance findings`.\n", (long long)rest,
                 m->folded ? "others" : "more");
}

static void frameworks(struct buf *b, const struct summary *m)
{
    if (!FRAMEWORK_COUNT)
        return;
    buf_addz(b, "\n### Frameworks\n\n| framework | requirements | tested | failing | unknown | "
                "passing |\n|---|---:|---:|---:|---:|---:|\n");
    for (int i = 0; i < FRAMEWORK_COUNT; i++) {
        const struct summary_framework *f = &m->frameworks[i];
        buf_addf(b, "| %s %s | %d | %d | %d | %d | %d |\n", f->framework->title,
                 f->framework->version, f->requirements, f->tested, f->failing, f->unknown,
                 f->passing);
    }
}

static void rule(struct buf *b, const struct summary_gap *g)
{
    buf_addf(b, "- %s: ", COVERAGE_STATE_NAMES[g->state]);
    markdown_code(b, g->path);
    buf_addz(b, ", ");
    text_count(b, (uint64_t)MAX(g->files, 0));
    if (g->state == COVERAGE_SKIPPED) /* a rule counts what it passed by, and folders are one */
        buf_addz(b, g->files == 1 ? " time, " : " times, ");
    else
        buf_addz(b, g->files == 1 ? " file, " : " files, ");
    markdown_text(b, g->reason);
    buf_addc(b, '\n');
}

static void rules(struct buf *b, const struct summary_gap *rows, int n, int64_t all)
{
    for (int i = 0; i < n; i++)
        rule(b, &rows[i]);
    if (all > n)
        buf_addf(b, "- %s: %lld more, `stance coverage --state %s`\n",
                 COVERAGE_STATE_NAMES[rows[0].state], (long long)(all - n),
                 COVERAGE_STATE_NAMES[rows[0].state]);
}

static void gaps(struct buf *b, const struct summary *m)
{
    buf_addz(b, "\n### Not looked at\n\n");
    for (int i = 0; i < m->n_gap; i++) {
        const struct summary_gap *g = &m->gap[i];
        AUTO(buf) at = BUF_INIT;
        if (g->path.n)
            summary_target(m, g->target, &at);
        buf_add(&at, g->path.n ? g->path : g->target);
        buf_addf(b, "- %s: ", COVERAGE_STATE_NAMES[g->state]);
        markdown_code(b, buf_str(&at));
        buf_addz(b, ", ");
        markdown_text(b, g->reason);
        buf_addc(b, '\n');
    }
    if (m->gaps > m->n_gap)
        buf_addf(b, "- and %lld more: `stance coverage --gaps`\n", (long long)(m->gaps - m->n_gap));
    rules(b, m->unread, m->n_unread, m->all_unread);
    rules(b, m->texts, m->n_texts, m->all_texts);
    rules(b, m->passed, m->n_passed, m->all_passed);
    rules(b, m->rule, m->n_rule, m->all_rule);
    if (!m->gaps && !m->n_rule && !m->n_passed && !m->n_unread && !m->n_texts)
        buf_addz(b, "Nothing: every file below the target was read.\n");
}

static int write_markdown(const struct view *v, FILE *out, struct diag *d)
{
    AUTO(arena) mem = ARENA(0);
    AUTO(buf) b = BUF_INIT;
    struct summary *m = arena_new(&mem, struct summary);
    struct scope sc;
    int rc = scope_open(v, &sc, d);
    if (rc)
        return rc;
    rc = m ? summary_read(&sc, &mem, m, d) : diag_set(d, E_NOMEM, "no memory for the report");
    if (!rc) {
        title(&b, &sc, m);
        inventory(&b, m);
        findings(&b, m);
        frameworks(&b, m);
        gaps(&b, m);
        rc = buf_result(&b);
        if (rc)
            diag_set(d, rc, "no memory for the report");
        fwrite(b.p, 1, b.n, out);
    }
    scope_done(&sc);
    return rc;
}

const struct report_format REPORT_FORMAT_MARKDOWN = {
    .name = "markdown",
    .title = "the first screen for pull requests",
    .mime = "text/markdown; charset=utf-8",
    .extension = "md",
    .write = write_markdown,
};
