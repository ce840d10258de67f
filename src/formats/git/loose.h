/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loose objects, as far as one has to know them before a library is let near: libgit2 1.5 never
 * ends with one that was cut off, or that is not deflated as a whole (the form of git 1.4.3).
 *
 *     rc = gitloose_check(fd, max_bytes, d)
 *         E_PARSE: damaged; E_LIMIT: larger than max_bytes; E_IO, E_NOMEM
 *
 * Sources: gitformat-loose(5), RFC 1950.
 */
#ifndef STANCE_FORMATS_GIT_LOOSE_H
#define STANCE_FORMATS_GIT_LOOSE_H

#include "base/diag.h"

/* It reads from where `fd` stands. The name is not compared with the content. */
int gitloose_check(int fd, uint64_t max, struct diag *d) MUST_CHECK;

#endif
