/* SPDX-License-Identifier: Apache-2.0 */
/* Private to `stance explain`: a page about one asset or one finding, and what both share. */
#ifndef STANCE_CLI_EXPLAIN_H
#define STANCE_CLI_EXPLAIN_H

#include "base/vec.h"
#include "cli/command.h"
#include "report/scope.h"
#include "report/text.h"

/* A place and its number on the page, from 1. */
struct page_ref {
    int64_t id;
    uint64_t number;
};

/* A page is printed as its rows come. What is kept of each place is its number: an asset may have a
 * hundred thousand. */
struct page {
    struct invocation *in;
    const struct scope *scope;
    struct str id;
    struct buf line;
    struct diag *diag;
    struct {
        VEC(struct page_ref);
    } places; /* by id, once all are there */
    struct {
        struct str name, text; /* of an attribute or a verdict, whose places are collected: */
        enum tone tone;
        bool absent;
        struct {
            VEC(uint64_t);
        } refs;
        struct arena mem;
    } group;
    struct buf absent; /* names of attributes that are not set */
};

/* SQL: where the place p is, whole, with its target before it where the store has several. */
#define PLACE_TOLD                                                                                 \
    "CASE WHEN (SELECT count(*) FROM target) > 1 THEN coalesce((SELECT " TARGET_SHOWN              \
    " FROM target t WHERE t.id = p.target) || ': ', '') ELSE '' END || " PLACE_WHOLE

void page_done(struct page *p);
int explain_asset(struct page *p) MUST_CHECK;
int explain_finding(struct page *p) MUST_CHECK;

/* A heading, and lines below it: label in a column of its own, text cut at nothing. */
void page_head(struct page *p, const char *title, const char *after);
void page_line(struct page *p, const char *label, struct str text);
/* Starts a line with its label; the caller appends to p->line and calls page_end. */
void page_begin(struct page *p, struct str label, enum tone tone);
void page_show(struct page *p, struct str raw); /* inert */
void page_end(struct page *p);

/* Runs `sql` with the id of the page as ?1 and prints each row. *ret_rows may be NULL. */
int page_rows(struct page *p, const char *sql, void (*row)(struct page *p, const struct stmt *r),
              int *ret_rows) MUST_CHECK;
/* "path:line:column pointer (collector)" of the columns path, line, col, pointer, collector. */
void page_place(struct page *p, const struct stmt *r, int at);
/* A stored JSON array of risk factors, one a line. */
int page_factors(struct page *p, struct str factors) MUST_CHECK;
int page_history(struct page *p) MUST_CHECK;

#endif
