/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the program says about itself. */
#include "cli/command.h"
#include "loop/version.gen.h"

static int run_version(struct invocation *in, struct diag *d UNUSED)
{
    fputs("stance " STANCE_VERSION "\n", in->out);
    return EXIT_CLEAN;
}

const struct command COMMAND_VERSION = {
    .name = "version",
    .usage = "",
    .summary = "print the version",
    .run = run_version,
};
