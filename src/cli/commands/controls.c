/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the built-in controls are listed, explained and tested. */
#include "assess/cases.h"
#include "cli/grid.h"
#include "cli/options.h"
#include "remediate/action.h"

static const struct option_spec options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "table|json|csv",
     .initial = "table",
     .help = "how to print the list"},
    {0},
};

static const char *kind_name(const struct control *c)
{
    return c->kind == KIND_ANY ? "any" : kind_info((enum kind)c->kind)->name;
}

static int list(struct invocation *in, struct diag *d)
{
    static const struct grid_column columns[] = {
        {.title = "id", .whole = true},
        {.title = "severity", .levels = true, .whole = true},
        {.title = "kind"},
        {.title = "category", .machine = true},
        {.title = "title", .min_width = 20},
        {.title = "fix"},
    };
    struct grid g;
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    for (int i = 0; i < CONTROL_COUNT; i++) {
        const struct control *c = &CONTROLS[i];
        const struct action *a = action_of(str_z(c->id));
        grid_cell(&g, str_z(c->id));
        grid_cell(&g, str_z(SEVERITY_NAMES[c->severity]));
        grid_cell(&g, str_z(kind_name(c)));
        grid_cell(&g, str_z(c->category));
        grid_cell(&g, str_z(c->title));
        grid_cell(&g, a ? str_z(a->name) : STR_NULL);
    }
    return grid_finish(&g, NULL, d);
}

/* ---- show ---- */

static void show_inputs(const struct control *c, FILE *out)
{
    fputs("inputs\n", out);
    for (int i = 0; i < c->n_inputs; i++) {
        const struct control_input *n = &c->inputs[i];
        const struct attr_info *a = n->attr >= 0 ? attr_info((enum attr)n->attr) : NULL;
        if (a)
            fprintf(out, "  %s.%s", kind_info(a->kind)->name, a->name);
        else
            fprintf(out, "  relation.%s", VERB_NAMES[n->verb]);
        for (const char *const *k = n->collectors; k && *k; k++)
            fprintf(out, "%s%s", k == n->collectors ? " from " : ", ", *k);
        fputc('\n', out);
    }
}

static void show_frameworks(const struct control *c, FILE *out)
{
    fputs("answers\n", out);
    for (int i = 0; i < FRAMEWORK_COUNT; i++)
        for (int k = 0; k < FRAMEWORKS[i].n; k++) {
            const struct requirement *q = &FRAMEWORKS[i].requirements[k];
            for (const char *const *id = q->controls; id && *id; id++)
                if (str_eq_z(str_z(*id), c->id))
                    fprintf(out, "  %s %s, %s (%s)\n", FRAMEWORKS[i].id, q->id, q->title,
                            TEST_MODE_NAMES[q->mode]);
        }
}

static void show_risk(const struct control *c, FILE *out)
{
    const struct {
        const char *name, *word;
    } factors[] = {
        {"exposure", c->risk.exposure}, {"proof", c->risk.proof}, {"ease", c->risk.ease},
        {"data", c->risk.data},         {"reach", c->risk.reach}, {"business", c->risk.business},
        {"people", c->risk.people},
    };
    fputs("risk factors\n", out);
    for (size_t i = 0; i < ARRAY_LEN(factors); i++)
        fprintf(out, "  %-10s %s\n", factors[i].name,
                factors[i].word ? factors[i].word : "not known to the control");
}

static int show(struct invocation *in, struct str id, struct diag *d)
{
    const struct control *c = control_find(id);
    FILE *out = in->out;
    if (!c) {
        diag_set(d, E_NOTFOUND, "there is no control \"" STR_FMT "\"", STR_ARG(id));
        diag_hint(d, "`stance controls` lists them");
        return E_NOTFOUND;
    }
    const struct action *a = action_of(str_z(c->id));
    fprintf(out, "%s  %s\n%s\n\n", c->id, c->title, c->why);
    fprintf(out, "severity   %s%s\n", SEVERITY_NAMES[c->severity],
            c->keep_severity ? ", whatever the labels of a place" : "");
    fprintf(out, "judges     %s\ncategory   %s\nstaleness  %lld days\n", kind_name(c), c->category,
            (long long)(c->staleness_ms / 86400000));
    fprintf(out, "remedy     %s\n", c->remediation ? c->remediation : "none written");
    fprintf(out, "fix        %s\n", a ? a->title : "by hand");
    show_inputs(c, out);
    show_risk(c, out);
    show_frameworks(c, out);
    fprintf(out, "query (%s:%u)\n%s\n", c->file, c->line, c->sql);
    return 0;
}

/* ---- test ---- */

static int test_one(struct invocation *in, int i, size_t *failures, struct diag *d)
{
    AUTO(buf) report = BUF_INIT;
    AUTO(buf) file = BUF_INIT;
    struct store *st = NULL;
    size_t failed = 0;
    buf_addf(&file, "%s.test.yaml", CONTROLS[i].id);
    int rc = store_open(":memory:", DB_CREATE, &in->clock, &st, d);
    if (!rc)
        rc = cases_run(st, &CONTROLS[i], str_z(CONTROL_TESTS[i]), file.p, &report, &failed, d);
    store_free(st);
    if (rc)
        return rc;
    fprintf(in->out, "%-4s %s\n", failed ? "FAIL" : "ok", CONTROLS[i].id);
    fwrite(report.p, 1, report.n, in->out);
    *failures += failed;
    return 0;
}

static int test(struct invocation *in, struct diag *d)
{
    size_t failures = 0;
    int tested = 0;
    for (int i = 0; i < CONTROL_COUNT; i++) {
        bool wanted = in->n_args < 2;
        for (size_t k = 1; k < in->n_args; k++)
            wanted |= str_eq_nocase(in->args[k], str_z(CONTROLS[i].id));
        if (!wanted)
            continue;
        int rc = test_one(in, i, &failures, d);
        if (rc)
            return rc;
        tested++;
    }
    if (!tested) {
        diag_set(d, E_NOTFOUND, "no control has such an id");
        diag_hint(d, "`stance controls` lists them");
        return E_NOTFOUND;
    }
    fprintf(in->out, "%d controls tested, %zu cases failed\n", tested, failures);
    return failures ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int run_controls(struct invocation *in, struct diag *d)
{
    struct str verb = in->n_args ? in->args[0] : STR("list");
    if (str_eq_z(verb, "list") && in->n_args < 2)
        return list(in, d);
    if (str_eq_z(verb, "test"))
        return test(in, d);
    if (str_eq_z(verb, "show") && in->n_args == 2)
        return show(in, in->args[1], d);
    diag_set(d, E_USAGE, "controls takes list, show ID, or test [ID...]");
    diag_hint(d, "see `stance controls --help`");
    return E_USAGE;
}

const struct command COMMAND_CONTROLS = {
    .name = "controls",
    .usage = "[list | show ID | test [ID...]]",
    .summary = "list, explain or test the controls",
    .examples =
        "  stance controls\n"
        "  stance controls show AISPM-MCP-003   # why, inputs, frameworks, query\n"
        "  stance controls test                 # run the cases written beside each control",
    .options = options,
    .max_args = -1,
    .run = run_controls,
};
