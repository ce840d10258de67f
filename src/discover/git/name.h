/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: names for repositories that a run met and whose configuration names none.
 *
 * When all items were read, each repository without an address is asked for its first commit, and
 * that of a linked worktree or a submodule is looked for where git keeps it (git/place.h). What
 * they say becomes facts of the run, at paths as if ".git" were a folder:
 *
 *     X/.git/config    the configuration of a repository that lies elsewhere, as an item
 *     X/.git/HEAD      ORIGIN_COMMIT and the first commit
 *
 * Trees whose repositories have addresses pay nothing for this.
 */
#ifndef STANCE_DISCOVER_GIT_NAME_H
#define STANCE_DISCOVER_GIT_NAME_H

#include "discover/lane_internal.h"

/* `lanes` are at rest, but their workers may be used; what is said goes to the first one. */
int git_name_repositories(struct lane *lanes, unsigned n, struct diag *d) MUST_CHECK;

#endif
