/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a repository is called: by where it came from, else by its first commit.
 *
 *     "git@github.com:Org/Repo.git", "https://user@github.com/org/repo/" -> "github.com/org/repo"
 *
 * Of a repository without such an address the worker that reads it tells the first commit; that is
 * the fact ORIGIN_COMMIT and its name, at the path of its HEAD (git/name.h).
 */
#ifndef STANCE_DISCOVER_GIT_ORIGIN_H
#define STANCE_DISCOVER_GIT_ORIGIN_H

#include "base/buf.h"

#define ORIGIN_COMMIT "commit:" /* no address begins so: it would name a host */

/* E_NOTFOUND: it names no place but one on this machine; E_NOMEM. */
int origin_normalise(struct str url, struct buf *out) MUST_CHECK;

#endif
