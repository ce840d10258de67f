/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn of the loop: discover, link, classify, store, assess, prioritize, commit. Every command
 * that observes something (scan, verify, watch) runs exactly this, so that they cannot disagree.
 *
 *     struct loop_options o = loop_defaults();
 *     o.targets = ...; o.store = "stance.db";
 *     loop_run(&o, &clock, &result, d)
 *
 * The result is a summary; details are read from the store. The turn is one transaction: after any
 * error, a signal or kill -9 the store holds what it held before.
 */
#ifndef STANCE_LOOP_LOOP_H
#define STANCE_LOOP_LOOP_H

#include "discover/discover.h"
#include "store/store.h"

/* Where the time of one turn went, in the order of its phases. */
enum loop_phase {
    LOOP_DISCOVER,
    LOOP_LINK,  /* names, joining, sealing, classifying */
    LOOP_STORE, /* opening and writing */
    LOOP_ASSESS,
    LOOP_RANK,
    LOOP_COMMIT,
    LOOP_PHASES
};
extern const char *const LOOP_PHASE_NAMES[]; /* NULL-terminated */

/* What a turn begins with, once discovery is over. */
struct loop_progress {
    enum loop_phase phase;
    uint64_t assets, findings; /* so far; 0: not known yet */
};

struct loop_options {
    struct discover_options discover; /* targets and budgets; key is filled from key_file */
    const char *location;             /* of the store: path, ":memory:", postgres:// */
    const char *key_file;             /* installation key; NULL: the default beside the store */
    struct store *store;              /* already open: location is not used */
    uint64_t begun; /* clock_ticks when the clock was read, which tells when the turn ends; 0: time
                       stands still, as with SOURCE_DATE_EPOCH */
    bool allow_weak_sandbox; /* a weaker sandbox than full is no coverage gap */
    bool relink; /* write everything, also what did not change: for tests and measuring */
    /* What finds the items; NULL: discover_run. For tests and measuring. */
    int (*find)(const struct discover_options *o, item_sink sink, void *ctx,
                struct discover_report *ret, struct diag *d);
    /* For people: on the caller's thread, when no worker is left. */
    void (*progress)(void *ctx, const struct loop_progress *now);
    void *progress_ctx;
};

/* For people who wait: by the monotonic clock, never part of a result. */
struct loop_stats {
    uint64_t nanoseconds[LOOP_PHASES];
    uint64_t peak_bytes;        /* resident, of this process */
    uint64_t worker_peak_bytes; /* of the largest worker that has ended */
    uint64_t spilled_bytes;     /* of what this process remembered, in a file at most */
    uint64_t resident_bytes;    /* of these, in memory at most when somebody looked */
};

struct loop_result {
    struct store *store;             /* open; the caller frees it (not when it was given) */
    struct discover_report discover; /* levels, counts; rows are in the store */
    struct scan_summary summary;
    uint64_t assets, findings; /* open findings of verdict fail */
    uint64_t by_severity[SEVERITY_COUNT];
    uint64_t gaps; /* denied, failed, partial, unsupported rows */
    struct loop_stats stats;
    bool unexamined; /* after a failure: a target could not be read, the store is innocent */
};

struct loop_options loop_defaults(void);
int loop_run(const struct loop_options *o, const struct clock *clock, struct loop_result *ret,
             struct diag *d) MUST_CHECK;
void loop_result_done(struct loop_result *r);

/* Resolve what the user named: absolute root, name, kind. E_NOTFOUND, E_DENIED, E_UNSUPPORTED (a
 * pipe, a device) with the remedy in the diag. Strings live in the arena. */
int target_resolve(struct str given, struct arena *a, struct target *ret,
                   struct diag *d) MUST_CHECK;

/* The target that `v[i]` is read with: the same one given before, or one that it lies in, in a
 * place that no rule hides from the walk. SIZE_MAX: it is read by itself. */
size_t target_inside(const struct target *v, size_t n, size_t i, const struct walk_rules *rules);

/* The installation key: 32 random bytes in FILE (mode 0600), made when missing. `file` NULL: the
 * default, $XDG_DATA_HOME/stance/key. *ret has 0 or 32 bytes in the arena. */
int installation_key(const char *file, bool create, struct arena *a, struct str *ret,
                     struct diag *d) MUST_CHECK;
/* $XDG_DATA_HOME/stance, else ~/.local/share/stance, whether it is there or not. */
int data_path(struct arena *a, struct str *ret, struct diag *d) MUST_CHECK;
/* The same; made with mode 0700. */
int data_folder(struct arena *a, struct str *ret, struct diag *d) MUST_CHECK;

/* Findings and risks of one assessed scan (loop/rank.c). */
struct assessment;
struct ranked {
    struct finding *findings;
    size_t n_findings;
    struct asset_risk *risks; /* one an asset */
    int posture_low_tenths, posture_high_tenths;
};
int rank_findings(struct store *st, const struct inventory *inv, const struct assessment *as,
                  const struct scan_target *targets, size_t gaps, struct arena *a,
                  struct ranked *ret, struct diag *d) MUST_CHECK;

#endif
