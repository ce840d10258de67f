/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a command line into words without running anything: POSIX quoting (XCU 2.2) for sh and its
 * kin, double quotes alone for cmd.exe and PowerShell. Expansions are left as they are written.
 *
 *     struct shell_words words = {0};
 *     rc = shell_split(line, SHELL_POSIX, 3, arena, &words);
 *     words.v[i].text, words.v[i].op        ";" "&&" "||" "|" "&" "(" ")" are words of their own
 *
 * Redirections are left out. `expands` says that a command substitution stands in the line.
 */
#ifndef STANCE_DISCOVER_SHELL_WORDS_H
#define STANCE_DISCOVER_SHELL_WORDS_H

#include "base/arena.h"
#include "base/err.h"

enum shell_style { SHELL_POSIX, SHELL_WINDOWS };

struct shell_word {
    struct str text;
    uint32_t from; /* the caller's number for where the text stands */
    bool op;
};

struct shell_words {
    struct shell_word *v;
    size_t n, alloc;
    bool expands;
};

/* Appends. 0, E_NOMEM, E_LIMIT (arena). An open quote ends with the line. */
int shell_split(struct str line, enum shell_style style, uint32_t from, struct arena *a,
                struct shell_words *ret) MUST_CHECK;
int shell_push(struct shell_words *words, struct shell_word w, struct arena *a) MUST_CHECK;
/* NAME=value with a name that shells accept. */
bool shell_assignment(struct str word, struct str *ret_name, struct str *ret_value);

#endif
