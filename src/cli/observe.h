/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that observe (scan, verify, watch) share: their options, targets, store
 * location and interruption.
 */
#ifndef STANCE_CLI_OBSERVE_H
#define STANCE_CLI_OBSERVE_H

#include "cli/options.h"
#include "loop/loop.h"

/* Workers, keys and the store: also for commands that choose themselves what is walked. */
#define OPTIONS_WORKERS                                                                            \
    OPTION_DB,                                                                                     \
        {.name = "threads",                                                                        \
         .letter = 'j',                                                                            \
         .type = OPT_INT,                                                                          \
         .argument = "N",                                                                          \
         .min = 1,                                                                                 \
         .max = 256,                                                                               \
         .help = "worker processes that read files (default: one a processor)"},                   \
        {.name = "key",                                                                            \
         .type = OPT_STRING,                                                                       \
         .argument = "FILE",                                                                       \
         .help = "installation key for fingerprints of secrets (default: in the data folder)"},    \
        {.name = "allow-weak-sandbox",                                                             \
         .type = OPT_FLAG,                                                                         \
         .help = "do not report a weaker worker sandbox as incomplete"},                           \
        {.name = "shuffle-seed",                                                                   \
         .type = OPT_INT,                                                                          \
         .argument = "N",                                                                          \
         .min = 0,                                                                                 \
         .max = INT64_MAX,                                                                         \
         .hidden = true,                                                                           \
         .help = "list folders in another order"},                                                 \
    {                                                                                              \
        .name = "delay-us", .type = OPT_INT, .argument = "N", .min = 0, .max = 10000000,           \
        .hidden = true, .help = "delay workers"                                                    \
    }

#define OPTIONS_OBSERVE                                                                            \
    OPTIONS_WORKERS,                                                                               \
        {.name = "all",                                                                            \
         .letter = 'a',                                                                            \
         .type = OPT_FLAG,                                                                         \
         .help = "also read what rules pass by: installed packages, caches, .git"},                \
        {.name = "read",                                                                           \
         .type = OPT_LIST,                                                                         \
         .argument = "ID",                                                                         \
         .help =                                                                                   \
             "also read what this rule passes by (`stance rules` lists them); may be repeated"},   \
        {.name = "exclude",                                                                        \
         .letter = 'x',                                                                            \
         .type = OPT_LIST,                                                                         \
         .argument = "GLOB",                                                                       \
         .help = "do not read these paths of the target, as \"data/*.csv\" or \"**/old\"; may be " \
                 "repeated"},                                                                      \
        {.name = "cache",                                                                          \
         .type = OPT_STRING,                                                                       \
         .argument = "DIR",                                                                        \
         .help = "where facts of unchanged files are kept (default: the cache folder; none for "   \
                 "--db :memory:)"},                                                                \
        {.name = "no-cache", .type = OPT_FLAG, .help = "read every file, and keep no facts"},      \
    {                                                                                              \
        .name = "stats", .type = OPT_FLAG,                                                         \
        .help = "afterwards, tell on standard error where the time and the memory went"            \
    }

/* A repository as it was, instead of the files as they lie. */
#define OPTIONS_REVISION                                                                           \
    {.name = "rev",                                                                                \
     .type = OPT_STRING,                                                                           \
     .argument = "REV",                                                                            \
     .help = "read the files of this commit of the repository, not those of the folder"},          \
    {                                                                                              \
        .name = "since", .type = OPT_STRING, .argument = "REV",                                    \
        .help = "read only what commits since REV changed, and secrets they brought and took away" \
    }

/* Fill loop options from the command line; targets are the arguments, "." without any. */
int observe_options(struct invocation *in, struct loop_options *ret, struct diag *d) MUST_CHECK;
/* The same without targets, for commands whose arguments are something else. */
int observe_settings(struct invocation *in, struct loop_options *ret, struct diag *d) MUST_CHECK;
/* Location of the store from --db or the data folder, NUL-terminated, in the arena. */
int store_location(struct invocation *in, const char **ret, struct diag *d) MUST_CHECK;
/* E_NOTFOUND: what reads or changes an earlier scan finds none in ":memory:". */
int check_kept(const char *location, struct diag *d) MUST_CHECK;
/* E_USAGE: the option was given with an empty text; an unset variable of a script must not mean the
 * default. `what` it takes: "file". */
int check_not_empty(const struct invocation *in, const char *name, const char *what,
                    struct diag *d) MUST_CHECK;
/* Ctrl-C and SIGTERM set a flag instead of killing: the transaction is left whole. */
const volatile int *observe_interruption(void);

#endif
