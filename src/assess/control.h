/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A control: one SQL file, controls/AREA/ID.sql, whose leading comment is YAML front matter.
 *
 *     -- id: AISPM-MCP-003
 *     -- title: MCP server is launched from a package that is not fixed to a version
 *     -- why: The next start may run other code than the one that was reviewed.
 *     -- severity: medium
 *     -- kind: mcp_server
 *     -- category: unpinned-package
 *     -- scope: asset                      asset | neighbours | graph
 *     -- inputs:
 *     --   version_state: [mcp-config]     attribute of `kind`: collectors that feed it
 *     --   relation.guards: [...]          a verb; needs scope neighbours or graph
 *     -- staleness: 30d
 *     -- params: {max: 3}                  optional; used as :max in the query
 *     -- risk: {ease: no-login, reach: write-own, exposure: loopback}     factors of aispm-risk/1
 *     -- remediation: {summary: Fix the version., action: pin-mcp-package}
 *     SELECT asset, CASE version_state WHEN 'floating' THEN 'fail' ... END AS verdict,
 *            '...' AS reason, place AS evidence
 *       FROM mcp_servers
 *      WHERE version_state <> 'local'
 *
 * The query selects the applicable population: one row per asset and place, columns in the order
 * asset, verdict, reason, evidence (a place id). The engine turns a row to `unknown` when a declared
 * input of that row is missing, unresolved, stale (its place was last covered longer ago than
 * `staleness`), or not covered (its place stands in a denied or failed item; a partial item turns
 * `pass` only). A query that errors gives one `error` row for each asset of the kind.
 *
 * Absent attributes are known: `auth` with state `absent` and value NULL is an answer.
 */
#ifndef STANCE_ASSESS_CONTROL_H
#define STANCE_ASSESS_CONTROL_H

#include "base/arena.h"
#include "base/diag.h"
#include "inventory/registry.h"

enum control_scope { SCOPE_ASSET, SCOPE_NEIGHBOURS, SCOPE_GRAPH };

struct control_input {
    int attr;                       /* enum attr, or -1 */
    int verb;                       /* enum verb, or -1 */
    const char *const *collectors;  /* NULL-terminated */
};

struct control_param {
    const char *name, *value;
};

/* Factors of aispm-risk/1 that the control itself knows; NULL is unknown (middle value). */
struct control_risk {
    const char *exposure, *proof, *ease, *data, *reach, *business, *people;
};

struct control {
    const char *id, *title, *why, *category, *area;
    enum severity severity;
    enum kind kind;
    enum control_scope scope;
    const struct control_input *inputs;
    int n_inputs;
    int64_t staleness_ms;
    const struct control_param *params;
    int n_params;
    struct control_risk risk;
    const char *remediation, *action; /* action may be NULL */
    const char *sql;
};

/* Built-in controls, sorted by id; generated from controls/ at build. */
extern const struct control CONTROLS[];
extern const int CONTROL_COUNT;

const struct control *control_find(struct str id);
/* Parse one file (build-time generator and tests). `file` names it in messages. */
int control_parse(struct str text, const char *file, struct arena *a, struct control *ret,
                  struct diag *d) MUST_CHECK;
/*
 * The lint. Refuses: columns of a typed view that are attributes and not declared inputs; absence
 * tests (NOT EXISTS, NOT IN with a subquery, EXCEPT, LEFT/RIGHT/FULL JOIN, COALESCE/IFNULL, IS NULL)
 * over views or verbs that are not declared inputs; base tables; functions outside the portable
 * list; non-portable syntax (GLOB, ->, ->>, ::, ILIKE, backticks, double-quoted strings, LIMIT
 * without ORDER BY); missing columns.
 */
int control_lint(const struct control *c, struct diag *d) MUST_CHECK;

/* A framework: one YAML file of requirements and the controls that answer them. */
enum test_mode { TEST_AUTOMATIC, TEST_ASSISTED, TEST_MANUAL };
struct requirement {
    const char *id, *title, *parent;
    enum test_mode mode;
    const char *const *controls; /* NULL-terminated, may be empty: not covered */
};
struct framework {
    const char *id, *title, *version, *source, *licence_note;
    const struct requirement *requirements;
    int n;
};
extern const struct framework FRAMEWORKS[];
extern const int FRAMEWORK_COUNT;

#endif
