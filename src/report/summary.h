/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first screen as data: what was looked at, what AI is there, what is worst, where the posture
 * stands and what was not looked at. Bounded: a few rows of each, whatever the size of the store.
 * Table, Markdown and the API render it. Strings live in the arena that was given.
 */
#ifndef STANCE_REPORT_SUMMARY_H
#define STANCE_REPORT_SUMMARY_H

#include "assess/control.h"
#include "report/scope.h"

#define SUMMARY_NAMES    12
#define SUMMARY_FINDINGS 10
#define SUMMARY_GAPS     5
#define SUMMARY_RULES    6
#define SUMMARY_TEXTS    10
#define SUMMARY_UNREAD   8

struct summary_kind {
    const struct kind_info *info;
    int64_t count;
    struct str names[SUMMARY_NAMES]; /* riskiest first */
    int n_names;
    int64_t distinct; /* names in all */
};

/* One control at one asset: its worst place stands for all of them. */
struct summary_finding {
    struct str id, shown_id; /* shortest beginning that is unique, at least 8 digits */
    struct str control, title, reason;
    struct str asset, asset_name, owner; /* owner empty: none */
    struct str target, path, pointer;
    int64_t line;
    enum severity severity;
    int risk; /* tenths, -1 not scored */
    int64_t more_places;
    int64_t stands[SEVERITY_COUNT]; /* findings that the row stands for, itself too */
    int64_t folded[SEVERITY_COUNT]; /* of the last row of a control: its findings without a row */
    bool fixable;
};

struct summary_gap {
    struct str path, reason, target;
    enum coverage_state state;
    int64_t files, bytes;
};

struct summary_framework {
    const struct framework *framework;
    int requirements, tested, failing, passing, unknown, manual;
};

struct summary {
    int64_t files, members, bytes; /* examined; of the files, those in archives and images */
    bool name_targets;             /* there are several: a path alone says not enough */
    int64_t assets;
    int64_t past;   /* not among these: of earlier scans, where the last did not look */
    int64_t shared; /* of these, also in targets that are not in the view */
    struct summary_kind kinds[KIND_COUNT]; /* reading order, only kinds that are there */
    int n_kinds;
    int64_t failing, by_severity[SEVERITY_COUNT]; /* open rows of verdict fail */
    int64_t undecided;                            /* open rows of verdict unknown or error */
    int64_t
        remembered; /* failing, of earlier scans, where the last did not look: in none of these */
    struct summary_finding findings[SUMMARY_FINDINGS];
    int n_findings;
    int64_t grouped;                        /* places that the findings shown stand for */
    int64_t folded;                         /* those that are told beside them */
    int64_t gaps, by_state[COVERAGE_COUNT]; /* rows */
    struct summary_gap gap[SUMMARY_GAPS];
    int n_gap;
    /* What was left out and why, of all targets together, most files first; and how many of each
     * there are in all. */
    struct summary_gap rule[SUMMARY_RULES];    /* skipped: a rule says so */
    struct summary_gap passed[SUMMARY_RULES];  /* not looked at: this version does not */
    struct summary_gap unread[SUMMARY_UNREAD]; /* likewise: formats without a reader */
    struct summary_gap texts[SUMMARY_TEXTS]; /* likewise: texts in which hosts are not looked for */
    int n_rule, n_passed, n_unread, n_texts;
    int64_t all_rule, all_passed, all_unread, all_texts;
    int64_t
        elsewhere; /* rows of places that were not looked at: the rest of a target, a submodule */
    struct summary_gap revision; /* a commit was read, not the files as they lie: path and reason */
    int n_revision;
    struct summary_framework *frameworks; /* FRAMEWORK_COUNT */
};

int summary_read(const struct scope *s, struct arena *a, struct summary *ret,
                 struct diag *d) MUST_CHECK;
/* "shop: " when there are several targets, else nothing. */
void summary_target(const struct summary *m, struct str target, struct buf *out);
/* "59 critical, 3 high more of this kind"; false: none were folded into this row. */
bool summary_folded(const struct summary_finding *f, struct buf *out);
/* "456 files, 55 of them in archives, 1.6 MiB" */
void summary_amount(const struct summary *m, struct buf *out);
/*
 * "86 to 88 of 100: unknown counted as failed, or as passed", or why there is none. 100 only when
 * nothing failed.
 */
void posture_text(const struct scope *s, struct buf *out);
/* Counts of one framework in the scan of the view. */
int summary_framework(const struct scope *s, const struct framework *f,
                      struct summary_framework *ret, struct diag *d) MUST_CHECK;
/* What the controls of one requirement said. */
enum requirement_state {
    REQUIREMENT_FAILING,
    REQUIREMENT_UNKNOWN,
    REQUIREMENT_PASSING,
    REQUIREMENT_NOTHING,      /* its controls judge nothing that was found */
    REQUIREMENT_NO_COLLECTOR, /* its controls are not in this version */
    REQUIREMENT_MANUAL,       /* needs an attestation */
    REQUIREMENT_NOT_COVERED,
};
extern const char *const REQUIREMENT_STATE_NAMES[];
int summary_requirement(const struct scope *s, const struct requirement *q,
                        enum requirement_state *ret, struct diag *d) MUST_CHECK;

#endif
