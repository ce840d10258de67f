/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how shells learn the commands and options. */
#include "cli/options.h"

static int run_completion(struct invocation *in, struct diag *d)
{
    int rc = help_completion(in->args[0], in->out);
    if (!rc)
        return EXIT_CLEAN;
    diag_set(d, rc, "there is no completion for \"" STR_FMT "\"", STR_ARG(in->args[0]));
    diag_hint(d, "shells: bash, zsh, fish");
    return rc;
}

const struct command COMMAND_COMPLETION = {
    .name = "completion",
    .usage = "bash|zsh|fish",
    .summary = "print the completion script of a shell",
    .examples = "  source <(stance completion bash)\n"
                "  stance completion zsh > ~/.zfunc/_stance\n"
                "  stance completion fish > ~/.config/fish/completions/stance.fish",
    .min_args = 1,
    .max_args = 1,
    .run = run_completion,
};
