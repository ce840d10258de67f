/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One literal database over all knowledge (Vectorscan), compiled at build for a generic processor
 * and embedded; one pass over an item says which literals occur and where. Case-sensitive.
 *
 *     prefilter_open(&pf, CATALOG.literal_db, CATALOG.literal_db_size, d)
 *                                                once a process, before the sandbox closes
 *     prefilter_scan(pf, text, fn, ctx)          fn(ctx, literal id, end offset) in text order
 *
 * Every occurrence is reported once, in order of its end, equal ends in order of the id. Streams:
 * feed consecutive windows of a large item; a literal across a window border is found.
 *
 * Scanning allocates nothing but, in prefilter_begin, the state of a stream: it works in a process
 * that may only map plain memory. One object belongs to one thread.
 *
 * The bytes of a database are ours: they are checked for truncation and for another version of the
 * library, not for malice.
 */
#ifndef STANCE_MATCH_PREFILTER_H
#define STANCE_MATCH_PREFILTER_H

#include "base/diag.h"
#include "base/str.h"

struct prefilter;
/* A non-zero result stops the scan and is returned by prefilter_scan. */
typedef int (*prefilter_fn)(void *ctx, unsigned literal, uint64_t end);

/*
 * Build time (needs the whole of libhs; the rest needs only its run-time part): compile and
 * serialise; literal i gets id i, an empty one or none at all is E_USAGE. *ret_bytes is released
 * with mem_free.
 */
int prefilter_compile(const struct str *literals, size_t n, char **ret_bytes, size_t *ret_n,
                      struct diag *d) MUST_CHECK;
/* E_PARSE: not such a database; E_UNSUPPORTED: of another library version or processor. */
int prefilter_open(const void *bytes, size_t n, struct prefilter **ret, struct diag *d) MUST_CHECK;
struct prefilter *prefilter_free(struct prefilter *p);
int prefilter_scan(struct prefilter *p, struct str text, prefilter_fn fn, void *ctx) MUST_CHECK;
/* The same over windows: begin, feed..., end. Offsets count from begin. After a stop or an error
 * only begin and free may follow. */
int prefilter_begin(struct prefilter *p) MUST_CHECK;
int prefilter_feed(struct prefilter *p, struct str window, prefilter_fn fn, void *ctx) MUST_CHECK;
int prefilter_end(struct prefilter *p, prefilter_fn fn, void *ctx) MUST_CHECK;

#endif
