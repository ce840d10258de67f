/* SPDX-License-Identifier: Apache-2.0 */
/* Private to git/name.c and git/index.c: repositories of the targets that a run met. */
#ifndef STANCE_DISCOVER_GIT_NAME_INTERNAL_H
#define STANCE_DISCOVER_GIT_NAME_INTERNAL_H

#include "discover/git/known.h"
#include "discover/git/place.h"
#include "discover/lane_internal.h"

struct met {
    uint32_t target;
    struct str folder; /* below the target, or "../.." */
    bool linked;       /* ".git" is a file */
    bool named;
};

struct names {
    struct lane *lane;
    struct arena mem;
    struct {
        VEC(struct met);
    } met;
    struct git_known known;
    struct diag *d;
};

int names_no_memory(struct names *n);
int names_place(const struct names *n, const struct met *m, struct git_place *ret,
                struct diag *d) MUST_CHECK;
/* "FOLDER/.git/index"; in n->mem. */
int names_path(struct names *n, const struct met *m, const char *file, struct str *ret) MUST_CHECK;

/* What the index of this working tree says is a fact of the run, as of an item at ".git/index". */
int git_index_take(struct names *n, const struct met *m) MUST_CHECK;

#endif
