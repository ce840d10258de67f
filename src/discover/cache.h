/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remembers the facts of files from one scan to the next, so that an unchanged file is neither
 * opened nor read. One file a target in the cache folder; it belongs to the user (0600 in a folder
 * of mode 0700) and may be removed at any time: a cache that is missing, damaged, of another
 * version, or of another owner is an empty one.
 *
 *     cache_open(folder, root, key, &c, d)        maps what the last scan left
 *     cache_find(c, path, &stamp, &cached)        any thread
 *     cache_find_content(c, path, sha256, &cached)  any thread: same bytes at the same path
 *     cache_put(c, path, &stamp, sha256, &cached) any thread; for every file of this scan, also for
 *                                                 those that were found
 *     cache_commit(c, d)                          replaces the file, when something is different
 *     cache_close(c)                              without commit the old one stays
 *
 * `key` names everything else that facts depend on: catalogue digest, versions of the detectors,
 * limits, installation key. Another key: an empty cache.
 *
 * A stamp proves that a file is the same as git's index does: device, inode, size, mode, mtime and
 * ctime. A file whose ctime is not clearly older than the moment it was put could have changed
 * within the same tick: it is found by content only.
 *
 * Memory: the table of the last scan is mapped, 32 bytes a file; the texts of facts are touched only
 * when they are found. The table of this scan is kept the same way.
 */
#ifndef STANCE_DISCOVER_CACHE_H
#define STANCE_DISCOVER_CACHE_H

#include "base/diag.h"
#include "base/hash.h"
#include "base/str.h"

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

int cache_open(struct str folder, struct str root, struct str key, struct cache **ret,
               struct diag *d) MUST_CHECK;
/* Number of files of the last scan, for the time that remains. */
uint64_t cache_files(const struct cache *c);
bool cache_find(const struct cache *c, struct str path, const struct file_stamp *now,
                struct cached *ret);
bool cache_find_content(const struct cache *c, struct str path,
                        const unsigned char sha256[SHA256_BYTES], struct cached *ret);
/* `sha256` NULL: a file that said nothing, or whose content nobody hashed. */
int cache_put(struct cache *c, struct str path, const struct file_stamp *stamp,
              const unsigned char *sha256, const struct cached *facts) MUST_CHECK;
/* Written whole or not at all. An error costs the next scan time, not this one its result. */
int cache_commit(struct cache *c, struct diag *d) MUST_CHECK;
struct cache *cache_close(struct cache *c);

#endif
