/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confirming matcher: PCRE2 without JIT (workers may not make memory executable), with match,
 * depth and heap limits, on small windows that the prefilter pointed at. Never used to scan whole
 * files. Text and patterns are bytes, not UTF-8: \w and [a-z] mean ASCII.
 *
 *     regex_new(STR("key-[0-9]{4}"), &r, d)
 *     rc = regex_match(r, text, 0, &start, &end)        1: text[start, end) is the match
 *     regex_free(r)
 *
 * `\K` in a pattern moves the start of the span, `\G` stands for `from`; text before `from` is seen
 * by look-behind. One object belongs to one thread.
 */
#ifndef STANCE_MATCH_REGEX_H
#define STANCE_MATCH_REGEX_H

#include "base/diag.h"
#include "base/str.h"

struct regex;
/* E_PARSE (the diag says where the pattern is wrong) or E_NOMEM. */
int regex_new(struct str pattern, struct regex **ret, struct diag *d) MUST_CHECK;
struct regex *regex_free(struct regex *r);
/* 1 and the span, 0 no match, E_LIMIT when a limit was reached, E_NOMEM. */
int regex_match(struct regex *r, struct str text, size_t from, size_t *ret_start,
                size_t *ret_end) MUST_CHECK;

#endif
