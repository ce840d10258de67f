/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model that the registry generator builds from src/inventory/kinds.yaml, and its writers.
 * Build-time only. All memory of the model belongs to the arena given to registry_load.
 *
 *     registry build KINDS RECORD OUTDIR   registry_ids.gen.h and registry.gen.c
 *     registry docs  KINDS RECORD ROOT     the committed files below ROOT/docs
 *     registry check KINDS RECORD ROOT     exit 1 when a committed file differs from what docs
 * writes
 */
#ifndef STANCE_TOOLS_GEN_REGISTRY_H
#define STANCE_TOOLS_GEN_REGISTRY_H

#include "base/diag.h"
#include "formats/doc.h"

struct word {
    struct str text;
    struct str means; /* verbs only */
};

struct words {
    struct word *v;
    size_t n;
};

/* One closed vocabulary of the record: its key in kinds.yaml and its names in C. */
struct vocabulary {
    const char *key;    /* "relation_states" */
    const char *tag;    /* enum relation_state */
    const char *prefix; /* RELATION */
    const char *table;  /* RELATION_STATE_NAMES */
    const char *def;    /* $defs name in the JSON Schema */
};

enum { VOCABULARIES = 14 };
extern const struct vocabulary VOCABULARY[VOCABULARIES];

struct reg_attr {
    struct str name, type, unit, form, means;
    bool per_asset, sensitive;
    struct words values;
    const struct node *at;
};

enum { PARTS = 4 };
struct reg_rule {
    int n;
    struct str parts[PARTS]; /* "@scope" or an attribute name */
    int attr[PARTS];         /* index in the kind, or the negative IDENTITY_ code */
};

struct reg_kind {
    struct str name, title, plural, category, means;
    struct reg_attr *attrs;
    size_t n_attrs;
    struct reg_rule *rules;
    size_t n_rules;
    int *columns;
    size_t n_columns;
};

struct registry {
    struct reg_kind *kinds;
    size_t n_kinds;
    struct words words[VOCABULARIES];
};

/* E_PARSE with file, line, column and remedy when `doc` breaks a rule of the registry. */
int registry_load(const struct doc *doc, const char *file, struct arena *a, struct registry *ret,
                  struct diag *d) MUST_CHECK;

bool attr_is(const struct reg_attr *a, const char *type);
/* Column of an attribute in the view of its kind: the name, prefixed when a fixed column has it. */
void column_name(const struct reg_kind *k, const struct reg_attr *a, struct buf *out);
/* "MCP_SERVER" of "mcp_server"; every byte that is not a letter or digit becomes '_'. */
void buf_add_upper(struct buf *b, struct str s);

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES };

void write_ids(const struct registry *r, struct buf *out);
/* `schema` is the text of the JSON Schema. */
void write_tables(const struct registry *r, struct str schema, struct buf *out);
void write_views(const struct registry *r, enum engine engine, struct buf *out);
void write_view_names(const struct registry *r, struct buf *out); /* one a line */
/* The JSON Schema of the record: `record` with the vocabularies and kinds added to its $defs. */
int write_schema(const struct registry *r, const struct doc *record, struct buf *out,
                 struct diag *d) MUST_CHECK;
void write_kinds_page(const struct registry *r, struct buf *out);
void write_identity_tables(const struct registry *r, struct buf *out);

#endif
