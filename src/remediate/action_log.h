/* SPDX-License-Identifier: Apache-2.0 */
/* Private to remediate/: rows of the table `action`, and the backups that belong to them. */
#ifndef STANCE_REMEDIATE_ACTION_LOG_H
#define STANCE_REMEDIATE_ACTION_LOG_H

#include "remediate/fix.h"

/* What is needed to undo; texts live in the arena. */
struct action_row {
    int64_t id;
    struct str finding, action, status, path, backup, before_sha256, after_sha256;
    struct str root;
    struct file_facts facts; /* of the file before */
};

/* Adds it as `planned`, committed. */
int action_log_add(struct db *db, const struct fix_plan *p, struct str backup, int64_t now_ms,
                   int64_t *ret_id, struct diag *d) MUST_CHECK;
int action_log_set(struct db *db, int64_t id, const char *status, struct str message,
                   struct diag *d) MUST_CHECK;
int action_log_get(struct db *db, int64_t id, struct arena *a, struct action_row *ret,
                   struct diag *d) MUST_CHECK;

/* Backups are named by their content: FOLDER/backup/SHA256, mode 0600, complete or not there. */
int backup_write(const char *folder, struct str sha256, struct str text, struct arena *a,
                 struct str *ret_path, struct diag *d) MUST_CHECK;
int backup_read(struct str path, struct str sha256, struct arena *a, struct str *ret,
                struct diag *d) MUST_CHECK;

#endif
