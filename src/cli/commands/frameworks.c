/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the posture reads by requirement of a framework, and what no control answers. */
#include "cli/grid.h"
#include "cli/reading.h"
#include "report/summary.h"

static const struct option_spec options[] = {OPTION_DB, OPTION_TABLE_FORMAT, {0}};

struct modes {
    int requirements, automatic, assisted, manual, not_covered, no_collector;
};

static bool has_collector(const struct requirement *q)
{
    for (const char *const *c = q->controls; c && *c; c++)
        if (control_find(str_z(*c)) && control_find(str_z(*c))->collected)
            return true;
    return false;
}

static struct modes count(const struct framework *f)
{
    struct modes m = {0};
    for (int i = 0; i < f->n; i++) {
        const struct requirement *q = &f->requirements[i];
        if (q->heading)
            continue;
        bool controls = q->controls && q->controls[0];
        m.requirements++;
        if (q->mode == TEST_MANUAL)
            m.manual++;
        else if (!controls)
            m.not_covered++;
        else if (!has_collector(q))
            m.no_collector++;
        else if (q->mode == TEST_AUTOMATIC)
            m.automatic++;
        else
            m.assisted++;
    }
    return m;
}

static int list(struct invocation *in, const struct scope *s, struct diag *d)
{
    static const struct grid_column columns[] = {
        {.title = "id", .whole = true},          {.title = "title", .min_width = 12},
        {.title = "items", .right = true},       {.title = "automatic", .right = true},
        {.title = "assisted", .right = true},    {.title = "manual", .right = true},
        {.title = "not-covered", .right = true}, {.title = "no-collector", .right = true},
        {.title = "failing", .right = true},
    };
    struct grid g;
    int rc = 0;
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    for (int i = 0; !rc && i < FRAMEWORK_COUNT; i++) {
        struct modes m = count(&FRAMEWORKS[i]);
        struct summary_framework posture = {0};
        if (s)
            rc = summary_framework(s, &FRAMEWORKS[i], &posture, d);
        grid_cell(&g, str_z(FRAMEWORKS[i].id));
        grid_cell(&g, str_z(FRAMEWORKS[i].title));
        grid_count(&g, m.requirements);
        grid_count(&g, m.automatic);
        grid_count(&g, m.assisted);
        grid_count(&g, m.manual);
        grid_count(&g, m.not_covered);
        grid_count(&g, m.no_collector);
        if (s)
            grid_count(&g, posture.failing);
        else
            grid_cell(&g, STR_NULL);
    }
    int end = grid_finish(&g, NULL, d);
    return rc ? rc : end;
}

static int requirement(struct grid *g, const struct scope *s, const struct requirement *q,
                       struct diag *d)
{
    AUTO(buf) controls = BUF_INIT;
    enum requirement_state state = REQUIREMENT_NOT_COVERED;
    int rc = s ? summary_requirement(s, q, &state, d) : 0;
    if (rc)
        return rc;
    for (const char *const *c = q->controls; c && *c; c++)
        buf_addf(&controls, "%s%s", c == q->controls ? "" : " ", *c);
    bool judged = q->controls && q->controls[0];
    bool shown = s || !judged;
    if (!s && !judged)
        state = q->mode == TEST_MANUAL ? REQUIREMENT_MANUAL : REQUIREMENT_NOT_COVERED;
    grid_cell(g, str_z(q->id));
    grid_cell(g, str_z(q->title));
    grid_cell(g, str_z(TEST_MODE_NAMES[q->mode]));
    grid_cell(g, shown ? str_z(REQUIREMENT_STATE_NAMES[state]) : STR("not scanned"));
    grid_cell(g, judged ? buf_str(&controls) : str_z(q->gap));
    return 0;
}

static int show(struct invocation *in, const struct scope *s, struct diag *d)
{
    static const struct grid_column columns[] = {
        {.title = "id", .whole = true},
        {.title = "title", .min_width = 24},
        {.title = "test", .min_width = 9},
        {.title = "posture", .levels = true, .min_width = 11},
        {.title = "controls, or why there is none", .min_width = 24},
    };
    const struct framework *f = framework_find(in->args[1]);
    struct grid g;
    int rc = 0;
    if (!f) {
        diag_set(d, E_NOTFOUND, "there is no framework \"" STR_FMT "\"", STR_ARG(in->args[1]));
        diag_hint(d, "`stance frameworks` lists them");
        return E_NOTFOUND;
    }
    if (option_int(in, "format") == GRID_TABLE)
        fprintf(in->out, "%s %s (%s)\n%s; %s\n\n", f->title, f->version, f->id, f->source,
                f->licence_note ? f->licence_note : "");
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    for (int i = 0; !rc && i < f->n; i++)
        if (!f->requirements[i].heading)
            rc = requirement(&g, s, &f->requirements[i], d);
    int end = grid_finish(&g, NULL, d);
    return rc ? rc : end;
}

static int run_frameworks(struct invocation *in, struct diag *d)
{
    struct str verb = in->n_args ? in->args[0] : STR("list");
    bool listing = str_eq_z(verb, "list") && in->n_args < 2;
    struct reading r = {0};
    struct scope s;
    if (!listing && !(str_eq_z(verb, "show") && in->n_args == 2)) {
        diag_set(d, E_USAGE, "frameworks takes list or show ID");
        diag_hint(d, "see `stance frameworks --help`");
        return E_USAGE;
    }
    int rc = reading_open(in, &r, d);
    if (!rc)
        rc = scope_open(&r.view, &s, d);
    bool scanned = !rc;
    if (rc == E_NOTFOUND && !option(in, "db")->given) {
        diag_clear(d); /* without a store the frameworks can be read, only not their posture */
        rc = 0;
    }
    if (!rc)
        rc = listing ? list(in, scanned ? &s : NULL, d) : show(in, scanned ? &s : NULL, d);
    if (scanned)
        scope_done(&s);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_FRAMEWORKS = {
    .name = "frameworks",
    .usage = "[list | show ID]",
    .summary = "show the posture by requirement of a framework",
    .description = "automatic     the controls decide\n"
                   "assisted      the controls give evidence, a person decides\n"
                   "manual        only an attestation answers\n"
                   "not covered   no control answers it, with the reason\n"
                   "no collector  its controls need inputs that this version does not collect",
    .examples = "  stance frameworks\n"
                "  stance frameworks show owasp-llm-2025",
    .options = options,
    .max_args = 2,
    .run = run_frameworks,
};
