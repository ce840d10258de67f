/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: asking a worker about a repository, from a lane.
 *
 *     AUTO(buf) reply = BUF_INIT;
 *     rc = git_ask(lane, &place, &request, &reply, &arena, &answer, d)
 *         negative: the worker is gone, or broke the protocol (lane_ended: the run cannot go on)
 *         0: answer.outcome.code is what it says; texts point into reply, tables lie in the arena
 */
#ifndef STANCE_DISCOVER_GIT_ASK_H
#define STANCE_DISCOVER_GIT_ASK_H

#include "discover/git/place.h"
#include "discover/git/request.h"
#include "discover/lane.h"

int git_ask(struct lane *l, const struct git_place *p, const struct git_request *q,
            struct buf *reply, struct arena *a, struct git_answer *ret, struct diag *d) MUST_CHECK;
/* The same, where what the worker says is an error of ours: its text and remedy go to d. */
int git_ask_well(struct lane *l, const struct git_place *p, const struct git_request *q,
                 struct buf *reply, struct arena *a, struct git_answer *ret,
                 struct diag *d) MUST_CHECK;

#endif
