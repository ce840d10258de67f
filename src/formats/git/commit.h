/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commits: their tree, their parents, when they were made; and walks through history.
 *
 *     struct git_object o;
 *     struct gitcommit c;
 *     gitcommit_read(repo, &id, &o, &c, d)         slices point into o
 *     for (size_t i = 0; gitcommit_parent(&c, i, &parent); i++) ...
 *     gitrepo_release(repo, &o)
 *
 * Source: git's Documentation/user-manual, "Commit Object"; commit.c.
 */
#ifndef STANCE_FORMATS_GIT_COMMIT_H
#define STANCE_FORMATS_GIT_COMMIT_H

#include "formats/git/repo.h"

struct gitcommit {
    struct git_id tree;
    int64_t time;       /* of the committer, seconds; 0 when it cannot be read */
    struct str parents; /* lines "parent ID" */
};

/* E_PARSE when it does not begin as a commit does; else as gitrepo_read. */
int gitcommit_read(struct gitrepo *r, const struct git_id *id, struct git_object *ret_object,
                   struct gitcommit *ret, struct diag *d) MUST_CHECK;
int gitcommit_parse(struct str data, struct gitcommit *ret) MUST_CHECK;
bool gitcommit_parent(const struct gitcommit *c, size_t i, struct git_id *ret);

/*
 * Where the history of a commit began, along first parents: the line that a project calls its own.
 * (The oldest of all roots could belong to another project whose history was merged into this one.)
 * E_NOTFOUND: the history is cut off or longer than limits.commits; the diag says which.
 */
int gitcommit_root(struct gitrepo *r, const struct git_id *tip, struct git_id *ret,
                   struct diag *d) MUST_CHECK;

#endif
