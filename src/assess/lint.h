/* SPDX-License-Identifier: Apache-2.0 */
/* Private to assess/: the state that the two halves of the lint share. */
#ifndef STANCE_ASSESS_LINT_H
#define STANCE_ASSESS_LINT_H

#include "assess/control.h"
#include "assess/sql_token.h"

enum ref_type {
    REF_KIND,      /* the view of a kind */
    REF_LIST,      /* the view of one list attribute */
    REF_ASSETS,    /* all kinds */
    REF_PLACES,    /* of all kinds */
    REF_RELATIONS, /* between assets */
    REF_LOCAL,     /* a common table expression or a subquery */
};

/* One table of a FROM clause. */
struct ref {
    enum ref_type type;
    struct str alias;
    uint32_t token;
    int kind;                    /* REF_KIND, REF_LIST */
    int attr;                    /* REF_LIST */
    bool tied_asset, tied_place; /* alias.asset, alias.place were read */
    bool named_verb;             /* REF_RELATIONS: its verb is compared with texts */
};

#define LINT_REFS  32
#define LINT_NAMES 128

struct lint {
    const struct control *control;
    struct sql_tokens t;
    struct ref refs[LINT_REFS];
    size_t n_refs;
    struct str names[LINT_NAMES]; /* defined in the query by AS */
    size_t n_names;
    bool *skip;          /* token is no column: table, alias, type */
    bool *input_used;    /* one an input of the control */
    uint32_t *enclosing; /* token: index of the "(" around it, UINT32_MAX none */
    struct diag *diag;
};

/* E_PARSE with the control's file and the token's line. `t` NULL: the first line. */
int lint_error(struct lint *l, const struct sql_token *t, const char *fmt, ...) PRINTF_LIKE(3, 4);

bool lint_is_keyword(const struct sql_token *t);
bool lint_is_function(const struct lint *l, size_t i);

/* Syntax that engines read differently: operators, words, functions, LIKE, parameters. */
int lint_portable(struct lint *l) MUST_CHECK;
/* Which tables the query reads, and the names it defines. */
int lint_tables(struct lint *l) MUST_CHECK;
/* After the columns: other rows are bound to declared verbs, kinds and assets. */
int lint_ties(struct lint *l) MUST_CHECK;

#endif
