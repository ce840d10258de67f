/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: submodules that are not checked out.
 *
 * A clone without its submodules has an empty folder for each, and its file ".gitmodules" says
 * which (gitmodules(5)). Nothing stands in such a folder that could be read, so without a word of
 * it the code of the submodule would seem to hold nothing. When all items were read, each folder
 * that a file ".gitmodules" of a target, or of the repository around it, names is looked at: an
 * empty one is a row of coverage, not_looked. So is one that is missing where the repository is
 * there; in a copy without ".git" nobody can tell whether one was meant to be. The index of a
 * working tree (git/index.c) names them, too, and those that no ".gitmodules" does.
 *
 * At a commit (--rev, --since) the tree itself names submodules: git/pages.c.
 */
#ifndef STANCE_DISCOVER_GIT_SUBMODULES_H
#define STANCE_DISCOVER_GIT_SUBMODULES_H

#include "discover/lane_internal.h"

/* What an origin begins with that is the folder of a submodule. */
#define GIT_MODULE "submodule:"
/* Also names submodules: those that are checked in without a line in ".gitmodules", too. */
#define GIT_INDEX ".git/index"

/* `lanes` are at rest; what is said goes to the first one. */
int git_submodules_tell(struct lane *lanes, unsigned n, struct diag *d) MUST_CHECK;

#endif
