/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the launcher*.c files: a cursor over words and what the readers of launchers share. */
#ifndef STANCE_DISCOVER_LAUNCHER_INTERNAL_H
#define STANCE_DISCOVER_LAUNCHER_INTERNAL_H

#include "discover/servers/launcher.h"

#define LAUNCHER_DEPTH 6 /* shells in shells */

struct launcher {
    struct launch *out;
    struct arena *a;
    int error; /* sticky: E_NOMEM, E_LIMIT */
    unsigned depth;
};

struct words {
    const struct shell_word *v;
    size_t n, i; /* i: the next word */
};

struct option {
    struct str name, value; /* "--from", "-e" */
    bool has_value;
    uint32_t from; /* of the value, or of the option itself */
};

/*
 * The next option before the first plain word; false there and after "--", which is taken.
 * `valued`: words in spaces whose next word is their value. `letters`: short options that take a
 * value and may stand together ("-ite X"), or NULL when short options are words of their own.
 */
bool launcher_option(struct words *w, const char *valued, const char *letters, struct option *ret);
/* Keep an option for those who look for secrets and redirections. */
void launcher_keep_option(struct launcher *l, const struct option *o);
void launcher_keep_rest(struct launcher *l, const struct words *w);
void launcher_pair(struct launcher *l, struct launch_pairs *to, struct launch_pair p);
void launcher_push(struct launcher *l, struct shell_words *to, struct shell_word w);
bool launcher_in(const char *set, struct str word); /* set: "a b c" */
/* Last part of a path with either slash, lower case, without .exe, .cmd, .bat, .ps1. */
struct str launcher_name(struct launcher *l, struct str program);

/* Package specifiers: fill package, version and state. */
void launcher_npm(struct launcher *l, struct shell_word spec);
void launcher_pypi(struct launcher *l, struct shell_word spec);
void launcher_image(struct launcher *l, struct shell_word image);
void launcher_deno(struct launcher *l, struct shell_word spec);
void launcher_local(struct launcher *l, const char *package_reason);
/* The last part of the package's name is the command that was named. */
bool launcher_is_command_of(struct str package, struct str command);

/* Readers of programs: `w` stands behind the program's word. */
void launcher_node_tool(struct launcher *l, struct words *w, struct str name);
void launcher_python_tool(struct launcher *l, struct words *w, struct str name);
void launcher_container(struct launcher *l, struct words *w, struct str name);
void launcher_wrapper(struct launcher *l, struct words *w, struct str name);
void launcher_shell(struct launcher *l, struct words *w, struct str name);
/* A whole command line again, one level deeper. */
void launcher_again(struct launcher *l, const struct words *w);

#endif
