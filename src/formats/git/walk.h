/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks through history: the commits of a range, and whether commits still belong to a history.
 *
 *     struct gitwalk w;
 *     gitwalk_init(&w, repo);
 *     gitwalk_range(&w, &base, &tip, d)
 *     for (size_t i = 0; i < w.range.n; i++) use(&w.nodes.v[w.range.v[i]]);
 *     gitwalk_done(&w);
 *
 * A range is what `tip` reaches and `base` does not (git log base..tip). Times of commits, which
 * anybody may write as he likes, decide how far is read: where they lie, commits of the base may be
 * taken for commits of the range, never the other way round.
 */
#ifndef STANCE_FORMATS_GIT_WALK_H
#define STANCE_FORMATS_GIT_WALK_H

#include "base/map.h"
#include "base/vec.h"
#include "formats/git/repo.h"

struct gitwalk_node {
    struct git_id id, tree;
    int64_t time;
    uint32_t parents, n_parents; /* in gitwalk.parents: those that could be read */
    bool base;                   /* reached from the base */
    bool waits, taken;           /* private */
    bool cut;                    /* the clone is shallow here: parents are not known */
};

struct gitwalk {
    struct gitrepo *repo;
    struct arena mem;
    struct map known; /* id: index of its node */
    struct {
        VEC(struct gitwalk_node);
    } nodes;
    struct {
        VEC(uint32_t);
    } parents;
    struct {
        VEC(uint32_t);
    } queue;     /* heap, the youngest first */
    size_t open; /* in the queue and not of the base */
    struct {
        VEC(uint32_t);
    } range; /* the oldest first */
    struct {
        VEC(struct str);
    } gaps; /* why the walk does not know everything */
};

void gitwalk_init(struct gitwalk *w, struct gitrepo *r);
void gitwalk_done(struct gitwalk *w);
/* What cannot be read is in gaps. E_NOMEM; or why tip or base itself cannot be read. */
int gitwalk_range(struct gitwalk *w, const struct git_id *base, const struct git_id *tip,
                  struct diag *d) MUST_CHECK;

/* Which commits, named by their first digits, belong to the history of `tip`? ret[i] for each.
 * `tip` NULL: of any reference. E_LIMIT: the history is longer than limits.commits, cut off or
 * damaged, before all were found. */
int gitwalk_reaches(struct gitrepo *r, const struct git_id *tip, const struct str *prefixes,
                    size_t n, bool *ret, struct diag *d) MUST_CHECK;

#endif
