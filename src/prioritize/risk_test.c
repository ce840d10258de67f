/* SPDX-License-Identifier: Apache-2.0 */
/* The worked examples of aispm-risk/1 and the edges of its tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "prioritize/risk.h"

static struct risk_score score(const struct risk_input *in)
{
    struct risk_score s;
    assert_int_equal(risk_finding(in, &s), 0);
    return s;
}

static void remote_server_without_auth(void **state UNUSED)
{
    struct risk_input in = {
        95, {"internet", "probe", "no-login", "confidential", "write-shared", "high", NULL}, false};
    struct risk_score s = score(&in);
    assert_int_equal(s.tenths, 826);
    assert_int_equal(s.likelihood_pct, 90);
    assert_int_equal(s.impact_pct, 84);
    assert_int_equal(s.band, BAND_CRITICAL);
    assert_int_equal(s.confidence_pct, 85);
}

static void library_advisory(void **state UNUSED)
{
    struct risk_input in = {
        81,
        {"organization", "static", "low-privilege", "internal", "write-own", "medium", "limited"},
        false};
    struct risk_score s = score(&in);
    assert_int_equal(s.tenths, 416);
    assert_int_equal(s.band, BAND_MEDIUM);
    assert_int_equal(s.confidence_pct, 100);
}

static void missing_model_card(void **state UNUSED)
{
    struct risk_input in = {
        25, {"team", "static", "high-privilege", "internal", "none", "medium", "minimal"}, false};
    struct risk_score s = score(&in);
    assert_int_equal(s.tenths, 97);
    assert_int_equal(s.band, BAND_INFO);
}

static void asset_with_all_three(void **state UNUSED)
{
    int rising[] = {97, 416, 826}, falling[] = {826, 416, 97};
    assert_int_equal(risk_asset(rising, 3), 833);
    assert_int_equal(risk_asset(falling, 3), 833);
    assert_int_equal(risk_asset(NULL, 0), 0);
}

static void lows_cannot_flood(void **state UNUSED)
{
    int lows[200];
    for (size_t i = 0; i < ARRAY_LEN(lows); i++)
        lows[i] = 200;
    assert_int_equal(risk_asset(lows, ARRAY_LEN(lows)), 264);
    int worst[] = {1000, 1000, 1000, 1000, 1000, 1000};
    assert_int_equal(risk_asset(worst, 6), 1000);
}

static void attack_path(void **state UNUSED)
{
    const char *before[] = {"open", "weak", "normal"}, *after[] = {"open", "strong", "normal"};
    assert_int_equal(risk_path(100, before, 3), 142);
    assert_int_equal(risk_path(100, after, 3), 12);
    const char *wrong[] = {"ajar"};
    assert_int_equal(risk_path(100, wrong, 1), E_USAGE);
}

static void aivss(void **state UNUSED)
{
    assert_int_equal(risk_aivss(65, 85, "poc", "none"), 94);
    assert_int_equal(risk_aivss(65, 85, "poc", "partial"), 78);
    assert_int_equal(risk_aivss(65, 85, "rumour", "none"), E_USAGE);
}

static void missing_factor_takes_the_middle(void **state UNUSED)
{
    struct risk_input none = {50, {NULL}, false};
    struct risk_input middle = {50,
                                {"organization", "public-poc", "low-privilege", "confidential",
                                 "write-own", "medium", "limited"},
                                false};
    assert_int_equal(score(&none).tenths, score(&middle).tenths);
    assert_int_equal(score(&none).confidence_pct, 0);
    struct risk_input wrong = {50, {"moon"}, false};
    struct risk_score s;
    assert_int_equal(risk_finding(&wrong, &s), E_USAGE);
}

static void compensation_halves_ease(void **state UNUSED)
{
    struct risk_input in = {95, {"internet", "probe", "no-login", NULL, NULL, NULL, NULL}, true};
    assert_int_equal(score(&in).likelihood_pct, 77);
}

static void bands(void **state UNUSED)
{
    assert_int_equal(band_of(-1), BAND_UNASSESSED);
    assert_int_equal(band_of(0), BAND_INFO);
    assert_int_equal(band_of(199), BAND_INFO);
    assert_int_equal(band_of(200), BAND_LOW);
    assert_int_equal(band_of(400), BAND_MEDIUM);
    assert_int_equal(band_of(600), BAND_HIGH);
    assert_int_equal(band_of(800), BAND_CRITICAL);
}

static void posture_is_a_range(void **state UNUSED)
{
    struct posture_part parts[] = {{400, 0, CRITICALITY_UNKNOWN}, {-1, -1, CRITICALITY_CROWN}};
    int low, high;
    risk_posture(parts, 2, 0, &low, &high);
    assert_int_equal(low, 600);
    assert_int_equal(high, 1000);
    int with_gap;
    risk_posture(parts, 2, 1, &with_gap, &high);
    assert_int_equal(with_gap, 300);
    /* A failing asset that is lost behind a gap never looks better. */
    int lost;
    risk_posture(parts + 1, 1, 1, &lost, &high);
    assert_int_equal(lost, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remote_server_without_auth),
        cmocka_unit_test(library_advisory),
        cmocka_unit_test(missing_model_card),
        cmocka_unit_test(asset_with_all_three),
        cmocka_unit_test(lows_cannot_flood),
        cmocka_unit_test(attack_path),
        cmocka_unit_test(aivss),
        cmocka_unit_test(missing_factor_takes_the_middle),
        cmocka_unit_test(compensation_halves_ease),
        cmocka_unit_test(bands),
        cmocka_unit_test(posture_is_a_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
