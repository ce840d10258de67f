/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hears of changes below targets: inotify on every folder that a scan would enter.
 *
 *     struct watch *w;
 *     watch_open(&options, &w, d)          watch first,
 *     scan everything                      then scan: nothing falls between
 *     while (!watch_wait(w, &c, d))
 *         scan c.target at c.path          a folder; empty: all of it
 *         watch_again(w, &c)               when that failed: told again after a while
 *     watch_free(w)
 *
 * Changes that come together are one: after the first, it waits until nothing came for settle_ms,
 * at most ten times as long, and names the innermost folder that holds them all. The answer to a
 * full queue, to a folder that moved, and to a target that was removed and made again, is the whole
 * target, with its watches laid anew.
 * A part does not show everything that follows from a change: who owns other files, what stands for
 * the same thing elsewhere. So when parts were told, all targets are told once more when it has
 * become quiet, and now and then if it never does; time that this takes is at most a tenth.
 * Where the kernel gives no more watches, the watch is blind: then only rescans at an interval see
 * everything (each minute unless told), and the caller says so. What was changed by other machines
 * on a network file system, or by a second name of a file, is never heard: --interval helps.
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
    int64_t interval_ms;            /* 0: only what is heard, each minute when blind */
    int64_t quiet_ms;               /* silence after which all is told; 0: ten times settle_ms */
    const struct str *ignored;      /* absolute paths of our own (discover/own.h) */
    size_t n_ignored;
    const volatile int *cancel; /* set by a signal handler */
    size_t watches_max;         /* test aid: as if the kernel gave no more; 0: what it gives */
};

enum watch_cause {
    WATCH_CHANGE,   /* something was written, made, moved or removed below path */
    WATCH_OVERFLOW, /* changes were lost: look at everything */
    WATCH_INTERVAL, /* it is time to look at everything */
    WATCH_QUIET,    /* parts were told, and nothing happens: look at everything */
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
bool watch_blind(const struct watch *w); /* may change with each watch_wait */
int64_t watch_interval_ms(const struct watch *w);
/* 0 with the next change; E_CANCELLED when the user stopped; E_IO. */
int watch_wait(struct watch *w, struct watch_change *ret, struct diag *d) MUST_CHECK;
/* The change that was told last could not be looked at: it is told again, after pauses that double
 * up to half a minute. */
void watch_again(struct watch *w, const struct watch_change *c);

#endif
