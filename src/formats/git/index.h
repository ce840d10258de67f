/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a working tree: which paths git keeps there. Versions 2 to 4, with names of 20 or 32
 * bytes (the file does not say which: the first entries must fit).
 *
 *     rc = gitindex_begin(head, &x, d)             `head`: the first GITINDEX_HEAD bytes, or all
 *     rc = gitindex_next(&x, rest, last, &e, d)    1: an entry, 0: the end
 *
 * It takes the file in parts: `rest` is what follows the `x.at` bytes that were read; E_LIMIT asks
 * for more of it, unless `last` says that there is none. Checksum and extensions are not looked at,
 * but for one that takes entries elsewhere (x.split, known at the end).
 *
 * Source: git's Documentation/gitformat-index.
 */
#ifndef STANCE_FORMATS_GIT_INDEX_H
#define STANCE_FORMATS_GIT_INDEX_H

#include "base/buf.h"
#include "base/diag.h"

/* Bytes that are enough to tell the length of names, and more than one entry has. */
#define GITINDEX_HEAD ((size_t)32 << 10)

struct gitindex {
    unsigned version, id_bytes;
    uint32_t left;    /* entries */
    uint64_t at;      /* bytes of the file that were read */
    bool split;       /* most entries stand in a file beside it */
    struct buf *path; /* of the entry read last; the caller's */
};

struct gitindex_entry {
    struct str path; /* any bytes but NUL, until the next one; a split index leaves some out */
    uint32_t mode;   /* as in a tree, with: */
    bool absent;     /* skip-worktree: not meant to be in the folder */
};

#define GITINDEX_LINK   0160000u /* a commit of another repository */
#define GITINDEX_FOLDER 0040000u /* of a sparse index: all that lies below is left out */

/* E_PARSE; E_UNSUPPORTED: another version. `ret->path` stays the caller's. */
int gitindex_begin(struct str head, struct gitindex *ret, struct diag *d) MUST_CHECK;
/* Also E_LIMIT (see above), E_PARSE, E_NOMEM. */
int gitindex_next(struct gitindex *x, struct str rest, bool last, struct gitindex_entry *ret,
                  struct diag *d) MUST_CHECK;

#endif
