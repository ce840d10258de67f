/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word of a command line that names a package, and the same word with one exact version.
 *
 *     npm, jsr   NAME, NAME@^1, npm:NAME          NAME@1.2.3
 *     pypi       NAME, NAME[x]>=1, NAME@latest    NAME[x]==1.2.3   (NAME@1.2.3 where @ stood)
 *     oci        IMAGE, IMAGE:TAG                 IMAGE@sha256:...
 *
 * Sources: docs.npmjs.com (package-spec), semver.org, PEP 440, PEP 508, docs.astral.sh/uv (tools),
 * OCI distribution (names, digests).
 */
#ifndef STANCE_REMEDIATE_VERSION_WORD_H
#define STANCE_REMEDIATE_VERSION_WORD_H

#include "base/arena.h"
#include "base/diag.h"

/* The words of `text` that name the package ("npm:a"), in order. */
struct version_word {
    struct str text, package;
    bool at_sign; /* uvx NAME takes NAME@1.2.3 only */
    struct arena *arena;
    size_t next;
    struct str word; /* current */
    size_t at;       /* of word in text */
};

bool version_word_next(struct version_word *w);
/* The current word with the version; E_NOMEM. */
int version_word_pin(const struct version_word *w, struct str version, struct str *ret) MUST_CHECK;

/* Is it one exact version of that ecosystem? E_USAGE says what is asked for, and how to find one
 * where none is given. */
int version_check(struct str package, struct str version, struct diag *d) MUST_CHECK;

#endif
