/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: first commits that an earlier scan asked for, and what an index said. What
 * HEAD leads to can change only when HEAD, the branch that it names or the packed references
 * change; these are compared as bytes and stamps, and understood by nobody here. Kept in a cache of
 * their own for each target (cache.h): most targets have none.
 *
 *     struct git_known k = {.folder = options->cache};     no folder: nothing is known
 *     git_known_find(&k, target, folder, &place, &head, &frame)    1: frame is what was said
 *     git_known_put(&k, &head, frame)                              after the worker was asked
 *     git_known_done(&k, whole)                                    whole: every repository was met
 *
 * A clone that is cut off, and references that are no plain branches, are asked every time.
 */
#ifndef STANCE_DISCOVER_GIT_KNOWN_H
#define STANCE_DISCOVER_GIT_KNOWN_H

#include "base/buf.h"
#include "discover/cache/cache.h"
#include "discover/git/place.h"

struct git_known {
    const char *folder; /* of the cache, or NULL */
    bool part;          /* not all repositories are met: nothing new is kept */
    struct cache *cache;
    const struct target *target; /* of `cache` */
};

/* Where HEAD stood before the worker was asked. */
struct git_head {
    struct buf key; /* empty: it cannot be compared */
    struct file_stamp stamp;
};
/* clang-format off */
#define GIT_HEAD_INIT {.key = BUF_INIT}
/* clang-format on */
void git_head_done(struct git_head *h);

/* 1, 0 or E_NOMEM. Targets are asked for one after the other; `folder` is that of the worktree. */
int git_known_find(struct git_known *k, const struct target *t, struct str folder,
                   const struct git_place *p, struct git_head *head,
                   struct str *ret_frame) MUST_CHECK;
/* The same for the file "index"; its frame may be empty. */
int git_known_find_index(struct git_known *k, const struct target *t, struct str folder,
                         const struct git_place *p, struct git_head *head,
                         struct str *ret_frame) MUST_CHECK;
int git_known_put(struct git_known *k, const struct git_head *head, struct str frame) MUST_CHECK;
void git_known_done(struct git_known *k, bool whole);

#endif
