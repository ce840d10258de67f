/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine of remediation: from a finding of the store to a changed file and back.
 *
 *     struct fix_plan p;
 *     fix_plan(store, &options, &arena, &p, d)         reads; nothing is written
 *     show(p.summary, p.diff)
 *     fix_apply(store, &p, &state, &action, d)         backup, log, rename
 *     ... loop_run on p.path ...
 *     fix_verified(store, action, fixed, d)
 *     fix_rollback(store, action, &state, &arena, d)   bit for bit
 *
 * The file is read by this process but parsed only in a worker without rights, which answers with
 * one range of bytes and the diff. Texts of the worker are escaped before they are shown.
 *
 * Refused, each with its own words: a path that leaves the root, a symbolic link anywhere below the
 * root, a hard link (renaming would part it), what is no regular file, a file or folder that may
 * not be written, a file above 16 MiB, a file that changed since the plan or since the action.
 *
 * Power may fail at any moment: the file is the old one or the new one, whole; a backup is complete
 * and on disk before the file changes; the action is in the log (planned) before the file changes.
 * A file left over by a crash is named .NAME.stance-new and is replaced by the next action.
 */
#ifndef STANCE_REMEDIATE_FIX_H
#define STANCE_REMEDIATE_FIX_H

#include "remediate/action.h"
#include "sandbox/sandbox.h"
#include "store/store.h"

#define FIX_BYTES_MAX ((size_t)16 << 20)

/* Steps of fix_apply and fix_rollback at which power may fail; see fix_state.step. */
enum fix_step {
    FIX_BACKED_UP, /* the backup is on disk */
    FIX_LOGGED,    /* the action is in the store */
    FIX_WRITTEN,   /* the new bytes are on disk, under another name */
    FIX_RENAMED,   /* the file is the new one */
    FIX_SYNCED,    /* and its folder is on disk */
    FIX_DONE,      /* the store says so */
    FIX_STEPS,
};

struct fix_options {
    struct str finding;         /* id */
    struct str version;         /* --to, or empty */
    enum sandbox_level require; /* of the worker */
    struct str key;             /* installation key, for nothing but the redactor; may be empty */
    const struct catalog *catalog; /* NULL: the built-in one */
};

/* Where the engine keeps what it needs to undo. */
struct fix_state {
    const char *folder; /* absolute; made with mode 0700 */
    int64_t now_ms;
    void (*step)(void *ctx, enum fix_step step); /* test aid, or NULL */
    void *ctx;
};

struct file_facts {
    uint32_t mode, uid, gid;
    int64_t mtime_ns;
};

struct fix_plan {
    const struct action *action;
    struct str finding, control, asset, name; /* name: of the asset */
    struct str root, path;                    /* absolute folder; file below it */
    struct str pointer;
    struct str before, after;
    struct str before_sha256, after_sha256; /* 64 hex digits */
    struct file_facts facts;
    struct str summary;
    struct str diff; /* unified, values masked, safe to print */
    enum sandbox_level sandbox;
};

/* What the store knows of one finding: where it is and whose target it stands in. */
struct fix_subject {
    struct str finding, control, title, status, verdict;
    struct str asset, name, kind;
    struct str target_given, target_identity, root; /* as stored; root may be a file */
    struct str path, pointer, member;
};

/* A finding by id, or by a beginning of it that only one finding has. E_NOTFOUND, E_USAGE. */
int fix_subject(struct db *db, struct str finding, struct arena *a, struct fix_subject *ret,
                struct diag *d) MUST_CHECK;

/* E_NOTFOUND: no such finding, or the file does not show it any more; E_UNSUPPORTED: no action can
 * change it; E_USAGE: a version is needed or wrong; E_DENIED, E_CONFLICT, E_PARSE, E_IO. */
int fix_plan(struct db *db, const struct fix_options *o, struct arena *a, struct fix_plan *ret,
             struct diag *d) MUST_CHECK;
int fix_apply(struct db *db, const struct fix_plan *p, const struct fix_state *s,
              int64_t *ret_action, struct diag *d) MUST_CHECK;

struct fix_undone {
    struct str finding, root, path; /* in the arena */
    bool already;                   /* the file was the old one */
};
int fix_rollback(struct db *db, int64_t action, const struct fix_state *s, struct arena *a,
                 struct fix_undone *ret, struct diag *d) MUST_CHECK;

/* Record what verification saw: status verified or failed. */
int fix_verified(struct db *db, int64_t action, bool fixed, struct str message,
                 struct diag *d) MUST_CHECK;

#endif
