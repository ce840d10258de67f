/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to report/: the parts of a SARIF log that do not depend on findings, and the small
 * objects that results share. Source: SARIF 2.1.0 errata 01, sections 3.4 (artifactLocation), 3.19
 * (toolComponent), 3.27 (result), 3.30 (region), 3.49 (reportingDescriptor).
 */
#ifndef STANCE_REPORT_SARIF_PARTS_H
#define STANCE_REPORT_SARIF_PARTS_H

#include "report/record_row.h"

struct sarif {
    struct scope scope;
    FILE *out;
    struct buf row;
    struct json_writer w;
};

void sarif_tool(struct sarif *s);       /* rules from the controls, with their requirements */
void sarif_taxonomies(struct sarif *s); /* one a framework, its requirements as taxa */
void sarif_automation(struct sarif *s);
void sarif_bases(struct sarif *s); /* one uri base a target */

/* Index in the rules of the tool, or -1. */
int sarif_rule_index(struct str control);
const char *sarif_level(enum severity s);
/* "9.5": the points of a severity, as code hosts sort by. */
void sarif_security_severity(struct json_writer *w, enum severity s);
/* Relative, percent-encoded, against the base of the target. */
void sarif_artifact(struct json_writer *w, int target, struct str path);
void sarif_region(struct json_writer *w, const struct evidence *e);
/* Everything but unreserved characters and '/' becomes %XX (RFC 3986), bytes as they are. */
void sarif_uri(struct buf *out, struct str path);

#endif
