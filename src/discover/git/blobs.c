/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how contents of a repository are examined, and what one that ends its reader costs. */
#include "discover/git/scan.h"

/* A repository that ended its reader so often is given up. */
#define STRIKES_MAX 8u

/* What a place in the history is called by. */
static int name_commit(struct arena *a, const struct git_id *id, struct str *ret)
{
    *ret = arena_fmt(a, "commit:%.12s", git_id_hex(id).z);
    return ret->p ? 0 : arena_error(a);
}

/* Something was found in this commit: it was looked at. */
static int keep_commit(struct git_scan *r, const struct git_id *id)
{
    struct str name;
    pthread_mutex_lock(&r->lock);
    int rc = name_commit(&r->past_mem, id, &name);
    if (!rc)
        rc = vec_push(&r->past, name);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int take_examined(struct git_scan *r, struct lane *l, const struct git_blob *b,
                         const struct git_examined *e)
{
    char reason[600];
    if (!e->code && b->past) {
        int rc = e->answer.frame.n ? keep_commit(r, &b->commit) : 0;
        if (rc || !e->answer.frame.n)
            return rc;
        return lane_facts(l, r->target, b->path, e->size, S_IFREG, e->answer.frame);
    }
    if (!e->code)
        return lane_answered(l, r->target, b->path, e->size, S_IFREG, &e->answer);
    snprintf(reason, sizeof(reason), STR_FMT "%s%.12s", STR_ARG(e->text),
             b->past ? "; it came with commit " : "", b->past ? git_id_hex(&b->commit).z : "");
    return lane_refuse(l, r->target, b->path, S_IFREG, COVERAGE_FAILED, reason);
}

/* Examine the first `n` of these. *ret_done of them are done; E_CANCELLED and others: the worker
 * was ended by one of them. */
static int examine_some(struct git_scan *r, struct lane *l, struct git_blob *blobs, size_t n,
                        size_t *ret_done, struct diag *d)
{
    AUTO(buf) reply = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_answer answer;
    struct git_request q = {.op = GIT_EXAMINE, .target = r->target, .blobs = blobs, .n_blobs = n};
    int rc = git_ask_well(l, &r->place, &q, &reply, &a, &answer, d);
    *ret_done = rc ? 0 : answer.n_examined;
    for (size_t i = 0; i < *ret_done; i++)
        if (take_examined(r, l, &blobs[i], &answer.examined[i]))
            return E_NOMEM;
    return rc;
}

/* A worker that died, or spoke nonsense, did so because of one blob: each for itself, then. */
int git_scan_examine(struct git_scan *r, struct lane *l, struct git_job *j, struct diag *d)
{
    size_t at = 0, limit = GIT_BATCH;
    while (at < j->n && !lane_cancelled(l)) {
        size_t n = MIN(limit, j->n - at), done = 0;
        struct diag why = {0};
        if (r->strikes >= STRIKES_MAX) {
            r->given_up += j->n - at;
            return 0;
        }
        int rc = examine_some(r, l, j->blobs + at, n, &done, &why);
        at += done;
        if (!rc)
            continue;
        if (rc == E_NOMEM || lane_ended(l)) {
            *d = why;
            return rc;
        }
        limit = 1;
        if (n > 1)
            continue;
        r->strikes++;
        struct git_examined e = {.code = rc, .text = str_z(why.text)};
        if (take_examined(r, l, &j->blobs[at++], &e))
            return git_scan_no_memory(d);
    }
    return 0;
}

void git_job_free(struct git_job *j)
{
    arena_done(&j->mem);
    mem_free(j);
}
