/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: what is asked of a worker that reads one repository, and what comes back.
 * The worker believes a request (it comes from us); answers are taken as hostile.
 *
 * Every answer begins with a code and, when it is not 0, with a text and a remedy.
 *
 *     DESCRIBE  what is special about the repository, HEAD, and (wanted) its first commit
 *     RESOLVE   the commit that a revision names, and its tree (of a folder)
 *     LIST      a page of the files of a tree
 *     RANGE     a page of what a range of commits changed; `skip` items are known already
 *     REACHES   which commits belong to the history of the tip, or of any reference
 *     FIND      what stands at some paths of a commit, as items of a page
 *     EXAMINE   facts of blobs: as many of them, from the first on, as one answer has time for
 */
#ifndef STANCE_DISCOVER_GIT_REQUEST_H
#define STANCE_DISCOVER_GIT_REQUEST_H

#include "base/arena.h"
#include "discover/request.h"
#include "formats/git/range.h"

enum git_op {
    GIT_DESCRIBE,
    GIT_RESOLVE,
    GIT_LIST,
    GIT_RANGE,
    GIT_REACHES,
    GIT_FIND,
    GIT_EXAMINE,
    GIT_OPS
};

/* Entries of one page, blobs of one request. */
#define GIT_PAGE  2048u
#define GIT_BATCH 64u

struct git_request {
    enum git_op op;
    struct str text;        /* RESOLVE: the revision; LIST: where to go on */
    struct str under;       /* RESOLVE, RANGE: the folder that is looked at */
    struct git_id base;     /* RANGE */
    struct git_id tip;      /* LIST: the tree; RANGE, REACHES, FIND: the commit */
    uint64_t skip;          /* RANGE */
    bool wide;              /* DESCRIBE: the first commit, too; REACHES: from every reference */
    uint32_t target;        /* EXAMINE */
    struct git_blob *blobs; /* EXAMINE */
    size_t n_blobs;
    struct str *commits; /* REACHES: first digits of names; FIND: paths */
    size_t n_commits;
};

/* A file of a commit to be examined. */
struct git_blob {
    struct str path;
    uint32_t mode; /* as in the tree */
    struct git_id id;
    struct git_id commit; /* it is past since this one brought it; zero: it is not */
    bool past;
};

void git_request_put(struct buf *out, const struct git_request *r);
/* Tables go to the arena. E_PARSE, E_NOMEM. */
int git_request_get(struct str bytes, struct arena *a, struct git_request *ret) MUST_CHECK;

/* --- answers ------------------------------------------------------------------------------- */

struct git_outcome {
    int code;
    struct str text, hint;
};

struct git_gap {
    struct str path, reason;
};

struct git_described {
    struct git_gap *gaps;
    size_t n_gaps;
    struct str *alternates; /* lines nobody opened a folder for */
    size_t n_alternates;
    bool has_head, has_root;
    struct git_id head, root;
    struct str branch; /* empty: HEAD is detached */
    struct str why;    /* there is no root, and why */
};

/* One line of LIST, RANGE or FIND. */
struct git_item {
    enum gitrange_kind kind; /* of LIST, FIND: GITRANGE_NOW, GITRANGE_GAP */
    enum gitentry_kind entry;
    uint32_t mode;
    struct git_id id, commit;
    struct str path, reason;
};

struct git_page {
    struct git_item *items;
    size_t n;
    struct str cursor; /* LIST: go on there, empty at the end */
    bool more;         /* RANGE */
    uint64_t commits;  /* RANGE: of the whole range */
};

/* One blob. `answer` is only there when code is 0. */
struct git_examined {
    int code;
    struct str text;
    uint64_t size;
    struct answered answer;
};

struct git_answer {
    enum git_op op;
    struct git_outcome outcome; /* only when its code is 0 there is more: */
    struct git_described described;
    struct git_id commit, tree; /* RESOLVE */
    struct git_page page;
    bool *reached;                 /* REACHES: one each */
    struct git_examined *examined; /* EXAMINE: of the first blobs that were asked for */
    size_t n_reached, n_examined;
};

/* All but EXAMINE, whose blobs are put one after the other, behind their number. */
void git_answer_put(struct buf *out, const struct git_answer *a);
void git_examined_begin(struct buf *out, size_t n);
void git_examined_put(struct buf *out, const struct git_examined *e);
/* `asked` is what it answers. Slices point into `bytes`, tables go to the arena. E_PARSE: it breaks
 * the protocol; E_NOMEM. */
int git_answer_get(struct str bytes, const struct git_request *asked, struct arena *a,
                   struct git_answer *ret, struct diag *d) MUST_CHECK;

#endif
