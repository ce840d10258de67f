/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confirming matcher: PCRE2 without JIT (workers may not make memory executable), with match and
 * depth limits, on small windows that the prefilter pointed at. Never used to scan whole files.
 */
#ifndef STANCE_MATCH_REGEX_H
#define STANCE_MATCH_REGEX_H

#include "base/diag.h"
#include "base/str.h"

struct regex;
int regex_new(struct str pattern, struct regex **ret, struct diag *d) MUST_CHECK;
struct regex *regex_free(struct regex *r);
/* 1 and the span, 0 no match, E_LIMIT when the match limit was reached, E_NOMEM. */
int regex_match(struct regex *r, struct str text, size_t from, size_t *ret_start, size_t *ret_end)
    MUST_CHECK;

#endif
