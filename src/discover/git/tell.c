/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the coverage says of a repository: which commit was read, and what was not. */
#include "base/path.h"
#include "discover/git/scan.h"

bool git_scan_is_range(const struct git_scan *r)
{
    return r->options->since.n > 0;
}

bool git_scan_is_asked_for(const struct git_scan *r)
{
    return r->options->rev.n || r->options->since.n;
}

int git_scan_no_memory(struct diag *d)
{
    return diag_set(d, E_NOMEM, "no memory to read a repository");
}

int git_scan_row(struct git_scan *r, const char *path, enum coverage_state state, struct str reason,
                 uint64_t files)
{
    struct coverage_row row = {.source = STR("git"),
                               .target = r->target,
                               .path = arena_str(&r->mem, str_z(path)),
                               .state = state,
                               .reason = arena_str(&r->mem, reason),
                               .files = files};
    if (!row.path.p || !row.reason.p)
        return E_NOMEM;
    return vec_push(&r->rows, row);
}

int git_scan_tell_gaps(struct git_scan *r, const struct git_described *s)
{
    int rc = 0;
    for (size_t i = 0; i < s->n_gaps && !rc; i++) {
        AUTO(buf) path = BUF_INIT;
        path_join(&path, STR(".git"), s->gaps[i].path);
        rc = buf_result(&path);
        if (!rc)
            rc = git_scan_row(r, path.p, COVERAGE_PARTIAL, s->gaps[i].reason, 1);
    }
    return rc;
}

/* Which commit was read, and that others were not. */
static int tell_commit(struct git_scan *r)
{
    static const struct git_id none;
    if (git_id_eq(&r->commit, &none))
        return 0;
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) reason = BUF_INIT;
    buf_addf(&path, COVERAGE_REVISION "%.12s", git_id_hex(&r->commit).z);
    if (git_scan_is_range(r))
        buf_addf(&reason, COVERAGE_RANGE "%.12s, in %llu commits", git_id_hex(&r->base).z,
                 (unsigned long long)r->commits);
    else
        buf_addz(&reason, "the files of this commit");
    if (r->branch.n)
        buf_addf(&reason, " (" STR_FMT ")", STR_ARG(r->branch));
    int rc = buf_result(&path) ? E_NOMEM : buf_result(&reason);
    if (!rc)
        rc = git_scan_row(r, path.p, COVERAGE_EXAMINED, buf_str(&reason), 0);
    int rule = walk_rules_folder(NULL, STR(".git"));
    if (rc || rule == RULE_NONE)
        return rc;
    return git_scan_row(r, walk_rules_hides(NULL, rule), COVERAGE_SKIPPED,
                        STR("other commits are not read; --since REV reads what a range brought"),
                        1);
}

static int tell_rules(struct git_scan *r)
{
    const struct walk_rules *rules = r->options->rules;
    int rc = 0;
    for (int i = 0; i < walk_rules_count(rules) && !rc; i++)
        if (r->rule_hits[i] || walk_rules_is_exclude(rules, i))
            rc = git_scan_row(
                r, walk_rules_hides(rules, i), COVERAGE_SKIPPED,
                str_z(r->rule_hits[i] ? walk_rules_reason(rules, i) : EXCLUDED_NOTHING),
                r->rule_hits[i]);
    const struct catalog_walk_rule *links = catalog_walk_rule(&CATALOG, STR("symbolic-links"));
    if (!rc && links && r->links)
        rc = git_scan_row(r, links->id, COVERAGE_SKIPPED, str_z(links->reason), r->links);
    return rc;
}

/* What stands beside the commit in its folder was not looked at. */
static int tell_beside(struct git_scan *r)
{
    const struct discover_known *k = r->options->known;
    int rc = 0;
    for (size_t i = 0; !git_scan_is_range(r) && k && i < k->n_paths && !rc; i++) {
        AUTO(buf) path = BUF_INIT;
        if (r->seen[i] || !git_scan_lies_there(r, k->paths[i]))
            continue;
        buf_add(&path, k->paths[i]);
        rc = buf_result(&path)
                 ? E_NOMEM
                 : git_scan_row(r, path.p, COVERAGE_SKIPPED,
                                STR("no part of the commit; it lies in its folder"), 1);
    }
    return rc;
}

static int name_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int tell_commits(struct git_scan *r, struct discover_report *report)
{
    int rc = vec_sort(&r->past, name_cmp, NULL);
    for (size_t i = 0; i < r->past.n && !rc; i++) {
        const struct coverage_row row = {.source = STR("git"),
                                         .target = r->target,
                                         .path = r->past.v[i],
                                         .state = COVERAGE_EXAMINED,
                                         .reason = STR("")};
        if (!i || !str_eq(r->past.v[i], r->past.v[i - 1]))
            rc = discover_report_row(report, &row);
    }
    return rc;
}

int git_scan_tell(struct git_scan *r, struct discover_report *report)
{
    int rc = tell_rules(r);
    if (!rc)
        rc = tell_beside(r);
    if (!rc)
        rc = tell_commits(r, report);
    if (!rc)
        rc = tell_commit(r);
    if (!rc && r->given_up)
        rc = git_scan_row(
            r, "", COVERAGE_PARTIAL,
            STR("the repository ended its reader again and again: the rest was not read"),
            r->given_up);
    for (size_t i = 0; i < r->rows.n && !rc; i++)
        rc = discover_report_row(report, &r->rows.v[i]);
    for (size_t i = 0; i < r->looked.n && !rc; i++)
        rc = discover_report_looked(report, r->looked.v[i]);
    report->part |= git_scan_is_range(r);
    return rc;
}
