/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what `stance scan` prints and with which status it ends. */
#include "base/spill.h"
#include "cli/observe.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/stats.h"
#include "report/report.h"

static const struct option_spec options[] = {
    OPTIONS_OBSERVE,
    OPTIONS_REVISION,
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "table|json|sarif|markdown",
     .initial = "table",
     .help = "how to print"},
    {.name = "fail-on",
     .type = OPT_CHOICE,
     .argument = "LEVEL",
     .choices = "info|low|medium|high|critical|never",
     .initial = "high",
     .help = "lowest severity of a finding that gives exit status 1"},
    {.name = "evidence",
     .type = OPT_CHOICE,
     .argument = "AMOUNT",
     .choices = "sample|all",
     .initial = "sample",
     .help = "places to print for each asset and relation"},
    {0},
};

static int print(struct invocation *in, const char *location, struct loop_result *r,
                 const struct report_format *f, struct diag *d)
{
    struct view v = {.db = store_db(r->store),
                     .evidence_all = str_eq_z(option_str(in, "evidence"), "all"),
                     .width = in->width,
                     .colour = in->colour,
                     .fixable = control_is_fixable,
                     .store = option_str(in, "db"),
                     .now_ms = in->clock.now_ms};
    int rc = store_spill(location, d);
    if (!rc)
        rc = f->write(&v, in->out, d);
    spill_close();
    return rc;
}

static int status_of(const struct invocation *in, const struct loop_result *r)
{
    int64_t level = option_int(in, "fail-on"); /* index of the choice is the severity */
    for (int s = (int)level; s < SEVERITY_COUNT; s++)
        if (r->by_severity[s])
            return EXIT_FINDINGS;
    return r->gaps ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

static int run_scan(struct invocation *in, struct diag *d)
{
    struct loop_options o;
    struct loop_result r;
    const struct report_format *f = report_format(option_str(in, "format"));
    int rc = f ? observe_options(in, &o, d) : diag_set(d, E_BUG, "a format without a writer");
    if (rc)
        return rc;
    progress_begin(in, &o);
    fflush(in->out); /* nothing buffered may be written twice by a worker */
    rc = loop_run(&o, &in->clock, &r, d);
    progress_end(in);
    in->unexamined = r.unexamined;
    if (rc)
        return rc;
    rc = print(in, o.location, &r, f, d);
    if (!rc)
        stats_print(in, &r, o.location);
    stats_warn(in, &r);
    int status = status_of(in, &r);
    loop_result_done(&r);
    return rc ? rc : status;
}

const struct command COMMAND_SCAN = {
    .name = "scan",
    .usage = "[OPTION...] [TARGET...]",
    .summary = "find, assess and store the AI assets of files and folders",
    .description =
        "Reads every file of each TARGET (default: the current folder) in sandboxed workers, "
        "without\nexecuting, importing or sending anything, and stores what it found. Ends with 1 "
        "when a finding\nis at or above --fail-on, with 3 when something inside a target could "
        "not be examined.",
    .examples = "  stance scan ~/src/app                  # print the posture of one repository\n"
                "  stance scan --db :memory: -f sarif .   # in CI, nothing kept\n"
                "  stance scan --since origin/main .      # what a branch changed, and leaked\n"
                "  stance scan --rev v1.2 repo.git        # a commit of a bare repository\n"
                "  stance scan -f json ~ | jq .findings   # the whole record",
    .options = options,
    .max_args = -1,
    .run = run_scan,
};
