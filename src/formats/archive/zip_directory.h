/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory at the end of a zip, held against the members it speaks of. libarchive believes it;
 * other programs read the members one after the other, and a zip can be made so that both see other
 * files. What makes no difference to honest archives is told here:
 *
 *     - members that overlap: few bytes stand for many files (zip bombs, two names of one content)
 *     - members that the directory does not list
 *     - no directory: what stands at the end was cut off
 *
 * Source: PKWARE APPNOTE 6.3.10, 4.3.6 to 4.3.16 and 4.5.3.
 */
#ifndef STANCE_FORMATS_ARCHIVE_ZIP_DIRECTORY_H
#define STANCE_FORMATS_ARCHIVE_ZIP_DIRECTORY_H

#include "base/vec.h"
#include "formats/archive/archive.h"

struct zip_entry {
    uint64_t offset; /* of the member in the source */
    uint64_t packed; /* bytes of its data */
    uint64_t at;     /* of this entry in the source */
    uint32_t name_n;
    bool plain; /* the name is ASCII, and no other form of it is given */
};

struct zip_directory {
    VEC(struct zip_entry); /* in the order of the members; of those that begin together one */
    bool found;
    bool overlap, unlisted;
};

/* `found` is false when there is none that can be read. E_LIMIT: more than `max` entries; E_NOMEM;
 * what the source says. */
int zip_directory_read(const struct archive_source *s, uint64_t max,
                       struct zip_directory *ret) MUST_CHECK;
void zip_directory_done(struct zip_directory *z);
/* Is the name of entry i, which is plain, `name`? If not it is put into `to`. */
bool zip_directory_is_named(const struct zip_directory *z, const struct archive_source *s, size_t i,
                            struct str name, char *to, size_t room, struct str *ret_other);

#endif
