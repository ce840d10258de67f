/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CODEOWNERS files as GitHub (docs.github.com, "About code owners") and GitLab (docs.gitlab.com,
 * "Code Owners syntax") read them, brought to one form: a list in which the last rule that matches
 * wins, and a rule whose pattern is "[Name]" starts a section with a last match of its own.
 *
 *     enum codeowners_host host = codeowners_host(text);
 *     int rc = codeowners_parse(text, host, &limits, &arena, &file, d);
 *     for (size_t i = 0; i < file.n; i++)
 *         use(file.v[i].pattern, file.v[i].owners, file.v[i].n);      n 0: the rule clears
 *
 * What the host ignores is not in the list: on GitHub lines with '!', "[a-z]" or a word that is no
 * owner. GitLab's sections of one name are joined, entries without owners get those of their
 * section's heading, and an exclusion ('!') becomes a rule that clears, last in its section. A
 * GitLab pattern that matches at any depth begins with "**" here; escapes are resolved, '*', '?'
 * and '[' that were escaped stand as "[*]".
 */
#ifndef STANCE_FORMATS_CODEOWNERS_H
#define STANCE_FORMATS_CODEOWNERS_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"

enum codeowners_host { CODEOWNERS_GITHUB, CODEOWNERS_GITLAB };

struct codeowners_rule {
    struct str pattern;
    struct str *owners;
    size_t n;
    unsigned line, column; /* 1-based */
    size_t offset;
};

struct codeowners {
    struct codeowners_rule *v;
    size_t n;
    size_t ignored; /* lines the host ignores as invalid */
};

/* GitLab when the text has a section heading. */
enum codeowners_host codeowners_host(struct str text);
/* Rules live in the arena and point into the text. E_LIMIT (items), E_NOMEM. */
int codeowners_parse(struct str text, enum codeowners_host host, const struct limits *lim,
                     struct arena *a, struct codeowners *ret, struct diag *d) MUST_CHECK;

#endif
