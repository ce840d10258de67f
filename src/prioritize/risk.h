/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aispm-risk/1, the scoring method. A finding: S severity (0-10), L likelihood = (exposure + proof
 * + ease) / 100, I impact = a1 + 0.25 a2 (1 - a1) of the two largest of data, reach, business,
 * people; R = 10 S sqrt(L I), half-up to 0.1. A missing factor takes its middle value and lowers
 * confidence. An asset: A = R1 + (100 - R1) 0.08 (R2 + ... + R6) / 100, worst row of each control
 * once. Bands: 80 critical, 60 high, 40 medium, 20 low, below info; unassessed without evaluated
 * control.
 *
 * Scores are integers in tenths (826 is 82.6), computed in fixed point so that every machine
 * agrees. Posture = 100 - criticality-weighted mean of A, as a range: low counts every unknown
 * verdict as failed and every gap of coverage as a lost asset; high counts them as passed. What
 * stands only in tests, examples and docs has low criticality there, when nobody says another one.
 */
#ifndef STANCE_PRIORITIZE_RISK_H
#define STANCE_PRIORITIZE_RISK_H

#include "base/arena.h"
#include "base/buf.h"
#include "inventory/registry.h"

#define RISK_METHOD "aispm-risk/1"

enum factor {
    FACTOR_EXPOSURE,
    FACTOR_PROOF,
    FACTOR_EASE,
    FACTOR_DATA,
    FACTOR_REACH,
    FACTOR_BUSINESS,
    FACTOR_PEOPLE,
    FACTOR_COUNT
};

/* Words of each factor ("internet", "static", "no-login", "regulated", "write-own", ...) and their
 * points; NULL word: the middle value. */
struct factor_level {
    const char *word;
    int points; /* likelihood: 0..40; impact: hundredths, 0..100 */
};
const struct factor_level *factor_levels(enum factor f, int *ret_n);
extern const char *const FACTOR_NAMES[];

struct risk_input {
    int severity_tenths;               /* 95, 75, 50, 25; an advisory's CVSS base */
    const char *factors[FACTOR_COUNT]; /* words or NULL */
    bool compensated;                  /* verified compensating control: half the ease points */
};

struct risk_factor {
    const char *name, *value; /* value NULL: unknown, middle taken */
    int points;
};

struct risk_score {
    int tenths;                     /* R x 10 */
    int likelihood_pct, impact_pct; /* hundredths, rounded down: for people */
    int confidence_pct;
    enum band band;
    struct risk_factor factors[FACTOR_COUNT];
};

/* Points of a severity word for controls. */
int severity_tenths(enum severity s);
enum band band_of(int tenths);
/* E_USAGE when a word is unknown. */
int risk_finding(const struct risk_input *in, struct risk_score *ret) MUST_CHECK;
/* Scores in any order, one a control; n 0 gives 0. */
int risk_asset(const int *tenths, size_t n);
/* Attack path in tenths: 100 I(target) times the probability of each edge (open .95, weak .6,
 * normal .25, strong .05), half to even. E_USAGE for an unknown word. */
int risk_path(int target_impact_pct, const char *const *edges, size_t n) MUST_CHECK;

/* OWASP AIVSS 0.8 in tenths: (CVSS + (10 - CVSS) F/10 ThM) MF, half-up. `threat`: "attacked",
 * "poc", "unreported"; `mitigation`: "none", "partial", "strong". E_USAGE for another word. */
int risk_aivss(int cvss_tenths, int factor_sum_tenths, const char *threat,
               const char *mitigation) MUST_CHECK;

struct posture_part {
    int low_tenths, high_tenths; /* asset score with unknowns failed / passed; -1: unassessed */
    enum criticality criticality;
};
/* `gaps`: denied, failed, partial and unsupported coverage rows. -1 when nothing was assessed. */
void risk_posture(const struct posture_part *p, size_t n, size_t gaps, int *ret_low_tenths,
                  int *ret_high_tenths);

/* JSON array of factors for the record. */
int risk_factors_json(const struct risk_score *s, struct buf *out) MUST_CHECK;

#endif
