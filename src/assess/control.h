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
 *     -- inputs:                           the first one of the kind is where findings point
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
 * `kind: any` controls read the views `assets` and `places` instead of one kind. An input of
 * another kind is written kind.attribute. `labels: keep` says that a label (test, example, docs,
 * vendored, generated) does not lower the severity by one step, as for live secrets.
 *
 * The query selects the applicable population: one row per asset and place, columns in the order
 * asset, verdict, reason, evidence (a place id of that asset), and optionally severity: one of
 * low, medium, high, critical, or NULL for that of the front matter; it counts for `fail` only.
 * A row whose input is unresolved must stay in the population, so write
 * `x IS NULL OR x <> 'local'`, not `x <> 'local'`: the property test removes each input.
 *
 * The engine turns a row to `unknown` when a declared input of that row is missing, unresolved,
 * stale (its place was last covered longer ago than `staleness`), or not covered (its place stands
 * in a denied or failed item; a partial item turns `pass` only, and a failed one no `fail` whose
 * place was told by a collector that read it all the same). In scope neighbours and graph, and
 * for inputs of other kinds, any gap in the same target turns `pass`, since what would fail it may
 * stand in the gap. A query that errors gives one `error` row for each asset of the kind.
 *
 * A control with an input that no detector of this program collects could only say unknown for
 * ever: it is not run (`collected` is false), and frameworks list it as "no collector".
 *
 * Parameters are written :name and replaced by literals; :now is the time of the run in
 * milliseconds.
 *
 * Absent attributes are known: `auth` with state `absent` and value NULL is an answer.
 *
 * Words of `risk` (NULL takes the middle): exposure internet, partner, organization, team,
 * loopback; proof known-exploited, weaponized, probe, public-poc, static, theory; ease no-login,
 * low-privilege, high-privilege; data public, internal, confidential, regulated, secret; reach
 * none, read-own, write-own, write-shared, admin; business low, medium, high, crown; people
 * minimal, limited, high-risk.
 */
#ifndef STANCE_ASSESS_CONTROL_H
#define STANCE_ASSESS_CONTROL_H

#include "base/arena.h"
#include "base/diag.h"
#include "inventory/registry.h"

enum { KIND_ANY = -1 };

enum control_scope { SCOPE_ASSET, SCOPE_NEIGHBOURS, SCOPE_GRAPH };

struct control_input {
    int attr;                      /* enum attr, or -1 */
    int verb;                      /* enum verb, or -1 */
    const char *const *collectors; /* NULL-terminated */
};

struct control_param {
    const char *name, *literal; /* SQL literal: 3, 'text' */
};

/* Factors of aispm-risk/1 that the control itself knows; NULL is unknown (middle value). */
struct control_risk {
    const char *exposure, *proof, *ease, *data, *reach, *business, *people;
};

struct control {
    const char *id, *title, *why, *category, *area;
    const char *file; /* path below controls/ */
    unsigned line;    /* of the query's first line in the file */
    enum severity severity;
    bool keep_severity; /* labels do not lower it */
    bool pass_is_found; /* never rests on an absence */
    bool collected;     /* every input has a collector in this program; else it is not run */
    int kind;           /* enum kind, or KIND_ANY */
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

/* Built-in controls, sorted by id, and the text of their tests in the same order; generated from
 * controls/ at build. */
extern const struct control CONTROLS[];
extern const char *const CONTROL_TESTS[];
extern const int CONTROL_COUNT;

const struct control *control_find(struct str id); /* whatever the case of its letters */
/* Parse one file (build-time generator and tests). `file` names it in messages. */
int control_parse(struct str text, const char *file, struct arena *a, struct control *ret,
                  struct diag *d) MUST_CHECK;
/*
 * The lint: what a query may say so that both engines agree and nothing turns into a false pass.
 * Tables: typed views only. Scope `asset`: one view, that of the kind, once, and its list views
 * (which must be tied by asset and place); other rows need scope neighbours or graph, where rows of
 * a kind need a declared input of it, each relation its verb as text, and the other rows of
 * `assets` and `places` the asset or place they belong to. Attributes and verbs must be declared
 * inputs, and each input must be used: so no absence test (NOT EXISTS, outer join, COALESCE, IS
 * NULL, count) can rest on something the engine does not check. Functions: the portable list.
 * Refused syntax: GLOB, REGEXP, MATCH, ILIKE, ->, ->>, ::, ==, IS other than IS [NOT] NULL,
 * backticks, brackets, double quotes around anything but a column, LIKE that depends on case, CAST
 * to a number, substr before the first letter, LIMIT without ORDER BY, ORDER BY without NULLS
 * FIRST or LAST, clock functions. The first four columns must be named asset, verdict, reason,
 * evidence.
 */
int control_lint(const struct control *c, struct diag *d) MUST_CHECK;

/*
 * A framework: one YAML file, frameworks/NAME.yaml, of requirements and the controls that answer
 * them. Ids and short titles only: the texts belong to their publishers.
 *
 *     id: owasp-llm-2025
 *     title: OWASP Top 10 for LLM Applications
 *     version: "2025"
 *     source: https://genai.owasp.org/llm-top-10/
 *     licence: CC BY-SA 4.0, ids and titles only
 *     requirements:
 *       - {id: LLM03, title: Supply Chain, mode: assisted, controls: [AISPM-MCP-003]}
 *       - {id: LLM09, title: Misinformation, mode: assisted, controls: [], gap: None reads it yet.}
 *       - {id: A.2, title: Policies related to AI, heading: true}
 *
 * automatic: the controls decide; assisted: they give evidence, a person decides; manual: only an
 * attestation answers. A requirement without controls must say in `gap` why; unless it is manual it
 * is not covered.
 */
enum test_mode { TEST_AUTOMATIC, TEST_ASSISTED, TEST_MANUAL };
extern const char *const TEST_MODE_NAMES[];

struct requirement {
    const char *id, *title;
    const char *parent; /* id of a heading, or NULL */
    bool heading;       /* groups others, has no mode and no controls */
    enum test_mode mode;
    const char *const *controls; /* NULL-terminated, may be empty: not covered */
    const char *gap;             /* why it is not covered, or NULL */
};
struct framework {
    const char *id, *title, *version, *source, *licence_note;
    const struct requirement *requirements;
    int n;
};
extern const struct framework FRAMEWORKS[];
extern const int FRAMEWORK_COUNT;

const struct framework *framework_find(struct str id);
/* Parse one file. Control ids are checked by the caller, who knows them. */
int framework_parse(struct str text, const char *file, struct arena *a, struct framework *ret,
                    struct diag *d) MUST_CHECK;

#endif
