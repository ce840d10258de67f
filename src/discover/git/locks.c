/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which lock files of a commit fix the versions of a target that is a part of it. */
#include "base/path.h"
#include "base/vec.h"
#include "discover/git/scan.h"

struct paths {
    VEC(struct str);
};

/* In the folders from the target upwards, and the root of the repository. */
static int name_paths(const struct git_scan *r, struct arena *a, struct paths *ret)
{
    struct str folder = r->place.under;
    const char *name;
    while (folder.n) {
        folder = path_dir(folder);
        for (size_t i = 0; (name = above_lock_name(i)); i++) {
            struct str path = folder.n ? arena_fmt(a, STR_FMT "/%s", STR_ARG(folder), name)
                                       : arena_str(a, str_z(name));
            if (!path.p || vec_push(ret, path))
                return E_NOMEM;
        }
    }
    return 0;
}

/* "../../package-lock.json"; false: it is none of those that were asked for. */
static bool place_of(const struct git_scan *r, const struct paths *asked, struct str path,
                     struct buf *out)
{
    bool known = false;
    for (size_t i = 0; i < asked->n && !known; i++)
        known = str_eq(asked->v[i], path);
    if (!known)
        return false;
    for (struct str at = r->place.under; at.n && !str_eq(at, path_dir(path)); at = path_dir(at))
        buf_addz(out, "../");
    buf_add(out, path_base(path));
    return true;
}

static int add_lock(struct git_scan *r, struct lane *l, const struct paths *asked,
                    const struct git_item *it, struct git_job *job)
{
    AUTO(buf) at = BUF_INIT;
    if (!place_of(r, asked, it->path, &at))
        return 0;
    if (buf_result(&at))
        return E_NOMEM;
    if (it->kind == GITRANGE_GAP)
        return git_scan_row(r, at.p, COVERAGE_FAILED, it->reason, 1);
    if (it->entry != GITENTRY_FILE)
        return git_scan_row(r, at.p, COVERAGE_NOT_LOOKED,
                            STR("a symbolic link: not followed, so what it names is not read as "
                                "this"),
                            1);
    struct git_blob *b = &job->blobs[job->n];
    *b = (struct git_blob){
        .path = arena_str(&job->mem, buf_str(&at)), .mode = it->mode, .id = it->id};
    if (!b->path.p)
        return E_NOMEM;
    struct diag d = {0};
    if (++job->n < GIT_BATCH)
        return 0;
    int rc = git_scan_examine(r, l, job, &d);
    job->n = 0;
    return rc;
}

static int ask(struct git_scan *r, struct lane *l, const struct paths *paths, struct git_job *job,
               struct diag *d)
{
    AUTO(buf) reply = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_answer answer;
    struct git_request q = {
        .op = GIT_FIND, .tip = r->commit, .commits = paths->v, .n_commits = paths->n};
    int rc = git_ask_well(l, &r->place, &q, &reply, &a, &answer, d);
    for (size_t i = 0; !rc && i < answer.page.n; i++)
        rc = add_lock(r, l, paths, &answer.page.items[i], job);
    return rc;
}

int git_scan_locks(struct git_scan *r, struct lane *l, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct paths paths = {0};
    struct git_job *job = r->place.under.n ? mem_alloc(sizeof(*job)) : NULL;
    if (!r->place.under.n)
        return 0;
    int rc = job ? name_paths(r, &a, &paths) : E_NOMEM;
    if (!rc)
        rc = ask(r, l, &paths, job, d);
    if (!rc && job->n)
        rc = git_scan_examine(r, l, job, d);
    if (job)
        git_job_free(job);
    vec_free(&paths);
    return rc == E_NOMEM ? git_scan_no_memory(d) : rc;
}
