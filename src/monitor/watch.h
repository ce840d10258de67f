/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears of changes below targets: inotify on every folder that a scan would enter.
 *
 *     struct watch *w;
 *     watch_open(&options, &w, d)          watch first,
 *     scan everything                      then scan: nothing falls between
 *     while (!watch_wait(w, &c, d))
 *         scan c.target at c.path          a folder; empty: all of it
 *     watch_free(w)
 *
 * Changes that come together are one: after the first, it waits until nothing came for settle_ms,
 * at most ten times as long, and names the innermost folder that holds them all. The answer to a
 * full queue, and to a folder that moved, is the whole target, with its watches laid anew.
 * Where the kernel gives no more watches, `blind` is set: then only rescans at an interval see
 * everything, and the caller says so. What was changed by other machines on a network file system
 * is never heard: --interval helps there, too.
 *
 * Names of files are read, never their content. Source: inotify(7).
 */
#ifndef STANCE_MONITOR_WATCH_H
#define STANCE_MONITOR_WATCH_H

#include "discover/discover.h"

struct watch_options {
    const struct target *targets;
    size_t n_targets;
    const struct walk_rules *rules; /* as of the scans; NULL: the built-in ones */
    int64_t settle_ms;              /* 300 unless told */
    int64_t interval_ms;            /* 0: only what is heard */
    const struct str *ignored;      /* absolute paths of our own files; their -wal, ... as well */
    size_t n_ignored;
    const volatile int *cancel; /* set by a signal handler */
    size_t watches_max;         /* test aid: as if the kernel gave no more; 0: what it gives */
};

enum watch_cause {
    WATCH_CHANGE,   /* something was written, made, moved or removed below path */
    WATCH_OVERFLOW, /* changes were lost: look at everything */
    WATCH_INTERVAL, /* it is time to look at everything */
};

struct watch_change {
    enum watch_cause cause;
    uint32_t target; /* of WATCH_CHANGE and WATCH_OVERFLOW */
    struct str path; /* folder (or file, of a target that is one); valid until the next call */
};

struct watch;
int watch_open(const struct watch_options *o, struct watch **ret, struct diag *d) MUST_CHECK;
struct watch *watch_free(struct watch *w);
size_t watch_folders(const struct watch *w);
bool watch_blind(const struct watch *w);
/* 0 with the next change; E_CANCELLED when the user stopped; E_IO. */
int watch_wait(struct watch *w, struct watch_change *ret, struct diag *d) MUST_CHECK;

#endif
