/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: one thread of a scan, its workers, and what they said. A source hands it items one by
 * one; small files are read into the room shared with a worker and examined in batches, larger ones
 * are passed as descriptors, containers go to a worker that may open them.
 *
 *     lane_file(l, target, path, fd, &st)         takes fd
 *     lane_refuse(l, target, path, mode, COVERAGE_DENIED, "permission denied")
 *     lane_flush(l)                               what is still in the batch, at a target's end
 *
 * A worker that dies is replaced. What it was asked is tried once more, item by item, since it may
 * have been killed from outside; an item that ends a worker twice is a failed row of coverage.
 *
 * Functions return 0 or what ends the run: E_NOMEM, E_CANCELLED, or no worker can be started; the
 * text is in lane_diag.
 */
#ifndef STANCE_DISCOVER_LANE_H
#define STANCE_DISCOVER_LANE_H

#include <sys/stat.h>

#include "discover/cache/cache.h"
#include "discover/discover.h"

enum worker_role {
    ROLE_ITEMS,    /* bytes and descriptors only */
    ROLE_ARCHIVES, /* with the libraries that open containers */
    ROLE_GIT,      /* sees the folders of one repository */
    ROLE_COUNT,
};

struct lane;
struct answered; /* request.h */

int lane_file(struct lane *l, uint32_t target, struct str path, int fd,
              const struct stat *st) MUST_CHECK;
/* The index.json of an image layout: examined with the folder that holds it (which stays open). */
int lane_layout(struct lane *l, uint32_t target, struct str path, int fd, const struct stat *st,
                int folder) MUST_CHECK;
/* Is anything known from a scan before? If not, no file need be asked about. */
bool lane_remembers(const struct lane *l);
/* The facts of this file are known when nothing of it changed: 1, and nothing is left to do. */
int lane_unchanged(struct lane *l, uint32_t target, struct str path,
                   const struct stat *st) MUST_CHECK;
int lane_refuse(struct lane *l, uint32_t target, struct str path, uint32_t mode,
                enum coverage_state state, const char *reason) MUST_CHECK;
/*
 * For sources that ask workers themselves. `folders` as in sandbox_worker: a worker that was
 * started with other ones is replaced. 0, or the code of the call and a diag: the run goes on,
 * unless no worker can be started (a source returns the code when lane_ended says so).
 */
int lane_call(struct lane *l, enum worker_role role, const int *folders, size_t n_folders,
              struct str request, int fd, struct buf *reply, struct diag *d) MUST_CHECK;
/* Facts of one item as a worker wrote them (fact_write). */
int lane_facts(struct lane *l, uint32_t target, struct str path, uint64_t size, uint32_t mode,
               struct str frame) MUST_CHECK;
/* What a worker said of one item that a source asked it about: counted as a file is. */
int lane_answered(struct lane *l, uint32_t target, struct str path, uint64_t size, uint32_t mode,
                  const struct answered *a) MUST_CHECK;
/* The worker is not needed any more: descriptors of its folders may be closed and used again. */
void lane_leave(struct lane *l, enum worker_role role);
int lane_flush(struct lane *l) MUST_CHECK;

bool lane_cancelled(const struct lane *l);
int lane_ended(const struct lane *l); /* why this lane cannot go on, or 0 */
/* Folders listed and time spent, for --stats and progress. */
void lane_listed(struct lane *l, uint64_t folders, uint64_t ns);
struct diag *lane_diag(struct lane *l);

#endif
