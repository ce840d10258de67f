/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how lanes share the scan of a repository: one lists, all examine. */
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/git/scan.h"
#include "discover/source.h"

static bool git_accepts(const struct discover_options *o, const struct target *t,
                        const struct stat *st)
{
    AUTO(arena) a = ARENA(0);
    if (o->rev.n || o->since.n)
        return true;
    if (!S_ISDIR(st->st_mode))
        return false;
    char *root = arena_z(&a, t->root);
    int fd = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    bool bare =
        fd >= 0 && faccessat(fd, ".git", F_OK, AT_SYMLINK_NOFOLLOW) && git_place_is_bare(fd);
    if (fd >= 0)
        close(fd);
    return bare;
}

/* --- units --------------------------------------------------------------------------------- */

enum unit { UNIT_NONE, UNIT_LIST, UNIT_EXAMINE };

static enum unit take_unit(struct git_scan *r, struct lane *l, struct git_job **ret)
{
    enum unit unit = UNIT_NONE;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        bool lists = !r->listed && (!r->lister || r->lister == l);
        if (r->stopped)
            break;
        if (lists && r->waiting < MAX(r->options->threads, 1u)) {
            r->lister = l;
            unit = UNIT_LIST;
            break;
        }
        if (r->first) {
            *ret = r->first;
            r->first = r->first->next;
            if (!r->first)
                r->last = &r->first;
            r->waiting--;
            unit = UNIT_EXAMINE;
            break;
        }
        if (r->listed)
            break;
        pthread_cond_wait(&r->changed, &r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    return unit;
}

/* A page, or what comes before the first one. What ends the listing is a gap; but a commit that was
 * asked for and that is not there ends the run. */
static int list(struct git_scan *r, struct lane *l, struct diag *d)
{
    struct diag why = {0};
    int rc;
    bool first = !r->begun;
    r->begun = true;
    rc = first ? git_scan_begin(r, l, &why) : git_scan_page(r, l, &why);
    if (!rc && first)
        return 1;
    if (rc >= 0)
        return rc;
    if (rc == E_NOMEM || lane_ended(l) || (first && git_scan_is_asked_for(r))) {
        *d = why;
        return rc;
    }
    AUTO(buf) reason = BUF_INIT;
    buf_addf(&reason, "%s%s%s", why.text, why.hint[0] ? "; " : "", why.hint);
    if (buf_result(&reason) || git_scan_row(r, "", COVERAGE_PARTIAL, buf_str(&reason), 1))
        return git_scan_no_memory(d);
    return 0;
}

static void end_list(struct git_scan *r)
{
    pthread_mutex_lock(&r->lock);
    r->listed = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static int git_work(void *state, struct lane *l, struct diag *d)
{
    struct git_scan *r = state;
    struct git_job *job = NULL;
    int rc;
    switch (take_unit(r, l, &job)) {
    case UNIT_LIST:
        rc = list(r, l, d);
        if (rc <= 0)
            end_list(r);
        return rc < 0 ? rc : 1;
    case UNIT_EXAMINE:
        rc = git_scan_examine(r, l, job, d);
        git_job_free(job);
        return rc ? rc : 1;
    case UNIT_NONE: break;
    }
    return 0;
}

static void git_stop(void *state)
{
    struct git_scan *r = state;
    pthread_mutex_lock(&r->lock);
    r->stopped = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* --- open and close ----------------------------------------------------------------------- */

static int git_close(void *state, struct discover_report *report)
{
    struct git_scan *r = state;
    int rc = report ? git_scan_tell(r, report) : 0;
    while (r->first) {
        struct git_job *j = r->first;
        r->first = j->next;
        git_job_free(j);
    }
    above_close(&r->above);
    git_place_done(&r->place);
    vec_free(&r->rows);
    vec_free(&r->looked);
    vec_free(&r->past);
    arena_done(&r->past_mem);
    if (r->root >= 0)
        close(r->root);
    buf_done(&r->cursor);
    arena_done(&r->mem);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    mem_free(r->rule_hits);
    mem_free(r);
    return rc;
}

static int open_place(struct git_scan *r, struct diag *d)
{
    const struct target *t = &r->options->targets[r->target];
    const struct discover_known *k = r->options->known;
    int rc = git_place_of_target(t, &r->place, d);
    if (!rc && r->place.up)
        rc = above_open(t, &r->above);
    char *root = arena_z(&r->mem, t->root);
    r->seen = arena_new_n(&r->mem, bool, (k ? k->n_paths : 0) + 1);
    if (!rc && (!root || !r->seen))
        rc = E_NOMEM;
    if (!rc && !r->place.bare)
        r->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rc && rc != E_NOMEM) {
        AUTO(buf) name = BUF_INIT;
        path_show(&name, t->given);
        diag_at(d, name.p, 0, 0);
        diag_hint(d, "leave --rev and --since out to scan its files");
    }
    return rc;
}

static int git_open(const struct discover_options *o, uint32_t target, void **ret_state,
                    struct diag *d)
{
    struct git_scan *r = mem_alloc(sizeof(*r));
    size_t rules = (size_t)walk_rules_count(o->rules) + 1;
    if (!r || !(r->rule_hits = mem_alloc(sizeof(*r->rule_hits) * rules))) {
        mem_free(r);
        return git_scan_no_memory(d);
    }
    r->options = o;
    r->target = target;
    r->place = (struct git_place)GIT_PLACE_INIT;
    r->above.mem = r->mem = r->past_mem = (struct arena)ARENA(0);
    r->root = -1;
    r->cursor = (struct buf)BUF_INIT;
    r->last = &r->first;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    int rc = open_place(r, d);
    if (rc) {
        int closed = git_close(r, NULL);
        return closed ? closed : rc;
    }
    *ret_state = r;
    return 0;
}

const struct source SOURCE_GIT = {
    .id = "git",
    .title = "A commit or a range of commits of a repository",
    .accepts = git_accepts,
    .open = git_open,
    .work = git_work,
    .stop = git_stop,
    .close = git_close,
};
