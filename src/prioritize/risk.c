/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a finding, an asset, a path and a posture score under aispm-risk/1. */
#include "prioritize/risk.h"

#include "base/vec.h"
#include "formats/json.h"

const char *const FACTOR_NAMES[] = {"exposure", "proof",    "ease",  "data",
                                    "reach",    "business", "people"};

/* Highest first. The middle value of a factor is the lower of the two in the middle. */
static const struct factor_level EXPOSURE[] = {
    {"internet", 40}, {"partner", 30}, {"organization", 20}, {"team", 10}, {"loopback", 4}};
static const struct factor_level PROOF[] = {{"known-exploited", 35}, {"weaponized", 28},
                                            {"probe", 25},           {"public-poc", 20},
                                            {"static", 12},          {"theory", 6}};
static const struct factor_level EASE[] = {
    {"no-login", 25}, {"low-privilege", 15}, {"high-privilege", 6}};
static const struct factor_level DATA[] = {
    {"secret", 100}, {"regulated", 85}, {"confidential", 60}, {"internal", 30}, {"public", 10}};
static const struct factor_level REACH[] = {
    {"admin", 100}, {"write-shared", 80}, {"write-own", 50}, {"read-own", 30}, {"none", 0}};
static const struct factor_level BUSINESS[] = {
    {"crown", 100}, {"high", 80}, {"medium", 50}, {"low", 20}};
static const struct factor_level PEOPLE[] = {{"high-risk", 90}, {"limited", 40}, {"minimal", 10}};

const struct factor_level *factor_levels(enum factor f, int *ret_n)
{
    static const struct {
        const struct factor_level *v;
        int n;
    } tables[FACTOR_COUNT] = {
        {EXPOSURE, ARRAY_LEN(EXPOSURE)}, {PROOF, ARRAY_LEN(PROOF)}, {EASE, ARRAY_LEN(EASE)},
        {DATA, ARRAY_LEN(DATA)},         {REACH, ARRAY_LEN(REACH)}, {BUSINESS, ARRAY_LEN(BUSINESS)},
        {PEOPLE, ARRAY_LEN(PEOPLE)},
    };
    *ret_n = tables[f].n;
    return tables[f].v;
}

static uint64_t isqrt(uint64_t v)
{
    uint64_t r = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit; bit >>= 2) {
        if (v >= r + bit) {
            v -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
    }
    return r;
}

int severity_tenths(enum severity s)
{
    switch (s) {
    case SEVERITY_CRITICAL: return 95;
    case SEVERITY_HIGH: return 75;
    case SEVERITY_MEDIUM: return 50;
    case SEVERITY_LOW: return 25;
    default: return 0;
    }
}

enum band band_of(int tenths)
{
    if (tenths < 0)
        return BAND_UNASSESSED;
    return tenths >= 800   ? BAND_CRITICAL
           : tenths >= 600 ? BAND_HIGH
           : tenths >= 400 ? BAND_MEDIUM
           : tenths >= 200 ? BAND_LOW
                           : BAND_INFO;
}

static int resolve(enum factor f, const char *word, struct risk_factor *ret)
{
    int n;
    const struct factor_level *v = factor_levels(f, &n);
    ret->name = FACTOR_NAMES[f];
    ret->value = word;
    ret->points = v[n / 2].points;
    if (!word)
        return 0;
    for (int i = 0; i < n; i++)
        if (str_eq(str_z(v[i].word), str_z(word))) {
            ret->points = v[i].points;
            return 0;
        }
    return E_USAGE;
}

int risk_finding(const struct risk_input *in, struct risk_score *ret)
{
    struct risk_score s = {0};
    int known = 0;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (resolve((enum factor)f, in->factors[f], &s.factors[f]))
            return E_USAGE;
        known += in->factors[f] != NULL;
    }
    const struct risk_factor *v = s.factors;
    /* Likelihood in two-hundredths: a compensating control halves the ease points. */
    int l200 = 2 * (v[FACTOR_EXPOSURE].points + v[FACTOR_PROOF].points) +
               (in->compensated ? 1 : 2) * v[FACTOR_EASE].points;
    int a1 = 0, a2 = 0;
    for (int f = FACTOR_DATA; f <= FACTOR_PEOPLE; f++) {
        int p = v[f].points;
        a2 = p > a1 ? a1 : MAX(a2, p);
        a1 = MAX(a1, p);
    }
    int impact6 = a1 * 10000 + 25 * a2 * (100 - a1); /* millionths */
    uint64_t s10 = (uint64_t)in->severity_tenths;
    uint64_t scaled = isqrt(s10 * s10 * (uint64_t)l200 * (uint64_t)impact6 / 2);
    s.tenths = (int)((scaled + 500) / 1000);
    s.likelihood_pct = l200 / 2;
    s.impact_pct = impact6 / 10000;
    s.confidence_pct = 100 * known / FACTOR_COUNT;
    s.band = band_of(s.tenths);
    *ret = s;
    return 0;
}

int risk_asset(const int *tenths, size_t n)
{
    int best[6] = {0}; /* R1..R6, falling */
    for (size_t i = 0; i < n; i++) {
        int v = tenths[i];
        for (size_t k = 0; k < ARRAY_LEN(best); k++)
            if (v > best[k]) {
                int t = best[k];
                best[k] = v;
                v = t;
            }
    }
    int rest = best[1] + best[2] + best[3] + best[4] + best[5];
    /* (1000 - R1) 0.08 rest / 1000, in tenths, half-up */
    int64_t lift = (int64_t)(1000 - best[0]) * 8 * rest;
    return best[0] + (int)((lift + 50000) / 100000);
}

int risk_path(int target_impact_pct, const char *const *edges, size_t n)
{
    static const struct factor_level states[] = {
        {"open", 95}, {"weak", 60}, {"normal", 25}, {"strong", 5}};
    /* Millionths, cut after each edge; exact for paths of three edges. */
    int64_t p = (int64_t)target_impact_pct * 10000;
    for (size_t i = 0; i < n; i++) {
        int points = -1;
        for (size_t k = 0; k < ARRAY_LEN(states); k++)
            if (str_eq(str_z(states[k].word), str_z(edges[i])))
                points = states[k].points;
        if (points < 0)
            return E_USAGE;
        p = p * points / 100;
    }
    int64_t whole = p / 1000, rest = p % 1000;
    return (int)(whole + (rest > 500 || (rest == 500 && whole % 2)));
}

int risk_aivss(int cvss_tenths, int factor_sum_tenths, const char *threat, const char *mitigation)
{
    static const struct factor_level threats[] = {
        {"attacked", 100}, {"poc", 97}, {"unreported", 50}};
    static const struct factor_level mitigations[] = {
        {"none", 100}, {"partial", 83}, {"strong", 67}};
    int thm = -1, mf = -1;
    for (size_t i = 0; i < 3; i++) {
        thm = str_eq(str_z(threats[i].word), str_z(threat)) ? threats[i].points : thm;
        mf = str_eq(str_z(mitigations[i].word), str_z(mitigation)) ? mitigations[i].points : mf;
    }
    if (thm < 0 || mf < 0)
        return E_USAGE;
    /* Units: tenths x 100 (F/10) x 100 (ThM) x 100 (MF). */
    int64_t aars = (int64_t)(100 - cvss_tenths) * factor_sum_tenths * thm;
    int64_t sum = (int64_t)cvss_tenths * 10000 + aars;
    return (int)((sum * mf + 500000) / 1000000);
}

static int weight(enum criticality c)
{
    switch (c) {
    case CRITICALITY_LOW: return 1;
    case CRITICALITY_HIGH: return 3;
    case CRITICALITY_CROWN: return 4;
    default: return 2; /* medium, and unknown */
    }
}

void risk_posture(const struct posture_part *p, size_t n, size_t gaps, int *ret_low_tenths,
                  int *ret_high_tenths)
{
    int64_t low = 0, high = 0, w_assessed = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i].low_tenths < 0)
            continue;
        int w = weight(p[i].criticality);
        low += (int64_t)w * p[i].low_tenths;
        high += (int64_t)w * p[i].high_tenths;
        w_assessed += w;
    }
    *ret_low_tenths = *ret_high_tenths = -1;
    if (!w_assessed)
        return;
    int64_t w_gaps = (int64_t)gaps * weight(CRITICALITY_UNKNOWN);
    /* Rounded down, so that a worse input never prints as well as a better one. */
    *ret_low_tenths =
        (int)(1000 - (low + 1000 * w_gaps + w_assessed + w_gaps - 1) / (w_assessed + w_gaps));
    *ret_high_tenths = (int)(1000 - (high + w_assessed - 1) / w_assessed);
}

int risk_factors_json(const struct risk_score *s, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out, JSON_COMPACT);
    json_array(&w);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct risk_factor *v = &s->factors[f];
        json_object(&w);
        json_kstr(&w, "factor", str_z(v->name));
        json_key(&w, STR("value"));
        if (v->value)
            json_str(&w, str_z(v->value));
        else
            json_null(&w);
        json_kint(&w, "points", v->points);
        json_end(&w);
    }
    json_end(&w);
    return json_finish(&w);
}
