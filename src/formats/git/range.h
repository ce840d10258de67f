/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a range of commits changed: which files of the tip, which files it took away, and which
 * contents came in with one commit and went with a later one.
 *
 *     gitrange_new(repo, &base, &tip, STR("src"), &g, d)
 *     while ((rc = gitrange_step(g, on_item, ctx, d)) == 1) ...     a bounded amount of work each
 *     gitrange_free(g)
 *
 * GITRANGE_NOW: a file of the tip that the base does not hold at this path with this content.
 * GITRANGE_GONE: a path of the base where the tip has no file.
 * GITRANGE_PAST: a content that a commit of the range brought to a path and that is neither in the
 * base nor in the tip at this path, nor anywhere among the files of GITRANGE_NOW; once, at the
 * oldest such commit. A commit is compared with its first parent; of a merge, what a further parent
 * holds at the same path is that parent's, whose commits are in the range or in the base as well.
 * So nothing that came in by a commit, a merge or a conflict that was resolved by hand is missed.
 * GITRANGE_GAP: what could not be compared, and why (path empty: the history).
 *
 * The order is always the same. Only files count for PAST; paths are those below `under`.
 */
#ifndef STANCE_FORMATS_GIT_RANGE_H
#define STANCE_FORMATS_GIT_RANGE_H

#include "formats/git/tree.h"

enum gitrange_kind { GITRANGE_NOW, GITRANGE_GONE, GITRANGE_PAST, GITRANGE_GAP };

struct gitrange_item {
    enum gitrange_kind kind;
    struct gitentry entry; /* GAP: path, code and reason */
    struct git_id commit;  /* PAST */
};

struct gitrange;
/* Returns 0 or an error that ends the step. */
typedef int (*gitrange_fn)(void *ctx, const struct gitrange_item *item);

/* The repository must outlive it. As gitrepo_read for base and tip; E_NOTFOUND: neither of them
 * holds a folder `under`. */
int gitrange_new(struct gitrepo *r, const struct git_id *base, const struct git_id *tip,
                 struct str under, struct gitrange **ret, struct diag *d) MUST_CHECK;
struct gitrange *gitrange_free(struct gitrange *g);
/* 1: there is more to do, 0: that was all. E_NOMEM or the code of fn. */
int gitrange_step(struct gitrange *g, gitrange_fn fn, void *ctx, struct diag *d) MUST_CHECK;
/* Commits of the range, for people. */
size_t gitrange_commits(const struct gitrange *g);

#endif
