/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a requirement never looks better than what was examined allows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/summary.h"
#include "report/testing.h"

static const char *const ONE[] = {"AISPM-MCP-002", NULL};
static const char *const TWO[] = {"AISPM-MCP-002", "AISPM-MCP-003", NULL};
static const char *const STRANGE[] = {"AISPM-ZZZ-001", NULL};
static const char *const NO[] = {NULL};

static enum requirement_state state_of(const char *const *controls, enum test_mode mode,
                                       const char *runs)
{
    const struct requirement q = {.id = "X", .mode = mode, .controls = controls};
    enum requirement_state ret = REQUIREMENT_NOT_COVERED;
    AUTO(buf) sql = BUF_INIT;
    buf_addf(
        &sql,
        "INSERT INTO target VALUES (1, 'a', 'a', '.', '/a');"
        "INSERT INTO scan VALUES (1, 'f', '0.1.0', 'k1', 'full', 1, 1, 1, 'd', '', -1, -1, '');"
        "INSERT INTO scan_target VALUES (1, 1, 0);%s",
        runs);
    struct view v = shop_open(sql.p);
    struct diag d = {0};
    struct scope s;
    assert_int_equal(scope_open(&v, &s, &d), 0);
    assert_int_equal(summary_requirement(&s, &q, &ret, &d), 0);
    scope_done(&s);
    db_free(v.db);
    return ret;
}

/* scan, control, population, passed, failed, unknown, errors, digest, hidden */
#define RUN(id, numbers, hidden)                                                                   \
    "INSERT INTO control_run VALUES (1, '" id "', 9, " numbers ", '', " hidden ");"

static void test_states(void **state)
{
    static const struct {
        const char *const *controls;
        enum requirement_state want;
        const char *runs;
    } rows[] = {
        {ONE, REQUIREMENT_PASSING, RUN("AISPM-MCP-002", "9, 0, 0, 0", "0")},
        {ONE, REQUIREMENT_FAILING, RUN("AISPM-MCP-002", "8, 1, 0, 0", "0")},
        {ONE, REQUIREMENT_UNKNOWN, RUN("AISPM-MCP-002", "8, 0, 1, 0", "0")},
        {ONE, REQUIREMENT_UNKNOWN, RUN("AISPM-MCP-002", "8, 0, 0, 1", "0")},
        {ONE, REQUIREMENT_NOTHING, RUN("AISPM-MCP-002", "0, 0, 0, 0", "0")},
        {ONE, REQUIREMENT_NOTHING, ""},
        /* what was not examined may hold what would fail it */
        {ONE, REQUIREMENT_UNKNOWN, RUN("AISPM-MCP-002", "9, 0, 0, 0", "1")},
        {ONE, REQUIREMENT_UNKNOWN, RUN("AISPM-MCP-002", "0, 0, 0, 0", "1")},
        {ONE, REQUIREMENT_FAILING, RUN("AISPM-MCP-002", "8, 1, 0, 0", "1")},
        {TWO, REQUIREMENT_UNKNOWN,
         RUN("AISPM-MCP-002", "9, 0, 0, 0", "0") RUN("AISPM-MCP-003", "9, 0, 0, 0", "3")},
        {TWO, REQUIREMENT_PASSING,
         RUN("AISPM-MCP-002", "9, 0, 0, 0", "0") RUN("AISPM-MCP-003", "0, 0, 0, 0", "0")},
        {STRANGE, REQUIREMENT_NO_COLLECTOR, ""},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (state_of(rows[i].controls, TEST_ASSISTED, rows[i].runs) != rows[i].want)
            fail_msg("row %zu is not %s", i, REQUIREMENT_STATE_NAMES[rows[i].want]);
    assert_int_equal(state_of(NO, TEST_MANUAL, ""), REQUIREMENT_MANUAL);
    assert_int_equal(state_of(NO, TEST_ASSISTED, ""), REQUIREMENT_NOT_COVERED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
