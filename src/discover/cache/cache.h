/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers the facts of files from one scan to the next, so that an unchanged file is neither
 * opened nor read. One file a target in the cache folder; it belongs to the user (0600 in a folder
 * of mode 0700) and may be removed at any time: a cache that is missing, damaged, of another
 * version, or of another owner is an empty one.
 *
 *     cache_open(folder, root, key, &c, d)        maps what the last scan left
 *     cache_find(c, path, &stamp, &cached)        any thread
 *     cache_find_content(c, path, sha256, &cached)  any thread: same bytes at the same path, when
 *                                                 cache_knows_content
 *     cache_put(c, path, &stamp, sha256, &cached) any thread; for every file of this scan, also for
 *                                                 those that were found
 *     cache_commit(c, d)                          replaces the file, when something is different
 *     cache_trim(folder, CACHE_KEEP_BYTES, d)     while c still holds its own file
 *     cache_close(c)                              without commit the old one stays
 *
 * `key` names everything else that facts depend on: catalogue digest, versions of the detectors,
 * limits, installation key. Another key: an empty cache. The file holds only a digest of it.
 *
 * A stamp proves that a file is the same as git's index does: device, inode, size, mode, mtime and
 * ctime. Two rules keep it a proof:
 *   - take it (fstat) after cache_open and before the first byte is read, so that a change under
 *     the reader makes a stamp that nobody asks for again;
 *   - a file that changed shortly before cache_open, or after it, could change again within the
 *     same tick of its clock: it is found by content only. Shortly is 100 ms, or 2 s where ctime is
 *     a whole number of milliseconds (file systems without finer times). The same holds where there
 *     is no ctime at all (0). A server whose clock is late by more than that is not noticed.
 *
 * Content is found by path and SHA-256, whatever the stamp: a fresh clone, touched files.
 *
 * Memory: the table of the last scan is mapped, 24 bytes a file and 1 to 2 of index; facts are
 * touched only when they are found. What this scan puts and the last one did not have is kept the
 * same way; the rest is one bit a file.
 */
#ifndef STANCE_DISCOVER_CACHE_H
#define STANCE_DISCOVER_CACHE_H

#include "base/diag.h"
#include "base/hash.h"
#include "base/str.h"

#define CACHE_KEEP_BYTES (UINT64_C(2) << 30) /* of all targets, unless the user says otherwise */

struct stat;
struct cache;

struct file_stamp {
    uint64_t dev, ino, size;
    int64_t mtime_ns, ctime_ns;
    uint32_t mode;
};
struct file_stamp file_stamp(const struct stat *st);

struct cached {
    struct str frame; /* facts as they came from the worker (fact.h); empty: it said nothing */
    uint64_t bytes_read;
    bool binary;
};

/* E_NOMEM, or E_IO without random bytes: a folder that cannot be used, and a file that cannot be
 * trusted, is an empty cache; cache_commit says why there is no folder. */
int cache_open(struct str folder, struct str root, struct str key, struct cache **ret,
               struct diag *d) MUST_CHECK;
/* Number of files of the last scan, for the time that remains. */
uint64_t cache_files(const struct cache *c);
/* Frames that are found stay valid until cache_close. They were only checked against damage: read
 * them as hostile (fact_read). */
bool cache_find(const struct cache *c, struct str path, const struct file_stamp *now,
                struct cached *ret);
/* Is it worth while to hash the content of this file? */
bool cache_knows_content(const struct cache *c, struct str path);
bool cache_find_content(const struct cache *c, struct str path,
                        const unsigned char sha256[SHA256_BYTES], struct cached *ret);
/* `sha256` NULL: a file that said nothing, or whose content nobody hashed; of a file that was found
 * by its stamp the digest stays known. The frame is copied unless it is the one that was found. Of
 * several for one path one counts. E_NOMEM: the next scan reads this file again. */
int cache_put(struct cache *c, struct str path, const struct file_stamp *stamp,
              const unsigned char *sha256, const struct cached *facts) MUST_CHECK;
/* Written whole or not at all, by one thread when all puts are done. Files that were not put are
 * forgotten. An error costs the next scan time, not this one its result. */
int cache_commit(struct cache *c, struct diag *d) MUST_CHECK;
struct cache *cache_close(struct cache *c);

/* Remove the files of this folder that were used longest ago until the rest has at most `keep`
 * bytes, and what interrupted writers left. A file that some process holds open as its cache, or
 * that has another name than ours, stays. */
int cache_trim(struct str folder, uint64_t keep, struct diag *d) MUST_CHECK;

#endif
