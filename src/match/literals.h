/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few literals in a text, without a database made at build: what user packs add to the prefilter.
 * One pass looks at each byte once; where the first two bytes of a literal stand, the literals that
 * begin so are compared.
 *
 *     literals_new(texts, n, &l, d)          the texts are not copied
 *     literals_scan(l, text, fn, ctx)        fn(ctx, index, end offset) in the order of the starts
 *
 * Scanning allocates nothing. Every occurrence is reported. A literal has two bytes at least.
 */
#ifndef STANCE_MATCH_LITERALS_H
#define STANCE_MATCH_LITERALS_H

#include "match/prefilter.h"

struct literals;

/* E_USAGE: one has less than two bytes; E_NOMEM. */
int literals_new(const struct str *texts, size_t n, struct literals **ret,
                 struct diag *d) MUST_CHECK;
struct literals *literals_free(struct literals *l);
int literals_scan(const struct literals *l, struct str text, prefilter_fn fn, void *ctx) MUST_CHECK;

#endif
