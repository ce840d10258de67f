/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: a target may be a part of a repository. What the repository is and who owns
 * its parts stands above the target: .git/config and CODEOWNERS; .gitmodules names its submodules,
 * and lock files in the folders between fix the versions of its packages. They are items before all
 * others, with paths that begin with "../", and are no part of the target: nothing else is read
 * from them.
 *
 *     above_open(&target, &a)                  0 also when there is no repository
 *     a.files                                  descriptors: set to -1 what is taken
 *     above_close(&a)
 *
 * Only files that belong to the owner of the target, to us or to root are read: a folder that
 * others may write (/tmp) cannot give a name to what lies below it. The search ends at the first
 * ".git", at the target itself, and at the border of a file system, as that of git does.
 */
#ifndef STANCE_DISCOVER_ABOVE_H
#define STANCE_DISCOVER_ABOVE_H

#include "discover/source.h"

struct above_file {
    int fd;
    uint64_t size;
    uint32_t mode;
    struct str path;
    bool lock;
};

struct above {
    struct arena mem;
    struct {
        VEC(struct above_file);
    } files; /* from the target upwards */
    size_t at;
};

/* Names of lock files; NULL behind the last one. In a commit, git/locks.c looks for them. */
const char *above_lock_name(size_t i);
int above_open(const struct target *t, struct above *ret) MUST_CHECK;
void above_close(struct above *a);

#endif
