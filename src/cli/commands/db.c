/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what can be done with a store as a whole. */
#include "base/path.h"
#include "cli/reading.h"

static const struct option_spec options[] = {OPTION_DB, {0}};

static int run_db(struct invocation *in, struct diag *d)
{
    AUTO(buf) report = BUF_INIT;
    struct reading r;
    if (!str_eq_z(in->args[0], "check")) {
        diag_set(d, E_USAGE, "there is no \"stance db " STR_FMT "\"", STR_ARG(in->args[0]));
        diag_hint(d, "`stance db check` checks a store");
        return E_USAGE;
    }
    int rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    rc = store_check(r.store, &report, d);
    if (!rc)
        rc = buf_result(&report);
    reading_done(&r);
    if (rc)
        return rc;
    fwrite(report.p, 1, report.n, in->out);
    if (report.n && report.p[report.n - 1] != '\n')
        fputc('\n', in->out);
    return EXIT_CLEAN;
}

const struct command COMMAND_DB = {
    .name = "db",
    .usage = "check [OPTION...]",
    .summary = "check that a store is sound and was not changed by others",
    .description =
        "Checks the file, the references, the chain of digests, and that the change log,\n"
        "replayed from its first row, gives exactly the current state.",
    .examples = "  stance db check\n"
                "  stance db check --db postgres://stance@db.example/stance",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run_db,
};
