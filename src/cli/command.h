/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command of the program: one file in commands/, a const descriptor on top, its name in
 * commands/LIST. The options table of a descriptor is parser, validator, --help, man page
 * (`stance help --man`) and shell completion (`stance completion bash|zsh|fish`) at once.
 *
 *     const struct command COMMAND_SCAN = {
 *         .name = "scan", .usage = "[OPTION...] [TARGET...]",
 *         .summary = "discover, assess and store the AI assets of the targets",
 *         .options = options, .run = run_scan,
 *     };
 *
 * Machine output goes to `out`, words for people to `err`. A command returns an exit status.
 */
#ifndef STANCE_CLI_COMMAND_H
#define STANCE_CLI_COMMAND_H

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/diag.h"

enum exit_status {
    EXIT_CLEAN = 0,
    EXIT_FINDINGS = 1, /* findings at or above --fail-on */
    EXIT_USAGE = 2,
    EXIT_INCOMPLETE = 3, /* something inside the target was denied, failed, partial, unsupported */
    EXIT_INTERNAL = 4,
    EXIT_FAILED = 5, /* a store, a pack of knowledge or an output failed, or a time ran out */
    EXIT_INTERRUPTED = 130, /* as shells say of Ctrl-C */
};

/* What `--help`, the manual and the reference say of them. */
#define EXIT_STATUS_WORDS                                                                          \
    "0 clean, 1 findings at or above --fail-on, 2 usage, 3\nincomplete (something inside the "     \
    "target was not examined), 4 internal, 5 failed (a store or\nan output could not be read or "  \
    "written, a pack of knowledge does not fit, or a time ran\nout), 130 interrupted.\n"

enum option_type { OPT_FLAG, OPT_STRING, OPT_INT, OPT_CHOICE, OPT_DURATION, OPT_LIST };

struct option_spec {
    const char *name; /* "threads", without dashes */
    char letter;      /* 0: none */
    enum option_type type;
    const char *argument; /* "N", "FILE"; NULL for flags */
    const char *choices;  /* OPT_CHOICE: "json|table|sarif" */
    const char *initial;  /* default as text, shown in help; NULL: none */
    int64_t min, max;     /* OPT_INT */
    bool hidden;          /* test aids */
    const char *help;     /* one sentence */
};

struct option_value {
    bool given;
    struct str text;
    int64_t number;   /* OPT_INT, OPT_DURATION in ms, OPT_FLAG 0/1, OPT_CHOICE index */
    struct str *list; /* OPT_LIST */
    size_t n;
};

/* What a command gets: its parsed options and the world. */
struct invocation {
    const struct command *command;
    struct option_value *values; /* parallel to command->options */
    struct str *args;
    size_t n_args;
    struct arena *arena;
    struct clock clock;
    FILE *out, *err;
    bool terminal;               /* out is a terminal */
    bool colour;                 /* and neither NO_COLOR nor TERM=dumb speak against colour */
    int width;                   /* columns of the terminal, 100 in a pipe */
    bool unexamined;             /* the failure is that a target could not be read */
    struct progress *progress;   /* progress.h; NULL: nothing is shown */
    struct knowledge *knowledge; /* knowledge.h */
};

struct command {
    const char *name, *usage, *summary;
    const char *description;           /* paragraphs for help and man */
    const char *examples;              /* one a line: "stance scan .  # what it does" */
    const struct option_spec *options; /* ends with name NULL */
    int min_args, max_args;            /* max -1: any number */
    int (*run)(struct invocation *in, struct diag *d); /* exit status, or negative enum err */
    bool hidden;
};

extern const struct command *const COMMANDS[];
extern const int COMMAND_COUNT;
const struct command *command_find(struct str name); /* NULL: none */

const struct option_value *option(const struct invocation *in, const char *name);
bool option_flag(const struct invocation *in, const char *name);
struct str option_str(const struct invocation *in, const char *name);
int64_t option_int(const struct invocation *in, const char *name);

/* Entry used by main.c; never exits. */
int cli_main(int argc, char **argv, FILE *out, FILE *err);

#endif
