/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of kinds, attributes and closed vocabularies, generated from kinds.yaml by
 * tools/gen/registry.c into registry_ids.gen.h (enums) and registry.gen.c (tables).
 *
 * Enum members are named after the words: KIND_MCP_SERVER, ATTR_MCP_SERVER_URL, VERB_CONNECTS,
 * RELATION_DECLARED, STATE_ABSENT (attribute states), COVERAGE_DENIED, VERDICT_PASS,
 * STATUS_OPEN, SEVERITY_HIGH, FACT_KNOWN, BAND_UNASSESSED, LABEL_TEST, ENVIRONMENT_PRODUCTION,
 * CRITICALITY_CROWN, SANCTION_BANNED, DATA_PII. Each enum ends with a _COUNT member; values start
 * at 0 in the order of the file. The words themselves are in the *_NAMES tables.
 */
#ifndef STANCE_INVENTORY_REGISTRY_H
#define STANCE_INVENTORY_REGISTRY_H

#include "base/str.h"
#include "inventory/registry_ids.gen.h"

enum value_type { VALUE_STRING, VALUE_INTEGER, VALUE_BOOLEAN, VALUE_STRINGS };
enum value_form { FORM_TEXT, FORM_URL }; /* FORM_URL: compared after url_normalise */

struct attr_info {
    const char *name; /* "package_version" */
    enum kind kind;
    enum value_type type;
    enum value_form form;
    bool per_asset; /* one value for the asset; else one a place */
    bool sensitive;
    const char *unit; /* NULL: none */
    const char *means;
    const char *const *values; /* closed set, NULL-terminated, or NULL */
};

#define IDENTITY_PARTS 4
struct identity_rule {
    int n;
    /* >= 0: enum attr; negative: one of IDENTITY_SCOPE.. */
    int parts[IDENTITY_PARTS];
};
enum { IDENTITY_SCOPE = -1, IDENTITY_PATH = -2, IDENTITY_NAME = -3, IDENTITY_PLACE = -4 };

struct kind_info {
    const char *name, *title, *plural, *category, *means;
    const struct identity_rule *identity; /* in order of precedence */
    int identities;
    int first_attr, attrs; /* range in the attribute table */
    const int *columns;    /* attributes of the short table */
    int column_count;
};

const struct kind_info *kind_info(enum kind k);
const struct attr_info *attr_info(enum attr a);
/* Index of a word in a NULL-terminated table, or -1. */
int word_index(const char *const *names, struct str word);
int kind_from_name(struct str name);              /* also the plural; -1 unknown */
int attr_from_name(enum kind k, struct str name); /* -1 unknown */

/* Indexed by enum kind and enum attr; ended by KIND_COUNT and ATTR_COUNT. */
extern const struct kind_info REGISTRY_KINDS[];
extern const struct attr_info REGISTRY_ATTRS[];

extern const char *const VALUE_TYPE_NAMES[]; /* "string", "integer", "boolean", "strings" */
extern const char *const VERB_NAMES[],
    *const RELATION_STATE_NAMES[],
        *const ATTR_STATE_NAMES[],
            *const COVERAGE_STATE_NAMES[],
                *const VERDICT_NAMES[], *const FINDING_STATUS_NAMES[],
                                            *const SEVERITY_NAMES[],
                                                *const FACT_STATE_NAMES[],
                                                    *const BAND_NAMES[],
                                                        *const LABEL_NAMES[],
                                                            *const ENVIRONMENT_NAMES[],
                                                                *const CRITICALITY_NAMES[],
                                                                    *const SANCTION_NAMES[],
                                                                        *const DATA_CLASS_NAMES[];

/* Generated texts: CREATE VIEW statements for each engine and the JSON Schema of stance/1. */
extern const char REGISTRY_VIEWS_SQLITE[], REGISTRY_VIEWS_POSTGRES[], REGISTRY_SCHEMA_JSON[];
extern const char *const REGISTRY_VIEW_NAMES[]; /* every view of those texts, NULL-terminated */

#endif
