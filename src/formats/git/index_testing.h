/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests: indexes of git, entry by entry.
 *
 *     AUTO(buf) b = BUF_INIT;
 *     testindex_begin(&b, 2, 1);                            version, number of entries
 *     testindex_entry(&b, 2, 20, 0100644, 0, "a/b");        bytes of a name; extended flags
 *     buf_pad(&b, 0, 20);                                   the checksum, which nobody looks at
 */
#ifndef STANCE_FORMATS_GIT_INDEX_TESTING_H
#define STANCE_FORMATS_GIT_INDEX_TESTING_H

#include <string.h>

#include "base/buf.h"

static inline void testindex_32(struct buf *b, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_addc(b, (char)(v >> shift));
}

static inline void testindex_begin(struct buf *b, uint32_t version, uint32_t count)
{
    buf_addz(b, "DIRC");
    testindex_32(b, version);
    testindex_32(b, count);
}

static inline void testindex_flags(struct buf *b, unsigned more, size_t name)
{
    unsigned flags = (unsigned)MIN(name, (size_t)0xfff) | (more ? 0x4000u : 0);
    buf_addc(b, (char)(flags >> 8));
    buf_addc(b, (char)flags);
    if (more) {
        buf_addc(b, (char)(more >> 8));
        buf_addc(b, (char)more);
    }
}

/* Of version 4 the path is not shortened. */
static inline void testindex_entry(struct buf *b, unsigned version, unsigned id_bytes,
                                   uint32_t mode, unsigned more, const char *path)
{
    size_t n = strlen(path), begin = b->n;
    buf_pad(b, 7, 24);
    testindex_32(b, mode);
    buf_pad(b, 7, 12);
    buf_pad(b, (char)0xd5, id_bytes);
    testindex_flags(b, more, n);
    if (version == 4)
        buf_addc(b, 0); /* of a path before it, nothing is dropped: none has a path before it */
    buf_addz(b, path);
    buf_pad(b, 0, version == 4 ? 1 : 8 - (b->n - begin) % 8);
}

#endif
