/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a repository a scan is about, and what of its history is still there. */
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/git/scan.h"

/* What can be done about a repository in a form that has no reader. */
#define UNREAD_BARE                                                                                \
    "write the files of a commit with `git archive -o FILE.tar REV`, and scan that file"
#define UNREAD "leave --rev and --since out to scan its files, or " UNREAD_BARE

/* Names and owners of the repository: as items, at the path where they would lie in a worktree. */
static int take_context(struct git_scan *r, struct lane *l)
{
    struct stat st;
    int rc = 0;
    vec_each (f, &r->above.files) {
        int fd = f->fd;
        f->fd = -1;
        if (rc || f->lock || fstat(fd, &st)) /* locks are those of the commit */
            close(fd);
        else
            rc = lane_file(l, r->target, f->path, fd, &st);
    }
    if (rc || r->place.up)
        return rc;
    int fd = openat(r->place.folders.common, "config",
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    return lane_file(l, r->target, STR(".git/config"), fd, &st);
}

/* The repository, and folders below the target that it borrows objects from. */
static int describe(struct git_scan *r, struct lane *l, struct diag *d)
{
    struct git_request q = {.op = GIT_DESCRIBE};
    for (int round = 0; round < 2; round++) {
        AUTO(buf) reply = BUF_INIT;
        AUTO(arena) a = ARENA(0);
        struct git_answer answer;
        size_t open = r->place.folders.n_alternates;
        int rc = git_ask_well(l, &r->place, &q, &reply, &a, &answer, d);
        struct git_described *s = &answer.described;
        if (!rc && !round)
            rc = git_place_alternates(&r->options->targets[r->target], &r->place, s->alternates,
                                      s->n_alternates);
        if (rc)
            return rc;
        if (!round && r->place.folders.n_alternates > open)
            continue; /* they make a difference to what is missing */
        r->branch = arena_str(&r->mem, r->options->rev.n ? r->options->rev : s->branch);
        rc = r->branch.p ? git_scan_tell_gaps(r, s) : E_NOMEM;
        return rc ? git_scan_no_memory(d) : 0;
    }
    return 0;
}

static int resolve(struct git_scan *r, struct lane *l, struct str rev, struct git_id *ret_commit,
                   struct git_id *ret_tree, struct diag *d)
{
    AUTO(buf) reply = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_answer answer;
    struct git_request q = {.op = GIT_RESOLVE, .text = rev};
    if (ret_tree)
        q.under = r->place.under;
    int rc = git_ask_well(l, &r->place, &q, &reply, &a, &answer, d);
    if (rc)
        return rc;
    *ret_commit = answer.commit;
    if (ret_tree)
        *ret_tree = answer.tree;
    return 0;
}

/* Which of the commits that are known belong to the history: of any reference, or of one commit. */
static int reaches(struct git_scan *r, struct lane *l, const struct git_id *tip, bool *ret,
                   bool *ret_known, struct diag *d)
{
    const struct discover_known *k = r->options->known;
    AUTO(buf) reply = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_answer answer;
    struct git_request q = {.op = GIT_REACHES, .wide = !tip, .n_commits = k->n_commits};
    q.commits = arena_new_n(&a, struct str, k->n_commits);
    if (!q.commits)
        return git_scan_no_memory(d);
    for (size_t i = 0; i < k->n_commits; i++)
        q.commits[i] = str_sub(k->commits[i], strlen("commit:"), k->commits[i].n);
    if (tip)
        q.tip = *tip;
    int rc = git_ask(l, &r->place, &q, &reply, &a, &answer, d);
    *ret_known = !rc && !answer.outcome.code;
    for (size_t i = 0; *ret_known && i < k->n_commits; i++)
        ret[i] = answer.reached[i];
    return rc == E_NOMEM || lane_ended(l) ? rc : 0;
}

/*
 * What was found in the history stays until its commit belongs to none any more: then somebody
 * wrote the history anew. Of a range all is looked at again.
 */
static int look_back(struct git_scan *r, struct lane *l, struct diag *d)
{
    const struct discover_known *k = r->options->known;
    bool all = false, old = false;
    if (!k || !k->n_commits)
        return 0;
    bool *held = arena_new_n(&r->mem, bool, 3 * k->n_commits);
    if (!held)
        return git_scan_no_memory(d);
    bool *in_tip = held + k->n_commits, *in_base = in_tip + k->n_commits;
    int rc = reaches(r, l, NULL, held, &all, d);
    if (!rc && git_scan_is_range(r)) {
        bool known = false;
        rc = reaches(r, l, &r->commit, in_tip, &old, d);
        if (!rc)
            rc = reaches(r, l, &r->base, in_base, &known, d);
        old &= known;
    }
    for (size_t i = 0; i < k->n_commits && !rc; i++) {
        AUTO(buf) name = BUF_INIT;
        bool left = all && !held[i], again = old && in_tip[i] && !in_base[i];
        buf_add(&name, k->commits[i]);
        if (left || again)
            rc = buf_result(&name)
                     ? E_NOMEM
                     : git_scan_row(r, name.p, COVERAGE_EXAMINED,
                                    left ? STR("no part of the history any more") : STR(""), 0);
    }
    return rc;
}

int git_scan_begin(struct git_scan *r, struct lane *l, struct diag *d)
{
    struct str rev = r->options->rev.n ? r->options->rev : STR("HEAD");
    int rc = describe(r, l, d);
    if (!rc && git_scan_is_range(r))
        rc = resolve(r, l, r->options->since, &r->base, NULL, d);
    if (!rc)
        rc = resolve(r, l, rev, &r->commit, git_scan_is_range(r) ? NULL : &r->tree, d);
    if (!rc)
        rc = look_back(r, l, d);
    if (!rc)
        rc = take_context(r, l);
    if (!rc)
        rc = git_scan_locks(r, l, d);
    if (rc && rc != E_NOMEM && !lane_ended(l)) {
        AUTO(buf) name = BUF_INIT;
        path_show(&name, r->options->targets[r->target].given);
        diag_at(d, name.p, 0, 0);
        if (str_starts(str_z(d->text), STR("no such revision")))
            diag_hint(d, "name a branch, a tag or a commit of this repository");
        else if (rc == E_UNSUPPORTED && !d->hint[0])
            diag_hint(d, "%s", r->place.bare ? UNREAD_BARE : UNREAD);
    }
    return rc;
}
