/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files hold other files, by their first bytes and not by their name.
 *
 *     enum container kind = container_kind(head);        head: the first CONTAINER_HEAD bytes
 *     if (kind == CONTAINER_NONE && container_may_be_tail(head))
 *         kind = container_of_tail(tail);                tail: the last CONTAINER_TAIL bytes
 *
 * A name only says where to look further, and what is missing when nothing is found there.
 *
 * Sources: PKWARE APPNOTE 6.3.10 (4.3.7, 4.3.16), 7zFormat.txt, RFC 1952, the xz and bzip2 formats,
 * RFC 8878, POSIX pax (ustar header).
 */
#ifndef STANCE_FORMATS_ARCHIVE_CONTAINER_H
#define STANCE_FORMATS_ARCHIVE_CONTAINER_H

#include "base/str.h"

enum container {
    CONTAINER_NONE,
    CONTAINER_ZIP, /* also whl, jar, docx, ... */
    CONTAINER_7ZIP,
    CONTAINER_TAR,
    CONTAINER_GZIP, /* these four hold one file, which often is a tar */
    CONTAINER_BZIP2,
    CONTAINER_XZ,
    CONTAINER_ZSTD,
};
extern const char *const CONTAINER_NAMES[]; /* "zip", "7z", "tar", ... */

#define CONTAINER_HEAD 512u
#define CONTAINER_TAIL 22u

enum container container_kind(struct str head);
/* A program may stand before a zip, whose directory is at its end (zipapp, PEX, executable jar). */
bool container_may_be_tail(struct str head);
enum container container_of_tail(struct str tail);

/* What the name of a file promises by its ending, in any case; CONTAINER_NONE: nothing. Endings
 * that texts have, too (.egg, .war), promise nothing. */
enum container container_named(struct str path);
/* In a file named as a zip anything may stand before it, and words behind: CONTAINER_ZIP when
 * `tail`, its last CONTAINER_TAIL_NAMED bytes or all, holds what ends a directory and the file. */
#define CONTAINER_TAIL_NAMED ((size_t)16 << 10)
enum container container_of_named_tail(struct str tail);
/* A tar of no members is zeros, of which nothing can be known. */
bool container_is_blank(struct str head);

#endif
