/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small inventories written down for the tests of controls (ID.test.yaml):
 *
 *     cases:
 *       - name: a floating package fails
 *         assets:
 *           - kind: mcp_server
 *             name: files
 *             owner: "@org/team"                      optional
 *             attributes: {version_state: floating, enabled: {state: absent}}
 *             places: [.mcp.json, {path: b.json, pointer: /x, attributes: {enabled: true}}]
 *         relations: [{from: files, verb: offers, to: read}]
 *         coverage: [{path: b.json, state: denied, reason: permission}]   optional: collectors
 *         seen: 2026-01-01                            when it was scanned; default: now
 *         now: 2026-01-02                             when it is assessed
 *         expect:
 *           - {asset: files, path: .mcp.json, verdict: fail, severity: medium, reason: newest}
 *
 * Attributes of the asset hold at all its places unless a place says otherwise. An attribute that
 * is not written is missing; {state: absent} and {state: unresolved} say so. A place may have
 * `target` (0 or 1), `labels` and `pointer`. `expect` lists every row; what is not listed must not
 * come. `severity` and `reason` (a part of it) are compared when they are written.
 *
 * A graph is plain data so that property tests can change it: set `dropped`, states, coverage.
 */
#ifndef STANCE_ASSESS_GRAPH_H
#define STANCE_ASSESS_GRAPH_H

#include "assess/control.h"
#include "inventory/inventory.h"

#define GRAPH_TARGETS 2

struct graph_attr {
    enum attr attr;
    enum attr_state state;
    struct value value;
    bool dropped;
};

struct graph_place {
    struct str path, pointer;
    uint32_t target, labels;
    struct graph_attr *attrs;
    size_t n_attrs;
    bool dropped;
};

struct graph_asset {
    enum kind kind;
    struct str name, scope, owner;
    struct graph_attr *attrs;
    size_t n_attrs;
    struct graph_place *places;
    size_t n_places;
};

struct graph_relation {
    size_t from, to; /* assets */
    enum verb verb;
    enum relation_state state;
};

struct graph_gap {
    uint32_t target;
    struct str path, reason, collectors; /* of collectors: empty is any */
    enum coverage_state state;
};

struct graph {
    struct graph_asset *assets;
    size_t n_assets;
    struct graph_relation *relations;
    size_t n_relations;
    struct graph_gap *gaps;
    size_t n_gaps;
    int64_t seen_ms, now_ms;
};

struct expected_row {
    struct str asset, path, pointer, reason;
    enum verdict verdict;
    int severity; /* -1: not compared */
};

struct control_case {
    const char *name;
    unsigned line;
    struct graph graph;
    struct expected_row *rows;
    size_t n_rows;
};

/* E_PARSE with file and line. All memory belongs to the arena. */
int cases_parse(struct str text, const char *file, struct arena *a, struct control_case **ret,
                size_t *ret_n, struct diag *d) MUST_CHECK;
/* Adds the graph to an inventory; not sealed. */
int graph_fill(const struct graph *g, struct inventory *inv, struct diag *d) MUST_CHECK;

#endif
