/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a pip requirements or constraints file (pip.pypa.io, "Requirements File Format"):
 * continued lines are joined, comments cut off, options recognised. Nothing is followed.
 *
 *     struct requirements r = requirements_start(text, &arena);
 *     struct requirement line;
 *     while (requirements_next(&r, &line))
 *         use(line.type, line.name, line.specifier);
 *     return requirements_result(&r);              0 or the arena's error
 *
 * Slices point into the text or, of continued lines, into the arena.
 */
#ifndef STANCE_FORMATS_REQUIREMENTS_H
#define STANCE_FORMATS_REQUIREMENTS_H

#include "base/arena.h"
#include "formats/pep508.h"

enum requirement_type {
    REQUIREMENT_NAMED,   /* "openai>=1", "openai @ https://…" */
    REQUIREMENT_ADDRESS, /* a path or URL; `name` when "#egg=" or the file name says it */
    REQUIREMENT_INCLUDE, /* -r, -c: `address` is the file */
    REQUIREMENT_OPTION,  /* any other option */
    REQUIREMENT_BAD,     /* not a requirement */
};

/* Who asked for a line of a generated file, by its "# via" comment. */
enum requirement_via { VIA_UNSAID, VIA_FILE, VIA_PACKAGE };

struct requirement {
    enum requirement_type type;
    struct str name;      /* as written */
    struct str specifier; /* as written */
    struct str version;   /* exact, or empty */
    struct str address;   /* URL, path or included file */
    struct str marker;
    bool editable; /* -e */
    bool hash;     /* --hash */
    enum requirement_via via;
    unsigned line, column; /* of the first byte, 1-based */
    size_t offset;
};

struct requirements {
    struct str text, rest; /* rest begins at line `line` */
    unsigned line;
    struct arena *arena;
    int error;
    bool generated; /* a comment so far says that a tool locked the versions */
    bool exported;  /* that tool names the project itself as if it were a package */
};

struct requirements requirements_start(struct str text, struct arena *a);
bool requirements_next(struct requirements *r, struct requirement *ret) MUST_CHECK;
int requirements_result(const struct requirements *r) MUST_CHECK;

#endif
