/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of a document that an action replaces, joined into the one range that the engine takes.
 *
 *     struct edits e = {.doc = rq->doc, .format = rq->format, .arena = rq->arena};
 *     edits_replace(&e, node, STR("false"));
 *     edits_remove(&e, array, unwanted, ctx);
 *     return edits_finish(&e, summary, ret, d);      E_NOTFOUND when nothing was to be changed
 *
 * What stands between two ranges stays as it is, comments included.
 */
#ifndef STANCE_REMEDIATE_EDITS_H
#define STANCE_REMEDIATE_EDITS_H

#include "base/vec.h"
#include "remediate/action.h"

struct edit_range {
    size_t from, to; /* of doc->text */
    struct str with;
};

struct edits {
    const struct doc *doc;
    enum doc_format format;
    struct arena *arena;
    int error; /* sticky: E_NOMEM, E_UNSUPPORTED */
    struct {
        VEC(struct edit_range);
    } ranges;
};

void edits_done(struct edits *e);
void edits_replace(struct edits *e, const struct node *n, struct str with);
void edits_range(struct edits *e, size_t from, size_t to, struct str with);
/* Take the elements that `unwanted` names out of an array; an array that becomes empty is "[]".
 * E_UNSUPPORTED for block sequences of YAML. Number of elements taken. */
size_t edits_remove(struct edits *e, const struct node *array,
                    bool (*unwanted)(const struct doc *doc, const struct node *n));
int edits_finish(struct edits *e, struct str summary, struct edit *ret, struct diag *d) MUST_CHECK;

/* The entry of the server that the pointer names, or names a part of; NULL: not there. An alias of
 * YAML is returned as it stands. */
const struct node *edit_server(const struct doc *doc, struct str pointer);

/* Parse as the format asks, whole or not at all. UTF-16 is E_UNSUPPORTED. */
int edit_parse(struct str text, enum doc_format format, struct arena *a, struct doc *ret,
               struct diag *d) MUST_CHECK;
/* before[0, from) + with + before[to, end) */
int edit_apply(struct str before, const struct edit *e, struct arena *a,
               struct str *ret) MUST_CHECK;

#endif
