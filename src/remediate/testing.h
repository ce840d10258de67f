/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of actions: plan without a worker around it, and compare the file as a whole. Include
 * after cmocka.h.
 *
 *     const struct plan_case c = {"pin-mcp-package", "AISPM-MCP-003", ".mcp.json",
 * "/mcpServers/a"}; plan_becomes(&c, "1.2.3", before, after); plan_refused(&c, "1.2", before,
 * E_USAGE, "exact version");
 */
#ifndef STANCE_REMEDIATE_TESTING_H
#define STANCE_REMEDIATE_TESTING_H

#include "remediate/edits.h"
#include "remediate/plan_worker.h"

struct plan_case {
    const char *action, *control, *path, *pointer;
};

static int plan_try(const struct plan_case *c, const char *version, struct str before,
                    struct arena *a, struct edit *e, struct diag *d)
{
    struct plan_worker w = {.catalog = &CATALOG};
    struct str diff;
    struct plan_request rq = {.action = str_z(c->action),
                              .path = str_z(c->path),
                              .pointer = str_z(c->pointer),
                              .control = str_z(c->control),
                              .version = str_z(version)};
    return plan_edit(&w, &rq, before, a, e, &diff, d);
}

static UNUSED void plan_becomes_n(const struct plan_case *c, const char *version, struct str before,
                                  struct str after)
{
    AUTO(arena) a = ARENA(0);
    struct diag d = {0};
    struct edit e;
    struct str got;
    if (plan_try(c, version, before, &a, &e, &d))
        fail_msg("refused: %s", d.text);
    assert_int_equal(edit_apply(before, &e, &a, &got), 0);
    if (!str_eq(got, after))
        fail_msg("became:\n%.*s", STR_ARG(got));
    assert_true(e.summary.n > 0);
}

static UNUSED void plan_becomes(const struct plan_case *c, const char *version, const char *before,
                                const char *after)
{
    plan_becomes_n(c, version, str_z(before), str_z(after));
}

static UNUSED void plan_refused(const struct plan_case *c, const char *version, const char *before,
                                int code, const char *words)
{
    AUTO(arena) a = ARENA(0);
    struct diag d = {0};
    struct edit e;
    int rc = plan_try(c, version, str_z(before), &a, &e, &d);
    if (rc != code || !strstr(d.text, words))
        fail_msg("%s: %s, expected %s: %s", err_name(rc), d.text, err_name(code), words);
}

/* Every failing allocation ends with a code, not with a half-made edit. */
static UNUSED void plan_survives(const struct plan_case *c, const char *version, const char *before)
{
    for (size_t i = 1; i < 200; i++) {
        AUTO(arena) a = ARENA(0);
        struct diag d = {0};
        struct edit e;
        mem_fail_after(i);
        int rc = plan_try(c, version, str_z(before), &a, &e, &d);
        mem_fail_after(0);
        if (!rc)
            return;
        assert_true(rc < 0);
    }
    fail_msg("never enough memory");
}

#endif
