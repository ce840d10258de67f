/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files of git (git-config(1), "CONFIGURATION FILE"): sections with quoted
 * subsections, several variables of one name, continued lines, quotes, comments. Includes are
 * entries like any other and are never followed.
 *
 *     static int on_entry(void *ctx, const struct gitini_entry *e)
 *     {
 *         if (str_eq_z(e->section, "remote") && str_eq_z(e->name, "url"))
 *             use(e->subsection, e->value);
 *         return 0;
 *     }
 *     int rc = gitini_parse(text, &limits, &arena, on_entry, NULL, d);
 */
#ifndef STANCE_FORMATS_GIT_INI_H
#define STANCE_FORMATS_GIT_INI_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"

struct gitini_entry {
    struct str section;    /* lower case */
    struct str subsection; /* exact when quoted, lower case in "[section.sub]" */
    struct str name;       /* lower case */
    struct str value;      /* decoded */
    bool bare;             /* "name" without '=': true */
    unsigned line, column; /* of the name, 1-based */
    size_t offset;
};

/* A non-zero result stops the reading and is returned. */
typedef int (*gitini_fn)(void *ctx, const struct gitini_entry *e);

/* Slices of entries live as long as the text and the arena. E_PARSE (line and column set; the
 * entries before were given), E_LIMIT (bytes, items), E_NOMEM. */
int gitini_parse(struct str text, const struct limits *lim, struct arena *a, gitini_fn fn,
                 void *ctx, struct diag *d) MUST_CHECK;

#endif
