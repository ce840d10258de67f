/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there was at one time, flat: one row for each thing and each of its attributes. Two
 * snapshots are compared by diff.h.
 *
 *     struct snapshot before, after;
 *     snapshot_init(&before); snapshot_init(&after);
 *     snapshot_log(db, 3, 5, 0, &before, &after, d)     what scans 4 and 5 changed, from the log
 *     snapshot_record(fd, &before, d)                a record stance/1, read in a worker
 *     snapshot_seal(&before, d)                      sorted, without duplicates
 *     snapshot_done(&before)
 *
 * A row with an empty attribute says that the thing exists; its value is the label for people.
 * Subjects: asset, finding, relation; `gap` rows name paths that were not examined (id).
 * Attributes: "owner", "version_state at .mcp.json /mcpServers/a", "at PATH POINTER" (a place),
 * "data SECRET openai-project-key".
 *
 * A record is our own format, but it is a file that somebody gives: it is parsed in a worker
 * without rights, whose rows are read as hostile input.
 */
#ifndef STANCE_MONITOR_SNAPSHOT_H
#define STANCE_MONITOR_SNAPSHOT_H

#include "base/arena.h"
#include "base/vec.h"
#include "formats/doc.h"
#include "sandbox/sandbox.h"
#include "store/db.h"

struct snapshot_row {
    struct str subject, id, attribute, value;
};

struct snapshot {
    struct arena mem;
    struct {
        VEC(struct snapshot_row);
    } rows;
    bool sealed;
};

void snapshot_init(struct snapshot *s);
void snapshot_done(struct snapshot *s);
/* Copies. */
int snapshot_add(struct snapshot *s, struct str subject, struct str id, struct str attribute,
                 struct str value) MUST_CHECK;
int snapshot_seal(struct snapshot *s, struct diag *d) MUST_CHECK;

/* What changed after scan `from` up to scan `to`, before and after it. `like` not 0: only what
 * scans changed that looked at a target of that scan. */
int snapshot_log(struct db *db, int64_t from, int64_t to, int64_t like, struct snapshot *before,
                 struct snapshot *after, struct diag *d) MUST_CHECK;
/* The whole record in a file. E_PARSE when it is none, E_LIMIT above 512 MiB. */
int snapshot_record(int fd, enum sandbox_level require, struct snapshot *ret,
                    struct diag *d) MUST_CHECK;
/* Inside the worker, and in tests. */
int snapshot_of_doc(const struct doc *doc, struct snapshot *ret, struct diag *d) MUST_CHECK;

#endif
