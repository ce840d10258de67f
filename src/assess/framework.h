/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posture per framework: what the verdicts of the mapped controls say about each requirement.
 *
 *     assess_derive(db, now, d);                         or within the scan, after assess_run
 *     framework_posture(db, framework_find(id), &arena, &p, d)
 *     for (int i = 0; i < p.framework->n; i++)
 *         print(p.rows[i].requirement->id, REQUIREMENT_STATUS_NAMES[p.rows[i].status])
 *
 * A status is never better than its worst part: fail, then unknown (any unknown or error row), then
 * pass (at least one row, all pass), then not_applicable (controls, but no asset they apply to),
 * not_covered (no control). A heading has the worst status of what stands below it, where
 * not_covered is worse than pass. `pass` of a requirement that is tested `assisted` means that the
 * evidence of the controls is clean, not that the requirement is met: print the mode beside it.
 */
#ifndef STANCE_ASSESS_FRAMEWORK_H
#define STANCE_ASSESS_FRAMEWORK_H

#include "assess/control.h"
#include "store/db.h"

enum requirement_status {
    POSTURE_PASS,
    POSTURE_FAIL,
    POSTURE_UNKNOWN,
    POSTURE_NOT_APPLICABLE,
    POSTURE_NOT_COVERED,
    POSTURE_COUNT,
};
extern const char *const REQUIREMENT_STATUS_NAMES[];

struct requirement_posture {
    const struct requirement *requirement;
    enum requirement_status status;
    int controls;                             /* mapped */
    uint64_t passed, failed, unknown, errors; /* rows of these controls */
};

struct framework_posture {
    const struct framework *framework;
    struct requirement_posture *rows; /* parallel to framework->requirements */
    int counts[POSTURE_COUNT];        /* requirements, headings left out */
    int modes[TEST_MANUAL + 1];       /* likewise */
};

/* Reads control_verdict (assess.h). E_USAGE when it was not filled, E_NOMEM. */
int framework_posture(struct db *db, const struct framework *f, struct arena *a,
                      struct framework_posture *ret, struct diag *d) MUST_CHECK;

#endif
