/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For reports and the commands that read: a view resolved against its store. It knows the scan, the
 * targets in the order of scan.targets of the record, and writes the SQL that says which rows
 * belong to the view.
 *
 *     struct scope sc;
 *     rc = scope_open(view, &sc, d);
 *     struct select q = SELECT_INIT;
 *     select_addz(&q, "SELECT a.id FROM asset a WHERE ");
 *     scope_assets(&sc, &q);
 *     rc = select_prepare(&q, view->db, &stmt, d);
 *     scope_done(&sc);
 */
#ifndef STANCE_REPORT_SCOPE_H
#define STANCE_REPORT_SCOPE_H

#include "report/report.h"

struct scope_target {
    int64_t id;
    int64_t scan; /* the last one that looked at it, within the view */
    int64_t seen; /* start of the last one that looked at all of it */
    struct str name, identity;
    struct str shown; /* for people: another one than that of each other target */
};

struct scope {
    const struct view *view;
    struct db *db;
    struct arena mem;
    int64_t scan;
    struct str uid, program, knowledge, sandbox;
    bool deterministic;
    int64_t started, finished;
    int posture_low, posture_high; /* tenths; -1 not assessed */
    bool part;                     /* the scan looked at a part of its target */
    int64_t whole; /* then: the last that looked at all of it, whose posture it is; 0: none, or a
                      view of one scan by its number */
    bool range;    /* it looked at a range of commits: how much was examined is its own */
    bool narrow;   /* the store holds targets that are not in the view */
    struct scope_target *targets;
    size_t n_targets;
    int *by_id; /* indexes of targets, sorted by id */
};

/* E_NOTFOUND: the store holds no scan, or not the one that was asked for. */
int scope_open(const struct view *v, struct scope *ret, struct diag *d) MUST_CHECK;
void scope_done(struct scope *s);
/* Index of a target in scan.targets; -1: not in the view. */
int scope_target(const struct scope *s, int64_t target);
/* When a place of a target was last seen: place.last_seen, or 0 for the time of the target. */
int64_t scope_seen(const struct scope *s, int64_t target, int64_t last_seen);

/* SQL: where the place p is, for people: "a.json", "a.zip!/in/it.json", of the history
 * "a.json@0123456", "a.zip@0123456!/in/it.json"; WHOLE: with all digits that are known. */
#define PLACE_OF(digits, rest)                                                                     \
    "p.path || CASE WHEN p.member = '' THEN '' WHEN substr(p.member, 1, 7) = 'commit:'"            \
    " THEN '@' || substr(p.member, 8, " digits ")" rest " ELSE '!/' || p.member END"
#define PLACE_SHOWN PLACE_OF("7", " || substr(p.member, 20)")
#define PLACE_WHOLE PLACE_OF("length(p.member)", "")

/* SQL: what the target t is called for people: its name; where others of the store have that name,
 * the folder around it, too; where that is not enough, the whole path. */
#define TARGET_ABOVE(o) "rtrim(rtrim(" o ".root, replace(" o ".root, '/', '')), '/')"
#define TARGET_TAIL(o)                                                                             \
    "substr(" o                                                                                    \
    ".root, length(rtrim(" TARGET_ABOVE(o) ", replace(" TARGET_ABOVE(o) ", '/', ''))) + 1)"
#define TARGET_SHOWN                                                                               \
    "CASE WHEN t.name NOT IN (SELECT o.name FROM target o GROUP BY o.name HAVING count(*) > 1)"    \
    " THEN t.name WHEN " TARGET_TAIL("t") " NOT IN (SELECT " TARGET_TAIL(                          \
        "o") " FROM target o GROUP BY 1 HAVING count(*) > 1) THEN " TARGET_TAIL("t") " ELSE "      \
                                                                                     "t.root END"

/* SQL: whose the finding f is, or NULL: all that shows or asks for owners of findings says so. */
#define FINDING_OWNER "(SELECT w.owner FROM finding_owner w WHERE w.finding = f.id)"

/*
 * SQL: 1 where the finding f is of an earlier scan and the last of its target did not look there
 * (a rule excludes it, or it cannot be read). Posture and exit status are without it.
 */
#define FINDING_REMEMBERED                                                                         \
    "CASE WHEN f.last_seen > 0 AND f.last_seen < coalesce((SELECT n.last_seen FROM place y"        \
    " JOIN target_seen n ON n.target = y.target WHERE y.id = f.place), (SELECT max(n.last_seen)"   \
    " FROM place y JOIN target_seen n ON n.target = y.target WHERE y.asset = f.asset), 0)"         \
    " THEN 1 ELSE 0 END"

/* SQL text and what is bound to ?1, ?2, ... */
#define SELECT_BINDS 8
struct select {
    struct buf sql;
    struct str binds[SELECT_BINDS];
    int n;
};
/* clang-format off */
#define SELECT_INIT {BUF_INIT, {STR_NULL}, 0}
/* clang-format on */
void select_done(struct select *q);
void select_addz(struct select *q, const char *sql);
void select_bind(struct select *q, struct str value); /* writes the placeholder */
int select_prepare(struct select *q, struct db *db, struct stmt **ret, struct diag *d) MUST_CHECK;

/* Conditions on `asset a`, `place p`, `finding f` (which needs `asset a`), `coverage c`. */
void scope_assets(const struct scope *s, struct select *q);
void scope_present(const struct scope *s, struct select *q, const char *asset_column);
void scope_places(const struct scope *s, struct select *q);
/* On `asset a`: it stands where the last scan of a target of the view looked, and not only where an
 * earlier one did. */
void scope_seen_now(const struct scope *s, struct select *q);
void scope_findings(const struct scope *s, struct select *q);
void scope_coverage(const struct scope *s, struct select *q);

/* On `control_verdict v`: it is of a place of the view, or of an asset of it as a whole. */
void scope_judged(const struct scope *s, struct select *q);
/* The asset stands in targets that are not in the view, too: its score counts what fails there. To
 * be asked only when the view is narrow. */
void scope_elsewhere(const struct scope *s, struct select *q, const char *asset_column);

/* Condition on `coverage c`: a format that no detector reads, and that is no gap. */
#define COVERAGE_IS_TEXT   "(c.state = 'not_looked' AND c.path LIKE '" COVERAGE_NO_HOSTS "%')"
#define COVERAGE_IS_UNREAD "(c.state = 'not_looked' AND c.path LIKE '" COVERAGE_NO_READER "%')"

/* "CASE f.severity WHEN 'critical' THEN 0 ..." for ORDER BY, worst first. */
extern const char SEVERITY_ORDER[];

/* Makes sure that control_verdict stands on the connection. */
int scope_verdicts(const struct scope *s, struct diag *d) MUST_CHECK;

/* `stance fix` has an action for the control, and the place is one that can be changed: a file, and
 * no member of an archive or of a commit. */
bool scope_fixable(const struct scope *s, struct str control, struct str member);

/* Index of a word in a table of the registry, `other` when it is of another version. */
int scope_word(const char *const *names, struct str word, int other);

#endif
