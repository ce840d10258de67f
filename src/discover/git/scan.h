/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: the scan of one commit, or of what a range of commits changed
 * (sources/git.c). One lane lists, any lane examines:
 *
 *     git_scan_begin(s, lane, d)         the lister: what the repository is, what is asked about
 *     git_scan_page(s, lane, d)          the lister: jobs for others, until 0
 *     git_scan_examine(s, lane, job, d)  any lane
 *     git_scan_tell(s, report)           in the end: rows of coverage
 */
#ifndef STANCE_DISCOVER_GIT_SCAN_H
#define STANCE_DISCOVER_GIT_SCAN_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/vec.h"
#include "discover/above.h"
#include "discover/git/ask.h"

/* Blobs that are examined with one call; texts are its own. */
struct git_job {
    struct git_job *next;
    struct git_blob blobs[GIT_BATCH];
    size_t n;
    struct arena mem;
};

struct git_scan {
    const struct discover_options *options;
    uint32_t target;
    struct git_place place;
    struct above above;
    struct arena mem; /* of the lister, until close */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct lane *lister; /* the lane that lists; its worker knows how far the range is */
    bool stopped, begun, listed;
    struct git_job *first, **last; /* waiting to be examined */
    unsigned waiting;

    /* The lister's. */
    struct git_id commit, base, tree;
    struct str branch;
    struct buf cursor;
    uint64_t skip, commits, links;
    struct str passed; /* folder that a rule passes by, met last */
    int passed_rule;
    uint64_t *rule_hits;
    struct {
        VEC(struct coverage_row);
    } rows;
    struct {
        VEC(struct str);
    } looked;   /* of a range: the paths it changed or took away */
    bool *seen; /* one a known path: the commit holds it */
    int root;   /* the folder of the target, -1: there are no files beside the repository */
    struct {
        VEC(struct str);
    } past; /* "commit:0123456789ab" of contents that are past: under the lock */
    struct arena past_mem;

    _Atomic unsigned strikes;
    _Atomic uint64_t given_up;
};

bool git_scan_is_range(const struct git_scan *r);
/* A commit was asked for; else it is a bare repository among the targets. */
bool git_scan_is_asked_for(const struct git_scan *r);
int git_scan_no_memory(struct diag *d);
/* Does a file lie at this path of the target, whatever the commit holds? Not through a link. */
bool git_scan_lies_there(const struct git_scan *r, struct str path);

/* A row says that the folder holds something else than this file of the commit, when a scan of the
 * folder found something there: what that found is not gone. */
int git_scan_compare(struct git_scan *r, const struct git_item *it) MUST_CHECK;

/* E_NOTFOUND and others with a text that names the revision; see lane_ended. */
int git_scan_begin(struct git_scan *r, struct lane *l, struct diag *d) MUST_CHECK;
/* 1: there is more to list, 0: that was all. */
int git_scan_page(struct git_scan *r, struct lane *l, struct diag *d) MUST_CHECK;
int git_scan_examine(struct git_scan *r, struct lane *l, struct git_job *j,
                     struct diag *d) MUST_CHECK;
/* Lock files of the commit above the target: as above.h finds those of the folder. */
int git_scan_locks(struct git_scan *r, struct lane *l, struct diag *d) MUST_CHECK;
void git_job_free(struct git_job *j);

int git_scan_row(struct git_scan *r, const char *path, enum coverage_state state, struct str reason,
                 uint64_t files) MUST_CHECK;
int git_scan_tell_gaps(struct git_scan *r, const struct git_described *s) MUST_CHECK;
int git_scan_tell(struct git_scan *r, struct discover_report *report) MUST_CHECK;

#endif
