/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which face of the options tables is shown. */
#include "cli/options.h"

static const struct option_spec options[] = {
    {.name = "man", .type = OPT_FLAG, .help = "the manual page, as troff"},
    {.name = "markdown",
     .type = OPT_FLAG,
     .hidden = true,
     .help = "docs/reference/cli.md, for the build"},
    {0},
};

static int run_help(struct invocation *in, struct diag *d)
{
    if (option_flag(in, "man"))
        help_man(in->out);
    else if (option_flag(in, "markdown"))
        help_markdown(in->out);
    else if (!in->n_args)
        help_program(in->out);
    for (size_t i = 0; i < in->n_args; i++) {
        const struct command *c = command_find(in->args[i]);
        if (!c) {
            diag_set(d, E_USAGE, "there is no command \"" STR_FMT "\"", STR_ARG(in->args[i]));
            diag_hint(d, "`stance help` lists the commands");
            return E_USAGE;
        }
        help_command(c, in->out);
    }
    return EXIT_CLEAN;
}

const struct command COMMAND_HELP = {
    .name = "help",
    .usage = "[--man | COMMAND]",
    .summary = "explain the program or one command",
    .examples = "  stance help scan\n"
                "  stance help --man | man -l -",
    .options = options,
    .max_args = 1,
    .run = run_help,
};
