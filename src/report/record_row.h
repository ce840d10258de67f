/* SPDX-License-Identifier: Apache-2.0 */
/* Private to report/: the writers of single rows of the record and what they share. */
#ifndef STANCE_REPORT_RECORD_ROW_H
#define STANCE_REPORT_RECORD_ROW_H

#include "formats/json.h"
#include "report/scope.h"

#define EVIDENCE_SAMPLE 5

/* One place as evidence. Strings belong to whoever filled it. */
struct evidence {
    int64_t id; /* of the place; 0 none */
    int target; /* index in scan.targets; -1: not in the view */
    struct str path, member, pointer, url, collector, snippet, labels, name;
    int64_t line, column, offset, seen_at;
};

/* Columns of a place `p`, in the order evidence_read takes them. */
#define EVIDENCE_COLUMNS                                                                           \
    "p.id, p.target, p.path, p.member, p.pointer, p.url, p.line, p.col, p.byte_offset,"            \
    " p.collector, p.labels, p.name, p.snippet, p.last_seen"
#define EVIDENCE_COUNT 14
#define EVIDENCE_ORDER                                                                             \
    "p.target, p.path, p.member, p.pointer, p.line, p.col, p.url, p.collector, p.id"

/* From columns `at`.. of the row; the strings live until the next step. */
void evidence_read(const struct scope *s, const struct stmt *q, int at, struct evidence *ret);
void evidence_write(struct json_writer *w, const struct evidence *e);

/* A row writer: statements that are prepared once and stepped for each row. */
struct record {
    struct scope scope;
    FILE *out;
    struct buf row;
    struct json_writer w;
    struct arena mem; /* of one row */
    struct stmt *places, *place, *attributes, *at, *alike, *aliases, *owners, *values, *verdicts,
        *risk, *shared, *value_kind, *value_any;
    bool first; /* row of its array */
    bool begun; /* a part of the row is written */
};

void json_ktime(struct json_writer *w, const char *key, int64_t ms);
/* Stored JSON array; anything else is written as []. */
void json_karray(struct json_writer *w, const char *key, struct str stored);
bool stored_array(struct str text, struct str *ret_inner);
/* Words separated by spaces as an array. */
void json_kwords(struct json_writer *w, const char *key, struct str words);
/* Score, band and the rest of a `risk` object; `reason` why there is no score. */
void json_risk(struct json_writer *w, int tenths, int confidence, struct str factors,
               const char *reason);

/* A long row is written in parts: call it where all that was said so far may go. */
void record_flush(struct record *r);
int record_prepare(struct record *r, const char *sql, struct stmt **ret, struct diag *d) MUST_CHECK;

/* One asset, its id in the row; record_asset.c. */
int record_asset(struct record *r, const struct stmt *row, struct diag *d) MUST_CHECK;
int record_asset_open(struct record *r, struct diag *d) MUST_CHECK;
extern const char RECORD_ASSET_COLUMNS[];

/* record_finding.c */
int record_finding(struct record *r, const struct stmt *row, struct diag *d) MUST_CHECK;
int record_finding_open(struct record *r, struct diag *d) MUST_CHECK;
extern const char RECORD_FINDING_COLUMNS[];
/* "owasp-llm-2025:LLM03" for each requirement that the control answers. */
void json_frameworks(struct json_writer *w, struct str control);

#endif
