/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the word of the user names, and in which form it is explained. */
#include "cli/explain.h"
#include "cli/reading.h"
#include "report/record.h"

static const struct option_spec options[] = {
    OPTION_DB,
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "text|json",
     .initial = "text",
     .help = "how to print"},
    {0},
};

static int as_text(struct invocation *in, struct reading *r, struct str id, bool finding,
                   struct diag *d)
{
    struct scope s;
    int rc = scope_open(&r->view, &s, d);
    if (rc)
        return rc;
    struct page p = {.in = in,
                     .scope = &s,
                     .id = id,
                     .line = BUF_INIT,
                     .diag = d,
                     .group = {.mem = ARENA(0)},
                     .absent = BUF_INIT};
    rc = finding ? explain_finding(&p) : explain_asset(&p);
    if (!rc && buf_result(&p.line))
        rc = diag_set(d, E_NOMEM, "no memory for the explanation");
    page_done(&p);
    scope_done(&s);
    return rc;
}

static int run_explain(struct invocation *in, struct diag *d)
{
    struct reading r;
    struct str id;
    bool finding;
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    rc = reading_resolve(&r, in->args[0], in->arena, &id, &finding, d);
    r.view.all_targets = r.view.closed_too = r.view.evidence_all = true;
    r.view.id = id;
    if (!rc && option_int(in, "format"))
        rc = record_write(
            &r.view, finding ? RECORD_FINDINGS : RECORD_ASSETS | RECORD_RELATIONS | RECORD_FINDINGS,
            in->out, d);
    else if (!rc)
        rc = as_text(in, &r, id, finding, d);
    reading_done(&r);
    return rc;
}

const struct command COMMAND_EXPLAIN = {
    .name = "explain",
    .usage = "ASSET|FINDING [OPTION...]",
    .summary = "tell everything about one asset or finding, with evidence",
    .description =
        "ASSET or FINDING is an id, an alias, or a beginning that only one id has; an asset\n"
        "may also be called by its name. An asset is told as six facts: what it is, where it\n"
        "lives, who owns it, what data flows through it, which controls judge it, what its\n"
        "risk is; each with its state and reason, then relations, findings and history.",
    .examples = "  stance explain 1a2b3c4d\n"
                "  stance explain github                  # the asset with this name\n"
                "  stance explain mcp_server-0123 -f json",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run_explain,
};
