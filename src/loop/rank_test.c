/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of findings, assets and posture; what a finding's id depends on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "assess/assess.h"
#include "loop/loop.h"
#include "prioritize/risk.h"

static const struct control CONTROLS_HERE[] = {
    {.id = "T-1", .title = "One", .category = "one", .severity = SEVERITY_HIGH},
    {.id = "T-2",
     .title = "Two",
     .category = "two",
     .severity = SEVERITY_MEDIUM,
     .risk = {.exposure = "internet", .ease = "no-login", .reach = "admin"}},
    {.id = "T-3",
     .title = "Three",
     .category = "three",
     .severity = SEVERITY_HIGH,
     .keep_severity = true},
};

/* One scan of servers, each known by its address. */
struct scan {
    struct store *st;
    struct inventory inv;
    struct scan_target target;
    struct assessment as;
    struct arena mem;
    struct ranked ranked;
};

static void scan_done(struct scan *s)
{
    store_free(s->st);
    inventory_done(&s->inv);
    assessment_done(&s->as);
    arena_done(&s->mem);
}

static void begin(struct scan *s)
{
    struct clock clock = {1000};
    struct diag d = {0};
    struct coverage_row all = {.source = STR("files"), .state = COVERAGE_EXAMINED};
    s->mem = (struct arena)ARENA(0);
    s->target = (struct scan_target){STR("t"), STR("host.example/o/t"), STR("/w/t")};
    assert_int_equal(store_open(":memory:", DB_CREATE, &clock, &s->st, &d), 0);
    assert_int_equal(inventory_init(&s->inv, 0), 0);
    assert_int_equal(inventory_cover(&s->inv, &all), 0);
}

static uint32_t server(struct scan *s, const char *url, const char *path, unsigned line)
{
    struct place at = {.line = line,
                       .offset = -1,
                       .path = str_z(path),
                       .pointer = STR("/mcpServers/x"),
                       .collector = STR("mcp-config")};
    struct attribute attr = {.attr = ATTR_MCP_SERVER_URL,
                             .state = STATE_DECLARED,
                             .value = {.type = VALUE_STRING, .text = str_z(url)},
                             .at = at};
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("x"),
                            .scope = STR("host.example/o/t"),
                            .scope_path = str_z(path),
                            .at = at,
                            .attrs = &attr,
                            .n_attrs = 1};
    uint32_t handle;
    assert_int_equal(inventory_add(&s->inv, &o, &handle), 0);
    return handle;
}

static void put(struct scan *s)
{
    struct diag d = {0};
    struct scan_info info = {.program = STR("1"),
                             .knowledge = STR("1"),
                             .sandbox = STR("full"),
                             .targets = &s->target,
                             .n_targets = 1,
                             .started_ms = 1000};
    assert_int_equal(inventory_seal(&s->inv), 0);
    assert_int_equal(store_scan_begin(s->st, &info, &d), 0);
    assert_int_equal(store_put_inventory(s->st, &s->inv, &d), 0);
}

/* The store's number of a place of the inventory. */
static int64_t place_id(struct scan *s, uint32_t asset, uint32_t place)
{
    for (int64_t id = 1; id < 100; id++) {
        uint32_t a, p;
        if (!store_place_index(s->st, id, &a, &p) && a == asset && p == place)
            return id;
    }
    fail_msg("no place %u of asset %u", place, asset);
    return 0;
}

static void verdict(struct scan *s, int control, uint32_t asset, uint32_t place, enum verdict v)
{
    const struct control *c = &CONTROLS_HERE[control];
    struct verdict_row row = {.control = c,
                              .asset = s->inv.assets.v[asset].id,
                              .place = place_id(s, asset, place),
                              .verdict = v,
                              .severity = c->severity,
                              .reason = STR("because")};
    assert_int_equal(vec_push(&s->as.rows, row), 0);
}

static void rank(struct scan *s, size_t gaps)
{
    struct diag d = {0};
    if (rank_findings(s->st, &s->inv, &s->as, &s->target, gaps, &s->mem, &s->ranked, &d))
        fail_msg("%s", d.text);
}

static int tenths_of(int control)
{
    const struct control *c = &CONTROLS_HERE[control];
    struct risk_input in = {.severity_tenths = severity_tenths(c->severity),
                            .factors = {c->risk.exposure, "static", c->risk.ease, c->risk.data,
                                        c->risk.reach, c->risk.business, c->risk.people}};
    struct risk_score score;
    assert_int_equal(risk_finding(&in, &score), 0);
    return score.tenths;
}

static void places_of_one_control_count_once(void **state UNUSED)
{
    AUTO(scan) s = {0};
    begin(&s);
    server(&s, "https://a.example", "a.json", 1);
    server(&s, "https://a.example", "b.json", 1);
    put(&s);
    assert_int_equal(s.inv.assets.n, 1);
    verdict(&s, 0, 0, 0, VERDICT_FAIL);
    verdict(&s, 0, 0, 1, VERDICT_FAIL);
    rank(&s, 0);
    assert_int_equal(s.ranked.n_findings, 2);
    assert_int_equal(s.ranked.findings[0].risk_tenths, tenths_of(0));
    assert_int_equal(s.ranked.risks[0].score_tenths, tenths_of(0));
    verdict(&s, 1, 0, 1, VERDICT_FAIL);
    rank(&s, 0);
    int both[] = {tenths_of(0), tenths_of(1)};
    assert_int_equal(s.ranked.risks[0].score_tenths, risk_asset(both, 2));
    assert_int_equal(s.ranked.risks[0].state, FACT_KNOWN);
}

static void posture_is_a_range(void **state UNUSED)
{
    static const struct {
        enum verdict first, second;
        size_t gaps;
        bool low_is_full, high_is_full;
    } rows[] = {
        {VERDICT_PASS, VERDICT_PASS, 0, true, true},
        {VERDICT_PASS, VERDICT_UNKNOWN, 0, false, true},
        {VERDICT_PASS, VERDICT_ERROR, 0, false, true},
        {VERDICT_PASS, VERDICT_PASS, 1, false, true},
        {VERDICT_PASS, VERDICT_FAIL, 0, false, false},
        {VERDICT_PASS, VERDICT_EXCEPTED, 0, true, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(scan) s = {0};
        begin(&s);
        server(&s, "https://a.example", "a.json", 1);
        put(&s);
        verdict(&s, 0, 0, 0, rows[i].first);
        verdict(&s, 1, 0, 0, rows[i].second);
        rank(&s, rows[i].gaps);
        if ((s.ranked.posture_low_tenths == 1000) != rows[i].low_is_full ||
            (s.ranked.posture_high_tenths == 1000) != rows[i].high_is_full ||
            s.ranked.posture_low_tenths > s.ranked.posture_high_tenths)
            fail_msg("row %zu: %d to %d", i, s.ranked.posture_low_tenths,
                     s.ranked.posture_high_tenths);
    }
}

/* Of a server with this verdict and one that passes, both of one control. */
static int posture_of(int control, enum verdict first, uint32_t labels, uint32_t passing,
                      enum criticality told)
{
    AUTO(scan) s = {0};
    begin(&s);
    server(&s, "https://a.example", "a.json", 1);
    server(&s, "https://b.example", "b.json", 1);
    put(&s);
    s.inv.assets.v[0].labels = labels;
    s.inv.assets.v[1].labels = passing;
    s.inv.assets.v[0].criticality = told;
    verdict(&s, control, 0, 0, first);
    verdict(&s, control, 1, 0, VERDICT_PASS);
    rank(&s, 0);
    return s.ranked.posture_low_tenths;
}

/* Of a server that fails and one that passes: the posture when these labels are on them. */
static int posture_with(uint32_t failing, uint32_t passing, enum criticality told)
{
    return posture_of(0, VERDICT_FAIL, failing, passing, told);
}

/* Fixtures neither drown nor beautify what runs. */
static void labels_weigh_less(void **state UNUSED)
{
    const enum criticality unknown = CRITICALITY_UNKNOWN;
    const int plain = posture_with(0, 0, unknown);
    assert_true(posture_with(1u << LABEL_TEST, 0, unknown) > plain);
    assert_true(posture_with(0, 1u << LABEL_EXAMPLE, unknown) < plain);
    assert_int_equal(posture_with(1u << LABEL_DOCS, 1u << LABEL_DOCS, unknown), plain);
    assert_int_equal(posture_with(1u << LABEL_VENDORED, 0, unknown), plain);
    assert_int_equal(posture_with(1u << LABEL_TEST, 0, CRITICALITY_HIGH),
                     posture_with(0, 0, CRITICALITY_HIGH));
}

/* As bad in an example as elsewhere: it weighs as much. To know less never looks better. */
static void kept_severity_keeps_its_weight(void **state UNUSED)
{
    const uint32_t example = 1u << LABEL_EXAMPLE;
    const enum criticality told = CRITICALITY_UNKNOWN;
    int elsewhere = posture_of(2, VERDICT_FAIL, 0, 0, told);
    assert_int_equal(posture_of(2, VERDICT_FAIL, example, 0, told), elsewhere);
    assert_true(posture_of(0, VERDICT_FAIL, example, 0, told) > elsewhere);
    assert_true(posture_of(2, VERDICT_UNKNOWN, example, 0, told) <= elsewhere);
    assert_int_equal(posture_of(2, VERDICT_PASS, example, 0, told), 1000);
}

/* Without a verdict there is no score; one that could not be told is none either. */
static void unassessed_is_not_zero(void **state UNUSED)
{
    AUTO(scan) s = {0};
    begin(&s);
    server(&s, "https://a.example", "a.json", 1);
    server(&s, "https://b.example", "b.json", 1);
    put(&s);
    verdict(&s, 0, 1, 0, VERDICT_UNKNOWN);
    rank(&s, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(s.ranked.risks[i].state, FACT_UNKNOWN);
        assert_int_equal(s.ranked.risks[i].score_tenths, -1);
        assert_int_equal(s.ranked.risks[i].band, BAND_UNASSESSED);
    }
    assert_int_equal(s.ranked.n_findings, 1);
    assert_int_equal(s.ranked.findings[0].severity, SEVERITY_INFO);
    assert_int_equal(s.ranked.findings[0].risk_tenths, -1);
}

/* The id that a failure at this path and line has. */
static struct str id_at(const char *path, unsigned line, int control, const char *identity,
                        struct arena *a)
{
    AUTO(scan) s = {0};
    begin(&s);
    s.target.identity = str_z(identity);
    server(&s, "https://a.example", path, line);
    put(&s);
    verdict(&s, control, 0, 0, VERDICT_FAIL);
    rank(&s, 0);
    assert_int_equal(s.ranked.findings[0].id.n, 16);
    return arena_str(a, s.ranked.findings[0].id);
}

static void ids_do_not_move_with_lines(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct str id = id_at("a.json", 3, 0, "t", &a);
    assert_true(str_eq(id, id_at("a.json", 300, 0, "t", &a)));
    assert_false(str_eq(id, id_at("b.json", 3, 0, "t", &a)));
    assert_false(str_eq(id, id_at("a.json", 3, 1, "t", &a)));
    assert_false(str_eq(id, id_at("a.json", 3, 0, "u", &a)));
}

/* A secret at an asset makes its failures worse. */
static void data_raises_the_score(void **state UNUSED)
{
    AUTO(scan) s = {0};
    begin(&s);
    server(&s, "https://a.example", "a.json", 1);
    uint32_t holder = server(&s, "https://b.example", "b.json", 1);
    struct data_value v = {.class = DATA_SECRET,
                           .kind = STR("groq-key"),
                           .length = 56,
                           .at = {.path = STR("b.json"), .line = 4, .offset = -1}};
    assert_int_equal(inventory_value(&s.inv, holder, &v), 0);
    put(&s);
    uint32_t secret = s.inv.values.v[0].asset;
    verdict(&s, 0, 0, 0, VERDICT_FAIL);
    verdict(&s, 0, 1, 0, VERDICT_FAIL);
    rank(&s, 0);
    assert_true(s.ranked.risks[secret].score_tenths > s.ranked.risks[!secret].score_tenths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_of_one_control_count_once),
        cmocka_unit_test(posture_is_a_range),
        cmocka_unit_test(labels_weigh_less),
        cmocka_unit_test(kept_severity_keeps_its_weight),
        cmocka_unit_test(unassessed_is_not_zero),
        cmocka_unit_test(ids_do_not_move_with_lines),
        cmocka_unit_test(data_raises_the_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
