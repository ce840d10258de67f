/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the words of a command line to an invocation, by the options table of the command. Long
 * options may be shortened as long as they stay unambiguous; "--" ends options; "-n4", "-n 4",
 * "--threads=4" and "--threads 4" are the same. Every mistake names the word and the remedy.
 */
#ifndef STANCE_CLI_OPTIONS_H
#define STANCE_CLI_OPTIONS_H

#include "cli/command.h"

/* `argv` without program and command name. E_USAGE, E_NOMEM. *ret_help: --help was asked for. */
int options_parse(const struct command *c, int argc, char **argv, struct invocation *in,
                  bool *ret_help, struct diag *d) MUST_CHECK;

/* The faces of the tables. */
void help_command(const struct command *c, FILE *out);
void help_program(FILE *out);
void help_man(FILE *out);
void help_markdown(FILE *out);  /* docs/reference/cli.md */
void rules_markdown(FILE *out); /* docs/reference/rules.md */
/* "bash", "zsh" or "fish"; E_USAGE otherwise. */
int help_completion(struct str shell, FILE *out) MUST_CHECK;

/* Options that several commands share, for use in their tables. */
#define OPTION_DB                                                                                  \
    {                                                                                              \
        .name = "db", .letter = 'd', .type = OPT_STRING, .argument = "STORE",                      \
        .help = "store to use: a file, :memory:, or postgres://... (default: the data folder)"     \
    }
#define OPTION_HELP                                                                                \
    {                                                                                              \
        .name = "help", .letter = 'h', .type = OPT_FLAG, .help = "show this help"                  \
    }

#endif
