/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: the worker that reads one repository. It sees the folders of the repository
 * (git, common, then alternates, as in struct gitrepo_folders), and runs the detectors on blobs in
 * memory as others do on files.
 *
 * A repository that cannot be opened, and a library that is not installed, are answers, not
 * failures of the worker.
 */
#ifndef STANCE_DISCOVER_GIT_WORKER_H
#define STANCE_DISCOVER_GIT_WORKER_H

#include "discover/detect.h"
#include "discover/git/request.h"

struct gitlib;

struct git_worker {
    struct detect_worker *detect; /* limits and key; prepared here */
    struct gitlib *lib;
    int code; /* why there is no library, or no repository */
    struct diag why;
    struct gitrepo *repo;
    struct gitrange *range; /* under way, with */
    struct git_id base, tip;
    struct str under;
    bool ended;     /* the range made all its items */
    uint64_t first; /* number of the first item in the queue, of all that the range makes */
    struct arena range_mem;
    struct {
        VEC(struct git_item); /* of the page; texts in queue_mem */
    } queue;
    struct arena queue_mem;
};

int git_worker_prepare(void *ctx); /* struct git_worker * */
/* Everything but the library: as if the worker had just begun. */
void git_worker_forget(struct git_worker *w);
void git_worker_done(struct git_worker *w);
int git_worker_handle(void *ctx, const struct worker_request *request, struct buf *reply);
int git_worker_handle_timed(void *ctx, const struct worker_request *request, struct buf *reply);

#endif
