/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One literal database over all knowledge (Vectorscan), compiled at build for a generic processor
 * and embedded; one pass over an item says which literals occur and where. Case-sensitive.
 *
 *     prefilter_open(&pf, PREFILTER_DB, PREFILTER_DB_SIZE, d)   once a process, before the sandbox
 *     prefilter_scan(pf, text, fn, ctx)          fn(ctx, literal id, end offset) in text order
 *
 * Streams: feed consecutive windows of a large item; a literal across a window border is found.
 */
#ifndef STANCE_MATCH_PREFILTER_H
#define STANCE_MATCH_PREFILTER_H

#include "base/diag.h"
#include "base/str.h"

struct prefilter;
/* A non-zero result stops the scan and is returned by prefilter_scan. */
typedef int (*prefilter_fn)(void *ctx, unsigned literal, uint64_t end);

/* Build time: compile and serialise; *ret_bytes is released with mem_free. */
int prefilter_compile(const struct str *literals, size_t n, char **ret_bytes, size_t *ret_n,
                      struct diag *d) MUST_CHECK;
int prefilter_open(const void *bytes, size_t n, struct prefilter **ret, struct diag *d) MUST_CHECK;
struct prefilter *prefilter_free(struct prefilter *p);
int prefilter_scan(struct prefilter *p, struct str text, prefilter_fn fn, void *ctx) MUST_CHECK;
/* The same over windows: begin, feed..., end. Offsets count from begin. */
int prefilter_begin(struct prefilter *p) MUST_CHECK;
int prefilter_feed(struct prefilter *p, struct str window, prefilter_fn fn, void *ctx) MUST_CHECK;
int prefilter_end(struct prefilter *p, prefilter_fn fn, void *ctx) MUST_CHECK;

#endif
