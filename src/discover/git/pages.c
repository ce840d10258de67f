/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a commit, or of a range of commits, are examined, and what is said of the
 * others. */
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/detect.h"
#include "discover/git/scan.h"

/* A folder on the way that a rule passes by. */
static int rule_of(struct git_scan *r, struct str path, bool *ret_passed)
{
    const struct walk_rules *rules = r->options->rules;
    *ret_passed = false;
    if (r->passed.p && path_is_below(path, r->passed)) {
        *ret_passed =
            !walk_rules_keeps(rules, r->passed_rule, str_sub(path, r->passed.n + 1, path.n));
        return 0;
    }
    for (size_t at = 0; (at = str_chr(path, '/', at)) != SIZE_MAX; at++) {
        struct str folder = str_sub(path, 0, at);
        int rule = walk_rules_folder(rules, folder);
        if (rule == RULE_NONE)
            continue;
        r->rule_hits[rule]++;
        r->passed = arena_str(&r->mem, folder);
        r->passed_rule = rule;
        *ret_passed = !walk_rules_keeps(rules, rule, str_sub(path, at + 1, path.n));
        return r->passed.p ? 0 : E_NOMEM;
    }
    int rule = walk_rules_file(rules, path);
    *ret_passed = rule != RULE_NONE;
    if (rule != RULE_NONE)
        r->rule_hits[rule]++;
    return 0;
}

/* What tells who owns a path, and which host it is for, lies beside and above it. */
static bool is_wanted(const struct git_scan *r, struct str path)
{
    struct str only = r->options->only_path;
    return !only.n || path_is_below(path, only) || str_eq_z(path_base(path), "CODEOWNERS") ||
           str_eq_z(path_base(path), "plugin.json");
}

/* The part of a path that any file could have: a worker's word is not taken for more. */
static struct str plain_part(struct str path)
{
    struct str rest = path, part;
    size_t n = 0;
    while (rest.n && str_field(&rest, '/', &part)) {
        size_t end = (size_t)(part.p - path.p) + part.n;
        if (gittree_bad_name(part) || str_chr(part, 0, 0) != SIZE_MAX)
            break;
        n = end;
    }
    return str_sub(path, 0, n);
}

static int refuse(struct git_scan *r, struct lane *l, struct str path, uint32_t mode,
                  enum coverage_state state, struct str reason)
{
    AUTO(buf) z = BUF_INIT;
    buf_add(&z, reason);
    return buf_result(&z) ? E_NOMEM : lane_refuse(l, r->target, path, mode, state, z.p);
}

static int add_blob(struct git_scan *r, struct git_job **job, const struct git_item *it)
{
    struct git_job *j = *job;
    if (!j && !(j = *job = mem_alloc(sizeof(*j))))
        return E_NOMEM;
    struct git_blob *b = &j->blobs[j->n];
    *b = (struct git_blob){.path = arena_str(&j->mem, it->path),
                           .mode = it->mode,
                           .id = it->id,
                           .commit = it->commit,
                           .past = it->kind == GITRANGE_PAST};
    if (!b->path.p)
        return E_NOMEM;
    j->n++;
    (void)r;
    return 0;
}

static void push_job(struct git_scan *r, struct git_job **job)
{
    if (!*job)
        return;
    pthread_mutex_lock(&r->lock);
    *r->last = *job;
    r->last = &(*job)->next;
    r->waiting++;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    *job = NULL;
}

static void see(struct git_scan *r, struct str path)
{
    const struct discover_known *k = r->options->known;
    size_t from = 0, to = k ? k->n_paths : 0;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        int order = str_cmp(k->paths[mid], path);
        if (!order)
            r->seen[mid] = true;
        if (order < 0)
            from = mid + 1;
        else
            to = mid;
    }
}

/* A file that a range took away, and that lies in the folder again, is not known to be gone. */
static int look_at(struct git_scan *r, const struct git_item *it)
{
    if (it->kind == GITRANGE_GONE && git_scan_lies_there(r, it->path))
        return 0;
    struct str kept = arena_str(&r->mem, it->path);
    return kept.p ? vec_push(&r->looked, kept) : E_NOMEM;
}

/* One line of a page. */
static int take_item(struct git_scan *r, struct lane *l, const struct git_item *it,
                     struct git_job **job)
{
    bool passed = false;
    if (it->kind == GITRANGE_GAP)
        return refuse(r, l, plain_part(it->path), S_IFDIR,
                      it->path.n ? COVERAGE_FAILED : COVERAGE_PARTIAL, it->reason);
    if (!is_wanted(r, it->path))
        return 0;
    if (!git_scan_is_range(r))
        see(r, it->path);
    int rc = git_scan_is_range(r) && it->kind != GITRANGE_PAST ? look_at(r, it) : 0;
    if (!rc && it->kind == GITRANGE_NOW)
        rc = git_scan_compare(r, it);
    if (!rc && it->kind != GITRANGE_GONE)
        rc = rule_of(r, it->path, &passed);
    if (rc || passed || it->kind == GITRANGE_GONE)
        return rc;
    if (it->entry == GITENTRY_SUBMODULE)
        return lane_refuse(l, r->target, it->path, S_IFDIR, COVERAGE_NOT_LOOKED,
                           "a submodule: no part of this commit; run `git submodule update "
                           "--init` and scan its folder, or the whole folder without --rev and "
                           "--since");
    if (it->entry == GITENTRY_LINK) {
        if (detect_wants(walk_rules_catalog(r->options->rules), it->path))
            return lane_refuse(
                l, r->target, it->path, S_IFREG, COVERAGE_NOT_LOOKED,
                "a symbolic link: not followed, so what it names is not read as this");
        r->links++; /* the others are counted */
        return 0;
    }
    rc = add_blob(r, job, it);
    if (!rc && (*job)->n == GIT_BATCH)
        push_job(r, job);
    return rc;
}

int git_scan_page(struct git_scan *r, struct lane *l, struct diag *d)
{
    AUTO(buf) reply = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_answer answer;
    struct git_job *job = NULL;
    struct git_request q = {.op = git_scan_is_range(r) ? GIT_RANGE : GIT_LIST,
                            .text = buf_str(&r->cursor),
                            .under = r->place.under,
                            .base = r->base,
                            .tip = git_scan_is_range(r) ? r->commit : r->tree,
                            .skip = r->skip};
    int rc = git_ask_well(l, &r->place, &q, &reply, &a, &answer, d);
    const struct git_page *p = &answer.page;
    for (size_t i = 0; !rc && i < p->n; i++)
        if ((rc = take_item(r, l, &p->items[i], &job)))
            git_scan_no_memory(d);
    if (rc) {
        if (job)
            git_job_free(job);
        return rc;
    }
    push_job(r, &job);
    r->skip += p->n;
    r->commits = p->commits;
    buf_clear(&r->cursor);
    buf_add(&r->cursor, p->cursor);
    rc = buf_result(&r->cursor);
    return rc ? git_scan_no_memory(d) : git_scan_is_range(r) ? p->more : p->cursor.n > 0;
}
