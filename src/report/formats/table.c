/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the first screen reads: what was scanned, what AI is there, what to fix first. */
#include "prioritize/risk.h"
#include "report/summary.h"
#include "report/text.h"

/* One screen: lines are built in `line` and written whole. */
struct screen {
    const struct view *view;
    FILE *out;
    struct buf line;
    size_t width;
};

static void flush(struct screen *s)
{
    while (s->line.n && s->line.p[s->line.n - 1] == ' ')
        buf_cut(&s->line, s->line.n - 1);
    buf_addc(&s->line, '\n');
    fwrite(s->line.p, 1, s->line.n, s->out);
    if (!s->line.error)
        buf_clear(&s->line);
}

static void tone(struct screen *s, enum tone t)
{
    text_tone(&s->line, s->view->colour, t);
}

static void plain(struct screen *s)
{
    text_plain(&s->line, s->view->colour);
}

static void head(struct screen *s, const char *title)
{
    flush(s);
    tone(s, TONE_HEAD);
    buf_addz(&s->line, title);
    plain(s);
}

static void dim(struct screen *s, const char *text)
{
    tone(s, TONE_DIM);
    buf_addz(&s->line, text);
    plain(s);
}

static enum tone tone_of(enum severity s)
{
    switch (s) {
    case SEVERITY_CRITICAL: return TONE_CRITICAL;
    case SEVERITY_HIGH: return TONE_HIGH;
    case SEVERITY_MEDIUM: return TONE_MEDIUM;
    case SEVERITY_LOW: return TONE_LOW;
    default: return TONE_DIM;
    }
}

static void counted(struct screen *s, int64_t n, const char *one, const char *many)
{
    text_count(&s->line, n > 0 ? (uint64_t)n : 0);
    buf_addf(&s->line, " %s", n == 1 ? one : many);
}

/* ---- what was scanned ---- */

static void scanned(struct screen *s, const struct scope *sc, const struct summary *m)
{
    size_t shown = MIN(sc->n_targets, 3), room = s->width / 2 / MAX(shown, 1);
    tone(s, TONE_HEAD);
    buf_addz(&s->line, "Scanned ");
    for (size_t i = 0; i < shown; i++) {
        buf_addz(&s->line, i ? ", " : "");
        text_fit(&s->line, sc->targets[i].shown, MAX(room, 8), FIT_END_KEPT);
    }
    plain(s);
    if (sc->n_targets > shown)
        buf_addf(&s->line, " +%zu more", sc->n_targets - shown);
    buf_addz(&s->line, ": ");
    summary_amount(m, &s->line);
    if (!str_eq_z(sc->sandbox, "full")) {
        buf_addz(&s->line, ", ");
        tone(s, TONE_HIGH);
        buf_addf(&s->line, "sandbox only \"" STR_FMT "\"", STR_ARG(sc->sandbox));
        plain(s);
    }
    if (!sc->deterministic)
        buf_addz(&s->line, ", a watchdog ended a worker");
    flush(s);
    if (!m->n_revision)
        return;
    struct str commit = m->revision.path;
    buf_addf(&s->line, "  commit " STR_FMT ": ",
             STR_ARG(str_sub(commit, strlen("revision:"), commit.n)));
    text_fit(&s->line, m->revision.reason, s->width - 23, FIT_START_KEPT);
    flush(s);
}

/* ---- what AI is there ---- */

#define KIND_WIDTH  17 /* of the words, at least */
#define COUNT_WIDTH 6

static void more_names(struct screen *s, int64_t n)
{
    buf_addz(&s->line, " +");
    text_count(&s->line, (uint64_t)n);
    buf_addz(&s->line, " more");
}

static void kind_names(struct screen *s, const struct summary_kind *k, size_t start)
{
    size_t used = start;
    for (int i = 0; i < k->n_names; i++) {
        int64_t rest = k->distinct - i - 1;
        size_t more = rest ? 14 : 0;
        size_t sep = i ? 2 : 0;
        AUTO(buf) name = BUF_INIT;
        size_t w = text_fit(&name, k->names[i], MIN(48, s->width - start), FIT_END_KEPT);
        if (i && used + sep + w + more > s->width) {
            more_names(s, k->distinct - i);
            return;
        }
        buf_addz(&s->line, i ? ", " : "");
        buf_add(&s->line, buf_str(&name));
        used += sep + w;
    }
    if (k->distinct > k->n_names)
        more_names(s, k->distinct - k->n_names);
}

/* "MCP servers", "Managed policies", "AI software in containers" */
static void plural(struct buf *out, const struct kind_info *k, int64_t n)
{
    struct str title = str_z(k->title);
    bool y = title.n && title.p[title.n - 1] == 'y';
    if (n == 1 || str_ends(title, STR("s"))) {
        buf_add(out, title);
        return;
    }
    buf_add(out, str_sub(title, 0, title.n - y));
    buf_addz(out, y ? "ies" : "s");
}

/* Everything else on the screen is of what was scanned alone. */
static void shared(struct screen *s, const struct summary *m)
{
    if (!m->shared)
        return;
    buf_addz(&s->line, "  ");
    text_count(&s->line, (uint64_t)m->shared);
    buf_addz(&s->line,
             m->shared == 1
                 ? " of them stands in other targets of this store, too: its score counts"
                   " what fails there"
                 : " of them stand in other targets of this store, too: their scores count"
                   " what fails there");
    flush(s);
}

/* As wide as the widest word that stands in it. */
static size_t kind_width(const struct summary *m)
{
    size_t width = KIND_WIDTH;
    for (int i = 0; i < m->n_kinds; i++) {
        AUTO(buf) word = BUF_INIT;
        plural(&word, m->kinds[i].info, m->kinds[i].count);
        width = MAX(width, word.n);
    }
    return width;
}

static void kinds(struct screen *s, const struct summary *m)
{
    size_t width = kind_width(m);
    for (int i = 0; i < m->n_kinds; i++) {
        const struct summary_kind *k = &m->kinds[i];
        AUTO(buf) word = BUF_INIT;
        AUTO(buf) number = BUF_INIT;
        plural(&word, k->info, k->count);
        text_count(&number, (uint64_t)k->count);
        buf_addf(&s->line, "  %-*s %*s  ", (int)width, word.p, COUNT_WIDTH, number.p);
        kind_names(s, k, width + COUNT_WIDTH + 5);
        flush(s);
    }
}

static void inventory(struct screen *s, const struct summary *m)
{
    head(s, "AI in here");
    buf_addz(&s->line, m->assets ? "  " : "  none found");
    if (m->assets)
        counted(s, m->assets, "asset", "assets");
    if (m->past) {
        buf_addz(&s->line, "; ");
        text_count(&s->line, (uint64_t)m->past);
        buf_addz(&s->line, " of earlier scans not looked at this time");
    }
    flush(s);
    shared(s, m);
    kinds(s, m);
    if (m->assets)
        return;
    buf_addz(&s->line, "  ");
    counted(s, m->files, "file was", "files were");
    buf_addf(&s->line, " examined and no AI asset was recognised in %s",
             m->files == 1 ? "it" : "them");
    buf_addz(&s->line, m->gaps ? "; what could not be examined may hold some." : ".");
    flush(s);
    if (!m->n_unread)
        return;
    buf_addz(&s->line,
             "  Formats without a reader in this version were passed over (below): they may"
             " hold some.");
    flush(s);
}

/* ---- what to fix first ---- */

#define SCORE_COLUMN    16
#define SEVERITY_COLUMN 10
#define INDENT          4

/* Each column of the shown findings is as wide as its longest text, if there is room. */
struct columns {
    size_t title, where, owner, action;
};

static void action_of(struct buf *out, const struct summary_finding *f)
{
    buf_addf(out, "stance %s " STR_FMT, f->fixable ? "fix" : "explain", STR_ARG(f->shown_id));
}

static struct str owner_of(const struct summary_finding *f)
{
    return f->owner.n ? f->owner : STR("no owner");
}

/* "shop: " of several targets; "path:line", or the name of what has no place; " (+2)". */
struct place_text {
    struct buf target, at, tail;
};

static void place_of(struct place_text *p, const struct summary *m, const struct summary_finding *f)
{
    *p = (struct place_text){BUF_INIT, BUF_INIT, BUF_INIT};
    buf_add(&p->at, f->path.n ? f->path : f->asset_name);
    if (f->path.n)
        summary_target(m, f->target, &p->target);
    if (f->path.n && f->line > 0)
        buf_addf(&p->at, ":%lld", (long long)f->line);
    if (f->path.n && f->line == 1 && f->pointer.n) /* a document in one line */
        buf_addf(&p->at, " " STR_FMT, STR_ARG(f->pointer));
    if (f->more_places)
        buf_addf(&p->tail, " (+%lld)", (long long)f->more_places);
    buf_addz(&p->tail, "  ");
}

static void place_text_done(struct place_text *p)
{
    buf_done(&p->target);
    buf_done(&p->at);
    buf_done(&p->tail);
}

/* The path gives way before the target: equal paths of two targets are two rows. */
static size_t fit_place(struct buf *out, struct str target, struct str at, size_t width)
{
    size_t used = text_fit(out, target, width / 2, FIT_START_KEPT);
    return used + text_fit(out, at, width - used, FIT_END_KEPT);
}

static void widen(struct columns *c, const struct summary *m, const struct summary_finding *f,
                  size_t width)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) action = BUF_INIT;
    struct place_text p;
    action_of(&action, f);
    place_of(&p, m, f);
    c->action = MAX(c->action, action.n);
    c->owner = MAX(c->owner, text_fit(&text, owner_of(f), 16, FIT_START_KEPT));
    c->title = MAX(c->title, text_fit(&text, f->title, width, FIT_START_KEPT));
    size_t why = text_fit(&text, f->reason, width, FIT_START_KEPT);
    size_t where = fit_place(&text, buf_str(&p.target), buf_str(&p.at), width);
    c->where = MAX(c->where, where + p.tail.n + why);
    place_text_done(&p);
}

static struct columns columns_of(const struct summary *m, size_t width)
{
    struct columns c = {0};
    for (int i = 0; i < m->n_findings; i++)
        widen(&c, m, &m->findings[i], width);
    c.title = MIN(c.title, width - SCORE_COLUMN - SEVERITY_COLUMN - c.action - 2);
    c.where = MIN(c.where, width - INDENT - c.owner - 2);
    return c;
}

/* "path:line (+2)  why", as compilers say it; the path gives way first, from its start. */
static size_t place_and_why(struct screen *s, const struct summary *m,
                            const struct summary_finding *f, size_t room)
{
    AUTO(buf) why = BUF_INIT;
    struct place_text p;
    place_of(&p, m, f);
    size_t wish = text_fit(&why, f->reason, room, FIT_START_KEPT);
    size_t place = MAX(room * 9 / 20, room - MIN(room, wish + p.tail.n));
    size_t used = fit_place(&s->line, buf_str(&p.target), buf_str(&p.at), place) + p.tail.n;
    buf_add(&s->line, buf_str(&p.tail));
    place_text_done(&p);
    tone(s, TONE_DIM);
    used += text_fit(&s->line, f->reason, room - MIN(room, used), FIT_START_KEPT);
    plain(s);
    return used;
}

/* "risk band  severity  title  command" and below it "place  why  owner". */
static void finding(struct screen *s, const struct summary *m, const struct summary_finding *f,
                    const struct columns *c)
{
    AUTO(buf) score = BUF_INIT;
    AUTO(buf) action = BUF_INIT;
    AUTO(buf) folded = BUF_INIT;
    text_tenths(&score, f->risk);
    buf_addf(&score, " %s", f->risk < 0 ? "" : BAND_NAMES[band_of(f->risk)]);
    action_of(&action, f);
    tone(s, tone_of(f->severity));
    buf_addf(&s->line, "  %-*s%-*s", SCORE_COLUMN - 2, score.p, SEVERITY_COLUMN,
             SEVERITY_NAMES[f->severity]);
    plain(s);
    text_cell(&s->line, f->title, c->title, FIT_START_KEPT);
    buf_addf(&s->line, "  %s", action.p);
    flush(s);
    buf_pad(&s->line, ' ', INDENT);
    size_t used = place_and_why(s, m, f, c->where);
    buf_pad(&s->line, ' ', c->where - MIN(c->where, used) + 2);
    text_fit(&s->line, owner_of(f), c->owner, FIT_START_KEPT);
    flush(s);
    if (!summary_folded(f, &folded))
        return;
    buf_addf(&s->line, "    and %s", folded.p);
    buf_clear(&folded);
    buf_addf(&folded, ": stance findings --control " STR_FMT, STR_ARG(f->control));
    if (s->line.n + folded.n <= s->width)
        buf_add(&s->line, buf_str(&folded));
    flush(s);
}

static void by_severity(struct screen *s, const struct summary *m)
{
    bool first = true;
    for (int i = SEVERITY_COUNT - 1; i >= 0; i--) {
        if (!m->by_severity[i])
            continue;
        buf_addz(&s->line, first ? "" : ", ");
        tone(s, tone_of((enum severity)i));
        text_count(&s->line, (uint64_t)m->by_severity[i]);
        buf_addf(&s->line, " %s", SEVERITY_NAMES[i]);
        plain(s);
        first = false;
    }
}

static void findings(struct screen *s, const struct summary *m)
{
    struct columns columns = columns_of(m, s->width);
    if (!m->assets && !m->past && !m->failing && !m->remembered)
        return;
    head(s, "Worst first");
    buf_addz(&s->line, "  ");
    if (m->failing)
        by_severity(s, m);
    else
        buf_addz(&s->line, "no control failed");
    if (m->undecided) {
        buf_addz(&s->line, "; ");
        text_count(&s->line, (uint64_t)m->undecided);
        buf_addz(&s->line, " could not be decided");
    }
    flush(s);
    if (m->n_findings) {
        tone(s, TONE_DIM);
        buf_addf(&s->line, "  %-*s%-*s%s", SCORE_COLUMN - 2, "risk", SEVERITY_COLUMN, "severity",
                 "what, where, why, whose; what to do");
        plain(s);
        flush(s);
    }
    for (int i = 0; i < m->n_findings; i++)
        finding(s, m, &m->findings[i], &columns);
    int64_t rest = m->failing - m->grouped - m->folded;
    if (rest > 0) {
        buf_addz(&s->line, "  and ");
        text_count(&s->line, (uint64_t)rest);
        buf_addz(&s->line, m->folded ? " others: stance findings" : " more: stance findings");
        flush(s);
    }
    if (m->remembered) {
        buf_addz(&s->line, "  not in these: ");
        counted(s, m->remembered, "finding", "findings");
        buf_addz(&s->line, " of earlier scans, where this one did not look: stance findings");
        flush(s);
    }
}

/* ---- posture and frameworks ---- */

static void posture(struct screen *s, const struct scope *sc)
{
    head(s, "Posture");
    buf_addz(&s->line, "     ");
    posture_text(sc, &s->line);
    flush(s);
}

static void frameworks(struct screen *s, const struct scope *sc, const struct summary *m)
{
    AUTO(buf) text = BUF_INIT;
    int64_t tested = 0;
    for (int i = 0; i < FRAMEWORK_COUNT; i++) {
        const struct summary_framework *f = &m->frameworks[i];
        buf_addf(&text, "%s%s %d of %d", i ? ", " : "failing: ", f->framework->id, f->failing,
                 f->tested);
        tested += f->tested;
    }
    if (!tested || (sc->posture_low < 0 && !m->failing))
        return; /* nothing to say of any of them: the posture says so */
    tone(s, TONE_HEAD);
    buf_addz(&s->line, "Frameworks");
    plain(s);
    buf_addz(&s->line, "  ");
    text_fit(&s->line, buf_str(&text), s->width - 12, FIT_START_KEPT);
    flush(s);
}

/* ---- what was not looked at ---- */

static void gap(struct screen *s, const struct summary *m, const struct summary_gap *g)
{
    AUTO(buf) target = BUF_INIT;
    size_t room = s->width - 14, path = MIN(room / 2, 60);
    tone(s, TONE_MEDIUM);
    buf_addf(&s->line, "  %-12s", COVERAGE_STATE_NAMES[g->state]);
    plain(s);
    if (g->path.n)
        summary_target(m, g->target, &target);
    size_t w = fit_place(&s->line, buf_str(&target), g->path.n ? g->path : g->target, path);
    buf_addz(&s->line, "  ");
    text_fit(&s->line, g->reason, room - w - 2, FIT_START_KEPT);
    flush(s);
}

/* A pattern hides all or nearly all in a folder: people know the folder, not the pattern. */
static struct str folder_of(struct str pattern)
{
    if (str_starts(pattern, STR("**/")))
        pattern = str_sub(pattern, 3, pattern.n);
    size_t end = str_find(pattern, STR("/["), 0);
    if (end == SIZE_MAX)
        end = str_find(pattern, STR("/*"), 0);
    return end == SIZE_MAX || !str_ends(pattern, STR("**")) ? pattern : str_sub(pattern, 0, end);
}

/* What was left out for one reason, in one line under the state that `stance coverage` has. */
static void left_out(struct screen *s, const char *why, const struct summary_gap *rows, int n,
                     int64_t all)
{
    AUTO(buf) text = BUF_INIT;
    if (!n)
        return;
    buf_addz(&text, why);
    for (int i = 0; i < n; i++) {
        struct str path = folder_of(rows[i].path);
        bool unread = str_starts(path, STR(COVERAGE_NO_READER));
        bool text_kind = str_starts(path, STR(COVERAGE_NO_HOSTS));
        buf_addz(&text, i ? ", " : "");
        if (unread || text_kind)
            path = str_sub(path, strlen(unread ? COVERAGE_NO_READER : COVERAGE_NO_HOSTS), path.n);
        buf_add(&text, path);
        if (rows[i].files) {
            buf_addc(&text, ' ');
            text_count(&text, (uint64_t)rows[i].files);
        } else {
            buf_addz(&text, " (matches nothing)");
        }
    }
    if (all > n)
        buf_addf(&text, ", %lld more", (long long)(all - n));
    buf_addf(&s->line, "  %-12s", COVERAGE_STATE_NAMES[rows[0].state]);
    text_fit(&s->line, buf_str(&text), s->width - 14, FIT_START_KEPT);
    flush(s);
}

/* A place that was not looked at has a reason of its own, and often a remedy; what only counts is
 * told in one line. */
static void passed_by(struct screen *s, const struct summary *m)
{
    struct summary_gap counted_only[SUMMARY_RULES];
    int n = 0, told = 0;
    for (int i = 0; i < m->n_passed; i++) {
        struct summary_gap row = m->passed[i];
        if (str_eq_z(row.path, "binary-content")) {
            counted_only[n++] = row;
            continue;
        }
        row.target = STR(""); /* it may stand for several */
        gap(s, m, &row);
        told++;
    }
    left_out(s, "", counted_only, n, m->all_passed - told);
}

static void not_looked(struct screen *s, const struct summary *m)
{
    head(s, "Not looked at");
    if (!m->gaps && m->elsewhere)
        dim(s, "  no file was refused, but not all that belongs to the target was looked at:");
    else if (!m->gaps && m->n_unread)
        dim(s, "  no file was refused, but this version cannot read every format:");
    else if (!m->gaps && m->n_revision)
        dim(s, "  of this commit everything was read that the rules allow; left out by rule:");
    else if (!m->gaps && !m->n_rule && !m->n_passed && m->n_texts)
        dim(s, "  every file below the target was read, but not for everything:");
    else if (!m->gaps && !m->n_rule && !m->n_passed)
        buf_addz(&s->line, "  nothing: every file below the target was read");
    else if (!m->gaps)
        dim(s, "  every file that the rules allow was read; left out by rule:");
    flush(s);
    for (int i = 0; i < m->n_gap; i++)
        gap(s, m, &m->gap[i]);
    if (m->gaps > m->n_gap) {
        buf_addz(&s->line, "  and ");
        text_count(&s->line, (uint64_t)(m->gaps - m->n_gap));
        buf_addz(&s->line, " more: stance coverage --gaps");
        flush(s);
    }
    left_out(s, "no reader: ", m->unread, m->n_unread, m->all_unread);
    left_out(s, "hosts not looked for in: ", m->texts, m->n_texts, m->all_texts);
    passed_by(s, m);
    left_out(s, "", m->rule, m->n_rule, m->all_rule);
}

static void next(struct screen *s, const struct summary *m)
{
    AUTO(buf) text = BUF_INIT;
    bool kept = !str_eq_z(s->view->store, ":memory:");
    flush(s);
    dim(s, "Next  ");
    if (!kept) {
        buf_addz(&s->line, "nothing was kept; without --db :memory: findings can be explained");
        flush(s);
        return;
    }
    if (m->n_findings)
        buf_addf(&text, "stance explain " STR_FMT " | ", STR_ARG(m->findings[0].shown_id));
    buf_addz(&text, "stance inventory | stance coverage");
    buf_addz(&text, m->failing ? " | stance report sarif" : " | stance report json");
    text_fit(&s->line, buf_str(&text), s->width - 6, FIT_START_KEPT);
    flush(s);
    if (!s->view->store.n)
        return;
    dim(s, "      each with --db ");
    text_fit(&s->line, s->view->store, s->width - 21, FIT_END_KEPT);
    flush(s);
}

static int write_table(const struct view *v, FILE *out, struct diag *d)
{
    struct screen s = {.view = v, .out = out, .line = BUF_INIT};
    AUTO(arena) mem = ARENA(0);
    struct summary *m = arena_new(&mem, struct summary);
    struct scope sc;
    int rc = scope_open(v, &sc, d);
    if (rc)
        return rc;
    s.width = (size_t)(v->width >= 72 ? MIN(v->width, 200) : v->width ? 72 : 100);
    rc = m ? summary_read(&sc, &mem, m, d) : diag_set(d, E_NOMEM, "no memory for the report");
    if (!rc) {
        scanned(&s, &sc, m);
        inventory(&s, m);
        findings(&s, m);
        posture(&s, &sc);
        frameworks(&s, &sc, m);
        not_looked(&s, m);
        next(&s, m);
        rc = buf_result(&s.line);
        if (rc)
            diag_set(d, rc, "no memory for the report");
    }
    buf_done(&s.line);
    scope_done(&sc);
    return rc;
}

const struct report_format REPORT_FORMAT_TABLE = {
    .name = "table",
    .title = "the first screen: what is there, what is worst, what was not looked at",
    .mime = "text/plain; charset=utf-8",
    .extension = "txt",
    .write = write_table,
};
