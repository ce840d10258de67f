/* SPDX-License-Identifier: Apache-2.0 */
/* Private to remediate/: what the store knows that a plan needs. See fix_subject in fix.h. */
#ifndef STANCE_REMEDIATE_SUBJECT_H
#define STANCE_REMEDIATE_SUBJECT_H

#include "base/path.h"
#include "remediate/fix.h"

/* The version of the server's package that a lock file of the same target fixes, in the nearest
 * folder at or above the file; empty when there is none or more than one. */
int subject_locked_version(struct db *db, const struct fix_subject *f, struct arena *a,
                           struct str *ret, struct diag *d) MUST_CHECK;

#endif
