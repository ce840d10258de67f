/* SPDX-License-Identifier: Apache-2.0 */
/* Private to formats/git/: what an open repository holds. */
#ifndef STANCE_FORMATS_GIT_REPO_INTERNAL_H
#define STANCE_FORMATS_GIT_REPO_INTERNAL_H

#include "base/map.h"
#include "base/vec.h"
#include "formats/git/pack.h"
#include "formats/git/repo.h"

struct git_odb; /* of libgit2 */

/* One folder of objects: that of the repository, then its alternates. */
struct gitstore {
    int objects, packs; /* descriptors; packs -1: there is no such folder */
    struct git_odb *loose;
    int64_t listed_sec, listed_nsec; /* time of the folder of packs when it was listed */
};

struct gitpack_slot {
    struct str name; /* of the index, "" once the slot is free */
    size_t store;
    struct gitpack pack;
    struct git_odb *odb; /* NULL: at rest */
    uint64_t used;       /* for whom to put to rest next */
};

struct gitrepo {
    const struct gitlib *lib;
    struct gitrepo_limits limits;
    struct gitrepo_folders folders;
    struct arena mem;
    struct gitstore stores[1 + GITREPO_ALTERNATES_MAX];
    size_t n_stores;
    struct {
        VEC(struct gitpack_slot);
    } packs;
    size_t last; /* pack of the last hit */
    uint64_t clock;
    unsigned awake, refreshed;
    struct {
        VEC(struct gitrepo_gap);
    } gaps;
    struct {
        VEC(struct str);
    } alternates;
    struct map shallow;
    bool is_shallow, is_partial;
};

int gitrepo_note(struct gitrepo *r, struct str path, const char *reason) MUST_CHECK;

/* A folder or file below `dir`, through no link. A descriptor, or -1 with errno. */
int gitrepo_open_below(int dir, struct str path, int flags);
/* A small file, whole. E_NOTFOUND, E_LIMIT, E_IO, E_DENIED, E_NOMEM; nothing is said in a diag. */
int gitrepo_small_file(int dir, struct str path, size_t cap, struct buf *ret) MUST_CHECK;

int gitrepo_open_loose(struct gitrepo *r, size_t store) MUST_CHECK;
void gitrepo_close_loose(struct gitrepo *r, size_t store);
/* The packs of one folder of objects, also those that came since it was listed last. */
int gitrepo_list_packs(struct gitrepo *r, size_t store) MUST_CHECK;
void gitrepo_close_packs(struct gitrepo *r);

/* Names of objects that begin so, without doubles, at most `max`; *ret_n may be max when there are
 * more. E_NOMEM, E_IO. */
int gitrepo_prefixed(struct gitrepo *r, const struct git_id *prefix, size_t digits,
                     struct git_id *ret, size_t max, size_t *ret_n) MUST_CHECK;

#endif
